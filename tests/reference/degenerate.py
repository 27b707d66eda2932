"""Writes tests/run/degenerate.nn and degenerate.case: functions at points where a formula taken at its word gives 0/0,
0 times infinity or a lost term, with what mathematics says of them: value, gradient and Hessian, worked out by hand.

    python3 tests/reference/degenerate.py
"""
import os

import numpy as np
from scipy import special

HERE = os.path.dirname(os.path.abspath(__file__))
INF = float("inf")
programs, cases = [], []
written = {}


def words(values):
    return " ".join(repr(float(v)) if np.isfinite(v) else str(float(v)) for v in np.ravel(values))


def function(name, text):
    """The function's name: that of the same one, if it has been written before."""
    if text not in written:
        written[text] = name
        programs.append(text.replace("NAME", name))
    return written[text]


def case(name, signature, expression, wrt, inputs, value, gradient, hessian=None, sizes=None, body=""):
    """The value, its gradient by wrt and, unless None, the Hessian: as results of a function, and by its entry."""
    second = "" if hessian is None else f", H = jacobian(g, {wrt})"
    alone = function(f"{name}_alone",
                     f"NAME({signature}) {{\n{body}    return y = {expression}\n}}\nexport NAME wrt {wrt}")
    whole = function(name, f"NAME({signature}) {{\n{body}    y = {expression}\n    g = grad(y, {wrt})\n"
                           f"    return y, g{second}\n}}\nexport NAME")
    given = [f"size {n} {k}" for n, k in (sizes or {}).items()] + [f"input {n} {words(v)}" for n, v in inputs.items()]
    given.append(f"output y {words(value)}")
    lines = [f"# {name}", f"case {whole}"] + given + [f"output g {words(gradient)}"]
    if hessian is not None:
        lines.append(f"output H {words(hessian)}")
    cases.append("\n".join(lines))
    cases.append("\n".join([f"case {alone}", "rough"] + given + [f"gradient {wrt} {words(gradient)}"]))


def eye(n, factor=1.0):
    return factor * np.eye(n)


N2, N3, N4 = {"n": 2}, {"n": 3}, {"n": 4}
zero2 = {"x": [0, 0]}

# ---- Norms ----
# Eigenvalues m + r and m - r of [[a, b], [b, c]]: their squares add up to a^2 + 2 b^2 + c^2.
case("eigenvalues", "x: [3]", "(m + r)^2 + (m - r)^2", "x", {"x": [2, 0, 2]}, 8, [4, 0, 4], np.diag([2, 4, 2]),
     body="    r = ||[0.5 * (x[0] - x[2]), x[1]]||\n    m = 0.5 * (x[0] + x[2])\n")
case("eigenvalues_by_root", "x: [3]", "(m + r)^2 + (m - r)^2", "x", {"x": [2, 0, 2]}, 8, [4, 0, 4], np.diag([2, 4, 2]),
     body="    r = sqrt(0.25 * (x[0] - x[2])^2 + x[1]^2)\n    m = 0.5 * (x[0] + x[2])\n")
rows = np.zeros((2, 2, 2, 2))
for i in range(2):
    for j in range(2):
        rows[i, j, i, j] = 2
case("rows", "x: [m, n]", "sum(norm(x, axis = 1)^2)", "x", {"x": [0, 0, 3, 4]}, 25, [0, 0, 6, 8], rows, {"m": 2, "n": 2})
case("rows_by_index", "x: [m, n]", "sum(r^2)", "x", {"x": [0, 0, 3, 4]}, 25, [0, 0, 6, 8], rows, {"m": 2, "n": 2},
     body="    r[i] = norm[j](x[i, j])\n")
case("norm_cubed", "x: [n]", "||x||^3", "x", zero2, 0, [0, 0], np.zeros((2, 2)), N2)
case("norm_squared", "x: [n]", "norm(x)^2", "x", zero2, 0, [0, 0], eye(2, 2), N2)
case("norm_to_the_fourth", "x: [n]", "3 * norm(x)^2 + norm(x)^4", "x", zero2, 0, [0, 0], eye(2, 6), N2)
case("norm_alone", "x: [n]", "||x||", "x", zero2, 0, [0, 0], np.zeros((2, 2)), N2)
case("cosine_of_norm", "x: [n]", "cos(||x||)", "x", zero2, 1, [0, 0], eye(2, -1), N2)
case("cosine_of_root", "x: [n]", "cos(sqrt(x @ x))", "x", zero2, 1, [0, 0], None, N2)
case("quotient_by_norm", "x: [n]", "1 / (1 + ||x||^2) + 1 / (1 + norm(x)^2)", "x", zero2, 2, [0, 0], eye(2, -4), N2)
case("root_of_squares", "x: [n]", "sqrt(sum(x^2))", "x", zero2, 0, [0, 0], np.zeros((2, 2)), N2)
case("root_of_mean_square", "x: [n]", "3 * sqrt(mean(x * x))", "x", zero2, 0, [0, 0], np.zeros((2, 2)), N2)
case("root_squared", "x: [n]", "sqrt(mean(x^2))^2", "x", zero2, 0, [0, 0], eye(2, 1), N2)
case("power_of_distance", "x: [n], z: [n]", "sum((x - z)^2)^1.5", "x", {"x": [1, 2], "z": [1, 2]}, 0, [0, 0],
     np.zeros((2, 2)), N2)
for p, value, second in ((0, 1, 0), (0.5, 0, 0), (1, 0, 2), (1.5, 0, 0), (2, 0, 0), (3, 0, 0)):
    case(f"power_of_squares_{2 * p:.0f}", "x: [n], p", "sum(x^2)^p", "x", {"x": [0, 0], "p": p}, value, [0, 0],
         eye(2, second), N2)
case("square_of_magnitude", "x", "|x|^2 + cosh(|x|)", "x", {"x": 0}, 1, 0, 3)
case("cube_of_magnitude", "x", "|x|^3", "x", {"x": 0}, 0, 0, 0)
case("cube_of_magnitude_2", "x", "|x|^3", "x", {"x": -2}, 8, -12, 12)

# ---- Powers of 0 ----
for p, value, first, second in ((0, 1, 0, 0), (1, 0, 1, 0), (1.5, 0, 0, INF), (2, 0, 0, 2), (3, 0, 0, 0)):
    case(f"power_{2 * p:.0f}_of_0", "x, p", "x^p", "x", {"x": 0, "p": p}, value, first, second)
    case(f"power_{2 * p:.0f}_of_0_fixed", "x", f"x^{p}", "x", {"x": 0}, value, first, second)

# x ln(1 + x) and its derivative are 0 at 0, its second derivative is 2.
case("power_by_its_base", "x", "(1 + x)^x", "x", {"x": 0}, 1, 0, 2)
# Slopes of series: J1 = x/2 - x^3/16 + ..., and I1 with plus.
programs.append("slopes_of_j1(x) {\n    a = grad(j1(x), x)\n    b = grad(a, x)\n    return a, b, c = grad(b, x)\n}\n"
                "export slopes_of_j1")
cases.append("case slopes_of_j1\ninput x 0\noutput a 0.5\noutput b 0\noutput c -0.375")
x = 2.0**-20
cases.append(f"case slopes_of_j1\ninput x {x}\noutput a {0.5 - 3 / 16 * x**2}\noutput b {-0.375 * x}\noutput c -0.375")

# ---- Spread ----
equal = {"x": [3, 3, 3, 3]}
case("spread_of_equals", "x: [n]", "std(x)", "x", equal, 0, [0] * 4, np.zeros((4, 4)), N4)
case("spread_squared", "x: [n]", "std(x)^2", "x", equal, 0, [0] * 4, 2 / 4 * (np.eye(4) - 1 / 4), N4)
case("standardised", "x: [n]", "sum((x - mean(x)) / (std(x) + 1e-5))", "x", {"x": [1] * 4}, 0, [0] * 4, None, N4)
case("spread_of_rows", "x: [m, n]", "sum(std(x, axis = 1, keepdims = true) * x)", "x", {"x": [1, 1, 3, 4]}, 3.5,
     [0, 0, -3, 4], None, {"m": 2, "n": 2})

# ---- Sums of exponentials ----
def logsumexp_case(name, x, value, gradient, **more):
    case(name, "x: [n]", "logsumexp(x)", "x", {"x": x}, value, gradient, sizes={"n": len(x)}, **more)


logsumexp_case("nothing_to_reach", [-INF, -INF], -INF, [0, 0], hessian=np.zeros((2, 2)))
logsumexp_case("some_to_reach", [-INF, 0, 0], np.log(2), [0, 0.5, 0.5],
               hessian=[[0, 0, 0], [0, 0.25, -0.25], [0, -0.25, 0.25]])
case("infinite", "x: [n]", "stop_gradient(logsumexp(x))", "x", {"x": [INF, 1]}, INF, [0, 0], None, N2)
table = {"x": [-INF, -INF, 0, 0]}
case("unreachable_row", "x: [m, n]", "logsumexp(logsumexp(x, axis = 1))", "x", table, np.log(2), [0, 0, 0.5, 0.5], None,
     {"m": 2, "n": 2})
case("unreachable_by_index", "x: [m, n]", "logsumexp(r)", "x", table, np.log(2), [0, 0, 0.5, 0.5], None, {"m": 2, "n": 2},
     body="    r[i] = logsumexp[j](x[i, j])\n")
case("unreachable_weights", "x: [m, 2]", "sum(softmax(x, axis = 1) @ [1, 3])", "x", table, 2, [0, 0, -0.5, 0.5],
     None, {"m": 2})
case("unreachable_pair", "x: [2]", "exp(logaddexp(x[0], x[1])) + 1", "x", {"x": [-INF, -INF]}, 1, [0, 0])

# ---- What is not read ----
log2 = np.log(2)
case("read_one", "x: [n]", "log(x)[0]", "x", {"x": [2, 0, -1]}, log2, [0.5, 0, 0], np.diag([-0.25, 0, 0]), N3)
case("read_slice", "x: [n]", "sum(sqrt(x)[1:])", "x", {"x": [0, 4, 1]}, 3, [0, 0.25, 0.5], np.diag([0, -1 / 32, -1 / 4]), N3)
case("read_back", "x: [n]", "sum(flip(log(x))[::2])", "x", {"x": [1, 0, 2]}, log2, [1, 0, 0.5], None, N3)
case("read_rolled", "x: [n]", "sum(roll(log(x), 1)[2:])", "x", {"x": [1, 2, 0]}, log2, [0, 0.5, 0], None, N3)
case("read_parts", "x: [n]", "sum(concat(log(x)[:1], log(x)[2:]))", "x", {"x": [1, 0, 2]}, log2, [1, 0, 0.5], None, N3)
case("read_padded", "x: [n]", "sum(pad(log(x), 1, 1)[:2])", "x", {"x": [2, 0, 0]}, log2, [0.5, 0, 0], None, N3)
case("read_running", "x: [n]", "sum(cumsum(log(x))[:2])", "x", {"x": [1, 2, 0]}, log2, [2, 0.5, 0], None, N3)
case("read_diagonal", "x: [n, n]", "trace(log(x))", "x", {"x": [1, 0, 0, 2]}, log2, [1, 0, 0, 0.5], None, N2)
case("read_triangle", "x: [n, n]", "sum(tril(log(x)))", "x", {"x": [1, 0, 2, 1]}, log2, [1, 0, 0.5, 1], None, N2)
case("read_gathered", "x: [n], k: int[m]", "sum((1 / x)[k])", "x", {"x": [0, 4, 2], "k": [1, 1]}, 0.5, [0, -0.125, 0],
     None, {"n": 3, "m": 2})
case("read_picked", "x: [m, n], k: int[m]", "sum(pick(log(x), k))", "x", {"x": [0, 1, 2, 0], "k": [1, 0]}, log2,
     [0, 1, 0.5, 0], None, {"m": 2, "n": 2})
case("read_by_index", "x: [n]", "sum[i < 2](y[i])", "x", {"x": [1, 2, 0]}, log2, [1, 0.5, 0], None, N3,
     body="    y = log(x)\n")
case("read_largest", "x: [n]", "max(log(x))", "x", {"x": [0, 1, 2]}, log2, [0, 0, 0.5], None, N3)
case("read_larger", "x: [n]", "sum(max(log(x), -1) + max(sqrt(x), 0.5))", "x", {"x": [0, 1]}, 0.5, [0, 1.5], None, N2)
case("read_clipped", "x: [n]", "sum(clip(log(x), -1, 1))", "x", {"x": [0, 1, 8]}, 0, [0, 1, 0], None, N3)
case("read_positive", "x: [3]", "sum(relu(sqrt(x)) * [1, 2, 3])", "x", {"x": [0, 4, 0]}, 4, [0, 0.5, 0])
case("read_behind_softplus", "x: [n]", "sum(softplus(log(x))[:2])", "x", {"x": [1, 2, 0]}, np.log(6), [0.5, 1 / 3, 0],
     None, N3)

# ---- Where a function that the derivative divides by has left the range of numbers ----
hazard = np.sqrt(2 / np.pi) / special.erfcx(20 * np.sqrt(2))
case("log_ndtr_far", "x: [n]", "sum(log_ndtr(x))", "x", {"x": [40, -40, 300]}, special.log_ndtr(-40), [0, hazard, 0],
     np.diag([0, -hazard * (hazard - 40), 0]), N3)

# Of an x far below the last digit of 1, where I_x(2, b) is x^2 / (2 B(2, b)).
case("beta_far", "b, x", "log(betainc(2, b, x))", "b", {"b": 3, "x": 1e-18}, np.log(6) - 36 * np.log(10), 1 / 3 + 1 / 4,
     -1 / 9 - 1 / 16)

# ---- Determinants of singular matrices ----
def minor(a, rows, columns):
    keep = [[k for k in range(len(a)) if k not in out] for out in (rows, columns)]
    return round(np.linalg.det(a[np.ix_(*keep)])) if keep[0] else 1  # of whole numbers


def determinant(name, a, fixed=False, stack=None):
    """The cofactors, and the cofactors of these, for matrices of whole numbers."""
    a = np.array(a, dtype=float)
    n = len(a)
    c, h = np.zeros((n, n)), np.zeros((n, n, n, n))
    for i, j, k, m in np.ndindex(n, n, n, n):
        c[i, j] = (-1)**(i + j) * minor(a, [i], [j])
        if i != k and j != m:
            h[i, j, k, m] = (-1)**(i + j + k + m) * ((k > i) == (m > j) or -1) * minor(a, [i, k], [j, m])
    shape = f"[{n}, {n}]" if fixed else "[n, n]"
    value = round(np.linalg.det(a))
    case(name, f"A: {shape}", "det(A)", "A", {"A": a}, value, c, h, None if fixed else {"n": n})
    if not fixed:  # beside a matrix that is not singular
        both = np.stack([a, np.eye(n)])
        hs = np.zeros((2, n, n, 2, n, n))
        hs[0, :, :, 0], hs[1, :, :, 1] = h, np.einsum("ij,kl->ijkl", np.eye(n), np.eye(n)) - np.einsum(
            "il,jk->ijkl", np.eye(n), np.eye(n))
        case(name + "_stacked", "A: [m, n, n]", "sum(det(A))", "A", {"A": both}, value + 1, np.stack([c, np.eye(n)]), hs,
             {"m": 2, "n": n})


one_short = [[1, 2, 3, 0], [4, 5, 6, 1], [7, 8, 9, 2], [1, 0, 0, 1]]
one_short = np.vstack([one_short[:3], np.array(one_short[0]) + one_short[1]])
for fixed in False, True:
    ending = "_fixed" if fixed else ""
    determinant("det_2" + ending, [[1, 2], [2, 4]], fixed)
    determinant("det_2_nilpotent" + ending, [[0, 1], [0, 0]], fixed)
    determinant("det_3" + ending, [[1, 2, 3], [4, 5, 6], [7, 8, 9]], fixed)
    determinant("det_3_of_ones" + ending, np.ones((3, 3)), fixed)
    determinant("det_3_of_zeros" + ending, np.zeros((3, 3)), fixed)
    determinant("det_4" + ending, one_short, fixed)
determinant("det_4_of_rank_2", np.diag([1, 2, 0, 0]))
determinant("det_5", np.add.outer(np.arange(5), np.arange(5)**2) + np.diag([1, 2, 3, 0, 0]))
# Larger ones: second differences, whose cofactors are whole numbers, and Laplacians of paths, each cofactor of which counts
# the spanning trees.
def second_differences(n):
    return 2 * np.eye(n) - np.eye(n, k=1) - np.eye(n, k=-1)


def path(n):
    a = second_differences(n)
    a[0, 0] = a[-1, -1] = 1
    return a


def large(name, a, value, cofactors):
    case(name, "A: [n, n]", "det(A)", "A", {"A": a}, value, cofactors, None, {"n": len(a)})


k = np.arange(1, 34)
large("det_33", second_differences(33), 34, np.minimum.outer(k, k) * (34 - np.maximum.outer(k, k)))
large("det_20_of_path", path(20), 0, np.ones((20, 20)))
large("det_20_of_two_paths", np.block([[path(12), np.zeros((12, 8))], [np.zeros((8, 12)), path(8)]]), 0, np.zeros((20, 20)))
large("det_20_of_ones", np.ones((20, 20)), 0, np.zeros((20, 20)))
large("det_20_of_zeros", np.zeros((20, 20)), 0, np.zeros((20, 20)))
programs.append("det_third(A: [n, n]) {\n    g = grad(det(A), A)\n    h = grad(sum(g * g'), A)\n"
                "    return t = grad(sum(h * A), A)\n}\nexport det_third")
# g = [[d, -c], [-b, a]], so sum(g * g') = a^2 + d^2 + 2 b c and t its gradient again, times 2.
cases.append("case det_third\nsize n 2\ninput A 1 2 2 4\noutput t 4 8 8 16")

# ---- Rules of functions of lists and of numbers that have a name ----
case("norm_of_list", "x: [2]", "||[x[0], 2 * x[1]]||", "x", {"x": [3, 2]}, 5, [0.6, 1.6])
case("weights_of_list", "x", "softmax([x, 0])[0] + sigmoid([x, x])[1] + relu([x, 1])[0]", "x", {"x": 0}, 1, 0.5)
programs.append("named_number(y) {\n    x = 2\n    s = x^3 * y + norm([x, 0])\n    return g = grad(s, x)\n}\nexport named_number")
cases.append("case named_number\ninput y 3\noutput g 37")

# ---- What is no number ----
densities = ["lognormal_lpdf(x, 1, 2)", "exponential_lpdf(x, 2)", "gamma_lpdf(x, 2, 1)", "inv_gamma_lpdf(x, 2, 1)",
             "weibull_lpdf(x, 2, 1)", "beta_lpdf(x, 2, 3)", "gamma_lcdf(x, 2, 1)", "inv_gamma_lccdf(x, 2, 1)",
             "weibull_lcdf(x, 2, 1)", "gammainc(2, x)", "gammaincc(2, x)", "normal_lpdf(x, 0, 1)"]
for i, density in enumerate(densities):
    programs.append(f"of_no_number_{i}(x) = stop_gradient({density})\nexport of_no_number_{i}")
    cases.append(f"case of_no_number_{i}\ninput x nan\noutput of_no_number_{i} nan")

with open(os.path.join(HERE, "../run/degenerate.nn"), "w") as file:
    file.write("# Written by tests/reference/degenerate.py.\n\nimport \"stats\"\n\n" + "\n".join(programs) + "\n")
with open(os.path.join(HERE, "../run/degenerate.case"), "w") as file:
    file.write("# Written by tests/reference/degenerate.py.\n\n" + "\n\n".join(cases) + "\n")
