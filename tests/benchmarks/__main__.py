"""All benchmarks, or those named, one line for each at the end: `python -m tests.benchmarks [bodies startup ...]`.

    python -m tests.benchmarks --page docs/benchmarks.md [bodies ...]     puts what was measured into the page

Each runs in a process of its own and prints ratios measured within one run; times alone mean nothing on a shared
machine. Its last line is its summary.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from page import renewed

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def lines_of(path: Path) -> list[str]:
    """What a benchmark prints, passed on as it comes."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    with subprocess.Popen([sys.executable, str(path)], stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout
        lines = []
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line.rstrip())
    if process.returncode:
        sys.exit(f"{path.name} ended with status {process.returncode}")
    return lines


def main() -> None:
    every = {path.stem.removeprefix("bench_"): path for path in sorted(HERE.glob("bench_*.py"))}
    chosen, page = sys.argv[1:], None
    if chosen[:1] == ["--page"] and len(chosen) > 1:
        page, chosen = Path(chosen[1]), chosen[2:]
    for name in chosen:
        if name not in every:
            sys.exit(f"no benchmark is called {name}; there are {', '.join(every)}")
    printed: dict[str, list[str]] = {}
    for name in chosen or every:
        print(f"\n== {name}", flush=True)
        printed[name] = lines_of(every[name])
        if page:
            page.write_text(renewed(page.read_text() if page.exists() else "", name, printed[name]))
    print()
    for name, lines in printed.items():
        print(f"{name:10} {lines[-1] if lines else ''}")


if __name__ == "__main__":
    main()
