from example import Random, gradient, log_sum_exp, show_gradient

x = Random(1).fill(1000, scale=5.0)
print("lse      %.6f" % log_sum_exp(x))
show_gradient("d_x", gradient(log_sum_exp, x))
print("at 1000  %.6f" % log_sum_exp(1000 + x))
