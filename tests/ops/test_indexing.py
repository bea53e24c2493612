"""Keys in square brackets against torch, in every mode: values, views, gradients, and what is refused."""

import random

import pytest

from gradcli import Session

MODES = {
    "plain": "{}", "no_grad": "with torch.no_grad(): {}", "inference": "with torch.inference_mode(): {}",
    "enabled": "with torch.no_grad():\n    with torch.enable_grad(): {}",
}
TENSORS = {
    "tensor": "torch.arange(12.).reshape(3, 4)", "leaf": "(torch.arange(12.).reshape(3, 4) + 0).requires_grad_()",
    "result": "torch.arange(12.).reshape(3, 4).requires_grad_() * 1", "numbers": "torch.arange(12).reshape(3, 4)",
    "parameter": "nn.Parameter(torch.arange(12.).reshape(3, 4))", "turned": "torch.arange(12.).reshape(4, 3).t()",
    "view": "torch.arange(24.).reshape(2, 3, 4)[1]", "data": "torch.arange(12.).reshape(3, 4).requires_grad_().data",
    "row of a leaf": "(torch.arange(24.).requires_grad_() * 1).view(2, 3, 4)[0]",
    "expanded": "torch.arange(4.).expand(3, 4)", "row": "torch.arange(3.)", "number": "torch.tensor(2.5)",
    "empty": "torch.zeros(0, 4)", "truths": "torch.ones(3, 4) > 0",
    "detached": "torch.ones(3, 4).requires_grad_().detach()",
}
WRITTEN = [name for name in TENSORS if name not in ("expanded", "empty", "number")]
PARTS = ["0", "1", "-1", "2", "3", "5", "-4", ":", "1:", ":2", "::2", "-2:", "5:", "0:0", "1:100", "...", "None",
         "[0, 1]", "torch.tensor(1)", "::-1", "1.5"]
NEW = ["0.5", "7", "True", "-1", "torch.tensor(9.)", "torch.ones(4)", "torch.ones(3)", "torch.ones(2)", "x[0]", "x",
       "-x[0]", "torch.ones(1, 4)", "None", "torch.arange(4)", "torch.ones(4).requires_grad_()"]
READ = """
x = {tensor}
shared = x.detach()
{mode}
said = [tuple(y.shape), str(y.dtype), y.requires_grad, y.is_leaf, y.tolist(), type(y.grad_fn).__name__]
if y.grad_fn is not None:
    (y * y).sum().backward()
    said.append(x.grad.tolist() if x.is_leaf else 0)
"""
WRITE = """
x = {tensor}
shared = x.detach()
{mode}
said = [x.requires_grad, x.tolist(), shared.tolist()]
"""


def outcome(run):
    try:
        return run()
    except Exception:
        return "refused"


def compared(program):
    torch = pytest.importorskip("torch")
    session = Session(style="modern")

    def ours():
        session.run(program, echo=False)
        return session["said"]

    def theirs():
        names = {"torch": torch, "nn": torch.nn}
        exec(compile(program, "program", "exec"), names)
        return names["said"]

    return outcome(ours), outcome(theirs)


def key_of(choose):
    parts = [choose.choice(PARTS) for _ in range(choose.choice((1, 1, 1, 2, 2, 3)))]
    return ", ".join(parts) if parts.count("...") < 2 else "0"


@pytest.mark.parametrize("seed", range(8))
def test_reading_is_torchs(seed):
    choose = random.Random(seed)
    for _ in range(60):
        tensor, mode = choose.choice([*TENSORS.values()]), choose.choice([*MODES.values()])
        program = READ.format(tensor=tensor, mode=mode.format(f"y = x[{key_of(choose)}]"))
        ours, theirs = compared(program)
        assert repr(ours) == repr(theirs), program


@pytest.mark.parametrize("seed", range(8))
def test_writing_is_torchs(seed):
    choose = random.Random(seed)
    for _ in range(60):
        tensor, mode = TENSORS[choose.choice(WRITTEN)], MODES[choose.choice(("plain", "no_grad", "enabled"))]
        sign, new, key = choose.choice(["=", "=", "+="]), choose.choice(NEW), key_of(choose)
        if "x" in new and (sign == "+=" or "[" in key):
            continue        # what overlaps itself, PyTorch refuses to change
        program = WRITE.format(tensor=tensor, mode=mode.format(f"x[{key}] {sign} {new}"))
        ours, theirs = compared(program)
        assert repr(ours) == repr(theirs), program


LISTS = ["[[0]]", "[[0, 1], [1, 2]]", "[torch.tensor(0), torch.tensor(1)]", "[slice(0, 1), 0]", "[None, 0]", "[..., 0]",
         "[0, (1,)]", "[[True, False]]", "[[[0, 1]]]", "[torch.tensor([0, 1]), torch.tensor([1, 2])]", "[range(2)]",
         "[torch.tensor([True, False])]", "[[0]] * 33", "[[0, 1], 1]", "[0, 1]", "[]", "[True, False]", "range(2)"]
LISTED = """
import torch, warnings
warnings.simplefilter("ignore")
y = torch.arange(24).view(2, 3, 4)
print(y[{key}])
z = torch.zeros(2, 3, 4)
z[{key}] = 5.0
print(z)
"""
VALUES = """
import numpy as np, torch
for value in ([1., 2.], (1., 2.), [[1., 2.]], range(2), []):
    x = torch.zeros(2, 2)
    try: x[0] = value
    except TypeError as error: print(error)
x = np.zeros((2, 2))
x[0] = [1, 2]
print(x, x[[[0, 1], [1, 0]]].shape)
"""


@pytest.mark.filterwarnings("ignore")
def test_lists_as_keys_and_values_are_torchs(capsys):
    pytest.importorskip("torch")
    for program in (*(LISTED.replace("{key}", key) for key in LISTS), VALUES):
        exec(program, {})       # the program above
        assert Session(style="modern").run(program, echo=False) == capsys.readouterr().out, program
