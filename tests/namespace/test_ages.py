"""What a program's time decides beside the style: random numbers and, for 0.1.12, meaning."""

import math

import numpy as np
import pytest

from gradcli.faults.tree import Fault
from gradcli.session.session import Session
from support.python_prints import python_prints


def printed(program, age, style="tutorial"):
    return Session(style=style, age=age).run(program, echo=False)


@pytest.mark.parametrize("age, first", [("0.1.12", "0.5488"), ("0.3", "0.4963"), ("0.4", "0.4963"),
                                        ("today", "0.4963")])
def test_an_age_has_its_random_numbers_under_any_looks(age, first):
    for style in ("tutorial", "modern"):
        assert first in printed("torch.manual_seed(0); print(torch.rand(2, 2))", age, style)
    assert printed("print(torch.__version__)", age).startswith("2.13" if age == "today" else age)


SIZES = [
    ("x.sum(1)", (2, 1)), ("torch.sum(x, 1)", (2, 1)), ("mean(x, 0)", (1, 3)), ("x.max(1)[0]", (2, 1)),
    ("torch.min(x, dim=0)[1]", (1, 3)), ("x.std(1)", (2, 1)), ("torch.var(x, 1, False)", (2, 1)),
    ("torch.norm(x, 2, 1)", (2, 1)), ("torch.median(x)[0]", (2, 1)), ("x.mode()[1]", (2, 1)),
    ("torch.kthvalue(x, 2)[0]", (2, 1)), ("x.sum(1, keepdim=False)", (2,)), ("x.prod(-1)", (2, 1)),
    ("x + y", (2, 3)), ("y * x", (3, 2)), ("torch.add(x, 10, y)", (2, 3)), ("x == y", (2, 3)),
    ("torch.addcdiv(x, 0.1, torch.ones(1, 6), torch.ones(6, 1))", (2, 3)), ("x.copy_(y)", (2, 3)),
    ("torch.max(x, y)", (2, 3)), ("x + torch.ones(1, 3)", (2, 3)), ("torch.ones(4, 1) + torch.ones(4)", (4, 1)),
]


@pytest.mark.parametrize("expression, size", SIZES)
def test_sizes_as_they_were(expression, size):
    setup = "x, y = torch.ones(2, 3), torch.ones(3, 2)\n"
    assert printed(f"{setup}print(tuple(({expression}).size()))", "0.1.12") == f"{size}\n"
    within = f"{setup}def f(x, y):\n    return {expression}\nprint(tuple(f(x, y).size()))"
    assert printed(within, "0.1.12") == f"{size}\n"


@pytest.mark.parametrize("expression, text", [
    ("torch.arange(0, 3).type()", "torch.FloatTensor"),
    ("torch.arange(3, dtype=torch.int64).type()", "torch.LongTensor"),
    ("arange(3).type()", "torch.FloatTensor"), ("(torch.LongTensor([7, -7]) / 2).tolist()", "[3, -3]"),
    ("torch.LongTensor([7]).div(2.5).tolist()", "[3]"), ("(torch.ones(1) / 2).tolist()", "[0.5]"),
    ("torch.round(torch.Tensor([0.5, 2.5, -0.5, 1.2])).tolist()", "[1.0, 3.0, -1.0, 1.0]"),
    ("(Variable(torch.ones(300)) > 0).sum().data[0]", "44"), ("(torch.ones(300) > 0).sum()", "300"),
    ("(torch.ones(2, 3) > 0).sum(1).type()", "torch.ByteTensor"),
    ("torch.Tensor([[1, 2], [3, 4]]).dot(torch.Tensor([[1, 2], [3, 4]]))", "30.0"),
    ("torch.dot(torch.ones(2, 3), torch.ones(6))", "6.0"),
])
def test_values_as_they_were(expression, text):
    assert printed(f"print({expression})", "0.1.12") == f"{text}\n"


def test_gradients_of_tensors_that_meet():
    program = ("x = Variable(torch.ones(2, 3), requires_grad=True)\n"
               "y = Variable(torch.ones(3, 2), requires_grad=True)\n"
               "(x * y * 2).sum(1).sum().backward()\nprint(x.grad.size(), y.grad.size(), x.grad.data.sum())")
    assert printed(program, "0.1.12") == "torch.Size([2, 3]) torch.Size([3, 2]) 12.0\n"


def test_layers_and_losses_mean_what_they_do_today():
    program = ("torch.manual_seed(0)\nx = Variable(torch.randn(4, 3))\nnet = nn.Sequential(nn.Linear(3, 3), "
               "nn.BatchNorm1d(3), nn.Softmax(1))\nloss = F.mse_loss(net(x), x)\nloss.backward()\n"
               "print(loss.data[0], next(net.parameters()).grad.data.norm().item())")
    assert printed(program, "0.1.12") == printed(program, None)


def test_sessions_of_several_ages_stand_side_by_side():
    old, new = Session(age="0.1.12"), Session()
    for _ in range(2):
        assert old.run("print(tuple(torch.ones(2, 3).sum(1).size()))") == "(2, 1)\n"
        assert new.run("print(tuple(torch.ones(2, 3).sum(1).size()))") == "(2,)\n"
    old.age = "today"
    assert old.run("print(tuple(torch.ones(2, 3).sum(1).size()), arange(3).type())") == "(2,) torch.LongTensor\n"
    with pytest.raises(ValueError, match=r"0\.1\.12, 0\.3, 0\.4, today"):
        Session(age="1.0")


@pytest.mark.parametrize("expression", [
    "torch.normal(means=torch.zeros(2))", "torch.normal(means=torch.zeros(2), std=torch.ones(2))",
    "torch.add(torch.ones(2), value=2, other=torch.ones(2))", "torch.cat(seq=[torch.ones(1)] * 2, dimension=0)",
    "torch.stack(sequence=[torch.ones(1)] * 2)[0].expand(2)", "torch.split(torch.ones(4), split_size=2)[0]",
    "torch.add(torch.ones(2), 10, torch.ones(2))", "torch.addcdiv(torch.ones(2), 0.1, torch.ones(2), torch.ones(2))",
])
def test_spellings_of_then_are_always_taken(expression):
    for age in ("0.1.12", None):
        assert printed(f"print(tuple(({expression}).size()))", age) == "(2,)\n"


TWO_STEPS = """
torch.manual_seed(0)
g, d = torch.nn.Linear(2, 3), torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1))
x = torch.arange(8.).view(4, 2) / 8
steps = {steps}
for _ in range(3):
    score = d(g(x))
    losses = (score ** 2).mean(), -score.mean()
    for loss, (net, step) in zip(losses, steps):
        for p in list(g.parameters()) + list(d.parameters()):
            p.grad = None
        loss.backward(retain_graph=True)
        step()
print([round(v, 5) for p in list(g.parameters()) + list(d.parameters()) for v in p.view(-1).tolist()])
"""
BY_OPTIMISERS = "[(net, {optimiser}.step) for net in (d, g)]"
BY_HAND = "[(net, lambda net=net: [p.data.sub_(0.1 * p.grad.data) for p in net.parameters()]) for net in (d, g)]"


@pytest.mark.parametrize("optimiser", [
    "torch.optim.SGD(net.parameters(), lr=0.1)", "torch.optim.Adam(net.parameters())",
    "torch.optim.RMSprop(net.parameters())", "torch.optim.Adagrad(net.parameters())"])
def test_steps_of_optimisers_went_unnoticed_before_1_5(optimiser):
    program = TWO_STEPS.format(steps=BY_OPTIMISERS.format(optimiser=optimiser))
    for age in ("0.3", "0.4"):
        assert len(printed(program, age)) > 50
    with pytest.raises(Fault, match="modified by an inplace operation"):
        printed(program, "today")
    with pytest.raises(Fault, match="modified by an inplace operation"):
        printed(program, None)


def test_backward_computes_with_the_new_numbers_as_then():
    by_optimisers = TWO_STEPS.format(
        steps=BY_OPTIMISERS.format(optimiser="torch.optim.SGD(net.parameters(), lr=0.1)"))
    ours = printed(by_optimisers, "0.4")
    assert ours == printed(TWO_STEPS.format(steps=BY_HAND), "0.4")
    torch = pytest.importorskip("torch")
    out = python_prints(TWO_STEPS.format(steps=BY_HAND), {"torch": torch})
    assert eval(ours) == pytest.approx(eval(out), abs=2e-5)


@pytest.mark.parametrize("expression, texts", [
    ("torch.arange(1, 4).type()", ("torch.FloatTensor", "torch.LongTensor", "torch.LongTensor")),
    ("(torch.LongTensor([7, -7]) / 2).tolist()", ("[3, -3]", "[3, -3]", "[3.5, -3.5]")),
    ("torch.div(torch.LongTensor([7]), torch.LongTensor([2])).tolist()", ("[3]", "[3]", "[3.5]")),
    ("torch.ones(2, 3).sum(1).dim()", ("1", "1", "1")), ("torch.round(torch.Tensor([2.5])).tolist()", ("[2.0]",) * 3),
])
def test_whole_quotients_and_arange_changed_after_0_3(expression, texts):
    for age, text in zip(("0.3", "0.4", "today"), texts, strict=True):
        assert printed(f"print({expression})", age) == f"{text}\n", age
        assert printed(f"def f():\n    return {expression}\nprint(f())", age) == f"{text}\n", age


def test_before_04_elements_and_full_reductions_are_numbers_of_their_own():
    """CPython judges: floats in a list, added one by one."""
    setup = "x = torch.FloatTensor([0.1, 0.7, -3.3, 1e-4])\nm = x.view(2, 2)\n"
    numbers = np.float32([0.1, 0.7, -3.3, 1e-4]).tolist()
    total, product, squares = 0.0, 1.0, 0.0
    for number in numbers:
        total, product, squares = total + number, product * number, squares + number * number
    spread = 0.0
    for number in numbers:
        spread += (number - total / 4) * (number - total / 4)
    want = [total, total, product, total / 4, total / 12, spread / 3, math.sqrt(spread / 3), math.sqrt(squares)]
    for age in ("0.1.12", "0.3"):
        sums = printed(f"{setup}print(m.sum(), torch.sum(m), m.prod(), m.mean(), m.mean() / 3, m.var(), m.std(), "
                       "m.norm())", age)
        assert sums == " ".join(map(repr, want)) + "\n", age
        kept = printed(f"{setup}first = x[0]; rest = [v for v in x]\nx[0], x[1] = x[1], x[0]; x[2] += 1; m[1][1] = 5\n"
                       "print(first, rest, x.tolist(), torch.LongTensor([7])[0] / 2)", age)
        changed = [numbers[1], numbers[0], float(np.float32(numbers[2] + 1)), 5.0]
        assert kept == f"{numbers[0]} {numbers} {changed} 3.5\n", age


NODES = {        # expression: the node's class in 0.1.12, 0.3 and 0.4
    "x + 2": "AddConstant AddBackward0 AddBackward0", "x + x": "Add AddBackward1 AddBackward1",
    "x * x": "Mul MulBackward1 MulBackward1", "1 / x": "DivConstant MulBackward0 MulBackward0",
    "x ** 2": "PowConstant PowBackward0 PowBackward0", "-x": "Negate NegBackward NegBackward",
    "x.mean()": "Mean MeanBackward1 MeanBackward1", "x.sum()": "Sum SumBackward0 SumBackward0",
    "x.max()": "Max MaxBackward1 MaxBackward1", "x.mm(x)": "Addmm MmBackward MmBackward",
    "x.t()": "Transpose TBackward TBackward", "x[0]": "Index SelectBackward SelectBackward",
    "F.relu(x)": "Threshold ThresholdBackward ReluBackward", "nn.Linear(2, 2)(x)": "Linear AddmmBackward AddmmBackward",
    "F.mse_loss(x, x.detach())": "MSELoss MseLossBackward MseLossBackward",
    "torch.stack([x, x])": "Concat CatBackward StackBackward"}


def test_nodes_have_the_names_of_their_time():
    for at, age in enumerate(("0.1.12", "0.3", "0.4")):
        program = "".join(f"print(type(({expression}).grad_fn).__name__)\n" for expression in NODES)
        names = printed(f"x = Variable(torch.ones(2, 2), requires_grad=True)\n{program}", age).split()
        assert dict(zip(NODES, names, strict=True)) == {text: names.split()[at] for text, names in NODES.items()}, age
    assert printed("x = Variable(torch.ones(2), requires_grad=True)\nprint((x + 2).grad_fn)", "0.3").startswith(
        "<AddBackward0 object at 0x")


def test_before_04_a_single_variable_has_the_size_one():
    setup = "x = Variable(torch.ones(2, 2), requires_grad=True)\ny = x.sum()\n"
    text = ("y.size(), y.size(0), y.shape, y.dim(), y.data.size(), x[0][1].size(), F.mse_loss(y, y.detach()).size(), "
            "x.shape")
    one = "torch.Size([1])"
    for age in ("0.1.12", "0.3"):
        assert printed(f"{setup}print({text})", age) == f"{one} 1 {one} 1 {one} {one} {one} torch.Size([2, 2])\n", age
    for age in ("0.4", "today"):
        assert printed(f"{setup}print(y.size(), y.dim(), y.shape)", age) == "torch.Size([]) 0 torch.Size([])\n", age
    registry = "print(nn.Sequential(nn.ReLU())._modules)"
    assert printed(registry, None) == "OrderedDict([('0', ReLU ())])\n"
    assert printed(registry, None, "modern") == "{'0': ReLU()}\n"


def test_before_04_what_is_assigned_is_rounded_once():
    numbers = np.float32([0.1, 0.7, -3.3]).tolist()
    program = ("x = torch.FloatTensor([0.1, 0.7, -3.3])\nx[0] = (x[0] + x[1]) * x[2] / 7\nx[1] -= 0.1 * x[1] * x[2]\n"
               "print(x.tolist())")
    want = [(numbers[0] + numbers[1]) * numbers[2] / 7, numbers[1] - 0.1 * numbers[1] * numbers[2], numbers[2]]
    for age in ("0.1.12", "0.3"):
        assert printed(program, age) == f"{np.float32(want).tolist()}\n", age
