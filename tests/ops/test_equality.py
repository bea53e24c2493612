"""`==` and `!=` of a tensor and what is neither a tensor nor a number: unequal, as in PyTorch of today."""

import pytest

from gradcli.faults.tree import ArgumentFault
from gradcli.session.session import Session

OTHERS = ["None", "'a'", "[1, 1]", "(1, 1)", "{}", "print", "torch"]


@pytest.mark.parametrize("tensor", ["torch.ones(2)", "torch.ones(2, requires_grad=True)", "torch.arange(2)"])
def test_a_tensor_is_unequal_to_other_objects(tensor):
    session = Session(style="modern")
    for other in OTHERS:
        assert session.eval(f"({tensor} == {other}, {other} == {tensor})") == (False, False)
        assert session.eval(f"({tensor} != {other}, {tensor} in [{other}])") == (True, False)
        with pytest.raises(ArgumentFault):
            session.eval(f"{tensor}.eq({other})")
        with pytest.raises(ArgumentFault):
            Session(style="tutorial").eval(f"{tensor} == {other}")      # as 0.1.12 has it
