"""The commands that derive an expression where its names stand now: line by line, and as a curve.

Both change names while they work, and take everything back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from shutil import get_terminal_size
from typing import Any

from gradcli.data.data_format import holds_numbers
from gradcli.faults.tree import Fault, SecondBackward, UsageFault
from gradcli.repl.core import Repl

OVER = re.compile(r"(?P<expression>.+)\sover\s+(?P<name>\w+\s*=.+)", re.DOTALL)
POINTS = 200
TAPE = "--tape "
CHANGES = r"(?:^|[\s;:]){}\s*(?:[-+*/@%]|\*\*|//)?=(?!=)"      # a pattern of a statement that sets the name {}
EXAMPLE = ":plot sin(x) over x=-3:3"


@contextmanager
def _typed_repairs(expression: str) -> Iterator[None]:
    """Within, a fault keeps the repairs that can be typed at the prompt, with the expression in place of {y}."""
    try:
        yield
    except Fault as fault:
        result = expression if expression.isidentifier() else f"({expression})"
        fault.hints = [(repair.replace("{y}", result), why) for repair, why in fault.hints
                       if not repair.startswith("gradcli ")]
        raise


@contextmanager
def _own_faults_first(repl: Repl, expression: str) -> Iterator[None]:
    """Within, a UsageFault gives way to any other fault that evaluating the expression raises."""
    try:
        yield
    except UsageFault:
        repl.session.eval(expression)
        raise


def show_steps(repl: Repl, argument: str) -> None:
    """The derivation of an expression as on paper, or with --tape operation by operation."""
    tape, argument = argument.startswith(TAPE), argument.removeprefix(TAPE).strip()
    with repl.rollback(), _typed_repairs(argument), _own_faults_first(repl, argument):
        text = _on_tape(repl, argument) if tape else _on_paper(repl, argument)
    repl.write(text)


def show_derivative(repl: Repl, argument: str) -> None:
    """The derivatives of an expression as formulas."""
    from gradcli.analysis.gradient_check import reached
    from gradcli.symbolic.closed_form import closed_forms
    from gradcli.symbolic.formula_page import FormulaPage
    from gradcli.symbolic.text import writes_decimals

    with repl.rollback(), _typed_repairs(argument), _own_faults_first(repl, argument):
        _set_samples(repl, argument)
        program, leaves = recomputing(repl, argument), reached(repl.session, argument)
        if not leaves:
            raise UsageFault(f"there is nothing to differentiate by: no name of now leads to {argument}", ":history")
        forms = closed_forms(repl.session, program, leaves)
        page = FormulaPage(repl.session, forms, writes_decimals(program), False, None)
    repl.write(page.render("text"))


def _set_samples(repl: Repl, argument: str) -> None:
    """Set names of an expression that stand for nothing to numbers that vary."""
    from gradcli.console.source import Source
    from gradcli.data.point import lacking_names, sample_values

    for name, value in sample_values(lacking_names(repl.session, Source(argument, "<expression>"))).items():
        repl.session.run(f"{name} = Variable(torch.tensor({value}, dtype=torch.float64), requires_grad=True)",
                         "<expression>", echo=False)


def _on_paper(repl: Repl, argument: str) -> str:
    from gradcli.analysis.gradient_check import reached
    from gradcli.symbolic.derivation_page import DerivationPage
    from gradcli.symbolic.derive import derive_program
    from gradcli.symbolic.text import writes_decimals

    before = repl.session.eval(argument)
    derivation = derive_program(repl.session, recomputing(repl, argument), reached(repl.session, argument))
    if holds_numbers(before):
        _require_same(argument, before.array, derivation.segments[-1].value)
    return DerivationPage(derivation, writes_decimals(derivation.source), True, None).render("text")


def _on_tape(repl: Repl, argument: str) -> str:
    from gradcli.analysis.derivation import derive
    from gradcli.analysis.gradient_check import reached
    from gradcli.reports.derivation_text import as_text

    try:
        return as_text(derive(repl.session, argument, reached(repl.session, argument)))
    except SecondBackward:
        return _repeated(repl, argument)


def _require_same(argument: str, before: Any, after: Any) -> None:
    """Raise UsageFault unless statements that ran again gave the array that an expression has; None is no array."""
    if after is None or before.tobytes() != after.tobytes():
        raise UsageFault(f"{argument} was computed from other values than those its names have now", ":history")


def recomputing(repl: Repl, argument: str, varied: str = "") -> str:
    """A program: the statements that recompute what an expression needs after its graph was freed, then itself.

    They are followed backwards, so that what a name was before it was changed is computed too. The name `varied` is
    not computed.
    """
    from gradcli.analysis.derivatives import assigned_name, assigned_names, statement_nodes
    from gradcli.lang.syntax.query import walk

    names = repl.session.names()

    def computed(text: str) -> set[str]:
        return {name for name in repl.session.words(text) if name != varied and holds_numbers(names.get(name)) and (
            names[name].node is not None)}

    needed, lines = computed(argument), [argument]
    later: set[str] = set()     # names that have got other values since, or none
    for entry in reversed(repl.entries):
        for statement in reversed(statement_nodes(entry.text)):
            text, target = entry.text[statement[1]:statement[2]], assigned_name(statement)
            if target in needed:
                words = text.partition("=")[2]
                used = computed(words) | later.intersection(repl.session.words(words)) - {varied}
                needed = needed - {target} | used
                lines.append(text)
            elif any(re.search(CHANGES.format(re.escape(name)), text, re.MULTILINE) for name in needed):
                needed |= computed(text)
                lines.append(text)
            later.update(assigned_names(statement) if statement[0] != "delete" else
                         [str(node[3]) for node in walk(statement) if node[0] == "NAME"])
    return "\n".join(reversed(lines))


def _repeated(repl: Repl, argument: str) -> str:
    """The derivation of a value whose graph was freed, by running the statements that led to it again.

    UsageFault unless they give the value that the expression has: leaves may have been changed since.
    """
    from gradcli.analysis.derivation import derive
    from gradcli.analysis.gradient_check import reached
    from gradcli.reports.derivation_text import as_text

    program, before = recomputing(repl, argument), repl.session.eval(argument)
    repl.session.run(program.rpartition("\n")[0], "<expression>", echo=False)
    after = repl.session.eval(argument)
    _require_same(argument, before.array, after.array if holds_numbers(after) else None)
    return as_text(derive(repl.session, argument, reached(repl.session, argument)))


def draw_curve(repl: Repl, argument: str) -> None:
    """The expression, over values of one name."""
    from gradcli.analysis.curves import curve_chart
    from gradcli.display.charts.chart_text import text
    from gradcli.reports.plot_output import ROWS
    from gradcli.reports.plotting import interval

    match = OVER.fullmatch(argument)
    if not match:
        raise UsageFault(":plot takes an expression, and the name and the interval that it is drawn over", EXAMPLE)
    expression = match["expression"].strip()
    with repl.rollback(), _typed_repairs(expression):
        name, ends = interval(repl.session, match["name"], "over", EXAMPLE)
        program = recomputing(repl, expression, name)
        behind = name in repl.session.words(program.removesuffix(expression))
        chart = curve_chart(repl.session, [program if behind else expression], name, ends, POINTS, True, adaptive=True)
    chart.curves[0] = chart.curves[0]._replace(title=expression)
    columns, lines = get_terminal_size()
    repl.write(text(chart, min(columns, 100), max(4, min(lines - 2, ROWS))))
