"""Tensors in the tutorial style: what PyTorch 0.1.12 printed.

Rows of numbers over a footer with type and size. Two faults of the original are left out on purpose: a line has at
least one column, and exponents replace a scale that would be zero.
"""

from __future__ import annotations

from itertools import product

import numpy as np

from gradcli.display.number_format import Array, Format, edge_indices, tutorial_format
from gradcli.display.print_options import PrintOptions

DOWN, ASLANT = "\u22ee", "\u22f1"


def tensor_text(array: Array, type_name: str, options: PrintOptions) -> str:
    """The text of an array as a tensor of class `type_name`, such as torch.FloatTensor; a 0-d array has the size 1."""
    if not array.size:
        return f"[{type_name} with no dimension]\n"
    if array.dtype == np.bool_:
        array = array.view(np.uint8)
    array = array if array.ndim else array.reshape(1)
    layout = (_vector, _matrix)[array.ndim - 1] if array.ndim <= 2 else _slices
    return f"\n{layout(array, options)}[{type_name} of size {'x'.join(map(str, array.shape))}]\n"


def storage_text(array: Array, type_name: str) -> str:
    """The elements of a storage, each on its line, over the footer."""
    lines = "\n ".join(map(str, array.ravel().tolist()))
    return f" {lines}\n[{type_name} of size {array.size}]"


def _vector(array: Array, options: PrintOptions) -> str:
    number = tutorial_format(array, options, 0)
    scale_line = number.scale_line
    lead = " " if scale_line else ""
    column = array.reshape(-1, 1)
    if array.size < options.threshold:
        return scale_line + _rows(column, number, lead)
    n = options.edgeitems
    dots = f"{lead}{DOWN:^{number.width}}\n"
    last = column[max(0, len(column) - n):]
    return scale_line + _rows(column[:n], number, lead) + dots + _rows(last, number, lead)


def _matrix(array: Array, options: PrintOptions) -> str:
    n = options.edgeitems
    fits = max(array.shape) <= 2 * n
    number = tutorial_format(array, options, 0 if fits else 5)
    if fits or array.size < options.threshold:
        return _full(array, number, "", options.linewidth)
    return _summary(array, number, "", n)


def _slices(array: Array, options: PrintOptions) -> str:
    """Three dimensions or more: the matrices of the last two, each under its leading indices."""
    n = options.edgeitems
    number = tutorial_format(array, options, 3 if max(array.shape[-2:]) > 2 * n else 0)
    big = array.size >= options.threshold
    field = max(2, len(str(max(array.shape))))
    pieces: list[str] = []
    before: tuple[int, ...] = ()
    for index in product(*(edge_indices(size, n) if big else range(size) for size in array.shape[:-2])):
        if before:
            pieces.append((_markers(before, index, field + 1) if big else "") + "\n")
        pieces.append(f"({','.join(f'{i:^{field}}' for i in index)},.,.) = \n")
        pieces.append(_summary(array[index], number, " ", n) if big
                      else _full(array[index], number, " ", options.linewidth))
        before = index
    return "".join(pieces) or "...\n"


def _markers(before: tuple[int, ...], now: tuple[int, ...], field: int) -> str:
    """The marks between two slices: for slices left out, and for dimensions whose index restarts."""
    moved = next(i for i, (a, b) in enumerate(zip(before, now, strict=True)) if a != b)
    lines = ""
    if now[moved] > before[moved] + 1:
        lines += "".join(f"{'...' if i == moved else '':^{field}}" for i in range(len(now))) + "\n"
    if moved < len(now) - 1:
        lines += " " + "".join(f"{DOWN if i > moved else '':^{field}}" for i in range(len(now))) + "\n"
    return lines


def _full(matrix: Array, number: Format, indent: str, linewidth: int) -> str:
    """All rows, in as many groups of columns as `linewidth` needs."""
    columns = matrix.shape[1]
    band = max(1, (linewidth - len(indent)) // (number.width + 1))
    scale_line = number.scale_line
    lead = indent + (" " if scale_line else "")
    if columns <= band:
        return scale_line + _rows(matrix, number, lead)
    pieces = []
    for first in range(0, columns, band):
        last = min(first + band, columns) - 1
        gap = "" if first == 1 else "\n"        # so it was
        pieces.append(f"{gap}Columns {first} to {last} \n{indent}")
        pieces += scale_line, _rows(matrix[:, first : last + 1], number, lead)
    return "".join(pieces)


def _rows(block: Array, number: Format, lead: str) -> str:
    row = lead + " ".join([number.spec] * block.shape[1]) + "\n"
    return str(row * len(block) % number.values(block))


def _summary(matrix: Array, number: Format, indent: str, n: int) -> str:
    """The `n` first and last rows and columns of a matrix; all of a dimension of at most 2n."""
    rows, columns = matrix.shape
    edge = " ".join([number.spec] * n)
    line = f"{edge}  ...  {edge}" if columns > 2 * n else " ".join([number.spec] * columns)
    corners = matrix[np.ix_(edge_indices(rows, n), edge_indices(columns, n))]
    row = f"{indent}{line}\n"
    if rows <= 2 * n:
        return number.scale_line + str(row * rows % number.values(corners))
    top = str(row * n % number.values(corners[:n]))
    bottom = str(row * n % number.values(corners[n:]))
    if columns > 2 * n:
        dots = f"{'...':^{max(0, (number.width + 1) * n - 1)}}"
        between = f"{indent}{dots}   {ASLANT}   {dots}\n"
    else:
        last = top[top.rfind("\n", 0, -1) + 1 : -1]
        between = f"{DOWN:^{len(last) - len(indent) + 1}}\n"
    return number.scale_line + top + between + bottom
