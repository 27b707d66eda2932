"""What the programs of examples/embedded print, from NumPy in double precision, gradients written out by hand.

usage: embedded.py xor|read_digits"""
import os
import sys

import numpy as np

state = 1


def random(count, scale):
    """Numerical Recipes' generator, uniform in [-scale, scale)."""
    global state
    numbers = []
    for _ in range(count):
        state = (state * 1664525 + 1013904223) % 2**32
        numbers.append(scale * ((state >> 8) / 8388608 - 1))
    return np.array(numbers)


def xor():
    x, y = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], float), np.array([0, 1, 1, 0])
    W1, W2 = random(8, 1).reshape(2, 4), random(4, 1)
    b1, b2 = np.zeros(4), 0.0
    for step in range(401):
        h = np.tanh(x @ W1 + b1)
        s = h @ W2 + b2
        p = 1 / (1 + np.exp(-s))
        if step % 100 == 0:
            print("step %d  loss %.4f" % (step, np.mean(np.logaddexp(0, s) - y * s)))
        d_s = (p - y) / 4
        d_z = np.outer(d_s, W2) * (1 - h**2)
        W1, b1, W2, b2 = W1 - x.T @ d_z, b1 - d_z.sum(0), W2 - h.T @ d_s, b2 - d_s.sum()
    for (a, b), q in zip(x, p):
        print("%d xor %d is 1 with probability %.3f" % (a, b, q))


def read_digits():
    path = os.path.join(os.path.dirname(__file__), "../../examples/digits/digits.csv")
    scans = np.loadtxt(path, delimiter=",")
    x, y = scans[:, :64] / 16, scans[:, 64].astype(int)
    W1, W2 = random(64 * 16, 0.3).reshape(64, 16), random(160, 0.6).reshape(16, 10)
    b1, b2 = np.zeros(16), np.zeros(10)
    for epoch in range(1, 11):
        losses = []
        for first in range(0, 500, 10):
            some, digits = x[first:first + 10], y[first:first + 10]
            z = some @ W1 + b1
            h = np.maximum(z, 0)
            s = h @ W2 + b2
            log_p = s - np.logaddexp.reduce(s, axis=1)[:, None]
            losses.append(-np.mean(log_p[np.arange(10), digits]))
            d_s = (np.exp(log_p) - np.eye(10)[digits]) / 10
            d_z = (d_s @ W2.T) * (z > 0)
            W1, b1, W2, b2 = (W1 - 0.2 * some.T @ d_z, b1 - 0.2 * d_z.sum(0), W2 - 0.2 * h.T @ d_s,
                              b2 - 0.2 * d_s.sum(0))
        print("epoch %d  loss %.3f" % (epoch, np.mean(losses)))
    s = np.maximum(x[1500:] @ W1 + b1, 0) @ W2 + b2
    print("read right: %d of %d" % (np.sum(np.argmax(s, 1) == y[1500:]), len(s)))


{"xor": xor, "read_digits": read_digits}[sys.argv[1]]()
