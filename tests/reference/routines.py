"""What the runtime's routines compute, as NumPy says it: sorting and what follows from it, decompositions, transforms."""
import numpy as np


def T(x): return np.swapaxes(x, -1, -2)
def top(x, k): return -np.sort(-x, -1)[..., :k]


def signs(V):
    """Of each column's largest element, in magnitude."""
    return np.sign(np.take_along_axis(V, np.abs(V).argmax(-2)[..., None, :], -2))


def eigh(A):
    w, V = np.linalg.eigh((A + T(A)) / 2)
    return w, V * signs(V)


def svd(A):
    U, s, V = np.linalg.svd(A, full_matrices=False)
    return U * signs(U), s, T(V) * signs(U)


def qr(A):
    Q, R = np.linalg.qr(A)
    sign = np.sign(np.diagonal(R, axis1=-2, axis2=-1))
    return Q * sign[..., None, :], R * sign[..., None]


def lstsq(A, b): return np.linalg.pinv(A) @ b
def fft(re, im): return np.fft.fft(re + 1j * im)
def ifft(re, im): return np.fft.ifft(re + 1j * im)


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
VALUES_AND_VECTORS = """
values_of(A) {
    w, V = eigh(A)
    return w
}
vectors_of(A) {
    w, V = eigh(A)
    return V
}
root_of(A) {
    w, V = eigh(A @ A')
    return V @ diag(sqrt(w)) @ V'
}
left_of(A) {
    U, s, V = svd(A)
    return U
}
singular_of(A) {
    U, s, V = svd(A)
    return s
}
right_of(A) {
    U, s, V = svd(A)
    return V
}
nearest_of(A) {
    U, s, V = svd(A)
    return U @ V'
}
orthogonal_of(A) {
    Q, R = qr(A)
    return Q
}
triangle_of(A) {
    Q, R = qr(A)
    return R
}
both_of(A) {
    Q, R = qr(A)
    return Q @ sin(R)
}
real_of(re, im) {
    re, im = fft(re, im)
    return re
}
imaginary_of(re, im) {
    re, im = fft(re, im)
    return im
}
inverse_real_of(re, im) {
    re, im = ifft(re, im)
    return re
}
inverse_imaginary_of(re, im) {
    re, im = ifft(re, im)
    return im
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
    ("median_axes", "x: [2, m, n]", "median(x, axis = [0, -1])", lambda x: np.median(x, (0, 2)), {"x": (2, 2, 3)}),
    ("median_axes_kept", "x: [m, 2, n]", "x - median(x, axis = [2, 1], keepdims = true)",
     lambda x: x - np.median(x, (1, 2), keepdims=True), {"x": (2, 2, 3)}),
    ("quantile", "x: [7], q", "quantile(x, q)", np.quantile, {"x": (7,), "q": ((), 0.55, 0.62)}),
    ("quantile_first", "x: [5, m], q", "quantile(x, q, axis = 0)", lambda x, q: np.quantile(x, q, 0),
     {"x": (5, 2), "q": ((), 0.3, 0.4)}),
    ("quantile_least", "x: [m, n]", "quantile(x, 0, axis = 1, keepdims = true) * x",
     lambda x: np.quantile(x, 0, 1, keepdims=True) * x, {"x": (2, 3)}),
    ("quantile_several", "x: [7], q: [m]", "quantile(x, q)", np.quantile, {"x": (7,), "q": np.array([0.625, 0.125])}),
    ("quantile_several_first", "x: [5, m], q: [2, 1]", "quantile(x, q, axis = 0)", lambda x, q: np.quantile(x, q, 0),
     {"x": (5, 2), "q": np.array([[0.375], [0.875]])}),
    ("quantile_several_kept", "x: [2, m, n], q: [2]", "x * quantile(x, q, axis = [0, 2], keepdims = true)[1]",
     lambda x, q: x * np.quantile(x, q, (0, 2), keepdims=True)[1], {"x": (2, 2, 3), "q": np.array([0.25, 0.6875])}),
    ("quantile_most", "x: [m, n]", "quantile(x, 1, axis = 1)", lambda x: np.quantile(x, 1, 1), {"x": (2, 3)}),
    ("searchsorted", "x: [5], v: [m, n]", "v * real(searchsorted(sort(x), v))",
     lambda x, v: v * np.searchsorted(np.sort(x), v), {"x": ((5,), -2, 1.5), "v": (2, 3)}),
    ("searchsorted_scalar", "x: [n], v", "v * real(searchsorted(x, v))", lambda x, v: v * np.searchsorted(x, v),
     {"x": np.array([-1.0, 0.5, 2]), "v": ((), -0.5, 0.25)}),
    ("interp", "v: [m, n], x: [5], y: [5]", "interp(v, x, y)", lambda v, x, y: np.interp(v, x, y),
     {"v": (2, 3), "x": np.array([-1.5, -0.75, 0.25, 0.5, 1.5]), "y": (5,)}),
]

# Matrices whose eigenvalues and singular values are apart.
APART = np.array([[2.0, 0.5, -0.25], [1.0, -1.5, 0.75], [0.25, -0.5, 1.25]])
STACK = np.stack([APART, APART[::-1] + np.diag([0.5, -1, 0.25])])
TALL, WIDE = STACK[:, :, :2] + 0.125, STACK[:, :2] - 0.375
SQUARE, ROWS, COLUMNS = "A: [n, n]", "A: [2, n, m]", "A: [2, m, n]"
ROUTINES = [
    ("eigh_values", SQUARE, "values_of(A)", lambda A: eigh(A)[0], {"A": APART}),
    ("eigh_stack", "A: [m, n, n]", "values_of(A)", lambda A: eigh(A)[0], {"A": STACK}),
    ("eigh_vectors", SQUARE, "vectors_of(A)", lambda A: eigh(A)[1], {"A": APART}),
    ("eigh_vectors_stack", "A: [m, n, n]", "vectors_of(A)", lambda A: eigh(A)[1], {"A": STACK}),
    ("eigh_root", SQUARE, "root_of(A)", lambda A: (lambda w, V: (V * np.sqrt(w)) @ V.T)(*eigh(A @ A.T)), {"A": APART}),
    ("eigh_one", "A: [1, 1]", "values_of(A) * vectors_of(A)", lambda A: A, {"A": np.array([[0.75]])}),
    ("svd_values", "A: [n, m]", "singular_of(A)", lambda A: svd(A)[1], {"A": TALL[0]}),
    ("svd_left", ROWS, "left_of(A)", lambda A: svd(A)[0], {"A": TALL}),
    ("svd_right", ROWS, "right_of(A)", lambda A: svd(A)[2], {"A": TALL}),
    ("svd_square", SQUARE, "left_of(A) * right_of(A) + singular_of(A)", lambda A: svd(A)[0] * svd(A)[2] + svd(A)[1], {"A": APART}),
    ("svd_wide", "A: [2, n]", "singular_of(A) * right_of(A) + left_of(A)[0]", lambda A: svd(A)[1] * svd(A)[2] + svd(A)[0][0], {"A": WIDE[0]}),
    ("svd_nearest", COLUMNS, "nearest_of(A)", lambda A: svd(A)[0] @ T(svd(A)[2]), {"A": WIDE}),
    ("qr_square", SQUARE, "both_of(A)", lambda A: qr(A)[0] @ np.sin(qr(A)[1]), {"A": APART}),
    ("qr_tall", ROWS, "orthogonal_of(A)", lambda A: qr(A)[0], {"A": TALL}),
    ("qr_triangle", ROWS, "triangle_of(A)", lambda A: qr(A)[1], {"A": TALL}),
    ("qr_wide", COLUMNS, "triangle_of(A)", lambda A: qr(A)[1], {"A": WIDE}),
    ("qr_wide_both", "A: [2, n]", "both_of(A)", lambda A: qr(A)[0] @ np.sin(qr(A)[1]), {"A": WIDE[0]}),
    ("lstsq_tall", "A: [n, m], b: [n]", "lstsq(A, b)", lstsq, {"A": TALL[0], "b": (3,)}),
    ("lstsq_columns", "A: [n, m], b: [n, 2]", "lstsq(A, b)", lstsq, {"A": TALL[0], "b": (3, 2)}),
    ("lstsq_wide", "A: [m, n], b: [m]", "lstsq(A, b)", lstsq, {"A": WIDE[0], "b": (2,)}),
    ("lstsq_vectors", "A: [2, n, m], b: [2, n]", "lstsq(A, b)", lambda A, b: lstsq(A, b[..., None])[..., 0], {"A": TALL, "b": (2, 3)}),
    ("lstsq_one_side", "A: [2, n, m], b: [n]", "lstsq(A, b)", lambda A, b: lstsq(A, b), {"A": TALL, "b": (3,)}),
    ("fft_real", "re: [m, 6], im: [m, 6]", "real_of(re, im)", lambda re, im: fft(re, im).real, {"re": (2, 6), "im": (2, 6)}),
    ("fft_imaginary", "re: [5], im: [5]", "imaginary_of(re, im)", lambda re, im: fft(re, im).imag, {"re": (5,), "im": (5,)}),
    ("fft_eight", "re: [8]", "real_of(re, re^2)", lambda re: fft(re, re**2).real, {"re": (8,)}),
    ("fft_of_reals", "re: [m, 6]", "imaginary_of(re, 0) + real_of(re[0], re)",
     lambda re: fft(re, 0).imag + fft(re[0], re).real, {"re": (2, 6)}),
    ("ifft_spread", "re: [n], im: [m, n]", "inverse_real_of(re, im) * inverse_imaginary_of(re, 0.5)",
     lambda re, im: ifft(re, im).real * ifft(re, 0.5).imag, {"re": (3,), "im": (2, 3)}),
    ("ifft_real", "re: [m, n], im: [m, n]", "inverse_real_of(re, im)", lambda re, im: ifft(re, im).real, {"re": (2, 3), "im": (2, 3)}),
    ("ifft_imaginary", "re: [m, 4], im: [m, 4]", "inverse_imaginary_of(re, im)", lambda re, im: ifft(re, im).imag, {"re": (2, 4), "im": (2, 4)}),
]
