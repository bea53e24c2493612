"""What the text of specialised functions calls: tests of arguments, and parts of a call that need a loop."""

from __future__ import annotations

from typing import Any

from gradcli.engine.autograd.dispatch import here, refresh_view
from gradcli.engine.autograd.op import Rule
from gradcli.engine.autograd.signature import WIDEST
from gradcli.engine.autograd.type_promotion import to_dtype
from gradcli.engine.tensor.dtypes import float32, float64
from gradcli.engine.tensor.tensor import NO_GRAD, DetachedBy, Size, Tensor, latest_write, new_tuple
from gradcli.engine.tensor.variable import Parameter, Variable

USUAL = frozenset({Tensor, Variable, Parameter})
TUPLES = frozenset({tuple, Size})
FLOATS = (float32, float64)


def is_int64(value: Any) -> bool:
    """Whether it is a whole number of 64 bits, or a tuple of such."""
    if type(value) is int:
        return -WIDEST <= value < WIDEST
    return type(value) is tuple and all_int64(value)


def all_int64(values: Any) -> bool:
    """Whether all members are whole numbers of 64 bits."""
    for n in values:
        if type(n) is not int or not -WIDEST <= n < WIDEST:
            return False
    return True


def count_of(size: Any) -> int | None:
    """The product of whole numbers of 64 bits; None for anything else."""
    count = 1
    for n in size:
        if type(n) is not int or not -WIDEST <= n < WIDEST:
            return None
        count *= n
    return count


def plain_tuple(value: Any) -> bool:
    """Whether it is a tuple that does not begin with a tensor."""
    return type(value) in TUPLES and not (value and isinstance(value[0], Tensor))


def holds_tensor(value: Any) -> bool:
    """Whether it is a tensor or a tuple that begins with one."""
    return isinstance(value, Tensor) or type(value) is tuple and bool(value) and isinstance(value[0], Tensor)


def all_tensors(values: Any) -> bool:
    """Whether all members are tensors."""
    for x in values:
        if not isinstance(x, Tensor):
            return False
    return True


def gathered(values: tuple[Any, ...]) -> Any:
    """The arrays of tensors of the common classes, their dtype if it is one, whether any requires gradients, and how
    many elements there are; None for other values."""
    arrays: list[Any] = []
    dtype, tracked, size = None, False, 0
    for x in values:
        if type(x) not in USUAL:
            return None
        array = x.array
        if not arrays:
            dtype = array.dtype
        elif array.dtype is not dtype:
            dtype = None
        arrays.append(array)
        size += array.size
        if x.requires_grad:
            tracked = True
    return tuple(arrays), dtype, tracked, size


def first(values: Any, attribute: str) -> Any:
    """The first attribute of that name that is true."""
    for x in values:
        if value := getattr(x, attribute):
            return value
    return None


def any_variable(values: tuple[Tensor, ...]) -> bool:
    """Whether any of the tensors is a Variable."""
    for x in values:
        if type(x) is not Tensor:
            return True
    return False


def in_floating_type(x: Tensor, y: Tensor, no_truths: bool) -> tuple[Tensor, Tensor] | None:
    """Two tensors in the floating type of one, if the other holds whole numbers or truth values, or in the wider of
    two such types, if both have dimensions; None for others.

    no_truths   whether truth values are left to the general function, which may refuse them
    """
    a, b = x.array.dtype, y.array.dtype
    if no_truths and "b" in (a.kind, b.kind):
        return None
    if a in FLOATS and b in FLOATS:
        return (to_dtype(x, float64), to_dtype(y, float64)) if x.array.ndim and y.array.ndim else None
    if a in FLOATS and b.kind in "iub":
        return x, to_dtype(y, a)
    return (to_dtype(x, b), y) if b in FLOATS and a.kind in "iub" else None


def item_edges(values: tuple[Tensor, ...], rule: Rule, saved: tuple[Any, ...]) -> tuple[Any, ...]:
    """The edges to those tensors of a list that require gradients, with the nodes of views brought up to date."""
    rules = rule.items
    if len(rules) < len(values):
        rule.of_item(len(values) - 1)
        if len(rules) < len(values):
            rules = [rule.of_item(k) for k in range(len(values))]
    edges: list[Any] = []
    for at, x in enumerate(values):
        if x.requires_grad:
            if x.root is not None and x.root.tick < latest_write.tick:
                refresh_view(x)
            edges.append((x.node or x, rules[at], saved))
    return tuple(edges)


def without_grad() -> DetachedBy:
    """Where history ends under no_grad: at the program's present place."""
    return new_tuple(DetachedBy, (NO_GRAD, here(), ""))


FUNCTIONS = (all_tensors, any_variable, first, gathered, holds_tensor, in_floating_type, is_int64, item_edges,
             plain_tuple, count_of, all_int64, without_grad)
