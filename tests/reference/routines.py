"""What the runtime's routines compute, as NumPy says it: sorting and what follows from it, decompositions, transforms."""
import numpy as np


def top(x, k): return -np.sort(-x, -1)[..., :k]


HELPERS = """
places_of(x) = real(argsort(x))
values_of_top(x, k) {
    values, places = top_k(x, k)
    return values
}
elements_of_top(x: [m, n], k) {
    values, places = top_k(x, k)
    return pick(x^2, places[:, 1]) + sum(values, axis = 1)
}
"""
# Name, parameters, call, value, inputs: as in library.py.
ARRAYS = [
    ("sort", "x: [n]", "sort(x)", np.sort, {"x": (3,)}),
    ("sort_last", "x: [m, 2, n]", "sort(x)", np.sort, {"x": (2, 2, 3)}),
    ("sort_first", "x: [n, m]", "sort(x, axis = 0) * range(m)", lambda x: np.sort(x, 0) * np.arange(2), {"x": (3, 2)}),
    ("sort_middle", "x: [m, n, 2]", "sort(x, axis = 1)", lambda x: np.sort(x, 1), {"x": (2, 3, 2)}),
    ("sort_long", "x: [19]", "sort(x) * range(19)", lambda x: np.sort(x) * np.arange(19), {"x": ((19,), -1, 1)}),
    ("sort_sort", "x: [n, m]", "sort(sort(x, axis = 0), axis = 1)", lambda x: np.sort(np.sort(x, 0), 1), {"x": (3, 2)}),
    ("argsort", "x: [n, m]", "x[:, 0] * places_of(x[:, 1])", lambda x: x[:, 0] * np.argsort(x[:, 1]), {"x": (3, 2)}),
    ("argsort_gathers", "x: [n, m], y: [n]", "y[argsort(x[:, 0])] * x[:, 1]",
     lambda x, y: y[np.argsort(x[:, 0])] * x[:, 1], {"x": (3, 2), "y": (3,)}),
    ("argsort_first", "x: [n, m]", "x * real(argsort(x, axis = 0))", lambda x: x * np.argsort(x, 0), {"x": (3, 2)}),
    ("top_k", "x: [m, 5]", "values_of_top(x, 2)", lambda x: top(x, 2), {"x": (2, 5)}),
    ("top_k_whole", "x: [n]", "values_of_top(x, n)", lambda x: top(x, 3), {"x": (3,)}),
    ("top_k_places", "x: [m, 5]", "elements_of_top(x, 3)", lambda x: top(x, 3)[:, 1]**2 + top(x, 3).sum(1), {"x": (2, 5)}),
    ("median", "x: [5]", "median(x)", np.median, {"x": (5,)}),
    ("median_even", "x: [2, n]", "median(x)", np.median, {"x": (2, 3)}),
    ("median_first", "x: [4, m]", "median(x, axis = 0)", lambda x: np.median(x, 0), {"x": (4, 2)}),
    ("median_last", "x: [m, n]", "x - median(x, axis = -1, keepdims = true)",
     lambda x: x - np.median(x, -1, keepdims=True), {"x": (2, 3)}),
    ("quantile", "x: [7], q", "quantile(x, q)", np.quantile, {"x": (7,), "q": ((), 0.55, 0.62)}),
    ("quantile_first", "x: [5, m], q", "quantile(x, q, axis = 0)", lambda x, q: np.quantile(x, q, 0),
     {"x": (5, 2), "q": ((), 0.3, 0.4)}),
    ("quantile_least", "x: [m, n]", "quantile(x, 0, axis = 1, keepdims = true) * x",
     lambda x: np.quantile(x, 0, 1, keepdims=True) * x, {"x": (2, 3)}),
    ("quantile_most", "x: [m, n]", "quantile(x, 1, axis = 1)", lambda x: np.quantile(x, 1, 1), {"x": (2, 3)}),
    ("searchsorted", "x: [5], v: [m, n]", "v * real(searchsorted(sort(x), v))",
     lambda x, v: v * np.searchsorted(np.sort(x), v), {"x": ((5,), -2, 1.5), "v": (2, 3)}),
    ("searchsorted_scalar", "x: [n], v", "v * real(searchsorted(x, v))", lambda x, v: v * np.searchsorted(x, v),
     {"x": np.array([-1.0, 0.5, 2]), "v": ((), -0.5, 0.25)}),
    ("interp", "v: [m, n], x: [5], y: [5]", "interp(v, x, y)", lambda v, x, y: np.interp(v, x, y),
     {"v": (2, 3), "x": np.array([-1.5, -0.75, 0.25, 0.5, 1.5]), "y": (5,)}),
]
