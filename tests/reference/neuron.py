from example import show, sigmoid

w0, x0, w1, x1, w2 = 2.0, -1.0, -3.0, -2.0, -3.0
f = sigmoid(w0 * x0 + w1 * x1 + w2)
d = f * (1 - f)
row = [f, d * x0, d * w0, d * x1, d * w1, d]
print("                f       w0       x0       w1       x1       w2")
show("gates", row)
show("sigmoid", row)
print("equal")
