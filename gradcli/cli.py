"""The command line: a table of commands, and how words are dealt to them."""

from __future__ import annotations

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
from gradcli.console import completion
from gradcli.console.argument_order import COMPLETION, arranged
from gradcli.console.diagnostics import mode
from gradcli.faults.tree import UsageFault

app = typer.Typer(name="gradcli", cls=completion.CommandGroup, rich_markup_mode=None, pretty_exceptions_enable=False,
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

def _version(requested: bool) -> None:
    if requested:
        typer.echo(f"gradcli {__version__}")
        raise typer.Exit


@app.callback(epilog="Bare gradcli is the REPL on a terminal and evaluates standard input elsewhere; "
                     "gradcli -e SOURCE is short for eval.")
def main(version: Annotated[bool, typer.Option("--version", help="Print the version.", callback=_version,
                                               is_eager=True)] = False) -> None:
    """Differentiate expressions, and show the work."""


def run_with_typer(words: list[str]) -> int:
    """Run the command that `words` name, and return its exit status."""
    mode.errors = _option_value("--errors", words) or mode.errors
    group: Any = typer.main.get_command(app)
    words = arranged(words, group) if words else []
    if words and words[0] in COMPLETION:
        return completion.scripts(*words)
    try:
        return group.main(args=words, prog_name="gradcli", standalone_mode=False) or 0
    except Misuse as error:
        context: Any = getattr(error, "ctx", None)
        if type(error).__name__ == "NoArgsIsHelpError":     # its message is the whole of --help
            raise UsageFault(f"{context.command_path} needs a command after it: "
                             f"{', '.join(context.command.commands)}", f"{context.command_path} --help") from None
        raise UsageFault(error.format_message().rstrip("."),
                         f"{context.command_path if context else 'gradcli'} --help") from None
    except SystemExit as left:      # Typer turns a BrokenPipeError into this
        if isinstance(left.__context__, BrokenPipeError):
            raise left.__context__ from None
        raise


def _option_value(option: str, words: list[str]) -> str | None:
    """The value of an option that is needed before the words are parsed; None for no known value."""
    for word, following in zip(words, [*words[1:], ""], strict=False):
        if word == option or word.startswith(option + "="):
            value = following if word == option else word.partition("=")[2]
            return value if value in ("rich", "short", "json") else None
    return None
