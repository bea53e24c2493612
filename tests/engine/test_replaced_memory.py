"""Views whose memory, or whose base's, was replaced since: no memory outside is read, and no gradient is lost."""

import pytest

from gradcli.faults.tree import Fault
from gradcli.session.session import Session

REPLACED = ("b.data = torch.ones(3)", "b.data = torch.ones(7)", "b.data = torch.ones(1)", "b.set_(torch.ones(5))",
            "b.resize_(100)", "v.data = torch.ones(2)", "v.data = v.detach() * 1", "v.set_(torch.ones(2))",
            "v.resize_(5)", "v.data = torch.ones(9)[3:5]", "b.data = b.data[:]", "u = v[:]; v.data = torch.ones(2)")
WRITES = {"v[:2].add_(w)": [5, 5], "v[:2].add_(w[0])": [10, 0], "v[:2].copy_(w * 3); v[:2].mul_(2)": [30, 30]}
BEFORE = "import torch\nw = torch.tensor([2., 3.], requires_grad=True)\nb = torch.zeros(3)\nv = b[1:]\n"


@pytest.mark.parametrize("replacement", REPLACED)
@pytest.mark.parametrize("write", WRITES)
def test_gradients_pass_through_writes(replacement, write):
    session = Session(style="modern")
    session.run(f"{BEFORE}{replacement}\n{write}\n(v[:2] * 5).sum().backward()")
    assert session["w"].grad.tolist() == WRITES[write]


@pytest.mark.parametrize("text", [
    f"{BEFORE}b.resize_(1)\nv.add_(w)", f"{BEFORE}b.data = b.data[:1]\nv.add_(w)",
    f"{BEFORE}b.resize_(1)\nb.add_(w[0])\nv.sum().backward()"])
def test_a_view_that_its_base_no_longer_holds_is_refused(text):
    with pytest.raises(Fault, match=r"does not hold|was modified|does not require grad"):
        Session(style="modern").run(text)


def test_a_large_view_of_a_base_that_became_small():
    session = Session(style="modern")
    session.run("import torch\nw = torch.ones(1, requires_grad=True)\nb = torch.zeros(10**7)\nv = b[1:]\n"
                "b.data = torch.ones(1)\nv.add_(w)\nv.sum().backward()")
    assert session["w"].grad.tolist() == [10**7 - 1]


@pytest.mark.parametrize("detach", ["b.detach_()", "p.requires_grad_(False); p.mul_(2)"])
def test_views_of_a_base_that_was_detached_are_as_it_is(detach):
    session = Session(style="modern")
    session.run("import torch\np = torch.ones(3, requires_grad=True)\nb = p * 1\nv, u = b[1:], p[1:]\n"
                f"b.copy_(b.detach() * 3)\n{detach}\n(v * 5).sum().backward()\nu.sum()")
    assert session["p"].grad is None or session["p"].grad.tolist() == [0, 0, 0]


def test_views_follow_torch_after_the_base_was_detached():
    torch = pytest.importorskip("torch")
    text = ("import torch\np = torch.ones(3, requires_grad=True)\nb = p * 1\nv = b[1:]\nb.copy_(b.detach() * 3)\n"
            "b.detach_()\nq = torch.ones(1, requires_grad=True)\n(v * q).sum().backward()\n")
    names = {}
    exec(text, names)
    session = Session(style="modern")
    session.run(text)
    assert session["q"].grad.tolist() == names["q"].grad.tolist() and names["p"].grad is None
    assert session["p"].grad is None and torch is not None


@pytest.mark.parametrize("text", ["a.resize(2**29 + 1)",
                                  "torch.ones(10**5, 1).expand(10**5, 10**5).numpy().shape = -1"])
def test_sizes_are_checked_before_memory_is_taken(text):
    with pytest.raises(Fault, match="would make a"):
        Session(style="modern").run(f"import numpy as np\nimport torch\na = np.zeros(10)\n{text}")


def test_resizing_to_the_same_shape_changes_nothing():
    text = "x = torch.arange(6.).view(2, 3).t()\ny = x.resize_(3, 2)\nprint(y is x, x.tolist(), x.stride(), x._version)"
    assert Session(style="modern").run(text) == "True [[0.0, 3.0], [1.0, 4.0], [2.0, 5.0]] (1, 3) 0\n"
