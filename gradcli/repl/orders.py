"""The commands that begin with a colon: one table, from which help and completion are read too."""

from __future__ import annotations

import os
from collections.abc import Callable
from time import perf_counter
from typing import Any, NamedTuple

from gradcli.commands.settings import KEYS, nearest, read
from gradcli.commands.source import from_file
from gradcli.errors import UsageFault
from gradcli.repl.state import Repl


class Order(NamedTuple):
    """A command of the prompt: what follows its name, what it does, and the function that does it."""

    wants: str
    help: str
    do: Callable[[Repl, str], None]


def obey(repl: Repl, line: str) -> None:
    """Carry out a command, without its colon."""
    name, _, rest = line.strip().partition(" ")
    found = ORDERS.get(name)
    if found is None:
        starting = [known for known in ORDERS if known.startswith(name)] if name else []
        if len(starting) != 1:
            raise UsageFault(f"there is no command :{name}{nearest(name, list(ORDERS))}", ":help")
        found = ORDERS[starting[0]]
    rest = rest.strip()
    if rest and not found.wants:
        raise UsageFault(f":{name} takes nothing after it")
    if not rest and found.wants and not found.wants.startswith("["):
        raise UsageFault(f":{name} needs {found.wants}", f":{name} {found.wants}")
    found.do(repl, rest)


def _help(repl: Repl, rest: str) -> None:
    width = max(len(f":{name} {order.wants}") for name, order in ORDERS.items())
    for name, order in ORDERS.items():
        repl.write(f"{f':{name} {order.wants}':<{width}}  {order.help}\n")


def _quit(repl: Repl, rest: str) -> None:
    repl.over = True


def _vars(repl: Repl, rest: str) -> None:
    rows = [(name, *facts(value)) for name, value in sorted(repl.names().items())]
    if rows:
        rows.insert(0, ("name", "type", "shape", "requires_grad", "grad", "bytes"))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        repl.write("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() + "\n")


def facts(value: Any) -> tuple[str, str, str, str, str]:
    """What a value is: type, shape, whether it requires and has a gradient, and its size."""
    if hasattr(value, "array"):
        return (f"{type(value).__name__} {value.dtype.name}", "x".join(map(str, value.shape)) or "0-d",
                "yes" if value.requires_grad else "", "yes" if value.grad is not None else "", str(value.array.nbytes))
    return type(value).__name__, str(len(value)) if isinstance(value, (str, list, tuple, dict, set)) else "", "", "", ""


def _reset(repl: Repl, rest: str) -> None:
    repl.reset()


def _load(repl: Repl, rest: str) -> None:
    source = from_file(rest)
    repl.run(source.text, source.name)


def _save(repl: Repl, rest: str) -> None:
    _write(rest, "".join(f"{entry.text}\n" for entry in repl.entries))


def _transcript(repl: Repl, rest: str) -> None:
    from gradcli.commands.transcript import prompted

    _write(rest, "".join(prompted(entry.text) + entry.printed for entry in repl.entries))


def _write(path: str, text: str) -> None:
    from gradcli.commands.output import Output

    output = Output(os.path.expanduser(path))
    output.write(text)
    output.finish()


def _style(repl: Repl, rest: str) -> None:
    if not rest:
        repl.write(f"{repl.settings.style}\n")
        return
    repl.settings.style = str(read(KEYS["style"], rest, ":style"))
    repl.session.style = repl.settings.style


def _seed(repl: Repl, rest: str) -> None:
    repl.session.run(f"torch.manual_seed({read(KEYS['seed'], rest, ':seed')})", ":seed", echo=False)


def _precision(repl: Repl, rest: str) -> None:
    digits = read(KEYS["precision"], rest, ":precision")
    repl.session.run(f"torch.set_printoptions(precision={digits})", ":precision", echo=False)


def _doc(repl: Repl, rest: str) -> None:
    from gradcli.commands.catalogue import described

    if "." not in rest and rest in repl.names():
        _info(repl, rest)
    else:
        repl.write(described(rest, repl.settings) + "\n")


def _info(repl: Repl, rest: str) -> None:
    value = repl.named(rest)
    kind, shape, requires, has, size = facts(value)
    made = getattr(getattr(value, "node", None), "modern_name", None)
    for label, fact in (("type", kind), ("shape", shape), ("made by", made or ""), ("requires grad", requires),
                        ("has grad", has), ("bytes", size), ("assigned in", _assignment(repl, rest))):
        if fact:
            repl.write(f"{label:<14}{fact}\n")
    repl.write(repl.session.text(value).rstrip("\n") + "\n")


def _assignment(repl: Repl, name: str) -> str:
    """The last statement that seems to have set a name, for a person to look at."""
    import re

    sets = re.compile(rf"(?:^|[\s;,(]){re.escape(name)}\s*(?:[-+*/@]?=(?!=)|,.*=(?!=))", re.MULTILINE)
    return next((entry.text for entry in reversed(repl.entries) if sets.search(entry.text)), "")


def _history(repl: Repl, rest: str) -> None:
    for number, entry in enumerate(repl.entries, 1):
        repl.write(f"{number:4}  " + entry.text.replace("\n", "\n      ") + "\n")


def _undo(repl: Repl, rest: str) -> None:
    if rest and not rest.isdecimal() or rest == "0":
        raise UsageFault(":undo takes a number of statements", ":undo 1")
    for entry in repl.undo(int(rest or 1)):
        repl.write(f"undone: {entry.text}\n")


def _zero(repl: Repl, rest: str) -> None:
    cleared = [name for name, value in repl.names().items() if getattr(value, "grad", None) is not None]
    for name in cleared:
        repl.session.run(f"{name}.grad = None", ":zero", echo=False)
    repl.write(f"{', '.join(cleared) or 'nothing'} cleared\n")


def _time(repl: Repl, rest: str) -> None:
    turns, start, elapsed = 0, perf_counter(), 0.0
    while elapsed < ENOUGH and turns < MOST:
        repl.session.run(rest, ":time", echo=False)
        turns += 1
        elapsed = perf_counter() - start
    repl.write(f"{elapsed / turns * 1e6:.1f} microseconds a turn, mean of {turns}\n")


ENOUGH, MOST = 0.5, 10_000      # seconds and turns after which :time has seen enough


def _timing(repl: Repl, rest: str) -> None:
    if rest not in ("on", "off"):
        raise UsageFault(":timing takes on or off", ":timing on")
    repl.timing = rest == "on"


def _limits(repl: Repl, rest: str) -> None:
    from gradcli.commands.running import limits_of

    for name, value in limits_of(repl.settings).items():
        repl.write(f"{name:<16}{value}\n")


ORDERS: dict[str, Order] = {
    "help": Order("", "this list", _help),
    "vars": Order("", "the names that are set, with type, shape and gradient", _vars),
    "info": Order("NAME", "a value: what it is, what made it, where it was set", _info),
    "doc": Order("NAME", "an operation: signature, gradient rule, example (also NAME?)", _doc),
    "history": Order("", "the statements that succeeded", _history),
    "load": Order("FILE", "run a script as if it were typed", _load),
    "save": Order("FILE", "write the statements that succeeded to a script", _save),
    "transcript": Order("FILE", "write them with prompts and what they printed", _transcript),
    "reset": Order("", "forget every name", _reset),
    "undo": Order("[N]", "give names back the values they had before the last N statements", _undo),
    "zero": Order("", "clear every gradient", _zero),
    "style": Order("[tutorial|modern]", "how values print, and which stream a seed means", _style),
    "precision": Order("N", "digits after the point", _precision),
    "seed": Order("N", "seed the random generator", _seed),
    "time": Order("EXPR", "how long an expression takes, as a mean over many turns", _time),
    "timing": Order("on|off", "say after each statement how long it took", _timing),
    "limits": Order("", "what a program may use up", _limits),
    "quit": Order("", "leave (also Ctrl-D, exit, quit)", _quit),
}
