"""Calls that torch answers with a warning: a remark begins with its words, and there is none where torch has none."""

import warnings

import pytest

from gradcli.session.session import Session

SETTING = """import torch
from torch import nn
import torch.nn.functional as F
m3 = torch.eye(3)
x, m, b = torch.tensor([0.5, 1., 2.]), torch.tensor([[1., 2.], [3., 4.]]), torch.tensor([1, 0, 1], dtype=torch.uint8)
"""
CALLS = """torch.ones(1).std(); torch.ones(3).var(correction=3); torch.std_mean(torch.ones(1)); torch.ones(2).var()
torch.ones(2, 3).std(0, correction=2); torch.cov(torch.ones(2, 1)); torch.ones(2, 3, 4).T; x.T; m.T; torch.tensor(2.).T
F.softmax(x); F.log_softmax(m); F.softmin(m); nn.Softmax()(m); F.mse_loss(x, x[:1]); nn.L1Loss()(x[:, None], x)
nn.MSELoss(size_average=False)(x, x); F.mse_loss(x, x, reduce=False); F.mse_loss(x, x, size_average=True)
nn.CrossEntropyLoss(size_average=False); F.kl_div(m, m); F.kl_div(m, m, reduction='batchmean'); torch.range(0, 3)
F.grid_sample(m[None, None], torch.zeros(1, 2, 2, 2)); F.affine_grid(torch.eye(2, 3)[None], (1, 1, 2, 2))
F.dropout2d(x[None]); F.dropout3d(x[None]); nn.LSTM(2, 3, dropout=0.5); nn.GRU(2, 3, 2, dropout=0.5); x[b]
torch.where(b, x, x); torch.tensor([1 + 2j]).float(); torch.tensor([1 + 2j]).real; torch.meshgrid(x, x)
torch.meshgrid(x, x, indexing='ij'); torch.cross(m3, m3); torch.linalg.cross(m3, m3)
x.masked_fill(b, 0.); torch.masked_select(x, b); x.masked_scatter(b > 0, x)""".replace("\n", "; ").split("; ")


def test_remarks_are_torchs_warnings():
    torch = pytest.importorskip("torch")
    torch.set_warn_always(True)
    differing = {}
    for call in CALLS:
        text = f"{SETTING}try:\n    _ = {call}\nexcept RuntimeError as error:\n    print(error)\n"
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            exec(text, {"print": lambda error, told=told: told.append(error)})
        expected = [str(getattr(w, "message", w)).partition(" (Triggered")[0].splitlines()[0] for w in told]
        remarks = []
        printed = Session(style="modern", note=remarks.append).run(text)
        actual = [*remarks, *printed.splitlines()]
        if len(actual) != len(expected) or not all(map(str.startswith, expected, actual)):
            differing[call] = actual, expected
    torch.set_warn_always(False)
    assert differing == {}
