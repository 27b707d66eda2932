"""check.py: every formula that --emit=math prints for the programs below, and --emit=html in MathML, against NumPy and
differences of it.
usage: check.py GRADC
"""
import os
import subprocess
import sys

import numpy as np

import mathml
from notation import Page, logsumexp, softmax

here = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(1)
passed = failed = 0


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def positive(*shape):
    return rng.uniform(0.3, 1.5, shape) if shape else rng.uniform(0.3, 0.9)


def real(*shape):
    return rng.uniform(-1.5, 1.5, shape) if shape else rng.uniform(-1.5, 1.5)


def cross_entropy(scores, y):
    return np.mean(logsumexp(scores, axis=1) - scores[np.arange(len(y)), y.astype(int)])


def recurrent(xs, h0, W):
    h = h0
    for x in xs:
        h = np.tanh(h @ W + x)
    return np.sum(h ** 2)


def states(xs, h0, U, W, b):
    h, loss = h0, 0
    for x in xs:
        h = np.tanh(x @ U + h @ W + b)
        loss += np.sum(h ** 2)
    return loss


# function: inputs, what it computes, sizes and shapes that formulas mention
CASES = {
    "golden/math/matrix_calculus.nn": {
        "quadratic": (dict(A=real(3, 3), x=real(3)), lambda A, x: 0.5 * x @ A @ x),
        "exponential": (dict(A=real(2, 3), x=real(3)), lambda A, x: A @ np.exp(x)),
        "weighted": (dict(x=real(3), y=real(3), v=real(3)), lambda x, y, v: np.sum(x * y * v)),
        "power": (dict(a=positive(), b=real()), lambda a, b: a ** b),
        "norm1": (dict(A=real(2, 3), x=real(3), y=real(2)), lambda A, x, y: np.sum(np.abs(A @ x - y))),
        "norm2": (dict(A=real(2, 3), x=real(3), y=real(2)), lambda A, x, y: np.sum((A @ x - y) ** 2)),
        "length": (dict(A=real(2, 3), x=real(3), y=real(2)), lambda A, x, y: np.sqrt(np.sum((A @ x - y) ** 2))),
        "logistic": (dict(X=real(4, 3), w=real(3), y=real(4)), lambda X, w, y: np.sum(np.log1p(np.exp(-y * (X @ w))))),
        "cycle": (dict(A=real(2, 3), B=real(4, 4), C=real(3, 2), X=real(4, 3)),
                  lambda A, B, C, X: np.trace(A @ X.T @ B @ X @ C)),
        "determinant": (dict(X=real(3, 3) @ np.diag([1, 1, 0]) + np.diag([4, 4, 2])), lambda X: -np.log(np.linalg.det(X))),
    },
    "golden/math/networks.nn": {
        "regression": (dict(x=real(4, 3), y=np.array([0.0, 1, 1, 0]), W=real(3, 2), b=real(2)),
                       lambda x, y, W, b: cross_entropy(x @ W + b, y), dict(N=4.0), dict(t1=(4, 2))),
        "relu_net": (dict(x=real(3), W1=real(4, 3), W2=real(2, 4)), lambda x, W1, W2: W2 @ np.maximum(0, W1 @ x)),
        "attend": (dict(q=real(3, 2), k=real(3, 2), v=real(3, 2)), lambda q, k, v: softmax(q @ k.T / np.sqrt(2)) @ v,
                   dict(D=2.0)),
        "gates": (dict(x=real(), y=positive()),
                  lambda x, y: -(y * np.log(sigmoid(x)) + (1 - y) * np.log(1 - sigmoid(x)))),
        "train": (dict(x=real(4, 3), y=real(4, 2), w=real(3, 2), rate=positive()),
                  lambda x, y, w, rate: np.sum((x @ w - y) ** 2), {}, {},
                  {"w[new]": lambda x, y, w, rate: w - rate * 2 * x.T @ (x @ w - y)}),
    },
    "golden/math/structure.nn": {
        "convolve": (dict(x=real(5), w=real(2)), lambda x, w: np.array([x[i:i + 2] @ w for i in range(4)]), {},
                     dict(y=(4,), d_x=(5,), d_w=(2,))),
        "rows": (dict(E=real(4, 2), tok=np.array([1.0, 3, 1])), lambda E, tok: E[tok.astype(int)], {}, dict(d_E=(4, 2))),
        "recurrent": (dict(xs=real(3, 2), h0=real(2), W=real(2, 2)), recurrent, dict(T=3.0)),
        "states": (dict(xs=real(3, 2), h0=real(2), U=real(2, 2), W=real(2, 2), b=real(2)), states, dict(T=3.0)),
        "choose": (dict(x=1.2, a=0.4), lambda x, a: x ** 2 if x > a else a * x),
        "wrap": (dict(x=real(3), c=real()), lambda x, c: np.sum(x * c) / 3, dict(n=3.0)),
    },
    "golden/math/two_layer.nn": {
        "two_layer": (dict(x=real(3, 1000), y=real(3, 10), w1=0.03 * real(1000, 100), w2=real(100, 10)),
                      lambda x, y, w1, w2: np.sum((sigmoid(x @ w1) @ w2 - y) ** 2)),
    },
    "formulas/library.nn": {
        "classify": (dict(W=real(3, 2), x=real(2), y=positive(3)), lambda W, x, y: -np.sum(y * np.log(softmax(W @ x)))),
        "gated": (dict(W=real(3, 2), x=real(2)), lambda W, x: np.sum((W @ x) * sigmoid(W @ x))),
        "ridge": (dict(X=real(4, 3), y=real(4), w=real(3), decay=positive()),
                  lambda X, y, w, decay: np.mean((X @ w - y) ** 2) + decay * np.sum(w ** 2), dict(N=4.0)),
        "signs": (dict(x=real(3), a=positive()), lambda x, a: np.sum(np.where(x < a, x ** 3, np.abs(x) / a))),
        "ratio": (dict(a=real(), b=positive(), c=real(), x=real(3)),
                  lambda a, b, c, x: np.sum((a - (b - c)) / b * x / (a * b) - a / (b / c)), dict(n=3.0)),
        "powers": (dict(x=positive(3), p=real()), lambda x, p: np.sum(x ** p + x ** -2 + (-x) ** 2 - np.sqrt(x))),
    },
}


def check(what, actual, expected, tolerance):
    global passed, failed
    actual, expected = np.asarray(actual, float), np.asarray(expected, float)
    if actual.shape == expected.shape and np.allclose(actual, expected, rtol=tolerance, atol=tolerance):
        passed += 1
    else:
        failed += 1
        print(f"FAIL {what}: {actual}, expected {expected}")


def derivative(function, inputs, name, weight):
    """Of sum(weight * function); of the function itself, an axis for each element behind its own, without weight."""
    x = np.asarray(inputs[name], float)
    places = list(np.ndindex(*x.shape))
    if len(places) > 200:
        places = places[:: len(places) // 100]
    columns = []
    for place in places:
        sides = []
        for step in (1e-5, -1e-5):
            moved = x.copy()
            moved[place] += step
            sides.append(np.asarray(function(**{**inputs, name: moved})))
        columns.append((sides[0] - sides[1]) / 2e-5)
    weighted = [np.sum(weight * column) if weight is not None else column for column in columns]
    return places, weighted


def check_gradient(what, value, function, inputs, name, weight):
    places, expected = derivative(function, inputs, name, weight)
    x = np.asarray(inputs[name])
    if weight is None and np.ndim(expected[0]) == 1:
        check(what, value, np.stack(expected, axis=-1), 1e-6)
        return
    value = np.asarray(value, float)
    if value.shape != x.shape:
        check(what, value, np.zeros(x.shape), 1e-6)
        return
    check(what, [value[place] for place in places], [float(e) for e in expected], 1e-6)


def check_function(what, lines, case):
    inputs, function, sizes, shapes, updates = case + ({},) * (5 - len(case))
    value = np.asarray(function(**inputs))
    output = next((line.split("/")[0].strip()[1:] for line in lines if " = " in line and line.strip().startswith("d")
                   and "/d" in line.split(" = ")[0]), what)
    weight = rng.uniform(0.5, 1.5, value.shape) if value.ndim else None
    names = {**inputs, **sizes}
    for line in lines:
        for word in line.replace("[", " ").replace(")", " ").split():
            if word == "d_" + output or word == "d_y" and what == "convolve":
                names[word] = weight
    page = Page(lines, names, shapes)
    result = next(page.names[name] for name in (output, "loss", "y") if name in page.names and name not in inputs)
    check(f"{what}: the value", result, value, 1e-12)
    for name in inputs:
        quotient = [n for n in page.names if n.endswith(f"/d{name}") and n.startswith("d")]
        if quotient:
            check_gradient(f"{what}: {quotient[0]}", page.names[quotient[0]], function, inputs, name, None)
        elif f"d_{name}" in page.names:
            check_gradient(f"{what}: d_{name}", page.names[f"d_{name}"], function, inputs, name,
                           weight if weight is not None else 1.0)
    for name, update in updates.items():
        check(f"{what}: {name}", page.names[name], update(**inputs), 1e-12)


def main(gradc):
    for program, cases in CASES.items():
        path = os.path.join(here, "..", program)
        math, page = (subprocess.run([gradc, f"--emit={kind}", path], check=True, capture_output=True, text=True).stdout
                      for kind in ("math", "html"))
        check_program(program, math, cases)
        check_program(program + " in MathML", mathml.paragraphs(page, math), cases)
    print(f"{passed} passed, {failed} failed")
    return failed > 0


def check_program(program, text, cases):
    seen = set()
    for paragraph in text.strip().split("\n\n"):
        heading, *lines = paragraph.split("\n")
        name = heading.split("(")[0]
        seen.add(name)
        try:
            check_function(name, lines, cases[name])
        except (KeyError, SyntaxError, ValueError, TypeError) as error:
            check(f"{name}: {type(error).__name__}: {error}", 0, 1, 0)
    check(f"the functions of {program}", seen == set(cases), True, 0)

if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
