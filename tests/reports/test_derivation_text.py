"""`gradcli steps --tape`: the derivation that is shown is the one that is right."""

import json

import numpy as np
import pytest

from gradcli.analysis.derivation import derive
from gradcli.analysis.written_rule import Formula, FormulaOps
from gradcli.session.session import Session
from support.program import gradcli

AT = "x = torch.tensor([0.5, 1.5, 2.5], requires_grad=True); y = torch.tensor(2.0, requires_grad=True)"
EXPRESSIONS = [
    "x.sum()", "(3 * (x + 2)**2).mean()", "x.softmax(0)[0]", "x[0]**x[1]", "x.norm()",
    "(x.unsqueeze(0) - x.unsqueeze(1)).pow(2).sum()",
    "torch.cat([x * 2, x]).prod()", "sum([v**2 for v in x])", "max(x[0], x[1])",
    "(x.chunk(3)[0] * x.chunk(3)[2]).sum()",
    "F.cross_entropy(x.view(1, 3), torch.LongTensor([1]))", "F.layer_norm(x, (3,)).pow(2).sum() * y", "F.gelu(x).sum()",
    "x.std()", "F.conv1d(x.view(1, 1, 3), torch.ones(1, 1, 2)).sum()", "torch.where(x > 1, x, x * y).sum()",
    "x.sort()[0][1]", "x.cumsum(0)[2] / y", "(lambda t: t.exp())(x).sum()", "x.sum() if x.sum() > 0 else y",
    "a = x * 2\n(a * a).sum()",
    "def f(t): return t * t\nf(x).sum() + y", "y", "-(-y)**2 - (-3) * y - -y", "x.logsumexp(0)", "x.sign().sum() * y",
    "torch.einsum('i,i', x, x)",
    "F.mse_loss(x, torch.zeros(3))", "(x[[0, 2, 2]] * y).sum()", "x.double().sum()", "x.max(0)[0] * x.min()",
    "torch.stack([x, x]).mm(x.view(3, 1)).sum()"]


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_gradients_are_those_of_backward_and_the_sums_of_their_terms(text):
    session = Session()
    session.run(AT)
    session.run(f"{text.rpartition(chr(10))[0]}\nresult = {text.rpartition(chr(10))[2]}\nresult.sum().backward()")
    expected = {name: None if session[name].grad is None else session[name].grad.array for name in "xy"}
    fresh = Session()
    fresh.run(AT)
    steps = derive(fresh, text, ["x", "y"])
    gradients = {owed.name: owed for owed in steps.backward}
    for name, gradient in expected.items():
        np.testing.assert_allclose(gradients[name].value, 0 if gradient is None else gradient, rtol=1e-5, atol=1e-7)
    for owed in steps.backward:
        if not isinstance(owed.value, list):
            np.testing.assert_allclose(sum(term.value for term in owed.terms), owed.value, rtol=1e-6)
            assert owed.terms and all(term.formula for term in owed.terms)
            assert "object at" not in " ".join(term.formula for term in owed.terms)


def test_it_prints_each_operation_then_each_gradient():
    assert gradcli("steps", "--tape", "x**2 * sin(x)", "--at", "x=2") == (0, """\
forward
  v1 = x**2    = 4
  v2 = sin(x)  = 0.909297
  v3 = v1 * v2 = 3.63719

backward
  v3.grad = 1
  v2.grad = v3.grad * v1     = 4
  v1.grad = v3.grad * v2     = 0.909297
  x.grad  = v2.grad * cos(x) = -1.66459
          + v1.grad * x * 2  = 3.63719
                             = 1.9726
""", "")


def test_what_programs_do_not_have_is_explained():
    out = gradcli("steps", "--tape", "tanh(x + v1).sum()", "--at", "x=[0, 1], v1=1").out
    assert "w1 = x + v1" in out and "\nwhere\n  tanh_back(g, result): the gradient of tanh by its input" in out
    assert "x.grad  = w1.grad" in out and "v1.grad = w1.grad, summed over what was broadcast" in out


@pytest.mark.parametrize("text", ["z = 3*(x+2)**2; o = z.mean(); o", "z = 3*(x+2)**2\no = z.mean()",
                                  "z = x + 2\nz = z**2\nz = 3*z\no = z.mean();"])
def test_the_steps_of_statements_are_those_of_their_values(text):
    out = gradcli("steps", "--tape", text, "--at", "x=[1, 1]").out
    assert [line.split(" = ")[-1] for line in out.split("\n\n")[0].splitlines()[1:]] == [
        "[3, 3]", "[9, 9]", "[27, 27]", "27"]
    assert "o.grad" in out and out.endswith("= [9, 9]\n")


def test_precision_is_that_of_the_values():
    assert "o  = v1 / 3 = 0.67" in gradcli("steps", "--tape", "o = x * 2 / 3", "--at", "x=1", "--precision", "2").out


def test_what_does_not_depend_on_a_name_owes_it_nothing():
    assert gradcli("steps", "--tape", "3", "--at", "x=2").out.endswith("backward\n  x.grad = 0\n")


def test_json_has_the_same():
    steps = json.loads(gradcli("steps", "--tape", "x * y", "--at", "x=3, y=2", "--format", "json", "--wrt", "x").out)
    assert steps["forward"] == [{"name": "v1", "text": "x * y", "value": 6.0}]
    assert steps["backward"][-1] == {"name": "x", "grad": 2.0, "terms": [
        {"formula": "v1.grad * y", "summed": False, "value": 2.0}]}


def test_faults_are_told_of_the_text_as_it_was_given():
    outcome = gradcli("steps", "--tape", "x * 2 + nothing", "--at", "x=3")
    assert outcome.status == 1 and "--> <expression>:1:9" in outcome.err and "x * 2 + nothing" in outcome.err
    assert "has 2 values" in gradcli("steps", "--tape", "x * 2", "--at", "x=[1, 2]").err


def test_words_keep_the_order_of_operations():
    a, b, F = Formula("a", np.float64(3)), Formula("b", np.float64(4)), FormulaOps()
    for product, text, value in (((a + b) * a, "(a + b) * a", 21), (a - (b - a), "a - (b - a)", 2),
                                  (-(a + b), "-(a + b)", -7),
                                  (a / (b * a), "a / (b * a)", 0.25), ((-a) ** 2, "(-a)**2", 9),
                                  (2 - a * b, "2 - a * b", -10),
                                  ((a * b) ** 2, "(a * b)**2", 144), (1 * a, "a", 3),
                                  (a - b - a, "a - b - a", -4),
                                  (F.where(a > 1, a, -b), "where(a > 1, a, -b)", 3), (a * -2, "a * -2", -6)):
        assert (product.text, product.value) == (text, value)


def test_a_statement_without_steps_has_the_name_that_it_assigns():
    outcome = gradcli("steps", "--tape", "y = x*2 if x > 0 else x", "--at", "x=1")
    assert outcome.out.startswith("forward\n  y = x*2 if x > 0 else x = 2\n")
