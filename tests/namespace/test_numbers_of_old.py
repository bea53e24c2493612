"""Elements of tensors were plain numbers in the tutorial's time: to Python's functions they still are in its style."""

import pytest

from gradcli.faults.tree import Fault
from gradcli.session.session import Session

PROGRAM = """
import torch
x, t = torch.FloatTensor([1, 2, 0.1]), torch.LongTensor([3, 300])
print(isinstance(t[0], int), isinstance(x[0], float), isinstance(x[0], int), isinstance(t[0], (str, int)))
print(isinstance(x[0], torch.Tensor), isinstance(x, float), isinstance(x.sum(), float))
print(divmod(t[1], 7), pow(t[0], 4, 5), {t[0]: 1}[3], [3, 4].index(t[0]))
"""


def test_isinstance_divmod_and_pow_take_an_element_for_its_number():
    pieces = []
    Session("tutorial", 0, write=pieces.append).run(PROGRAM, echo=False)
    assert "".join(pieces) == "True True False True\nTrue False True\n(42, 6) 1 1 0\n"


def test_today_an_element_is_a_tensor():
    pieces = []
    session = Session("modern", 0, write=pieces.append)
    session.run("import torch\nt = torch.tensor([3])\nprint(isinstance(t[0], int), isinstance(True, int))", echo=False)
    assert "".join(pieces) == "False True\n"
    with pytest.raises(Fault, match="unsupported operand type"):
        session.run("divmod(t[0], 7)", echo=False)
