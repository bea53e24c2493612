"""Losses of classes, with targets and weights that do not fit, and normalisations of mixed types, beside torch."""

import pytest

from gradcli.session.session import Session
from support.python_prints import python_prints

pytest.importorskip("torch")

SETTING = """import torch
from torch import nn
import torch.nn.functional as F
x, p, w = torch.tensor([[0.1, 0.2, 0.3], [1., 2., 0.]]), torch.tensor([[0.2, 0.3, 0.5], [1., 0., 0.]]), torch.ones(3)
l, c = x.log_softmax(1), torch.tensor([0, 2])
"""
CALLS = """F.nll_loss(l, c, w.double()); F.nll_loss(l, c, w.long()); F.nll_loss(l, torch.tensor([0, 3]))
F.nll_loss(l, torch.tensor([0, -1])); F.nll_loss(l, torch.tensor([0, -100])); F.nll_loss(l, c.int())
F.nll_loss(l, c.float()); F.nll_loss(l, c, w[:2]); F.nll_loss(l, c, ignore_index=2, reduction='none')
F.cross_entropy(x, c, w.double()); F.cross_entropy(x, p, ignore_index=0); F.cross_entropy(x, p, w * 2)
F.cross_entropy(x, torch.tensor([-100, -100])); F.cross_entropy(x, c, label_smoothing=1.5); F.cross_entropy(x, c[:1])
F.binary_cross_entropy(p, p, w.double()); F.ctc_loss(l[:, None].expand(2, 1, 3), c[None, :1], [2], [1])
F.ctc_loss(torch.zeros(3, 1, 4).log_softmax(2), torch.tensor([[1, 0]]), torch.tensor([3]), torch.tensor([2]))
F.batch_norm(x, w.double(), w.double()); F.batch_norm(x.double(), w, w); F.batch_norm(x, w, w, w.double())
nn.BatchNorm1d(3, affine=False).double()(x); nn.BatchNorm1d(3, affine=False)(x.half()); nn.BatchNorm1d(3)(x.double())
F.embedding(c.short(), torch.ones(3, 2)); F.embedding(c.int(), torch.ones(3, 2))
nn.GRU(2, 3, batch_first=True)(x[:, None, :2])[0].grad_fn; nn.RNN(2, 3, batch_first=True)(x[:, None, :2])[0].grad_fn
nn.LSTM(2, 3, batch_first=True)(x[:, None, :2])[0].grad_fn""".replace("\n", "; ").split("; ")


def test_what_does_not_fit_is_answered_as_in_torch():
    program = SETTING + "".join(
        f"try:\n    y = {call}\n    print({call!r}, y if torch.is_tensor(y) else y.name())\n"
        f"except (RuntimeError, ValueError, IndexError):\n    print({call!r}, 'refused')\n" for call in CALLS)
    assert Session("modern").run(program, echo=False).splitlines() == python_prints(program).splitlines()
