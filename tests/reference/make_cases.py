"""Writes tests/run/*.nn and *.case: programs, inputs, and what NumPy and SciPy say the outputs and gradients are.

    python3 tests/reference/make_cases.py [GROUP...]

The value of each program is written here a second time, as a NumPy formula. Gradients are differences of eighth order
of that formula (taken with two steps that must agree), or, at kinks and extremes, written out by hand. Inputs are
multiples of 1/64, which float32 holds exactly.
"""
import os
import re
import sys
import zlib
from itertools import product

import numpy as np
from scipy import special

import geometry
import library
import routines
import solvers
import stats

HERE = os.path.dirname(os.path.abspath(__file__))
chosen = sys.argv[1:]
groups = {}
current = None


def group(name, text=""):
    """The cases that follow go to NAME.nn, after TEXT."""
    global current
    current = groups[name] = {"name": name, "text": [text.strip()] if text else [], "exports": [], "cases": []}


def text(nn):
    current["text"].append(nn.strip())


def rng(name):
    return np.random.default_rng(zlib.crc32(name.encode()))


def snap(x):
    return np.round(np.asarray(x) * 64) / 64


def uniform(shape, low=-2.0, high=2.0, key=""):
    """Numbers that are reproducible and differ from one another."""
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    generator = rng(f"{shape}{low}{high}{key}")
    count = int(np.prod(shape))
    step = max(1, round((high - low) * 64)) / 64 / max(count, 1)
    grid = low + step * (np.arange(count) + generator.uniform(0.2, 0.8, count))
    return snap(generator.permutation(grid)).reshape(shape)


STENCIL = [(1, 4 / 5), (2, -1 / 5), (3, 4 / 105), (4, -1 / 280)]


def derivative(f, h=2e-3):
    """f' of a function that acts element by element."""
    return lambda x: sum(w * (f(x + k * h) - f(x - k * h)) for k, w in STENCIL) / h


def gradient(f, x, h=2e-3):
    """The gradient of the scalar f(x) for an array x."""
    x = np.array(x, float)
    g = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        kept = x[i]

        def at(value):
            x[i] = value
            return f(x)
        step = h * max(1.0, abs(kept))
        g[i] = sum(w * (at(kept + k * step) - at(kept - k * step)) for k, w in STENCIL) / step
        x[i] = kept
    return g


def jacobian(f, x, h=2e-3):
    x = np.array(x, float)
    y = np.asarray(f(x))
    J = np.zeros(y.shape + x.shape)
    for i in np.ndindex(x.shape):
        kept = x[i]

        def at(value):
            x[i] = value
            return np.asarray(f(x), float)
        J[(Ellipsis,) + i] = sum(w * (at(kept + k * h) - at(kept - k * h)) for k, w in STENCIL) / h
        x[i] = kept
    return J


def numbers(x):
    x = np.ravel(np.asarray(x))
    if x.dtype.kind in "bi":
        return " ".join(str(int(v)) for v in x)
    return " ".join("%.17g" % v for v in x)


def case(nn, f=None, *, sizes=None, wrt=None, outputs=None, seeds=None, gradients=None, updates=None, rough=False,
         double=False, tolerance=None, tolerance32=None, status=None, late=False, lower=False, extra="", export=True, name=None, **inputs):
    """One program and its case. f takes the inputs by name and returns the outputs: one, or a dict. Real inputs are
    floats; int ones are integers."""
    if chosen and current["name"] not in chosen:
        return
    function = re.search(r"^(\w+)\(", nn.strip(), re.M).group(1) if name is None else name
    if nn:
        text(nn)
    label = function
    if any(c["label"] == label for c in current["cases"]):
        label += "_" + str(sum(c["function"] == function for c in current["cases"]) + 1)
    arrays = {k: np.asarray(v) for k, v in inputs.items()}
    reals = [k for k, v in arrays.items() if v.dtype.kind == "f"]
    wrt = reals if wrt is None else wrt
    if updates is not None:
        wrt = []
    lines = [f"case {label}"]
    if function != label:
        lines.append(f"function {function}")
    lines += [f"size {k} {v}" for k, v in (sizes or {}).items()]
    lines += [f"input {k} {numbers(v)}" for k, v in arrays.items()]
    if status is not None:
        lines.append(f"status {status}")
    if gradients is not None:
        rough = True
    for flag, on in ("late", late), ("lower", lower), ("rough", rough), ("double", double):
        if on:
            lines.append(flag)
    if tolerance:
        lines.append(f"tolerance {tolerance:g}")
    if tolerance32:
        lines.append(f"tolerance32 {tolerance32:g}")
    if f is not None and status is None:
        def evaluate(values):
            copies = {k: np.array(v) for k, v in values.items()}
            y = f(*copies.values()) if isinstance(f, np.ufunc) else f(**copies)
            if not isinstance(y, dict):
                y = {outputs[0] if outputs else function: y}
            return {k: np.asarray(v) for k, v in y.items()}
        with np.errstate(all="ignore"):
            y = evaluate(arrays)
        lines += [f"output {k} {numbers(v)}" for k, v in y.items()]
        if updates is not None:
            lines += [f"update {k} {numbers(v)}" for k, v in updates.items()]
        elif wrt:
            if seeds is None:
                seeds = {k: uniform(v.shape, 0.5, 1.5, key="seed" + k) for k, v in y.items() if v.dtype.kind == "f"}
            seeds = {k: np.broadcast_to(v, y[k].shape) for k, v in seeds.items()}
            lines += [f"seed {k} {numbers(v)}" for k, v in seeds.items()]
            if gradients is None:
                gradients = {}
                for w in wrt:
                    def total(x):
                        result = evaluate({**arrays, w: x})
                        return sum(float(np.sum(seeds[k] * result[k])) for k in seeds)
                    with np.errstate(all="ignore"):
                        g = gradient(total, arrays[w])
                        again = gradient(total, arrays[w], 1e-3)
                    scale = max(1e-3, np.abs(g).max(initial=0))
                    if not np.abs(g - again).max(initial=0) <= 2e-8 * scale:
                        sys.exit(f"{label}: differences for {w} disagree by {np.abs(g - again).max() / scale:g}")
                    gradients[w] = g
            lines += [f"gradient {k} {numbers(np.broadcast_to(v, arrays[k].shape))}" for k, v in gradients.items()]
    current["cases"].append({"label": label, "function": function, "lines": lines})
    if export and nn:
        current["exports"].append(f"export {function}" + (" wrt " + ", ".join(wrt) if wrt else "") + extra)


def write():
    folder = os.path.join(HERE, "..", "run")
    for name, g in groups.items():
        if chosen and name not in chosen:
            continue
        with open(os.path.join(folder, name + ".nn"), "w") as out:
            out.write(f"# {name}.nn: written by tests/reference/make_cases.py\n")
            out.write("\n".join(g["text"] + [""] + g["exports"]) + "\n")
        with open(os.path.join(folder, name + ".case"), "w") as out:
            out.write(f"# {name}.case: written by tests/reference/make_cases.py\n")
            out.write("\n".join(line for c in g["cases"] for line in c["lines"]) + "\n")


# ---- Element-wise functions: value, gradient, and second derivative ----

def erf(x): return special.erf(x)
def sigmoid(x): return special.expit(x)
def softplus(x): return np.logaddexp(0, x)


UNARY = [
    ("exp", np.exp, -2, 2), ("expm1", np.expm1, -1, 1), ("log", np.log, 0.3, 3), ("log1p", np.log1p, -0.5, 2),
    ("sqrt", np.sqrt, 0.3, 3), ("sin", np.sin, -3, 3), ("cos", np.cos, -3, 3), ("tan", np.tan, -1, 1),
    ("asin", np.arcsin, -0.8, 0.8), ("acos", np.arccos, -0.8, 0.8), ("atan", np.arctan, -2, 2),
    ("sinh", np.sinh, -2, 2), ("cosh", np.cosh, -2, 2), ("tanh", np.tanh, -2, 2), ("asinh", np.arcsinh, -2, 2),
    ("acosh", np.arccosh, 1.3, 3), ("atanh", np.arctanh, -0.7, 0.7), ("erf", special.erf, -2, 2),
    ("erfc", special.erfc, -2, 2), ("lgamma", special.gammaln, 0.4, 4), ("digamma", special.digamma, 0.5, 4),
]
ACTIVATIONS = [
    ("sigmoid", sigmoid), ("log_sigmoid", lambda x: -softplus(-x)), ("softplus", softplus),
    ("relu", lambda x: np.where(x > 0, x, 0)), ("leaky_relu", lambda x: np.where(x > 0, x, 0.01 * x)),
    ("elu", lambda x: np.where(x > 0, x, np.expm1(x))),
    ("selu", lambda x: 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * np.expm1(x))),
    ("gelu", lambda x: 0.5 * x * (1 + erf(x / np.sqrt(2)))),
    ("gelu_tanh", lambda x: 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))),
    ("silu", lambda x: x * sigmoid(x)), ("hardtanh", lambda x: np.where(np.abs(x) < 1, x, np.sign(x))),
    ("softsign", lambda x: x / (1 + np.abs(x))),
]
# Away from -1, 0 and 1.
AWAY = np.array([-2.5, -1.5, -0.75, -0.25, 0.25, 0.625, 1.5, 2.75])

group("elementwise")
for name, f, low, high in UNARY:
    x = uniform(6, low, high)
    case(f"{name}_1(x: [n]) = {name}(x)", lambda x, f=f: f(x), sizes={"n": 6}, x=x)
group("elementwise_second")
for name, f, low, high in UNARY:
    x = uniform(4, low, high)
    case(f"{name}_2(x: [n]) = sum(range(n) * grad(sum({name}(x)), x))",
         lambda x, f=f: np.sum(np.arange(4) * derivative(f)(x)), sizes={"n": 4}, x=x, tolerance=1e-7, tolerance32=5e-3)

group("binary")
A, B = uniform(6, 0.3, 2, "a"), uniform(6, -1.5, 1.5, "b")
for name, nn, f, a, b in [
        ("add", "a + b", lambda a, b: a + b, A, B), ("sub", "a - b", lambda a, b: a - b, A, B),
        ("mul", "a * b", lambda a, b: a * b, A, B), ("div", "b / a", lambda a, b: b / a, A, B),
        ("pow", "a^b", lambda a, b: a**b, A, B), ("atan2", "atan2(a, b)", np.arctan2, A, B),
        ("max", "max(a, b)", np.maximum, A, B), ("min", "min(a, b)", np.minimum, A, B),
        ("logaddexp", "logaddexp(a, b)", np.logaddexp, A, B),
        ("huber", "huber(2 * b, delta = 0.75)", lambda a, b: special.huber(0.75, 2 * b), A, B),
        ("huber_one", "huber(1.3 * a * b)", lambda a, b: special.huber(1, 1.3 * a * b), A, B),
        ("neg", "-a - -b", lambda a, b: b - a, A, B),
        ("right", "a^2^b", lambda a, b: a**(2**b), A, B), ("minus_power", "-a^2 + b^2", lambda a, b: -a**2 + b**2, A, B),
        ("inverse", "a^-1 * b", lambda a, b: b / a, A, B), ("half", "a^0.5 + b^3", lambda a, b: a**0.5 + b**3, A, B),
        ("zeroth", "a^0 * b^1", lambda a, b: b, A, B), ("quotients", "b / a / a", lambda a, b: b / a**2, A, B),
        ("bars", "|b * |a - b|| * a", lambda a, b: np.abs(b * np.abs(a - b)) * a, A, B)]:
    case(f"{name}_1(a: [n], b: [n]) = {nn}", lambda a, b, f=f: f(a, b), sizes={"n": 6}, a=a, b=b)
    case(f"{name}_2(a: [n], b: [n]) {{\n    s = sum({nn})\n    return {name}_2 = sum(grad(s, a) * b) + sum(sin(grad(s, b)))\n}}",
         lambda a, b, f=f: np.sum(derivative(lambda t: f(t, b))(a) * b) + np.sum(np.sin(derivative(lambda t: f(a, t))(b))),
         sizes={"n": 6}, a=a, b=b, tolerance=1e-7, tolerance32=5e-3)

group("activations")
for name, f in ACTIVATIONS:
    case(f"{name}_1(x: [n]) = {name}(x)", lambda x, f=f: f(x), sizes={"n": 8}, x=AWAY)
    case(f"{name}_2(x: [n]) = sum(range(n) * grad(sum({name}(x)), x))",
         lambda x, f=f: np.sum(np.arange(8) * derivative(f)(x)), sizes={"n": 8}, x=AWAY, tolerance=1e-7, tolerance32=5e-3)
case("steep(x: [n], s) = leaky_relu(x, slope = s)", lambda x, s: np.where(x > 0, x, s * x), sizes={"n": 8}, x=AWAY, s=0.25)
case("elu_alpha(x: [n], a) = elu(x, a)", lambda x, a: np.where(x > 0, x, a * np.expm1(x)),
     sizes={"n": 8}, x=AWAY, a=1.5)
case("maxout_1(x: [m, 6]) = maxout(x, 3)", lambda x: x.reshape(4, 2, 3).max(-1), sizes={"m": 4}, x=uniform((4, 6)))
case("clip_1(x: [n], lo, hi) = clip(x, lo, hi)", lambda x, lo, hi: np.clip(x, lo, hi), sizes={"n": 8}, x=AWAY, lo=-1.0, hi=1.0)

group("steps")
x = np.array([-2.5, -1.25, -0.75, 0.25, 1.75, 2.25])
for name, f in ("floor", np.floor), ("ceil", np.ceil), ("round", np.round), ("sign", np.sign):
    case(f"{name}_1(x: [n]) = {name}(x) * x", lambda x, f=f: f(x) * x, sizes={"n": 6}, x=x + 0.125)
    case(f"{name}_halves(x: [n]) = {name}(x)", lambda x, f=f: f(x), sizes={"n": 6},
         x=np.array([-2.5, -1.5, -0.5, 0.5, 1.5, 2.0]), gradients={"x": np.zeros(6)})
case("abs_1(x: [n]) = abs(x) * x", lambda x: np.abs(x) * x, sizes={"n": 6}, x=x)
for name, op in ("eq", "=="), ("ne", "!="), ("lt", "<"), ("le", "<="), ("gt", ">"), ("ge", ">="):
    case(f"{name}_1(x: [n], y: [n]) = real(x {op} y) * x",
         lambda x, y, op=op: eval(f"x {op} y") * x, sizes={"n": 4}, x=np.array([1.0, 2, 3, 4]), y=np.array([1.0, 3, 2, 4]),
         gradients={"x": eval(f"uniform((4,), 0.5, 1.5, 'seed{name}_1') * (np.array([1,2,3,4]) {op} np.array([1,3,2,4]))"), "y": 0.0})
case("logic(x: [n], y: [n]) = if x > 0 and not y > 0 or x < -1 then x * y else x + y",
     lambda x, y: np.where(((x > 0) & ~(y > 0)) | (x < -1), x * y, x + y), sizes={"n": 6}, x=x, y=x[::-1] + 0.5)
case("named_truth(x: [n]) {\n    big = x > 1 or x < -1\n    return named_truth = if not big then x^2 else real(big) * x\n}",
     lambda x: np.where(np.abs(x) > 1, x, x**2), sizes={"n": 6}, x=x)

# ---- Kinks: what section 5 fixes ----

group("kinks")
z = np.array([-1.0, 0.0, 2.0, -0.0])


def kink(nn, f, gradients, sizes=None, **inputs):
    function = re.search(r"^(\w+)\(", nn, re.M).group(1)
    case(nn, f, sizes=sizes, gradients=gradients, seeds={function: 1.0}, **inputs)


kink("relu_at_0(x: [n]) = relu(x)", lambda x: np.maximum(x, 0), {"x": [0, 0, 1, 0]}, {"n": 4}, x=z)
kink("abs_at_0(x: [n]) = |x|", np.abs, {"x": [-1, 0, 1, 0]}, {"n": 4}, x=z)
kink("sign_at_0(x: [n]) = sign(x)", np.sign, {"x": 0}, {"n": 4}, x=z)
kink("max_ties(a: [n], b: [n]) = max(a, b)", lambda a, b: np.maximum(a, b), {"a": [1, 0, 1], "b": [0, 1, 0]}, {"n": 3},
     a=np.array([1.0, 2, 3]), b=np.array([1.0, 3, 2]))
kink("min_ties(a: [n], b: [n]) = min(a, b)", lambda a, b: np.minimum(a, b), {"a": [1, 1, 0], "b": [0, 0, 1]}, {"n": 3},
     a=np.array([1.0, 2, 3]), b=np.array([1.0, 3, 2]))
kink("max_first(x: [n]) = max(x)", lambda x: x.max(), {"x": [0, 1, 0, 0]}, {"n": 4}, x=np.array([1.0, 3, 3, 3]))
kink("min_first(x: [n]) = min(x)", lambda x: x.min(), {"x": [0, 1, 0, 0]}, {"n": 4},
     x=np.array([2.0, -1, -1, 0]))
kink("max_rows(x: [m, n]) = max(x, axis = 1)", lambda x: x.max(1), {"x": [[1, 0, 0], [0, 1, 0]]}, {"m": 2, "n": 3},
     x=np.array([[5.0, 5, 5], [1, 2, 2]]))
kink("max_all_axes(x: [m, n]) = max(x)", lambda x: x.max(), {"x": [[0, 1, 0], [0, 0, 0]]},
     {"m": 2, "n": 3}, x=np.array([[1.0, 2, 0], [2, 2, 2]]))
kink("norm_at_0(x: [n]) = norm(x)", lambda x: 0.0, {"x": 0}, {"n": 3}, x=np.zeros(3))
kink("bars_at_0(x: [n], s) = s * ||x||", lambda x, s: 0.0, {"x": 0, "s": 0}, {"n": 3}, x=np.zeros(3), s=2.0)
kink("norm_rows_at_0(x: [m, n]) = norm(x, axis = 1)", lambda x: np.array([0.0, 5.0]), {"x": [[0, 0], [0.6, 0.8]]},
     {"m": 2, "n": 2}, x=np.array([[0.0, 0], [3, 4]]))
kink("clip_at_ends(x: [n]) = clip(x, -1, 1)", lambda x: np.clip(x, -1, 1), {"x": [0, 1, 1, 1, 0]}, {"n": 5},
     x=np.array([-2.0, -1, 0, 1, 2]))
kink("square_at_0(x: [n]) = x^2 + x^1", lambda x: x**2 + x, {"x": [-1, 1, 5, 1]}, {"n": 4}, x=z)
kink("zeroth_at_0(x: [n]) = x^0", lambda x: x**0, {"x": 0}, {"n": 4}, x=z)
kink("squared_norm_at_0(x: [n]) = ||x||^2", lambda x: 0.0, {"x": 0}, {"n": 3}, x=np.zeros(3))
kink("power_at_0(x: [n], p) = x^p", lambda x, p: x**p, {"x": [0, 3, 12], "p": np.log(2) * 8}, {"n": 3},
     x=np.array([0.0, 1, 2]), p=3.0)
kink("router(x, y) = max(x, y) + max(y, x)", lambda x, y: 2 * np.maximum(x, y), {"x": 1, "y": 1},
     x=2.0, y=2.0)
kink("pool_ties(x: [n]) = sum(max(reshape(x, [n / 2, 2]), axis = 1))", lambda x: x.reshape(-1, 2).max(1).sum(),
     {"x": [1, 0, 0, 1]}, {"n": 4}, x=np.array([1.0, 1, 2, 3]))

# ---- The side of an `if` that is not taken contributes exactly 0 ----

group("choice")
kink("safe_log(x: [n]) = if x > 0 then log(x) else 0", lambda x: np.where(x > 0, np.log(np.where(x > 0, x, 1)), 0),
     {"x": [0, 0, 1, 0.5]}, {"n": 4}, x=np.array([-1.0, 0, 1, 2]))
kink("safe_root(x: [n]) = if x > 0 then sqrt(x) else 0 * x", lambda x: np.sqrt(np.maximum(x, 0)),
     {"x": [0, 0, 0.5, 0.25]}, {"n": 4}, x=np.array([-1.0, 0, 1, 4]))
kink("safe_quotient(x: [n], y: [n]) = if y != 0 then x / y else x", lambda x, y: np.array([1.0, 1.0]),
     {"x": [1, 0.5], "y": [0, -0.5]}, {"n": 2}, x=np.array([1.0, 2]), y=np.array([0.0, 2]))
kink("overflow(x: [n]) = if x < 100 then exp(x) else x", lambda x: np.array([1.0, 1000, 2000]), {"x": [1, 1, 1]}, {"n": 3},
     x=np.array([0.0, 1000, 2000]))
kink("sinc(x: [n]) = if x == 0 then 1 else sin(x) / x", lambda x: np.sinc(x / np.pi),
     {"x": [0, (np.cos(1) - np.sin(1))]}, {"n": 2}, x=np.array([0.0, 1]))
kink("both_sides(x: [n], c: [n]) = if c > 0 then x^2 else -x", lambda x, c: np.array([1.0, -2, 9]),
     {"x": [2, -1, 6], "c": 0}, {"n": 3}, x=np.array([1.0, 2, 3]), c=np.array([1.0, -1, 1]))
kink("scalar_choice(x: [n], s) = if s > 0 then x * s else x / s", lambda x, s: x * 2, {"x": 2, "s": 6}, {"n": 3},
     x=np.array([1.0, 2, 3]), s=2.0)
kink("scalar_other(x: [n], s) = if s > 0 then x * s else log(s) * x", lambda x, s: x * np.nan, {"s": -3, "x": np.nan}, {"n": 2},
     x=np.array([1.0, 2]), s=-1.0)
kink("spread(x, y: [n]) = if y > 0 then x else y", lambda x, y: np.array([5.0, -1, 5]), {"x": 2, "y": [0, 1, 0]}, {"n": 3},
     x=5.0, y=np.array([1.0, -1, 2]))
kink("nested_if(x: [n]) = if x < 0 then -x else if x < 1 then x^2 else log(x)", lambda x: np.array([1.0, 0.25, np.log(2)]),
     {"x": [-1, 1, 0.5]}, {"n": 3}, x=np.array([-1.0, 0.5, 2]))
kink("bad_derivative(x: [n]) = if x > 0 then x^0.5 else x^2", lambda x: np.array([0.0, 2]), {"x": [0, 0.25]}, {"n": 2},
     x=np.array([0.0, 4]))
kink("second_of_choice(x: [n]) = sum(grad(sum(if x > 0 then x^1.5 else 0), x))", lambda x: 1.5 * 2, {"x": [0, 1.5 / 4]},
     {"n": 2}, x=np.array([0.0, 4]))
kink("infinite_side(x: [n]) = sum(if x > 0 then 1 / x else 0)", lambda x: 0.5, {"x": [0, -0.25]}, {"n": 2}, x=np.array([0.0, 2]))
kink("masked_sum(x: [n], m: [n]) = sum(if m > 0 then x * inf else x)", lambda x, m: 3.0, {"x": 1, "m": 0}, {"n": 2},
     x=np.array([1.0, 2]), m=np.array([-1.0, -1]))

# ---- Numerically safe functions at extremes ----

group("safe")
E3, E300 = np.array([-1e3, 0, 1e3]), np.array([-1e300, -1e3, 0.0, -0.0, 1e3, 1e300])
s = special.expit(E300)
for name, f, g in [
        ("sigmoid", sigmoid, s * (1 - s)), ("log_sigmoid", lambda x: -np.logaddexp(0, -x), 1 - s),
        ("softplus", softplus, s), ("tanh", np.tanh, 1 - np.tanh(E300)**2),
        ("relu", lambda x: np.maximum(x, 0), (E300 > 0) * 1.0), ("silu", lambda x: x * sigmoid(x), [0, 0, .5, .5, 1, 1]),
        ("gelu", lambda x: np.where(x > 0, x, 0), [0, 0, .5, .5, 1, 1]),
        ("elu", lambda x: np.where(x > 0, x, np.expm1(x)), [0, 0, 1, 1, 1, 1]),
        ("softsign", lambda x: x / (1 + np.abs(x)), 1 / (1 + np.abs(E300)) / (1 + np.abs(E300))),
        ("atan", np.arctan, 1 / (1 + np.minimum(np.abs(E300), 1e150)**2)), ("erf", special.erf, [0, 0, 2 / np.sqrt(np.pi), 2 / np.sqrt(np.pi), 0, 0])]:
    case(f"{name}_far(x: [n]) = {name}(x)", lambda x, f=f: f(x), sizes={"n": 6}, x=E300, gradients={"x": g},
         seeds={name + "_far": 1.0}, double=True)
for scale, key in (1e3, "e3"), (1e300, "e300"):
    x = np.array([scale, -scale, scale, 0])
    half = np.array([0.5, 0, 0.5, 0])
    w = np.array([1.0, 2, 3, 4])
    only64 = scale > 1e30
    case(f"softmax_{key}(x: [n]) = softmax(x)", lambda x: half, sizes={"n": 4}, x=x, seeds={f"softmax_{key}": w},
         gradients={"x": half * (w - (w * half).sum())}, double=only64)
    case(f"lse_{key}(x: [n]) = logsumexp(x)", lambda x: scale + np.log(2), sizes={"n": 4}, x=x, seeds={f"lse_{key}": 1.0},
         gradients={"x": half}, double=only64)
    case(f"log_softmax_{key}(x: [n]) = log_softmax(x)", lambda x: x - scale - np.log(2), sizes={"n": 4}, x=x,
         seeds={f"log_softmax_{key}": w}, gradients={"x": w - half * w.sum()}, double=only64)
    case(f"xent_{key}(x: [m, n], k: int[m]) = cross_entropy(x, k)", lambda x, k: (np.log(2) + scale + np.log(2)) / 2,
         sizes={"m": 2, "n": 4}, x=np.stack([x, x]), k=[0, 3], seeds={f"xent_{key}": 1.0},
         gradients={"x": np.stack([[-0.25, 0, 0.25, 0], [0.25, 0, 0.25, -0.5]])}, double=only64)
    case(f"bce_{key}(z: [n], y: [n]) = binary_cross_entropy(z, y)", lambda z, y: (0 + 0 + scale + np.log(2)) / 4,
         sizes={"n": 4}, z=x, y=np.array([1.0, 0, 0, 0]), wrt=["z"], seeds={f"bce_{key}": 1.0},
         gradients={"z": [0, 0, 0.25, 0.125]}, double=only64)
    case(f"norm_{key}(x: [n]) = ||x||", lambda x: scale * np.sqrt(3), sizes={"n": 4}, x=x, seeds={f"norm_{key}": 1.0},
         gradients={"x": x / scale / np.sqrt(3)}, double=only64)
    case(f"norm_rows_{key}(x: [m, n]) = norm(x, axis = 1, keepdims = true)",
         lambda x: np.array([[scale * np.sqrt(3)], [np.sqrt(3) / scale]]), sizes={"m": 2, "n": 4},
         x=np.stack([x, np.sign(x) / scale]), seeds={f"norm_rows_{key}": 1.0}, double=only64,
         gradients={"x": np.stack([np.sign(x), np.sign(x)]) / np.sqrt(3)})
    case(f"logaddexp_{key}(a: [n], b: [n]) = logaddexp(a, b)", lambda a, b: np.array([scale, scale, scale + np.log(2), np.log(2)]),
         sizes={"n": 4}, a=np.array([scale, -scale, scale, 0]), b=np.array([-scale, scale, scale, 0]),
         seeds={f"logaddexp_{key}": 1.0}, gradients={"a": [1, 0, 0.5, 0.5], "b": [0, 1, 0.5, 0.5]}, double=only64)
M = np.array([[0.0, -np.inf, 1.0], [-np.inf, -np.inf, 2.0]])
P = np.exp(M) / np.exp(M).sum(1, keepdims=True)
W = np.array([[1.0, 2, 3], [4, 5, 6]])
case("softmax_masked(x: [m, n]) = softmax(x)", lambda x: P, sizes={"m": 2, "n": 3}, x=M, seeds={"softmax_masked": W},
     gradients={"x": P * (W - (P * W).sum(1, keepdims=True))})
case("lse_masked(x: [m, n]) = logsumexp(x, axis = 1)", lambda x: np.log(np.exp(x).sum(1)), sizes={"m": 2, "n": 3}, x=M,
     seeds={"lse_masked": [1.0, 1.0]}, gradients={"x": P})
case("masked_by_if(x: [n, n]) = sum(softmax(if range(n) <= range(n)[:, new] then x else -inf)^2)",
     lambda x: np.sum((lambda e: e / e.sum(1, keepdims=True))(np.where(np.tri(3) > 0, np.exp(x), 0))**2), sizes={"n": 3},
     x=uniform((3, 3)))
for name, nn, f in [("softmax", "softmax(x)", lambda x: special.softmax(x)), ("lse", "logsumexp(x)", special.logsumexp),
                    ("norm", "norm(x)", np.linalg.norm), ("log_softmax", "log_softmax(x)", special.log_softmax)]:
    case(f"{name}_second(x: [n], w: [n]) = sum(sin(grad(sum({nn} * w^2), x)) * w)",
         lambda x, w, f=f: np.sum(np.sin(gradient(lambda t: np.sum(f(t) * w**2), x)) * w), sizes={"n": 4},
         x=uniform(4), w=uniform(4, 0.5, 1.5), tolerance=1e-7, tolerance32=5e-3)
case("sums_far(x: [n]) = var(x) + mean(x)", lambda x: np.var(x) + np.mean(x), sizes={"n": 4}, x=np.array([1000.0, 1001, 1002, 1004]),
     tolerance32=2e-3)

# Constants whose product is no number of the precision stay apart.
case("far_factors(x, y) = (1e-24 * x) * (1e-24 * y)", lambda x, y: (1e-24 * x) * (1e-24 * y), x=2.0**80, y=2.0**81)

# ---- Reductions ----

group("reductions")
X = uniform((2, 3, 4), 0.25, 2)
FORMS = [("none", "", {}), ("axis0", ", axis = 0", {"axis": 0}), ("last", ", axis = -1", {"axis": -1}),
         ("list", ", axis = [0, 2]", {"axis": (0, 2)}), ("negatives", ", axis = [-1, -2]", {"axis": (1, 2)}),
         ("keep", ", axis = 1, keepdims = true", {"axis": 1, "keepdims": True}),
         ("keep_all", ", keepdims = true", {"keepdims": True})]
NORM = lambda x, **k: np.sqrt(np.sum(x * x, **k))
for name, f in [("sum", np.sum), ("mean", np.mean), ("prod", np.prod), ("max", np.max), ("min", np.min), ("var", np.var),
                ("std", np.std), ("norm", NORM), ("logsumexp", special.logsumexp)]:
    for form, nn, arguments in FORMS:
        case(f"{name}_{form}(x: [a, b, 4]) = {name}(x{nn})", lambda x, f=f, k=arguments: f(x, **k), sizes={"a": 2, "b": 3}, x=X)
    case(f"{name}_second(x: [a, b]) = sum(grad(sum({name}(x, axis = 1)^2), x)^2)",
         lambda x, f=f: np.sum(gradient(lambda t: np.sum(f(t, axis=1)**2), x)**2), sizes={"a": 2, "b": 3}, x=X[:, :, 0],
         tolerance=1e-6, tolerance32=1e-2)
for form, nn, arguments in FORMS:
    case(f"sumsq_{form}(x: [a, b, 4]) = sum(x^2{nn}) * 0.5", lambda x, k=arguments: np.sum(x * x, **k) / 2, sizes={"a": 2, "b": 3}, x=X)
group("long")
# Reductions are formed in parts of 32: lengths around multiples of it, and an odd element in each kind of place.
for name, f in [("max", np.max), ("min", np.min), ("logsumexp", special.logsumexp)]:
    nn = f"long_{name}(x: [n]) = {name}(x)"
    for n in 15, 31, 32, 33, 64, 75:
        x = uniform(n, key=name)
        case(nn, lambda x: f(x), sizes={"n": n}, x=x, tolerance32=1e-4, name=f"long_{name}")
        nn = ""
        for odd in (np.nan, np.inf, -np.inf) if name != "logsumexp" else (-np.inf,):
            for at in {2, n // 2, n - 1}:
                y = x.copy()
                y[at] = odd
                case("", lambda x: f(x), sizes={"n": n}, wrt=[], x=y, tolerance32=1e-4, name=f"long_{name}")
case("long_sum(x: [n]) = sum(x^2)", lambda x: np.sum(x**2), sizes={"n": 77}, x=uniform(77), tolerance32=1e-4)
# Fixed lengths: parts that fill a vector of either precision, and what is left over.
for n in 4, 5, 7, 8, 9, 16, 19, 31, 64:
    case(f"sum_{n}(x: [{n}]) = sum(x^2 + x)", lambda x: np.sum(x**2 + x), x=uniform(n), tolerance32=1e-4)
# Values that could live in an output's array, but are read once more when that is written.
case("both_ends(x: [n]) {\n    t = exp(x)\n    s = sum(t)\n    return y = t / s, z = flip(t) * s\n}",
     lambda x: (lambda t: {"y": t / t.sum(), "z": t[::-1] * t.sum()})(np.exp(x)), sizes={"n": 35}, x=uniform(35), tolerance32=1e-3)
case("both_halves(x: [m, n]) {\n    t = exp(x - max(x))\n    s = sum(t)\n    return y = t / s, z = t * s, c = sum(t, axis = 0)\n}",
     lambda x: (lambda t: {"y": t / t.sum(), "z": t * t.sum(), "c": t.sum(0)})(np.exp(x - x.max())), sizes={"m": 7, "n": 5},
     x=uniform((7, 5)), tolerance32=1e-3)
case("row_sums(x: [m, n]) = sum(exp(x), axis = 1)", lambda x: np.exp(x).sum(1), sizes={"m": 2, "n": 69},
     x=uniform((2, 69)), tolerance32=1e-4)
# Sums over several loops keep their parts from row to row.
case("all_sums(x: [m, n], w: [n]) = sum(x^2 * w)", lambda x, w: np.sum(x**2 * w), sizes={"m": 3, "n": 69}, x=uniform((3, 69)), w=uniform(69, key="w"), tolerance32=1e-3)
case("", name="all_sums", f=lambda x, w: np.sum(x**2 * w), sizes={"m": 69, "n": 1}, x=uniform((69, 1)), w=uniform(1, key="w"), tolerance32=1e-3)
case("masked_sums(x: [k, 9, 14], y: [k, 9, 14]) {\n    z = if x <= 0 then 0 else y * x\n    return masked_sums = sum(z^2, axis = [1, 2])\n}",
     lambda x, y: (lambda z: np.sum(z**2, (1, 2)))(np.where(x <= 0, 0, y * x)), sizes={"k": 2}, x=uniform((2, 9, 14)), y=uniform((2, 9, 14), key="y"), tolerance32=1e-3)
case("wanted_sums(x: [m, n], y: [m, n]) {\n    z = x * y\n    return a = sum(z^2), b = sum(z * x), z\n}",
     lambda x, y: {"a": np.sum((x * y)**2), "b": np.sum(x * y * x), "z": x * y}, sizes={"m": 4, "n": 37}, x=uniform((4, 37)), y=uniform((4, 37), key="y"), tolerance32=1e-3)
group("chosen", "cost(p: [n, d], c: [k, d]) = sum[i](min[j](sum[a]((p[i, a] - c[j, a])^2)))")
# Sums over what is 0 but at an extremum along an axis.
P, C = uniform((70, 3), key="points"), uniform((4, 3), key="centre2")
SIZES = {"n": 70, "k": 4, "d": 3}
apart = lambda p, c: p[:, None] - c
squares = lambda p, c: (apart(p, c)**2).sum(2)
def newton(p, c):
    nearest = squares(p, c).argmin(1)[:, None] == np.arange(len(c))
    return c - nearest.T @ p / nearest.sum(0)[:, None]
case("nearest(p: [n, d], c: [k, d]) = cost(p, c)", lambda p, c: squares(p, c).min(1).sum(), sizes=SIZES, p=P, c=C, tolerance32=1e-3)
case("newton_step(p: [n, d], c: [k, d]) {\n    g = grad(cost(p, c), c)\n    return newton_step = g / jvp(g, c, ones([k, d]))\n}",
     newton, sizes=SIZES, wrt=[], p=P, c=C, tolerance32=1e-3)
case("centre_hvp(p: [n, d], c: [k, d], v: [k, d]) {\n    g = grad(cost(p, c), c)\n    return centre_hvp = grad(sum(g * v), c)\n}",
     lambda p, c, v: 2 * np.bincount(squares(p, c).argmin(1), minlength=4)[:, None] * v, sizes=SIZES, wrt=["v"], p=P, c=C,
     v=uniform((4, 3), key="v"), tolerance32=1e-3)
case("point_tangent(p: [n, d], c: [k, d], v: [n, d]) = jvp(min(sum((p[:, new] - c)^2, axis = 2), axis = 1), p, v)",
     lambda p, c, v: (2 * (p - c[squares(p, c).argmin(1)]) * v).sum(1), sizes=SIZES, wrt=["v"], p=P, c=C, v=uniform((70, 3), key="v"),
     tolerance32=1e-3)
case("nearest_norm(p: [n, d], c: [k, d], w: [n]) = sum[i](w[i] * min[j](sqrt(1 + sum[a]((p[i, a] - c[j, a])^2))))",
     lambda p, c, w: (w * np.sqrt(1 + squares(p, c).min(1))).sum(), sizes=SIZES, p=P, c=C, w=uniform(70, key="w"), tolerance32=1e-3)
case("nearest_manhattan(p: [n, d], c: [k, d]) = sum[i](min[j](sum[a](|p[i, a] - c[j, a]|)))",
     lambda p, c: np.abs(apart(p, c)).sum(2).min(1).sum(), sizes={**SIZES, "n": 5}, p=P[20:25], c=C, tolerance32=1e-3)
case("best_match(p: [n, d], c: [k, d]) = sum(max(p @ c', axis = 1)^2)", lambda p, c: ((p @ c.T).max(1)**2).sum(),
     sizes=SIZES, p=P, c=C, tolerance32=1e-3)
case("best_by_column(p: [n, d], c: [k, d]) = sum(exp(max(p @ c', axis = 0) / 8))", lambda p, c: np.exp((p @ c.T).max(0) / 8).sum(),
     sizes=SIZES, p=P, c=C, tolerance32=1e-3)
case("best_of_all(p: [n, d], c: [k, d]) = max(p @ c')^2", lambda p, c: (p @ c.T).max()**2, sizes=SIZES, p=P, c=C, tolerance32=1e-3)
case("hausdorff(p: [n, d], c: [k, d]) = max[i](min[j](sum[a]((p[i, a] - c[j, a])^2)))", lambda p, c: squares(p, c).min(1).max(),
     sizes=SIZES, p=P, c=C, tolerance32=1e-3)
kept = np.array([[0.0, 0.0], [0.0, 0.0], [1.0, 1.0]])
case("", lambda p, c: squares(p, c).min(1).sum(), name="nearest", sizes={"n": 1, "k": 3, "d": 2}, p=np.array([[1.0, 0.0]]), c=kept,
     seeds={"nearest": 1.0}, gradients={"p": [[2, 0]], "c": [[-2, 0], [0, 0], [0, 0]]})
group("lanes")
# Loops of which 32 rounds run side by side: whole blocks, a rest, less than a block. Powers that go on from round to round.
def polynomial(t, c): return np.sum((np.sum(c * t[:, None]**np.arange(len(c)), axis=1) - 1)**2)
nn = "polynomial(t: [n], c: [m]) = sum[i]((sum[j](c[j] * t[i]^j) - 1)^2)"
for n in 1, 31, 32, 33, 75:
    case(nn, polynomial, sizes={"n": n, "m": 9}, t=uniform(n, -1, 1, key="t"), c=uniform(9), tolerance32=1e-3, name="polynomial")
    nn = ""
case("polynomial_fit(c: [m], n: size) {\n    t[i < n] = -1 + 2 * i / (n - 1)\n    p[i, j < m] = t[i]^j\n    loss = 0.5 * sum((sign(t) - p @ c)^2)\n    return loss\n}",
     lambda c: (lambda t: 0.5 * np.sum((np.sign(t) - t[:, None]**np.arange(9) @ c)**2))(-1 + 2 * np.arange(77) / 76),
     sizes={"m": 9, "n": 77}, outputs=["loss"], c=uniform(9), tolerance32=1e-3)
case("powers_from_2(t: [n], c: [m]) = sum[i](sum[j](c[j] * t[i]^(j + 2))^2)",
     lambda t, c: np.sum(np.sum(c * t[:, None]**(np.arange(5) + 2), axis=1)**2), sizes={"n": 40, "m": 5}, wrt=["c"],
     t=uniform(40, -1, 1), c=uniform(5), tolerance32=1e-3)
# a number that backward reads is stored behind the loop
nn = "kept_number(a: [n, m], b: [n, m]) {\n    t[i, j] = prod[l](a[i, l] * b[j, l])\n    return y = sin(sum(t))\n}"
for n in 3, 33:
    case(nn, lambda a, b: np.sin(np.sum(np.prod(a[:, None] * b, axis=2))), sizes={"n": n, "m": 2}, name="kept_number", outputs=["y"],
         a=uniform((n, 2), -1, 1, key="kept a"), b=uniform((n, 2), -1, 1, key="kept b"), tolerance32=1e-3)
    nn = ""
case("odd_powers(t: [n], c: [m]) = sum[i](sum[j](c[j] * t[i]^(2 * j + 1))^2)",
     lambda t, c: np.sum(np.sum(c * t[:, None]**(2 * np.arange(5) + 1), axis=1)**2), sizes={"n": 40, "m": 5}, wrt=["c"],
     t=uniform(40, -1, 1), c=uniform(5), tolerance32=1e-3)
case("falling_powers(t: [n], c: [m]) = sum[i](sum[j](c[j] * t[i]^(m - 1 - j)))",
     lambda t, c: np.sum(c * t[:, None]**(4.0 - np.arange(5))), sizes={"n": 40, "m": 5}, wrt=["c"],
     t=uniform(40, 0.5, 1), c=uniform(5), tolerance32=1e-3)
case("one_polynomial(t, c: [m]) = sum[j](c[j] * t^j)", lambda t, c: np.sum(c * t**np.arange(9)), sizes={"m": 9}, t=-0.75, c=uniform(9))
case("at_0(t: [n], c: [m]) = sum[j](c[j] * t[0]^j) + sum[j](c[j] * t[1]^j)", lambda t, c: c[0] + np.sum(c * (-1.0)**np.arange(5)),
     sizes={"n": 2, "m": 5}, wrt=["c"], t=np.array([0.0, -1.0]), c=uniform(5))
case("far_powers(t: [n], c: [m]) {\n    y[i] = sum[j](c[j] * t[i]^j)\n    return y\n}",
     lambda t, c: {"y": np.array([1, np.inf, np.nan, np.inf])}, sizes={"n": 4, "m": 4}, wrt=[],
     t=np.array([0.0, np.inf, np.nan, 1e200]), c=np.array([1.0, 0.5, 2, 3]), double=True)
case("rows_of_powers(t: [n], m: size) {\n    p[j < m, i] = t[i]^j\n    return p\n}", lambda t: {"p": t**np.arange(6)[:, None]},
     sizes={"n": 5, "m": 6}, wrt=[], t=uniform(5))
gaussians = lambda x, c: np.exp(-((x[:, None] - c)**2).sum(2))
case("kernel_sums(x: [n, d], c: [k, d], w: [k]) = sum[i](log(1 + sum[j](w[j] * exp(-sum[a]((x[i, a] - c[j, a])^2)))))",
     lambda x, c, w: np.log(1 + gaussians(x, c) @ w).sum(), sizes={"n": 70, "d": 2, "k": 9}, x=uniform((70, 2)), c=uniform((9, 2), key="c"),
     w=uniform(9, 0.5, 1.5), tolerance32=1e-3)
case("kernel_values(x: [n, d], c: [k, d]) {\n    y[i] = prod[j](1 + sum[a]((x[i, a] - c[j, a])^2) / 64)\n    return y, worst = max(y), best = min(y)\n}",
     lambda x, c: (lambda y: {"y": y, "worst": y.max(), "best": y.min()})((1 + ((x[:, None] - c)**2).sum(2) / 64).prod(1)),
     sizes={"n": 70, "d": 2, "k": 9}, x=uniform((70, 2)), c=uniform((9, 2), key="c"), tolerance32=1e-3)
case("nearest_moments(x: [n, d], c: [k, d]) {\n    y[i] = min[j](sum[a]((x[i, a] - c[j, a])^2))\n    s[a] = sum[i](y[i] * x[i, a])\n    return s\n}",
     lambda x, c: {"s": ((x[:, None] - c)**2).sum(2).min(1) @ x}, sizes={"n": 70, "d": 2, "k": 9}, x=uniform((70, 2), key="moments"),
     c=uniform((9, 2), key="c"), tolerance32=1e-3)
case("nearest_of(x: [n, d], c: [k, d]) {\n    y[i] = argmin[j](sum[a]((x[i, a] - c[j, a])^2))\n    return y\n}",
     lambda x, c: {"y": ((x[:, None] - c)**2).sum(2).argmin(1)}, sizes={"n": 70, "d": 2, "k": 9}, wrt=[], x=uniform((70, 2)),
     c=uniform((9, 2), key="c"))
group("reductions_int")
T = np.array([[1, 5, 5], [7, 7, 2]], float)
for name, f in ("argmax", np.argmax), ("argmin", np.argmin):
    case(f"{name}_all(x: [m, n]) = {name}(x)", lambda x, f=f: f(x), sizes={"m": 2, "n": 3}, x=T, wrt=[])
    case(f"{name}_rows(x: [m, n]) = {name}(x, axis = 1)", lambda x, f=f: f(x, axis=1), sizes={"m": 2, "n": 3}, x=T, wrt=[])
    case(f"{name}_kept(x: [m, n]) = {name}(x, axis = 0, keepdims = true)", lambda x, f=f: f(x, axis=0)[None], sizes={"m": 2, "n": 3}, x=T, wrt=[])
for name, f in ("all", np.all), ("any", np.any):
    case(f"{name}_1(x: [m, n]) = real({name}(x > 4, axis = 1)) * x[:, 0]", lambda x, f=f: f(x > 4, axis=1) * x[:, 0],
         sizes={"m": 2, "n": 3}, x=T)
    case(f"{name}_everything(x: [m, n], s) = if {name}(x > 4) then s else s^2", lambda x, s, f=f: s if f(x > 4) else s * s,
         sizes={"m": 2, "n": 3}, x=T, s=3.0)
case("prod_with_zero(x: [m, n]) = prod(x, axis = 1)", lambda x: np.prod(x, axis=1), sizes={"m": 3, "n": 3},
     x=np.array([[1.0, 2, 3], [0, 2, 3], [0, 0, 3]]), seeds={"prod_with_zero": [1.0, 1, 1]},
     gradients={"x": [[6, 3, 2], [6, 0, 0], [0, 0, 0]]})

# ---- Broadcasting ----

group("broadcast")
SHAPES = [("ss", [], []), ("sv", [], ["n"]), ("vs", ["n"], []), ("vv", ["n"], ["n"]), ("mv", ["m", "n"], ["n"]), ("vm", ["n"], ["m", "n"]),
          ("col", ["m", "n"], ["m", 1]), ("row", ["m", "n"], [1, "n"]), ("grid", ["m", 1], [1, "n"]), ("grid2", ["m", 1], ["n"]),
          ("ones", ["m", "n"], [1, 1]), ("one", ["n"], [1]), ("batch", ["k", "m", "n"], ["m", 1]), ("deep", ["k", 1, "n"], ["m", 1]),
          ("lead", [1, "m", "n"], ["k", 1, "n"]), ("fixed", [3, 4], [4])]
SIZES = {"n": 4, "m": 3, "k": 2}
for (key, a, b), (op, f) in product(SHAPES, [("*", lambda a, b: a * b), ("-", lambda a, b: a - b), ("/", lambda a, b: a / b)]):
    def shape(axes): return tuple(SIZES.get(x, x) for x in axes)
    def spelled(axes): return "[" + ", ".join(map(str, axes)) + "]" if axes else "real"
    used = {x: SIZES[x] for x in a + b if x in SIZES}
    word = {"*": "mul", "-": "sub", "/": "div"}[op]
    case(f"{word}_{key}(a: {spelled(a)}, b: {spelled(b)}) = a {op} b", lambda a, b, f=f: f(a, b), sizes=used,
         a=uniform(shape(a), 0.5, 2, "a"), b=uniform(shape(b), 0.5, 2, "b"))
case("three(a: [m, 1], b: [n], s) = exp(a * b) + s * b", lambda a, b, s: np.exp(a * b) + s * b, sizes={"m": 3, "n": 4},
     a=uniform((3, 1)), b=uniform(4), s=0.5)
case("if_rows(a: [m, 1], b: [n]) = if a > b then a else b^2", lambda a, b: np.where(a > b, a, b**2), sizes={"m": 3, "n": 4},
     a=uniform((3, 1), key="x"), b=uniform(4, key="y"))
case("max_rows(a: [m, n], b: [n]) = max(a, b)", lambda a, b: np.maximum(a, b), sizes={"m": 3, "n": 4}, a=uniform((3, 4), key="x"), b=uniform(4, key="y"))

# ---- Matrix products ----

group("products")
FORMS = [("vv", ["k"], ["k"]), ("mv", ["m", "k"], ["k"]), ("vm", ["k"], ["k", "n"]), ("mm", ["m", "k"], ["k", "n"]),
         ("batch", ["b", "m", "k"], ["b", "k", "n"]), ("left", ["b", "m", "k"], ["k", "n"]), ("right", ["m", "k"], ["b", "k", "n"]),
         ("bv", ["b", "m", "k"], ["k"]), ("vb", ["k"], ["b", "k", "n"]), ("four", ["a", 1, "m", "k"], ["b", "k", "n"]),
         ("one", [1, "k"], ["k", 1]), ("fixed", [2, 3], [3, 2])]
SIZES = {"m": 2, "k": 3, "n": 4, "b": 2, "a": 3}
for key, a, b in FORMS:
    used = {x: SIZES[x] for x in a + b if x in SIZES}
    case(f"matmul_{key}(A: {spelled(a)}, B: {spelled(b)}) = A @ B", lambda A, B: A @ B, sizes=used, A=uniform(shape(a), key="A"), B=uniform(shape(b), key="B"))
    case(f"bent_{key}(A: {spelled(a)}, B: {spelled(b)}) = sum(tanh(A @ B)^2)", lambda A, B: np.sum(np.tanh(A @ B)**2), sizes=used,
         A=uniform(shape(a), -1, 1, key="A"), B=uniform(shape(b), -1, 1, key="B"))
T2 = lambda x: np.swapaxes(x, -1, -2)
for key, nn, f, a, b in [("tn", "A' @ B", lambda A, B: A.T @ B, (3, 2), (3, 4)), ("nt", "A @ B'", lambda A, B: A @ B.T, (2, 3), (4, 3)),
                         ("tt", "A' @ B'", lambda A, B: A.T @ B.T, (3, 2), (4, 3)), ("whole", "(A @ B)'", lambda A, B: (A @ B).T, (2, 3), (3, 4)),
                         ("gram", "A' @ A + 0 * sum(B)", lambda A, B: A.T @ A, (3, 2), (1, 1)),
                         ("chain", "A @ B @ A", lambda A, B: A @ B @ A, (3, 2), (2, 3)),
                         ("scaled", "-2 * (A @ B) / 3", lambda A, B: -2 * (A @ B) / 3, (2, 3), (3, 2)),
                         ("minus", "A @ B - B' @ A'", lambda A, B: A @ B - B.T @ A.T, (2, 3), (3, 2))]:
    case(f"product_{key}(A: [{a[0]}, {a[1]}], B: [{b[0]}, {b[1]}]) = {nn}", lambda A, B, f=f: f(A, B), A=uniform(a, key="A"), B=uniform(b, key="B"))
case("batch_transpose(A: [b, m, k], B: [b, n, k]) = A @ B'", lambda A, B: A @ T2(B), sizes={"b": 2, "m": 2, "k": 3, "n": 4},
     A=uniform((2, 2, 3), key="A"), B=uniform((2, 4, 3), key="B"))
case("quadratic(A: [n, n], x: [n]) = 0.5 * x' @ A @ x", lambda A, x: 0.5 * x @ A @ x, sizes={"n": 3}, A=uniform((3, 3)), x=uniform(3))
case("matrix_hvp(A: [n, n], x: [n], v: [n]) {\n    g = grad(sum(tanh(A @ x)), x)\n    return matrix_hvp = grad(sum(g * v), x)\n}",
     lambda A, x, v: A.T @ (-2 * np.tanh(A @ x) / np.cosh(A @ x)**2 * (A @ v)), sizes={"n": 3}, A=uniform((3, 3), -1, 1), x=uniform(3, key="x"), v=uniform(3, key="v"))
# of which a part is read
for key, nn, part in [("column", "[:, 1]", np.s_[:, 1]), ("row", "[m - 1]", np.s_[-1]), ("element", "[1, 2]", np.s_[1, 2]), ("some", "[1, 1:3]", np.s_[1, 1:3]),
                      ("step", "[1, ::2]", np.s_[1, ::2])]:
    case(f"part_{key}(A: [m, k], B: [k, n]) = tanh(A @ B){nn}", lambda A, B, part=part: np.tanh(A @ B)[part], sizes={"m": 2, "k": 3, "n": 4},
         A=uniform((2, 3), -1, 1, key="A"), B=uniform((3, 4), -1, 1, key="B"))
    case(f"part_of_{key}(A: [m, k], B: [k, n]) = (A @ B){nn}", lambda A, B, part=part: (A @ B)[part], sizes={"m": 2, "k": 3, "n": 4},
         A=uniform((2, 3), key="A"), B=uniform((3, 4), key="B"))
for key, nn, part in [("batch", "[1]", np.s_[1]), ("columns", "[:, :, 2]", np.s_[:, :, 2]), ("column_of_batch", "[0, :, 3]", np.s_[0, :, 3])]:
    case(f"part_of_{key}(A: [b, m, k], B: [b, k, n]) = (A @ B){nn}", lambda A, B, part=part: (A @ B)[part], sizes={"b": 2, "m": 2, "k": 3, "n": 4},
         A=uniform((2, 2, 3), key="A"), B=uniform((2, 3, 4), key="B"))
case("part_of_chain(A: [n, n], B: [n, n], C: [n, n]) = ((A @ B)[:, 1] @ (A @ C')[:, 0])^2 + sum(C[0] * (B @ C)[:, 0])",
     lambda A, B, C: ((A @ B)[:, 1] @ (A @ C.T)[:, 0])**2 + np.sum(C[0] * (B @ C)[:, 0]), sizes={"n": 3},
     A=uniform((3, 3), key="A"), B=uniform((3, 3), key="B"), C=uniform((3, 3), key="C"))
case("part_beside_whole(A: [m, k], B: [k, n]) {\n    y = A @ B\n    return y, column = y[:, 1]\n}", lambda A, B: {"y": A @ B, "column": (A @ B)[:, 1]},
     sizes={"m": 2, "k": 3, "n": 4}, A=uniform((2, 3), key="A"), B=uniform((3, 4), key="B"))
case("large(A: [m, k], B: [k, n]) = sum((A @ B)^2) / 1000", lambda A, B: np.sum((A @ B)**2) / 1000, sizes={"m": 19, "k": 23, "n": 17},
     A=uniform((19, 23), -1, 1, key="A"), B=uniform((23, 17), -1, 1, key="B"))

# ---- Linear algebra without factorisations ----

group("algebra")
case("dot_v(a: [n], b: [n]) = dot(a, b)", lambda a, b: a @ b, sizes={"n": 4}, a=uniform(4, key="a"), b=uniform(4, key="b"))
case("dot_batch(a: [m, n], b: [m, n]) = dot(a, b)", lambda a, b: (a * b).sum(-1), sizes={"m": 2, "n": 4}, a=uniform((2, 4), key="a"), b=uniform((2, 4), key="b"))
case("outer_v(a: [m], b: [n]) = outer(a, b)", np.outer, sizes={"m": 3, "n": 4}, a=uniform(3), b=uniform(4))
case("outer_batch(a: [k, m], b: [k, n]) = outer(a, b)", lambda a, b: a[:, :, None] * b[:, None, :], sizes={"k": 2, "m": 3, "n": 4}, a=uniform((2, 3)), b=uniform((2, 4)))
case("trace_1(A: [n, n]) = trace(A)", lambda A: np.trace(A), sizes={"n": 3}, A=uniform((3, 3)))
case("trace_batch(A: [b, n, n]) = trace(A)^2", lambda A: np.trace(A, axis1=1, axis2=2)**2, sizes={"b": 2, "n": 3}, A=uniform((2, 3, 3)))
case("diag_of(A: [n, n]) = diag(A)", lambda A: np.diag(A), sizes={"n": 3}, A=uniform((3, 3)))
case("diag_make(v: [n]) = diag(v)", lambda v: np.diag(v), sizes={"n": 3}, v=uniform(3))
case("diag_there_and_back(v: [n], A: [n, n]) = diag(diag(v) @ A)", lambda v, A: v * np.diag(A), sizes={"n": 3}, v=uniform(3), A=uniform((3, 3)))
case("transpose_all(A: [a, b, c]) = transpose(A)", lambda A: A.T, sizes={"a": 2, "b": 3, "c": 4}, A=uniform((2, 3, 4)))
case("transpose_axes(A: [a, b, c]) = transpose(A, [1, 2, 0])", lambda A: A.transpose(1, 2, 0), sizes={"a": 2, "b": 3, "c": 4}, A=uniform((2, 3, 4)))
case("prime_batch(A: [a, b, c]) = A' * 2", lambda A: 2 * T2(A), sizes={"a": 2, "b": 3, "c": 4}, A=uniform((2, 3, 4)))
case("prime_vector(v: [n]) = v' * v", lambda v: v * v, sizes={"n": 4}, v=uniform(4))
case("tril_1(A: [m, n]) = tril(A)", lambda A: np.tril(A), sizes={"m": 3, "n": 4}, A=uniform((3, 4)))
case("tril_k(A: [m, n]) {\n    return below = tril(A, -1), above = tril(A, k = 1)\n}", lambda A: {"below": np.tril(A, -1), "above": np.tril(A, 1)}, sizes={"m": 3, "n": 4}, A=uniform((3, 4)))
case("triu_k(A: [m, n]) {\n    return below = triu(A, -1), above = triu(A, k = 1)\n}", lambda A: {"below": np.triu(A, -1), "above": np.triu(A, 1)}, sizes={"m": 3, "n": 4}, A=uniform((3, 4)))
case("triu_1(A: [b, n, n]) = triu(A)", lambda A: np.triu(A), sizes={"b": 2, "n": 3}, A=uniform((2, 3, 3)))
case("eye_1(A: [n, n], s) = A + s * eye(n)", lambda A, s: A + s * np.eye(3), sizes={"n": 3}, A=uniform((3, 3)), s=0.5)
case("cross_1(a: [3], b: [3]) = cross(a, b)", lambda a, b: np.cross(a, b), a=uniform(3, key="a"), b=uniform(3, key="b"))
case("cross_batch(a: [n, 3], b: [n, 3]) = cross(a, b)", lambda a, b: np.cross(a, b), sizes={"n": 2}, a=uniform((2, 3), key="a"), b=uniform((2, 3), key="b"))
case("cross_same(a: [3], v: [3]) = sum(cross(a, v)^2)", lambda a, v: np.sum(np.cross(a, v)**2), a=uniform(3, key="a"), v=uniform(3, key="b"))

# ---- Shape functions ----

group("shapes")
X34 = uniform((3, 4))
N34 = {"m": 3, "n": 4}
for key, nn, f in [
        ("reshape", "reshape(x, [n, m])", lambda x: x.reshape(4, 3)), ("reshape_flat", "reshape(x, [m * n])", lambda x: x.reshape(12)),
        ("reshape_rest", "reshape(x, [2, -1])", lambda x: x.reshape(2, 6)), ("reshape_more", "reshape(x, [m, 2, n / 2])", lambda x: x.reshape(3, 2, 2)),
        ("concat0", "concat(x, 2 * x)", lambda x: np.concatenate([x, 2 * x])), ("concat1", "concat(x, x[:, :2], axis = 1)", lambda x: np.concatenate([x, x[:, :2]], 1)),
        ("concat3", "concat(x, x^2, x[:1], axis = 0)", lambda x: np.concatenate([x, x**2, x[:1]])),
        ("stack0", "stack(x, x^2)", lambda x: np.stack([x, x**2])), ("stack_last", "stack(x, x^2, axis = -1)", lambda x: np.stack([x, x**2], -1)),
        ("stack1", "stack(x, x^2, x, axis = 1)", lambda x: np.stack([x, x**2, x], 1)),
        ("pad0", "pad(x, 1, 2)", lambda x: np.pad(x, ((1, 2), (0, 0)))), ("pad1", "pad(x, 2, 0, axis = 1)", lambda x: np.pad(x, ((0, 0), (2, 0)))),
        ("pad_value", "pad(x, 1, 1, axis = -1, value = 5)", lambda x: np.pad(x, ((0, 0), (1, 1)), constant_values=5)),
        ("flip0", "flip(x)", lambda x: x[::-1]), ("flip1", "flip(x, axis = 1)", lambda x: x[:, ::-1]),
        ("roll0", "roll(x, 1)", lambda x: np.roll(x, 1, 0)), ("roll1", "roll(x, 3, axis = 1)", lambda x: np.roll(x, 3, 1)), ("roll_back", "roll(x, -1, axis = 1)", lambda x: np.roll(x, -1, 1)),
        ("roll_over", "roll(x, 7, axis = 0)", lambda x: np.roll(x, 7, 0)),
        ("tile0", "tile(x, 2)", lambda x: np.tile(x, (2, 1))), ("tile1", "tile(x, 3, axis = 1)", lambda x: np.tile(x, (1, 3))),
        ("broadcast", "broadcast(x, [2, m, n])", lambda x: np.broadcast_to(x, (2, 3, 4))), ("broadcast_row", "broadcast(x[:1], [m, n])", lambda x: np.broadcast_to(x[:1], (3, 4))),
        ("zeros", "x + zeros([m, n])", lambda x: x), ("ones", "x * (ones([n]) + ones([m, 1]))", lambda x: 2 * x), ("full", "x * full([m, n], 2.5)", lambda x: 2.5 * x),
        ("full_of", "full([2, 3], sum(x))", lambda x: np.full((2, 3), x.sum())), ("range", "x * range(n)", lambda x: x * np.arange(4)),
        ("range_size", "x * range(m)[:, new] / n", lambda x: x * np.arange(3)[:, None] / 4),
        ("cumsum0", "cumsum(x)", lambda x: np.cumsum(x, 0)), ("cumsum1", "cumsum(x, axis = 1)^2", lambda x: np.cumsum(x, 1)**2), ("cumsum_last", "cumsum(x, axis = -1)", lambda x: np.cumsum(x, -1)),
        ("new", "x[:, new] * x[new]", lambda x: x[:, None] * x[None]), ("stacking", "[x, 2 * x]", lambda x: np.stack([x, 2 * x])),
        ("stack_scalars", "[x[0, 0], 1, x[1, 2]^2]", lambda x: np.stack([x[0, 0], 1, x[1, 2]**2])), ("stop", "x * stop_gradient(x)", None),
        ("views", "reshape(flip(x', axis = 0)[1:], [m, n - 1])", lambda x: x.T[::-1][1:].reshape(3, 3)),
        ("view_chain", "sum(roll(flip(x, axis = 1), 1, axis = 0)' @ x)", lambda x: np.sum(np.roll(x[:, ::-1], 1, 0).T @ x))]:
    if f:
        case(f"{key}_1(x: [m, n]) = {nn}", lambda x, f=f: f(x), sizes=N34, x=X34)
w = uniform((3, 4), 0.5, 1.5, "seedstop")
case("stop_1(x: [m, n]) = x * stop_gradient(x)", lambda x: x * x, sizes=N34, x=X34, seeds={"stop_1": w}, gradients={"x": w * X34})
case("one_hot_1(k: int[n], x: [n, c]) = sum(one_hot(k, c) * x, axis = 1)", lambda k, x: x[np.arange(3), k], sizes={"n": 3, "c": 4}, k=[1, 3, 0], x=uniform((3, 4)))
case("pick_1(k: int[n], x: [n, c]) = pick(x, k)", lambda k, x: x[np.arange(3), k], sizes={"n": 3, "c": 4}, k=[1, 3, 0], x=uniform((3, 4)))
case("pick_deep(k: int[2, n], x: [2, n, c]) = pick(x, k)^2", lambda k, x: np.take_along_axis(x, k[..., None], -1)[..., 0]**2, sizes={"n": 3, "c": 4}, k=[[1, 3, 0], [2, 2, 2]], x=uniform((2, 3, 4)))
case("pick_scalar(k: int, x: [c]) = pick(x, k)", lambda k, x: x[k], sizes={"c": 4}, k=2, x=uniform(4))
case("pick_outside(k: int[n], x: [n, c]) = pick(x, k)", sizes={"n": 3, "c": 4}, k=[1, 4, 0], x=uniform((3, 4)), status=3)
case("", name="pick_outside", sizes={"n": 3, "c": 4}, k=[1, -1, 0], x=uniform((3, 4)), status=3)

# ---- Subscripts ----

group("subscripts")
for key, nn, f in [
        ("row", "x[1]", lambda x: x[1]), ("element", "x[1, 2]", lambda x: x[1, 2]), ("column", "x[:, 1]", lambda x: x[:, 1]), ("last", "x[-1]", lambda x: x[-1]),
        ("last_column", "x[:, -2]", lambda x: x[:, -2]), ("slice", "x[1:3, :]", lambda x: x[1:3]), ("from", "x[1:]", lambda x: x[1:]), ("to", "x[:2, 1:3]", lambda x: x[:2, 1:3]),
        ("but_last", "x[:, :-1]", lambda x: x[:, :-1]), ("from_end", "x[:, -3:-1]", lambda x: x[:, -3:-1]), ("step", "x[:, ::2]", lambda x: x[:, ::2]), ("step_odd", "x[::2, 1::2]", lambda x: x[::2, 1::2]),
        ("step_three", "x[:, ::3]", lambda x: x[:, ::3]), ("step_range", "x[:, 0:5:2]", lambda x: x[:, 0:5:2]), ("size", "x[:, n-2:]", lambda x: x[:, -2:]), ("size_end", "x[m-1, n-1]", lambda x: x[-1, -1]),
        ("minus_size", "x[:, -n:]", lambda x: x), ("half", "x[:, :n/2]", lambda x: x[:, :3]), ("dots", "x[..., 0]", lambda x: x[..., 0]), ("dots_slice", "x[..., 1:3]", lambda x: x[..., 1:3]),
        ("new_axis", "x[:, new, 1:]", lambda x: x[:, None, 1:]), ("new_first", "x[new, 1]", lambda x: x[None, 1]), ("chained", "x[1:][0, 2:][1]", lambda x: x[1:][0, 2:][1]),
        ("differences", "x[:, 1:] - x[:, :-1]", lambda x: x[:, 1:] - x[:, :-1]), ("overlap", "sum(x[:, 2:] * x[:, 1:-1] * x[:, :-2])", lambda x: np.sum(x[:, 2:] * x[:, 1:-1] * x[:, :-2])),
        ("laplacian", "x[2:, 1:-1] + x[:-2, 1:-1] - 2 * x[1:-1, 1:-1]", lambda x: x[2:, 1:-1] + x[:-2, 1:-1] - 2 * x[1:-1, 1:-1]),
        ("even_odd", "sum(x[:, ::2]) * sum(x[:, 1::2]^2)", lambda x: x[:, ::2].sum() * (x[:, 1::2]**2).sum())]:
    case(f"{key}_1(x: [m, n]) = {nn}", lambda x, f=f: f(x), sizes={"m": 4, "n": 6}, x=uniform((4, 6)))
case("gather(E: [v, d], k: int[n]) = E[k]", lambda E, k: E[k], sizes={"v": 5, "d": 3, "n": 4}, E=uniform((5, 3)), k=[4, 1, 1, 0])
case("gather_many(E: [v, d], k: int[a, b]) = E[k] * 2", lambda E, k: 2 * E[k], sizes={"v": 5, "d": 3, "a": 2, "b": 3}, E=uniform((5, 3)), k=[[4, 1, 1], [0, 2, 4]])
case("gather_middle(E: [a, v, d], k: int[n]) = E[:, k, 1:]", lambda E, k: E[:, k, 1:], sizes={"a": 2, "v": 4, "d": 3, "n": 3}, E=uniform((2, 4, 3)), k=[3, 3, 0])
case("gather_last(E: [a, v], k: int[n]) = E[:, k]^2", lambda E, k: E[:, k]**2, sizes={"a": 2, "v": 4, "n": 3}, E=uniform((2, 4)), k=[3, 3, 0])
case("gather_one(E: [v, d], k: int) = E[k]", lambda E, k: E[k], sizes={"v": 5, "d": 3}, E=uniform((5, 3)), k=3)
case("gather_sum(E: [v, d], k: int[n], w: [n]) = sum(E[k]^2 * w[:, new])", lambda E, k, w: np.sum(E[k]**2 * w[:, None]), sizes={"v": 5, "d": 3, "n": 4}, E=uniform((5, 3)), k=[4, 1, 1, 0], w=uniform(4))
case("gather_twice(E: [v, d], p: int[v], k: int[n]) = E[p[k]]", lambda E, p, k: E[np.asarray(p)[k]], sizes={"v": 5, "d": 3, "n": 2}, E=uniform((5, 3)), p=[4, 3, 2, 1, 0], k=[1, 3])
case("gather_moved(E: [v, d], k: int[n]) = E[k + 1] - E[2 * k]", lambda E, k: E[k + 1] - E[2 * k], sizes={"v": 5, "d": 3, "n": 2}, E=uniform((5, 3)), k=[0, 2])
case("gather_second(E: [v, d], k: int[n]) = sum(grad(sum(E[k]^3), E)^2)", lambda E, k: np.sum(gradient(lambda e: np.sum(e[k]**3), E)**2), sizes={"v": 5, "d": 3, "n": 4},
     E=uniform((5, 3), -1, 1), k=[4, 1, 1, 0], tolerance=1e-7, tolerance32=5e-3)
for key, k in ("high", [0, 5]), ("low", [-1, 0]), ("far", [0, 2147483647]), ("lowest", [-2147483648, 0]):
    case("" if key != "high" else "gather_outside(E: [v, d], k: int[n]) = E[k] + E[k]", name="gather_outside", sizes={"v": 5, "d": 3, "n": 2}, E=uniform((5, 3)), k=k, status=3)
case("gather_wraps(E: [v], k: int[n]) = E[k * 65536 + 2]", sizes={"v": 5, "n": 1}, E=uniform(5), k=[40000], status=3)
case("", name="gather_wraps", f=lambda E, k: E[[2]], sizes={"v": 5, "n": 1}, E=uniform(5), k=[65536])
case("third(x: [n]) = x[3]", lambda x: x[3], sizes={"n": 4}, x=uniform(4))
case("", name="third", sizes={"n": 3}, x=uniform(3), status=2)
case("two_of(x: [n]) = x[:n / 2]", lambda x: x[:2], sizes={"n": 4}, x=uniform(4))
case("", name="two_of", sizes={"n": 1}, x=uniform(1), status=2)
case("from_two(x: [n], y: [m]) = sum(x[2:]) * y[0]", lambda x, y: x[2:].sum() * y[0], sizes={"n": 3, "m": 1}, x=uniform(3), y=uniform(1))
case("", name="from_two", sizes={"n": 2, "m": 1}, x=uniform(2), y=uniform(1), status=2)
case("windows(x: [n]) = x[n - 3 : n - 1]", lambda x: x[-3:-1], sizes={"n": 5}, x=uniform(5))
case("", name="windows", sizes={"n": 2}, x=uniform(2), status=2)

# ---- Integers ----

group("integers")
case("wrap_add(k: int[n]) = k + 2147483647", lambda k: (k.astype(np.int64) + 2147483647).astype(np.int32), sizes={"n": 3}, k=[0, 1, -1])
case("wrap_mul(k: int[n], j: int[n]) = k * j - 1", lambda k, j: (k.astype(np.int64) * j - 1).astype(np.int32), sizes={"n": 3}, k=[65536, 3, -2147483648], j=[65536, -4, 1])
case("wrap_neg(k: int[n]) = -k", lambda k: (-k.astype(np.int64)).astype(np.int32), sizes={"n": 3}, k=[1, -5, -2147483648])
case("int_size(k: int[n]) = n * k + n", lambda k: 3 * k + 3, sizes={"n": 3}, k=[1, -5, 7])
case("int_scalar(k: int, x: [n]) {\n    return two = k + k, y = real(k) * x\n}", lambda k, x: {"two": 2 * k, "y": k * x}, sizes={"n": 2}, k=7, x=uniform(2))
case("int_compare(k: int[n], x: [n]) = if k > 1 then x else if k == 0 then x^2 else -x", lambda k, x: np.where(k > 1, x, np.where(k == 0, x**2, -x)), sizes={"n": 4}, k=[0, 1, 2, 3], x=uniform(4))
case("int_against_real(k: int[n], x: [n]) = if k < x then x else 2 * x", lambda k, x: np.where(k < x, x, 2 * x), sizes={"n": 4}, k=[0, 1, 2, 3], x=np.array([0.5, 0.5, 2.5, 2.5]))
case("int_choice(k: int[n]) = if k > 2 then k else 2 * k", lambda k: np.where(k > 2, k, 2 * k), sizes={"n": 4}, k=[0, 1, 3, 5])
case("big_real(k: int[n], x: [n]) = real(k) * x", lambda k, x: k * x, sizes={"n": 2}, k=[2147483647, -2147483648], x=np.array([1.0, 0.5]))
case("int_call(x: [n], k: int) = x * real(twice(k) + twice(3))", lambda x, k: x * (2 * k + 6), sizes={"n": 2}, x=uniform(2), k=5)
text("twice(k: int) = 2 * k")

# ---- Sizes ----

group("sizes", "dim H = 4, Q = H/2 + 1")
case("odd(x: [2*n + 1], y: [n]) = sum(x) * y", lambda x, y: x.sum() * y, sizes={"n": 2}, x=uniform(5), y=uniform(2))
case("halves(x: [n], y: [n/2]) = x[:n/2] * y", lambda x, y: x[:2] * y, sizes={"n": 4}, x=uniform(4), y=uniform(2))
case("", name="halves", sizes={"n": 5}, x=uniform(5), y=uniform(2), status=2)
case("fixed_dims(x: [H, Q], y: [H]) = y @ x", lambda x, y: y @ x, sizes={"H": 4, "Q": 3}, x=uniform((4, 3)), y=uniform(4))
case("as_number(x: [n, m]) = sum(x) / (n * m) + H * x[0, 0]", lambda x: x.mean() + 4 * x[0, 0], sizes={"n": 2, "m": 3}, x=uniform((2, 3)))
case("alone(x, n: size) = x * range(n)", lambda x: x * np.arange(5), sizes={"n": 5}, x=2.0)
case("alone_axis(x: [n], n: size, m: size) = x * n + zeros([m])[0]", lambda x: 3 * x, sizes={"n": 3, "m": 2}, x=uniform(3))
case("sum_of_sizes(x: [n], y: [m]) = concat(x, y) * range(n + m)", lambda x, y: np.concatenate([x, y]) * np.arange(5), sizes={"n": 3, "m": 2}, x=uniform(3), y=uniform(2))
case("product_of_sizes(x: [n, m]) = reshape(x, [n*m]) + ones([m*n])", lambda x: x.ravel() + 1, sizes={"n": 3, "m": 2}, x=uniform((3, 2)))
case("pairs(x: [2*n], n: size) = reshape(x, [n, 2])[:, 0]", lambda x: x[::2], sizes={"n": 3}, x=uniform(6))
case("outer_sizes(x: [n + 1], y: [n]) = x[1:] * y", lambda x, y: x[1:] * y, sizes={"n": 3}, x=uniform(4), y=uniform(3))
case("ones_size(x: [n]) = sum(x) * x", lambda x: x.sum() * x, sizes={"n": 1}, x=uniform(1))
case("", name="ones_size", f=lambda x: x.sum() * x, sizes={"n": 17}, x=uniform(17))

# ---- Networks and losses ----

group("networks")
def softmax(x, axis=-1): return special.softmax(x, axis)
case("softmax_rows(x: [m, n]) = softmax(x)", lambda x: softmax(x), sizes=N34, x=X34)
case("softmax_columns(x: [m, n]) = softmax(x, axis = 0)", lambda x: softmax(x, 0), sizes=N34, x=X34)
case("log_softmax_rows(x: [m, n]) = log_softmax(x)", lambda x: np.log(softmax(x)), sizes=N34, x=X34)
case("log_softmax_columns(x: [m, n]) = log_softmax(x, axis = 0)", lambda x: np.log(softmax(x, 0)), sizes=N34, x=X34)
case("xent(x: [m, n], k: int[m]) = cross_entropy(x, k)", lambda x, k: -np.mean(np.log(softmax(x))[np.arange(3), k]), sizes=N34, x=X34, k=[1, 3, 0])
case("xent_deep(x: [a, m, n], k: int[a, m]) = cross_entropy(x, k)", lambda x, k: -np.mean(np.take_along_axis(np.log(softmax(x)), k[..., None], -1)), sizes={"a": 2, "m": 3, "n": 4}, x=uniform((2, 3, 4)), k=[[1, 3, 0], [2, 2, 1]])
case("", name="xent", sizes=N34, x=X34, k=[1, 4, 0], status=3)
case("bce(z: [n], y: [n]) = binary_cross_entropy(z, y)", lambda z, y: np.mean(-y * np.log(sigmoid(z)) - (1 - y) * np.log(1 - sigmoid(z))), sizes={"n": 4}, z=uniform(4), y=np.array([0.0, 1, 0.5, 1]))
case("mse_1(a: [m, n], b: [m, n]) = mse(a, b)", lambda a, b: np.mean((a - b)**2), sizes=N34, a=X34, b=uniform((3, 4), key="b"))
case("l2_1(x: [m, n]) = l2(x)", lambda x: np.sum(x**2), sizes=N34, x=X34)
def hinge(x, k, margin=1.0):
    t = np.maximum(0, x - x[np.arange(len(k)), k][:, None] + margin)
    t[np.arange(len(k)), k] = 0
    return t.sum(1).mean()
case("hinge_1(x: [m, n], k: int[m]) = hinge(x, k)", lambda x, k: hinge(x, k), sizes=N34, x=X34, k=[1, 3, 0])
case("hinge_margin(x: [m, n], k: int[m]) = hinge(x, k, margin = 0.3)", lambda x, k: hinge(x, k, 0.3), sizes=N34, x=X34, k=[1, 3, 0])
case("linear_1(x: [m, n], W: [n, p], b: [p]) = linear(x, W, b)", lambda x, W, b: x @ W + b, sizes={**N34, "p": 2}, x=X34, W=uniform((4, 2)), b=uniform(2))
def layer_norm(x, g, b, eps=1e-5): return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + eps) * g + b
case("layer_norm_1(x: [m, n], g: [n], b: [n]) = layer_norm(x, g, b)", layer_norm, sizes=N34, x=X34, g=uniform(4, key="g"), b=uniform(4, key="b"))
case("layer_norm_eps(x: [m, n], g: [n], b: [n]) = layer_norm(x, g, b, eps = 0.1)", lambda x, g, b: layer_norm(x, g, b, 0.1), sizes=N34, x=X34, g=uniform(4, key="g"), b=uniform(4, key="b"))
case("rms_norm_1(x: [m, n], g: [n]) = rms_norm(x, g)", lambda x, g: x / np.sqrt(np.mean(x**2, -1, keepdims=True) + 1e-5) * g, sizes=N34, x=X34, g=uniform(4, key="g"))
def batch_norm(x, g, b, eps=1e-5):
    axes = tuple(a for a in range(x.ndim) if a != 1)
    s = [1] * x.ndim
    s[1] = -1
    return (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + eps) * g.reshape(s) + b.reshape(s)
case("batch_norm_1(x: [m, n], g: [n], b: [n]) = batch_norm(x, g, b)", batch_norm, sizes=N34, x=X34, g=uniform(4, key="g"), b=uniform(4, key="b"))
case("batch_norm_4(x: [m, c, h, w], g: [c], b: [c]) = batch_norm(x, g, b)", batch_norm, sizes={"m": 2, "c": 3, "h": 2, "w": 2}, x=uniform((2, 3, 2, 2)), g=uniform(3, key="g"), b=uniform(3, key="b"))
case("batch_norm_apply_4(x: [m, c, h, w], g: [c], b: [c], mu: [c], v: [c]) = batch_norm_apply(x, g, b, mu, v)",
     lambda x, g, b, mu, v: (x - mu[:, None, None]) / np.sqrt(v[:, None, None] + 1e-5) * g[:, None, None] + b[:, None, None], sizes={"m": 2, "c": 3, "h": 2, "w": 2},
     x=uniform((2, 3, 2, 2)), g=uniform(3, key="g"), b=uniform(3, key="b"), mu=uniform(3, key="m"), v=uniform(3, 0.5, 1.5, key="v"))
case("embedding_1(E: [v, d], k: int[n]) = embedding(E, k)", lambda E, k: E[k], sizes={"v": 5, "d": 3, "n": 4}, E=uniform((5, 3)), k=[4, 1, 1, 0])
def attention(q, k, v, causal=False):
    s = q @ T2(k) / np.sqrt(q.shape[-1])
    if causal: s = np.where(np.tri(s.shape[-2], s.shape[-1]) > 0, s, -np.inf)
    return softmax(s) @ v
Q = [uniform((3, 2), key=k) for k in "qkv"]
case("attention_1(q: [t, d], k: [t, d], v: [t, d]) = attention(q, k, v)", attention, sizes={"t": 3, "d": 2}, q=Q[0], k=Q[1], v=Q[2])
case("attention_causal(q: [t, d], k: [t, d], v: [t, d]) = attention(q, k, v, causal = true)", lambda q, k, v: attention(q, k, v, True), sizes={"t": 3, "d": 2}, q=Q[0], k=Q[1], v=Q[2])
Q = [uniform((2, 2, 3, 2), key=k) for k in "qkv"]
case("attention_heads(q: [b, h, t, d], k: [b, h, t, d], v: [b, h, t, d]) = attention(q, k, v, causal = true)", lambda q, k, v: attention(q, k, v, True), sizes={"b": 2, "h": 2, "t": 3, "d": 2}, q=Q[0], k=Q[1], v=Q[2])
case("attention_self(x: [t, d], W: [d, d]) = sum(attention(x @ W, x, x)^2)", lambda x, W: np.sum(attention(x @ W, x, x)**2), sizes={"t": 3, "d": 2}, x=uniform((3, 2)), W=uniform((2, 2)))
def lstm(x, h, c, Wx, Wh, b):
    i, f, g, o = np.split(x @ Wx + h @ Wh + b, 4, -1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return {"h_new": sigmoid(o) * np.tanh(c), "c_new": c}
case("lstm(x: [n, D], h: [n, H], c: [n, H], Wx: [D, 4*H], Wh: [H, 4*H], b: [4*H]) {\n    u, v = lstm_cell(x, h, c, Wx, Wh, b)\n    return h_new = u, c_new = v\n}", lstm, sizes={"n": 2, "D": 3, "H": 2},
     x=uniform((2, 3)), h=uniform((2, 2), key="h"), c=uniform((2, 2), key="c"), Wx=uniform((3, 8), -1, 1), Wh=uniform((2, 8), -1, 1), b=uniform(8))
def gru(x, h, Wx, Wh, bx, bh):
    ar, az, an = np.split(x @ Wx + bx, 3, -1)
    hr, hz, hn = np.split(h @ Wh + bh, 3, -1)
    r, z = sigmoid(ar + hr), sigmoid(az + hz)
    return (1 - z) * np.tanh(an + r * hn) + z * h
case("gru(x: [n, D], h: [n, H], Wx: [D, 3*H], Wh: [H, 3*H], bx: [3*H], bh: [3*H]) = gru_cell(x, h, Wx, Wh, bx, bh)", gru, sizes={"n": 2, "D": 3, "H": 2},
     x=uniform((2, 3)), h=uniform((2, 2), key="h"), Wx=uniform((3, 6), -1, 1), Wh=uniform((2, 6), -1, 1), bx=uniform(6), bh=uniform(6, key="bh"))
case("mlp(x: [m, n], y: int[m], W1: [n, h], b1: [h], W2: [h, c], b2: [c]) {\n    hidden = relu(x @ W1 + b1)\n    logits = hidden @ W2 + b2\n    loss = cross_entropy(logits, y) + 0.01 * (l2(W1) + l2(W2))\n    return loss, logits\n}",
     lambda x, y, W1, b1, W2, b2: (lambda z: {"loss": -np.mean(np.log(softmax(z))[np.arange(3), y]) + 0.01 * (np.sum(W1**2) + np.sum(W2**2)), "logits": z})(np.maximum(x @ W1 + b1, 0) @ W2 + b2),
     sizes={"m": 3, "n": 4, "h": 5, "c": 3}, x=X34, y=[0, 2, 1], W1=uniform((4, 5), -1, 1), b1=uniform(5), W2=uniform((5, 3), -1, 1), b2=uniform(3))
for key, nn, f in [("sm", "softmax(x)", softmax), ("lsm", "log_softmax(x)", lambda x: np.log(softmax(x))), ("ln", "layer_norm(x, w, w)", None), ("rms", "rms_norm(x, w)", None)]:
    g = f or {"ln": lambda x: layer_norm(x, WW, WW), "rms": lambda x: x / np.sqrt(np.mean(x**2, -1, keepdims=True) + 1e-5) * WW}[key]
    WW = uniform(4, 0.5, 1.5, "w")
    case(f"second_{key}(x: [m, n], w: [n]) = sum(grad(sum({nn} * range(n)), x)^2)", lambda x, w, g=g: np.sum(gradient(lambda t: np.sum(g(t) * np.arange(4)), x)**2), sizes=N34, x=X34, w=WW, wrt=["x"], tolerance=1e-6, tolerance32=1e-2)

# ---- The library, from its list: value and gradients, and second derivatives of sin(2 f) ----

group("library", library.HELPERS)
missing = set(library.NAMES) - {name for name, *_ in library.entries()} - {"stop_gradient"}
if missing:
    sys.exit("library.py lacks " + " ".join(sorted(missing)))
SIZES = {"m": 2, "n": 3}


def library_input(spec, key):
    if isinstance(spec, (int, list)):
        return np.array(spec)
    if isinstance(spec, np.ndarray):
        return spec
    if spec and isinstance(spec[0], tuple):
        return uniform(*spec, key=key)
    return uniform(spec, key=key)


def library_cases(entries):
    for name, parameters, call, f, specs in entries:
        inputs = {k: library_input(v, k + name) for k, v in specs.items()}
        reals = [k for k, v in inputs.items() if v.dtype.kind == "f"]
        sizes = {k: v for k, v in SIZES.items() if re.search(rf"[\[ ]{k}[,\]]", parameters)}

        def squares(f=f, reals=reals, **values):
            total = lambda **moved: np.sum(np.sin(2 * f(*{**values, **moved}.values())))
            return sum(np.sum(gradient(lambda t: total(**{k: t}), values[k])**2) for k in reals)

        case(f"{name}_value({parameters}) = {call}", lambda f=f, **values: f(*values.values()), sizes=sizes, **inputs)
        terms = " + ".join(f"sum(grad(p, {k})^2)" for k in reals)
        case(f"{name}_second({parameters}) {{\n    p = sum(sin(2 * ({call})))\n    return {name}_second = {terms}\n}}", squares,
             sizes=sizes, tolerance=1e-6, tolerance32=1e-2, **inputs)


library_cases(library.entries())
for file in stats, geometry:
    group(file.__name__, f'import "{file.__name__}"\n' + file.HELPERS)
    library_cases(file.CALLS)
group("arrays", routines.HELPERS)
library_cases(routines.ARRAYS)
nan = float("nan")
case("sorted_ties(x: [n]) {\n    return y = sort(x), k = argsort(x), m = median(x)\n}", lambda x: {"y": np.sort(x), "k": np.argsort(x, kind="stable"), "m": np.median(x)},
     sizes={"n": 7}, wrt=[], x=[1.0, 0.5, 1.0, -2.0, 0.5, 1.0, 0.5])
case("sorted_nan(x: [n]) {\n    return y = sort(x), k = argsort(x), m = median(x), q = quantile(x, 0.25)\n}", lambda x: {"y": np.sort(x), "k": np.argsort(x, kind="stable"), "m": nan, "q": nan},
     sizes={"n": 5}, wrt=[], x=[1.0, nan, -np.inf, np.inf, nan])
case("sorted_infinite(x: [n]) = median(x)", lambda x: np.median(x), sizes={"n": 3}, wrt=[], x=[np.inf, 1.0, -np.inf])
case("top_of_ties(x: [n]) {\n    values, places = top_k(x, 3)\n    return values, places\n}", lambda x: {"values": np.array([2.0, 1, 1]), "places": np.array([4, 0, 2])},
     sizes={"n": 5}, wrt=[], x=[1.0, 0.5, 1.0, -2.0, 2.0])
case("places(a: [n], v: [m]) {\n    return k = searchsorted(a, v)\n}", lambda a, v: {"k": np.searchsorted(a, v)}, sizes={"n": 6, "m": 5}, wrt=[],
     a=[-1.0, 0.0, 0.0, 0.0, 2.5, 2.5], v=[0.0, 2.5, 3.0, -np.inf, -0.5])
case("median_of_ties(x: [n]) = median(x)", lambda x: np.median(x), sizes={"n": 4}, gradients={"x": [0, 0.5 * 1.25, 0.5 * 1.25, 0]}, seeds={"median_of_ties": 1.25}, x=[3.0, 1.0, 2.0, -1.0])
case("beyond(x: [m], xp: [n], fp: [n]) = interp(x, xp, fp)", lambda x, xp, fp: np.interp(x, xp, fp), sizes={"m": 4, "n": 3}, gradients={"x": [0, 0, 2, 0], "xp": [0, -0.5, -1.5], "fp": [2, 0.25, 1.75]},
     seeds={"beyond": 1.0}, x=[-1.0, 0.0, 1.75, 5.0], xp=[0.0, 1.0, 2.0], fp=[0.5, 1.0, 3.0])
case("stepped(x: [m], xp: [n], fp: [n]) = interp(x, xp, fp)", lambda x, xp, fp: np.array([1, 5.5, 0.75, 6, 0.5]), sizes={"m": 5, "n": 4},
     gradients={"x": [0.5, 1, 0.5, 0, 0], "xp": [-0.25, -0.75, -0.5, -0.5], "fp": [1.5, 1.5, 0.5, 1.5]}, seeds={"stepped": 1.0},
     x=[1.0, 1.5, 0.5, 2.0, 0.0], xp=[0.0, 1.0, 1.0, 2.0], fp=[0.5, 1.0, 5.0, 6.0])
case("one_point(v: [m], x: [n], y: [n]) = interp(v, x, y)", lambda v, x, y: np.interp(v, x, y), sizes={"m": 2, "n": 1}, gradients={"v": [0, 0], "x": [0], "y": [2]}, seeds={"one_point": 1.0},
     v=[-1.0, 3.0], x=[0.5], y=[2.0])
case("outside(x: [n], q) = quantile(x, q)", lambda x, q: np.quantile(x, q), sizes={"n": 4}, status=5, x=[1.0, 2.0, 3.0, 4.0], q=1.25)
for q in 1.5, -2.0, nan:
    case("", name="outside", sizes={"n": 4}, x=[1.0, 2.0, 3.0, 4.0], q=q, status=5)

group("routines", routines.VALUES_AND_VECTORS)
library_cases(routines.ROUTINES)
# Where there is no derivative, and where there is one beside.
group("no_derivative")
def svd_of(A): return np.linalg.svd(A, full_matrices=False)
ALONE, PAIR, FLAT = {"n": 3}, np.diag([1.0, 2.0, 2.0]), np.array([[1.0, 2.0], [2.0, 4.0], [0.5, 1.0]])
case("equal_vectors(A: [n, n]) {\n    w, V = eigh(A)\n    return g = grad(V[0, 1] * w[0], A)\n}", sizes=ALONE, wrt=[], status=4, A=PAIR)
case("vectors_of_one(A: [n, n]) {\n    w, V = eigh(A)\n    return V\n}", lambda A: {"V": np.eye(3)}, sizes=ALONE, wrt=[], A=np.eye(3))
case("equal_values(A: [n, n]) {\n    w, V = eigh(A)\n    return g = grad(sum(w^2), A)\n}", lambda A: {"g": 2 * PAIR}, sizes=ALONE, wrt=[], A=PAIR)
case("single_vector(A: [n, n]) {\n    w, V = eigh(A)\n    return g = grad(V[1, 0], A), t = jvp(V[1, 0], A, A + 1), u = jvp(w, A, A)\n}",
     lambda A: {"g": np.array([[0, -0.5, 0], [-0.5, 0, 0], [0, 0, 0]]), "t": -1, "u": [1, 2, 2]}, sizes=ALONE, wrt=[], A=PAIR)
case("equal_tangents(A: [n, n]) {\n    w, V = eigh(A)\n    return t = jvp(V, A, A)\n}", sizes=ALONE, wrt=[], status=4, A=PAIR)
case("unread_columns(A: [n, n]) {\n    w, V = eigh(A)\n    return V\n}", lambda A: {"V": np.eye(3)}, sizes=ALONE, seeds={"V": np.eye(3)[:, :1] * [1.0, 0, 0] + [[0.0, 0, 0], [1, 0, 0], [0, 0, 0]]},
     gradients={"A": [[0, -0.5, 0], [-0.5, 0, 0], [0, 0, 0]]}, A=PAIR)
case("eigh_nan(A: [n, n]) {\n    w, V = eigh(A)\n    return w\n}", sizes=ALONE, wrt=[], status=4, A=PAIR + [[0, float("nan"), 0], [0, 0, 0], [0, 0, 0]])
case("no_values(A: [n, m]) {\n    U, s, V = svd(A)\n    return s, r = U @ diag(s) @ V', g = grad(s[0], A)\n}", lambda A: {"s": svd_of(A)[1], "r": A, "g": np.outer(svd_of(A)[0][:, 0], svd_of(A)[2][0])},
     sizes={"n": 3, "m": 2}, wrt=[], A=FLAT)
case("no_vectors(A: [n, m]) {\n    U, s, V = svd(A)\n    return g = grad(V[0, 1], A)\n}", sizes={"n": 3, "m": 2}, wrt=[], status=4, A=FLAT)
case("equal_singular(A: [n, n]) {\n    U, s, V = svd(A)\n    return g = grad(U[0, 1], A)\n}", sizes=ALONE, wrt=[], status=4, A=PAIR)
case("qr_flat(A: [n, m]) {\n    Q, R = qr(A)\n    return r = Q @ R\n}", lambda A: {"r": A}, sizes={"n": 3, "m": 2}, wrt=[], A=FLAT)
case("slope_of_qr_flat(A: [n, m]) {\n    Q, R = qr(A)\n    return g = grad(R[0, 1] + Q[0, 0], A)\n}", sizes={"n": 3, "m": 2}, wrt=[], status=4, A=FLAT)
case("lstsq_flat(A: [n, m], b: [n]) = lstsq(A, b)", lambda A, b: np.linalg.pinv(A) @ b, sizes={"n": 3, "m": 2}, wrt=[], A=FLAT, b=[1.0, 3.0, -2.0])
case("slope_of_lstsq_flat(A: [n, m], b: [n]) {\n    x = lstsq(A, b)\n    return g = grad(x[0], A)\n}", sizes={"n": 3, "m": 2}, wrt=[], status=4, A=FLAT, b=[1.0, 3.0, -2.0])
case("back_again(re: [m, n], im: [m, n]) {\n    a, b = fft(re, im)\n    c, d = ifft(a, b)\n    return c, d\n}", lambda re, im: {"c": re, "d": im}, sizes={"m": 2, "n": 30}, re=uniform((2, 30)), im=uniform((2, 30), key="im"))

# ---- Functions ----

group("functions", """
import "imported/layers.nn"
square(x) = x^2
scaled(x, factor = 2, shift = 0) = factor * x + shift
scaled_by_size(x: [n], s = n) = x * s
later_default(x, a = 2, b = a + 1) = x * a * b
twice(f, x) = f(f(x))
compose(f, g, x) = f(g(x))
pair(x) {
    s = sum(x)
    return s, t = x * s
}
leading(x: [..., n]) = sum(x, axis = -1) / n
calls_later(x) = defined_later(x) + 1
defined_later(x) = 3 * x
step(f, y, h) = y + h * f(y)
decay(y) = -0.5 * y^2
tanh(x) = x / (1 + x^2)
""")
case("generic(x: [m, n], s) = square(x) + square(s)", lambda x, s: x**2 + s**2, sizes=N34, x=X34, s=1.5)
case("defaults(x: [n]) = scaled(x) + scaled(x, 3) + scaled(x, shift = 1) + scaled(x, shift = 5, factor = -1)", lambda x: 2 * x + 3 * x + 2 * x + 1 - x + 5, sizes={"n": 4}, x=uniform(4))
case("size_default(x: [n]) = scaled_by_size(x) + scaled_by_size(x, s = 1)", lambda x: 5 * x, sizes={"n": 4}, x=uniform(4))
case("default_of_earlier(x: [n]) = later_default(x) + later_default(x, a = 3) + later_default(x, b = 1)", lambda x: x * (6 + 12 + 2), sizes={"n": 4}, x=uniform(4))
case("function_argument(x: [n]) = twice(square, x) + compose(sin, exp, x)", lambda x: x**4 + np.sin(np.exp(x)), sizes={"n": 4}, x=uniform(4))
case("library_argument(x: [n]) = twice(sigmoid, x) + compose(relu, square, x)", lambda x: sigmoid(sigmoid(x)) + x**2, sizes={"n": 4}, x=uniform(4))
case("several(x: [n]) {\n    total, weighted = pair(x)\n    return total, weighted, last = weighted[-1] * total\n}", lambda x: {"total": x.sum(), "weighted": x * x.sum(), "last": x[-1] * x.sum()**2}, sizes={"n": 4}, x=uniform(4))
case("any_leading(x: [a, b, c], v: [c]) = leading(x)[0, 0] * leading(v)", lambda x, v: x.mean(-1)[0, 0] * v.mean(), sizes={"a": 2, "b": 3, "c": 4}, x=uniform((2, 3, 4)), v=uniform(4))
case("any_order(x: [n]) = calls_later(x)", lambda x: 3 * x + 1, sizes={"n": 4}, x=uniform(4))
case("stepped(y: [n], h) = step(decay, step(decay, y, h), h)", lambda y, h: (lambda z: z - h * 0.5 * z**2)(y - h * 0.5 * y**2), sizes={"n": 4}, y=uniform(4), h=0.25)
case("hidden(x: [n]) = tanh(x)", lambda x: x / (1 + x**2), sizes={"n": 4}, x=uniform(4))
case("rebinds(x: [n]) {\n    x = x * 2\n    x = x + sum(x)\n    return y = x\n}", lambda x: {"y": 2 * x + 2 * x.sum()}, sizes={"n": 4}, x=uniform(4))
case("gate(x, y, z) = (x + y) * z", lambda x, y, z: (x + y) * z, x=-2.0, y=5.0, z=-4.0)
case("default_exported(x: [n], s = 3) = x * s", lambda x, s: x * s, sizes={"n": 4}, x=uniform(4), s=2.0)
case("some(x: [n], y: [n]) = x * y", lambda x, y: x * y, sizes={"n": 4}, x=uniform(4), y=uniform(4, key="y"), wrt=["y"])
case("unused(x: [n], y: [n], z) = x * 2", lambda x, y, z: 2 * x, sizes={"n": 4}, x=uniform(4), y=uniform(4, key="y"), z=1.0)
case("constant(x: [n]) = 3", lambda x: 3.0, sizes={"n": 4}, x=uniform(4))
case("identity(x: [n]) = x", lambda x: x, sizes={"n": 4}, x=uniform(4))
case("same_twice(x: [n]) {\n    return a = x, b = x, c = sum(x), d = x'\n}", lambda x: {"a": x, "b": x, "c": x.sum(), "d": x}, sizes={"n": 4}, x=uniform(4))
case("greek(λ, σ: [n]) = λ * σ^2", lambda **k: k["lambda"] * k["sigma"]**2, sizes={"n": 4}, **{"lambda": 2.0, "sigma": uniform(4)})
case("constants(x: [n]) = pi * x + π + 1e-4 + 0.5", lambda x: np.pi * x + np.pi + 1e-4 + 0.5, sizes={"n": 4}, x=uniform(4))
case("continued(x: [n],\n          y: [n]) = x +\n    y * (\n        x\n    )\n", lambda x, y: x + y * x, sizes={"n": 4}, x=uniform(4), y=uniform(4, key="y"))
case("long_if(x: [n]) =\n    if x > 0\n    then x\n\n    # a comment between\n    else -2 * x", lambda x: np.where(x > 0, x, -2 * x), sizes={"n": 4}, x=uniform(4))
case("semicolons(x: [n]) { a = x; b = a * a; return y = b }", lambda x: {"y": x * x}, sizes={"n": 4}, x=uniform(4))
case("first_and_int(x: [m, n]) {\n    return where = argmax(x, axis = 1), best = max(x, axis = 1)\n}", lambda x: {"where": x.argmax(1), "best": x.max(1)}, sizes=N34, x=X34)
case("bound(x: [n], double_: real) = x * double_", lambda x, double_: x * double_, sizes={"n": 4}, x=uniform(4), double_=2.0)

case("imported(x: [n, d], W: [d, c], b: [c]) = dense(x, W, b)", lambda x, W, b: 2 * np.sin(x @ W + b), sizes={"n": 2, "d": 3, "c": 2}, x=uniform((2, 3)), W=uniform((3, 2), -1, 1), b=uniform(2))
kink("imported_rule(x: [n]) = bent_by_rule(x)", lambda x: x, {"x": 3}, {"n": 3}, x=uniform(3))
case("any_all_but(x: [n], y: [n], z) = x * y * z", lambda x, y, z: x * y * z, sizes={"n": 3}, x=uniform(3), y=uniform(3, key="y"), z=2.0, wrt=["x", "z"], export=False)
text("export any_all_but wrt all but y")
case("forward_only(x: [n]) = x^2", lambda x: x**2, sizes={"n": 3}, x=uniform(3), wrt=[], export=False)
text("export forward_only")
case("both_extremes(x: [n], y: [n]) {\n    big = max(x, y)\n    small = min(x, y)\n    return big, small, both = big * small\n}",
     lambda x, y: {"big": np.maximum(x, y), "small": np.minimum(x, y), "both": x * y}, sizes={"n": 4}, x=uniform(4), y=uniform(4, key="y"))
case("nested_functions(x: [n]) {\n    return y = twice(tanh, x) + compose(square, relu, x)\n}", lambda x: {"y": (lambda t: t(t(x)))(lambda v: v / (1 + v**2)) + np.maximum(x, 0)**2}, sizes={"n": 4}, x=uniform(4))

# ---- Gradients inside a program ----

group("higher")
case("hvp(x: [n], v: [n]) {\n    y = sum(x^3 * x[0])\n    g = grad(y, x)\n    return hvp = grad(sum(g * v), x)\n}",
     lambda x, v: (lambda H: H @ v)(jacobian(lambda t: gradient(lambda u: np.sum(u**3 * u[0]), t), x)), sizes={"n": 3}, x=uniform(3), v=uniform(3, key="v"), wrt=["v"], tolerance=1e-7, tolerance32=5e-3)
case("penalty(x: [n], W: [n, n]) {\n    y = sum(tanh(W @ x))\n    return penalty = y + 0.5 * sum(grad(y, x)^2)\n}",
     lambda x, W: (lambda t: t.sum() + 0.5 * np.sum((W.T @ (1 - t**2))**2))(np.tanh(W @ x)), sizes={"n": 3}, x=uniform(3), W=uniform((3, 3), -1, 1))
case("third(x: [n]) {\n    a = grad(sum(x^4), x)\n    b = grad(sum(a), x)\n    return third = grad(sum(b), x)\n}", lambda x: 24 * x, sizes={"n": 4}, x=uniform(4))
case("fourth(x) {\n    a = grad(sin(x), x)\n    b = grad(a, x)\n    c = grad(b, x)\n    return fourth = grad(c, x)\n}", lambda x: np.sin(x), x=0.75)
case("at_name(x: [n]) {\n    h = x^2\n    y = sum(h^2) + sum(x)\n    return dh = grad(y, h), dx = grad(y, x)\n}", lambda x: {"dh": 2 * x**2, "dx": 4 * x**3 + 1}, sizes={"n": 4}, x=uniform(4))
case("by_name(x: [n]) {\n    a = x * 2\n    b = x * 2\n    return da = grad(sum(a * b), a), d0 = grad(sum(a), b)\n}", lambda x: {"da": 2 * x, "d0": 0 * x}, sizes={"n": 4}, x=uniform(4))
case("inside(x: [n], t) = sum(x * grad(t^3, t))", lambda x, t: np.sum(x) * 3 * t**2, sizes={"n": 4}, x=uniform(4), t=1.5)
case("jvp_1(x: [n], v: [n]) = jvp(sin(x) * x[0], x, v)", lambda x, v: np.cos(x) * v * x[0] + np.sin(x) * v[0], sizes={"n": 4}, x=uniform(4), v=uniform(4, key="v"))
case("jvp_twice(x: [n], v: [n]) {\n    y = exp(x) * sum(x)\n    d = jvp(y, x, v)\n    return jvp_twice = jvp(d, x, v)\n}", lambda x, v: np.exp(x) * (v**2 * x.sum() + 2 * v * v.sum()), sizes={"n": 3}, x=uniform(3), v=uniform(3, key="v"))
case("jvp_matrix(A: [m, k], B: [k, n], V: [m, k]) = jvp(A @ B, A, V)", lambda A, B, V: V @ B, sizes={"m": 2, "k": 3, "n": 2}, A=uniform((2, 3), key="A"), B=uniform((3, 2), key="B"), V=uniform((2, 3), key="V"))
case("jacobian_1(x: [n]) = jacobian(x^2 * x[0], x)", lambda x: np.diag(2 * x * x[0]) + np.outer(x**2, np.eye(3)[0]), sizes={"n": 3}, x=uniform(3))
case("jacobian_mat(W: [m, n], x: [n]) = jacobian(tanh(W @ x), x)", lambda W, x: (1 - np.tanh(W @ x)**2)[:, None] * W, sizes={"m": 2, "n": 3}, W=uniform((2, 3), -1, 1), x=uniform(3))
case("jacobian_diag(x: [n]) = diag(jacobian(exp(x), x))", lambda x: np.exp(x), sizes={"n": 3}, x=uniform(3))
case("hessian_in(x: [n]) {\n    y = prod(x)\n    g = grad(y, x)\n    return H = jacobian(g, x)\n}", lambda x: {"H": np.array([[0, x[2], x[1]], [x[2], 0, x[0]], [x[1], x[0], 0]])}, sizes={"n": 3}, x=uniform(3, 0.5, 2))
case("newton(x, c) {\n    y = x^4 - c * x\n    g = grad(y, x)\n    return newton = x - g / grad(g, x)\n}", lambda x, c: x - (4 * x**3 - c) / (12 * x**2), x=1.5, c=2.0)
case("langrangian(q, qd) {\n    L = 0.5 * qd^2 - cos(q) * qd\n    p = grad(L, qd)\n    return langrangian = grad(L, q) - grad(p, q) * qd\n}", lambda q, qd: np.sin(q) * qd - np.sin(q) * qd, q=0.5, qd=1.25, tolerance=1e-9)
case("laplace(x, t) {\n    u = exp(-x^2) * sin(t)\n    ux = grad(u, x)\n    return laplace = grad(u, t) - grad(ux, x)\n}", lambda x, t: np.exp(-x**2) * np.cos(t) - np.sin(t) * np.exp(-x**2) * (4 * x**2 - 2), x=0.5, t=1.25)
case("through_gather(E: [v, d], k: int[n]) = grad(sum(E[k]^2), E)", lambda E, k: 2 * E * np.bincount(k, minlength=4)[:, None], sizes={"v": 4, "d": 2, "n": 3}, E=uniform((4, 2)), k=[1, 1, 3])

text("""
clip_straight(x) = min(max(x, -1), 1)
rule clip_straight(x) = y { d_x = d_y }
times(a, b) = a * b
rule times(p, q) = r {
    d_p = d_r * q * 10
    d_q = d_r * p
}
two_ways(x) {
    u = x^2
    v = sin(x)
    return u, v
}
rule two_ways(x) = u, v { d_x = 7 * d_u + 5 * d_v * x }
""")
x = np.array([-2.0, 0.5, 3.0])
kink("straight(x: [n]) = 2 * clip_straight(x)", lambda x: 2 * np.clip(x, -1, 1), {"x": 2}, {"n": 3}, x=x)
kink("rule_by_position(x: [n], y: [n]) = times(x, y)", lambda x, y: x * y, {"x": 10 * x[::-1], "y": x}, {"n": 3}, x=x, y=x[::-1])
kink("rule_of_two(x: [n]) {\n    u, v = two_ways(x)\n    return rule_of_two = u + 2 * v\n}", lambda x: x**2 + 2 * np.sin(x), {"x": 7 + 10 * x}, {"n": 3}, x=x)
kink("rule_one_used(x: [n]) {\n    u, v = two_ways(x)\n    return rule_one_used = v\n}", lambda x: np.sin(x), {"x": 5 * x}, {"n": 3}, x=x)
kink("rule_in_grad(x: [n]) = grad(sum(times(x, x)), x)", lambda x: 11 * x, {"x": 11}, {"n": 3}, x=x)

# ---- Updates ----

group("updates")
w, g, v, m = (uniform(3, key=k) for k in "wgvm")
v2 = uniform(3, 0.25, 1, "v2")
case("sgd_1(w: [n], g: [n], lr) {\n    update w = sgd(w, g, lr)\n    return sgd_1 = sum(w)\n}", lambda w, g, lr: w.sum(), updates={"w": w - 0.5 * g}, sizes={"n": 3}, w=w, g=g, lr=0.5)
case("momentum_1(w: [n], v: [n], g: [n]) {\n    update w, v = momentum(w, v, g, 0.5)\n    return momentum_1 = w + v\n}", lambda w, v, g: w + v, updates={"w": w - 0.5 * (0.9 * v + g), "v": 0.9 * v + g}, sizes={"n": 3}, w=w, v=v, g=g)
def adam(w, m, v, g, t, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g * g
    return w - lr * (m / (1 - b1**t)) / (np.sqrt(v / (1 - b2**t)) + eps), m, v
new = adam(w, m, v2, g, 3)
case("adam_1(w: [n], m: [n], v: [n], g: [n], t: int) {\n    update w, m, v = adam(w, m, v, g, t)\n    return adam_1 = real(t)\n}", lambda w, m, v, g, t: t * 1.0,
     updates=dict(zip("wmv", new)), sizes={"n": 3}, w=w, m=m, v=v2, g=g, t=3)
case("adam_real(w: [n], m: [n], v: [n], g: [n], t) {\n    update w, m, v = adam(w, m, v, g, t, lr = 0.1, b1 = 0.8, eps = 1e-3)\n    return adam_real = 2 * t\n}", lambda w, m, v, g, t: 2 * t,
     updates=dict(zip("wmv", adam(w, m, v2, g, 2, 0.1, 0.8, eps=1e-3))), sizes={"n": 3}, w=w, m=m, v=v2, g=g, t=2.0)
case("adamw_1(w: [n], m: [n], v: [n], g: [n], t: int) {\n    update w, m, v = adamw(w, m, v, g, t, lr = 0.1)\n    return adamw_1 = 2 * w\n}", lambda w, m, v, g, t: 2 * w,
     updates=dict(zip("wmv", adam(w - 0.1 * 0.01 * w, m, v2, g, 3, 0.1))), sizes={"n": 3}, w=w, m=m, v=v2, g=g, t=3)
case("train(x: [n, d], y: int[n], w: [d, c], lr) {\n    loss = cross_entropy(x @ w, y)\n    update w = w - lr * grad(loss, w)\n    return loss\n}",
     lambda x, y, w, lr: {"loss": -np.mean(np.log(softmax(x @ w))[np.arange(3), y])}, sizes={"n": 3, "d": 4, "c": 2}, x=X34, y=[0, 1, 1], w=uniform((4, 2)), lr=0.5,
     updates={"w": uniform((4, 2)) - 0.5 * X34.T @ (softmax(X34 @ uniform((4, 2))) - np.eye(2)[[0, 1, 1]]) / 3})
case("swap(a: [n], b: [n]) {\n    update a = b\n    update b = a\n    return s = sum(a)\n}", lambda a, b: {"s": a.sum()}, updates={"a": v, "b": w}, sizes={"n": 3}, a=w, b=v)
case("counter(k: int, s) {\n    update k = k + 1\n    update s = s * 2\n    return seen = k, half = s / 2\n}", lambda k, s: {"seen": k, "half": s / 2}, updates={"k": 6, "s": 6.0}, k=5, s=3.0)
case("reads_old(w: [n]) {\n    update w = w * 2\n    return y = w + 1\n}", lambda w: {"y": w + 1}, updates={"w": 2 * w}, sizes={"n": 3}, w=w)
case("shifted(w: [n]) {\n    update w = roll(w, 1)\n    return s = w[0]\n}", lambda w: {"s": w[0]}, updates={"w": np.roll(w, 1)}, sizes={"n": 3}, w=w)
case("matrix_step(W: [n, n], x: [n]) {\n    update W = W @ W + outer(x, x)\n    return s = sum(W)\n}", lambda W, x: {"s": W.sum()}, updates={"W": uniform((3, 3)) @ uniform((3, 3)) + np.outer(v, v)}, sizes={"n": 3}, W=uniform((3, 3)), x=v)
case("none_on_failure(E: [n], k: int[m]) {\n    update E = E * 2\n    return y = E[k]\n}", sizes={"n": 3, "m": 2}, E=w, k=[0, 3], updates={}, status=3)
case("partial(w: [n], x: [n]) {\n    h = w * x\n    update w = w - 0.1 * grad(sum(h^2), w)\n    return h\n}", lambda w, x: {"h": w * x}, updates={"w": w - 0.2 * w * g * g}, sizes={"n": 3}, w=w, x=g)

# ---- Index notation ----

group("index")
i3 = np.arange(3)
case("product(A: [m, k], B: [k, n]) {\n    C[i, j] = sum[l](A[i, l] * B[l, j])\n    return C\n}", lambda A, B: {"C": A @ B}, sizes={"m": 2, "k": 3, "n": 4}, A=uniform((2, 3)), B=uniform((3, 4)))
case("distances(X: [n, c]) {\n    d[i, j] = sum[l]((X[i, l] - X[j, l])^2)\n    return d\n}", lambda X: {"d": ((X[:, None] - X[None])**2).sum(-1)}, sizes={"n": 3, "c": 2}, X=uniform((3, 2)))
case("conv1(x: [n], w: [k]) {\n    y[p] = sum[u](x[p + u] * w[u])\n    return y\n}", lambda x, w: {"y": np.correlate(x, w, "valid")}, sizes={"n": 6, "k": 3}, x=uniform(6), w=uniform(3))
case("", name="conv1", sizes={"n": 2, "k": 3}, x=uniform(2), w=uniform(3), status=2)
case("strided(x: [n], w: [k]) {\n    y[p] = sum[u](x[2*p + u] * w[u])\n    return y\n}", lambda x, w: {"y": np.correlate(x, w, "valid")[::2]}, sizes={"n": 7, "k": 3}, x=uniform(7), w=uniform(3))
case("masked(q: [t, d], k: [t, d]) {\n    s[i, j] = if j <= i then sum[c](q[i, c] * k[j, c]) else 0\n    return s\n}", lambda q, k: {"s": np.tril(q @ k.T)}, sizes={"t": 3, "d": 2}, q=uniform((3, 2), key="q"), k=uniform((3, 2), key="k"))
case("index_value(x: [n]) {\n    y[i] = x[i] * i + i^2\n    return y\n}", lambda x: {"y": x * np.arange(4) + np.arange(4)**2}, sizes={"n": 4}, x=uniform(4))
case("reversed(x: [n]) {\n    y[i] = x[n - 1 - i]\n    return y\n}", lambda x: {"y": x[::-1]}, sizes={"n": 4}, x=uniform(4))
case("bounded(x: [n], m: size) {\n    y[i < m] = x[i]\n    return y\n}", lambda x: {"y": x[:2]}, sizes={"n": 4, "m": 2}, x=uniform(4))
case("", name="bounded", sizes={"n": 2, "m": 3}, x=uniform(2), status=2)
case("partial_sum(x: [n]) = sum[j < 2](x[j]) + prod[j](x[j])", lambda x: x[:2].sum() + x.prod(), sizes={"n": 4}, x=uniform(4))
for r, f in ("sum", np.sum), ("prod", np.prod), ("mean", np.mean), ("max", np.max), ("min", np.min), ("logsumexp", special.logsumexp), ("norm", NORM):
    case(f"{r}_over(A: [m, n], v: [n]) {{\n    y[i] = {r}[j](A[i, j] * v[j])\n    return y\n}}", lambda A, v, f=f: {"y": f(A * v, axis=1)}, sizes={"m": 2, "n": 3}, A=uniform((2, 3)), v=uniform(3, 0.5, 1.5))
case("argmax_over(A: [m, n]) {\n    k[i] = argmax[j](A[i, j])\n    return k\n}", lambda A: {"k": A.argmax(1)}, sizes={"m": 2, "n": 3}, A=uniform((2, 3)), wrt=[])
case("any_over(A: [m, n]) {\n    y[i] = if any[j](A[i, j] > 1) then A[i, 0] else A[i, 1]\n    return y\n}", lambda A: {"y": np.where((A > 1).any(1), A[:, 0], A[:, 1])}, sizes={"m": 3, "n": 3}, A=uniform((3, 3)))
case("gathered(E: [v, d], k: int[n]) {\n    y[i, c] = E[k[i], c] * E[k[i] + 1, c]\n    return y\n}", lambda E, k: {"y": E[k] * E[k + 1]}, sizes={"v": 4, "d": 2, "n": 3}, E=uniform((4, 2)), k=[0, 2, 2])
case("", name="gathered", sizes={"v": 4, "d": 2, "n": 3}, E=uniform((4, 2)), k=[0, 3, 2], status=3)
case("diagonal(A: [n, n]) = sum[i](A[i, i])", lambda A: np.trace(A), sizes={"n": 3}, A=uniform((3, 3)))
case("trilinear(T: [a, b, c], x: [a], y: [b], z: [c]) = sum[i, j, k](T[i, j, k] * x[i] * y[j] * z[k])", lambda T, x, y, z: np.einsum("ijk,i,j,k", T, x, y, z), sizes={"a": 2, "b": 3, "c": 2}, T=uniform((2, 3, 2)), x=uniform(2), y=uniform(3), z=uniform(2, key="z"))
case("batched(A: [b, m, k], B: [b, n, k]) {\n    C[s, i, j] = sum[l](A[s, i, l] * B[s, j, l])\n    return C\n}", lambda A, B: {"C": A @ T2(B)}, sizes={"b": 2, "m": 2, "k": 3, "n": 2}, A=uniform((2, 2, 3)), B=uniform((2, 2, 3), key="B"))
case("conv2(x: [n, c, h, w], k: [o, c, 2, 2], b: [o]) {\n    y[s, q, i, j] = sum[l, u, v](x[s, l, i + u, j + v] * k[q, l, u, v]) + b[q]\n    return y\n}",
     lambda x, k, b: {"y": sum(np.einsum("nchw,oc->nohw", x[:, :, u:u + 2, v:v + 3], k[:, :, u, v]) for u in range(2) for v in range(2)) + b[:, None, None]},
     sizes={"n": 2, "c": 2, "h": 3, "w": 4, "o": 2}, x=uniform((2, 2, 3, 4)), k=uniform((2, 2, 2, 2)), b=uniform(2))
text("""weigh(a, v) {
    s = a^2 + 1
    return sum[j](s * v[j] + sum[l](a * v[l] * v[j])) / s
}""")
case("inside_function(x: [n], z: [n]) {\n    y[i, k] = weigh(x[i] * z[k], x)\n    return y\n}", lambda x, z: (lambda a: {"y": ((a**2 + 1) * x.sum() + a * x.sum()**2) / (a**2 + 1)})(np.outer(x, z)), sizes={"n": 3}, x=uniform(3, key="x"), z=uniform(3))
case("scores(Q: [k, r, r], x: [n, r], m: [k, r]) {\n    s[i, j] = sum[u](sum[v](Q[j, u, v] * (x[i, v] - m[j, v]))^2)\n    return s\n}", lambda Q, x, m: {"s": (np.einsum("kuv,nkv->nku", Q, x[:, None] - m)**2).sum(2)}, sizes={"k": 2, "r": 3, "n": 4}, Q=uniform((2, 3, 3)), x=uniform((4, 3)), m=uniform((2, 3)))
case("norms(X: [n, c]) {\n    d[i] = sqrt(sum[l](X[i, l]^2)) / (1 + exp(X[i, 0]))\n    return d\n}", lambda X: {"d": NORM(X, axis=1) / (1 + np.exp(X[:, 0]))}, sizes={"n": 3, "c": 2}, X=uniform((3, 2)))
case("index_second(X: [n, c]) {\n    d[i, j] = sum[l]((X[i, l] - X[j, l])^2)\n    y = sum(exp(-d))\n    return index_second = sum(grad(y, X)^2)\n}",
     lambda X: np.sum((-4 * np.einsum("ij,ijc->ic", np.exp(-((X[:, None] - X[None])**2).sum(-1)), X[:, None] - X[None]))**2), sizes={"n": 3, "c": 2}, X=uniform((3, 2)))
case("coefficients(a: [n], b: [m]) {\n    c[k < n + m - 1] = sum[i < n](if k >= i and k - i < m then a[i] * 1 else 0)\n    return c\n}", lambda a, b: {"c": np.convolve(a, np.ones(3))}, sizes={"n": 2, "m": 3}, a=uniform(2), b=uniform(3))

# ---- Loops ----

group("loops")
case("rnn(xs: [t, n, d], h0: [n, h], Wx: [d, h], Wh: [h, h]) {\n    h_ = h0\n    for s in 0..t {\n        h_ = tanh(xs[s] @ Wx + h_ @ Wh)\n        hs[s] = h_\n    }\n    return last = h_, hs\n}",
     lambda xs, h0, Wx, Wh: (lambda L: {"last": L[-1], "hs": np.stack(L)})((lambda: (lambda acc: [acc.append(np.tanh(x @ Wx + (acc[-1] if acc else h0) @ Wh)) or acc[-1] for x in xs])([]))()),
     sizes={"t": 3, "n": 2, "d": 2, "h": 3}, xs=uniform((3, 2, 2)), h0=uniform((2, 3), key="h"), Wx=uniform((2, 3), -1, 1), Wh=uniform((3, 3), -1, 1))
def loop(n, step, *state):
    """step(k, *arrays) changes copies of the arrays, or returns new values of all of them."""
    state = [np.array(s, float) for s in state]
    for k in range(n):
        new = step(k, *state)
        state = list(new) if new is not None else state
    return state
def repeat(f, x, n):
    for k in range(n): x = f(x, k)
    return x
case("powers(x: [n], t: size) {\n    y = x\n    for k in 0..t {\n        y = y * x + k\n    }\n    return y\n}", lambda x: {"y": repeat(lambda y, k: y * x + k, x, 3)}, sizes={"n": 4, "t": 3}, x=uniform(4, -1, 1))
case("fixed_rounds(x) {\n    y = x\n    for k in 0..5 {\n        y = sin(y) + 0.1 * k\n    }\n    return y\n}", lambda x: {"y": repeat(lambda y, k: np.sin(y) + 0.1 * k, x, 5)}, x=0.5)
case("no_round(x) {\n    y = x\n    for k in 2..2 {\n        y = sin(y)\n    }\n    return z = y * 2\n}", lambda x: {"z": 2 * x}, x=0.5)
case("from_one(x: [n]) {\n    s = x[0]\n    for k in 1..n {\n        s = s * x[k] + 1\n    }\n    return s\n}", lambda x: {"s": repeat(lambda s, k: s * x[k + 1] + 1, x[0], 3)}, sizes={"n": 4}, x=uniform(4))
case("collects(x: [n]) {\n    for k in 0..n {\n        y[k] = x[k]^2 + k\n    }\n    return y\n}", lambda x: {"y": x**2 + np.arange(4)}, sizes={"n": 4}, x=uniform(4))
case("collects_rows(x: [m, n]) {\n    for k in 1..m {\n        y[k] = x[k] * x[k - 1]\n    }\n    return y\n}", lambda x: {"y": x[1:] * x[:-1]}, sizes=N34, x=X34)
case("nested(x: [m, n]) {\n    s = 0\n    for i in 0..m {\n        for j in 0..n {\n            s = 0.5 * s + x[i, j]^2 * (i + j)\n        }\n    }\n    return s\n}",
     lambda x: {"s": repeat(lambda s, k: 0.5 * s + x[k // 4, k % 4]**2 * (k // 4 + k % 4), 0.0, 12)}, sizes=N34, x=X34)
case("nested_collect(x: [m, n]) {\n    for i in 0..m {\n        for j in 0..n {\n            y[i, j] = x[i, j] * i + j\n        }\n    }\n    return y\n}", lambda x: {"y": x * np.arange(3)[:, None] + np.arange(4)}, sizes=N34, x=X34)
case("replaces(x: [n]) {\n    y = x\n    for k in 1..n {\n        y[k] = y[k - 1] * x[k]\n    }\n    return y\n}", lambda x: {"y": np.cumprod(x)}, sizes={"n": 4}, x=uniform(4))
case("checkpointed(x: [n], w: [n], t: size) {\n    y = x\n    for k in 0..t checkpoint {\n        y = tanh(y * w) + 0.1 * k * x\n    }\n    return y\n}", lambda x, w: {"y": repeat(lambda y, k: np.tanh(y * w) + 0.1 * k * x, x, 7)}, sizes={"n": 3, "t": 7}, x=uniform(3), w=uniform(3, key="w"))
case("", name="checkpointed", f=lambda x, w: {"y": repeat(lambda y, k: np.tanh(y * w) + 0.1 * k * x, x, 1)}, sizes={"n": 3, "t": 1}, x=uniform(3), w=uniform(3, key="w"))
case("", name="checkpointed", f=lambda x, w: {"y": repeat(lambda y, k: np.tanh(y * w) + 0.1 * k * x, x, 17)}, sizes={"n": 3, "t": 17}, x=uniform(3), w=uniform(3, key="w"))
case("newton_root(a) {\n    x = a\n    for k in 0..50 while |x^2 - a| > 1e-9 {\n        x = 0.5 * (x + a / x)\n    }\n    return x\n}", lambda a: {"x": np.sqrt(a)}, a=3.0, double=True)
case("while_collect(x) {\n    y = x\n    for k in 0..6 while y < 10 {\n        y = y * 2\n        ys[k] = y\n    }\n    return y, ys\n}", lambda x: {"y": x * 8, "ys": np.array([2, 4, 8, 0, 0, 0]) * x}, x=1.5)
case("loop_grad(x: [n], t: size) {\n    for k in 0..t {\n        z = x * (k + 1)\n        g[k] = grad(sum(z^2), z)\n    }\n    return g\n}", lambda x: {"g": np.stack([2 * x, 4 * x])}, sizes={"n": 3, "t": 2}, x=uniform(3))
case("descent(w0: [n], a: [n], t: size) {\n    w = w0\n    for k in 0..t {\n        loss = sum((w - a)^2 * w^2)\n        w = w - 0.01 * grad(loss, w)\n    }\n    return w\n}",
     lambda w0, a: {"w": repeat(lambda w, k: w - 0.01 * (2 * (w - a) * w**2 + 2 * w * (w - a)**2), w0, 4)}, sizes={"n": 3, "t": 4}, w0=uniform(3), a=uniform(3, key="a"))
case("loop_second(x: [n], t: size) {\n    y = x\n    for k in 0..t {\n        y = sin(y) * x\n    }\n    return loop_second = sum(grad(sum(y), x)^2)\n}",
     lambda x: np.sum(derivative(lambda v: repeat(lambda y, k: np.sin(y) * v, v, 3))(x)**2), sizes={"n": 3, "t": 3}, x=uniform(3), tolerance=1e-7, tolerance32=5e-3)
case("shadow(x: [n], t: size) {\n    a = x; b = 2 * x\n    for k in 0..t {\n        c = a + b\n        a = b * 0.5\n        b = c\n    }\n    return a, b\n}", lambda x: (lambda r: {"a": r[0], "b": r[1]})(repeat(lambda s, k: (s[1] * 0.5, s[0] + s[1]), (x, 2 * x), 4)), sizes={"n": 3, "t": 4}, x=uniform(3))
case("counts(x: [n], t: size) {\n    y = x\n    for k in 1..t {\n        y = y + x\n        zs[k] = sum(y)\n    }\n    return zs\n}", lambda x: {"zs": np.array([2.0, 3, 4]) * x.sum()}, sizes={"n": 3, "t": 4}, x=uniform(3))
case("", name="counts", sizes={"n": 3, "t": 1}, x=uniform(3), status=2)

case("transposed_factors(h: [m, n], g: [m, n], V: [k, n, n], t: size) {\n    for r in 0..t {\n        h = tanh(h @ V[1]')\n        g = 0.5 * (g @ V[1]') + sum(h @ V[0, 1:, :]')\n    }\n    return h_end = h, g_end = g\n}",
     lambda h, g, V: (lambda r: {"h_end": r[0], "g_end": r[1]})(loop(4, lambda r, h, g: (np.tanh(h @ V[1].T), 0.5 * g @ V[1].T + np.sum(np.tanh(h @ V[1].T) @ V[0, 1:].T)), h, g)), sizes={"m": 2, "n": 3, "k": 2, "t": 4}, h=uniform((2, 3)), g=uniform((2, 3), key="g"), V=uniform((2, 3, 3), -1, 1))
def slope(y, x): return np.concatenate([x[:1], x[1:] * y[:-1]])
case("stages(x: [n], t: size) {\n    y = x\n    for k in 0..t {\n        a = concat(x[:1], x[1:] * y[:-1])\n        b = concat(x[:1], x[1:] * a[:-1])\n        y = a * y + b - concat(x[:1], sin(b[:-1]))\n    }\n    return y, z = sum(concat(x[:1], 2 * y[1:]))\n}",
     lambda x: (lambda y: {"y": y, "z": x[0] + 2 * y[1:].sum()})(repeat(lambda y, k: (lambda a: (lambda b: a * y + b - np.concatenate([x[:1], np.sin(b[:-1])]))(slope(a, x)))(slope(y, x)), x, 3)), sizes={"n": 4, "t": 3}, x=uniform(4, -1, 1))

# ---- Loops that one number reaches: their tangents ----

group("tangents")
ALL = ": jacobian, hessian, jvp, hvp"
def steps(f, t, *state):
    for k in range(t):
        state = f(k, *state)
    return state
def rounds_while(go, step, most, *state):
    for k in range(most):
        if not go(*state):
            break
        state = step(k, *state)
    return state
case("vector_state(A: [n, n], s, t: size) {\n    h = ones([n])\n    for k in 0..t {\n        h = tanh(A @ h + k * s)\n        hs[k] = h[0] * s\n    }\n    return h, hs\n}\nexport vector_state wrt s: jacobian, jvp",
     lambda A, s: (lambda r: {"h": r[0], "hs": np.array(r[1])})(steps(lambda k, h, hs: (lambda v: (v, hs + [v[0] * s]))(np.tanh(A @ h + k * s)), 4, np.ones(3), [])),
     sizes={"n": 3, "t": 4}, wrt=["s"], export=False, A=uniform((3, 3), -1, 1, "A"), s=0.5)
case("start_and_step(a: [1], t: size) {\n    x = exp(a[0])\n    y = 0.5 * x\n    for k in 0..t {\n        z = sin(y) * x\n        y = x - 0.1 * z\n        x = z + a[0]\n    }\n    return start_and_step = x * y * a[0]\n}",
     lambda a: (lambda r: r[0] * r[1] * a[0])(steps(lambda k, x, y: (np.sin(y) * x + a[0], x - 0.1 * np.sin(y) * x), 5, np.exp(a[0]), 0.5 * np.exp(a[0]))), sizes={"t": 5}, extra=ALL, a=np.array([0.25]))
case("two_loops(s, w: [n], t: size) {\n    x = s\n    for k in 0..t {\n        x = cos(x) + s\n    }\n    y = w\n    for k in 0..t checkpoint {\n        y = tanh(y * x) + w\n    }\n    return two_loops = sum(y * x)\n}",
     lambda s, w: (lambda x: np.sum(x * steps(lambda k, y: (np.tanh(y * x) + w,), 5, w)[0]))(steps(lambda k, x: (np.cos(x) + s,), 5, s)[0]), sizes={"n": 3, "t": 5}, extra=ALL, s=0.5, w=uniform(3, -1, 1))
case("inner_loop(s, t: size) {\n    x = s; y = 1\n    for k in 0..t {\n        for j in 0..2 {\n            x = sin(x) + 0.5 * y\n        }\n        y = y * x\n        ys[k] = y\n    }\n    return inner_loop = sum(ys^2)\n}",
     lambda s: np.sum(np.square(steps(lambda k, x, y, ys: (lambda v: (v, y * v, ys + [y * v]))(steps(lambda j, v: (np.sin(v) + 0.5 * y,), 2, x)[0]), 4, s, 1.0, [])[2])), sizes={"t": 4}, extra=ALL, s=0.75)
case("number_of_a_round(x: [n], t: size) {\n    y = x\n    for k in 0..t {\n        a = sum(y^2)\n        b = a\n        for j in 0..t {\n            b = 0.5 * sin(b) + a\n        }\n        y = y / b\n    }\n    return number_of_a_round = sum(y)\n}",
     lambda x: np.sum(steps(lambda k, y: (lambda a: (y / steps(lambda j, b: (0.5 * np.sin(b) + a,), 3, a)[0],))(np.sum(y**2)), 3, x)[0]), sizes={"n": 3, "t": 3}, extra=ALL, x=uniform(3, 0.5, 1))
case("stops(s, c) {\n    x = s; y = c\n    for k in 0..40 while x < 10 {\n        if y > 1 {\n            y = sqrt(y)\n        } else {\n            y = y + s * x\n        }\n        x = x * s + y * c\n        xs[k] = x\n    }\n    return x, y, xs\n}\nexport stops wrt s",
     lambda s, c: (lambda r: {"x": r[0], "y": r[1], "xs": np.array(r[2] + [0] * (40 - len(r[2])))})(steps(lambda k, x, y, xs: (lambda v: (x * s + v * c, v, xs + [x * s + v * c]))(np.sqrt(y) if y > 1 else y + s * x) if x < 10 else (x, y, xs), 40, s, c, [])),
     wrt=["s"], export=False, s=1.25, c=0.375)
kink("no_infinite_side(s, x: [n]) {\n    y = x\n    for k in 0..3 {\n        y = if s > 0 then y * sqrt(s) else y + s\n        if s > 0 {\n            y = y + log(s)\n        }\n    }\n    return no_infinite_side = sum(y)\n}\nexport no_infinite_side wrt s", lambda s, x: 3.0, {"s": 6}, {"n": 2}, export=False, wrt=["s"], s=0.0, x=np.array([1.0, 2]))
for keep in "", " checkpoint":
    name = "outer_root" + keep.strip()
    kink(name + "(s, x: [n]) {\n    y = x\n    for k in 0..3" + keep + " {\n        y = if s > 0 then y * sqrt(s) else y + s\n    }\n    return " + name + " = sum(y)\n}", lambda s, x: 3.0, {"s": 6, "x": [1, 1]}, {"n": 2}, s=0.0, x=np.array([1.0, 2]))
    kink(name + "_parts(s: [n], x: [n]) {\n    r = sqrt(s)\n    y = 0.0\n    for k in 0..n" + keep + " {\n        y = y + (if s[k] > 0 then x[k] * r[k] else x[k])\n    }\n    return " + name + "_parts = y\n}", lambda s, x: 8.0, {"s": [0, 0.5, 0], "x": [1, 2, 1]}, {"n": 3}, s=np.array([0.0, 4, 0]), x=np.array([1.0, 2, 3]))
    kink(name + "_start(s, x: [n]) {\n    h = sqrt(s)\n    for k in 0..n" + keep + " {\n        h = if x[k] > 0 then h * x[k] else x[k]\n    }\n    return " + name + "_start = h\n}", lambda s, x: -2.0, {"s": 0, "x": [2, -1]}, {"n": 2}, s=0.0, x=np.array([-1.0, 2]))
    kink(name + "_nested(s, x: [n]) {\n    r = sqrt(s)\n    y = x\n    for j in 0..2" + keep + " {\n        for k in 0..2 {\n            y = if s > 0 then y * r else y + (j + 1) * s\n        }\n    }\n    return " + name + "_nested = sum(y)\n}", lambda s, x: 3.0, {"s": 12, "x": [1, 1]}, {"n": 2}, s=0.0, x=np.array([1.0, 2]))
case("grad_of_grad(w, t: size) {\n    p = w\n    for k in 0..t {\n        p = p - 0.1 * grad(sin(p) * w^2 + p^3 * w, p)\n    }\n    return grad_of_grad = p^2\n}",
     lambda w: steps(lambda k, p: (p - 0.1 * (np.cos(p) * w**2 + 3 * p**2 * w),), 4, w)[0]**2, sizes={"t": 4}, extra=": hessian, hvp", w=0.5)
case("inside(a, n: size) {\n    y = a\n    for k in 0..n {\n        y = sin(y) * a\n    }\n    return inside = grad(y, a)^2\n}",
     lambda a: float(gradient(lambda v: steps(lambda k, y: (np.sin(y) * v[0],), 4, v[0])[0], np.array([a]))[0]**2), sizes={"n": 4}, tolerance=1e-7, tolerance32=5e-3, a=1.25)
case("tangent_of_states(x: [n], v: [n], t: size) {\n    y = x\n    for k in 0..t {\n        for j in 0..2 {\n            y = tanh(y * x[0]) + y[0]\n        }\n        ys[k] = y\n    }\n    return tangent_of_states = jvp(ys, x, v)\n}",
     lambda x, v: jacobian(lambda a: np.stack(steps(lambda k, y, ys: (lambda z: (z, ys + [z]))(steps(lambda j, y: (np.tanh(y * a[0]) + y[0],), 2, y)[0]), 3, a, [])[1]), x) @ v,
     sizes={"n": 3, "t": 3}, tolerance=1e-7, tolerance32=5e-3, x=uniform(3, 0.25, 1), v=uniform(3, -1, 1, "v"))
kink("number_not_read(z) {\n    x = sqrt(z)\n    s = 0\n    for k in 0..3 {\n        s = if s > 5 then s * x else s + 1\n    }\n    return number_not_read = s\n}", lambda z: 3.0, {"z": 0}, z=0.0)

# The root of a sum of squares has its derivative at the squares, past the sum: unless the sum itself is what a loop reads.
case("root_of_sum(x: [n], t: size) {\n    s = sum(x^2)\n    y = 0\n    for k in 0..t {\n        y = sin(y) + sqrt(s / (k + 1))\n    }\n    return root_of_sum = y\n}",
     lambda x: steps(lambda k, y: (np.sin(y) + np.sqrt(np.sum(x**2) / (k + 1)),), 4, 0.0)[0], sizes={"n": 3, "t": 4}, extra=ALL, x=uniform(3, -1, 1))
case("root_in_front(x: [n]) {\n    y = std(x) / 2\n    for k in 0..2 {\n        y = if x[0] > 5 then y else (1.3 + sin(y))^0.3\n    }\n    return root_in_front = sin(y)\n}",
     lambda x: np.sin(steps(lambda k, y: ((1.3 + np.sin(y))**0.3,), 2, np.std(x) / 2)[0]), sizes={"n": 3}, extra=ALL, x=uniform(3, -1, 1))

# ---- Loops that compute each element by itself ----

case("by_element(x: [n], y: [n], a: [n], t: size) {\n    h = exp(a)\n    for k in 0..t {\n        h = sin(h) * x + y * exp(a)\n        hs[k] = h * y\n    }\n    return by_element = sum(h^2) + sum(hs)\n}",
     lambda x, y, a: (lambda r: np.sum(r[0]**2) + np.sum(r[1]))(steps(lambda k, h, hs: (lambda v: (v, hs + [v * y]))(np.sin(h) * x + y * np.exp(a)), 4, np.exp(a), [])), sizes={"n": 3, "t": 4}, extra=ALL, x=uniform(3, key="x"), y=uniform(3, -1, 1, "y"), a=uniform(3, -1, 1, "a"))
case("by_element_of_one(x: [m, n], t: size) {\n    h = x\n    c = tanh(x)\n    for k in 0..t while sum(h) < 40 {\n        for j in 0..2 {\n            h = 0.5 * h + c^2 * cos(x)\n        }\n        c = max(c, x) + k * h\n    }\n    return h_end = h, c_end = c\n}",
     lambda x: dict(zip(("h_end", "c_end"), rounds_while(lambda h, c: h.sum() < 40, lambda k, h, c: (lambda h: (h, np.maximum(c, x) + k * h))(steps(lambda j, h: (0.5 * h + c**2 * np.cos(x),), 2, h)[0]), 4, x, np.tanh(x)))), sizes={"m": 2, "n": 3, "t": 4}, extra=": jacobian, jvp", x=uniform((2, 3), -1, 1))
case("by_element_of_four(x: [n], y: [n], z: [n], w: [n], t: size) {\n    for k in 0..t {\n        x = x * y + sin(z) * w\n    }\n    return x_end = x\n}",
     lambda x, y, z, w: {"x_end": steps(lambda k, x: (x * y + np.sin(z) * w,), 3, x)[0]}, sizes={"n": 3, "t": 3}, x=uniform(3), y=uniform(3, -1, 1, "y"), z=uniform(3, key="z"), w=uniform(3, key="w"))
kink("elements_not_read(z: [n], c: [n]) {\n    x = sqrt(z)\n    s = c\n    for k in 0..3 {\n        s = if s > 5 then s * x else s + 1\n    }\n    return elements_not_read = sum(s)\n}\nexport elements_not_read wrt z", lambda z, c: 3.0 + 48.0, {"z": [0, 6 * 2**2 * 3 / 4]}, {"n": 2}, export=False, wrt=["z"], z=np.array([0.0, 4]), c=np.array([0.0, 6]))

# ---- Values written over what a sum in the same loop still reads ----

group("overwritten")
case("summed(x: [4, n], s) {\n    t = logsumexp(x, axis = 0)^3 * 0.1\n    a = tanh(max(t * s) - 0.5)\n    return summed = a * sum(t)\n}\nexport summed wrt s, x",
     lambda x, s: (lambda t: np.tanh(np.max(t * s) - 0.5) * t.sum())(np.log(np.exp(x).sum(0))**3 * 0.1), sizes={"n": 3}, wrt=["s", "x"], export=False, x=uniform((4, 3)), s=0.5)
case("largest(x: [4, n], s) {\n    t = log(sum(exp(x), axis = 0))^3\n    return y = max(t * s) * sum(t), z = sum(t^2 * x[0])\n}",
     lambda x, s: (lambda t: {"y": np.max(t * s) * t.sum(), "z": np.sum(t**2 * x[0])})(np.log(np.exp(x).sum(0))**3), sizes={"n": 40}, x=uniform((4, 40)), s=0.5)

# ---- Rounds that a loop leaves when the next value has been made, and what members hold until they are written ----

group("left")
case("scalar_left(a, t: size) {\n    for k in 0..t while exp(0.5 * a) < 10 {\n        a = exp(0.5 * a)\n    }\n    return scalar_left = a\n}\nexport scalar_left wrt a",
     lambda a: rounds_while(lambda a: np.exp(0.5 * a) < 10, lambda k, a: (np.exp(0.5 * a),), 9, a)[0], sizes={"t": 9}, export=False, a=2.5)
case("value_left(a, t: size) {\n    for k in 0..t while exp(0.5 * a) < 10 {\n        a = exp(0.5 * a)\n    }\n    return y = a\n}\nexport value_left",
     lambda a: {"y": rounds_while(lambda a: np.exp(0.5 * a) < 10, lambda k, a: (np.exp(0.5 * a),), 9, a)[0]}, sizes={"t": 9}, export=False, wrt=[], a=2.5)
case("array_left(x: [n], t: size) {\n    for k in 0..t while sum(cumsum(exp(x))) < 30 {\n        x = exp(x)\n    }\n    return y = x\n}\nexport array_left",
     lambda x: {"y": rounds_while(lambda x: np.cumsum(np.exp(x)).sum() < 30, lambda k, x: (np.exp(x),), 9, x)[0]}, sizes={"n": 3, "t": 9}, export=False, wrt=[], x=np.array([0.25, -1.5, 0.5]))
case("rows_left(x: [n], t: size) {\n    for k in 0..t while sum(cumsum(exp(x))) < 30 {\n        x = exp(x)\n        xs[k] = x * 2\n    }\n    return y = xs\n}\nexport rows_left",
     lambda x: (lambda r: {"y": np.stack(r[1] + [np.zeros(3)] * (4 - len(r[1])))})(rounds_while(lambda x, xs: np.cumsum(np.exp(x)).sum() < 30, lambda k, x, xs: (np.exp(x), xs + [2 * np.exp(x)]), 4, x, [])),
     sizes={"n": 3, "t": 4}, export=False, wrt=[], x=np.array([0.25, -1.5, 0.5]))
case("nested_left(x: [n], t: size) {\n    s = 0\n    for j in 0..3 {\n        for k in 0..t while max(exp(x)) < 10 {\n            x = exp(x) / (1 + j)\n        }\n        s = s + sum(x)\n        x = x - 2\n    }\n    return nested_left = s\n}",
     lambda x: (lambda r: r[1])(steps(lambda j, x, s: (lambda x: (x - 2, s + x.sum()))(rounds_while(lambda x: np.exp(x).max() < 10, lambda k, x: (np.exp(x) / (1 + j),), 4, x)[0]), 3, x, 0.0)),
     sizes={"n": 3, "t": 4}, x=np.array([0.25, -1.5, 0.5]))
case("carried_in_output(x: [n], w: [n], t: size) {\n    h = x\n    for k in 0..t {\n        h = sin(h * w) + 0.5\n    }\n    return y = h * w, s = sum(w)\n}",
     lambda x, w: {"y": steps(lambda k, h: (np.sin(h * w) + 0.5,), 3, x)[0] * w, "s": w.sum()}, sizes={"n": 4, "t": 3}, x=uniform(4), w=uniform(4, key="w"))
case("collected_in_output(x: [n], t: size) {\n    for k in 0..t {\n        x = tanh(x) + 0.25 * k\n        xs[k] = x^2\n    }\n    return y = exp(0 - xs)\n}",
     lambda x: {"y": np.exp(-np.stack(steps(lambda k, x, xs: (lambda x: (x, xs + [x**2]))(np.tanh(x) + 0.25 * k), 3, x, [])[1]))}, sizes={"n": 4, "t": 3}, x=uniform(4))

# ---- What loops carry ----

group("states")
N32 = {"n": 3, "m": 2}
C, W = uniform((3, 2), -1, 1, "C"), uniform(2, key="w")
def put(a, at, value): a[at] = value
def entries(c, w, t):
    for _ in range(t):
        x = w
        for k in range(3):
            c[k] = np.sin(c[k]) * x + k
            x = c[k]**2
    return {"c": c}
case("own_entries(c: [n, m], w: [m], t: size) {\n    for s in 0..t {\n        x = w\n        for k in 0..n {\n            c[k] = sin(c[k]) * x + k\n            x = c[k]^2\n        }\n    }\n    return c_end = c\n}",
     lambda c, w: {"c_end": entries(c, w, 2)["c"]}, sizes={**N32, "t": 2}, c=C, w=W)
case("entry_in_steps(c: [n, m], w: [m]) {\n    for k in 0..n {\n        c[k, 0] = c[k, 1] * c[k, 0]\n        c[k, 1:] = c[k, :m-1] + w[1:]\n        c[k] = exp(c[k])\n    }\n    return c_end = c\n}",
     lambda c, w: {"c_end": np.exp(np.stack([c[:, 0] * c[:, 1], c[:, 0] * c[:, 1] + w[1]], 1))}, sizes=N32, c=C, w=W)
case("columns(c: [m, n], w: [m]) {\n    for k in 0..n {\n        c[:, k] = c[:, k] * w + k\n    }\n    return c_end = c\n}", lambda c, w: {"c_end": c * w[:, None] + np.arange(3)}, sizes=N32, c=C.T, w=W)
case("scalar_entries(y: [n], a) {\n    for k in 0..n {\n        y[k] = y[k]^2 * a\n        a = a + y[k]\n    }\n    return y_end = y, a_end = a\n}",
     lambda y, a: (lambda r: {"y_end": r[0], "a_end": r[1]})(loop(3, lambda k, y, a: (put(y, k, y[k]**2 * a), (y, a + y[k]))[1], y, a)), sizes={"n": 3}, y=uniform(3), a=0.5)
case("other_entries(y: [n], x: [n]) {\n    for k in 0..n {\n        y[k] = y[n - 1 - k] * x[k] + y[k]\n    }\n    return y_end = y\n}",
     lambda y, x: {"y_end": loop(4, lambda k, y: put(y, k, y[3 - k] * x[k] + y[k]), y)[0]}, sizes={"n": 4}, y=uniform(4), x=uniform(4, key="x"))
case("entries_and_all(y: [n], x: [n]) {\n    for k in 0..n {\n        y[k] = y[k] * x[k] + 0.1 * sum(y)\n    }\n    return y_end = y\n}",
     lambda y, x: {"y_end": loop(3, lambda k, y: put(y, k, y[k] * x[k] + 0.1 * y.sum()), y)[0]}, sizes={"n": 3}, y=uniform(3), x=uniform(3, key="x"))
case("some_entries(y: [n], x: [n]) {\n    for k in 1..n-1 {\n        y[k] = y[k]^2 * x[k]\n    }\n    return y_end = y\n}",
     lambda y, x: {"y_end": np.concatenate([y[:1], y[1:-1]**2 * x[1:-1], y[-1:]])}, sizes={"n": 4}, y=uniform(4), x=uniform(4, key="x"))
case("", name="some_entries", f=lambda y, x: {"y_end": y}, sizes={"n": 2}, y=uniform(2), x=uniform(2, key="x"))
case("two_names(y: [n], x: [n]) {\n    z = x\n    for k in 0..n {\n        z[k] = y[k] * z[k]\n        y = z + y\n    }\n    return y_end = y, z\n}",
     lambda y, x: (lambda r: {"y_end": r[0], "z": r[1]})(loop(3, lambda k, y, z: (put(z, k, y[k] * z[k]), (z + y, z))[1], y, x)), sizes={"n": 3}, y=uniform(3), x=uniform(3, key="x"))
case("entries_in_segments(y: [n], x: [n], a) {\n    for k in 0..n checkpoint {\n        y[k] = sin(y[k]) * a + x[k]\n        a = a * cos(y[k])\n    }\n    return y_end = y, a_end = a\n}",
     lambda y, x, a: (lambda r: {"y_end": r[0], "a_end": r[1]})(loop(5, lambda k, y, a: (put(y, k, np.sin(y[k]) * a + x[k]), (y, a * np.cos(y[k])))[1], y, a)), sizes={"n": 5}, y=uniform(5), x=uniform(5, key="x"), a=0.75)
case("entries_second(c: [n, m], w: [m]) {\n    x = w\n    for k in 0..n {\n        c[k] = sin(c[k]) * x\n        x = c[k]^2 + x\n    }\n    return entries_second = sum(grad(sum(c * c), w)^2)\n}",
     lambda c, w: np.sum(gradient(lambda v: np.sum((lambda r: r[0])(loop(3, lambda k, c, x: (put(c, k, np.sin(c[k]) * x), (c, c[k]**2 + x))[1], c, v))**2), w)**2), sizes=N32, c=C, w=W, tolerance=1e-6, tolerance32=2e-2)
def rows_of_rows(x, W):
    y = np.zeros(x.shape)
    s = 0 * x[0, 0]
    for i, j in product(range(2), range(3)):
        y[i, j] = np.tanh(x[i, j] @ W + s)
        s = y[i, j] * y[i, j].sum()
    return {"y": y, "s": s}
case("rows_of_rows(x: [m, n, d], W: [d, d]) {\n    s = 0 * x[0, 0]\n    for i in 0..m {\n        for j in 0..n {\n            v = tanh(x[i, j] @ W + s)\n            s = v * sum(v)\n            y[i, j] = v\n        }\n    }\n    return y, s\n}",
     rows_of_rows, sizes={"m": 2, "n": 3, "d": 2}, x=uniform((2, 3, 2)), W=uniform((2, 2), -1, 1))
case("known_to_the_condition(x: [n], W: [n, n]) {\n    v = x\n    for k in 0..4 while sum(tanh(W @ v)) < 2 {\n        u = tanh(W @ v)\n        y[k] = u\n        v = v + u^2 + 1\n    }\n    return y, v\n}",
     lambda x, W: (lambda r: {"y": np.stack(r[0] + [0 * x] * (4 - len(r[0]))), "v": r[1]})((lambda go: go([], x))(lambda ys, v: (lambda f: f(f, ys, v))(lambda f, ys, v: (ys, v) if len(ys) == 4 or np.tanh(W @ v).sum() >= 2 else f(f, ys + [np.tanh(W @ v)], v + np.tanh(W @ v)**2 + 1)))),
     sizes={"n": 3}, x=uniform(3, -1, 0), W=uniform((3, 3), 0, 1))

# ---- Branches in rounds, and ints that loops carry ----

group("rounds_of_branches")
case("constant_sides(x: [n]) {\n    for j in 0..n {\n        if x[j] > 0 { v = 1.0 } else { v = 0.0 }\n        ys[j] = v\n    }\n    return ys\n}",
     lambda x: {"ys": (x > 0) * 1.0}, sizes={"n": 4}, x=uniform(4))
case("side_of_round(p, n: size) {\n    for t in 0..n {\n        if t > 2 { w = p } else { w = 1 - p }\n        c[t] = w\n    }\n    return c\n}",
     lambda p: {"c": np.where(np.arange(6) > 2, p, 1 - p)}, sizes={"n": 6}, extra=": jacobian, jvp", p=0.875)
case("side_of_outer_round(x: [n], p) {\n    s = p\n    for i in 0..n {\n        for j in 0..3 {\n            if x[i] > 0 { w = 0.5 } else if i == j { w = p } else { w = 0.25 }\n            s = sin(s) + w\n            c[i, j] = w * s\n        }\n    }\n    return s, c\n}",
     lambda x, p: (lambda r: {"s": r[0], "c": np.reshape(r[1], (3, 3))})(steps(lambda k, s, c: (lambda w: (np.sin(s) + w, c + [w * (np.sin(s) + w)]))(0.5 if x[k // 3] > 0 else p if k // 3 == k % 3 else 0.25), 9, p, [])),
     sizes={"n": 3}, extra=": jacobian, jvp", x=np.array([-0.5, 0.75, -1.25]), p=0.5)
case("gradient_of_sides(p: [2], y: [n]) {\n    for t in 0..n {\n        if t == 1 { w = p[0] } else { w = p[1] }\n        c[t] = w\n    }\n    l = sum((c - y)^2)\n    return l, g = grad(l, p)\n}",
     lambda p, y: (lambda e: {"l": np.sum(e**2), "g": np.array([2 * e[1], 2 * (e.sum() - e[1])])})(p[[1, 0, 1, 1]] - y), sizes={"n": 4}, p=uniform(2), y=uniform(4, key="y"))
def nests(x):
    a, b, c = 0.125, 0.25, np.zeros(x.shape)
    for s in range(len(x)):
        for t in range(3):
            a = np.sin(a + x[s, t])
            c[s, t] = a * x[s, t]
        a = 0.5 * a
    for s in range(len(x)):
        for t in range(3):
            b = np.sin(b + c[s, t])
        b = 0.5 * b
    return a, b
NESTS = """    a = 0.125
    for s in 0..n {
        for t in 0..3 {
            a = sin(a + x[s, t])
            c[s, t] = a * x[s, t]
        }
        a = 0.5 * a
    }
    b = 0.25
    for s in 0..n {
        for t in 0..3 { b = sin(b + c[s, t]) }
        b = 0.5 * b
    }
"""
case("nest_after_nest(x: [n, 3]) {\n" + NESTS + "    return nest_after_nest = a + b\n}", lambda x: sum(nests(x)), sizes={"n": 2}, extra=ALL, x=uniform((2, 3), -1, 1))
case("gradient_of_nests(x: [n, 3]) {\n" + NESTS + "    g = grad(a, x)\n    return gradient_of_nests = sum(tanh(g)) + b\n}",
     lambda x: np.sum(np.tanh(gradient(lambda v: nests(v)[0], x))) + nests(x)[1], sizes={"n": 2}, extra=": hvp", tolerance=1e-6, tolerance32=2e-2, x=uniform((2, 3), -1, 1))
case("int_steps(x: [n], k: int) {\n    s = 0.0\n    for t in 0..3 {\n        s = s + x[k] * x[t]\n        k = k + 1\n    }\n    return s\n}",
     lambda x, k: {"s": np.dot(x[k:k + 3], x[:3])}, sizes={"n": 5}, extra=": jacobian, jvp", x=uniform(5), k=1)
case("", name="int_steps", sizes={"n": 5}, status=3, x=uniform(5), k=3)
case("", name="int_steps", sizes={"n": 5}, status=3, x=uniform(5), k=-1)
def int_state(x, b, k0):
    k = k0
    for v in x:
        b = np.sin(v) + 0.5 * b * b[k]
        k = k0 if k == 2 else k + 1
    return {"d": b}
INT_STATE = dict(sizes={"T": 5}, x=uniform(5), b=uniform(3, key="b"))
for keep in "", " checkpoint":
    case("int_state" + keep[1:] + "(x: [T], b: [3], k0: int) {\n    k = k0\n    for t in 0..T" + keep + " {\n        b = sin(x[t]) + 0.5 * b * b[k]\n        if k == 2 { k = k0 } else { k = k + 1 }\n    }\n    return d = b\n}",
         int_state, extra=": jacobian, jvp", k0=1, **INT_STATE)
    case("", name="int_state" + keep[1:], status=3, late=True, k0=3, **INT_STATE)
case("replaced_by_some(x: [n]) {\n    y = x\n    for q in 0..n {\n        if q > 1 { y[q] = x[q]^2 }\n    }\n    return replaced_by_some = sum(y^3)\n}",
     lambda x: np.sum(np.where(np.arange(4) > 1, x**2, x)**3), sizes={"n": 4}, extra=ALL, x=uniform(4))
case("", name="replaced_by_some", f=lambda x: np.sum(x**3), sizes={"n": 1}, x=uniform(1))
case("where_allowed(x: [n], k: int) {\n    s = 0.5\n    for t in 0..4 {\n        if k < n { s = s + sin(s * x[k]) }\n        k = k + 1\n    }\n    return s\n}",
     lambda x, k: {"s": repeat(lambda s, t: s + np.sin(s * x[k + t]) if k + t < 3 else s, 0.5, 4)}, sizes={"n": 3}, extra=": jacobian, jvp", x=uniform(3), k=1)
case("", name="where_allowed", status=3, sizes={"n": 3}, x=uniform(3), k=-1)
case("search(x: [n], k: int) {\n    s = 1\n    for t in 0..n while x[k] > 0 {\n        s = s * x[k]\n        k = k + 1\n    }\n    return s, k_end = k\n}",
     lambda x, k: {"s": 0.75, "k_end": np.array(3)}, sizes={"n": 4}, wrt=[], export=False, x=np.array([1, 0.5, 1.5, -1]), k=1)
text("export search wrt x: jvp")
case("", name="search", sizes={"n": 4}, status=3, x=np.array([1, 0.5, 1.5, 2]), k=1)
case("rows_of_tokens(W: [m, d], tok: int[T], x: [T]) {\n    s = 0.5\n    for t in 0..T {\n        s = 0.5 * s\n        c[t] = s * x[t] * W[tok[t]]\n    }\n    return c\n}\nexport rows_of_tokens wrt x: jacobian, jvp",
     lambda W, tok, x: {"c": (0.5 * 0.5**np.arange(1, 5) * x)[:, None] * W[tok]}, sizes={"m": 3, "d": 2, "T": 4}, wrt=["x"], export=False, W=uniform((3, 2)), tok=np.array([2, 0, 0, 1]), x=uniform(4))
case("", name="rows_of_tokens", status=3, late=True, sizes={"m": 3, "d": 2, "T": 4}, W=uniform((3, 2)), tok=np.array([2, 0, 3, 1]), x=uniform(4))
case("perhaps_no_segment(x: [n], p) {\n    for t in 1..n checkpoint {\n        p = sin(p * x[t])\n    }\n    return p_end = p\n}",
     lambda x, p: {"p_end": repeat(lambda p, t: np.sin(p * x[t + 1]), p, 6)}, sizes={"n": 7}, extra=": jvp", x=uniform(7, 0.5, 2), p=0.75)
for n in 1, 2, 5:
    case("", name="perhaps_no_segment", f=lambda x, p, n=n: {"p_end": repeat(lambda p, t: np.sin(p * x[t + 1]), p, n - 1)}, sizes={"n": n}, x=uniform(n, 0.5, 2), p=0.75)

case("sides_of_new_type(x: [n], y) {\n    if y > 0 {\n        y = x * y\n    } else {\n        y = sin(x)\n    }\n    return y_new = y\n}", lambda x, y: {"y_new": x * y if y > 0 else np.sin(x)}, sizes={"n": 3}, x=uniform(3), y=0.75)
case("", name="sides_of_new_type", f=lambda x, y: {"y_new": np.sin(x)}, sizes={"n": 3}, x=uniform(3), y=-0.75)
case("no_round_replaces(x: [n]) {\n    c = x\n    for t in 1..1 {\n        c[t] = 0.5 * c[t - 1] + sin(x[t])\n        for s in 0..2 {\n            v = c\n            v[t] = x[s]\n        }\n    }\n    return no_round_replaces = sum(c^2)\n}", lambda x: np.sum(x**2), sizes={"n": 2}, x=uniform(2))

case("unread_behind_a_loop(p, y: [m], k: int, j: int[n]) {\n    if k != 0 {\n        for t in 1..n {\n            k = j[t]\n            if k == 0 {\n                if k > 1 { p = tanh(y[j[t]]) } else if p > 1 { k = 1 - k }\n            } else { p = sin(p * y[k]) }\n        }\n        v = exp(y[k])\n    }\n    return p_end = p\n}",
     lambda p, y, k, j: {"p_end": np.sin(np.sin(p * y[1]) * y[1])}, sizes={"n": 4, "m": 2}, p=0.75, y=uniform(2, 0.5, 2), k=1, j=np.array([0, 1, 0, 1]))

case("rounds_that_never_run(x: [n], p, j: int[n]) {\n    if p > 0 {\n        for t in 0..n-1 while 0 > 0 {\n            p = (p - x[t + 1]) * tanh(x[j[t]])\n            if t < 0 { x[n-1-t] = sin(sin(0.5)) }\n        }\n    }\n    return rounds_that_never_run = sum(sin(x)) + p\n}",
     lambda x, p, j: np.sum(np.sin(x)) + p, sizes={"n": 3}, x=uniform(3), p=0.75, j=np.array([2, 0, 1]))

# Values that backward rounds compute again since that takes little beside their products.
group("again")
N_LAYERS = {"r": 2, "t": 3, "d": 4, "m": 5}
def small(shape, key): return uniform(shape, -0.75, 0.75, key=key)
LAYERS = {"Wq": small((2, 4, 2), "Wq"), "Wk": small((2, 4, 2), "Wk"), "Wv": small((2, 4, 4), "Wv"), "U": small((2, 4, 5), "U"), "V": small((2, 5, 4), "V")}
def gelu_tanh(x): return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))
def transformer(x, Wq, Wk, Wv, U, V):
    for l in range(2):
        x = x + attention(x @ Wq[l], x @ Wk[l], x @ Wv[l], causal=True)
        x = x + gelu_tanh(x @ U[l]) @ V[l]
    return x
case("""transformer(x: [t, d], Wq: [r, d, 2], Wk: [r, d, 2], Wv: [r, d, d], U: [r, d, m], V: [r, m, d]) {
    for l in 0..r {
        x = x + attention(x @ Wq[l], x @ Wk[l], x @ Wv[l], causal = true)
        x = x + gelu_tanh(x @ U[l]) @ V[l]
    }
    return transformer = x
}""", transformer, sizes=N_LAYERS, x=uniform((3, 4)), **LAYERS)
case("""slope_of_transformer(x: [t, d], Wq: [r, d, 2], Wk: [r, d, 2], Wv: [r, d, d], U: [r, d, m], V: [r, m, d]) {
    y = sum(sin(transformer(x, Wq, Wk, Wv, U, V)))
    return slope_of_transformer = grad(y, x)
}""", lambda x, **p: gradient(lambda x: np.sum(np.sin(transformer(x, **p))), x, 4e-3), sizes=N_LAYERS, rough=True, wrt=["V"], x=uniform((3, 4)), **LAYERS)
def feed_forward(x, U, V):
    for l in range(2):
        x = x + gelu_tanh(x @ U[l]) @ V[l]
    return x
case("""feed_forward(x: [t, d], U: [r, d, m], V: [r, m, d]) {
    for l in 0..r { x = x + gelu_tanh(x @ U[l]) @ V[l] }
    return feed_forward = x
}""", feed_forward, sizes=N_LAYERS, x=uniform((3, 4)), U=LAYERS["U"], V=LAYERS["V"])
def recurrent(xs, Wx, Wh, b):
    h, c, hs = np.zeros((2, 3)), np.zeros((2, 3)), []
    for x in xs:
        h, c = lstm(x, h, c, Wx, Wh, b).values()
        if h[0, 0] > 0.05: h = np.tanh(h @ Wh[:, :3]) * np.exp(h)
        hs.append(h)
    return {"hs": np.stack(hs), "c_last": c}
case("""recurrent(xs: [t, n, d], Wx: [d, 4*k], Wh: [k, 4*k], b: [4*k]) {
    h = zeros([n, k])
    c = zeros([n, k])
    for s in 0..t {
        h, c = lstm_cell(xs[s], h, c, Wx, Wh, b)
        if h[0, 0] > 0.05 { h = tanh(h @ Wh[:, :k]) * exp(h) }
        hs[s] = h
    }
    return hs, c_last = c
}""", recurrent, sizes={"t": 4, "n": 2, "d": 2, "k": 3}, xs=uniform((4, 2, 2)), Wx=small((2, 12), "Wx"), Wh=small((3, 12), "Wh"), b=small(12, "b"))

group("branches")
for s in 2.0, -3.0:
    first = s > 0
    case("" if not first else "one_side(x: [n], s) {\n    y = x\n    if s > 0 {\n        y = x * s\n    }\n    return y\n}", name="one_side", f=lambda x, s: {"y": x * s if s > 0 else x}, sizes={"n": 3}, x=uniform(3), s=s)
    case("" if not first else "two_sides(x: [n], s) {\n    if s > 0 {\n        t = x * s\n        y = t * t\n    } else {\n        y = sin(x) / s\n    }\n    return y\n}", name="two_sides", f=lambda x, s: {"y": (x * s)**2 if s > 0 else np.sin(x) / s}, sizes={"n": 3}, x=uniform(3), s=s)
    case("" if not first else "in_loop(x: [n], s) {\n    y = s\n    for k in 0..n {\n        if x[k] > 0 {\n            y = y * x[k]\n        } else {\n            y = y - x[k]^2\n        }\n    }\n    return y\n}", name="in_loop",
         f=lambda x, s: {"y": repeat(lambda y, k: y * x[k] if x[k] > 0 else y - x[k]**2, s, 4)}, sizes={"n": 4}, x=uniform(4), s=s)
    case("" if not first else "branch_second(x: [n], s) {\n    y = x\n    if s > 0 { y = x^3 } else { y = x^4 }\n    return branch_second = sum(grad(sum(y), x)^2)\n}", name="branch_second", f=lambda x, s: np.sum((3 * x**2 if s > 0 else 4 * x**3)**2), sizes={"n": 3}, x=uniform(3), s=s)
for s in -1.0, 0.5, 2.0:
    case("" if s > -1 else "chain(x: [n], s) {\n    if s < 0 { y = x } else if s < 1 { y = x^2 } else { y = exp(x) }\n    return y\n}", name="chain", f=lambda x, s: {"y": x if s < 0 else x**2 if s < 1 else np.exp(x)}, sizes={"n": 3}, x=uniform(3), s=s)
case("replaced_part(x: [m, n], v: [n]) {\n    y = x\n    y[1] = v\n    y[:, 0] = 5 * x[:, 1]\n    return y\n}", lambda x, v: {"y": (lambda y: (y.__setitem__(1, v), y.__setitem__((slice(None), 0), 5 * x[:, 1]), y)[2])(x.copy())}, sizes=N34, x=X34, v=uniform(4))
case("replaced_corner(x: [m, n]) {\n    y = x * 2\n    y[1:, 2:] = 0\n    y[0, 0] = x[0, 0]^2\n    return y\n}", lambda x: {"y": (lambda y: (y.__setitem__((slice(1, None), slice(2, None)), 0), y.__setitem__((0, 0), x[0, 0]**2), y)[2])(2 * x)}, sizes=N34, x=X34)
case("replaced_by_itself(x: [n]) {\n    y = x\n    y[1:] = y[:-1] * 2\n    return y\n}", lambda x: {"y": np.concatenate([x[:1], 2 * x[:-1]])}, sizes={"n": 4}, x=uniform(4))

group("groups", "group Layer { W: [D, C]; b: [C] }\ngroup Net { first: Layer; scale: real }\napply(p: Layer, x) = tanh(x @ p.W + p.b)")
W, b = uniform((3, 3), -1, 1), uniform(3)
case("one_layer(x: [n, D], p: Layer) = apply(p, x)", lambda x, p_W, p_b: np.tanh(x @ p_W + p_b), sizes={"n": 2, "D": 3, "C": 2}, x=uniform((2, 3)), p_W=uniform((3, 2)), p_b=uniform(2), wrt=["x", "p_W", "p_b"], export=False)
text("export one_layer wrt x, p")
case("stacked(x: [n, D], p: Square[L]) {\n    h = x\n    for l in 0..L {\n        h = tanh(h @ p[l].W + p[l].b)\n    }\n    return h\n}",
     lambda x, p_W, p_b: {"h": np.tanh(np.tanh(x @ p_W[0] + p_b[0]) @ p_W[1] + p_b[1])}, sizes={"n": 2, "D": 3, "L": 2}, x=uniform((2, 3)), p_W=uniform((2, 3, 3), -1, 1), p_b=uniform((2, 3)), export=False)
text("group Square { W: [D, D]; b: [D] }\nexport stacked wrt x, p")
case("inner(x: [n, D], p: Net) = apply(p.first, x) * p.scale", lambda x, p_first_W, p_first_b, p_scale: np.tanh(x @ p_first_W + p_first_b) * p_scale, sizes={"n": 2, "D": 3, "C": 2}, x=uniform((2, 3)), p_first_W=uniform((3, 2)), p_first_b=uniform(2), p_scale=1.5, export=False)
text("export inner wrt x, p")
case("step(x: [n, D], p: Layer, lr) {\n    loss = sum(apply(p, x)^2)\n    update p = p - lr * grad(loss, p)\n    return loss\n}",
     lambda x, p_W, p_b, lr: {"loss": np.sum(np.tanh(x @ p_W + p_b)**2)}, sizes={"n": 2, "D": 3, "C": 2}, x=uniform((2, 3)), p_W=uniform((3, 2)), p_b=uniform(2), lr=0.5,
     updates={"p_W": uniform((3, 2)) - 0.5 * gradient(lambda W: np.sum(np.tanh(uniform((2, 3)) @ W + uniform(2))**2), uniform((3, 2))),
              "p_b": uniform(2) - 0.5 * gradient(lambda b: np.sum(np.tanh(uniform((2, 3)) @ uniform((3, 2)) + b)**2), uniform(2))})
case("group_sums(p: Layer, q: Layer) {\n    r = 2 * p + q\n    return s = sum(r.W) + sum(r.b^2)\n}", lambda p_W, p_b, q_W, q_b: {"s": np.sum(2 * p_W + q_W) + np.sum((2 * p_b + q_b)**2)}, sizes={"D": 3, "C": 2}, p_W=uniform((3, 2)), p_b=uniform(2), q_W=uniform((3, 2), key="q"), q_b=uniform(2, key="q"), export=False)
text("export group_sums wrt p, q")
text("""group Stack { squares: Square[L]; last: Layer }
stack(p: Stack, x: [D]) {
    h = x
    for l in 0..L {
        h = tanh(h @ p.squares[l].W + p.squares[l].b)
    }
    return stack = sum(h @ p.last.W + p.last.b) / L
}
stacks_sum(q: Stack[K], x: [D]) = sum(q.squares.W @ x) + K * L * sum(q.last.b)""")
case("""stacks(q: Stack[K], x: [D]) {
    s = stacks_sum(q, x)
    for k in 0..K {
        s = s + stack(q[k], x)
    }
    return s
}""", lambda q_squares_W, q_squares_b, q_last_W, q_last_b, x: {"s": np.sum(q_squares_W @ x) + 4 * np.sum(q_last_b) + sum(
    np.sum(np.tanh(np.tanh(x @ W[0] + b[0]) @ W[1] + b[1]) @ V + c) / 2 for W, b, V, c in zip(q_squares_W, q_squares_b, q_last_W, q_last_b))},
     sizes={"L": 2, "D": 3, "C": 2, "K": 2}, q_squares_W=uniform((2, 2, 3, 3), -1, 1), q_squares_b=uniform((2, 2, 3)), q_last_W=uniform((2, 3, 2)), q_last_b=uniform((2, 2)), x=uniform(3), export=False)
text("export stacks wrt q, x")

# ---- Factorisations ----

group("linalg")
A, B, b = uniform((3, 3), -1, 1, "A"), uniform((3, 2), key="B"), uniform(3, key="b")
PD = lambda A: A @ T2(A) + np.eye(A.shape[-1])
N3 = {"n": 3}
LOW = np.tril(A) + 2 * np.eye(3)
for key, nn, f in [("solve", "solve(A + 2 * eye(n), b)", lambda A, b: np.linalg.solve(A + 2 * np.eye(3), b)),
                   ("solve_pd", "solve(A @ A' + eye(n), b)", lambda A, b: np.linalg.solve(PD(A), b)),
                   ("solve_tril", "solve_tril(tril(A) + 2 * eye(n), b)", lambda A, b: np.linalg.solve(np.tril(A) + 2 * np.eye(3), b)),
                   ("inv_times", "inv(A + 2 * eye(n)) @ b", lambda A, b: np.linalg.inv(A + 2 * np.eye(3)) @ b),
                   ("quadratic", "dot(b, solve(A @ A' + eye(n), b)) + logdet(A @ A' + eye(n))", lambda A, b: b @ np.linalg.solve(PD(A), b) + np.log(np.linalg.det(PD(A)))),
                   ("whiten", "solve_tril(cholesky(A @ A' + eye(n)), b)", lambda A, b: np.linalg.solve(np.linalg.cholesky(PD(A)), b))]:
    case(f"{key}_1(A: [n, n], b: [n]) = {nn}", lambda A, b, f=f: f(A, b), sizes=N3, A=A, b=b)
    case(f"{key}_2(A: [n, n], b: [n]) = sum(grad(sum({nn}), A)^2)", lambda A, b, f=f: np.sum(gradient(lambda t: np.sum(f(t, b)), A)**2),
         sizes=N3, A=A, b=b, tolerance=1e-6, tolerance32=2e-2)
case("solve_many(A: [n, n], B: [n, m]) = solve(A + 2 * eye(n), B)", lambda A, B: np.linalg.solve(A + 2 * np.eye(3), B), sizes={"n": 3, "m": 2}, A=A, B=B)
case("solve_batch(A: [k, n, n], B: [k, n, m]) = solve(A + 3 * eye(n), B)", lambda A, B: np.linalg.solve(A + 3 * np.eye(3), B), sizes={"k": 2, "n": 3, "m": 2}, A=uniform((2, 3, 3), -1, 1), B=uniform((2, 3, 2)))
case("solve_tril_many(A: [n, n], B: [n, m]) = solve_tril(tril(A) + 2 * eye(n), B)", lambda A, B: np.linalg.solve(np.tril(A) + 2 * np.eye(3), B), sizes={"n": 3, "m": 2}, A=A, B=B)
case("inv_1(A: [n, n]) = inv(A + 2 * eye(n))", lambda A: np.linalg.inv(A + 2 * np.eye(3)), sizes=N3, A=A)
case("inv_batch(A: [k, n, n]) = inv(A + 3 * eye(n))", lambda A: np.linalg.inv(A + 3 * np.eye(3)), sizes={"k": 2, "n": 3}, A=uniform((2, 3, 3), -1, 1))
case("det_1(A: [n, n]) = det(A)", lambda A: np.linalg.det(A), sizes=N3, A=A)
case("det_batch(A: [k, n, n]) = det(A)", lambda A: np.linalg.det(A), sizes={"k": 2, "n": 3}, A=uniform((2, 3, 3), -1, 1))
case("det_pivots(A: [n, n]) = det(A)", lambda A: np.linalg.det(A), sizes=N3, A=np.array([[0.0, 2, 1], [1, 0, 3], [2, 1, 0]]))
case("det_one(A: [n, n]) = det(A)", lambda A: A[0, 0], sizes={"n": 1}, A=np.array([[3.0]]))
case("det_second(A: [n, n]) = sum(grad(det(A), A)^2)", lambda A: np.sum(gradient(np.linalg.det, A)**2), sizes=N3, A=A, tolerance=1e-6, tolerance32=2e-2)
case("logdet_1(A: [n, n]) = logdet(A @ A' + eye(n))", lambda A: np.log(np.linalg.det(PD(A))), sizes=N3, A=A)
case("cholesky_1(A: [n, n]) = cholesky(A @ A' + eye(n))", lambda A: np.linalg.cholesky(PD(A)), sizes=N3, A=A)
case("cholesky_batch(A: [k, n, n]) = cholesky(A @ A' + eye(n))", lambda A: np.linalg.cholesky(PD(A)), sizes={"k": 2, "n": 3}, A=uniform((2, 3, 3), -1, 1))
case("cholesky_second(A: [n, n]) = sum(grad(sum(cholesky(A @ A' + eye(n))^3), A)^2)", lambda A: np.sum(gradient(lambda t: np.sum(np.linalg.cholesky(PD(t))**3), A)**2), sizes=N3, A=A, tolerance=1e-6, tolerance32=2e-2)
def unpack(l, n, k=0):
    L = np.zeros((n, n))
    L.T[np.triu_indices(n, -k)] = l
    return L
case("unpack_1(l: [n*(n+1)/2], n: size) = unpack_tril(l, n)", lambda l: unpack(l, 3), sizes=N3, l=uniform(6))
case("unpack_below(l: [3]) = unpack_tril(l, 3, k = -1)", lambda l: np.array([[0, 0, 0], [l[0], 0, 0], [l[1], l[2], 0]]), l=uniform(3))
case("pack_1(A: [n, n]) = pack_tril(A)", lambda A: A.T[np.triu_indices(3)], sizes=N3, A=A)
case("there_and_back(l: [6]) = pack_tril(unpack_tril(l, 3)) * l", lambda l: l * l, l=uniform(6))
S = np.array([[1.0, 2, 3], [2, 4, 6], [1, 1, 1]])
case("singular(A: [n, n], b: [n]) = solve(A, b)", sizes=N3, A=S, b=b, status=4)
case("singular_inv(A: [n, n]) = inv(A)", sizes=N3, A=S, status=4)
case("singular_tril(A: [n, n], b: [n]) = solve_tril(A, b)", sizes=N3, A=np.tril(A) * [1, 0, 1], b=b, status=4)
case("indefinite(A: [n, n]) = cholesky(A)", sizes=N3, A=np.diag([1.0, -1, 2]), status=4)
case("singular_logdet(A: [n, n]) = logdet(A)", sizes=N3, A=S, status=4)

# ---- Convolutions ----

def conv2d(x, w, stride=1, pad=0, dilation=1, groups=1):
    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    N, C, H, W = x.shape
    K, c, R, S = w.shape
    P, Q = (H - dilation * (R - 1) - 1) // stride + 1, (W - dilation * (S - 1) - 1) // stride + 1
    y = np.zeros((N, K, P, Q))
    for k in range(K):
        first = k // (K // groups) * c
        for r, t in product(range(R), range(S)):
            part = x[:, first:first + c, r * dilation:r * dilation + (P - 1) * stride + 1:stride, t * dilation:t * dilation + (Q - 1) * stride + 1:stride]
            y[:, k] += np.einsum("nchw,c->nhw", part, w[k, :, r, t])
    return y
def windows(x, k, stride):
    P, Q = (x.shape[2] - k) // stride + 1, (x.shape[3] - k) // stride + 1
    return np.stack([x[:, :, r:r + (P - 1) * stride + 1:stride, t:t + (Q - 1) * stride + 1:stride] for r, t in product(range(k), range(k))])

group("convolution")
SX, x, w = {"N": 2, "C": 2, "H": 5, "W": 4, "K": 2, "R": 3, "S": 2}, uniform((2, 2, 5, 4)), uniform((2, 2, 3, 2))
for key, more in ("plain", {}), ("stride", {"stride": 2}), ("pad", {"pad": 1}), ("dilation", {"dilation": 2, "pad": 1}), ("all", {"stride": 2, "pad": 2, "dilation": 2}):
    arguments = "".join(f", {k} = {v}" for k, v in more.items())
    case(f"conv_{key}(x: [N, C, H, W], w: [K, C, R, S]) = conv2d(x, w{arguments})", lambda x, w, more=more: conv2d(x, w, **more), sizes=SX, x=x, w=w)
case("conv_groups(x: [N, 4, H, W], w: [6, 2, 2, 2]) = conv2d(x, w, groups = 2)", lambda x, w: conv2d(x, w, groups=2), sizes={"N": 1, "H": 3, "W": 3}, x=uniform((1, 4, 3, 3)), w=uniform((6, 2, 2, 2)))
case("conv_depthwise(x: [N, 3, H, W], w: [3, 1, 2, 2]) = conv2d(x, w, groups = 3, pad = 1)", lambda x, w: conv2d(x, w, pad=1, groups=3), sizes={"N": 1, "H": 3, "W": 3}, x=uniform((1, 3, 3, 3)), w=uniform((3, 1, 2, 2)))
case("conv_fixed(x: [1, 1, 4, 4], w: [1, 1, 3, 3]) = conv2d(x, w)", lambda x, w: conv2d(x, w), x=uniform((1, 1, 4, 4)), w=uniform((1, 1, 3, 3)))
for key, more in ("added", {"pad": 1}), ("added_groups", {"pad": 1, "groups": 2}), ("added_apart", {"pad": 2, "dilation": 2}):
    arguments = "".join(f", {k} = {v}" for k, v in more.items())
    depth = 4 // more.get("groups", 1)
    case(f"conv_{key}(x: [N, 4, 5, W], w: [4, {depth}, 3, 3]) = mean(conv2d(x, w{arguments})^3)", lambda x, w, more=more: np.mean(conv2d(x, w, **more)**3), sizes={"N": 2, "W": 6},
         x=uniform((2, 4, 5, 6), -1, 1), w=uniform((4, depth, 3, 3), -1, 1))
case("conv_second(x: [N, C, H, W], w: [K, C, R, S]) = sum(grad(sum(tanh(conv2d(x, w, pad = 1))), x)^2)",
     lambda x, w: np.sum(gradient(lambda t: np.sum(np.tanh(conv2d(t, w, pad=1))), x)**2), sizes={"N": 1, "C": 1, "H": 3, "W": 2, "K": 1, "R": 2, "S": 2},
     x=uniform((1, 1, 3, 2)), w=uniform((1, 1, 2, 2), -1, 1), tolerance=1e-6, tolerance32=2e-2)
case("", name="conv_plain", sizes={**SX, "R": 6}, x=x, w=uniform((2, 2, 6, 2)), status=2)
for f, g in ("max_pool2d", np.max), ("avg_pool2d", np.mean):
    case(f"{f}_1(x: [N, C, H, W]) = {f}(x, 2)", lambda x, g=g: g(windows(x, 2, 2), axis=0), sizes={"N": 2, "C": 2, "H": 5, "W": 4}, x=x)
    case(f"{f}_overlap(x: [N, C, H, W]) = {f}(x, 3, stride = 1)", lambda x, g=g: g(windows(x, 3, 1), axis=0), sizes={"N": 2, "C": 2, "H": 5, "W": 4}, x=x)
kink("max_pool_ties(x: [1, 1, 2, 4]) = max_pool2d(x, 2)", lambda x: np.array([[[[3.0, 2]]]]), {"x": [[[[0, 1, 1, 0], [0, 0, 0, 0]]]]}, x=np.array([[[[1.0, 3, 2, 2], [3, 3, 2, 2]]]]))
case("cnn(x: [N, 1, 6, 6], k: [2, 1, 3, 3], b: [2], w: [8, 3], y: int[N]) {\n    h = max_pool2d(relu(conv2d(x, k) + b[:, new, new]), 2)\n    loss = cross_entropy(reshape(h, [N, -1]) @ w, y)\n    return loss\n}",
     lambda x, k, b, w, y: {"loss": -np.mean(np.log(softmax(windows(np.maximum(conv2d(x, k) + b[:, None, None], 0), 2, 2).max(0).reshape(2, -1) @ w))[np.arange(2), y])},
     sizes={"N": 2}, x=uniform((2, 1, 6, 6)), k=uniform((2, 1, 3, 3)), b=uniform(2), w=uniform((8, 3), -1, 1), y=[0, 2])
case("dropout_linear(x: [n], k: int) = dropout(x, 0.5, k) - x * dropout(ones([n]), 0.5, k)", lambda x, k: 0 * x, sizes={"n": 40}, x=uniform(40), k=3)
case("dropout_values(x: [n], k: int) {\n    y = dropout(x, 0.25, k)\n    return dropout_values = real(all(y == 0 or |y - x / 0.75| < 1e-6))\n}", lambda x, k: 1.0, sizes={"n": 40}, x=uniform(40), k=-5)
case("dropout_share(x: [n], k: int) {\n    y = mean(dropout(ones([n, 100]), 0.25, k))\n    return dropout_share = if |y - 1| < 0.05 then x[0] else 0\n}", lambda x, k: x[0], sizes={"n": 40}, x=uniform(40), k=7)
case("dropout_seed(x: [n]) = real(any(dropout(x, 0.5, 1) != dropout(x, 0.5, 2)))", lambda x: 1.0, sizes={"n": 40}, x=uniform(40))
case("dropout_none(x: [n], k: int) = dropout(x, 0, k)", lambda x, k: x, sizes={"n": 4}, x=uniform(4), k=3)

# ---- Conditions on what is wanted: the driver asks for every gradient alone, and leaves each one out ----

group("wanted")
def two_products(x, v, w):
    o = np.einsum("bkp,ck->bcp", np.einsum("bcp,kc->bkp", x, v), w)
    return {"s": o.sum(1), "q": (o**2).sum(1)}
case("""two_products(x: [B, 8, P], v: [16, 8], w: [8, 16]) {
    h[b, k, p] = sum[c](x[b, c, p] * v[k, c])
    o[b, k, p] = sum[c](h[b, c, p] * w[k, c])
    return s = sum(o, axis = 1), q = sum(o^2, axis = 1)
}""", two_products, wrt=["v", "w"], sizes={"B": 3, "P": 2}, x=uniform((3, 8, 2)), v=uniform((16, 8), -1, 1), w=uniform((8, 16), -1, 1))
case("two_convolutions(x: [B, 8, Y, X], v: [16, 8, 1, 1], w: [8, 16, 1, 1]) = sum(sum(conv2d(conv2d(x, v), w), axis = 1)^2)",
     lambda x, v, w: np.sum(conv2d(conv2d(x, v), w).sum(1)**2), wrt=["v", "w"], sizes={"B": 3, "Y": 2, "X": 2}, x=uniform((3, 8, 2, 2)), v=uniform((16, 8, 1, 1), -1, 1), w=uniform((8, 16, 1, 1), -1, 1))
case("""small_cnn(x: [N, 1, 4, 4], k: [C, 1, 3, 3], b: [C], w: [4 * C, K], y: int[N]) {
    h = max_pool2d(relu(conv2d(x, k, pad = 1) + b[:, new, new]), 2)
    scores = reshape(h, [N, -1]) @ w
    loss = cross_entropy(scores, y)
    return loss, scores
}""", lambda x, k, b, w, y: (lambda z: {"loss": -np.mean(np.log(softmax(z))[np.arange(3), y]), "scores": z})(windows(np.maximum(conv2d(x, k, pad=1) + b[:, None, None], 0), 2, 2).max(0).reshape(3, -1) @ w),
     wrt=["k", "b", "w"], sizes={"N": 3, "C": 2, "K": 2}, x=uniform((3, 1, 4, 4)), k=uniform((2, 1, 3, 3), -1, 1), b=uniform(2), w=uniform((8, 2), -1, 1), y=[0, 1, 1])

# what stands in for an output holds all its rows as long as rounds, in whatever order, need what they are made from
case("""stand_in(x: [B, 2, N, P], w: [2, 2, 3, 3]) {
    v = 0.4 * cumsum(x, axis = 0)
    return v, s = sum(sin(conv2d(v, w, pad = 1)), axis = 3)
}""", lambda x, w: (lambda v: {"v": v, "s": np.sin(conv2d(v, w, pad=1)).sum(3)})(0.4 * np.cumsum(x, 0)), wrt=["x"],
     sizes={"B": 4, "N": 3, "P": 4}, x=uniform((4, 2, 3, 4), -1, 1), w=uniform((2, 2, 3, 3), -1, 1))
# the one round of a branch has the number 0, also where what the branch keeps is read behind it
def one_side(x, y):
    t = np.tanh(np.concatenate([np.full((3, 4), x.mean()), np.broadcast_to(y, (3, 4))], 1).reshape(3, 4, 2).max(2)[::-1])
    y = np.tile(t[0] * y, 2)[:4] if x[2] > 0.5 else y
    return {"loss": np.sum(y) + np.sum(np.sin(np.sin(x)))}
case("""one_side(x: [n], y: [n], m: size) {
    if 0.5 < x[2] {
        t = tanh(flip(maxout(concat(full([m, n], mean(x)), broadcast(y, [m, n]), axis = -1), 2)))
        y = tile(t[0] * y, 2)[:n]
    }
    s[i < n] = sin(mean[l < n](x[i]))
    return loss = sum(y) + sum(sin(s))
}""", one_side, sizes={"n": 4, "m": 3}, x=np.array([0.25, -0.5, 0.75, 1]), y=np.array([-0.5, 1, 0.5, 1.25]))

# an index is judged even where what it picks is not wanted, and no memory is asked for where none is needed
case("picked(E: [5], k: int[1]) = E[k]", lambda E, k: E[k], E=uniform(5), k=[3])
case("", name="picked", E=uniform(5), k=[7], status=3)
case("""from_first(x: [n]) {
    s = x[0]
    for k in 1..n {
        s = s * x[k] + 1
    }
    return s
}""", lambda x: {"s": x[0]}, sizes={"n": 1}, x=uniform(1))
def from_first(x):
    s = x[0]
    for v in x[1:]:
        s = s * v + 1
    return {"s": s}
case("", from_first, name="from_first", sizes={"n": 4}, x=uniform(4))

# ---- Blocks of rows, of which one way to compile makes very short ones ----

group("rows_in_blocks")
def one_column(x):
    v = x.T @ x / 3
    return {"loss": np.sum(np.tanh(x / (1.3 + x**2))) + np.sum(np.tanh(v[:, 0])), "column": v[:, 0]}
# each block clears its own rows of what it scatters into, and no others
case("""one_column(x: [3, m]) {
    v = x' @ x / 3
    column = v[:, 0]
    loss = sum(tanh(x / (1.3 + x^2))) + sum(tanh(column))
    return loss, column
}""", one_column, sizes={"m": 7}, x=uniform((3, 7), -1, 1))
case("""columns(x: [B, 3], W: [3, 6]) {
    h = tanh(x @ W)
    return loss = sum(h[:, 2]^3) + sum(h[:, 1:3]^2), y = h[:, 4]
}""", lambda x, W: {"loss": np.sum(np.tanh(x @ W)[:, 2]**3) + np.sum(np.tanh(x @ W)[:, 1:3]**2), "y": np.tanh(x @ W)[:, 4]}, sizes={"B": 7}, x=uniform((7, 3), -1, 1), W=uniform((3, 6), -1, 1))
# a running sum goes on from block to block
def running(x, W, w):
    c = np.cumsum(np.tanh(x @ W) @ w)
    return {"loss": np.sum(c**2), "c": c}
case("""running(x: [B, 3], W: [3, 4], w: [4]) {
    c = cumsum(tanh(x @ W) @ w)
    return loss = sum(c^2), c
}""", running, sizes={"B": 7}, x=uniform((7, 3), -1, 1), W=uniform((3, 4), -1, 1), w=uniform(4, -1, 1))
def diagonal(x, W):
    h = np.tanh(x @ W)
    return {"loss": np.sum(np.diag(h)**6) + h[:, 1].sum(), "y": np.cumsum(h, 1), "z": np.cumsum(h, 0)}
case("""one_row(x: [1, B]) {
    c = cumsum(tanh(2 * x), axis = 1)
    return y = c * c, s = sum(x^2)
}""", lambda x: {"y": np.cumsum(np.tanh(2 * x), 1)**2, "s": np.sum(x**2)}, sizes={"B": 6}, x=uniform((1, 6), -1, 1))
# what all rounds add to is one element
case("""one_element(x: [1], k: int[P], y: [P]) {
    return s = sum(x[k]) * x[0], z = x[k] * y
}""", lambda x, k, y: {"s": 4 * x[0]**2, "z": x[0] * y}, sizes={"P": 4}, x=uniform(1, 1, 2), k=[0, 0, 0, 0], y=uniform(4))
case("""diagonal(x: [B, 3], W: [3, B]) {
    h = tanh(x @ W)
    d[i] = h[i, i]^2
    return loss = sum(d^3) + sum(h[:, 1]), y = cumsum(h, axis = 1), z = cumsum(h, axis = 0)
}""", diagonal, sizes={"B": 5}, x=uniform((5, 3), -1, 1), W=uniform((3, 5), -1, 1))

# ---- Matrices of one element, whose factorisations fill arrays all the same ----

group("one_by_one")
ONE = {"A": uniform((1, 1), 1, 2, "A"), "b": uniform((1, 1), 1, 2, "b")}
case("""factors(x: [2, 2]) {
    v = max(x, axis = 0, keepdims = true)
    return loss = logdet(v @ v' / 2 + 2 * eye(1)), c = cholesky(v @ v' / 2 + 2 * eye(1))
}""", lambda x: (lambda m: {"loss": np.log(m), "c": np.sqrt(m).reshape(1, 1)})(np.sum(x.max(0)**2) / 2 + 2), x=uniform((2, 2)))
case("""solutions(A: [1, 1], b: [1, 1], s) {
    return y = solve(A, b), d = det(A) * s, i = inv(A), l = s * logdet(A * A) * b
}""", lambda A, b, s: {"y": b / A, "d": A[0, 0] * s, "i": 1 / A, "l": s * np.log(A[0, 0]**2) * b}, s=np.array(0.75), **ONE)
case("""each(A: [N, 1, 1], b: [N, 1]) {
    l = b[:, 0] * logdet(A @ A' + eye(1))
    return y = cholesky(A @ A' + eye(1)), l
}""", lambda A, b: {"y": np.sqrt(A**2 + 1), "l": b[:, 0] * np.log(A[:, 0, 0]**2 + 1)}, sizes={"N": 3}, A=uniform((3, 1, 1)), b=uniform((3, 1)))
case("""in_rounds(x: [N], A: [1, 1]) {
    s = 0
    for t in 0..N {
        s = s + logdet(A @ A' + x[t]^2 * eye(1))
    }
    return s
}""", lambda x, A: {"s": np.sum(np.log(A[0, 0]**2 + x**2))}, sizes={"N": 3}, x=uniform(3), A=ONE["A"])
case("""product(A: [1, n], B: [n, 1]) {
    C = A @ B
    return l = C @ C, m = C[0, 0]^2
}""", lambda A, B: {"l": (A @ B)**2, "m": (A @ B)[0, 0]**2}, sizes={"n": 4}, A=uniform((1, 4)), B=uniform((4, 1)))
# what is not wanted does not fail
case("""unwanted_determinant(A: [n, n], x: [n]) {
    C = exp(A) + 2 * eye(n)
    return l = logdet(C) * (C @ x), t = sum(A)
}""", lambda A, x: (lambda C: {"l": np.linalg.slogdet(C)[1] * (C @ x), "t": A.sum()})(np.exp(A) + 2 * np.eye(3)), sizes={"n": 3}, wrt=[], A=uniform((3, 3), -1, 1), x=uniform(3))

# ---- Further entries: the driver holds them to backward and to differences ----

group("entries")
for key, nn, shapes in [("squares", "(x: [n], y: [m]) = sum(exp(x)) * sum(y^2) + sum(x)^3", {"x": (3,), "y": (2,)}), ("quadric", "(A: [n, n], x: [n]) = x @ A @ x", {"A": (3, 3), "x": (3,)}),
                        ("rosenbrock", "(x: [n]) = sum(100 * (x[1:] - x[:-1]^2)^2 + (1 - x[:-1])^2)", {"x": (4,)}), ("scalar", "(a, b) = sin(a * b) / b", {"a": (), "b": ()}), ("linear", "(x: [n], y) = sum(x) + 3 * y", {"x": (3,), "y": ()})]:
    case(f"{key}{nn}", None, sizes={k: v for k, v in {"n": max([s[0] for s in shapes.values() if s] or [0]), "m": 2}.items() if f" {k}]" in nn or f"[{k}" in nn}, extra=": jacobian, hessian, jvp, hvp", **{k: uniform(s, 0.25, 1, k) for k, s in shapes.items()})
for key, nn, shapes, sizes in [("several", "(x: [n], W: [m, n]) {\n    h = tanh(W @ x)\n    return h, s = sum(h^2), x2 = x * x\n}", {"x": (3,), "W": (2, 3)}, {"n": 3, "m": 2}), ("elementwise", "(x: [n]) = sin(x) * x", {"x": (5,)}, {"n": 5}),
                               ("many_to_one", "(x: [n]) = prod(x)", {"x": (4,)}, {"n": 4}), ("one_to_many", "(t) = [sin(t), cos(t), t]", {"t": ()}, {}), ("rows", "(x: [m, n]) = softmax(x)", {"x": (2, 3)}, {"m": 2, "n": 3})]:
    case(f"{key}{nn}", None, sizes=sizes, extra=": jacobian, jvp", **{k: uniform(s, 0.25, 1, k) for k, s in shapes.items()})

case("chosen(x: [n], w: [m, n]) {\n    h = tanh(w @ x)\n    return h, s = sum(h^2 * exp(h)), k = argmax(x)\n}", None, sizes={"n": 3, "m": 2}, extra=": jacobian(h), hessian(s), hvp(s), jvp(h)", x=uniform(3, 0.25, 1), w=uniform((2, 3), 0.25, 1))
case("gathers(E: [v, d], k: int[n]) = sum(E[k]^3)", None, sizes={"v": 3, "d": 2, "n": 4}, extra=": jacobian, hessian, jvp, hvp", E=uniform((3, 2), 0.25, 1), k=[1, 1, 2, 0])
case("", name="gathers", sizes={"v": 3, "d": 2, "n": 4}, E=uniform((3, 2), 0.25, 1), k=[1, 1, 3, 0], status=3)
case("recurrent(x: [n], w: [n, n], t: size) {\n    h = x\n    for r in 0..t {\n        h = tanh(w @ h + r * x)\n    }\n    return recurrent = sum(h^2)\n}", None, sizes={"n": 2, "t": 3}, extra=": jacobian, hessian, jvp, hvp", x=uniform(2, 0.25, 1), w=uniform((2, 2), -1, 1))
case("chooses(x: [n], s) {\n    y = x^3\n    if s > 0 {\n        y = sin(x) * s\n    }\n    return chooses = sum(y * y)\n}", None, sizes={"n": 2}, extra=": jacobian, hessian, jvp, hvp", x=uniform(2, 0.25, 1), s=0.5)
case("norms(x: [n], A: [n, n]) = norm(A @ x) + logsumexp(x) + logdet(A @ A' + eye(n))", None, sizes={"n": 2}, extra=": jacobian, hessian, jvp, hvp", x=uniform(2, 0.25, 1), A=uniform((2, 2), -1, 1), tolerance=1e-6)

# More arrays than a C function takes as parameters.
many = {f"x{i}": uniform(2) for i in range(130)}
case(f"many({', '.join(f'{k}: [n]' for k in many)}) = {' + '.join(f'{i + 1} * {k}^2' for i, k in enumerate(many))}",
     lambda **x: sum((i + 1) * x[k]**2 for i, k in enumerate(many)), sizes={"n": 2}, wrt=["x0"], **many)

# ---- Small fixed sizes: sums in few parts, loops unrolled, conditions in front of loops ----

# ---- Neighbours: adjoints of slices that overlap ----

group("neighbours")
BANANA = "sum(100 * (x[1:] - x[:-1]^2)^2 + (1 - x[:-1])^2)"
def banana(x): return np.sum(100 * (x[1:] - x[:-1]**2)**2 + (1 - x[:-1])**2)
def along(x): return {"y": np.diff(x), "z": np.diff(x) * x[1:]}
case(f"banana_10(x: [10]) = {BANANA}", banana, x=uniform(10, -1, 1), extra=": hessian, hvp", tolerance32=1e-3)
case(f"banana(x: [n]) = {BANANA}", banana, sizes={"n": 7}, x=uniform(7, -1, 1), extra=": hessian, hvp", tolerance32=1e-3)
for n in 2, 3:
    case("", banana, name="banana", sizes={"n": n}, x=uniform(n, -1, 1), tolerance32=1e-3)
case("second_differences(x: [9], a) = sum(a * (x[2:] - 2 * x[1:-1] + x[:-2])^2)", lambda x, a: np.sum(a * (x[2:] - 2 * x[1:-1] + x[:-2])**2),
     x=uniform(9), a=1.5)
case("second_differences_n(x: [n]) = sum(x * x) + sum((x[2:] - 2 * x[1:-1] + x[:-2])^2)",
     lambda x: np.sum(x * x) + np.sum((x[2:] - 2 * x[1:-1] + x[:-2])**2), sizes={"n": 8}, x=uniform(8))
for n in 3, 4:
    case("", lambda x: np.sum(x * x) + np.sum((x[2:] - 2 * x[1:-1] + x[:-2])**2), name="second_differences_n", sizes={"n": n}, x=uniform(n))
case("far_differences(x: [12]) = sum((x[5:] - x[:-5])^2 * x[2:9])", lambda x: np.sum((x[5:] - x[:-5])**2 * x[2:9]), x=uniform(12))
case("apart(x: [12]) = sum(x[:3]^2 * x[9:])", lambda x: np.sum(x[:3]**2 * x[9:]), x=uniform(12))
case("differences(x: [n]) {\n    y = x[1:] - x[:-1]\n    return y, z = y * x[1:]\n}", along, sizes={"n": 6}, x=uniform(6))
case("rows(x: [m, n]) = sum((x[1:] - x[:-1])^2)", lambda x: np.sum(np.diff(x, axis=0)**2), sizes={"m": 5, "n": 6}, x=uniform((5, 6)))
case("columns(x: [m, n], s: [n]) = sum(s[1:] * (x[:, 1:] - x[:, :-1])^2) + sum(x^2 * s)",
     lambda x, s: np.sum(s[1:] * np.diff(x, axis=1)**2) + np.sum(x**2 * s), sizes={"m": 5, "n": 6}, x=uniform((5, 6)), s=uniform(6))
case("grid(x: [m, n]) = sum((x[1:] - x[:-1])^2) + sum((x[:, 1:] - x[:, :-1])^2)",
     lambda x: np.sum(np.diff(x, axis=0)**2) + np.sum(np.diff(x, axis=1)**2), sizes={"m": 5, "n": 4}, x=uniform((5, 4)))
case("dear_neighbours(x: [8]) = sum(tanh(x[1:] - x[:-1]) * x[1:])", lambda x: np.sum(np.tanh(np.diff(x)) * x[1:]), x=uniform(8))
case("places(x: [n]) = sum(range(n)[1:] * x[1:] * x[:-1])", lambda x: np.sum(np.arange(1, len(x)) * x[1:] * x[:-1]), sizes={"n": 6}, x=uniform(6))
case("chosen_neighbours(x: [7]) = sum(if x[1:] > x[:-1] then x[1:]^2 else x[:-1])",
     lambda x: np.sum(np.where(x[1:] > x[:-1], x[1:]**2, x[:-1])), x=uniform(7))
def heat(u, k):
    for _ in range(3):
        u = u + np.concatenate([[0], k * np.diff(np.diff(u)) * u[1:-1], [0]])
    return np.sum(u * u)
case("heat(u: [8], k) {\n    for t in 0..3 {\n        u = u + pad(k * (u[2:] - 2 * u[1:-1] + u[:-2]) * u[1:-1], 1, 1)\n    }\n    return heat = sum(u * u)\n}",
     heat, u=uniform(8, -1, 1), k=0.25)


group("small")
for k in 2, 3, 4, 5, 8, 13, 16, 17, 40, 64, 65:
    W, x, y = uniform((min(k, 17),) * 2, -1, 1), uniform(k), uniform(k)
    case(f"row_sums_{k}(W: [2, {k}]) = sum(W * W, axis = 1)", lambda W: np.sum(W * W, axis=1), W=uniform((2, k)))
    case(f"spread_{k}(x: [{k}], y: [{k}]) = sum(exp(x - y)^2) / sum(x * y + 2)", lambda x, y: np.sum(np.exp(x - y)**2) / np.sum(x * y + 2), x=x, y=y)
    if k <= 17:
        case(f"square_{k}(W: [{k}, {k}], x: [{k}]) = ||W @ x||^2", lambda W, x: np.sum((W @ x)**2), W=W, x=x, tolerance=1e-6)
    if k in (3, 8, 13):
        case(f"form_{k}(W: [{k}, {k}], x: [{k}], y: [{k}]) {{\n    z = W @ x\n    form = y @ W @ x\n    return form, z\n}}", lambda W, x, y: {"form": y @ W @ x, "z": W @ x}, W=W, x=x, y=y, tolerance=1e-6)
def powers(x):
    for t in range(3):
        x = x * x[t]
    return x
for k in 7, 20: # backward sums up what it then stores over
    case(f"powers_{k}(x: [{k}]) {{\n    h = x\n    for t in 0..3 {{\n        h = h * h[t]\n    }}\n    return h\n}}", lambda x: {"h": powers(x)}, x=uniform(k))
case("chain_8(x: [8], w: [T, 8, 8]) {\n    h = x\n    for t in 0..T {\n        h = tanh(w[t] @ h)\n    }\n    return chain_8 = sum(h^2)\n}",
     lambda x, w: np.sum(np.tanh(w[1] @ np.tanh(w[0] @ x))**2), sizes={"T": 2}, x=uniform(8), w=uniform((2, 8, 8), -0.5, 0.5))

# ---- Precision ----

group("single", "precision float32")
case("plain(x: [n], s) = s * sum(exp(x)) + x", lambda x, s: s * np.exp(x).sum() + x, sizes={"n": 4}, x=uniform(4), s=0.5)
case("two_layer(x: [n, d], y: [n, c], w1: [d, h], w2: [h, c]) {\n    h_ = sigmoid(x @ w1)\n    y_pred = h_ @ w2\n    loss = sum((y_pred - y)^2)\n    return loss, y_pred\n}",
     lambda x, y, w1, w2: (lambda p: {"loss": np.sum((p - y)**2), "y_pred": p})(sigmoid(x @ w1) @ w2), sizes={"n": 3, "d": 4, "h": 5, "c": 2}, x=X34, y=uniform((3, 2)), w1=uniform((4, 5)), w2=uniform((5, 2)), wrt=["w1", "w2"])
x = np.array([-100.0, -50, 0, 50, 100])
case("safe_32(x: [n]) = softplus(x) + sigmoid(x)", lambda x: softplus(x) + sigmoid(x), sizes={"n": 5}, x=x)
case("softmax_32(x: [n]) = logsumexp(x)", lambda x: special.logsumexp(x), sizes={"n": 5}, x=x)


# ---- Rounds that carry nothing, side by side ----

group("rounds", """
turn(a, p) = [cos(a) * p[0] - sin(a) * p[1], sin(a) * p[0] + cos(a) * p[1], p[2]]
q_0(p) = p[0]^2
long(p) {
    s = sum(p^2)
    return long = if s > 1 and p[0] < 1 or p[2] > 1.5 then sqrt(s) * p else p / (1 + s)
}""")
def turned(A, P): return np.stack([np.cos(A) * P[:, 0] - np.sin(A) * P[:, 1], np.sin(A) * P[:, 0] + np.cos(A) * P[:, 1], P[:, 2]], 1)
def lengthened(P):
    s = (P**2).sum(1, keepdims=True)
    return np.where(((s > 1) & (P[:, :1] < 1)) | (P[:, 2:] > 1.5), np.sqrt(s) * P, P / (1 + s))
for n in 19, 1, 8:
    A, P = uniform(n, -4, 4, "angles"), uniform((n, 3), key="points")
    case("" if n < 19 else "turned(a: [N], p: [N, 3]) {\n    for i in 0..N {\n        q[i] = turn(a[i], p[i])\n        s[i] = a[i]^2\n    }\n    return q, s\n}",
         lambda a, p: {"q": turned(a, p), "s": a**2}, name="turned", sizes={"N": n}, a=A, p=P)
    case("" if n < 19 else "lengthened(p: [N, 3]) {\n    for i in 0..N { q[i] = long(p[i]) }\n    return q\n}", lambda p: {"q": lengthened(p)}, name="lengthened", sizes={"N": n}, p=P)
    case("" if n < 19 else "slopes(a: [N], p: [N, 3]) {\n    for i in 0..N {\n        x = a[i]\n        r = p[i]\n        q = turn(x, r)\n        by_p[i] = jacobian(q, r)\n        by_a[i] = jacobian(q, x)\n    }\n    return by_p, by_a\n}",
         lambda a, p: {"by_p": np.stack([np.array([[np.cos(x), -np.sin(x), 0], [np.sin(x), np.cos(x), 0], [0, 0, 1]]) for x in a]),
                       "by_a": np.stack([-np.sin(a) * p[:, 0] - np.cos(a) * p[:, 1], np.cos(a) * p[:, 0] - np.sin(a) * p[:, 1], 0 * a], 1)}, name="slopes", sizes={"N": n}, a=A, p=P)
# Rounds that fill long rows go in blocks, of which the last repeats some: what they read must not be what they write.
def moments(a, p):
    v = np.concatenate([lengthened(p), a[:, None], a[:, None] * p[:, :1]], 1)
    return {"m": v[:, :, None] * v[:, None, :]}
for n in 19, 16, 17, 9, 7:
    A, P = uniform(n, -4, 4, "angles"), uniform((n, 3), key="points")
    case("" if n < 19 else "moments(a: [N], p: [N, 3]) {\n    for i in 0..N {\n        q    = long(p[i])\n        v    = [q[0], q[1], q[2], a[i], a[i] * p[i, 0]]\n        m[i] = outer(v, v)\n    }\n    return m\n}",
         moments, name="moments", sizes={"N": n}, wrt=[], a=A, p=P)
    case("" if n < 19 else "moved(a: [N], p: [N, 3]) {\n    for i in 0..N {\n        q[i] = turn(a[i], p[i])\n        v    = [q_0(p[i]), a[i], p[i, 0], p[i, 1], p[i, 2]]\n        m[i] = outer(v, v)\n    }\n    update p = q\n    return m\n}",
         lambda a, p: (lambda v: {"m": v[:, :, None] * v[:, None, :]})(np.concatenate([p[:, :1]**2, a[:, None], p], 1)), name="moved", sizes={"N": n}, a=A, p=P, updates={"p": turned(A, P)})
    case("" if n < 19 else "shifted(p: [N, 3]) {\n    s = sin(p)\n    for i in 0..N {\n        q[i] = turn(s[i, 0], s[i])\n        v    = [s[i, 0], s[i, 1], s[i, 2], 1, 2]\n        m[i] = outer(v, v)\n    }\n    return q, m\n}",
         lambda p: (lambda s: (lambda v: {"q": turned(s[:, 0], s), "m": v[:, :, None] * v[:, None, :]})(np.concatenate([s, 0 * s[:, :1] + 1, 0 * s[:, :1] + 2], 1)))(np.sin(p)), name="shifted", sizes={"N": n}, wrt=[], p=P)
case("", lambda a, p: {"q": turned(a, p), "s": a**2}, name="turned", sizes={"N": 3}, wrt=[], a=np.array([np.nan, 2.0**60, -2.0**30]), p=uniform((3, 3)))

# ---- The same with fixed sizes: short tensors, which become scalars ----

def shorten(name, *sources):
    """Programs of other groups with numbers for their sizes; each with its first case that succeeds."""
    group(name)
    for source in (groups[s] for s in sources):
        exports = {re.match(r"export (\w+)", e)[1]: e for e in source["exports"]}
        texts = {re.match(r"(\w+)\(", t)[1]: t for t in source["text"] if re.match(r"\w+\(", t)}
        done = {c["function"]: c for c in reversed(source["cases"]) if not any(l.startswith("status") for l in c["lines"])}
        for function, c in done.items():
            sizes = dict(l.split()[1:] for l in c["lines"] if l.startswith("size "))
            if function not in exports or function not in texts or not sizes or any(function == k["function"] for k in current["cases"]):
                continue
            nn = re.sub(r", \w+: size", "", texts[function])
            for size, number in sizes.items():
                nn = re.sub(rf"(?<!\w)(?<![^.]\.){size}(?![\w(])", number, nn)
            helpers = [t for f, t in texts.items() if f not in exports and re.search(rf"\b{f}\(", nn)]
            current["text"] += [t for t in helpers if t not in current["text"]] + [nn]
            current["exports"].append(exports[function])
            current["cases"].append({**c, "lines": [l for l in c["lines"] if not l.startswith("size ")]})


shorten("short", "broadcast", "algebra", "shapes", "subscripts", "index", "loops", "branches", "higher")


# ---- Entries that are several C functions, because they have more arrays than one takes ----

group("stretches", """
layer(h, W) = h + tanh(h @ W) / 64
four(h, W) = layer(layer(layer(layer(h, W), W), W), W)
sixteen(h, W) = four(four(four(four(h, W), W), W), W)
many(h, W) = sixteen(sixteen(sixteen(h, W), W), W)
# local variables stand between the stretches
scaled(h, W) = sixteen(h, W) * (1 + 0.25 * sum(h))""")
def layers(h, W, n): return repeat(lambda h, k: h + np.tanh(h @ W) / 64, h, n)
def scaled(h, W): return layers(h, W, 16) * (1 + 0.25 * h.sum())
rows, rotation = uniform((2, 3), -1, 1), np.eye(3) + uniform((3, 3), -0.25, 0.25)
case("scales(x: [m, n], W: [n, n], a) {\n    h = scaled(scaled(scaled(x, W), W), W)\n    return loss = a * sum(h^2), h\n}",
     lambda x, W, a: (lambda h: {"loss": a * np.sum(h**2), "h": h})(repeat(lambda h, k: scaled(h, W), x, 3)), sizes={"m": 2, "n": 3}, x=rows, W=rotation, a=0.75)
case("solved(A: [n, n], W: [n, n]) = sum(solve(A, many(W, W)))", lambda A, W: np.sum(np.linalg.solve(A, layers(W, W, 48))), sizes={"n": 3}, A=rotation + np.eye(3), W=rotation)
case("", name="solved", sizes={"n": 3}, A=np.zeros((3, 3)), W=rotation, status=4)

# Long functions: loops, blocks of rows and scalars whose statements are cut into stretches.
group("long_bodies", """
layer(h, W) = h + tanh(h @ W) / 512
four(h, W) = layer(layer(layer(layer(h, W), W), W), W)
sixteen(h, W) = four(four(four(four(h, W), W), W), W)
deep(h, W) = sixteen(sixteen(sixteen(sixteen(h, W), W), W), W)
turn(s, x, y) = x + y * sin(s) / 2
turns(s, x, y) = turn(turn(turn(turn(s, x, y), y, x), x, y), y, x)
winding(s, x, y) = turns(turns(turns(turns(s, x, y), y, x), y, x), x, y)
spiral(s, x, y) = winding(winding(winding(winding(s, x, y), x, x), y, y), x, y)""")
def long_layers(h, W, n): return repeat(lambda h, k: h + np.tanh(h @ W) / 512, h, n)
def turn(s, x, y): return x + y * np.sin(s) / 2
def turns(s, x, y): return turn(turn(turn(turn(s, x, y), y, x), x, y), y, x)
def winding(s, x, y): return turns(turns(turns(turns(s, x, y), y, x), y, x), x, y)
def spiral(s, x, y): return winding(winding(winding(winding(s, x, y), x, x), y, y), x, y)
case("in_blocks(x: [m, n], W: [n, n]) = sum(deep(x, W))", lambda x, W: np.sum(long_layers(x, W, 64)), sizes={"m": 5, "n": 3}, x=uniform((5, 3), -1, 1), W=rotation)
case("scalars(x, y) = spiral(spiral(x, x, y), x, y)",
     lambda x, y: spiral(spiral(x, x, y), x, y), x=0.75, y=-0.5)
# the loop is left early, carries scalars and an array, and collects
def rounds_of_layers(x, W, a):
    h, s, ss = x, a, np.zeros(3)
    for t in range(3):
        if s >= 3: break
        h = s * long_layers(h, W, 32)
        s = s + 0.125 * np.sum(h**2) / (1 + t)
        ss[t] = s
    return {"h": h, "s_last": s, "ss": ss}
case("""in_rounds(x: [n, n], W: [n, n], a, T: size) {
    h = x
    s = a
    for t in 0..T while s < 3 {
        h = s * sixteen(sixteen(h, W), W)
        s = s + 0.125 * sum(h^2) / (1 + t)
        ss[t] = s
    }
    return h, s_last = s, ss
}""", rounds_of_layers, sizes={"n": 3, "T": 3}, x=uniform((3, 3), -1, 1), W=rotation, a=0.75)


# ---- What inner loops add to what outer ones carry ----

group("layers")
def recurrent(x, W, B, g, h, first=0):
    h, total = h.copy(), 0.0
    for t in range(len(x)):
        y = x[t]
        for k in range(first, len(h)):
            y = h[k] = np.tanh(y * W[k, 0] + h[k] * W[k, 1] + g[k] * B[k])
        total += np.sum(y * x[t])
    return total
LAYERS = dict(sizes={"T": 4, "L": 3, "n": 5}, x=uniform((4, 5), -1, 1), W=uniform((3, 2, 5), -1, 1), B=uniform((3, 5), -1, 1), g=uniform(3, -1, 1), h=uniform((3, 5), -1, 1))
# sums of entries that stand where they are added, in rows, and as numbers
for first in 0, 1:
    case(f"""recurrent_{first}(x: [T, n], W: [L, 2, n], B: [L, n], g: [L], h: [L, n]) {{
    total = 0
    for t in 0..T {{
        y = x[t]
        for k in {first}..L {{
            h[k] = tanh(y * W[k, 0] + h[k] * W[k, 1] + g[k] * B[k])
            y = h[k]
        }}
        total = total + sum(y * x[t])
    }}
    return total
}}""", lambda x, W, B, g, h, first=first: recurrent(x, W, B, g, h, first), outputs=["total"], **LAYERS)
# in columns, and next to what is added otherwise
def columns(x, W):
    total = 0.0
    for t in range(len(x)):
        y = x[t]
        for k in range(W.shape[1]): y = np.sin(y * W[:, k])
        total += np.sum(y * x[t]) + np.sum(W**2) * x[t, 0]
    return total
case("""columns(x: [T, n], W: [n, L]) {
    total = 0
    for t in 0..T {
        y = x[t]
        for k in 0..L { y = sin(y * W[:, k]) }
        total = total + sum(y * x[t]) + sum(W^2) * x[t, 0]
    }
    return total
}""", columns, outputs=["total"], sizes={"T": 4, "L": 3, "n": 5}, x=uniform((4, 5), -1, 1), W=uniform((5, 3), -1, 1))
# written as sums: taken away, read besides, with an inner loop that stops early or goes over what was added before
def taken(x, a, L):
    less, seen, few, s = a[:, None] * np.ones(x.shape[1]), np.zeros(len(a)), np.zeros((L, x.shape[1])), 0.0
    for t in range(len(x)):
        y, z, rows, numbers, some = x[t], 0.5, np.zeros((L, x.shape[1])), np.zeros(L), np.zeros((L, x.shape[1]))
        for k in range(L):
            y = np.cos(y + k)
            rows[k], numbers[k] = y * a[k], y[0]
        for k in range(L):
            if z >= 1.5: break
            z = z + 0.5 * y[1]**2 + 0.25
            some[k] = z * x[t]
        less = less - rows
        s = s + np.sum(np.sin(seen))
        seen = seen + numbers
        few = few + some
    return {"less": less, "seen": seen, "few": few, "s": s}
case("""taken(x: [T, n], a: [L]) {
    less[k, j] = a[k] + 0 * x[0, j]
    seen = zeros([L])
    few = zeros([L, n])
    s = 0
    for t in 0..T {
        y = x[t]
        z = 0.5
        for k in 0..L {
            y = cos(y + k)
            rows[k] = y * a[k]
            numbers[k] = y[0]
        }
        for k in 0..L while z < 1.5 {
            z = z + 0.5 * y[1]^2 + 0.25
            some[k] = z * x[t]
        }
        less = less - rows
        s = s + sum(sin(seen))
        seen = seen + numbers
        few = few + some
    }
    return less, seen, few, s
}""", lambda x, a: taken(x, a, 3), sizes={"T": 4, "L": 3, "n": 5}, x=uniform((4, 5), -1, 1), a=uniform(3, 0, 1))


# ---- Divisions by what is divided by anyway, and choices that say what is known ----

group("factors")
REPEATED = "(y / x) * (z * (1 / x)) + y * (1 / x)^2 / x + (z / x) * (2 / x)"
def repeated(x, y, z): return (y / x) * (z * (1 / x)) + y * (1 / x)**2 / x + (z / x) * (2 / x)
with np.errstate(all="ignore"):
    case(f"repeated(x: [n], y: [n], z: [n]) = {REPEATED}", repeated, sizes={"n": 5}, x=uniform(5, 0.5, 2), y=uniform(5), z=uniform(5, -1, 1))
    extreme = np.array([2.0**-600, -2.0**-1070, 2.0**1000, 0, np.inf, np.nan, -0.0, 2.0**-500])
    case(f"extreme(x: [n], y: [n], z: [n]) = {REPEATED}", repeated, sizes={"n": 8}, wrt=[], double=True, x=extreme, y=np.array([2.0**-800, 1, 2.0**900, 0, 1, 1, -1, 2.0**-1000]), z=np.array([2.0**-600, 2.0**-1000, 1, 1, 0, 1, 1, 2.0**-510]))
    # a quotient that nothing multiplies by the reciprocal is one, however small the divisor
    case("beside(x, y) = y / x + 1 / x", lambda x, y: y / x + 1 / x, x=0.75, y=-0.5)
# sums of products, scaled by more numbers than a call takes
case("""many_scales(x: [n, m], s) {
    a = sin(full([4, m], mean(x)) * s)
    b = tanh(0.5 * x)
    t[i, j] = mean[l](a[i, l] * b[j, l])
    return y = tanh(full([4], mean(x)) @ atan(t))
}""", lambda x, s: np.tanh(np.full(4, x.mean()) @ np.arctan(np.full((4, 2), np.sin(x.mean() * s)) @ np.tanh(x / 2).T / 2)), sizes={"n": 3, "m": 2},
     outputs=["y"], extra=": jacobian", x=uniform((3, 2), -1, 1, key="scales"), s=0.75)
# the gradient of the sum of two norms' gradients: a choice for each norm, about a choice for both
def pulled(p, a, b): return np.sum([0 if np.hypot(*(p - q)) == 0 else (p - q) @ [1, 2] / np.hypot(*(p - q))**3 for q in (a, b)])
PULLED = dict(p=np.array([0.5, -0.25]), a=np.array([1.0, 2]), b=np.array([-1.0, 0.5]))
case("""pulled(p: [2], a: [2], b: [2]) {
    u = 1 / ||p - a|| + 1 / ||p - b||
    g = grad(u, p)
    return pull = -(g[0] + 2 * g[1])
}""", pulled, outputs=["pull"], **PULLED)
AT = {**PULLED, "a": PULLED["p"]}
case("", pulled, name="pulled", outputs=["pull"], seeds={"pull": 1.0}, gradients={"p": gradient(lambda p: pulled(p, p, AT["b"]), AT["p"]), "a": np.zeros(2), "b": gradient(lambda b: pulled(AT["p"], AT["p"], b), AT["b"])}, **AT)


# ---- int(x), and names that hold an int ----

group("truncated")
def table(tab, u):
    i = int(u)
    return (1 - (u - i)) * tab[i] + (u - i) * tab[i + 1]
def runs(x):
    k, s = 0, 0.0
    for v in x:
        s = s + v**2 * k
        k = 0 if v > 0 else k + 1
    return s
TABLE = """table(tab: [n], u) {
    i = int(u)
    t = u - real(i)
    return y = (1 - t) * tab[i] + t * tab[i + 1]
}"""
for key, u in ("first", 0.375), ("last", 3.75), ("negative", -0.5):
    case(TABLE if key == "first" else "", table, name="table", outputs=["y"], sizes={"n": 5}, extra=": hessian, jvp, hvp", tab=uniform(5), u=u)
for u in -1.0, 4.0, np.nan, np.inf, -np.inf, 2147483648.0, -2147483904.0, 1e30:
    case("", name="table", sizes={"n": 5}, tab=uniform(5), u=u, status=3)
case("towards_zero(x: [n]) = int(x)", lambda x: np.trunc(x).astype(int), wrt=[], sizes={"n": 8}, x=np.array([-2.75, -1, -0.5, -0.0, 0.5, 1, 2.75, 65536.5]))
case("extremes(x: [n]) = int(x)", lambda x: np.trunc(x).astype(int), wrt=[], double=True, sizes={"n": 4}, x=np.array([-2147483648.9375, 2147483647.9375, -2147483648, 2147483647]))
for x in 2147483648.0, np.nan:
    case("", name="extremes", wrt=[], sizes={"n": 3}, x=np.array([1, x, 2]), status=3)
case("times_whole(x: [n]) = x * real(int(3 * x))", lambda x: x * np.trunc(3 * x), sizes={"n": 6}, extra=": jacobian, jvp", x=uniform(6, -2, 2, "whole"))
case("""counts_runs(x: [n]) {
    k = int(0)
    s = 0
    for t in 0..n {
        s = s + x[t]^2 * real(k)
        if x[t] > 0 { k = 0 } else { k = k + 1 }
    }
    return s
}""", runs, outputs=["s"], sizes={"n": 6}, extra=": hessian, jvp, hvp", x=np.array([-0.5, -1.25, -0.75, 0.625, -1.5, -2]))
case("""one_side(x: [n], c) {
    if c > 0 { k = int(c) } else { k = 1 }
    if c > 2 { k = 0 } else if c < -2 { k = 2 }
    j = k + 1
    return y = x[j] * c
}""", lambda x, c: x[(0 if c > 2 else 2 if c < -2 else int(c) if c > 0 else 1) + 1] * c, outputs=["y"], sizes={"n": 4}, x=uniform(4), c=1.75)
for c in 2.5, -1.5, -2.5:
    case("", lambda x, c: x[(0 if c > 2 else 2 if c < -2 else int(c) if c > 0 else 1) + 1] * c, name="one_side", outputs=["y"], sizes={"n": 4}, x=uniform(4), c=c)
case("""taken_only(x: [n], u) {
    s = 0
    for t in 0..n {
        if x[t] > 0 {
            k = int(u * x[t])
            s = s + x[k]^2 * real(k)
        }
    }
    return s
}""", lambda x, u: sum(x[int(u * v)]**2 * int(u * v) for v in x if v > 0), outputs=["s"], sizes={"n": 4}, x=np.array([0.5, 0.75, -1e3, 1.25]), u=2.5)
case("", name="taken_only", sizes={"n": 4}, x=np.array([0.5, 0.75, -1e30, np.inf]), u=2.5, status=3)
case("", name="taken_only", sizes={"n": 4}, x=np.array([0.5, 0.75, -1e3, 1.25]), u=5.0, status=3)
def halves(x, u):
    k, s = int(u), 0.0
    for v in x:
        if not k < 5:
            break
        k = k + 1
        s = s + v * k
        k = int(v * k)
    return s
case("""halves(x: [n], u) {
    k = int(u)
    s = 0
    for t in 0..n while k < 5 {
        k = k + 1
        s = s + x[t] * real(k)
        k = int(x[t] * real(k))
    }
    return s
}""", halves, outputs=["s"], sizes={"n": 5}, x=np.array([0.75, 1.5, 2.25, -1.5, 0.5]), u=2.25)
case("", name="halves", sizes={"n": 5}, x=np.array([0.75, 1e30, 2.25, -1.5, 0.5]), u=2.25, status=3, late=True)
case("""reads_by_index(x: [n], u: [m]) {
    y[i] = x[int(u[i]) + 1] * u[i]
    return y
}""", lambda x, u: x[np.trunc(u).astype(int) + 1] * u, outputs=["y"], sizes={"n": 5, "m": 6}, extra=": jacobian", x=uniform(5), u=np.array([0.5, 3.25, 1.75, 0.625, -0.25, 2.5]))
case("", name="reads_by_index", sizes={"n": 5, "m": 2}, x=uniform(5), u=np.array([0.5, 4.25]), status=3)
case("gathers_by_real(x: [n], u: [m]) = x[int(u)]^2", lambda x, u: x[np.trunc(u).astype(int)]**2, sizes={"n": 5, "m": 4}, extra=": jvp", x=uniform(5), u=np.array([0.5, 3.25, 1.75, 4.625]))
case("given_int(x: [n], k: int = 2, s = 0.5) = x[k] * s", lambda x, k, s: x[k] * s, sizes={"n": 4}, x=uniform(4), k=3, s=0.75)
case("calls_default(x: [n]) = given_int(x) + given_int(x, 1) * given_int(x, s = 2)", lambda x: x[2] * 0.5 + x[1] * 0.5 * x[2] * 2, sizes={"n": 4}, x=uniform(4))
case("truths(x: [n]) = int(x > 0) + int(3)", lambda x: (x > 0) + 3, wrt=[], sizes={"n": 4}, x=uniform(4))
case("""turn_about(x: [n], u: [n]) {
    k = int(u)
    for t in 0..n { k = if x[t] > 0 then k + 1 else int(u * x[t]) }
    return k, y = x * real(k)
}""", lambda x, u: (lambda k: {"k": k, "y": x * k})(__import__("functools").reduce(lambda k, v: k + 1 if v > 0 else np.trunc(u * v).astype(int), x, np.trunc(u).astype(int))), sizes={"n": 4}, x=np.array([0.5, -1.5, 0.75, 2]), u=np.array([2.5, -3.25, 0.75, 1.125]))


# ---- Functions defined in a body ----

group("local")
case("""twice_local(x: [n], a, b) {
    g(y) = a * y^2 + b
    return s = sum(g(g(x)))
}""", lambda x, a, b: np.sum(a * (a * x**2 + b)**2 + b), outputs=["s"], sizes={"n": 4}, extra=": hessian, jvp, hvp", x=uniform(4, -1, 1), a=0.75, b=-0.5)
case("""at_definition(x: [n], a) {
    c = a
    g(y) = c * y
    c = c^2 + 1
    h(y) = c * g(y)
    c = 0
    return y = g(x) + h(x) + c
}""", lambda x, a: a * x + (a**2 + 1) * a * x, outputs=["y"], sizes={"n": 3}, extra=": jacobian", x=uniform(3), a=0.75)
case("""hides(x: [n]) {
    sin(y) = y^2
    outer(y) = 2 * y
    return y = sin(x) + outer(x) + uses_outer(x)
}
outer(y) = y^3
uses_outer(y) = outer(y) + sin(y)""", lambda x: x**2 + 2 * x + x**3 + np.sin(x), outputs=["y"], sizes={"n": 3}, x=uniform(3))
def in_rounds(x, c):
    s = 0.0
    for t in range(len(x)):
        z = x * c + x[t]
        s = s + np.sum(z) * (c * c + x[t]) if x[t] < 1 else s * c
    return s
case("""in_rounds(x: [n], c) {
    s = 0.0
    for t in 0..n {
        g(y) { z = y * c; return z + x[t] }
        if x[t] < 1 {
            h(y: [n]) = sum(g(y))
            s = s + h(x) * g(c)
        } else {
            h(y) = y * c
            s = h(s)
        }
    }
    return s
}""", in_rounds, outputs=["s"], sizes={"n": 4}, extra=": jvp", x=uniform(4), c=0.75)
ONLY_TAKEN = """only_taken(x: [n], c) {
    root(y) = sqrt(c) * y
    if c > 0 {
        both(q) = root(q) + log(c)
        y = root(x) + both(x)
    } else {
        y = x^2
    }
    return y
}"""
case(ONLY_TAKEN, lambda x, c: 2 * np.sqrt(c) * x + np.log(c), outputs=["y"], sizes={"n": 3}, extra=": jacobian, jvp", x=uniform(3), c=0.75)
for c in 0.0, -0.75:
    case("", lambda x, c: x**2, name="only_taken", outputs=["y"], sizes={"n": 3}, seeds={"y": [1.0, 0.5, 2]}, gradients={"x": 2 * uniform(3) * [1.0, 0.5, 2], "c": 0}, x=uniform(3), c=c)
def kutta(f, y, t0, t1, n):
    h = (t1 - t0) / n
    for i in range(n):
        t = t0 + h * i
        k1 = f(t, y)
        k2 = f(t + h / 2, y + h / 2 * k1)
        k3 = f(t + h / 2, y + h / 2 * k2)
        k4 = f(t + h, y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return y
case("""kutta(f, y, t0, t1, n: size) {
    h = (t1 - t0) / n
    for i in 0..n {
        t = t0 + h * i
        step(s, k) = f(t + s * h, y + s * h * k)
        k1 = f(t, y)
        k2 = step(0.5, k1)
        k3 = step(0.5, k2)
        k4 = step(1, k3)
        y  = y + h/6 * (k1 + 2*k2 + 2*k3 + k4)
    }
    return y
}
solves(y: [n], k: [n], t0, t1) {
    g(a, b = 0) = k * b + sin(a)
    return z = kutta(g, y, t0, t1, 5)
}""", lambda y, k, t0, t1: kutta(lambda a, b: k * b + np.sin(a), y, t0, t1, 5), name="solves", outputs=["z"], sizes={"n": 2}, extra=": jvp", y=uniform(2), k=uniform(2, key="k"), t0=0.25, t1=1.5)
case("""nested(x: [n], p: [n]) {
    f(a) {
        g(b) {
            h(c) = a + b * c + p
            return h(b)
        }
        return g(a) + x
    }
    apply(f, y) = f(y)
    return y = apply(f, x) * f(p)
}""", lambda x, p: (x + x * x + p + x) * (p + p * p + p + x), outputs=["y"], sizes={"n": 3}, extra=": jacobian, jvp", x=uniform(3), p=uniform(3, key="p"))
case("""two_outputs(x: [n], a) {
    parts(y: [n], s = a) {
        low = y[0] * s
        return low, high = y[-1] * a
    }
    u, v = parts(x)
    w, z = parts(x[::1], s = 2)
    return total = u * v + w * z
}""", lambda x, a: x[0] * a * x[-1] * a + x[0] * 2 * x[-1] * a, outputs=["total"], sizes={"n": 3}, extra=": hessian", x=uniform(3), a=0.75)
case("""around(x: [n], a) {
    g(y) = a * y^3
    loss = sum(g(x)) + g(a)
    return slope = grad(loss, a), rate = grad(loss, x)
}""", lambda x, a: {"slope": np.sum(x**3) + 4 * a**3, "rate": 3 * a * x**2}, sizes={"n": 3}, x=uniform(3), a=0.75)
case("""own_gradient(x: [n], a) {
    slope(y) {
        e = sum(a * y^3)
        return grad(e, y) + grad(e, a)
    }
    return y = slope(x)
}""", lambda x, a: 3 * a * x**2 + np.sum(x**3), outputs=["y"], sizes={"n": 3}, x=uniform(3), a=0.75)
case("""carries(x: [n], m: [k]) {
    s = 1.0
    total(y) {
        for t in 0..n { s = s * cos(y + x[t]) }
        for t in 0..k { hs[t] = s * m[t] }
        return sum(hs) + s
    }
    return z = total(0.5) + s + total(s)
}""", lambda x, m: sum(np.prod(np.cos(y + x)) * (np.sum(m) + 1) for y in (0.5, 1)) + 1, outputs=["z"], sizes={"n": 3, "k": 2}, extra=": hessian", x=uniform(3, -1, 1), m=uniform(2))
case("""of_elements(x: [n], a) {
    g(y) = if y > 0 then y^2 * a else a
    c[i] = sum[j](g(x[i] * x[j]) - g(x[j]))
    return c
}""", lambda x, a: np.array([sum((v * w)**2 * a if v * w > 0 else a for w in x) for v in x]) - sum(w**2 * a if w > 0 else a for w in x), outputs=["c"], sizes={"n": 4}, x=uniform(4), a=0.75)

# The runtime's elementary functions and products, for compilers.sh: any size of vector, and what is left over.
group("vectors")
ELEMENTARY = {"exp": np.exp, "expm1": np.expm1, "tanh": np.tanh, "erf": special.erf, "sigmoid": special.expit, "sin": np.sin, "cos": np.cos}
for name, f in ELEMENTARY.items():
    case(f"each_{name}(x: [n]) = {name}(x)", f, sizes={"n": 37}, x=uniform(37, -3, 3))
for name, f in {"log": np.log, "log1p": np.log1p}.items():
    case(f"each_{name}(x: [n]) = {name}(x)", f, sizes={"n": 37}, x=uniform(37, 0.25, 4))
case("product(A: [m, k], B: [k, n]) = sum(tanh(A @ B))", lambda A, B: np.sum(np.tanh(A @ B)), sizes={"m": 5, "k": 9, "n": 19}, A=uniform((5, 9), -1, 1), B=uniform((9, 19), -1, 1))

# Straight-line code of small fixed sizes, statements beside one another: what gcc's SLP vectoriser gets wrong.
group("statements")
def tanh_sum(*values): return sum(np.sum(np.tanh(v)) for v in values)
def grams(x, y, z):
    v = y @ y.T / 3
    return tanh_sum(y, z, v, z.mean(), 1 / (2 + v**2))
case("""grams(x: [3], y: [3, 3], z: [3]) {
    v[i, k] = sum[j](y[i, j] * y[k, j]) / 3.0
    w = mean(z)
    u = 1 / (2 + v^2)
    return loss = sum(tanh(y)) + sum(tanh(z)) + sum(tanh(v)) + tanh(w) + sum(tanh(u))
}""", grams, outputs=["loss"], x=uniform(3, -1, 1), y=uniform((3, 3), -1, 1), z=uniform(3, -1, 1, key="z"))
case("""doubled(x: [2, 2, 2]) {
    v = logaddexp(x, x)^2 * 0.3
    return loss = sum(tanh(x)) + sum(tanh(v))
}""", lambda x: tanh_sum(x, np.logaddexp(x, x)**2 * 0.3), outputs=["loss"], extra=": hvp, hessian", x=uniform((2, 2, 2), -1, 1))
def pairs(x):
    g = x @ x.T / 2
    row = 0.3 + 0.2 * x.sum(0)
    outer = np.outer(row, row)
    low = np.minimum(row, outer)
    e = np.exp(row - row.max())
    high = np.maximum(e / e.sum(), low)
    wave = np.roll(g[:, 1:] - 0.5 * g[:, :-1], 2, axis=0)
    last = 0.3 + 0.2 * low.sum(0)
    return {"loss": tanh_sum(e / e.sum(), high, np.log(np.exp(g).sum(0)), last, wave), "wave": wave, "last": last}
case("""pairs(x: [5, 2]) {
    g = x @ x' / 2
    row = 0.3 + 0.2 * sum(x, axis = 0)
    outer = row[:, new] * row
    step[i, j < 4] = g[i, j+1] - 0.5 * g[i, j]
    low = min(row, outer)
    soft = softmax(row)
    high = max(soft, low)
    total[j] = logsumexp[i](g[i, j])
    last = 0.3 + 0.2 * sum(low, axis = 0)
    wave = roll(step, 2, axis = 0)
    loss = sum(tanh(soft)) + sum(tanh(high)) + sum(tanh(total)) + sum(tanh(last)) + sum(tanh(wave))
    return loss, wave, last
}""", pairs, extra=": jacobian", x=uniform((5, 2), -1, 1))
def running(x, y):
    v = y.T @ y / 2
    u = np.cumsum(v, axis=0) / 3
    return tanh_sum(v, u, u @ u.T / 2, x, y)
case("""running(x: [1, 3, 3], y: [2, 4]) {
    v = y' @ y / 2.0
    u = cumsum(v, axis = 0) / 3.0
    w = u @ u' / 2.0
    return loss = sum(tanh(v)) + sum(tanh(u)) + sum(tanh(w)) + sum(tanh(x)) + sum(tanh(y))
}""", running, outputs=["loss"], extra=": hessian", x=uniform((1, 3, 3), -1, 1), y=uniform((2, 4), -1, 1))
def branched(x, y):
    v = 0.3 - x.max(0)
    u = np.log(np.exp(np.outer(y, y)).sum(0))
    return tanh_sum(np.logaddexp(u, u), x[:, ::-1], x / (2 + v**2), np.prod(y * 0.2 + 1))
case("""branched(x: [5, 2], y: [3]) {
    v = 0.3 * ones([2])
    if sum(x) > 0.05 {
        v = v + sum(x, axis = 0) * 0.2
    } else {
        v = v - max(x, axis = 0)
    }
    p = prod(y * 0.2 + 1, axis = 0, keepdims = true)
    u[j] = logsumexp[i](y[i] * y[j])
    w = x / (2 + v^2)
    d = logaddexp(u, u)
    return loss = sum(tanh(d)) + sum(tanh(roll(x, 1, axis = 1))) + sum(tanh(w)) + sum(tanh(p))
}""", branched, outputs=["loss"], x=uniform((5, 2), -1, 0.5, key="a"), y=uniform(3, -1, 1))

# ---- Scatter: parts given by int values, and sums that add at them ----

group("scatter")
def put(y, places, values):
    """y with values at places, one after the other in row-major order: the last of equal places stays."""
    y = np.array(y)
    for place, value in zip(np.ravel(places), np.reshape(values, (np.size(places),) + y.shape[1:])):
        y[place] = value
    return y
def added(base, k, x):
    y = np.array(base)
    np.add.at(y, k, x)
    return y
K = np.array([3, 1, 3, 0, 1])
case("""put_rows(E: [V, D], k: int[m], w: [m, D]) {
    y = tanh(E)
    y[k] = w^2
    return y
}""", lambda E, k, w: put(np.tanh(E), k, w**2), outputs=["y"], sizes={"V": 5, "D": 2, "m": 5}, extra=": jacobian, jvp", E=uniform((5, 2)), k=K, w=uniform((5, 2), key="w"))
case("", lambda E, k, w: put(np.tanh(E), k, w**2), name="put_rows", outputs=["y"], sizes={"V": 1, "D": 1, "m": 3}, E=uniform((1, 1)), k=np.array([0, 0, 0]), w=uniform((3, 1), key="w"))
for k in [3, 1, 5], [-1, 0, 0], [2147483647, 0, 1], [0, 0, -2147483648]:
    case("", name="put_rows", sizes={"V": 5, "D": 2, "m": 3}, E=uniform((5, 2)), k=np.array(k), w=uniform((3, 2), key="w"), status=3)
case("""put_second_order(E: [V], k: int[m], w: [m]) {
    y = E^2
    y[k] = w * E[0]
    y[k + 1] = y[k] * w + E[1]
    return s = sum(y^3)
}""", lambda E, k, w: np.sum((lambda y: put(y, k + 1, y[k] * w + E[1]))(put(E**2, k, w * E[0]))**3), outputs=["s"], sizes={"V": 5, "m": 4}, extra=": hessian, jvp, hvp", E=uniform(5), k=np.array([3, 1, 1, 0]), w=uniform(4, key="w"))
def put_columns(E, k, w, s):
    y = np.array(E) * s
    for d in range(len(y)):
        y[d] = put(y[d], k, w[d]**2)
    y[0] = put(y[0], k, np.full(k.shape, s))
    old = y[0]
    for d in range(1, len(y)):
        y[d] = put(y[d], k[0], old[k[1]] * s)
    return y
case("""put_columns(E: [D, V], k: int[m, p], w: [D, m, p], s) {
    y = E * s
    y[:, k] = w^2
    y[0, k] = s
    y[1:, k[0]] = y[:1, k[1]] * s
    return y
}""", put_columns, outputs=["y"], sizes={"D": 3, "V": 6, "m": 2, "p": 3}, extra=": jacobian", E=uniform((3, 6)), k=np.array([[1, 4, 1], [5, 0, 4]]), w=uniform((3, 2, 3), key="w"), s=0.75)
def put_at_scalars(E, k, j, w):
    y = E**2
    y[k] = put(y[k], j, w * E[0, 0])
    y[k, 0] = y[k, 1] * w[0]
    y[j, k] = 2 * y[j, k]
    return y
case("""put_at_scalars(E: [n, n], k: int, j: int[p], w: [p]) {
    y = E^2
    y[k, j] = w * E[0, 0]
    y[k, 0] = y[k, 1] * w[0]
    y[j, k] = 2 * y[j, k]
    return y
}""", put_at_scalars, outputs=["y"], sizes={"n": 4, "p": 3}, extra=": jacobian, jvp", E=uniform((4, 4)), k=2, j=np.array([3, 0, 3]), w=uniform(3))
for k in -1, 4:
    case("", name="put_at_scalars", sizes={"n": 4, "p": 3}, E=uniform((4, 4)), k=k, j=np.array([3, 0, 3]), w=uniform(3), status=3)
case("""put_constants(x: [V], k: int[m], s) {
    y = exp(x)
    y[k] = s^2
    z = y * x
    z[k] = 0
    z[[0, 2]] = [s, 2]
    return y, z
}""", lambda x, k, s: (lambda y: {"y": y, "z": put(put(y * x, k, np.zeros(k.shape)), [0, 2], [s, 2])})(put(np.exp(x), k, np.full(k.shape, s**2))), sizes={"V": 5, "m": 3}, extra=": jacobian", x=uniform(5), k=np.array([4, 1, 4]), s=0.75)
def put_in_rounds(h, x, k, j):
    for t in range(len(x)):
        h = put(h, [k[t]], np.tanh(h[k[t]] + x[t])[None])
        h = put(h, j[t], h[j[t]] * x[t])
    return h
case("""put_in_rounds(h: [V, D], x: [T, D], k: int[T], j: int[T, m]) {
    for t in 0..T {
        h[k[t]] = tanh(h[k[t]] + x[t])
        h[j[t]] = h[j[t]] * x[t]
    }
    return h_new = h
}""", put_in_rounds, outputs=["h_new"], sizes={"V": 4, "D": 2, "T": 3, "m": 2}, extra=": jvp", h=uniform((4, 2)), x=uniform((3, 2), key="x"), k=np.array([2, 0, 2]), j=np.array([[1, 1], [2, 3], [3, 2]]))
case("", name="put_in_rounds", sizes={"V": 4, "D": 2, "T": 3, "m": 2}, h=uniform((4, 2)), x=uniform((3, 2), key="x"), k=np.array([2, 0, 2]), j=np.array([[1, 1], [2, 3], [3, 4]]), status=3, late=True)
def put_in_branch(h, k, x):
    h = put(h, k, x**2 * np.sum(h)) if x[0] > 0 else put(h, [k[0]], [x[1]])
    return np.sin(h) * x[0]
BRANCH = dict(h=uniform(4), k=np.array([2, 1, 2]))
case("""put_in_branch(h: [V], k: int[m], x: [m]) {
    if x[0] > 0 { h[k] = x^2 * sum(h) } else { h[k[0]] = x[1] }
    return y = sin(h) * x[0]
}""", put_in_branch, outputs=["y"], sizes={"V": 4, "m": 3}, extra=": jacobian", x=np.array([0.5, -1.25, 0.75]), **BRANCH)
case("", put_in_branch, name="put_in_branch", outputs=["y"], sizes={"V": 4, "m": 3}, x=np.array([-0.5, -1.25, 0.75]), **BRANCH)
case("""counts(k: int[m], x: [n]) {
    c = int(zeros([n]))
    for t in 0..m { c[k[t]] = c[k[t]] + 1 }
    return c, y = x * real(c)
}""", lambda k, x: {"c": added(np.zeros(x.shape, int), k, 1), "y": x * added(np.zeros(x.shape), k, 1)}, sizes={"m": 5, "n": 4}, k=K, x=uniform(4))
case("""put_masked(x: [n], k: int[n]) {
    y = zeros([n])
    y[k] = if x > 0 then sqrt(x) else 0
    return y
}""", lambda x, k: put(np.zeros(x.shape), k, np.sqrt(np.maximum(x, 0))), outputs=["y"], sizes={"n": 4}, extra=": jacobian", seeds={"y": [1, 2, 3, 4.0]}, gradients={"x": [0, 0, 0, 4 / 2 / 1.5]}, x=np.array([0.25, -1.0, 0.0, 2.25]), k=np.array([3, 1, 2, 3]))

case("add_rows(base: [V, D], k: int[m], x: [m, D]) = scatter_add(base^2, k, sin(x))", lambda base, k, x: added(base**2, k, np.sin(x)), sizes={"V": 5, "D": 2, "m": 5}, extra=": jacobian, jvp", base=uniform((5, 2)), k=K, x=uniform((5, 2), key="x"))
case("", name="add_rows", sizes={"V": 5, "D": 2, "m": 5}, base=uniform((5, 2)), k=K + 2, x=uniform((5, 2), key="x"), status=3)
case("add_second_order(base: [V], k: int[m, p], s) = sum(scatter_add(base, k, s^2 * base[0])^3)", lambda base, k, s: np.sum(added(base, k, np.full(k.shape, s**2 * base[0]))**3), sizes={"V": 4, "m": 2, "p": 3}, extra=": hessian, hvp", base=uniform(4), k=np.array([[0, 3, 3], [1, 3, 0]]), s=0.75)
case("add_at_one(base: [V, D], k: int, x: [D]) = scatter_add(base, k, x * base[k])", lambda base, k, x: added(base, k, x * base[k]), sizes={"V": 3, "D": 2}, extra=": jacobian", base=uniform((3, 2)), k=2, x=uniform(2))

def chosen_sum(k, V, terms):
    y = np.zeros((V,) + terms.shape[1:])
    for e in range(len(k)):
        if 0 <= k[e] < V:
            y[k[e]] += terms[e]
    return y
OUT = np.array([3, 1, -1, 3, 7, 0])
case("""sum_form(w: [E, D], k: int[E], b: [V, D]) {
    y[v < V, f] = sum[e](if k[e] == v then w[e, f]^2 else 0)
    return y = y * b
}""", lambda w, k, b: chosen_sum(k, len(b), w**2) * b, outputs=["y"], sizes={"E": 6, "D": 2, "V": 4}, extra=": jacobian, jvp", w=uniform((6, 2)), k=OUT, b=uniform((4, 2), key="b"))
case("""sum_of_neighbours(h: [V, D], source: int[E], target: int[E], c: [E]) {
    y[v < V, f] = sum[e](if target[e] == v and c[e] > 0 then sqrt(c[e]) * h[source[e], f] else 0)
    return s = sum(y^2)
}""", lambda h, source, target, c: np.sum(chosen_sum(target, len(h), np.sqrt(np.maximum(c, 0))[:, None] * h[source])**2), outputs=["s"], sizes={"E": 6, "V": 4, "D": 2}, extra=": hessian", rough=True, h=uniform((4, 2)), source=np.array([0, 1, 2, 3, 0, 1]), target=OUT, c=np.array([0.5, 1, 2, -0.25, 1.5, 0.75]))
def sum_forms(w, k, j, x, z):
    E, V = range(len(w)), range(len(x))
    return {"shifted": np.array([sum(w[e] for e in E if v + 1 == k[e]) for v in V], float),
            "mirrored": np.array([sum(w[e] * (v + 1) for e in E if k[e] == 2 - v) for v in V], float),
            "pairs": np.array([[sum(w[e] for e in E if k[e] == v and j[e, 0] == u) for u in V] for v in V], float),
            "inner": np.array([sum(w[e] * z[i] * x[v, e] for e in E for i in range(2) if j[e, i] == v) for v in V], float),
            "each": np.array([[sum(z[i] for i in range(2) if j[e, i] == v) for v in V] for e in E], float),
            "total": np.array([sum(x[v, e]**2 for v in V if k[e] == v) for e in E], float),
            "average": np.array([sum(w[e] for e in E if k[e] == v) / len(w) for v in V], float)}
case("""sum_forms(w: [E], k: int[E], j: int[E, m], x: [V, E], z: [m]) {
    shifted[v < V] = sum[e](if v + 1 == k[e] then w[e] else 0)
    mirrored[v < V] = sum[e](if k[e] == 2 - v then w[e] * (v + 1) else 0)
    pairs[v < V, u < V] = sum[e](if k[e] == v and j[e, 0] == u then w[e] else 0)
    inner[v < V] = sum[e, i](if j[e, i] == v then w[e] * z[i] * x[v, e] else 0)
    each[e, v < V] = sum[i](if j[e, i] == v then z[i] else 0)
    total[e] = sum[v < V](if k[e] == v then x[v, e]^2 else 0)
    average[v < V] = mean[e](if k[e] == v then w[e] else 0)
    return shifted, mirrored, pairs, inner, each, total, average
}""", sum_forms, sizes={"E": 6, "V": 4, "m": 2}, w=uniform(6), k=OUT, j=np.array([[0, 1], [1, 1], [3, 4], [-1, 2], [2, 0], [3, 3]]), x=uniform((4, 6)), z=uniform(2))
def sum_of_gathers(h, c, q, s, k, w):
    V, U = h.shape
    return {"own": chosen_sum(k, V, w / np.where((0 <= k) & (k < V), c[k % V] * c[s], 1)),
            "moved": chosen_sum(k, V, w * h[k % V, s]),
            "through": chosen_sum(k, V, w * c[q[k % V]]),
            "beside": np.array([[sum(w[e] * h[v, q[v]] * h[v, u] for e in range(len(k)) if k[e] == v and s[e] == u) for u in range(U)] for v in range(V)], float)}
case("""sum_of_gathers(h: [V, U], c: [U], q: int[V], s: int[E], k: int[E], w: [E]) {
    own[v < V]     = sum[e](if k[e] == v then w[e] / (c[v] * c[s[e]]) else 0)
    moved[v < V]   = sum[e](if not (k[e] != v) then w[e] * h[v, s[e]] else 0)
    through[v < V] = sum[e](if k[e] != v then 0 else w[e] * c[q[v]])
    beside[v < V, u < U] = sum[e](if k[e] != v or s[e] != u then 0 else w[e] * h[v, q[v]] * h[v, u])
    return own, moved, through, beside
}""", sum_of_gathers, sizes={"E": 6, "V": 4, "U": 5}, extra=": jacobian, jvp", h=uniform((4, 5)), c=uniform(5, 0.5, 2), q=np.array([4, 0, 2, 2]), s=np.array([0, 1, 4, 3, 0, 1]), k=OUT, w=uniform(6, key="w"))
case("""sum_in_rounds(w: [E], k: int[E], V: size) {
    s = 0
    for t in 0..3 {
        y[v < V] = sum[e](if k[e] == v then w[e]^(t + 1) else 0)
        s = s + sum(y^2)
    }
    return s
}""", lambda w, k: sum(np.sum(chosen_sum(k, 4, w**(t + 1))**2) for t in range(3)), outputs=["s"], sizes={"E": 6, "V": 4}, extra=": hessian", w=uniform(6, 0.5, 2), k=OUT)

# ---- require ----

group("required")
case("""required(x: [n], a) {
    require a > 0, "a must be positive"
    require x^2
        < 100
    return s = sum(sqrt(a) * x^3)
}""", lambda x, a: np.sum(np.sqrt(a) * x**3), outputs=["s"], sizes={"n": 4}, extra=": hessian, jvp, hvp", x=uniform(4), a=0.75)
for x, a in (uniform(4), 0.0), (uniform(4), -1.0), (uniform(4), np.nan), (np.array([1.0, 10, 2, 3]), 0.75):
    case("", name="required", sizes={"n": 4}, x=x, a=a, status=5)
def in_rounds_required(x, a):
    s = a
    for v in x:
        s = s + v * s if v > 0 else s - v**2
    return s
case("""rounds_required(x: [n], a) {
    s = a
    for t in 0..n {
        if x[t] > 0 {
            require s > 0, "s is negative"
            s = s + x[t] * s
        } else {
            require x[t] > -2
            s = s - x[t]^2
        }
    }
    return s
}""", in_rounds_required, outputs=["s"], sizes={"n": 4}, extra=": jvp", x=np.array([0.5, -0.5, 1.25, -1]), a=0.75)
case("", name="rounds_required", sizes={"n": 4}, x=np.array([0.5, -1.5, 1.25, -1]), a=0.75, status=5)
case("", name="rounds_required", sizes={"n": 4}, x=np.array([0.5, -0.5, 1.25, -2]), a=0.75, status=5)
case("", in_rounds_required, name="rounds_required", outputs=["s"], sizes={"n": 2}, x=np.array([-0.5, -1.0]), a=-0.75)
case("""converges(b, first) {
    return y = iterate(first, b)
}
iterate(a, b) {
    for t in 0..20 while |a * a - b| > 1e-12 * b {
        require a != 0
        a = 0.5 * (a + b / a)
    }
    require |a * a - b| <= 1e-6 * b, "no convergence"
    return a
}""", lambda b, first: np.sqrt(b), name="converges", outputs=["y"], wrt=["b"], gradients={"b": 0.5 / 1.5}, seeds={"y": 1.0}, tolerance=1e-6, double=True, b=2.25, first=1.0)
case("", name="converges", wrt=["b"], status=5, b=2.25, first=1e30)
case("""only_required(x: [n]) {
    for t in 0..n { require x[t] < 3 }
    if x[0] > 0 { require x[1] > 0 }
    helper(y) { require y > -5, "helper"; return y^2 }
    return y = helper(x[1]) * x
}""", lambda x: x[1]**2 * x, outputs=["y"], sizes={"n": 3}, extra=": jacobian", x=np.array([-1.0, 0.5, 2]))
for x in [-1, 0.5, 3], [1, -0.5, 2], [-1, -5, 2]:
    case("", name="only_required", sizes={"n": 3}, x=np.array(x, float), status=5)
case("""collects_required(x: [n], k: int) {
    require k >= 0 and k < n
    for t in 0..n {
        require x[t] != 0
        y[t] = 1 / x[t]
    }
    return z = y * x[k]
}""", lambda x, k: x[k] / x, outputs=["z"], sizes={"n": 4}, x=uniform(4, 0.5, 2), k=2)
case("", name="collects_required", sizes={"n": 4}, x=np.array([1.0, 0, 2, 1]), k=2, status=5)
case("""step_required(w: [n], lr) {
    require lr > 0
    loss = sum(w^4)
    update w = w - lr * grad(loss, w)
    return loss
}""", lambda w, lr: np.sum(w**4), outputs=["loss"], sizes={"n": 3}, updates={"w": uniform(3) - 0.25 * 4 * uniform(3)**3}, w=uniform(3), lr=0.25)
case("", name="step_required", sizes={"n": 3}, updates={"w": uniform(3)}, w=uniform(3), lr=-0.25, status=5)

# ---- Lower triangles of sparse Hessians ----

group("lower", "dim n = 6, m = 3")
case("chain(x: [n]) = sum(x[1:]^2 * sin(x[:-1])) + sum(x^4)", lambda x: np.sum(x[1:]**2 * np.sin(x[:-1])) + np.sum(x**4), lower=True, extra=": hessian, sparse_hessian(chain, lower)", x=uniform(6))
case("""arrow(x: [m, m], w: [m]) {
    loss = sum(x[0, :]^2 * w) * x[2, 2] + sum(w^3) + x[1, 0]
    return loss, other = x[0]
}""", lambda x, w: {"loss": np.sum(x[0]**2 * w) * x[2, 2] + np.sum(w**3) + x[1, 0], "other": x[0]}, lower=True, extra=": jacobian, hessian(loss), sparse_hessian(loss, lower), sparse_jacobian", x=uniform((3, 3)), w=uniform(3, key="w"))
case("straight(x: [n]) = sum(x)", lambda x: np.sum(x), lower=True, extra=": hessian, sparse_hessian(straight, lower)", x=uniform(6))
case("""named(x: [m]) {
    return lower = sum(x^2 * x[0])
}""", lambda x: np.sum(x**2 * x[0]), outputs=["lower"], extra=": hessian, sparse_hessian(lower)", x=uniform(3))
case("dense(x: [m]) = prod(x)", lambda x: np.prod(x), lower=True, extra=": hessian, sparse_hessian(lower)", x=uniform(3))

# ---- Loops whose bounds contain variables of loops around them ----

group("triangles")
def below(x):
    return sum(x[i] * x[j]**2 for i in range(len(x)) for j in range(i))
case("""below(x: [n]) {
    s = 0
    for i in 0..n {
        for j in 0..i { s = s + x[i] * x[j]^2 }
    }
    return s
}""", below, outputs=["s"], sizes={"n": 5}, extra=": hessian, jvp, hvp", x=uniform(5))
case("", below, name="below", outputs=["s"], sizes={"n": 1}, x=uniform(1))
case("""above(x: [n]) {
    s = 0
    for i in 0..n {
        for j in i..n { s = s + x[i] * x[j]^2 * x[j - i] * x[n - 1 - j] }
    }
    return s
}""", lambda x: sum(x[i] * x[j]**2 * x[j - i] * x[-1 - j] for i in range(len(x)) for j in range(i, len(x))), outputs=["s"], sizes={"n": 4}, extra=": jvp", x=uniform(4))
def collected_triangles(x):
    n = len(x)
    lower, shifted = np.zeros((n, n)), np.zeros((n, n))
    for i in range(n):
        for j in range(i + 1):
            lower[i, j] = np.exp(x[i] * x[j])
        for j in range(i, n):
            shifted[i, j - i] = x[j] * x[n - 1 - j + i]
    return {"lower": lower, "shifted": shifted}
case("""collected_triangles(x: [n]) {
    for i in 0..n {
        for j in 0..i + 1 { lower[i, j] = exp(x[i] * x[j]) }
        for j in i..n { shifted[i, j] = x[j] * x[n - 1 - j + i] }
    }
    return lower, shifted
}""", collected_triangles, sizes={"n": 4}, extra=": jacobian", x=uniform(4, -1, 1))
def forward_substitution(L, b):
    y = np.array(b)
    for i in range(len(b)):
        t = b[i]
        for j in range(i):
            t = t - L[i, j] * y[j]
        y[i] = t / L[i, i]
    return y
case("""forward_substitution(L: [n, n], b: [n]) {
    y = b
    for i in 0..n {
        t = b[i]
        for j in 0..i { t = t - L[i, j] * y[j] }
        y[i] = t / L[i, i]
    }
    return y
}""", forward_substitution, outputs=["y"], sizes={"n": 4}, L=uniform((4, 4), 0.5, 2), b=uniform(4))
def three_deep(x, least):
    s = 0.0
    for i in range(len(x)):
        for j in range(i):
            if not s < least:
                break
            p = 1.0
            for k in range(j, i + 1):
                p = p * x[k]
            s = s + p**2 if x[j] > 0 else s + p
    return s
case("""three_deep(x: [n], least) {
    s = 0.0
    for i in 0..n {
        for j in 0..i while s < least {
            p = 1.0
            for k in j..i + 1 { p = p * x[k] }
            if x[j] > 0 { s = s + p^2 } else { s = s + p }
        }
    }
    return s
}""", three_deep, outputs=["s"], sizes={"n": 5}, x=uniform(5, -1, 1.5), least=0.75)
case("""fixed_rounds(x: [4]) {
    require x[0] < 10
    s = 0
    for i in 0..4 {
        for j in 2 * i..2 * i + i {
            require x[i] < 5
            s = s + x[i]^2 * (j + 1)
        }
    }
    return s
}""", lambda x: sum(x[i]**2 * (j + 1) for i in range(4) for j in range(2 * i, 3 * i)), outputs=["s"], extra=": hessian", x=uniform(4))
case("", name="fixed_rounds", x=np.array([7.0, 6, 1, 2]), status=5)
def lower_at(x, A, k):
    scattered, positions = np.array(A), np.arange(len(k))
    for i in k:
        scattered[i] += x
    at = k - 1
    return np.sum(np.sin(np.tril(scattered, -1))) + np.sum(A[at < positions]**2)
case("""lower_at(x, A: [n, 3], k: int[n]) {
    at = range(n) - 1
    return s = sum(sin(tril(scatter_add(A, k, x), -1))) + sum(if at[k][:, new] < range(n)[:, new] then A^2 else 0)
}""", lower_at, outputs=["s"], sizes={"n": 5}, x=0.75, A=uniform((5, 3)), k=[2, 0, 4, 0, 1])

# ---- Choices between elements in short loops, of which compilers make vectors with masks ----

group("masks")
case("""mixed(c: [8, 2], x: [8, 2], w: [2]) {
    y[i, j, k] = (if c[i, j] > 0 then x[i, j] else 0) * w[k]
    return y
}""", lambda c, x, w: (np.where(c > 0, x, 0))[..., None] * w, outputs=["y"], c=uniform((8, 2), key="c"), x=uniform((8, 2)), w=uniform(2))
case("""summed(c: [8, 2], x: [8, 2, 2]) {
    y[i, j] = sum[k](if c[i, j] > 0 then x[i, j, k] else 0)
    return y
}""", lambda c, x: np.where(c[..., None] > 0, x, 0).sum(2), outputs=["y"], c=uniform((8, 2)), x=uniform((8, 2, 2)))
case("""pairs(c: [8, 2, 2], x: [8, 2, 2], w: [2]) {
    a[i] = sum[k]((if c[i, k, 0] > 0 then x[i, k, 0] else 0) * w[k])
    b[i] = sum[k]((if c[i, k, 1] > 0 then x[i, k, 1] else 0) * w[k])
    y = a - 2 * b
    return y
}""", lambda c, x, w: np.where(c > 0, x, 0)[..., 0] @ w - 2 * (np.where(c > 0, x, 0)[..., 1] @ w), outputs=["y"], c=uniform((8, 2, 2), key="c"), x=uniform((8, 2, 2)), w=uniform(2))
case("""deep(c: [n, 2, 2], x: [n, 2, 2], w: [2, 2]) {
    v[i, j, k] = if c[i, j, k] > 0 and x[i, j, k] < 0.8 then x[i, j, k] else 0
    y[i, j, l] = sum[k](v[i, j, k] * w[k, l])
    return y
}""", lambda c, x, w: np.where((c > 0) & (x < 0.8), x, 0) @ w, outputs=["y"], sizes={"n": 9}, c=uniform((9, 2, 2), key="c"), x=uniform((9, 2, 2)), w=uniform((2, 2)))
case("clipped(x: [8, 2, 2], w: [2, 2]) = clip(x @ w, -0.7, 0.6) @ w", lambda x, w: np.clip(x @ w, -0.7, 0.6) @ w, x=uniform((8, 2, 2)), w=uniform((2, 2)))
case("""gated(x: [8, 2, 2]) {
    return y = clip(swiglu(x, 0.5 * x[-1], full([2, 2], 0.5), x[1]), -0.7, 0.6)
}""", lambda x: np.clip((x @ (0.5 * x[-1]) * special.expit(x @ (0.5 * x[-1])) * (x @ np.full((2, 2), 0.5))) @ x[1], -0.7, 0.6), outputs=["y"], x=uniform((8, 2, 2), -1, 1))
case("""nested(c: [8, 5], d: [8, 5], x: [8, 5], w: [5, 2]) {
    z = if c > 0 then (if d > 0 then 0.5 * x else x) else 0
    y[i, l] = sum[j](z[i, j] * w[j, l])
    return y
}""", lambda c, d, x, w: np.where(c > 0, np.where(d > 0, 0.5 * x, x), 0) @ w, outputs=["y"], c=uniform((8, 5), key="c"), d=uniform((8, 5), key="d"), x=uniform((8, 5)), w=uniform((5, 2)))
case("factored(x: [5, 5]) = sum(sin(cholesky(tanh(x @ x' / 6) + 2 * eye(5))))", lambda x: np.sum(np.sin(np.linalg.cholesky(np.tanh(x @ x.T / 6) + 2 * np.eye(5)))), x=uniform((5, 5)))
ints = np.arange(32).reshape(8, 2, 2)
case("""chosen_ints(c: [8, 2, 2], k: int[8, 2, 2], l: int[8, 2, 2], x: [5]) {
    p[i, j, m] = if c[i, j, m] > 0 then k[i, j, m] else l[i, j, m]
    return y = x[p]^2
}""", lambda c, k, l, x: x[np.where(c > 0, k, l)]**2, outputs=["y"], c=uniform((8, 2, 2), key="c"), k=ints * 7 % 5, l=ints * 3 % 5, x=uniform(5))
case("""chosen_truths(c: [8, 2, 2], d: [8, 2], k: int[8, 2, 2], x: [8, 2, 2]) {
    b[i, j, m] = c[i, j, m] > 0 and (if d[i, j] > 0 then k[i, m, j] > 1 else k[i, j, m] > 2)
    y[i, j] = sum[m](if b[i, j, m] then x[i, j, m] else 0)
    return y
}""", lambda c, d, k, x: np.where((c > 0) & np.where(d[..., None] > 0, k.transpose(0, 2, 1) > 1, k > 2), x, 0).sum(2),
     outputs=["y"], c=uniform((8, 2, 2), key="c"), d=uniform((8, 2), key="d"), k=ints * 7 % 5, x=uniform((8, 2, 2)))
case("""shifted(x: [n, 3], w: [2]) {
    z = pad(x, 1, 0, axis = 1)
    y[i, j] = sum[k < 2]((if x[i, j] > 0 then z[i, j + k] else 0) * w[k])
    return y
}""", lambda x, w: np.where(x > 0, np.pad(x, ((0, 0), (1, 0)))[:, :3] * w[0] + x * w[1], 0), outputs=["y"], sizes={"n": 9}, x=uniform((9, 3)), w=uniform(2))

# ---- Ranges of index notation that contain earlier indices and variables of loops ----

group("ranges")
case("""lower_product(A: [n, n], x: [n]) {
    y[i] = sum[j < i + 1](A[i, j] * x[j]^2)
    return y
}""", lambda A, x: np.tril(A) @ x**2, outputs=["y"], sizes={"n": 4}, extra=": jacobian, jvp", A=uniform((4, 4)), x=uniform(4))
def over_none(x):
    n = len(x)
    with np.errstate(all="ignore"):
        return {"sums": np.array([np.sum(x[:i]**2) for i in range(n)]), "products": np.array([np.prod(x[:i]) for i in range(n)]),
                "norms": np.array([np.sqrt(np.sum(x[:i + 1]**2)) for i in range(n)]), "means": np.array([np.mean(x[:i + 1]**2) for i in range(n)]),
                "pairs": np.array([sum(x[j] * x[k]**2 for j in range(i) for k in range(j + 1)) for i in range(n)]),
                "softs": np.array([special.logsumexp(x[:i + 1]) for i in range(n)])}
case("""over_none(x: [n]) {
    sums[i] = sum[j < i](x[j]^2 + 0 * x[i])
    products[i < n] = prod[j < i](x[j])
    norms[i < n] = norm[j < i + 1](x[j])
    means[i < n] = mean[j < i + 1](x[j]^2)
    pairs[i < n] = sum[j < i, k < j + 1](x[j] * x[k]^2)
    softs[i < n] = logsumexp[j < i + 1](x[j])
    return sums, products, norms, means, pairs, softs
}""", over_none, sizes={"n": 4}, extra=": jacobian", x=uniform(4))
case("", over_none, name="over_none", sizes={"n": 1}, x=uniform(1))
case("""extremes(x: [n]) {
    most[i < n] = max[j < i](x[j])
    least[i < n] = min[j < i](x[j])
    none[i < n] = logsumexp[j < i](x[j])
    some[i < n] = real(any[j < i](x[j] > 0))
    every[i < n] = real(all[j < i](x[j] > 0))
    first[i < n] = argmax[j < i + 1](x[j])
    return most, least, none, some, every, first
}""", lambda x: {"most": np.array([max(x[:i], default=-np.inf) for i in range(len(x))]), "least": np.array([min(x[:i], default=np.inf) for i in range(len(x))]),
                 "none": np.array([special.logsumexp(x[:i]) if i else -np.inf for i in range(len(x))]), "some": np.array([float(any(x[:i] > 0)) for i in range(len(x))]),
                 "every": np.array([float(all(x[:i] > 0)) for i in range(len(x))]), "first": np.array([np.argmax(x[:i + 1]) for i in range(len(x))])}, wrt=[], sizes={"n": 4}, x=uniform(4))
case("""arg_of_none(x: [n]) {
    k[i < n] = argmin[j < i](x[j])
    return k
}""", wrt=[], sizes={"n": 3}, x=uniform(3), status=3)
case("""on_the_left(x: [n]) {
    y[i < n, j < i + 1] = x[i] * x[j]^2
    return y
}""", lambda x: np.tril(np.outer(x, x**2)), outputs=["y"], sizes={"n": 4}, extra=": jacobian", x=uniform(4))
case("""in_loop(x: [n]) {
    s = 0
    for t in 0..n {
        s = s + x[t] * sum[j < t](x[j]^2 * (j + 1))
        s = s * cos(sum[j < t + 1, k < j](x[k]))
    }
    return s
}""", lambda x: __import__("functools").reduce(lambda s, t: (s + x[t] * sum(x[j]**2 * (j + 1) for j in range(t))) * np.cos(sum(x[k] for j in range(t + 1) for k in range(j))), range(len(x)), 0.0), outputs=["s"], sizes={"n": 4}, extra=": jvp", x=uniform(4, -1, 1))

group("solvers", 'import "solvers"')
solvers.add_cases(case, uniform)

# ---- Given inputs ----

group("given")
case("""counts(y: [n], X: [n, p], b: [p], s) {
    eta = X @ b
    gram = X' @ X
    return ll = sum(y * eta - exp(eta) - lgamma(y + 1)) * s - dot(b, gram @ b) * exp(sum(cos(y)))
}""", lambda y, X, b, s: np.sum(y * (X @ b) - np.exp(X @ b) - special.gammaln(y + 1)) * s - b @ X.T @ X @ b * np.exp(np.sum(np.cos(y))),
     outputs=["ll"], sizes={"n": 5, "p": 2}, wrt=["b", "s"], extra=" given y, X: hessian, jacobian, jvp, hvp", y=uniform(5, 0.5, 3), X=uniform((5, 2), -1, 1), b=uniform(2, -1, 1), s=0.75)
case("""systems(A: [n, n], b: [n], B: [m, n]) {
    x = solve(A, b)
    y = solve(A', B' * b[:, new])
    u = (logdet(A) + det(A)) * sum(b^3) + sum(cholesky(A @ A' + eye(n)) @ b)
    return x, y, u
}""", lambda A, b, B: {"x": np.linalg.solve(A, b), "y": np.linalg.solve(A.T, B.T * b[:, None]),
                       "u": (np.linalg.slogdet(A)[1] + np.linalg.det(A)) * np.sum(b**3) + np.sum(np.linalg.cholesky(A @ A.T + np.eye(len(A))) @ b)},
     sizes={"n": 4, "m": 2}, wrt=["b"], extra=" given A, B: jacobian, jvp", tolerance=1e-8, tolerance32=5e-3, A=uniform((4, 4)) + 3 * np.eye(4)[[1, 2, 3, 0]], b=uniform(4), B=uniform((2, 4)))
case("", name="systems", sizes={"n": 2, "m": 1}, wrt=["b"], status=4, A=np.array([[1.0, 2], [2, 4]]), b=uniform(2), B=uniform((1, 2)))
case("""batched(A: [q, n, n], b: [q, n]) {
    x = solve(A, b[:, :, new])
    return s = sum(x^2)
}""", lambda A, b: np.sum(np.linalg.solve(A, b[:, :, None])**2), outputs=["s"], sizes={"q": 2, "n": 3}, wrt=["b"], extra=" given A: hessian",
     tolerance=1e-8, tolerance32=5e-3, A=uniform((2, 3, 3)) + 2 * np.eye(3), b=uniform((2, 3)))
def in_rounds_given(x, w, k, j):
    s = 0.0
    for t in range(len(x)):
        s = s * 0.5 + np.exp(x[t])
    v = 0 * w
    for t in range(len(x)):
        v = np.tanh(v + w * s * x[j[t]] + x[k] + np.sum(np.cos(x)))
    v = v * 2 if np.sum(np.sin(x)) > 0 else v + np.exp(x)
    r = np.where((np.cumsum(x) > 0.1) & (x < 4), v, -v)
    return {"v": v, "o": np.exp(x), "c": float(np.any(np.exp(x) > 2)) * np.sum(w), "i": np.argmax(np.exp(x)), "r": r * r}
case("""in_rounds(x: [n], w: [n], k: int, j: int[n]) {
    require all(x > -3), "x is small"
    require k < 3
    s = 0
    for t in 0..n { s = s * 0.5 + exp(x[t]) }
    v = 0 * w
    for t in 0..n {
        require x[t] < 3
        v = tanh(v + w * s * x[j[t]] + x[k] + sum(cos(x)))
        require v[0] < 5
    }
    if sum(sin(x)) > 0 { v = v * 2 } else { v = v + exp(x) }
    m = cumsum(x) > 0.1 and x < 4
    r = if m then v else -v
    return v, o = exp(x), c = real(any(exp(x) > 2)) * sum(w), i = argmax(exp(x)), r = r * r
}""", in_rounds_given, sizes={"n": 4}, wrt=["w"], extra=" given x, k, j: jvp", x=uniform(4, -1, 1.5), w=uniform(4, -0.5, 0.5), k=1, j=np.array([3, 0, 3, 1]))
for k, j, low, status in (-1, 0, 0, 3), (3, 0, 0, 5), (1, 4, 0, 3), (1, 0, -4, 5), (1, 0, 3.5, 5):
    case("", name="in_rounds", sizes={"n": 4}, wrt=["w"], status=status, late=True, x=np.array([0.5, 1, low, 1]), w=uniform(4, -0.5, 0.5), k=k, j=np.array([3, j, 3, 1]))
case("nothing_kept(x: [n], y: [n]) = sum(2 * x * y)", lambda x, y: np.sum(2 * x * y), sizes={"n": 3}, wrt=["y"], extra=" given x", x=uniform(3), y=uniform(3, key="y"))
case("single_numbers(a, b, c) = exp(a) * b + lgamma(b * exp(c)) + a^2", lambda a, b, c: np.exp(a) * b + special.gammaln(b * np.exp(c)) + a**2,
     wrt=["b"], extra=" given a, c: hessian", a=0.5, b=0.75, c=-0.25)
case("""descends(w: [n], d: [m, n], lr) {
    loss = sum((d' @ d @ w)^2)
    update w = w - lr * grad(loss, w)
    return loss
}""", lambda w, d, lr: {"loss": np.sum((d.T @ d @ w)**2)}, sizes={"n": 2, "m": 3}, updates={"w": uniform(2) - 0.125 * 2 * (uniform((3, 2)).T @ uniform((3, 2))) @ (uniform((3, 2)).T @ uniform((3, 2)) @ uniform(2))},
     extra=" given d", w=uniform(2), d=uniform((3, 2)), lr=0.125)
text("""group Layer { w: [n]; b: [n] }""")
case("""grouped(p: Layer, q: Layer, z: [n]) = sum(exp(p.w) * q.w * z^3) + sum(z * sin(p.b) / q.b)""",
     lambda p_w, p_b, q_w, q_b, z: np.sum(np.exp(p_w) * q_w * z**3) + np.sum(z * np.sin(p_b) / q_b), sizes={"n": 3}, wrt=["z"], extra=" given p, q.w: hessian",
     p_w=uniform(3, -1, 1), p_b=uniform(3), q_w=uniform(3, key="q"), q_b=uniform(3, 0.5, 2), z=uniform(3, key="z"))
case("""fixed_given(x: [3, 2], p: [2]) = sum(log(exp(x) @ exp(p)) * cos(x[:, 0]))""", lambda x, p: np.sum(np.log(np.exp(x) @ np.exp(p)) * np.cos(x[:, 0])), wrt=["p"],
     extra=" given x: sparse_hessian, sparse_jacobian, hessian, jacobian", x=uniform((3, 2), -1, 1), p=uniform(2, -1, 1))

write()
