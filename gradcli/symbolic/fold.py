"""Builders of expressions: they fold numbers, collect equal terms and factors, and drop what is 0 or 1.

Beyond that they keep the structure with which an expression is built; `simplify.py` goes further.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from gradcli.symbolic.expression import (
    COMPARE,
    FALSE,
    HALF,
    MINUS_ONE,
    ONE,
    PI,
    TRUE,
    TWO,
    ZERO,
    Add,
    Call,
    Cases,
    Condition,
    Constant,
    E,
    Expr,
    Index,
    IndexValue,
    Mul,
    Number,
    Place,
    Power,
    Sum,
    Symbol,
    children,
    indices,
    number,
)

LARGEST_EXPONENT = 64       # powers of numbers up to which they are computed


def rebuild(expr: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """The expression with `change` applied to each direct part, folded again."""
    match expr:
        case Add(terms):
            return add(*map(change, terms))
        case Mul(factors):
            return mul(*map(change, factors))
        case Power(base, exponent):
            return power(change(base), change(exponent))
        case Call(name, arguments):
            return call(name, *map(change, arguments))
        case Condition(name, arguments):
            return condition(name, *map(change, arguments))
        case Cases(branches, otherwise):
            return cases(tuple((change(test), change(value)) for test, value in branches), change(otherwise))
        case Sum(index, body):
            return sum_over(index, change(body))
    return expr


def substitute(expr: Expr, places: dict[Index, Place]) -> Expr:
    """The expression with other places in the place of indices."""
    if not places:
        return expr
    match expr:
        case Symbol(name, old):
            return Symbol(name, tuple(places.get(p, p) if isinstance(p, Index) else p for p in old)) if old else expr
        case IndexValue(index):
            place = places.get(index, index)
            return IndexValue(place) if isinstance(place, Index) else number(place)
        case Sum(index, body):
            inner = Index(index.size)
            return sum_over(inner, substitute(body, {**places, index: inner}))
    return rebuild(expr, lambda part: substitute(part, places))


def replace_symbols(expr: Expr, values: Callable[[Symbol], Expr | None]) -> Expr:
    """The expression with the symbols replaced for which `values` returns an expression."""
    if isinstance(expr, Symbol):
        other = values(expr)
        return expr if other is None else other
    return rebuild(expr, lambda part: replace_symbols(part, values))


def add(*terms: Expr) -> Expr:
    """The sum of terms: numbers are added, equal terms collected."""
    total, rest = Fraction(0), dict[Expr, Fraction]()
    for term in _joined(_flat(terms, Add)):
        if isinstance(term, Number):
            total += term.value
            continue
        factor, base = _coefficient(term)
        rest[base] = rest.get(base, Fraction(0)) + factor
    parts = [mul(number(factor), base) for base, factor in rest.items() if factor]
    if total:
        parts.append(number(total))
    return parts[0] if len(parts) == 1 else Add(tuple(parts)) if parts else ZERO


def _flat(parts: tuple[Expr, ...], kind: type[Add] | type[Mul]) -> Iterator[Expr]:
    for part in parts:
        if isinstance(part, kind):
            yield from children(part)
        else:
            yield part


def _joined(terms: Iterator[Expr]) -> Iterator[Expr]:
    """The terms, piecewise ones joined where their conditions are the same, or are places of the same index."""
    same: dict[tuple[Expr, ...], Cases] = {}
    placed: dict[Index, dict[Expr, Expr]] = {}
    for term in terms:
        if not isinstance(term, Cases):
            yield term
            continue
        index = _placed(term)
        if index is not None:
            values = placed.setdefault(index, {})
            for test, value in term.branches:
                values[test] = add(values[test], value) if test in values else value
            continue
        tests = tuple(test for test, _ in term.branches)
        before = same.get(tests)
        same[tests] = term if before is None else Cases(
            tuple((test, add(a, b)) for (test, a), (_, b) in zip(before.branches, term.branches, strict=True)),
            add(before.otherwise, term.otherwise))
    for piecewise in same.values():
        yield cases(piecewise.branches, piecewise.otherwise)
    for values in placed.values():
        yield cases(tuple(sorted(values.items(), key=lambda item: _place_of(item[0]))), ZERO)


def _placed(term: Cases) -> Index | None:
    """The index of a term that is 0 but where this index has some values; None for any other term."""
    if term.otherwise != ZERO:
        return None
    indexed = set()
    for test, _ in term.branches:
        if not (isinstance(test, Condition) and test.name == "eq" and isinstance(test.arguments[0], IndexValue)
                and isinstance(test.arguments[1], Number)):
            return None
        indexed.add(test.arguments[0].index)
    return indexed.pop() if len(indexed) == 1 else None


def _place_of(test: Expr) -> Fraction:
    place = children(test)[1]
    return place.value if isinstance(place, Number) else Fraction(0)


def _coefficient(term: Expr) -> tuple[Fraction, Expr]:
    """The number that a term begins with, and the rest of it."""
    if isinstance(term, Mul) and isinstance(term.factors[0], Number):
        rest = term.factors[1:]
        return term.factors[0].value, rest[0] if len(rest) == 1 else Mul(rest)
    return Fraction(1), term


def mul(*factors: Expr) -> Expr:
    """The product of factors: numbers are multiplied, powers of equal bases joined, cases multiplied inside."""
    product, powers = Fraction(1), dict[Expr, Expr]()
    branching: Cases | None = None
    for factor in _flat(factors, Mul):
        if isinstance(factor, Number):
            product *= factor.value
        elif isinstance(factor, Cases) and branching is None:
            branching = factor
        else:
            base, exponent = (factor.base, factor.exponent) if isinstance(factor, Power) else (factor, ONE)
            powers[base] = add(powers[base], exponent) if base in powers else exponent
    if not product:
        return ZERO
    parts: list[Expr] = []
    for base, exponent in powers.items():
        part = power(base, exponent)
        if isinstance(part, Number):
            product *= part.value
        elif isinstance(part, Mul):
            parts += part.factors
        else:
            parts.append(part)
    if any(isinstance(part, Number) for part in parts):
        return mul(number(product), *parts)
    if branching is not None:
        rest = mul(number(product), *parts)
        return branching if rest == ONE else cases(tuple(
            (test, mul(rest, value)) for test, value in branching.branches), mul(rest, branching.otherwise))
    parts.sort(key=lambda part: (_rank(part), _name_of(part)))
    if product != 1:
        parts.insert(0, number(product))
    return parts[0] if len(parts) == 1 else Mul(tuple(parts)) if parts else ONE


def _rank(factor: Expr) -> int:
    """The place of a factor in a product: constants, names, sums in parentheses, functions."""
    base = factor.base if isinstance(factor, Power) else factor
    return {Number: 0, Constant: 1, Symbol: 2, IndexValue: 2, Add: 4, Call: 3}.get(type(base), 5)


def _name_of(factor: Expr) -> str:
    """The name of a symbol, by which symbols are sorted; "" for other factors, which stay in their order."""
    base = factor.base if isinstance(factor, Power) else factor
    return base.name if isinstance(base, Symbol) else ""


def power(base: Expr, exponent: Expr) -> Expr:
    """`base` to `exponent`: powers of numbers are computed where they are exact, powers of powers joined."""
    if exponent == ZERO:
        return ONE
    if exponent == ONE or base == ONE:
        return base
    if base == E:
        return call("exp", exponent)
    whole = isinstance(exponent, Number) and exponent.value.denominator == 1
    if isinstance(base, Number) and isinstance(exponent, Number):
        exact = _exact_power(base.value, exponent.value)
        return Power(base, exponent) if exact is None else number(exact)
    if whole and isinstance(base, Power):
        return power(base.base, mul(base.exponent, exponent))
    if whole and isinstance(base, Mul):
        return mul(*(power(factor, exponent) for factor in base.factors))
    if isinstance(base, Call) and base.name == "exp":
        return call("exp", mul(base.arguments[0], exponent))
    return Power(base, exponent)


def _exact_power(base: Fraction, exponent: Fraction) -> Fraction | None:
    """base ** exponent if it is rational and not too long, else None."""
    if exponent.denominator == 1:
        if abs(exponent) > LARGEST_EXPONENT or not base and exponent < 0:
            return None
        return base ** int(exponent)
    if base <= 0 or abs(exponent.numerator) > LARGEST_EXPONENT or exponent.denominator > LARGEST_EXPONENT:
        return None
    root = Fraction(*(round(part ** (1 / exponent.denominator)) for part in (base.numerator, base.denominator)))
    return root**exponent.numerator if root**exponent.denominator == base else None


VALUES: dict[tuple[str, Expr], Expr] = {
    ("exp", ZERO): ONE, ("exp", ONE): E, ("log", ONE): ZERO, ("log", E): ONE, ("sin", ZERO): ZERO, ("cos", ZERO): ONE,
    ("tan", ZERO): ZERO, ("tanh", ZERO): ZERO, ("sinh", ZERO): ZERO, ("cosh", ZERO): ONE, ("sin", PI): ZERO,
    ("cos", PI): MINUS_ONE, ("sigmoid", ZERO): HALF, ("atan", ZERO): ZERO, ("asin", ZERO): ZERO,
    ("erf", ZERO): ZERO}
"""Values of functions that are exact."""


def call(name: str, *arguments: Expr) -> Expr:
    """A function of numbers; sqrt, reciprocal and their kin are powers."""
    x = arguments[0] if arguments else ZERO
    if name == "sqrt":
        return power(x, HALF)
    if name == "rsqrt":
        return power(x, number(Fraction(-1, 2)))
    if name == "reciprocal":
        return power(x, MINUS_ONE)
    if name == "square":
        return power(x, TWO)
    if name == "exp" and isinstance(x, Add):
        logs = {term: inner for term in x.terms if (inner := _logarithm(term)) is not None}
        if logs:
            return mul(call("exp", add(*(term for term in x.terms if term not in logs))), *logs.values())
    if name == "exp" and (inner := _logarithm(x)) is not None:
        return inner
    if len(arguments) == 1 and (name, x) in VALUES:
        return VALUES[name, x]
    if name == "abs" and isinstance(x, Number):
        return number(abs(x.value))
    if name in ("sign", "sgn"):
        name = "sign"
        if isinstance(x, Number):
            return number((x.value > 0) - (x.value < 0))
    return Call(name, arguments)


def _logarithm(term: Expr) -> Expr | None:
    """What exp makes of a term that is a logarithm, or minus one; else None."""
    factor, rest = _coefficient(term)
    if isinstance(rest, Call) and rest.name == "log" and abs(factor) == 1:
        return power(rest.arguments[0], number(factor))
    return None




def condition(name: str, *arguments: Expr) -> Expr:
    """A comparison or a logical operation; decided where its parts are numbers."""
    if name in COMPARE:
        a, b = arguments
        if isinstance(a, Call) and a.name == "relu" and b == ZERO and name == "gt":
            return condition("gt", a.arguments[0], ZERO)
        if isinstance(a, Number) and isinstance(b, Number):
            return TRUE if COMPARE[name](a.value, b.value) else FALSE
        if a == b:
            return TRUE if name in ("le", "ge", "eq") else FALSE
    elif name == "not":
        if arguments[0] in (TRUE, FALSE):
            return FALSE if arguments[0] == TRUE else TRUE
    else:
        neutral, absorbing = (TRUE, FALSE) if name == "and" else (FALSE, TRUE)
        parts = tuple(dict.fromkeys(part for part in arguments if part != neutral))
        if absorbing in parts:
            return absorbing
        return neutral if not parts else parts[0] if len(parts) == 1 else Condition(name, parts)
    return Condition(name, arguments)


def cases(branches: tuple[tuple[Expr, Expr], ...], otherwise: Expr) -> Expr:
    """A piecewise value; decided conditions and branches without effect go."""
    kept: list[tuple[Expr, Expr]] = []
    for test, value in branches:
        if test == TRUE:
            otherwise = value
            break
        if test != FALSE:
            kept.append((test, value))
    if isinstance(otherwise, Cases):
        kept, otherwise = [*kept, *otherwise.branches], otherwise.otherwise
    while kept and kept[-1][1] == otherwise:
        kept.pop()
    return Cases(tuple(kept), otherwise) if kept else otherwise


def sum_over(index: Index, body: Expr) -> Expr:
    """The sum over an index: factors that do not depend on it stand before, and a single term that is not 0 alone."""
    if index not in indices(body):
        return mul(number(index.size), body)
    if index.size == 1:
        return substitute(body, {index: 0})
    if isinstance(body, Mul):
        outside = [factor for factor in body.factors if index not in indices(factor)]
        if outside:
            return mul(*outside, sum_over(index, mul(*(f for f in body.factors if f not in outside))))
    if isinstance(body, Cases) and body.otherwise == ZERO and len(body.branches) == 1:
        test, value = body.branches[0]
        place = _only_place(index, test)
        if place is not None:
            return substitute(value, {index: place})
        if _names_class(index, test) and index not in indices(value):
            return value
    return Sum(index, body)


def _only_place(index: Index, test: Expr) -> Place | None:
    """The place at which a condition of the form `index == place` holds; None for any other condition."""
    if not (isinstance(test, Condition) and test.name == "eq"):
        return None
    for here, there in (test.arguments, test.arguments[::-1]):
        if here == IndexValue(index):
            if isinstance(there, IndexValue) and there.index.size == index.size:
                return there.index
            if isinstance(there, Number) and 0 <= there.value < index.size and there.value.denominator == 1:
                return int(there.value)
    return None


def _names_class(index: Index, test: Expr) -> bool:
    """Whether a condition holds at one place, which an element of a tensor of classes names."""
    return isinstance(test, Condition) and test.name == "eq" and test.arguments[0] == IndexValue(index) and (
        isinstance(test.arguments[1], Symbol))


Expr.__add__ = lambda a, b: add(a, b)                                       # type: ignore[method-assign]  # declared there
Expr.__sub__ = lambda a, b: add(a, mul(MINUS_ONE, b))                       # type: ignore[method-assign]  # the same
Expr.__mul__ = lambda a, b: mul(a, b)                                       # type: ignore[method-assign]  # the same
Expr.__truediv__ = lambda a, b: mul(a, power(b, MINUS_ONE))                 # type: ignore[method-assign]  # the same
Expr.__neg__ = lambda a: mul(MINUS_ONE, a)                                  # type: ignore[method-assign]  # the same
