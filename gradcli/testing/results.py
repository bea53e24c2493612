"""How a file went, and how a word chooses checks."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from gradcli.console.settings import Settings
from gradcli.faults.tree import Fault, FileFault, LimitFault, UsageFault
from gradcli.testing.discovery import read
from gradcli.testing.model import Check, Options, Parts
from gradcli.testing.runner import Outcome, replay


class RunOptions(NamedTuple):
    """What was asked of every file."""

    settings: Settings
    limit: float            # seconds a file may take; 0 for any
    words: str = ""         # of -k
    first_only: bool = False
    pycon: bool = False


class FileResult(NamedTuple):
    """How the checks of one file went; `error` is why there are none or not all."""

    path: str
    outcomes: list[Outcome]
    seconds: float = 0.0
    error: str = ""
    unreadable: bool = False
    updated: int = 0
    notes: tuple[str, ...] = ()     # what else there is to say of the file

    @property
    def failures(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.verdict == "failed"]

    @property
    def failed(self) -> bool:
        return bool(self.error or self.failures)


def encoded(result: FileResult) -> bytes:
    """A result as one line of JSON."""
    import json

    return json.dumps(result).encode()


def decoded(content: bytes, path: str) -> FileResult:
    """The result that `encoded` has written of the file at `path`; ValueError or its like if it is none."""
    import json

    _, outcomes, seconds, error, unreadable, updated, notes = json.loads(content)
    return FileResult(path, [_outcome(fields) for fields in outcomes], float(seconds), str(error), bool(unreadable),
                      int(updated), tuple(map(str, notes)))


def _outcome(fields: list[Any]) -> Outcome:
    number, check, verdict, problem, parts, seconds, fatal = fields
    line, source, expected, at, options, orders, *others = check
    if verdict not in ("passed", "failed", "skipped", "waiting") or not isinstance(source, str):
        raise ValueError(verdict)
    read = Check(int(line), source, tuple(map(str, expected)), int(at), Options(*options), tuple(orders), *others)
    stream, result, fault, code, message, exception = parts
    printed = Parts(str(stream), result and str(result), fault and str(fault), str(code), str(message),
                    str(exception))
    return Outcome(int(number), read, verdict, str(problem), printed, float(seconds), bool(fatal))


def result_of(path: str, wish: RunOptions) -> FileResult:
    """Read and replay one file. Whatever is wrong with it is part of the result."""
    from time import perf_counter

    start = perf_counter()
    try:
        document = read(path, wish.pycon)
        settings = Settings({"isolated": True})
        vars(settings).update({**vars(wish.settings), "notes": []})
        outcomes = replay(document, settings, wish.limit, chooser(wish.words, path), wish.first_only)
    except LimitFault as fault:
        return FileResult(path, [], perf_counter() - start, fault.message)
    except Fault as fault:
        return FileResult(path, [], perf_counter() - start, fault.message, isinstance(fault, FileFault))
    return FileResult(path, outcomes, perf_counter() - start, notes=tuple(document.notes))


def chooser(words: str, path: str) -> Callable[[Check], bool]:
    """Whether a check is meant by `-k`: texts joined by and, or, not, each in its input or its file's name."""
    if not words.strip():
        return lambda check: True
    spaced = [word for word in re.split(r"\b(and|or|not)\b", words) if word.strip()]
    if spaced[-1] in ("and", "or", "not") or spaced[0] in ("and", "or"):
        raise UsageFault(f"-k {words!r}: {spaced[-1 if spaced[-1] in ('and', 'or', 'not') else 0]} lacks a text",
                         "-k 'sin and not cos'")
    alternatives = [[(part.strip().removeprefix("not ").strip().casefold(), part.strip().startswith("not "))
                     for part in re.split(r"\band\b", alternative)] for alternative in re.split(r"\bor\b", words)]

    def chosen(check: Check) -> bool:
        text = f"{path}\n{check.source}".casefold()
        return any(all((word in text) is not negated for word, negated in parts) for parts in alternatives)

    return chosen
