"""Operation x size: forward plus backward in float32, as ratios to torch, the better of one and two threads.

    python tests/benchmarks/bench_large.py [NAME ...] [--sizes 1000,1000000] [--double] [--all]

Without names the rows are those of `ROWS`; with --all also every differentiable operation of one or two tensors,
elementwise or reducing, of the table that torch has under the same name. --double measures float64. Wall time, the
least of several calls in two processes that take turns: torch's and ours may use two threads.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from math import exp, log
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

sys.path[:0] = [str(Path(__file__).parents[2])]

SIZES = (10**4, 10**5, 10**6, 10**7)
LABELS, CHANNELS, WIDTH = 100, 16, 64


class Row:
    """How a row is called, and of what shapes; `shapes` gives those of the differentiable tensors for a size."""

    def __init__(self, call: Callable[..., Any], shapes: Callable[[int], list[tuple[int, ...]]],
                 labels: int = 0) -> None:
        self.call = call
        self.shapes = shapes
        self.labels = labels        # below which whole number a last argument of class numbers lies, one for each row


def flat(size: int) -> list[tuple[int, ...]]:
    return [(size,)]


def pairs(size: int) -> list[tuple[int, ...]]:
    return [(size,), (size,)]


def by_name(name: str) -> Callable[..., Any]:
    return lambda F, *tensors: getattr(F, name)(*tensors)


def rows(size: int) -> list[tuple[int, ...]]:
    """A few long rows."""
    count = max(1, int(size**0.5) // 4)
    return [(count, size // count)]


def table(size: int) -> list[tuple[int, ...]]:
    """Many rows, as of a network's layer."""
    return [(max(1, size // LABELS), min(size, LABELS))]


def square(size: int) -> list[tuple[int, ...]]:
    side = max(1, int(size**0.5))
    return [(side, side)]


def maps(size: int) -> list[tuple[int, ...]]:
    """A batch of planes of 32 x 32."""
    side = 32 if size >= 1024 * CHANNELS else max(4, int((size / CHANNELS) ** 0.5))
    return [(max(1, size // (CHANNELS * side * side)), CHANNELS, side, side)]


ROWS: dict[str, Row] = {
    "add": Row(lambda F, x, y: x + y, pairs),
    "mul": Row(lambda F, x, y: x * y, pairs),
    "div": Row(lambda F, x, y: x / y, pairs),
    "x*1.5": Row(lambda F, x: x * 1.5, flat),
    "add a row": Row(lambda F, x, y: x + y, lambda n: [*rows(n), rows(n)[0][1:]]),
    "x**2": Row(lambda F, x: x ** 2, flat),
    "x**3": Row(lambda F, x: x ** 3, flat),
    "x**2.5": Row(lambda F, x: x ** 2.5, flat),
    **{name: Row(by_name(name), flat) for name in (
        "exp", "log", "sqrt", "sin", "abs", "tanh", "sigmoid", "relu", "leaky_relu", "elu", "softplus", "gelu")},
    "clamp": Row(lambda F, x: F.clamp(x, 0.3, 0.7), flat),
    "where": Row(lambda F, x, y: F.where(x > y, x, y), pairs),
    "dropout": Row(lambda F, x: F.dropout(x, 0.5), flat),
    **{name: Row(by_name(name), flat) for name in ("sum", "mean", "max", "norm", "var", "std")},
    "sum(0)": Row(lambda F, x: F.sum(x, 0), rows),
    "sum(1)": Row(lambda F, x: F.sum(x, 1), rows),
    "amax(1)": Row(lambda F, x: F.amax(x, 1), rows),
    "x.max(1)": Row(lambda F, x: F.max(x, 1)[0], rows),
    "logsumexp": Row(lambda F, x: F.logsumexp(x, -1), rows),
    "softmax": Row(lambda F, x: F.softmax(x, -1), rows),
    "log_softmax": Row(lambda F, x: F.log_softmax(x, -1), rows),
    "softmax of 100": Row(lambda F, x: F.softmax(x, -1), table),
    "log_softmax of 100": Row(lambda F, x: F.log_softmax(x, -1), table),
    "cumsum": Row(lambda F, x: F.cumsum(x, -1), rows),
    "cumsum(0)": Row(lambda F, x: F.cumsum(x, 0), rows),
    "sort": Row(lambda F, x: F.sort(x, -1)[0], rows),
    "transpose": Row(lambda F, x: F.transpose(x, 0, 1) * 2, square),
    "cat": Row(lambda F, x, y: F.cat([x, y]), pairs),
    "gather": Row(lambda F, x, t: F.gather(x, 1, t.view(-1, 1)), table, LABELS),
    "index_select": Row(lambda F, w, t: F.index_select(w, 0, t), lambda n: [(min(n, 1000), WIDTH)], 1000),
    "embedding": Row(lambda F, w, t: F.embedding(t, w), lambda n: [(min(n, 1000), WIDTH)], 1000),
    "layer_norm": Row(lambda F, x, w, b: F.layer_norm(x, (x.shape[-1],), w, b),
                      lambda n: [*table(n), (min(n, LABELS),), (min(n, LABELS),)]),
    "cross_entropy": Row(lambda F, x, t: F.cross_entropy(x, t), table, LABELS),
    "mse_loss": Row(lambda F, x, y: F.mse_loss(x, y), pairs),
    "bce_logits": Row(lambda F, x, y: F.binary_cross_entropy_with_logits(x, y), pairs),
    "mm": Row(lambda F, x, y: F.mm(x, y), lambda n: square(n) * 2),
    "conv2d": Row(lambda F, x, w: F.conv2d(x, w, padding=1), lambda n: [*maps(n), (CHANNELS, CHANNELS, 3, 3)]),
    "max_pool2d": Row(lambda F, x: F.max_pool2d(x, 2), maps),
}
COUNTED = {"embedding", "index_select"}     # whose class numbers are as many as make the result of the size


def names() -> list[str]:
    """The rows of `--all`."""
    import torch

    from gradcli.ops import TABLE

    found = []
    for name, op in sorted(TABLE.items()):
        if op.names[0] != name or not op.rules or op.first_order_only or "." in name or (
                name in ROWS or not hasattr(torch, name)):
            continue
        if op.signature.required in (1, 2) and op.fresh_result and len(op.rules) <= 2 and op.signature.variadic < 0:
            found.append(name)
    return [*ROWS, *found]


class Names:
    """The functions of torch under the short names that rules use."""

    def __getattr__(self, name: str) -> Any:
        import torch

        return getattr(torch.nn.functional, name, None) or getattr(torch, name)


def row(name: str) -> Row:
    """The row of that name: one of `ROWS`, or an operation of the table on flat tensors."""
    if name in ROWS:
        return ROWS[name]
    from gradcli.ops import TABLE

    count = TABLE[name].signature.required
    return Row(by_name(name), lambda n: flat(n) * count)


def step(name: str, who: str, size: int, kind: str) -> Callable[[], None]:
    """One forward and backward on values that every function likes."""
    F, leaf, plain = sides(who)
    this, rng = row(name), np.random.default_rng(0)
    shapes = this.shapes(size)
    tensors = [leaf(rng.uniform(0.2, 0.9, shape).astype(kind)) for shape in shapes]
    labels = []
    if this.labels:
        count = max(1, size // WIDTH) if name in COUNTED else shapes[0][0]
        labels = [plain(rng.integers(0, min(this.labels, shapes[0][0 if name in COUNTED else 1]), count))]
    out = this.call(F, *tensors, *labels)
    seed = plain(np.ones(tuple(out.shape), kind))

    def run() -> None:
        for t in tensors:
            t.grad = None
        this.call(F, *tensors, *labels).backward(seed)

    return run


def sides(who: str) -> tuple[Any, Callable[[Any], Any], Callable[[Any], Any]]:
    """The functions, and how leaves and constants are made, of "ours" or "torch"."""
    if who == "torch":
        import torch

        return Names(), lambda a: torch.tensor(a, requires_grad=True), torch.tensor
    import gradcli.session.session  # noqa: F401
    from gradcli.engine.autograd.op import traced
    from gradcli.engine.tensor.tensor import Tensor
    from gradcli.engine.tensor.variable import Variable

    return traced, lambda a: Variable(a, True), Tensor


def shortest(run: Callable[[], None], seconds: float) -> float:
    """The shortest time of one call, over at least three and for about that long."""
    found, end, rounds = float("inf"), perf_counter() + seconds, 0
    while rounds < 3 or perf_counter() < end and rounds < 100:
        rounds += 1
        start = perf_counter()
        run()
        found = min(found, perf_counter() - start)
    return found


class Side:
    """One of the two in a process of its own, so that neither's way with memory helps the other."""

    def __init__(self, who: str) -> None:
        self.process = subprocess.Popen([sys.executable, __file__, "serve", who], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def time(self, name: str, size: int, kind: str, threads: int = 1) -> float:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(f"{name}\t{size}\t{kind}\t{threads}\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())


def serve(who: str) -> None:
    """The other process: for each line with a row, a size, a type and a number of threads, the time."""
    if who == "torch":
        from torch import set_num_threads
    else:
        from gradcli.engine.tensor.memory import reuse

        reuse()
    runs: dict[tuple[str, int], Callable[[], None]] = {}
    for line in sys.stdin:
        name, size, kind, threads = line.rstrip("\n").split("\t")
        if who == "torch":
            set_num_threads(int(threads))
        key = name, int(size)
        if key not in runs:
            runs.clear()
            runs[key] = step(name, who, key[1], kind)
        print(shortest(runs[key], 0.04), flush=True)


def main() -> None:
    if sys.argv[1:2] == ["serve"]:
        serve(sys.argv[2])
        return
    words = sys.argv[1:]
    sizes = SIZES
    if "--sizes" in words:
        at = words.index("--sizes")
        sizes = tuple(int(s) for s in words[at + 1].split(","))
        del words[at : at + 2]
    kind = "float64" if "--double" in words else "float32"
    every = "--all" in words
    chosen = [word for word in words if word not in ("--double", "--all")] or (names() if every else list(ROWS))
    print(f"{'ratio to torch':<20}" + "".join(f"{n:>10}" for n in sizes))
    ratios: dict[int, list[float]] = {n: [] for n in sizes}
    ours, torch = Side("ours"), Side("torch")
    for name in chosen:
        line = f"{name:<20}"
        for n in sizes:
            here = there = float("inf")
            for threads in (1, 2, 1, 2):
                here = min(here, ours.time(name, n, kind))
                there = min(there, torch.time(name, n, kind, threads))
            ratios[n].append(here / there)
            line += f"{here / there:>10.2f}"
        print(line, flush=True)
    means = {n: exp(sum(map(log, column)) / len(column)) for n, column in ratios.items()}
    print(f"{'geometric mean':<20}" + "".join(f"{mean:>10.2f}" for mean in means.values()))
    print(f"{kind}, geometric means: " + ", ".join(f"{means[n]:.2f} at {n:.0e}" for n in sizes)
          + f", worst {max(map(max, ratios.values())):.2f}")


if __name__ == "__main__":
    main()
