"""One call of `gradcli test`: find the files, test them, report each, and update expected texts on request."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from time import perf_counter

from gradcli.console.diagnostics import coloured, tell
from gradcli.console.output import Output
from gradcli.console.replayed import refuse_change
from gradcli.faults.exit_codes import FILE_ERROR, MISMATCH, USAGE_ERROR
from gradcli.faults.source import visible
from gradcli.faults.tree import FileFault, UsageFault
from gradcli.process.limits import die_with_parent, require_walls
from gradcli.process.memory_limit import wall_memory
from gradcli.testing import report, workers
from gradcli.testing.discovery import candidates
from gradcli.testing.results import FileResult, RunOptions, check_filter
from gradcli.testing.runner import Outcome, run_command_check
from gradcli.testing.update import update

QUESTION = "write what is printed now? [y]es, [n]o, [a]ll from here on, [q]uit: "


def run_tests(paths: list[str], options: RunOptions, processes: int = 0, update_mode: str = "",
              junit: str | None = None) -> int:
    """Test the files that `paths` name, and return the exit status.

    `update_mode` is "all" to make what is printed the expected text, "ask" to ask a person about each difference.
    """
    start = perf_counter()
    settings = options.settings
    refuse_change("gradcli test")
    for_person = settings.format == "text"
    if settings.format not in ("text", "json"):
        raise UsageFault(f"test has no --format {settings.format}", "--format json", "--format text")
    if update_mode == "ask" and not for_person:
        raise UsageFault("--interactive shows its questions as text", "--update", "--format text")
    wall_memory(settings)       # files are looked into in this process
    die_with_parent()
    require_walls(settings)
    check_filter(options.keyword, "")     # a fault in -k comes before any work
    files = list(candidates(paths))
    output = Output(settings.output, settings)
    reporter = Reporter(output.write_painted if for_person else lambda text: None, coloured(settings.color, sys.stdout))
    updater = Updater(reporter, options.pycon, update_mode)
    results: list[FileResult] = []
    for result in workers.check_files(files, options, processes or os.cpu_count() or 1):
        result = result._replace(outcomes=[run_command_check(outcome, options.limit, settings)
                                           for outcome in result.outcomes])
        for note in result.notes:
            tell(f"note: {note}")
        results.append(updater.update_file(result) if update_mode else reporter.report_file(result))
        if updater.over or (options.first_only and still_differs(results[-1])):
            break
    seconds = perf_counter() - start
    if for_person:
        output.write_painted(report.summary(results, seconds, reporter.color))
    else:
        from gradcli.data.data_format import dump_json

        output.write(dump_json(report.report_as_json(results, seconds)) + "\n")
    output.finish()
    if junit:
        Output(junit).finish(report.as_junit(results, seconds))
    if not any(result.outcomes or result.error for result in results):
        where = ", ".join(paths)
        keyword = options.keyword
        tell(f"note: no check in {where} has {keyword!r} in its input or its file's name" if keyword else
             f"note: there is nothing to test in {where}")
        return USAGE_ERROR
    return MISMATCH if any(map(still_differs, results)) else FILE_ERROR if any(r.unreadable for r in results) else 0


def still_differs(result: FileResult) -> bool:
    """Whether expected and printed text of a file still differ."""
    return len(result.failures) > result.updated or (bool(result.error) and not result.unreadable)


class Reporter:
    """Writes the report of each file."""

    def __init__(self, write: Callable[[str], object], color: bool) -> None:
        self.write, self.color = write, color

    def report_file(self, result: FileResult) -> FileResult:
        """Write all failures of a file, and return its result."""
        self.write(report.failures_text(result, self.color))
        return result

    def failure(self, path: str, outcome: Outcome) -> None:
        self.write(report.failure(path, outcome, self.color) + "\n\n")


class Updater:
    """Updates expected text: of every difference, or of those a person agrees to."""

    def __init__(self, reporter: Reporter, pycon: bool, mode: str) -> None:
        self.reporter, self.pycon, self.mode = reporter, pycon, mode
        self.over = False

    def update_file(self, result: FileResult) -> FileResult:
        """Rewrite the expected texts to be updated, and return the result with their number."""
        chosen = []
        for outcome in result.failures:
            if not self.over and self._is_confirmed(result.path, outcome):
                chosen.append(outcome)
        try:
            result = result._replace(updated=update(result.path, chosen, self.pycon))
        except FileFault as fault:
            result = result._replace(error=fault.message, unreadable=True)
        if result.updated:
            self.reporter.write(f"{visible(result.path)}: {result.updated} updated\n")
        if result.error:
            self.reporter.report_file(result._replace(outcomes=[]))
        return result

    def _is_confirmed(self, path: str, outcome: Outcome) -> bool:
        """Whether a difference is to be updated; one that cannot be is only reported."""
        if self.mode == "all" and outcome.is_updatable:
            return True
        self.reporter.failure(path, outcome)
        if not outcome.is_updatable:
            return False
        answer = self._answer()
        if answer == "a":
            self.mode = "all"
        self.over = answer == "q"
        return answer in ("y", "a")

    def _answer(self) -> str:
        """The first letter of the answer read from standard input; `q` at its end."""
        while True:
            sys.stdout.flush()
            sys.stderr.write(QUESTION)
            sys.stderr.flush()
            line = sys.stdin.readline() if sys.stdin is not None else ""
            letter = line.strip().casefold()[:1] if line else "q"
            if letter in ("y", "n", "a", "q"):
                return letter
