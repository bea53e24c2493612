"""What the table of operations says to a person: the list, and one operation at length."""

from __future__ import annotations

import fnmatch
import inspect
from typing import Any

from gradcli.commands.settings import Settings, nearest
from gradcli.errors import NameFault, UsageFault


def operations() -> dict[str, Any]:
    """Every name of every operation."""
    from gradcli.ops import TABLE

    return dict(TABLE)


def summary(op: Any) -> str:
    """What an operation computes, in the one line its docstring begins with."""
    first = (inspect.getdoc(op) or "").split("\n", 1)[0]
    return first.partition(": ")[2] or first


def listed(pattern: str | None) -> str:
    """The operations whose name holds the pattern, or matches it where it has a star."""
    table = operations()
    if pattern:
        wanted = pattern if set(pattern) & set("*?[") else f"*{pattern}*"
        names = [name for name in sorted(table) if fnmatch.fnmatchcase(name, wanted)]
    else:
        names = sorted({op.names[0] for op in table.values()})
    if not names:
        raise UsageFault(f"no operation matches {pattern!r}{nearest(pattern or '', list(table))}", "gradcli ops")
    width = min(32, max(map(len, names)))
    return "\n".join(f"{name:<{width}}  {summary(table[name])}" for name in names)


def described(name: str, settings: Settings) -> str:
    """One operation: signature, what it computes, its gradient rules, and an example as it runs now."""
    table = operations()
    short = name.removeprefix("torch.").removesuffix("()")
    op = table.get(short) or table.get(f"nn.functional.{short.removeprefix('F.')}")
    if op is None:
        raise NameFault(f"there is no operation {short!r}{nearest(short, list(table))}", _search(short, table))
    lines = [op.signature.text(op.names[0]), "", inspect.getdoc(op) or ""]
    if len(op.names) > 1:
        lines += ["", "Also as: " + ", ".join(op.names[1:])]
    rules = _rules(op)
    if rules:
        lines += ["", "Gradient", *rules]
    example = _example(op, settings)
    if example:
        lines += ["", "Example", *(f"    {line}".rstrip() for line in example)]
    return "\n".join(lines)


def _search(name: str, table: dict[str, Any]) -> str:
    """The command that lists what holds the beginning of the last part of `name`, or everything where nothing does."""
    start = name.rpartition(".")[2][:4]
    return f"gradcli ops {start}" if start and any(start in known for known in table) else "gradcli ops"


def _rules(op: Any) -> list[str]:
    """The gradient rules in the words they are written in."""
    found = []
    for name in op.params:
        rule = getattr(op, f"grad_{name}", None)
        if rule is not None:
            try:
                source = inspect.getsource(rule)
            except OSError:
                continue
            body = inspect.cleandoc(source.partition("):")[2].strip("\n")).split("\n")
            found += [f"    {name}:", *(f"        {line}".rstrip() for line in body)]
    return found


def _example(op: Any, settings: Settings) -> list[str]:
    """The first sample as a line to type, and what it prints."""
    from gradcli.errors import Fault
    from gradcli.session import Session

    for sample in op.samples:
        line = _call(op, sample)
        if line is None:
            continue
        try:
            shown = Session(style=settings.style, seed=0).run(line)
        except Fault:
            continue
        return [f">>> {line}", *shown.rstrip("\n").split("\n")]
    return []


def _call(op: Any, sample: Any) -> str | None:
    """A sample as the call a person would type, if it is made of numbers and lists of them."""
    if not isinstance(sample, tuple):
        return None
    words = []
    for value in sample:
        if isinstance(value, list) and value and _numbers(value):
            words.append(f"torch.FloatTensor({value!r})")
        elif isinstance(value, (int, float, str)) or value is None:
            words.append(repr(value))
        else:
            return None
    return f"torch.{op.names[0]}({', '.join(words)})"


def _numbers(value: Any) -> bool:
    return all(_numbers(item) for item in value) if isinstance(value, list) else isinstance(value, (int, float))
