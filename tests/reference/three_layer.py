import numpy as np
from example import Random, show, sigmoid

x, y = np.array([0.5, -1.0, 2.0]), np.array([1.0])
shapes = [(4, 3), (4,), (4, 4), (4,), (1, 4), (1,)]
block = Random(1).fill(sum(int(np.prod(s)) for s in shapes))


def gradient(block):
    parameters, at = [], 0
    for shape in shapes:
        parameters.append(block[at:at + int(np.prod(shape))].reshape(shape))
        at += int(np.prod(shape))
    W1, b1, W2, b2, W3, b3 = parameters
    h1 = sigmoid(W1 @ x + b1)
    h2 = sigmoid(W2 @ h1 + b2)
    out = W3 @ h2 + b3
    d_out = 2 * (out - y)
    d_a2 = (W3.T @ d_out) * h2 * (1 - h2)
    d_a1 = (W2.T @ d_a2) * h1 * (1 - h1)
    gradients = [np.outer(d_a1, x), d_a1, np.outer(d_a2, h1), d_a2, np.outer(d_out, h2), d_out]
    return out, ((out - y)**2).sum(), gradients


out, loss, gradients = gradient(block)
print("%u parameters" % block.size)
show("out", out)
show("loss", loss)
for name, value in zip(["d_W1", "d_b1", "d_W2", "d_b2", "d_W3", "d_b3"], gradients):
    show(name, value)
for step in range(1, 51):
    block = block - 0.01 * np.concatenate([g.ravel() for g in gradients])
    out, loss, gradients = gradient(block)
    if step % 10 == 0:
        print("step %2d: loss %.6f" % (step, loss))
