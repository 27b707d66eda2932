"""Every function of the library once: how a program calls it, and what NumPy and SciPy say of the same inputs.

make_cases.py makes two programs of each entry, one for the value and its gradients, one for second derivatives.
"""
import numpy as np
from scipy import linalg, special


def sigmoid(x): return special.expit(x)
def softplus(x): return np.logaddexp(0, x)
def T(x): return np.swapaxes(x, -1, -2)
def log_softmax(x): return x - special.logsumexp(x, axis=-1, keepdims=True)
def softmax(x): return np.exp(log_softmax(x))
def spd(A): return A @ T(A) + np.eye(A.shape[-1])


def at_label(x, k): return np.take_along_axis(x, k[..., None], -1)[..., 0]


def normalised(x, axes, eps=1e-5):
    return (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + eps)


def windows(x, rows, columns, stride=1, dilation=1):
    """x [..., H, W] to [..., P, Q, rows, columns]."""
    P = (x.shape[-2] - dilation * (rows - 1) - 1) // stride + 1
    Q = (x.shape[-1] - dilation * (columns - 1) - 1) // stride + 1
    return np.stack([np.stack([x[..., u * dilation:u * dilation + stride * (P - 1) + 1:stride,
                                 v * dilation:v * dilation + stride * (Q - 1) + 1:stride]
                               for v in range(columns)], -1) for u in range(rows)], -2)


def conv2d(x, w, stride, pad, dilation, groups):
    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = []
    for g in range(groups):
        channels, kernels = x.shape[1] // groups, w.shape[0] // groups
        seen = windows(x[:, g * channels:(g + 1) * channels], w.shape[2], w.shape[3], stride, dilation)
        out.append(np.einsum("ncpquv,kcuv->nkpq", seen, w[g * kernels:(g + 1) * kernels]))
    return np.concatenate(out, 1)


def conv_transpose2d(x, w, stride, pad, groups):
    """Every pixel adds its multiple of the kernel where it stands."""
    (N, C, H, W), (_, D, R, S) = x.shape, w.shape
    y = np.zeros((N, D * groups, (H - 1) * stride + R, (W - 1) * stride + S))
    for n, c, h, v in np.ndindex(N, C, H, W):
        g = c // (C // groups)
        y[n, g * D:(g + 1) * D, h * stride:h * stride + R, v * stride:v * stride + S] += x[n, c, h, v] * w[c]
    return y[:, :, pad:y.shape[2] - pad, pad:y.shape[3] - pad]


def bilinear(x, k):
    def along(n):
        at = np.clip((np.arange(n * k) + 0.5) / k - 0.5, 0, n - 1)
        return np.maximum(0, 1 - np.abs(at[:, None] - np.arange(n)))
    return np.einsum("ph,nchw,qw->ncpq", along(x.shape[2]), x, along(x.shape[3]))


def rotary(x, base):
    T, D = x.shape[-2:]
    z = (x[..., ::2] + 1j * x[..., 1::2]) * np.exp(1j * np.arange(T)[:, None] * base**(-np.arange(0, D, 2) / D))
    return np.stack([z.real, z.imag], -1).reshape(x.shape)


def hinge(scores, labels, margin=1.0):
    terms = np.maximum(0, scores - at_label(scores, labels)[:, None] + margin)
    return (terms.sum(1) - margin).mean()


def lstm_cell(x, h, c, Wx, Wh, b):
    i, f, g, o = np.split(x @ Wx + h @ Wh + b, 4, -1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c) + c


def gru_cell(x, h, Wx, Wh, bx, bh):
    (xr, xz, xn), (hr, hz, hn) = np.split(x @ Wx + bx, 3, -1), np.split(h @ Wh + bh, 3, -1)
    r, z = sigmoid(xr + hr), sigmoid(xz + hz)
    return (1 - z) * np.tanh(xn + r * hn) + z * h


def attention(q, k, v, causal=False):
    scores = q @ T(k) / np.sqrt(q.shape[-1])
    if causal:
        scores = np.where(np.tri(*scores.shape[-2:]) > 0, scores, -np.inf)
    return softmax(scores) @ v


def adam(w, m, v, g, t, lr=1e-3, decay=0.0):
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
    w = w - lr * decay * w - lr * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return w + m + v


def unpack_tril(l, n, k):
    L = np.zeros((n, n))
    rows, columns = np.where(np.tri(n, n, k).T > 0)
    L[columns, rows] = l
    return L


def pack_tril(L, k):
    rows, columns = np.where(np.tri(*L.shape, k).T > 0)
    return L[columns, rows]


# Name, value, and a range of the input that has no kink in it.
UNARY = [("exp", np.exp, -2, 2), ("expm1", np.expm1, -1, 1), ("log", np.log, 0.3, 3), ("log1p", np.log1p, -0.5, 2),
         ("sqrt", np.sqrt, 0.3, 3), ("sin", np.sin, -3, 3), ("cos", np.cos, -3, 3), ("tan", np.tan, -1, 1),
         ("asin", np.arcsin, -0.8, 0.8), ("acos", np.arccos, -0.8, 0.8), ("atan", np.arctan, -2, 2),
         ("sinh", np.sinh, -2, 2), ("cosh", np.cosh, -2, 2), ("tanh", np.tanh, -2, 2), ("asinh", np.arcsinh, -2, 2),
         ("acosh", np.arccosh, 1.3, 3), ("atanh", np.arctanh, -0.7, 0.7), ("erf", special.erf, -2, 2),
         ("erfc", special.erfc, -2, 2), ("lgamma", special.gammaln, 0.4, 4), ("digamma", special.digamma, 0.6, 4),
         ("erfcx", special.erfcx, -1, 2), ("erfinv", special.erfinv, -0.8, 0.8), ("ndtr", special.ndtr, -2, 2),
         ("log_ndtr", special.log_ndtr, -3, 2), ("log1mexp", lambda x: np.log1p(-np.exp(x)), -3, -0.3),
         ("i0e", special.i0e, 0.3, 3), ("i1e", special.i1e, 0.3, 3), ("j0", special.j0, -3, 3), ("j1", special.j1, -3, 3),
         ("abs", np.abs, 0.2, 2), ("sigmoid", sigmoid, -2, 2), ("log_sigmoid", lambda x: -softplus(-x), -2, 2),
         ("softplus", softplus, -2, 2), ("relu", lambda x: np.maximum(x, 0), 0.2, 2),
         ("leaky_relu", lambda x: np.where(x > 0, x, 0.01 * x), -2, -0.2),
         ("elu", lambda x: np.where(x > 0, x, np.expm1(x)), -2, -0.2),
         ("selu", lambda x: 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * np.expm1(x)), -2, -0.2),
         ("gelu", lambda x: 0.5 * x * special.erfc(-x / np.sqrt(2)), -2, 2),
         ("gelu_tanh", lambda x: 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))), -2, 2),
         ("silu", lambda x: x * sigmoid(x), -2, 2), ("hardtanh", lambda x: np.clip(x, -1, 1), -0.9, 0.9),
         ("softsign", lambda x: x / (1 + np.abs(x)), 0.2, 2), ("l2", lambda x: np.sum(x**2), -2, 2),
         ("softmax", softmax, -2, 2), ("log_softmax", log_softmax, -2, 2), ("cumsum", lambda x: np.cumsum(x, 0), -2, 2),
         ("sum", np.sum, -0.5, 0.5), ("mean", np.mean, -2, 2), ("prod", np.prod, 0.7, 1.4), ("max", np.max, -2, 2),
         ("min", np.min, -2, 2), ("var", np.var, -2, 2), ("std", np.std, -2, 2), ("norm", np.linalg.norm, -2, 2),
         ("logsumexp", special.logsumexp, -2, 2), ("transpose", np.transpose, -2, 2), ("tril", np.tril, -2, 2),
         ("triu", np.triu, -2, 2), ("trace", np.trace, -2, 2), ("diag", np.diagonal, -2, 2),
         ("flip", lambda x: np.flip(x, 0), -2, 2)]

# Functions that are constant almost everywhere stand in a product.
STEPS = [("sign", np.sign), ("floor", np.floor), ("ceil", np.ceil), ("round", np.round)]

M23, M33 = "[m, n]", "[n, n]" # with m = 2, n = 3
# Name, parameters, call, value by NumPy (of the parameters in their order), and the shape and range of each input.
CALLS = [
    ("atan2", f"x: {M23}, y: {M23}", "atan2(x, y)", np.arctan2, {"x": ((2, 3), 0.3, 2), "y": ((2, 3), -2, 2)}),
    ("logaddexp", f"x: {M23}, y: {M23}", "logaddexp(x, y)", np.logaddexp, {"x": (2, 3), "y": (2, 3)}),
    ("max_of_two", f"x: {M23}, y: {M23}", "max(x, y)", np.maximum, {"x": (2, 3), "y": (2, 3)}),
    ("min_of_two", f"x: {M23}, y: {M23}", "min(x, y)", np.minimum, {"x": (2, 3), "y": (2, 3)}),
    ("clip", f"x: {M23}", "clip(x, -0.91, 0.87) * x", lambda x: np.clip(x, -0.91, 0.87) * x, {"x": (2, 3)}),
    ("huber", f"x: {M23}", "huber(x, delta = 1.13)", lambda x: special.huber(1.13, x), {"x": (2, 3)}),
    ("real", f"x: {M23}, k: int[m]", "real(k)[:, new] * x + real(x > 0.01)", lambda x, k: k[:, None] * x + (x > 0.01),
     {"x": (2, 3), "k": [3, -2]}),
    ("maxout", "x: [m, 6]", "maxout(x, 3)", lambda x: x.reshape(-1, 2, 3).max(-1), {"x": (2, 6)}),
    ("all", f"x: {M23}", "if all(x > -9, axis = 1)[:, new] then x^2 else 0", lambda x: x**2, {"x": (2, 3)}),
    ("any", f"x: {M23}", "if any(x > 9) then 0 else x^2", lambda x: x**2, {"x": (2, 3)}),
    ("argmax", f"x: {M23}", "real(argmax(x, axis = 1)) * x[:, 0]", lambda x: np.argmax(x, 1) * x[:, 0], {"x": (2, 3)}),
    ("argmin", f"x: {M23}", "real(argmin(x)) * x", lambda x: np.argmin(x) * x, {"x": (2, 3)}),
    ("dot", f"x: {M23}, y: {M23}", "dot(x, y)", lambda x, y: np.sum(x * y, -1), {"x": (2, 3), "y": (2, 3)}),
    ("outer", "x: [m], y: [n]", "outer(x, y)", np.outer, {"x": (2,), "y": (3,)}),
    ("cross", "x: [3], y: [m, 3]", "cross(x, y)", np.cross, {"x": (3,), "y": (2, 3)}),
    ("diag_of_vector", "x: [n]", "diag(x)", np.diag, {"x": (3,)}),
    ("solve", f"A: {M33}, b: [n]", "solve(A @ A' + eye(n), b)", lambda A, b: np.linalg.solve(spd(A), b),
     {"A": ((3, 3), -1, 1), "b": (3,)}),
    ("solve_tril", f"A: {M33}, b: [n]", "solve_tril(tril(A) + 2 * eye(n), b)",
     lambda A, b: np.linalg.solve(np.tril(A) + 2 * np.eye(3), b), {"A": ((3, 3), -1, 1), "b": (3,)}),
    ("inv", f"A: [m, n, n]", "inv(A @ A' + eye(n))", lambda A: np.linalg.inv(spd(A)), {"A": ((2, 3, 3), -1, 1)}),
    ("det", f"A: [m, n, n]", "det(A)", np.linalg.det, {"A": ((2, 3, 3), -1, 1)}),
    ("logdet", f"A: {M33}", "logdet(A @ A' + eye(n))", lambda A: np.linalg.slogdet(spd(A))[1], {"A": ((3, 3), -1, 1)}),
    ("cholesky", f"A: {M33}", "cholesky(A @ A' + eye(n))", lambda A: np.linalg.cholesky(spd(A)), {"A": ((3, 3), -1, 1)}),
    ("mod", f"x: {M23}, y: {M23}", "mod(x, y)", np.mod, {"x": ((2, 3), 2.1, 2.9), "y": ((2, 3), 0.75, 0.95)}),
    ("lbeta", f"x: {M23}, y: {M23}", "lbeta(x, y)", special.betaln, {"x": ((2, 3), 0.5, 3), "y": ((2, 3), 0.5, 3)}),
    ("gammainc", "x: [m], y: [m]", "gammainc(x, y)", special.gammainc, {"x": ((2,), 0.6, 3), "y": ((2,), 1.3, 2)}),
    ("gammaincc", "x: [m], y: [m]", "gammaincc(x, y)", special.gammaincc, {"x": ((2,), 0.6, 3), "y": ((2,), 3, 6)}),
    ("betainc", "x, y, z", "betainc(x, y, z)", special.betainc, # scalars: threads that share rounds of one element take long
     {"x": ((), 0.6, 3), "y": ((), 0.6, 3), "z": ((), 0.3, 0.6)}),
    ("kron", "x: [m, 3], y: [3, m]", "kron(x, y)", np.kron, {"x": (2, 3), "y": (3, 2)}),
    ("expm", "x: [m, n, n]", "expm(x)", lambda x: np.stack([linalg.expm(a) for a in x]), {"x": ((2, 3, 3), -1, 1)}),
    ("cumprod", f"x: {M23}", "cumprod(x, axis = 1)", lambda x: np.cumprod(x, 1), {"x": (2, 3)}),
    ("cummax", "x: [m, 2, n]", "cummax(x, axis = 1)", lambda x: np.maximum.accumulate(x, 1), {"x": (2, 2, 3)}),
    ("cummin", f"x: {M23}", "cummin(x)", lambda x: np.minimum.accumulate(x, 0), {"x": (2, 3)}),
    ("conv1d", "x: [1, 2, 7], w: [2, 1, 3]", "conv1d(x, w, stride = 2, pad = 1, dilation = 2, groups = 2)",
     lambda x, w: conv2d(np.pad(x, ((0, 0), (0, 0), (1, 1)))[..., None], w[..., None], 2, 0, 2, 2)[..., 0],
     {"x": ((1, 2, 7), -1, 1), "w": ((2, 1, 3), -1, 1)}),
    ("conv_transpose2d", "x: [1, 2, 2, 3], w: [2, 2, 2, 3]", "conv_transpose2d(x, w, stride = 2, pad = 1, groups = 2)",
     lambda x, w: conv_transpose2d(x, w, 2, 1, 2), {"x": ((1, 2, 2, 3), -1, 1), "w": ((2, 2, 2, 3), -1, 1)}),
    ("group_norm", "x: [m, 4, n], g: [4], b: [4]", "group_norm(x, 2, g, b)",
     lambda x, g, b: normalised(x.reshape(2, 2, -1), -1).reshape(x.shape) * g[:, None] + b[:, None],
     {"x": (2, 4, 3), "g": (4,), "b": (4,)}),
    ("upsample", "x: [1, 2, m, n]", "upsample(x, 3)", lambda x: x.repeat(3, 2).repeat(3, 3), {"x": (1, 2, 2, 3)}),
    ("upsample_smooth", "x: [1, 1, m, n]", "upsample(x, 3, smooth = true)", lambda x: bilinear(x, 3), {"x": (1, 1, 2, 3)}),
    ("rotary", "x: [2, n, 4]", "rotary(x, base = 50)", lambda x: rotary(x, 50), {"x": (2, 3, 4)}),
    ("swiglu", f"x: {M23}, W: [n, 2], U: [n, 2], V: [2, n]", "swiglu(x, W, U, V)",
     lambda x, W, U, V: (x @ W * sigmoid(x @ W) * (x @ U)) @ V,
     {"x": (2, 3), "W": ((3, 2), -1, 1), "U": ((3, 2), -1, 1), "V": ((2, 3), -1, 1)}),
    ("eye", f"A: {M33}", "A @ (A + eye(n))", lambda A: A @ (A + np.eye(3)), {"A": (3, 3)}),
    ("reshape", "x: [2, n]", "reshape(x, [n, -1]) * [1, 2]", lambda x: x.reshape(3, 2) * [1, 2], {"x": (2, 3)}),
    ("concat", f"x: {M23}, y: {M23}", "concat(x, y, 2 * x, axis = 1)", lambda x, y: np.concatenate([x, y, 2 * x], 1),
     {"x": (2, 3), "y": (2, 3)}),
    ("stack", f"x: {M23}, y: {M23}", "stack(x, y, axis = 1)", lambda x, y: np.stack([x, y], 1), {"x": (2, 3), "y": (2, 3)}),
    ("pad", f"x: {M23}", "pad(x, 1, 2, axis = 1, value = 0.3)", lambda x: np.pad(x, ((0, 0), (1, 2)), constant_values=0.3),
     {"x": (2, 3)}),
    ("roll", f"x: {M23}", "roll(x, 2, axis = 1) * range(n)", lambda x: np.roll(x, 2, 1) * np.arange(3), {"x": (2, 3)}),
    ("tile", f"x: {M23}", "tile(x, 2, axis = 1)", lambda x: np.tile(x, (1, 2)), {"x": (2, 3)}),
    ("broadcast", "x: [n]", "broadcast(x, [2, n])", lambda x: np.broadcast_to(x, (2, 3)), {"x": (3,)}),
    ("zeros", "x: [n]", "x + zeros([2, n])", lambda x: x + np.zeros((2, 3)), {"x": (3,)}),
    ("ones", "x: [n]", "x * ones([2, n])", lambda x: x * np.ones((2, 3)), {"x": (3,)}),
    ("full", "x: [n], a", "full([2, n], a) * x", lambda x, a: np.full((2, 3), a) * x, {"x": (3,), "a": ()}),
    ("range", "x: [n]", "range(n) * x", lambda x: np.arange(3) * x, {"x": (3,)}),
    ("one_hot", "x: [n], k: int[2]", "one_hot(k, n) * x", lambda x, k: np.eye(3)[k] * x, {"x": (3,), "k": [2, 0]}),
    ("pick", f"x: {M23}, k: int[m]", "pick(x, k)", at_label, {"x": (2, 3), "k": [2, 0]}),
    ("embedding", "E: [m, n], k: int[4]", "embedding(E, k)", lambda E, k: E[k], {"E": (2, 3), "k": [1, 0, 1, 1]}),
    ("cross_entropy", f"x: {M23}, k: int[m]", "cross_entropy(x, k)", lambda x, k: -at_label(log_softmax(x), k).mean(),
     {"x": (2, 3), "k": [2, 0]}),
    ("binary_cross_entropy", f"x: {M23}, y: {M23}", "binary_cross_entropy(x, y)", lambda x, y: np.mean(softplus(x) - y * x),
     {"x": (2, 3), "y": ((2, 3), 0, 1)}),
    ("mse", f"x: {M23}, y: {M23}", "mse(x, y)", lambda x, y: np.mean((x - y)**2), {"x": (2, 3), "y": (2, 3)}),
    ("hinge", f"x: {M23}, k: int[m]", "hinge(x, k)", hinge, {"x": ((2, 3), -1.5, 1.5), "k": [2, 0]}),
    ("linear", f"x: {M23}, W: {M33}, b: [n]", "linear(x, W, b)", lambda x, W, b: x @ W + b,
     {"x": (2, 3), "W": ((3, 3), -1, 1), "b": (3,)}),
    ("layer_norm", f"x: {M23}, g: [n], b: [n]", "layer_norm(x, g, b)", lambda x, g, b: normalised(x, -1) * g + b,
     {"x": (2, 3), "g": (3,), "b": (3,)}),
    ("rms_norm", f"x: {M23}, g: [n]", "rms_norm(x, g)",
     lambda x, g: x / np.sqrt(np.mean(x**2, -1, keepdims=True) + 1e-5) * g, {"x": (2, 3), "g": (3,)}),
    ("batch_norm", f"x: [3, n], g: [n], b: [n]", "batch_norm(x, g, b)", lambda x, g, b: normalised(x, 0) * g + b,
     {"x": (3, 3), "g": (3,), "b": (3,)}),
    ("batch_norm_apply", f"x: {M23}, g: [n], b: [n], mean: [n], v: [n]", "batch_norm_apply(x, g, b, mean, v)",
     lambda x, g, b, mean, v: (x - mean) / np.sqrt(v + 1e-5) * g + b,
     {"x": (2, 3), "g": (3,), "b": (3,), "mean": (3,), "v": ((3,), 0.5, 2)}),
    ("conv2d", "x: [1, 2, 4, 5], w: [2, 1, 2, 2]", "conv2d(x, w, stride = 2, pad = 1, dilation = 2, groups = 2)",
     lambda x, w: conv2d(x, w, 2, 1, 2, 2), {"x": ((1, 2, 4, 5), -1, 1), "w": ((2, 1, 2, 2), -1, 1)}),
    ("max_pool2d", "x: [1, 1, 4, 5]", "max_pool2d(x, 2)", lambda x: windows(x, 2, 2, 2).max((-2, -1)), {"x": (1, 1, 4, 5)}),
    ("avg_pool2d", "x: [1, 1, 4, 5]", "avg_pool2d(x, 2, stride = 1)", lambda x: windows(x, 2, 2).mean((-2, -1)),
     {"x": (1, 1, 4, 5)}),
    ("dropout", f"x: {M23}, seed: int", "dropout(x, 0, seed)", lambda x, seed: x, {"x": (2, 3), "seed": 7}),
    ("attention", "q: [n, 2], k: [n, 2], v: [n, 2]", "attention(q, k, v, causal = true) + attention(q, k, v)",
     lambda q, k, v: attention(q, k, v, True) + attention(q, k, v), {"q": (3, 2), "k": (3, 2), "v": (3, 2)}),
    ("gru_cell", "x: [1, 2], h: [1, 2], Wx: [2, 6], Wh: [2, 6], bx: [6], bh: [6]", "gru_cell(x, h, Wx, Wh, bx, bh)", gru_cell,
     {"x": (1, 2), "h": (1, 2), "Wx": ((2, 6), -1, 1), "Wh": ((2, 6), -1, 1), "bx": ((6,), -1, 1), "bh": ((6,), -1, 1)}),
    ("lstm_cell", "x: [1, 2], h: [1, 2], c: [1, 2], Wx: [2, 8], Wh: [2, 8], b: [8]", "both(x, h, c, Wx, Wh, b)", lstm_cell,
     {"x": (1, 2), "h": (1, 2), "c": (1, 2), "Wx": ((2, 8), -1, 1), "Wh": ((2, 8), -1, 1), "b": ((8,), -1, 1)}),
    ("sgd", "w: [n], g: [n], lr", "sgd(w, g, lr)", lambda w, g, lr: w - lr * g, {"w": (3,), "g": (3,), "lr": ()}),
    ("momentum", "w: [n], v: [n], g: [n]", "with_momentum(w, v, g)",
     lambda w, v, g: w - 0.1 * (0.9 * v + g) + (0.9 * v + g), {"w": (3,), "v": (3,), "g": (3,)}),
    ("adam", "w: [n], m: [n], v: [n], g: [n]", "with_adam(w, m, v, g)", lambda w, m, v, g: adam(w, m, v, g, 3, 0.5),
     {"w": (3,), "m": (3,), "v": ((3,), 0.5, 2), "g": (3,)}),
    ("adamw", "w: [n], m: [n], v: [n], g: [n]", "with_adamw(w, m, v, g)",
     lambda w, m, v, g: adam(w, m, v, g, 3, 0.5, 0.01), {"w": (3,), "m": (3,), "v": ((3,), 0.5, 2), "g": (3,)}),
    ("unpack_tril", "l: [3]", "unpack_tril(l, 3, k = -1)", lambda l: unpack_tril(l, 3, -1), {"l": (3,)}),
    ("pack_tril", f"A: {M33}", "pack_tril(A)", lambda A: pack_tril(A, 0), {"A": (3, 3)}),
]

# What functions with several outputs come to as one.
HELPERS = """
both(x, h, c, Wx, Wh, b) {
    h, c = lstm_cell(x, h, c, Wx, Wh, b)
    return both = h + c
}
with_momentum(w, v, g) {
    w, v = momentum(w, v, g, 0.1)
    return with_momentum = w + v
}
with_adam(w, m, v, g) {
    w, m, v = adam(w, m, v, g, 3, lr = 0.5)
    return with_adam = w + m + v
}
with_adamw(w, m, v, g) {
    w, m, v = adamw(w, m, v, g, 3, lr = 0.5)
    return with_adamw = w + m + v
}
"""

NAMES = """exp expm1 log log1p sqrt sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh erf erfc lgamma digamma
abs sign floor ceil round max min clip logaddexp huber real sigmoid log_sigmoid softplus relu leaky_relu elu selu gelu gelu_tanh
silu hardtanh softsign maxout sum mean prod var std norm logsumexp all any argmax argmin dot outer trace diag transpose solve
solve_tril inv det logdet cholesky tril triu eye cross reshape concat stack pad flip roll tile broadcast zeros ones full range
one_hot pick cumsum softmax log_softmax cross_entropy binary_cross_entropy mse l2 hinge linear layer_norm rms_norm batch_norm
batch_norm_apply conv2d max_pool2d avg_pool2d dropout embedding attention lstm_cell gru_cell sgd momentum adam adamw unpack_tril
pack_tril stop_gradient erfcx erfinv ndtr log_ndtr log1mexp i0e i1e j0 j1 mod lbeta gammainc gammaincc betainc kron expm
cumprod cummax cummin conv1d conv_transpose2d group_norm upsample rotary swiglu""".split()


def entries():
    """(name, parameters, call, value, inputs) of every function; an input is a shape, or (shape, low, high),
    or ints."""
    for name, f, low, high in UNARY:
        yield name, "x: [n, n]", f"{name}(x)", lambda x, f=f: f(x), {"x": ((3, 3), low, high)}
    for name, f in STEPS:
        yield name, "x: [m, n]", f"{name}(x) * x", lambda x, f=f: f(x) * x, {"x": ((2, 3), 0.55, 0.95)}
    yield from CALLS
