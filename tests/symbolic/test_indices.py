"""Index arithmetic: slices, views, joins, diagonals, cumulative sums and picked elements have formulas."""

import pytest

from gradcli.symbolic.closed_form import closed_forms
from gradcli.symbolic.text import Writer
from symbolic.test_derivations import session

V, M = {"x": [1.0, 2.0, 3.0, 4.0]}, {"x": [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]}
FORMS = {
    "x[1:].sum()*x[0]": (V, "x[0] if i >= 1 else sum_j(x[j + 1])"),
    "(x[1:]*x[:-1]).sum()": (V, "(x[i + 1] if i <= 2 else 0) + (x[i - 1] if i >= 1 else 0)"),
    "(x[::2]**2).sum()": (V, "2*x[2*(i // 2)] if i <= 2 and i % 2 == 0 else 0"),
    "(x.flip(0)*x).sum()": (V, "2*x[3 - i]"),
    "(x.view(-1)*torch.arange(6.)).sum()": (M, "c1[3*i + j]"),
    "(x.view(3, 2)**2).sum()": (M, "2*x_ij"),
    "x.view(-1).sum()**2": (M, "2*sum_ij(x_ij)"),
    "(x.view(2, 2).mm(x.view(2, 2))).sum()": (V, "sum_j(x[2*(i % 2) + j] + x[2*j + i // 2])"),
    "(x[torch.tensor([0, 2])]**2).sum()": (V, "sum_j(2*x[c1_j] if c1_j == i else 0)"),
    "(torch.cat([x, x*x])*torch.arange(8.)).sum()": (V, "2*c1[i + 4]*x_i + c1_i"),
    "(torch.stack([x, x*x], 1)**2).sum()": (V, "4*x_i**3 + 2*x_i"),
    "(x.tril()**2).sum()": (M, "2*x_ij if j <= i else 0"),
    "(x.triu(1)**2).sum()": (M, "2*x_ij if j >= i + 1 else 0"),
    "(x.diag()**2).sum()": (V, "2*x_i"),
    "(x.diagonal(1)**2).sum()": (M, "2*x[i, i + 1] if j == i + 1 else 0"),
    "x.mm(x.t()).trace()": (M, "2*x_ij"),
    "(x.cumsum(0)**2).sum()": (V, "sum_j(2*sum_k(x_k if k <= j else 0) if i <= j else 0)"),
    "(x.roll(1, 0)*x).sum()": (V, "x[(i - 1) % 4] + x[(i - 3) % 4]"),
    "F.glu(x, 0).sum()": (V, "sigmoid(x[i + 2]) if i < 2 else x[i - 2]*sigmoid(x_i)*(1 - sigmoid(x_i))"),
    "F.embedding(torch.tensor([0, 1, 0]), x).pow(2).sum()": (M, "sum_k(2*x[c1_k, j] if c1_k == i else 0)"),
    "x.gather(1, torch.tensor([[0], [1]])).pow(2).sum()": (M, "2*x[i, c1_i] if c1_i == j else 0"),
    "x.repeat(2).pow(2).sum()": (V, "4*x_i"),
    "a = x.chunk(2); (a[0]*a[1]).sum()": (V, "x[i + 2] if i < 2 else x[i - 2]"),
    "x.unbind(0)[0] @ x[1]": (M, "x[1, j] if i == 0 else x[0, j]"),
    "x[0, 1:] @ x[1, :-1]": (
        M, "x[0, j + 1] if j <= 1 and i == 1 else x[1, j - 1] if j >= 1 and i == 0 else 0"),
    "x[..., None, 1].sum() + x.narrow(1, 1, 2).prod(1).sum()": (
        M, "x[i, 1]*x[i, 2]/x_ij + (1 if j == 1 else 0) if j >= 1 else 0"),
    "x[1] ** 2 + x[-1]": (V, "2*x[1] if i == 1 else 1 if i == 3 else 0"),
}


LAYERS = ["x.prod()", "F.layer_norm(x, (4,))[0]", "F.huber_loss(x, x.flip(0))", "F.smooth_l1_loss(x, 2*x)",
          "F.elu(x).sum()", "F.selu(-x).sum()", "F.celu(-x).sum()", "F.pad(x, (1, 2))[1:3].sum()", "(x.view(2, 2).rot90()[0]**2).sum()",
          "F.binary_cross_entropy(x.sigmoid(), torch.tensor([1., 0., 1., 0.]))", "torch.dist(x, x.flip(0))",
          "F.binary_cross_entropy_with_logits(x, torch.tensor([1., 0., 1., 0.]))", "F.prelu(-x, torch.ones(1)/4).sum()",
          "F.batch_norm(x.view(4, 1), None, None, training=True)[1, 0]", "(x - x.mean(0, True)).pow(2).sum()"]


@pytest.mark.parametrize("text", LAYERS)
def test_losses_and_layers_have_formulas(text):
    [form] = closed_forms(session(**V), text, ["x"]).derivatives
    assert form.formula is not None, form.reason


@pytest.mark.parametrize("text", FORMS)
def test_what_takes_elements_from_other_places_has_a_formula(text):
    """Closed forms compare themselves with reverse mode; here they also look as one writes them."""
    values, written = FORMS[text]
    [form] = closed_forms(session(**values), text, ["x"]).derivatives
    assert form.formula is not None, form.reason
    assert Writer().tensor(form.formula) == written
