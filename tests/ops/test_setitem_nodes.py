"""The node that a write by key leaves behind, beside torch: a change of a view, of what is picked, or of the whole."""

import pytest

from gradcli.session.session import Session
from support.python_prints import python_prints

pytest.importorskip("torch")

KEYS = ("w > 0", "0, [0, 1]", ":, [0, 1]", "1:, [0]", "None, [0]", "[0], 1:", "..., [0]", "True", "torch.tensor(True)",
        "0, w[0] > 0", ":, w[0] > 0", "[0, 1], [1, 0]", "torch.tensor(0)", "torch.tensor([0])", "[0], None", "[]",
        "[True, False]", ":1, [0]", "0:2, [0]", "-2:, [0]", ":", "...", "0:2", "-2:", ":, 0:", "0", "()", "None")
SCALAR_KEYS = ("w > 0", "True", "...", "None", "torch.tensor(True)", "()")


def test_nodes_of_writes():
    program = "import torch\n"
    for shape, keys in (("2, 2", KEYS), ("()", SCALAR_KEYS)):
        for key in keys:
            for value in ("3.", "(w * 0).sum()", "torch.tensor(2.)"):
                program += (f"v = torch.ones({shape}, requires_grad=True)\nw = v * 1\nw[{key}] = {value}\n"
                            f"print({key!r}, {value!r}, w, w.grad_fn.name())\nw.sum().backward()\nprint(v.grad)\n")
    program += "v = torch.ones(1, requires_grad=True)\nprint(v[None, -1:1], v[None, 0:1], v[-1:], v[:5])\n"
    program += "print(torch.func.jvp(torch.exp, (v,), (v * 2,)))\n"
    assert Session("modern").run(program, echo=False) == python_prints(program)


def test_out_that_is_an_operand_keeps_its_shape():
    program = "import torch\n" + "".join(
        f"a, b = torch.ones(3), torch.tensor(2.)\ntry:\n    print({call})\n"
        "except RuntimeError as error:\n    print(error)\n"
        for call in ("torch.sub(a, b, out=b)", "torch.maximum(b, a, out=b)", "torch.mul(a, b, out=a)",
                     "torch.exp(b, out=b)"))
    assert Session("modern").run(program, echo=False) == python_prints(program)
