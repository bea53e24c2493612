"""The n-th request for room fails, whichever it is: a named diagnosis, and nothing of the statement is left."""

import pytest

from gradcli.engine.tensor.memory import MemoryLimit
from gradcli.faults.tree import LimitFault, MemoryFault
from gradcli.lang.budget import Budget
from gradcli.session.session import Session
from gradcli.session.snapshot import Snapshot
from support.general_functions import use_general_functions

SETUP = """
x = Variable(torch.ones(3), requires_grad=True)
plain = torch.zeros(3)
large = torch.zeros(200, 200)
items, table, members = [1, [2, plain]], {'a': [1]}, {1, 2}
class Box: pass
box = Box()
box.value = [0]
net = nn.Linear(3, 2)
sgd = optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
def grow(n):
    items.append(n)
    return [*range(n)]
"""
STATE = "print(x, x.grad, plain, large.sum(), items, table, members, box.value, list(net.parameters()), sgd, torch.rand(2))"
SCRIPTS = {
    "tensors": "y = torch.ones(3)\nplain.add_(1)\nz = torch.cat([y, plain]).repeat(2)\nlarge[0] = torch.linspace(0, 1, 200)\n"
               "w = torch.eye(3).mm(torch.ones(3, 3))\nlarge.add_(torch.ones(200))",
    "gradients": "y = x * torch.ones(3) + torch.rand(3)\ny.sum().backward()\nx.data.sub_(x.grad.data * torch.full((3,), 0.1))",
    "containers": "items += [3] * 5\ntable['b'] = list(range(5))\nmembers.update(range(9))\nbox.value = [*items, *range(3)]\n"
                  "items[0:1] = map(abs, range(4))\na, *b = range(5)\nbox.value.extend(zip(items, b))",
    "texts": "box.value = 'ab' * 5\nbox.value += f'{items}{table}'\ntable['t'] = '%s-%s' % (box.value, 'x'.ljust(9))\n"
             "table['u'] = ','.join(map(str, items)).replace('1', 'one')\nprint(table, '{:>5}'.format(3))",
    "calls": "for i in range(3): box.value = grow(i) + [i]\nclass Net(nn.Module):\n    def forward(self, v): return net(v)\n"
             "out = Net()(torch.ones(2, 3)).sum()\nout.backward()\nsgd.step()\nnet.zero_grad()",
    "modules": "deep = nn.Sequential(net, nn.Linear(2, 2))\nloss = (deep(torch.ones(4, 3)) - torch.zeros(4, 2)).pow(2).mean()\n"
               "loss.backward()\nsgd.step()\nwith torch.no_grad():\n    net.weight.add_(torch.ones(2, 3))",
    "numbers": "n = 3 ** 50 << 20\ntable['n'] = n * n\nitems[0] = 7 ** 20\nmembers.add(pow(2, 60))",
}
ASKED = ("check_items", "check_characters", "check_steps", "check_bits")
MOST = 400          # requests looked at in one script: each has far fewer


class Requests:
    """The requests of a program: every one is counted, and one may fail."""

    def __init__(self, monkeypatch):
        self.count, self.failing = 0, 0
        use_general_functions(monkeypatch)
        monkeypatch.setattr("gradcli.engine.autograd.result_size.UNCHECKED", -1)     # every operation that can grow asks
        monkeypatch.setattr(MemoryLimit, "check", lambda name, size, what="a tensor": self.ask(MemoryFault))
        for name in ASKED:
            monkeypatch.setattr(Budget, name, lambda budget, size: self.ask(LimitFault))

    def ask(self, fault):
        self.count += 1
        if self.count == self.failing:
            raise fault("this one fails")

    def fail(self, number):
        self.count, self.failing = 0, number


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_a_request_that_fails_leaves_nothing_behind(script, monkeypatch):
    requests = Requests(monkeypatch)
    session = Session(seed=3)
    session.run(SETUP)
    at_rest = Snapshot(session)
    before = session.run(STATE)
    at_rest.restore()
    for number in range(1, MOST):
        checkpoint = Snapshot(session)
        requests.fail(number)
        try:
            with checkpoint.watching():
                session.run(script, echo=False)
        except LimitFault as fault:
            assert fault.span is not None and fault.status == 5 and "this one fails" in fault.message
        else:
            assert requests.count < number
            break
        finally:
            requests.fail(0)
            checkpoint.restore()
        looking = Snapshot(session)
        assert session.run(STATE) == before, number
        looking.restore()
    assert 3 < number < MOST - 1


def test_memory_that_the_system_refuses_is_told_too(monkeypatch):
    """Where numpy itself is refused memory, at the n-th operation."""
    from gradcli.engine.autograd.op import TABLE

    def refused(*args, **options):
        raise MemoryError

    session = Session(seed=3)
    session.run(SETUP)
    session.run(STATE)
    use_general_functions(monkeypatch)
    monkeypatch.setattr(TABLE["cat"], "forward", refused)
    checkpoint = Snapshot(session)
    with checkpoint.watching(), pytest.raises(MemoryFault, match="more memory than there is") as caught:
        session.run("plain.add_(1)\ntorch.cat([plain, plain])")
    assert caught.value.span[:2] == (2, 1)
    checkpoint.restore()
    assert session.run("plain.sum()") == "0.0\n"
