"""Calls with every name that PyTorch has for a parameter, and numbers in every place: torch judges."""

import pytest

from gradcli.session.session import Session

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
