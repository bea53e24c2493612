"""The page of figures, docs/benchmarks.md: a section for each benchmark, with the machine and the versions."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from importlib import metadata
from pathlib import Path

OPENING = """# Benchmarks

What the benchmarks measured on one machine. Each figure is a ratio within one run, in which both sides take turns, so
that what slows the machine slows both; below 1 is faster than the other side. `python -m tests.benchmarks` measures
again, `python -m tests.benchmarks --page docs/benchmarks.md bodies programs` renews sections of this page. CPU time
is that of all processes of a command. PyTorch runs with one thread, where no line says otherwise.
"""
SECTION = re.compile(r"^## (\w+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def renewed(text: str, name: str, lines: list[str]) -> str:
    """The page with one section replaced, or added, and the summaries of all above them."""
    sections = dict(SECTION.findall(text))
    sections.pop("Summary", None)
    sections[name] = f"\n{lines[-1]}\n\n{about(name)}\n\n```text\n" + "\n".join(lines[:-1]).strip("\n") + "\n```\n\n"
    table = "| Benchmark | Result |\n|---|---|\n" + "".join(
        f"| [{key}](#{key}) | {body.strip().splitlines()[0]} |\n" for key, body in sorted(sections.items()))
    return f"{OPENING}\n## Summary\n\n{table}\n" + "".join(
        f"## {key}\n{body}" for key, body in sorted(sections.items())).rstrip("\n") + "\n"


def about(name: str) -> str:
    """The command, the machine and the versions of what was measured."""
    versions = ", ".join(f"{package} {version}" for package in ("numpy", "torch", "typer") if (version := of(package)))
    return (f"`python -m tests.benchmarks {name}` at {commit()}; {processor()}, {os.cpu_count()} cores, "
            f"{platform.system()}; CPython {platform.python_version()}, {versions}.")


def of(package: str) -> str:
    """The version of an installed package; empty where it is missing."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def commit() -> str:
    completed = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False,
                               cwd=Path(__file__).parent)
    return f"commit {completed.stdout.strip()}" if completed.returncode == 0 else "an unknown commit"


def processor() -> str:
    """The name of the processor as Linux has it, else as Python does."""
    try:
        names = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    except OSError:
        names = None
    return names[1] if names else platform.processor() or platform.machine()
