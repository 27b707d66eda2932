#!/usr/bin/env python3
"""amalgamate.py: the whole compiler as one C file, which any C compiler makes a gradc of: cc gradc.c -lm

usage: amalgamate.py VERSION BUILD FILE.c... > gradc.c

The files, in their order, are written one after the other; a header is written where the first of them includes it, a text
without an include guard wherever it is included. Macros end with their file.

What has one name and is not the same gets a file's name behind its own. What is the same follows from how the files are
compiled apart: where one of them sees a name in two texts, these mean one thing.

The C is read as tokens: a name behind `.` or `->`, or one that a struct's body declares, is a member and stays as it is."""
import os
import re
import subprocess
import sys

TOKEN = re.compile(r"""(?P<comment>/\*.*?\*/|//[^\n]*)|(?P<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')
    |(?P<directive>^[ \t]*\#(?:\\\n|/\*.*?\*/|[^\n])*)|(?P<name>[A-Za-z_]\w*)|(?P<blank>\n|[^\S\n]+)|(?P<number>\.?\d[\w.]*)
    |(?P<other>->|\.\.\.|.)""", re.S | re.M | re.X)
TAGS = ("struct", "union", "enum")


def tokens_of(text):
    return [(match.lastgroup, match.group()) for match in TOKEN.finditer(text)]


def significant(tokens):
    """The places of the tokens that are neither blank nor comment nor directive."""
    return [i for i, (kind, _) in enumerate(tokens) if kind not in ("blank", "comment", "directive")]


class Unit:
    """A file with the names that it gives at file scope: tags, and all others; local: those that no other file sees."""

    def __init__(self, path):
        self.path = path
        with open(path, encoding="utf-8") as file:
            self.text = file.read()
        self.tokens = tokens_of(self.text)
        self.tags, self.names, self.macros = set(), set(), set()  # tags: all that are mentioned,
        self.defined = set()  # and those with a body
        self.members = set()  # places of names that the bodies of structs declare
        for kind, text in self.tokens:
            match = kind == "directive" and re.match(r"\s*#\s*define\s+(\w+)", text)
            if match:
                self.macros.add(match.group(1))
        self.read_bodies()
        self.read_declarations()

    def read_bodies(self):
        """Tags, and the bodies of structs and enums, wherever they stand."""
        places = significant(self.tokens)
        stack = []  # for each open brace what it is the body of
        for at, i in enumerate(places):
            kind, text = self.tokens[i]
            before = [self.tokens[places[at - k]][1] if at >= k else "" for k in (1, 2)]
            after = self.tokens[places[at + 1]][1] if at + 1 < len(places) else ""
            if kind == "name" and before[0] in TAGS:
                self.tags.add(text)
            if text == "{":
                keyword = before[0] if before[0] in TAGS else before[1] if before[1] in TAGS else ""
                if keyword:
                    self.defined.add(before[0])
                stack.append(keyword)
            elif text == "}":
                if stack:
                    stack.pop()
            elif kind == "name" and stack and stack[-1] == "enum" and before[0] in ("{", ","):
                self.names.add(text)
            elif kind == "name" and stack and stack[-1] in ("struct", "union") and before[0] not in TAGS:
                if after in (";", ",", "[", ":") or (after == ")" and before[0] == "*"):
                    self.members.add(i)

    def read_declarations(self):
        """What is declared outside of all braces: functions, variables and types, local to the file or not."""
        depth, last, nested, is_declared, before = 0, None, 0, False, ""
        for i in significant(self.tokens):
            kind, text = self.tokens[i]
            is_tag, before = before in TAGS, text
            if text == "{":
                depth += 1
                last = last if is_declared else None
            elif text == "}":
                depth -= 1
                if depth == 0 and is_declared:  # the end of a function
                    last, is_declared = None, False
            elif depth > 0:
                continue
            elif text in ("(", "["):
                if nested == 0 and last and not is_declared:
                    self.names.add(last)
                    is_declared = text == "("
                nested += 1
            elif text in (")", "]"):
                nested -= 1
            elif nested == 0 and text in (";", "=", ","):
                if last and not is_declared:
                    self.names.add(last)
                last, is_declared = None, is_declared and text != ";"
            elif kind == "name" and nested == 0 and not is_tag:
                last = text
        self.names -= set(TAGS) | {"__attribute__", "_Static_assert"}


def renamed(unit, tags, names):
    """The unit's text with other names for some; directives included."""
    def rename_text(text):
        return re.sub(r"(?<![\w.>])[A-Za-z_]\w*(?![\w\"])",
                      lambda match: names.get(match.group(), tags.get(match.group(), match.group())), text)
    result, before, calls, depth = [], "", [], 0
    for i, (kind, text) in enumerate(unit.tokens):
        if kind in ("blank", "comment"):
            result.append(text)
            continue
        if kind == "directive":
            result.append(text if re.match(r"\s*#\s*include", text) else rename_text(text))
            continue
        if text == "(":
            depth += 1
            if before == "ARENA_APPEND":
                calls.append([depth, 0])
        elif text == ")":
            if calls and calls[-1][0] == depth:
                calls.pop()
            depth -= 1
        elif text == "," and calls and calls[-1][0] == depth:
            calls[-1][1] += 1
        is_member = before in (".", "->") or i in unit.members or (calls and calls[-1] == [depth, 2])
        if kind == "name" and before in TAGS:
            result.append(tags.get(text, text))
        elif kind == "name" and not is_member:
            result.append(names.get(text, text))
        else:
            result.append(text)
        before = text
    return "".join(result)


class Meanings:
    """Which texts mean the same by a name: sets that are joined."""

    def __init__(self):
        self.parents = {}

    def root(self, site):
        self.parents.setdefault(site, site)
        while self.parents[site] != site:
            site = self.parents[site]
        return site

    def join(self, sites):
        for site in sites[1:]:
            self.parents[self.root(site)] = self.root(sites[0])


def system_names(texts):
    """The functions that the system's headers declare."""
    headers = sorted(set(re.findall(r"^#include <[^>]+>", "\n".join(texts), re.M)))
    source = "#define _GNU_SOURCE\n" + "\n".join(headers) + "\n"
    compiler = os.environ.get("CC", "cc").split()
    text = subprocess.run(compiler + ["-E", "-P", "-"], input=source, capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"\b([A-Za-z_]\w*)\s*\(", text))


class Amalgamation:
    def __init__(self, folders):
        self.folders, self.units, self.written, self.renames = folders, {}, set(), {}
        self.lines = []

    def find(self, name, includer):
        for folder in [os.path.dirname(includer)] + self.folders:
            path = os.path.join(folder, name)
            if os.path.exists(path):
                return path
        return None

    def unit(self, path):
        if path not in self.units:
            self.units[path] = Unit(path)
        return self.units[path]

    def includes(self, path, seen):
        """All headers that a file includes, at any depth."""
        for name in re.findall(r'^\s*#\s*include\s+"([^"]+)"', self.unit(path).text, re.M):
            header = self.find(name, path)
            if header and header not in seen:
                seen.add(header)
                self.includes(header, seen)
        return seen

    def find_renames(self, paths):
        """For each text the other names of what shares its own with something else."""
        meanings = {"tags": Meanings(), "names": Meanings()}
        sites = {"tags": {}, "names": {}}  # name -> texts
        for path in paths:
            seen = sorted(self.includes(path, set())) + [path]
            for kind in meanings:
                here = {}
                for text in seen:
                    for name in getattr(self.unit(text), kind):
                        here.setdefault(name, []).append((text, name))
                        sites[kind].setdefault(name, set()).add((text, name))
                for same in here.values():
                    meanings[kind].join(same)
        taken = system_names([unit.text for unit in self.units.values()])
        defined = set().union(*(unit.defined for unit in self.units.values()))
        for kind, meaning in meanings.items():
            for name, all_sites in sites[kind].items():
                # The system's, and what flex and bison give to several texts under conditions, stays as it is.
                if (kind == "tags" and name not in defined) or re.match("yy|YY|flex_", name):
                    continue
                groups = {}
                for site in sorted(all_sites):
                    groups.setdefault(meaning.root(site), []).append(site[0])
                # What most see keeps its name.
                ranked = sorted(groups.values(), key=lambda group: (not any(f.endswith(".h") for f in group), -len(group), group))
                is_taken = kind == "names" and name in taken and not ranked[0][0].endswith(".h")
                for group in ranked[0 if is_taken else 1:]:
                    suffix = "_in_" + re.sub(r"\W", "_", os.path.basename(group[-1]).rsplit(".", 1)[0])
                    for text in group:
                        self.renames.setdefault((text, kind), {})[name] = name + suffix
        # A text sees the names that its headers have got.
        for path in set(self.units):
            for kind in meanings:
                own = dict(self.renames.get((path, kind), {}))
                for header in self.includes(path, set()):
                    own.update(self.renames.get((header, kind), {}))
                self.units[path].renames = getattr(self.units[path], "renames", {})
                self.units[path].renames[kind] = own

    def write(self, path):
        """The text with its own includes in their places."""
        unit = self.unit(path)
        text = renamed(unit, unit.renames["tags"], unit.renames["names"])
        self.lines.append(f"/* ---- {os.path.basename(path)} ---- */\n")
        for line in text.splitlines(keepends=True):
            match = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
            header = match and self.find(match.group(1), path)
            if not header:
                self.lines.append(line)
                continue
            has_guard = re.search(r"^#ifndef GRADC_\w+_H|^#ifndef YY_\w+_INCLUDED|^#ifndef \w*lexer_HEADER_H",
                                  self.unit(header).text, re.M)
            if header in self.written and has_guard:
                continue
            self.written.add(header)
            self.write(header)
            self.lines.append(f"/* ---- {os.path.basename(path)}, continued ---- */\n")


def main(version, build, *paths):
    folders = sorted({os.path.dirname(path) for path in paths} | {build, "grammar", "src"})
    whole = Amalgamation(folders)
    headers = set()
    for path in paths:
        headers |= whole.includes(path, set())
    whole.find_renames(paths)
    shared = set().union(*(whole.unit(header).macros for header in headers))
    for path in paths:
        whole.write(path)
        for macro in sorted(whole.unit(path).macros):
            if re.match("yy[a-z_]*$", macro) or (macro not in shared and not re.match("GRADC_|YY_|FLEX", macro)):
                whole.lines.append(f"#undef {macro}\n")
    text = "".join(whole.lines)
    text = re.sub(r"^#(define _(DEFAULT|GNU|POSIX_C)_SOURCE|line) .*\n", "", text, flags=re.M)
    print(f"/* gradc {version} as one file: cc gradc.c -lm -o gradc */")
    print("#define _GNU_SOURCE")
    print(f'#define GRADC_VERSION "{version}"')
    sys.stdout.write(text)


if __name__ == "__main__":
    main(*sys.argv[1:])
