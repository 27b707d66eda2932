import numpy as np
from example import Random, show

random = Random(1)
corner = np.array([[0, 1], [-1, -1], [1, -1]], float)
labels = np.arange(1000) % 3
points = np.ones((1000, 3))
points[:, :2] = corner[labels] + random.fill(1000, 2)
W, weight = np.zeros((3, 3)), 1e-3
for step in range(200):
    first = step * 100 % 1000
    x, y = points[first:first + 100], labels[first:first + 100]
    rows = np.arange(100)
    scores = x @ W
    margins = np.maximum(0, scores - scores[rows, y][:, None] + 1)
    margins[rows, y] = 0
    loss = margins.sum() / 100 + weight * (W**2).sum()
    d_scores = (margins > 0) / 100.0
    d_scores[rows, y] = -d_scores.sum(axis=1)
    if step % 40 == 0 or step == 199:
        print("step %3d: loss %.3f, %d of 100 right" % (step, loss, (scores.argmax(axis=1) == y).sum()))
    W = W - 0.1 * (x.T @ d_scores + 2 * weight * W)
for row in W:
    show("W", row)
