"""What the program of examples/mpi prints with any number of ranks, from NumPy, gradients written out by hand."""
import os

import numpy as np

HIDDEN = 32
state = 1


def random(*shape):
    """Numerical Recipes' generator, uniform in [-0.2, 0.2)."""
    global state
    numbers = []
    for _ in range(int(np.prod(shape))):
        state = (state * 1664525 + 1013904223) % 2**32
        numbers.append(0.2 * ((state >> 8) / 8388608 - 1))
    return np.array(numbers).reshape(shape)


scans = np.loadtxt(os.path.join(os.path.dirname(__file__), "../../examples/digits/digits.csv"), delimiter=",")
x, digits = scans[:, :64] / 16, scans[:, 64].astype(int)
widths = [64, HIDDEN, HIDDEN, 10]
layers = [[random(i, o), random(o)] for i, o in zip(widths, widths[1:])]
for step in range(1, 101):
    first = (step - 1) * 120 % (1797 - 1797 % 120)
    values = [x[first:first + 120]]
    for W, b in layers[:-1]:
        values.append(np.tanh(values[-1] @ W + b))
    s = values[-1] @ layers[-1][0] + layers[-1][1]
    log_p = s - np.logaddexp.reduce(s, axis=1)[:, None]
    right = digits[first:first + 120]
    loss = -np.mean(log_p[np.arange(120), right])
    adjoint = (np.exp(log_p) - np.eye(10)[right]) / 120
    for l in reversed(range(3)):
        W, b = layers[l]
        below = (adjoint @ W.T) * (1 - values[l]**2)
        layers[l] = [W - 0.5 * values[l].T @ adjoint, b - 0.5 * adjoint.sum(0)]
        adjoint = below
    if step % 20 == 0:
        print("step %3d  loss %.10f" % (step, loss))
