"""Products of matrices of which the first has few rows or the second few columns, in the order in which PyTorch adds.

On AMD processors MKL multiplies wide matrices by fused multiply-adds, one after the other, as OpenBLAS does; of narrow
ones it rounds each product and each sum. Where it adds these from the first to the last, the results here are its own.
The order was read, on one such processor, from products of which all but two cancel (Xie, Gao, Zhang, FPRev: Revealing
Floating-Point Accumulation Orders, 2025).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy._core.multiarray import c_einsum  # np.einsum, without looking for a plan

ROWS, COLUMNS = 3, 11
"""The most rows of the first matrix, and the most columns of the second, with either of which a product is narrow."""

MOST = 1024
"""The most multiplications that are made one by one, which takes two microseconds longer than BLAS."""

WHOLE_COLUMNS = (2, 3, 4, 8)
"""The numbers of columns that registers hold without a remainder, which would be fused."""


def matrix_product(a: Any, b: Any) -> Any:
    """The product of two matrices with at least one inner element."""
    rows, inner = a.shape
    columns = b.shape[1]
    if (columns > COLUMNS and rows > ROWS) or inner < 2 or a.dtype.char != "f" or (
            not 0 < inner * rows * columns <= MOST) or inner > 3 and not _in_sequence(a, b, rows, inner, columns):
        return a.dot(b)
    if rows != 1 or columns != 1:
        return c_einsum("ij,jk->ik", a, b, order="C")
    total = np.add.accumulate(a.ravel() * b.ravel())[-1:].reshape(1, 1)
    total += 0.0    # a sum of -0 is 0, which PyTorch adds the first product to
    return total


def _in_sequence(a: Any, b: Any, rows: int, inner: int, columns: int) -> bool:
    """Whether more than three products are added from the first to the last, each sum rounded."""
    by_column = a.strides[0] == 4 and a.strides[1] == 4 * rows      # the first matrix is transposed
    if columns == 1:
        return b.strides[1] == 4 if rows == 1 else by_column
    if b.strides[1] == 4 and b.strides[0] == 4 * columns:
        return (by_column or a.flags.c_contiguous) and (
            inner < 8 or columns in WHOLE_COLUMNS or rows == 1 or (rows <= ROWS and not columns % 4))
    return by_column and rows > 1 and b.strides[0] == 4 and b.strides[1] == 4 * inner
