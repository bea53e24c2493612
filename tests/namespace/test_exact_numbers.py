"""`fractions` and `decimal` beside CPython's own: random expressions print the same; nothing grows without bound."""

import random
import textwrap

import pytest

from gradcli.faults.tree import Fault
from gradcli.session.session import Session

HEAD = ("import math\nfrom fractions import Fraction\nfrom decimal import Decimal, getcontext, localcontext\n"
        "import decimal\n")
BINARY = ["+", "-", "*", "/", "//", "%", "**", "<", "<=", ">", ">=", "==", "!="]
UNARY = ["-{}", "+{}", "abs({})", "int({})", "float({})", "round({})", "round({}, 1)", "bool({})", "math.floor({})",
         "math.ceil({})", "str({})", "[{}]", "len({{{0}, {0}}})", "format({}, '')", "'%s %r' % ({}, 1)", "{{{}: 1}}",
         "divmod({}, 3)",
         "sum([{}, 2])", "max({}, 1)", "type({}).__name__", "isinstance({}, int)"]
METHODS = {"Fraction": [".numerator", ".denominator", ".limit_denominator(7)", ".as_integer_ratio()", ".conjugate()"],
           "Decimal": [".sqrt()", ".exp()", ".ln()", ".log10()", ".normalize()", ".quantize(Decimal(\"0.01\"))",
                       ".to_integral_value()", ".as_tuple()", ".adjusted()", ".is_zero()", ".is_signed()",
                       ".copy_abs()", ".compare(Decimal(2))", ".max(Decimal(1))", ".as_integer_ratio()",
                       ".quantize(Decimal(1), rounding=decimal.ROUND_UP)", ".scaleb(2)", ".fma(2, 3)"]}


def random_expression(rng, kind, depth=2):
    """An expression of fractions or of decimals, whole numbers and now and then a float."""
    if depth == 0 or rng.random() < .2:
        whole = rng.choice(("0", "1", "2", "-3", "7", "True"))
        exact = rng.choice(('"3/4"', "-2, 7", "5", '"0.125"', "0.5", "1, 3", '"1e-3"') if kind == "Fraction" else
                           ('"1.10"', '"-2.5"', "3", '"0.005"', "0.5", '"1E+3"', '"NaN"', '"-0"'))
        return rng.choice((whole, f"{kind}({exact})", f"{kind}({exact})", "0.5"))
    inner = random_expression(rng, kind, depth - 1)
    roll = rng.random()
    if roll < .15:
        return f'({kind}("2") + {inner}){rng.choice(METHODS[kind])}'
    if roll < .85:
        other = random_expression(rng, kind, depth - 1)
        return f"({inner} {rng.choice(BINARY)} {other})"
    return rng.choice(UNARY).format(inner)


def random_program(seed, count=150):
    """Statements that print random expressions, or the class and message of what they raise."""
    rng = random.Random(seed)
    lines = [HEAD]
    for number in range(count):
        kind = rng.choice(("Fraction", "Decimal"))
        lines.append(f"try: print({number}, {random_expression(rng, kind)})\n"
                     "except (ArithmeticError, ValueError, TypeError, AttributeError) as e: "
                     f"print({number}, type(e).__name__, e)\n")
    return "".join(lines)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.filterwarnings("ignore::SyntaxWarning")
def test_random_expressions_print_as_under_python(seed, capsys):
    program = random_program(seed)
    exec(program, {})   # one of the programs above
    assert Session().run(program, echo=False) == capsys.readouterr().out


CONTEXTS = HEAD + """
getcontext().prec = 50
print(Decimal(1) / 7, getcontext().prec, getcontext().rounding)
with localcontext() as c:
    c.prec = 5
    c.rounding = decimal.ROUND_DOWN
    print(Decimal(2) / 3)
print(Decimal(2).sqrt(), f"{Decimal('1234567.891'):,.2f}", f"{Decimal('1.5'):>10}")
decimal.setcontext(decimal.Context(prec=3))
print(Decimal(2) / 3)
try:
    getcontext().rounding = "UP"
except TypeError as e:
    print(e)
"""


def test_contexts_print_as_under_python_and_end_with_the_session(capsys):
    exec(f"import decimal\nwith decimal.localcontext():\n{textwrap.indent(CONTEXTS, '    ')}", {})
    assert Session().run(CONTEXTS, echo=False) == capsys.readouterr().out
    assert Session().run(HEAD + "print(getcontext().prec)", echo=False) == "28\n"


@pytest.mark.parametrize("call", [
    "Fraction('1e1000000000')", "Fraction(2) ** (10**9)", "Fraction(2)**40000 * Fraction(2)**40000",
    "2 ** Fraction(10**9)", "Fraction(2 ** 100000)", "Fraction(1) + 2 ** 100000", "Fraction('1' * 10**6)",
    "Decimal('1' * 10**6)", "Decimal('1e999999')", "int(Decimal('1e999999999'))", "Decimal(2 ** 100000)",
    "Fraction(1)._own", "Decimal(1)._own", "decimal.Context(prec=10**9)", "getcontext().Emax", "getcontext()._own",
    "getcontext().traps", "round(Fraction(1, 3), 10**9)", "Fraction(Decimal('1e15000'))", "decimal.Decimal.__new__",
    "Fraction('1e1_000_000_000')", "Fraction('1e-1_000_000_000')", "Fraction('1e0000000009999999999')",
    "Fraction.__init__", "f'{Decimal(1):.999999999f}'", "Fraction(1).limit_denominator('x')",
    "Decimal(1).quantize(Decimal(1), rounding='x')", "Fraction.from_float.__globals__",
    "decimal.getcontext.__globals__", "Decimal(1).__reduce__()", "Fraction(3).__class__.__bases__",
    "Decimal(1).scaleb(30000)"])
def test_growth_and_reflection_are_refused(call):
    with pytest.raises(Fault):
        Session().run(f"{HEAD}{call}", echo=False)


def test_each_session_has_a_context_of_its_own():
    one, other = Session(), Session()
    one.run("import decimal; decimal.getcontext().prec = 5", echo=False)
    other.run("import decimal; decimal.Decimal(1)", echo=False)
    assert one.eval("str(decimal.Decimal(1) / 3)") == "0.33333"
    assert len(other.eval("str(decimal.Decimal(1) / 3)")) == 30


def test_they_are_numbers_of_the_abstract_classes_and_of_percent():
    program = HEAD + ("import numbers\n"
                      "print(isinstance(Fraction(1, 2), numbers.Rational), isinstance(Decimal(1), numbers.Number))\n"
                      "print('%d %.2f %5.1f' % (Decimal('2.5'), Decimal('2.555'), Fraction(5, 2)))")
    assert Session().run(program, echo=False) == "True True\n2 2.56   2.5\n"
