"""Plays the twelve evals of GradBench with the program named as argument, and compares its answers with NumPy: values from
formulas written anew, derivatives by complex steps, which are exact to the last digits. Prints N passed, N failed.

Of `particle` and `saddle` the answers are known: the first is GradBench's own, the second Siskind and Pearlmutter's (Using
Programming Language Theory to Make Automatic Differentiation Sound and Efficient, 2008)."""
import json
import subprocess
import sys
from math import lgamma, log, pi

import numpy as np

rng = np.random.default_rng(7)
tool = subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
sent = passed = failed = 0


def send(message):
    global sent
    tool.stdin.write(json.dumps({"id": sent} | message) + "\n")
    tool.stdin.flush()
    reply = json.loads(tool.stdout.readline())
    assert reply.pop("id") == sent
    sent += 1
    return reply


def report(name, holds, note=""):
    global passed, failed
    passed, failed = passed + bool(holds), failed + (not holds)
    if not holds:
        print("FAIL", name, note)


def numbers(x):
    if isinstance(x, dict):
        return np.concatenate([numbers(x[key]) for key in sorted(x)])
    return np.array(x, float).ravel()


def expect(module, function, given, wanted, tolerance=1e-9):
    if isinstance(given, dict):
        given = json.loads(json.dumps(given, default=lambda a: a.tolist())) | {"min_runs": 2, "min_seconds": 0}
    reply = send({"kind": "evaluate", "module": module, "function": function, "input": given})
    name = f"{module} {function}"
    report(name, reply["success"], reply.get("error"))
    if reply["success"]:
        got, wanted = numbers(reply["output"]), numbers(wanted)
        report(name, got.shape == wanted.shape and np.abs(got - wanted).max() <= tolerance * np.abs(wanted).max(),
               f"got {got[:8]}, not {wanted[:8]}")
        report(name, len(reply["timings"]) == (2 if isinstance(given, dict) else 1) and
               all(t["name"] == "evaluate" and t["nanoseconds"] >= 0 for t in reply["timings"]), "timings")


def jacobian(f, x, step=1e-30):
    """By columns: the imaginary part of f(x + i step) / step."""
    flat = x.ravel().astype(complex)
    columns = []
    for i in range(flat.size):
        moved = flat.copy()
        moved[i] += 1j * step
        columns.append(np.imag(f(moved.reshape(x.shape))).ravel() / step)
    return np.stack(columns, -1)


def gradient(f, x):
    return jacobian(f, x).reshape(x.shape)


def logsumexp(x):
    top = x.real.max()
    return np.log(np.exp(x - top).sum()) + top


# ---- The conversation ----

assert send({"kind": "start", "eval": "hello"}) == {"tool": "gradc"}
for module in "hello ba det gmm ht kmeans llsq lse lstm ode particle saddle".split():
    report(module, send({"kind": "define", "module": module}) == {"success": True})
report("unknown module", send({"kind": "define", "module": "nothing"}) == {"success": False})
report("analysis", send({"kind": "analysis", "of": 1, "valid": True}) == {})
for message in ({"module": "hello", "function": "triple", "input": 1}, {"module": "lse", "function": "primal", "input": {}},
                {"module": "nothing", "function": "primal", "input": {}}, {"module": "hello", "function": "square"},
                {"module": "lse", "function": "primal", "input": {"x": []}},
                {"module": "det", "function": "gradient", "input": {"A": [1, 2, 3], "ell": 2}},
                {"module": "llsq", "function": "primal", "input": {"x": [1], "n": -3}}):
    reply = send({"kind": "evaluate"} | message)
    report(message, not reply["success"] and reply["error"])

# ---- Of one number, of one array ----

expect("hello", "square", 3.0, 9)
expect("hello", "double", 3.0, 6)
for function in "ff fr rf rr".split():
    expect("particle", function, {"w": 0.0}, 0.2071918746486116)
    expect("saddle", function, {"start": [1, 1]}, np.full(4, 8.246324826140356e-06))

x = 3 * rng.standard_normal(40)
expect("lse", "primal", {"x": x}, logsumexp(x))
expect("lse", "gradient", {"x": x}, gradient(logsumexp, x))

x, n = rng.standard_normal(9), 50
t = -1 + 2 * np.arange(n) / (n - 1)
powers = t[:, None] ** np.arange(9)
off = powers @ x - np.sign(t)
expect("llsq", "primal", {"x": x, "n": n}, off @ off / 2)
expect("llsq", "gradient", {"x": x, "n": n}, powers.T @ off)


def ode(x, steps=12):
    def slope(y):
        return np.concatenate([x[:1], x[1:] * y[:-1]])
    y, h = 0 * x, 2 / steps
    for _ in range(steps):
        k1 = slope(y)
        k2 = slope(y + h / 2 * k1)
        k3 = slope(y + h / 2 * k2)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + slope(y + h * k3))
    return y


x = 1 + rng.random(7)
expect("ode", "primal", {"x": x, "s": 12}, ode(x))
expect("ode", "gradient", {"x": x, "s": 12}, gradient(lambda x: ode(x)[-1], x))

for n in 1, 2, 5, 8:
    A = rng.random((n, n))
    expect("det", "primal", {"A": A.ravel(), "ell": n}, np.linalg.det(A))
    expect("det", "gradient", {"A": A.ravel(), "ell": n}, np.linalg.det(A) * np.linalg.inv(A).T)

# ---- Of data ----

points, centroids = rng.standard_normal((60, 3)), rng.standard_normal((4, 3))
distance = ((points[:, None] - centroids) ** 2).sum(-1)
nearest = distance.argmin(1)
assert len(set(nearest)) == 4
expect("kmeans", "cost", {"points": points, "centroids": centroids}, distance.min(1).sum())
expect("kmeans", "dir", {"points": points, "centroids": centroids},
       [centroids[k] - points[nearest == k].mean(0) for k in range(4)])

N, D, K, wishart, m = 12, 3, 2, 1.3, 1
x, alpha, mu, q = rng.standard_normal((N, D)), rng.standard_normal(K), rng.standard_normal((K, D)), rng.standard_normal((K, D))
below = rng.standard_normal((K, D * (D - 1) // 2))


def gmm(alpha=alpha, mu=mu, q=q, l=below):
    n = D + m + 1
    constant = n * D * (log(wishart) - log(2) / 2) - D * (D - 1) / 4 * log(pi) - sum(lgamma((n - j) / 2) for j in range(D))
    factors = []
    total = -N * D / 2 * log(2 * pi) - N * logsumexp(alpha) + K * constant
    for k in range(K):
        Q = np.diag(np.exp(q[k])).astype(complex)
        columns = [(r, c) for c in range(D) for r in range(c + 1, D)]
        for (r, c), value in zip(columns, l[k]):
            Q[r, c] = value
        factors.append(Q)
        total = total - wishart**2 / 2 * (Q * Q).sum() + m * q[k].sum()
    for point in x:
        terms = [alpha[k] + q[k].sum() - ((factors[k] @ (point - mu[k])) ** 2).sum() / 2 for k in range(K)]
        total = total + logsumexp(np.array(terms))
    return total


given = {"d": D, "k": K, "n": N, "alpha": alpha, "mu": mu, "q": q, "l": below, "x": x, "gamma": wishart, "m": m}
expect("gmm", "objective", given, gmm().real)
expect("gmm", "jacobian", given, {
    "alpha": gradient(lambda v: gmm(alpha=v), alpha), "mu": gradient(lambda v: gmm(mu=v), mu),
    "q": gradient(lambda v: gmm(q=v), q), "l": gradient(lambda v: gmm(l=v), below)})

L, T, b = 2, 6, 5
main, extra = rng.standard_normal((2 * L, 4 * b)) / 2, rng.standard_normal((3, b))
state, sequence = rng.standard_normal((2 * L, b)), rng.integers(0, 2, (T, b)).astype(float)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def lstm(main, extra):
    hidden, cell, total = list(state[::2]), list(state[1::2]), 0
    for t in range(T - 1):
        x = sequence[t] * extra[0]
        for k in range(L):
            weight, bias = main[2 * k].reshape(4, b), main[2 * k + 1].reshape(4, b)
            forget, out = sigmoid(x * weight[0] + bias[0]), sigmoid(x * weight[2] + bias[2])
            enter, change = sigmoid(hidden[k] * weight[1] + bias[1]), np.tanh(hidden[k] * weight[3] + bias[3])
            cell[k] = cell[k] * forget + enter * change
            hidden[k] = x = out * np.tanh(cell[k])
        y = x * extra[1] + extra[2]
        total = total + (sequence[t + 1] * (y - np.log(2 + np.exp(y).sum()))).sum()
    return -total / ((T - 1) * b)


given = {"main_params": main, "extra_params": extra, "state": state, "sequence": sequence}
expect("lstm", "objective", given, lstm(main, extra))
expect("lstm", "jacobian", given, np.concatenate([gradient(lambda v: lstm(v, extra), main).ravel(),
                                                  gradient(lambda v: lstm(main, v), extra).ravel()]))

# ---- Jacobians ----

camera, point, weight, feature = rng.standard_normal(11), rng.standard_normal(3) + [0, 0, 8], 0.7, rng.standard_normal(2)


def observe(v):
    camera, point, weight = v[:11], v[11:14], v[14]
    angle = np.sqrt((camera[:3] ** 2).sum())
    axis, x = camera[:3] / angle, point - camera[3:6]
    P = np.cos(angle) * x + np.sin(angle) * np.cross(axis, x) + (1 - np.cos(angle)) * (axis @ x) * axis
    p = P[:2] / P[2]
    s = (p**2).sum()
    return weight * (camera[6] * (1 + camera[9] * s + camera[10] * s * s) * p + camera[7:9] - feature)


n, m, p = 4, 3, 12
given = {"n": n, "m": m, "p": p, "cam": camera, "x": point, "w": weight, "feat": feature}
everything = np.concatenate([camera, point, [weight]])
expect("ba", "objective", given, {"reproj_error": {"elements": observe(everything), "repeated": p},
                                  "w_err": {"element": 1 - weight**2, "repeated": p}})
block = jacobian(observe, everything)
columns = [0 + i for i in range(11)] + [11 * n + i for i in range(3)] + [11 * n + 3 * m]
expect("ba", "jacobian", given, {
    "rows": [*range(0, 15 * 2 * p, 15), *range(30 * p, 31 * p + 1)][:30] + [31 * p],
    "cols": columns * 2 + [11 * n + 3 * m + p - 1], "vals": [*block.ravel(), -2 * weight]})


def euler(x, y, z):
    """Rotations about x, then y, then z."""
    one, zero = 1 + 0 * x, 0 * x
    X = np.array([[one, zero, zero], [zero, np.cos(x), -np.sin(x)], [zero, np.sin(x), np.cos(x)]])
    Y = np.array([[np.cos(y), zero, np.sin(y)], [zero, one, zero], [-np.sin(y), zero, np.cos(y)]])
    Z = np.array([[np.cos(z), -np.sin(z), zero], [np.sin(z), np.cos(z), zero], [zero, zero, one]])
    return Z @ Y @ X


def rigid():
    M = np.eye(4)
    M[:3, :3], M[:3, 3] = euler(*rng.standard_normal(3)), rng.standard_normal(3)
    return M


def bend(theta, model):
    """The vertices of the hand, one in each row."""
    pose = np.zeros((22, 3), complex)
    for finger in range(5):
        first, spread, second, third = theta[6 + 4 * finger:10 + 4 * finger]
        pose[2 + 4 * finger] = first, 0, spread
        pose[3 + 4 * finger, 0], pose[4 + 4 * finger, 0] = second, third
    absolute = []
    for b in range(22):
        R = np.eye(4, dtype=complex)
        R[:3, :3] = euler(*pose[b])
        own = model["base_relatives"][b] @ R
        absolute.append(own if model["parents"][b] < 0 else absolute[model["parents"][b]] @ own)
    vertices = sum(model["weights"][:, b:b + 1] * (model["base_positions"] @ (absolute[b] @ model["inverse_base_absolutes"][b]).T)
                   for b in range(22))[:, :3]
    if model["is_mirrored"]:
        vertices = vertices * [-1, 1, 1]
    angle = np.sqrt((theta[:3] ** 2).sum())
    if angle.real < 1e-4:
        return vertices + theta[3:6]
    axis = theta[:3] / angle
    K = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    R = np.eye(3) + np.sin(angle) * K + (1 - np.cos(angle)) * K @ K
    return vertices @ R.T + theta[3:6]


V, C = 9, 6
weights = rng.random((V, 22)) * (rng.random((V, 22)) < 0.3)
for mirrored in False, True:
    model = {"bone_count": 22, "bone_names": ["bone"] * 22,
             "parents": [-1] + [0 if b % 4 == 1 else b - 1 for b in range(1, 21)] + [0],
             "base_relatives": np.array([rigid() for _ in range(22)]),
             "inverse_base_absolutes": np.array([rigid() for _ in range(22)]),
             "base_positions": np.concatenate([rng.standard_normal((V, 3)), np.ones((V, 1))], 1),
             "weights": weights, "triangles": rng.integers(0, V, (5, 3)), "is_mirrored": mirrored}
    theta, seen = rng.standard_normal(26), rng.standard_normal((C, 3))
    if mirrored:
        theta[:3] = 0
    v, corner = rng.integers(0, V, C), rng.integers(0, 5, C)
    us = rng.random((C, 2))
    given = {"theta": theta, "us": [], "data": {"model": model, "correspondences": v, "points": seen}}

    def simple(theta):
        return (seen - bend(theta, model)[v]).ravel()

    def complicated(theta, us=us):
        a, b, c = (bend(theta, model)[model["triangles"][corner, i]] for i in range(3))
        return (seen - us[:, :1] * a - us[:, 1:] * b - (1 - us[:, :1] - us[:, 1:]) * c).ravel()

    # Where the hand is not turned, the eval's hand does not turn for small angles either.
    free = slice(3 if mirrored else 0, 26)

    def by_theta(f):
        J = np.zeros((3 * C, 26))
        J[:, free] = jacobian(lambda part: f(np.concatenate([theta[:free.start], part])), theta[free])
        return J

    expect("ht", "objective", given, simple(theta.astype(complex)).real)
    expect("ht", "jacobian", given, by_theta(simple))
    given |= {"us": us, "data": {"model": model, "correspondences": corner, "points": seen}}
    expect("ht", "objective", given, complicated(theta.astype(complex)).real)
    own = jacobian(lambda us: complicated(theta.astype(complex), us), us).reshape(C, 3, C, 2)
    expect("ht", "jacobian", given, np.concatenate([own[range(C), :, range(C)].reshape(3 * C, 2), by_theta(complicated)], 1))

model["parents"] = model["parents"][:3] + [1] + model["parents"][4:]
reply = send({"kind": "evaluate", "module": "ht", "function": "objective",
              "input": json.loads(json.dumps(given, default=lambda a: a.tolist()))})
report("a hand of another shape", not reply["success"] and "finger" in reply["error"])

tool.stdin.close()
report("the end of the input", tool.wait() == 0)
print(f"{passed} passed, {failed} failed")
sys.exit(failed != 0)
