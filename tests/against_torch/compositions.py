"""Random compositions of operations, in gradcli and in torch: python -m against_torch.compositions [COUNT [SEED [SHARE]]]

A composition is a short program in text that both run: leaves of both floating types, then two to five steps that
view, index, write in place, reduce, multiply or apply a function. Compared are the value, the gradient, the gradient
of the gradient, the Jacobian, and whether a write or a second backward is refused, and in which words.
SHARE, in hundredths, is how many leaves hold some of a few numbers, so that there are equal ones, zeros and ones; the
others are normal.
"""

import random
import sys
import warnings
from collections import Counter
from contextlib import contextmanager
from functools import cached_property

import numpy as np
import torch

from against_torch.composition_faults import Difference, torch_fault
from against_torch.composition_rounding import explained
from against_torch.composition_steps import BINARY, KINDS, REDUCTIONS, SHAPES, STEPS, UNARY
from gradcli.engine.random.generators import Current
from gradcli.engine.tensor.tensor import DisplayHooks, Tensor
from gradcli.engine.tensor.variable import Variable
from gradcli.faults.tree import Fault
from gradcli.session.session import Session
from support.torch_bridge import array_of

LARGEST, ROOM = 12, 1e4
BOUNDS = {"float32": 2e-4, "float64": 1e-8}


def step(rng, names):
    """One line of a program, which assigns the next name or writes in place."""
    x, y = (rng.choice([names[-1], names[-1], *names]) for _ in range(2))
    kind = rng.choice(KINDS)
    if kind == "unary":
        return f"torch.{rng.choice(UNARY)}({x})"
    if kind == "binary":
        return f"torch.{rng.choice(BINARY)}({x}, {y})"
    if kind == "reduction":
        return reduction(rng, x)
    line = rng.choice(STEPS[kind]).format(
        x=x, y=y, d=rng.choice([0, -1]), i=rng.choice([0, 1, -1]), t=f"torch.arange({x}.shape[0]) % {x}.shape[1]",
        z=f"torch.zeros_like({x}[:1]).long()", r=rng.choice(["", ", reduction='sum'", ", reduction='none'"]))
    return "!" + line if kind == "write" else line


FIRST = "median max min sort cummax cummin mode nanmedian var_mean std_mean aminmax gradient".split()
KEPT = "sum mean amax std var logsumexp prod norm max median quantile nansum var_mean".split()
CALLS = {"kthvalue1": "{x}.kthvalue(1, {d})[0]", "renorm": "{x}.renorm(2, 0, 1.0)", "argmax": "{x}.amax({d}, True)",
         "flip": "{x}.flip({d})", "roll": "{x}.roll(1, {d})", "topk": "{x}.topk(1, {d})[0]",
         "quantile": "{x}.quantile(0.3, {d})", "nanquantile": "{x}.nanquantile(0.7, {d})",
         "var0": "{x}.var({d}, correction=0)", "std0": "{x}.std({d}, correction=0)", "softmin": "F.softmin({x}, {d})",
         "logcumsumexp": "torch.logcumsumexp({x}, {d})", "norm": "{x}.norm({p}, {d})",
         "linalg.vector_norm": "torch.linalg.vector_norm({x}, {p}, {d})"}


def reduction(rng, x):
    """A call that reduces x, or runs, along a dimension; or reduces it altogether."""
    name, dim = rng.choice(REDUCTIONS), rng.choice([0, 1, -1])
    if name.startswith("all_"):
        return f"{x}.{name[4:]}()"
    if name in CALLS:
        return CALLS[name].format(x=x, d=dim, p=rng.choice(["2", "1", "3", "0", "0.5", "1.5", "float('inf')"]))
    keep = rng.choice(["", ", keepdim=True"]) if name in KEPT else ""
    return f"torch.{name}({x}, dim={dim}{keep}){'[0]' if name in FIRST else ''}"


def leaf(rng, share):
    """Normal numbers, or by `share` some of a few, so that there are equal ones, zeros and ones."""
    source, size = np.random.default_rng(rng.randrange(10**9)), rng.choice(SHAPES)
    few = share and rng.random() < share
    numbers = source.choice([-1.0, 0.0, 0.5, 1.0, 2.0], size=size) if few else source.normal(size=size)
    return np.asarray(numbers, rng.choice([np.float32, np.float64, np.float64]))


def composed(rng, share=0.0):
    """A program and its leaves: steps that torch takes, up to one that it refuses for reasons of the graph."""
    leaves = [leaf(rng, share) for _ in range(2)]
    names, lines = ["a", "b"], []
    while len(lines) < rng.randint(2, 5):
        line = step(rng, names)
        write = line.startswith("!")
        new = line[1:] if write else f"c{len(lines)} = {line}"
        expected = run(TORCH, torch_leaves(leaves), [*lines, new])
        if isinstance(expected, Exception) and not of_graph(expected):
            if rng.random() < 0.02:
                return composed(rng, share)
            continue
        lines.append(new)
        if isinstance(expected, Exception):
            break
        if not write:
            names = [*names[-3:], new.split(" ", 1)[0]]
    return leaves, lines


GRAPH = ("a view of a leaf Variable", "a leaf Variable", "is a view", "A view was", "modified by an inplace",
         "second time", "does not require grad", "Inference")


def of_graph(error):
    """The words by which a refusal for a reason of the graph, and not of shapes or types, is known; empty without."""
    return next((words for words in GRAPH if words in str(error)), "")


def gradcli_space():
    session = Session("modern", 0)
    DisplayHooks.note = staticmethod(lambda kind, text, about=None: None)
    session.run("import torch")
    return session.namespace["torch"]


@contextmanager
def modern():
    """What PyTorch 2.13 does where the engine of 0.1.12 differs."""
    before, Current.legacy = Current.legacy, False
    try:
        yield
    finally:
        Current.legacy = before


TORCH = torch


def torch_leaves(arrays):
    return [torch.from_numpy(x.copy()).requires_grad_() for x in arrays]


def gradcli_leaves(arrays):
    return [Variable(x.copy(), True) for x in arrays]


def run(space, leaves, lines):
    """The last value that the program computes, or what it raises."""
    names = {"torch": space, "F": space.nn.functional, "L": space.linalg, "S": space.special, "float": float,
             "a": leaves[0], "b": leaves[1]}
    last = "b"
    try:
        for line in lines:
            exec(line, names)
            last = line.split(" ", 1)[0] if line[0] == "c" and " = " in line and "[" not in line.split(" ")[0] else last
    except (Fault, Exception) as error:
        return error
    return names[last] if lines else leaves[0]


def outcome_of(space, make, arrays, lines):
    """Everything that is compared, in order: pairs of a name and an answer."""
    leaves = make(arrays)
    out = run(space, leaves, lines)
    yield "value", out if isinstance(out, Exception) else plain(out)
    if isinstance(out, Exception) or not hasattr(out, "requires_grad"):
        return
    yield "requires_grad", out.requires_grad
    if not out.requires_grad:
        return
    grad = space.autograd.grad
    try:
        first = grad(weighed(out), leaves, create_graph=True, allow_unused=True)
    except Exception as error:
        yield "gradient", error
        return
    yield "gradient", [plain(g) for g in first]
    yield "gradients require grad", [g is not None and bool(g.requires_grad) for g in first]
    live = [weighed(g) for g in first if g is not None and g.requires_grad and 0 not in g.shape]
    if live:
        try:
            yield "second gradient", [plain(g) for g in grad(sum(live[1:], live[0]), leaves, allow_unused=True)]
        except Exception as error:
            yield "second gradient", error
    leaves = make(arrays)
    out = run(space, leaves, lines)
    size = int(np.prod(tuple(out.shape)))
    if 1 < size <= LARGEST:
        flat = out.reshape(-1)
        try:
            yield "Jacobian", [plain(g) for i in range(size)
                               for g in grad(flat[i], leaves, retain_graph=True, allow_unused=True)]
        except Exception as error:
            yield "Jacobian", error
    out = run(space, make(arrays), lines).sum()
    try:
        out.backward()
        out.backward()
        yield "second backward", None
    except Exception as error:
        yield "second backward", error


def weighed(x):
    """A sum with a weight for each place, which is nan where the value is none: the same, however large values are."""
    if not x.dim():
        return x * 1.25
    value = x.detach()
    place = value.new_ones(tuple(x.shape)).reshape(-1).cumsum(0).cos().reshape(tuple(x.shape))
    return (x * (place + (value - value))).sum()


def plain(value):
    if value is None:
        return None
    return value.array if isinstance(value, Tensor) else array_of(value.detach() if value.requires_grad else value)


def apart(mine, theirs, single=False):
    """How two answers differ, in words; empty if they do not; None where rounding decides."""
    if isinstance(theirs, Exception) or isinstance(mine, Exception):
        if not isinstance(theirs, Exception):
            return f"refused: {type(mine).__name__} {mine}"[:150]
        if not isinstance(mine, Exception):
            return f"not refused: {theirs}"[:150] if of_graph(theirs) else ""     # to be able to do more is no fault
        return "" if of_graph(theirs) in ("", of_graph(mine)) else f"says {mine} for {theirs}"[:230]
    if isinstance(theirs, list):
        if len(mine) != len(theirs):
            return f"{len(mine)} of them, not {len(theirs)}"
        mismatch = [apart(a, b, single) for a, b in zip(mine, theirs, strict=True)]
        return next((s for s in mismatch if s), "")
    if not isinstance(theirs, np.ndarray):
        return "" if type(mine) is type(theirs) and mine == theirs else f"{mine!r:.50}, not {theirs!r:.50}"
    if mine is None:
        return f"None, not {theirs.tolist()}"[:80]
    if mine.dtype != theirs.dtype or mine.shape != theirs.shape:
        return f"{mine.dtype} {mine.shape}, not {theirs.dtype} {theirs.shape}"
    if theirs.dtype.kind != "f":
        return "" if (mine == theirs).all() else "other elements"
    bound = BOUNDS["float32" if single else str(theirs.dtype)]
    finite = np.isfinite(theirs)
    largest = max(1.0, float(np.abs(theirs[finite]).max(initial=0)))
    if np.isclose(mine, theirs, bound, bound * largest, equal_nan=True).all():
        return ""
    return f"{mine.tolist()}, not {theirs.tolist()}"[:200]


class Program:
    """Leaves and lines, with what they leave in PyTorch."""

    def __init__(self, arrays, lines):
        self.arrays, self.lines = arrays, lines

    @cached_property
    def values(self):
        """The tensors that PyTorch computes, line by line."""
        every = [run(TORCH, torch_leaves(self.arrays), self.lines[:k]) for k in range(1, len(self.lines) + 1)]
        return [x for x in every if isinstance(x, torch.Tensor)]

    def theirs(self, lines=None):
        """What PyTorch answers, by name."""
        return dict(outcome_of(TORCH, torch_leaves, self.arrays, lines or self.lines))

    def moved(self, arrays):
        """What it answers for other leaves."""
        return dict(outcome_of(TORCH, torch_leaves, arrays, self.lines))

    def single(self):
        """Whether numbers of single precision take part, as those computed from whole numbers are."""
        return any(x.dtype == np.float32 for x in (*self.arrays, *map(plain, self.values))) or any(
            x.dtype != torch.float64 for x in self.values[:-1])


ASIDE = "PyTorch: "


def compare(rng, space, share=0.0):
    """A composition, and how the two differ on it: in words, empty where they agree."""
    program = Program(*composed(rng, share))
    theirs = program.theirs()
    with modern():
        mine = dict(outcome_of(space, gradcli_leaves, program.arrays, program.lines))
    for name in (name for name in theirs if name in mine):
        a, b = mine[name], theirs[name]
        mismatch = apart(a, b) and apart(a, b, program.single())
        if not mismatch:
            continue
        reason = torch_fault(Difference(name, a, b, program))
        if reason or explained(name, a, b, program, program.moved):
            return ASIDE + (reason or "rounding, as more exact numbers show")
        shapes = ", ".join(f"{x.dtype} {x.shape}" for x in program.arrays)
        return f"{name}: {mismatch}\n    {shapes}: {'; '.join(program.lines)}"
    return ASIDE + "refuses for want of a derivative, or of types" if len(theirs) < len(mine) else ""


def main(count=1000, seed=0, share=0):
    """Compare so many compositions; the differences, and how many there were of each."""
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    space, tally = gradcli_space(), Counter()
    for k in range(count):
        mismatch = compare(random.Random(f"{seed} {k}"), space, share / 100)
        aside = mismatch.startswith(ASIDE)
        tally[mismatch if aside else "different" if mismatch else "same"] += 1
        if mismatch and not aside:
            print(f"{k} {mismatch}")
    print(dict(tally))
    return tally["different"]


if __name__ == "__main__":
    sys.exit(bool(main(*map(int, sys.argv[1:]))))
