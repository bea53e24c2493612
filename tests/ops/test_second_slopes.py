"""Second gradients against measured slopes where PyTorch has none, or wrong ones."""

import numpy as np
import pytest

import gradcli.ops.index  # noqa: F401  # operations by name
from gradcli.engine.autograd.op import raw, traced
from gradcli.engine.tensor.variable import Variable
from gradcli.engine.transforms.functional import grad

INDEX = np.array([0, 0, 0, 1, 1])


def product(x):
    return traced.scatter_reduce(Variable(np.ones(2)), 0, Variable(INDEX), x, "prod")


def running(x):
    return traced.logcumsumexp(x, 0)


def mantissa(x):
    return traced.frexp(x)[0] ** 2


@pytest.mark.parametrize("function, at", [
    (mantissa, [0.3, -5.0, 0.2]),
    (product, [0.0, 2.0, 0.0, 3.0, 0.0]), (product, [0.0, 2.0, 1.5, 0.0, 0.0]), (product, [1.0, 2.0, 3.0, 4.0, 5.0]),
    (running, [0.5, -1.0, 2.0, 0.0, 1.0]), (running, [3.0, -3.0, 0.0])])
def test_second_gradients_are_slopes(function, at):
    def first(numbers):
        x = Variable(np.array(numbers), True)
        y = function(x)
        weights = Variable(np.cos(np.arange(1.0, y.array.size + 1)))
        g = grad([traced.sum(y * weights)], [x], create_graph=True)[0]
        return x, traced.sum(g * Variable(np.cos(np.arange(1.0, x.array.size + 1))))

    x, total = first(at)
    second = grad([total], [x])[0].array
    for k in range(len(at)):
        low, high = (first([v + (i == k) * move for i, v in enumerate(at)])[1].array for move in (-1e-4, 1e-4))
        assert abs((high - low) / 2e-4 - second[k]) < 1e-6


@pytest.mark.parametrize("condition", [True, False])
@pytest.mark.parametrize("number", [0.0, 2.0])
def test_gradients_of_a_choice_between_numbers_keep_their_type(condition, number):
    x = np.asarray(number, np.float32)
    for a, b in ((x, 0), (0, x), (x, x)):
        assert raw.where(np.asarray(condition), a, b).dtype == np.float32
