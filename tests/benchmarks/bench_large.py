"""Operation x size: forward plus backward in float32, as ratios to torch, the better of one and two threads.

    python tests/benchmarks/bench_large.py [NAME ...] [--sizes 1000,1000000]

The rows are derived from the table: every differentiable operation of one or two tensors,
elementwise or reducing, that torch has under the same name.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from math import exp, log
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import torch

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]

from gradcli.engine.memory import reuse  # noqa: E402
from gradcli.engine.op import short, traced  # noqa: E402
from gradcli.engine.tensor import Tensor  # noqa: E402
from gradcli.engine.variable import Variable  # noqa: E402
from gradcli.ops import TABLE  # noqa: E402

SIZES = (1, 10**3, 10**5, 10**6, 10**7)
EXTRA = {"x*x*x": lambda F, x: x ** 3, "x**2.5": lambda F, x: x ** 2.5, "softmax": lambda F, x: F.softmax(x, -1),
         "log_softmax": lambda F, x: F.log_softmax(x, -1), "cumsum": lambda F, x: F.cumsum(x, -1),
         "sum(0)": lambda F, x: F.sum(x, 0), "sum(1)": lambda F, x: F.sum(x, 1), "max(1)": lambda F, x: F.amax(x, 1)}


def names() -> list[str]:
    """The operations of the table that make rows."""
    found = []
    for name, op in sorted(TABLE.items()):
        if op.names[0] != name or not op.rules or op.once or "." in name or not hasattr(torch, name):
            continue
        if op.signature.required in (1, 2) and op.anew and len(op.rules) <= 2 and op.signature.variadic < 0:
            found.append(name)
    return [*EXTRA, *found]


def call(name: str, F: Any, tensors: list[Any]) -> Any:
    if name in EXTRA:
        return EXTRA[name](F, tensors[0])
    function = getattr(F, short(name) if F is traced else name)
    return function(*tensors[: TABLE[name].signature.required])


def step(name: str, F: Any, make: Callable[[Any], Any], size: int) -> Callable[[], None]:
    """One forward and backward on values that every function likes."""
    rows = max(1, int(size**0.5) // 4)
    shape = (rows, size // rows) if name in EXTRA or name in ("mm", "matmul") else (size,)
    rng = np.random.default_rng(0)
    tensors = [make(rng.uniform(0.2, 0.9, shape).astype(np.float32)) for _ in range(2)]
    out = call(name, F, tensors)
    seed = make(np.ones(tuple(out.shape), np.float32))
    seed = seed.detach()

    def run() -> None:
        for t in tensors:
            t.grad = None
        call(name, F, tensors).backward(seed)

    return run


def best(calls: dict[str, Callable[[], None]], seconds: float) -> dict[str, float]:
    """The shortest time of each, taken in turns for about that long."""
    found = dict.fromkeys(calls, float("inf"))
    end = perf_counter() + seconds
    rounds = 0
    while rounds < 5 or perf_counter() < end and rounds < 200:
        rounds += 1
        for who, run in calls.items():
            if who.startswith("torch"):
                torch.set_num_threads(int(who[-1]))
            start = perf_counter()
            run()
            found[who] = min(found[who], perf_counter() - start)
    return found


def main() -> None:
    reuse()
    words = sys.argv[1:]
    sizes = SIZES
    if "--sizes" in words:
        at = words.index("--sizes")
        sizes = tuple(int(s) for s in words[at + 1].split(","))
        del words[at : at + 2]
    chosen = words or names()
    print(f"{'ratio to torch':<20}" + "".join(f"{n:>10}" for n in sizes))
    logs: dict[int, list[float]] = {n: [] for n in sizes}
    for name in chosen:
        line = f"{name:<20}"
        for n in sizes:
            try:
                taken = best({
                    "ours": step(name, traced, lambda a: Variable(a, True), n),
                    "torch 1": step(name, torch, lambda a: torch.tensor(a, requires_grad=True), n),
                    "torch 2": step(name, torch, lambda a: torch.tensor(a, requires_grad=True), n)}, 0.15)
            except Exception as error:
                line += f"{type(error).__name__[:9]:>10}"
                continue
            ratio = taken["ours"] / min(taken["torch 1"], taken["torch 2"])
            logs[n].append(log(ratio))
            line += f"{ratio:>10.2f}"
        print(line, flush=True)
    print(f"{'geometric mean':<20}" + "".join(f"{exp(sum(v) / len(v)):>10.2f}" if v else "" for v in logs.values()))


if __name__ == "__main__":
    main()
