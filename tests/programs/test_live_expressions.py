"""Expressions as programs write them, here and in torch: the same text, or an exception of the same class and words."""

import contextlib
import io
import re
import warnings

import pytest

from gradcli.session.session import Session

torch = pytest.importorskip("torch")

PROGRAM = """
import numpy as np
import torch, torch.nn as nn, torch.nn.functional as F
from collections import deque
from torch.utils.data import Dataset, get_worker_info
import torch.nn.utils.prune as prune
one, two = torch.ones(1), torch.ones(2)
x = torch.ones(2, requires_grad=True)
close = torch.testing.assert_close
class Own(Dataset):
    def __init__(self):
        super(Own).__init__()
class OwnPruning(prune.BasePruningMethod):
    def compute_mask(self, t, default_mask):
        return default_mask
def show(f):
    try:
        print(f())
    except Exception as error:
        print(type(error).__name__, error)
"""
EXPRESSIONS = {
    "tensors in lists": """
        torch.tensor([one, one])
        torch.tensor([[one], [2.5]])
        torch.tensor([[torch.ones(1, 1)], [one]])
        torch.tensor([two, two])
        torch.tensor([[1, 2], two])
        torch.tensor([one.long(), one])
        torch.tensor([one.double(), 2.5])
        torch.tensor([one.half(), 2])
        torch.tensor([torch.tensor(True), 2])
        torch.tensor([torch.tensor(2, dtype=torch.int32), torch.tensor(True)])
        torch.tensor([one.double(), 1j])
        torch.FloatTensor([one, one])
        torch.FloatTensor([two])
        one.new_tensor([two])
        torch.as_tensor([one])""",
    "sequences": """
        torch.LongTensor(range(4))
        torch.FloatTensor(range(0))
        torch.FloatTensor((range(3), [1, 2, 3]))
        torch.tensor(range(2, 8, 2))
        torch.LongTensor({1})
        torch.LongTensor({1: 2}.values())
        torch.LongTensor(map(int, [1]))""",
    "ranges": """
        torch.arange(end=3)
        torch.arange(end=3, dtype=torch.float)
        torch.arange(start=1, end=5, step=2)
        torch.scalar_tensor(3)
        torch.scalar_tensor(3.5, dtype=torch.int64)""",
    "comparisons": """
        close(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[1.0, 2.1], [0.0, 4.0]]))
        close(torch.tensor(1.0), torch.tensor(2.0))
        close(1, 2)
        close(True, False)
        close([two], [torch.zeros(2)])
        close({"a": [two], "b": 1}, {"a": [torch.zeros(2)], "b": 1})
        close({"a": 1}, {"b": 1})
        close([[1]], [[1, 2]])
        close(torch.tensor([1, 2]), torch.tensor([1, 3]))
        close(torch.tensor([1, 2], dtype=torch.uint8), torch.tensor([1, 0], dtype=torch.uint8))
        close(torch.tensor([1.0, float("nan")]), torch.tensor([1.0, 2.0]))
        close(two.double(), torch.zeros(2).double())
        close(two, torch.zeros(2), msg=lambda m: "own: " + m)
        close(two, torch.zeros(2), rtol=0, atol=0)
        torch.allclose(two, two.double())""",
    "reductions": """
        nn.MSELoss(reduction="elementwise_mean")(two, torch.zeros(2))
        F.nll_loss(torch.ones(2, 2), torch.tensor([0, 1]), reduction="elementwise_mean")
        F.kl_div(two, two, reduction="elementwise_mean")""",
    "ufuncs of tensors": """
        np.sqrt(two)
        np.exp(one[0])
        np.sqrt(torch.tensor(4))
        np.add(two, np.ones(2))
        np.add(np.ones(2), two)
        np.maximum(two, 2)
        np.isnan(two)
        np.greater(two, 2)
        np.matmul(torch.ones(2, 2), torch.ones(2, 2))
        np.cbrt(two)
        np.logaddexp(two, 1)
        np.rint(two)
        np.sqrt(two.numpy())
        np.square(two).sum()""",
    "memory": """
        x.view(2)[1:]._base is x
        x._base
        torch.ones(1, 4).expand(3, 4)._base.shape
        x.t()._base is x
        x.clone()._base
        (x * 2).numpy(force=True)
        x.numpy(force=False)
        two.untyped_storage().nbytes()""",
    "objects": """
        Own()
        OwnPruning()
        prune.L1Unstructured(1)
        get_worker_info()
        nn.Sequential(nn.ReLU(), nn.Tanh()).pop(0)
        nn.ModuleList([nn.ReLU()]).pop(5)
        nn.LSTM(2, 2)(torch.ones(1, 1, 2))[0].grad_fn.name()
        nn.LSTM(2, 2, num_layers=2)(torch.ones(1, 1, 2))[0].grad_fn.name()""",
}
ADDRESS = re.compile(r"0x[0-9a-f]+")


@pytest.mark.parametrize("kind", EXPRESSIONS)
def test_as_torch(kind):
    program = PROGRAM + "\n".join(f"print({line!r}); show(lambda: {line})"
                                  for line in map(str.strip, EXPRESSIONS[kind].strip().split("\n")))
    printed, here = io.StringIO(), []
    with warnings.catch_warnings(), contextlib.redirect_stdout(printed):
        warnings.simplefilter("ignore")
        exec(program, {"__name__": "__main__"})
    Session(style="modern", write=here.append).run(program)
    assert ADDRESS.sub("X", "".join(here)) == ADDRESS.sub("X", printed.getvalue())


def test_ids_of_hooks_count_on():
    program = """
import torch, torch.nn as nn
layer, other = nn.Linear(1, 1), nn.Linear(1, 1)
handles = [layer.register_forward_hook(print), layer.register_forward_pre_hook(print),
           other.register_forward_hook(print),
           torch.ones(1, requires_grad=True).register_hook(print), layer.register_forward_hook(print)]
numbers = [handle.id - handles[0].id for handle in handles]
keys = [key - handles[0].id for key in layer._forward_hooks], [key - handles[0].id for key in other._forward_hooks]
"""
    theirs, session = {}, Session(style="modern")
    exec(program, theirs)
    session.run(program)
    assert (session.eval("numbers"), session.eval("keys")) == (theirs["numbers"], theirs["keys"])
