"""Products with few rows or columns: PyTorch's order, each product and each sum rounded."""

import numpy as np
import pytest

from gradcli.engine.numerics.narrow_products import MOST, matrix_product
from gradcli.session.session import Session

PLAIN, FIRST, SECOND, BOTH = (False, False), (True, False), (False, True), (True, True)
IN_SEQUENCE = [
    (5, 3, 1, SECOND), (40, 2, 10, SECOND), (3, 3, 40, SECOND), (1, 2, 1, SECOND), (7, 3, 5, PLAIN), (1, 3, 1, BOTH),
    (1, 100, 1, FIRST), (1, 100, 1, PLAIN), (5, 60, 1, FIRST), (3, 60, 3, FIRST), (10, 7, 11, PLAIN),
    (8, 30, 4, FIRST), (2, 20, 20, PLAIN), (1, 50, 9, PLAIN), (6, 20, 7, BOTH), (3, 50, 1, BOTH)]


def matrices(rows, inner, columns, transposed):
    rng = np.random.default_rng(rows + 7 * inner + 31 * columns)
    return [rng.standard_normal(shape[::-1] if turned else shape, np.float32).T if turned else
            rng.standard_normal(shape, np.float32)
            for shape, turned in zip(((rows, inner), (inner, columns)), transposed, strict=True)]


def added_in_sequence(a, b):
    total = a[:, :1] * b[:1]
    for k in range(1, a.shape[1]):
        total = total + a[:, k : k + 1] * b[k : k + 1]
    return total


@pytest.mark.parametrize("shape", IN_SEQUENCE, ids=str)
def test_products_are_added_in_sequence(shape):
    a, b = matrices(*shape)
    product = matrix_product(a, b)
    assert np.array_equal(product, added_in_sequence(a, b)) and product.flags.c_contiguous


LEFT = [(4, 3, 12, PLAIN), (5, 8, 5, SECOND), (5, 8, 1, PLAIN), (5, 4, 1, PLAIN), (MOST, 2, 1, PLAIN)]


@pytest.mark.parametrize("shape", LEFT, ids=str)
def test_others_are_left_to_blas(shape):
    a, b = matrices(*shape)
    assert np.array_equal(matrix_product(a, b), a.dot(b))


@pytest.mark.parametrize("dtype", [np.float64, np.int64, np.complex64, np.bool_])
def test_other_types_are_left_to_numpy(dtype):
    a, b = (matrix.astype(dtype) for matrix in matrices(5, 3, 2, SECOND))
    assert matrix_product(a, b).dtype == dtype and np.array_equal(matrix_product(a, b), a.dot(b))


@pytest.mark.parametrize("shape", [(0, 3, 2, PLAIN), (2, 0, 3, PLAIN), (2, 3, 0, PLAIN)], ids=str)
def test_empty_matrices(shape):
    a, b = matrices(*shape)
    assert np.array_equal(matrix_product(a, b), np.zeros((shape[0], shape[2]), np.float32))


def test_sums_of_negative_zeros_are_zero():
    for rows, columns in ((1, 1), (2, 2), (3, 1)):
        result = matrix_product(np.full((rows, 2), -0.0, np.float32), np.ones((2, columns), np.float32))
        assert not np.signbit(result).any()


FITTED = """
import torch, torch.nn as nn, torch.nn.functional as F
torch.manual_seed(3)
x = torch.tensor([[61., 72., 88.], [93., 54., 70.], [45., 99., 81.], [77., 68., 52.]])
y = torch.tensor([[140.], [131.], [150.], [122.]])
net = nn.Linear(3, 1)
sgd = torch.optim.SGD(net.parameters(), lr=1e-5)
for epoch in range(200):
    loss = F.mse_loss(net(x), y)
    sgd.zero_grad()
    loss.backward()
    sgd.step()
    if epoch % 50 == 0:
        print(loss.item(), net.weight.grad[0, 1].item())
print(net.weight.detach().mv(x[0]) @ torch.ones(1), (x.t() @ y)[0].item())
"""
TORCH = """\
51717.85546875 -33507.1171875
6.383495330810547 -31.3289794921875
5.132240295410156 -28.215087890625
4.135483264923096 -25.321029663085938
tensor(143.3121) 36867.0
"""
"""What PyTorch 2.13 prints, on one thread."""


def test_a_regression_on_three_features_prints_pytorchs_digits():
    assert Session(style="modern").run(FITTED, echo=False) == TORCH
