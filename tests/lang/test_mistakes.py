"""An exception that a program catches and prints reads as in CPython: its text, its arguments, its repr."""

import pytest

from lang.against_python import Both
from lang.mistakes import EXPRESSIONS, STATEMENTS

BOTH = Both()
PROGRAM = """try:
    {}
except Exception as e:
    print(e, '|', e.args, '|', repr(e))
else:
    print('nothing is wrong')
"""


@pytest.mark.parametrize("line", [f"print({line})" for line in EXPRESSIONS] + STATEMENTS)
def test_what_programs_read_of_a_mistake(line):
    text = PROGRAM.format(line.replace("¶", "\n    "))
    expected = BOTH.pythons(text)
    assert BOTH.ours(text) == expected
    assert "|" in expected[0], "CPython finds nothing wrong with it"
