"""Verdicts on gradients as text and as data."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from gradcli.data.data_format import json_number

if TYPE_CHECKING:
    from gradcli.analysis.gradient_check import CheckResult
    from gradcli.analysis.slope_check import JacobianEntry

MEASURABLE = 8      # digits: what is measured is said to be no better, so that it reads the same on every machine
NAMED = 3           # places of one kind that are named
KINDS = ("smooth", "kink", "infinite slope", "jump", "edge of the domain", "outside of the domain",
         "infinite value")      # in the order of analysis/slopes.py
KINK, STEEP, JUMP, EDGE, OUTSIDE, INFINITE = range(1, 7)
SPECIAL = {KINK: "a kink at", STEEP: "an infinite slope at", JUMP: "a jump, where there is no slope, at",
        EDGE: "an edge of the domain at", INFINITE: "an infinite value at", OUTSIDE: "outside of the domain at"}


def finding_text(finding: CheckResult) -> str:
    """A verdict in one line: how many slopes were measured, the worst of them, and where there is none."""
    verdict, worst = finding.verdict, finding.verdict.worst
    total, count = verdict.size * verdict.outputs, verdict.moved * verdict.watched
    many = f"{count} of {total} slopes" if count < total else f"{count} slope{'s' * (count != 1)}"
    name = finding.name if finding.order == 1 else f"{finding.name}, order {finding.order}"
    random = ["the same random numbers are drawn each time"] * finding.random
    if not verdict.compared and verdict.doubtful:
        return "; ".join([f"{name}: {many}, {_doubtful(finding)[0]}", *_special(finding), *_stopped(finding), *random])
    if not verdict.compared:
        result = "nothing to compare"
    elif verdict.is_right:
        result = f"right to {_digits(finding)} digits" + (f", the worst {_compared(finding, worst)}" if count > 1 else
                                                          f": {_numbers(worst)}")
    else:
        others = f" and at {verdict.wrong - 1} more" if verdict.wrong > 1 else ""
        result = f"wrong at {_compared(finding, worst)}{others}"
    return "; ".join([f"{name}: {many}, {result}", *_special(finding), *_doubtful(finding), *_stopped(finding),
                      *random])


def finding_data(finding: CheckResult) -> dict[str, Any]:
    """A verdict as JSON can hold it."""
    verdict, worst = finding.verdict, finding.verdict.worst
    places: dict[int, dict[tuple[int, ...], None]] = {}
    for entry in verdict.special:
        places.setdefault(entry.kind, {})[entry.place] = None
    places_by_kind = {word: [list(place) for place in places.get(kind, ())] for kind, word in (
        (KINK, "kinks"), (STEEP, "steep"), (JUMP, "jumps"), (EDGE, "edges"), (OUTSIDE, "outside"),
        (INFINITE, "infinite"))}
    return {"verdict": "wrong" if verdict.wrong else "right" if verdict.compared else
            "cannot be judged" if verdict.doubtful else "nothing to compare",
            "right": verdict.is_right if verdict.compared or not verdict.doubtful else None,
            "slopes": verdict.moved * verdict.watched,
            "size": verdict.size * verdict.outputs, "wrong": verdict.wrong,
            "worst": {"output": finding.outputs[worst.output], "index": list(worst.row), "place": list(worst.place),
                      "gradient": json_number(worst.gradient), "slope": json_number(worst.slope),
                      "error": json_number(worst.error), "left": json_number(worst.left),
                      "right": json_number(worst.right), "kind": KINDS[worst.kind]},
            **places_by_kind, "doubtful": [list(entry.place) for entry in verdict.doubtful],
            "stopped": finding.stopped or None, "random": finding.random}


def _compared(finding: CheckResult, entry: JacobianEntry) -> str:
    return f"{_element(finding, entry)}: {_numbers(entry)}"


def _element(finding: CheckResult, entry: JacobianEntry) -> str:
    """The element of the Jacobian; that of the result is left out where the result is one number."""
    place = _place(finding.name, entry.place)
    if finding.verdict.outputs == 1:
        return place
    return f"{_place(finding.outputs[entry.output], entry.row)} by {place}"


def _place(name: str, index: tuple[int, ...]) -> str:
    return f"{name}[{', '.join(map(str, index))}]" if index else name


def _numbers(entry: JacobianEntry) -> str:
    """The gradient and what was measured."""
    if entry.kind == KINK:
        return (f"the gradient says {_number(entry.gradient)}, the slopes are {_rounded(entry.left, entry)} to the "
                f"left and {_rounded(entry.right, entry)} to the right")
    error = f" (error below {_error(entry):.0e})" if math.isfinite(entry.slope) else ""
    return f"the gradient says {_number(entry.gradient)}, the slope is {_rounded(entry.slope, entry)}{error}"


def _number(value: float) -> str:
    return f"{value + 0.0:.{MEASURABLE}g}"


def _rounded(slope: float, entry: JacobianEntry) -> str:
    """A slope to the digits that its error lets one trust."""
    return _number(round(slope, -round(math.log10(_error(entry))))) if math.isfinite(slope) else _number(slope)


def _error(entry: JacobianEntry) -> float:
    """A power of ten that the error is below."""
    size = max(abs(side) for side in (entry.slope, entry.gradient, 1e-290) if math.isfinite(side))
    error = max(entry.error if math.isfinite(entry.error) else size, 10.0**-MEASURABLE * min(1.0, size), 1e-300)
    return float(10.0 ** math.ceil(math.log10(error) - 1e-9))


def _digits(finding: CheckResult) -> int:
    """To how many digits the worst slope agrees, as far as measuring can tell."""
    worst = finding.verdict.worst
    off = max(finding.verdict.off, worst.error / max(1.0, abs(worst.slope)))
    if not off or math.isnan(off) or worst.kind != 0:
        return MEASURABLE
    return max(0, min(MEASURABLE, math.floor(-math.log10(off)))) if math.isfinite(off) else 0


def _special(finding: CheckResult) -> list[str]:
    """Where there is not one slope to compare with."""
    texts = []
    for kind, text in SPECIAL.items():
        places = list(dict.fromkeys(_where(finding, e) for e in finding.verdict.special if e.kind == kind))
        if places:
            more = " and elsewhere" * (len(places) > NAMED)
            texts.append(f"{text} {', '.join(places[:NAMED])}{more}")
    return texts


def _where(finding: CheckResult, entry: JacobianEntry) -> str:
    """The place of what is special: that of the result, where it has no value whatever is varied."""
    if entry.kind in (OUTSIDE, INFINITE) and finding.verdict.outputs > 1:
        return _place(finding.outputs[entry.output], entry.row)
    return _place(finding.name, entry.place)


def _doubtful(finding: CheckResult) -> list[str]:
    """The elements that cannot be judged, and why: one of them with what it says, where there are no others."""
    verdict, doubtful = finding.verdict, finding.verdict.doubtful
    if not doubtful:
        return []
    reason = "cannot be judged, because rounding hides the slope"
    if verdict.moved * verdict.watched == 1:
        return [f"which {reason}: the gradient says {_number(doubtful[0].gradient)}"]
    return [f"{len(doubtful)} {reason}, as {_element(finding, doubtful[0])}"]


def _stopped(finding: CheckResult) -> list[str]:
    from gradcli.analysis.detached import stop_note

    return [] if finding.verdict.is_right or not finding.stopped else [stop_note(finding.name, finding.stopped)]
