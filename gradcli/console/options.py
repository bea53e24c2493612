"""How commands declare what they take: arguments, options of their own, and the settings they share.

The declarations are the only ones there are. `typer_options.py` makes Typer's of them, and `plain_words.py` reads plain
command lines by them alone, because importing Typer takes as long as most commands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated, Any, NamedTuple, get_args, get_origin, get_type_hints

from gradcli.console.settings import KEYS, Key

TALKING = ("errors", "color", "quiet", "isolated")      # what a command needs that runs no program
Offer = Callable[[str], Any]


class Argument(NamedTuple):
    """A word that is no option. `autocompletion` returns what a shell offers for a word that is begun."""

    metavar: str
    help: str
    show_default: bool = True
    autocompletion: Offer | None = None


class Option:
    """An option: its spellings, how its value is named, and the least and greatest number it takes."""

    def __init__(self, *flags: str, help: str, metavar: str | None = None, min: int | None = None,
                 max: int | None = None, show_default: bool = True, autocompletion: Offer | None = None) -> None:
        self.flags = flags
        self.help = help
        self.metavar = metavar
        self.min, self.max = min, max
        self.show_default = show_default
        self.autocompletion = autocompletion

    def spellings(self) -> tuple[list[str], list[str]]:
        """The flags, and those that say no: `--double/--no-double` has one of each."""
        pairs = [flag.partition("/") for flag in self.flags]
        return [yes for yes, _, _ in pairs], [no for _, _, no in pairs if no]


class Parameter(NamedTuple):
    """What a command takes: the type of one value, whether there may be many, the default; `...` for none."""

    name: str
    kind: type
    many: bool
    default: Any
    declared: Argument | Option
    annotation: Any


class Command:
    """A command: a function of Settings and its own arguments, and the settings that its options set."""

    def __init__(self, function: Callable[..., int | None], keys: list[Key]) -> None:
        self.function = function
        self.keys = keys

    def parameters(self) -> list[Parameter]:
        """The parameters of the function, in order."""
        function: Any = self.function
        code, defaults = function.__code__, function.__defaults__ or ()
        names = code.co_varnames[1 : code.co_argcount]
        hints = get_type_hints(function, include_extras=True)
        values = [...] * (len(names) - len(defaults)) + list(defaults)
        return [parameter(name, hints[name], value) for name, value in zip(names, values, strict=True)]

    def settings(self) -> list[Parameter]:
        """The parameters of its settings. Their texts are read by Settings, so that each complaint is worded once."""
        return [parameter(key.name, Annotated[_type(key), declared(key)], None) for key in self.keys]


def shared(*names: str) -> Callable[[Callable[..., int | None]], Command]:
    """Make a command of a function, with the shared options `names`; all but the REPL's own if none is named.

    The function takes the Settings that they make as its first argument, and its own arguments after it.
    """
    chosen = [KEYS[name] for name in names or KEYS if names or name != "edit_mode"]
    return lambda function: Command(function, chosen)


def parameter(name: str, hint: Any, default: Any) -> Parameter:
    """The parameter that an annotation declares: `Annotated[list[str] | None, Option(...)]`."""
    annotation, declaration = get_args(hint)[:2]
    kind = next((part for part in get_args(annotation) if part is not type(None)), annotation) \
        if get_origin(annotation) is not list else annotation
    many = get_origin(kind) is list
    return Parameter(name, get_args(kind)[0] if many else kind, many, default, declaration, annotation)


def completion(choices: Iterable[str]) -> Offer:
    """What a shell offers for a word that is begun: those of `choices` that begin so."""
    def offered(incomplete: str) -> list[str]:
        return [word for word in choices if word.startswith(incomplete)]

    return offered


def declared(key: Key) -> Option:
    """The option of a setting."""
    if key.kind is bool:
        flags = key.flags or ((f"--{key.word}/--no-{key.word}",) if key.lasting else (f"--{key.word}",))
        flags = ("--no-limits/--limits",) if key.name == "no_limits" else flags
        return Option(*flags, help=key.help, show_default=False)
    return Option(*(key.flags or (f"--{key.word}",)), help=key.help, show_default=False,
                  metavar=key.metavar or "|".join(key.choices) or "TEXT",
                  autocompletion=completion(key.choices) if key.choices else None)


def _type(key: Key) -> Any:
    return bool | None if key.kind is bool else list[str] | None if key.many else str | None


Expr = Annotated[str, Argument("EXPR", "The expression; - reads it from standard input.")]
At = Annotated[list[str] | None, Option("--at", metavar="NAME=EXPR, ...", help="The point; may be repeated.")]
Wrt = Annotated[list[str] | None, Option("--wrt", metavar="NAME", help="Only the derivatives by these names.")]
