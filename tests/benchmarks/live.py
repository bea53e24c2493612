"""Two processes that stay alive, gradcli's and torch's, which run the same texts turn about: ratios of CPU time."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from math import exp, log
from pathlib import Path
from time import process_time
from types import CodeType
from typing import Any

ROOT = Path(__file__).parents[2]
ROUNDS = 5      # after one that warms up


class Side:
    """One of the two, in a process of its own: "gradcli" or "torch"."""

    def __init__(self, who: str) -> None:
        paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
        self.process = subprocess.Popen([sys.executable, __file__, who], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, env=os.environ | {"PYTHONPATH": paths})

    def run(self, text: str) -> tuple[float, str]:
        """Seconds of CPU time that the program takes, and what it prints."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps(text) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            sys.exit(f"the process ended at\n{text}")
        seconds, printed = json.loads(answer)
        return seconds, printed

    def close(self) -> None:
        self.process.stdin.close()      # type: ignore[union-attr]
        self.process.wait()


def least(sides: list[Side], text: str, rounds: int = ROUNDS) -> list[float]:
    """The least seconds of each side; they take turns, and a first round does not count."""
    taken = [[side.run(text)[0] for side in sides] for _ in range(rounds + 1)][1:]
    return [min(column) for column in zip(*taken, strict=True)]


def summary(ratios: list[float]) -> str:
    """The geometric mean, the worst, and how many are above 1."""
    mean = exp(sum(map(log, ratios)) / len(ratios))
    return f"geometric mean {mean:.2f}, worst {max(ratios):.2f}, {sum(r > 1 for r in ratios)} of {len(ratios)} above 1"


def pair() -> list[Side]:
    """gradcli's process and torch's; ends the benchmark where torch is not installed."""
    if not find_spec("torch"):
        print("skipped: torch is not installed")
        sys.exit(0)
    return [Side("gradcli"), Side("torch")]


def serve(who: str) -> None:
    """Run every line of standard input, a program in JSON, and answer with its seconds and what it has printed."""
    run = gradcli_side() if who == "gradcli" else torch_side()
    for line in sys.stdin:
        text = json.loads(line)
        start = process_time()
        printed = run(text)
        print(json.dumps([process_time() - start, printed]), flush=True)


def gradcli_side() -> Callable[[str], str]:
    from gradcli import Session

    session = Session(style="modern")
    return lambda text: session.run(text, "<program>", echo=False)


def torch_side() -> Callable[[str], str]:
    """torch with one thread under CPython; every text is compiled once, before its time counts."""
    import torch

    torch.set_num_threads(1)
    names: dict[str, Any] = {}
    codes: dict[str, CodeType] = {}

    def run(text: str) -> str:
        if text not in codes:
            codes[text] = compile(text, "<program>", "exec")
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(codes[text], names)
        return printed.getvalue()

    return run


if __name__ == "__main__":
    serve(sys.argv[1])
