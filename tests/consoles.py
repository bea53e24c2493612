"""Blocks of a Markdown text that show commands with what they print, and how to run one."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]


def blocks(text: str, kind: str) -> list[str]:
    """What stands in the fences marked `kind`."""
    return re.findall(rf"```{kind}\n(.*?)```", text, re.DOTALL)


def commands(block: str) -> Iterator[tuple[str, str]]:
    """The (command, expected output) pairs of a console block."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, expected = part.partition("\n")
        yield command, expected


def run(command: str, home: Path = ROOT) -> str:
    """All that a gradcli command prints, with the package that lies in `home`."""
    words = shlex.split(command)
    assert words[0] == "gradcli"
    return subprocess.run([sys.executable, "-m", *words], cwd=home, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False).stdout
