"""gradcli explain: an error code, its cause and its repair."""

from __future__ import annotations

import inspect
from typing import Annotated

import typer

from gradcli.commands.options import TALKING, shared
from gradcli.commands.settings import Settings, nearest
from gradcli.errors import FAULTS, UsageFault

Code = Annotated[str, typer.Argument(metavar="CODE", help="A code such as G0402.")]
MEANING = {1: "the program raised an error", 2: "usage error", 3: "syntax error or refused construct",
           5: "a limit was hit", 6: "a file could not be read or written"}


@shared(*TALKING)
def explain(settings: Settings, code: Code) -> None:
    """Say what an error code means and how to mend it."""
    fault = FAULTS.get(code.upper()) or FAULTS.get(f"G{code:0>4}")
    if fault is None:
        raise UsageFault(f"there is no error code {code!r}{nearest(code.upper(), list(FAULTS))}",
                         *(f"gradcli explain {known}" for known in sorted(FAULTS)[:3]))
    typer.echo(f"{fault.code}  {inspect.getdoc(fault)}\n\nExit status {fault.status}: {MEANING[fault.status]}.")
