"""The result of testing one file, its encoding as JSON, and the filter of checks that -k describes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from gradcli.console.settings import Settings
from gradcli.faults.tree import Fault, FileFault, LimitFault, UsageFault
from gradcli.testing.discovery import read_document
from gradcli.testing.model import Check, CheckOptions, OutputParts
from gradcli.testing.runner import Outcome, run_checks


class RunOptions(NamedTuple):
    """The options of `gradcli test` that hold for every file."""

    settings: Settings
    limit: float            # seconds a file may take; 0 for any
    keyword: str = ""       # of -k
    first_only: bool = False
    pycon: bool = False


class FileResult(NamedTuple):
    """The outcomes of the checks of one file; `error` is why there are none or not all."""

    path: str
    outcomes: list[Outcome]
    seconds: float = 0.0
    error: str = ""
    unreadable: bool = False
    updated: int = 0
    notes: tuple[str, ...] = ()     # hints on the file, as on blocks that are no tests

    @property
    def failures(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.verdict == "failed"]

    @property
    def has_failed(self) -> bool:
        return bool(self.error or self.failures)


def encode_result(result: FileResult) -> bytes:
    """A result as one line of JSON."""
    import json

    return json.dumps(result).encode()


def decode_result(content: bytes, path: str) -> FileResult:
    """The inverse of `encode_result` for the file at `path`; ValueError, TypeError or the like for other content."""
    import json

    _, outcomes, seconds, error, unreadable, updated, notes = json.loads(content)
    return FileResult(path, [_outcome(fields) for fields in outcomes], float(seconds), str(error), bool(unreadable),
                      int(updated), tuple(map(str, notes)))


def _outcome(fields: list[Any]) -> Outcome:
    number, check_fields, verdict, problem, parts, seconds, fatal = fields
    line, source, expected, at, options, directives, *others = check_fields
    if verdict not in ("passed", "failed", "skipped", "waiting") or not isinstance(source, str):
        raise ValueError(verdict)
    check = Check(int(line), source, tuple(map(str, expected)), int(at), CheckOptions(*options), tuple(directives),
                  *others)
    stream, result, fault, code, message, exception = parts
    printed = OutputParts(str(stream), result and str(result), fault and str(fault), str(code), str(message),
                          str(exception))
    return Outcome(int(number), check, verdict, str(problem), printed, float(seconds), bool(fatal))


def check_file(path: str, options: RunOptions) -> FileResult:
    """Read one file and run its checks; its faults are part of the result."""
    from time import perf_counter

    start = perf_counter()
    try:
        document = read_document(path, options.pycon)
        settings = Settings({"isolated": True})
        vars(settings).update({**vars(options.settings), "notes": []})
        selected = check_filter(options.keyword, path)
        outcomes = run_checks(document, settings, options.limit, selected, options.first_only)
    except LimitFault as fault:
        return FileResult(path, [], perf_counter() - start, fault.message)
    except Fault as fault:
        return FileResult(path, [], perf_counter() - start, fault.message, isinstance(fault, FileFault))
    return FileResult(path, outcomes, perf_counter() - start, notes=tuple(document.notes))


def check_filter(keyword: str, path: str) -> Callable[[Check], bool]:
    """The filter that `-k` describes: texts joined by and, or, not, to be in a check's input or its file's name."""
    if not keyword.strip():
        return lambda check: True
    spaced = [word for word in re.split(r"\b(and|or|not)\b", keyword) if word.strip()]
    if spaced[-1] in ("and", "or", "not") or spaced[0] in ("and", "or"):
        raise UsageFault(f"-k {keyword!r}: {spaced[-1 if spaced[-1] in ('and', 'or', 'not') else 0]} lacks a text",
                         "-k 'sin and not cos'")
    alternatives = [[(part.strip().removeprefix("not ").strip().casefold(), part.strip().startswith("not "))
                     for part in re.split(r"\band\b", alternative)] for alternative in re.split(r"\bor\b", keyword)]

    def matches(check: Check) -> bool:
        text = f"{path}\n{check.source}".casefold()
        return any(all((word in text) is not is_negated for word, is_negated in parts) for parts in alternatives)

    return matches
