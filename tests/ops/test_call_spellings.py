"""Calls with every name that PyTorch has for a parameter, and numbers in every place: torch judges."""

import pytest

from gradcli.session.session import Session
from support.python_prints import python_prints

torch = pytest.importorskip("torch")

X = "torch.arange(4.).reshape(2, 2)"
CALLS = """x.swapaxes(axis0=0, axis1=1)|torch.swapaxes(x, axis0=0, axis1=1)|x.clone().swapaxes_(axis0=0, axis1=1)
torch.hsplit(x, sections=2)|x.hsplit(indices=(1,))|x.vsplit(indices=(1,))|torch.vsplit(x, sections=2)
x.tensor_split(sections=2)|torch.tensor_split(x, indices=(1,))|torch.dsplit(x[None], sections=2)
torch.tensor_split(x, tensor_indices_or_sections=torch.tensor(2))|torch.zeros(2).copy_(other=x[0])|x.view(size=(4,))
torch.linalg.norm(input=x)|torch.linalg.eigh(input=x)[0]|torch.linalg.lstsq(input=x, b=x).rank|torch.inverse(input=x)
torch.slogdet(input=x)|torch.linalg.cholesky_ex(input=x @ x.T)[1]|torch.isin(elements=x, test_element=1)
torch.isin(element=0, test_elements=x)|torch.result_type(x, other=2)|torch.result_type(tensor=x, other=x.double())
x.sub(1, 2)|torch.sub(x, 1, 2)|torch.add(x, 1, 0.5)|x.clone().sub_(1, 2)|torch.rsub(x, 1, 2)|x.add(2, x)
torch.atleast_1d([x])|torch.atleast_2d((x[0, 0],))|torch.atleast_3d([x, x])|torch.atleast_1d(x, x)|torch.atleast_3d()
x.clone().as_strided_((2,), (2,))|x.clone().as_strided_((2, 2), (1, 2)).t()"""


@pytest.mark.filterwarnings("ignore:This overload")
def test_every_spelling_of_a_call_is_taken():
    space = {"torch": torch, "x": eval(X, {"torch": torch})}
    session = Session(style="modern")
    session.run(f"x = {X}")
    differing = [call for call in CALLS.replace("\n", "|").split("|")
                 if str(eval(call, space)) != str(session.eval(f"str({call})"))]
    assert not differing


FORMS = """torch.NAME_(y)|F.NAME(y, inplace=True)|F.NAME(input=y, inplace=True)|torch.NAME_(input=y)"""
ACTIVATIONS = {"celu": "", "selu": "", "threshold": "threshold=0.1, value=0.2", "relu": "", "rrelu": "",
               "dropout": "p=1.0, train=True", "alpha_dropout": "p=1.0, train=True"}


def test_every_form_in_place_writes_to_its_input():
    differing = []
    for name, options in ACTIVATIONS.items():
        for form in FORMS.split("|"):
            call = form.replace("NAME", name).replace(")", f", {options})") if options else form.replace("NAME", name)
            call = call.replace("train=", "training=") if call.startswith("F.") else call
            text = f"y = torch.tensor([0.3, -0.6, 0.05]); z = {call}; said = f'{{y}} {{z is y}}'"
            space = {"torch": torch, "F": torch.nn.functional}
            exec(text, space)
            session = Session(style="modern")
            session.run("import torch.nn.functional as F\n" + text)
            if session.eval("said") != space["said"]:
                differing.append((call, session.eval("said"), space["said"]))
    assert not differing


def test_only_functions_of_nn_guess_the_dimension_of_softmax():
    calls = [f"{name}({args})" for name in ("torch.softmax", "torch.log_softmax", "torch.special.softmax", "F.softmax",
                                            "F.log_softmax", "F.softmin")
             for args in ("x", "x, 0", "x, dim=1, dtype=torch.float64")] + ["x.softmax()", "x.log_softmax(1)"]
    program = "import torch\nimport torch.nn.functional as F\nx = torch.tensor([[0., 1.], [2., 3.]])\n" + "".join(
        f"try:\n    print({call!r}, {call})\nexcept TypeError as error:\n    print(error)\n" for call in calls)
    assert Session("modern").run(program, echo=False) == python_prints(program)
