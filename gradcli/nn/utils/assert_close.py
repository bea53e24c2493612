"""`torch.testing.assert_close`."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradcli.engine.autograd.signature import NUMBERS, described
from gradcli.engine.messages.arguments import type_name
from gradcli.engine.tensor.dtypes import FLOAT_KINDS
from gradcli.engine.tensor.tensor import DisplayHooks, Tensor
from gradcli.faults.tree import ArgumentFault

RELATIVE = {"float16": 1e-3, "bfloat16": 1.6e-2, "float32": 1.3e-6, "float64": 1e-7}
ABSOLUTE = {"float16": 1e-5, "bfloat16": 1e-5, "float32": 1e-5, "float64": 1e-7}


def assert_close(actual: Any, expected: Any, *, rtol: float | None = None, atol: float | None = None,
                 equal_nan: bool = False, check_dtype: bool = True, check_device: bool = True,
                 check_layout: bool = True, check_stride: bool = False, msg: Any = None,
                 allow_subclasses: bool = True) -> None:
    """AssertionError unless `actual` and `expected` agree within tolerances, which by default depend on the dtype."""
    if (rtol is None) != (atol is None):
        raise ArgumentFault("rtol and atol must both be specified or both be unspecified", "rtol=1e-5, atol=1e-8")
    _compare(actual, expected, (rtol, atol, equal_nan, check_dtype), msg, ())


def _compare(actual: Any, expected: Any, tolerances: tuple[Any, ...], msg: Any, place: tuple[Any, ...]) -> None:
    """Raise AssertionError for the first pair that differs; `place` are the keys that lead to this one."""
    if isinstance(actual, list | tuple) and isinstance(expected, list | tuple):
        if len(actual) != len(expected):
            raise _failure(f"The length of the sequences mismatch: {len(actual)} != {len(expected)}", msg, place)
        for at, pair in enumerate(zip(actual, expected, strict=True)):
            _compare(*pair, tolerances, msg, (*place, at))
    elif isinstance(actual, dict) and isinstance(expected, dict):
        if actual.keys() != expected.keys():
            missing = [key for key in expected if key not in actual], [key for key in actual if key not in expected]
            raise _failure("The keys of the mappings do not match:" + "".join(
                f"\n{what} keys in the actual mapping: {sorted(keys)}" for what, keys in zip(
                    ("Missing", "Additional"), missing, strict=True) if keys), msg, place)
        for key, value in actual.items():
            _compare(value, expected[key], tolerances, msg, (*place, key))
    elif message := _difference(actual, expected, *tolerances):
        raise _failure(message, msg, place)


def _failure(message: str, msg: Any, place: tuple[Any, ...]) -> AssertionError:
    """The failure with the caller's message, or with `message` and the place of the pair within containers."""
    if isinstance(msg, str):
        return AssertionError(msg)
    if place:
        message += f"\n\nThe failure occurred for item {''.join(DisplayHooks.text([key]) for key in place)}"
    return AssertionError(msg(message) if callable(msg) else message)


def _unpaired(actual: Any, expected: Any) -> str:
    """PyTorch's words for values that cannot be compared with each other."""
    kinds = [f"<class '{'torch.' * isinstance(value, Tensor)}{type_name(value)}'>" for value in (actual, expected)]
    return f"No comparison pair was able to handle inputs of type {kinds[0]} and {kinds[1]}."


def _difference(actual: Any, expected: Any, rtol: float | None, atol: float | None, equal_nan: bool,
                check_dtype: bool) -> str:
    """The message of the mismatch, or ""."""
    for value in (actual, expected):
        if not isinstance(value, Tensor) and type(value) not in NUMBERS:
            raise ArgumentFault(f"assert_close() compares tensors and numbers, not {described(value)}",
                                "torch.testing.assert_close(x, y)").saying(_unpaired(actual, expected))
    if isinstance(actual, Tensor) != isinstance(expected, Tensor):
        raise ArgumentFault(f"None of the pairs can compare {described(actual)} and {described(expected)}").saying(
            _unpaired(actual, expected))
    a, b = (np.asarray(value.array if isinstance(value, Tensor) else value) for value in (actual, expected))
    if a.shape != b.shape:
        return (f"The values for attribute 'shape' do not match: torch.Size({list(a.shape)}) != "
                f"torch.Size({list(b.shape)}).")
    if check_dtype and isinstance(actual, Tensor) and a.dtype != b.dtype:
        return f"The values for attribute 'dtype' do not match: {actual.dtype} != {expected.dtype}."
    names = [array.dtype.name for array in (a, b)]
    relative = max(RELATIVE.get(name, 0.0) for name in names) if rtol is None else rtol
    absolute = max(ABSOLUTE.get(name, 0.0) for name in names) if atol is None else atol
    wide = [array.astype(np.complex128 if array.dtype.kind == "c" else np.float64) for array in (a, b)]
    far = np.abs(wide[0] - wide[1])
    close = (far <= absolute + relative * np.abs(wide[1])) | (wide[0] == wide[1])
    if equal_nan:
        close |= np.isnan(wide[0]) & np.isnan(wide[1])
    if close.all():
        return ""
    if type(actual) is type(expected) is bool:
        return f"Booleans mismatch: {actual} is not {expected}"
    allowed = [f" (up to {most} allowed)" if relative or absolute else "" for most in (absolute, relative)]
    title = f"are not {'close' if relative or absolute else 'equal'}!\n\n"
    return _of_scalars(title, a, b, allowed) if not a.ndim else _of_tensors(title, a, b, close, allowed)


def _of_scalars(title: str, a: Any, b: Any, allowed: list[str]) -> str:
    """The message of a mismatch of two numbers."""
    actual, expected = a.item(), b.item()
    far = abs(actual - expected)
    share = far / abs(expected) if expected else np.inf
    return (f"Scalars {title}Expected {expected} but got {actual}.\nAbsolute difference: {far}{allowed[0]}\n"
            f"Relative difference: {share}{allowed[1]}")


def _of_tensors(title: str, a: Any, b: Any, close: Any, allowed: list[str]) -> str:
    """The message of a mismatch of two tensors: how many elements differ, and the greatest differences."""
    dtype = np.result_type(a, b)
    a, b = (array.astype(np.int64 if dtype.kind in "bu" else dtype) for array in (a, b))
    far = np.where(close, 0, np.abs(a - b))
    real = far.dtype if far.dtype.kind in FLOAT_KINDS else np.float32
    share = np.where(close, 0, far.astype(real) / np.abs(b).astype(real))
    lines = [f"Mismatched elements: {int((~close).sum())} / {a.size} ({100 * (~close).mean():.1f}%)"]
    for name, values, most in zip(("absolute", "relative"), (far, share), allowed, strict=True):
        at = tuple(int(i) for i in np.unravel_index(values.argmax(), values.shape))
        lines.append(f"Greatest {name} difference: {values[at].item()} at index {at}{most}")
    return f"Tensor-likes {title}" + "\n".join(lines)
