"""A checkpoint takes back everything a statement did, whatever it did it to."""

import pytest

from gradcli.faults.tree import Fault
from gradcli.session.session import Session
from gradcli.session.snapshot import Snapshot

SETUP = """
import torch.nn as nn
x = Variable(torch.ones(3), requires_grad=True)
y = x * 2
kept = (y * y).sum()
plain = torch.zeros(3)
view = plain[1:]
large = torch.zeros(200, 200)
wide = torch.zeros(2, 3)
items = [1, [2, plain]]
table = {'a': 1}
members = {1, 2}
class Box:
    count = 0
    def __init__(self):
        self.value = [0]
        self.tensor = torch.zeros(2)
box = Box()
def counter():
    turns = [0]
    total = 0
    def step():
        nonlocal total
        turns.append(1)
        total = total + 1
        return total
    return step
step = counter()
def later(value, seen=[]):
    seen.append(value)
    return len(seen)
used = (x * 3).sum()
used.backward()
net = nn.Linear(2, 2)
def has_new():
    try:
        return box.new
    except AttributeError:
        return None
def has_extra():
    try:
        return Box.extra
    except AttributeError:
        return None
"""
STATE = """(x, x.grad, y, y.creator, plain, view, large.sum(), items, table, members, box.count, box.value, box.tensor,
 'extra' in table, x.requires_grad, plain.requires_grad, plain.sum(), net.weight, net.weight.grad, net.bias,
 net.weight.requires_grad, has_new(), has_extra(), wide.stride())"""
CHANGES = [
    "plain.add_(1)", "plain[0] = 5", "view.fill_(7)", "x.data.zero_()", "x.data = torch.zeros(3)", "large.add_(1)",
    "large[0] = 1", "kept.backward()", "kept.backward(); kept = 3", "x.grad.data.zero_()", "x.grad = None",
    "items.append(1); items[1].append(2); items[0] = 9", "del items[0]", "table['extra'] = 1", "table.clear()",
    "members.add(7)", "box.value.append(1)", "box.value = 3", "box.new = 1", "box.tensor[0] = 8", "Box.count = 4",
    "Box.extra = 4", "del box.value", "plain.requires_grad = True", "y.add_(1)", "y = 1; del x; z = 5",
    "step(); step()", "later(1); later(2)", "y.register_hook(lambda g: g * 0)", "x.register_hook(lambda g: g * 0)",
    "plain.resize_(5)", "net.weight.data.fill_(1)", "net.zero_grad(); net.bias = None", "net.eval()",
    "net.weight.requires_grad = False", "torch.randn(3); torch.set_printoptions(precision=1)",
    "torch.set_default_dtype(torch.float64)", "net(Variable(torch.ones(1, 2))).sum().backward()", "print(used.creator)",
    "plain.mul_(x.data); Variable(plain)[0] = 3", "wide.t_()",
    "for i in range(3): used = used * x.sum(); kept.backward(retain_graph=True)",
]
AFTERWARDS = """
print(STATE); print(step(), later(0)); print(torch.randn(2)); print(torch.ones(1).dtype, net.training)
kept.backward()
print(x.grad, y.creator)
"""


def observed(*changes, undone=True):
    """What a session tells after changes that were taken back."""
    session = Session(seed=1)
    session.run(SETUP)
    checkpoints = []
    for change in changes:
        checkpoint = Snapshot(session)
        with checkpoint.watching():
            session.run(change + "\n")
        checkpoint.discard_unchanged()
        checkpoints.append(checkpoint)
    for checkpoint in reversed(checkpoints) if undone else ():
        checkpoint.restore()
    return session.run(AFTERWARDS.replace("STATE", STATE))


def failing(change):
    """What a session tells after a statement that failed once it had made its change."""
    session = Session(seed=1)
    session.run(SETUP)
    checkpoint = Snapshot(session)
    with checkpoint.watching(), pytest.raises(Fault):
        session.run(change.replace("for i", "if True:\n  for i") + "\nnowhere\n")
    checkpoint.restore()
    return session.run(AFTERWARDS.replace("STATE", STATE))


UNTOUCHED = observed()


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_can_be_seen_and_taken_back(change):
    try:
        changed = observed(change, undone=False)
    except Fault:
        changed = "a fault"
    assert changed != UNTOUCHED
    assert observed(change) == UNTOUCHED
    assert failing(change) == UNTOUCHED


def test_many_changes_are_taken_back_one_by_one():
    chosen = CHANGES[:7] + CHANGES[8:25]
    assert observed(*(change for change in chosen if "del" not in change)) == UNTOUCHED


def test_a_settled_checkpoint_keeps_only_what_has_changed():
    session = Session()
    session.run(SETUP)
    checkpoint = Snapshot(session)
    with checkpoint.watching():
        session.run("z = 1")
    checkpoint.discard_unchanged()
    assert checkpoint.weight == 0
    checkpoint = Snapshot(session)
    with checkpoint.watching():
        session.run("large.add_(1)")
    checkpoint.discard_unchanged()
    assert checkpoint.weight == 160_000


def test_names_of_the_future_are_no_business_of_a_settled_checkpoint():
    session = Session()
    checkpoint = Snapshot(session)
    session.run("a = 1")
    checkpoint.discard_unchanged()
    session.run("b = 2")
    checkpoint.restore()
    assert session.names() == {"b": 2}
