import numpy as np
from example import Random, show_gradient

A = Random(1).fill(5, 5)
print("det      %.6f" % np.linalg.det(A))
show_gradient("d_A", np.linalg.det(A) * np.linalg.inv(A).T)
