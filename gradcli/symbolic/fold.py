"""Builders of expressions: they fold numbers, collect equal terms and factors, and drop what is 0 or 1.

Beyond that they keep the structure with which an expression is built; `simplification/` goes further.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from gradcli.symbolic.conditions import condition
from gradcli.symbolic.expression import (
    FALSE,
    HALF,
    MINUS_ONE,
    ONE,
    TRUE,
    TWO,
    ZERO,
    Add,
    Call,
    Cases,
    Condition,
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
    base_and_exponent,
    children,
    indices,
    is_integer,
    number,
)
from gradcli.symbolic.index_arithmetic import as_place, bounds, covers, multiples, value_of
from gradcli.symbolic.special_values import ROUNDINGS, VALUES, exact_power, is_even, with_signs_joined
from gradcli.symbolic.term_order import coefficient, order_of


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
            return Sum.over(index, change(body))
        case Symbol(name, places) if children(expr):
            return Symbol(name, tuple(as_place(change(p)) if isinstance(p, Expr) else p for p in places))
    return expr


def substitute(expr: Expr, places: dict[Index, Place]) -> Expr:
    """The expression with other places in the place of indices."""
    if not places:
        return expr
    match expr:
        case Symbol(name, old):
            return Symbol(name, tuple(as_place(substitute(value_of(p), places)) for p in old)) if old else expr
        case IndexValue(index):
            return value_of(places.get(index, index))
        case Sum(index, body):
            inner = Index(index.size)
            return Sum.over(inner, substitute(body, {**places, index: inner}))
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
    for term in _with_cases_merged(_distributed(_flat(terms, Add))):
        if isinstance(term, Number):
            total += term.value
            continue
        factor, base = coefficient(term)
        rest[base] = rest.get(base, Fraction(0)) + factor
    joined = next((base for base in rest if isinstance(base, Call) and base.name == "mod" and rest.get(
        Call("floordiv", base.arguments)) == rest[base] * _number_of(base.arguments[1])), None)
    if isinstance(joined, Call):        # n*(i // n) + i % n
        del rest[Call("floordiv", joined.arguments)]
        return add(number(total), mul(number(rest.pop(joined)), joined.arguments[0]), *(
            mul(number(factor), base) for base, factor in rest.items()))
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


def _distributed(terms: Iterator[Expr]) -> Iterator[Expr]:
    """The terms, numbers before sums of indices multiplied into them: 2 - (2 - i) is i."""
    for term in terms:
        ratio, rest = coefficient(term)
        if isinstance(rest, Add) and ratio != 1 and bounds(rest) is not None:
            yield from (mul(number(ratio), part) for part in rest.terms)
        else:
            yield term


def _with_cases_merged(terms: Iterator[Expr]) -> Iterator[Expr]:
    """The terms, piecewise ones joined where their conditions are the same, or are places of the same index."""
    same: dict[tuple[Expr, ...], Cases] = {}
    by_index: dict[Index, dict[Expr, Expr]] = {}
    for term in terms:
        if not isinstance(term, Cases):
            yield term
            continue
        index = _fixed_index(term)
        if index is not None:
            values = by_index.setdefault(index, {})
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
    for values in by_index.values():
        yield cases(tuple(sorted(values.items(), key=lambda item: _number_of(children(item[0])[1]))), ZERO)


def _fixed_index(term: Cases) -> Index | None:
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


def _number_of(expr: Expr) -> Fraction:
    return expr.value if isinstance(expr, Number) else Fraction(0)


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
            base, exponent = _base_and_exponent(factor)
            powers[base] = add(powers[base], exponent) if base in powers else exponent
    if not product:
        return ZERO
    parts: list[Expr] = []
    for base, exponent in with_signs_joined(powers).items():
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
    parts.sort(key=order_of)
    if product != 1:
        parts.insert(0, number(product))
    return parts[0] if len(parts) == 1 else Mul(tuple(parts)) if parts else ONE


def _base_and_exponent(factor: Expr) -> tuple[Expr, Expr]:
    """A factor as a power; exp(n*x) is a power of exp(x)."""
    if isinstance(factor, Call) and factor.name == "exp":
        ratio, rest = coefficient(factor.arguments[0])
        return Call("exp", (rest,)), number(ratio)
    return base_and_exponent(factor)


def power(base: Expr, exponent: Expr) -> Expr:
    """`base` to `exponent`: powers of numbers are computed where they are exact, powers of powers joined."""
    if exponent == ZERO:
        return ONE
    if exponent == ONE or base == ONE:
        return base
    if base == E:
        return call("exp", exponent)
    integral = is_integer(exponent)
    if isinstance(base, Number) and isinstance(exponent, Number):
        exact = exact_power(base.value, exponent.value)
        return Power(base, exponent) if exact is None else number(exact)
    if integral and isinstance(base, Power):
        return power(base.base, mul(base.exponent, exponent))
    if integral and isinstance(base, Mul):
        return mul(*(power(factor, exponent) for factor in base.factors))
    if isinstance(base, Call) and base.name == "exp":
        return call("exp", mul(base.arguments[0], exponent))
    if isinstance(base, Call) and base.name == "abs" and is_even(exponent):
        return power(base.arguments[0], exponent)
    return _root(base, exponent.value) if isinstance(exponent, Number) and not integral else Power(base, exponent)


def _root(base: Expr, exponent: Fraction) -> Expr:
    """A base to a fraction, real roots that are known drawn: of even powers, of roots, of positive numbers."""
    if isinstance(base, Power) and isinstance(base.exponent, Number):
        if base.exponent.value.denominator != 1:        # the inner base is positive where there is a root of it
            return power(base.base, number(base.exponent.value * exponent))
        if is_even(base.exponent):
            return power(call("abs", base.base), number(base.exponent.value * exponent))
    if isinstance(base, Mul):
        extracted = [factor for factor in base.factors if isinstance(factor, Number) and exact_power(
            factor.value, exponent) is not None or isinstance(factor, Power) and is_even(factor.exponent)]
        if extracted:
            rest = mul(*(factor for factor in base.factors if factor not in extracted))
            return mul(*(power(factor, number(exponent)) for factor in extracted), power(rest, number(exponent)))
    return Power(base, number(exponent))


def call(name: str, *arguments: Expr) -> Expr:
    """A function of numbers; sqrt, reciprocal and the like are powers."""
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
    if name in ROUNDINGS and len(arguments) == 1 and isinstance(x, Number):
        return number(ROUNDINGS[name](x.value))
    if name in ("floordiv", "mod"):
        return _index_quotient(name, x, arguments[1])
    if name in ("sign", "sgn", "abs"):
        return _sign_or_abs("abs" if name == "abs" else "sign", x)
    if name == "expm1":
        return add(call("exp", x), MINUS_ONE)
    if name == "xlogy":
        return mul(x, call("log", arguments[1]))
    return Call(name, arguments)


def _sign_or_abs(name: str, x: Expr) -> Expr:
    """The sign or the absolute value; a number that x begins with stands before it."""
    ratio, rest = coefficient(x)
    if isinstance(rest, Number):
        return number(abs(rest.value) if name == "abs" else (rest.value > 0) - (rest.value < 0))
    if name == "abs" and (isinstance(rest, Power) and is_even(rest.exponent) or isinstance(rest, Call) and (
            rest.name in ("abs", "exp"))):
        return mul(number(abs(ratio)), rest)
    return mul(number(abs(ratio) if name == "abs" else (ratio > 0) - (ratio < 0)), Call(name, (rest,)))


def _index_quotient(name: str, x: Expr, divisor: Expr) -> Expr:
    """The quotient or the remainder of index arithmetic."""
    assert isinstance(divisor, Number)
    divisible, rest = multiples(x, divisor.value)
    quotient, remainder = add(*(mul(term, power(divisor, MINUS_ONE)) for term in divisible)), add(*rest)
    ends = bounds(remainder)
    if ends is not None and ends[0] // divisor.value == ends[1] // divisor.value:
        times = number(ends[0] // divisor.value)
        return quotient + times if name == "floordiv" else remainder - times * divisor
    inner = Call(name, (remainder, divisor))
    return inner if name == "mod" else quotient + inner


def _logarithm(term: Expr) -> Expr | None:
    """What exp makes of a term that is a logarithm, or minus one; else None."""
    factor, rest = coefficient(term)
    if isinstance(rest, Call) and rest.name == "log" and abs(factor) == 1:
        return power(rest.arguments[0], number(factor))
    return None


def cases(branches: tuple[tuple[Expr, Expr], ...], otherwise: Expr) -> Expr:
    """A piecewise value; decided conditions and branches without effect go."""
    remaining: list[tuple[Expr, Expr]] = []
    for test, value in branches:
        if test == TRUE:
            otherwise = value
            break
        if test != FALSE:
            value = value.branches[0][1] if isinstance(value, Cases) and value.branches[0][0] == test else value
            value = _at_place(test, value)
            if remaining and remaining[-1][1] == value and not indices(test):
                test = condition("or", remaining.pop()[0], test)
            remaining.append((test, value))
    if isinstance(otherwise, Cases):
        tests = [test for test, _ in remaining]
        remaining += [branch for branch in otherwise.branches if branch[0] not in tests]
        otherwise = otherwise.otherwise
    if covers([test for test, _ in remaining]):
        otherwise = remaining.pop()[1]
    while remaining and remaining[-1][1] == otherwise:
        remaining.pop()
    return Cases(tuple(remaining), otherwise) if remaining else otherwise


def where(test: Expr, value: Expr, otherwise: Expr) -> Expr:
    """A value where a condition holds, and another elsewhere."""
    return cases(((test, value),), otherwise)


def _at_place(test: Expr, value: Expr) -> Expr:
    """A value where a condition holds: the index that the condition fixes has its number there."""
    if isinstance(test, Condition) and test.name == "eq" and isinstance(test.arguments[0], IndexValue) and isinstance(
            test.arguments[1], Number):
        return substitute(value, {test.arguments[0].index: as_place(test.arguments[1])})
    return value


OPERATORS: dict[str, Callable[..., Expr]] = {
    "add": add, "sub": lambda a, b: add(a, mul(MINUS_ONE, b)), "neg": lambda a: mul(MINUS_ONE, a),
    "mul": mul, "truediv": lambda a, b: mul(a, power(b, MINUS_ONE))}
for _name, _operator in OPERATORS.items():
    setattr(Expr, f"__{_name}__", _operator)
