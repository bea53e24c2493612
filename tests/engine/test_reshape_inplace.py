"""Methods that change how a tensor looks at its memory, and views that several results give."""

import numpy as np
import pytest

from gradcli.engine.autograd.op import traced
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Variable
from gradcli.faults.tree import Fault, GradFault, LeafWrite
from gradcli.ops import TABLE  # noqa: F401  # loads every operation


def grid(requires_grad=False):
    source = np.arange(6.0).reshape(2, 3)
    return Variable(source, True) if requires_grad else Tensor(source)


@pytest.mark.parametrize("name, args, shape", [
    ("t_", (), (3, 2)), ("transpose_", (0, 1), (3, 2)), ("swapaxes_", (0, -1), (3, 2)), ("unsqueeze_", (1,), (2, 1, 3)),
    ("squeeze_", (), (2, 3))])
def test_turning_in_place_keeps_the_memory(name, args, shape):
    x = grid()
    before = x.array
    assert getattr(x, name)(*args) is x
    assert x.array.shape == shape
    before[0, 1] = 100.0
    assert 100.0 in x.array


def test_turning_in_place_keeps_history():
    leaf = grid(requires_grad=True)
    y = leaf * 2
    y.t_()
    (y * Tensor(np.arange(6.0).reshape(3, 2))).sum().backward()
    np.testing.assert_array_equal(leaf.grad.array, 2 * np.arange(6.0).reshape(3, 2).T)


def test_a_leaf_is_not_turned():
    with pytest.raises(LeafWrite):
        grid(requires_grad=True).t_()


def test_resizing_keeps_the_first_elements_and_adds_zeros():
    x = grid()
    np.testing.assert_array_equal(x.resize_(2, 2).array, [[0, 1], [2, 3]])
    np.testing.assert_array_equal(x.resize_(5).array, [0, 1, 2, 3, 0])
    assert x.resize_as_(grid()).array.shape == (2, 3)


def test_resizing_refuses_what_has_history():
    with pytest.raises(Fault):
        (grid(requires_grad=True) * 2).resize_(2, 2)


def test_new_has_the_type_of_its_kin():
    x = Tensor(np.zeros(2, np.int32))
    assert x.new(2, 3).array.shape == (2, 3)
    assert x.new([1, 2]).array.tolist() == [1, 2]
    assert x.new(2, 3).array.dtype == x.new([1.0]).array.dtype == np.int32


def test_set_shares_memory():
    x, y = grid(), Tensor(np.zeros(2))
    x.set_(y)
    y.array[0] = 5.0
    assert x.array.tolist() == [5.0, 0.0]


@pytest.mark.parametrize("name, args", [("split", (1,)), ("chunk", (2,)), ("unbind", ())])
def test_pieces_that_come_together_are_not_written_to(name, args):
    first = getattr(traced, name)(grid(requires_grad=True) * 1, *args)[0]
    with pytest.raises(GradFault, match="is a view and is being modified inplace"):
        first.mul_(10)


@pytest.mark.parametrize("name, args", [("tensor_split", (2,)), ("narrow", (0, 0, 1)), ("select", (0, 0))])
def test_writing_to_a_piece_writes_to_the_whole(name, args):
    leaf = grid(requires_grad=True)
    whole = leaf * 1
    piece = getattr(traced, name)(whole, *args)
    (piece[0] if isinstance(piece, tuple) else piece).mul_(10)
    np.testing.assert_array_equal(whole.array, [[0, 10, 20], [3, 4, 5]])
    whole.sum().backward()
    np.testing.assert_array_equal(leaf.grad.array, [[10, 10, 10], [1, 1, 1]])


def test_a_diagonal_is_a_view_with_history():
    leaf = grid(requires_grad=True)
    whole = leaf * 1
    traced.diagonal(whole).zero_()
    whole.sum().backward()
    np.testing.assert_array_equal(leaf.grad.array, [[0, 1, 1], [1, 0, 1]])


def test_windows_overlap_and_add_up():
    leaf = Variable(np.arange(4.0), True)
    windows = leaf.unfold(0, 2, 1)
    np.testing.assert_array_equal(windows.array, [[0, 1], [1, 2], [2, 3]])
    windows.sum().backward()
    np.testing.assert_array_equal(leaf.grad.array, [1, 2, 2, 1])


def test_strides_stay_inside_the_memory():
    with pytest.raises(Fault):
        traced.as_strided(grid(), (4, 4), (3, 1))
