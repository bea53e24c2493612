"""The table of commands: their names in the order of --help. config, a group, is made by Typer alone."""

from __future__ import annotations

from importlib import import_module

from gradcli.console.options import Command

NAMES = ("eval", "run", "repl", "grad", "diff", "jac", "hess", "jvp", "vjp", "check", "graph", "steps", "plot", "doc",
         "ops", "explain", "limits", "test")
PLAIN = {*NAMES} - {"run", "repl", "test"}
"""Those whose plain forms need no Typer: behind the file of `run` words are the script's own; the others take long."""

IN_GROUPS = (("config",), ("config", "path"), ("config", "show"), ("config", "init"))


def is_command(argv: list[str]) -> bool:
    """Whether words are the whole name of a command, or none."""
    return not argv or tuple(argv) in IN_GROUPS or len(argv) == 1 and argv[0] in NAMES


def command(name: str) -> Command:
    """The command of that name."""
    declared: Command = getattr(import_module(f"gradcli.commands.{name}"), "eval_" if name == "eval" else name)
    return declared
