"""Blocks of a Markdown text that show commands with what they print, as `gradcli test` reads and runs them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from gradcli.testing.formats.console_blocks import console_checks
from gradcli.testing.formats.console_blocks import run_command as run

ROOT = Path(__file__).parents[2]


def blocks(text: str, kind: str) -> list[str]:
    """What stands in the fences marked `kind`."""
    return re.findall(rf"```{kind}\n(.*?)```", text, re.DOTALL)


def commands(block: str) -> Iterator[tuple[str, str]]:
    """The (command, expected output) pairs of a console block."""
    for check in console_checks(block.split("\n"), 0, "", []):
        yield check.source, "\n".join(check.expected)


__all__ = ["ROOT", "blocks", "commands", "run"]
