import numpy as np
from example import gradient


def particle(w):
    p, v = np.array([0, 8 + 0 * w]), np.array([0.75, 0 * w])
    charges = [np.array([10, 0]), np.array([10, 10 - w])]
    while (p[1] + 0.1 * v[1]).real > 0:
        a = sum((p - q) / ((p - q)**2).sum()**1.5 for q in charges)
        p, v = p + 0.1 * v, v + 0.1 * a
    return (p[0] - p[1] * v[0] / v[1])**2


print("at w = 0: %.6f, d_w %.6f" % (particle(0.0), gradient(lambda w: particle(w[()]), 0.0)))
low, high = 0.1, 0.3
for _ in range(50):
    middle = (low + high) / 2
    if gradient(lambda w: particle(w[()]), middle) < 0:
        low = middle
    else:
        high = middle
print("best w %.6f: %.6f" % (middle, particle(middle)))
