"""A suggestion is what was meant, or there is none."""

import pytest

from gradcli.faults.suggestions import distance, nearest
from support.apply_repairs import fault_of

MEANT = """lenght=length pritn=print optimzer=optimizer los=loss gard=grad backwards=backward Relu=ReLU
           learningrate=learning_rate cross_entopy=cross_entropy xx=x
           requires_gard=requires_grad modle=model tensro=tensor
           rnadn=randn Ture=True float65=float64""".split()
NOT_MEANT = """vander=loader histogram=trigram isclose=losses ctc_loss=mse_loss x=y x1=x2 cos=cot mean=median sin=min
               train=brain test=best net=bet sgd=svd Linear=inner median=medium_rare conv1d=conv2d""".split()


@pytest.mark.parametrize("pair", MEANT)
def test_slips_are_suggested(pair):
    typed, right = pair.split("=")
    assert nearest(typed, ["zeros", right, "kthvalue"]) == (right,)


@pytest.mark.parametrize("pair", NOT_MEANT)
def test_other_words_are_not(pair):
    one, other = pair.split("=")
    assert nearest(one, [other]) == nearest(other, [one]) == ()


def test_the_distance_counts_slips():
    assert [distance(*pair.split()) for pair in ("abc abc", "abc acb", "abc ab", "abc abcd", "abc axc", "abc xyz")] == [
        0, 1, 1, 1, 1, 3]


@pytest.mark.parametrize("program, repair", [
    ("x = torch.ones(2)\nmse_loss(x, x)", "F.mse_loss"), ("Linear(2, 3)", "nn.Linear"), ("SGD", "optim.SGD"),
    ("import torch.nn as layers\nLinear(2, 3)", "layers.Linear"), ("loader = [1]\nlaoder", "loader"),
    ("import torch.nn.functional as fun\nmse_loss", "fun.mse_loss"),
    ("factorial(3)", "math.factorial"),
    ("trigram = 1\nhistogramm", "histogram"), ("loader = 1\nvendor", None)])
def test_a_name_is_suggested_with_its_module(program, repair):
    assert next((text for text, _ in fault_of(program).hints), None) == repair
