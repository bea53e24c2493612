"""A difference as a person reads it: the lines around it, with their numbers in the file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from gradcli.faults.source import terminal_safe, visible
from gradcli.testing.compare import aligned_stretches, line_comparison
from gradcli.testing.runner import Outcome

CONTEXT = 2     # lines shown around a difference
LONGEST = 60    # lines of a difference that are shown
WIDEST = 400    # characters of a line that are shown
RED, GREEN, BLUE, BOLD, PLAIN = "\x1b[31m", "\x1b[32m", "\x1b[1;34m", "\x1b[1m", "\x1b[0m"


class DiffRow(NamedTuple):
    """A line of a difference: " " in both, "-" expected, "+" printed; its number where it stands in the file."""

    mark: str
    number: int | None
    text: str


def diff_rows(outcome: Outcome) -> list[DiffRow]:
    """All lines of the expected and the printed text, marked."""
    check = outcome.check
    same, diff_rows, number = line_comparison(check), list[DiffRow](), check.at + 1
    for old, new in aligned_stretches(check, outcome.parts.lines):
        if len(old) == len(new) and all(map(same, old, new)):
            diff_rows += [DiffRow(" ", number + n, line) for n, line in enumerate(old)]
        else:
            diff_rows += [DiffRow("-", number + n, line) for n, line in enumerate(old)]
            diff_rows += [DiffRow("+", None, line) for line in new]
        number += len(old)
    return diff_rows


def outcome_place(outcome: Outcome) -> str:
    """The place of a failure as text: the line, and in a notebook the number of the cell."""
    number = outcome.check.number
    cell = f", In [{number}]" if outcome.check.kind in ("cell", "unrun") and number else ""
    return f"{outcome_line(outcome)}{cell}"


def outcome_line(outcome: Outcome) -> int:
    """The line of the file to look at: the first that differs, or that of the input."""
    check = outcome.check
    if outcome.problem or check.kind in ("cell", "program", "unrun"):
        return check.line
    lines = diff_rows(outcome)
    first = next((n for n, row in enumerate(lines) if row.mark != " "), None)
    if first is None:
        return check.line
    return lines[first].number or next((row.number for row in lines[first::-1] if row.number), check.at)


def difference_text(outcome: Outcome, color: bool) -> str:
    """The text of a failure: the input, the problem, or the lines that differ."""
    check = outcome.check
    width = len(str(check.at + len(check.expected) + 1))
    numbered = check.kind not in ("cell", "unrun")
    lines = [] if check.kind in ("script", "program") else [
        (BLUE, f"{check.line + n if numbered else '':>{width}} | {mark} {text}")
        for n, (mark, text) in enumerate(_input(check.source))]
    if outcome.problem:
        lines.append((RED, f"{'':>{width}} = {terminal_safe(outcome.problem)}"))
        lines += [("", f"{'':>{width}} | {visible(text)}") for text in (outcome.parts.fault or "").split("\n") if text]
    else:
        lines += [_painted(row, width, numbered) for row in _in_context(diff_rows(outcome))]
    return "\n".join(f"{paint}{line}{PLAIN}" if color and paint else line for paint, line in lines)


def _input(source: str) -> Iterator[tuple[str, str]]:
    """The lines of an input behind their prompts, and of a long one the first."""
    lines = source.split("\n")
    if len(lines) > 1 and not lines[-1]:
        del lines[-1]
    for n, line in enumerate(lines[:5]):
        yield ">>>" if n == 0 else "...", visible(line[:WIDEST])
    if len(lines) > 5:
        yield "...", f"and {len(lines) - 5} lines more"


def _in_context(rows: list[DiffRow]) -> list[DiffRow]:
    """The rows that differ and a few around them."""
    numbers = {n + step for n, row in enumerate(rows) if row.mark != " " for step in range(-CONTEXT, CONTEXT + 1)}
    context: list[DiffRow] = []
    last = -1
    for n in sorted(numbers & set(range(len(rows)))):
        if last >= 0 and n > last + 1:
            context.append(DiffRow("~", None, ""))
        context.append(rows[n])
        last = n
    if len(context) > LONGEST:
        context[LONGEST:] = [DiffRow("~", None, f"and {len(context) - LONGEST} lines more")]
    return context


def _painted(row: DiffRow, width: int, numbered: bool) -> tuple[str, str]:
    number = str(row.number or "") if numbered else ""
    text = row.text if len(row.text) <= WIDEST else row.text[:WIDEST] + " and so on"
    if row.mark in "-+":        # what cannot be seen is made visible where it may be the difference
        bare = text.rstrip(" ")
        text = bare + "\u00b7" * (len(text) - len(bare)) if bare or not text else "\u00b7" * len(text)
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    line = f"{number:>{width}} | {row.mark} {text}".rstrip()
    return {"-": RED, "+": GREEN, "~": BLUE}.get(row.mark, ""), line if row.mark != "~" else f"{'':>{width}} : {text}"
