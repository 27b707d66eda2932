#!/usr/bin/env python3
"""messages.py: every message that the compiler can give about a program is pinned.

Finds the texts in the calls that report something, in src and grammar, and looks for each of them among the expected
messages of the tests: .err and .warn files here, and for messages about the command line and its files the test scripts. Tells
those that nothing pins.

usage: messages.py    in the project's folder"""
import glob
import re
import sys

# Files whose advice is written in a table or returned by functions, with what stands before each text.
ADVICE = {"src/support/habits.c": r'",\s*(?=")', "src/syntax/syntax_error.c": r'(?:return|\?|:)\s+(?=")'}
CALLS = ("report_error", "report_error_between", "report_warning", "report_note", "fail", "fail_between", "note",
         "report_slip", "SLIP", "require_nonnegative", "complain", "report_too_deep")
COMMAND_CALLS = ("command_error", "give_up")
LITERAL = re.compile(r'"((?:\\.|[^"\\])*)"')
UNREACHABLE = {  # texts that no small program brings about, and what does
    "the program is": "a parser's stack that ends, far behind the limit on nesting",
    "the library": "an error in the library itself",
    "no such file": "a system that gives no reason",
    "%s has too many elements for a sparse entry": "more than 2^31 elements, which take more memory than tests may",
    "the formatted text would be another program, so it is not written": "a fault of the formatter",
    "this gradc was built without that kind of --emit": "a kind without its printer",
    "with this call of %s, %s makes more than %d calls or values": "seconds; tests/hostile.sh has it",
    "internal error behind the pass %s: %s": "a fault of a pass",
    "--emit=svg: there is no room for temporary files: %s": "a full disk",
    "--emit=html: there is no room for temporary files": "a full disk",
    "--emit=svg: the program dot failed": "a fault of Graphviz",
}
SHORTEST = 10  # a text that is no message but a part of one, like ", but "


def strip_comments(text):
    return re.sub(r'/\*.*?\*/|("(?:\\.|[^"\\\n])*")', lambda match: match.group(1) or " ", text, flags=re.S)


def arguments_of(text, begin):
    """The text between the brackets that open at `begin`."""
    depth = 0
    for match in re.finditer(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'|[()]', text[begin:]):
        depth += {"(": 1, ")": -1}.get(match.group(), 0)
        if depth == 0:
            return text[begin + 1:begin + match.start()]
    return ""


def literals(arguments):
    """The texts among the arguments; adjacent ones are one."""
    joined = re.sub(r'"\s*"', "", arguments)
    return [match.group(1) for match in LITERAL.finditer(joined)]


def pattern_of(text):
    text = text.replace('\\"', '"').replace("\\\\", "\\").replace("\\n", "\n").strip()
    parts = re.split(r"%(?:\.\*|[-+#0-9.*])*(?:ll|l|z)?[a-zA-Z]", text.replace("%%", "\0"))
    return re.compile(".*?".join(re.escape(part.replace("\0", "%")) for part in parts))


def messages(calls):
    for path in sorted(glob.glob("src/*.c") + glob.glob("src/*/*.c") + glob.glob("grammar/*.[ly]")):
        with open(path, encoding="utf-8") as file:
            text = strip_comments(file.read())
        for match in re.finditer(r"\b(" + "|".join(calls) + r")\(", text):
            line = text[:match.start()].count("\n") + 1
            for literal in literals(arguments_of(text, match.end() - 1)):
                if len(re.sub(r"%[-+#0-9.*]*(?:ll|l|z)?[a-zA-Z]", "", literal)) >= SHORTEST:
                    yield path, line, literal


def advice():
    for path, before in ADVICE.items():
        with open(path, encoding="utf-8") as file:
            text = strip_comments(file.read())
        for match in re.finditer(before, text):
            literal = re.match(r'(?:"(?:\\.|[^"\\])*"\s*)+', text[match.end():]).group()
            literal = "".join(LITERAL.findall(literal))
            if " " in literal and len(literal) >= SHORTEST:
                yield path, 0, literal


def main():
    corpus = ""
    for pattern in ("tests/golden/**/*.err", "tests/golden/**/*.warn"):
        for path in glob.glob(pattern, recursive=True):
            with open(path, encoding="utf-8", errors="replace") as file:
                corpus += file.read()
    scripts = corpus
    for path in glob.glob("tests/*.sh") + glob.glob("tests/unit/*.c") + glob.glob("tests/transcripts/*.txt"):
        with open(path, encoding="utf-8") as file:
            scripts += file.read().replace('\\"', '"')
    passed = failed = 0
    for path, _, literal in [*messages(CALLS), *messages(COMMAND_CALLS), *advice()]:
        if literal in UNREACHABLE or pattern_of(literal).search(scripts):
            passed += 1
        else:
            failed += 1
            print(f"FAIL {path}: nothing pins: {literal}")
    print(f"{passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
