"""The shared options of the command line, made from the table of settings."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Annotated, Any

import typer

from gradcli.console.diagnostics import apply_settings
from gradcli.console.settings import KEYS, Key, Settings

Command = Callable[..., int | None]
Expr = Annotated[str, typer.Argument(metavar="EXPR", help="The expression; - reads it from standard input.")]
At = Annotated[list[str] | None, typer.Option("--at", metavar="NAME=EXPR, ...", help="The point; may be repeated.")]
Wrt = Annotated[list[str] | None, typer.Option("--wrt", metavar="NAME", help="Only the derivatives by these names.")]
TALKING = ("errors", "color", "quiet", "isolated")      # what a command needs that runs no program


def shared(*names: str) -> Callable[[Command], Command]:
    """Give a command the shared options `names`; all but the REPL's own if none is named.

    The command takes the Settings they make as its first argument, and its own arguments after it.
    """
    chosen = [KEYS[name] for name in names or KEYS if names or name != "edit_mode"]

    def decorate(command: Command) -> Command:
        own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]
        options = [inspect.Parameter(key.name, inspect.Parameter.KEYWORD_ONLY, default=None,
                                     annotation=_annotation(key)) for key in chosen]

        def action(**arguments: Any) -> int | None:
            settings = Settings({key.name: arguments.pop(key.name) for key in chosen})
            apply_settings(settings)
            return command(settings, **arguments)

        action.__name__, action.__doc__ = command.__name__, command.__doc__
        action.__signature__ = inspect.Signature([*own, *options])  # type: ignore[attr-defined]  # read by typer
        action.__annotations__ = {p.name: p.annotation for p in [*own, *options]}
        return action

    return decorate


def completion(words: Iterable[str]) -> Callable[[str], list[str]]:
    """What a shell offers for a word that is begun: those of `words` that begin so."""
    def offered(incomplete: str) -> list[str]:
        return [word for word in words if word.startswith(incomplete)]

    return offered


def _annotation(key: Key) -> Any:
    """What typer is to know of an option. Its text is read by the settings, so that each complaint is worded once."""
    if key.kind is bool:
        flags = key.flags or ((f"--{key.word}/--no-{key.word}",) if key.lasting else (f"--{key.word}",))
        flags = ("--no-limits/--limits",) if key.name == "no_limits" else flags
        return Annotated[bool | None, typer.Option(*flags, help=key.help, show_default=False)]
    offered = completion(key.choices) if key.choices else None
    option = typer.Option(*(key.flags or (f"--{key.word}",)), help=key.help, show_default=False,
                          metavar=key.metavar or "|".join(key.choices) or "TEXT", autocompletion=offered)
    return Annotated[list[str] | None, option] if key.many else Annotated[str | None, option]
