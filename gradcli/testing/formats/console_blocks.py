"""Blocks that show commands of a shell with what they print. Those that begin with gradcli are replayed.

The command itself runs, in a process of its own with its own limits, and no shell: its words are those that a
shell would make of quotes, and nothing else of a shell's is done.
"""

from __future__ import annotations

import os
import re
import selectors
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from time import monotonic, perf_counter

import gradcli
from gradcli.console.replayed import ELSEWHERE, NO_CHANGE, lies_elsewhere
from gradcli.console.source import LARGEST
from gradcli.faults.tree import Fault, UsageFault
from gradcli.testing.model import Check, OutputParts, options_of

LANGUAGES = ("console", "sh", "bash", "shell", "shell-session")
PROMPT = "$ "
QUOTED = re.compile(r"'[^']*'|\"(?:\\.|[^\"\\$`])*\"|\\.|(?<!\S)#.*")
SHELL = re.compile(r"[();<>|&`$]")
# Skipped in a text that is tested: lifting limits, writing files, waiting for a person, testing itself.
# The process of a command refuses them once more (`console/replayed.py`), however they are spelled.
REFUSED_COMMANDS = frozenset(("config", "repl", "test"))
LIMITS = ("--time-limit", "--memory-limit", "--max-output")
NO_LIMIT = re.compile(r"0*\.?0*[a-zA-Z]*")
LONGEST_PATH = 4096
REFUSED_OPTIONS = ("-o", "--output", "--no-limits", "-i", "--interactive", "--init", "--install-completion")


def console_checks(lines: Sequence[str], first: int, prefix: str, directives: list[str]) -> Iterator[Check]:
    """The commands of one block with what is shown below them. One that shows nothing is an illustration."""
    lines = [line.removeprefix(prefix) if line.strip() else "" for line in lines]
    at = 0
    while at < len(lines):
        start, command = at, lines[at]
        at += 1
        if not command.startswith(PROMPT):
            continue
        while command.endswith("\\") and at < len(lines):
            command = command[:-1] + lines[at].removeprefix("> ")
            at += 1
        while at < len(lines) and lines[at].startswith(">") and _is_open(command):
            command += "\n" + lines[at].removeprefix(">").removeprefix(" ")
            at += 1
        stop = at
        while stop < len(lines) and not lines[stop].startswith(PROMPT):
            stop += 1
        command = command.removeprefix(PROMPT).strip()
        if command.split()[:1] == ["gradcli"] and any(map(str.strip, lines[at:stop])):
            options = options_of(command)
            options = options._replace(skip=options.skip or bool(why_not_replayed(command)))
            yield Check(first + start + 1, command, tuple(lines[at:stop]), first + at, options, tuple(directives),
                        "command", prefix, True)
            directives.clear()
        at = stop


def _is_open(command: str) -> bool:
    """Whether a quote in a command is not closed."""
    try:
        shlex.split(command.removeprefix(PROMPT), comments=True)
    except ValueError:
        return True
    return False


def command_words(command: str) -> list[str]:
    """The words of a command, gradcli the first; UsageFault if it asks a shell for more, or is not to be replayed."""
    try:
        plain = shlex.split(command, comments=True)
    except ValueError as error:
        raise UsageFault(f"this command cannot be taken apart: {str(error).lower()}") from None
    if sign := SHELL.search(QUOTED.sub("", command)):
        raise UsageFault(f"this command needs a shell, whose {sign[0]} it has, and is not replayed")
    if plain[:1] != ["gradcli"]:
        raise UsageFault("only commands that begin with gradcli are replayed")
    for word, following in zip(plain[1:], [*plain[2:], ""], strict=False):
        option, _, value = word.partition("=")
        if option in REFUSED_OPTIONS or (option.startswith("-o") and not option.startswith("--")):
            raise UsageFault(f"a command with {option} is not replayed: {NO_CHANGE}")
        if option in LIMITS and NO_LIMIT.fullmatch(value or following):
            raise UsageFault(f"a command with {option} 0 is not replayed: it would have no such limit")
        if path := _elsewhere(word):
            raise UsageFault(f"a command that reads {path} is not replayed: {ELSEWHERE}")
    if not plain[1:] or plain[1] in REFUSED_COMMANDS:       # without a word it is the prompt
        raise UsageFault(f"{' '.join(plain[:2])} is not replayed: {NO_CHANGE}")
    return plain


def _elsewhere(word: str) -> str:
    """A path in a word that leads to something outside of the present folder, or hidden there; empty if none does."""
    here = os.path.realpath(".")
    for piece in re.split("[=@,]", word):
        for path in {piece, piece.partition(":")[0]} if len(piece) < LONGEST_PATH and "\0" not in piece else ():
            if path and path not in (".", "-") and os.path.lexists(path) and lies_elsewhere(path, here):
                return path
    return ""


def why_not_replayed(command: str) -> str:
    """Why a command is not replayed; nothing if it is."""
    try:
        command_words(command)
    except UsageFault as fault:
        return fault.message
    return ""


def environment() -> Mapping[str, str]:
    """The variables of a replayed command: a text says the same on everybody's machine."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith("GRADCLI_")}
    return variables | {"XDG_CONFIG_HOME": os.devnull, "NO_COLOR": "1", "COLUMNS": "80"}


# The package is the one that tests, and nothing else is imported from where it lies, or from the folder of the text.
START = ("import sys; sys.path.insert(0, sys.argv.pop(1)); import gradcli; del sys.path[0]; "
         "from gradcli.console.replayed import begin_replay; begin_replay(sys.argv.pop(1)); "
         "from gradcli.__main__ import main; main()")
HERE = os.path.dirname(gradcli.__path__[0])


def run_command(command: str, home: str | os.PathLike[str] = ".", limit: float = 0.0, memory: int = 0,
                package: str | os.PathLike[str] = HERE) -> str:
    """All that a gradcli command prints, on both streams, with `home` as its folder; `package` is where gradcli lies.

    It may run for `limit` seconds and need `memory` bytes; 0 for any. Raises TimeoutExpired, and UsageFault where it
    prints more than a text that is tested can hold.
    """
    argv = command_words(command)
    started = [sys.executable, "-P", "-c", START, os.fspath(package), str(memory), *argv[1:]]
    process = subprocess.Popen(started, cwd=home, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, env=environment())
    try:
        return _all_printed(process, limit).decode(errors="replace")
    finally:
        process.kill()
        process.communicate()


def _all_printed(process: subprocess.Popen[bytes], limit: float) -> bytes:
    """What a process prints until it ends."""
    assert process.stdout is not None
    end = monotonic() + limit if limit else None
    printed = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while selector.select(None if end is None else max(0.0, end - monotonic())):
            piece = os.read(process.stdout.fileno(), 1 << 16)
            printed += piece
            if not piece:
                process.wait()
                return bytes(printed)
            if len(printed) > LARGEST:
                raise UsageFault(f"the command printed {LARGEST >> 20} MiB, more than a text may hold")
    raise subprocess.TimeoutExpired("gradcli", limit)


def run_check(check: Check, limit: float, memory: int) -> tuple[OutputParts, str, float]:
    """What a command prints, what is wrong besides, and the seconds it took."""
    start = perf_counter()
    try:
        text, problem = run_command(check.source, limit=limit, memory=memory), ""
    except Fault as fault:
        text, problem = "", fault.message
    except subprocess.TimeoutExpired:
        text, problem = "", f"the command ran for longer than {limit:g} seconds"
    except OSError as error:
        text, problem = "", f"the command cannot be run: {error.strerror}"
    return OutputParts(text), problem, perf_counter() - start
