"""The commands that begin with a colon: one table, from which help and completion are read too."""

from __future__ import annotations

from collections.abc import Callable
from shutil import get_terminal_size
from textwrap import wrap
from typing import NamedTuple

from gradcli.console.settings import KEYS, did_you_mean, read_setting
from gradcli.faults.tree import NameFault, UsageFault
from gradcli.repl.clipboard import copy_to_clipboard
from gradcli.repl.commands_derive import draw_curve, show_derivative, show_steps
from gradcli.repl.commands_inspect import (
    check_gradients,
    clear_gradients,
    show_graph,
    show_info,
    show_vars,
    time_expression,
)
from gradcli.repl.commands_settings import SETTABLE, edit, require_typed, set_option, set_style
from gradcli.repl.core import Repl
from gradcli.repl.files import file_path, load, save

FILES = ("load", "save", "transcript")


class Command(NamedTuple):
    """A command of the prompt: what follows its name, what it does, and the function that does it."""

    wants: str
    help: str
    do: Callable[[Repl, str], None]
    outside: bool = False       # whether it reaches files or other programs


def execute(repl: Repl, line: str) -> None:
    """Carry out a command, without its colon."""
    name, _, argument = line.strip().partition(" ")
    command = COMMANDS.get(name)
    if command is None:
        starting = [command for command in COMMANDS if command.startswith(name)] if name else []
        if len(starting) > 1:
            raise UsageFault(f":{name} is the beginning of several commands", *(f":{command}" for command in starting))
        if not starting:
            raise UsageFault(f"there is no command :{name}{did_you_mean(name, list(COMMANDS))}", ":help")
        command = COMMANDS[starting[0]]
    argument = argument.strip()
    if argument and not command.wants:
        raise UsageFault(f":{name} takes nothing after it")
    if not argument and command.wants and not command.wants.startswith("["):
        raise UsageFault(f":{name} needs {command.wants}", f":{name} {command.wants}")
    if command.outside:
        require_typed(repl, f":{name}")
    command.do(repl, argument)


def _help(repl: Repl, argument: str) -> None:
    if argument:
        _doc(repl, f":{argument}" if argument in COMMANDS else argument)
        return
    columns = max(get_terminal_size().columns, 20)
    margin = min(max(len(f":{name} {command.wants}") for name, command in COMMANDS.items()) + 2, columns // 2)
    for name, command in COMMANDS.items():
        title = f":{name} {command.wants}".rstrip()
        lines = wrap(command.help, columns - margin, break_long_words=False, break_on_hyphens=False)
        if len(title) + 2 > margin:
            repl.write(f"{title}\n")
            title = ""
        for line in lines:
            repl.write(f"{title:<{margin}}{line}\n")
            title = ""


def _quit(repl: Repl, argument: str) -> None:
    repl.over = True


def _reset(repl: Repl, argument: str) -> None:
    repl.reset()


def _load(repl: Repl, argument: str) -> None:
    source = load(file_path(argument), repl.settings)
    repl.run(source.text, source.name)


def _save(repl: Repl, argument: str) -> None:
    save(file_path(argument), "".join(f"{line}\n" for line in repl.script()))


def _transcript(repl: Repl, argument: str) -> None:
    from gradcli.data.transcript import prompted

    text = "".join(entry.directives + prompted(entry.text) + entry.printed for entry in repl.entries)
    save(file_path(argument), text)


def _style(repl: Repl, argument: str) -> None:
    if argument:
        set_style(repl, argument)
    else:
        repl.write(f"{repl.settings.style}\n")


def _seed(repl: Repl, argument: str) -> None:
    repl.run(f"torch.manual_seed({read_setting(KEYS['seed'], argument, ':seed')})", ":seed")


def _precision(repl: Repl, argument: str) -> None:
    digits = read_setting(KEYS["precision"], argument, ":precision")
    repl.run(f"torch.set_printoptions(precision={digits})", ":precision")


def _doc(repl: Repl, argument: str) -> None:
    from gradcli.reference.describe import describe_name

    command = COMMANDS.get(argument.removeprefix(":")) if argument.startswith(":") else None
    if command is not None:
        repl.write(f"{argument} {command.wants}".rstrip() + f"\n\n{command.help}.\n")
    elif "." not in argument and argument in repl.names() and not callable(repl.named(argument)):
        show_info(repl, argument)
    else:
        try:
            repl.write_values(lambda: describe_name(argument, repl.settings, repl.session) + "\n")
        except NameFault as fault:      # its repairs are commands of a shell
            fault.hints = [(repair.replace("gradcli ", ":"), why) for repair, why in fault.hints
                           if repair.startswith("gradcli doc ")]
            if argument in COMMANDS:
                fault.hints = [(f":help {argument}", "")]
            raise


def _history(repl: Repl, argument: str) -> None:
    for number, entry in enumerate(repl.entries, 1):
        repl.write(f"{number:4}  " + entry.text.replace("\n", "\n      ") + "\n")


def _count(argument: str, command: str) -> int:
    """The number of statements that a command is for, 1 where none is named."""
    if argument and not argument.isdecimal() or argument == "0":
        raise UsageFault(f"{command} takes a number of statements", f"{command} 1")
    return int(argument or 1)


def _undo(repl: Repl, argument: str) -> None:
    count = _count(argument, ":undo")
    if not repl.entries and repl.undo_reset():
        repl.write("undone: :reset\n")
        return
    for entry in repl.undo(count):
        repl.write(f"undone: {entry.text}\n")


def _redo(repl: Repl, argument: str) -> None:
    count = _count(argument, ":redo")
    if not repl.undone:
        raise UsageFault("there is nothing to redo: :undo has taken nothing back, or something was typed since",
                         ":history")
    waiting, repl.undone = repl.undone, []
    for _ in range(min(count, len(waiting))):
        text = waiting.pop()
        repl.write(f"redone: {text}\n")
        repl.run(text)
    repl.undone = waiting


def _timing(repl: Repl, argument: str) -> None:
    if argument not in ("on", "off"):
        raise UsageFault(":timing takes on or off", ":timing on")
    repl.timing = argument == "on"


def _limits(repl: Repl, argument: str) -> None:
    from gradcli.process.limits import limits_of

    for name, value in limits_of(repl.settings).items():
        repl.write(f"{name:<16}{value}\n")


def choices(repl: Repl, name: str, argument: str) -> list[str]:
    """The words that may follow a command and what was typed after it."""
    if name == "set" and " " not in argument:
        return sorted(KEYS[option].word for option in SETTABLE)
    if name in ("set", "style"):
        key = KEYS.get((argument.partition(" ")[0] if name == "set" else "style").replace("-", "_"))
        return list(key.choices) if key else []
    return ["on", "off"] if name == "timing" else []


COMMANDS: dict[str, Command] = {
    "help": Command("[NAME]", "this list, or what one command or operation does", _help),
    "vars": Command("", "the names that are set, with type, shape and gradient", show_vars),
    "info": Command("NAME", "a value: what it is, what made it, where it was set", show_info),
    "graph": Command("NAME", "the calls that led to a value, as a tree", show_graph),
    "check": Command("EXPR", "its gradients against slopes measured at the values its names have now", check_gradients),
    "steps": Command("EXPR",
                     "its derivation where its names stand now, as on paper; with --tape each operation, then each "
                     "gradient and its rule", show_steps),
    "diff": Command("EXPR", "its derivatives as formulas", show_derivative),
    "plot": Command("EXPR over NAME=FROM:TO", "its curve and that of its slope", draw_curve),
    "doc": Command("NAME", "whatever has a name: signature, domain, gradient rule, example (also NAME?)", _doc),
    "history": Command("", "the statements that succeeded", _history),
    "load": Command("FILE", "run a script as if it were typed", _load, True),
    "save": Command("FILE", "write the statements that succeeded to a script", _save, True),
    "transcript": Command("FILE", "write them with prompts and what they printed", _transcript, True),
    "edit": Command("[N]", "the last statement, or statement N of :history, in your editor; then run it", edit, True),
    "reset": Command("", "forget every name; :undo right after it brings them back", _reset),
    "undo": Command("[N]", "give names back the values they had before the last N statements", _undo),
    "redo": Command("[N]", "run the last N statements again that :undo has taken back", _redo),
    "copy": Command("[EXPR]", "the last result, or a value, to the clipboard of the terminal", copy_to_clipboard, True),
    "zero": Command("", "clear every gradient", clear_gradients),
    "style": Command("[tutorial|modern]", "how values print, and which stream a seed means", _style),
    "set": Command("[NAME VALUE]", "a setting, such as linewidth auto or edit-mode vi; alone, all of them", set_option),
    "precision": Command("N", "digits after the point", _precision),
    "seed": Command("N", "seed the random generator", _seed),
    "time": Command("EXPR", "how long an expression takes, as a mean over many turns", time_expression),
    "timing": Command("on|off", "say after each statement how long it took", _timing),
    "limits": Command("", "what a program may use up", _limits),
    "quit": Command("", "leave (also Ctrl-D, exit, quit)", _quit),
}
