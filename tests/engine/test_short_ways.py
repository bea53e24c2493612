"""Short ways of frequent calls come to what the general ones come to, bit for bit."""

import types

import numpy as np
import pytest

from gradcli.engine.autograd.op import traced
from gradcli.engine.random import stream
from gradcli.engine.random.modern_stream import ModernGenerator
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Variable
from gradcli.exposure import ForeignValue, admit
from gradcli.faults.tree import Fault
from gradcli.lang.budget import Budget
from gradcli.ops.creation import create
from gradcli.ops.indexing.keys import split_key
from gradcli.ops.indexing.rows import basic_key, joint_picks, mask_key
from gradcli.ops.internal import expanded

ROWS, COLUMNS = Tensor(np.array([0, -1, 1])), Tensor(np.array([[2], [-3]]))
KEYS = [None, (None,), (None, 0), (0, None), (slice(None), None), (slice(1, None), None, 1), (None, ..., None),
        (..., 0), (..., None), (..., slice(0, 2)), (0, ..., 1), (..., 0, None), (slice(None, None, 2), ..., None),
        (ROWS, ROWS), (ROWS, COLUMNS)]
NOT_SHORT = [(..., ...), (0, ...), (...,), (), (True, 0), (slice(None), "a"), (ROWS, 0), (ROWS, Tensor(np.array([9]))),
             (ROWS, Tensor(np.array([0.5]))), (ROWS, Tensor(np.zeros(0, np.int64)))]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("tracked", [False, True])
def test_parts(key, tracked):
    array = np.arange(9, dtype=np.float32).reshape(3, 3)
    assert basic_key(key) is not None or joint_picks(key, array) is not None
    x, y = Variable(array, tracked), Variable(array, tracked)
    part, general = x[key], traced.getitem(y, *split_key(key, array))
    assert part.array.shape == general.array.shape and part.array.strides == general.array.strides
    assert part.array.tobytes() == general.array.tobytes()
    assert (part.requires_grad, part.root is None) == (general.requires_grad, general.root is None)
    if tracked:
        assert part.node.modern_name == general.node.modern_name
        part.sum().backward()
        general.sum().backward()
        assert x.gradient.array.tobytes() == y.gradient.array.tobytes()


@pytest.mark.parametrize("key", NOT_SHORT)
def test_keys_that_take_the_general_way(key):
    assert basic_key(key) is None and joint_picks(key, np.zeros((3, 3))) is None


def test_masks():
    mask = Tensor(np.array([[True, False], [False, True]]))
    x = Tensor(np.zeros((2, 2), np.float32))
    before = x._version
    x[mask] = 2.5
    assert x.array.tolist() == [[2.5, 0], [0, 2.5]] and x._version == before + 1
    leaf = Variable(np.zeros((2, 2), np.float32), True)
    with pytest.raises(Fault):
        leaf[mask] = 1.0
    x[Tensor(np.array([False, True]))] = -1.0
    assert x.array.tolist() == [[2.5, 0], [-1, -1]]
    assert mask_key(mask, np.zeros((2, 1))) is None and mask_key(Tensor(np.ones((2, 2), np.uint8)), x.array) is None
    whole = Tensor(np.zeros((2, 2), np.int64))
    with pytest.raises((Fault, ValueError)):
        whole[mask] = float("nan")


@pytest.mark.parametrize("size", [(2, 3), (1, 3), (4, 1, 3), (2, 2, 3), (1, 1, 3)])
def test_expanded(size):
    array = np.arange(3, dtype=np.float32).reshape(1, 3)
    view, reference = expanded(array, size), np.broadcast_to(array, size)
    assert view.shape == reference.shape and view.tolist() == reference.tolist()
    assert view.flags.writeable == (view.size == array.size)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16, np.int64])
def test_few_numbers_are_counted_out_as_many_are(monkeypatch, dtype):
    ranges = [(0, 1, 5), (-3.5, 2, 32), (1e30, -1e30, 7), (0.1, 0.7, 3), (5, 5, 4), (0, 3, 2)]
    steps = [(0, 1, 0.25), (-1.5, 2, 0.3), (3.0, -1, -0.7), (0.1, 0.2, 0.01), (0.5, 9, 2)]

    def made():
        return [create.linspace_array(*r, np.dtype(dtype)).tobytes() for r in ranges] + [
            create.arange_array(*s, np.dtype(dtype)).tobytes() for s in steps]

    few = made()
    monkeypatch.setattr(create, "FEW", -1)
    assert few == made()


@pytest.mark.parametrize("count", [0, 1, 2, 5, 16])
def test_few_numbers_are_exchanged_as_many_are(monkeypatch, count):
    one, other = ModernGenerator(3), ModernGenerator(3)
    for _ in range(80):     # across the end of a refill
        few = one.randperm(count).tolist()
        monkeypatch.setattr(stream, "FEW", -1)
        assert few == other.randperm(count).tolist()
        monkeypatch.undo()


@pytest.mark.parametrize("shape", [(16,), (4, 4), (2, 16), (256,)])
def test_few_blocks_of_normal_numbers(shape):
    one, other = ModernGenerator(3), ModernGenerator(3)
    for _ in range(60):
        assert one.randn(shape, np.dtype(np.float32)).tobytes() == other.normal(shape, np.dtype(np.float32)).tobytes()


def test_truth_of_few_and_many():
    for n in (0, 1, 3, 1024, 1025):
        for place in range(0, n, max(n // 3, 1)):
            truths = np.ones(n, bool)
            truths[place] = False
            for array in (truths, ~truths, truths.astype(np.float32), truths[::-1]):
                assert traced.all(Tensor(array)).array == array.all() and traced.any(Tensor(array)).array == array.any()
    raised = Tensor(np.array([2, 0], np.uint8).view(bool))     # truth values need not be the byte 1
    assert traced.any(raised).array and not traced.all(raised).array


def test_the_gate_lets_no_foreign_member_pass():
    for value in ([object()], (1, types), [1, [2, np.zeros(1)]], ((Tensor(np.ones(1)), object()),)):
        with pytest.raises(ForeignValue):
            admit(value)
    own = Tensor(np.ones(1))
    for value in ([1, "a", own], (own, None), [[own]], own.sum):
        assert admit(value) is value


def test_lengths_of_named_tuples_are_limited_too():
    class Looking(tuple):
        def __iter__(self):
            return iter(range(10**9))

    budget = Budget()
    assert budget.bounded(Looking((1,))) != (1,)        # its values are counted as they are taken
    size = Tensor(np.ones((2, 3))).shape
    assert budget.bounded(size) is size
