"""Writes tests/run/tails.nn and tails.case: distribution functions far out, where the probability itself underflows, at whole
parameters, where series and fractions end early, and where both arguments are large. Values, gradients and second
derivatives by mpmath, to 80 digits: mixed ones are often what little two large terms leave of each other.

    python3 tests/reference/tails.py
"""
import os
from itertools import combinations_with_replacement

import mpmath as mp
from mpmath import atan2, besseli, betainc, cos, erfc, exp, expm1, gammainc, log, log1p, loggamma, mpf, pi, sqrt

HERE = os.path.dirname(os.path.abspath(__file__))
mp.mp.dps = 80


def below(a, x):
    return gammainc(a, 0, x, regularized=True)


def above(a, x):
    return gammainc(a, x, mp.inf, regularized=True)


def tail(z, nu):
    """The probability above z > 0 of Student's distribution."""
    return betainc(nu / 2, mpf(1) / 2, 0, nu / (nu + z**2), regularized=True) / 2


def student(z, nu):
    return log(tail(-z, nu)) if z < 0 else log1p(-tail(z, nu))


def normal(z):
    return log(erfc(-z / sqrt(mpf(2))) / 2)


def student_density(z, nu):
    return loggamma((nu + 1) / 2) - loggamma(nu / 2) - log(nu * pi) / 2 - (nu + 1) / 2 * log1p(z**2 / nu)


def cauchy(x, s):
    return log(atan2(s, -x) / pi) if x < 0 else log1p(-atan2(s, x) / pi)


def choose(n, k):
    return loggamma(n + 1) - loggamma(k + 1) - loggamma(n - k + 1)


EACH = 2  # with second derivatives that count each by itself, however small

# What is called, its whole and its real parameters, its value, and at which points; True: with second derivatives.
FUNCTIONS = [
    ("normal_lcdf", "", "x mu sigma", lambda x, m, s: normal((x - m) / s),
     [((-40, 0, 1), True), ((8, 0, 1), True), ((-1000, 0, 1), True), ((5, 0, 0.5), True)]),
    ("student_t_lcdf", "", "x nu mu sigma", lambda x, nu, m, s: student((x - m) / s, nu),
     [((-1e15, 30, 0, 1), False), ((-10, 1000, 0, 1), True), ((-40, 1e4, 0, 1), False), ((1e-7, 4, 0, 1), True),
      ((0.01, 1, 0, 1), True), ((0.5, 2, 0.1, 1.2), True)]),
    ("student_t_lccdf", "", "x nu mu sigma", lambda x, nu, m, s: student((m - x) / s, nu),
     [((40, 3, 0, 1), True), ((30, 1000, 0, 1), True)]),
    ("gamma_lcdf", "", "x alpha beta", lambda x, a, b: log(below(a, b * x)),
     [((1e-200, 2, 1), False), ((1e-3, 100, 1), False), ((2.5, 1, 1), True), ((5, 4, 1), True), ((10, 1, 1), True),
      ((1000, 1000, 1), True), ((1e5, 1e5, 1), False), ((30, 5, 1), True)]),
    ("gamma_lccdf", "", "x alpha beta", lambda x, a, b: log(above(a, b * x)),
     [((800, 2, 1), True), ((2.5, 1, 1), True), ((5, 4, 1), True), ((3000, 1000, 1), True), ((50, 100, 1), True)]),
    ("inv_gamma_lcdf", "", "x alpha beta", lambda x, a, b: log(above(a, b / x)), [((0.001, 2, 1), True)]),
    ("inv_gamma_lccdf", "", "x alpha beta", lambda x, a, b: log(below(a, b / x)), [((1e100, 5, 1), False)]),
    ("beta_lcdf", "", "x alpha beta", lambda x, a, b: log(betainc(a, b, 0, x, regularized=True)),
     [((1e-200, 2, 3), False), ((0.1, 1000, 1000), False), ((0.5, 1, 1.5), True), ((0.25, 1, 1), True), ((0.01, 2, 1000), True),
      ((0.5, 100, 100), True), ((1e-5, 1000, 1), False)]),
    ("beta_lccdf", "", "x alpha beta", lambda x, a, b: log(betainc(b, a, 0, 1 - x, regularized=True)),
     [((0.25, 100, 100), True), ((0.5, 2, 3), True), ((1e-8, 3, 2), False)]),
    ("poisson_lcdf", "k", "lambda", lambda k, m: log(above(k + 1, m)),
     [((0, 0.5), True), ((3, 2), True), ((0, 800), True), ((1000, 2000), True), ((30000, 30100), True)]),
    ("poisson_lccdf", "k", "lambda", lambda k, m: log(below(k + 1, m)), [((200, 0.001), True), ((1000, 10), True), ((3, 4), True)]),
    ("neg_binomial_2_lpmf", "k", "mu phi",
     lambda k, m, p: choose(k + p - 1, k) + k * log(m / (m + p)) - p * log1p(m / p),
     [((5, 3, 1e4), False), ((500, 300, 1e6), False), ((9, 2, 10), True)]),
    ("binomial_logit_lpmf", "k n", "a", lambda k, n, a: choose(n, k) - k * log1p(mp.exp(-a)) - (n - k) * log1p(mp.exp(a)),
     [((500, 100000, -5), True), ((5, 10, -700), False)]),
    ("uniform_lccdf", "", "x lo hi", lambda x, lo, hi: log((hi - x) / (hi - lo)), [((0.5, 0, 1e10), False)]),
    ("uniform_lcdf", "", "x lo hi", lambda x, lo, hi: log((x - lo) / (hi - lo)),
     [((1e-12, 0, 1), EACH), ((0.5, 0, 1e12), EACH), ((1 - 2**-40, 0, 1), EACH)]),
    ("weibull_lcdf", "", "x alpha sigma", lambda x, a, s: log(-expm1(-(x / s)**a)),
     [((1e-100, 2, 1), False), ((1e-8, 3, 1), EACH), ((1, 2, 1e4), EACH), ((0.7, 0.5, 1.1), EACH), ((4, 1.5, 1), EACH)]),
    ("weibull_lpdf", "", "x alpha sigma", lambda x, a, s: log(a / s) + (a - 1) * log(x / s) - (x / s)**a,
     [((1e-9, 2, 1.5), EACH), ((10, 3, 2), EACH)]),
    ("exponential_lcdf", "", "x beta", lambda x, b: log(-expm1(-b * x)),
     [((1e-12, 2), EACH), ((0.1, 1e-9), EACH), ((0.25, 1.9), EACH), ((0.25, 2.1), EACH), ((30, 2), EACH)]),
    ("cauchy_lpdf", "", "x mu sigma", lambda x, m, s: -log(pi * s) - log1p(((x - m) / s)**2),
     [((-1e9, 1, 1), EACH), ((1e12, 0, 1e-3), EACH), ((3, 1, 1e5), EACH), ((1.5, 1, 2), EACH)]),
    ("cauchy_lcdf", "", "x mu sigma", lambda x, m, s: cauchy(x - m, s),
     [((-1e10, 0, 1), EACH), ((-20, 1, 2), EACH), ((-18, 1, 2), EACH), ((-0.5, 0, 1e6), EACH), ((1e5, 1, 2), EACH)]),
    ("cauchy_lccdf", "", "x mu sigma", lambda x, m, s: cauchy(m - x, s), [((1e10, 0, 1), EACH), ((-1e5, 1, 2), EACH)]),
    ("student_t_lpdf", "", "x nu mu sigma", lambda x, nu, m, s: student_density((x - m) / s, nu) - log(s),
     [((-1e8, 1, 0, 1), EACH), ((3, 3, 1, 1e5), EACH), ((30, 4, 1, 2), EACH)]),
    ("logistic_lpdf", "", "x mu sigma", lambda x, m, s: -(x - m) / s - log(s) - 2 * log1p(exp(-(x - m) / s)),
     [((-50, 1, 2), EACH), ((50, 1, 2), EACH), ((100, 0, 1), EACH)]),
    ("logistic_lcdf", "", "x mu sigma", lambda x, m, s: -log1p(exp(-(x - m) / s)), [((-50, 1, 2), EACH), ((50, 1, 2), EACH)]),
    ("logistic_lccdf", "", "x mu sigma", lambda x, m, s: -log1p(exp((x - m) / s)), [((60, 1, 2), EACH)]),
    ("von_mises_lpdf", "", "x mu kappa", lambda x, m, k: k * cos(x - m) - log(2 * pi * besseli(0, k)),
     [((0.01, 0, 1e6), EACH), ((3, 0.1, 100), EACH), ((0.5, 0.25, 99), EACH), ((0.25, 1, 1e-4), EACH)]),
]


def slope(f, x, orders):
    """The derivative of f at x, in steps that are relative."""
    scale = [abs(v) if v else mpf(1) for v in x]
    factor = mp.fprod(s**n for s, n in zip(scale, orders))
    return mp.diff(lambda *u: f(*[v + s * w for v, s, w in zip(x, scale, u)]), (0,) * len(x), orders) / factor


programs, cases = [], []
for name, whole, real, value, points in FUNCTIONS:
    whole, real = whole.split(), real.split()
    pairs = list(combinations_with_replacement(range(len(real)), 2))
    for is_second in sorted({bool(second) for _, second in points}):
        function = name + ("_second" if is_second else "_first")
        results = ["y"] + [f"d_{p} = grad(y, {p})" for p in real]
        if is_second:
            results += [f"d_{real[i]}_{real[j]} = grad(grad(y, {real[i]}), {real[j]})" for i, j in pairs]
        parameters = ", ".join([f"{k}: int" for k in whole] + real)
        programs.append(f"{function}({parameters}) {{\n    y = {name}({', '.join(whole + real)})\n"
                        f"    return {', '.join(results)}\n}}\nexport {function}")
        for i, (point, second) in enumerate(points):
            if bool(second) != is_second:
                continue
            fixed, x = [mpf(k) for k in point[:len(whole)]], [mpf(v) for v in point[len(whole):]]
            f = lambda *x: value(*fixed, *x)
            unit = [[int(i == j) for j in range(len(x))] for i in range(len(x))]
            outputs = {"y": f(*x)} | {f"d_{p}": slope(f, x, tuple(unit[i])) for i, p in enumerate(real)}
            if second:
                outputs |= {f"d_{real[i]}_{real[j]}": slope(f, x, tuple(a + b for a, b in zip(unit[i], unit[j])))
                            for i, j in pairs}
            cases.append("\n".join(
                [f"case {name}_{i}", f"function {function}", "double", f"tolerance {1e-7 if second else 1e-10:g}"]
                + (["least 1e-290"] if second is EACH else [])
                + [f"input {k} {v}" for k, v in zip(whole, point)]
                + [f"input {p} {v!r}" for p, v in zip(real, map(float, point[len(whole):]))]
                + [f"output {k} {mp.nstr(v, 17)}" for k, v in outputs.items()]))

folder = os.path.join(HERE, "..", "run")
with open(os.path.join(folder, "tails.nn"), "w") as out:
    out.write("# tails.nn: written by tests/reference/tails.py\nimport \"stats\"\n\n" + "\n".join(programs) + "\n")
with open(os.path.join(folder, "tails.case"), "w") as out:
    out.write("# tails.case: written by tests/reference/tails.py\n" + "\n".join(cases) + "\n")
