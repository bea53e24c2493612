"""`torch.func.rearrange`: dimensions split, permuted and merged as a pattern of their names says."""

from __future__ import annotations

import re
from math import prod
from typing import Any

from gradcli.engine.autograd.op import traced
from gradcli.engine.autograd.signature import brief, described
from gradcli.engine.messages.arguments import type_text
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.tree import ArgumentFault, ShapeFault, ValueFault

REST = "..."
EXAMPLE = "torch.func.rearrange(x, 'b h w c -> b c h w')"
MOST = 64       # dimensions that an array can have

Groups = list[list[str]]
REMAINING: Any = (REST,)      # the dimensions without a name, each of them on its own


def rearrange(tensor: Any, pattern: Any, **axes_lengths: Any) -> Any:
    """`tensor`, or several stacked, with dimensions in another order: 'b (h w) c -> b c h w', h=2 splits the second.

    Names in brackets share a dimension; `...` stands for the dimensions without a name, 1 for one of length 1.
    """
    x: Any = tensor if isinstance(tensor, Tensor) else traced.stack(tensor)
    if type(pattern) is not str:
        raise ArgumentFault(f"rearrange() needs a pattern as text, not {described(pattern)}", EXAMPLE)
    left, right = _sides(pattern, axes_lengths)
    shape = tuple(x.shape)
    left = _spelled_out(left, shape)
    right = [part for part in right for part in (_rest(left) if part is REMAINING else [_with_rest(part, left)])]
    if not any(left):
        return x if len(right) == len(shape) else traced.reshape(x, (1,) * len(right))
    lengths = _lengths(left, shape, axes_lengths)
    before, after = ([name for part in side for name in part] for side in (left, right))
    split = traced.reshape(x, tuple(lengths[name] for name in before))
    permuted = split if before == after else traced.permute(split, tuple(before.index(name) for name in after))
    return traced.reshape(permuted, tuple(prod(lengths[name] for name in part) for part in right))


def _sides(pattern: str, lengths: dict[str, Any]) -> tuple[Groups, Groups]:
    """The names on both sides of a pattern, those that share a dimension together."""
    if pattern.count("->") != 1:
        raise ValueFault("Pattern must contain a single '->' separator", EXAMPLE)
    left, right = map(_groups, pattern.split("->"))
    names, others = ({name for group in side for name in group} for side in (left, right))
    if REST in others - names:
        raise ValueFault(f"Ellipsis found in right side, but not left side of a pattern {brief(pattern)}")
    if REST in names and REMAINING not in left:
        raise ValueFault(f"Ellipsis is parenthesis in the left side is not allowed: {brief(pattern)}")
    for length in lengths.values():
        if type(length) is not int:
            raise ArgumentFault(f"rearrange axis lengths must be integers, got: {type_text(length)}")
    if any(name.isdecimal() for name in names | others):
        raise ValueFault("rearrange only supports unnamed axes of size 1")
    if names != others:
        raise ValueFault("Identifiers only on one side of rearrange expression (should be on both): "
                         f"{_listed(names ^ others)}")
    if unknown := lengths.keys() - names:
        raise ValueFault(f"Identifiers not found in rearrange expression: {_listed(unknown)}")
    return left, right


def _listed(names: Any) -> str:
    return "{" + ", ".join(repr(name).replace(REST, "…") for name in sorted(names)) + "}"


def _groups(side: str) -> Groups:
    """The names on one side; a dimension of length 1 has none."""
    if "." in side and REST not in side:
        raise ValueFault("Expression may contain dots only inside ellipsis (...)")
    if side.count(REST) > 1 or side.count(".") > 3:
        raise ValueFault("Expression may contain dots only inside ellipsis (...); only one ellipsis for tensor ")
    groups: Groups = []
    open_group: list[str] | None = None
    for word in re.findall(r"\.\.\.|\w+|[^ ]", side):
        if word == "(":
            if open_group is not None:
                raise ValueFault("Axis composition is one-level (brackets inside brackets not allowed)")
            open_group = []
        elif word == ")":
            if open_group is None:
                raise ValueFault("Brackets are not balanced")
            groups.append(open_group)
            open_group = None
        elif open_group is not None:
            open_group += _axis(word, groups, open_group)
        else:
            axis = _axis(word, groups, [])
            groups.append(REMAINING if axis == [REST] else axis)
    if open_group is not None:
        raise ValueFault(f"Imbalanced parentheses in expression: '{brief(side)}'")
    if len(groups) > MOST:
        raise ShapeFault(f"the pattern has {len(groups)} dimensions, and a tensor has {MOST} at most")
    return groups


def _axis(word: str, groups: Groups, open_group: list[str]) -> list[str]:
    """One name, checked against those before it; the number 1 is none."""
    if word == "1":
        return []
    if not re.fullmatch(r"\w+|\.\.\.", word):
        raise ValueFault(f"Unknown character '{word}'")
    if word != REST and not word.isdecimal():
        reason = "" if word.isidentifier() else "not a valid python identifier"
        if word[0] == "_" or word[-1] == "_":
            reason = "axis name should should not start or end with underscore"
        if reason:
            raise ValueFault(f"Invalid axis identifier: {brief(word)}\n{reason}").saying(
                f"Invalid axis identifier: {word}\n{reason}")
    if word in open_group or any(word in group for group in groups):
        raise ValueFault(f"Indexing expression contains duplicate dimension '{brief(word)}'")
    return [word]


def _spelled_out(left: Groups, shape: tuple[int, ...]) -> Groups:
    """The left side with names of their own for the dimensions that `...` stands for."""
    if REMAINING not in left:
        if len(left) != len(shape):
            raise ValueFault(f"Number of dimensions in pattern ({len(left)}) must be equal to the number of dimensions "
                             f"in the tensor ({len(shape)})")
        return left
    at, count = left.index(REMAINING), len(shape) - len(left) + 1
    if count < 0:
        raise ValueFault(f"Number of dimensions in pattern ({len(left) - 1}) must be less than or equal to the number "
                         f"of dimensions in the tensor ({len(shape)})")
    return [*left[:at], *([f"{REST}{i}"] for i in range(count)), *left[at + 1:]]


def _rest(left: Groups) -> Groups:
    """The dimensions that `...` stands for."""
    return [group for group in left if group and group[0].startswith(REST)]


def _with_rest(group: list[str], left: Groups) -> list[str]:
    """The names of a dimension, with all of those that `...` stands for."""
    return [name for member in group for name in ([rest[0] for rest in _rest(left)] if member == REST else [member])]


def _lengths(left: Groups, shape: tuple[int, ...], lengths: dict[str, int]) -> dict[str, int]:
    """The length of every name: as it was said, or what is left of its dimension."""
    sizes: dict[str, int] = {}
    for group, n in zip(left, shape, strict=True):
        unknown = [name for name in group if name not in lengths]
        stated = {name: lengths[name] for name in group if name in lengths}
        product = prod(stated.values())
        if len(unknown) > 1:
            raise ShapeFault(f"cannot infer the sizes of two dimensions at once {unknown[0]} and {unknown[1]}",
                             (f"rearrange(x, pattern, {unknown[0]}=2)", "the length of one of them"))
        if any(length < 0 for length in stated.values()) or (n % product if unknown and product else n != product):
            raise ShapeFault(f"a dimension of length {n} is not to be had of "
                             + ", ".join(f"{name}={brief(length)}" for name, length in stated.items()) if stated else
                             f"a dimension of length {n} has no name, and must have length 1")
        sizes |= stated | dict.fromkeys(unknown, n // product if product else 0)
    return sizes
