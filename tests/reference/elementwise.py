import numpy as np
from example import Random, show

random = Random(1)
x = random.fill(100, 4096, scale=2.0)
d_y = random.fill(100, 4096)
t = np.tanh(x)
y = t * np.maximum(0, x)
d_x = d_y * ((1 - t**2) * np.maximum(0, x) + t * (x > 0))
print("workspace: a few numbers per input, linear in the batch")
print("sums: y %.6f, d_x %.6f" % (y.sum(), d_x.sum()))
for name, numbers in ("x", x), ("y", y), ("d_y", d_y), ("d_x", d_x):
    show(name, numbers[0, :6])
