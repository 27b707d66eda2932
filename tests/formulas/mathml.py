"""mathml.py: turns the formulas of --emit=html, presentation MathML, into the notation of --emit=math, for notation.py to
compute. Only what can be seen is read; where two things look the same (w_out and element "out" of w), the names that
--emit=math mentions decide.
"""
import re
import xml.etree.ElementTree as tree

SIGNS = {"−": " - ", "+": " + ", "⊙": " * ", "∘": "", "=": " = ", "+=": " += ", "≠": " != ", "≤": " <= ", "≥": " >= ",
         "<": " < ", ">": " > ", "∧": " and ", "∨": " or ", "¬": " not ", "‖": "||", "∂": "d", "·": " * ", "…": "...",
         ",": ", ", ":": ":"}
GREEK = dict(zip("αβγδεζηθικλμνξπρστυφχψω", "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi "
                 "rho sigma tau upsilon phi chi psi omega".split()))
APPLY, ONES = "\u2061", "𝟏"
ENDS = {" + ", " - ", " = ", ", ", ")", "||", "|"}  # of what a big sum is over


class Converter:
    def __init__(self, names):
        self.names = names

    def row(self, elements):
        """Side by side. A function that is applied may have words below it, which are its last argument."""
        texts, i, tail = [], 0, ""
        elements = list(elements)
        while i < len(elements):
            e = elements[i]
            i += 1
            if e.tag == "mo" and e.text == APPLY:
                if texts[-1] == "sigma":
                    texts[-1] = "sigmoid"
                inner = self.one(elements[i])
                texts.append(inner[:-1] + tail + ")")
                tail = ""
                i += 1
            elif e.tag == "munder":
                texts.append(self.big(e))
                rest = []
                while i < len(elements) and self.one(elements[i]) not in ENDS:
                    rest.append(elements[i])
                    i += 1
                texts.append("(" + self.row(rest) + ")")
            elif e.tag == "msub" and e[1].find(".//mtext") is not None:
                texts.append(self.one(e[0]))
                tail = ", " + "".join(e[1].itertext())
            elif e.tag == "mo" and e.text == "{":
                (a, condition), (b, _) = elements[i]
                words = list(condition)[1:]
                texts.append(f"(if {self.row(words)} then {self.row(a)} else {self.row(b)})")
                i += 1
            else:
                texts.append(self.one(e))
        return "".join(texts)

    def big(self, e):
        symbol = {"∑": "sum", "∏": "prod"}.get(e[0].text, e[0].text)
        return f"{symbol}[{self.one(e[1])}]"

    def one(self, e):
        if e.tag in ("mrow", "mstyle", "mtd", "math"):
            return self.row(e)
        if e.tag == "mspace":
            return " "
        if e.tag == "mtext":
            return e.text.replace("\xa0", " ")
        if e.tag == "mo":
            return SIGNS.get(e.text, e.text)
        if e.tag in ("mi", "mn"):
            return "ones_of_any_length" if e.text == ONES else GREEK.get(e.text, e.text)
        if e.tag == "msqrt":
            return f"sqrt({self.row(e)})"
        if e.tag == "mover":
            name = "d_" + self.one(e[0])
            joined = re.sub(r"\[(\w+)\]$", r"_\1", name)
            return joined if joined in self.names else name
        first, second = self.one(e[0]), self.one(e[1])
        if e.tag == "mfrac":
            is_quotient = second.startswith("d") and first.startswith("d") and e[0].find("mo") is not None and \
                e[0].find("mo").text == "∂"
            return f"{first}/{second}" if is_quotient else f"(({first}) / ({second}))"
        if e.tag == "msub":
            return self.below(e, first, second)
        if e.tag == "msup":
            return self.above(first, second)
        raise SyntaxError(e.tag)

    def below(self, e, base, index):
        if base == "ones_of_any_length":
            return f"({index})"
        if base.startswith("||"):
            return base + "_1"
        if e[1].tag == "mn":
            return base + index
        joined = [name for name in (base + "_" + index, *(base + mark + index.replace(", ", "_") for mark in "_."))
                  if name in self.names]
        if joined and re.fullmatch(r"[\w.]+", index.replace(", ", "")):
            return joined[0]
        return base + index if index.startswith("[") else f"{base}[{index}]"

    @staticmethod
    def above(base, exponent):
        if exponent == "⊤":
            return base + "'"
        if exponent == " - 1":
            return f"inverse({base})"
        if exponent == "new":
            return f"{base}[new]"
        if exponent.startswith("(") and exponent.endswith(")"):
            return f"{base}[{exponent[1:-1]}]"
        return f"({base})^({exponent})"


def paragraphs(page, math):
    """The formulas of the page, laid out as in `math`, what --emit=math prints of the same program."""
    section = page[page.index('<section class="formulas">'):]
    section = section[:section.index("</section>") + len("</section>")]
    converter = Converter(set(re.findall(r"[A-Za-z_][\w.]*", math)))
    text = []
    for e in tree.fromstring(section.replace("&#x2061;", APPLY).replace("&#160;", "\xa0")):
        if e.tag == "h3":
            text.append("\n" + "".join(e.itertext()))
        elif e.tag == "div":
            level = int(re.search(r"(\d+)em", e.get("style")).group(1)) // 2 + 1
            line = re.sub(r"\s+", " ", converter.one(e[0])).strip()
            text.append("    " * level + re.sub(r"(\S)\s*,\s*", r"\1, ", line))
    return "\n".join(text).strip()
