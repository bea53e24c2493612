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

from gradcli.engine.autograd.call_source import CallSource
from gradcli.engine.autograd.detached import Detachments
from gradcli.engine.autograd.dispatch import (
    UNFIT,
    all_arrays,
    attribute_of,
    here,
    new_tuple,
    note_view,
    numpy_fault,
    outputs,
    refresh_view,
    wrap_outputs,
)
from gradcli.engine.autograd.op import Op, Rule, traced
from gradcli.engine.autograd.result_size import UNCHECKED
from gradcli.engine.autograd.signature import MISSING, NUMBERS, REFUSED, WIDEST, PlainKind
from gradcli.engine.autograd.type_promotion import CONSTANTS, constant
from gradcli.engine.tensor.dtypes import OF, DType, float32, float64
from gradcli.engine.tensor.tensor import NO_GRAD, DetachedBy, Size, Tensor, clock
from gradcli.engine.tensor.variable import RESULT, Parameter, Variable, grad_mode


class WarmUp:
    """How many calls pass through the general function before one is specialised."""

    calls = 50


USUAL = frozenset({Tensor, Variable, Parameter})
TUPLES = frozenset({tuple, Size})


def whole(value: Any) -> bool:
    """Whether it is a whole number of 64 bits, or a tuple of such."""
    if type(value) is int:
        return -WIDEST <= value < WIDEST
    return type(value) is tuple and whole_tuple(value)


def whole_tuple(values: Any) -> bool:
    """Whether all members are whole numbers of 64 bits."""
    for n in values:
        if type(n) is not int or not -WIDEST <= n < WIDEST:
            return False
    return True


def plain_tuple(value: Any) -> bool:
    """Whether it is a tuple that does not begin with a tensor."""
    return type(value) in TUPLES and not (value and isinstance(value[0], Tensor))


def holds_tensor(value: Any) -> bool:
    """Whether it is a tensor or a tuple that begins with one."""
    return isinstance(value, Tensor) or type(value) is tuple and bool(value) and isinstance(value[0], Tensor)


def all_tensors(values: Any) -> bool:
    """Whether all members are tensors."""
    return all([isinstance(x, Tensor) for x in values])


def all_usual(values: Any) -> bool:
    """Whether all members are tensors of the common classes."""
    for x in values:
        if type(x) not in USUAL:
            return False
    return True


def all_of(arrays: Any, dtype: Any) -> bool:
    """Whether all arrays are of that dtype."""
    for array in arrays:
        if array.dtype is not dtype:
            return False
    return True


def first(values: Any, attribute: str) -> Any:
    """The first attribute of that name that is true."""
    for x in values:
        if value := getattr(x, attribute):
            return value
    return None


def any_requires_grad(values: tuple[Tensor, ...]) -> bool:
    """Whether any of the tensors requires gradients."""
    for x in values:
        if x.requires_grad:
            return True
    return False


def any_variable(values: tuple[Tensor, ...]) -> bool:
    """Whether any of the tensors is a Variable."""
    for x in values:
        if type(x) is not Tensor:
            return True
    return False


def refresh_all(values: tuple[Tensor, ...]) -> None:
    """Bring the nodes of views up to date."""
    for x in values:
        if x.root is not None and x.requires_grad:
            refresh_view(x)


def item_edges(values: tuple[Tensor, ...], rule: Rule, saved: tuple[Any, ...]) -> tuple[Any, ...]:
    """The edges to those tensors of a list that require gradients."""
    rules = rule.items
    if len(rules) < len(values):
        rule.of_item(len(values) - 1)
        if len(rules) < len(values):
            rules = [rule.of_item(k) for k in range(len(values))]
    return tuple([(x.node or x, one, saved) for one, x in zip(rules, values, strict=False) if x.requires_grad])


def without_grad() -> DetachedBy:
    """Where history ends under no_grad: at the program's present place."""
    return new_tuple(DetachedBy, (NO_GRAD, here(), ""))


HELPERS: dict[str, Any] = {
    "__spec__": None,       # of a module: dispatch.here passes over frames that have one
    "_M": MISSING, "_REFUSED": REFUSED, "_WIDEST": WIDEST, "_UNCHECKED": UNCHECKED, "_UNFIT": UNFIT,
    "_USUAL": USUAL, "_TENSORS": frozenset(RESULT), "_NUMBERS": frozenset(NUMBERS),
    "_PLAIN": PlainKind.TYPES | {ndarray}, "_Tensor": Tensor, "_Variable": Variable, "_Size": Size, "_DType": DType,
    "_OF": OF, "_dtype_class": np.dtype, "_ndarray": ndarray, "_generic": np.generic, "_asarray": asarray,
    "_float32": float32, "_float64": float64, "_int64": np.dtype(np.int64), "_constants32": CONSTANTS[float32],
    "_constants64": CONSTANTS[float64], "_no_constants": {}, "_constant": constant, "_prod": prod,
    "_new": object.__new__, "_clock": clock, "_getframe": _getframe, "_mode": grad_mode, "_Detachments": Detachments,
    "_whole": whole, "_whole_tuple": whole_tuple, "_plain_tuple": plain_tuple, "_holds_tensor": holds_tensor,
    "_all_tensors": all_tensors, "_all_usual": all_usual, "_all_of": all_of, "_first": first, "_any_requires_grad": any_requires_grad,
    "_any_variable": any_variable, "_refresh_all": refresh_all, "_refresh_view": refresh_view,
    "_item_edges": item_edges, "_without_grad": without_grad, "_numpy_fault": numpy_fault, "_traced": traced,
    "_wrap_outputs": wrap_outputs, "_outputs": outputs, "_all_arrays": all_arrays, "_note_view": note_view,
    "_attribute_of": attribute_of,
}


def _counting(*args: Any, **options: Any) -> Any:
    """The code of a function that has not been called often; it runs with the globals that `specialized` makes."""
    names = globals()
    names["_calls"] += 1
    if names["_calls"] > names["_warm_up"].calls:
        return names["_specialize"]()(*args, **options)
    return names["_general"](*args, **options)


def _passing(*args: Any, **options: Any) -> Any:
    """The code of a function that has no usual call."""
    return globals()["_general"](*args, **options)


_compiled: dict[str, CodeType] = {}      # operations with signatures of one kind share their text


def specialized(cls: type[Op], general: Callable[..., Any], operator: bool = False,
                swapped: bool = False) -> Callable[..., Any]:
    """A function that does what `general` does for the operation `cls`, and is specialised once it is called often.

    operator    whether it is that of an operator on two operands
    swapped     whether the second parameter of the operation comes first
    """
    def specialize() -> Callable[..., Any]:
        names["_specialize"] = lambda: function
        text = CallSource(cls, operator, swapped).text()
        if text is None:
            function.__code__ = _passing.__code__
            return function
        names.update(_names_of(cls, general))
        written: dict[str, Any] = {}
        if text not in _compiled:
            _compiled[text] = compile(text, "<specialized>", "exec", dont_inherit=True)
        exec(_compiled[text], names, written)       # written from the signatures of our own classes alone
        call = written["call"]
        function.__code__, function.__defaults__ = call.__code__, call.__defaults__
        return function

    names: dict[str, Any] = {"__spec__": None, "_general": general, "_calls": 0, "_warm_up": WarmUp,
                             "_specialize": specialize}
    function = FunctionType(_counting.__code__, names, "call")
    return function


def _names_of(cls: type[Op], general: Callable[..., Any]) -> dict[str, Any]:
    """The globals of the text for one operation."""
    from gradcli.engine.tensor.methods import CREATED, set_requires_grad    # which imports this file

    def fall_back(placed: tuple[Any, ...], rest: tuple[Any, ...], options: dict[str, Any]) -> Any:
        for i, value in enumerate(placed):
            if value is MISSING:
                placed = placed[:i]
                break
        return general(*placed, *rest, **options)

    how = f"{cls.names[0]}(), whose result has no gradient"
    return HELPERS | {
        "_cls": cls, "_general": general, "_fall_back": fall_back, "_compose": vars(cls).get("compose"),
        "_unsaved_outputs": cls.unsaved_outputs, "_forward": cls.forward, "_kernel": cls.kernel, "_check_size": cls.check_size, "_variant": cls.variant,
        "_first_node": cls.nodes[0], "_nodes": (*cls.nodes, *cls.nodes[-1:] * 8),
        "_no_gradient": lambda: new_tuple(DetachedBy, (how, here(), cls.names[0])),
        "_set_requires_grad": set_requires_grad, "_CREATED": CREATED,
        **{f"_r{k}": rule for k, rule in enumerate(cls.rules)},
        **{f"_d{i}": default for i, default in enumerate(cls.signature.defaults)},
        **{f"_k{i}": kind for i, kind in enumerate(cls.signature.kinds)}}
