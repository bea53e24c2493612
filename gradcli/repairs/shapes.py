"""Repairs where shapes, dimensions or indices do not fit: with the program's names, so that they can be pasted."""

from __future__ import annotations

from itertools import zip_longest
from typing import NamedTuple

from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.mistakes import BroadcastShapes, ProductShapes
from gradcli.faults.tensors import DimensionOutOfRange, ExpandedSize, IndexOutOfRange, IndexType, TooManyIndices
from gradcli.faults.tree import IndexFault, ShapeFault, ValueFault
from gradcli.lang.syntax.lexer import Node
from gradcli.repairs.operands import operands
from gradcli.repairs.registry import repairs
from gradcli.repairs.site import Site

Shape = tuple[int, ...]
INDEX_WORDS = {float: "float", str: "string"}


def shape_of(site: Site, node: Node) -> Shape | None:
    """The shape of a tensor that has a name."""
    value = site.value(node)
    return tuple(value.array.shape) if isinstance(value, Tensor) else None


@repairs(ShapeFault, ValueFault)
def fit_shapes(fault: ShapeFault | ValueFault, site: Site) -> None:
    """mv, bmm, cat, stack, expand, permute: turned, joined elsewhere, or with a dimension more."""
    call, parts = site.call, site.parts
    if call is None or parts.node is None or site.fault.hints:
        return
    mend = FITTING.get(call.name)
    if mend is not None:
        mend(site, operands(site))


def _product(site: Site, nodes: list[Node]) -> None:
    fault = site.fault
    if not isinstance(fault, ProductShapes | BroadcastShapes) or not fault.shapes or len(nodes) < 2:
        return
    (a, b), (first, second) = fault.shapes[:2], nodes[:2]
    if len(a) == len(b) == 3 and a[0] == b[0]:
        if a[2] == b[2]:
            site.instead(second, f"{site.parts.atom(second)}.transpose(1, 2)", "each matrix of the second transposed")
        elif a[1] == b[1]:
            site.instead(first, f"{site.parts.atom(first)}.transpose(1, 2)", "each matrix of the first transposed")
    elif len(a) == 2 and len(b) == 1 and a[0] == b[0]:
        site.instead(first, f"{site.parts.atom(first)}.t()", "the matrix transposed")
    elif len(a) == 1 and len(b) == 2 and a[0] == b[1]:
        site.instead(second, f"{site.parts.atom(second)}.t()", "the matrix transposed")


def _joined(site: Site, nodes: list[Node]) -> None:
    """Tensors of a list that do not fit along one dimension: along another, or with one dimension more."""
    parts, call = site.parts, site.call
    if call is None or not nodes or nodes[0][0] not in ("list", "tuple"):
        return
    members = list(nodes[0][3])
    shapes = [shape_of(site, member) for member in members]
    tensors = [shape for shape in shapes if shape is not None]
    if len(tensors) < 2 or len(tensors) != len(shapes):
        return
    most = max(map(len, tensors))
    for at, shape in enumerate(tensors):
        if len(shape) == most - 1 and len({*map(len, tensors)}) == 2:
            full = next(other for other in tensors if len(other) == most)
            place = next((i for i in range(most) if full[:i] + full[i + 1 :] == shape), None)
            if place is not None:
                text = f"{parts.atom(members[at])}.unsqueeze({place})"
                return site.instead(members[at], text, "with one dimension more")
    if len({*map(len, tensors)}) == 1:
        differ = [i for i in range(most) if len({shape[i] for shape in tensors}) > 1]
        assert parts.node is not None
        function = parts.of(parts.node[3][0])
        if len(differ) == 1:
            function = function.removesuffix("stack") + "cat" if call.name == "stack" else function
            site.fault.hints = [(f"{function}({parts.of(nodes[0])}, dim={differ[0]})",
                                 "along the dimension in which they differ")]


@repairs(ExpandedSize)
def expand_otherwise(fault: ExpandedSize, site: Site) -> None:
    """expand() to lengths that do not fit: a column, the matrix transposed, or copies with repeat()."""
    nodes = operands(site)
    if site.call is None or site.call.name != "expand" or not nodes or fault.hints:
        return
    target, shape = fault.target, fault.shape
    text = site.parts.atom(nodes[0])
    if len(shape) == 1 and len(target) == 2 and target[0] == shape[0]:
        fault.hints = [(f"{text}.unsqueeze(1).expand({', '.join(map(str, target))})", "a column, repeated")]
    elif len(shape) == len(target) == 2 and shape[::-1] == target:
        fault.hints = [(f"{text}.t()", "the matrix transposed")]
    elif all(t % h == 0 for t, h in zip_longest(reversed(target), reversed(shape), fillvalue=1) if h and t > 0):
        padded = (1,) * (len(target) - len(shape)) + shape
        times = ", ".join(str(t // h) for t, h in zip(target, padded, strict=False))
        fault.hints = [(f"{text}.repeat({times})", "copies it; expand stretches only lengths of 1")]


@repairs(DimensionOutOfRange)
def use_last_dimension(fault: DimensionOutOfRange, site: Site) -> None:
    """Mark the argument that names the dimension; the last one there is."""
    if site.parts.node is None or fault.hints:
        return
    arguments = [*operands(site)[1:], *(site.call.options.values() if site.call else ())]
    wrong = [argument for argument in arguments if site.parts.of(argument).replace(" ", "") == str(fault.dim)]
    if wrong:
        site.instead(wrong[0], str(fault.last), "the last of the dimensions, which are counted from 0")


@repairs(IndexOutOfRange)
def use_last_index(fault: IndexOutOfRange, site: Site) -> None:
    """x[5] of five rows: the last of them."""
    index = _index(site)
    if index is None or fault.hints or not fault.size or fault.dim >= len(index.pieces) or index.nested("[(:."):
        return
    pieces = [*index.pieces[: fault.dim], str(fault.size - 1), *index.pieces[fault.dim + 1 :]]
    fault.hints = [(f"{index.holder}[{', '.join(pieces)}]", "the last, as they are counted from 0")]


@repairs(TooManyIndices)
def drop_indices(fault: TooManyIndices, site: Site) -> None:
    """As many indices as there are dimensions."""
    index = _index(site)
    if index is None or fault.hints:
        return
    if not fault.ndim:
        fault.hints = [(f"{index.holder}.item()", "its number")]
    elif len(index.pieces) > fault.ndim and not index.nested("[("):
        fault.hints = [(f"{index.holder}[{', '.join(index.pieces[: fault.ndim])}]", "one index for each dimension")]


@repairs(IndexType)
def use_whole_index(fault: IndexType, site: Site) -> None:
    """A float or a string as an index: the whole number that it stands for."""
    index = _index(site)
    if index is None or fault.index_type not in INDEX_WORDS:
        return
    fault.message = f"a tensor is indexed by whole numbers, not by a {INDEX_WORDS[fault.index_type]}"
    try:
        text = str(int(float(index.inside)))
    except ValueError:
        text = f"int({index.inside})" if fault.index_type is float else "0"
    fault.hints = [(f"{index.holder}[{text}]", "a whole number")]


class Index(NamedTuple):
    """The words of `holder[inside]`."""

    holder: str
    inside: str

    @property
    def pieces(self) -> list[str]:
        return [piece.strip() for piece in self.inside.split(",")]

    def nested(self, signs: str) -> bool:
        """Whether one of some signs stands in it, so that its commas may not part indices."""
        return any(sign in self.inside for sign in signs)


def _index(site: Site) -> Index | None:
    parts, node = site.parts, site.parts.node
    if node is None or node[0] != "subscript":
        return None
    return Index(parts.of(node[3][0]), parts.text[node[3][0][2] : node[2]].strip()[1:-1])


@repairs(IndexFault)
def use_last_item(fault: IndexFault, site: Site) -> None:
    """An item that a list or a string does not have: its last one."""
    node = site.parts.node
    if node is None or node[0] != "subscript" or fault.hints:
        return
    value = site.value(node[3][0])
    if isinstance(value, list | tuple | str) and len(value):
        holder = site.parts.of(node[3][0])
        fault.notes.append(f"{holder} has {len(value)} item{'s' * (len(value) > 1)}, counted from 0")
        fault.hints = [(f"{holder}[-1]", "the last one")]


FITTING = {"mv": _product, "bmm": _product, "matmul": _product, "cat": _joined, "stack": _joined}
