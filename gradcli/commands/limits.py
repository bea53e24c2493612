"""gradcli limits: what a program may use up."""

from __future__ import annotations

import typer

from gradcli.commands.options import shared
from gradcli.commands.settings import Settings


@shared("time_limit", "memory_limit", "max_output", "no_limits", "errors", "color", "quiet", "isolated")
def limits(settings: Settings) -> None:
    """Print the limits in force."""
    from gradcli.commands.running import limits_of

    for name, value in limits_of(settings).items():
        typer.echo(f"{name:<16}{value}")
