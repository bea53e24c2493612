"""`data_ptr` beside torch: equal where memory is shared, apart by bytes within it, and no real address."""


import numpy as np
import pytest

from gradcli.session.session import Session
from support.python_prints import python_prints

PROGRAM = """
import torch
a = torch.arange(6.).view(2, 3)
b, c, d = a.t(), a[1], a.clone()
print([x.data_ptr() == a.data_ptr() for x in (b, d, a.view(-1), a.detach(), a.reshape(3, 2), a.contiguous(),
                                              b.contiguous())])
print(c.data_ptr() - a.data_ptr(), a[:, 1:].data_ptr() - a.data_ptr(), torch.empty(0).data_ptr(), type(a.data_ptr()))
first, second = torch.nn.Linear(2, 2), torch.nn.Linear(2, 2)
second.weight = first.weight
print(first.weight.data_ptr() == second.weight.data_ptr(), first.weight.data_ptr() == second.bias.data_ptr())
before = a.data_ptr()
a = a.add_(1)
print(before == a.data_ptr(), torch.from_numpy(a.numpy()).data_ptr() == before)
parts = a, b, c, d, a[:, 1:]
print([x.storage().data_ptr() == a.data_ptr() for x in parts],
      [x.untyped_storage().data_ptr() == before for x in parts])
e = torch.ones(1).expand(3)
print(e.data_ptr() == e[2:].data_ptr(), first.weight.data.data_ptr() == first.weight.data_ptr())
"""


def test_as_pytorch():
    pytest.importorskip("torch")
    assert Session(style="modern").run(PROGRAM) == python_prints(PROGRAM)


def test_no_real_address():
    array = np.ones(3, np.float32)
    session = Session()
    session["x"] = array
    real = array.__array_interface__["data"][0]
    assert abs(session.eval("x.data_ptr()") - real) > 1 << 36


def test_memory_that_is_freed_gives_its_number_to_none():
    session = Session()
    text = session.run("seen = set()\nfor i in range(300):\n    seen.add(torch.ones(3).data_ptr())\nprint(len(seen))")
    assert text == "300\n"
