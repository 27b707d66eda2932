import numpy as np
from example import show, sigmoid

a, b = np.array([1.0, 2, 3, 4]), np.array([1.5, 2, 2, 6])
for name in "by hand", "mse":
    show(name, ((a - b)**2).mean())
    show("  d_a", 2 * (a - b) / 4)

z, y = np.array([-2, -0.5, 0.5, 3]), np.array([0.0, 1, 0, 1])
p = sigmoid(z)
for name in "by hand", "bce":
    show(name, -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean())
    show("  d_z", (p - y) / 4)

print("scores of thousands")
z = 1000 * z
show("bce", (np.logaddexp(0, z) - y * z).mean())
show("  d_z", (np.where(z > 0, 1, 0) - y) / 4)
