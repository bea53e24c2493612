"""The declarations of commands (`options.py`) as Typer reads them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

from gradcli.console.diagnostics import apply_settings
from gradcli.console.options import Argument, Command, Parameter
from gradcli.console.settings import Settings


def action(command: Command) -> Callable[..., int | None]:
    """What Typer calls for a command: its own arguments in order, and the options of its settings."""
    declared, settings = command.parameters(), command.settings()

    def called(**arguments: Any) -> int | None:
        chosen = Settings({p.name: arguments.pop(p.name) for p in settings})
        apply_settings(chosen)
        return command.function(chosen, **arguments)

    parameters = [*(_parameter(p, inspect.Parameter.POSITIONAL_OR_KEYWORD) for p in declared),
                  *(_parameter(p, inspect.Parameter.KEYWORD_ONLY) for p in settings)]
    called.__name__, called.__doc__ = command.function.__name__, command.function.__doc__
    called.__signature__ = inspect.Signature(parameters)    # type: ignore[attr-defined]  # read by typer
    called.__annotations__ = {p.name: p.annotation for p in parameters}
    return called


def _parameter(parameter: Parameter, kind: Any) -> inspect.Parameter:
    default = inspect.Parameter.empty if parameter.default is ... else parameter.default
    return inspect.Parameter(parameter.name, kind, default=default,
                             annotation=Annotated[parameter.annotation, _declared(parameter)])


def _declared(parameter: Parameter) -> Any:
    """What Typer has for an argument or an option."""
    this = parameter.declared
    if isinstance(this, Argument):
        return typer.Argument(metavar=this.metavar, help=this.help, show_default=this.show_default,
                              autocompletion=this.autocompletion)
    return typer.Option(*this.flags, metavar=this.metavar, help=this.help, min=this.min, max=this.max,
                        show_default=this.show_default, autocompletion=this.autocompletion)
