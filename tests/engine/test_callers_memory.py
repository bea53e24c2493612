"""Arrays over buffers that the caller of a session brings: views, writes and gradients are as for any other array."""

import array
import mmap

import numpy as np
import pytest

from gradcli.faults.tree import Fault
from gradcli.session.session import Session

BUFFERS = {"bytearray": lambda: bytearray(24), "array": lambda: array.array("f", [0] * 6),
           "mmap": lambda: mmap.mmap(-1, 24)}
TEXT = """
w = torch.ones(1, requires_grad=True)
v = x[1:3]
print(x.data_ptr() == x.detach().data_ptr(), v.data_ptr() - x.data_ptr(), v.storage_offset(), x._version)
v = v.add_(w)
x.sum().backward()
print(w.grad, x._version)
"""


@pytest.mark.parametrize("buffer", BUFFERS)
def test_as_any_other(buffer):
    session = Session(style="modern")
    session["x"] = np.frombuffer(BUFFERS[buffer](), "f4")
    assert session.run(TEXT) == "True 4 1 0\ntensor([2.]) 1\n"


def test_what_cannot_be_written_to_is_still_read():
    session = Session(style="modern")
    session["x"] = np.frombuffer(bytes(24), "f4")
    assert session.run("x.data_ptr() > 0, x[1:].storage_offset(), x.sum().item()") == "(True, 1, 0.0)\n"
    with pytest.raises(Fault, match="cannot be changed"):
        session.run("x.add_(1)")


def test_memory_with_gaps_has_no_views_with_history():
    session = Session(style="modern")
    session["x"] = np.asarray(memoryview(bytearray(48)).cast("f")[::2])
    assert session.run("x[1:].sum().item(), x.data_ptr() > 0") == "(0.0, True)\n"
    with pytest.raises(Fault):
        session.run("x.as_strided((6,), (1,))")
    with pytest.raises(Fault, match="with gaps"):
        session.run("v = x[1:]\nv.add_(torch.ones(1, requires_grad=True))")


def test_arrays_within_containers_are_refused():
    session = Session()
    for value in ([np.ones(2)], (1, [np.ones(2)]), {"x": {"y": np.ones(2)}}, ({"k": (np.ones(0),)},)):
        with pytest.raises(Fault, match="a numpy array within a"):
            session["x"] = value
    endless = [1]
    endless.append(endless)
    session["x"] = endless
    assert session.run("len(x)") == "2\n"
