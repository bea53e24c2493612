"""Sums, norms, variances and losses add in PyTorch's order, so that they are the same to the last bit."""

import random

import numpy as np
import pytest

from gradcli.engine.numerics import cascade_sum
from gradcli.session.session import Session

SHAPES = (1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 33)
PROGRAM = """
for n in (3, 5, 7, 8, 10, 16, 21, 50, 300):
    x, y = torch.randn(n), torch.randn(n)
    rows, classes = torch.randn(n, 6), torch.randint(6, (n,))
    print(n, x.sum().item(), x.mean().item(), F.mse_loss(x, y).item(), F.l1_loss(x, y).item(), x.norm().item())
    print(x.var().item(), x.double().std().item(), rows.sum(0).tolist(), rows.t().mean(0).tolist(), x.norm(1).item())
    print(F.nll_loss(rows, classes).item(), F.nll_loss(rows, classes, torch.arange(1., 7.)).item())
"""

FIT = """
import torch
torch.manual_seed(7)
points = torch.linspace(-2, 2, 300)
labels = (points + 0.3 * torch.randn(300) > 0.4).float()
slope, offset = torch.zeros((), requires_grad=True), torch.zeros((), requires_grad=True)
for step in range(60):
    odds = torch.sigmoid(slope * points + offset)
    loss = ((odds - labels) ** 2).mean() + 0.01 * slope ** 2
    gradients = torch.autograd.grad(loss, (slope, offset))
    with torch.no_grad():
        for weight, gradient in zip((slope, offset), gradients):
            weight -= 2 * gradient
    if step % 20 == 19:
        print(step, loss.item(), slope.item(), offset.item())
"""
FITTED = """\
19 0.09319300949573517 1.4899154901504517 -0.6816545128822327
39 0.09274323284626007 1.568166732788086 -0.7598827481269836
59 0.09273122251033783 1.5810675621032715 -0.7730262279510498
"""


def added_up(numbers):
    total = np.float32(0)
    for number in numbers:
        total = total + number
    return total


def test_few_numbers_are_added_in_the_order_of_partial_sums_and_lanes():
    x = np.random.default_rng(0).standard_normal((100, 13)).astype(np.float32)
    for row in x:
        assert cascade_sum.full(row[:4]) == added_up(row[:4])
        assert cascade_sum.full(row[:7]) == added_up(row[[0, 4, 5, 6, 1, 2, 3]])
        assert cascade_sum.full(row) == added_up([*row[8:], *row[:8]])
    assert any(np.add.reduce(row) != cascade_sum.full(row) for row in x)


def test_every_layout_is_added_as_in_pytorch():
    torch = pytest.importorskip("torch")
    rng = random.Random(5)
    for k in range(300):
        shape = [rng.choice((*SHAPES, 150)[: 12 - 2 * n]) for n in range(rng.randint(1, 4))]
        if np.prod(shape) >= cascade_sum.MOST:
            continue
        x = np.random.default_rng(k).standard_normal(shape).astype(rng.choice([np.float32, np.float64]))
        order = rng.sample(range(x.ndim), x.ndim)
        x, tensor = x.transpose(order)[::2], torch.from_numpy(x).permute(order)[::2]
        axes = tuple(sorted(rng.sample(range(x.ndim), rng.randint(1, x.ndim))))
        for keep in (False, True):
            assert np.array_equal(cascade_sum.along(x, axes, keep), tensor.sum(axes, keep).numpy()), (shape, axes)
        assert cascade_sum.full(x) == tensor.sum().item(), (shape, order)


def test_losses_norms_and_variances_are_pytorchs_to_the_last_digit(capsys):
    torch = pytest.importorskip("torch")
    pieces = []
    Session("modern", 0, write=pieces.append).run(
        "import torch\nimport torch.nn.functional as F\ntorch.manual_seed(0)" + PROGRAM, echo=False)
    torch.manual_seed(0)
    exec(PROGRAM, {"torch": torch, "F": torch.nn.functional})
    assert "".join(pieces) == capsys.readouterr().out


def test_a_fit_prints_what_pytorch_prints_to_the_last_digit():
    pieces = []
    Session("modern", 0, write=pieces.append).run(FIT, echo=False)
    assert "".join(pieces) == FITTED
