"""Operation x size: forward plus backward in float32, as ratios to torch, the better of one and two threads.

    python tests/benchmarks/bench_large.py [NAME ...] [--sizes 1000,1000000] [--double] [--processor] [--beside TREE]

Without names the rows are those of `ROWS`, and every differentiable operation of one or two
tensors, elementwise or reducing, of the table that torch has under the same name; `common`
stands for the 45 of `COMMON`. With --double numbers are float64. With --beside each cell
has two ratios: that of another source tree first, then this one's, measured turn about.
With --processor the ratios are of time of the processor, all threads together, for busy machines.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from math import exp, log
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np

sys.path[:0] = [str(Path(__file__).parents[2])]

SIZES = (1, 10**3, 10**5, 10**6, 10**7)
LABELS, CHANNELS, WIDTH = 100, 16, 64


class Row:
    """How a row is called, and of what shapes; `shapes` gives those of the differentiable tensors for a size."""

    def __init__(self, call: Callable[..., Any], shapes: Callable[[int], list[tuple[int, ...]]],
                 labels: int = 0, places: Callable[[int], tuple[tuple[int, ...], int]] | None = None) -> None:
        self.call = call
        self.shapes = shapes
        self.labels = labels        # below which whole number a last argument of class numbers lies, one for each row
        self.places = places        # the shape of a last argument of whole numbers, and below which number they lie


def flat(size: int) -> list[tuple[int, ...]]:
    return [(size,)]


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


def two(size: int) -> list[tuple[int, ...]]:
    return flat(size) * 2


def places(size: int) -> tuple[tuple[int, ...], int]:
    """As many places as a table has elements, along its second dimension."""
    return table(size)[0], table(size)[0][1]


def picks(size: int) -> tuple[tuple[int, ...], int]:
    """As many rows of a table as it has, in any order and more than once."""
    return table(size)[0][:1], table(size)[0][0]


def maps(size: int) -> list[tuple[int, ...]]:
    """A batch of planes of 32 x 32."""
    side = 32 if size >= 1024 * CHANNELS else max(4, int((size / CHANNELS) ** 0.5))
    return [(max(1, size // (CHANNELS * side * side)), CHANNELS, side, side)]


ROWS: dict[str, Row] = {
    "x**2": Row(lambda F, x: x ** 2, flat),
    "x**3": Row(lambda F, x: x ** 3, flat),
    "x**2.5": Row(lambda F, x: x ** 2.5, flat),
    "x*1.5": Row(lambda F, x: x * 1.5, flat),
    "leaky_relu": Row(lambda F, x: F.leaky_relu(x), flat),
    "gelu": Row(lambda F, x: F.gelu(x), flat),
    "softmax": Row(lambda F, x: F.softmax(x, -1), rows),
    "log_softmax": Row(lambda F, x: F.log_softmax(x, -1), rows),
    "softmax of 100": Row(lambda F, x: F.softmax(x, -1), table),
    "log_softmax of 100": Row(lambda F, x: F.log_softmax(x, -1), table),
    "logsumexp": Row(lambda F, x: F.logsumexp(x, -1), rows),
    "cumsum": Row(lambda F, x: F.cumsum(x, -1), rows),
    "cumsum(0)": Row(lambda F, x: F.cumsum(x, 0), rows),
    "sum(0)": Row(lambda F, x: F.sum(x, 0), rows),
    "sum(1)": Row(lambda F, x: F.sum(x, 1), rows),
    "max(1)": Row(lambda F, x: F.amax(x, 1), rows),
    "max": Row(lambda F, x: F.max(x), flat),
    "x.max(1)": Row(lambda F, x: F.max(x, 1)[0], rows),
    "layer_norm": Row(lambda F, x, w, b: F.layer_norm(x, (x.shape[-1],), w, b),
                      lambda n: [*table(n), (min(n, LABELS),), (min(n, LABELS),)]),
    "cross_entropy": Row(lambda F, x, t: F.cross_entropy(x, t), table, LABELS),
    "mm": Row(lambda F, x, y: F.mm(x, y), lambda n: square(n) * 2),
    "conv2d": Row(lambda F, x, w: F.conv2d(x, w, padding=1), lambda n: [*maps(n), (CHANNELS, CHANNELS, 3, 3)]),
    "max_pool2d": Row(lambda F, x: F.max_pool2d(x, 2), maps),
    "embedding": Row(lambda F, w, t: F.embedding(t, w), lambda n: [(min(n, 1000), WIDTH)], 1000),
}
ROWS |= {
    "where": Row(lambda F, x, y: F.where(x > y, x, y), two),
    "clamp": Row(lambda F, x: F.clamp(x, 0.3, 0.6), flat),
    "dropout": Row(lambda F, x: F.dropout(x, 0.5, True), flat),
    "elu": Row(lambda F, x: F.elu(x - 0.5), flat),
    "relu": Row(lambda F, x: F.relu(x - 0.5), flat),
    "softplus": Row(lambda F, x: F.softplus(x), flat),
    "mse_loss": Row(lambda F, x, y: F.mse_loss(x, y), two),
    "bce_logits": Row(lambda F, x, y: F.binary_cross_entropy_with_logits(x, y.detach()), two),
    "gather": Row(lambda F, x, t: F.gather(x, 1, t), table, places=places),
    "index_select": Row(lambda F, x, t: F.index_select(x, 0, t), table, places=picks),
    "cat": Row(lambda F, x, y: F.cat((x, y), 0), two),
    "sort": Row(lambda F, x: F.sort(x, -1)[0], rows),
    "transpose": Row(lambda F, x: F.clone(F.transpose(x, 0, 1) * 2.0), square),
    "addrow": Row(lambda F, x, y: F.add(x, y), lambda n: [*table(n), (min(n, LABELS),)]),
    "norm": Row(lambda F, x: F.norm(x), flat),
    "std": Row(lambda F, x: F.std(x), flat),
    "var": Row(lambda F, x: F.var(x), flat),
    "std of rows": Row(lambda F, x: F.std(x, 1), table),
    "cumsum of 100": Row(lambda F, x: F.cumsum(x, -1), table),
    "logsumexp of 100": Row(lambda F, x: F.logsumexp(x, -1), table),
    "sum of 100": Row(lambda F, x: F.sum(x, 1), table),
    "sum of 100 (0)": Row(lambda F, x: F.sum(x, 0), table),
}
COMMON = ("gather", "index_select", "elu", "gelu", "log", "softplus", "log_softmax of 100", "cumsum of 100",
          "cross_entropy", "bce_logits", "std", "softmax of 100", "sigmoid", "layer_norm", "leaky_relu", "conv2d",
          "logsumexp of 100", "relu", "exp", "where", "cat", "abs", "sin", "mse_loss", "tanh", "mul", "addrow",
          "x.max(1)", "mm", "x**3", "sum of 100", "var", "sum of 100 (0)", "add", "sum", "norm", "sqrt", "div",
          "dropout", "clamp", "mean", "sort", "transpose", "max", "x**2")
LARGEST_PRODUCT = 10**6     # elements of matrices that are multiplied: more takes seconds
COUNTED = {"embedding"}     # whose class numbers are as many as make the result of the size


def names() -> list[str]:
    """The rows that are measured if none is named."""
    import torch

    from gradcli.ops import TABLE

    timings = []
    for name, op in sorted(TABLE.items()):
        if op.names[0] != name or not op.rules or op.first_order_only or "." in name or (
                name in ROWS or not hasattr(torch, name)):
            continue
        if op.signature.required in (1, 2) and op.fresh_result and len(op.rules) <= 2 and op.signature.variadic < 0:
            timings.append(name)
    return [*ROWS, *timings]


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
    return Row(lambda F, *tensors: getattr(F, name)(*tensors), lambda n: flat(n) * count)


def step(name: str, who: str, size: int, kind: Any) -> Callable[[], None]:
    """One forward and backward on values of that type that every function likes."""
    F, leaf, plain = sides(who)
    this, rng = row(name), np.random.default_rng(0)
    shapes = this.shapes(size)
    tensors = [leaf(rng.uniform(0.2, 0.9, shape).astype(kind)) for shape in shapes]
    labels = []
    if this.labels:
        count = max(1, size // WIDTH) if name in COUNTED else shapes[0][0]
        labels = [plain(rng.integers(0, min(this.labels, shapes[0][0 if name in COUNTED else 1]), count))]
    if this.places:
        shape, most = this.places(size)
        labels = [plain(rng.integers(0, most, shape))]
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


def shortest(run: Callable[[], None], seconds: float, clock: Callable[[], float]) -> float:
    """The shortest time of one call, by a clock, over at least three and for about that long."""
    timings, end, rounds = float("inf"), perf_counter() + seconds, 0
    while rounds < 3 or perf_counter() < end and rounds < 100:
        rounds += 1
        start = clock()
        run()
        timings = min(timings, clock() - start)
    return timings


class Side:
    """One of the two in a process of its own, so that neither's way with memory helps the other."""

    def __init__(self, who: str, tree: str, kind: str, clock: str) -> None:
        blas = {"OPENBLAS_NUM_THREADS": "1"} if who == "ours" else {}       # as the command sets it
        self.process = subprocess.Popen([sys.executable, __file__, "serve", who, tree, kind, clock], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ | blas)

    def time(self, name: str, size: int, threads: int = 1) -> float:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(f"{name}\t{size}\t{threads}\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())


def serve(who: str, tree: str, kind: str, clock: str) -> None:
    """The other process: for each line with a row, a size and a number of threads, the time."""
    sys.path[:0] = [tree] if tree else []
    if who == "torch":
        from torch import set_num_threads
    else:
        from gradcli.engine.tensor.memory import reuse

        reuse()
    runs: dict[tuple[str, int], Callable[[], None]] = {}
    for line in sys.stdin:
        name, size, threads = line.rstrip("\n").split("\t")
        if who == "torch":
            set_num_threads(int(threads))
        key = name, int(size)
        if key not in runs:
            runs.clear()
            runs[key] = step(name, who, key[1], np.dtype(kind).type)
        print(shortest(runs[key], 0.04, process_time if clock == "processor" else perf_counter), flush=True)


def main() -> None:
    if sys.argv[1:2] == ["serve"]:
        serve(*sys.argv[2:])
        return
    words = sys.argv[1:]
    sizes = SIZES
    if "--sizes" in words:
        at = words.index("--sizes")
        sizes = tuple(int(s) for s in words[at + 1].split(","))
        del words[at : at + 2]
    kind = "float64" if "--double" in words else "float32"
    clock = "processor" if "--processor" in words else "wall"
    tree = ""
    if "--beside" in words:
        at = words.index("--beside")
        tree = words[at + 1]
        del words[at : at + 2]
    chosen = [name for name in words if name not in ("--double", "--processor", "--all")] or (
        names() if "--all" in words else ["common"])
    compare([x for name in chosen for x in (COMMON if name == "common" else (name,))], sizes, kind, tree, clock)


def compare(chosen: list[str], sizes: tuple[int, ...], kind: str, tree: str, clock: str) -> None:
    """Print the ratios of these rows, and their geometric means and worst ones."""
    sides = [Side("ours", where, kind, clock) for where in ([tree, ""] if tree else [""])]
    torch = Side("torch", "", kind, clock)
    width = 8 * len(sides)
    print(f"{'ratio to torch':<20}" + "".join(f"{n:>{width + 2}}" for n in sizes))
    logs: dict[int, list[list[float]]] = {n: [[] for _ in sides] for n in sizes}
    for name in chosen:
        line = f"{name:<20}"
        for n in sizes:
            if name == "mm" and n > LARGEST_PRODUCT:
                line += " " * (width + 2)
                continue
            here, there = [float("inf")] * len(sides), float("inf")
            for threads in (1, 2, 1, 2):
                here = [min(least, side.time(name, n)) for least, side in zip(here, sides, strict=True)]
                there = min(there, torch.time(name, n, threads))
            line += "  " + "".join(f"{least / there:>8.2f}" for least in here)
            for timings, least in zip(logs[n], here, strict=True):
                timings.append(log(least / there))
        print(line, flush=True)
    for title, value in (("geometric mean", lambda timings: exp(sum(timings) / len(timings))),
                         ("worst", lambda timings: exp(max(timings)))):
        print(f"{title:<20}" + "".join("  " + "".join(f"{value(timings):>8.2f}" for timings in logs[n] if timings)
                                       for n in sizes))


if __name__ == "__main__":
    main()
