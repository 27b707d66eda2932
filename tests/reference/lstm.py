import numpy as np
from example import Random, gradients, show_gradient, sigmoid

T, L, b = 20, 2, 6
random = Random(1)
sequence = (random.fill(T, b) > 0.3).astype(float)
values = {
    "W": random.fill(L, 4, b),
    "B": random.fill(L, 4, b),
    "w_in": random.fill(b),
    "w_out": random.fill(b),
    "b_out": random.fill(b),
}
h0, c0 = random.fill(L, b), random.fill(L, b)


def f(W, B, w_in, w_out, b_out):
    h, c, total = list(h0), list(c0), 0
    for t in range(T - 1):
        x = sequence[t] * w_in
        for k in range(L):
            c[k] = c[k] * sigmoid(x * W[k, 0] + B[k, 0]) + sigmoid(h[k] * W[k, 1] + B[k, 1]) * np.tanh(h[k] * W[k, 3] + B[k, 3])
            h[k] = sigmoid(x * W[k, 2] + B[k, 2]) * np.tanh(c[k])
            x = h[k]
        y = x * w_out + b_out
        total += (sequence[t + 1] * (y - np.log(2 + np.exp(y).sum()))).sum()
    return -total / ((T - 1) * b)


print("loss     %.6f" % f(**values))
for name, value in gradients(f, values).items():
    show_gradient("d_" + name, value)
