"""peer.py PROGRAM PEER: a contestant of a benchmark, at the other end of peer.h.

PROGRAM.py has a function PEER (torch, numpy) that takes the inputs by name and returns a step: a function without
arguments that computes once and returns its results by name. Commands come on the standard input, a line each:
    array NAME TYPE EXTENTS...    an input; its bytes follow
    run COUNT                     answers with the seconds that so many steps took
    value NAME                    answers with a result of the last step
    kept                          answers with the bytes that a step keeps for its backward part (torch only)
"""
import importlib
import os
import struct
import sys
import time

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
import numpy

commands, answers = sys.stdin.buffer, sys.stdout.buffer


class Inputs:
    """The inputs as attributes, as arrays or as tensors; ints as the type that indexing takes."""


def read_array(extents, type):
    count = int(numpy.prod(extents, dtype=int))
    data = commands.read(count * numpy.dtype(type).itemsize)
    return numpy.frombuffer(data, type).reshape(extents).copy()


def make_step(program, peer, arrays):
    inputs = Inputs()
    for name, array in arrays.items():
        if array.dtype == numpy.int32:
            array = array.astype(numpy.int64)
        if peer == "torch":
            import torch
            torch.set_num_threads(1)
            array = torch.from_numpy(array)
        setattr(inputs, name, array)
    return getattr(importlib.import_module(program), "step_" + peer)(inputs)


def bytes_kept(step):
    """The bytes of the distinct storages that autograd holds on to in one step, inputs and parameters among them."""
    import torch
    storages = {}

    def pack(tensor):
        storage = tensor.storage()
        storages[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        step()
    return sum(storages.values())


def main():
    program, peer = sys.argv[1:]
    arrays, results, step = {}, {}, None
    for line in iter(commands.readline, b""):
        command, *words = line.decode().split()
        if command == "array":
            arrays[words[0]] = read_array([int(n) for n in words[2:]], words[1])
        elif command == "run":
            if step is None:
                step = make_step(program, peer, arrays)
            begin = time.perf_counter()
            for _ in range(int(words[0])):
                results = step()
            answers.write(struct.pack("d", time.perf_counter() - begin))
        elif command == "value":
            value = results[words[0]]
            if peer == "torch":
                value = value.detach().numpy()
            answers.write(numpy.ascontiguousarray(value).tobytes())
        elif command == "kept":
            answers.write(struct.pack("d", bytes_kept(step)))
        answers.flush()


main()
