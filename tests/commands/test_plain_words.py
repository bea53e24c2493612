"""Plain command lines mean the same to the short route and to Typer; what is not plain is left to Typer."""

import random

import pytest
import typer

from gradcli.cli import app
from gradcli.commands import NAMES, PLAIN, command
from gradcli.console.argument_order import reorder
from gradcli.console.options import Argument, Option
from gradcli.console.plain_words import NotPlain, arguments
from gradcli.console.typer_options import action
from support.program import gradcli

GROUP = typer.main.get_command(app)
OF_VALUES = {int: ("1", "2"), float: ("0.5", "1e-3", "2"), str: ("x=2", "x**2 * sin(x)", "sigmoid", "a b", "ö")}
UNREADABLE = {int: ("x", "1.5", "-3", "999999999999", "", "\u0663"), float: ("x", "-1", "inf", "nan", "1_0", ""),
              str: ("", "-1")}


def everything(name):
    this = command(name)
    return this.parameters() + this.settings()


@pytest.mark.parametrize("name", sorted(PLAIN))
def test_random_lines_mean_the_same(name):
    rng, parameters = random.Random(name), everything(name)
    for _ in range(15):
        words = line(rng, parameters)
        try:
            plain = arguments(parameters, words)
        except NotPlain:
            plain = None
        if plain is not None:
            assert plain == under_typer(name, words), words


@pytest.mark.parametrize("name", sorted(PLAIN))
def test_what_is_not_plain_is_refused(name):
    parameters = everything(name)
    sources = ["1"] if any(isinstance(p.declared, Argument) and p.default is ... for p in parameters) else []
    for parameter in parameters:
        if isinstance(parameter.declared, Option) and parameter.kind is not bool:
            flag = parameter.declared.spellings()[0][0]
            for value in UNREADABLE[parameter.kind]:
                with pytest.raises(NotPlain):
                    arguments(parameters, [*sources, flag, value])
            with pytest.raises(NotPlain):
                arguments(parameters, [*sources, flag])
            with pytest.raises(NotPlain):
                arguments(parameters, [*sources, f"{flag}=1"])
    for words in (["--help"], ["-h"], ["--nothing"], ["-x"], ["--"], [""]):
        with pytest.raises(NotPlain):
            arguments(parameters, [*sources, *words])


def under_typer(name, words):
    """The arguments that Typer passes to the command."""
    passed = {}

    def record(**values):
        passed.update(values)

    original, single = action(command(name)), typer.Typer()
    record.__signature__, record.__annotations__ = original.__signature__, original.__annotations__
    single.command()(record)
    argv = reorder([name, *words], GROUP)[1:]
    typer.main.get_command(single).main(args=argv, standalone_mode=False)
    return passed


def line(rng, parameters):
    """Words for a command: its arguments and a few of its options, in any order."""
    pieces = []
    for parameter in parameters:
        value = rng.choice(OF_VALUES.get(parameter.kind, ("",)))
        if isinstance(parameter.declared, Argument):
            if parameter.default is ... or rng.random() < 0.5:
                pieces.append([value] * (rng.randint(1, 3) if parameter.many else 1))
        elif rng.random() < 0.15:
            yes, no = parameter.declared.spellings()
            flag = rng.choice(yes + no)
            piece = [flag] if parameter.kind is bool else [flag, value]
            pieces += [piece] * (rng.randint(1, 2) if parameter.many else 1)
    rng.shuffle(pieces)
    return [word for piece in pieces for word in piece]


def test_the_table_has_every_command():
    assert [entry.name for entry in app.registered_commands] == list(NAMES) and set(NAMES) > PLAIN


@pytest.mark.parametrize("words", [["doc", "relu"], ["limits"], ["explain", "G0402"], ["grad", "x**2", "--at", "x=3"],
                                   ["jac", "x", "--at", "x=[1, 2]", "--style", "modern"], ["ops", "soft"]])
def test_help_behind_a_plain_line_is_help(words):
    assert gradcli(*words, "--help").out.startswith(f"Usage: gradcli {words[0]}")


def test_help_is_kept_and_follows_the_width_of_the_terminal():
    first = gradcli("grad", "--help")
    assert gradcli("grad", "--help") == first
    narrow = gradcli("grad", "--help", COLUMNS="50")
    assert narrow.out != first.out and max(map(len, narrow.out.splitlines())) <= 50
    assert gradcli("grad", "--help") == first
