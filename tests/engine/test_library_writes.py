"""What the library itself writes to is noticed by calls that saved it, as in PyTorch: gradients, statistics, state."""

import pytest

from gradcli.faults.tree import Fault
from gradcli.session.session import Session

BEFORE = """
import numpy as np
import torch.nn as nn
from torch.optim import SGD, Adam
from torch.optim.swa_utils import AveragedModel
x = torch.tensor([3., 1., 2., 5.], requires_grad=True)
w = torch.tensor([1., 2., 3., 4.], requires_grad=True)
(x * 2).sum().backward()
bn, net = nn.BatchNorm1d(4), nn.Linear(4, 1)
average, sgd, adam = AveragedModel(net), SGD([x], lr=0.1, momentum=0.9), Adam([x], lr=0.1)
sgd.step()
adam.step()
average.update_parameters(net)
batch = torch.arange(8.).view(2, 4)
gradient = x.grad
"""
WRITES = [          # what a call saves, and what writes to it
    ("x.grad", "(x * 3).sum().backward()"),
    ("x.grad", "nn.utils.clip_grad_norm_([x], 0.1)"),
    ("x.grad", "nn.utils.clip_grad_value_([x], 0.1)"),
    ("x.grad", "sgd.zero_grad(set_to_none=False); print(gradient is x.grad, gradient)"),
    ("x.grad", "sgd.zero_grad()"),
    ("x.grad", "sgd.step()"),
    ("sgd.state[x]['momentum_buffer']", "sgd.step()"),
    ("adam.state[x]['exp_avg']", "adam.step()"),
    ("bn.running_mean", "bn.reset_running_stats()"),
    ("bn.running_var", "bn.reset_parameters()"),
    ("bn.num_batches_tracked", "bn(batch)"),
    ("average.module.weight.detach()", "average.update_parameters(net)"),
    ("average.n_averaged", "average.update_parameters(net)"),
]


def test_as_torch():
    """The same gradients, and the same refusals."""
    torch = pytest.importorskip("torch")
    differing = []
    for saved, write in WRITES:
        program = f"{BEFORE}z = ({saved} * w).sum()\n{write}\nz.backward()\nprint(w.grad)"
        ours = _outcome(program, lambda text: Session("modern").run(text, echo=False))
        printed = []
        theirs = _outcome(program, lambda text, printed=printed: exec(
            text, {"torch": torch, "print": lambda *values: printed.append(" ".join(map(str, values)))}))
        if theirs is None:
            theirs = "".join(f"{line}\n" for line in printed)
        if ours != theirs:
            differing.append((saved, write, ours, theirs))
    assert not differing


def _outcome(program, run):
    try:
        return run(program)
    except RuntimeError as error:
        return "modified by an inplace operation" in str(error.args[0])


def test_shuffled_arrays():
    """numpy.random.shuffle counts as a write; it refuses tensors with history, which it would leave behind."""
    start = ("import numpy as np\nx = torch.ones(4, requires_grad=True)\ny = x * 1\nz = (y * y).sum()\n")
    for shuffle in "np.random.shuffle", "np.random.default_rng(1).shuffle", "np.random.RandomState(1).shuffle":
        for rest, words in (("(y.detach().numpy())\nz.backward()", "modified by an inplace"), ("(y)", "history")):
            with pytest.raises(Fault, match=words):
                Session("modern").run(start + shuffle + rest)
