"""The bits of whole numbers and truth values: & | ^ ~ << >>."""

import numpy as np

from gradcli.engine.autograd.op import Op
from gradcli.engine.autograd.signature import Array, Operand
from gradcli.ops.base import Binary
from gradcli.ops.dtype_checks import no_floats, no_truths

BITS = np.array([12, 10, 7])


class Bitwise(Binary, abstract=True):
    """An operation on pairs of bit patterns."""

    fresh_result = False
    samples = [(BITS, np.array([10, 6, 1])), (BITS, 5)]
    errors = [([1.5], [2.0]), (BITS, np.array([1, 2]))]


class BitwiseAnd(Bitwise):
    """bitwise_and(input, other): the bits set in both."""

    symbol = "and"

    def forward(input: Operand, other: Operand):
        return np.bitwise_and(no_floats("bitwise_and", input), other)


class BitwiseOr(Bitwise):
    """bitwise_or(input, other): the bits set in either."""

    symbol = "or"

    def forward(input: Operand, other: Operand):
        return np.bitwise_or(no_floats("bitwise_or", input), other)


class BitwiseXor(Bitwise):
    """bitwise_xor(input, other): the bits set in just one."""

    symbol = "xor"

    def forward(input: Operand, other: Operand):
        return np.bitwise_xor(no_floats("bitwise_xor", input), other)


class BitwiseLeftShift(Bitwise):
    """bitwise_left_shift(input, other): the bits moved up by so many places, zeros following."""

    symbol = "lshift"

    def forward(input: Operand, other: Operand):
        no_truths("bitwise_left_shift", no_floats("bitwise_left_shift", input))
        return np.left_shift(input, other)


class BitwiseRightShift(Bitwise):
    """bitwise_right_shift(input, other): the bits moved down by so many places, the sign following."""

    symbol = "rshift"

    def forward(input: Operand, other: Operand):
        no_truths("bitwise_right_shift", no_floats("bitwise_right_shift", input))
        return np.right_shift(input, other)


class BitwiseNot(Op):
    """bitwise_not(input): every bit the other way; of truth values, the opposite."""

    symbol = "invert"
    inplace = True
    samples = [(BITS,), (np.array([True, False]),)]
    errors = [([1.5],), ("text",)]

    def forward(input: Array):
        return np.invert(no_floats("bitwise_not", input))
