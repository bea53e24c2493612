"""Operations under their bare names serve plain numbers too, as those of math do."""

import math

import pytest

from gradcli.faults.tree import ArgumentFault
from gradcli.session.session import Session

ALIKE = ("sin cos tan asin acos atan sinh cosh tanh exp expm1 log log2 log10 log1p sqrt erf erfc lgamma floor ceil "
         "trunc").split()


@pytest.mark.parametrize("name", ALIKE)
def test_a_function_of_each_element_gives_what_math_gives(name):
    value = Session().eval(f"{name}(0.7)")
    assert type(value) is float and math.isclose(value, getattr(math, name)(0.7), rel_tol=1e-14)


@pytest.mark.parametrize("text, value", [
    ("atan2(1, 2)", math.atan2(1, 2)), ("hypot(3, 4)", 5.0), ("gcd(4, 6)", 2), ("isnan(nan)", True),
    ("relu(-1)", 0.0), ("sigmoid(0)", 0.5), ("clamp(5, 0, 3)", 3.0), ("sqrt(2 * pi)", math.sqrt(2 * math.pi)),
    ("list(map(exp, [0]))", [1.0])])
def test_others_do_likewise(text, value):
    assert Session().eval(text) == value


def test_tensors_are_served_as_ever():
    session = Session(style="modern")
    session.run("x = torch.tensor([4.0], requires_grad=True); y = sqrt(x); y.backward()")
    assert session.run("print(y, x.grad, sqrt(input=x.data))") == (
        "tensor([2.], grad_fn=<SqrtBackward0>) tensor([0.2500]) tensor([2.])\n")


@pytest.mark.parametrize("text", ["torch.sin(1)", "softmax(2)", "sin('a')", "sin()", "sin(1, 2)", "mean(2)"])
def test_what_torch_refuses_under_its_own_name_stays_refused(text):
    with pytest.raises(ArgumentFault):
        Session().run(text)
