"""package.py: the package as its user meets it. Numbers are NumPy's, or formulas'. usage: package.py MODEL"""

import copy
import importlib
import inspect
import math
import os
import pickle
import subprocess
import sys
import tempfile

import numpy as np

import gradc

model = sys.argv[1]
passed = failed = 0


def check(what, holds):
    global passed, failed
    if holds:
        passed += 1
    else:
        failed += 1
        print("FAIL", what)


def close(a, b):
    a, b = np.asarray(a), np.asarray(b)
    return a.shape == b.shape and np.allclose(a, b, rtol=1e-12, atol=1e-12)


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def refused(what, kind, text, call):
    try:
        result = call()
    except Exception as error:
        check("%s: %r" % (what, error), isinstance(error, kind) and text in str(error))
    else:
        check("%s: gave %r" % (what, result), False)


program = gradc.load(model)
random = np.random.default_rng(1)
x, W, label = random.normal(size=(4, 2)), random.normal(size=(2, 3)), np.array([3, 0, 3])
layer, cubes, slopes, step = program.layer, program.cubes, program.slopes, program.step

# Values and derivatives.
y = np.tanh(x @ W) * 2
loss = np.sum(y[label] ** 2)
out = layer(x, W, label)
check("outputs by name", close(out.loss, loss) and close(out.y, y))
check("by name and with a default replaced", close(layer(label=label, W=W, x=x, gain=1).y, y / 2))
check("lists are arrays", close(layer(x.tolist(), W.T.copy().T, [3, 0, 3]).y, y))
outputs, gradients = layer.gradient(x, W, label)
d_y = np.zeros_like(y)
np.add.at(d_y, label, 2 * y[label])
d_z = d_y * (2 - y ** 2 / 2)
check("gradients", close(gradients.d_W, x.T @ d_z) and close(gradients.d_x, d_z @ W.T) and close(gradients.d_gain, loss))
_, gradients = layer.gradient(x, W, label, d_loss=0, d_y=np.ones_like(y))
check("of the output that is asked for", close(gradients.d_gain, np.sum(y) / 2))
v = np.array([1.0, -2.0, 3.0])
check("hessian", close(cubes.hessian(v, 2).d2cubes_dx_dx, np.diag(12 * v)) and close(cubes.hessian(v, 2).d2cubes_dx_dt, 3 * v ** 2))
check("jacobian", close(cubes.jacobian(v, 2).dcubes_dx, 6 * v ** 2))
check("jvp", close(cubes.jvp(v, 2, t_x=[1, 1, 1], t_t=5), 6 * np.sum(v ** 2) + 5 * np.sum(v ** 3)))
check("hvp", close(cubes.hvp(v, 2, v_x=[1, 1, 1]).hv_x, 12 * v))
points = np.arange(6.0) ** 2
steps = np.diff(points)
dense = np.zeros((5, 6))
for i in range(5):
    dense[i, i], dense[i, i + 1] = -2 * steps[i], 2 * steps[i]
check("sparse_jacobian", close(slopes.sparse_jacobian(points).toarray(), dense) and close(slopes.jacobian(points), dense))
second = np.zeros((6, 6))
for i in range(5):  # r[i] x[i + 1], r = (b - a)^2
    a, b = points[i], points[i + 1]
    second[i:i + 2, i:i + 2] += [[2 * b, 2 * a - 4 * b], [2 * a - 4 * b, 6 * b - 4 * a]]
check("sparse_hessian, its lower half", close(slopes.sparse_hessian(points).toarray(), np.tril(second)))
_, gradient = slopes.gradient(points, d_r=np.ones(5))
check("gradient of a vector", close(gradient, np.ones(5) @ dense))

# In place.
w = np.array([1.0, 2.0])
result = step(w, np.array([3.0, 1.0]), 7)
check("updates", close(w, [0.5, 0.5]) and result.w is w and result.count == 8)
w = np.array([1.0, 2.0])
step(w, w, 0)
check("an input that overlaps what is updated", close(w, [0.0, 1.5]))

# Names and sizes.
check("words of Python", getattr(program, "lambda_")(from_=[1, 2], is_=3) == 9)
check("sizes by name", close(program.grid(1.5, Rows=2, Columns=3), np.full((2, 3), 1.5)))
for shape in (4, 2), (2, 4):
    A = random.normal(size=shape)
    Q, R = program.thin(A)
    check("the lesser of two sizes", Q.shape == (shape[0], 2) and close(Q @ R, A))
check("names of Python's own", close(program.map([3, 4]), [9, 16]))

# What is refused.
refused("a real index", TypeError, "label is int", lambda: layer(x, W, label * 1.0))
refused("an index that would wrap around", OverflowError, "4294967296 does not fit", lambda: layer(x, W, [2 ** 32, 0]))
refused("an unsigned index", OverflowError, "does not fit", lambda: layer(x, W, np.array([2 ** 63], np.uint64)))
refused("a mask", TypeError, "flatnonzero", lambda: layer(x, W, np.array([True, False])))
refused("a real count", TypeError, "count is int", lambda: step(w, w.copy(), 1.0))
refused("a count too large", OverflowError, "does not fit", lambda: step(w, w.copy(), 2 ** 31))
refused("complex numbers", TypeError, "x is real", lambda: layer(x * 1j, W, label))
refused("words", TypeError, "x is real", lambda: layer(np.array([["a", "b"]]), W, label))
fixed = np.array([1.0, 2.0])
fixed.flags.writeable = False
refused("a read-only array", ValueError, "read-only", lambda: step(fixed, w, 0))
refused("a list in place", TypeError, "in place", lambda: step([1.0, 2.0], w, 0))
refused("another type in place", TypeError, "in place", lambda: step(np.zeros(2, np.float32), w, 0))
refused("every second element in place", TypeError, "in place", lambda: step(np.zeros(4)[::2], w, 0))
refused("given twice", TypeError, "given twice", lambda: cubes(v, 2, t=3))
refused("too many", TypeError, "takes 2 inputs", lambda: cubes(v, 2, 3))
refused("too few", TypeError, "input t is missing", lambda: cubes(v))
refused("an unknown name", TypeError, "no input z", lambda: cubes(v, 2, z=1))
refused("what another entry reads", TypeError, "no input d_cubes", lambda: cubes(v, 2, d_cubes=1))
refused("another shape", ValueError, "W has the shape (3, 2)", lambda: layer(random.normal(size=(4, 3)), W.T, label))
refused("a shape of as many elements", ValueError, "x has the shape (5,), not (6,)", lambda: slopes(np.zeros(5)))
refused("other axes", ValueError, "axes", lambda: cubes(np.zeros((2, 2)), 1))
refused("sizes that differ", ValueError, "the size N is 2, not 3", lambda: step(np.zeros(2), np.zeros(3), 0))
refused("a vector for a number", ValueError, "t has 0 axes, not 1", lambda: cubes(v, v))
refused("no size", TypeError, "size Columns by name", lambda: program.grid(1.0, Rows=1))
refused("a real size", ValueError, "whole number", lambda: program.grid(1.0, Rows=1, Columns=2.0))
refused("no output gradient", TypeError, "d_r [5]", lambda: slopes.gradient(points))
refused("no tangent", TypeError, "t_x or t_t", lambda: cubes.jvp(v, 2))
refused("no direction", TypeError, "v_x or v_t", lambda: cubes.hvp(v, 2))
refused("no export", TypeError, "export layer wrt ...: hessian", lambda: layer.hessian(x, W, label))
refused("an index out of range", ValueError, "an index is out of range", lambda: layer(x, W, [4]))
refused("a condition", ValueError, "x > 0", lambda: program.careful(-1))
refused("a singular matrix", ValueError, "singular", lambda: program.fall(np.zeros((2, 2)), np.ones(2)))
refused("a wrong program", gradc.CompileError, "error: y has no value here", lambda: gradc.compile("f(x) = y"))
refused("no program", FileNotFoundError, "none.nn", lambda: gradc.load("none.nn"))
refused("another function", AttributeError, "there is layer, cubes", lambda: gradc.load(model, "none"))

# For people.
check("signature", str(inspect.signature(layer)) == "(x, W, label, gain=2)")
check("signature with sizes", str(inspect.signature(program.grid)) == "(x, *, Rows, Columns)")
check("docstring", "W: real [D, 3]" in layer.__doc__ and "layer.gradient: d_x [N, D]" in layer.__doc__)
check("docstring of a condition", "Requires: x > 0" in program.careful.__doc__)
check("repr", repr(cubes) == "<gradc function cubes(x: [N], t) -> cubes>")
check("repr of a program", "layer, cubes" in repr(program))

# What is kept.
check("copies", copy.deepcopy(cubes) is cubes)
again = pickle.loads(pickle.dumps(cubes))
check("pickle", close(again(v, 2), 2 * np.sum(v ** 3)))
with tempfile.TemporaryDirectory() as folder:
    os.environ["GRADC_CACHE"] = os.path.join(folder, "kept")
    path = os.path.join(folder, "part.nn")
    parts, own = os.path.join(folder, "my parts.nn"), os.path.join(folder, "own model.nn")
    write(parts, "twice(x) = 2 * x\n")
    write(own, 'import "my parts.nn"\nf(x) = twice(x) + 1\n')
    f = gradc.load(own)
    check("one function", f(3) == 7)
    text = pickle.dumps(f)
    gradc.load(own)
    check("compiled once", len(os.listdir(os.environ["GRADC_CACHE"])) == 1)
    write(parts, "twice(x) = x + x + x\n")
    check("an import that changes", gradc.load(own)(3) == 10 and f(3) == 7)
    refused("a pickle of what has changed", ValueError, "has changed", lambda: pickle.loads(text))
    f = gradc.compile("precision float32\nf(x: [n]) = 2 * x")
    check("text, in single precision", f(np.array([1, 2])).dtype == np.float32)
    check("double after all", gradc.compile("precision float32\nf(x) = x / 3", precision="float64")(1) == 1 / 3)
    check("fixed sizes", "[7]" in repr(gradc.compile("dim H = 3\nf(x: [H]) = sum(x)", sizes={"H": 7})))
    check("a function of several", gradc.load(model, "careful")(1) == 0)

    # The module that --emit=python writes, and its reload.
    os.chdir(folder)
    sys.path.insert(0, folder)
    command = os.environ["GRADC"]

    def build(body):
        write("emitted.nn", "f(x: [n]) = %s\nfilter(x) = x\nre(self, class_, m: [n]) = self * class_ * sum(m)\nbind(x) = 2 * x\n" % body)
        subprocess.check_call([command, "--standalone", "emitted.nn", "-o", "emitted.c"])
        subprocess.check_call([command, "--emit=python", "emitted.nn", "-o", "emitted.py"])
        subprocess.check_call([os.environ.get("CC", "cc"), "-O1", "-fPIC", "-shared", "emitted.c", "-o", "libemitted.so", "-lm"])
    build("sum(x^2)")
    import emitted
    old = emitted.f
    check("a module of its own", emitted.f(v) == 14 and emitted.filter(2) == 2 and dir(emitted) == ["bind", "f", "filter", "re"])
    check("names of the module", emitted.re(2, 3, v) == 12 and emitted.bind(2) == 4)
    check("names of its calls", emitted.re(self=2, class_=3, m=v) == 12 and emitted.re.gradient(self=2, class_=3, m=v)[1][0] == 6)
    from emitted import bind
    check("names taken from it", bind(2) == 4)
    check("pickle by name", pickle.loads(pickle.dumps(old)) is old)
    build("sum(x^3)")
    importlib.reload(emitted)
    check("reload takes the new library", emitted.f(v) == 20 and old(v) == 14)

# Nonlinear programs.
source = """
energy(x: [3], k = 100.0) = k * sum((x[1:] - x[:-1]^2)^2)
lengths(x: [3], q: [2]) = x[1:] * x[:-1] + q
export chain = nlp(energy, lengths) wrt x given q
"""
chain = gradc.compile(source)
at, q = [1.0, 2.0, -1.0], [5.0, 7.0]
check("objective", chain.objective(at, q=q) == 100 * (1 + 25) and chain.objective(x=at, k=1, q=q) == 26)
check("constraints", close(chain.constraints(at, q=q), [7, 5]))
check("objective_gradient", close(chain.objective_gradient(at, 1, q), [-4, 2 + 40, -10]))
check("constraints_jacobian", close(chain.constraints_jacobian(at, q=q).toarray(), [[2, 1, 0], [0, -1, 2]]))
hessian = chain.lagrangian_hessian(at, 1, q, 0.5, [3, 4]).toarray()
check("lagrangian_hessian", close(hessian, np.tril(0.5 * np.array([[12 - 8, -4, 0], [-4, 2 + 48 + 4, -8], [0, -8, 2]])
                                                   + [[0, 3, 0], [3, 0, 4], [0, 4, 0]])))
check("multipliers by name", close(chain.lagrangian_hessian(at, 1, q, lambda_=[3, 4], sigma=0.5).toarray(), hessian))
check("what there is", "chain(x: [3], k = 100.0, q: [2]) -> objective" in repr(chain) and ".lagrangian_hessian" in chain.__doc__)
refused("no multipliers", TypeError, "the input sigma is missing", lambda: chain.lagrangian_hessian(at, 1, q))
refused("multipliers of an objective", TypeError, "there is no input sigma", lambda: chain.objective(at, 1, q, sigma=1))
refused("no function", TypeError, "it has objective, objective_gradient,", lambda: chain(at, 1, q))
refused("no gradient", TypeError, "it has objective, objective_gradient,", lambda: chain.gradient(at, 1, q))
refused("no program", TypeError, "cubes has no objective", lambda: cubes.objective([1, 2], 3))

# SciPy.
try:
    import scipy.optimize as optimize
    import scipy.sparse
except ImportError:
    print("skipped: the calls by SciPy, for want of the package python3-scipy")
else:
    rosen = gradc.compile("""
rosen(x: [n], a = 100.0) = sum(a * (x[1:] - x[:-1]^2)^2 + (1 - x[:-1])^2)
export rosen wrt x: hessian, hvp
""")
    start = np.array([1.3, 0.7, 0.8, 1.9])
    check("as SciPy has it", close(rosen.jac(start), optimize.rosen_der(start)) and close(rosen.hess(start), optimize.rosen_hess(start))
          and close(rosen.hessp(start, start), optimize.rosen_hess_prod(start, start)))
    for method, more in [("BFGS", {}), ("Newton-CG", {"hess": rosen.hess}), ("Newton-CG", {"hessp": rosen.hessp}),
                         ("trust-ncg", {"hessp": rosen.hessp}), ("trust-exact", {"hess": rosen.hess})]:
        found = optimize.minimize(rosen, start, args=(50.0,), jac=rosen.jac, method=method, options={"gtol": 1e-8}
                                  if method != "Newton-CG" else {"xtol": 1e-10}, **more)
        check("minimize by " + method, np.allclose(found.x, 1, atol=1e-5))
    both = optimize.minimize(rosen.gradient, start, jac=True, method="L-BFGS-B", options={"gtol": 1e-10, "ftol": 1e-14})
    check("value and gradient in one", np.allclose(both.x, 1, atol=1e-4))
    fit = gradc.compile("fit(p: [2], t: [N], z: [N]) = p[0] * exp(p[1] * t) - z\nexport fit wrt p: jacobian")
    t = np.linspace(0, 1, 9)
    found = optimize.least_squares(fit, [1.0, 0.0], jac=fit.jac, args=(t, 3 * np.exp(-2 * t)))
    check("least_squares", np.allclose(found.x, [3, -2]))
    check("a sparse matrix", scipy.sparse.issparse(slopes.sparse_jacobian(points).tocsr())
          and close(slopes.sparse_jacobian(points).tocsr().toarray(), dense))

# ---- Given inputs: what is prepared of them is used again as long as they are the same ----

A, b = random.normal(size=(4, 4)), random.normal(size=4)
fitted = lambda A, at, b: np.sum(np.linalg.solve(A, b)**2) * np.exp(A[at, 0])
for round in range(3):
    check("fitted", close(program.fitted(A, 1, b), fitted(A, 1, b)))
    block = program.fitted._prepared[2]
    loss, d_b = program.fitted.gradient(A, 1, 2 * b)
    check("its gradient", close(d_b, 2 * np.linalg.solve(A.T, np.linalg.solve(A, 2 * b)) * np.exp(A[1, 0])))
    check("prepared once", program.fitted._prepared[2] is block)
    check("another number", close(program.fitted(A, 2, b), fitted(A, 2, b)))
    A[0, round] += 1  # in the caller's own array
check("another size", close(program.fitted(A[:2, :2], 0, b[:2]), fitted(A[:2, :2], 0, b[:2])))
refused("out of range", ValueError, "out of range", lambda: program.fitted(A, 4, b))
refused("singular", ValueError, "singular", lambda: program.fitted(np.ones((4, 4)), 0, b))
check("afterwards", close(program.fitted(A, 1, b), fitted(A, 1, b)))

print("%d passed, %d failed" % (passed, failed))
sys.exit(failed > 0)
