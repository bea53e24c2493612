"""What a graph remembers, and who is told: as PyTorch 2.13 has it."""

import random
import warnings

import pytest

from gradcli.faults.mistakes import ViewWrite
from gradcli.faults.tree import Fault, SecondBackward, StaleValue
from gradcli.session.session import Session
from support.python_prints import python_prints


def printed(program):
    """What a program of the modern style prints."""
    pieces = []
    setting = "import torch\nx = torch.tensor([1., 2.], requires_grad=True)\n"
    Session("modern", 0, write=pieces.append).run(setting + program)
    return "".join(pieces).strip()


@pytest.mark.parametrize("result", ["x.sum()", "(x + 1).mean()", "x.view(2, 1).t()[0].sum()", "torch.cat([x, x]).sum()"])  # noqa: E501
def test_a_graph_that_saves_nothing_is_swept_twice(result):
    once = printed(f"y = {result}\ny.backward()\nprint(x.grad)")
    assert printed(f"y = {result}\ny.backward()\nx.grad = None\ny.backward()\nprint(x.grad)") == once


def test_saved_values_are_freed_along_the_way_alone():
    assert "3" in printed("w = torch.ones(2, requires_grad=True)\nz = (x.exp() + w * w * w).sum()\n"
                          "torch.autograd.grad(z, x)\nprint(torch.autograd.grad(z, w))")
    with pytest.raises(SecondBackward, match="directly access saved tensors"):
        printed("y = x.exp().sum()\ny.backward()\ny.backward()")


def test_values_with_more_dimensions_are_set_into_elements_and_rows():
    assert printed("y = torch.zeros(2)\ny[0] = x[:1]\ny.sum().backward()\nprint(x.grad)") == "tensor([1., 0.])"
    assert printed("y = torch.zeros(3, 2)\ny[1] = x.view(1, 1, 2)\ny.sum().backward()\nprint(x.grad)") == "tensor([1., 1.])"  # noqa: E501


def test_hooks_of_leaves_run_wherever_a_gradient_arrives():
    hook = "_ = x.register_hook(lambda g: g * 10)\n"
    assert printed(hook + "print(torch.autograd.grad(x.sum(), x))") == "(tensor([10., 10.]),)"
    after = "_ = x.register_post_accumulate_grad_hook(lambda p: print(p.grad))\n"
    assert printed(after + hook + "x.sum().backward()") == "tensor([10., 10.])"


def test_a_retained_gradient_is_that_of_the_newest_version():
    assert printed("a = x.clone()\na.retain_grad()\na += a\na.sum().backward()\nprint(a.retains_grad, a.grad)") == (
        "True tensor([1., 1.])")


@pytest.mark.parametrize("function", ["torch.relu", "F.relu6", "F.leaky_relu", "F.hardtanh", "F.softshrink"])
def test_slopes_of_piecewise_linear_functions_have_slopes_of_zero(function):
    assert printed(f"import torch.nn.functional as F\ng, = torch.autograd.grad({function}(x).sum(), x, create_graph=True)\n"  # noqa: E501
                   "print(torch.autograd.grad(g.sum(), x))") == "(tensor([0., 0.]),)"


@pytest.mark.parametrize("write", ["a, b = (x * 1).chunk(2)\na += 1", "for row in x * 1:\n    row += 1",
                                   "y = x * 1\nwith torch.no_grad():\n    a = y[:1]\na.mul_(2)"])
def test_views_whose_changes_are_not_followed_are_not_written_to(write):
    with pytest.raises(ViewWrite, match="is being modified inplace"):
        printed(write)


def test_embedding_with_max_norm_is_a_write():
    with pytest.raises(StaleValue):
        printed("e = torch.nn.Embedding(3, 2, max_norm=0.1)\na = e.weight @ e.weight.t()\n"
                "(a.sum() + e(torch.tensor([1])).sum()).backward()")


def test_gradients_of_nothing():
    assert printed("import torch.nn.functional as F\nF.cross_entropy(x[None], torch.tensor([-100])).backward()\n"
                   "print(x.grad)") == "tensor([0., 0.])"
    assert printed("torch.norm(x, p=0).backward()\nprint(x.grad)") == "None"


def test_batches_of_gradients():
    assert printed("print(torch.autograd.grad(x * 2, x, torch.eye(2), is_grads_batched=True)[0].tolist())") == (
        "[[2.0, 0.0], [0.0, 2.0]]")


def test_compositions_agree_with_torch():
    pytest.importorskip("torch")
    from against_torch import compositions
    space = compositions.gradcli_space()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mismatches = [compositions.compare(random.Random(f"1 {k}"), space) for k in range(60)]
    differences = [text for text in mismatches if text and not text.startswith(compositions.ASIDE)]
    # those left are named by `python -m against_torch.compositions`
    assert len(differences) <= 1, "\n".join(differences)


def test_a_sweep_that_fails_has_added_what_it_had_finished():
    pytest.importorskip("torch")
    start = "x, y = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)\n"
    graphs = ("z = x.exp(); w = (z * z).sum() + y.sum(); z.mul_(2)", "w = (2 ** x - y).sum(); w.backward()",
              "a = x.exp(); w = ((a * y).sum() + y.sum()).exp(); a.add_(1)",
              "y.register_hook(lambda g: g * 2); z = x.exp(); w = (z + y * 3).sum(); z.register_hook(lambda g: 1 / 0)")
    program = "import torch\n" + "".join(
        f"{start}{graph}\ntry:\n    {call}\nexcept (RuntimeError, ZeroDivisionError):\n    print('refused')\n"
        f"print(x.grad, y.grad)\n" for graph in graphs
        for call in ("w.backward()", "w.backward(inputs=[x])", "torch.autograd.grad(w, [x, y])"))
    assert Session("modern").run(program, echo=False) == python_prints(program)


def test_an_undefined_gradient_of_one_of_several_results():
    """norm(0) has none, and what it is a norm of is one of the results of a call."""
    program = ("a = torch.tensor([[2.0, 1.0], [0.5, 3.0]], requires_grad=True)\n"
               "s = torch.linalg.svd(a)[1].norm(0)\ns.backward()\nprint(a.grad)\n")
    assert Session("modern").run(program, echo=False) == "None\n"


def test_a_sign_of_a_determinant_that_is_changed():
    program = ("a = torch.tensor([[2.0, 1.0], [0.5, 3.0]], requires_grad=True)\nsign, log = torch.linalg.slogdet(a)\n"
               "with torch.no_grad(): sign.zero_()\nlog.backward()\nprint(a.grad.shape)\n")
    assert Session("modern").run(program, echo=False) == "torch.Size([2, 2])\n"


def test_inputs_may_be_what_iterates_over_them():
    torch = pytest.importorskip("torch")
    program = """
net = torch.nn.Linear(2, 1)
x = torch.tensor([[1., 2.]])
print(torch.autograd.grad(net(x).sum(), net.parameters()))
torch.autograd.backward((y for y in [net(x).sum()]), inputs={"bias": net.bias}.values())
net(x).sum().backward(inputs=iter([net.bias]))
print(net.weight.grad, net.bias.grad)
"""
    assert Session(style="modern").run(program, echo=False) == python_prints(program, {"torch": torch})
    with pytest.raises(Fault, match="must be tensors"):
        Session(style="modern").run("import itertools\ntorch.autograd.grad(torch.ones(1), itertools.count())")
