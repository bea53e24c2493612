"""gradcli ops: the list of operations."""

from __future__ import annotations

from typing import Annotated

from gradcli.console.options import TALKING, Argument, shared
from gradcli.console.output import echo
from gradcli.console.settings import Settings

Pattern = Annotated[str | None, Argument(metavar="[PATTERN]", help="A part of the name, or a pattern with *.",
                                         show_default=False)]


@shared(*TALKING)
def ops(settings: Settings, pattern: Pattern = None) -> None:
    """List the operations, with what each computes."""
    from gradcli.reference.operations import list_operations

    echo(list_operations(pattern))
