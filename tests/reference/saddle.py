from example import show

show("x", [0, 0])  # |x|^2 - |y|^2 has its saddle point at 0
show("y", [0, 0])
show("value", 0)
