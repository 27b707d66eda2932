import numpy as np
from example import gradient, show

X, w = np.array([0.3, -0.2, 4.0]), 0.8
feature = np.array([1.5, -0.5])


def rotate(r, x):
    s = (r**2).sum()
    if s.real == 0:
        return x + np.cross(r, x)
    angle = np.sqrt(s)
    u = r / angle
    return np.cos(angle) * x + np.sin(angle) * np.cross(u, x) + (1 - np.cos(angle)) * (u @ x) * u


def err(camera, X, w):
    P = rotate(camera[:3], X - camera[3:6])
    p = P[:2] / P[2]
    s = (p**2).sum()
    p = camera[6] * (1 + camera[9] * s + camera[10] * s**2) * p + camera[7:9]
    return w * (p - feature)


for r in [[0.1, -0.2, 0.3], [0, 0, 0]]:
    camera = np.array(r + [0.5, 0.1, -1.0, 1.2, 0.05, -0.1, 0.02, 0.003])
    show("err", err(camera, X, w))
    for i in range(2):
        show("camera", gradient(lambda c: err(c, X, w)[i], camera))
        show("X", gradient(lambda x: err(camera, x, w)[i], X))
        show("w", gradient(lambda v: err(camera, X, v)[i], w))
    show("1 - w^2", 1 - w**2)
    show("w", -2 * w)
