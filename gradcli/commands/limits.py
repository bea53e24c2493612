"""gradcli limits: what a program may use up, and what holds it."""

from __future__ import annotations

from gradcli.console.options import shared
from gradcli.console.output import echo
from gradcli.console.settings import Settings


@shared("time_limit", "memory_limit", "max_output", "no_limits", "require_walls", "errors", "color", "quiet",
        "isolated")
def limits(settings: Settings) -> None:
    """Print the limits in force, and the walls of the system."""
    from gradcli.process.limits import limits_of, require_walls

    require_walls(settings)
    for name, value in limits_of(settings).items():
        echo(f"{name:<16}{value}")
