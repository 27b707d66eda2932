import numpy as np
from example import Random, gradients, show_gradient, sigmoid

N, S, C, T, G = 2, 8, 4, 3, 2
random = Random(5)
x, time, noise = random.fill(N, C, S, S), random.fill(N, T), random.fill(N, C, S, S)
sizes = [("p_g1", (3, C)), ("p_b1", (3, C)), ("p_K1", (3, C, C, 3, 3)), ("p_A", (3, T, C)), ("p_g2", (3, C)), ("p_b2", (3, C)),
         ("p_K2", (3, C, C, 3, 3)), ("down", (C, C, 3, 3)), ("up", (C, 2 * C, 3, 3))]
values = {name: random.fill(*shape, scale=0.5) for name, shape in sizes}


def conv(x, w, stride=1):
    height, width = x.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    out = 0
    for r in range(3):
        for s in range(3):
            window = padded[:, :, r:r + height:stride, s:s + width:stride]
            out = out + np.einsum("nchw,kc->nkhw", window, w[:, :, r, s])
    return out


def group_norm(x, g, b):
    groups = x.reshape(N, G, -1)
    centred = groups - groups.mean(axis=2, keepdims=True)
    y = centred / np.sqrt((centred**2).mean(axis=2, keepdims=True) + 1e-5)
    return y.reshape(x.shape) * g[:, None, None] + b[:, None, None]


def silu(x):
    return x * sigmoid(x)


def residual(x, g1, b1, K1, A, g2, b2, K2):
    h = conv(silu(group_norm(x, g1, b1)), K1) + (silu(time) @ A)[:, :, None, None]
    return x + conv(silu(group_norm(h, g2, b2)), K2)


def loss(p_g1, p_b1, p_K1, p_A, p_g2, p_b2, p_K2, down, up):
    blocks = list(zip(p_g1, p_b1, p_K1, p_A, p_g2, p_b2, p_K2))
    a = residual(x, *blocks[0])
    b = residual(conv(a, down, 2), *blocks[1])
    larger = b.repeat(2, axis=2).repeat(2, axis=3)
    c = conv(np.concatenate([larger, a], axis=1), up)
    return ((residual(c, *blocks[2]) - noise)**2).mean()


print("loss     %.6f" % loss(**values).real)
for name, value in gradients(loss, values).items():
    show_gradient("d_" + name, value)
