"""Results as data: plain numbers, JSON and CSV.

Numbers are written as the shortest text that reads back as the same number of their own type: a
float32 tenth is 0.1. What is no data is written as text: `text` says how, `Session.shown` in a session.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from gradcli.display.containers import simple_text
from gradcli.faults.source import json_escaped
from gradcli.faults.tree import UsageFault, ValueFault

CERTAIN = 14_000    # binary digits of a whole number that has fewer decimal ones than Python writes


def finite_number(text: str, where: str = "") -> float:
    """The number that a text spells; ValueFault for one beyond any float, which a text may spell inf itself."""
    value = float(text)
    if math.isinf(value) and "inf" not in text.lower():
        raise ValueFault(f"{text.strip()[:40]}{where} is beyond double precision, which ends at 1.8e308")
    return value


def holds_numbers(value: Any) -> bool:
    """Whether a value is a tensor with a size, by its class: an object of the program may have any attribute."""
    from gradcli.engine.tensor.tensor import Tensor
    from gradcli.engine.tensor.uninitialized import Uninitialized

    return isinstance(value, Tensor) and not isinstance(value, Uninitialized)


def json_number(value: Any) -> Any:
    """One element as a JSON value; nan, the infinities and complex numbers, which JSON lacks, become strings."""
    if isinstance(value, complex) or getattr(value, "dtype", None) is not None and value.dtype.kind == "c":
        return str(value).strip("()")
    if type(value) not in (int, float, bool, str, type(None)):   # an element of an array: its own text is the shortest
        kind = value.dtype.kind
        value = bool(value) if kind == "b" else int(value) if kind in "iu" else float(str(value))
    if type(value) is int and value.bit_length() > CERTAIN:
        simple_text(value)      # which raises SizeLimit for one of more digits than Python writes
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if value != value else "inf" if value > 0 else "-inf"
    return value


def nested(array: Any, convert: Callable[[Any], Any] = json_number) -> Any:
    """An array as nested lists of `convert(element)`; a 0-d array as one such value."""
    flat = [convert(item) for item in array.flat]
    for length in reversed(array.shape[1:]):
        flat = [flat[i : i + length] for i in range(0, len(flat), length)] if length else [[]] * len(flat)
    if array.ndim and not array.size:
        return array.tolist()
    return flat if array.ndim else flat[0]


def as_data(value: Any, text: Callable[[Any], str]) -> Any:
    """A value as a JSON value, without its type; `text` renders what is no data."""
    if holds_numbers(value):
        return nested(value.array)
    if isinstance(value, dict):
        return {key if type(key) is str else text(key): as_data(item, text) for key, item in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [as_data(item, text) for item in value]
    if isinstance(value, (bool, int, float, complex, str)) or value is None:
        return json_number(value)
    return text(value)


def entry(value: Any, text: Callable[[Any], str]) -> dict[str, Any]:
    """A result with its type, shape and data, and the gradient where it has one."""
    if not holds_numbers(value):
        return {"dtype": type(value).__name__, "shape": list(_lengths(value)), "data": as_data(value, text)}
    fields = {"dtype": value.dtype.name, "shape": list(value.shape), "data": nested(value.array)}
    if value.grad is not None:
        fields["grad"] = nested(value.grad.array)
    return fields


def _lengths(value: Any) -> tuple[int, ...]:
    return (len(value),) if isinstance(value, (list, tuple, set, dict)) else ()


def dump_json(value: Any) -> str:
    """One strict JSON object on one line, with nothing in it that a terminal would obey."""
    import json  # takes longer to load than most commands need it for

    return json_escaped(json.dumps(value, ensure_ascii=False, allow_nan=False))


def plain_text(value: Any, text: Callable[[Any], str]) -> str:
    """A value as bare numbers: a row a line, blank lines between matrices."""
    if not holds_numbers(value):
        return text(value)
    return _rows(nested(value.array, shortest), value.array.ndim)


def _rows(items: Any, dimensions: int) -> str:
    if dimensions == 0:
        return str(items)
    if dimensions == 1:
        return " ".join(items)
    return ("\n" * (dimensions - 1)).join(_rows(item, dimensions - 1) for item in items)


def shortest(item: Any) -> str:
    """A number as the shortest text that reads back the same."""
    value = json_number(item)
    return value if isinstance(value, str) else repr(value)


def csv(value: Any) -> str:
    """A number, vector (a column) or matrix as comma-separated values."""
    rows = nested(value.array, shortest) if holds_numbers(value) else shortest(value) if _is_number(value) else None
    dimensions = value.array.ndim if holds_numbers(value) else 0
    if rows is None or dimensions > 2:
        raise UsageFault("--format csv takes a number, a vector or a matrix", "--format json")
    if dimensions == 0:
        return str(rows)
    return "\n".join(rows if dimensions == 1 else [",".join(row) for row in rows])


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, complex))
