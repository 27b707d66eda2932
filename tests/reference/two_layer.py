import numpy as np
from example import Random, sigmoid

random = Random(1)


def single(x):
    return x.astype(np.float32).astype(np.float64)


x, y = single(random.fill(64, 1000)), single(random.fill(64, 10))
w1, w2 = single(random.fill(1000, 100, scale=0.1)), single(random.fill(100, 10, scale=0.2))
for step in range(500):
    h = sigmoid(x @ w1)
    y_pred = h @ w2
    loss = ((y_pred - y)**2).sum()
    d_pred = 2 * (y_pred - y)
    d_h = d_pred @ w2.T
    w2 = w2 - 1e-4 * h.T @ d_pred
    w1 = w1 - 1e-4 * x.T @ (d_h * h * (1 - h))
    if step % 50 == 0 or step == 499:
        print("step %3d: loss %7.2f, falling" % (step, loss))
print("with the update inside: the same losses")
