"""gradcli run: run a script."""

from __future__ import annotations

from typing import Annotated

from gradcli.console.options import Argument, Option, shared
from gradcli.console.settings import Settings

File = Annotated[str, Argument(metavar="FILE", help="The script; - reads standard input.")]
Args = Annotated[list[str] | None, Argument(metavar="[ARGS]...", help="Texts for the program's list `args`.")]
Echo = Annotated[bool, Option("--echo", help="Print the transcript: each statement with its prompt.")]
Stay = Annotated[bool, Option("-i", "--interactive", help="Stay in the REPL afterwards.")]


@shared()
def run(settings: Settings, file: File, args: Args = None, echo: Echo = False, stay: Stay = False) -> int:
    """Run a script; only print prints.

    Example: gradcli run examples/autograd_tutorial.grad
    """
    from gradcli.commands.execute import run_file

    return run_file(file, args or [], settings, echo=echo, stay=stay)
