"""Small operations: forward plus backward of one recorded operation in a chain of them.

Against torch with one thread where it is installed, else against plain numpy.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.util import find_spec
from math import exp, log
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from timing import interleaved, ratio

from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Variable
from gradcli.session.session import Session

TURNS, ROUNDS = 200, 25

STEPS = ("y * 1.01", "(y + y) * 0.5", "y * y", "y - 0.5", "y.tanh()", "y.sin()", "y.sigmoid()", "torch.relu(y)",
         "(y * 0.5).exp().log()")
PROGRAM = """
def chain():
    y = x
    for i in range({turns}):
        y = {step}
    y.backward(seed)
"""


def ours(step: str, values: Any) -> Callable[[], object]:
    """The chain as a program of a session."""
    session = Session()
    session["x"], session["seed"] = Variable(values.copy(), True), Tensor(np.ones_like(values))
    session.run(PROGRAM.format(turns=TURNS, step=step))
    return lambda: session.run("chain()")


def under_torch(step: str, values: Any) -> Callable[[], object]:
    """The same text under CPython with torch."""
    import torch

    torch.set_num_threads(1)
    names = {"torch": torch, "x": torch.tensor(values, requires_grad=True), "seed": torch.ones(len(values))}
    exec(PROGRAM.format(turns=TURNS, step=step), names)
    return names["chain"]


def under_numpy(step: str, values: Any) -> Callable[[], object]:
    """Only one multiplication a turn, in plain numpy."""
    names = {"x": values, "c": np.float32(1.01)}
    exec(f"def chain():\n    y = x\n    for i in range({TURNS}):\n        y = y * c\n", names)
    return names["chain"]


def main() -> None:
    theirs = under_torch if find_spec("torch") else under_numpy
    print(f"microseconds a turn, forward + backward; ratio to {theirs.__name__}")
    logs = []
    for size in (1, 3, 100):
        for step in STEPS:
            values = np.full(size, 0.5, np.float32)
            taken = interleaved({"ours": ours(step, values), "theirs": theirs(step, values)}, ROUNDS)
            times = [median(taken[who]) / TURNS * 1e6 for who in ("ours", "theirs")]
            r = ratio(taken["ours"], taken["theirs"])
            logs.append(log(r))
            print(f"{step:22} {size:4} floats  {times[0]:7.2f}  {times[1]:7.2f}  ratio {r:5.2f}")
    print(f"geometric mean of the ratios: {exp(sum(logs) / len(logs)):.2f}")


if __name__ == "__main__":
    main()
