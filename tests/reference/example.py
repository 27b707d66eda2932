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
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def log_sum_exp(x, axis=-1):
    largest = x.max(axis=axis, keepdims=True)
    return np.squeeze(largest, axis) + np.log(np.exp(x - largest).sum(axis=axis))
