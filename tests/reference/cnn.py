import numpy as np
from example import Random, gradients, log_sum_exp, show_gradient

N, S, C1, C2, K = 2, 8, 2, 3, 4
random = Random(2)
x, y = random.fill(N, 1, S, S), np.array([2, 0])
sizes = [("K1", (C1, 1, 3, 3)), ("b1", (C1,)), ("K2", (C2, C1, 3, 3)), ("b2", (C2,)), ("W", (C2 * S * S // 16, K)),
         ("b", (K,))]
values = {name: random.fill(*shape) for name, shape in sizes}


def conv(x, w, b):
    n, _, height, width = x.shape
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    out = np.zeros((n, w.shape[0], height, width), complex)
    for r in range(3):
        for s in range(3):
            out += np.einsum("nchw,kc->nkhw", padded[:, :, r:r + height, s:s + width], w[:, :, r, s])
    return out + b[:, None, None]


def relu(x):
    return np.where(x.real > 0, x, 0)


def pool(x):
    n, c, height, width = x.shape
    windows = x.reshape(n, c, height // 2, 2, width // 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(n, c, height // 2, width // 2, 4)
    return np.take_along_axis(windows, windows.real.argmax(axis=-1)[..., None], axis=-1)[..., 0]


def loss(K1, b1, K2, b2, W, b):
    h = pool(relu(conv(x, K1, b1)))
    h = pool(relu(conv(h, K2, b2)))
    scores = h.reshape(N, -1) @ W + b
    return (log_sum_exp(scores) - scores[np.arange(N), y]).mean()


print("loss     %.6f" % loss(**values).real)
for name, value in gradients(loss, values).items():
    show_gradient("d_" + name, value)
