"""The bits of whole numbers and truth values: & | ^ ~ << >>."""

import numpy as np

from gradcli.engine.autograd.op import Op
from gradcli.engine.autograd.signature import Array, Operand
from gradcli.ops.base import Binary, define
from gradcli.ops.dtype_checks import refuse_bool, refuse_floating

BITS = np.array([12, 10, 7])


class Bitwise(Binary, abstract=True):
    """An operation on pairs of bit patterns."""

    fresh_result = False
    opmath = False
    samples = [(BITS, np.array([10, 6, 1])), (BITS, 5)]
    errors = [([1.5], [2.0]), (BITS, np.array([1, 2]))]


def _combined(name, ufunc, of_truths):
    def forward(input: Operand, other: Operand):
        bits = refuse_floating(name, input)
        return ufunc(bits if of_truths else refuse_bool(name, bits), other)

    return forward


for _name, _text, _symbol, _ufunc in (
        ("and", "the bits set in both", "and", np.bitwise_and), ("or", "the bits set in either", "or", np.bitwise_or),
        ("xor", "the bits set in just one", "xor", np.bitwise_xor),
        ("left_shift", "the bits moved up by so many places, zeros following", "lshift", np.left_shift),
        ("right_shift", "the bits moved down by so many places, the sign following", "rshift", np.right_shift)):
    define(Bitwise, __name__, f"bitwise_{_name}", f"Bitwise{_name.title().replace('_', '')}",
           f"(input, other): {_text}.", symbol=_symbol,
           forward=_combined(f"bitwise_{_name}", _ufunc, of_truths=not _name.endswith("shift")))


class BitwiseNot(Op):
    """bitwise_not(input): every bit the other way; of truth values, the opposite."""

    symbol = "invert"
    inplace = True
    elementwise = True
    samples = [(BITS,), (np.array([True, False]),)]
    errors = [([1.5],), ("text",)]

    def forward(input: Array):
        return np.invert(refuse_floating("bitwise_not", input))
