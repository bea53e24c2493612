"""How the words after a command are dealt: what is an option and what an expression."""

import pytest

from gradcli.__main__ import _is_plain
from gradcli.console.argument_order import Spellings, sorted_words

EVERY, VALUED = {"-q", "--quiet", "-o", "--output", "--style"}, {"-o", "--output", "--style"}


@pytest.mark.parametrize("words, options, others", [
    (["1+1"], [], ["1+1"]),
    (["-2**2"], [], ["-2**2"]),
    (["-.5"], [], ["-.5"]),
    (["-(1+2)"], [], ["-(1+2)"]),
    (["-[1][0]"], [], ["-[1][0]"]),
    (["-x", "-e"], [], ["-x", "-e"]),
    (["-offset*2", "-quick"], [], ["-offset*2", "-quick"]),
    (["-q", "x"], ["-q"], ["x"]),
    (["x", "-q"], ["-q"], ["x"]),
    (["-o", "-file", "x"], ["-o", "-file"], ["x"]),
    (["--style", "modern", "-x"], ["--style", "modern"], ["-x"]),
    (["--style=modern", "-x"], ["--style=modern"], ["-x"]),
    (["--stlye", "x"], ["--stlye"], ["x"]),
    (["--2"], [], ["--2"]),
    (["-", "x"], [], ["-", "x"]),
    (["x", "--", "-q", "--style"], [], ["x", "-q", "--style"]),
    (["x", "-o"], ["-o"], ["x"]),
])
def test_options_come_first_and_expressions_keep_their_order(words, options, others):
    assert sorted_words(words, Spellings(EVERY, VALUED)) == [*options, "--", *others]


@pytest.mark.parametrize("word, plain", [("x", True), ("", True), ("-", True), ("-2", True), ("-.5", True),
                                         ("-(x)", True), ("-x", False), ("--x", False), ("-q", False)])
def test_only_what_cannot_be_an_option_takes_the_short_route(word, plain):
    assert _is_plain(word) is plain
