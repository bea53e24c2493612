"""`a.resize(...)` and `a.shape = ...` change an array in place, beside numpy."""


import pytest

from gradcli.faults.tree import Fault
from gradcli.session.session import Session
from gradcli.session.snapshot import Snapshot
from support.python_prints import python_prints

PROGRAM = """
import numpy as np
a = np.sin(np.linspace(0, 1, 6))
print(a.resize((6, 1)), a.shape)
a.resize(2, 3)
print(a)
a.resize((2, 2), refcheck=False)
print(a)
a.resize(5, refcheck=False)
print(a, np.resize(a, (2, 3)))
b = np.arange(4)
b.resize((2, 2))
b[0, 1] = 9
b.shape = (4,)
print(b)
c = np.arange(6)
part = c[:4]
part.shape = 2, -1
part[0, 0] = 7
print(part, c, part.shape)
c.shape = (3, 2)
d = c.T
try:
    d.shape = (6,)
except AttributeError:
    print("not in place", d.shape)
c.shape = -1
print(c)
"""


def test_as_numpy():
    assert Session(style="modern").run(PROGRAM) == python_prints(PROGRAM)


@pytest.mark.parametrize("statement", [
    "a.shape = (4, 4)", "a.shape = 'ab'", "a.shape = (-1, -1)", "a.shape = (True,)", "a.shape = (1,) * 70",
    "a.resize(-1)", "a.resize((10**12,))", "a.resize('x')", "a.resize((1,) * 70)", "a.resize(2, 2.5)",
    "torch.ones(4).shape = (2, 2)", "a[::2].resize(2)", "a.shape = (2**62, 2)"])
def test_refused(statement):
    session = Session()
    session.run("import numpy as np\na = np.arange(6)")
    with pytest.raises((Fault, ValueError)):
        session.run(statement)
    assert session.run("print(a.shape, a)") == "(6,) [0 1 2 3 4 5]\n"


@pytest.mark.parametrize("statement", ["a.resize(2, 3)", "a.shape = (3, 2)", "a.resize(3)"])
def test_undo(statement):
    session = Session()
    session.run("import numpy as np\na = np.arange(6)")
    snapshot = Snapshot(session)
    with snapshot.watching():
        session.run(statement)
    snapshot.discard_unchanged()
    snapshot.restore()
    assert session.run("print(a.shape, a)") == "(6,) [0 1 2 3 4 5]\n"


def test_a_tensor_keeps_its_shape():
    text = "t = torch.ones(4)\nn = t.numpy()\nn.shape = (2, 2)\nn[0, 0] = 5\nprint(t.size(), t[0])"
    assert Session(style="modern").run(text) == "torch.Size([4]) tensor(5.)\n"
