"""In-place writes to views of leaves are refused as in PyTorch: where the view requires grad, whatever its leaf is."""

import pytest

from gradcli.faults.tree import LeafWrite
from gradcli.session.session import Session

REFUSED = ["a = torch.ones(1, requires_grad=True); c = a.narrow(0, 0, 1); a.detach_(); c.mul_(2)",
           "a = torch.zeros(3); c = a[:2]; c.requires_grad_(); c.mul_(2)",
           "a = torch.zeros(3); c = a[:2]; c.add_(torch.ones(2, requires_grad=True)); a.detach_(); c.mul_(2)"]


@pytest.mark.parametrize("program", REFUSED)
def test_a_view_that_requires_grad_of_a_leaf_is_not_written_to(program):
    with pytest.raises(LeafWrite, match="a view of a leaf Variable that requires grad"):
        Session(style="modern").run(program, echo=False)


def test_a_view_with_history_of_its_own_is():
    program = ("a = torch.zeros(3); c = a[:2]; w = torch.ones(2, requires_grad=True); c.copy_(w); c.mul_(2)\n"
               "a.mul_(3); a.sum().backward(); print(w.grad)")
    assert Session(style="modern").run(program, echo=False) == "tensor([6., 6.])\n"
