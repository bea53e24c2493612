"""Whether Enter submits, and how far the next line is indented."""

import pytest

from gradcli.repl.validate import indentation, ready


@pytest.mark.parametrize("text", ["", "  ", "x", "x = 1", "f(1)", "x)", "1 +* 2", ":vars", ":load (", "sin?",
                                  "if x:\n    y = 1\n", "for i in x: print(i)\n", "def f():\n    return 1\n\n",
                                  '"""a\nb"""', "x = [\n1]", "1; 2"])
def test_submits(text):
    assert ready(text)


@pytest.mark.parametrize("text", ["if x:", "if x:\n    y = 1", "f(", "[1,", "x = {", '"""a', "'''a\n", "1 + \\",
                                  "def f(a,\n", "while x: y = 1", "if x:\n    y = 1\nelse:", "class A:", "for i in x:"])
def test_continues(text):
    assert not ready(text)


@pytest.mark.parametrize("text, blanks", [
    ("if x:", 4), ("if x:\n    if y:", 8), ("if x:\n    y = 1", 4), ("def f():\n    return 1", 0),
    ("while x:\n    if y:\n        break", 4), ("x = (1,", 0), ("", 0), ("if x:\n    pass", 0), ("if x:   ", 4),
])
def test_indentation(text, blanks):
    assert indentation(text) == " " * blanks
