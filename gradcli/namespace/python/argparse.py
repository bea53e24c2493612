"""`argparse`: the options of a program from the words after it, as in `gradcli run FILE --lr 0.1`."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import FunctionType
from typing import Any

from gradcli.display.containers import NamedValue
from gradcli.engine.autograd.signature import brief
from gradcli.exposure import exposed, named
from gradcli.faults.mistakes import ProgramExit
from gradcli.faults.source import quoted
from gradcli.faults.tree import ArgumentFault, ValueFault
from gradcli.lang.policy import checked_name
from gradcli.lang.runtime.types import STAND_INS, TypeProxy

NEGATIVE = r"-\d+|-\d*\.\d+|-\d[\d.]*e[-+]?\d+"
LEAST: dict[Any, int] = {None: 1, "?": 0, "*": 0, "+": 1}       # words that nargs asks for at least
WORDLESS = ("count", "store_const", "help", "version")
FLAGS = {"store_true": True, "store_false": False}
ArgumentDefaultsHelpFormatter = RawTextHelpFormatter = None


@exposed(open_attributes=True, copied=True)
class Options:
    """The result of parse_args(): the options as attributes."""

    def __parts__(self) -> tuple[str, list[Any], str]:
        return "Namespace(", [NamedValue(*pair) for pair in vars(self).items()], ")"


def option_namespace(**values: Any) -> Options:
    """`argparse.Namespace`: options with these values."""
    namespace = Options()
    vars(namespace).update({checked_name(name): value for name, value in values.items()})
    return namespace


def simple_namespace(**values: Any) -> Options:
    """`types.SimpleNamespace`: an object with these attributes."""
    namespace = Plain()
    vars(namespace).update({checked_name(name): value for name, value in values.items()})
    return namespace


@named("types.SimpleNamespace")
@exposed(open_attributes=True, copied=True)
class Plain(Options):
    """An instance of types.SimpleNamespace."""

    def __parts__(self) -> tuple[str, list[Any], str]:
        return "namespace(", [NamedValue(*pair) for pair in vars(self).items()], ")"

    def __eq__(self, other: object) -> bool:
        return type(other) is Plain and vars(self) == vars(other)

    __hash__ = None     # type: ignore[assignment]  # as Python's own


class InvalidArgument(ValueFault):
    """ArgumentTypeError: a `type` refuses a word, in words of its own."""

    def __init__(self, message: Any = "") -> None:
        super().__init__(message[:400] if type(message) is str else brief(message))


STAND_INS[InvalidArgument] = ArgumentTypeError = TypeProxy(
    "argparse.ArgumentTypeError", (InvalidArgument,), InvalidArgument)


class Action:
    """One declared option or argument."""

    def __init__(self, names: tuple[str, ...], settings: dict[str, Any]) -> None:
        self.names = names
        self.positional = not names[0].startswith("-")
        longest = next((name for name in names if name.startswith("--")), names[0])
        self.dest = checked_name(settings.get("dest") or longest.lstrip("-").replace("-", "_"))
        self.action = settings.get("action", "store")
        if self.action not in (*FLAGS, "store", "append", "store_const", "count", "extend", "help", "version"):
            raise ValueFault(f"unknown action {brief(self.action)}")
        self.default = settings.get("default", {"store_true": False, "store_false": True}.get(self.action))
        self.make, self.choices, self.nargs = settings.get("type"), settings.get("choices"), settings.get("nargs")
        self.const, self.required = settings.get("const"), settings.get("required", self.positional)
        self.help, self.metavar = settings.get("help"), settings.get("metavar")
        if type(self.help) is str:
            self.help = self.help.replace("%(default)s", brief(str(self.default))).replace("%%", "%")
        self.group: ExclusiveGroup | None = None

    @property
    def called(self) -> str:
        """Its names in messages."""
        return "/".join(self.names)

    @property
    def takes_words(self) -> bool:
        """Whether it takes words after it as values."""
        return self.action not in FLAGS and self.action not in WORDLESS

    def unset(self) -> Any:
        """The default value; a str is converted as a word of the command line is."""
        if self.positional and self.nargs == "*" and self.default is None:
            return []
        return self.value(self.default) if type(self.default) is str and self.make is not None else self.default

    def form(self) -> str:
        """The placeholder of its values in a usage line."""
        if not self.takes_words:
            return ""
        word = str(self.metavar or (self.dest if self.positional else self.dest.upper()))
        if self.choices is not None and not self.metavar:
            word = "{" + ",".join(brief(choice) for choice in self.choices) + "}"
        many: dict[Any, str] = {"?": f"[{word}]", "*": f"[{word} ...]", "+": f"{word} [{word} ...]"}
        return " ".join([word] * self.nargs) if type(self.nargs) is int else many.get(self.nargs, word)

    def value(self, word: str) -> Any:
        """The value of a word of the command line. Raises ArgumentFault if it is invalid."""
        try:
            value = word if self.make is None else self.make(word)
        except InvalidArgument as error:
            raise ArgumentFault(f"argument {self.called}: {error.args[0]}") from None
        except (TypeError, ValueError):
            kind = self.make._name if isinstance(self.make, TypeProxy) else (
                self.make.__name__ if isinstance(self.make, type | FunctionType) else brief(self.make))
            raise ArgumentFault(f"argument {self.called}: invalid {brief(kind)} value: {brief(word)!r}") from None
        if self.choices is not None and value not in self.choices:
            choices = ", ".join(repr(brief(c)) if type(c) is str else brief(c) for c in list(self.choices)[:20])
            raise ArgumentFault(f"argument {self.called}: invalid choice: {brief(word)!r} (choose from {choices})",
                                *((f"{self.names[0]} {brief(choice)}", "") for choice in list(self.choices)[:4]))
        return value


@named("ArgumentParser")
@exposed(*"""add_argument parse_args parse_known_args set_defaults add_argument_group add_mutually_exclusive_group
         print_help""".split())
class Parser:
    """`ArgumentParser`."""

    def __init__(self, argv: Callable[[], Any], write: Callable[[str], object], *args: Any, **options: Any) -> None:
        self._argv, self._write = argv, write
        self._about = [str(text) for text in (options.get("description"), options.get("epilog")) if text is not None]
        self._name = str(options.get("prog") or (args[0] if args else "program.py"))
        self._options: list[Action] = []
        self._groups: list[ExclusiveGroup] = []
        if options.get("add_help", True):
            self._options.append(Action(("-h", "--help"), {"action": "help",
                                                           "help": "show this help message and exit"}))
        self._defaults: dict[str, Any] = {}

    def add_argument(self, *names: str, **settings: Any) -> None:
        """Declare an option by its names, `--lr`, or an argument by its one name."""
        if not names or not all(type(name) is str and name for name in names):
            raise ArgumentFault("add_argument() needs a name", "parser.add_argument('--lr', type=float, default=0.1)")
        self._options.append(Action(names, settings))

    def add_argument_group(self, *args: Any, **options: Any) -> Parser:
        """This parser: groups matter only for the help text."""
        return self

    def add_mutually_exclusive_group(self, *, required: bool = False) -> ExclusiveGroup:
        """A group of options of which a command line may have one; with `required`, has to."""
        group = ExclusiveGroup(self, bool(required))
        self._groups.append(group)
        return group

    def set_defaults(self, **defaults: Any) -> None:
        """Set defaults of options."""
        self._defaults.update({checked_name(name): value for name, value in defaults.items()})

    def print_help(self) -> None:
        """Print the options."""
        flagged = [o for o in self._options if not o.positional]
        others = [o for o in self._options if o.positional]
        usage = [f"{o.names[0]} {o.form()}".strip() for o in flagged]
        usage = [f"[{text}]" if not o.required else text for text, o in zip(usage, flagged, strict=True)]
        parts = ["usage: " + " ".join([self._name, *usage, *(o.form() for o in others)]), *self._about[:1]]
        for title, options in (("positional arguments", others), ("options", flagged)):
            rows = [(f"{o.names[0] if o.positional else ', '.join(f'{n} {o.form()}'.strip() for n in o.names)}", o.help)
                    for o in options]
            if rows:
                width = min(22, max(len(names) for names, _ in rows))
                parts.append(f"{title}:\n" + "\n".join(
                    f"  {names:<{width}}{f'  {about}' if about is not None else ''}".rstrip() for names, about in rows))
        self._write("\n\n".join([*parts, *self._about[1:]]) + "\n")

    def parse_known_args(self, args: Any = None) -> tuple[Options, list[str]]:
        """The options, and the words that are not recognised."""
        values = {option.dest: option.default for option in self._options
                  if option.action not in ("help", "version")} | self._defaults
        reader = ArgumentReader(self, list(self._argv() if args is None else args), values)
        reader.read()
        for option in self._options:
            if option.required and option.dest not in reader.used and option.nargs not in ("?", "*"):
                raise ArgumentFault(f"the following arguments are required: {option.called}",
                                    (f"gradcli run FILE {quoted(option.names[0])} VALUE", "gives it"))
        for group in self._groups:
            if group.required and not reader.used.intersection(option.dest for option in group.options):
                raise ArgumentFault("one of the arguments " + " ".join(option.called for option in group.options)
                                    + " is required")
        for option in self._options:
            if option.dest in values and option.dest not in reader.used and option.dest not in self._defaults:
                values[option.dest] = option.unset()
        options = Options()
        vars(options).update(values)
        return options, reader.rest

    def parse_args(self, args: Any = None) -> Options:
        """The options. Raises ArgumentFault for a word that is not recognised."""
        options, rest = self.parse_known_args(args)
        if rest:
            raise ArgumentFault(f"unrecognized arguments: {' '.join(rest):.80}")
        return options

    @property
    def declared(self) -> list[Action]:
        """All options and arguments, in order."""
        return self._options

    def __display__(self, style: Any) -> str:
        return "ArgumentParser()"


@named("_MutuallyExclusiveGroup")
@exposed("add_argument")
class ExclusiveGroup:
    """Options of which a command line may have one."""

    def __init__(self, parser: Parser, required: bool) -> None:
        self.parser, self.required = parser, required
        self.options: list[Action] = []

    def add_argument(self, *names: str, **settings: Any) -> None:
        """Declare an option of the group."""
        self.parser.add_argument(*names, **settings)
        option = self.parser.declared[-1]
        if option.required:
            raise ValueFault("mutually exclusive arguments must be optional")
        option.group = self
        self.options.append(option)

    def __display__(self, style: Any) -> str:
        return "_MutuallyExclusiveGroup()"


class ArgumentReader:
    """Parses the words of a command line into the values of a parser's options."""

    def __init__(self, parser: Parser, argv: list[str], values: dict[str, Any]) -> None:
        self.parser, self.argv, self.values = parser, argv, values
        self.named = {name: option for option in parser.declared if not option.positional for name in option.names}
        self.waiting = [option for option in parser.declared if option.positional]
        self.rest: list[str] = []
        self.used: set[str] = set()

    def read(self) -> None:
        """Parse all words."""
        while self.argv:
            if self.argv[0] == "--":
                self._arguments(self.argv[1:])
                self.argv.clear()
            elif not _is_option(self.argv[0]):
                count = next((n for n, word in enumerate(self.argv) if _is_option(word)), len(self.argv))
                run, self.argv = self.argv[:count], self.argv[count:]
                self._arguments(run)
            else:
                self._option(self.argv.pop(0))

    def _arguments(self, run: list[str]) -> None:
        """Assign positional words to the pending arguments: to each its minimum, and the rest to the first ones."""
        least = [LEAST.get(o.nargs, o.nargs if type(o.nargs) is int else 1) for o in self.waiting]
        count = max(n for n in range(len(least) + 1) if sum(least[:n]) <= len(run))
        spare = len(run) - sum(least[:count])
        for option, most in zip(self.waiting[:count], least[:count], strict=True):
            extra = spare if option.nargs in ("*", "+") else min(1, spare) if option.nargs == "?" else 0
            if most + extra == 0:
                break
            spare -= extra
            texts, run = run[:most + extra], run[most + extra:]
            self.waiting.remove(option)
            self._set(option, [option.value(word) for word in texts] if option.nargs not in (None, "?") else
                      option.value(texts[0]))
        self.rest += run

    def _option(self, word: str) -> None:
        name, joined = self._split(word)
        option = self.named.get(name)
        if option is None:
            self.rest.append(word)
        elif option.action == "help":
            self.parser.print_help()
            raise ProgramExit("the program ends itself", succeeded=True)
        elif option.takes_words:
            self._worded(option, joined)
        else:
            if joined is not None and word.startswith("--"):
                raise ArgumentFault(f"argument {option.called}: ignored explicit argument {joined!r}")
            if joined:
                self.argv.insert(0, f"-{joined}")      # -xy is -x -y
            before = self.values.get(option.dest)
            self._set(option, (before or 0) + 1 if option.action == "count" else
                      FLAGS.get(option.action, option.const))

    def _worded(self, option: Action, joined: str | None) -> None:
        """Set an option that takes values: the joined one, or the words that follow."""
        called = option.called
        count = next((n for n, word in enumerate(self.argv) if _is_option(word)), len(self.argv))
        most = {None: 1, "?": 1}.get(option.nargs, option.nargs if type(option.nargs) is int else count)
        if joined is not None:
            texts = [joined]
        else:
            texts, self.argv = self.argv[:min(most, count)], self.argv[min(most, count):]
        least = LEAST.get(option.nargs, most)
        if len(texts) < least:
            raise ArgumentFault(f"argument {called}: expected " + (
                "one argument" if option.nargs is None else "at least one argument" if option.nargs == "+" else
                f"{least} argument{'s' if least != 1 else ''}"))
        values = [option.value(word) for word in texts]
        value = values if option.nargs not in (None, "?") else values[0] if values else option.const
        before = list(self.values.get(option.dest) or []) if option.action in ("append", "extend") else []
        self._set(option, [*before, value] if option.action == "append" else
                  [*before, *(value if type(value) is list else [value])] if option.action == "extend" else value)

    def _split(self, word: str) -> tuple[str, str | None]:
        """The name of an option, which may be abbreviated, and the value joined to it or None."""
        if word in self.named:
            return word, None
        name, equals, value = word.partition("=")
        joined = value if equals else None
        if name in self.named:
            return name, joined
        if word.startswith("--"):
            close = [option for option in self.named if option.startswith(name)]
            if len(close) > 1:
                raise ArgumentFault(f"ambiguous option: {name} could match {', '.join(close)}")
            return (close[0] if close else word), joined
        return (word[:2], word[2:]) if word[:2] in self.named else (word, None)

    def _set(self, option: Action, value: Any) -> None:
        others = option.group.options if option.group is not None else ()
        other = next((one for one in others if one is not option and one.dest in self.used), None)
        if other is not None:
            raise ArgumentFault(f"argument {option.called}: not allowed with argument {other.called}")
        self.used.add(option.dest)
        self.values[option.dest] = value


def _is_option(word: str) -> bool:
    return word.startswith("-") and len(word) > 1 and not re.fullmatch(NEGATIVE, word) and " " not in word
