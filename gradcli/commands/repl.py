"""gradcli repl: the interactive prompt."""

from __future__ import annotations

from typing import Annotated

from gradcli.console.options import Option, shared
from gradcli.console.settings import KEYS, Settings

Init = Annotated[str | None, Option("--init", metavar="FILE", help="Run FILE first.", show_default=False)]
NoInit = Annotated[bool, Option("--no-init", help="Do not run init.grad.")]


@shared(*KEYS)
def repl(settings: Settings, init: Init = None, no_init: NoInit = False) -> int:
    """Type expressions and see their values."""
    from gradcli.repl.loop import start_prompt

    return start_prompt(settings, init=init, no_init=no_init)
