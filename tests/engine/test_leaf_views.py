"""In-place writes to views of leaves are refused as in PyTorch: where the view requires grad, whatever its leaf is."""

import pytest

from gradcli.faults.mistakes import NotDifferentiable
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


BITS = {"float32": ("float64", "float16", "complex64", "complex128", "int32"),
        "complex128": ("complex64", "float32", "int64")}
WRITES = ("z = y.view(torch.{other}); z.mul_(2)", "z = y.view(torch.{other}); y.mul_(2)",
          "z = y[4:].view(torch.{other}); w = y[2:]; w.mul_(2)", "z = y.view(torch.{other}); v = z[1:]; v.zero_()")


def test_bits_seen_as_another_type_have_the_values_of_torch_and_no_gradient():
    torch = pytest.importorskip("torch")
    for kind, others in BITS.items():
        for other in others:
            for write in WRITES:
                program = (f"x = torch.arange(8.).to(torch.{kind}).requires_grad_(); y = x * 1\n"
                           f"{write.format(other=other)}\nout = y.tolist(), z.tolist()")
                names, session = {"torch": torch}, Session(style="modern")
                exec(program, names)
                session.run(program, echo=False)
                assert repr(session.names()["out"]) == repr(names["out"]), program
                if not session.names()["z"].requires_grad or (kind, other) == ("float32", "complex64"):
                    continue
                with pytest.raises(NotDifferentiable, match=r"view\(dtype\)"):
                    session.run("z.abs().sum().backward()", echo=False)
