"""Functions of operations that become specialised when they are called often.

`specialized` makes a function that passes its calls to a general one and counts them. Once it has been called
`WARM_UP` times, the function written by call_source.py for the usual call takes the place of its code: the function
object stays what it is wherever it has got to. So a program that calls an operation once pays for no compilation.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from sys import _getframe
from types import CodeType, FunctionType
from typing import Any

import numpy as np
from numpy import asarray, ndarray

from gradcli.engine.autograd.detached import Detachments
from gradcli.engine.autograd.dispatch import (
    all_arrays,
    attribute_of,
    here,
    note_view,
    output_of,
    outputs,
    refresh_view,
    wrap_outputs,
)
from gradcli.engine.autograd.op import Op, traced
from gradcli.engine.autograd.result_size import UNCHECKED
from gradcli.engine.autograd.signature import MISSING, NUMBERS, REFUSED, WIDEST, PlainKind
from gradcli.engine.autograd.specialized import helpers
from gradcli.engine.autograd.type_promotion import CONSTANTS, checked_constant, constant
from gradcli.engine.complex_gate import COMPLEX
from gradcli.engine.messages.numpy_errors import UNFIT, numpy_fault
from gradcli.engine.numerics.autocast import AutocastMode
from gradcli.engine.plain_numbers import number_result, was_number
from gradcli.engine.random.generators import Current
from gradcli.engine.result_layout import match_layout, several_by_rows
from gradcli.engine.tensor import dtypes
from gradcli.engine.tensor.dtypes import OF_REAL, DType, float32, float64
from gradcli.engine.tensor.tensor import (
    DATA,
    DetachedBy,
    Size,
    Tensor,
    ViewOf,
    clock,
    latest_write,
    new_tuple,
    note_write,
    separate,
)
from gradcli.engine.tensor.variable import RESULT, Dual, Variable, grad_mode
from gradcli.engine.tensor.write_gate import WriteObserver, overlaps_itself, partly_shared, writing


class WarmUp:
    """The number of calls that pass through the general function before it is specialised."""

    calls = 50


HELPERS: dict[str, Any] = {
    "__spec__": None,       # of a module: dispatch.here passes over frames that have one
    "_M": MISSING, "_REFUSED": REFUSED, "_WIDEST": WIDEST, "_UNCHECKED": UNCHECKED, "_UNFIT": UNFIT,
    "_USUAL": helpers.USUAL, "_TENSORS": frozenset(RESULT) - COMPLEX, "_NUMBERS": frozenset(NUMBERS),
    "_ascontiguousarray": np.ascontiguousarray, "_NO_TRUTHS": frozenset(NUMBERS) - {bool},
    "_PLAIN": (PlainKind.TYPES | {ndarray}) - COMPLEX, "_OF": OF_REAL,
    "_ROWS": (list, tuple, Size), "_Tensor": Tensor, "_Variable": Variable, "_Size": Size,
    "_DType": DType, "_dtype_class": np.dtype, "_generic": np.generic,
    "_float32": float32, "_float64": float64,
    "_bool": dtypes.bool_,
    "_WHOLES": frozenset(dtype for dtype in OF_REAL if dtype.kind in "iu"),
    "_INT64": frozenset(dtype for dtype in OF_REAL if dtype.kind == "i" and dtype.itemsize == 8),
    "_constants32": CONSTANTS[float32], "_constants64": CONSTANTS[float64],
    "_no_constants": {}, "_new": object.__new__, "_clock": clock, "_mode": grad_mode, "_traced": traced,
    "_getframe": _getframe, "_latest_write": latest_write, "_new_tuple": new_tuple, "_DATA": DATA,
} | {f"_{function.__name__}": function for function in (
    AutocastMode, Detachments, all_arrays, match_layout, asarray, attribute_of, checked_constant, constant, ndarray,
    note_view, numpy_fault, output_of, outputs, prod, refresh_view, separate, wrap_outputs, writing, overlaps_itself,
    partly_shared, note_write, was_number, number_result, several_by_rows, Dual, Current, ViewOf, WriteObserver,
    *helpers.FUNCTIONS)}


def counting(*args: Any, **options: Any) -> Any:
    """The code of a function that has not been called often; it runs with the globals that `specialized` makes."""
    names = globals()
    names["_calls"] += 1
    if names["_calls"] > names["_warm_up"].calls:
        return names["_specialize"]()(*args, **options)
    return names["_general"](*args, **options)


def passing(*args: Any, **options: Any) -> Any:
    """The code of a function that has no usual call."""
    return globals()["_general"](*args, **options)


_compiled: dict[str, CodeType] = {}      # operations with signatures of one kind share their text


def specialized(cls: type[Op], general: Callable[..., Any], operator: bool = False, swapped: bool = False,
                writer: str = "", plain: Callable[..., Any] | None = None) -> Callable[..., Any]:
    """A function that does what `general` does for the operation `cls`, and is specialised once it is called often.

    operator    whether it is that of an operator on two operands
    swapped     whether the second parameter of the operation comes first
    writer      the name of the form that stores its result in the first input, if it is that
    plain       the form that does not, in that case
    """
    def specialize() -> Callable[..., Any]:
        names["_specialize"] = lambda: function
        from gradcli.engine.autograd.specialized.call_source import CallSource  # late: most programs need none

        text = CallSource(cls, operator, swapped, bool(writer)).text()
        if text is None:
            function.__code__ = passing.__code__
            return function
        names.update(_names_of(cls, general), _writer=writer, _call=plain)
        namespace: dict[str, Any] = {}
        if text not in _compiled:
            _compiled[text] = compile(text, __file__, "exec", dont_inherit=True)
        exec(_compiled[text], names, namespace)       # written from the signatures of our own classes alone
        call = namespace["call"]
        function.__code__, function.__defaults__ = call.__code__, call.__defaults__
        return function

    names: dict[str, Any] = {"__spec__": None, "_general": general, "_calls": 0, "_warm_up": WarmUp,
                             "_specialize": specialize}
    function = FunctionType(counting.__code__, names, "call")
    vars(function)["__wrapped__"] = general     # whose parameters messages and completion tell
    return function


def _names_of(cls: type[Op], general: Callable[..., Any]) -> dict[str, Any]:
    """The globals of the text for one operation."""
    from gradcli.engine.tensor.inplace import rewritten, store, unwritten
    from gradcli.engine.tensor.methods import CREATED, set_requires_grad

    def fall_back(positional: tuple[Any, ...], rest: tuple[Any, ...], options: dict[str, Any]) -> Any:
        for i, value in enumerate(positional):
            if value is MISSING:
                positional = positional[:i]
                break
        return general(*positional, *rest, **options)

    cause = f"{cls.names[0]}(), whose result has no gradient"
    return HELPERS | {
        "_cls": cls, "_symbol": cls.symbol, "_general": general, "_fall_back": fall_back,
        "_compose": vars(cls).get("compose"),
        "_unsaved_outputs": cls.unsaved_outputs,
        "_forward": getattr(cls.forward, "without_layout", cls.forward),
        "_kernel": cls.kernel, "_overwrite": cls.overwrite, "_variant": cls.variant,
        "_check_size": cls.check_size,
        "_first_node": cls.nodes[0], "_nodes": (*cls.nodes, *cls.nodes[-1:] * 8),
        "_no_gradient": lambda: new_tuple(DetachedBy, (cause, here(), cls.names[0])),
        "_set_requires_grad": set_requires_grad, "_CREATED": CREATED, "_store": store,
        "_rewritten": rewritten, "_unwritten": unwritten,
        **{f"_r{k}": rule for k, rule in enumerate(cls.rules)},
        **{f"_d{i}": default for i, default in enumerate(cls.signature.defaults)},
        **{f"_k{i}": kind for i, kind in enumerate(cls.signature.kinds)}}
