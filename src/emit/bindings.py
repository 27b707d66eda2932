
import collections
import ctypes
import keyword
import os
import re

import numpy

_REAL = numpy.float32 if INTERFACE["precision"] == "float32" else numpy.float64
_STATUS = {1: "a pointer is NULL", 2: "a size is 0 or too large, or a condition between sizes fails",
           3: "an int value is out of range", 4: "a factorisation met a singular or indefinite matrix"}
_WRITTEN = ("output", "gradient", "jacobian", "hessian", "jacobian_values", "hessian_values", "output_tangent", "hvp")


def _python_name(name):
    return name + "_" if keyword.iskeyword(name) else name


def _load():
    """The compiled library: $GRADC_LIBRARY, or libNAME.so beside this module (Python would take a NAME.so for the module)."""
    folder, file = os.path.split(os.path.abspath(__file__))
    stem = os.path.splitext(file)[0]
    candidates = [os.environ.get("GRADC_LIBRARY")] + [
        os.path.join(folder, "lib" + stem + suffix) for suffix in (".so", ".dylib")]
    for path in candidates:
        if path and os.path.exists(path):
            return ctypes.CDLL(path)
    raise ImportError("there is no lib%s.so beside %s; build it from the emitted C: cc -O3 -fPIC -shared %s.c -o lib%s.so "
                      "-lgradc -lm" % (stem, file, stem, stem))


class Function:
    """One exported function. Call it with its inputs, by position or by name, for its outputs."""

    def __init__(self, description, library):
        self.name = description["name"]
        self.members = description["members"]
        self.entries = description["entries"]
        self._library = library
        fields = [(m["name"], self._field(m)) for m in self.members]
        self._struct = type(self.name, (ctypes.Structure,), {"_fields_": fields})
        self._inputs = [m for m in self.members if m["role"] in ("input", "inout")]
        workspace = getattr(library, self.name + "_workspace")
        workspace.restype = ctypes.c_size_t
        self.__doc__ = "%s(%s)" % (self.name, ", ".join(_python_name(m["name"]) for m in self._inputs))

    @staticmethod
    def _field(member):
        if member["role"] == "size":
            return ctypes.c_size_t
        if member["role"] == "workspace" or member.get("shape") or member.get("pointer"):
            return ctypes.c_void_p
        if member["type"] == "int":
            return ctypes.c_int32
        return ctypes.c_float if _REAL is numpy.float32 else ctypes.c_double

    @staticmethod
    def _dtype(member):
        return numpy.int32 if member["type"] == "int" else _REAL

    def _find_sizes(self, values, given):
        sizes = dict(given)
        for member in self._inputs:
            if member["name"] not in values:
                continue
            shape = numpy.shape(values[member["name"]])
            if len(shape) != len(member["shape"]):
                raise ValueError("%s has %d axes, not %d" % (member["name"], len(member["shape"]), len(shape)))
            for written, extent in zip(member["shape"], shape):
                if isinstance(written, str) and re.fullmatch(r"[A-Za-z_]\w*", written):
                    if sizes.setdefault(written, extent) != extent:
                        raise ValueError("%s: the size %s is %d, not %d" % (member["name"], written, sizes[written], extent))
        missing = [m["name"] for m in self.members
                   if m["role"] == "size" and m["name"] not in sizes and not self._has_default(m)]
        if missing:
            raise TypeError("%s needs the size %s by name" % (self.name, missing[0]))
        return sizes

    @staticmethod
    def _has_default(member):
        return "default" in member and not member.get("shape")

    def _set_defaults(self, struct, values, sizes):
        """The numbers that are not given, from those that are."""
        members = [m for m in self.members if m["role"] in ("size", "input", "inout") and not m.get("shape")]
        given = {**values, **sizes}
        for member in members:
            if member["name"] in given:
                setattr(struct, member["name"], given[member["name"]])
        set_defaults = getattr(self._library, self.name + "_defaults")
        set_defaults.restype = None
        set_defaults(ctypes.byref(struct))
        replaced = {m["name"] for m in members if "default" in m and m["name"] in given}
        for member in members:
            name = member["name"]
            if name not in given and "default" in member:
                used = replaced.intersection(re.findall(r"[A-Za-z_]\w*", str(member["default"])))
                if used:
                    raise TypeError("%s: the default of %s is computed from that of %s; give %s, too" % (self.name, name, min(used), name))
                (sizes if member["role"] == "size" else values)[name] = getattr(struct, name)

    @staticmethod
    def _shape(member, sizes):
        return tuple(s if isinstance(s, int) else int(eval(s.replace("/", "//"), {}, sizes)) for s in member["shape"])

    def _set(self, struct, keep, member, value, sizes, in_place=False):
        """Stores an array or number in its member; arrays are converted, and kept alive in `keep`."""
        name, shape = member["name"], self._shape(member, sizes)
        if not member["shape"] and not member.get("pointer"):
            setattr(struct, name, value)
            return
        if in_place and not (isinstance(value, numpy.ndarray) and value.dtype == self._dtype(member) and value.flags.c_contiguous):
            raise TypeError("%s is updated in place: it must be a contiguous array of %s" % (name, self._dtype(member).__name__))
        array = numpy.ascontiguousarray(value, dtype=self._dtype(member)).reshape(shape)
        keep[name] = array
        setattr(struct, name, array.ctypes.data)

    def _call(self, entry, arguments, named, roles):
        """Runs an entry; returns the struct's written values of the given roles."""
        named = {k[:-1] if keyword.iskeyword(k[:-1]) and k.endswith("_") else k: v for k, v in named.items()}
        if len(arguments) > len(self._inputs):
            raise TypeError("%s takes %d inputs" % (self.name, len(self._inputs)))
        values = {m["name"]: v for m, v in zip(self._inputs, arguments)}
        others = {m["name"]: m for m in self.members if m["role"] in ("output_gradient", "tangent", "direction")}
        size_names = [m["name"] for m in self.members if m["role"] == "size"]
        extra, given = {}, {}
        for name, value in named.items():
            target = given if name in size_names else extra if name in others else values
            target[name] = value
        unknown = [n for n in values if n not in [m["name"] for m in self._inputs]]
        missing = [m["name"] for m in self._inputs if m["name"] not in values and not self._has_default(m)]
        if unknown or missing:
            raise TypeError("%s: %s" % (self.name, "there is no input " + unknown[0] if unknown else "the input %s is missing" % missing[0]))
        sizes = self._find_sizes(values, given)
        struct, keep = self._struct(), {}
        if "defaults" in self.entries:
            self._set_defaults(struct, values, sizes)
        for member in self.members:
            name, role = member["name"], member["role"]
            if role == "size":
                setattr(struct, name, sizes[name])
            elif role in ("input", "inout"):
                self._set(struct, keep, member, values[name], sizes, in_place=role == "inout" and bool(member["shape"]))
            elif name in extra:
                self._set(struct, keep, member, extra[name], sizes)
            elif role in roles and member["shape"]:
                self._set(struct, keep, member, numpy.empty(self._shape(member, sizes), self._dtype(member)), sizes)
        block = numpy.empty(getattr(self._library, self.name + "_workspace")(ctypes.byref(struct)) + 64, numpy.uint8)
        struct.work = block.ctypes.data + -block.ctypes.data % 64
        status = getattr(self._library, "%s_%s" % (self.name, entry))(ctypes.byref(struct))
        if status:
            raise ValueError("%s_%s: %s" % (self.name, entry, _STATUS.get(status, "status %d" % status)))
        return {m["name"]: keep.get(m["name"], getattr(struct, m["name"]))
                for m in self.members if m["role"] in roles or (m["role"] == "inout" and "output" in roles)}

    def _result(self, what, values):
        if len(values) == 1:
            return next(iter(values.values()))
        return collections.namedtuple(self.name + "_" + what, [_python_name(n) for n in values], rename=True)(*values.values())

    def __call__(self, *inputs, **named):
        return self._result("outputs", self._call("forward", inputs, named, ("output",)))

    def gradient(self, *inputs, **named):
        """(outputs, gradients); output gradients by name, d_loss = ...; without any, those of the first output."""
        values = self._call("gradient", inputs, named, ("output", "gradient"))
        gradients = {m["name"]: values[m["name"]] for m in self.members if m["role"] == "gradient"}
        outputs = {n: v for n, v in values.items() if n not in gradients}
        return self._result("outputs", outputs), self._result("gradients", gradients)

    def jacobian(self, *inputs, **named):
        return self._result("jacobian", self._call("jacobian", inputs, named, ("jacobian",)))

    def hessian(self, *inputs, **named):
        return self._result("hessian", self._call("hessian", inputs, named, ("hessian",)))

    def jvp(self, *inputs, **named):
        """Derivatives of the outputs along tangents, t_x = ..."""
        return self._result("jvp", self._call("jvp", inputs, named, ("output_tangent",)))

    def hvp(self, *inputs, **named):
        """Products of the Hessian with directions, v_x = ..."""
        return self._result("hvp", self._call("hvp", inputs, named, ("hvp",)))


_library = _load()
for _description in INTERFACE["functions"]:
    globals()[_python_name(_description["name"])] = Function(_description, _library)
