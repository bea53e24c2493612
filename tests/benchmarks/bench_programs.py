"""Whole programs against torch with one thread.

    python tests/benchmarks/bench_programs.py [NAME ...]

Both processes stay alive and take turns; CPU time, the least of five rounds. A ratio below 1 is faster than torch.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from live import least, pair, summary
from whole_programs import BEGIN, PROGRAMS


def main() -> None:
    chosen, sides, ratios = sys.argv[1:], pair(), []
    for name, (setup, timed) in PROGRAMS.items():
        if chosen and name not in chosen:
            continue
        for side in sides:
            side.run(BEGIN + setup)
        ours, theirs = least(sides, timed)
        ratios.append(ours / theirs)
        print(f"{name:28} {ours * 1e3:8.1f} ms  torch {theirs * 1e3:8.1f} ms  ratio {ours / theirs:5.2f}", flush=True)
    print(summary(ratios))
    for side in sides:
        side.close()


if __name__ == "__main__":
    main()
