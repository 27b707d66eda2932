import numpy as np
from example import Random, gradient, show_gradient

x = Random(1).fill(16)
t = np.linspace(-1, 1, 1000)


def f(x):
    return 0.5 * ((np.sign(t) - t[:, None]**np.arange(16) @ x)**2).sum()


print("loss     %.6f" % f(x))
show_gradient("d_x", gradient(f, x))
