"""Reading attributes without listing them: the answers are those of the lists, and what is read can be held."""

import pytest

from gradcli import Session
from gradcli.exposure import admissible
from gradcli.faults.tree import Fault
from gradcli.lang.runtime.attributes import Attributes
from gradcli.lang.runtime.format import Formatter
from gradcli.namespace.allow_list import AllowList
from gradcli.namespace.modules import ModuleProxy, has_public_name, public_names

VALUES = """
import numpy as np
from collections import Counter
class Own: pass
class Net(nn.Module):
    kind = "net"
    def __init__(self):
        super().__init__()
        self.fc, self.note = nn.Linear(2, 1), "x"
values = [torch.ones(2), torch.ones(2, requires_grad=True), torch.ones(2).numpy(), torch, nn, F, math, np, optim, Own,
          Net, Net(), nn.Linear(1, 1), nn.Linear, torch.Size([1]), torch.float32, torch.device("cpu"), Counter("a"),
          torch.Generator(), torch.finfo(torch.float32), torch.distributions.Normal(0.0, 1.0), torch.ones(1).storage(),
          optim.SGD([nn.Parameter(torch.ones(1))], lr=1.0), torch.ones(2, requires_grad=True).sum().grad_fn]
"""


def modules_of(session):
    pending, visited = [*session.policy.modules.values(), *session.policy.names.values()], {}
    while pending:
        module = pending.pop()
        if isinstance(module, ModuleProxy) and id(module) not in visited:
            visited[id(module)] = module
            pending += [vars(module)[name] for name in public_names(module) if name in vars(module)]
    return list(visited.values())


def test_one_name_is_readable_where_the_list_has_it():
    session, allowed = Session(), AllowList()
    session.run(VALUES, echo=False)
    values = session.names()["values"]
    names = {name for value in values for name in allowed.readable_names(value)} | {
        ".name", ".fetch", ".operations", "__dict__", "_parameter_dict", "nothing", "mro", "fc", "note", "array"}
    for value in values:
        known = set(allowed.readable_names(value))
        assert {name for name in names if allowed.readable(value, name)} == known & names, value


def test_everything_in_every_module_can_be_held():
    session = Session()
    modules = modules_of(session)
    assert len(modules) > 40
    read = Attributes(session.policy, Formatter(session.policy, session.budget)).read
    with session.in_force():
        for module in modules:
            for name in public_names(module):
                try:
                    value = read(module, name)
                except Fault:       # what is there in words alone, such as a device that is missing
                    continue
                assert admissible(value) and read(module, name) is value, (module, name)


def test_no_name_that_begins_with_a_dot_is_public():
    for module in modules_of(Session()):
        assert not any(has_public_name(module, name) for name in vars(module) if name.startswith("."))
        assert {name for name in public_names(module) if has_public_name(module, name)} == set(public_names(module))


@pytest.mark.parametrize(("change", "reads"), [
    ("Net.kind = 'changed'", ["changed", "changed", "1"]),
    ("del Net.kind", ["gone", "gone", "1"]),
    ("Base.kind = 'base'; del Net.kind", ["base", "base", "1"]),
    ("Net.note = property(lambda self: 2)", ["net", "net", "2"]),
    ("Net.note = property(lambda self: 2, lambda self, new: print('set', new)); net.note = 5", ["set 5", "net", "net",
                                                                                               "2"]),
])
@pytest.mark.parametrize("above", ["nn.Module", "object"])
def test_what_is_remembered_of_a_class_is_forgotten_when_it_changes(change, reads, above):
    program = f"""
class Base({above}): pass
class Net(Base):
    kind = "net"
    def __init__(self):
        super().__init__()
        self.note = 1
net = Net()
def read(value, name):
    return getattr(value, name, "gone")
for _ in range(3):
    net.note = 1
    first = net.kind, Net.kind, net.note
{change}
print(read(net, "kind"))
print(read(Net, "kind"))
print(net.note)
"""
    assert Session().run(program, echo=False).split("\n")[:-1] == reads


def test_closed_names_stay_closed_on_modules_of_the_program():
    session = Session()
    session.run("class Net(nn.Module): pass\nnet = Net()\nnet.free = 1\nnet.free = 2\n", echo=False)
    for program in ("net._parameter_dict", "net._parameter_dict = 1", "net._hooks = 1", "torch.__dict__",
                    "getattr(torch, '.fetch')", "getattr(torch, '__getattr__')", "torch.array", "F.private"):
        with pytest.raises(Fault):
            session.run(program + "\n", echo=False)


AUGMENTED = """
calls = []
class A:
    def __init__(self): self.v, self.l = 3, [1]
    @property
    def p(self):
        calls.append("get")
        return self.v
    @p.setter
    def p(self, new):
        calls.append("set")
        self.v = new
def owner():
    calls.append("owner")
    return a
def value():
    calls.append("value")
    return 2
a = A()
owner().v {0} value()
owner().p {0} value()
def f():
    y = A()
    y.v {0} value()
    return y.v
table = {{(1, 2): 5, (1, 3): 6}}
table[1, 2] {0} value()
table[value() - 1, 3] {0} value()
print(calls, a.v, f(), table)
"""


@pytest.mark.parametrize("operator", "+= -= *= //= %= **= <<= >>= &= |= ^= /=".split())
def test_augmented_attributes_and_elements_are_evaluated_in_pythons_order(operator, capsys):
    program = AUGMENTED.format(operator)
    exec(compile(program, "program", "exec"), {})   # CPython judges
    assert Session().run(program, echo=False) == capsys.readouterr().out


def test_a_text_that_runs_again_runs_anew():
    session = Session()
    text = "n = n + 1\nprint(n, [k * n for k in range(2)])\n"
    session["n"] = 0
    assert [session.run(text, echo=False) for _ in range(3)] == ["1 [0, 1]\n", "2 [0, 2]\n", "3 [0, 3]\n"]
    for k in range(3):
        with pytest.raises(Fault) as failed:
            session.run("m = 1\nm.nothing\n", f"<text {k % 2}>")
        assert failed.value.span.line == 2
        for other in range(40):
            session.run(f"o = {other}\n")


def test_docstrings_and_names_of_modules_stay():
    assert Session().run('"""About."""\nprint(__doc__, __name__)\n', echo=False) == "About. __main__\n"
    program = """
x = 1
def f():
    global x
    x = x + 1
    return x
class C:
    x = x
    y = [x for _ in range(2)]
try:
    missing
except NameError as error:
    print(error)
print(f(), x, C.x, C.y, [x := k for k in range(3)], x)
del x
try:
    x
except NameError as error:
    print(error)
"""
    assert Session().run(program, echo=False) == (
        "name 'missing' is not defined\n2 2 1 [1, 1] [0, 1, 2] 2\nname 'x' is not defined\n")
