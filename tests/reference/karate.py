"""What examples/graph has to print, from PyTorch, with the normalised adjacency matrix of the graph instead of edges."""
import pathlib
import re

import numpy as np
import torch
from example import Random, show_gradient

torch.set_default_dtype(torch.float64)
driver = (pathlib.Path(__file__).parents[2] / "examples/graph/karate.c").read_text()
table = re.search(r"meetings\[.*?= {(.*?)};", driver, re.S)[1]
edges = [tuple(map(int, pair)) for pair in re.findall(r"{(\d+), +(\d+)}", table)]
took = torch.tensor([int(n) for n in re.search(r"took\[.*?= {(.*?)};", driver, re.S)[1].split(",")])
assert len(set(edges)) == 78 and len(took) == 34 and took.sum() == 17

A = np.eye(34)
for a, b in edges:
    A[a, b] = A[b, a] = 1
root = 1 / np.sqrt(A.sum(1))
A = torch.tensor(root[:, None] * A * root)
random = Random(1)
W1, W2 = (torch.tensor(random.fill(*shape, scale=0.5), requires_grad=True) for shape in ((34, 4), (4, 2)))
for step in range(201):
    scores = A @ torch.tanh(A @ W1) @ W2
    loss = torch.nn.functional.cross_entropy(scores[[0, 33]], torch.tensor([0, 1]))
    guess = scores.argmax(1)
    if step % 50 == 0:
        print("step %3d  loss %.6f  %d of 34 right" % (step, loss.item(), (guess == took).sum()))
    for W, slope in zip((W1, W2), torch.autograd.grad(loss, (W1, W2))):
        W.data -= slope
print("wrong about" + "".join(" %d" % i for i in torch.nonzero(guess != took).ravel().tolist()))
show_gradient("W2", W2.detach().numpy())
