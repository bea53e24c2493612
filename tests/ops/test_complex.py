"""Complex tensors: what they share memory with, and which derivatives there are none of."""

import numpy as np
import pytest

from gradcli.engine.tensor.tensor import ComplexTensor, Tensor
from gradcli.engine.tensor.variable import ComplexParameter, Parameter
from gradcli.faults.tree import Fault
from gradcli.ops import TABLE
from gradcli.session.session import Session
from support.rollback import undone

START = """
x = torch.tensor([3.0, 4.0], requires_grad=True)
p = torch.tensor([1.0, 2.0])
z = torch.tensor([1 + 2j, 3 - 4j])
m = torch.tensor([[2.0, 1.0], [0.5, 3.0]], requires_grad=True)
"""
REFUSED = """
(x * 2).sum().backward(torch.tensor(1j))                                | For complex Tensors, both grad_output
(x * 2).backward(z)                                                     | For complex Tensors, both grad_output
torch.autograd.grad((x * 2).sum(), x, torch.tensor(1j))                 | For complex Tensors, both grad_output
x.register_hook(lambda g: g * 1j); x.sum().backward()                   | has changed the type of value
x.grad = z                                                              | attempting to assign a gradient with dtype
(x * 1j).sum().backward()                                               | only for real scalar outputs
torch.func.grad(lambda a: (a * 1j).sum())(p)                            | only for real scalar outputs
torch.func.jacrev(lambda a: a * 1j)(p)                                  | Expected all outputs to be real
torch.func.jacfwd(lambda a: a.abs())(z)                                 | Expected all inputs to be real
torch.autograd.functional.jacobian(lambda a: a * 1j, p)                 | only for real scalar outputs
torch.autograd.gradcheck(lambda a: Wrong.apply(a), z.cdouble().requires_grad_()) | Jacobian mismatch
torch.renorm((x * z).reshape(2, 1), 2, 0, 1)                            | renorm does not support automatic
torch.linalg.eig(m * (m + 2j))[1].imag.sum().backward()                 | depends on phi
torch.nn.utils.vector_to_parameters(z, nn.Linear(1, 1).parameters())    | incompatible tensor type
p.data = z                                                              | incompatible tensor type
z.data = p                                                              | incompatible tensor type
""".strip().splitlines()
WRONG = """
class Wrong(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a): ctx.save_for_backward(a); return a * a
    @staticmethod
    def backward(ctx, g): return 2 * g * ctx.saved_tensors[0]
"""


@pytest.mark.parametrize("line", REFUSED)
@pytest.mark.parametrize("style", ["tutorial", "modern"])
def test_what_has_no_complex_derivative_is_refused(style, line):
    session = Session(style, seed=0)
    session.run(START + WRONG)
    program, words = line.split("|")
    with pytest.raises(Fault) as caught:
        session.run(program.strip())
    assert caught.value.status == 1
    assert words.strip() in str(caught.value) or words.strip() in str(caught.value.args[0])


OFTEN = ["x * 1j", "1j - x", "x + z", "z / x", "torch.fft.fft(x)", "torch.cat([z, x])", "x.cfloat()"]


@pytest.mark.parametrize("line", OFTEN)
def test_a_call_that_is_made_often_keeps_its_history(line):
    session = Session("modern", seed=0)
    session.run(START)
    session.run(f"def f(x, z):\n    return {line}\n"
                f"before = torch.autograd.grad(f(x, z).abs().sum(), x)[0]\n"
                "for i in range(80): f(p, z), f(p.detach(), p)\n"
                "assert torch.equal(torch.autograd.grad(f(x, z).abs().sum(), x)[0], before)\n"
                "with torch.no_grad(): w = f(x, z)\nv = f(x.detach(), z)\n"
                "assert w.is_complex() and v.is_complex() and not w.requires_grad")


MEANINGS = """
z.real[0] = 7; assert z[0].item() == 7 + 2j
z.imag.add_(1); assert z.tolist() == [1 + 3j, 3 - 3j]
z.real = torch.tensor([5.0, 6.0]); assert z.tolist() == [5 + 2j, 6 - 4j]
torch.view_as_real(z)[1, 0] = 9; assert z[1].item() == 9 - 4j
w = torch.view_as_complex(p); w.mul_(2); assert p.tolist() == [2, 4]
w = z.conj(); z[0] = 1j; assert w.tolist() == [-1j, 3 + 4j] and w.is_conj() and not w.resolve_conj().is_conj()
w = z.conj().imag; assert w.is_neg() and w.tolist() == [-2, 4] and not w.resolve_neg().is_neg()
assert z.conj().conj() is z and p.conj() is p and p.real is p
r = z.reshape(1, 2); assert r.mH.is_conj() and not r.mT.is_conj() and torch.equal(r.H, z.conj().reshape(2, 1))
assert z.view(torch.float32).tolist() == [1, 2, 3, -4]
assert torch.tensor([1.2, 3j]).dtype is torch.complex64
import copy; w = copy.deepcopy(z.conj()); assert w.tolist() == z.conj().tolist() and not w.is_conj()
assert z.detach().is_complex() and z.data.tolist() == z.tolist() and z.clone().dtype is z.dtype
with torch.inference_mode(): w = z * 2
with torch.no_grad(): w = x * 1j; assert w.tolist() == [3j, 4j] and not w.requires_grad
assert type(z) is torch.Tensor and isinstance(z, torch.Tensor) and z.type() == 'torch.ComplexFloatTensor'
assert complex(z[0]) == 1 + 2j and z[0].item() == 1 + 2j and bool(z[0]) and (1 + 2j) in z
assert float(torch.tensor(2 + 0j)) == 2.0
y = (x * z.abs()).sum(); y.backward(); assert x.grad.tolist() == z.abs().tolist()
z += 1; z *= 2j; assert z.tolist() == [-4 + 4j, 8 + 8j]
z[0], z[1] = 2, 1j; assert z.tolist() == [2, 1j]
assert (z == z.clone()).all() and not (z != z).any()
d = {z[0].item(): 1}; assert d[1 + 2j] == 1
torch.view_as_real(z).requires_grad_().sum().backward()
""".strip().splitlines()


@pytest.mark.parametrize("line", MEANINGS)
def test_complex_tensors_share_memory_and_convert_as_in_pytorch(line):
    session = Session("modern", seed=0)
    session.run(START)
    session.run(line.replace("; assert", "\nassert", 1) if not line.startswith("with") else line)


@pytest.mark.parametrize("line", ["z.conj()[0] = 1", "z.conj().add_(1)", "z.conj().imag.mul_(2)",
                                  "z.conj()[:1].add_(1)", "z.conj().zero_()", "z.conj().t_()", "z.conj().resize_(1)",
                                  "z.conj().data = z",
                                  "torch.add(z, z, out=z.conj())", "z.conj().real.add_(0); z.conj().imag[0] = 1"])
def test_a_conjugate_cannot_be_written_to(line):
    session = Session("modern", seed=0)
    session.run(START)
    with pytest.raises(Fault):
        session.run(line)
    assert session.eval("z.tolist()") == [1 + 2j, 3 - 4j]


def test_a_statement_with_complex_tensors_is_taken_back():
    session = Session("modern", seed=0)
    session.run(START + "w = z.conj()")
    undone(session, "z.mul_(2)\nw = w.imag\nz.real[0] = 9\ntorch.view_as_real(z).zero_()")
    assert session.eval("z.tolist()") == [1 + 2j, 3 - 4j]
    assert session.eval("w.tolist()") == [1 - 2j, 3 + 4j]


@pytest.mark.parametrize("line", ["torch.zeros(1 << 20, dtype=torch.cdouble)", "torch.full((1 << 20,), 1j)",
                                  "torch.fft.fft(torch.ones(1), 1 << 20)", "torch.fft.fftfreq(1 << 20)",
                                  "torch.complex(torch.ones(1, 1 << 10), torch.ones(1 << 10, 1))",
                                  "torch.polar(torch.ones(1, 1 << 10), torch.ones(1 << 10, 1))"])
def test_what_is_large_is_refused_before_it_is_made(line, monkeypatch):
    from gradcli.engine.tensor.memory import MemoryLimit

    monkeypatch.setattr(MemoryLimit, "most", 1 << 22)
    monkeypatch.setattr("gradcli.engine.autograd.result_size.UNCHECKED", 1 << 10)
    with pytest.raises(Fault) as caught:
        Session("modern").run(line)
    assert "MiB" in str(caught.value)


def test_complex_arrays_are_held_by_their_class_alone():
    numbers = np.array([1j, 2])
    assert type(Tensor(numbers)) is ComplexTensor and type(Tensor(numbers.real)) is Tensor
    assert type(Parameter(numbers, True)) is ComplexParameter and isinstance(Parameter(numbers, True), Parameter)


def test_operations_take_complex_numbers_only_where_they_say_so():
    takers = {name for name, op in TABLE.items() if op.complex}
    assert {"add", "mm", "linalg.eig", "fft.fft", "view"} <= takers
    assert takers.isdisjoint({"lt", "sort", "clamp", "nn.functional.relu", "softmax", "floor", "max_all", "cdist"})


MAKERS = """
    torch.zeros(2,dtype=torch.cfloat) torch.ones(2,dtype=torch.cdouble) torch.full((2,),1j) torch.tensor([1j])
    torch.tensor([1,2],dtype=torch.cfloat) torch.eye(2,dtype=torch.cfloat) torch.randn(2,dtype=torch.cfloat)
    p.to(torch.cfloat) torch.complex(p,p) torch.polar(p,p) torch.view_as_complex(p) p.view(torch.cfloat) p.cfloat()
    p.type(torch.cdouble) torch.as_tensor([1j]) p.new_zeros(2,dtype=torch.cfloat)
    p.new_full((1,),1j,dtype=torch.cfloat) torch.zeros_like(p,dtype=torch.cfloat)
    torch.full_like(p,1j,dtype=torch.cfloat) torch.rand_like(p,dtype=torch.cfloat) p*1j 1j+p p/1j p**1j
    torch.add(z,1) z.clone() z[0] z[:1] z.t() torch.fft.fft(p) torch.fft.rfft(p) torch.where(p>1,p,1j)
    torch.linalg.eig(m.detach())[0] torch.linalg.eigvals(m.detach()) torch.sum(p,0,dtype=torch.cfloat) z.sum()
    z.view(2) torch.cumsum(p,0,dtype=torch.cfloat) torch.linspace(0,1,2,dtype=torch.cfloat) z.detach() z.data
    z.mul_(2) z.type_as(z) torch.empty(2,dtype=torch.cfloat).normal_() torch.prod(p,0,dtype=torch.cdouble) p.to(z)
    torch.empty_like(z) z.unbind()[0] torch.empty_strided((2,),(1,),dtype=torch.cfloat) z.new(2) z.chunk(2)[0]
    z.split(1)[1]
""".split()


@pytest.mark.parametrize("line", MAKERS)
def test_whatever_is_complex_is_of_its_class_however_often_it_was_made(line):
    session = Session("modern", seed=0)
    session.run(START)
    session.run(f"def f():\n    return {line}\nfor i in range(120):\n    v = f()")
    value = session["v"]
    assert value.array.dtype.kind == "c" and isinstance(value, ComplexTensor), type(value)


@pytest.mark.parametrize("line", ["y.conj().imag.mul_(2)", "y.conj().mul_(2)", "w = y.conj(); w[0] = 1",
                                  "y.mH.mul_(2)"])
def test_conjugates_with_a_history_are_not_written_to(line):
    session = Session("modern")
    session.run("z = torch.tensor([[1 + 2j, 3]], requires_grad=True)\ny = z * 1")
    with pytest.raises(Fault):
        session.run(line)
    session.run("w = y.conj().resolve_conj(); w.mul_(2); w.real.sum().backward(); assert z.grad.tolist() == [[2, 2]]")
