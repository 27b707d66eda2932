import numpy as np
from example import Random, gradients, show_gradient

N, H = 16, 5
x = -1 + 2 * np.arange(N) / (N - 1)
block = Random(1).fill(3 * H + H * H + H)
sizes = [("W1", (H,)), ("b1", (H,)), ("W2", (H, H)), ("b2", (H,)), ("w3", (H,))]
values, at = {}, 0
for name, shape in sizes:
    values[name] = block[at:at + int(np.prod(shape))].reshape(shape)
    at += values[name].size


def u(x, W1, b1, W2, b2, w3):
    """u and its second derivative, by hand: if h = tanh(a), h' = (1 - h^2) a', h'' = (1 - h^2) a'' - 2 h h' a'."""
    h = np.tanh(x[:, None] * W1 + b1)
    h_1 = (1 - h**2) * W1
    h_2 = -2 * h * h_1 * W1
    k = np.tanh(h @ W2 + b2)
    k_1 = (1 - k**2) * (h_1 @ W2)
    k_2 = (1 - k**2) * (h_2 @ W2) - 2 * k * k_1 * (h_1 @ W2)
    return k @ w3, k_2 @ w3


def loss(**p):
    bend = u(x, **p)[1]
    ends = u(np.array([-1.0, 1.0]), **p)[0]
    return ((bend + np.pi**2 * np.sin(np.pi * x))**2).mean() + 10 * (ends**2).sum()


print("loss     %.6f" % loss(**values))
show_gradient("y", u(x, **values)[0])
for name, value in gradients(loss, values).items():
    show_gradient("d_" + name, value)
