def show(gate, x, y, d_x, d_y):
    print("%-8s at %4.1f, %4.1f: %5.1f, %5.1f" % (gate, x, y, 2 * d_x, 2 * d_y))


show("add", 3, -4, 1, 1)
show("multiply", 3, -4, -4, 3)
show("max", 2, -1, 1, 0)
show("max", -1, 2, 0, 1)
show("max", 1.5, 1.5, 1, 0)
show("square", 1, 2, 2 * (1 + 2), 2 * (1 + 2))
print("%-8s at %4.1f:       %5.1f" % ("branch", 4, 2 * (3 + 2 * 4)))
