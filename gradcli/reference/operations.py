"""`gradcli ops` and the operations of `gradcli doc`: the list of all, and one of them at length."""

from __future__ import annotations

import ast
import fnmatch
import inspect
import re
from textwrap import dedent, wrap
from typing import Any

from gradcli.console.settings import Settings, did_you_mean
from gradcli.faults.tree import UsageFault

TYPED = {"b": "Byte", "i": "Long", "f": "Float"}     # tensors of samples, by the kind of their elements
MOST = 3        # refusals that are told of one operation
WIDEST = 116    # characters of a line


def all_operations() -> dict[str, Any]:
    """All operations by each of their names, internal ones too."""
    from gradcli.ops import TABLE

    return dict(TABLE)


def callable_names() -> dict[str, str]:
    """By the name of each operation that a program can call, how it is written: `cauchy` exists as `cauchy_` alone.

    Operations that are not here are steps inside of these.
    """
    from gradcli.session.session import Session

    session = Session()
    torch = session.loaded()["torch"]
    members = {*session.attributes(torch), *session.attributes(session.eval("Variable(torch.zeros(1))"))}
    names = all_operations()
    return {name: name for name in names if "." in name or name in members} | {
        name: f"{name}_" for name in names if name not in members and f"{name}_" in members}


def summary_line(op: Any) -> str:
    """What an operation computes, in the one line its docstring begins with."""
    first = (inspect.getdoc(op) or "").split("\n", 1)[0]
    return first.partition(": ")[2] or first


def list_operations(pattern: str | None) -> str:
    """One line for each operation whose name contains the pattern, or matches it where it has *, ? or [."""
    public = callable_names()
    table = {name: op for name, op in all_operations().items() if name in public}
    if pattern:
        glob = pattern if set(pattern) & set("*?[") else f"*{pattern}*"
        names = [name for name in sorted(table) if fnmatch.fnmatchcase(name, glob)]
    else:
        names = sorted({next(name for name in op.names if name in public) for op in table.values()})
    if not names:
        raise UsageFault(f"no operation matches {pattern!r}{did_you_mean(pattern or '', list(table))}", "gradcli ops")
    width = min(32, max(len(public[name]) for name in names))
    return "\n".join(f"{public[name]:<{width}}  {summary_line(table[name])}" for name in names)


def operation_of(name: str) -> Any:
    """The operation of that name, with or without `torch.` or `F.` before it; None if there is none."""
    from gradcli.engine.autograd.op import TABLE
    from gradcli.ops.index import load

    short = name.removeprefix("torch.")
    names = short, f"nn.functional.{short.removeprefix('F.')}"
    for candidate in names:
        if load(candidate) and candidate in TABLE:      # its family alone, which is quicker than all
            return TABLE[candidate]
    table = all_operations()
    return table.get(names[0]) or table.get(names[1])


def describe_operation(op: Any, settings: Settings) -> str:
    """One operation: signature, what it computes, its domain and gradient rules, and an example as it runs now."""
    from gradcli.analysis.domain import domain

    text = (inspect.getdoc(op) or "").split("\n")
    lines = [op.signature.text(op.names[0]), "", *(part for line in text for part in wrap(line, WIDEST) or [""])]
    if len(op.names) > 1:
        lines += ["", "Also as: " + ", ".join(op.names[1:])]
    for title, content in (("Domain", domain(op)), ("Refused", _refusals(op)), ("Gradient", _rules(op)),
                           ("Example", _example(op, settings))):
        if content:
            lines += ["", title, *(f"    {line}".rstrip() for line in content)]
    return "\n".join(lines)


def search(name: str) -> str:
    """The `gradcli ops` command that lists names like the last part of `name`; all names where none is like it."""
    start = name.rpartition(".")[2][:4]
    return f"gradcli ops {start}" if start and any(start in name for name in all_operations()) else "gradcli ops"


def _refusals(op: Any) -> list[str]:
    """The messages of an operation for its samples of wrong arguments, at most MOST of them."""
    from gradcli.faults.tree import Fault
    from gradcli.session.session import Session

    messages: list[str] = []
    session = Session(seed=0)
    for sample in op.errors:
        line = _call(op, sample)
        if line is not None and "'" not in line:
            try:
                session.run(line)
            except Fault as fault:
                messages.append(fault.message)
    return list(dict.fromkeys(messages))[:MOST]


def _rules(op: Any) -> list[str]:
    """The source of the gradient rules; for an operation composed of others, the names of these."""
    lines = []
    for name in op.params:
        rule = getattr(op, f"grad_{name}", None)
        source = _source(rule)
        if source:
            lines += [f"{name}:", *(f"    {line}" for line in _rule_body(source))]
    if lines:
        return lines
    from gradcli.analysis.composition import recorded

    parts = [*re.findall(r"\bF\.(\w+)\(", _source(vars(op).get("compose"))), *recorded(op)]
    operations = [part for part in dict.fromkeys(parts) if operation_of(part) and part not in op.names]
    return [f"by its parts: {', '.join(operations)}"] if operations else []


def _rule_body(source: str) -> list[str]:
    """The statements of a gradient rule, without those for plain arrays alone, which compute the same faster."""
    rule = _WithoutShortcuts().visit(ast.parse(dedent(source)).body[0])
    return "\n".join(map(ast.unparse, rule.body)).split("\n")


class _WithoutShortcuts(ast.NodeTransformer):
    """Leaves out what a rule does only where `F is raw`."""

    def visit_If(self, node: ast.If | ast.IfExp) -> Any:
        self.generic_visit(node)
        return node.orelse if "F is raw" in ast.unparse(node.test) else node

    visit_IfExp = visit_If


def _source(function: Any) -> str:
    try:
        return inspect.getsource(function) if function is not None else ""
    except (OSError, TypeError):
        return ""


def _example(op: Any, settings: Settings) -> list[str]:
    """The first sample as a line to type, and what it prints."""
    from gradcli.faults.tree import Fault
    from gradcli.session.session import Session

    for sample in op.samples:
        line = _call(op, sample)
        if line is None:
            continue
        try:
            output = Session(style=settings.style, seed=0).run(line)
        except Fault:
            continue
        return [f">>> {line}", *output.rstrip("\n").split("\n")]
    return []


def _call(op: Any, sample: Any) -> str | None:
    """A sample as a call to type; None unless it consists of numbers and lists of them."""
    if not isinstance(sample, tuple):
        return None
    arguments = [_literal(value) for value in sample]
    return None if None in arguments else f"torch.{op.names[0]}({', '.join(map(str, arguments))})"


def _literal(value: Any) -> str | None:
    """A value of a sample as an expression; None for one that has none."""
    kind = getattr(getattr(value, "dtype", None), "kind", "")
    if kind in TYPED and value.ndim and value.size:
        return f"torch.{TYPED[kind]}Tensor({(value + 0 if kind != 'b' else value * 1).tolist()!r})"
    if isinstance(value, list) and value and _are_numbers(value):
        return f"torch.FloatTensor({value!r})"
    if isinstance(value, tuple) and value and all(isinstance(item, list) for item in value):
        parts = [_literal(item) for item in value]
        return None if None in parts else f"[{', '.join(map(str, parts))}]"
    plain = isinstance(value, (int, float, str)) or value is None
    return repr(value) if plain or isinstance(value, tuple) and _are_numbers(list(value)) else None


def _are_numbers(value: Any) -> bool:
    return all(_are_numbers(item) for item in value) if isinstance(value, list) else isinstance(value, (int, float))
