"""Attributes that programs set on tensors, contexts and layers; the names that stay closed; undo and copies."""

import numpy as np
import pytest

from gradcli.engine.autograd.function import Context
from gradcli.engine.tensor.tensor import Tensor
from gradcli.exposure import private_names
from gradcli.faults.tree import Fault
from gradcli.nn.modules.linear import Linear
from gradcli.session.session import Session
from gradcli.session.snapshot import Snapshot

PROGRAM = """
import copy, torch
from torch import nn
from torch.autograd import Function
x = torch.ones(2)
x.tag = 3
x.tag += 1
x._prev = [x.tag]
print(x.tag, x._prev, hasattr(x, "tag"), hasattr(x + 1, "tag"), getattr(x, "other", 7))
net = nn.Linear(2, 1)
for name, p in net.named_parameters():
    p.label = name
print([getattr(p, "label", None) for p in (*net.parameters(), x)], net.bias.label)
z = copy.deepcopy(x)
z._prev.append(5)
print(z.tag, z._prev, x._prev)
y = x.add_(1)
x.me = x
print(x.me.me.tag, "tag" in dir(x))
net._note = "mine"
print(net._note, hasattr(net, "_other"))

class Scaled(Function):
    @staticmethod
    def forward(ctx, x):
        ctx._factor, ctx.plain = 3, 2
        return x * ctx._factor
    @staticmethod
    def backward(ctx, g):
        return g * ctx._factor * ctx.plain

y = torch.ones(2, requires_grad=True)
Scaled.apply(y).sum().backward()
print(y.grad)
"""


def test_as_pytorch(capsys):
    pytest.importorskip("torch")
    exec(compile(PROGRAM, "program", "exec"), {"__name__": "__main__"})
    assert Session(style="modern").run(PROGRAM) == capsys.readouterr().out


CLOSED = [*Tensor.__slots__, "shape", "sum", "t", "is_leaf", "__array__", "__class__", "__dict__"]


@pytest.mark.parametrize("name", CLOSED)
def test_names_of_tensors_stay_theirs(name):
    session = Session()
    session.run("x = torch.ones(2)")
    if name != "requires_grad":
        with pytest.raises(Fault):
            session.run(f"x.{name} = 3")
    if name == "own_attributes":
        with pytest.raises(Fault):
            session.run(f"x.{name}")
    assert np.array_equal(session.eval("x").array if hasattr(session.eval("x"), "array") else session.eval("x"), [1, 1])


@pytest.mark.parametrize("name", ["require_grad", "grd", "datas"])
def test_a_slip_is_told(name):
    with pytest.raises(Fault, match=f"{name} of a .* cannot be set"):
        Session().run(f"x = torch.ones(2)\nx.{name} = True")


CONTEXT = """
class F(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        global c
        c = ctx
        return x * 2
    @staticmethod
    def backward(ctx, g):
        return g
F.apply(torch.ones(1))
"""


@pytest.mark.parametrize(("setup", "value", "kind"), [
    (CONTEXT, "c", Context),
    ("net = torch.nn.Linear(2, 2)", "net", Linear)])
def test_private_names_stay_closed(setup, value, kind):
    for name in sorted(private_names(kind)):
        for statement in (f"{value}.{name} = 3", f"{value}.{name}"):
            session = Session(style="modern")
            session.run(setup)
            with pytest.raises(Fault):
                session.run(statement)


@pytest.mark.parametrize("name", ["_parameters", "_modules", "_buffers"])
def test_registries_cannot_be_replaced(name):
    with pytest.raises(Fault):
        Session(style="modern").run(f"net = torch.nn.Linear(2, 2)\nnet.{name} = 3")


@pytest.mark.parametrize("change", ["x.q = 1", "y.q.append(2)", "y.q = 3", "x.me = x\nx.me.w = 4", "y.w = y.q"])
def test_undo(change):
    state = ("print(hasattr(x, 'q'), hasattr(x, 'me'), hasattr(x, 'w'), hasattr(y, 'w'), y.q, x)")
    session = Session()
    session.run("x, y = torch.ones(2), torch.ones(2)\ny.q = [1]")
    before, snapshot = session.run(state), Snapshot(session)
    with snapshot.watching():
        session.run(change)
    snapshot.discard_unchanged()
    assert session.run(state) != before
    snapshot.restore()
    assert session.run(state) == before
