"""gradcli doc: whatever has a name."""

import pytest

from gradcli.analysis.domain import domain
from gradcli.console.settings import Settings
from gradcli.faults.tree import NameFault
from gradcli.reference.describe import describe_name
from gradcli.reference.keywords import EXAMPLES, WORDS
from gradcli.reference.operations import all_operations
from gradcli.repl.highlight import KEYWORDS
from gradcli.session.session import Session

SETTINGS = {style: Settings({"isolated": True, "style": style}) for style in ("tutorial", "modern")}


@pytest.mark.parametrize(("name", "expected"), [
    ("log", ["input: greater than 0; infinite at 0"]),
    ("log1p", ["input: greater than -1; infinite at -1"]),
    ("sqrt", ["input: at least 0; the slope is infinite at 0"]),
    ("rsqrt", ["input: greater than 0; infinite at 0"]),
    ("asin", ["input: from -1 to 1, both included; the slope is infinite at -1 and 1"]),
    ("atanh", ["input: from -1 to 1, both excluded; infinite at -1 and 1"]),
    ("acosh", ["input: at least 1; the slope is infinite at 1"]),
    ("relu", ["input: all numbers; a kink at 0"]),
    ("nn.functional.relu6", ["input: all numbers; a kink at 0 and 6"]),
    ("nn.functional.silu", ["input: all numbers"]),
    ("abs", ["input: all numbers; a kink at 0"]),
    ("floor", ["input: all numbers; jumps at every whole number; the slope is 0 wherever there is one"]),
    ("round", ["input: all numbers; jumps at every whole number and a half; the slope is 0 wherever there is one"]),
    ("sign", ["input: all numbers; jumps at 0; the slope is 0 wherever there is one"]),
    ("reciprocal", ["input: all numbers; infinite at 0"]),
    ("tan", ["input: all numbers; infinite at many places, such as -4.71239, -1.5708, 1.5708"]),
    ("lgamma", ["input: all numbers; infinite at many places, such as -2, -1, 0"]),
    ("sin", ["input: all numbers"]),
    ("div", ["input: all numbers", "other: all numbers; infinite at 0"]),
    ("fmod", ["input: depends on the other operand", "other: depends on the other operand"]),
    ("softmax", []), ("mm", []), ("sort", []), ("cumsum", []),
])
def test_domains_are_found_by_looking(name, expected):
    assert domain(all_operations()[name]) == expected


@pytest.mark.parametrize("name", sorted({op.names[0] for op in all_operations().values()})[::8])
def test_operations_can_be_described(name):
    assert all_operations()[name].signature.text(name) in describe_name(name, SETTINGS["tutorial"])


@pytest.mark.parametrize("style", SETTINGS)
@pytest.mark.parametrize("name", WORDS)
def test_words_of_the_language_have_an_example_that_runs(name, style):
    text = describe_name(name, SETTINGS[style])
    assert WORDS[name][0] in text and "Example" in text


@pytest.mark.parametrize("name", EXAMPLES)
def test_other_names_have_an_example_that_runs(name):
    assert "Example" in describe_name(name, SETTINGS["tutorial"])


def test_every_keyword_is_described():
    assert KEYWORDS <= WORDS.keys()


@pytest.mark.parametrize(("name", "description"), [
    ("mm", "mat1 and mat2 shapes cannot be multiplied"),
    ("x.mm", "the product of two matrices"),
    ("Tensor.mm", "the product of two matrices"),
    ("x.backward", "x.backward(gradient=None"),
    ("x.grad", "The gradient that"),
    ("x.grad.sum", "sum(input"),
    ("nn.Linear", "nn.Linear(in_features, out_features, bias=True"),
    ("torch.optim.SGD", "torch.optim.SGD(params, lr="),
    ("Variable", "Variable(data=None, requires_grad=False, volatile=False)"),
    ("math", "sqrt"),
    ("model", "twice(a, b=2)\n\nTwo times"),
    ("Net", "Net(size)\n\nA net"),
    ("net.size", "net.size"),
    ("cross_entropy", "by its parts: log_softmax"),
    ("sin", "return g * F.cos(input)"),
    ("range", "list(range(2, 8, 3))"),
])
def test_names_with_dots_and_names_of_programs(name, description):
    session = Session()
    session.run("x = Variable(torch.ones(2, 2), requires_grad=True)\n"
                "def twice(a, b=2):\n    'Two times.'\n    return a * b\n\n"
                "class Net:\n    'A net.'\n    def __init__(self, size):\n        self.size = size\n\nnet = Net(3)\n")
    assert description in describe_name({"model": "twice"}.get(name, name), SETTINGS["tutorial"], session)


@pytest.mark.parametrize(("name", "nearest"), [("sigmod", "sigmoid"), ("whlie", "while"), ("backwrd", "backward"),
                                               ("softplis", "softplus")])
def test_unknown_names_say_the_nearest(name, nearest):
    with pytest.raises(NameFault, match=nearest) as caught:
        describe_name(name, SETTINGS["tutorial"])
    assert caught.value.hints[0][0] == f"gradcli doc {nearest}"
