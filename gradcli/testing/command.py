"""One call of `gradcli test`: files found, tested, told of, and mended where that was asked for."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from time import perf_counter

from gradcli.console.diagnostics import coloured, tell
from gradcli.console.output import Output
from gradcli.faults.exit_codes import FILE_ERROR, MISMATCH, USAGE_ERROR
from gradcli.faults.source import visible
from gradcli.faults.tree import FileFault, UsageFault
from gradcli.process.limits import die_with_parent, require_walls
from gradcli.process.memory_limit import wall_memory
from gradcli.testing import report, workers
from gradcli.testing.discovery import candidates
from gradcli.testing.results import FileResult, RunOptions, chooser
from gradcli.testing.runner import Outcome, settled
from gradcli.testing.update import update

QUESTION = "write what is printed now? [y]es, [n]o, [a]ll from here on, [q]uit: "


def test(paths: list[str], wish: RunOptions, processes: int = 0, mend: str = "", junit: str | None = None) -> int:
    """Test the files that `paths` name; the exit status.

    `mend` is "all" to make what is printed the expected text, "ask" to ask a person about each difference.
    """
    start = perf_counter()
    settings = wish.settings
    person = settings.format == "text"
    if settings.format not in ("text", "json"):
        raise UsageFault(f"test has no --format {settings.format}", "--format json", "--format text")
    if mend == "ask" and not person:
        raise UsageFault("--interactive shows its questions as text", "--update", "--format text")
    wall_memory(settings)       # files are looked into in this process
    die_with_parent()
    require_walls(settings)
    chooser(wish.words, "")     # what is wrong with -k is told before any work is done
    found = list(candidates(paths))
    output = Output(settings.output, settings)
    teller = Reporter(output.write_painted if person else lambda text: None, coloured(settings.color, sys.stdout))
    mender = RepairRule(teller, wish.pycon, mend)
    results: list[FileResult] = []
    for result in workers.run(found, wish, processes or os.cpu_count() or 1):
        result = result._replace(outcomes=[settled(outcome, wish.limit) for outcome in result.outcomes])
        for note in result.notes:
            tell(f"note: {note}")
        results.append(mender.repaired(result) if mend else teller.tell(result))
        if mender.over or (wish.first_only and unmended(results[-1])):
            break
    seconds = perf_counter() - start
    if person:
        output.write_painted(report.summary(results, seconds, teller.color))
    else:
        from gradcli.data.data_format import dump_json

        output.write(dump_json(report.as_json(results, seconds)) + "\n")
    output.finish()
    if junit:
        Output(junit).finish(report.as_junit(results, seconds))
    if not any(result.outcomes or result.error for result in results):
        where = ", ".join(paths)
        tell(f"note: no check in {where} has {wish.words!r} in its input or its file's name" if wish.words else
             f"note: there is nothing to test in {where}")
        return USAGE_ERROR
    return MISMATCH if any(map(unmended, results)) else FILE_ERROR if any(r.unreadable for r in results) else 0


def unmended(result: FileResult) -> bool:
    """Whether a file still says something else than what is printed."""
    return len(result.failures) > result.updated or (bool(result.error) and not result.unreadable)


class Reporter:
    """Writes what there is to say of each file."""

    def __init__(self, write: Callable[[str], object], color: bool) -> None:
        self.write, self.color = write, color

    def tell(self, result: FileResult) -> FileResult:
        """All failures of a file."""
        self.write(report.told(result, self.color))
        return result

    def failure(self, path: str, outcome: Outcome) -> None:
        self.write(report.failure(path, outcome, self.color) + "\n\n")


class RepairRule:
    """Updates expected text: of every difference, or of those a person agrees to."""

    def __init__(self, teller: Reporter, pycon: bool, mend: str) -> None:
        self.teller, self.pycon, self.mend = teller, pycon, mend
        self.over = False

    def repaired(self, result: FileResult) -> FileResult:
        """The result, after what is to be mended of it has been."""
        chosen = []
        for outcome in result.failures:
            if not self.over and self._wanted(result.path, outcome):
                chosen.append(outcome)
        try:
            result = result._replace(updated=update(result.path, chosen, self.pycon))
        except FileFault as fault:
            result = result._replace(error=fault.message, unreadable=True)
        if result.updated:
            self.teller.write(f"{visible(result.path)}: {result.updated} updated\n")
        if result.error:
            self.teller.tell(result._replace(outcomes=[]))
        return result

    def _wanted(self, path: str, outcome: Outcome) -> bool:
        """Whether a difference is to be mended; what cannot be is told of."""
        if self.mend == "all" and outcome.updatable:
            return True
        self.teller.failure(path, outcome)
        if not outcome.updatable:
            return False
        answer = self._answer()
        if answer == "a":
            self.mend = "all"
        self.over = answer == "q"
        return answer in ("y", "a")

    def _answer(self) -> str:
        """The first letter of what a person says; the end of the input is `q`."""
        while True:
            sys.stdout.flush()
            sys.stderr.write(QUESTION)
            sys.stderr.flush()
            line = sys.stdin.readline() if sys.stdin is not None else ""
            letter = line.strip().casefold()[:1] if line else "q"
            if letter in ("y", "n", "a", "q"):
                return letter
