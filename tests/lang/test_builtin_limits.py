"""Numbers, strings and lists keep to the documented limits, whichever built-in makes them."""

import pytest

from gradcli.faults.mistakes import SizeLimit
from gradcli.faults.tree import Fault
from gradcli.lang.budget import Budget
from gradcli.session.session import Session

BITS, ITEMS, CHARACTERS = Budget.bits, Budget.items, Budget.characters
WITHIN = {
    f"int('1' * {BITS}, 2).bit_length()": BITS, f"int('f' * {BITS // 4}, 16).bit_length()": BITS, "int('0' * 2000000 + '1', 16)": 1,
    f"int('0x' + 'f' * {BITS // 4}, 0).bit_length()": BITS, "int(' -0b1_1 ', 2)": -3, "int('ff', base=16)": 255, "int('z' * 4, 36)": 36**4 - 1,
    "math.prod([2, 3], start=4)": 24, "math.prod([2, 2, 2])": 8, "math.comb(20000, 1)": 20000, "round(123456, -2)": 123500,
    "'\u00df'.upper()": "SS", "str.title('ab c')": "Ab C", "'a b'.split()": ["a", "b"], "str.split('a,b', ',')": ["a", "b"],
    "'a\\nb'.splitlines()": ["a", "b"], f"len(('x' * {ITEMS + 5}).split('y'))": 1, f"len(('x,' * {ITEMS // 2 + 5}).split(',', 3))": 4,
    f"len(('\u00df' * {CHARACTERS // 2}).upper())": CHARACTERS, f"0x{'f' * 1000}.bit_length()": 4000}
BEYOND = (
    f"int('1' * {BITS + 1}, 2)", f"int('f' * {BITS // 4 + 1}, 16)", "int('f' * 10 ** 8, 16)", "{int('f' * 10 ** 8, 16): 1}",
    f"int('0x' + 'f' * {BITS // 4 + 1}, 0)", f"int('7' * {BITS}, base=8)", f"len((',' * {ITEMS}).split(','))",
    f"('\u00df' * ({CHARACTERS // 2} + 1)).upper()", "round(5, -10 ** 9)", "math.factorial(20001)", "math.comb(10 ** 6, 2)",
    "'a'.zfill(10 ** 9)", "'a\\t'.expandtabs(10 ** 9)", f"str.split(',' * {ITEMS}, ',')")


@pytest.mark.parametrize("expression", WITHIN)
def test_what_is_within(expression):
    assert Session().eval(expression) == WITHIN[expression]


@pytest.mark.parametrize("expression", BEYOND)
def test_what_is_beyond(expression):
    with pytest.raises(SizeLimit):
        Session().eval(expression)


@pytest.mark.parametrize("expression", ["math.prod([10 ** 9], start='a')", "math.prod([[1], 10 ** 9])", "int('x' * 10, 16)",
                                        f"0x{'f' * (BITS // 4 + 1)}", "int('1' * 5000)"])
def test_what_is_refused(expression):
    with pytest.raises(Fault):
        Session().eval(expression)
