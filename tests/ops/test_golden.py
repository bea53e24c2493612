"""Values and gradients of every case, as torch 2.13 gave them.

`python -m against_torch.record_golden` records them anew: do that when samples change, and read what it says.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.transforms.functional import grad
from gradcli.faults.tree import Fault
from gradcli.ops import TABLE
from gradcli.ops.base import Binary, Unary
from support.golden_cases import Recorded, ask, cases_of, recorded_ops, to_gradcli

HERE = Path(__file__).parents[1] / "golden"
RECORDED = Recorded()
UNRECORDED = json.loads((HERE / "unrecorded.json").read_text())
ULPS = 2                # between element-wise results in single precision
# Functions that torch itself computes less exactly: how near to it is near enough, in single and double precision.
# Where forty digits were computed for comparison, gradcli was within a unit in the last place of them.
ROUGHER: dict[str, tuple[float, float]] = {
    "digamma": (5e-6, 1e-9),                # its slope, polygamma(1), is less exact
    "igamma": (2e-6, 1e-9),
    "igammac": (2e-6, 1e-9),
    "logcumsumexp": (5e-5, 1e-10),          # of the gradient, which is made of differences of exponentials
    "nn.functional.gelu": (2e-4, 0),        # 1 + erf(x) cancels below -2
    "polygamma": (5e-6, 1e-9),
    "special.bessel_j0": (5e-6, 1e-7),
    "special.bessel_j1": (5e-6, 1e-7),
    "special.bessel_y0": (5e-6, 1e-7),
    "special.bessel_y1": (5e-6, 1e-7),
    "special.log_ndtr": (2e-6, 0),
}
RELATIVE = {np.dtype(np.float64): 1e-11, np.dtype(np.float32): 3e-6, np.dtype(np.float16): 2e-3}
# Whose meaning depends on the layout of memory, which therefore is not varied.
OF_LAYOUT = {"as_strided", "as_strided_scatter", "view", "view_as"}
GRADIENTS = 10          # what a gradient may differ by, in the bounds of a value: it went through more arithmetic
OPS = [pytest.param(op, id=op.names[0]) for op in recorded_ops() if op.names[0] not in UNRECORDED]


@pytest.mark.parametrize("op", OPS)
def test_results_and_gradients_are_the_recorded_ones(op):
    wrong = []
    for case, arguments in cases_of(op).items():
        key = f"{op.names[0]} {case}"
        assert key in RECORDED, f"{key} is not recorded: run tests/against_torch/record_golden.py"
        want = RECORDED[key]
        several = case.endswith(("float32", "float64")) and op.names[0] not in OF_LAYOUT
        for spread in (False, True) if several else (False,):
            said = told(op, to_gradcli(arguments, spread), want)
            if said:
                wrong.append(f"{case}{' spread in memory' if spread else ''}: {said}")
    assert not wrong, "\n".join(wrong)


def told(op, args, want):
    """How gradcli's answer differs from the recorded one, in words."""
    try:
        got, gradients = answer(op, args)
    except Fault as fault:
        return "" if want is None else f"refused: {fault}"
    if want is None:
        return ""       # torch has no kernel for it; being able to do more is no fault
    if len(got) != len(want[0]):
        return f"{len(got)} results, not {len(want[0])}"
    exact = issubclass(op, Unary | Binary)
    for what, mine, theirs in (("value", got, want[0]), ("gradient", gradients, want[1])):
        if theirs is None:
            continue    # torch has no gradient there
        for a, b in zip(mine, theirs, strict=True):
            said = apart(op, a, b, ULPS if exact else 0) if what == "value" else apart(op, a, b, looser=GRADIENTS)
            if said:
                return f"{what}: {said}"
    return ""


def answer(op, args):
    """gradcli's results and first gradients, as arrays and plain values."""
    out = ask(op, args)
    results = flat(out)
    leaves = [x for x in flat(args) if isinstance(x, Tensor) and x.requires_grad]
    outs = [o for o in results if isinstance(o, Tensor) and o.requires_grad]
    seeds = [Tensor(np.asarray(np.linspace(1, 2, o.array.size).reshape(o.array.shape).astype(o.array.dtype)))
             for o in outs]
    found = grad(outs, leaves, seeds, allow_unused=True) if outs and leaves else [None] * len(leaves)
    return ([o.array if isinstance(o, Tensor) else o for o in results],
            [np.zeros_like(x.array) if g is None else g.array for x, g in zip(leaves, found, strict=True)])


def flat(value):
    """The results in a nest of tuples and lists, in order."""
    return [leaf for v in value for leaf in flat(v)] if isinstance(value, list | tuple) else [value]


def apart(op, got, want, ulps=0, looser=1):
    """How two answers differ, in words.

    Single precision may differ by `ulps` units in the last place, if they are given; all else by a relative bound.
    """
    if not isinstance(want, np.ndarray):
        return "" if got == want or str(got) == str(want) or got != got and want != want else f"{got!r}, not {want!r}"
    if not isinstance(got, np.ndarray) or got.dtype != want.dtype or got.shape != want.shape:
        kind = f"{got.dtype} {got.shape}" if isinstance(got, np.ndarray) else repr(got)
        return f"{kind}, not {want.dtype} {want.shape}"
    if want.dtype.kind != "f":
        close = got == want
    elif ulps and want.dtype == np.float32 and op.names[0] not in ROUGHER:
        distance = np.abs(ordered(got) - ordered(want))
        close = (got == want) | (np.isnan(got) & np.isnan(want)) | (distance <= ulps)
    else:
        rougher = ROUGHER.get(op.names[0], (0, 0))[want.dtype == np.float64]
        bound = max(RELATIVE[want.dtype] * looser, rougher)
        size = np.abs(want[np.isfinite(want)]).max(initial=0)
        close = np.isclose(got, want, bound, bound * max(float(size), 1e-3 if looser == 1 else 0.1), equal_nan=True)
    if close.all():
        return ""
    mine, theirs = (x[~close].reshape(-1) for x in (got, want))
    return f"{mine[0]!r}, not {theirs[0]!r} ({mine.size} of {close.size})"


def ordered(array):
    """Single-precision numbers as whole numbers that count them in order."""
    bits = np.ascontiguousarray(array).view(np.int32).astype(np.int64)
    return np.where(bits < 0, -(bits & 0x7FFFFFFF), bits)


def test_what_is_not_recorded_is_known():
    strange = UNRECORDED.keys() - {op.names[0] for op in recorded_ops()}
    assert not strange, "run tests/against_torch/record_golden.py"


def test_the_comparison_can_fail():
    one, op = np.ones(1, np.float32), TABLE["sin"]
    assert apart(op, one, np.nextafter(one, 2), ULPS) == ""
    assert apart(op, one, one + np.float32(1e-6), ULPS)
    assert apart(op, one, one.astype(np.float64), ULPS) and apart(op, one, one[0:0], ULPS)
    assert apart(op, one, one + np.float32(1e-5)) and not apart(op, one, one + np.float32(1e-5), looser=10)
