import numpy as np
from example import Random, gradients, log_sum_exp, show_gradient, sigmoid

N, T, V, H, L = 2, 5, 6, 3, 2
text = np.array([[3, 1, 4, 1, 5], [0, 2, 4, 2, 1]])
random = Random(6)
values = {name: random.fill(*shape) for name, shape in
          [("E", (V, H)), ("Wx", (L, H, 4 * H)), ("Wh", (L, H, 4 * H)), ("b", (L, 4 * H))]}


def loss(E, Wx, Wh, b):
    h, c = [np.zeros((N, H))] * L, [np.zeros((N, H))] * L
    total = 0
    for t in range(T - 1):
        x = E[text[:, t]]
        for l in range(L):
            i, f, g, o = np.split(x @ Wx[l] + h[l] @ Wh[l] + b[l], 4, axis=1)
            c[l] = sigmoid(f) * c[l] + sigmoid(i) * np.tanh(g)
            h[l] = sigmoid(o) * np.tanh(c[l])
            x = h[l]
        scores = x @ E.T
        total += (log_sum_exp(scores) - scores[np.arange(N), text[:, t + 1]]).mean() / (T - 1)
    return total


print("loss     %.6f" % loss(**values).real)
for name, value in gradients(loss, values).items():
    show_gradient("d_" + name, value)
