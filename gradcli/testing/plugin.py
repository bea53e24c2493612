"""The pytest plugin: `pytest --gradcli docs/ examples/` tests what `gradcli test` does, one item per check.

Without --gradcli it does nothing, and it imports nothing but pytest before it has something to do.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options, all of them in one group of `pytest --help`."""
    group = parser.getgroup("gradcli", "transcripts of gradcli")
    group.addoption("--gradcli", action="store_true", help="test transcripts, marked blocks, scripts and notebooks")
    group.addoption("--gradcli-update", action="store_true", help="make what is printed the expected text, in place")
    group.addoption("--gradcli-pycon", action="store_true", help="blocks marked pycon are sessions, too")
    group.addoption("--gradcli-time-limit", type=float, default=60.0, metavar="S", help="seconds a file may take")


def pytest_configure(config: pytest.Config) -> None:
    """Several processes must not write one file."""
    if config.getoption("--gradcli-update") and hasattr(config, "workerinput"):
        raise pytest.UsageError("--gradcli-update writes files, and does so in one process: leave out -n")


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path: Path, parent: pytest.Collector
                        ) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """A file that is one of ours is nobody else's: doctest would take a transcript for Python."""
    collectors = yield
    if not parent.config.getoption("--gradcli"):
        return collectors
    from gradcli.testing import pytest_items

    if not pytest_items.is_transcript(file_path):
        return collectors
    return [pytest_items.Transcript.from_parent(parent, path=file_path)]
