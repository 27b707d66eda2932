import numpy as np
from example import Random, show_gradient

random = Random(1)
p = random.fill(200, 3)
c = random.fill(4, 3)
for _ in range(8):
    distances = ((p[:, None] - c)**2).sum(axis=2)
    nearest = distances.argmin(axis=1)
    print("cost     %.6f" % distances.min(axis=1).sum())
    mean = np.array([p[nearest == j].mean(axis=0) for j in range(4)])
    step, c = c - mean, mean
show_gradient("step", step)
show_gradient("c", c)
