"""Functions of several tensors that PyTorch refuses to compute for operands of different element types."""

import pytest

from gradcli.session.session import Session
from support.python_prints import python_prints

pytest.importorskip("torch")

TYPES = ("float32", "float64", "int64", "bool", "float16")
CALLS = """torch.linalg.vecdot(a, b); torch.tensordot(a, b); torch.cdist(a, b); torch.linalg.lstsq(a, b)[0].shape
F.scaled_dot_product_attention(a, a, b); torch.linalg.householder_product(a, b[0]) + 0; F.kl_div(a, b)
torch.tensor_split(a[0], b[0]); torch.histogram(a.flatten(), b[0].sort()[0]); F.l1_loss(b, b); F.smooth_l1_loss(b, b)
F.gaussian_nll_loss(a, a, b); torch.take(a, b); torch.trapezoid(a, b); torch.cumulative_trapezoid(a, b)
F.binary_cross_entropy_with_logits(a, b); F.binary_cross_entropy_with_logits(a, a, b)""".replace("\n", "; ").split("; ")


def test_operands_of_different_types_are_refused_as_in_torch():
    program = "import torch\nimport torch.nn.functional as F\nx = torch.tensor([[1., 2.], [0., 1.]])\n"
    for first in ("float32", "float64"):
        for second in TYPES:
            program += f"a, b = x.to(torch.{first}), x.to(torch.{second})\n" + "".join(
                f"try:\n    print({call!r}, a.dtype, b.dtype, {call})\nexcept RuntimeError as error:\n"
                f"    print({call!r}, a.dtype, b.dtype, 'refused')\n" for call in CALLS)
    theirs, mine = python_prints(program), Session("modern").run(program, echo=False)
    assert mine.splitlines() == theirs.splitlines()
