"""Values of a session outside of programs: numpy's operands and keys, formats, copies, faults."""

import copy
import pickle

import numpy as np
import pytest

from gradcli import Fault, Session


def session():
    values = Session(style="modern")
    values.run("x = torch.tensor([1., 2., 3.], requires_grad=True); y = x * 2")
    values.run("z = torch.tensor(2.5); i = torch.arange(4)")
    return values


def test_numbers_and_arrays_of_numpy_are_operands_and_keys():
    torch = pytest.importorskip("torch")
    x, i = session()["x"], session()["i"]
    beside, whole = torch.tensor([1.0, 2.0, 3.0], requires_grad=True), torch.arange(4)
    for call in (lambda v: v * np.float64(2), lambda v: v > np.float32(1), lambda v: v + np.int64(1),
                 lambda v: v[np.int64(1)], lambda v: v[np.array([0, 2])], lambda v: v[np.array([True, False, True])],
                 lambda v: v[np.int64(1):np.int64(3)], lambda v: v == np.ones(3)):
        assert repr(call(x)).split(", grad_fn")[0] == repr(call(beside)).split(", grad_fn")[0]
    assert repr(i + np.arange(4)) == repr(whole + np.arange(4)) and "AddBackward" in repr(x + np.ones(3))
    for value in (np.array(["a"]), np.float64, np.datetime64("2020"), np.complex128(1), object()):
        with pytest.raises((Fault, TypeError)):
            x + value


def test_copies_and_pickles_hold_the_numbers_alone():
    values = session()
    for name in ("x", "y", "i"):
        for copied in (copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))):
            value, other = values[name], copied(values[name])
            assert np.array_equal(other, value) and other.requires_grad == value.requires_grad and other.grad_fn is None
            assert type(other) is type(value) and not np.shares_memory(other.array, value.array), name
    for copied in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="a session cannot be copied or pickled"):
            copied(values)


def test_formats_and_faults_outside_of_a_program():
    values = session()
    assert f"{values['z']:.1f} {values['z']}" == "2.5 tensor(2.5000)"
    with pytest.raises(ValueError):
        f"{values['x']:.1f}"
    with pytest.raises(Fault) as raised:
        values["y"].backward()
    assert "y.backward(torch.ones(3))" in str(raised.value) and "{" not in str(raised.value)
