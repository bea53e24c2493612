"""Results as data."""

import json
from functools import partial

import numpy as np
import pytest

from gradcli.data.data_format import as_data, csv, dump_json, entry, plain_text
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.tree import UsageFault
from gradcli.session.session import Session

data_, entry_, plain_ = partial(as_data, text=str), partial(entry, text=str), partial(plain_text, text=str)


def leaf():
    """A Variable whose gradient is there."""
    session = Session()
    session.run("x = Variable(torch.ones(1, 2).double(), requires_grad=True); (x * 0).sum().backward()")
    return session["x"]


def f32(values):
    return Tensor(np.array(values, np.float32))


def test_single_precision_is_written_in_its_own_digits():
    assert data_(f32([0.1, 1e-4, 4.5])) == [0.1, 1e-4, 4.5]
    assert data_(Tensor(np.array(0.1))) == 0.1


def test_every_number_reads_back_as_itself():
    numbers = np.random.default_rng(0).standard_normal(500).astype(np.float32) * 10.0 ** np.arange(-20, 30, 0.1)
    numbers = numbers.astype(np.float32)
    assert (np.array(json.loads(dump_json(data_(Tensor(numbers)))), np.float32) == numbers).all()


def test_what_json_has_no_number_for_is_a_string():
    assert data_(f32([float("nan"), float("inf"), -float("inf")])) == ["nan", "inf", "-inf"]
    assert dump_json(data_([float("nan"), 1.5, None, True])) == '["nan", 1.5, null, true]'


@pytest.mark.parametrize("shape", [(), (0,), (2, 0), (0, 2), (3,), (2, 3), (2, 1, 3), (2, 2, 0)])
def test_nesting_follows_the_shape(shape):
    array = np.arange(np.prod(shape, dtype=int)).reshape(shape)
    assert data_(Tensor(array)) == array.tolist()


def test_an_entry_says_type_shape_and_gradient():
    assert entry_(leaf()) == {
        "dtype": "float64", "shape": [1, 2], "data": [[1.0, 1.0]], "grad": [[0.0, 0.0]]}
    assert entry_(3) == {"dtype": "int", "shape": [], "data": 3}
    assert entry_([1, "a"]) == {"dtype": "list", "shape": [2], "data": [1, "a"]}


def test_plain_is_rows_of_shortest_numbers():
    assert plain_(f32([[1, 0.1], [3, 4]])) == "1.0 0.1\n3.0 4.0"
    assert plain_(f32([1, 2])) == "1.0 2.0"
    assert plain_(f32(7)) == "7.0"
    assert plain_(Tensor(np.arange(4).reshape(2, 1, 2))) == "0 1\n\n2 3"


def test_csv_is_for_two_dimensions_at_most():
    assert csv(f32([[1, 0.1], [3, 4]])) == "1.0,0.1\n3.0,4.0"
    assert csv(f32([1, 2])) == "1.0\n2.0"
    assert csv(2) == "2"
    with pytest.raises(UsageFault):
        csv(f32([[[1]]]))
    with pytest.raises(UsageFault):
        csv("text")
