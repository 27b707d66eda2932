"""The functions of the library file "solvers": programs with closed forms, or solved by SciPy."""
import numpy as np
from scipy import integrate, linalg, optimize


def cubic_root(a):
    """The root of x^3 + x = a."""
    return np.array([optimize.brentq(lambda x: x**3 + x - v, -10, 10, xtol=1e-15, rtol=1e-15) if np.isfinite(v) else np.nan for v in np.ravel(a)])


def cubic_slope(a):
    return 1 / (3 * cubic_root(a)**2 + 1)


def rk4(f, y, t0, t1, steps):
    h = (t1 - t0) / steps
    for i in range(steps):
        t = t0 + i * h
        a = f(t, y)
        b = f(t + h / 2, y + h / 2 * a)
        c = f(t + h / 2, y + h / 2 * b)
        y = y + h / 6 * (a + 2 * b + 2 * c + f(t + h, y + h * c))
    return y


def van_der_pol(y, mu, t1):
    f = lambda t, u: [u[1], mu * (1 - u[0]**2) * u[1] - u[0]]
    return integrate.solve_ivp(f, (0, t1), y, method="DOP853", rtol=1e-13, atol=1e-14).y[:, -1]


def add_cases(case, uniform):
    case("""roots(a: [n], c) {
    g(x) = x^3 + x - a * c
    return r = newton(g, ones([n]), 60, 1e-11)
}""", lambda a, c: cubic_root(a * c), outputs=["r"], sizes={"n": 3}, extra=": jacobian, jvp", tolerance32=1e-3, double=True, a=uniform(3), c=1.5)
    # Derivatives in the program and around it: second and third ones.
    case("""slopes(a) {
    g(x) = x^3 + x - a
    y = newton(g, 1, 60, 1e-11)
    first = grad(sin(y), a)
    second = grad(first, a)
    return first, second
}""", lambda a: {"first": np.cos(cubic_root(a)[0]) * cubic_slope(a)[0],
                 "second": (-np.sin(cubic_root(a)) * cubic_slope(a)**2 - np.cos(cubic_root(a)) * 6 * cubic_root(a) * cubic_slope(a)**3)[0]},
         extra=": hessian(first)", tolerance=1e-7, double=True, a=1.75)
    case("""square_root(A: [n, n]) {
    B = A @ A' + eye(n)
    g(X) = X @ X - B
    return X = newton(g, eye(n), 50, 1e-10)
}""", lambda A: np.real(linalg.sqrtm(A @ A.T + np.eye(len(A)))), outputs=["X"], sizes={"n": 2}, double=True, tolerance=1e-8, A=uniform((2, 2)))
    case("""single(a: [n], scale) {
    g(x) = scale * x^2 - a
    return x = newton(g, ones([n]), 30, 1e-5)
}""", lambda a, scale: np.sqrt(a / scale), outputs=["x"], sizes={"n": 3}, tolerance32=1e-3, a=uniform(3, 0.5, 2), scale=1.25)
    case("""implied(p: [2], q) {
    h(x, p) = [x[0]^2 + x[1] - p[0], x[0] * q - x[1] * p[1]]
    x0 = (-q + sqrt(q^2 + 4 * p[0] * p[1]^2)) / (2 * p[1])
    s = stop_gradient([x0, x0 * q / p[1]])
    return x = implicit(h, s, p)
}""", lambda p, q: np.array([1, q / p[1]]) * (-q + np.sqrt(q**2 + 4 * p[0] * p[1]**2)) / (2 * p[1]), outputs=["x"], tolerance32=2e-3, extra=": jvp",
         p=np.array([2.0, 0.75]), q=1.25)
    case("""implied_number(p, q) {
    h(x, p) = exp(x) * q - p
    x = implicit(h, log(p / q), p)
    return curve = grad(grad(x, p), p) + grad(x, q) * q
}""", lambda p, q: -1 / p**2 - 1, outputs=["curve"], tolerance32=2e-3, tolerance=1e-8, p=2.5, q=1.25)
    case("""rounds(y: [n], k, t0, t1) {
    g(t, u) = k * cos(t) * u - u^2
    return u = rk4(g, y, t0, t1, 6)
}""", lambda y, k, t0, t1: rk4(lambda t, u: k * np.cos(t) * u - u**2, y, t0, t1, 6), outputs=["u"], sizes={"n": 3}, extra=": jvp",
         y=uniform(3, 0.5, 1.5), k=0.75, t0=0.25, t1=1.5)
    case("""rounds_of(n: size, y, t1) {
    g(t, u) = t - u
    return u = rk4(g, y, 0, t1, n)
}""", lambda y, t1: rk4(lambda t, u: t - u, y, 0, t1, 5), outputs=["u"], sizes={"n": 5}, extra=": hessian", y=0.5, t1=2.0)
    case("""oscillator(y: [2], mu, t1) {
    g(t, u) = [u[1], mu * (1 - u[0]^2) * u[1] - u[0]]
    return u = dopri5(g, y, 0, t1, 1e-11, 1e-12, 1000)
}""", van_der_pol, outputs=["u"], tolerance=1e-7, double=True, y=np.array([1.5, 0.25]), mu=0.75, t1=3.0)
    # Second derivatives through the accepted steps, and gradients of these.
    case("""curved(y, k, t1) {
    g(t, u) = -k * u^2
    u = dopri5(g, y, 0, t1, 1e-11, 1e-12, 2000)
    slope = grad(u, k)
    return u, slope, mixed = grad(slope, y), twice = grad(slope, k)
}""", lambda y, k, t1: {"u": y / (1 + k * t1 * y), "slope": -t1 * y**2 / (1 + k * t1 * y)**2,
                       "mixed": -2 * t1 * y / (1 + k * t1 * y)**3, "twice": 2 * t1**2 * y**3 / (1 + k * t1 * y)**3},
         tolerance=1e-7, double=True, y=1.25, k=0.75, t1=2.0)
    case("""decay(A: [n, n], y: [n], t0, t1) {
    g(t, u) = A @ u
    return u = dopri5(g, y, t0, t1, 1e-4, 1e-4, 300)
}""", lambda A, y, t0, t1: linalg.expm(A * (t1 - t0)) @ y, outputs=["u"], sizes={"n": 3}, rough=True, tolerance=2e-3, tolerance32=2e-3,
         A=uniform((3, 3), -1, 1), y=uniform(3), t0=0.5, t1=1.75)
    case("", lambda A, y, t0, t1: linalg.expm(A * (t1 - t0)) @ y, name="decay", outputs=["u"], sizes={"n": 3}, rough=True, tolerance=2e-3, tolerance32=2e-3,
         A=uniform((3, 3), -1, 1), y=uniform(3), t0=1.75, t1=0.5)
    case("", lambda A, y, t0, t1: linalg.expm(A * (t1 - t0)) @ y, name="decay", outputs=["u"], sizes={"n": 2}, rough=True, tolerance=2e-3, tolerance32=2e-3,
         A=uniform((2, 2), -1, 1), y=uniform(2), t0=0.5, t1=0.5)
    # What SciPy's RK45 does from one step to the next, this does, too.
    case("""steps(y: [2]) {
    g(t, u) = [u[1], 2 * (1 - u[0]^2) * u[1] - u[0]]
    return u = dopri5(g, y, 0, 6, 1e-3, 1e-5, 200)
}""", lambda y: integrate.solve_ivp(lambda t, u: [u[1], 2 * (1 - u[0]**2) * u[1] - u[0]], (0, 6), y, method="RK45", rtol=1e-3, atol=1e-5).y[:, -1],
         outputs=["u"], wrt=[], tolerance=1e-9, double=True, y=np.array([1.5, 0.25]))
    for name, body in [("no_root", "g(x) = x^2 + a\n    return y = newton(g, 1, 40, 1e-5)"), ("too_few", "g(x) = x^2 - a\n    return y = newton(g, 1, 2, 1e-5)"),
                       ("no_solution", "g(x, p) = x^2 - p\n    return y = implicit(g, 3, a)"), ("too_long", "g(t, u) = -u\n    return y = dopri5(g, a, 0, 10, 1e-5, 1e-5, 4)"),
                       ("explodes", "g(t, u) = u^2\n    return y = dopri5(g, a, 0, 10, 1e-4, 1e-4, 50)")]:
        case(f"{name}(a) {{\n    {body}\n}}", status=5, a=1.5)
