"""Command lines that are nearly right: the first repair, pasted, is a command that succeeds."""

import re
import shlex

import pytest

from gradcli.commands import NAMES, command
from gradcli.console.argument_order import FREE
from gradcli.console.options import Argument
from support.program import gradcli

AT = ("--at", "x=2")
VECTOR = ("--at", "x=[1,2]")


def repaired(words, repair):
    """The words with a repair in its place: a whole command, an option with its value, or the expression."""
    parts = shlex.split(repair)
    if parts[0] == "gradcli":
        return parts[1:]
    if parts[0][:2] == "--":
        before = words.index(parts[0]) if parts[0] in words else len(words)
        return [*words[:before], *parts, *words[before + 2:]]
    return [words[0], repair, *words[2:]]


@pytest.mark.parametrize("words", [
    ("help",), ("help", "grad"), ("doc", "G0402"), ("version",), ("-c", "1 + 1"), ("-c",),
    ("grad", "y = x**2", *AT), ("grad", "lambda x: x**2", *AT),
    ("grad", "x\u00b2", *AT), ("grad", "x\u00b9\u2070", *AT),
    ("grad", "sin\u00b2(x)", *AT), ("grad", "\u03c0", *AT), ("grad", "x.sum()", "--at", "x=1,2"),
    ("grad", "x * 2", *VECTOR), ("grad", "y = x * 2; y", *VECTOR), ("hess", "x**2", *VECTOR),
    ("steps", "x * 2 + x", *VECTOR), ("steps", "y = x * 2; y", *VECTOR), ("diff", "det(x)"), ("diff", "x[0] * x[1]"),
    ("diff", "(x @ y).sum()", "--at", "y=[1.0, 2.0]"), ("steps", "y = x * 2", *VECTOR),
    ("grad", "x", *AT, "--wrt", ""), ("grad", "3"), ("diff", "3"), ("diff", "x = 3"),
    ("graph", "y = Variable(ones(2), requires_grad=True) * 2", "--of", "Y"),
    ("graph", "y = Variable(ones(2), requires_grad=True) * 2", "--of", "other"),
], ids=" ".join)
def test_the_first_repair_can_be_pasted(words):
    outcome = gradcli(*words)
    repair = re.search(r"= help: (.*?)(?:     .*)?$", outcome.err, re.MULTILINE)
    assert outcome.status in (1, 2, 3) and outcome.out == "" and repair, outcome.err
    again = gradcli(*repaired(words, repair[1]))
    assert again.status == 0 and again.err == "", repair[1]


@pytest.mark.parametrize("word, meant", [
    ("gradient", "grad"), ("hessian", "hess"), ("Jacobian", "jac"), ("derivative", "diff"), ("differentiate", "diff"),
    ("evaluate", "eval"), ("conf", "config"), ("checkgrad", "check"), ("docs", "doc"),
])
def test_a_word_that_begins_like_a_command_is_answered_with_it(word, meant):
    outcome = gradcli(word)
    assert outcome.status == 2 and f"there is no command '{word}'; did you mean '{meant}'?" in outcome.err


@pytest.mark.parametrize("words, message, help_of", [
    (("test", "a.txt", "-k"), "-k needs a value after it", "test"),
    (("config", "show", "--color"), "--color needs a value after it", "config show"),
    (("doc", "relu", "--color"), "--color needs a value after it", "doc"),
    (("grad", "x", *AT, "--order", "two"), "'two' is not a whole number", "grad"),
    (("check", "x", *AT, "--tol", "small"), "'small' is not a number", "check"),
    (("grad", "x", *AT, "-z"), "No such option: -z", "grad"),
])
def test_what_an_option_needs_is_said_in_the_same_words_by_every_command(words, message, help_of):
    outcome = gradcli(*words)
    assert outcome.status == 2 and message in outcome.err and f"= help: gradcli {help_of} --help\n" in outcome.err


def test_every_command_that_takes_a_program_takes_one_that_begins_with_a_dash():
    for name in NAMES:
        taken = [p.declared.metavar for p in command(name).parameters() if isinstance(p.declared, Argument)]
        if any(metavar.startswith(("EXPR", "SOURCE")) for metavar in taken):
            assert name in FREE


def test_a_file_that_eval_is_called_with_is_one_to_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "first.grad").write_text("print(3)\n")
    assert "= help: gradcli run first.grad     runs the file\n" in gradcli("eval", "first.grad").err
    assert "gradcli run" not in gradcli("eval", "second.grad").err


def test_a_derivative_of_a_file_with_several_values_names_the_file_again(tmp_path):
    file = tmp_path / "several.grad"
    file.write_text("y = x * 2\ny\n")
    outcome = gradcli("grad", str(file), *VECTOR)
    assert "= help: (y).sum()  " in outcome.err and f"= help: gradcli jac {file} --at 'x=[1,2]'" in outcome.err


def test_a_prompt_whose_first_program_cannot_be_read_does_not_begin():
    outcome = gradcli("repl", "--init", "missing.grad", stdin="1 + 1\n")
    assert outcome.status == 6 and outcome.out == "" and "cannot read missing.grad" in outcome.err
