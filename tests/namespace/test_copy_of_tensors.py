"""`copy.copy` of a tensor beside torch's: a leaf with the same memory."""


import pytest

from gradcli.session.session import Session
from support.python_prints import python_prints

TEXT = """
import copy
import torch
p = torch.ones(3, requires_grad=True)
w, p.mark = p * 2, [1]
for x in (p, w, w.detach(), torch.ones(3), p.data, w[1:].detach(), torch.nn.Parameter(torch.ones(3)), torch.arange(3)):
    y = copy.copy(x)
    print(y, y.is_leaf, y.requires_grad, type(y) is type(x), y.data_ptr() == x.data_ptr(), y.grad, hasattr(y, "mark"))
    with torch.no_grad():
        y[0] = 7
    print(x)
print(copy.copy(p).mark is p.mark, copy.deepcopy(p).mark is p.mark, copy.copy([p])[0] is p)
q = copy.copy(p)
(q * q).sum().backward()
print(q.grad, p.grad)
"""


def test_as_torch():
    torch = pytest.importorskip("torch")
    assert Session(style="modern").run(TEXT) == python_prints(TEXT, {"torch": torch})
