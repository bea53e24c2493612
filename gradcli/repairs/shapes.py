"""Repairs where shapes, dimensions or indices do not fit: with the program's names, so that they can be pasted."""

from __future__ import annotations

import re
from itertools import zip_longest

from gradcli.engine.tensor.tensor import Tensor
from gradcli.lang.syntax.lexer import Node
from gradcli.repairs.operands import operands
from gradcli.repairs.site import Site

Shape = tuple[int, ...]
DIMENSION = re.compile(r"Dimension out of range \(expected to be in range of \[(-?\d+), (-?\d+)\], but got (-?\d+)\)")


def shape_of(case: Site, node: Node) -> Shape | None:
    """The shape of a tensor that has a name."""
    value = case.value(node)
    return tuple(value.array.shape) if isinstance(value, Tensor) else None


def fitted(case: Site) -> None:
    """mv, bmm, cat, stack, expand, permute: turned, joined elsewhere, or with a dimension more."""
    call, parts = case.call, case.parts
    if call is None or parts is None or parts.node is None or case.fault.hints:
        return
    mend = FITTING.get(call.name)
    if mend is not None:
        mend(case, operands(case))


def _product(case: Site, found: list[Node]) -> None:
    shapes = case.fault.facts.get("shapes")
    if not shapes or len(found) < 2 or case.parts is None:
        return
    (a, b), (first, second) = shapes[:2], found[:2]
    if len(a) == len(b) == 3 and a[0] == b[0]:
        if a[2] == b[2]:
            _mark(case, second, f"{case.parts.atom(second)}.transpose(1, 2)", "each matrix of the second transposed")
        elif a[1] == b[1]:
            _mark(case, first, f"{case.parts.atom(first)}.transpose(1, 2)", "each matrix of the first transposed")
    elif len(a) == 2 and len(b) == 1 and a[0] == b[0]:
        _mark(case, first, f"{case.parts.atom(first)}.t()", "the matrix transposed")
    elif len(a) == 1 and len(b) == 2 and a[0] == b[1]:
        _mark(case, second, f"{case.parts.atom(second)}.t()", "the matrix transposed")


def _joined(case: Site, found: list[Node]) -> None:
    """Tensors of a list that do not fit along one dimension: along another, or with one dimension more."""
    parts, call = case.parts, case.call
    if parts is None or call is None or not found or found[0][0] not in ("list", "tuple"):
        return
    members = list(found[0][3])
    shapes = [shape_of(case, each) for each in members]
    known = [each for each in shapes if each is not None]
    if len(known) < 2 or len(known) != len(shapes):
        return
    most = max(map(len, known))
    for at, each in enumerate(known):
        if len(each) == most - 1 and len({*map(len, known)}) == 2:
            full = next(other for other in known if len(other) == most)
            place = next((i for i in range(most) if full[:i] + full[i + 1 :] == each), None)
            if place is not None:
                words = f"{parts.atom(members[at])}.unsqueeze({place})"
                return _mark(case, members[at], words, "with one dimension more")
    if len({*map(len, known)}) == 1:
        differ = [i for i in range(most) if len({each[i] for each in known}) > 1]
        assert parts.node is not None
        function = parts.of(parts.node[3][0])
        if len(differ) == 1:
            function = function.removesuffix("stack") + "cat" if call.name == "stack" else function
            case.fault.hints = [(f"{function}({parts.of(found[0])}, dim={differ[0]})",
                                 "along the dimension in which they differ")]


def _expanded(case: Site, found: list[Node]) -> None:
    said = re.search(r"Target sizes: \[(.*?)\]\. +Tensor sizes: \[(.*?)\]", case.fault.message)
    parts = case.parts
    if said is None or parts is None or not found:
        return
    target, have = ([int(n) for n in each.split(",") if n.strip()] for each in said.groups())
    first = found[0]
    sizes = ", ".join(map(str, target))
    if len(have) == 1 and len(target) == 2 and target[0] == have[0]:
        case.fault.hints = [(f"{parts.atom(first)}.unsqueeze(1).expand({sizes})", "a column, repeated")]
    elif len(have) == len(target) == 2 and have[::-1] == target:
        case.fault.hints = [(f"{parts.atom(first)}.t()", "the matrix transposed")]
    elif all(t % h == 0 for t, h in zip_longest(reversed(target), reversed(have), fillvalue=1) if h and t > 0):
        padded = [1] * (len(target) - len(have)) + have
        times = ", ".join(str(t // h) for t, h in zip(target, padded, strict=False))
        case.fault.hints = [(f"{parts.atom(first)}.repeat({times})", "copies it; expand stretches only lengths of 1")]


def outside(case: Site) -> None:
    """An index beyond the end, too many of them, or a dimension that the tensor does not have."""
    parts, message = case.parts, case.fault.message
    node = parts.node if parts else None
    if parts is None or node is None or (case.fault.hints and "indexed with" not in message):
        return
    if node[0] == "subscript":
        _index(case, node)
    elif said := DIMENSION.match(message):
        given = [*operands(case)[1:], *(case.call.options.values() if case.call else ())]
        wrong = [each for each in given if parts.of(each).replace(" ", "") == said[3]]
        if wrong:
            _mark(case, wrong[0], said[2], "the last of the dimensions, which are counted from 0")


def _index(case: Site, node: Node) -> None:
    parts, message = case.parts, case.fault.message
    assert parts is not None
    holder, inside = node[3][0], parts.text[node[3][0][2] : node[2]].strip()[1:-1]
    pieces = [each.strip() for each in inside.split(",")]
    if said := re.match(r"index (-?\d+) is out of bounds for dimension (\d+) with size (\d+)", message):
        at, size = int(said[2]), int(said[3])
        if size and at < len(pieces) and not any(c in inside for c in "[(:."):
            pieces[at] = str(size - 1)
            case.fault.hints = [(f"{parts.of(holder)}[{', '.join(pieces)}]", "the last, as they are counted from 0")]
    elif said := re.match(r"a tensor cannot be indexed with (float|str)$", message):
        case.fault.message = f"a tensor is indexed by whole numbers, not by a {said[1].replace('str', 'string')}"
        try:
            case.fault.hints = [(f"{parts.of(holder)}[{int(float(inside))}]", "a whole number")]
        except ValueError:
            words = f"int({inside})" if said[1] == "float" else "0"
            case.fault.hints = [(f"{parts.of(holder)}[{words}]", "a whole number")]
    elif said := re.match(r"too many indices for tensor of dimension (\d+)", message):
        number = int(said[1])
        if number and len(pieces) > number and not any(c in inside for c in "[("):
            case.fault.hints = [(f"{parts.of(holder)}[{', '.join(pieces[:number])}]", "one index for each dimension")]
        elif not number:
            case.fault.hints = [(f"{parts.of(holder)}.item()", "its number")]


def listed(case: Site) -> None:
    """An item that a list or a string does not have: its last one."""
    parts = case.parts
    node = parts.node if parts else None
    if parts is None or node is None or node[0] != "subscript" or case.fault.hints:
        return
    value = case.value(node[3][0])
    if isinstance(value, list | tuple | str) and len(value) and "at this index" in case.fault.message:
        holder = parts.of(node[3][0])
        case.fault.notes.append(f"{holder} has {len(value)} item{'s' * (len(value) > 1)}, counted from 0")
        case.fault.hints = [(f"{holder}[-1]", "the last one")]


def _mark(case: Site, node: Node, words: str, why: str) -> None:
    """Let the carets mark a part, and the repair stand for it."""
    assert case.parts is not None
    case.fault.span = case.parts.span(node)
    case.fault.hints = [(words, why)]


FITTING = {"mv": _product, "bmm": _product, "matmul": _product, "cat": _joined, "stack": _joined,
           "expand": _expanded}

__all__ = ["fitted", "listed", "outside"]
