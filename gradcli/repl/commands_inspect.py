"""The commands that look at values: what they are, where they come from, whether their gradients are right."""

from __future__ import annotations

import re
from time import perf_counter
from typing import Any

from gradcli.console.diagnostics import tell
from gradcli.data.data_format import holds_numbers
from gradcli.faults.tree import Fault, UsageFault
from gradcli.repl.core import Repl

ENOUGH, MOST = 0.5, 10_000      # seconds and turns after which :time has seen enough


def show_vars(repl: Repl, argument: str) -> None:
    """A line for each name; no value is asked for its text."""
    rows = [(name, *facts(value)) for name, value in sorted(repl.names().items())]
    if rows:
        rows.insert(0, ("name", "type", "shape", "requires_grad", "grad", "bytes"))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        repl.write("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() + "\n")


def facts(value: Any) -> tuple[str, str, str, str, str]:
    """What a value is: type, shape, whether it requires and has a gradient, and its size."""
    if holds_numbers(value):
        return (f"{type(value).__name__} {value.dtype.name}", "x".join(map(str, value.shape)) or "0-d",
                "yes" if value.requires_grad else "", "yes" if value.grad is not None else "", str(value.array.nbytes))
    return type(value).__name__, str(len(value)) if isinstance(value, (str, list, tuple, dict, set)) else "", "", "", ""


def show_info(repl: Repl, argument: str) -> None:
    """What a value is, where it comes from, and its text."""
    value = repl.named(argument)
    kind, shape, requires, has, size = facts(value)
    for label, fact in (("type", kind), ("shape", shape), ("made by", _operation(value)), ("requires grad", requires),
                        ("has grad", has), ("bytes", size), ("assigned in", _assignment(repl, argument))):
        if fact:
            repl.write(f"{label:<14}{fact}\n")
    repl.write_values(lambda: repl.session.shown(value).rstrip("\n") + "\n")


def _operation(value: Any) -> str:
    """The name of the operation that computed a tensor; empty for leaves and other values."""
    from gradcli.engine.autograd.op import NodeOutput, Op

    node = value.node if holds_numbers(value) else None
    call = node.node if isinstance(node, NodeOutput) else node
    return call.modern_name if isinstance(call, Op) else ""


def _assignment(repl: Repl, name: str) -> str:
    """The last statement that seems to have set a name, for a person to look at."""
    sets = re.compile(rf"(?:^|[\s;,(]){re.escape(name)}\s*(?:[-+*/@]?=(?!=)|,.*=(?!=))", re.MULTILINE)
    return next((entry.text for entry in reversed(repl.entries) if sets.search(entry.text)), "")


def clear_gradients(repl: Repl, argument: str) -> None:
    """Set every gradient to None: of the tensors that names stand for, and of what modules learn."""
    with repl.rollback():     # the program's own code may define `parameters`
        lines = [f"{name}.grad = None" if holds_numbers(value) else f"{name}.zero_grad()"
                 for name, value in sorted(repl.names().items()) if _has_gradients(repl, value)]
    if lines:
        repl.run("; ".join(lines), ":zero")
    repl.write(f"{', '.join(line.split('.')[0] for line in lines) or 'nothing'} cleared\n")


def _has_gradients(repl: Repl, value: Any) -> bool:
    from gradcli.nn.module.module import Module

    if isinstance(value, Module):
        with repl.session.running():
            parameters: list[Any] = list(value.parameters())
            return any(holds_numbers(parameter) and parameter.grad is not None for parameter in parameters)
    return holds_numbers(value) and value.grad is not None


def time_expression(repl: Repl, argument: str) -> None:
    """Run it for half a second, and take back what that has changed."""
    turns, start, elapsed = 0, perf_counter(), 0.0
    with repl.rollback():
        while elapsed < ENOUGH and turns < MOST:
            repl.session.run(argument, ":time", echo=False)
            turns += 1
            elapsed = perf_counter() - start
    repl.write(f"{elapsed / turns * 1e6:.1f} microseconds a turn, mean of {turns}\n")


def show_graph(repl: Repl, argument: str) -> None:
    """The calls behind a value, as a tree."""
    value = repl.named(argument)
    if not holds_numbers(value):
        raise UsageFault(f"no graph leads to {argument}, whose type is {type(value).__name__}", ":vars")
    for line in repl.session.graph(value):
        repl.write(line + "\n")


def check_gradients(repl: Repl, argument: str) -> None:
    """Compare the gradients of an expression with slopes measured around the values its leaves have now."""
    from gradcli.analysis.gradient_check import check_against_slopes
    from gradcli.reports.check_text import finding_text

    with repl.rollback():
        program = _by_leaves(repl, argument)
        findings = check_against_slopes(repl.session, program)
    for finding in findings:
        repl.write(finding_text(finding) + "\n")


def _by_leaves(repl: Repl, expression: str) -> str:
    """An expression after the statements that computed what it names, so that leaves can be varied."""
    from gradcli.repl.commands_derive import recomputing

    statements: dict[str, str] = {}
    pending = [expression]
    while pending:
        for name in sorted(repl.session.words(pending.pop())):
            value: Any = repl.names().get(name)
            if holds_numbers(value) and value.node is not None and name not in statements:
                text = _assignment(repl, name)
                if re.fullmatch(rf"{re.escape(name)}\s*=(?!=)[^;\n]*", text.strip()) and (
                        name not in repl.session.words(text.partition("=")[2])):
                    statements[name] = text.strip()
                    pending.append(text)
                elif text:
                    return _recomputed(repl, expression)
    if recomputing(repl, expression).count("\n") > len(statements):     # names have got other values since, or none
        return _recomputed(repl, expression)
    ordered = [entry.text.strip() for entry in repl.entries if entry.text.strip() in statements.values()]
    return "\n".join([*dict.fromkeys(ordered), expression])


def _recomputed(repl: Repl, expression: str) -> str:
    """An expression after all statements behind it, if they give the value that it has; else alone, with a note."""
    from gradcli.analysis.derivatives import assigned_names, statement_nodes
    from gradcli.repl.commands_derive import recomputing

    program, before = recomputing(repl, expression), repl.session.eval(expression)
    try:
        after = repl.session.eval(program)      # what it changes is taken back with all that the check changes
    except Fault:
        after = None
    assigned = {name for statement in statement_nodes(program) for name in assigned_names(statement)}
    leaves = any(holds_numbers(value) and value.node is None
                 for name, value in repl.names().items() if name in assigned)
    both = holds_numbers(before) and holds_numbers(after)
    if both and not leaves and before.array.tobytes() == after.array.tobytes():
        return program
    tell(f"note: the statements behind {expression} cannot be run again, so the names in it are varied themselves")
    return expression
