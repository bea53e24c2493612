"""gradcli doc: whatever has a name: signature, meaning, domain, gradient rules and an example."""

from __future__ import annotations

from typing import Annotated

from gradcli.console.options import Argument, shared
from gradcli.console.output import echo
from gradcli.console.settings import Settings


def _offered(incomplete: str) -> list[str]:
    """The names that begin so, for a shell that completes."""
    from gradcli.reference.describe import complete_name

    return complete_name(incomplete)


Name = Annotated[str, Argument(metavar="NAME", autocompletion=_offered,
                               help="An operation, a class, a word, or what a tensor has.")]


@shared("style", "errors", "color", "quiet", "isolated")
def doc(settings: Settings, name: Name) -> None:
    """Describe what has a name.

    Example: gradcli doc sigmoid
    """
    from gradcli.reference.describe import describe_name

    echo(describe_name(name, settings))
