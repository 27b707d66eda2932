"""The functions of the library file "stats", as library.py lists those of the library; values by SciPy."""
import numpy as np
from scipy import special, stats

V = "[n]" # n = 3
ANY, POSITIVE, UNIT = (-2, 2), (0.4, 3), (0.2, 0.8)


def continuous(name, parameters, ranges, at, call=None):
    """Density, and both distribution functions, of the distribution `at(parameters)`."""
    names = parameters.split()
    typed = "x: [n], " + ", ".join(f"{p}: [n]" if i == 0 else p for i, p in enumerate(names))
    specs = {"x": ((3,), *ranges[0])} | {p: ((3,) if i == 0 else (), *ranges[i + 1]) for i, p in enumerate(names)}
    arguments = ", ".join(["x", *names])
    for kind, method in ("lpdf", "logpdf"), ("lcdf", "logcdf"), ("lccdf", "logsf"):
        yield (f"{name}_{kind}", typed, f"{name}_{kind}({arguments})",
               lambda x, *p, method=method: np.sum(getattr(at(*p), method)(x)), specs)



def discrete(name, parameters, value, specs, k=(2, 0, 1)):
    typed = "k: int[n], " + ", ".join(f"{p}: {t}" if t else p for p, t in parameters)
    return (f"{name}_lpmf", typed, f"{name}_lpmf(k, {', '.join(p for p, _ in parameters)})", value, {"k": list(k), **specs})


def von_mises(x, mu, kappa):
    return np.sum(kappa * np.cos(x - mu) - np.log(2 * np.pi * special.i0(kappa)))


def von_mises_below(x, mu, kappa):
    """Of [-pi, x], as Stan has it; SciPy's goes on in whole turns from the mode."""
    below = stats.vonmises(kappa).cdf
    return below(x - mu) - below(-np.pi - mu)


def dirichlet(x, a):
    return np.sum(special.gammaln(a.sum(-1)) - special.gammaln(a).sum(-1) + ((a - 1) * np.log(x)).sum(-1))


def normals(x, mu, S):
    r = np.broadcast_to(x - mu, np.broadcast_shapes(x.shape, mu.shape)).reshape(-1, S.shape[0])
    return sum(-0.5 * v @ np.linalg.solve(S, v) - 0.5 * np.linalg.slogdet(2 * np.pi * S)[1] for v in r)


def factor(A):
    return np.tril(A, -1) + np.diag(np.exp(np.diag(A)))


def spd(A):
    return A @ A.T + np.eye(len(A))


def correlation_factor(A):
    L = np.tril(A, -1) + np.eye(len(A))
    return L / np.sqrt((L**2).sum(1, keepdims=True))


def lkj(L, eta):
    """The density of the matrix L L' is proportional to det^(eta - 1); the Jacobian of L L' is prod L_kk^(n - k); the
    constant is the product of those of the partial correlations' beta densities, n - k of them in the k-th tree of a vine."""
    n = len(L)
    constant = 0
    for k in range(1, n):
        b = eta + (n - 1 - k) / 2
        constant += (n - k) * (special.betaln(b, b) + (2 * b - 1) * np.log(2))
    return sum((n - 1 - k + 2 * eta - 2) * np.log(L[k, k]) for k in range(1, n)) - constant


def wishart(W, nu, S):
    return stats.wishart(nu, S).logpdf(W) if np.isscalar(nu) else wishart(W, float(nu), S)


def ordered(k, eta, c):
    cuts = np.concatenate([[-np.inf], c, [np.inf]])
    return np.sum(np.log(special.expit(eta - cuts[k]) - special.expit(eta - cuts[k + 1])))


def simplex(x):
    rest, y, jacobian = 1.0, [], 0.0
    for i, v in enumerate(x):
        z = special.expit(v - np.log(len(x) - i))
        jacobian += np.log(z * (1 - z) * rest)
        y.append(rest * z)
        rest = rest * (1 - z)
    return np.append(y, rest) * (1 + jacobian)


def ordered_values(x):
    return np.cumsum(np.append(x[:1], np.exp(x[1:]))) * (1 + x[1:].sum())


def cholesky_corr(x, n=3):
    z, at, jacobian = np.tanh(x), 0, np.sum(np.log(1 - np.tanh(x)**2))
    L = np.zeros((n, n))
    L[0, 0] = 1
    for i in range(1, n):
        left = 1.0
        for j in range(i):
            jacobian += 0.5 * np.log(left) if j else 0
            L[i, j] = z[at] * np.sqrt(left)
            left -= L[i, j]**2
            at += 1
        L[i, i] = np.sqrt(left)
    return L * (1 + jacobian)


HELPERS = """
times_one_more(y, j) = y * (1 + j)
positive(x) {
    y, j = to_positive(x)
    return y = times_one_more(y, j)
}
interval(x, lo, hi) {
    y, j = to_interval(x, lo, hi)
    return y = times_one_more(y, j)
}
simplex(x) {
    y, j = to_simplex(x)
    return y = times_one_more(y, j)
}
in_order(x) {
    y, j = to_ordered(x)
    return y = times_one_more(y, j)
}
correlation(x) {
    y, j = to_cholesky_corr(x, 3)
    return y = times_one_more(y, j)
}
lower(A: [n, n]) = if range(n) == range(n)[:, new] then exp(A) else tril(A)
unit_rows(A: [n, n]) {
    L = if range(n) == range(n)[:, new] then 1 else tril(A)
    return L = L / sqrt(sum(L^2, axis = 1, keepdims = true))
}
"""

K, L3 = [2, 0, 1], ((3,), -2, 2)
CALLS = [
    *continuous("normal", "mu sigma", (ANY, ANY, POSITIVE), lambda m, s: stats.norm(m, s)),
    *continuous("student_t", "nu mu sigma", (ANY, (1.5, 6), ANY, (0.6, 2)), lambda n, m, s: stats.t(n, m, s)),
    *continuous("cauchy", "mu sigma", (ANY, ANY, POSITIVE), lambda m, s: stats.cauchy(m, s)),
    *continuous("laplace", "mu sigma", (ANY, (3, 4), POSITIVE), lambda m, s: stats.laplace(m, s)),
    *continuous("logistic", "mu sigma", (ANY, ANY, POSITIVE), lambda m, s: stats.logistic(m, s)),
    *continuous("lognormal", "mu sigma", (POSITIVE, ANY, POSITIVE), lambda m, s: stats.lognorm(s, scale=np.exp(m))),
    *continuous("exponential", "beta", (POSITIVE, POSITIVE), lambda b: stats.expon(scale=1 / b)),
    *continuous("gamma", "alpha beta", (POSITIVE, POSITIVE, POSITIVE), lambda a, b: stats.gamma(a, scale=1 / b)),
    *continuous("inv_gamma", "alpha beta", (POSITIVE, POSITIVE, POSITIVE), lambda a, b: stats.invgamma(a, scale=b)),
    *continuous("weibull", "alpha sigma", (POSITIVE, POSITIVE, POSITIVE), lambda a, s: stats.weibull_min(a, scale=s)),
    *continuous("uniform", "lo hi", (UNIT, (-1, 0), (2, 3)), lambda lo, hi: stats.uniform(lo, hi - lo)),
    *continuous("beta", "alpha beta", (UNIT, POSITIVE, POSITIVE), lambda a, b: stats.beta(a, b)),
    ("von_mises", "x: [n], mu: [n], kappa", "von_mises_lpdf(x, mu, kappa)", von_mises, {"x": L3, "mu": (3,), "kappa": ((), 0.5, 3)}),
    ("von_mises_lcdf", "x: [n], mu: [n], kappa", "von_mises_lcdf(x, mu, kappa)", lambda *p: np.sum(np.log(von_mises_below(*p))), {"x": L3, "mu": (3,), "kappa": ((), 0.5, 3)}),
    ("von_mises_lccdf", "x: [n], mu, kappa: [n]", "von_mises_lccdf(x, mu, kappa)", lambda *p: np.sum(np.log1p(-von_mises_below(*p))), {"x": L3, "mu": (), "kappa": ((3,), 0.5, 30)}),
    ("dirichlet", "x: [m, n], a: [n]", "dirichlet_lpdf(x, a)", dirichlet, {"x": ((2, 3), 0.1, 0.9), "a": ((3,), 0.5, 3)}),
    ("multi_normal", "x: [m, n], mu: [n], A: [n, n]", "multi_normal_lpdf(x, mu, A @ A' + eye(n))",
     lambda x, mu, A: normals(x, mu, spd(A)), {"x": (2, 3), "mu": (3,), "A": ((3, 3), -1, 1)}),
    ("multi_normal_cholesky", "x: [n], mu: [n], A: [n, n]", "multi_normal_cholesky_lpdf(x, mu, lower(A))",
     lambda x, mu, A: normals(x, mu, factor(A) @ factor(A).T), {"x": (3,), "mu": (3,), "A": ((3, 3), -1, 1)}),
    ("lkj_corr_cholesky", "A: [n, n], eta", "lkj_corr_cholesky_lpdf(unit_rows(A), eta)",
     lambda A, eta: lkj(correlation_factor(A), eta), {"A": ((3, 3), -1, 1), "eta": ((), 0.7, 3)}),
    ("wishart", "A: [n, n], nu, B: [n, n]", "wishart_lpdf(A @ A' + eye(n), nu, B @ B' + eye(n))",
     lambda A, nu, B: wishart(spd(A), nu, spd(B)), {"A": ((3, 3), -1, 1), "nu": ((), 4, 6), "B": ((3, 3), -1, 1)}),
    discrete("bernoulli_logit", [("a", V)], lambda k, a: np.sum(stats.bernoulli(special.expit(a)).logpmf(k)), {"a": L3}, (1, 0, 1)),
    discrete("binomial_logit", [("count", "int[n]"), ("a", V)], lambda k, n, a: np.sum(stats.binom(n, special.expit(a)).logpmf(k)),
             {"count": [4, 3, 1], "a": L3}),
    discrete("poisson", [("l", V)], lambda k, l: np.sum(stats.poisson(l).logpmf(k)), {"l": ((3,), 0.5, 3)}),
    ("poisson_lcdf", "k: int[n], l: [n]", "poisson_lcdf(k, l)", lambda k, l: np.sum(np.log(special.gammaincc(k + 1, l))),
     {"k": K, "l": ((3,), 0.5, 4)}),
    ("poisson_lccdf", "k: int[n], l: [n]", "poisson_lccdf(k, l)", lambda k, l: np.sum(np.log(special.gammainc(k + 1, l))),
     {"k": K, "l": ((3,), 0.5, 4)}),
    discrete("poisson_log", [("a", V)], lambda k, a: np.sum(stats.poisson(np.exp(a)).logpmf(k)), {"a": L3}),
    discrete("neg_binomial_2", [("mu", V), ("phi", "")], lambda k, mu, phi: np.sum(stats.nbinom.logpmf(k, phi, phi / (mu + phi))),
             {"mu": ((3,), 0.5, 3), "phi": ((), 0.5, 3)}),
    discrete("categorical_logit", [("a", "[4]")], lambda k, a: np.sum((a - special.logsumexp(a))[k]), {"a": (4,)}),
    ("categorical_logit_rows", "k: int[m], a: [m, n]", "categorical_logit_lpmf(k, a)",
     lambda k, a: sum(r[i] - special.logsumexp(r) for i, r in zip(k, a)), {"k": [2, 0], "a": (2, 3)}),
    discrete("ordered_logistic", [("eta", V), ("c", "[2]")], ordered, {"eta": L3, "c": np.array([-0.5, 0.75])}),
    ("to_positive", "x: [n]", "positive(x)", lambda x: np.exp(x) * (1 + x.sum()), {"x": (3,)}),
    ("to_interval", "x: [n], lo, hi", "interval(x, lo, hi)",
     lambda x, lo, hi: (lo + (hi - lo) * special.expit(x)) * (1 + np.sum(np.log((hi - lo) * special.expit(x) * special.expit(-x)))),
     {"x": (3,), "lo": ((), -2, -1), "hi": ((), 1, 2)}),
    ("to_simplex", "x: [n]", "simplex(x)", simplex, {"x": (3,)}),
    ("to_ordered", "x: [n]", "in_order(x)", ordered_values, {"x": (3,)}),
    ("to_cholesky_corr", "x: [3]", "correlation(x)", cholesky_corr, {"x": ((3,), -1, 1)}),
]
