"""The command line: a table of commands, and how words are dealt to them."""

from __future__ import annotations

import os
import re
from functools import partial
from itertools import pairwise
from typing import Annotated, Any

import typer

from gradcli import __version__
from gradcli.commands import NAMES, command, config
from gradcli.console import completion
from gradcli.console.argument_order import COMPLETION, option_value, reorder
from gradcli.console.diagnostics import mode
from gradcli.console.settings import EXPECTED
from gradcli.console.typer_options import action
from gradcli.faults.tree import UsageFault

app = typer.Typer(name="gradcli", cls=completion.CommandGroup, rich_markup_mode=None, pretty_exceptions_enable=False,
                  context_settings={"help_option_names": ["-h", "--help"]})
for _name in NAMES:
    app.command(_name)(action(command(_name)))
app.add_typer(config.app, name="config")

# Typer's own classes of errors: click's, which later versions carry inside.
Misuse: Any = typer.BadParameter.__mro__[1]
KINDS = re.compile(r"is not a valid (int|integer|float)(?: range)?$")
UNFIT_OPTION = re.compile(r"Got unexpected extra arguments?(?:\(s\))? \((-[A-Za-z])(?: \w+)?\)$")
VALUE_OF_NAME = re.compile(r"[^\W\d]\w*=[^=].*")

def _version(requested: bool) -> None:
    if requested:
        typer.echo(f"gradcli {__version__}")
        raise typer.Exit


@app.callback(epilog="Bare gradcli is the REPL on a terminal and evaluates standard input elsewhere; "
                     "gradcli -e SOURCE is short for eval.")
def main(version: Annotated[bool, typer.Option("--version", help="Print the version.", callback=_version,
                                               is_eager=True)] = False) -> None:
    """Differentiate expressions, and show the work."""


def _repairs(error: Any, context: Any, argv: list[str]) -> list[Any]:
    """What to write for an expression that is missing or taken apart, and for values of names that stand where no
    argument or option of the command does."""
    arguments = [parameter.human_readable_name for parameter in context.command.params
                 if parameter.param_type_name == "argument"] if context else []
    of_expression = arguments[:1] in (["EXPR"], ["EXPR..."], ["EXPR|FILE"])
    if of_expression and type(error).__name__ == "MissingParameter" and error.param_hint is None and (
            error.param.param_type_name == "argument"):
        return [(f"{context.command_path} 'x**2'", "the expression, in quotes"),
                (f"{context.command_path} -", "reads it from standard input")]
    options = {option for parameter in context.command.params for option in parameter.opts} if context else set()
    if getattr(error, "option_name", "") == "--at" and "--var" in options:
        at = option_value("--at", argv) or "x=2"
        return [f"--var {name.strip()}" for name in at.split(",")] if at.count("=") == at.count(",") + 1 else []
    alone = [word for before, word in pairwise(argv) if VALUE_OF_NAME.fullmatch(word) and before[:1] != "-"]
    if alone and "--at" in options:
        return [f"--at '{','.join(alone)}'"]
    taken_apart = of_expression and str(error.message).startswith("Got unexpected extra argument")
    return [(f"{context.command_path} 'x**2'", "one expression, in quotes")] if taken_apart else []


def _message(error: Any) -> str:
    """What is wrong with a command line that Typer cannot read, with kinds of numbers in the words of the settings."""
    text = error.format_message().rstrip(".")
    if option := UNFIT_OPTION.match(text):
        return f"No such option: {option[1]}"
    return KINDS.sub(lambda kind: f"is not {EXPECTED[float if kind[1] == 'float' else int]}", text)


def run_with_typer(argv: list[str]) -> int:
    """Run the command that `argv` names, and return its exit status."""
    mode.errors = option_value("--errors", argv) or mode.errors
    group: Any = typer.main.get_command(app)
    argv = reorder(argv, group) if argv else []
    if argv and argv[0] in COMPLETION:
        return completion.scripts(*argv)
    try:
        run = partial(group.main, args=argv, prog_name="gradcli", standalone_mode=False)
        return (completion.answer(run) if completion.VARIABLE in os.environ else run()) or 0
    except Misuse as error:
        context: Any = getattr(error, "ctx", None)
        if type(error).__name__ == "NoArgsIsHelpError":     # its message is the whole of --help
            raise UsageFault(f"{context.command_path} needs a command after it: "
                             f"{', '.join(context.command.commands)}", f"{context.command_path} --help") from None
        raise UsageFault(_message(error), *_repairs(error, context, argv),
                         f"{context.command_path if context else 'gradcli'} --help") from None
    except SystemExit as left:      # Typer turns a BrokenPipeError into this
        if isinstance(left.__context__, BrokenPipeError):
            raise left.__context__ from None
        raise
