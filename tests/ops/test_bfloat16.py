"""bfloat16, and mixed precision that computes in it: programs as PyTorch prints them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from gradcli.data.array_files import from_npy, from_npz, to_npy, to_npz
from gradcli.faults.tree import Fault
from gradcli.session.session import Session
from support.python_prints import python_prints

CORPORA = Path(__file__).parents[1] / "corpora"
SETTING = """
import math
import torch
import torch.nn as nn
import torch.nn.functional as F
torch.manual_seed(0)
b = torch.bfloat16
x = torch.tensor([[1.5, -2.25, 3.125], [0.1, 0.2, 0.3]]).to(b)
y = torch.tensor([1.1, 2.2, 3.3], dtype=b, requires_grad=True)
try:
"""
ENDING = """
except Exception as error:
    print(type(error).__name__, str(error).splitlines()[0])
"""


@pytest.mark.parametrize("program", [program for name in ("bfloat16", "autocast") for program in (
    CORPORA / f"{name}.txt").read_text().strip().split("\n---\n")])
def test_programs_print_as_under_torch(program):
    pytest.importorskip("torch")
    program = SETTING + "\n".join(f"    {line}" for line in program.splitlines()) + ENDING
    assert Session(style="modern").run(program, echo=False) == python_prints(program, {})


def test_numbers_are_rounded_once():
    """8 binary digits: 257 is 256, and 1 + 1/128 the next number after 1; sums of products are rounded at their end."""
    session = Session(style="modern")
    assert session.run("b = torch.bfloat16\nprint(torch.tensor([257., 1 + 1 / 128, 1 + 1 / 512]).to(b).tolist())"
                       ) == "[256.0, 1.0078125, 1.0]\n"
    assert session.run("a = torch.ones(1000, dtype=b)\nprint((a @ a).item(), a.sum().item(), a.mean().item())"
                       ) == "1000.0 1000.0 1.0\n"


def test_operations_called_often_round_as_at_their_first_call():
    """Kernels that multiply by plain numbers, in whose products numpy has float32."""
    texts = {Session(style="modern").run(f"""
b = torch.bfloat16
y = torch.tensor([1.5, 2.0, 3.25], dtype=b)
for _ in range({count}):
    results = (torch.trapezoid(y, torch.tensor([0.0, 1.0, 3.0], dtype=b)), torch.cumulative_trapezoid(y), y.view(1, 3),
               *torch.gradient(y, spacing=0.3), F.huber_loss(y, y * 2), F.smooth_l1_loss(y, y * 2),
               F.affine_grid(torch.ones(1, 2, 3, dtype=b), (1, 1, 2, 2), False), y.view(torch.int16))
print([r.dtype for r in results], results)""", echo=False) for count in (1, 60)}
    assert len(texts) == 1


def test_files_of_arrays_hold_it_as_float32():
    tensor = Session(style="modern").eval("torch.tensor([1.5, 257.0]).bfloat16()")
    array = from_npy(to_npy(tensor.array))
    assert array.dtype == "float32" and array.tolist() == [1.5, 256.0]
    assert from_npz(to_npz({"a": tensor.array, "b": 3}), "a").tolist() == [1.5, 256.0]


def test_no_message_names_its_library():
    for text in ("import numpy as np\nnp.finfo(torch.bfloat16)", "x.fill_(10**400)",
                 "torch.full((2,), 10**400, dtype=b)",
                 "torch.tensor([10**400], dtype=b)", "x[0] = 10**400", "x + 10**400", "x ** 10**400"):
        with pytest.raises(Fault) as caught:
            Session(style="modern").run(f"b = torch.bfloat16\nx = torch.ones(3, dtype=b)\n{text}")
        assert not re.search("ml_dtypes|<class|expected number", str(caught.value)), text


def test_its_library_is_loaded_when_a_program_asks_for_it():
    code = ("import sys\nfrom gradcli import Session\nsession = Session()\nsession.eval('torch.ones(2).half().sum()')\n"
            "assert 'ml_dtypes' not in sys.modules\nsession.eval('torch.ones(2).bfloat16().sum()')\n"
            "assert 'ml_dtypes' in sys.modules")
    subprocess.run([sys.executable, "-c", code], check=True)
