import numpy as np
from example import show

x = np.array([1, -2, 0.5])
W1 = np.array([[0.2, -0.4, 0.6], [0.5, 0.3, -0.1], [-0.7, -0.9, 0.8], [0.1, 0.4, 0.3]])
W2 = np.array([[1, -1, 0.5, 2], [-0.5, 0.25, 1.5, -2]])
d_s = np.array([1, -3.0])
a = W1 @ x
h = np.maximum(0, a)
d_a = (W2.T @ d_s) * (a > 0)
show("s", W2 @ h)
show("d_x", W1.T @ d_a)
for row in np.outer(d_a, x):
    show("d_W1", row)
for row in np.outer(d_s, h):
    show("d_W2", row)
