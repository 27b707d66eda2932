"""page.py: what stands in a page of --emit=html.
usage: page.py PAGE PROGRAM C HEADER FORMULAS    the last three as --emit=c and --emit=math write them

The page is well-formed, asks for nothing from elsewhere, its links lead somewhere, program and C are whole, and
there is a line of MathML for each formula, with the names of the formula in it.
"""
import re
import sys
import xml.etree.ElementTree as tree
from html.parser import HTMLParser

HTML = "{http://www.w3.org/1999/xhtml}"
VOID = {"meta"}
CHILDREN = {"mfrac": 2, "msup": 2, "msub": 2, "munder": 2, "mover": 2}
MATHML = set(CHILDREN) | {"math", "mstyle", "mrow", "mi", "mn", "mo", "mtext", "mspace", "msqrt", "mtable", "mtr", "mtd"}
# Written as signs: roots, inverses, vectors of ones, conditions.
SIGNS = {"sqrt", "sum", "prod", "inv", "ones", "axis", "sigmoid", "and", "or", "not", "then", "Infinity", "inf", "new", "ij"}
GREEK = dict(zip("αβγδεζηθικλμνξοπρςστυφχψω", "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu "
                 "xi omicron pi rho final sigma tau upsilon phi chi psi omega".split()))
failures = 0


def check(condition, what):
    global failures
    if not condition:
        failures += 1
        print("FAIL", what)


class Tags(HTMLParser):
    """Whether HTML's own reading of the page closes what it opens."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attributes):
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        check(self.open and self.open.pop() == tag, f"</{tag}> closes another element")


def text_of(element):
    return "".join(element.itertext())


def local(element):
    return element.tag.split("}")[-1]


def check_formulas(lines, formulas):
    expected = [line.strip() for line in formulas.splitlines() if line.startswith("    ")]
    check(len(lines) == len(expected), f"{len(lines)} formulas, expected {len(expected)}")
    for line, formula in zip(lines, expected):
        for element in line.iter():
            name = local(element)
            check(name in MATHML, f"<{name}> is no MathML")
            check(len(element) == CHILDREN.get(name, len(element)), f"<{name}> has {len(element)} children")
        text = "".join(GREEK.get(c, c) for c in text_of(line))
        for name in re.findall(r"[A-Za-z_][A-Za-z_0-9]*", re.sub(r"\bd(?=\w+/d)|(?<=/)d", "", formula)):
            plain = re.sub(r"^(d_)+", "", name).replace("_", "")
            check(name in SIGNS or plain in text.replace(",", ""), f"{name} of `{formula}` is not in `{text}`")


def main(page_path, program_path, c_path, header_path, formulas_path):
    page, program, c, header, formulas = (open(path, encoding="utf-8").read() for path in
                                          (page_path, program_path, c_path, header_path, formulas_path))
    root = tree.fromstring(page)
    tags = Tags()
    tags.feed(page)
    check(page.startswith("<!DOCTYPE html>\n") and not tags.open, "elements that are not closed")
    identifiers = [element.get("id") for element in root.iter() if element.get("id")]
    check(len(identifiers) == len(set(identifiers)), "an id twice")
    for element in root.iter():
        check(local(element) not in ("script", "link", "img", "iframe", "object"), f"<{local(element)}>")
        for name, value in element.attrib.items():
            if name.split("}")[-1] in ("href", "src"):
                check(value[0] == "#" and value[1:] in identifiers, f"a link to {value}")
    check("url(" not in page and "@import" not in page, "a style from elsewhere")
    blocks = list(root.iter(HTML + "pre"))
    check(len(blocks) == 3, "program, C and header")
    lines = [re.sub(r"^ *\d+  ", "", line) for line in text_of(blocks[0]).splitlines()]
    check(lines == program.splitlines(), "another program")
    check(text_of(blocks[1]) == c, "another C")
    check(text_of(blocks[2]) == header, "another header")
    check_formulas([element for element in root.iter() if local(element) == "math"], formulas)
    return failures


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]) > 0)
