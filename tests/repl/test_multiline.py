"""Whether Enter submits, and how far the next line is indented."""

from pathlib import Path

import pytest

from gradcli.faults.tree import Fault
from gradcli.lang.syntax.statements import statements
from gradcli.repl.incremental_parse import mistake, pieces
from gradcli.repl.multiline import dedented, indentation, ready

ROOT = Path(__file__).parents[2]


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


@pytest.mark.parametrize("text, moved", [
    ("if a:\n    b\n    else:", "else:"), ("if a:\n    b\n\n    else:", "else:"), ("    else:", "    else:"),
    ("if a:\n    for i in b:\n        c\n        else:", "    else:"),
    ("try:\n    b\n    except E as e:", "except E as e:"),
    ("if a:\n    if b:\n        c\n    else:", "    else:"), ("x = '''\nif a:\n    else:", "    else:"),
    ("if a:\n    b\n    ", "    "), ("if a:\n    elsewhere = 1", "    elsewhere = 1"),
    ("while a:\n    b\n    elif c:", "    elif c:"),
    ("if a:\n    b\n    elif c:", "elif c:"), ("try:\n    b\nexcept:\n    c\n    finally:", "finally:"),
])
def test_clauses_find_their_block(text, moved):
    assert dedented(text) == moved


LONG_FUNCTION = "def f(x):\n" + "".join(f"    x = x + {n}\n" for n in range(200))


@pytest.mark.parametrize("text, answer", [
    (LONG_FUNCTION.rstrip(), False), (LONG_FUNCTION, True), (LONG_FUNCTION + "    x = (\n", False),
    ("x = 1\n" * 300, True), ("x = 1\n" * 300 + "if x:", False), ("if x:\ny = 1", True), ("@f\ndef g():", False),
])
def test_long_texts_and_texts_of_several_statements(text, answer):
    assert ready(text) == answer


def test_pieces_are_the_statements_of_the_outermost_level():
    text = 'x = [\n1]\nif x:\n    y\n\nelse:\n    z\n"""\na\n"""\n# note\n@d\ndef f():\n    pass\n'
    assert [(line, piece.split("\n")[0]) for line, piece in pieces(text)] == [
        (0, "x = ["), (2, "if x:"), (7, '"""'), (10, "# note"), (11, "@d")]
    assert "\n".join(piece for _, piece in pieces(text)) == text


def code_starts(parts):
    """The lines, from 0, on which the code of (first line, text) pairs begins; comments and blank lines are none."""
    return [line + n for line, text in parts
            for n, code in enumerate(text.split("\n")) if code.strip() and code[0] != "#"
            if not any(other.strip() and other[0] != "#" for other in text.split("\n")[:n])]


def test_lines_split_a_text_as_the_parser_does():
    compared = 0
    for path in [*(ROOT / "examples").rglob("*.grad"), *(ROOT / "gradcli/lang").rglob("*.py")]:
        text = path.read_text()
        try:
            program = list(statements(text, path.name))
        except Fault:
            continue    # it does not parse, so only its lines can split it
        assert code_starts(pieces(text)) == code_starts((line - 1, part) for line, part in program), path
        compared += len(program)
    assert compared > 500


@pytest.mark.parametrize("text, place", [
    ("x = = 1", (1, 3)), ("x = 1\ny = 2 3\nz", (2, 7)), ("x = (1", None), ("if x:", None), ("x = 1", None),
    (":load (", None), ("sin?", None), ("if x:\n    y y\n", (2, 7)),
])
def test_only_what_no_more_text_can_mend_is_a_mistake(text, place):
    span = mistake(text)
    assert (span and (span.line, span.column)) == place
