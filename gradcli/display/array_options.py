"""The print options of numpy's arrays in a session, as np.set_printoptions takes them."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Any

import numpy as np

from gradcli.display.print_options import LONGEST_PRECISION, PrintOptions, require_count, require_integer
from gradcli.engine.tensor.tensor import Tensor
from gradcli.exposure import exposed
from gradcli.faults.mistakes import SizeLimit
from gradcli.faults.tree import ValueFault
from gradcli.lang.budget import Budget

LONGEST_TEXT = 100      # characters of nanstr and infstr
WORDS = {"sign": ("-", "+", " "), "floatmode": ("fixed", "unique", "maxprec", "maxprec_equal")}
KINDS = ("all", "bool", "int", "float", "int_kind", "float_kind")


def array_options(values: dict[str, Any]) -> dict[str, Any]:
    """The checked options; those that are None are left out. Raises ValueFault for one that does not fit."""
    return {name: _checked(name, value) for name, value in values.items() if value is not None}


def _checked(name: str, value: Any) -> Any:
    if name in ("precision", "edgeitems", "linewidth"):
        require_integer(name, value, 0, LONGEST_PRECISION if name == "precision" else inf)
        return value
    if name == "threshold":
        if value != value:      # numpy of 2017 took nan for no limit
            return 2**62
        require_count(value)
        return int(min(value, 2**62))
    if name == "suppress":
        if type(value) is not bool:
            raise ValueFault("suppress must be True or False", "np.set_printoptions(suppress=True)")
        return value
    if name in ("nanstr", "infstr") and type(value) is str and len(value) <= LONGEST_TEXT:
        return value
    if name in WORDS and type(value) is str and value in WORDS[name]:
        return value
    if name == "formatter" and type(value) is dict and all(kind in KINDS and callable(value[kind]) for kind in value):
        return {kind: _written_by(function) for kind, function in value.items()}
    raise ValueFault(f"np.set_printoptions() does not take {name}={value!r:.60}",
                     "np.set_printoptions(precision=3, suppress=True)")


def _written_by(function: Callable[[Any], Any]) -> Callable[[Any], str]:
    """A formatter of a program, called with plain numbers."""
    def write(number: Any) -> str:
        text = function(number.item())
        if type(text) is not str:
            raise TypeError(f"a formatter returns a str, not {type(text).__name__}")
        if len(text) > LONGEST_TEXT:
            raise SizeLimit(f"a number can be at most {LONGEST_TEXT} characters wide")
        return text

    return write


@exposed()
class ArrayOptions:
    """`np.printoptions(...)`: a context in which arrays print with these options."""

    __slots__ = ("_before", "_new", "_options")     # `_before`: the options at each entry that has not been left

    def __init__(self, options: PrintOptions, new: dict[str, Any]) -> None:
        self._options, self._new = options, array_options(new)
        self._before: list[dict[str, Any]] = []

    def __enter__(self) -> None:
        self._before.append(self._options.arrays)
        self._options.arrays = {"formatter": None} if "formatter" in self._options.arrays else {}
        self._options.arrays = self._before[-1] | self._options.arrays | self._new

    def __exit__(self, *raised: Any) -> None:
        self._options.arrays = self._before.pop()


def printing_of_arrays(options: PrintOptions) -> dict[str, Callable[..., Any]]:
    """`numpy.set_printoptions`, `printoptions` and `array2string` of one session."""
    def set_printoptions(precision: Any = None, threshold: Any = None, edgeitems: Any = None, linewidth: Any = None,
                         suppress: Any = None, nanstr: Any = None, infstr: Any = None, formatter: Any = None,
                         **more: Any) -> None:
        """Set how arrays print."""
        options.arrays = options.arrays | array_options(
            {"precision": precision, "threshold": threshold, "edgeitems": edgeitems, "linewidth": linewidth,
             "suppress": suppress, "nanstr": nanstr, "infstr": infstr, "formatter": formatter or None} | more)
        if formatter is None or formatter == {}:
            options.arrays.pop("formatter", None)

    def printoptions(**new: Any) -> ArrayOptions:
        """A context in which arrays print with these options."""
        return ArrayOptions(options, new)

    def array2string(a: Any, *, separator: str = " ", **own: Any) -> str:
        """The text of an array, with print options of its own over those of the session."""
        if not isinstance(a, Tensor):
            raise ValueFault("array2string() shows an array", "np.array2string(np.array([1.0]))")
        if type(separator) is not str or len(separator) > LONGEST_TEXT:
            raise ValueFault("the separator is a short text", "np.array2string(a, separator=', ')")
        settings = options.arrays | array_options(own)
        if a.array.size <= settings.get("threshold", 1000):
            Budget().check_characters(a.array.size * (len(separator) + 1))
        with np.printoptions(**settings):
            return Budget().checked_length(np.array2string(a.array, separator=separator))

    return {"array2string": array2string, "set_printoptions": set_printoptions, "printoptions": printoptions}
