"""gradcli doc: one operation, with its signature, its gradient rules and an example."""

from __future__ import annotations

from typing import Annotated

import typer

from gradcli.commands.options import shared
from gradcli.commands.settings import Settings

Name = Annotated[str, typer.Argument(metavar="NAME", help="An operation, with or without torch. before it.")]


@shared("style", "errors", "color", "quiet", "isolated")
def doc(settings: Settings, name: Name) -> None:
    """Describe an operation.

    Example: gradcli doc sigmoid
    """
    from gradcli.commands.catalogue import described

    typer.echo(described(name, settings))
