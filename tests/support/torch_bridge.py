"""Carrying values between torch and gradcli, and saying whether two answers are the same.

Used by everything that sets gradcli beside torch: the walk over torch's own samples, the
recording of golden values, the live comparison.
"""

import random

import numpy as np
import torch

from gradcli.engine.autograd.op import flat_name, traced
from gradcli.engine.random.generators import Current, Generators
from gradcli.engine.tensor.dtypes import NAMED
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Variable
from gradcli.engine.transforms.functional import grad
from gradcli.ops import TABLE

WITHOUT_MEANING = {"device", "layout", "memory_format", "pin_memory"}    # one device, one layout
BOUNDS = {np.dtype(np.float64): (1e-7, 1e-7), np.dtype(np.float32): (1.3e-6, 1e-5), np.dtype(np.float16): (1e-3, 1e-3),
          np.dtype(np.complex64): (1.3e-6, 1e-5), np.dtype(np.complex128): (1e-7, 1e-7)}
LOOSER = 30     # what a gradient may differ by, in the bounds of a value: it went through more arithmetic


class Outside(Exception):
    """The sample holds what gradcli does not claim to have: complex numbers, bfloat16, sparse storage, callbacks."""


def function_of(name):
    """gradcli's call of that full name, or of the method or attribute when there is no such function; None without."""
    op = TABLE.get(name)
    if op and (op.function or op.method is not False or "." in name):
        return getattr(traced, flat_name(name))
    return None if "." in name else method_of(name)


def method_of(name):
    """The method or attribute of gradcli's tensors with that name, as a function; None without."""
    gradients = next((vars(c)[name] for c in Tensor.__mro__[:-1] if name in vars(c)), None)
    return gradients.fget if isinstance(gradients, property) else gradients if callable(gradients) else None


def seed(number=42):
    """Start both programs' generators, and Python's and numpy's, at the same place."""
    torch.manual_seed(number)
    random.seed(number)
    np.random.seed(number)
    Current.generators = Generators("modern", number)
    Current.legacy = False


def to_gradcli(value):
    """A torch value as gradcli's: tensors with the same strides, leaves where gradients are asked."""
    if isinstance(value, torch.Tensor):
        return Variable(array_of(value), True) if value.requires_grad else Tensor(array_of(value))
    if isinstance(value, torch.dtype):
        name = str(value).removeprefix("torch.")
        if name not in NAMED:
            raise Outside(name)
        return NAMED[name]
    if isinstance(value, list | tuple):
        return type(value)(map(to_gradcli, value)) if type(value) in (list, tuple) else tuple(map(to_gradcli, value))
    if isinstance(value, dict):
        return {key: to_gradcli(v) for key, v in value.items() if key not in WITHOUT_MEANING}
    if isinstance(value, slice):
        return slice(*map(to_gradcli, (value.start, value.stop, value.step)))
    if isinstance(value, np.generic):
        return value.item()
    if value is None or isinstance(value, bool | int | float | complex | str) or (
            value is Ellipsis):
        return value
    raise Outside(type(value).__name__)


def array_of(tensor):
    """The numbers of a torch tensor in memory of their own, laid out alike."""
    if tensor.layout != torch.strided or str(tensor.dtype).removeprefix("torch.") not in NAMED:
        raise Outside(f"{tensor.dtype} {tensor.layout}")
    tensor = tensor.detach()
    if tensor._is_zerotensor() or not tensor.numel() or tensor.is_neg() or tensor.is_conj() or (
            tensor.is_contiguous() and tensor.untyped_storage().nbytes() == tensor.numel() * tensor.element_size()):
        return np.array(tensor.numpy(force=True), order="C")     # forced: torch may say "zeros" without having them
    memory = torch.empty(0, dtype=tensor.dtype).set_(tensor.untyped_storage()).numpy().copy()
    steps = [s * tensor.element_size() for s in tensor.stride()]
    return np.lib.stride_tricks.as_strided(memory[tensor.storage_offset():], tuple(tensor.shape), steps)


def tensors_in(value):
    """Every tensor of either program in a nest of lists, tuples and dicts, in order."""
    if isinstance(value, Tensor | torch.Tensor):
        yield value
    elif isinstance(value, dict):
        for v in value.values():
            yield from tensors_in(v)
    elif isinstance(value, list | tuple):
        for v in value:
            yield from tensors_in(v)


def flat(value):
    """The tensors, numbers and other plain answers in a result, in order."""
    if isinstance(value, list | tuple):
        return [leaf for v in value for leaf in flat(v)]
    return [value]


def plain(value):
    """An answer as an array, whichever program gave it; other things as they are."""
    if isinstance(value, torch.Tensor):
        return array_of(value)
    if isinstance(value, Tensor):
        return value.array
    return value


def difference(actual, expected, looser=1):
    """What keeps two answers from being the same, in words; empty if nothing does."""
    actual, expected = flat(actual), flat(expected)
    if len(actual) != len(expected):
        return f"{len(actual)} results, not {len(expected)}"
    for a, b in zip(actual, expected, strict=True):
        if isinstance(a, Tensor) != isinstance(b, torch.Tensor):
            return f"{type(a).__name__} {a!r:.60}, not {type(b).__name__} {b!r:.60}"
        a, b = plain(a), plain(b)
        mismatch = apart(a, b, looser) if isinstance(a, np.ndarray) else "" if a == b or a != a and b != b or (
            str(a) == str(b)) else f"{a!r:.60}, not {b!r:.60}"
        if mismatch:
            return mismatch
    return ""


def apart(actual, expected, looser=1):
    """How two arrays differ, in words; empty if they agree within the bounds of their type."""
    if actual.dtype != expected.dtype:
        return f"{actual.dtype}, not {expected.dtype}"
    if actual.shape != expected.shape:
        return f"shape {actual.shape}, not {expected.shape}"
    if expected.dtype.kind == "c":
        parts = actual.dtype.type(0).real.dtype
        actual, expected = (np.ascontiguousarray(a)[..., None].view(parts) for a in (actual, expected))
    if expected.dtype not in BOUNDS:
        wrong = actual != expected
    else:
        relative, absolute = (bound * looser for bound in BOUNDS[expected.dtype])
        largest = np.abs(expected[np.isfinite(expected)], dtype=np.float64).max(initial=0)
        absolute *= max(1.0, largest if looser > 1 else largest / 10)   # sums round as their greatest terms do
        wrong = ~np.isclose(actual.astype(np.float64), expected.astype(np.float64), relative, absolute, equal_nan=True)
    if not wrong.any():
        return ""
    at = tuple(int(i[0]) for i in np.nonzero(np.atleast_1d(wrong)))
    a, b = np.atleast_1d(actual)[at], np.atleast_1d(expected)[at]
    return f"{int(wrong.sum())} of {expected.size} elements differ, first at {at}: {a!r}, not {b!r}"


def weights(shape, dtype):
    """Fixed numbers, all different, to weigh the elements of a result with."""
    numbers = np.linspace(1.0, 2.0, int(np.prod(shape))).reshape(shape)
    return (numbers * (1 - 0.5j) if np.dtype(dtype).kind == "c" else numbers).astype(dtype)


def torch_gradients(out, leaves, again=False):
    """The gradients of the weighted results by each leaf; zeros where there are none."""
    outs = [o for o in tensors_in(out) if o.requires_grad and (o.dtype.is_floating_point or o.is_complex())]
    if not outs or not leaves:
        return [torch.zeros_like(x) for x in leaves]
    seeds = [torch.from_numpy(np.asarray(weights(o.shape, complex if o.is_complex() else float))).to(o.dtype)
             for o in outs]
    gradients = torch.autograd.grad(outs, leaves, seeds, create_graph=again, allow_unused=True)
    return [torch.zeros_like(x) if g is None else g for x, g in zip(leaves, gradients, strict=True)]


def gradcli_gradients(out, leaves, again=False):
    """The same in gradcli."""
    outs = [o for o in tensors_in(out) if o.requires_grad and o.array.dtype.kind in "fc"]
    if not outs or not leaves:
        return [Variable(np.zeros_like(x.array)) for x in leaves]
    seeds = [Tensor(np.asarray(weights(o.array.shape, o.array.dtype))) for o in outs]
    gradients = grad(outs, leaves, seeds, create_graph=again, allow_unused=True)
    return [Variable(np.zeros_like(x.array)) if g is None else g for x, g in zip(leaves, gradients, strict=True)]
