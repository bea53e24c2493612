"""Functions of numpy, layers and samplers say first how much they make of little."""

import pytest

from gradcli.faults.tree import Fault
from gradcli.lang.budget import Budget
from gradcli.session.session import Session

SETUP = """
import numpy as np, torch, itertools
from torch.utils.data import *
from torch.distributions import VonMises
a = np.ones(40000)
"""
GREEDY = """
np.fmax(a[:, None], a)
np.isclose(a[:, None], a)
np.einsum('i,j', a, a)
np.einsum('...a,...b->...ab', a, a)
np.einsum('a...,b->ab...', a, a)
np.cov(np.ones(3), np.ones((40000, 3)))
np.corrcoef(np.ones((3, 40000)), np.ones((40000, 3)))
np.linalg.svd(np.ones((2000, 1000, 1)))
np.diff(np.ones(3), 10**12)
np.split(np.ones(0), 10**9)
np.array_split(a, 10**15)
torch.nn.utils.rnn.pad_packed_sequence(torch.nn.utils.rnn.pack_sequence([torch.ones(2)]), total_length=10**10)
torch.optim.lr_scheduler.StepLR(torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], .1), 2).step(10**15)
VonMises(torch.tensor(0.), torch.tensor(1e30)).sample()
VonMises(torch.tensor(0.), torch.tensor(float('nan')), validate_args=False).sample()
""".strip().splitlines()


@pytest.mark.parametrize("statement", GREEDY)
def test_what_would_take_too_much_is_refused(statement):
    session = Session("modern", seed=1)
    session.run(SETUP, echo=False)
    with pytest.raises(Fault, match="would make|goes to an epoch|was accepted in"):
        session.run(f"{statement}\n", echo=False)


@pytest.mark.parametrize("statement", [
    "Subset([1], itertools.repeat(0))", "ConcatDataset(itertools.repeat([1]))",
    "random_split([1, 2], itertools.repeat(1))", "torch.utils.data.default_collate(itertools.repeat(1))"])
def test_what_never_ends_is_not_gathered(statement, monkeypatch):
    monkeypatch.setattr("gradcli.nn.utils.data.Budget", lambda: Budget(items=9))
    session = Session("modern", seed=1)
    session.run(SETUP, echo=False)
    with pytest.raises(Fault, match="no more can stand together"):
        session.run(f"{statement}\n", echo=False)


@pytest.mark.parametrize(("expression", "expected"), [
    ("np.einsum('...ij,...jk->...ik', np.ones((3, 2, 4)), np.ones((4, 5))).shape", "(3, 2, 5)"),
    ("np.einsum('ij->ji', np.ones((3, 2))).shape", "(2, 3)"), ("np.einsum('ii', np.eye(3))", "3.0"),
    ("np.einsum('ij,jk', np.ones((3, 2)), np.ones((2, 4))).shape", "(3, 4)")])
def test_what_takes_little_is_computed(expression, expected):
    session = Session("modern")
    session.run(SETUP, echo=False)
    assert session.run(f"print({expression})\n", echo=False) == f"{expected}\n"


def test_saved_values_of_calls_with_several_results_go_through_hooks():
    text = """
with torch.autograd.graph.saved_tensors_hooks(lambda t: t.clone(), lambda t: t):
    x = torch.arange(4.).requires_grad_()
    y = torch.sort(x)[0] + torch.nn.functional.max_pool1d(x.view(1, 1, 4), 2).sum()
(y * y).sum().backward()
print(x.grad)
"""
    session = Session("modern")
    session.run(SETUP, echo=False)
    assert session.run(text, echo=False) == "tensor([ 8., 54., 12., 58.])\n"
