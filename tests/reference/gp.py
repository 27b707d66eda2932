import numpy as np
from example import Random

n, d = 12, 2
random = Random(1)
x, y = random.fill(n, d), random.fill(n)
squares = ((x[:, None] - x)**2).sum(axis=2)
a, b, c = -0.5, 0.2, -1.0
shape = np.exp(2 * b - 0.5 * squares / np.exp(2 * a))
K = shape + np.exp(2 * c) * np.eye(n)
z = np.linalg.solve(K, y)
print("log p    %.6f" % (-0.5 * y @ z - 0.5 * np.linalg.slogdet(K)[1] - n / 2 * np.log(2 * np.pi)))
for name, d_K in ("a", shape * squares / np.exp(2 * a)), ("b", 2 * shape), ("c", 2 * np.exp(2 * c) * np.eye(n)):
    print("d_%s      %.6f" % (name, 0.5 * z @ d_K @ z - 0.5 * np.trace(np.linalg.solve(K, d_K))))
print("without noise: refused")
