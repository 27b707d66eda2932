"""notation.py: reads the formulas of --emit=math and computes what they say, with NumPy.

Values are arrays; a transposed vector is a Row. Side by side is the matrix product, of numbers the product. What has
rounds (`h[t + 1]`) is a dict from rounds to values.
"""
import re

import numpy as np

TOKEN = re.compile(r"\s*(\d+\.?\d*(?:e[-+]?\d+)?|[A-Za-z_][A-Za-z_0-9.]*|\|\|_1|\|\||\|_1|==|!=|<=|>=|.)")
WORDS = {"if", "then", "else", "and", "or", "not"}


class Row:
    def __init__(self, vector):
        self.vector = vector


class Ones:
    """A vector of ones, as long as what stands beside it."""


class Outside(Exception):
    """An index beyond the end: so far runs a sum."""


def plain(value):
    if isinstance(value, dict):
        return np.stack([plain(value[t]) for t in sorted(value)])
    return value.vector if isinstance(value, Row) else value


def transposed(value):
    if isinstance(value, Ones):
        return Row(value)
    value = value if isinstance(value, Row) else plain(value)
    if isinstance(value, Row):
        return value.vector
    return Row(value) if np.ndim(value) == 1 else np.swapaxes(value, -1, -2) if np.ndim(value) > 1 else value


def times_ones(a, b):
    """Sums over rows; a column or a row again and again."""
    if isinstance(b, Ones):
        return a.vector.sum() if isinstance(a, Row) else plain(a).sum(axis=-1)
    if isinstance(a, Ones):
        return b.vector[None, :]
    return plain(a)[:, None]


def times(a, b):
    if any(isinstance(x, Ones) or isinstance(x, Row) and isinstance(x.vector, Ones) for x in (a, b)):
        return times_ones(a, b)
    a, b = (x if isinstance(x, Row) else plain(x) for x in (a, b))
    if not isinstance(a, Row) and np.ndim(a) == 0:
        return Row(a * b.vector) if isinstance(b, Row) else a * b
    if not isinstance(b, Row) and np.ndim(b) == 0:
        return times(b, a)
    if isinstance(a, Row):
        if isinstance(b, Row):
            raise ValueError("a row times a row")
        return a.vector @ b if np.ndim(b) == 1 else Row(a.vector @ b)
    if isinstance(b, Row):
        return np.multiply.outer(a, b.vector)
    if np.ndim(a) == 1:
        raise ValueError("a vector times a vector or matrix")
    return a @ b


def over(function, a, b):
    if isinstance(a, Row) and isinstance(b, Row):
        return Row(function(a.vector, b.vector))
    if isinstance(a, Row) and np.ndim(plain(b)) == 0:
        return Row(function(a.vector, plain(b)))
    return function(plain(a), plain(b))


def softmax(x):
    e = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def logsumexp(x, axis=None):
    return np.log(np.sum(np.exp(x), axis=axis))


FUNCTIONS = {
    "exp": np.exp, "log": np.log, "sqrt": np.sqrt, "sin": np.sin, "cos": np.cos, "tanh": np.tanh, "sign": np.sign,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)), "softplus": lambda x: np.log(1 + np.exp(x)), "softmax": softmax,
    "logsumexp": logsumexp, "sum": np.sum, "max": np.maximum, "min": np.minimum, "det": np.linalg.det,
    "inv": np.linalg.inv, "any": np.any, "tr": np.trace, "diag": lambda x: np.diag(np.asarray(x, float)),
    "inverse": lambda x: np.linalg.inv(x) if np.ndim(x) == 2 else 1 / x,
    "ones": lambda shape: np.ones([int(n) for n in np.ravel(shape)]),
}


class Reader:
    """One formula; `names` has what the names stand for, `ranges` how far the letters of its sums run."""

    def __init__(self, text, names):
        self.tokens = TOKEN.findall(text)
        self.at = 0
        self.names = names

    def next(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, token):
        if self.next() != token:
            return False
        self.at += 1
        return True

    def need(self, token):
        if not self.take(token):
            raise SyntaxError(f"{token} is needed at {' '.join(self.tokens[self.at:])!r}")

    def whole(self):
        value = self.expression()
        if self.next():
            raise SyntaxError(f"left over: {' '.join(self.tokens[self.at:])!r}")
        return plain(value)

    def expression(self):
        if self.take("if"):
            condition = plain(self.expression())
            self.need("then")
            first = plain(self.either())
            self.need("else")
            return np.where(condition, first, plain(self.expression()))
        return self.either()

    def either(self):
        value = self.both()
        while self.take("or"):
            value = np.logical_or(plain(value), plain(self.both()))
        return value

    def both(self):
        value = self.negated()
        while self.take("and"):
            value = np.logical_and(plain(value), plain(self.negated()))
        return value

    def negated(self):
        return np.logical_not(plain(self.negated())) if self.take("not") else self.comparison()

    def comparison(self):
        signs = {"==": np.equal, "!=": np.not_equal, "<": np.less, "<=": np.less_equal, ">": np.greater,
                 ">=": np.greater_equal}
        value = self.sum()
        if self.next() in signs:
            sign = signs[self.tokens[self.at]]
            self.at += 1
            value = sign(plain(value), plain(self.sum()))
        return value

    def sum(self):
        is_negative = self.take("-")
        value = self.product()
        if is_negative:
            value = times(-1.0, value)
        while self.next() in ("+", "-"):
            sign = np.add if self.tokens[self.at] == "+" else np.subtract
            self.at += 1
            value = over(sign, value, self.product())
        return value

    def product(self):
        value = self.chain()
        while self.next() in ("*", "/"):
            sign = np.multiply if self.tokens[self.at] == "*" else np.divide
            self.at += 1
            value = over(sign, value, self.chain())
        return value

    def chain(self):
        value = self.power()
        while re.match(r"[A-Za-z_0-9(]|\|", self.next()) and self.next() not in WORDS and not self.closes():
            value = times(value, self.power())
        return value

    def closes(self):
        return self.next().startswith("|") and self.bars and self.bars[-1] == self.next()[:2].replace("|_", "|")

    bars = ()

    def power(self):
        value = self.primary()
        while self.take("^"):
            value = over(lambda a, b: np.asarray(a, float) ** b, value, self.primary())
        return value

    def primary(self):
        token = self.next()
        self.at += 1
        if token == "(":
            outer, self.bars = self.bars, ()
            value = self.expression()
            self.bars = outer
            self.need(")")
            if not isinstance(value, Row) and np.asarray(plain(value)).dtype == bool:  # 1 where it holds
                value = np.asarray(plain(value), float)
        elif token in ("||", "|"):
            value = self.norm(token)
        elif re.match(r"\d", token):
            value = float(token)
        elif token in ("sum", "prod") and self.next() == "[":
            value = self.big(token)
        elif token in FUNCTIONS and self.next() == "(":
            value = self.call(FUNCTIONS[token])
        elif re.match(r"[A-Za-z_]", token):
            others = {"I": np.eye(2), "ones_of_any_length": Ones()}
            value = self.names[token] if token in self.names else others[token]
        else:
            raise SyntaxError(f"{token!r} begins no value")
        return self.postfix(value)

    def norm(self, bar):
        self.bars = self.bars + (bar,)
        inner = plain(self.expression())
        self.bars = self.bars[:-1]
        if bar == "|":
            self.need("|")
            return np.abs(inner)
        if self.take("||_1"):
            return np.sum(np.abs(inner))
        self.need("||")
        return np.sqrt(np.sum(inner * inner))

    def call(self, function):
        self.need("(")
        outer, self.bars = self.bars, ()
        arguments, options = [], {}
        if self.take("["):
            arguments.append(self.list("]"))
        while not self.take(")"):
            if arguments:
                self.need(",")
            if self.take("axis"):
                self.need("=")
                options["axis"] = int(plain(self.expression()))
            else:
                arguments.append(plain(self.expression()))
        self.bars = outer
        return function(*arguments, **options)

    def list(self, end):
        values = []
        while not self.take(end):
            if values:
                self.need(",")
            if self.take(":"):
                values.append(slice(None))
            elif self.take("new"):
                values.append(None)
            else:
                values.append(plain(self.expression()))
        return values

    def big(self, name):
        """sum[i](...): each letter runs as far as the subscripts allow where the others are 0."""
        self.need("[")
        letters = []
        while not self.take("]"):
            letters.append(self.tokens[self.at])
            self.at += 1
            self.take(",")
        start, before = self.at, dict(self.names)
        ranges = [reach(lambda: self.again(start), self.names, letter, letters) for letter in letters]
        total = 0.0 if name == "sum" else 1.0
        for place in np.ndindex(*ranges):
            self.names.update(zip(letters, map(float, place)))
            value = self.again(start)
            total = total + value if name == "sum" else total * value
        self.names.clear()
        self.names.update(before)
        return total

    def again(self, start):
        self.at = start
        return plain(self.primary())

    def postfix(self, value):
        while self.next() in ("'", "["):
            if self.take("'"):
                value = transposed(value)
                continue
            self.need("[")
            value = element(value, self.list("]"))
        return value


def element(value, places):
    if isinstance(value, dict):
        return value[int(places[0])]
    places = tuple(int(p) if isinstance(p, (float, np.floating, np.integer, int)) else
                   p.astype(int) if isinstance(p, np.ndarray) else p for p in places)
    value = plain(value)
    for axis, place in enumerate(places):
        if isinstance(place, int) and not 0 <= place < value.shape[axis]:
            raise Outside
    return value[places]


def reach(compute, names, letter, letters):
    names.update((other, 0.0) for other in letters)
    for count in range(1000):
        names[letter] = float(count)
        try:
            compute()
        except Outside:
            names[letter] = 0.0
            return count
    raise ValueError(f"{letter} has no end")


def split(text):
    """`h[t + 1]` as a name and the texts of its subscripts."""
    match = re.fullmatch(r"([\w./]+)\[(.*)\]", text)
    if not match:
        return text, None
    depth, parts = 0, [""]
    for c in match.group(2):
        depth += (c == "[") - (c == "]")
        if c == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += c
    return match.group(1), [part.strip() for part in parts]


class Page:
    """The lines of one function, run from the first to the last."""

    def __init__(self, lines, names, shapes):
        self.lines = [((len(line) - len(line.lstrip())) // 4 - 1, line.strip()) for line in lines]
        self.names = dict(names)
        self.shapes = shapes
        self.run(0, len(self.lines))

    def value(self, text):
        return Reader(text, self.names).whole()

    def block(self, at):
        end = at + 1
        while end < len(self.lines) and self.lines[end][0] > self.lines[at][0]:
            end += 1
        return end

    def run(self, at, end):
        while at < end:
            text, after = self.lines[at][1], self.block(at)
            loop = re.fullmatch(r"for (\w+) = (.*), \.\.\., (.*):", text)
            branch = re.fullmatch(r"if (.*):", text)
            if loop:
                first, last = int(self.value(loop.group(2))), int(self.value(loop.group(3)))
                step = 1 if self.lines[at][1].find(", 0:") < 0 else -1
                for t in range(first, last + step, step):
                    self.names[loop.group(1)] = float(t)
                    self.run(at + 1, after)
            elif branch:
                other = self.block(after)
                if self.value(branch.group(1)):
                    self.run(at + 1, after)
                else:
                    self.run(after + 1, other)
                after = other
            else:
                self.assign(*re.fullmatch(r"(.*?) (\+?=) (.*)", text).groups())
            at = after

    def assign(self, left, sign, right):
        name, places = split(left)
        if places is None or places == ["new"]:
            self.names[left] = self.value(right)
            return
        letters = [c for c in dict.fromkeys(re.findall(r"\b[a-z]\b", ",".join(places))) if c not in self.names]
        if not letters:
            rounds = self.names.get(name)
            self.names[name] = rounds = rounds if isinstance(rounds, dict) else {}
            rounds[int(self.value(places[0]))] = self.value(right)
            return
        target = self.names.setdefault(name, np.zeros(self.shapes[name]))
        before = dict(self.names)

        def compute():
            element(target, [self.value(place) for place in places])
            return self.value(right)

        ranges = [reach(compute, self.names, letter, letters) for letter in letters]
        for place in np.ndindex(*ranges):
            self.names.update(zip(letters, map(float, place)))
            where = tuple(int(self.value(p)) for p in places)
            target[where] = self.value(right) + (target[where] if sign == "+=" else 0)
        self.names = before
