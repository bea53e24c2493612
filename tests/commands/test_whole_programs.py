"""Programs given to commands that take an expression at a point: the repair that is offered works."""

import shlex

import pytest

from gradcli.analysis.free_names import free_names
from gradcli.analysis.program_words import command_for
from gradcli.data.bindings import points
from gradcli.faults.tree import Fault
from support.consoles import ROOT
from support.program import gradcli

PROGRAMS = [
    "x = Variable(torch.ones(2, 2), requires_grad=True)\n# so\nz = 3 * (x + 2)**2\no = z.mean()\no.backward()",
    "x = torch.tensor([1., 2.], requires_grad=True); y = x * 2; y.backward(torch.ones(2), retain_graph=True)",
    "torch.manual_seed(1)\nx = torch.randn(3)\nx = Variable(x, requires_grad=True)\ny = x * 2\ny.sum().backward()",
    "w = torch.randn(2).requires_grad_()\nfor i in range(2):\n    print(i)\nl = (w**2).sum()\nprint(l)\nl",
    "a = torch.tensor(2.0, requires_grad=True)\ndef f(t):\n    return t**3\n\nb = f(a)\nb.backward()\nprint(a.grad)",
    "x = Variable(torch.ones(2), requires_grad=True)\ny = x * 2\nwhile y.data.norm() < 100:\n    y = y * 2\n"
    "g = torch.ones(2)\ny.backward(g)",
]


@pytest.mark.parametrize("program", [*PROGRAMS, (ROOT / "examples/autograd_tutorial.grad").read_text()])
@pytest.mark.parametrize("command", ["steps", "grad"])
def test_the_repair_for_a_whole_program_works(program, command):
    words = shlex.split(command_for(program, command))
    assert words[:2] == ["gradcli", command]
    outcome = gradcli(*words[1:])
    assert outcome.status == 0 and outcome.err == "", outcome.err


@pytest.mark.parametrize("program", ["print(3)", "x = 3", "m = nn.Linear(2, 1)\nm(torch.ones(2)).backward()"])
def test_a_program_without_leaves_gets_none(program):
    assert command_for(program, "steps") is None


def test_a_file_may_stand_for_the_expression(tmp_path):
    (tmp_path / "f.grad").write_text("y = x**2\ny + x\n")
    outcome = gradcli("grad", "f.grad", "--at", "x=2", "--format", "json", cwd=tmp_path)
    assert outcome.out == '{"value": 6.0, "grad": {"x": 5.0}}\n'
    assert gradcli("steps", "nowhere.grad", cwd=tmp_path).status == 6


@pytest.mark.parametrize("text, names", [
    ("x = Variable(torch.ones(2), requires_grad=True); x * y", {"torch", "y"}),
    ("[c * k for c in d]", {"k", "d"}), ("f = lambda q, r=s: q * r * t\nf(x)", {"s", "t", "x"}),
    ("for i in z: w = i\nw", {"z"}), ("x.grad.sum(dim=a)", {"x", "a"}), ("a, (b, c) = u\na", {"u"}),
    ("def g(p, *o): return p * h\ng(1)", {"h"}), ("x[i] = v\nx", {"x", "i", "v"}),
])
def test_the_names_that_a_text_lacks(text, names):
    assert free_names(text) == names


@pytest.mark.parametrize("text, repair", [
    ("x=2 y=3", "--at 'x=2, y=3'"), ("x 2", "--at 'x=2'"), ("x:2", "--at 'x=2'"), ("x=2; y=3", "--at 'x=2, y=3'"),
    ("x: 2, y: 3", "--at 'x=2, y=3'"),
])
def test_a_point_that_is_written_otherwise_is_mended(text, repair):
    with pytest.raises(Fault) as caught:
        points(text)
    assert caught.value.hints[0][0] == repair


@pytest.mark.parametrize("text", ["x=(2", "x=[2", "for=3", "x=2)", "x='a"])
def test_what_is_wrong_with_a_point_has_a_place_of_the_point(text):
    with pytest.raises(Fault) as caught:
        points(text)
    assert caught.value.span is None or caught.value.span.line == 1


@pytest.mark.parametrize("words, out", [
    (("-e", "--style", "modern", "torch.ones(1)"), "tensor([1.])\n"), (("-e", "--x", "--var", "x=3"), "3\n"),
])
def test_options_right_behind_e(words, out):
    assert gradcli(*words).out == out


@pytest.mark.parametrize("words", [("--style", "-e", "1"), ("grad", "x", "--at", "--style", "modern"),
                                   ("-e", "--style", "modern")])
def test_an_option_is_no_value_of_another(words):
    outcome = gradcli(*words)
    assert outcome.status == 2 and "needs a" in outcome.err
