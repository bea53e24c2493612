"""The command line: a table of commands, and how words are dealt to them."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer

from gradcli import __version__
from gradcli.commands import (
    check,
    config,
    doc,
    eval,
    explain,
    grad,
    graph,
    hess,
    jac,
    jvp,
    limits,
    ops,
    plot,
    repl,
    run,
    steps,
    test,
    vjp,
)
from gradcli.commands.outcome import manner
from gradcli.commands.settings import nearest
from gradcli.errors import UsageFault

app = typer.Typer(name="gradcli", rich_markup_mode=None, pretty_exceptions_enable=False,
                  context_settings={"help_option_names": ["-h", "--help"]})
app.command("eval")(eval.eval_)
app.command("run")(run.run)
app.command("repl")(repl.repl)
app.command("grad")(grad.grad)
app.command("jac")(jac.jac)
app.command("hess")(hess.hess)
app.command("jvp")(jvp.jvp)
app.command("vjp")(vjp.vjp)
app.command("check")(check.check)
app.command("graph")(graph.graph)
app.command("steps")(steps.steps)
app.command("plot")(plot.plot)
app.command("doc")(doc.doc)
app.command("ops")(ops.ops)
app.command("explain")(explain.explain)
app.command("limits")(limits.limits)
app.command("test")(test.test)
app.add_typer(config.app, name="config")

# Typer's own classes of errors: click's, which later versions carry inside.
Misuse: Any = typer.BadParameter.__mro__[1]
# Commands whose words may begin with a dash.
FREE = ("eval", "run", "grad", "jac", "hess", "jvp", "vjp", "check", "graph", "steps", "plot")
OUTER = ("--version", "--help", "-h", "--install-completion", "--show-completion")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"gradcli {__version__}")
        raise typer.Exit


@app.callback(epilog="Bare gradcli is the REPL on a terminal and evaluates standard input elsewhere; "
                     "gradcli -e SOURCE is short for eval.")
def main(version: Annotated[bool, typer.Option("--version", help="Print the version.", callback=_version,
                                               is_eager=True)] = False) -> None:
    """Differentiate expressions, and show the work."""


def deal(words: list[str]) -> int:
    """Run the command that the words name; the result is its exit status."""
    manner.errors = _asked("--errors", words) or manner.errors
    group: Any = typer.main.get_command(app)
    if not words:
        return group.main(args=words, prog_name="gradcli", standalone_mode=False) or 0
    if words[0].startswith("-") and words[0] not in OUTER:
        words = ["repl", *words] if sys.stdin is not None and sys.stdin.isatty() else ["eval", *words, "-"]
    command = group.commands.get(words[0])
    if command is None and not words[0].startswith("-"):
        raise _unknown(words[0], list(group.commands))
    if words[0] in FREE:
        every, valued = spellings(command)
        if lacking := _lacking(words[1:], valued):
            raise UsageFault(f"{lacking} needs a value after it", f"gradcli {words[0]} --help")
        words = [words[0], *sorted_words(words[1:], every, valued)]
    try:
        return group.main(args=words, prog_name="gradcli", standalone_mode=False) or 0
    except Misuse as error:
        context: Any = getattr(error, "ctx", None)
        if type(error).__name__ == "NoArgsIsHelpError":     # its message is the whole of --help
            raise UsageFault(f"{context.command_path} needs a command after it: "
                             f"{', '.join(context.command.commands)}", f"{context.command_path} --help") from None
        raise UsageFault(error.format_message().rstrip("."),
                         f"{context.command_path if context else 'gradcli'} --help") from None
    except SystemExit as left:      # how Typer takes it that the reader went away
        if isinstance(left.__context__, BrokenPipeError):
            raise left.__context__ from None
        raise


def spellings(command: Any) -> tuple[set[str], set[str]]:
    """The options of a command: all spellings, and those that take a value."""
    every: set[str] = {"--help", "-h"}
    valued: set[str] = set()
    for parameter in command.params:
        spelled = {s for s in (*parameter.opts, *parameter.secondary_opts) if s.startswith("-")}
        every |= spelled
        if not getattr(parameter, "is_flag", False):
            valued |= spelled
    return every, valued


def sorted_words(words: list[str], every: set[str], valued: set[str]) -> list[str]:
    """The words with options first, then --, then the rest, which may begin with a dash.

    A word is an option if it is spelled like one of the command's, or begins with two
    dashes and a letter, so that a mistyped option is no expression.
    """
    options: list[str] = []
    others: list[str] = []
    left = iter(words)
    for word in left:
        if word == "--":
            others += left
        elif word in every or (word[:2] == "--" and word[2:3].isalpha()):
            options.append(word)
            if word in valued and (value := next(left, None)) is not None:
                options.append(value)
        else:
            others.append(word)
    return [*options, "--", *others]


def _lacking(words: list[str], valued: set[str]) -> str | None:
    """The option at the end that lacks its value, and would take the -- put after it for one."""
    left = iter(words)
    for word in left:
        if word == "--":
            break
        if word in valued and next(left, None) is None:
            return word
    return None


def _asked(option: str, words: list[str]) -> str | None:
    """The value of an option needed before the words are understood."""
    for word, following in zip(words, [*words[1:], ""], strict=False):
        if word == option or word.startswith(option + "="):
            value = following if word == option else word.partition("=")[2]
            return value if value in ("rich", "short", "json") else None
    return None


def _unknown(word: str, known: list[str]) -> UsageFault:
    if os.path.exists(word):
        return UsageFault(f"there is no command {word!r}, but a file", f"gradcli run {word}")
    hints = () if nearest(word, known) or word.isidentifier() else (f"gradcli eval {_quoted(word)}",)
    return UsageFault(f"there is no command {word!r}{nearest(word, known)}", *hints, "gradcli --help")


def _quoted(word: str) -> str:
    from shlex import quote

    return quote(word)
