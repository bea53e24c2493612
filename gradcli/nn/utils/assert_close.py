"""`torch.testing.assert_close`."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradcli.engine.argument_words import type_name
from gradcli.engine.autograd.signature import NUMBERS, described
from gradcli.engine.tensor.tensor import Tensor
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
    options: dict[str, Any] = {
        "rtol": rtol, "atol": atol, "equal_nan": equal_nan, "check_dtype": check_dtype, "msg": msg}
    if isinstance(actual, list | tuple) and isinstance(expected, list | tuple):
        if len(actual) != len(expected):
            raise AssertionError(f"The length of the sequences mismatch: {len(actual)} != {len(expected)}")
        for a, b in zip(actual, expected, strict=True):
            assert_close(a, b, **options)
        return
    if isinstance(actual, dict) and isinstance(expected, dict):
        if actual.keys() != expected.keys():
            lacking = [key for key in expected if key not in actual], [key for key in actual if key not in expected]
            raise AssertionError("The keys of the mappings do not match:" + "".join(
                f"\n{what} keys in the actual mapping: {sorted(keys)}" for what, keys in zip(
                    ("Missing", "Additional"), lacking, strict=True) if keys))
        for key, value in actual.items():
            assert_close(value, expected[key], **options)
        return
    message = _difference(actual, expected, rtol, atol, equal_nan, check_dtype)
    if message:
        raise AssertionError(msg if isinstance(msg, str) else message)


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
    word = "Tensor-likes" if isinstance(actual, Tensor) and actual.array.ndim else "Scalars"
    a, b = (np.asarray(value.array if isinstance(value, Tensor) else value) for value in (actual, expected))
    if a.shape != b.shape:
        return (f"The values for attribute 'shape' do not match: torch.Size({list(a.shape)}) != "
                f"torch.Size({list(b.shape)}).")
    if check_dtype and isinstance(actual, Tensor) and a.dtype != b.dtype:
        return f"The values for attribute 'dtype' do not match: {actual.dtype} != {expected.dtype}."
    names = [array.dtype.name for array in (a, b)]
    relative = max(RELATIVE.get(name, 0.0) for name in names) if rtol is None else rtol
    absolute = max(ABSOLUTE.get(name, 0.0) for name in names) if atol is None else atol
    wide = [array.astype(np.float64) for array in (a, b)]
    far = np.abs(wide[0] - wide[1])
    near = (far <= absolute + relative * np.abs(wide[1])) | (wide[0] == wide[1])
    if equal_nan:
        near |= np.isnan(wide[0]) & np.isnan(wide[1])
    if near.all():
        return ""
    most = float(np.nanmax(np.where(near, 0, far)))
    share = f"Mismatched elements: {int((~near).sum())} / {a.size} ({100 * (~near).mean():.1f}%)\n" if a.ndim else ""
    close = "close" if relative or absolute else "equal"
    return f"{word} are not {close}!\n\n{share}Greatest absolute difference: {most} (up to {absolute} allowed)"
