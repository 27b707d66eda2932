import numpy as np
from example import log_sum_exp, show, softmax

x = np.array([[1, 2], [-1, 0.5], [0, -2], [3, 1]])
y = np.array([0, 1, 1, 0])
W, b = np.array([[0.1, -0.2, 0.3], [0.4, 0.0, -0.5]]), np.array([0, 0.1, -0.1])


def run(W):
    scores = x @ W + b
    p = softmax(scores)
    d_scores = (p - np.eye(3)[y]) / 4
    show("loss", (log_sum_exp(scores) - scores[np.arange(4), y]).mean())
    for row in p:
        show("p", row)
    show("d_W", x.T @ d_scores)
    show("d_b", d_scores.sum(axis=0))
    return scores


print("small weights")
run(W)
print("weights of thousands")
for row in np.eye(3)[run(1e4 * W).argmax(axis=1)]:
    show("winner", row)
