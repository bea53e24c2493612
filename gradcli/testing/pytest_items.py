"""What pytest collects: files, and in them checks that share one session."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gradcli.console.settings import Settings
from gradcli.faults.tree import Fault
from gradcli.testing.diff import difference_text, outcome_line
from gradcli.testing.discovery import is_test, read_document
from gradcli.testing.model import Check
from gradcli.testing.runner import Outcome, Runner, run_command_check
from gradcli.testing.update import update


def is_transcript(path: Path) -> bool:
    """Whether `gradcli test` would test a file."""
    return is_test(str(path))


class Difference(Exception):
    """A check printed something else than it should."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.problem or "the output differs")
        self.outcome = outcome


class Transcript(pytest.File):
    """A file of checks, and the session in which they run."""

    def collect(self) -> Iterator[pytest.Item]:
        try:
            document = read_document(str(self.path), self.config.getoption("--gradcli-pycon"))
        except Fault as fault:
            raise self.CollectError(fault.message) from None
        self.limit: float = self.config.getoption("--gradcli-time-limit")
        self.spent = 0.0
        self.runner = Runner(document, Settings({"isolated": True, "quiet": True}))
        self.outcomes: list[Outcome] = []
        for index, check in enumerate(document.checks):
            yield CheckItem.from_parent(self, name=_name(check), index=index, check=check)

    def outcome(self, index: int) -> Outcome:
        """The outcome of a check: run it, and any before it that have not run yet, as they share a session."""
        while len(self.outcomes) <= index:
            if self.outcomes and self.outcomes[-1].fatal:
                return self.outcomes[-1]
            with self.runner.clock.running(max(self.limit - self.spent, 1e-3) if self.limit else 0.0, self.limit):
                outcome = self.runner.outcome(len(self.outcomes))
            outcome = run_command_check(outcome, self.limit, self.runner.settings)
            gc.unfreeze()       # what a session keeps out of the collector's sight is not all ours here
            self.spent += outcome.seconds
            self.outcomes.append(outcome)
        return self.outcomes[index]


class CheckItem(pytest.Item):
    """One check."""

    parent: Transcript

    def __init__(self, *, index: int, check: Check, **rest: Any) -> None:
        super().__init__(**rest)
        self.index, self.check = index, check

    def runtest(self) -> None:
        outcome = self.parent.outcome(self.index)
        if outcome.verdict == "skipped":
            pytest.skip("# skip")
        if outcome.verdict == "passed":
            return
        if outcome.is_updatable and self.config.getoption("--gradcli-update"):
            update(str(self.path), [outcome], self.config.getoption("--gradcli-pycon"))
            return
        raise Difference(outcome)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        error = excinfo.value
        if isinstance(error, Difference):
            color = self.config.get_terminal_writer().hasmarkup
            where = f"{self.path}:{outcome_line(error.outcome)}: {error.outcome.problem or 'the output differs'}"
            return f"{where}\n{difference_text(error.outcome, color)}"
        if isinstance(error, Fault):
            return error.message
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.check.line - 1, self.name


def _name(check: Check) -> str:
    """The name of an item: its line and its code. Two colons would separate pytest's own names."""
    return f"{check.line}: {check.head[:60]}".replace("::", ": :")
