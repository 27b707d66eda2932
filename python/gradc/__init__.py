"""gradc in Python: `f = gradc.load("model.nn")` compiles a program and returns its function.

f(x) has the outputs, f.gradient(x) (outputs, gradients), and so on for what the program exports: jacobian, hessian, jvp,
hvp, sparse_jacobian, sparse_hessian. f.jac, f.hess and f.hessp are called as scipy.optimize does. help(gradc.load) tells
what can be chosen.

The command gradc is $GRADC, or found in PATH, beside this package or where it is installed; the C compiler is $CC, or cc,
gcc, clang or tcc in PATH. What has been compiled is kept in $GRADC_CACHE, or ~/.cache/gradc.
"""

import hashlib
import json
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import ctypes

from .functions import Function, SparseMatrix, bind

__version__ = "0.1.0"
__all__ = ["CompileError", "Function", "Module", "SparseMatrix", "compile", "load", "module"]


class CompileError(Exception):
    """What gradc or the C compiler says of a program."""


class Module:
    """The exported functions of a program, as attributes."""

    def __init__(self, name, functions):
        self.__name__ = name
        self._functions = functions
        self.__dict__.update(functions)

    def __iter__(self):
        return iter(self._functions.values())

    def __repr__(self):
        return "<gradc module %s: %s>" % (self.__name__, ", ".join(self._functions))


def load(path, function=None, *, sizes=None, precision=None, include=(), options=(), flags=None):
    """The exported function of the program in a file, or a Module of its functions if there are several.

    function   the name of the one that is wanted
    sizes      {"H": 64} fixes the program's dim H
    precision  "float32" or "float64", whatever the file says
    include    folders in which imported files are looked for, too
    options    further options of the command gradc
    flags      of the C compiler, instead of -O3 -march=native; ["-O3", "-march=native", "-fopenmp"] for threads
    """
    return _choose(module(path, sizes=sizes, precision=precision, include=include, options=options, flags=flags), function)


def compile(text, function=None, *, sizes=None, precision=None, include=(), options=(), flags=None):
    """The same for the text of a program."""
    recipe = _recipe(None, text, sizes, precision, include, options, flags)
    return _choose(_build(recipe), function)


def module(path, *, sizes=None, precision=None, include=(), options=(), flags=None):
    """A Module of the program's functions, however many there are."""
    return _build(_recipe(os.path.abspath(path), None, sizes, precision, include, options, flags))


def _choose(module, function):
    functions = list(module)
    if function is not None:
        if not hasattr(module, function):
            raise AttributeError("%s exports no %s; there is %s" % (module.__name__, function, ", ".join(module._functions)))
        return getattr(module, function)
    return functions[0] if len(functions) == 1 else module


# ---- What is compiled, and with what ----


def _recipe(path, text, sizes, precision, include, options, flags):
    given = ["-I%s" % os.path.abspath(folder) for folder in include]
    given += ["-D%s=%d" % item for item in sorted((sizes or {}).items())]
    given += ["--precision=%s" % precision] if precision else []
    return {"path": path, "text": text, "options": given + list(options), "flags": None if flags is None else list(flags)}


def _find_gradc():
    given = os.environ.get("GRADC")
    if given:
        if shutil.which(given):
            return given
        raise FileNotFoundError("GRADC=%s is no command" % given)
    here, folders = os.path.dirname(os.path.abspath(__file__)), []
    while os.path.dirname(here) != here:  # in a copy of the source, and below the prefix of an installation
        here = os.path.dirname(here)
        folders += [here, os.path.join(here, "bin")]
    folders += [os.path.join(sys.prefix, "bin"), "/usr/local/bin", os.path.expanduser("~/.local/bin")]
    found = shutil.which("gradc") or shutil.which("gradc", path=os.pathsep.join(folders))
    if not found:
        raise FileNotFoundError("the command gradc is neither in PATH nor beside this package; set GRADC to its path")
    return found


def _find_compiler():
    """The words that call the C compiler: CC may hold options, too."""
    given = shlex.split(os.environ.get("CC", ""))
    if given and not shutil.which(given[0]):
        raise FileNotFoundError("CC=%s is no command" % given[0])
    found = given or [name for name in ("cc", "gcc", "clang", "tcc") if shutil.which(name)][:1]
    if not found:
        raise FileNotFoundError("there is no C compiler (cc, gcc, clang or tcc) in PATH; set CC to one")
    return found


def _run(command, text=None):
    result = subprocess.run(command, input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
    if result.returncode:
        raise CompileError(result.stderr.strip() or "%s: status %d" % (command[0], result.returncode))
    return result


# ---- The cache ----


def _cache_folder():
    given = os.environ.get("GRADC_CACHE")
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    folder = given or os.path.join(base, "gradc")
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        if os.access(folder, os.W_OK) and os.stat(folder).st_uid == os.getuid():
            return folder
    except OSError:
        pass
    return _private_folder()


def _private_folder(kept=[]):
    """Where nothing can be kept: a folder of this process."""
    if not kept:
        kept.append(tempfile.TemporaryDirectory(prefix="gradc-"))
    return kept[0].name


def _processor():
    """What -march=native depends on."""
    try:
        with open("/proc/cpuinfo") as file:
            return "".join(sorted({line for line in file if line.startswith(("model name", "flags", "Features", "isa"))}))
    except OSError:
        return platform.processor()


def _identity(command):
    found = os.path.realpath(shutil.which(command[0]))
    status = os.stat(found)
    return [command, found, status.st_size, status.st_mtime_ns]


def _digest(*parts):
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _read(path):
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        return file.read()


def _source_digest(recipe, rule):
    """Of the program and all that it imports, which the rule for make names."""
    names = re.findall(r"(?:\\.|[^\s\\])+", rule.split(":", 1)[1])
    files = [re.sub(r"\\(.)", r"\1", name).replace("$$", "$") for name in names]
    return _digest(recipe["text"] or "", recipe["options"], [_read(file).encode("utf-8", "surrogateescape").hex() for file in files])


# ---- Building ----


def _compile_c(compiler, flags, source, library):
    """Compiles beside the library and renames, so that no one finds half of it."""
    chosen = [["-O3", "-march=native"], ["-O2"]] if flags is None else [flags]
    handle, unfinished = tempfile.mkstemp(suffix=".so", dir=os.path.dirname(library))
    os.close(handle)
    try:
        for index, choice in enumerate(chosen):
            try:
                _run(compiler + choice + ["-fPIC", "-shared", source, "-o", unfinished, "-lm"])
                break
            except CompileError:
                if index + 1 == len(chosen):
                    raise
        os.replace(unfinished, library)
    finally:
        if os.path.exists(unfinished):
            os.remove(unfinished)


def _build(recipe):
    gradc, compiler = _find_gradc(), _find_compiler()
    path, text = recipe["path"], recipe["text"]
    if path is not None and not os.path.exists(path):
        raise FileNotFoundError("there is no %s" % path)
    name = "program" if path is None else os.path.splitext(os.path.basename(path))[0]
    command = [gradc, "--color=never"] + recipe["options"]
    with tempfile.TemporaryDirectory(prefix="gradc-") as folder:
        source, rule = os.path.join(folder, "program.c"), os.path.join(folder, "rule")
        written = _run(command + ["--standalone", "-MD", "-MF", rule, "-MT", "it", "-o", source, "--", path or "-"], text)
        interface = _run(command + ["--emit=interface", "--", path or "-"], text).stdout
        sys.stderr.write(written.stderr)
        key = _digest(_read(source), interface, _identity(compiler), recipe["flags"], _processor())
        digest = _source_digest(recipe, _read(rule))
        stem = re.sub(r"\W", "_", name)
        library = os.path.join(_cache_folder(), "%s-%s.so" % (stem, key[:32]))
        if not os.path.exists(library):
            _compile_c(compiler, recipe["flags"], source, library)

    def origin(function):
        return _restore, (recipe, digest, function)
    module = Module(name, bind(json.loads(interface), ctypes.CDLL(library), origin))
    module._digest = digest
    return module


def _restore(recipe, digest, function):
    """What pickle calls: the function, as long as its program is what it was."""
    module = _build(recipe)
    if module._digest != digest:
        raise ValueError("%s has changed since the function %s was pickled" % (recipe["path"], function))
    return [f for f in module if f.name == function][0]
