"""Peak memory of 50 element-wise operations on 10^7 floats, forward and backward, against the same written by hand.

    python tests/benchmarks/bench_memory.py [SIZE]

Each in a process of its own; what the process held before it began is taken off.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

sys.path[:0] = [str(Path(__file__).parents[2])]

SIZE, TURNS = 10**7, 10     # of five operations each
PROGRAM = f"""
y = x
for i in range({TURNS}):
    y = (y * 1.01).sin()
    y = (y + 0.1).tanh()
    y = y * y
y.backward(seed)
"""


def by_hand(x: Any, seed: Any) -> Any:
    """The gradient as one would write it: what a slope needs is kept, and let go when it has been used."""
    factor, shift, one = np.float32(1.01), np.float32(0.1), np.float32(1)
    kept = []
    y = x
    for _ in range(TURNS):
        y = y * factor
        kept.append(y)
        y = np.sin(y)
        y = y + shift
        y = np.tanh(y)
        kept.append(y)
        y = y * y
    g = seed
    del y
    for _ in range(TURNS):
        t = kept.pop()
        g = g * (t + t)
        g = g * (one - t * t)
        t = kept.pop()
        g = g * np.cos(t)
        g = g * factor
    return g


def ours(x: Any, seed: Any) -> Any:
    """The same as a program of a session."""
    from gradcli.engine.tensor.tensor import Tensor
    from gradcli.engine.tensor.variable import Variable
    from gradcli.session.session import Session

    session = Session()
    session["x"], session["seed"] = Variable(x, True), Tensor(seed)
    del x, seed
    session.run("y = x\n")
    session.run(PROGRAM)
    return session["x"].grad.array


def peak() -> int:
    """The most memory this process has held, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def one(who: str, size: int) -> None:
    """Print the peak above the start, in bytes, and the sum of the gradient."""
    if who == "ours":
        import gradcli.session.session  # noqa: F401
    x, seed = np.full(size, 0.5, np.float32), np.ones(size, np.float32)
    before = peak()
    g = (ours if who == "ours" else by_hand)(x, seed)
    print(peak() - before, float(g.sum(dtype=np.float64)))


def main() -> None:
    if sys.argv[1:2] in (["ours"], ["hand"]):
        one(sys.argv[1], int(sys.argv[2]))
        return
    size = sys.argv[1] if len(sys.argv) > 1 else str(SIZE)
    peaks, sums = {}, {}
    for who in ("hand", "ours"):
        completed = subprocess.run([sys.executable, __file__, who, size], check=True, stdout=subprocess.PIPE, text=True)
        peaks[who], sums[who] = (float(word) for word in completed.stdout.split())
        print(f"{who:5} {peaks[who] / 2**20:8.0f} MiB at most")
    if abs(sums["ours"] - sums["hand"]) > 1e-4 * abs(sums["hand"]):
        sys.exit(f"the gradients differ: {sums}")
    print(f"50 operations on {int(size):.0e} floats: peak {peaks['ours'] / peaks['hand']:.3f} of the same by hand")


if __name__ == "__main__":
    main()
