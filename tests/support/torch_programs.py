"""One program text, run by torch and by gradcli: what each prints, and where the two differ."""

from __future__ import annotations

import difflib
import subprocess
import sys

from support.python_prints import python_prints


def by_torch(text: str) -> list[str]:
    """What the program prints with torch."""
    return python_prints(text).splitlines()


def by_gradcli(text: str) -> list[str]:
    """What it prints here."""
    completed = subprocess.run([sys.executable, "-m", "gradcli", "run", "-q", "--style", "modern", "-"], input=text,
                               text=True, capture_output=True, check=False)
    return (completed.stdout + (completed.stderr if completed.returncode else "")).splitlines()


def differences(text: str) -> list[tuple[str, list[str], list[str]]]:
    """Where the two print something else, each under the last line before it that begins with ==."""
    torch, ours = by_torch(text), by_gradcli(text)
    differing = []
    for kind, i1, i2, j1, j2 in difflib.SequenceMatcher(None, torch, ours, autojunk=False).get_opcodes():
        if kind != "equal":
            header = next((line for line in reversed(torch[:i1 + 1]) if line.startswith("==")), "")
            differing.append((header, torch[i1:i2], ours[j1:j2]))
    return differing


def show_differences(text: str) -> None:
    """Print them, torch's lines with a minus and ours with a plus."""
    for header, torch, ours in differences(text):
        print(header)
        print("".join(f"- {line}\n" for line in torch) + "".join(f"+ {line}\n" for line in ours))
