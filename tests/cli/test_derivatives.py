"""`jac`, `hess`, `jvp`, `vjp` and `check`: what they print, and what they say of what does not fit."""

import json

import numpy as np
import pytest

from cli.program import gradcli


def told(*words):
    outcome = gradcli(*words, "--double", "--format", "json")
    assert outcome.status == 0, outcome.err
    return json.loads(outcome.out)


def test_a_jacobian_prints_as_the_prompt_would_print_it():
    assert gradcli("jac", "x * y", "--at", "x=[1, 2], y=3").out == """\
value
Variable containing:
 3
 6
[torch.FloatTensor of size 2]

x.jac
Variable containing:
 3  0
 0  3
[torch.FloatTensor of size 2x2]

y.jac
Variable containing:
 1
 2
[torch.FloatTensor of size 2]
"""


def test_a_jacobian_has_the_shape_of_the_value_and_of_the_name():
    found = told("jac", "x.mm(x.t())", "--at", "x=[[1, 2, 3], [4, 5, 6]]")
    jacobian, x = np.array(found["jac"]["x"]), np.array([[1.0, 2, 3], [4, 5, 6]])
    eye = np.eye(2)
    assert np.array_equal(jacobian, np.einsum("ik,jl->ijkl", eye, x) + np.einsum("jk,il->ijkl", eye, x))


def test_a_hessian_has_a_block_for_each_pair():
    found = told("hess", "(x**2 * y).sum()", "--at", "x=[1, 2], y=3")
    assert found == {"value": 15.0, "hess": {"x": {"x": [[6.0, 0.0], [0.0, 6.0]], "y": [2.0, 4.0]},
                                             "y": {"x": [2.0, 4.0], "y": 0.0}}}
    assert "\nx.hess.y\n" in gradcli("hess", "x * y", "--at", "x=1, y=2").out
    assert "\nx.hess\n" in gradcli("hess", "x * y", "--at", "x=1, y=2", "--wrt", "x").out


def test_products_are_those_with_the_jacobian():
    at = ("--at", "x=[0.5, 1.5, 2.5]")
    jacobian = np.array(told("jac", "(x.sin() * x.sum())", *at)["jac"]["x"])
    along = told("jvp", "(x.sin() * x.sum())", *at, "--with", "x=[1, -2, 0.5]")["jvp"]
    back = told("vjp", "(x.sin() * x.sum())", *at, "--with", "[1, -2, 0.5]")["vjp"]["x"]
    np.testing.assert_allclose(along, jacobian @ [1, -2, 0.5], rtol=1e-12)
    np.testing.assert_allclose(back, [1, -2, 0.5] @ jacobian, rtol=1e-12)


def test_a_name_without_direction_stands_still():
    assert told("jvp", "x * y", "--at", "x=2, y=3", "--with", "y=10") == {"value": 6.0, "jvp": 20.0}


@pytest.mark.parametrize("words, code, said", [
    (("hess", "x * 2", "--at", "x=[1, 2]"), "G0402", "has 2 values"),
    (("jac", "'a'", "--at", "x=1"), "G0801", "a str, which has no gradient"),
    (("jac", "x = 2", "--at", "x=1"), "G0801", "ends with no expression"),
    (("jac", "x", "--at", "n=ones(2).long()"), "G0801", "nothing to differentiate by"),
    (("vjp", "x", "--at", "x=[1, 2]"), "G0801", "a weight for each element"),
    (("vjp", "x", "--at", "x=[1, 2]", "--with", "[1]"), "G0407", "--with has the shape [1], and the value [2]"),
    (("vjp", "x", "--at", "x=1", "--with", "a b"), "G0101", "--with:1:3"),
    (("vjp", "x", "--at", "x=1", "--with", "'a'"), "G0801", "takes floating numbers"),
    (("jvp", "x", "--at", "x=[1, 2]"), "G0801", "the direction"),
    (("jvp", "x", "--at", "x=[1, 2]", "--with", "x=1"), "G0407", "--with x has the shape [], and x [2]"),
    (("jvp", "x", "--at", "x=1", "--with", "y=1"), "G0801", "no such name"),
    (("check", "x", "--at", "x=1", "--format", "csv"), "G0801", "csv"),
    (("check", "nothing + 1", "--at", "x=1"), "G0801", "no name that stands for a floating tensor"),
    (("check", "x.data", "--at", "x=1"), "G0415", "the gradient by x would be 0"),
])
def test_what_does_not_fit_is_said(words, code, said):
    outcome = gradcli(*words)
    assert outcome.err.startswith(f"error[{code}]") and said in outcome.err and outcome.out == ""
    assert outcome.status in (1, 2, 3)


def test_check_says_how_far_gradients_are_right_and_where_there_is_none():
    assert gradcli("check", "x**2 * sin(x)", "--at", "x=2") == (0, "x: 1 slope, right to 8 digits\n", "")
    outcome = gradcli("check", "relu(x).sum()", "--at", "x=[0, 1, -1]")
    assert outcome == (0, "x: 3 slopes, right to 8 digits; a kink at x[0], which was left out\n", "")
    assert gradcli("check", "x * y", "--at", "x=1, y=2", "--wrt", "y").out == "y: 1 slope, right to 8 digits\n"


def test_check_finds_a_wrong_rule_in_a_file(tmp_path):
    program = tmp_path / "square.grad"
    program.write_text("""\
class Square(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x
    @staticmethod
    def backward(ctx, g):
        x, = ctx.saved_tensors
        return g * x
print("not shown")
Square.apply(x).sum()
""")
    outcome = gradcli("check", str(program), "--at", "x=[1, 3]")
    assert outcome == (4, "x: 2 slopes, wrong at x[1]: the rule says 3, the slope is 6\n", "")
    found = json.loads(gradcli("check", str(program), "--at", "x=[1, 3]", "--format", "json").out)["check"]["x"]
    assert found["right"] is False and found["worst"]["place"] == [1] and found["worst"]["gradient"] == 3.0
