# functions.py: the functions of a compiled program as Python callables on NumPy arrays. The package gradc imports it;
# `gradc --emit=python` writes it into the module of a program. It needs the interface (--emit=interface) and the library.

import collections
import ctypes
import inspect
import keyword
import os
import re
import shutil
import tempfile

import numpy

_STATUS = {1: "a required pointer is NULL", 2: "a size is zero or too large, or sizes do not fit together",
           3: "an index is out of range", 4: "a matrix is singular or not positive definite",
           5: "a condition that the program requires does not hold"}
_NAME = r"[A-Za-z_]\w*"

# The entries, with the roles of the members that they fill and of those that they read beside the inputs.
_FILLS = {"forward": ("output",), "gradient": ("output", "gradient"), "jacobian": ("jacobian",), "hessian": ("hessian",),
          "jvp": ("output_tangent",), "hvp": ("hvp",), "sparse_jacobian": ("jacobian_values",),
          "sparse_hessian": ("hessian_values",)}
_READS = {"gradient": "output_gradient", "jvp": "tangent", "hvp": "direction"}

# The same of a nonlinear program, by the names of the members. The last alone reads the multipliers.
_PROGRAM_FILLS = {"objective": "objective", "objective_gradient": "d_objective_dx", "constraints": "constraints",
                  "constraints_jacobian": "constraints_jacobian_values",
                  "lagrangian_hessian": "lagrangian_hessian_values"}
_MULTIPLIERS = ("sigma", "lambda")


def _python_name(name):
    return name + "_" if keyword.iskeyword(name) else name


def _program_name(name):
    return name[:-1] if name.endswith("_") and keyword.iskeyword(name[:-1]) else name


def open_library(path):
    """A private copy of the library, so that one that is built anew is seen, and does no harm to what runs."""
    handle, copy = tempfile.mkstemp(suffix=os.path.splitext(path)[1])
    os.close(handle)
    try:
        shutil.copyfile(path, copy)
        return ctypes.CDLL(copy)
    finally:
        os.remove(copy)


def open_library_beside(module):
    """The compiled library: $GRADC_LIBRARY, or libNAME.so beside a module (Python would take a NAME.so for the module)."""
    folder, file = os.path.split(os.path.abspath(module))
    stem = os.path.splitext(file)[0]
    candidates = [os.environ.get("GRADC_LIBRARY")] + [
        os.path.join(folder, "lib" + stem + suffix) for suffix in (".so", ".dylib")]
    for path in candidates:
        if path and os.path.exists(path):
            return open_library(path)
    raise ImportError("there is no lib%s.so beside %s; build it from the emitted C: cc -O3 -fPIC -shared %s.c -o lib%s.so "
                      "-lgradc -lm" % (stem, file, stem, stem))


class SparseMatrix(collections.namedtuple("SparseMatrix", "data indices indptr shape")):
    """A matrix in compressed rows, as scipy.sparse.csr_matrix takes it: tocsr() is that, toarray() the whole matrix."""

    __slots__ = ()

    def tocsr(self):
        import scipy.sparse
        return scipy.sparse.csr_matrix((self.data, self.indices, self.indptr), shape=self.shape)

    def toarray(self):
        whole = numpy.zeros(self.shape, self.data.dtype)
        whole[numpy.repeat(numpy.arange(self.shape[0]), numpy.diff(self.indptr)), self.indices] = self.data
        return whole


class _Default:
    """A default that the compiled program computes; shown in signatures as it is written."""

    def __init__(self, text):
        self._text = text

    def __repr__(self):
        return self._text


class _Member:
    """A member of the struct, and how a value of Python gets into it."""

    def __init__(self, description, real):
        self.name = description["name"]
        self.role = description["role"]
        self.of = description.get("of")
        self.wrt = description.get("wrt")
        self.shape = description.get("shape", [])
        self.default = description.get("default")
        self.has_default = "default" in description and not self.shape
        self.default_array = None
        self.is_int = description.get("type") == "int"
        self.is_value = not self.shape and not description.get("pointer") and self.role not in ("workspace", "prepared")
        self.is_given = description.get("given", False)
        self.dtype = numpy.dtype(numpy.int32 if self.is_int else real)
        self._extents = [s if isinstance(s, int) else compile(re.sub(_NAME + r"\b(?!\()", r'_["\g<0>"]', s.replace("/", "//")), s, "eval")
                         for s in self.shape]
        if self.role == "size":
            self.field = ctypes.c_size_t
        elif not self.is_value:
            self.field = ctypes.c_void_p
        else:
            self.field = ctypes.c_int32 if self.is_int else ctypes.c_float if real is numpy.float32 else ctypes.c_double

    def __str__(self):
        return "%s: %s%s" % (self.name, "int" if self.is_int else "", self.shape_text()) if self.shape or self.is_int else self.name

    def shape_text(self):
        return "[%s]" % ", ".join(map(str, self.shape)) if self.shape else ""

    def kind_text(self):
        return ("int " if self.is_int else "real ") + (self.shape_text() or "number")

    def extents(self, sizes):
        return tuple(e if isinstance(e, int) else int(eval(e, {"__builtins__": {}, "max": max, "min": min}, {"_": sizes})) for e in self._extents)

    def check_type(self, array):
        """No value may change on its way: an int is none that was cut off or wrapped around, nor a mask."""
        if not self.is_int:
            if array.dtype.kind not in "fiub":
                raise TypeError("%s is real: numbers are needed, not %s" % (self.name, array.dtype))
        elif array.dtype.kind == "b":
            raise TypeError("%s is int: a mask does not select; numpy.flatnonzero(mask) has its positions" % self.name)
        elif array.dtype.kind not in "iu":
            raise TypeError("%s is int: whole numbers are needed, not %s" % (self.name, array.dtype))
        elif array.size and (array.max() > 2147483647 or array.min() < -2147483648):
            raise OverflowError("%s is int: %s does not fit 32 bits" % (
                self.name, array.max() if array.max() > 2147483647 else array.min()))

    def check_shape(self, shape, expected):
        if tuple(shape) != expected:
            raise ValueError("%s has the shape %s, not %s%s" % (
                self.name, tuple(shape), expected, "" if list(expected) == self.shape else ", which is " + self.shape_text()))

    def convert(self, value, expected):
        """The value as an array that C can read."""
        array = numpy.asarray(value)
        self.check_shape(array.shape, expected)
        self.check_type(array)
        return numpy.require(array, self.dtype, "CA")

    def take_in_place(self, value, expected):
        """The caller's own array, which the program updates."""
        if not isinstance(value, numpy.ndarray) or value.dtype != self.dtype or not value.flags.c_contiguous or not value.flags.aligned:
            raise TypeError("%s is updated in place: it must be a contiguous array of %s" % (self.name, self.dtype))
        if not value.flags.writeable:
            raise ValueError("%s is updated in place, but this array is read-only" % self.name)
        self.check_shape(value.shape, expected)
        return value


class Function:
    """An exported function. Call it with its inputs, by position or by name, for its outputs."""

    def __init__(self, description, precision, library, origin=None):
        self.name = description["name"]
        self.__name__ = self.__qualname__ = _python_name(self.name)
        self.entries = description["entries"]
        self._real = numpy.float32 if precision == "float32" else numpy.float64
        self._members = [_Member(m, self._real) for m in description["members"]]
        self._requires = description.get("requires", [])
        self._library = library
        self._origin = origin
        self._struct = type(self.name, (ctypes.Structure,), {"_fields_": [(m.name, m.field) for m in self._members]})
        self._inputs = self._with_role("input", "inout")
        self._is_program = "objective" in self.entries
        self._sizes = self._with_role("size")
        self._outputs = self._with_role("output")
        self._by_name = {m.name: m for m in self._members}
        self._workspace = getattr(library, self.name + "_workspace")
        self._workspace.restype = ctypes.c_size_t
        self._prepared = None
        self._find_default_arrays()
        self.__signature__ = self._signature()
        self.__doc__ = self._documentation()

    def _with_role(self, *roles):
        return [m for m in self._members if m.role in roles]

    def _find_default_arrays(self):
        """Where the program's own arrays are that inputs point to unless they are given."""
        arrays = [m for m in self._inputs if m.shape and m.default and all(isinstance(n, int) for n in m.shape)]
        if not arrays:
            return
        struct = self._struct()
        for member in self._sizes + self._inputs:
            if not member.shape:
                setattr(struct, member.name, 1)  # a default may divide by it
        self._call_defaults(struct)
        for member in arrays:
            address = ctypes.cast(getattr(struct, member.name), ctypes.c_void_p).value
            if address:
                count = numpy.prod(member.shape, dtype=int)
                bytes_ = ctypes.string_at(address, int(count) * numpy.dtype(member.dtype).itemsize)
                member.default_array = numpy.frombuffer(bytes_, member.dtype).reshape(member.shape)
                member.has_default = True

    def _call_defaults(self, struct):
        set_defaults = getattr(self._library, self.name + "_defaults")
        set_defaults.restype = None
        set_defaults(ctypes.byref(struct))

    def _inputs_of(self, entry):
        return [m for m in self._inputs
                if not self._is_program or entry == "lagrangian_hessian" or m.name not in _MULTIPLIERS]

    def _is_filled(self, member, entry):
        return member.name == _PROGRAM_FILLS[entry] if self._is_program else member.role in _FILLS[entry]

    # ---- For people ----

    def _found_sizes(self):
        """Sizes that the shape of an input gives."""
        return {s for m in self._inputs for s in m.shape if isinstance(s, str) and re.fullmatch(_NAME, s)}

    def _signature(self):
        kind, parameters = inspect.Parameter.POSITIONAL_OR_KEYWORD, []
        for index, member in enumerate(self._inputs_of("forward")):
            default = inspect.Parameter.empty
            if member.has_default:
                default = _Default(member.default) if isinstance(member.default, str) else member.default
            elif any(m.has_default for m in self._inputs[:index]):
                kind = inspect.Parameter.KEYWORD_ONLY
            parameters.append(inspect.Parameter(_python_name(member.name), kind, default=default))
        for member in self._sizes:
            if member.name not in self._found_sizes():
                default = inspect.Parameter.empty
                if member.has_default:
                    default = _Default(member.default) if isinstance(member.default, str) else member.default
                parameters.append(inspect.Parameter(_python_name(member.name), inspect.Parameter.KEYWORD_ONLY, default=default))
        return inspect.Signature(parameters)

    def _head(self):
        inputs = ["%s = %s" % (m, m.default) if m.has_default else str(m)
                  for m in self._inputs_of("forward")]
        sizes = ["%s: size" % m.name for m in self._sizes if m.name not in self._found_sizes()]
        outputs = [str(m) for m in self._outputs + self._with_role("inout")]
        return "%s(%s) -> %s" % (self.name, ", ".join(inputs + sizes), ", ".join(outputs))

    def _documentation(self):
        lines = [self._head(), ""]
        for title, members in (("Inputs", self._inputs), ("Outputs", self._outputs)):
            lines += [title + ":"] + ["    %s: %s%s%s" % (
                _python_name(m.name), m.kind_text(), ", updated in place" if m.role == "inout" else "",
                ", %s unless given" % m.default if m.has_default else "") for m in members]
        if self._requires:
            lines += ["Requires: " + ", ".join(self._requires)]
        for entry, roles in _FILLS.items():
            if entry in self.entries and entry != "forward":
                filled = ["%s %s" % (_python_name(m.name), m.shape_text()) for m in self._with_role(roles[-1])]
                lines += ["%s.%s: %s" % (self.__name__, entry, ", ".join(f.strip() for f in filled))]
        if self._is_program:
            lines += ["%s.%s" % (self.__name__, ", .".join(_PROGRAM_FILLS))]
        return "\n".join(lines)

    def __repr__(self):
        return "<gradc function %s>" % self._head()

    def __reduce__(self):
        return self._origin(self.name) if self._origin else self.__name__

    def __copy__(self):
        return self

    def __deepcopy__(self, memory):
        return self

    # ---- Calls ----

    def _sort(self, entry, arguments, named):
        """The arguments as (values of inputs, sizes, what the entry reads beside), by name."""
        values, sizes, others = {}, {}, {}
        inputs = self._inputs_of(entry)
        what = self.name if entry == "forward" else "%s.%s" % (self.name, entry)
        if len(arguments) > len(inputs):
            raise TypeError("%s takes %d inputs, but %d are given" % (what, len(inputs), len(arguments)))
        for member, value in zip(inputs, arguments):
            values[member.name] = value
        for given, value in named.items():
            member = self._by_name.get(given) or self._by_name.get(_program_name(given))
            role = member.role if member else None
            if member in inputs:
                if member.name in values:
                    raise TypeError("%s: %s is given twice, by position and by name" % (what, given))
                values[member.name] = value
            elif role == "size":
                sizes[member.name] = value
            elif role is not None and role == _READS.get(entry):
                others[member.name] = value
            else:
                raise TypeError("%s: there is no input %s" % (what, given))
        for member in inputs:
            if member.name not in values and member.default_array is not None:
                values[member.name] = member.default_array
            elif member.name not in values and not member.has_default:
                raise TypeError("%s: the input %s is missing" % (what, member.name))
        return values, sizes, others

    def _find_sizes(self, values, given):
        sizes = {}
        for name, value in given.items():
            if isinstance(value, (bool, numpy.bool_)) or not hasattr(value, "__index__") or value.__index__() < 1:
                raise ValueError("%s: the size %s is a whole number, at least 1" % (self.name, name))
            sizes[name] = value.__index__()
        for member in self._inputs:
            if member.name not in values:
                continue
            shape = numpy.shape(values[member.name])
            if len(shape) != len(member.shape):
                raise ValueError("%s has %d axes, not %d" % (member.name, len(member.shape), len(shape)))
            for written, extent in zip(member.shape, shape):
                if isinstance(written, str) and written in self._by_name:
                    if sizes.setdefault(written, extent) != extent:
                        raise ValueError("%s: the size %s is %d, not %d" % (member.name, written, sizes[written], extent))
        for member in self._sizes:
            if member.name not in sizes and not member.has_default:
                raise TypeError("%s needs the size %s by name" % (self.name, member.name))
        return sizes

    def _set_defaults(self, struct, values, sizes):
        """The numbers that are not given, from those that are."""
        members = [m for m in self._sizes + self._inputs if not m.shape]
        given = {**values, **sizes}
        for member in members:
            if member.name in given:
                self._set_value(struct, member, given[member.name])
        self._call_defaults(struct)
        replaced = {m.name for m in members if m.has_default and m.name in given}
        for member in members:
            if member.name not in given and member.has_default:
                used = replaced.intersection(re.findall(_NAME, str(member.default)))
                if used:
                    raise TypeError("%s: the default of %s is computed from that of %s; give %s, too" % (
                        self.name, member.name, min(used), member.name))
                (sizes if member.role == "size" else values)[member.name] = getattr(struct, member.name)

    @staticmethod
    def _set_value(struct, member, value):
        if member.role == "size":
            setattr(struct, member.name, value)
            return
        array = numpy.asarray(value)
        member.check_shape(array.shape, ())
        member.check_type(array)
        setattr(struct, member.name, array.item() if member.is_int else float(array))

    def _set_array(self, struct, keep, member, array):
        keep[member.name] = array
        setattr(struct, member.name, array.ctypes.data)

    def _set_inputs(self, struct, keep, values, sizes):
        updated = []
        inputs = [m for m in self._inputs if m.name in values]
        for member in inputs:
            if member.is_value:
                self._set_value(struct, member, values[member.name])
            elif member.role == "inout":
                array = member.take_in_place(values[member.name], member.extents(sizes))
                if any(numpy.may_share_memory(array, other) for other in updated):
                    raise ValueError("%s: %s overlaps another array that is updated" % (self.name, member.name))
                updated.append(array)
                self._set_array(struct, keep, member, array)
        for member in inputs:
            if member.role == "input" and not member.is_value:
                array = member.convert(values[member.name], member.extents(sizes))
                if any(numpy.may_share_memory(array, other) for other in updated):
                    array = array.copy()
                self._set_array(struct, keep, member, array)

    def _fail(self, entry, status):
        text = _STATUS.get(status, "status %d" % status)
        if status == 5 and self._requires:
            text += ": " + ", ".join(self._requires)
        error = ValueError("%s_%s: %s" % (self.name, entry, text))
        error.status = status
        raise error

    def _call(self, entry, arguments, named):
        """Runs an entry; returns what it fills, by name."""
        if self._is_program and entry not in self.entries:
            raise TypeError("%s is a nonlinear program: it has %s" % (self.name, ", ".join(_PROGRAM_FILLS)))
        if entry in _PROGRAM_FILLS and not self._is_program:
            raise TypeError("%s has no %s: it is no nonlinear program, export p = nlp(f, g) wrt x" % (self.name, entry))
        if entry not in self.entries:
            raise TypeError("%s is exported without %s; write in the program: export %s wrt ...%s" % (
                self.name, entry, self.name, "" if entry == "gradient" else ": " + entry))
        values, given, others = self._sort(entry, arguments, named)
        self._check_others(entry, others)
        sizes = self._find_sizes(values, given)
        struct, keep = self._struct(), {}
        if "defaults" in self.entries:
            self._set_defaults(struct, values, sizes)
        for member in self._sizes:
            setattr(struct, member.name, sizes[member.name])
        self._set_inputs(struct, keep, values, sizes)
        for member in self._members:
            if member.name in others:
                if member.is_value:
                    self._set_value(struct, member, others[member.name])
                else:
                    self._set_array(struct, keep, member, member.convert(others[member.name], member.extents(sizes)))
            elif self._is_filled(member, entry) and not member.is_value:
                self._set_array(struct, keep, member, numpy.empty(member.extents(sizes), member.dtype))
        block = numpy.empty(self._workspace(ctypes.byref(struct)) + 64, numpy.uint8)
        struct.work = block.ctypes.data + -block.ctypes.data % 64
        if "prepare" in self.entries:
            self._prepare(struct, keep, sizes)
        status = getattr(self._library, "%s_%s" % (self.name, entry))(ctypes.byref(struct))
        if status:
            self._fail(entry, status)
        return {m.name: keep[m.name] if m.name in keep else getattr(struct, m.name)
                for m in self._members if self._is_filled(m, entry) or (m.role == "inout" and entry == "forward")}

    def _prepare(self, struct, keep, sizes):
        """Points to what `prepare` leaves: that of the last call if the sizes and what is given are the same."""
        given = [keep.get(m.name, getattr(struct, m.name)) for m in self._inputs if m.is_given]
        last = self._prepared
        if last and last[0] == sizes and all(map(numpy.array_equal, last[1], given)):
            struct.prepared = last[2].ctypes.data + -last[2].ctypes.data % 64
            keep["prepared"] = last[2]
            return
        size = getattr(self._library, self.name + "_prepared_size")
        size.restype = ctypes.c_size_t
        block = keep["prepared"] = numpy.empty(size(ctypes.byref(struct)) + 64, numpy.uint8)
        struct.prepared = block.ctypes.data + -block.ctypes.data % 64
        status = getattr(self._library, self.name + "_prepare")(ctypes.byref(struct))
        if status:
            self._fail("prepare", status)
        self._prepared = (dict(sizes), [numpy.copy(g) for g in given], block)

    def _check_others(self, entry, others):
        """What would be 0 for want of an argument is refused."""
        if entry not in _READS or others:
            return
        members = self._with_role(_READS[entry])
        if entry != "gradient":
            raise TypeError("%s.%s needs %s by name" % (self.name, entry, " or ".join(m.name for m in members)))
        first = self._outputs[0] if self._outputs else None
        if first is None or first.shape or first.is_int:
            raise TypeError("%s.gradient: the first output is no real number, so an output gradient is needed by name: %s" % (
                self.name, " or ".join("%s %s" % (m.name, m.shape_text()) for m in members)))

    def _result(self, what, values):
        if len(values) == 1:
            return next(iter(values.values()))
        return collections.namedtuple(self.name + "_" + what, [_python_name(n) for n in values], rename=True)(*values.values())

    def _pick(self, role, values):
        return {m.name: values[m.name] for m in self._with_role(role)}

    def __call__(self, /, *inputs, **named):
        return self._result("outputs", self._call("forward", inputs, named))

    def gradient(self, /, *inputs, **named):
        """(outputs, gradients). Output gradients by name, d_loss = ...; without any, the gradient of the first output, a number."""
        values = self._call("gradient", inputs, named)
        gradients = self._pick("gradient", values)
        outputs = {n: v for n, v in values.items() if n not in gradients}
        return self._result("outputs", outputs), self._result("gradients", gradients)

    def jacobian(self, /, *inputs, **named):
        """dy_dx of each output y and parameter x: the axes of y, then those of x."""
        return self._result("jacobian", self._call("jacobian", inputs, named))

    def hessian(self, /, *inputs, **named):
        """d2y_dx_dw of each pair of parameters: the axes of x, then those of w."""
        return self._result("hessian", self._call("hessian", inputs, named))

    def jvp(self, /, *inputs, **named):
        """Derivatives of the outputs along tangents, t_x = ..."""
        return self._result("jvp", self._call("jvp", inputs, named))

    def hvp(self, /, *inputs, **named):
        """Products of the Hessian with directions, v_x = ..."""
        return self._result("hvp", self._call("hvp", inputs, named))

    def _sparse(self, entry, inputs, named):
        values = self._call(entry, inputs, named)
        return self._result(entry, {m.name[:-len("_values")]: self._matrix(m, values[m.name])
                                    for m in self._with_role(_FILLS[entry][0])})

    def _matrix(self, member, values):
        rows, columns = (member.of, member.wrt) if member.role == "jacobian_values" else member.wrt
        shape = tuple(int(numpy.prod(self._by_name[name].shape, dtype=int)) for name in (rows, columns))
        prefix = "%s_%s" % (self.name, member.name[:-len("_values")])

        def array(name, count):
            return numpy.array((ctypes.c_int32 * count).in_dll(self._library, "%s_%s" % (prefix, name)), numpy.int32)
        return SparseMatrix(values, array("cols", len(values)), array("rowptr", shape[0] + 1), shape)

    def sparse_jacobian(self, /, *inputs, **named):
        """The structural non-zeros of each Jacobian, as a SparseMatrix."""
        return self._sparse("sparse_jacobian", inputs, named)

    def sparse_hessian(self, /, *inputs, **named):
        """The structural non-zeros of each Hessian, as a SparseMatrix; with `lower`, those on and below the diagonal."""
        return self._sparse("sparse_hessian", inputs, named)

    # ---- Of nonlinear programs ----

    def _part(self, entry, inputs, named):
        name = _PROGRAM_FILLS[entry]
        value = self._call(entry, inputs, named)[name]
        return self._matrix(self._by_name[name], value) if name.endswith("_values") else value

    def objective(self, /, *inputs, **named):
        return self._part("objective", inputs, named)

    def objective_gradient(self, /, *inputs, **named):
        return self._part("objective_gradient", inputs, named)

    def constraints(self, /, *inputs, **named):
        return self._part("constraints", inputs, named)

    def constraints_jacobian(self, /, *inputs, **named):
        """The structural non-zeros, as a SparseMatrix."""
        return self._part("constraints_jacobian", inputs, named)

    def lagrangian_hessian(self, /, *inputs, **named):
        """The lower triangle of the Hessian of sigma f + sum(lambda_ g), as a SparseMatrix; sigma and lambda_ come last."""
        return self._part("lagrangian_hessian", inputs, named)

    # ---- As scipy.optimize calls them ----

    def value(self, /, *inputs, **named):
        """The first output alone."""
        return self._call("forward", inputs, named)[self._outputs[0].name]

    def jac(self, /, *inputs, **named):
        """The gradient alone, or for a vector the Jacobian: minimize(f, x0, jac=f.jac), least_squares(f, x0, jac=f.jac)."""
        first = self._outputs[0]
        if first.shape:
            return self._result("jacobian", {
                n: v for n, v in self._call("jacobian", inputs, named).items() if self._by_name[n].of == first.name})
        return self._result("gradients", self._pick("gradient", self._call("gradient", inputs, named)))

    def hess(self, /, *inputs, **named):
        """The Hessian: minimize(f, x0, jac=f.jac, hess=f.hess)."""
        return self.hessian(*inputs, **named)

    def hessp(self, /, *inputs, **named):
        """The product of the Hessian with the vector that stands right behind the parameter: minimize(..., hessp=f.hessp)."""
        directions = self._with_role("direction")
        if len(directions) != 1:
            return self.hvp(*inputs, **named)
        place = [m.name for m in self._inputs].index(directions[0].of) + 1
        if len(inputs) <= place:
            raise TypeError("%s.hessp needs the vector right behind %s" % (self.name, directions[0].of))
        named[directions[0].name] = inputs[place]
        return self.hvp(*inputs[:place], *inputs[place + 1:], **named)


def bind(interface, library, origin=None):
    """The functions of an interface by their names."""
    return {_python_name(d["name"]): Function(d, interface["precision"], library, origin) for d in interface["functions"]}
