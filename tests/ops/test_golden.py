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
        expected = RECORDED[key]
        several = case.endswith(("float32", "float64")) and op.names[0] not in OF_LAYOUT
        for spread in (False, True) if several else (False,):
            mismatch = disagreement(op, to_gradcli(arguments, spread), expected)
            if mismatch:
                wrong.append(f"{case}{' spread in memory' if spread else ''}: {mismatch}")
    assert not wrong, "\n".join(wrong)


def disagreement(op, args, expected):
    """How gradcli's answer differs from the recorded one, in words."""
    try:
        actual, gradients = answer(op, args)
    except Fault as fault:
        return "" if expected is None else f"refused: {fault}"
    if expected is None:
        return ""       # torch has no kernel for it; being able to do more is no fault
    if len(actual) != len(expected[0]):
        return f"{len(actual)} results, not {len(expected[0])}"
    exact = issubclass(op, Unary | Binary)
    for what, mine, theirs in (("value", actual, expected[0]), ("gradient", gradients, expected[1])):
        if theirs is None:
            continue    # torch has no gradient there
        for a, b in zip(mine, theirs, strict=True):
            mismatch = apart(op, a, b, ULPS if exact else 0) if what == "value" else apart(op, a, b, looser=GRADIENTS)
            if mismatch:
                return f"{what}: {mismatch}"
    return ""


def answer(op, args):
    """gradcli's results and first gradients, as arrays and plain values."""
    out = ask(op, args)
    results = flat(out)
    leaves = [x for x in flat(args) if isinstance(x, Tensor) and x.requires_grad]
    outs = [o for o in results if isinstance(o, Tensor) and o.requires_grad]
    seeds = [Tensor(np.asarray(np.linspace(1, 2, o.array.size).reshape(o.array.shape).astype(o.array.dtype)))
             for o in outs]
    slopes = grad(outs, leaves, seeds, allow_unused=True) if outs and leaves else [None] * len(leaves)
    return ([o.array if isinstance(o, Tensor) else o for o in results],
            [np.zeros_like(x.array) if g is None else g.array for x, g in zip(leaves, slopes, strict=True)])


def flat(value):
    """The results in a nest of tuples and lists, in order."""
    return [leaf for v in value for leaf in flat(v)] if isinstance(value, list | tuple) else [value]


def apart(op, actual, expected, ulps=0, looser=1):
    """How two answers differ, in words.

    Single precision may differ by `ulps` units in the last place, if they are given; all else by a relative bound.
    """
    if not isinstance(expected, np.ndarray):
        same = actual == expected or str(actual) == str(expected) or actual != actual and expected != expected
        return "" if same else f"{actual!r}, not {expected!r}"
    if not isinstance(actual, np.ndarray) or actual.dtype != expected.dtype or actual.shape != expected.shape:
        kind = f"{actual.dtype} {actual.shape}" if isinstance(actual, np.ndarray) else repr(actual)
        return f"{kind}, not {expected.dtype} {expected.shape}"
    if expected.dtype.kind != "f":
        close = actual == expected
    elif ulps and expected.dtype == np.float32 and op.names[0] not in ROUGHER:
        distance = np.abs(ordered(actual) - ordered(expected))
        close = (actual == expected) | (np.isnan(actual) & np.isnan(expected)) | (distance <= ulps)
    else:
        rougher = ROUGHER.get(op.names[0], (0, 0))[expected.dtype == np.float64]
        bound = max(RELATIVE[expected.dtype] * looser, rougher)
        size = np.abs(expected[np.isfinite(expected)]).max(initial=0)
        least = max(float(size), 1e-3 if looser == 1 else 0.1)
        close = np.isclose(actual, expected, bound, bound * least, equal_nan=True)
    if close.all():
        return ""
    mine, theirs = (x[~close].reshape(-1) for x in (actual, expected))
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
