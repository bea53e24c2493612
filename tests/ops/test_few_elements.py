"""Kernels that serve few elements by steps of their own give PyTorch's numbers, to the last bit where it says so."""

import numpy as np
import pytest

from gradcli.engine.kernels import full_sum, lone_sum
from gradcli.engine.tensor.variable import Variable
from gradcli.ops.nn.softmax import softmax_back
from support.cases import operations

torch = pytest.importorskip("torch")
rng = np.random.default_rng(23)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sums_of_few_are_those_of_torch(dtype):
    special = [[-0.0], [-0.0, -0.0], [np.nan, 1], [np.inf, -np.inf], [np.inf, 1]]
    drawn = [rng.standard_normal(n) * 10.0 ** rng.integers(-4, 5, n) for n in range(1, 12) for _ in range(50)]
    with np.errstate(all="ignore"):
        for numbers in special + drawn:
            x = np.array(numbers, dtype)
            expected = torch.tensor(x).sum().numpy()
            for total in (full_sum(x), lone_sum(x)):
                assert np.asarray(total).tobytes() == expected.tobytes() or np.isnan(expected), (x, total)


def test_gradients_of_softmax_of_few_are_those_of_torch():
    for n in (1, 2, 3, 5, 7):
        for _ in range(100):
            x, g = (rng.standard_normal(n).astype(np.float32) * 3 for _ in range(2))
            leaf = torch.tensor(x, requires_grad=True)
            out = torch.softmax(leaf, 0)
            out.backward(torch.tensor(g))
            ours = softmax_back(g, out.detach().numpy(), 0)
            assert ours.tobytes() == leaf.grad.numpy().tobytes(), (x, g)


def test_reductions_of_few_agree_with_torch():
    operations()
    for name in ("logsumexp", "norm", "std", "var", "mean", "max", "amax", "sum"):
        for n in (1, 2, 3, 7, 8, 40):
            if n == 1 and name in ("std", "var"):
                continue
            x = rng.standard_normal(n)
            if name == "logsumexp" and n == 7:
                x[3] = np.inf
            leaf = torch.tensor(x, requires_grad=True)
            value = getattr(leaf, name)(0) if name == "logsumexp" else getattr(leaf, name)()
            value.backward()
            ours = Variable(x.copy(), True)
            result = getattr(ours, name)(0) if name == "logsumexp" else getattr(ours, name)()
            result.backward()
            np.testing.assert_allclose(result.array, value.detach().numpy(), rtol=1e-12, err_msg=f"{name} of {n}")
            np.testing.assert_allclose(ours.gradient.array, leaf.grad.numpy(), rtol=1e-12, err_msg=f"{name} of {n}")
