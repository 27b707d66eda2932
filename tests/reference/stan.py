"""Means of the posteriors of examples/stan, by quadrature over a grid; the data are read from the drivers."""
import pathlib
import re

import numpy as np

FOLDER = pathlib.Path(__file__).parents[2] / "examples/stan"


def data(driver, name):
    text = (FOLDER / driver).read_text()
    return np.array(re.search(r"%s\[\w+\] = {([^}]*)}" % name, text)[1].replace("\n", "").split(","), float)


def means(log_density, values):
    weight = np.exp(log_density - log_density.max())
    return [float(np.sum(weight * v) / np.sum(weight)) for v in values]


def normal(x, mu, sigma):
    return -0.5 * ((x - mu) / sigma) ** 2 - np.log(sigma)


# mu and tau on a grid; given them, theta[0] is normal with a known mean.
y, sigma = data("eight_schools.c", "y"), data("eight_schools.c", "sigma")
mu, log_tau = np.meshgrid(np.linspace(-25, 30, 1101), np.linspace(-12, 6, 1801), indexing="ij")
tau = np.exp(log_tau)
lp = normal(mu, 0, 5) - np.log1p((tau / 5) ** 2) + log_tau
for yj, sj in zip(y, sigma):
    lp = lp + normal(yj, mu, np.sqrt(sj**2 + tau**2))
theta = (y[0] * tau**2 + mu * sigma[0] ** 2) / (tau**2 + sigma[0] ** 2)
print("eight_schools", means(lp, [mu, tau, theta]))

y = data("mixture.c", "y")
a, b, theta = np.meshgrid(np.linspace(-3.5, 1, 181), np.linspace(-1, 3.5, 181), np.linspace(0.0025, 0.9975, 200), indexing="ij")
lp = np.where(a < b, normal(a, 0, 2) + normal(b, 0, 2), -np.inf)
for v in y:
    lp = lp + np.logaddexp(np.log(theta) - 0.5 * (v - a) ** 2, np.log1p(-theta) - 0.5 * (v - b) ** 2)
print("mixture", means(lp, [a, b, theta]))

y = data("markov.c", "y")
a, b, s, t = np.meshgrid(np.linspace(-2.5, 0.5, 61), np.linspace(-0.5, 3, 61), np.linspace(0.01, 0.99, 50), np.linspace(0.01, 0.99, 50), indexing="ij")
lp = np.where(a < b, normal(a, 0, 2) + normal(b, 0, 2), -np.inf)
first, second = np.log(0.5) - 0.5 * (y[0] - a) ** 2, np.log(0.5) - 0.5 * (y[0] - b) ** 2
for v in y[1:]:
    first, second = (np.logaddexp(first + np.log(s), second + np.log1p(-t)) - 0.5 * (v - a) ** 2,
                     np.logaddexp(first + np.log1p(-s), second + np.log(t)) - 0.5 * (v - b) ** 2)
print("markov", means(lp + np.logaddexp(first, second), [a, b, s, t]))
