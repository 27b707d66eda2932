"""What examples/example.h does, in NumPy: the same random numbers and the same way of printing."""

import numpy as np


class Random:
    def __init__(self, state):
        self.state = state

    def signed(self):
        self.state = (self.state * 1664525 + 1013904223) % 2**32
        return (self.state >> 8) / 8388608.0 - 1.0

    def fill(self, *shape, scale=1.0):
        n = int(np.prod(shape))
        return np.array([scale * self.signed() for _ in range(n)]).reshape(shape)


def show(name, x):
    numbers = np.ravel(np.asarray(x, float))
    print("%-8s" % name + "".join(" %8.3f" % (0.0 if abs(v) < 0.0005 else v) for v in numbers))


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x):
    e = np.exp(x - x.real.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def log_sum_exp(x, axis=-1):
    largest = x.real.max(axis=axis, keepdims=True)
    return np.squeeze(largest, axis) + np.log(np.exp(x - largest).sum(axis=axis))


def show_gradient(name, x):
    numbers = np.ravel(np.asarray(x, float))
    first = "".join(" %.6f" % (0.0 if abs(v) < 0.0000005 else v) for v in numbers[:5])
    print("%-8s length %.6f:%s" % (name, np.sqrt((numbers**2).sum()), first))


def gradient(f, x):
    """The gradient of the real scalar f at x, exact to rounding, by complex steps: f(x + ih) = f(x) + ih f'(x) - ...,
    with no difference of nearly equal numbers (Squire and Trapp, 1998). f must be analytic in its argument."""
    x = np.asarray(x, float)
    result = np.zeros(x.shape)
    for at in np.ndindex(*x.shape):
        moved = x.astype(complex)
        moved[at] += 1e-200j
        result[at] = np.imag(f(moved)) / 1e-200
    return result


def gradients(f, values):
    """The gradient with respect to each value of a dictionary, in its order; f takes them by name."""
    return {name: gradient(lambda moved: f(**{**values, name: moved}), values[name]) for name in values}
