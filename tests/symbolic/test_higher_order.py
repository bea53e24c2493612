"""Second and third derivatives by tensors: the Hessians of textbooks, and PyTorch's numbers."""

import json

import numpy as np
import pytest

from support.program import gradcli

WRITTEN = {
    ("x @ A @ x", "--wrt", "x", "--at", "x=[1, 2], A=[[1, 2], [2, 5]]"):
        "d2/dx_i dx_j = A_ij + A_ji = [[2, 4], [4, 10]]\n",
    ("(x**4).sum()*a", "--at", "x=[1, 2], a=2", "--format", "unicode"):
        "∂²/∂x_i ∂x_j = (12·a·x_j² if j = i else 0) = [[24, 0], [0, 96]]\n"
        "∂²/∂x_i ∂a   = 4·x_i³ = [4, 32]\n"
        "∂²/∂a²       = 0\n",
    ("((X @ w - y)**2).sum()/2", "--wrt", "w", "--at", "X=ones(3, 2), w=[1, 2], y=[1, 0, 1]"):
        "d2/dw_i dw_j = sum_k(X_ki*X_kj) = [[3, 3], [3, 3]]\n",
    ("x**2", "--at", "x=[2]"): "d2/dx2 = 2 = [[2]]\n",
    ("(A*x).sum()", "--wrt", "x", "--at", "A=ones(2, 2), x=[1, 2]"): "0\n",
}


def test_hessians_are_written_as_in_textbooks():
    for (text, *words), written in WRITTEN.items():
        assert gradcli("diff", text, "--order", "2", *words) == (0, written, ""), text


def test_hessians_are_those_of_torch():
    torch = pytest.importorskip("torch")
    point = {"x": [0.5, -1.5, 2.0]}
    for text in ("(x**3).prod()", "x.logsumexp(0)", "x.norm()", "x.var()*x[1]", "(x[0]*x[1]**2 - x.sum()**3)",
                 "torch.softmax(x, 0)[1]", "torch.relu(x).sum()**2"):
        outcome = gradcli("diff", text, "--order", "2", "--at", "x=[0.5, -1.5, 2.0]", "--format", "json")
        [derivative] = json.loads(outcome.out)["derivatives"]
        expected = torch.autograd.functional.hessian(
            lambda x, text=text: eval(text, {"torch": torch, "x": x}), torch.tensor(point["x"], dtype=torch.float64))
        assert derivative["formula"], text
        np.testing.assert_allclose(derivative["value"], expected.numpy(), rtol=1e-9, atol=1e-12, err_msg=text)


def test_third_derivatives_have_three_indices():
    assert gradcli("diff", "(x**4).sum()", "--order", "3", "--at", "x=[1, 2]").out == (
        "d3/dx_i dx_j dx_k = (24*x_k if k == j and k == i else 0) = [[[24, 0], [0, 0]], [[0, 0], [0, 48]]]\n")


def test_what_has_too_many_elements_is_refused():
    told = gradcli("diff", "(x**4).sum()", "--order", "2", "--at", "x=ones(30, 30)")
    assert told.status == 2 and "900" in told.err and "--wrt" in told.err
