"""The first repair of a diagnosis, pasted where it says that it belongs, mends the program."""

import re
from pathlib import Path

import pytest

from gradcli.faults.attributes import MissingAttribute
from gradcli.faults.mistakes import FAULTS as ALL
from gradcli.faults.tensors import DimensionOutOfRange, ExpandedSize, IndexOutOfRange, ViewSize
from gradcli.faults.tree import FAULTS, render
from gradcli.repairs import apply_repairs
from gradcli.repairs.registry import diagnoses_of, repairs_of
from gradcli.session.session import Session
from support.apply_repairs import MENDABLE, corpora, fault_of, outcomes, pasted

HERE = Path(__file__).parents[1]
EXAMPLES = sorted((HERE.parent / "examples" / "faults").glob("*.grad"))
NO_PROGRAM_ALONE = {"G0601", "G0603", "G0604", "G0606", "G0701", "G0801", "G0802"}     # limits, files and command lines


@pytest.mark.parametrize("style, text", MENDABLE)
def test_the_first_repair_mends_the_program(style, text):
    fault = fault_of(text, style)
    assert fault is not None and fault.hints
    still = fault_of(pasted(text, fault), style)
    assert still is None, render(still)


@pytest.mark.parametrize("style, text", MENDABLE)
def test_no_repair_is_there_already(style, text):
    fault = fault_of(text, style)
    for repair in list(fault.hints):
        fault.hints = [repair]
        assert pasted(text, fault) != text
        line = text.split("\n")[fault.span.line - 1]
        assert not re.match(r"(in|before|after) line", repair[1]) or repair[0] != line.strip()


@pytest.mark.parametrize("style", ["tutorial", "modern"])
@pytest.mark.parametrize("shape", ["3", "2, 3", "1", "2, 1, 2", "0"])
@pytest.mark.parametrize("weight", ["0.1", "2", "1", "[1, 2]", "'a'", "float('inf')", "10**30"])
def test_weights_that_are_no_tensor_are_mended_in_the_shape_of_the_value(style, shape, weight):
    text = f"x = torch.ones({shape})\nx = Variable(x, requires_grad=True)\ny = x * 2\ny.backward({weight})"
    fault = fault_of(text, style)
    assert fault_of(pasted(text, fault) + "\nassert x.grad is not None", style) is None
    assert weight not in ("0.1", "2") or f"{float(weight)})" in fault.hints[0][0]


CALLS = """
nn.Linear() nn.Conv2d(3,8) nn.BatchNorm1d() nn.LSTM(3) nn.MSELoss(1,2,3,4,5) nn.MSELoss()(torch.ones(2)) nn.Embedding(3)
nn.ReLU(inplac=1) nn.Linear(2,3)() nn.Parameter(1,2,3) nn.Dropout(prob=1) optim.SGD() optim.Adam([],betaz=1) F.relu()
optim.lr_scheduler.StepLR() torch.manual_seed() torch.autograd.grad() torch.autograd.backward(retain=1)
Variable(1,2,3,4,5)
torch.Tensor(require_grad=True) torch.set_printoptions(a=1) nn.init.normal_() torch.ones(1).backward(1,2,3,4,5,6,7)
nn.utils.clip_grad_norm_(max_nrm=1) torch.autograd.gradcheck() torch.optim.SGD([torch.ones(1)],lr=1).step(1,2)
""".split()


@pytest.mark.parametrize("text", CALLS)
def test_arguments_are_told_without_the_inside(text):
    first, _, rest = render(fault_of(text)).partition("\n")
    assert first.startswith("error[G0303]") and not re.search(r"\b_[A-Z]|<locals>|Namespace|Kind\b|TensorType", first)
    assert not re.search(r"\b_[A-Z]|__|<locals>|NoneType|Namespace|Kind\b|TensorType|positional|\bself\b", rest)


def test_what_a_program_catches_keeps_pythons_words():
    complaints = []
    session = Session(seed=0, write=complaints.append)
    session.run("def f(x): pass\nfor g in (f, lambda: [1]['a'], lambda: float('a'), lambda: f(1, 2), lambda: f(y=1)):\n"
                "    try: g()\n    except Exception as e: print(e)")
    assert "".join(complaints).splitlines() == [
        "f() missing 1 required positional argument: 'x'", "list indices must be integers or slices, not str",
        "could not convert string to float: 'a'", "f() takes 1 positional argument but 2 were given",
        "f() got an unexpected keyword argument 'y'"]


@pytest.mark.parametrize("style, text", sorted(set(corpora())))
def test_every_repair_changes_the_outcome(style, text):
    for fault, repair, why, after, better in outcomes(text, style):
        assert better, f"{fault.message}: {repair} {why}: {after.message}"


def test_a_remark_on_gradients_that_add_up_names_the_variable_and_the_line():
    notes = []
    text = "w = torch.ones(2, requires_grad=True)\nfor i in range(2):\n    (w * w).sum().backward()"
    assert fault_of(text, notes=notes) is None
    assert "in line 3" in notes[0] and "w.grad = None" in notes[0] and "{" not in notes[0]


@pytest.mark.parametrize("value", ["print", "1", "None", "'yes'"])
def test_requires_grad_is_a_bool(value):
    fault = fault_of(f"x = torch.ones(2)\nx.requires_grad = {value}")
    assert isinstance(fault, RuntimeError) and "requires_grad must be a bool" in fault.message
    fault = fault_of(f"torch.ones(2).requires_grad_({value})")
    assert isinstance(fault, TypeError) and "requires_grad must be a bool" in fault.notes[0]


def test_there_are_many_of_them():
    assert len(MENDABLE) >= 70


def test_every_code_that_a_program_can_earn_has_an_example():
    assert FAULTS is ALL
    printed = "".join(path.with_suffix(".out").read_text() for path in EXAMPLES)
    assert {code for code in ALL if f"error[{code}]" not in printed} <= NO_PROGRAM_ALONE


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_repair_is_worked_out_without_its_guard(path, monkeypatch):
    import gradcli.repairs

    monkeypatch.setattr(gradcli.repairs, "repaired", apply_repairs)
    for style in ("tutorial", "modern"):
        assert fault_of(path.read_text(), style) is not None


@pytest.mark.parametrize("text, kind, fields", [
    ("torch.ones(2, 3).sum(4)", DimensionOutOfRange, {"dim": 4, "last": 1}),
    ("torch.tensor(1.0).sum(-3)", DimensionOutOfRange, {"dim": -3, "last": 0}),
    ("torch.ones(2, 3)[0, 5]", IndexOutOfRange, {"index": 5, "dim": 1, "size": 3}),
    ("torch.ones(6).view(4, 2)", ViewSize, {"shape": (4, 2), "size": 6}),
    ("torch.ones(3).expand(2, 4)", ExpandedSize, {"target": (2, 4), "shape": (3,)}),
    ("[1].foo", MissingAttribute, {"holder": [1], "attribute": "foo"}),
])
def test_a_fault_has_its_facts_as_fields(text, kind, fields):
    fault = fault_of(text)
    assert type(fault) is kind and {name: vars(fault)[name] for name in fields} == fields
    assert fault.code == kind.__bases__[0].code


def test_repairs_are_registered_for_classes_from_the_general_to_the_special():
    names = [entry.repair.__name__ for entry in repairs_of(IndexOutOfRange)]
    assert names.index("use_program_names") < names.index("use_last_item") < names.index("use_last_index")
    assert [entry.__name__ for entry in diagnoses_of(MissingAttribute)] == [
        "diagnose_missing_gradient", "diagnose_missing_return"]


MAKER = "def f(a):\n    b = a * 2\nx = torch.ones(2, requires_grad=True)\ny = f(x)\n"


@pytest.mark.parametrize("use", """torch.add(x, y)|torch.autograd.backward(y)|torch.manual_seed(y)|print(**y)|[*y]
next(y)|y + 1|y.sum()|math.sqrt(y)|torch.cat([x, y])|'%d' % y|optim.SGD([x], lr=y)|{'a': 1}[y]
""".strip().replace("\n", "|").split("|"))
def test_a_none_is_put_down_to_the_function_that_gave_it(use):
    fault = fault_of(MAKER + use)
    assert fault.code == "G0505" and "f ends without return, and so gives None" in fault.notes
    fault = fault_of("x = torch.ones(2, requires_grad=True)\n" + use.replace("y", "x.grad"))
    assert fault.code == "G0413"


@pytest.mark.parametrize("text", ["torch.add(torch.ones(2), None)", "torch.autograd.backward(None)", "print(**None)",
                                  "nn.Sequential(nn.ReLU()).append(5)", "print(1, sep=5)"])
def test_a_call_that_failed_gave_no_none(text):
    fault = fault_of(text)
    assert fault.code != "G0505" and not any("in place" in note for note in fault.notes)


@pytest.mark.parametrize(("text", "repair"), [
    ("sec(2*t)", "1/cos(2*t)"), ("2*cot(t)", "1/tan(t)"), ("cbrt(t + 1)", "(t + 1)**(1/3)"),
    ("acot(t + 1)", "atan(1/(t + 1))"), ("cot(1, 2)", "1/tan(x)"), ("tg(3)", "tan"), ("pytorch.ones(2)", "torch")])
def test_functions_of_textbooks_are_written_with_the_argument_of_the_call(text, repair):
    fault = fault_of(f"t = torch.tensor(1.0)\n{text}", "modern")
    apply_repairs(fault, {})
    assert re.search(rf"{re.escape(repair)}( {{5}}|: )what", render(fault))


@pytest.mark.parametrize(("text", "repair"), [
    ("nn.Linear(2, 3, dtype=torch.int)", "nn.Linear(2, 3, dtype=torch.float32)"),
    ("torch.ones(2, dtype=torch.int, requires_grad=True)", "torch.ones(2, dtype=torch.float32, requires_grad=True)"),
    ("torch.autocast('gpu')", 'torch.autocast("cpu")')])
def test_a_type_or_device_is_mended_where_it_stands(text, repair):
    fault = fault_of(text, "modern")
    apply_repairs(fault, {})
    assert fault.hints[0][0] == repair
