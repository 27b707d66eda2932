"""The functions of the library file "geometry", as library.py lists those of the library; values by SciPy."""
import numpy as np
from scipy import linalg
from scipy.spatial.transform import Rotation


def skew(v):
    return np.array([[0, -v[2], v[1]], [v[2], 0, -v[0]], [-v[1], v[0], 0]])


def twist(x):
    X = np.zeros((4, 4))
    X[:3, :3], X[:3, 3] = skew(x[3:]), x[:3]
    return X


def quaternion(q):
    w, x, y, z = q
    return np.array([[w, -x, -y, -z], [x, w, -z, y], [y, z, w, -x], [z, -y, x, w]])


def rotate(q, v):
    """q (0, v) q* with the vector part times |q|^2 as it stands: the formula for unit quaternions, taken as it is."""
    return v + 2 * np.cross(q[1:], np.cross(q[1:], v) + q[0] * v)


def log(q):
    n = np.linalg.norm(q[1:])
    return 2 * np.arctan2(n, q[0]) / n * q[1:] if q[0] >= 0 else log(-q)


def quat_of(a):
    """The sign that makes the largest element positive."""
    q = Rotation.from_rotvec(a).as_quat()[[3, 0, 1, 2]]
    return q * np.sign(q[np.argmax(abs(q))])


def rotation_log(a, b):
    return (Rotation.from_rotvec(a) * Rotation.from_rotvec(b)).as_rotvec()


HELPERS = ""
CALLS = [
    ("skew", "v: [3]", "skew(v)", skew, {"v": (3,)}),
    ("so3_exp", "r: [3]", "so3_exp(r)", lambda r: linalg.expm(skew(r)), {"r": (3,)}),
    ("so3_exp_small", "r: [3]", "so3_exp(0.1 * r)", lambda r: linalg.expm(skew(0.1 * r)), {"r": (3,)}),
    ("so3_exp_rows", "r: [m, 3]", "so3_exp(r)", lambda r: np.stack([linalg.expm(skew(v)) for v in r]), {"r": (2, 3)}),
    ("so3_log", "a: [3], b: [3]", "so3_log(so3_exp(a) @ so3_exp(b))", rotation_log, {"a": ((3,), -1, 1), "b": ((3,), -1, 1)}),
    ("so3_log_far", "a: [3]", "so3_log(so3_exp(a))", lambda a: a, {"a": np.array([1.5, -2.0, 1.25])}),
    ("so3_log_about_x", "a: [3]", "so3_log(so3_exp(a))", lambda a: a, {"a": np.array([2.5, 0.5, -1.0])}),
    ("so3_log_about_z", "a: [3]", "so3_log(so3_exp(a))", lambda a: a, {"a": np.array([-0.75, 0.5, 2.5])}),
    ("quat_of_w", "a: [3]", "quat_of(so3_exp(a))", quat_of, {"a": np.array([0.5, -0.25, 0.75])}),
    ("quat_of_x", "a: [3]", "quat_of(so3_exp(a))", quat_of, {"a": np.array([-2.5, 0.5, 1.0])}),
    ("quat_of_y", "a: [3]", "quat_of(so3_exp(a))", quat_of, {"a": np.array([0.5, 2.25, -1.25])}),
    ("quat_of_z", "a: [3]", "quat_of(so3_exp(a))", quat_of, {"a": np.array([-0.75, 0.5, -2.5])}),
    ("se3_exp", "x: [6]", "se3_exp(x)", lambda x: linalg.expm(twist(x)), {"x": (6,)}),
    ("se3_exp_small", "x: [6]", "se3_exp(0.3 * x)", lambda x: linalg.expm(twist(0.3 * x)), {"x": ((6,), -1, 1)}),
    ("quat_mul", "a: [4], b: [4]", "quat_mul(a, b)", lambda a, b: quaternion(a) @ b, {"a": (4,), "b": (4,)}),
    ("quat_rotate", "q: [4], v: [m, 3]", "quat_rotate(q, v)", rotate, {"q": (4,), "v": (2, 3)}),
    ("quat_log", "q: [4]", "quat_log(q)", log, {"q": (4,)}),
    ("quat_log_near", "q: [3]", "quat_log(concat([1], 0.05 * q))", lambda q: log(np.concatenate([[1], 0.05 * q])), {"q": (3,)}),
]
