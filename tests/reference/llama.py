"""What examples/llama has to print, from PyTorch: the same numbers to start with, the architecture as llama2.c describes it,
and torch.optim.Adam. The continuation is the text itself, which the model has to know by heart."""
import pathlib

import numpy as np
import torch
from example import Random

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
V, D, F, heads, shared, layers = 30, 48, 96, 4, 2, 2
S = D // heads
alphabet = "abcdefghijklmnopqrstuvwxyz .,\n"
text = (pathlib.Path(__file__).parents[2] / "examples/llama/text.txt").read_text()
codes = torch.tensor([alphabet.index(c) for c in text])
pieces, length, prompt = 8, 48, 17

random = Random(1)
shapes = {"E": (V, D), "g1": (layers, D), "Wq": (layers, D, D), "Wk": (layers, D, shared * S), "Wv": (layers, D, shared * S),
          "Wo": (layers, D, D), "g2": (layers, D), "Wg": (layers, D, F), "Wu": (layers, D, F), "Wd": (layers, F, D), "g": (D,)}
p = {name: torch.tensor(random.fill(*shape, scale=0.2)) for name, shape in shapes.items()}
for name in "g1", "g2", "g":
    p[name] = torch.ones_like(p[name])
for value in p.values():
    value.requires_grad_()


def norm(x, g):
    return g * x / torch.sqrt((x * x).mean(-1, keepdim=True) + 1e-5)


def rotary(x):
    """Neighbours as complex numbers, turned; x is [B, T, heads, S]."""
    turns = torch.outer(torch.arange(x.shape[1]), 10000.0 ** (-torch.arange(0, S, 2) / S))
    turned = torch.view_as_complex(x.reshape(*x.shape[:-1], S // 2, 2)) * torch.polar(torch.ones_like(turns), turns)[:, None]
    return torch.view_as_real(turned).flatten(-2)


def scores(tok):
    x = p["E"][tok]
    B, T = tok.shape
    mask = torch.full((T, T), -torch.inf).triu(1)
    for l in range(layers):
        n = norm(x, p["g1"][l])
        q = rotary((n @ p["Wq"][l]).reshape(B, T, heads, S))
        k = rotary((n @ p["Wk"][l]).reshape(B, T, shared, S)).repeat_interleave(heads // shared, 2)
        v = (n @ p["Wv"][l]).reshape(B, T, shared, S).repeat_interleave(heads // shared, 2)
        weights = torch.softmax(torch.einsum("bthd,bshd->bhts", q, k) / S**0.5 + mask, -1)
        x = x + torch.einsum("bhts,bshd->bthd", weights, v).reshape(B, T, D) @ p["Wo"][l]
        n = norm(x, p["g2"][l])
        x = x + (torch.nn.functional.silu(n @ p["Wg"][l]) * (n @ p["Wu"][l])) @ p["Wd"][l]
    return norm(x, p["g"]) @ p["E"].T


print("%d parameters, %d characters" % (sum(value.numel() for value in p.values()), len(text)))
print("scores  " + "".join(" %.3f" % s for s in scores(codes[None, :prompt])[0, -1, :6].tolist()))
optimiser = torch.optim.Adam(p.values(), lr=3e-3)
for t in range(1, 21):
    starts = [int((random.signed() + 1) / 2 * (len(text) - length)) for _ in range(pieces)]
    tok = torch.stack([codes[start:start + length] for start in starts])
    loss = torch.nn.functional.cross_entropy(scores(tok[:, :-1]).reshape(-1, V), tok[:, 1:].reshape(-1))
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    if t in (1, 10, 20):
        print("step %2d  loss %.3f" % (t, loss.item()))
print("step 400 loss below 0.2")
print(text[:prompt + 80])
