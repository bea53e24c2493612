"""16-bit floating numbers, and numbers left of a tensor, to the last bit of PyTorch 2.13."""

import pytest

from gradcli.session.session import Session

PROGRAM = """
import torch
import torch.nn.functional as F
torch.manual_seed(3)
h, k, x = (torch.rand(64) * 8 + 0.01).half(), (torch.rand(64) * 4 + 0.01).half(), torch.rand(64) * 8 + 0.01
w, z = torch.randn(5, 8).half(), torch.rand(64).half().requires_grad_()
def attempt(f):
    z.grad = None
    r = f()
    if r.requires_grad:
        r.sum().backward()
        r = z.grad
    print(r.dtype, r.tolist())
"""
BODIES = (
    "h * 0.7", "0.7 * h", "h / 0.7", "0.7 / h", "1 / h", "h / 3", "h + 0.7", "0.7 - h", "h ** 2.3", "2.3 ** h",
    "h % 0.7", "h // 0.7", "h ** 3", "h.clamp(0.7, 3.3)", "h < 0.7", "torch.add(h, k, alpha=0.3)",
    "torch.lerp(h, k, 0.3)", "torch.addcmul(h, h, k, value=0.3)", "torch.addcdiv(h, h, k, value=0.3)",
    "h.sigmoid()", "h.softmax(0)", "F.leaky_relu(h - 4)", "F.softplus(h - 4)", "F.elu(h - 4, 0.3)",
    "torch.ldexp(h, x[:64].round())", "h * torch.arange(64)", "h.view(8, 8) @ w.t()", "F.mse_loss(h, k)",
    "h.clone().mul_(0.7)", "z * 0.7", "z / 0.7", "0.7 / z", "z.sigmoid() * k", "z.tanh() * k", "F.silu(z) * k",
    "z.exp() * k", "z.softmax(0) * k", "z.float() * 0.7", "F.softplus(z) * k", "0.7 / x", "3 / x", "1 / x.double()",
    "7 / torch.tensor([1, 2, 3])", "2.5 / torch.tensor(3.0)", "True / x")


def test_numbers_are_those_of_torch_to_the_last_bit(capsys):
    torch = pytest.importorskip("torch")
    program = PROGRAM + "\n".join(f"attempt(lambda: {body})" for body in BODIES)
    exec(program, {"torch": torch})
    theirs = capsys.readouterr().out.splitlines()
    session = Session(style="modern")
    mine = session.run(program).splitlines()[-len(theirs):]
    assert [body for body, own, other in zip(BODIES, mine, theirs, strict=True) if own != other] == []


def test_a_quotient_of_a_number_is_a_product_with_a_reciprocal():
    session = Session(style="modern")
    session.run("x = torch.tensor([3.0], requires_grad=True)\ny = 2 / x")
    assert str(session.eval("y.grad_fn.name()")) == "MulBackward0"
    assert str(session.eval("y.grad_fn.next_functions[0][0].name()")) == "ReciprocalBackward0"
