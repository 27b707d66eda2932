"""Prints the program of a seed: statements `if`, one inside the other and in loops, of which each side changes other names,
entries at ints among them; for tests/branches.sh.

    python3 tests/random/branches.py SEED
"""
import random
import sys

draw = random.Random(int(sys.argv[1]))
ARRAYS, SCALARS = ["x", "y"], ["a", "b"]
DEEPEST = 2
lines, rounds = [], []  # of the program; the variables of the loops around


def put(indent, text):
    lines.append("    " * indent + text)


def subscript():
    if rounds and draw.random() < 0.6:
        return draw.choice(rounds)
    return draw.choice(["0", "1", "-1", "k[0]", "k[1]"])


def scalar(depth=0):
    kind = draw.randrange(9)
    if depth > 2 or kind < 3:
        return draw.choice(SCALARS)
    if kind == 3:
        return f"{draw.choice(ARRAYS)}[{subscript()}]"
    if kind == 4:
        return f"sin({scalar(depth + 1)})"
    if kind == 5:
        return f"tanh({scalar(depth + 1)} * {scalar(depth + 1)})"
    if kind == 6:
        return f"({scalar(depth + 1)} + {scalar(depth + 1)}) / 2"
    if kind == 7:
        return f"mean(tanh({draw.choice(ARRAYS)}))"
    return f"{draw.choice(['0.5', '0.75', '-0.75'])} * {scalar(depth + 1)}"


def array(depth=0):
    kind = draw.randrange(8)
    if depth > 2 or kind < 3:
        return draw.choice(ARRAYS)
    if kind == 3:
        return f"sin({array(depth + 1)})"
    if kind == 4:
        return f"tanh({array(depth + 1)} * {array(depth + 1)})"
    if kind == 5:
        return f"({array(depth + 1)} + {scalar(depth + 1)}) / 2"
    if kind == 6:
        return f"roll({array(depth + 1)}, 1)"
    return f"0.5 * {array(depth + 1)}"


def condition():
    kind = draw.randrange(6)
    if kind < 2:
        return f"{scalar(2)} > {draw.choice(['0.1', '-0.2', '0.4', '0'])}"
    if kind == 2:
        return f"k[{draw.randrange(2)}] {draw.choice(['<', '>', '=='])} {draw.randrange(3)}"
    if kind == 3:
        return f"sum({draw.choice(ARRAYS)}) < {scalar(2)}"
    if kind == 4:
        return f"not ({condition()})"
    return f"{condition()} {draw.choice(['and', 'or'])} {scalar(2)} < 0.3"


def branch(indent, depth):
    put(indent, f"if {condition()} {{")
    block(indent + 1, depth + 1)
    while draw.random() < 0.4:
        put(indent, f"}} else if {condition()} {{")
        block(indent + 1, depth + 1)
    if draw.random() < 0.7:
        put(indent, "} else {")
        block(indent + 1, depth + 1)
    put(indent, "}")


def loop(indent, depth):
    variable = "ij"[len(rounds)]
    ends = f" while {scalar(2)} < 1.5" if draw.random() < 0.2 else ""
    put(indent, f"for {variable} in {draw.choice(['0..n', '0..3', '1..n'])}{ends} {{")
    rounds.append(variable)
    block(indent + 1, depth + 1)
    rounds.pop()
    put(indent, "}")


def statement(indent, depth):
    kind = draw.randrange(12)
    if kind < 3 or depth > DEEPEST:
        put(indent, f"{draw.choice(SCALARS)} = {scalar()}")
    elif kind < 5:
        put(indent, f"{draw.choice(ARRAYS)} = {array()}")
    elif kind < 7:
        put(indent, f"{draw.choice(ARRAYS)}[{subscript()}] = {scalar()}")
    elif kind < 10 or len(rounds) > 1:
        branch(indent, depth)
    else:
        loop(indent, depth)


def block(indent, depth):
    for _ in range(draw.choice([1, 1, 2, 2, 3])):
        statement(indent, depth)


put(0, "f(x: [n], y: [n], p, q, k: int[2]) {")
put(1, "require n > 3")
put(1, "a = p")
put(1, "b = q")
for _ in range(draw.randrange(1, 4)):
    statement(1, 0)
put(1, "return loss = sum(sin(x)) + sum(tanh(y)) * a + b, o = x")
put(0, "}")
by = draw.choice(["x, y, p, q", "x", "y", "p", "x, q", "y, p"])
put(0, f"export f wrt {by}{draw.choice(['', '', '', ': hvp(loss)', ': jvp', ': hessian(loss)'])}")
print("\n".join(lines))
