"""An exception that a program catches and prints reads as in CPython: its text, its arguments, its repr."""

from pathlib import Path

import pytest

from lang.against_python import Both

BOTH = Both()
LINES = Path(__file__).with_name("mistakes.txt").read_text().splitlines()     # ¶ parts the lines of one program
PROGRAM = """try:
    {}
except Exception as e:
    print(e, '|', e.args, '|', repr(e))
else:
    print('nothing is wrong')
"""


@pytest.mark.parametrize("line", LINES)
def test_what_programs_read_of_a_mistake(line):
    text = PROGRAM.format(line.replace("¶", "\n    "))
    expected = BOTH.pythons(text)
    assert BOTH.ours(text) == expected
    assert "|" in expected[0], "CPython finds nothing wrong with it"
