"""`argparse`: the options of a program, from the words that stand behind it: `gradcli run FILE --lr 0.1`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradcli.engine.signature import brief
from gradcli.errors import ArgumentFault, ValueFault
from gradcli.exposure import exposed
from gradcli.lang.policy import checked
from gradcli.show.container import Named

FLAGS = {"store_true": True, "store_false": False}
ArgumentDefaultsHelpFormatter = RawTextHelpFormatter = None


@exposed(open_attributes=True, copied=True)
class Options:
    """What parse_args() gives: the options by name."""

    def __parts__(self) -> tuple[str, list[Any], str]:
        return "Namespace(", [Named(*pair) for pair in vars(self).items()], ")"


def simple_namespace(**values: Any) -> Options:
    """`types.SimpleNamespace`: an object with these attributes."""
    made = Plain()
    vars(made).update({checked(name): value for name, value in values.items()})
    return made


@exposed(open_attributes=True, copied=True)
class Plain(Options):
    """What SimpleNamespace() gives."""

    def __parts__(self) -> tuple[str, list[Any], str]:
        return "namespace(", [Named(*pair) for pair in vars(self).items()], ")"

    def __eq__(self, other: object) -> bool:
        return type(other) is Plain and vars(self) == vars(other)

    __hash__ = None     # type: ignore[assignment]  # as Python's own


class Option:
    """One declared option or argument."""

    def __init__(self, names: tuple[str, ...], given: dict[str, Any]) -> None:
        self.names = names
        self.positional = not names[0].startswith("-")
        longest = next((name for name in names if name.startswith("--")), names[0])
        self.dest = checked(given.get("dest") or longest.lstrip("-").replace("-", "_"))
        self.action = given.get("action", "store")
        if self.action not in (*FLAGS, "store", "append", "store_const", "count", "help", "version"):
            raise ValueFault(f"unknown action {brief(self.action)}")
        self.default = given.get("default", {"store_true": False, "store_false": True}.get(self.action))
        self.make, self.choices, self.nargs = given.get("type"), given.get("choices"), given.get("nargs")
        self.const, self.required = given.get("const"), given.get("required", self.positional)

    def value(self, word: str) -> Any:
        """What a word of the command line stands for."""
        try:
            found = word if self.make is None else self.make(word)
        except (TypeError, ValueError):
            raise ArgumentFault(f"argument {'/'.join(self.names)}: invalid value: {brief(word)!r}") from None
        if self.choices is not None and found not in self.choices:
            raise ArgumentFault(f"argument {'/'.join(self.names)}: invalid choice: {brief(word)!r}",
                                *((f"{self.names[0]} {brief(choice)}", "") for choice in list(self.choices)[:4]))
        return found


@exposed(*"add_argument parse_args parse_known_args set_defaults add_argument_group print_help".split())
class Parser:
    """`ArgumentParser`."""

    def __init__(self, given: Callable[[], Any], *args: Any, **options: Any) -> None:
        self._given = given
        self._options: list[Option] = []
        self._defaults: dict[str, Any] = {}

    def add_argument(self, *names: str, **given: Any) -> None:
        """Declare an option by its names, `--lr`, or an argument by its one name."""
        if not names or not all(type(name) is str and name for name in names):
            raise ArgumentFault("add_argument() needs a name", "parser.add_argument('--lr', type=float, default=0.1)")
        self._options.append(Option(names, given))

    def add_argument_group(self, *args: Any, **options: Any) -> Parser:
        """The same options: groups only show in help."""
        return self

    def set_defaults(self, **defaults: Any) -> None:
        """Values of options that were not given."""
        self._defaults.update({checked(name): value for name, value in defaults.items()})

    def print_help(self) -> None:
        """Nothing: `gradcli run` prints what programs print."""

    def parse_known_args(self, args: Any = None) -> tuple[Options, list[str]]:
        """The options, and the words that belong to none."""
        words = list(self._given() if args is None else args)
        found = {option.dest: option.default for option in self._options
                 if option.action not in ("help", "version")} | self._defaults
        named = {name: option for option in self._options if not option.positional for name in option.names}
        waiting = [option for option in self._options if option.positional]
        rest: list[str] = []
        seen: set[str] = set()
        while words:
            word = words.pop(0)
            name, equals, value = word.partition("=") if word.startswith("--") else (word, "", "")
            if option := named.get(name):
                if equals:
                    words.insert(0, value)
            elif waiting and not word.startswith("-"):
                option = waiting.pop(0)
                words.insert(0, word)
            else:
                rest.append(word)
                continue
            seen.add(option.dest)
            found[option.dest] = self._taken(option, words, found[option.dest])
        for option in self._options:
            if option.required and option.dest not in seen and option.nargs not in ("?", "*"):
                raise ArgumentFault(f"the following arguments are required: {'/'.join(option.names)}",
                                    (f"gradcli run FILE {option.names[0]} VALUE", "gives it"))
        made = Options()
        vars(made).update(found)
        return made, rest

    def parse_args(self, args: Any = None) -> Options:
        """The options; a word that belongs to none is refused."""
        found, rest = self.parse_known_args(args)
        if rest:
            raise ArgumentFault(f"unrecognized arguments: {' '.join(rest):.80}")
        return found

    def _taken(self, option: Option, words: list[str], before: Any) -> Any:
        """The value of `option`, its words taken from the front of `words`."""
        if option.action in FLAGS:
            return FLAGS[option.action]
        if option.action == "store_const":
            return option.const
        if option.action == "count":
            return (before or 0) + 1
        if option.nargs in ("+", "*") or type(option.nargs) is int:
            most = option.nargs if type(option.nargs) is int else len(words)
            values: list[Any] = []
            while words and len(values) < most and not _is_option(words[0]):
                values.append(option.value(words.pop(0)))
            return values
        if option.nargs == "?" and (not words or _is_option(words[0])):
            return option.const
        if not words:
            raise ArgumentFault(f"argument {'/'.join(option.names)}: expected one argument")
        value = option.value(words.pop(0))
        return [*(before or []), value] if option.action == "append" else value

    def __display__(self, style: Any) -> str:
        return "ArgumentParser()"


def _is_option(word: str) -> bool:
    return word.startswith("-") and not word[1:2].isdigit() and len(word) > 1
