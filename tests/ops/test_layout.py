"""The order of elements in memory beside torch: of results of element-wise operations, copies, parts and gradients."""

import itertools
import re

import pytest

from gradcli.session.session import Session
from support.python_prints import python_prints

OPERANDS = """
import torch
x = torch.arange(24.).reshape(2, 3, 4) / 5 + 0.2
rows, columns = x, x.transpose(1, 2).contiguous().transpose(1, 2)
turned = x.permute(2, 1, 0).contiguous().permute(2, 1, 0)
round = x.permute(1, 2, 0).contiguous().permute(2, 0, 1)
repeated, gaps = x[:1].expand(2, 3, 4), torch.cat([x, x], 2)[..., ::2]
line, number = x[0, 0], torch.tensor(0.5)
wall = torch.arange(12.).reshape(4, 3).t() / 3 + 0.1
"""
LAYOUTS = "rows columns turned round repeated gaps".split()
OTHERS = "line number wall".split()
UNARY = "torch.erf torch.exp torch.digamma torch.tan torch.logit torch.isnan torch.nan_to_num".split()
COPIES = ("a.clone()", "a.double()", "a.to(torch.int64)", "torch.ones_like(a)", "torch.zeros_like(a)", "a.contiguous()",
          "torch.sort(a, 1)[1]", "a.flip(0)", "a + 1", "2 - a", "a > 1", "a.clamp(0.3, 2)")
BINARY = ("torch.atan2 torch.hypot torch.xlogy torch.pow torch.maximum torch.eq torch.sub torch.special.zeta "
          "torch.isclose torch.fmin").split()
PARTS = ("a[[1, 0]]", "a[:, [2, 0]]", "a[..., [1, 3]]", "a[[1, 0], :, [0, 2]]",
         "a[:, torch.tensor([[0, 1], [2, 0]])]", "a[torch.tensor([[True, False, True], [False, True, True]])]",
         "a[None]", "a.unsqueeze(2)", "a[:, None]")


def programs():
    """Expressions with the operands that they are about."""
    for text, a in itertools.product([f"{name}(a)" for name in UNARY] + [*COPIES, *PARTS], LAYOUTS):
        yield re.sub(r"\ba\b", a, text)
    for name, a, b in itertools.product(BINARY, LAYOUTS, LAYOUTS + OTHERS):
        yield f"{name}({a}, {b})"
    for a, b in itertools.product(LAYOUTS, LAYOUTS):
        yield f"torch.where({a} > 1, {a}, {b})"
        yield f"torch.lerp({a}, {b}, {b})"


def test_steps_are_those_of_torch():
    pytest.importorskip("torch")
    texts = [*dict.fromkeys(programs())]
    program = OPERANDS + "\n".join(f"print({text!r}, ({text}).stride())" for text in texts)
    mine, theirs = (run(program).splitlines() for run in (Session(style="modern").run, python_prints))
    assert len(mine) == len(texts)
    assert [pair for pair in zip(mine, theirs, strict=True) if pair[0] != pair[1]] == []


def test_channels_stay_innermost():
    pytest.importorskip("torch")
    program = """
import torch
import torch.nn.functional as F
x = torch.rand(2, 3, 4, 4).contiguous(memory_format=torch.channels_last)
w = torch.rand(2, 3, 2, 2)
for y in (F.conv2d(x, w), F.conv2d(x.contiguous(), w.contiguous(memory_format=torch.channels_last)),
          F.max_pool2d(x, 2), F.avg_pool2d(x, 2), F.adaptive_max_pool2d(x, 2), torch.cat([x, x], 1), x.relu(),
          torch.cat([x, x.contiguous()]), F.pad(x, (1, 0)), F.pad(x, (0, 0)), x.roll(1, 0), x + x.contiguous(),
          x.contiguous() + x, x.clone(), x * 2, F.conv2d(x.contiguous(), w),
          torch.tensor(2.).clone(memory_format=torch.contiguous_format)):
    print(tuple(y.shape), y.stride(), y.is_contiguous(memory_format=torch.channels_last))
"""
    assert Session(style="modern").run(program) == python_prints(program)


def test_steps_of_gradients_are_those_of_torch():
    pytest.importorskip("torch")
    program = OPERANDS + "\n".join(
        f"p, q = {a}.detach().requires_grad_(), {b}.clone().requires_grad_()\n(p.atan2(q) * q[:, [1, 0, 2]]).sum()"
        f".backward()\nprint('{a} {b}', p.grad.stride(), q.grad.stride())" for a in LAYOUTS for b in LAYOUTS)
    mine, theirs = (run(program).splitlines() for run in (Session(style="modern").run, python_prints))
    assert [pair for pair in zip(mine, theirs, strict=True) if pair[0] != pair[1]] == []


def test_steps_of_empty_tensors_are_those_of_torch():
    pytest.importorskip("torch")
    program = "import torch\nfor x in torch.ones(2, 0, 3), torch.ones(0, 4), torch.zeros(3, 0):\n" \
              "    print(x.stride(), x.exp().stride(), (x + 1).stride(), x.sum(0, True).stride(), x.is_contiguous())"
    assert Session(style="modern").run(program) == python_prints(program)


def test_copies_in_any_order_may_be_seen_by_steps():
    pytest.importorskip("torch")
    program = OPERANDS + "for y in round.clone(), round + 1, round.double(), torch.zeros_like(round), gaps.clone():\n" \
                         "    print(y.as_strided((3,), (1,)), y.stride())"
    assert Session(style="modern").run(program) == python_prints(program)
