"""Plain command lines, read without Typer by the declarations of the command (`options.py`).

Plain is what can be read in one way only: whole options, each once unless it may be repeated, values and arguments that
do not begin with a dash, numbers within their limits. Everything else, all mistakes and --help among it, is Typer's.
"""

from __future__ import annotations

import re
from typing import Any

from gradcli.console.argument_order import option_value
from gradcli.console.diagnostics import apply_settings, mode
from gradcli.console.options import Argument, Command, Option, Parameter
from gradcli.console.settings import Settings

NUMBERS = {int: re.compile(r"[0-9]{1,9}"), float: re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?(e-?[0-9]{1,2})?")}


class NotPlain(Exception):
    """Typer is to read these words."""


def run_plainly(command: Command, argv: list[str]) -> int | None:
    """Run a command with the words behind its name, and return its status; None if they are not plain."""
    parameters, settings = command.parameters(), command.settings()
    try:
        values = arguments(parameters + settings, argv)
    except NotPlain:
        return None
    mode.errors = option_value("--errors", argv) or mode.errors
    chosen = Settings({parameter.name: values.pop(parameter.name) for parameter in settings})
    apply_settings(chosen)
    return command.function(chosen, **values) or 0


def arguments(parameters: list[Parameter], argv: list[str]) -> dict[str, Any]:
    """The value of each parameter; NotPlain for words that are not plain."""
    options: dict[str, tuple[Parameter, bool]] = {}
    for parameter in parameters:
        if isinstance(parameter.declared, Option):
            yes, no = parameter.declared.spellings()
            options |= dict.fromkeys(yes, (parameter, True)) | dict.fromkeys(no, (parameter, False))
    values: dict[str, Any] = {}
    others: list[str] = []
    remaining = iter(argv)
    for word in remaining:
        if word in options:
            parameter, text = options[word]
            _add(values, parameter, text if parameter.kind is bool else _value(parameter, next(remaining, "")))
        else:
            others.append(_plain(word))
    _deal(values, [p for p in parameters if isinstance(p.declared, Argument)], others)
    for parameter in parameters:
        values.setdefault(parameter.name, parameter.default)
    return values


def _plain(word: str) -> str:
    """The word, if it can be no option."""
    if not word or word[0] == "-" and word != "-":
        raise NotPlain
    return word


def _value(parameter: Parameter, word: str) -> Any:
    """The value of an option in a word."""
    _plain(word)
    pattern = NUMBERS.get(parameter.kind)
    if pattern is None:
        return word
    if not pattern.fullmatch(word):
        raise NotPlain
    number, option = parameter.kind(word), parameter.declared
    assert isinstance(option, Option)
    if option.min is not None and number < option.min or option.max is not None and number > option.max:
        raise NotPlain
    return number


def _add(values: dict[str, Any], parameter: Parameter, value: Any) -> None:
    if parameter.many:
        values.setdefault(parameter.name, []).append(value)
    elif parameter.name in values:
        raise NotPlain
    else:
        values[parameter.name] = value


def _deal(values: dict[str, Any], parameters: list[Parameter], argv: list[str]) -> None:
    """Deal words to arguments, of which only the last may take many."""
    for parameter in parameters:
        if not argv and parameter.default is ...:
            raise NotPlain
        if argv:
            values[parameter.name] = argv if parameter.many else argv[0]
            argv = [] if parameter.many else argv[1:]
    if argv:
        raise NotPlain
