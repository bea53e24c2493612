"""Formulas of choices by value, windows and masks, and programs of these that a generator writes."""

import random

import pytest

from gradcli.symbolic.closed_form import closed_forms
from gradcli.symbolic.text import Writer
from symbolic.test_derivations import session

V, M = {"x": [3.0, 1.0, 2.5, -1.0]}, {"x": [[3.0, 1.0, 2.0], [0.5, 2.5, -1.0]]}
FORMS = {
    "x.max()": (V, "1 if i == 0 else 0"), "x.min()**2": (V, "2*x[3] if i == 3 else 0"),
    "x.amax()*x.amin()": (V, "x[3] if i == 0 else x[0] if i == 3 else 0"), "x.median()": (V, "1 if i == 1 else 0"),
    "x.max(1)[0].sum()": (M, "1 if c1_i == j else 0"), "x.amin(0).sum()": (M, "1 if i == c1_j else 0"),
    "x.sort()[0][0]": (V, "1 if c1[0] == i else 0"), "x.topk(2)[0].prod()": (
        V, "sum_j(x[c1[0]]*x[c1[1]]/x[c1_j] if c1_j == i else 0)"),
    "x.kthvalue(2)[0]": (V, "1 if i == 1 else 0"), "x[x > 2].sum()": (V, "sum_j(1 if c1_j == i else 0)"),
    "(x * (x.floor() == 3)).sum()": (V, "1 if floor(x_i) == 3 else 0"),
    "F.avg_pool1d(x.view(1, 1, 4), 2).sum()": (V, "1/2"),
    "F.relu(x).max()": (V, "1/sum_j(1 if relu(x_j) == relu(x[0]) else 0) if x_i > 0 and x_i == relu(x[0]) else 0"),
    "torch.quantile(x, 0.5)": (V, "sum_j((1/2 if j == 1 or j == 2 else 0) if c1_j == i else 0)"),
}


@pytest.mark.parametrize("text", FORMS)
def test_choices_have_formulas(text):
    values, written = FORMS[text]
    [form] = closed_forms(session(**values), text, ["x"]).derivatives
    assert form.formula is not None, form.reason
    assert Writer().tensor(form.formula) == written


WINDOWS = ["F.conv1d(x.view(1, 2, 3), w, padding=1).pow(2).sum()",
           "F.conv_transpose1d(x.view(1, 2, 3), w, stride=2)[0, 0, 2]",
           "F.conv2d(x.view(1, 1, 2, 3), w)[0, 1].sum()", "F.max_pool1d(x.view(1, 2, 3), 2, 1).pow(2).sum()",
           "F.avg_pool2d(x.view(1, 1, 2, 3), 2, 1).pow(2).sum()", "F.unfold(x.view(1, 1, 2, 3), 2).pow(2).sum()",
           "F.interpolate(x.view(1, 2, 3), scale_factor=2, mode='linear').pow(2).sum()",
           "torch.cross(x[0], x[1], 0)[1]",
           "F.interpolate(x.view(1, 2, 3), scale_factor=2).pow(2).sum()", "x.renorm(2, 0, 1.).sum()",
           "torch.cdist(x, x + 1).sum()", "torch.std_mean(x)[0]", "x.logcumsumexp(1).sum()",
           "x.take(torch.tensor([1, 5])).prod()",
           "F.max_pool2d(x.view(1, 1, 2, 3), 2, 1).sum()", "torch.block_diag(x, x).pow(2).sum()"]


@pytest.mark.parametrize("text", WINDOWS)
def test_windows_and_their_kin_have_formulas(text):
    """Closed forms compare themselves with reverse mode."""
    weight = [[[1.0, -2.0], [0.5, 3.0]], [[2.0, 1.0], [-1.0, 0.3]]] if "2d" not in text else [
        [[[1.0, -2.0]]], [[[0.5, 3.0]]]]
    [form, *_] = closed_forms(session(**M, w=weight), text, ["x"]).derivatives
    assert form.formula is not None, form.reason


VECTORS = ["x", "y", "{v}.abs()", "{v}.sort()[0]", "F.relu({v})", "{v}.cummax(0)[0]", "{v} * ({v} > {v})",
           "{v}.sign() * {v}",
           "torch.where({v} == {v}, {v}, -{v})", "{v}.clamp(-1, 2)", "{v}.flip(0)", "({v} + {v})", "({v} * {v})",
           "{v}.floor() + {v}", "torch.where({v} > 1, {v}, {v}**2)", "{v}.roll(1, 0)", "{v}.logcumsumexp(0)",
           "({v} == c).double() * {v}", "torch.max({v}, {v})", "F.max_pool1d({v}.view(1, 1, 4), 3, 1, 1).view(-1)",
           "{v} - {v}.amax()", "F.softmax({v}, 0)", "{v}.masked_fill({v} > 2, 0.5)", "{v}.topk(4)[0]", "{v}.cumsum(0)"]
NUMBERS = ["{v}.max()", "{v}.min() * {v}.sum()", "{v}.median()", "{v}.topk(2)[0].sum()", "{v} @ {v}", "{v}.amax()**2",
           "{v}.norm()", "{v}.var()", "{v}.kthvalue(2)[0]", "({v}[{v} > 1]).sum()", "torch.quantile({v}, 0.3)",
           "{v}.mode()[0]", "{v}.norm(1)", "({v} == {v}[0]).double() @ {v}", "torch.aminmax({v})[0] + {v}[1]"]


def written(choices, depth, stream):
    """A random program."""
    template = stream.choice([text for text in choices if depth or "{" not in text] or ["x"])
    while "{v}" in template:
        template = template.replace("{v}", f"({written(VECTORS, depth - 1, stream)})", 1)
    return template


@pytest.mark.slow
def test_generated_programs_have_right_formulas_or_none():
    """No program comes to a formula that reverse mode contradicts."""
    known = 0
    for seed in range(COUNT):
        text = written(NUMBERS, 2, random.Random(seed))
        current = session(x=[3.0, 1.0, 2.5, -1.0], y=[0.5, 2.0, -2.0, 1.5])
        current.run("c = torch.tensor([3., 0, 1, 1])", echo=False)
        known += sum(form.formula is not None for form in closed_forms(current, text, ["x", "y"]).derivatives)
    print(f"\n{known} of {2 * COUNT} derivatives have formulas")
    assert known > COUNT


COUNT = 60
