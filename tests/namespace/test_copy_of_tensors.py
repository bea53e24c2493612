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

GRADIENTS = """
import copy
import torch
import torch.nn as nn
net, p = nn.Linear(2, 2), torch.ones(2, requires_grad=True)
(net(p) * p).sum().backward()
net.weight.mark = p.mark = 1
for x in (copy.deepcopy(net).weight, copy.deepcopy([net.weight])[0], copy.deepcopy(p), copy.deepcopy({1: p})[1],
          copy.copy(net.weight)):
    print(x.grad is None, x.requires_grad, hasattr(x, "mark"))
torch.save([net, p], "kept")
kept, q = torch.load("kept", weights_only=False)
print(kept.weight.grad, q.grad, q.requires_grad, kept.weight.mark, q.mark)
"""


def test_as_torch():
    torch = pytest.importorskip("torch")
    assert Session(style="modern").run(TEXT) == python_prints(TEXT, {"torch": torch})


def test_gradients_and_attributes_of_deep_copies(tmp_path, monkeypatch):
    torch = pytest.importorskip("torch")
    monkeypatch.chdir(tmp_path)
    assert Session(style="modern").run(GRADIENTS) == python_prints(GRADIENTS, {"torch": torch})


METHODS = """
import copy
import torch
class Counter:
    def __init__(self): self.n = 1
    def count(self): return self.n
c = Counter()
same, other = copy.copy(c.count), copy.deepcopy(c.count)
c.n = 5
print(same(), other())
net = torch.nn.Linear(2, 1)
torch.save(net.state_dict, "kept")
kept, before = copy.deepcopy(net.state_dict), net.weight.tolist()
with torch.no_grad():
    net.weight.zero_()
print(kept()["weight"].tolist() == before, torch.load("kept", weights_only=False)()["weight"].tolist() == before)
"""


def test_a_method_is_copied_with_its_object(tmp_path, monkeypatch):
    torch = pytest.importorskip("torch")
    monkeypatch.chdir(tmp_path)
    assert Session(style="modern").run(METHODS, echo=False) == python_prints(METHODS, {"torch": torch})
