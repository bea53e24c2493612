"""Sums of products, written with a letter for each dimension."""

import math
from functools import lru_cache
from string import ascii_letters, ascii_lowercase, ascii_uppercase

import numpy as np

from gradcli.engine.autograd.signature import REFUSED, Plain, VariadicArraysKind, sized
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.tensors import NoSequence
from gradcli.faults.tree import ShapeFault, ValueFault
from gradcli.ops.base import ComplexOp

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


class Einsum(ComplexOp):
    """einsum(equation, *operands): the sum of the operands' products over all letters that stand for dimensions on
    the left of -> and not on the right, as in "ij,jk->ik". Or numbers stand for dimensions: a, [0, 1], b, [1, 2]."""

    method = False
    samples = [("ij,jk->ik", (A, B)), ("ij,jk", (A, B)), ("ii->i", (SQUARE,)), ("ii", (SQUARE,)), ("ij->", (A,)),
               ("...j,j->...", (A, [1.0, 2.0, 3.0])), ("ij,ij,ij->j", (A, A, A)),
               ("bi,bj,bij->b", (B, B, [SQUARE] * 3))]
    errors = [("ij,jk", (A, A)), ("ij", (A, B)), ("i!j", (A,)), ("ij->k", (A,)), ("ijk", (A,))]

    def compose(F, equation: Plain, operands: TermsKind("tensors") = ()):
        equation, operands = equation_with_letters(equation, operands)
        steps, remaining, shape = plan_einsum(equation, tuple([tuple(x.shape) for x in operands]))
        if len(operands) == 1:
            product = prepare_operand(F, operands[0], steps[0])
            return F.sum(product, remaining) if remaining else product
        product = operands[0]
        for (first_plan, second_plan, back), x in zip(steps, operands[1:], strict=True):
            a, b = prepare_operand(F, product, first_plan), prepare_operand(F, x, second_plan)
            product = a * b if back is None else F.permute(F.reshape(F.bmm(a, b), back[0]), back[1])
        return F.reshape(product, shape) if remaining else product


def equation_with_letters(equation, operands):
    """The equation and the operands of a call with lists of numbers, written with letters."""
    if type(equation) is str:
        tensors = operands[0] if len(operands) == 1 and isinstance(operands[0], list | tuple) else operands
        if tensors and all(isinstance(x, Tensor | np.ndarray) for x in tensors):
            return equation, tensors
        not_tensor = next((x for x in tensors if not isinstance(x, Tensor | np.ndarray)), None)
        raise NoSequence("einsum(): the operands are tensors", 'torch.einsum("ij,jk->ik", a, b)').saying(
            "einsum(): must specify the equation string and at least one operand, or at least one operand and its "
            "subscripts list" if not_tensor is None else "")
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
def parse_equation(equation, dims):
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
    check_letters(inputs, 0)
    check_letters(output, len(inputs) + 2)
    for text, n in zip(subscripts, dims, strict=True):
        if text.count("...") > 1:
            raise ShapeFault(f"einsum(): found '.' for operand {len(terms)} for which an ellipsis was already found")
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


def check_letters(text, start):
    """Refuse what is no letter; the text stands at `start` in the equation."""
    for at, c in enumerate(text, start):
        if c not in ascii_letters and c not in ".,":
            raise ShapeFault(f"einsum(): {c!r} is no letter", 'torch.einsum("ij,jk->ik", a, b)').saying(
                f"einsum(): invalid subscript given at index {at} in the equation string, subscripts must be in "
                "[a-zA-Z]")


def labels(text, hidden):
    """A term as a list of letters, with numbers for what ... stands for."""
    before, dots, after = text.partition("...")
    not_letter = next((c for c in before + after if c not in ascii_letters), None)
    if not_letter:
        raise ShapeFault(f"einsum(): {not_letter!r} is no letter", 'torch.einsum("ij,jk->ik", a, b)')
    return [*before, *(range(hidden, 0, -1) if dots else ()), *after]


def letter_lengths(terms, shapes):
    """The length behind each letter; 1 meets any other."""
    lengths = {}
    for at, (term, shape) in enumerate(zip(terms, shapes, strict=True)):
        for c, n in zip(term, shape, strict=True):
            if lengths.get(c, 1) not in (1, n) and n != 1:
                raise ShapeFault(f"einsum(): the letter {c} stands for lengths {lengths[c]} and {n}, the latter in an "
                                 f"operand of shape {sized(shape)}").saying(
                    f"einsum(): subscript {c} has size {n} for operand {at} which does not broadcast with previously "
                    f"seen size {lengths[c]}")
            lengths[c] = n if lengths.get(c, 1) == 1 else lengths[c]
    return lengths


@lru_cache(256)
def plan_einsum(equation, shapes):
    """The plan of einsum for operands of these shapes: steps, dimensions left to sum, shape of the result.

    A step takes the product so far and the next operand; of one operand alone it is how that is prepared.
    """
    terms, result = parse_equation(equation, tuple([len(shape) for shape in shapes]))
    lengths = letter_lengths(terms, shapes)
    letters = result + [c for c in lengths if c not in result]
    operands = [_operand(term, shape, letters) for term, shape in zip(terms, shapes, strict=True)]
    remaining = [i for i, c in enumerate(letters) if c not in result]
    if len(operands) == 1:
        return [_aligned(operands[0], ())], remaining, ()
    product, steps = operands[0], []
    for k, operand in enumerate(operands[1:], 1):
        # a letter can be summed as soon as no later operand has it
        later = {c for term in terms[k + 1 :] for c in term}
        step, lengths = _contraction(product, operand, [i for i in remaining if letters[i] not in later])
        steps.append(step)
        product = [], None, [True] * len(letters), lengths
    return steps, remaining, tuple(product[3][: len(result)])


def _operand(term, shape, letters):
    """The diagonals that an operand needs, the order of its dimensions then, whether it has each letter, and the
    lengths behind all letters, 1 for those that it has not."""
    diagonals, order, present = _alignment(tuple(term), tuple(letters))
    lengths = dict(zip(term, shape, strict=True))
    return diagonals, order, present, [lengths.get(c, 1) for c in letters]


def _aligned(operand, summed):
    """How an operand comes to have one dimension for each letter, and is summed over some of them."""
    diagonals, order, present, lengths = operand
    return diagonals, order, None if all(present) else tuple(lengths), summed, None


def _grouped(operand, summed, order, shape):
    """How an operand becomes a batch of matrices: its letters in this order, in groups of this shape."""
    diagonals, letters, present, _ = operand
    if summed:
        return *_aligned(operand, summed)[:4], (tuple(order), shape)
    places = [i for i, has in enumerate(present) if has]
    order = tuple([places.index(i) if letters is None else letters[places.index(i)] for i in order if present[i]])
    return diagonals, order, shape, (), None


def prepare_operand(F, x, plan):
    """An operand, or the product so far, as the plan wants it."""
    diagonals, order, shape, summed, regrouped = plan
    for first, second in diagonals:
        x = F.diagonal(x, 0, first, second)
    if order is not None:
        x = F.permute(x, order)
    if shape is not None:
        x = F.reshape(x, shape)
    for i in summed:
        x = F.sum(x, i, True)
    return x if regrouped is None else F.reshape(F.permute(x, regrouped[0]), regrouped[1])


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


def _contraction(a, b, summed):
    """The step that multiplies two operands and sums over some letters by one product of matrices, and its lengths."""
    first, second = list(a[3]), list(b[3])
    alone = [], []      # what only one of them has is summed by itself
    for i in summed:
        if first[i] != second[i]:
            lengths, sums = (first, alone[0]) if second[i] == 1 else (second, alone[1])
            lengths[i] = 1
            sums.append(i)
    n = len(first)
    joint = [max(x, y) if 0 not in (x, y) else 0 for x, y in zip(first, second, strict=True)]
    if all(first[i] == 1 for i in summed):
        return (_aligned(a, alone[0]), _aligned(b, alone[1]), None), joint
    both = [i for i in range(n) if i not in summed and first[i] == second[i]]
    first_only = [i for i in range(n) if i not in summed and i not in both and second[i] == 1]
    second_only = [i for i in range(n) if i not in summed and i not in both and i not in first_only]
    batch, rows, columns, inner = (math.prod([(second if which is second_only else first)[i] for i in which])
                                   for which in (both, first_only, second_only, summed))
    order = both + first_only + second_only + summed
    lengths = [1 if i in summed else joint[i] for i in range(n)]
    back = tuple([lengths[i] for i in order]), tuple(sorted(range(n), key=lambda at: order[at]))
    return (_grouped(a, alone[0], both + first_only + summed + second_only, (batch, rows, inner)),
            _grouped(b, alone[1], both + summed + second_only + first_only, (batch, inner, columns)), back), lengths
