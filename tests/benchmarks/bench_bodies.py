"""Bodies of loops on small tensors, forward and backward, against torch with one thread.

    python tests/benchmarks/bench_bodies.py [AREA or BODY ...]

Both processes stay alive and take turns; CPU time, the least of five rounds. A ratio below 1 is faster than torch.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from bodies import BODIES, PROGRAM, SETUP
from live import least, pair, summary

TURNS = 500


def main() -> None:
    chosen, sides = sys.argv[1:], pair()
    for side in sides:
        side.run(SETUP)
    everything: list[tuple[float, str]] = []
    for area, bodies in BODIES.items():
        ratios = []
        for name, body in bodies.items():
            if chosen and name not in chosen and area not in chosen:
                continue
            ours, theirs = least(sides, PROGRAM.format(turns=TURNS, body=body))
            ratios.append(ours / theirs)
            everything.append((ours / theirs, name))
            print(f"{area:12} {name:34} {ours / TURNS * 1e6:8.2f} us  torch {theirs / TURNS * 1e6:8.2f} us  "
                  f"ratio {ours / theirs:6.2f}", flush=True)
        if ratios:
            print(f"{area}: {summary(ratios)}\n", flush=True)
    if everything:
        print(f"{summary([ratio for ratio, _ in everything])} (the worst: {max(everything)[1]})")
    for side in sides:
        side.close()


if __name__ == "__main__":
    main()
