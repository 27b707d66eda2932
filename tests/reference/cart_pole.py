"""What examples/control has to find: the same trajectory by SciPy's SLSQP, with Jacobians by PyTorch, from dynamics written
as the equations of motion in matrix form; and, on standard error, the effort between all times rather than N, by Pontryagin's principle (scipy.integrate.solve_bvp).
newton.expected lacks the first line."""
import math
import sys

import numpy as np
import torch
from scipy.integrate import solve_bvp
from scipy.optimize import minimize

torch.set_num_threads(1)
N, T, CART, POLE, LENGTH, GRAVITY = 40, 2.0, 1.0, 0.3, 0.5, 9.81
H = T / N


def motion(x, u):
    """M(q) q'' = forces, for states [..., 4] and forces [...]."""
    s, c, turn = torch.sin(x[..., 1]), torch.cos(x[..., 1]), x[..., 3]
    one = torch.ones_like(s)
    mass = torch.stack([torch.stack([(CART + POLE) * one, POLE * LENGTH * c], -1),
                        torch.stack([POLE * LENGTH * c, POLE * LENGTH**2 * one], -1)], -2)
    force = torch.stack([u + POLE * LENGTH * turn**2 * s, -POLE * GRAVITY * LENGTH * s], -1)
    return torch.cat([x[..., 2:], torch.linalg.solve(mass, force)], -1)


def step(x, u, v):
    a = motion(x, u)
    b = motion(x + H / 2 * a, (u + v) / 2)
    c = motion(x + H / 2 * b, (u + v) / 2)
    d = motion(x + H * c, v)
    return x + H / 6 * (a + 2 * b + 2 * c + d)


def effort(z):
    u = z.reshape(N + 1, 5)[:, 4]
    return H / 3 * (u[:-1] ** 2 + u[:-1] * u[1:] + u[1:] ** 2).sum()


def gaps(z):
    z = z.reshape(N + 1, 5)
    end = torch.tensor([1, math.pi, 0, 0], dtype=torch.float64)
    between = step(z[:-1, :4], z[:-1, 4], z[1:, 4]) - z[1:, :4]
    return torch.cat([z[0, :4], between.reshape(-1), z[-1, :4] - end])


def tensor(z):
    return torch.tensor(z, dtype=torch.float64)


start = np.zeros((N + 1, 5))
start[:, 0], start[:, 1] = np.linspace(0, 1, N + 1), np.linspace(0, math.pi, N + 1)
found = minimize(
    lambda z: effort(tensor(z)).item(), start.ravel(),
    jac=lambda z: torch.autograd.functional.jacobian(effort, tensor(z)).numpy(),
    constraints={"type": "eq", "fun": lambda z: gaps(tensor(z)).numpy(),
                 "jac": lambda z: torch.autograd.functional.jacobian(gaps, tensor(z)).numpy()},
    method="SLSQP", options={"maxiter": 500, "ftol": 1e-13})
z = found.x.reshape(N + 1, 5)
assert found.success and np.abs(gaps(tensor(found.x)).numpy()).max() < 1e-8
assert np.abs(z[:, 4]).max() < 20 and np.abs(z[:, 0]).max() < 2  # so Ipopt's bounds do not matter
print("accelerations %.6f %.6f" % tuple(motion(tensor([0.3, 2.0, -0.7, 1.9]), tensor(4.0))[2:].tolist()))
print("effort %.4f, no gap above 1e-8" % found.fun)
for k in range(0, N + 1, N // 4):
    print("%.1f s" % (T * k / N) + "".join(" %8.4f" % (0 if abs(v) < 5e-5 else v) for v in z[k]))


def canonical(t, y):
    """States and costates; the Hamiltonian u^2 + p x' is least for u = -p dx'/du / 2."""
    x, p = tensor(y[:4].T).requires_grad_(), tensor(y[4:].T)
    zero = torch.zeros(len(x), dtype=torch.float64, requires_grad=True)
    slope = torch.autograd.grad((p * motion(x, zero)).sum(), zero)[0]
    u = (-slope / 2).detach()
    down = torch.autograd.grad((p * motion(x, u)).sum(), x)[0]
    return np.concatenate([motion(x, u).detach().numpy().T, -down.numpy().T])


times = np.linspace(0, T, N + 1)
end = np.array([1, math.pi, 0, 0])
guess = np.concatenate([z[:, :4].T, np.zeros((4, N + 1))])
# costates of the discrete problem: multipliers of the gaps
jac_f = torch.autograd.functional.jacobian(effort, tensor(found.x)).numpy()
jac_g = torch.autograd.functional.jacobian(gaps, tensor(found.x)).numpy()
multipliers = np.linalg.lstsq(jac_g.T, -jac_f, rcond=None)[0][4:4 + 4 * N].reshape(N, 4).T
guess[4:, 1:], guess[4:, 0] = multipliers, multipliers[:, 0]
bvp = solve_bvp(canonical, lambda a, b: np.concatenate([a[:4], b[:4] - end]), times, guess, tol=1e-8, max_nodes=20000)
fine = np.linspace(0, T, 20001)
y = bvp.sol(fine)
x, p = tensor(y[:4].T), tensor(y[4:].T)
zero = torch.zeros(len(x), dtype=torch.float64, requires_grad=True)
u = (-torch.autograd.grad((p * motion(x, zero)).sum(), zero)[0] / 2).numpy()
print("continuous: %s effort %.4f" % (bvp.message, np.trapz(u**2, fine)), file=sys.stderr)
