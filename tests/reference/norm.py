import numpy as np
from example import show

W, x = np.array([[0.1, 0.5], [-0.3, 0.8]]), np.array([0.2, 0.4])
q = W @ x
show("q", q)
show("f", q @ q)
show("df/dW", 2 * np.outer(q, x))
show("df/dx", 2 * W.T @ q)
