"""What is recorded from torch: each declared sample, and what follows from it in other types, shapes and memory.

A case is a list of arguments that belongs to neither program: a `Leaf` is an array that gradients
are asked of, a plain array a constant tensor; everything else stands as written. `to_gradcli`
and `to_torch` (in torch_bridge.py) make arguments of it.
"""

import json
from hashlib import sha1
from pathlib import Path
from typing import NamedTuple

import numpy as np

from gradcli.engine.autograd.op import flat_name, traced
from gradcli.engine.tensor.dtypes import OF
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Variable
from support.cases import OPS

STORE = Path(__file__).parents[1] / "golden/values.npz"
OTHER_TYPES = ("float16", "int64", "int32", "uint8", "bool")
TYPED_SAMPLES = 2       # how many of an operation's samples are tried in the other types
SHAPED_SAMPLES = 4      # and in other shapes
BROADCAST = ((2, 1, 3), (4, 1), (3,))


# Where torch's answer is an accident that is not followed.
ACCIDENTS = {
    ("linalg.tensorsolve", "empty"): "takes systems that are not square",
    ("cholesky", "empty"): "takes matrices of no rows for square ones",
    ("matrix_exp", "float16"): "squares beyond what half precision holds, and gives inf",
    ("take_along_dim", "one"): "reads past the end",
    ("pdist", "empty"): "ends the process when asked for a gradient",
    ("nn.functional.max_pool3d", "one"): "writes past its memory where a window holds nothing but padding",
}
# Samples that cannot be recorded: the order of the results is open, they hold a program, or torch is in error: where
# embedding_bag divides gradients by how often a row is named, it takes the count of another row; and what src has
# overwritten gets the gradient of as_strided_scatter, the rest nothing.
OPEN = {
    "as_strided_scatter": lambda sample: isinstance(sample[0], list),
    "nn.functional.embedding_bag": lambda sample: len(sample) > 5 and sample[5],
    "topk": lambda sample: len(sample) > 4 and not sample[4],
    "nn.functional.triplet_margin_with_distance_loss": lambda sample: any(map(callable, sample)),
}
# Whose results are determined up to signs, on which libraries differ: what is compared is their size.
SIGNLESS = {"linalg.svd", "svd", "linalg.eigh"}


class Leaf(NamedTuple):
    """An array that gradients are asked of."""

    array: np.ndarray


# Operations about complex numbers, which have no gradients here: against_torch/complex_samples.py judges them.
COMPLEX = ("gradcli.ops.math.complex_parts", "gradcli.ops.math.fourier", "gradcli.ops.linalg.eig")
OF_COMPLEX = ("cfloat", "cdouble", "mH")


def recorded_ops():
    """The operations that programs can call and whose results are neither random nor complex nor of bfloat16."""
    return [op for op in OPS if not op.random and not op.creates and op.__module__ not in COMPLEX and (
        op.names[0] not in OF_COMPLEX) and op.names[0] != "bfloat16" and (
            op.function or op.method is not False or "." in op.names[0])]


def digest(sample):
    """A short name for a sample that changes when it does."""
    return sha1(repr(neutral(sample, np.float64)).encode()).hexdigest()[:8]


def cases_of(op):
    """The cases of an operation, by name."""
    by_name = {}
    is_open = OPEN.get(op.names[0], lambda sample: False)
    for n, sample in enumerate((*op.samples, *op.gradient_only_samples)):
        if is_open(sample):
            continue
        name = digest(sample)
        by_name[f"{name} float64"] = neutral(sample, np.float64)
        by_name[f"{name} float32"] = single = neutral(sample, np.float32)
        if n < TYPED_SAMPLES and any(leaves_of(single)):
            for dtype in OTHER_TYPES:
                by_name[f"{name} {dtype}"] = mapped(single, lambda a, dtype=dtype: np.abs(a).astype(dtype), leaf=False)
        if n < SHAPED_SAMPLES and any(leaves_of(single)):
            by_name[f"{name} empty"] = mapped(single, lambda a: a[:0])
            by_name[f"{name} 0-d"] = mapped(single, lambda a: a.reshape(-1)[:1].reshape(()))
            by_name[f"{name} one"] = mapped(single, lambda a: a[(slice(0, 1),) * a.ndim])
        if not n and op.type_promotion in ("mixed", "floating") and len(list(leaves_of(single))) > 1:
            shapes = iter(BROADCAST + ((),) * 9)
            by_name[f"{name} broadcast"] = mapped(single, lambda a, shapes=shapes: np.resize(a, next(shapes)))
            types = iter(("int64", "float32") + ("int32",) * 9)
            by_name[f"{name} mixed"] = mapped(single, lambda a, types=types: np.abs(a).astype(next(types)), leaf=False)
    return {case: arguments for case, arguments in by_name.items() if (op.names[0], case.split()[1]) not in ACCIDENTS}


def determined(op, out):
    """What of a result, in either program, does not depend on a choice of signs."""
    return tuple(abs(part) for part in out) if op.names[0] in SIGNLESS else out


def neutral(sample, dtype):
    """A sample's values as arguments of neither program."""
    return [_neutral(a, dtype) for a in sample]


def _neutral(a, dtype):
    if isinstance(a, list):
        return Leaf(np.array(a, dtype))
    if isinstance(a, tuple) and a and all(isinstance(x, list) for x in a):
        return tuple(Leaf(np.array(x, dtype)) for x in a)
    if isinstance(a, Tensor):
        a = a.array
    if isinstance(a, tuple):
        return tuple(_neutral(x, dtype) if isinstance(x, Tensor | np.ndarray) else x for x in a)
    return a.astype(dtype) if isinstance(a, np.ndarray) and a.dtype.kind == "f" else a


def leaves_of(arguments):
    """The leaves among arguments, in order."""
    for a in arguments:
        if isinstance(a, Leaf):
            yield a
        elif isinstance(a, tuple):
            yield from (x for x in a if isinstance(x, Leaf))


def mapped(arguments, change, leaf=True):
    """The same arguments with every leaf's array changed, still as leaves or as constants."""
    def one(a):
        if isinstance(a, Leaf):
            return Leaf(change(a.array)) if leaf else change(a.array)
        return tuple(map(one, a)) if holds_arrays(a) else a

    return [one(a) for a in arguments]


def to_gradcli(arguments, spread=False):
    """The arguments for gradcli; with `spread` the arrays are views that are not contiguous."""
    def one(a):
        if isinstance(a, Leaf):
            return Variable(_spread(a.array) if spread else a.array.copy(), True)
        if isinstance(a, np.ndarray):
            return Tensor(_spread(a) if spread else a.copy())
        return tuple(map(one, a)) if holds_arrays(a) else a

    return [one(a) for a in arguments]


def holds_arrays(value):
    """Whether a value is a tuple with arrays or leaves in it."""
    return isinstance(value, tuple) and any(isinstance(x, Leaf | np.ndarray) for x in value)


def _spread(a):
    """The same numbers in every second place of memory, and column by column."""
    wide = np.zeros((*a.shape[::-1], 2), a.dtype)
    view = wide[..., 0].T
    view[...] = a
    return view


def split(op, args):
    """Arguments as positional ones and keywords, leaving out what has its default value."""
    positional, options = [], {}
    for i, (name, value) in enumerate(zip(op.params, args, strict=False)):
        default = op.signature.defaults[i]
        if i < op.signature.positional and not options and len(positional) == i and value is not default:
            positional.append(value)
        elif value is not default:
            options[name] = value
    return positional, options


def ask(op, args):
    """What gradcli answers."""
    positional, options = split(op, args)
    return determined(op, getattr(traced, flat_name(op.names[0]))(*positional, **options))


class Recorded:
    """The recorded answers: for each case None where torch refused, or its results and gradients."""

    def __init__(self, path=STORE):
        with np.load(path) as held:
            self.pools = {name: held[name] for name in held.files if name != "index"}
            self.index = json.loads(held["index"].tobytes())

    def __contains__(self, key):
        return key in self.index

    def __getitem__(self, key):
        entry = self.index[key]
        return None if entry is None else tuple(part and [self._value(v) for v in part] for part in entry)

    def _value(self, entry):
        dtype, shape, at = entry
        if dtype == "=":
            return shape
        return self.pools[dtype][at : at + int(np.prod(shape))].reshape(shape)


class Recorder:
    """Collects answers, and writes them compactly: one long array for each type, and where each answer is in it."""

    def __init__(self):
        self.pools, self.index, self.sizes = {}, {}, {}

    def keep(self, key, answer):
        """Remember an answer, (results, gradients or None), or None for a refusal."""
        self.index[key] = None if answer is None else [
            part and [self._kept(v) for v in part] for part in answer]

    def _kept(self, value):
        if not isinstance(value, np.ndarray):
            return ["=", value, 0]
        name = OF[value.dtype].name
        at = self.sizes.get(name, 0)
        self.pools.setdefault(name, []).append(value.reshape(-1))
        self.sizes[name] = at + value.size
        return [name, list(value.shape), at]

    def write(self, path=STORE):
        """Write everything to one file."""
        index = np.frombuffer(json.dumps(self.index, separators=(",", ":"), sort_keys=True).encode(), np.uint8)
        np.savez_compressed(path, index=index, **{k: np.concatenate(v) for k, v in self.pools.items()})
