"""Reorder the command line as Typer reads it: the command, its options, --, and everything else.

Options may stand before the command, after it, and before -e. Words that are no options are programs, also
when they begin with a dash; behind the file of `run` every word is the script's own.
"""

from __future__ import annotations

import os
import sys
from typing import Any, NamedTuple

from gradcli.console.settings import did_you_mean
from gradcli.faults.source import quoted
from gradcli.faults.tree import UsageFault

# Commands whose words may begin with a dash.
FREE = ("eval", "run", "grad", "jac", "hess", "jvp", "vjp", "check", "diff", "graph", "steps", "plot")
COMPLETION = ("--install-completion", "--show-completion")
OUTER = ("--version", "--help", "-h", *COMPLETION)


class Spellings(NamedTuple):
    """How the options of a command, or of several, are spelled: all of them, and those that take a value."""

    every: set[str]
    valued: set[str]

    @classmethod
    def of(cls, *commands: Any) -> Spellings:
        """The spellings of the options of Typer commands."""
        every: set[str] = {"--help", "-h"}
        valued: set[str] = set()
        for parameter in (parameter for command in commands for parameter in command.params):
            spelled = {s for s in (*parameter.opts, *parameter.secondary_opts) if s.startswith("-")}
            every |= spelled
            if not getattr(parameter, "is_flag", False):
                valued |= spelled
        return cls(every, valued)

    def has(self, word: str) -> bool:
        """Whether a word is one of them, or begins with two dashes and a letter, as a mistyped option does."""
        return word in self.every or (word[:2] == "--" and word[2:3].isalpha())

    def leading(self, argv: list[str]) -> int:
        """How many words in front are options and their values."""
        count = 0
        options = self.every.difference(OUTER)
        while count < len(argv) and argv[count].partition("=")[0] in options:
            count += 2 if argv[count] in self.valued else 1
        return min(count, len(argv))

    def option_without_value(self, argv: list[str]) -> str | None:
        """The first option without a value, and the option after it, which click would take as the value; else None."""
        remaining = iter(argv)
        for word in remaining:
            if word == "--":
                break
            if word in self.valued and (value := next(remaining, None)) in (None, "-e", *self.every):
                return word if value is None else f"{word} {value}"
        return None


def reorder(argv: list[str], group: Any) -> list[str]:
    """The words in the order that `group`, which holds the commands, reads. UsageFault for what cannot be read."""
    spelled = Spellings.of(*leaf_commands(group))
    argv = unbundled(argv, spelled)
    count = spelled.leading(argv)
    options, rest = argv[:count], argv[count:]
    command = rest[0] if rest else ""
    if option := spelled.option_without_value(options):
        raise _lacks(option, "--help")
    if command.partition("=")[0] in OUTER:
        return [*command.split("=", 1), *rest[1:]]
    if command == "eval":
        own = Spellings.of(group.commands[command])
        if rest[1 + own.leading(rest[1:]):][:1] == ["-e"]:
            return [command, *options, *programs(rest[1:], own)]
    if command == "-e":
        return ["eval", *options, *programs(rest, Spellings.of(group.commands["eval"]))]
    if command in ("", "-"):
        prompt = not command and sys.stdin is not None and sys.stdin.isatty()
        return ["repl", *options] if prompt else ["eval", *options, "--", "-", *rest[1:]]
    if command not in group.commands:
        raise _unknown(command, rest[1:], group, spelled)
    return _reorder_command(command, options, rest[1:], group.commands[command])


def unbundled(argv: list[str], spelled: Spellings) -> list[str]:
    """The words with `-qe` in front of them, several short options in one, as `-q -e`."""
    letters = argv[0][1:] if argv and argv[0][:1] == "-" else ""
    single = [f"-{letter}" for letter in letters]
    if len(single) < 2 or not all(letter in ("-e", *spelled.every.difference(spelled.valued)) for letter in single):
        return argv
    return [*single, *argv[1:]]


def _reorder_command(name: str, options: list[str], argv: list[str], command: Any) -> list[str]:
    """The words of one command, with the options that stood before its name."""
    inner = getattr(command, "commands", {})
    if inner:
        spelled = Spellings.of(*leaf_commands(command))
        count = spelled.leading(argv)
        chosen = argv[count : count + 1] if argv[count:] and argv[count] in inner else []
        argv = _require_values([*argv[:count], *argv[count + len(chosen):]], " ".join([name, *chosen]), spelled)
        return [name, *chosen, *options, *argv]
    spelled = Spellings.of(command)
    if name not in FREE:
        return [name, *options, *_require_values(argv, name, spelled)]
    if name == "run":
        count = spelled.leading(argv)
        if count == len(argv) or argv[count] != "--" and spelled.has(argv[count]):
            return [name, *options, *_require_values(argv, name, spelled)]      # no file, or a mistyped option
        rest = argv[count:]
        return [name, *options, *argv[:count], "--", *(rest[1:] if rest[0] == "--" else rest)]
    return [name, *options, *sorted_words(_require_values(argv, name, spelled), spelled)]


def _require_values(argv: list[str], name: str, spelled: Spellings) -> list[str]:
    if option := spelled.option_without_value(argv):
        raise _lacks(option, f"{name} --help")
    return argv


def sorted_words(argv: list[str], spelled: Spellings) -> list[str]:
    """The words with options first, then --, then the rest, which may begin with a dash."""
    options: list[str] = []
    others: list[str] = []
    remaining = iter(argv)
    for word in remaining:
        if word == "--":
            others += remaining
        elif spelled.has(word):
            options.append(word)
            if word in spelled.valued and (value := next(remaining, None)) is not None:
                options.append(value)
        else:
            others.append(word)
    return [*options, "--", *others]


def programs(argv: list[str], spelled: Spellings) -> list[str]:
    """Sort words in which each -e is followed by a program, which may begin with a dash, or by options first."""
    options: list[str] = []
    sources: list[str] = []
    remaining = list(argv)
    while remaining:
        word = remaining.pop(0)
        if word == "--":
            sources += remaining
            break
        if word == "-e" and remaining and remaining[0][:2] == "--" and remaining[0].partition("=")[0] in spelled.every:
            continue
        if word == "-e" or word in spelled.valued:
            if not remaining:
                raise _lacks(word, "-e '1 + 1'" if word == "-e" else "--help")
            if word == "-e":
                sources.append(remaining.pop(0))
            else:
                options += [word, remaining.pop(0)]
        else:
            (options if spelled.has(word) else sources).append(word)
    if not sources:
        raise _lacks("-e", "-e '1 + 1'")
    return [*options, "--", *sources]


def _lacks(option: str, example: str) -> UsageFault:
    option, _, following = option.partition(" ")
    behind = f", and {following} is an option" if following else ""
    return UsageFault(f"{option} needs a {'program' if option == '-e' else 'value'} after it{behind}",
                      f"gradcli {example}")


def leaf_commands(group: Any) -> list[Any]:
    """All commands of a group, and those of its groups."""
    return [leaf for command in group.commands.values()
            for leaf in (leaf_commands(command) if hasattr(command, "commands") else [command])]


def _unknown(word: str, others: list[str], group: Any, spelled: Spellings) -> UsageFault:
    """The fault of a first word that is neither a command nor an option; `others` stand behind it."""
    if word[:1] == "-":
        close = did_you_mean(word, sorted(spelled.every)) if word[:2] == "--" else ""
        program = f"gradcli eval {quoted(word)}"
        if word == "-c":        # as of python and of shells
            program = f"gradcli -e {quoted((*others, '1 + 1')[0])}"
        if word in ("-v", "-V"):
            program = "gradcli --version"
        hints = () if word[:2] == "--" or word[1:].isalpha() and word.lower() not in ("-c", "-v") else (program,)
        return UsageFault(f"there is no option {word!r}{close}", *hints, "gradcli --help")
    if os.path.isfile(word):
        return UsageFault(f"there is no command {word!r}, but a file", f"gradcli run {quoted(word)}")
    if word == "help" and others[:1] and others[0] in group.commands:
        return UsageFault(f"there is no command {word!r}", f"gradcli {others[0]} --help")
    if f"--{word}" in OUTER:
        return UsageFault(f"there is no command {word!r}, but an option", f"gradcli --{word}")
    close = did_you_mean(word, list(group.commands)) or _related(word, group)
    hints = () if close or word.isidentifier() else (f"gradcli eval {quoted(word)}",)
    return UsageFault(f"there is no command {word!r}{close}", *hints, "gradcli --help")


def _related(word: str, group: Any) -> str:
    """The end of the message about a word that begins like a command (`hessian`, `conf`), as that of `did_you_mean`."""
    word = word.lower()
    begun = (name for name in group.commands if word.startswith(name) or len(word) > 2 and name.startswith(word))
    command = next(begun, "diff" if word.startswith("deriv") else "")
    return command and f"; did you mean {command!r}?"


def option_value(option: str, argv: list[str]) -> str | None:
    """The value of an option that is needed before the words are parsed; None for no known value."""
    for word, following in zip(argv, [*argv[1:], ""], strict=False):
        if word == option or word.startswith(option + "="):
            value = following if word == option else word.partition("=")[2]
            return value if value in ("rich", "short", "json") else None
    return None
