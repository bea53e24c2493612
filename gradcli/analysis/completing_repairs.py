"""Which repairs of a gradient that misses a part complete it: each is put into the program, which is judged again."""

from __future__ import annotations

from collections.abc import Callable

from gradcli.faults.gradients import LostByConversion
from gradcli.faults.tree import Fault
from gradcli.lang.messages.paste_check import pasted

Judge = Callable[[str], Fault | None]
MOST = 4                        # repairs of one program that are tried, one after the other
INSTEAD = "what is computed from that number has no slope: compute it with the tensor"


def keep_completing(fault: LostByConversion, text: str, judge: Judge) -> None:
    """Keep the repairs of `fault` with which `judge` finds nothing wrong, alone or with those of what it finds then."""
    text = text.rstrip()
    if not _stands_in(fault, text):
        return                  # the place is in another text, which is not run again
    hints = []
    for repair, why in fault.hints:
        mended = _completed(fault, repair, why, text, judge)
        if mended == _with(fault, repair, why, text):
            hints.append((repair, why))
        elif mended is not None and fault.source.rstrip() == text:
            hints += _changed_lines(text, mended)
    if fault.hints and not hints:
        fault.notes.append(INSTEAD)
    fault.hints = hints


def _with(fault: Fault, repair: str, why: str, text: str) -> str:
    """The text with a repair of a fault in it."""
    return text.replace(fault.source.rstrip(), pasted(fault.source, fault, repair, why).rstrip())


def _stands_in(fault: Fault, text: str) -> bool:
    """Whether the fault is at a place of the text, of which what was run is the whole or one statement."""
    return fault.span is not None and bool(fault.source.strip()) and text.count(fault.source.rstrip()) == 1


def _completed(fault: Fault, repair: str, why: str, text: str, judge: Judge) -> str | None:
    """The text with a repair, and with others as long as a part is missing; None if it is not completed so."""
    for _ in range(MOST):
        text = _with(fault, repair, why, text)
        further = judge(text)
        if further is None:
            return text
        if not isinstance(further, LostByConversion) or not further.hints or not _stands_in(further, text):
            return None
        fault, (repair, why) = further, further.hints[0]
    return None


def _changed_lines(before: str, after: str) -> list[tuple[str, str]]:
    """The lines that differ, as repairs that belong together."""
    pairs = list(zip(before.split("\n"), after.split("\n"), strict=False))
    changed = [(line, new.strip()) for line, (old, new) in enumerate(pairs, 1) if old != new]
    others = " and ".join(str(line) for line, _ in changed[1:])
    first = f"keeps the history, with line{'s' if len(changed) > 2 else ''} {others}" if others else "keeps the history"
    return [(new, f"in line {line}: {'keeps the history' if n else first}") for n, (line, new) in enumerate(changed)]
