"""Writes within functions under transforms, beside torch: to captured tensors they are refused."""

import contextlib
import io

import pytest

from gradcli.session.session import Session

SETTING = """import torch
from torch import nn
from torch.func import grad, vjp, jvp, vmap, jacrev, jacfwd, hessian
import torch.autograd.functional as af
x, v = torch.ones(3), torch.tensor([1., 2., 3.])
a, b, held, m = torch.ones(3), torch.ones(3), {"w": [torch.ones(3)]}, nn.BatchNorm1d(3)
def closed():
    c = torch.ones(3)
    def f(x):
        c.add_(1)
        return (x * c).sum()
    return f
"""
WRITES = ("a.add_(1)", "a.mul_(x.detach())", "a[0] = 2", "a.copy_(b)", "a.zero_()", "a.data.add_(1)", "a[1:].add_(1)",
          "held['w'][0].add_(1)", "m(x.expand(2, 3))", "torch.no_grad()(lambda: a.add_(1))()")
ALLOWED = ("y = torch.zeros(3); y.add_(1); y[0] = 3", "y = x * 1; y.add_(2); y[1] = 0",
           "y = a.clone(); y.add_(x.detach())", "y = [torch.zeros(1)]; y[0].add_(1)")
TRANSFORMS = ("grad(f)(x)", "jacrev(f)(x)", "jacfwd(f)(x)", "hessian(f)(x)", "vjp(f, x)[0]", "jvp(f, (x,), (v,))",
              "af.jacobian(f, x)", "grad(grad(lambda t: f(x * t)))(torch.tensor(2.))")
OTHERS = ("grad(closed())(x)", "jvp(lambda x: x.mul_(2) * x, (x,), (v,)), x", "jvp(lambda x: x.add_(x), (x,), (v,)), x",
          "jacfwd(lambda x: x.mul_(3))(x), x", "grad(lambda x: x.mul_(2).sum())(x)", "jvp(torch.sin, (x,), (v[:2],))",
          "jvp(torch.sin, (x,), (v.long(),))", "grad(lambda x: x.requires_grad_().sum())(x)",
          "grad(lambda x: (x.sum().backward(), x.sum())[1])(x)", "vmap(lambda r: r.add_(1))(torch.ones(2, 3))")


def programs():
    """Programs that write in different ways within a function under a transform."""
    for write in (*WRITES, *ALLOWED):
        for transform in TRANSFORMS:
            yield f"def f(x):\n    {write}\n    return (x * x * a).sum()\nshown = {transform}\n"
    for text in OTHERS:
        yield f"shown = {text}\n"


def test_what_a_function_under_a_transform_writes_to():
    pytest.importorskip("torch")
    differing = []
    for program in programs():
        text = f"{SETTING}try:\n" + "".join(f"    {line}\n" for line in program.splitlines()) + (
            "    print(shown, a)\nexcept Exception as error:\n"
            "    print(type(error).__name__, str(error).replace('copy_', 'add_.Tensor').splitlines()[0])\n")
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(text, {})
        if (mine := Session(style="modern").run(text)) != printed.getvalue():
            differing.append((program, mine, printed.getvalue()))
    assert differing == []


def test_vmap_refuses_what_it_would_do_for_each_slice():
    session = Session(style="modern")
    text = session.run(f"{SETTING}try:\n    vmap(lambda r: a.add_(1) * r)(torch.ones(2, 3))\n"
                       "except RuntimeError as error:\n    print(error)\nprint(a)\n")
    assert text.startswith("vmap: inplace arithmetic") and text.endswith("tensor([1., 1., 1.])\n")
