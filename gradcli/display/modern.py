"""Tensors in the modern style: what torch 2.13 prints.

The text is a template of brackets, commas and placeholders, built from the innermost
dimension outwards, and filled once. The templates of small tensors are remembered: a loop prints many of one shape.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from gradcli.display.number_format import FEW, Array, edge_indices, modern_column
from gradcli.display.print_options import PrintOptions

OPENING = "tensor("
COMPLEX_OF = {"float32": "complex64", "float64": "complex128", "float16": "complex64"}
SILENT = ("int64", "bool")      # dtypes that are not printed unless the tensor is empty


def tensor_text(array: Array, dtype_name: str, options: PrintOptions, grad_fn: str | None = None,
                requires_grad: bool = False, default: str = "float32", tangent: str | None = None) -> str:
    """The text of a tensor.

    array       the elements
    dtype_name  the name of the dtype, as "float32"
    grad_fn     the class name of the node that recorded it; None for a leaf
    default     the name of the default floating dtype, which is not printed
    tangent     the text of the forward-mode tangent; None outside forward-mode AD
    """
    size = array.size
    text = OPENING + _body(array, options)
    suffixes = []
    if (not size and array.ndim != 1) or (size and not options.edgeitems):
        suffixes.append(f"size={tuple(array.shape)}")
    if dtype_name != default and not (size and (dtype_name in SILENT or dtype_name == COMPLEX_OF.get(default))):
        suffixes.append(f"dtype=torch.{dtype_name}")
    if grad_fn is not None:
        suffixes.append(f"grad_fn=<{grad_fn}>")
    elif requires_grad:
        suffixes.append("requires_grad=True")
    if tangent is not None:
        suffixes.append(f"tangent={tangent}")
    return f"{_suffixed(text, suffixes, options.linewidth) if suffixes else text})"


def _suffixed(text: str, suffixes: list[str], linewidth: int) -> str:
    """`text` with each suffix after a comma, on a new line where the line would get too long."""
    indent = len(OPENING)
    column = len(text) - (text.rfind("\n") + 1) + 2
    for suffix in suffixes:
        if column + len(suffix) + 2 > linewidth:
            text += ",\n" + " " * indent + suffix
            column = indent + len(suffix)
        else:
            text += ", " + suffix
            column += len(suffix) + 2
    return text


def _body(array: Array, options: PrintOptions) -> str:
    size = array.size
    if not size:
        return "[]"
    if size > options.threshold and array.ndim > 0:
        n = options.edgeitems
        if not n:
            return "[...]"
        elements = array[np.ix_(*(edge_indices(size, n) for size in array.shape))]
        spec, width, values = modern_column(elements, options)
        return _template(array.shape, spec, width, n, options.linewidth) % values
    spec, width, values = modern_column(array, options)
    template = _small_template if size <= FEW else _template
    return template(array.shape, spec, width, None, options.linewidth) % values


def _template(shape: tuple[int, ...], spec: str, width: int, n: int | None, linewidth: int) -> str:
    """The text with a placeholder for each number; dimensions longer than 2n have their middle left out."""
    if not shape:
        return spec
    indent = len(OPENING) + len(shape) - 1
    entries = _entries(spec, " ...", shape[-1], n)
    per_line = max(1, (linewidth - indent) // (width + 2))
    lines = (", ".join(entries[at : at + per_line]) for at in range(0, len(entries), per_line))
    text = "[" + f",\n{' ' * (indent + 1)}".join(lines) + "]"
    for depth, size in enumerate(reversed(shape[:-1]), 1):
        between = "," + "\n" * depth + " " * (indent - depth + 1)
        text = "[" + between.join(_entries(text, "...", size, n)) + "]"
    return text


_small_template = lru_cache(maxsize=64)(_template)


def _entries(entry: str, dots: str, size: int, n: int | None) -> list[str]:
    if n is None or size <= 2 * n:
        return [entry] * size
    return [entry] * n + [dots] + [entry] * n
