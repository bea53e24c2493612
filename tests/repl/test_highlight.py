"""Colours, mistakes and matching brackets, as they are worked out for the screen."""

import pytest

pytest.importorskip("prompt_toolkit")

from prompt_toolkit.document import Document  # after the check that it is there

from gradcli.lang.syntax.parser import parse
from gradcli.repl.highlight import KEYWORDS, Highlighting, fragments, marks, matching_brackets
from gradcli.repl.prompt import grammar

parse("1\n")    # loads the grammar


def coloured(line, quote=""):
    return {text.strip(): colour for colour, text in fragments(grammar(), line, quote) if text.strip()}


def test_the_grammars_words_have_colours():
    styled = coloured("for x in 'a b': f\"{y}\"  # 3.5 'z'")
    assert "blue" in styled["for"] and "blue" in styled["in"] and styled["x"] == ""
    assert "green" in styled["'a b'"] and "green" in styled['f"{y}"'] and "black" in styled["# 3.5 'z'"]
    assert "cyan" in coloured("x = 3.5e-2")["3.5e-2"]


def test_every_keyword_of_the_grammar_is_one_here():
    assert set(grammar().lexer.keywords) | {"None", "True", "False"} == KEYWORDS


@pytest.mark.parametrize("line", ["x = 'open", '    """a b', "?? $ x", "", "   ", "x\\", ":load a b", "\t# x",
                                  "'a' 'b'  "])
def test_no_letter_is_lost_or_added(line):
    assert "".join(text for _, text in fragments(grammar(), line)) == line
    assert "".join(text for _, text in fragments(grammar(), line, '"""')) == line
    assert fragments(None, line) == (("", line),)


def test_a_string_over_several_lines_is_one_colour():
    text = 'x = """a\nfor b\n""" + c'
    line = Highlighting(grammar).lex_document(Document(text))
    assert all("green" in colour for colour, _ in line(1))
    assert [bool(colour) for colour, word in line(2) if word.strip()] == [True, False, False]


@pytest.mark.parametrize("text, position, pair", [
    ("f(a[1])", 1, [(0, 1), (0, 6)]), ("f(a[1])", 7, [(0, 6), (0, 1)]), ("f(a[1])", 4, [(0, 3), (0, 5)]),
    ("f(\n')'\n)", 1, [(0, 1), (2, 0)]), ("f(a]", 1, []), ("f(a", 1, []), ("a", 0, []), ("'('", 1, []), ("# (", 3, []),
    ("{\n# }\n}", 6, [(2, 0), (0, 0)]),
])
def test_brackets_match(text, position, pair):
    assert matching_brackets(grammar(), Document(text, position)) == pair


def test_a_mistake_is_marked_once_the_cursor_has_left_it():
    assert marks(grammar(), "x = = 1", 7)[0][0][:2] == (2, 5)
    assert not marks(grammar(), "x = =", 5)
    assert not marks(grammar(), "x = (1", 0)
