"""Writes BASE.nn and BASE.case of a seed: small functions of choices between elements in short loops, as those of which
compilers make vectors with masks; for tests/choices.sh.

    python3 tests/random/choices.py SEED BASE
"""
import random
import sys

draw = random.Random(int(sys.argv[1]))


def element(arrays):
    name, subscripts = draw.choice(arrays)
    return f"{name}[{', '.join(subscripts)}]"


def expression(arrays, depth):
    kind = draw.random()
    if depth == 0 or kind < 0.2:
        return element(arrays)

    def inside():
        return expression(arrays, depth - 1)
    if kind < 0.45:
        than = draw.choice(["0", "0.3", "-0.2", element(arrays)])
        otherwise = draw.choice(["0", "1", inside()])
        return f"(if {element(arrays)} {draw.choice(['>', '<', '>=', '<='])} {than} then {inside()} else {otherwise})"
    if kind < 0.55:
        word = draw.choice(["and", "or"])
        return f"(if {element(arrays)} > 0.1 {word} {element(arrays)} < 0.4 then {inside()} else 0)"
    if kind < 0.65:
        return f"clip({inside()}, -0.3, 0.4)"
    if kind < 0.75:
        return f"relu({inside()})"
    return draw.choice(["({} * {})", "({} + {})", "max({}, {})"]).format(inside(), inside())


def function(number):
    rows, m, n, length = draw.choice("8 5 n 16 n 3".split()), *(draw.choice([2, 2, 2, 3, 4]) for _ in range(3))
    shape = f"{rows}, {m}, {n}"
    inputs = [("x", shape, "ijk"), ("c", shape, "ijk"), ("u", f"{rows}, {m}", "ij"), ("v", rows, "i"), ("w", str(n), "k")]
    if m == n:
        inputs.append(("t", shape, "ikj"))
    inputs = [given for given in inputs if given[0] in "xc" or draw.random() < 0.7]
    arrays = [(name, subscripts) for name, _, subscripts in inputs]
    value = expression(arrays, 3)
    every = f"i < {rows}, j < {m}, k < {n}"
    lines = [
        [f"y[{every}] = {value}", "return y"],
        [f"z[{every}] = {value}", f"y[i < {rows}, j < {m}] = sum[k < {n}]({expression(arrays + [('z', 'ijk')], 2)})", "return y"],
        [f"z[{every}] = {value}", f"y[i < {rows}, j < {m}, l] = sum[k < {n}](z[i, j, k] * W[k, l])", "return y"],
        [f"z[i < {rows}, j < {m}] = sum[k < {n}]({value})", f"y[i < {rows}, j < {m}, l < {length}] = relu(z[i, j]) * z[i, j] + l",
         "return y"],
        [f"z[{every}] = {value}", f"q[i < {rows}, k < {n}] = sum[j < {m}](z[i, j, k] * {expression(arrays, 1)})",
         "return s = sum(q^2), q"]]
    which = draw.randrange(5)
    if which == 2:
        inputs.append(("W", f"{n}, {length}", ""))
    head = ", ".join(f"{name}: [{extents}]" for name, extents, _ in inputs)
    values = "\n".join(f"values {name} {draw.randrange(1000)} -1 1" for name, _, _ in inputs)
    return (f"f{number}({head}) {{\n    " + "\n    ".join(lines[which]) + "\n}",
            f"case f{number}\ntolerance32 0.02\n" + ("size n 9\n" if rows == "n" else "") + values)


functions = [function(number) for number in range(5)]
for ending, part in ((".nn", 0), (".case", 1)):
    with open(sys.argv[2] + ending, "w", encoding="ascii") as file:
        file.write("\n".join(both[part] for both in functions) + "\n")
