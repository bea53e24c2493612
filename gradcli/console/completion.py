"""What shells complete: the scripts they load, and commands, options and values for the word that is typed."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from contextlib import redirect_stdout
from importlib import import_module
from io import StringIO
from typing import Any

import typer
from typer.core import TyperGroup

from gradcli.console.argument_order import Spellings, leaf_commands
from gradcli.console.replayed import refuse_change
from gradcli.console.settings import did_you_mean
from gradcli.faults.tree import UsageFault

ASSIGNED = re.compile(r"(--[\w-]+)\s=(?:\s|$)")       # how bash hands over --style=m: as three words
VALUE = re.compile(r"(--[\w-]+=)[^\s=]*$")
CANDIDATE = re.compile(r'((?:^|\(\()")', re.MULTILINE)     # where one begins in what zsh is told
SHELLS = ("bash", "zsh", "fish", "powershell", "pwsh")
VARIABLE = "_GRADCLI_COMPLETE"


class CommandGroup(TyperGroup):
    """The commands. While a shell completes, options may stand before them, as they may where words are obeyed."""

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """The context of the words before the one that is completed."""
        if extra.get("resilient_parsing"):
            if args[-1:] in (["--show-completion"], ["--install-completion"]):
                args, extra["obj"] = [], SHELLS
            args = self._commanded(args)
        return super().make_context(info_name, args, parent, **extra)

    def _commanded(self, argv: list[str]) -> list[str]:
        """The words with their command in front; none where only whole options have been typed."""
        spelled = Spellings.of(*leaf_commands(self))
        count = spelled.leading(argv)
        if count < len(argv):
            command = "eval" if argv[count] == "-e" else argv[count]
            return [command, *argv[:count], *argv[count + 1:]]
        if spelled.option_without_value(argv):
            owners = [name for name, command in self.commands.items()
                      if not hasattr(command, "commands") and argv[-1] in Spellings.of(command).valued]
            return [owners[0], *argv]
        return []

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Commands, and the options that may stand before them."""
        if ctx.obj == SHELLS:
            item = type(super().shell_complete(ctx, "")[0])
            return [item(shell) for shell in SHELLS if shell.startswith(incomplete)]
        options = self.commands["eval"].shell_complete(ctx, incomplete) if incomplete[:1] == "-" else []
        return [*super().shell_complete(ctx, incomplete), *options]


def answer(complete: Callable[[], int]) -> int:
    """Print what `complete` tells the shell that asks, the values of `--option=` as that shell reads them.

    Bash takes the sign between for a word of its own; zsh and fish complete the option and its value together.
    """
    shell = os.environ.get(VARIABLE, "").rpartition("_")[2]
    if shell == "bash":
        words, at = os.environ.get("COMP_WORDS", ""), int(os.environ.get("COMP_CWORD") or 0)
        os.environ["COMP_WORDS"] = ASSIGNED.sub(r"\1 ", words)
        before = sum(len(words[:sign.start(1)].split()) + 1 < at for sign in ASSIGNED.finditer(words))
        os.environ["COMP_CWORD"] = str(at - before)
    typed = os.environ.get("_TYPER_COMPLETE_ARGS", "")
    option = VALUE.search(typed) if shell in ("zsh", "fish") else None
    if option is None:
        return complete()
    os.environ["_TYPER_COMPLETE_ARGS"] = f"{typed[:option.end(1) - 1]} {typed[option.end(1):]}"
    answer_text = StringIO()
    try:
        with redirect_stdout(answer_text):
            return complete()
    finally:
        places = CANDIDATE if shell == "zsh" else re.compile(r"^()(?=.)", re.MULTILINE)
        typer.echo(places.sub(lambda place: place[1] + option[1], answer_text.getvalue()), nl=False)


def scripts(order: str, *words: str) -> int:
    """Print, or install, what makes a shell complete; the one that is named, or the one that is running."""
    completion: Any = import_module("typer.completion")
    shell = words[0].lower() if words else _shell()
    if shell not in SHELLS or len(words) > 1:
        name = " ".join(words) or "the shell that is running"
        raise UsageFault(f"{order} takes one of {', '.join(SHELLS)}, not {name!r}{did_you_mean(shell, list(SHELLS))}",
                         f"gradcli {order} bash")
    if order == "--show-completion":
        typer.echo(completion.get_completion_script(prog_name="gradcli", complete_var=VARIABLE, shell=shell))
    else:
        refuse_change("--install-completion")
        name, path = completion.install(shell=shell, prog_name="gradcli", complete_var=VARIABLE)
        typer.echo(f"completion for {name} is in {path}; it works from the next shell on")
    return 0


def _shell() -> str:
    """The shell that has started this process, or the user's own."""
    try:
        return str(import_module("shellingham").detect_shell()[0])
    except Exception:       # it is not there, or knows no shell among the processes above
        return os.path.basename(os.environ.get("SHELL", ""))
