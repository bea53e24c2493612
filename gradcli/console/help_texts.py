"""Help texts, kept in the user's cache once Typer has laid them out: loading it takes longer than all the rest.

The key names everything that a text depends on, so that a stale one is never printed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib.util import find_spec

from gradcli import artifacts

LAYOUT = ("COLUMNS", "TERMINAL_WIDTH", "LANG", "LC_", "TYPER", "_TYPER")  # how variables begin that Typer reads
PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SOURCES = ("cli.py", "commands", "console")


def help_text(argv: list[str], make: Callable[[], str]) -> str | None:
    """The text that `make` lays out for the name of a command and --help; None where it cannot be kept."""
    if sys.stdout is None or sys.stdout.encoding.lower() not in ("utf-8", "utf8"):
        return None
    text: str = artifacts.load_or_make("-".join(["help", *argv[:-1]]), _key(argv), make)
    return text


def _key(argv: list[str]) -> bytes:
    """What a text depends on: the declarations, Typer, the width of the terminal and the language."""
    typer = find_spec("typer")
    stamps = [_stamp(path) for path in _files(typer.origin if typer and typer.origin else "")]
    variables = [f"{name}={value}" for name, value in sorted(os.environ.items()) if name.startswith(LAYOUT)]
    try:
        columns = os.get_terminal_size(1).columns
    except OSError:     # no terminal
        columns = 0
    return "\n".join(["gradcli help", " ".join(argv), str(columns), *variables, *stamps, "\n"]).encode()


def _files(typer: str) -> list[str]:
    """The files of the declarations, and those that tell when Typer was installed."""
    files = [typer, os.path.dirname(typer)]
    for source in SOURCES:
        path = os.path.join(PACKAGE, source)
        files += [os.path.join(path, name) for name in sorted(os.listdir(path)) if name.endswith(".py")] \
            if os.path.isdir(path) else [path]
    return files


def _stamp(path: str) -> str:
    status = os.stat(path)
    return f"{path} {status.st_size} {status.st_mtime_ns}"
