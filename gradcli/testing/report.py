"""Reports of results: as text for people, and as JSON or JUnit's XML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from gradcli.faults.source import terminal_safe, visible
from gradcli.testing.diff import BLUE, BOLD, GREEN, PLAIN, RED, difference_text, outcome_line, outcome_place
from gradcli.testing.discovery import output_of
from gradcli.testing.results import FileResult
from gradcli.testing.runner import Outcome

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def failures_text(result: FileResult, color: bool) -> str:
    """The failures of a file; nothing if there are none."""
    parts = [f"{failure(result.path, outcome, color)}\n\n" for outcome in result.failures]
    if result.error:
        parts.append(f"{_bold(visible(result.path), color)}: {_painted(terminal_safe(result.error), RED, color)}\n\n")
    return "".join(parts)


def failure(path: str, outcome: Outcome, color: bool) -> str:
    """One failure: where, what, and the difference; its only control characters are colours."""
    check, path = outcome.check, visible(path)
    subject = "a program that must run" if check.kind == "program" else visible(check.head)
    if check.kind == "script":
        path, subject = output_of(path), f"the output of {path}"
    return f"{_bold(f'{path}:{outcome_place(outcome)}', color)}: {subject}\n{difference_text(outcome, color)}"


def summary(results: Sequence[FileResult], seconds: float, color: bool) -> str:
    """The summary: numbers of files and checks, of failures and updates, and the time."""
    count = {verdict: sum(outcome.verdict == verdict for result in results for outcome in result.outcomes)
             for verdict in ("passed", "failed", "skipped")}
    updated = sum(result.updated for result in results)
    checks = sum(count.values())
    broken = sum(bool(result.error) for result in results)
    failed = count["failed"] - updated
    parts = [_painted(f"{failed} failed", RED, color) if failed else "",
             _painted(f"{_quantity(broken, 'file')} could not be tested", RED, color) if broken else "",
             _painted(f"{updated} updated", BLUE, color) if updated else "",
             _painted(f"{count['passed']} passed", GREEN, color),
             f"{count['skipped']} skipped" if count["skipped"] else ""]
    return (f"{_quantity(len(results), 'file')}, {_quantity(checks, 'check')}: "
            f"{', '.join(filter(None, parts))} in {seconds:.2f} s\n")


def _quantity(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


def _bold(text: str, color: bool) -> str:
    return _painted(text, BOLD, color)


def _painted(text: str, paint: str, color: bool) -> str:
    return f"{paint}{text}{PLAIN}" if color else text


def report_as_json(results: Sequence[FileResult], seconds: float) -> dict[str, Any]:
    """All results as one object; every check is there, the texts of those that failed too."""
    outcomes = [outcome for result in results for outcome in result.outcomes]
    updated = sum(result.updated for result in results)
    return {
        "files": [{"path": result.path, "seconds": round(result.seconds, 6), "error": result.error or None,
                   "updated": result.updated, "checks": [_entry(outcome) for outcome in result.outcomes]}
                  for result in results],
        "checks": len(outcomes),
        "passed": sum(outcome.verdict == "passed" for outcome in outcomes),
        "failed": sum(outcome.verdict == "failed" for outcome in outcomes) - updated,
        "skipped": sum(outcome.verdict == "skipped" for outcome in outcomes),
        "updated": updated,
        "seconds": round(seconds, 6),
    }


def _entry(outcome: Outcome) -> dict[str, Any]:
    entry = {"line": outcome.check.line, "source": outcome.check.source, "verdict": outcome.verdict,
             "seconds": round(outcome.seconds, 6)}
    if outcome.verdict == "failed":
        entry |= {"differs": outcome_line(outcome), "problem": outcome.problem or None,
                  "expected": list(outcome.check.expected), "printed": list(outcome.parts.lines)}
    return entry


def as_junit(results: Sequence[FileResult], seconds: float) -> bytes:
    """All results as the XML that continuous integration reads: a suite for each file, a case for each check."""
    from xml.etree.ElementTree import Element, SubElement, indent, tostring

    root = Element("testsuites", name="gradcli", time=f"{seconds:.6f}")
    totals = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
    for result in results:
        counts = {"tests": len(result.outcomes) + bool(result.error), "failures": len(result.failures),
                  "errors": int(bool(result.error)),
                  "skipped": sum(outcome.verdict == "skipped" for outcome in result.outcomes)}
        suite = SubElement(root, "testsuite", name=_xml(result.path), time=f"{result.seconds:.6f}")
        _count(suite, counts)
        totals = {key: value + counts[key] for key, value in totals.items()}
        for outcome in result.outcomes:
            case = SubElement(suite, "testcase", classname=_xml(result.path), file=_xml(result.path),
                              name=_xml(f"{outcome.check.line}: {outcome.check.head}"),
                              line=str(outcome.check.line), time=f"{outcome.seconds:.6f}")
            if outcome.verdict == "failed":
                element = SubElement(case, "failure", message=_xml(outcome.problem or "the output differs"))
                element.text = _xml(failure(result.path, outcome, False))
            elif outcome.verdict == "skipped":
                SubElement(case, "skipped")
        if result.error:
            case = SubElement(suite, "testcase", classname=_xml(result.path), name=_xml(result.path))
            SubElement(case, "error", message=_xml(result.error))
    _count(root, totals)
    indent(root)
    content: bytes = tostring(root, "utf-8", xml_declaration=True)
    return content + b"\n"


def _count(element: Any, counts: dict[str, int]) -> None:
    for key, value in counts.items():
        element.set(key, str(value))


def _xml(text: str) -> str:
    """Text without the characters that XML cannot hold."""
    return NOT_XML.sub("\ufffd", text)
