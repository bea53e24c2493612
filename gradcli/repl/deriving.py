"""The commands that derive an expression where its names stand now: line by line, and as a curve.

Both change names while they work, and take everything back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from shutil import get_terminal_size

from gradcli.errors import Fault, UsageFault
from gradcli.repl.state import Repl

OVER = re.compile(r"(?P<expression>.+)\sover\s+(?P<name>\w+\s*=.+)", re.DOTALL)
POINTS = 200
EXAMPLE = ":plot sin(x) over x=-3:3"


@contextmanager
def _told(expression: str) -> Iterator[None]:
    """Within, a fault has repairs that can be typed here: none for the shell, and in the expression's own words."""
    try:
        yield
    except Fault as fault:
        result = expression if expression.isidentifier() else f"({expression})"
        fault.hints = [(repair.replace("{y}", result), why) for repair, why in fault.hints
                       if not repair.startswith("gradcli ")]
        raise


def show_steps(repl: Repl, rest: str) -> None:
    """Each operation with its value, then each gradient with the rule it follows."""
    from gradcli.checking import reached
    from gradcli.commands.stepping import as_text
    from gradcli.derivation import derive

    with repl.trying(), _told(rest):
        try:
            leaves = reached(repl.session, rest)
        except UsageFault:
            repl.session.eval(rest)     # what is wrong with it otherwise is said first
            raise
        text = as_text(derive(repl.session, rest, leaves))
    repl.write(text)


def draw_curve(repl: Repl, rest: str) -> None:
    """The expression, over values of one name."""
    from gradcli.commands.curves import ROWS, interval
    from gradcli.derivatives import curves
    from gradcli.show.braille import text

    found = OVER.fullmatch(rest)
    if not found:
        raise UsageFault(":plot takes an expression, and the name and the interval that it is drawn over", EXAMPLE)
    with repl.trying(), _told(found["expression"].strip()):
        name, ends = interval(repl.session, found["name"], "over", EXAMPLE)
        chart = curves(repl.session, found["expression"].strip(), name, ends, POINTS, True)
    columns, lines = get_terminal_size()
    repl.write(text(chart, min(columns, 100), max(4, min(lines - 2, ROWS))))
