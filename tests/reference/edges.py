"""Writes tests/run/edges.nn and edges.case, edges32.nn and edges32.case: the element-wise functions of the language and
their derivatives at zeros, subnormal and largest numbers, infinities, NaN, ties and kinks, in float64 and float32. Values
by mpmath, to 60 digits; what it has no word on, by IEEE 754 and by the language: the derivative at a kink, the limits at
infinity. A derivative outside of the domain, or that does not exist, is not asked for.

    python3 tests/reference/edges.py
"""
import math
import os
import struct

import mpmath as mp
from mpmath import mpf

HERE = os.path.dirname(os.path.abspath(__file__))
mp.mp.dps = 60
INF, NAN = math.inf, math.nan
SKIP = None


def near(x):
    """By rounding to the nearest, ties to even."""
    return mp.nint(x)


def erfc(x):
    return mp.erfc(x) if abs(x) < 1000 else mpf(2 if x < 0 else 0)


def sigmoid(x):
    return 1 / (1 + mp.exp(-x)) if x >= 0 else mp.exp(x) / (1 + mp.exp(x))


def gelu_tanh(x):
    return x / 2 * (1 + mp.tanh(mp.sqrt(2 / mp.pi) * (x + mpf("0.044715") * x**3)))


def gelu_tanh_slope(x):
    u = mp.sqrt(2 / mp.pi) * (x + mpf("0.044715") * x**3)
    return (1 + mp.tanh(u)) / 2 + x / 2 * mp.sech(u) ** 2 * mp.sqrt(2 / mp.pi) * (1 + 3 * mpf("0.044715") * x**2)


def density(x):
    return mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


def choice(x, below, above, at):
    return below if x < 0 else above if x > 0 else at


ALPHA, SCALE = mpf("1.6732632423543772"), mpf("1.0507009873554805")
ROOT = 2 / mp.sqrt(mp.pi)
# Name, value and derivative where both are finite reals, and at -inf and at inf; where the domain begins and ends.
FUNCTIONS = [
    ("exp", mp.exp, mp.exp, (0, 0), (INF, INF)),
    ("expm1", mp.expm1, mp.exp, (-1, 0), (INF, INF)),
    ("log", mp.log, lambda x: 1 / x, SKIP, (INF, 0), 0),
    ("log1p", mp.log1p, lambda x: 1 / (1 + x), SKIP, (INF, 0), -1),
    ("sqrt", mp.sqrt, lambda x: 1 / (2 * mp.sqrt(x)), SKIP, (INF, 0), 0),
    ("sin", mp.sin, mp.cos, (NAN, NAN), (NAN, NAN)),
    ("cos", mp.cos, lambda x: -mp.sin(x), (NAN, NAN), (NAN, NAN)),
    ("tan", mp.tan, lambda x: 1 + mp.tan(x) ** 2, (NAN, NAN), (NAN, NAN)),
    ("asin", mp.asin, lambda x: 1 / mp.sqrt(1 - x * x), SKIP, SKIP, -1, 1),
    ("acos", mp.acos, lambda x: -1 / mp.sqrt(1 - x * x), SKIP, SKIP, -1, 1),
    ("atan", mp.atan, lambda x: 1 / (1 + x * x), (-math.pi / 2, 0), (math.pi / 2, 0)),
    ("sinh", mp.sinh, mp.cosh, (-INF, INF), (INF, INF)),
    ("cosh", mp.cosh, mp.sinh, (INF, -INF), (INF, INF)),
    ("tanh", mp.tanh, lambda x: mp.sech(x) ** 2, (-1, 0), (1, 0)),
    ("asinh", mp.asinh, lambda x: 1 / mp.sqrt(1 + x * x), (-INF, 0), (INF, 0)),
    ("acosh", mp.acosh, lambda x: 1 / mp.sqrt(x * x - 1), SKIP, (INF, 0), 1),
    ("atanh", mp.atanh, lambda x: 1 / (1 - x * x), SKIP, SKIP, -1, 1),
    ("erf", mp.erf, lambda x: ROOT * mp.exp(-x * x), (-1, 0), (1, 0)),
    ("erfc", erfc, lambda x: -ROOT * mp.exp(-x * x), (2, 0), (0, 0)),
    ("lgamma", lambda x: mp.loggamma(x), lambda x: mp.digamma(x), SKIP, (INF, INF), 0),
    ("digamma", mp.digamma, lambda x: mp.polygamma(1, x), SKIP, (INF, 0), 0),
    ("abs", abs, lambda x: choice(x, -1, 1, 0), (INF, -1), (INF, 1)),
    ("sign", mp.sign, lambda x: mpf(0), (-1, 0), (1, 0)),
    ("floor", mp.floor, lambda x: mpf(0), (-INF, 0), (INF, 0)),
    ("ceil", mp.ceil, lambda x: mpf(0), (-INF, 0), (INF, 0)),
    ("round", near, lambda x: mpf(0), (-INF, 0), (INF, 0)),
    ("sigmoid", sigmoid, lambda x: sigmoid(x) * sigmoid(-x), (0, 0), (1, 0)),
    ("log_sigmoid", lambda x: -mp.log1p(mp.exp(-x)) if x > -40 else x - mp.log1p(mp.exp(x)), lambda x: sigmoid(-x), (-INF, 1), (0, 0)),
    ("softplus", lambda x: mp.log1p(mp.exp(x)) if x < 40 else x + mp.log1p(mp.exp(-x)), sigmoid, (0, 0), (INF, 1)),
    ("relu", lambda x: max(x, mpf(0)), lambda x: choice(x, 0, 1, 0), (0, 0), (INF, 1)),
    ("leaky_relu", lambda x: choice(x, x / 100, x, 0), lambda x: choice(x, mpf(1) / 100, 1, SKIP), (-INF, 0.01), (INF, 1)),
    ("elu", lambda x: choice(x, mp.expm1(x), x, 0), lambda x: choice(x, mp.exp(x), 1, 1), (-1, 0), (INF, 1)),
    ("selu", lambda x: SCALE * choice(x, ALPHA * mp.expm1(x), x, 0), lambda x: SCALE * choice(x, ALPHA * mp.exp(x), 1, ALPHA),
     (float(-SCALE * ALPHA), 0), (INF, float(SCALE))),
    ("gelu", lambda x: x / 2 * erfc(-x / mp.sqrt(2)), lambda x: erfc(-x / mp.sqrt(2)) / 2 + x * density(x), SKIP, SKIP),
    ("gelu_tanh", gelu_tanh, gelu_tanh_slope, SKIP, SKIP),
    ("silu", lambda x: x * sigmoid(x), lambda x: sigmoid(x) * (1 + x * sigmoid(-x)), SKIP, SKIP),
    ("hardtanh", lambda x: max(min(x, mpf(1)), mpf(-1)), lambda x: SKIP if abs(x) == 1 else mpf(abs(x) < 1), (-1, 0), (1, 0)),
    ("softsign", lambda x: x / (1 + abs(x)), lambda x: 1 / (1 + abs(x)) ** 2, SKIP, SKIP),
    ("huber", lambda x: x * x / 2 if abs(x) <= 1 else abs(x) - mpf(1) / 2, lambda x: max(min(x, mpf(1)), mpf(-1)), (INF, -1), (INF, 1)),
]
# What float64 gives only relative to 1, since the formula of the language takes a difference of 1 and what is near it.
RELATIVE_TO_ONE = {"expm1", "sigmoid", "tanh", "gelu", "gelu_tanh", "silu", "log_sigmoid", "selu", "elu", "acos", "acosh", "sin", "cos", "tan",
                   "asin", "atanh", "lgamma", "digamma", "log", "erfc", "softplus"}
# Derivatives that square x, which is beyond all numbers where x is beyond the root of the largest; nor is atan2 asked for
# where the sum of the squares of its arguments is, or is 0.
SQUARES = {"asinh", "gelu_tanh"}


def pairs(big, root, tiny):
    """Of functions of two: name, a, b, value, derivatives; None where it is not asked for."""
    yield from [("max", 1, 1, 1, 1, 0), ("max", 0.0, -0.0, 0, 1, 0), ("max", -INF, -INF, -INF, 1, 0), ("max", INF, big, INF, 1, 0),
                ("max", -big, big, big, 0, 1), ("max", NAN, 1, NAN, SKIP, SKIP), ("max", 1, NAN, NAN, SKIP, SKIP),
                ("min", 1, 1, 1, 1, 0), ("min", -0.0, 0.0, 0, 1, 0), ("min", INF, INF, INF, 1, 0), ("min", -INF, -big, -INF, 1, 0),
                ("min", tiny, -tiny, -tiny, 0, 1), ("min", NAN, 1, NAN, SKIP, SKIP), ("min", 1, NAN, NAN, SKIP, SKIP),
                ("atan2", 0.0, 1, 0, 1, 0), ("atan2", 0.0, -1, math.pi, -1, 0), ("atan2", 1, 0.0, math.pi / 2, 0, -1),
                ("atan2", tiny, 1, tiny, 1, -tiny), ("atan2", 1, INF, 0, SKIP, SKIP), ("atan2", root / 4, root / 4, math.pi / 4, 2 / root, -2 / root),
                ("atan2", 4 / root, 4 / root, math.pi / 4, root / 8, -root / 8), ("atan2", NAN, 1, NAN, NAN, NAN),
                ("logaddexp", -INF, -INF, -INF, 0, 0), ("logaddexp", INF, 1, INF, 1, 0), ("logaddexp", -INF, 1, 1, 0, 1),
                ("logaddexp", 0.0, -0.0, math.log(2), 0.5, 0.5), ("logaddexp", big, -big, big, 1, 0),
                ("logaddexp", big, 1, big, 1, 0), ("logaddexp", NAN, 1, NAN, SKIP, SKIP), ("logaddexp", 1, NAN, NAN, SKIP, SKIP),
                ("pow", 0.0, 2, 0, 0, SKIP), ("pow", 0.0, 1, 0, 1, SKIP), ("pow", 0.0, 0.0, 1, 0, SKIP), ("pow", -2, 3, -8, 12, SKIP),
                ("pow", 1, big / 4, 1, big / 4, 0), ("pow", big, 0.0, 1, 0, math.log(big)), ("pow", big, 2, INF, INF, INF),
                ("pow", NAN, 2, NAN, NAN, SKIP), ("pow", INF, 0.5, INF, 0, INF), ("pow", 2, -INF, 0, SKIP, SKIP), ("pow", -1, 0.5, NAN, SKIP, SKIP)]


def text(x):
    return "nan" if math.isnan(x) else repr(float(x))


def rounded(x, single):
    """To the nearest number of the precision; beyond the largest, infinity."""
    if not isinstance(x, mpf) and not isinstance(x, int):
        x = float(x)
    if isinstance(x, float) and not math.isfinite(x):
        return x
    x = mpf(x)
    digits, least, largest = (24, -149, mpf(2) ** 128) if single else (53, -1074, mpf(2) ** 1024)
    if x == 0:
        return 0.0
    ulp = mpf(2) ** max(int(mp.floor(mp.log(abs(x), 2))) - digits + 1, least)
    x = mp.nint(x / ulp) * ulp
    return (INF if x > 0 else -INF) if abs(x) >= largest else float(x)


def write(name, single, header):
    big = struct.unpack("f", b"\xff\xff\x7f\x7f")[0] if single else 1.7976931348623157e308
    tiny, subnormal, least = (2.0**-126, 2.0**-130, 2.0**-149) if single else (2.0**-1022, 2.0**-1030, 5e-324)
    root = rounded(mp.sqrt(mpf(big)), single)
    points = [0.0, least, subnormal, tiny, 2.0**-30, 0.25, 0.5, 1, 1.5, 2.5, 8, 30, 90 if single else 720, root, root * 2.0**20, big / 2, big]
    points += [-x for x in points]
    lines, programs = [], []
    copies = 9  # a vector of eight and the rest

    def case(label, function, inputs, value, derivatives, floor):
        lines.extend([f"case {label}", f"function {function}", "rough", f"size n {copies}"] if single else
                     [f"case {label}", f"function {function}", "rough", "double", f"size n {copies}"])
        lines.append(f"least {floor!r}")
        lines.append("tolerance32 4e-6" if single else "tolerance 1e-13")
        for variable, x in inputs:
            lines.append(f"input {variable} " + f"{text(x)} *{copies}")
        lines.append("seed y " + f"1 *{copies}")
        lines.append("output y " + f"{text(value)} *{copies}")
        for (variable, _), d in zip(inputs, derivatives):
            if d is not SKIP:
                lines.append(f"gradient {variable} " + f"{text(d)} *{copies}")

    for function, value, slope, low, high, *domain in FUNCTIONS:
        programs.append(f"{function}_at(x: [n]) {{\n    return y = {function}(x)\n}}\nexport {function}_at wrt x")
        begin, end = domain[0] if domain else -INF, domain[1] if len(domain) > 1 else INF
        floor = 1.0 if function in RELATIVE_TO_ONE else 2.0**-100 if single else 2.0**-960
        for number, x in enumerate(points):
            if not begin < x < end or (function == "silu" and abs(x) == big):
                continue
            v, d = value(mpf(x)), slope(mpf(x))
            if function in SQUARES and abs(x) > root:
                continue
            case(f"{function}_{number}", f"{function}_at", [("x", x)], rounded(v, single),
                 [SKIP if d is SKIP else rounded(d, single)], floor)
        for label, x, at in ("below", -INF, low), ("above", INF, high):
            if at is not SKIP:
                case(f"{function}_{label}", f"{function}_at", [("x", x)], rounded(at[0], single), [rounded(at[1], single)], floor)
            elif x > end or x < begin:
                if function != "lgamma" and function != "digamma":
                    case(f"{function}_{label}", f"{function}_at", [("x", x)], NAN, [SKIP], floor)
        case(f"{function}_nan", f"{function}_at", [("x", NAN)], NAN,
             [0 if function in ("floor", "ceil", "round", "sign") else SKIP], floor)
    for number, (function, a, b, value, d_a, d_b) in enumerate(pairs(big, root, tiny)):
        call = f"{function}(a, b)" if function != "pow" else "a^b"
        if not any(program.startswith(f"{function}_at") for program in programs):
            programs.append(f"{function}_at(a: [n], b: [n]) {{\n    return y = {call}\n}}\nexport {function}_at wrt a, b")
        case(f"{function}_{number}", f"{function}_at", [("a", a), ("b", b)], rounded(value, single),
             [d if d is SKIP else rounded(d, single) for d in (d_a, d_b)], 2.0**-100 if single else 2.0**-960)
    folder = os.path.join(HERE, "..", "run")
    with open(os.path.join(folder, name + ".nn"), "w") as out:
        out.write(f"# {name}.nn: written by tests/reference/edges.py\n{header}\n" + "\n".join(programs) + "\n")
    with open(os.path.join(folder, name + ".case"), "w") as out:
        out.write(f"# {name}.case: written by tests/reference/edges.py\n" + "\n".join(lines) + "\n")


write("edges", False, "")
write("edges32", True, "precision float32\n")
