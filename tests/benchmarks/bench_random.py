"""Random numbers: the time of a million, as ratios to torch in the same run.

    PYTHONPATH=. python tests/benchmarks/bench_random.py [ROUNDS]

Ours and torch's calls alternate; the best of each counts, torch's with one thread or with two.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

try:
    import torch
except ImportError:
    print("skipped: torch is not installed")
    sys.exit(0)

from live import summary

from gradcli.engine.random.select import generator

COUNT = 10**6
modern, legacy = generator("modern", 1), generator("legacy", 1)

ROWS: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
    "rand float32": (lambda: modern.rand((COUNT,)), lambda: torch.rand(COUNT)),
    "randn float32": (lambda: modern.randn((COUNT,)), lambda: torch.randn(COUNT)),
    "rand float64": (lambda: modern.rand((COUNT,), np.float64), lambda: torch.rand(COUNT, dtype=torch.float64)),
    "randn float64": (lambda: modern.randn((COUNT,), np.float64), lambda: torch.randn(COUNT, dtype=torch.float64)),
    "randint": (lambda: modern.randint(0, 100, (COUNT,)), lambda: torch.randint(0, 100, (COUNT,))),
    "legacy rand float32": (lambda: legacy.rand((COUNT,)), lambda: torch.rand(COUNT)),
    "legacy randn float32": (lambda: legacy.randn((COUNT,)), lambda: torch.randn(COUNT)),
    "randn float32, 100 elements": (lambda: modern.randn((100,)), lambda: torch.randn(100)),
}


def best(rounds: int, calls: list[Callable[[], object]]) -> list[float]:
    """The shortest time of each, taken in turns."""
    least = [float("inf")] * len(calls)
    for _ in range(rounds):
        for i, call in enumerate(calls):
            start = perf_counter()
            call()
            least[i] = min(least[i], perf_counter() - start)
    return least


def threaded(threads: int, call: Callable[[], object]) -> Callable[[], object]:
    def run() -> object:
        torch.set_num_threads(threads)
        return call()
    return run


def main() -> None:
    rounds, ratios = int(sys.argv[1]) if len(sys.argv) > 1 else 15, []
    for name, (ours, theirs) in ROWS.items():
        here, one, two = best(rounds, [ours, threaded(1, theirs), threaded(2, theirs)])
        ratios.append(here / min(one, two))
        print(f"{name:30} {here * 1e3:9.3f} ms  torch {min(one, two) * 1e3:8.3f} ms  ratio {here / min(one, two):6.2f}")
    print(summary(ratios))


if __name__ == "__main__":
    main()
