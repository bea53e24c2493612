"""gradcli beside torch, on shapes that Hypothesis draws: values and first gradients, wherever torch is installed.

Each declared sample is a pattern: its lengths are drawn anew, equal ones staying equal, and its numbers
repeated and stirred to fill the new shapes. What torch refuses then, nobody has to answer.
"""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gradcli.faults.tree import Fault
from gradcli.ops.base import Binary, Comparison, Unary
from support.golden_cases import Leaf, neutral, recorded_ops, to_gradcli

torch = pytest.importorskip("torch")

from against_torch.record_golden import REFUSALS, torch_answer, torch_function  # noqa: E402  # they need torch
from ops.test_golden import answer, apart  # noqa: E402

DRAWS = 6
ILL_CONDITIONED = {f"gradcli.ops.linalg.{file}" for file in ("solve", "decompositions", "lu", "norms", "ex_forms")}
# Where a drawn sample asks for what nobody promises, and torch does not refuse it.
UNDETERMINED = {
    "as_strided_scatter": "gradients are wrong in torch, see golden_cases.py",
    "ctc_loss": "targets beyond the letters there are",
    "nn.functional.ctc_loss": "targets beyond the letters there are",
    "linalg.ldl_solve": "exchanges with rows that are not there, for which torch reads past its memory",
    "nn.functional.embedding_bag": "bags that end before they begin",
    "nn.functional.max_pool3d": "windows past the end, which torch answers by writing past its memory",
    "nn.functional.max_unpool1d": "several numbers for one place",
    "nn.functional.max_unpool2d": "several numbers for one place",
    "nn.functional.max_unpool3d": "several numbers for one place",
    "svd": "with some=False, singular vectors beyond the rank",
    "take_along_dim": "places past the end, which torch answers where the dimension has one element",
    "topk": "without sorting, the order is open",
}
LOOSER = 20     # longer sums than the recorded ones, added up in another order
ELEMENTWISE = Unary | Binary | Comparison
LENGTHS = st.integers(0, 7)
SHAPES = st.lists(LENGTHS, max_size=4).map(tuple)
OPS = [pytest.param(op, id=op.names[0]) for op in recorded_ops()
       if torch_function(op) and op.names[0] not in UNDETERMINED]
lightly = settings(max_examples=DRAWS, deadline=None, derandomize=True, database=None,
                   suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("op", OPS)
def test_any_shape_agrees(op):
    @lightly
    @given(st.data())
    def beside_torch(data):
        sample = data.draw(st.sampled_from([*op.samples, *op.gradient_only_samples]))
        ill = op.__module__ in ILL_CONDITIONED      # drawn matrices are nearly singular: judged in double precision
        arguments = neutral(sample, data.draw(st.sampled_from([np.float64] if ill else [np.float32, np.float64])))
        arguments = broadcast(arguments, data) if issubclass(op, ELEMENTWISE) else relabelled(arguments, data)
        try:
            expected = torch_answer(op, arguments)
        except REFUSALS:
            return
        if op.names[0] == "histogram" and isinstance(arguments[1], np.ndarray) and (np.diff(arguments[1]) < 0).any():
            return      # edges that do not rise, of which torch says nothing
        mismatch = disagreement(op, arguments, expected, LOOSER * 10**4 if ill else LOOSER)
        assert not mismatch, f"{arguments}: {mismatch}"

    beside_torch()


def broadcast(arguments, data):
    """Element-wise arguments in shapes that broadcast together: some lengths of a drawn one dropped or made 1."""
    whole = data.draw(SHAPES)
    rng = np.random.default_rng(data.draw(st.integers(0, 9)))

    def one(array):
        shape = tuple(1 if data.draw(st.booleans()) else n for n in whole)[data.draw(st.integers(0, len(whole))):]
        return stirred(array, shape, rng)

    return changed(arguments, one)


def relabelled(arguments, data):
    """Arguments whose lengths are others, but the same where they were the same; 1 stays 1."""
    rng = np.random.default_rng(data.draw(st.integers(0, 9)))
    drawn = {1: 1}

    def one(array):
        for n in array.shape:
            if n not in drawn:
                drawn[n] = data.draw(st.integers(1, 7))
        return stirred(array, tuple(drawn[n] for n in array.shape), rng)

    return changed(arguments, one)


def stirred(array, shape, rng):
    """The numbers of an array repeated into a shape, each floating one moved a little."""
    if not array.size:
        return np.zeros(shape, array.dtype)
    filled = np.resize(array, shape)
    if array.dtype.kind == "f" and array.ndim:
        filled = (filled * rng.uniform(0.9, 1.1, shape)).astype(array.dtype)
    return filled


def changed(arguments, one):
    """Arguments with every array replaced."""
    def torchs(a):
        if isinstance(a, Leaf):
            return Leaf(one(a.array))
        if isinstance(a, np.ndarray):
            return one(a)
        return tuple(map(torchs, a)) if isinstance(a, tuple) and any(isinstance(x, Leaf | np.ndarray) for x in a) else a

    return [torchs(a) for a in arguments]


def disagreement(op, arguments, expected, looser):
    """How gradcli's answer differs from torch's, in words."""
    try:
        results, gradients = answer(op, to_gradcli(arguments))
    except Fault as fault:
        return f"refused: {fault}"
    for what, mine, theirs in (("value", results, expected[0]), ("gradient", gradients, expected[1])):
        for a, b in zip(mine, theirs or mine, strict=True):
            if mismatch := apart(op, a, b, looser=looser):
                return f"{what}: {mismatch}"
    return ""


