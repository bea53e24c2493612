"""Numbers that functions under vmap read of tensors, beside torch: those that differ between slices are refused."""

import contextlib
import io
import warnings

import pytest

from gradcli.session.session import Session

SETTING = """import torch
from torch.func import vmap, grad
x, i = torch.tensor([1., 2., 3.]), torch.tensor([0, 1, 2])
def chosen(t):
    if t > 1.5:
        return t * 2
    return t
"""
REFUSED = ("vmap(lambda t: t.item() * t)(x)", "vmap(lambda t: float(t) * t)(x)", "vmap(lambda t: (int(t), t)[1])(x)",
           "vmap(lambda k: x[:int(k)].sum())(i)", "vmap(chosen)(x)", "vmap(lambda t: t if t else -t)(i)",
           "vmap(lambda t: (t.tolist(), t)[1])(x)", "vmap(lambda t: (t.numpy(), t)[1])(x)", "vmap(grad(chosen))(x)",
           "vmap(grad(lambda t: t * t.item()))(x)", "vmap(lambda t: (f'{t:.2f}', t)[1])(x)",
           "vmap(lambda t: vmap(lambda u: u * t.item())(x))(x)", "vmap(lambda t: [9, 8, 7][t] * t)(i)")
ALLOWED = ("vmap(lambda t: t * torch.ones(2).sum().item())(x)", "vmap(lambda t: t * x[1].item())(x)",
           "[chosen(t) for t in x]", "vmap(lambda t, k: t * int(k), in_dims=(0, None))(x, i[2])",
           "vmap(lambda t: t * t.shape[0])(x[:, None])",
           "vmap(lambda t: t * sum(torch.arange(3).tolist()))(x)", "vmap(lambda t: (str(t), t)[1])(x)")


def test_a_number_of_one_slice_is_refused():
    pytest.importorskip("torch")
    program = SETTING + "".join(f"try:\n    print({text!r}, {text})\nexcept RuntimeError as error:\n    print(error)\n"
                                for text in (*REFUSED, *ALLOWED))
    theirs = io.StringIO()
    with contextlib.redirect_stdout(theirs), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(program, "program", "exec"), {})
    assert Session("modern").run(program, echo=False) == theirs.getvalue()
