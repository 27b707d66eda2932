import numpy as np
from example import Random, show, sigmoid

N, D, penalty = 500, 6, 1e-3
random = Random(1)
truth = random.fill(D, scale=3.0)
x = random.fill(N, D)
y = (x @ truth + random.fill(N) > 0).astype(float)
w = np.zeros(D)
for _ in range(30):  # Newton's method: the minimum is unique
    p = sigmoid(x @ w)
    g = x.T @ (p - y) / N + 2 * penalty * w
    w = w - np.linalg.solve((x.T * p * (1 - p)) @ x / N + 2 * penalty * np.eye(D), g)
z = x @ w
print("converged")
print("loss     %.6f" % ((np.logaddexp(0, z) - y * z).mean() + penalty * (w**2).sum()))
show("w", w)
print("%d of %d right" % (((z > 0) == (y == 1)).sum(), N))
