from example import show

x, y, z = -2.0, 5.0, -4.0
show("f", (x + y) * z)
show("df/dx", z)
show("df/dy", z)
show("df/dz", x + y)
