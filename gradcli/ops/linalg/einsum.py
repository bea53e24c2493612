"""Sums of products, written with a letter for each dimension."""

import math
from functools import lru_cache
from string import ascii_letters, ascii_lowercase, ascii_uppercase

import numpy as np

from gradcli.engine.autograd.op import Op
from gradcli.engine.autograd.signature import REFUSED, Plain, VariadicArraysKind, sized
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.tree import ArgumentFault, ShapeFault, ValueFault

A = [[1.0, -2.0, 3.0], [0.5, 5.0, -6.0]]
B = [[1.0, 2.0], [3.0, -4.0], [0.5, 1.0]]
SQUARE = [[1.0, 2.0], [3.0, -4.0]]
LETTERS = len(ascii_letters)


class TermsKind(VariadicArraysKind):
    """Tensors, or tensors and lists of the numbers of their dimensions in turn."""

    listed = True

    def take(self, value):
        values = value if isinstance(value, list | tuple) else (value,)
        fits = all(isinstance(v, Tensor) or isinstance(v, list | tuple) and all(
            type(n) is int or n is ... for n in v) for v in values)
        return tuple(values) if fits else REFUSED


class Einsum(Op):
    """einsum(equation, *operands): the sum of the operands' products over all letters that stand for dimensions on
    the left of -> and not on the right, as in "ij,jk->ik". Or numbers stand for dimensions: a, [0, 1], b, [1, 2]."""

    complex = True
    method = False
    samples = [("ij,jk->ik", (A, B)), ("ij,jk", (A, B)), ("ii->i", (SQUARE,)), ("ii", (SQUARE,)), ("ij->", (A,)),
               ("...j,j->...", (A, [1.0, 2.0, 3.0])), ("ij,ij,ij->j", (A, A, A)),
               ("bi,bj,bij->b", (B, B, [SQUARE] * 3))]
    errors = [("ij,jk", (A, A)), ("ij", (A, B)), ("i!j", (A,)), ("ij->k", (A,)), ("ijk", (A,))]

    def compose(F, equation: Plain, operands: TermsKind("tensors") = ()):
        equation, operands = spelled(equation, operands)
        terms, result = parsed(equation, tuple([len(x.shape) for x in operands]))
        lengths = measured(terms, operands)
        letters = result + [c for c in lengths if c not in result]
        parts = [align_operand(F, x, term, letters) for x, term in zip(operands, terms, strict=True)]
        product = parts[0]
        for k, part in enumerate(parts[1:], 1):
            # a letter can be summed as soon as no later operand has it
            later = {c for term in terms[k + 1 :] for c in term}
            summed = [i for i, c in enumerate(letters) if c not in result and c not in later]
            product = contracted(F, product, part, summed)
        left = [i for i, c in enumerate(letters) if c not in result]
        if len(parts) == 1:
            return F.sum(product, left) if left else product
        shape = [product.shape[i] for i in range(len(result))]
        return product if len(product.shape) == len(shape) else F.reshape(product, shape)


def spelled(equation, operands):
    """The equation and the operands of a call with lists of numbers, written with letters."""
    if type(equation) is str:
        tensors = operands[0] if len(operands) == 1 and isinstance(operands[0], list | tuple) else operands
        if tensors and all(isinstance(x, Tensor | np.ndarray) for x in tensors):
            return equation, tensors
        raise ArgumentFault("einsum(): the operands are tensors", 'torch.einsum("ij,jk->ik", a, b)')
    values = (equation, *operands)
    tensors, lists = values[: len(values) & ~1 : 2], values[1::2] + values[len(values) & ~1 :]
    if len(values) < 2 or not all(isinstance(x, Tensor | np.ndarray) for x in tensors) or not all(
            isinstance(numbers, list | tuple) for numbers in lists):
        raise ValueFault("einsum(): needs a string, or tensors and lists of the numbers of their dimensions in turn",
                         'torch.einsum("ij,jk->ik", a, b)').saying(
            "einsum(): must specify the equation string and at least one operand, or at least one operand and its "
            "subscripts list")
    terms = ["".join("..." if n is ... else letter(n) for n in numbers) for numbers in lists]
    return ",".join(terms[: len(tensors)]) + "".join("->" + term for term in terms[len(tensors) :]), tensors


def letter(number):
    """The letter for a dimension's number, in the order that the alphabet has for them."""
    if not 0 <= number < len(ascii_letters):
        raise ShapeFault(f"einsum(): subscript in subscript list is not within the valid range [0, {LETTERS})")
    return (ascii_uppercase + ascii_lowercase)[number]


@lru_cache(256)
def parsed(equation, dims):
    """The letters of each operand and of the result; dimensions under ... have numbers, counted from the last."""
    equation = equation.replace(" ", "")
    inputs, arrow, output = equation.partition("->")
    subscripts = inputs.split(",")
    if len(subscripts) != len(dims):
        raise ShapeFault(f"einsum(): the equation has {len(subscripts)} operands, and {len(dims)} tensors were "
                         "given").saying(
            f"einsum(): {'more' if len(subscripts) < len(dims) else 'fewer'} operands were provided than specified in "
            "the equation")
    wide = 0
    terms = []
    for text, n in zip(subscripts, dims, strict=True):
        hidden = n - len(text.replace("...", "", 1))
        if hidden < 0 or hidden and "..." not in text:
            fault = ShapeFault(f"einsum(): the letters {text} do not fit a {n}-d tensor")
            raise fault if "..." in text else fault.saying(
                f"einsum(): the number of subscripts in the equation ({len(text)}) does not match the number of "
                f"dimensions ({n}) for operand {len(terms)} and no ellipsis was given")
        wide = max(wide, hidden)
        terms.append(labels(text, hidden))
    if arrow:
        result = labels(output, wide)
    else:
        letters = sorted(c for c in set(inputs) if c in ascii_letters and inputs.count(c) == 1)
        result = labels("..." if "..." in inputs else "", wide) + letters
    stray = [c for c in result if result.count(c) > 1 or not any(c in term for term in terms) and type(c) is str]
    if stray:
        raise ShapeFault(f"einsum(): the letter {stray[0]} of the result must stand once in it, and in some "
                         "operand").saying(
            f"einsum(): output subscript {stray[0]} does not appear in the equation for any input operand"
            if not any(stray[0] in term for term in terms) else
            f"einsum(): output subscript {stray[0]} appears more than once in the output")
    return terms, result


def labels(text, hidden):
    """A term as a list of letters, with numbers for what ... stands for."""
    before, dots, after = text.partition("...")
    strange = next((c for c in before + after if c not in ascii_letters), None)
    if strange:
        raise ShapeFault(f"einsum(): {strange!r} is no letter", 'torch.einsum("ij,jk->ik", a, b)')
    return [*before, *(range(hidden, 0, -1) if dots else ()), *after]


def measured(terms, operands):
    """The length behind each letter; 1 meets any other."""
    lengths = {}
    for at, (term, x) in enumerate(zip(terms, operands, strict=True)):
        for c, n in zip(term, x.shape, strict=True):
            if lengths.get(c, 1) not in (1, n) and n != 1:
                raise ShapeFault(f"einsum(): the letter {c} stands for lengths {lengths[c]} and {n}, the latter in an "
                                 f"operand of shape {sized(x.shape)}").saying(
                    f"einsum(): subscript {c} has size {n} for operand {at} which does not broadcast with previously "
                    f"seen size {lengths[c]}")
            lengths[c] = n if lengths.get(c, 1) == 1 else lengths[c]
    return lengths


def align_operand(F, x, term, letters):
    """An operand with one dimension for each letter, of length 1 for those it does not have."""
    diagonals, order, present = _alignment(tuple(term), tuple(letters))
    for first, second in diagonals:
        x = F.diagonal(x, 0, first, second)
    x = F.permute(x, order)
    lengths = iter(x.shape)
    return F.reshape(x, tuple([next(lengths) if here else 1 for here in present]))


@lru_cache(256)
def _alignment(term, letters):
    """How an operand comes to have one dimension for each letter: the pairs of dimensions of which diagonals are taken,
    then the order of those left, and for each letter whether it has it."""
    diagonals = []
    for c in dict.fromkeys(term):
        while term.count(c) > 1:
            first = term.index(c)
            second = term.index(c, first + 1)
            diagonals.append((first, second))
            term = (*[t for i, t in enumerate(term) if i not in (first, second)], c)
    return diagonals, tuple([term.index(c) for c in letters if c in term]), [c in term for c in letters]


def contracted(F, a, b, summed):
    """The product of two operands with a dimension for each letter, summed over some by one product of matrices."""
    n = len(a.shape)
    for i in summed:    # what only one of them has is summed by itself
        if a.shape[i] != b.shape[i]:
            a, b = (F.sum(a, i, True), b) if b.shape[i] == 1 else (a, F.sum(b, i, True))
    if all(a.shape[i] == 1 for i in summed):
        return a * b
    both = [i for i in range(n) if i not in summed and a.shape[i] == b.shape[i]]
    mine = [i for i in range(n) if i not in summed and i not in both and b.shape[i] == 1]
    theirs = [i for i in range(n) if i not in summed and i not in both and i not in mine]
    order = both + mine + theirs + summed
    lengths = [max(a.shape[i], b.shape[i]) if 0 not in (a.shape[i], b.shape[i]) else 0 for i in order]
    batch, rows, columns, inner = (math.prod([a.shape[i] if which is not theirs else b.shape[i] for i in which])
                                   for which in (both, mine, theirs, summed))
    left = F.reshape(F.permute(a, both + mine + summed + theirs), (batch, rows, inner))
    right = F.reshape(F.permute(b, both + summed + theirs + mine), (batch, inner, columns))
    shape = [1 if i in summed else length for i, length in zip(order, lengths, strict=True)]
    back = sorted(range(n), key=lambda at: order[at])
    return F.permute(F.reshape(F.bmm(left, right), shape), back)
