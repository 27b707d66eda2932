import numpy as np
from example import show, sigmoid

x = np.array([-3, -1, -0.5, 0, 0, 0.5, 1, 3])
pairs = x.reshape(4, 2)
winners = np.zeros((4, 2))
winners[np.arange(4), pairs.argmax(axis=1)] = 1
s = sigmoid(x)
show("x", x)
for name, value, slope in [
    ("sigmoid", s, s * (1 - s)),
    ("tanh", np.tanh(x), 1 - np.tanh(x)**2),
    ("relu", np.maximum(0, x), x > 0),
    ("leaky", np.where(x > 0, x, 0.1 * x), np.where(x > 0, 1, 0.1)),
    ("maxout", pairs.max(axis=1), winners),
    ("elu", np.where(x > 0, x, np.exp(x) - 1), np.where(x > 0, 1, np.exp(x))),
]:
    show(name, value)
    show("  slope", slope)
