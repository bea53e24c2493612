"""Matrix terms in the notation of textbooks, with the signs of Unicode; `latex.py` beside it writes LaTeX."""

from __future__ import annotations

from typing import Any

from gradcli.symbolic.expression import HALF, MINUS_ONE, ONE, TWO, Expr, Number
from gradcli.symbolic.fold import mul
from gradcli.symbolic.matrices.products import place_of_unit, transposed
from gradcli.symbolic.matrices.terms import (
    Compared,
    Diagonal,
    Expanded,
    Filled,
    Function,
    Lifted,
    MatMul,
    Name,
    NoMatrixForm,
    Outer,
    Product,
    Reduced,
    Sum,
    Term,
    Transposed,
)
from gradcli.symbolic.matrices.text import ATOM, PRODUCT, SUM, MatrixText, has_minus, is_negative, quotient_of
from gradcli.symbolic.text import SIGNS, SUBSCRIPTS, SUPERSCRIPTS, UNICODE, UNICODE_SIGNS, Writer, greek

OF_CLASSES = ("softmax", "log_softmax", "logsumexp")
NAMES = {"trace": "tr", "one_hot": "onehot", "svd0": "U", "svd1": "S", "svd2": "Vh", "eigh0": "L", "eigh1": "V"}


class UnicodeMatrices(MatrixText):
    """Writes terms with juxtaposed matrices, columns as vectors, and the dot in a circle for elements.

    The signs are those of Unicode; a notation with others derives from it.
    """

    minus, times, over, ones, identity, transpose, inverse, bars = "−", "⊙", "⊘", "𝟏", "I", "ᵀ", "⁻¹", False
    inverse_transpose = "⁻ᵀ"
    signs, basis, digits = {**SIGNS, **UNICODE_SIGNS}, "e{}", SUBSCRIPTS        # never changed; of rows of the identity

    def __init__(self, decimals: bool = False) -> None:
        self.writer = Writer((), decimals, UNICODE)

    # the signs of one notation

    def identifier(self, name: str) -> str:
        """A name of the program."""
        return greek(name)

    def joined(self, parts: list[str]) -> str:
        """A product of matrices."""
        text = parts[0]
        for before, part in zip(parts, parts[1:], strict=False):
            close = all(piece.startswith("(") or len(piece.rstrip("ᵀ⁻¹")) == 1 for piece in (before, part))
            text += ("" if close else " ") + part
        return text

    def indexed(self, base: str, items: list[str]) -> str:
        """An element, a row or a column."""
        return f"{base}[{', '.join(items)}]"

    def raised(self, base: str, exponent: str) -> str:
        """A power of a number."""
        return base + exponent.translate(SUPERSCRIPTS) if exponent.isdigit() else f"{base}^({exponent})"

    def elements_raised(self, base: str, exponent: str) -> str:
        """A power of each element."""
        return f"{base}^∘{exponent}" if exponent.isalnum() else f"{base}^∘({exponent})"

    def root(self, text: str) -> str:
        """A square root."""
        return f"√({text})"

    def called(self, name: str, arguments: list[str]) -> str:
        """A function of some arguments."""
        if name == "abs":
            return f"|{arguments[0]}|"
        return f"{NAMES.get(name, name)}({', '.join(arguments)})"

    def norm(self, text: str, index: str) -> str:
        """A norm, by its index."""
        return f"‖{text}‖" + (f"_{index}" if index else "")

    # terms

    def write(self, term: Term) -> tuple[str, int]:
        """The text of a term, and the precedence of its outermost operator."""
        match term:
            case Name(_, name):
                return self.identifier(name), ATOM
            case Filled(_, value):
                return self.number(value), SUM if has_minus(term) else ATOM
            case Sum(shape, terms):
                return self.sum(terms, shape), SUM
            case Product():
                return self.product(term)
            case MatMul(shape, factors):
                texts = [self.operand(factor, ATOM) for factor in factors]
                if len(factors[0].shape) == 1:
                    texts[0] = self.transposed_text(factors[0])
                return self.joined(texts), PRODUCT
            case Outer(_, left, right):
                return self.joined([self.operand(left, ATOM), self.transposed_text(right)]), PRODUCT
            case Transposed(_, matrix):
                return self.transposed_text(matrix), ATOM
            case Compared(_, name, left, right):
                return f"{self.ones}[{self.text(left)} {self.signs[name]} {self.text(right)}]", ATOM
            case Function():
                return self.function(term)
        return self.reshaping(term)

    def transposed_text(self, term: Term) -> str:
        """A term transposed."""
        if isinstance(term, Transposed | Outer | Lifted | Diagonal):
            return self.operand(transposed(term), ATOM)
        if isinstance(term, Function) and term.name == "inverse":
            return self.operand(term.arguments[0], ATOM) + self.inverse_transpose
        return self.operand(term, ATOM) + self.transpose

    def reshaping(self, term: Term) -> tuple[str, int]:
        """What sums over dimensions, repeats, or adds dimensions."""
        match term:
            case Lifted(_, source, dim) if len(source.shape) == 1:
                return (self.text(source), self.write(source)[1]) if dim else (self.transposed_text(source), ATOM)
            case Expanded(shape, source):
                return self.repeated(source, shape), PRODUCT
            case Diagonal(_, Filled(_, value)) if value == ONE:
                return self.identity, ATOM
            case Diagonal(_, vector):
                return self.called("diag", [self.text(vector)]), ATOM
            case Reduced():
                return self.reduced(term)
        raise NoMatrixForm

    def repeated(self, source: Term, shape: tuple[int, ...]) -> str:
        """A vector or a number that a matrix or a vector repeats."""
        ones, row = self.ones, self.ones + self.transpose
        if not source.shape:
            return self.joined([self.operand(source, ATOM), ones, *([row] if len(shape) == 2 else [])])
        if len(shape) == 2 and len(source.shape) == 1:
            return self.joined([ones, self.transposed_text(source)])
        if len(shape) == 2 and source.shape == (shape[0], 1):
            return self.joined([self.operand(source, ATOM), row])
        raise NoMatrixForm

    def reduced(self, term: Reduced) -> tuple[str, int]:
        """A sum or a mean over dimensions."""
        source, dims = term.source, term.dims
        complete = len(dims) == len(source.shape)
        if norm := self.norm_squared(term):
            return self.raised(norm, self.number(TWO)), ATOM
        if pair := _dot_product(term):
            return self.joined([self.transposed_text(pair[0]), self.operand(pair[1], ATOM)]), PRODUCT
        if term.name == "mean" or len(source.shape) > 2:
            if not complete:
                raise NoMatrixForm
            return self.called(term.name, [self.text(source)]), ATOM
        inner, row = self.operand(source, ATOM), self.ones + self.transpose
        if complete:
            return self.joined([row, inner, *([self.ones] if len(source.shape) == 2 else [])]), PRODUCT
        return self.joined([self.transposed_text(source) if dims == (0,) else inner, self.ones]), PRODUCT

    def norm_squared(self, term: Term) -> str:
        """The norm whose square a sum of squares, or the product of a vector with itself, is; "" for other terms."""
        if isinstance(term, MatMul) and not term.shape and term.factors == term.factors[:1] * 2:
            return self.norm(self.text(term.factors[0]), "")
        if not isinstance(term, Reduced) or term.name != "sum" or len(term.dims) != len(term.source.shape):
            return ""
        source = term.source
        if not isinstance(source, Product) or source.number != ONE or [power for _, power in source.factors] != [TWO]:
            return ""
        [(base, _)] = source.factors
        return self.norm(self.text(base), "F" if len(base.shape) == 2 else "")

    def summand(self, term: Term, shape: tuple[int, ...]) -> str:
        """A term of a sum, without its sign; vectors are repeated where they stand beside matrices."""
        return self.repeated(term, shape) if term.shape and term.shape != shape else super().summand(term, shape)

    def product(self, term: Product) -> tuple[str, int]:
        """A number, quotients of numbers, and products of elements."""
        sign = self.minus if has_minus(term) else ""
        value = mul(MINUS_ONE, term.number) if sign else term.number
        ratio = value.value if isinstance(value, Number) else None
        if ratio is not None and (ratio.denominator == 1 or "." in self.number(value)):
            above, below = [self.number(value)] * (value != ONE), []
        else:
            above, below = ([*map(self.number, part)] for part in quotient_of(value))
        scalars = [(factor, exponent) for factor, exponent in term.factors if not factor.shape]
        under = [pair for pair in scalars if is_negative(pair[1])]
        alone = len(under) == 1 and not below
        above += [self.power(*pair) for pair in scalars if not is_negative(pair[1])]
        below += [self.text(factor) if alone and self.bars and exponent == MINUS_ONE else self.power(factor, exponent)
                  for factor, exponent in under]
        rest = self.elements([pair for pair in term.factors if pair[0].shape], term.shape,
                             bool(above or below or sign))
        text = self.quotient(above, below, rest, bool(under))
        return sign + text, SUM if sign else PRODUCT

    def quotient(self, above: list[str], below: list[str], rest: str, has_terms: bool) -> str:
        """Numbers before a tensor and below it; `has_terms` says that these are not only known ones."""
        text = " ".join([*above, *([rest] if rest else [])]) or "1"
        return text + ("" if not below else f"/{below[0]}" if len(below) == 1 else f"/({' '.join(below)})")

    def power(self, factor: Term, exponent: Expr) -> str:
        """A factor to an exponent, whose sign does not count."""
        if is_negative(exponent):
            exponent = mul(MINUS_ONE, exponent)
        if exponent == ONE:
            return self.operand(factor, ATOM)
        if exponent != ONE and (norm := self.norm_squared(factor)):
            exponent = mul(TWO, exponent)
            return norm if exponent == ONE else self.raised(norm, self.exponent(exponent))
        if exponent == HALF:
            return self.root(self.text(factor))
        raised = self.elements_raised if factor.shape else self.raised
        return raised(self.operand(factor, ATOM), self.exponent(exponent))

    def exponent(self, value: Expr) -> str:
        """An exact number as an exponent."""
        return self.number(value)

    def elements(self, factors: list[tuple[Term, Expr]], shape: tuple[int, ...], behind_number: bool) -> str:
        """A product of tensors element by element; rows and columns beside a matrix are diagonal matrices."""
        left: list[str] = []
        right: list[str] = []
        middle: list[str] = []
        divisors: list[str] = []
        alone = len(factors) == 1 and factors[0][1] == ONE
        for factor, exponent in factors:
            if alone:
                return self.operand(factor, PRODUCT)
            text = self.power(factor, exponent)
            if isinstance(factor, MatMul | Outer) and exponent == ONE:
                text = self.text(factor)
            beside = len(shape) == 2 and factor.shape != shape
            if beside and factor.shape == (1, 1):
                raise NoMatrixForm
            if beside and not is_negative(exponent):
                row = len(factor.shape) == 1 or factor.shape[0] == 1
                (right if row else left).append(self.called("diag", [self.text(factor) if exponent == ONE else text]))
            elif beside:
                raise NoMatrixForm
            elif is_negative(exponent):
                divisors.append(text)
            else:
                middle.append(text)
        text = f" {self.times} ".join(middle)
        if divisors:
            text = f" {self.over} ".join([text or self.ones, *divisors])
        if left and right and not text:
            text = self.joined([self.ones, self.ones + self.transpose])
        if left or right:
            text = self.joined([*left, *([self.parenthesised(text) if len(middle) + len(divisors) > 1 else text]
                                         if text else []), *right])
        elif behind_number and (len(middle) > 1 or divisors):
            text = self.parenthesised(text)
        return text

    def function(self, term: Function) -> tuple[str, int]:
        """A call of a function."""
        first = term.arguments[0]
        if (at := place_of_unit(term)) is not None:
            return self.basis.format(str(at).translate(self.digits)), ATOM
        if term.name == "inverse":
            return self.operand(first, ATOM) + self.inverse, ATOM
        if term.name == ".norm":
            index = self.plain(term.arguments[1]) if len(term.arguments) > 1 else "F" if len(first.shape) == 2 else ""
            return self.norm(self.text(first), index), ATOM
        if term.name == "pow" and isinstance(first, Term):
            return self.elements_raised(self.operand(first, ATOM), self.text(term.arguments[1])), ATOM
        if term.name == "torch.slogdet" and term.result == 1:
            return self.called("log", [self.called("abs", [self.called("det", [self.text(first)])])]), ATOM
        if term.name in OF_CLASSES and term.arguments[1] == len(first.shape) - 1:
            return self.called(term.name, [self.text(first)]), ATOM
        if term.name == "[]" and all(item == ":" or item.isdigit() for item in term.arguments[1:]):
            items = list(term.arguments[1:])
            if len(items) < len(first.shape) == 2:      # a row, as the column that vectors are
                first, items = transposed(first), [":", *items]
            text = self.text(first)
            return self.indexed(text if isinstance(first, Name) else self.parenthesised(text), items), ATOM
        if term.name in (".reshape", ".squeeze", "[]"):
            raise NoMatrixForm
        name = term.name.rpartition(".")[2] + ("" if term.result is None else str(term.result))
        return self.called(name, [self.plain(value) for value in term.arguments[
            :1 if term.name == "F.one_hot" or term.result is not None else None]]), ATOM

    def plain(self, value: Any) -> str:
        """An argument of a function."""
        if isinstance(value, Term):
            return self.text(value)
        if isinstance(value, tuple):
            return ", ".join(map(self.plain, value))
        return str(value)


def _dot_product(term: Reduced) -> tuple[Term, Term] | None:
    """The two vectors the sum of whose products is a term."""
    source = term.source
    if term.name != "sum" or len(source.shape) != 1 or not isinstance(source, Product) or source.number != ONE:
        return None
    factors = [factor for factor, power in source.factors if power == ONE and factor.shape == source.shape]
    return (factors[0], factors[1]) if len(factors) == len(source.factors) == 2 else None
