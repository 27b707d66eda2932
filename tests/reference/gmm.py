import math
import numpy as np
from example import Random, gradients, log_sum_exp, show_gradient

N, D, K, gamma, m = 50, 3, 4, 1.3, 2.0
random = Random(1)
x = random.fill(N, D)
values = {"alpha": random.fill(K), "mu": random.fill(K, D), "q": random.fill(K, D), "l": random.fill(K, D * (D - 1) // 2)}


def f(alpha, mu, q, l):
    Q = np.zeros((K, D, D), complex)
    for k in range(K):
        Q[k] += np.diag(np.exp(q[k]))
        columns, rows = np.triu_indices(D, 1)
        Q[k, rows, columns] = l[k]
    z = np.einsum("kij,nkj->nki", Q, x[:, None] - mu)
    beta = alpha + q.sum(axis=1) - 0.5 * (z**2).sum(axis=2)
    n = D + m + 1
    log_gamma = D * (D - 1) / 4 * math.log(math.pi) + sum(math.lgamma((n - j) / 2) for j in range(D))
    prior = K * (n * D * math.log(gamma / math.sqrt(2)) - log_gamma) - gamma**2 / 2 * (Q**2).sum() + m * q.sum()
    return -N * (D / 2 * math.log(2 * math.pi) + log_sum_exp(alpha)) + log_sum_exp(beta).sum() + prior


print("F        %.6f" % f(**values).real)
for name, value in gradients(f, values).items():
    show_gradient("d_" + name, value)
