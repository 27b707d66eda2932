import numpy as np
from example import Random, gradient, show

n, S = 8, 50
x = 1 + 0.5 * Random(1).fill(n)


def ode(x):
    def slope(y):
        return x * np.concatenate([[1], y[:-1]])

    y, h = np.zeros(n, x.dtype), 2 / S
    for _ in range(S):
        k1 = slope(y)
        k2 = slope(y + h / 2 * k1)
        k3 = slope(y + h / 2 * k2)
        k4 = slope(y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return y[-1]


print("last     %.9f" % ode(x))
print("d_x     " + "".join(" %.9f" % v for v in gradient(ode, x)))
