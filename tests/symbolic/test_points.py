"""Formulas at unusual points: kinks, ties, saturation, infinities, random numbers, casts, and names that clash."""

import pytest

from support.program import gradcli

OUTPUTS = {
    ("x.norm()", "--at", "x=[0, 0]"): "d/dx_i = x_i/sqrt(sum_j(x_j**2)) = [0, 0]\n",
    ("x**y", "--at", "x=0, y=0"): "d/dx = y*x**(y - 1) = 0\nd/dy = x**y*log(x) = 0\n",
    ("x**2 if x > 0 else -x", "--at", "x=0"): "(2*x if x > 0 else -1) = -1\n",
    ("x.long() * x", "--at", "x=3.5"): "trunc(x) = 3\n",
    ("x.float()**2", "--at", "x=3.3"): "2*x = 6.6\n",
    ("(x.half()**2).sum()", "--at", "x=3.3"): "2*x = 6.6\n",
    ("(c1 * torch.tensor([1., 2.])).sum()", "--at", "c1=[1, 2]"):
        "d/dc1_i = c2_i = [1, 2]\nd/dc1   = c2\nwhere c2 = [1, 2]\n",
    ("(x * n).sum()", "--at", "x=[1, 2]", "--var", "n=torch.tensor([3, 4])"): "d/dx_i = n_i = [3, 4]\nd/dx   = n\n",
    ("x * pi * e",): "e*pi\n",
    ("torch.sigmoid(x)", "--at", "x=1000"): "sigmoid(x)*(1 - sigmoid(x)) = 0\n",
    ("F.softmax(x, 0)[0]", "--at", "x=[1000, 1000]", "--wrt", "x"):
        "d/dx_i = exp(x_i)*((1 if i == 0 else 0) - exp(x[0])/sum_j(exp(x_j)))/sum_j(exp(x_j)) = [0.25, -0.25]\n",
    ("x * float('inf')",): "inf\n",
    ("acos(x)", "--at", "x=2"): "-1/sqrt(1 - x**2) = nan\n",
    ("(x * torch.rand(3)).sum()", "--at", "x=[1, 2, 3]", "--seed", "0"):
        "d/dx_i = c1_i = [0.548814, 0.592845, 0.715189]\nd/dx   = c1\nwhere c1 = [0.548814, 0.592845, 0.715189]\n",
    ("x * 1e300 * 1e300", "--at", "x=1"): f"1{'0' * 600} = inf\n",
    ("exp(x)", "--at", "x=1e308"): "exp(x) = inf\n",
}


@pytest.mark.parametrize("words", OUTPUTS)
def test_formulas_hold_at_unusual_points(words):
    outcome = gradcli("diff", *words)
    assert outcome.status == 0 and outcome.err == "" and outcome.out == OUTPUTS[words]


PROGRAMS = {
    ("y = x[1]*3", "--at", "x=[1, 2, 3]"): "∂y/∂x_i = 3 if i == 1 else 0 = [0, 3, 0], as reverse mode says\n",
    ("f * f * v1", "--at", "f=2, v1=3"): "∂f2/∂f  = ∂f2/∂w1 * 2*f = 2*f*v1\n",
    ("y = x\nfor i in range(3):\n    y = y*x\ny", "--at", "x=2"): "= 4*x**3\n",
    ("y = x\nwhile y < 10:\n    y = y*2\ny", "--at", "x=1"): "∂y/∂x = 16\n",
    ("y = F.dropout(x, 0.5); y.sum()", "--at", "x=[1, 2]"): "f = sum_i(x_i)\n",
    ("x.norm()", "--at", "x=[0, 0]"): "∂f/∂x_i = [0, 0], as reverse mode says\n",
    ("y = x * int(x); y*y", "--at", "x=2.5"): "= 8*x\n",
    ("class Square(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, a):\n"
     "        ctx.save_for_backward(a)\n        return a*a\n    @staticmethod\n    def backward(ctx, g):\n"
     "        a, = ctx.saved_tensors\n        return 2*a*g\ny = Square.apply(x)\ny*3", "--at", "x=3"): "= 6*x\n",
    ("a = x**2; b = sin(a)*y; b", "--wrt", "y"): "b = y*sin(a)\n\n∂b/∂y = sin(a) = sin(x**2)\n",
    ("y = x.clone()\ny[0] = 5\n(y*y).sum()", "--at", "x=[1, 2]"): "∂f/∂x_i = [0, 4], as reverse mode says\n",
    ("l = nn.Linear(2, 3); h = l(x); h.sum()", "--at", "x=[1, 2]"):
        "∂f/∂x_i       = sum_j(weight_ji*(∂f/∂h_j)) = sum_j(weight_ji)\n",
}


@pytest.mark.parametrize("words", PROGRAMS)
def test_derivations_hold_there_too(words):
    outcome = gradcli("steps", *words, "--quiet")
    assert outcome.status == 0 and outcome.err == "" and PROGRAMS[words] in outcome.out, outcome


def test_what_a_program_prints_is_printed_once():
    assert gradcli("diff", "print('once'); x*2").out == "once\n2\n"


def test_an_empty_hand_derivation_is_none():
    outcome = gradcli("check", "x**2", "--says", " ")
    assert outcome.status == 2 and "--says has no derivative" in outcome.err
