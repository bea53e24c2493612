"""Special methods of named values, `__dict__` and `__class__` of a program's objects, beside Python; what is closed."""

from textwrap import indent

import pytest

from gradcli.faults.tree import Fault, LimitFault
from gradcli.session.session import Session
from support.python_prints import python_prints

AS_PYTHON = {
    "containers": (
        "x = {'a': 3, 'b': 1}\ny = [3, 1, 2]\nx.__setitem__('c', 2)\nx.__delitem__('a')\n"
        "print(x, x.__len__(), x.__contains__('b'), sorted(x, key=x.__getitem__), max(x, key=x.__getitem__))\n"
        "print(sorted(range(3), key=y.__getitem__), next(y.__iter__()), y.__eq__([3, 1, 2]), y.__add__([4]))\n"
        "s, t = 'abc', (1, 2)\nprint(list(map(s.__contains__, 'ax')), s.__mul__(3), s.__lt__('b'), t.__len__())"),
    "numbers": (
        "a, b, c = 3, 2, 1.5\n"
        "print(a.__add__(4), b.__pow__(5), a.__mod__(2), c.__mul__(2), a.__neg__(), b.__bool__())"),
    "attributes of objects": (
        "class A:\n    n = 1\n    def __init__(self, **options):\n"
        "        self.__dict__.update(options, z=3)\n"
        "        self.__dict__['k'] = 1\n        self.__dict__['k'] += 2\n        (self.__dict__).setdefault('q', 7)\n"
        "a = A(x=3)\nprint(a.__dict__, a.k)\n"
        "print(a.__dict__.pop('x'), hasattr(a, 'x'), 'z' in a.__dict__, {**a.__dict__})\n"
        "del a.__dict__['z']\nprint(sorted(a.__dict__), a.__dict__.get('z', 'none'), a.__dict__.pop('z', 4))\n"
        "b = A()\nb.__dict__.update(a.__dict__)\nprint(b.__dict__ == {**a.__dict__, 'z': 3})\n"
        "try: del a.__dict__['z']\nexcept KeyError as e: print('KeyError', e)\n"
        "a.__setattr__('m', 5)\nprint(a.m, a.__getattribute__('k'))\na.__delattr__('m')\nprint(hasattr(a, 'm'))"),
    "definitions within a method": (
        "class A:\n    def f(self):\n        return 1\n        def __len__(self):\n            return 2\n"
        "    def g(self):\n        def __repr__(self):\n            return 'A'\n        return 3\n"
        "print(A().f(), A().g(), hasattr(A(), '__len__'))"),
    "classes": (
        "class A:\n    def twin(self): return self.__class__()\nclass B(A): pass\n"
        "b = B()\nc = b.twin()\n"
        "print(c.__class__ is B, b.__class__ == A, B().__class__.__name__, b.__class__ is type(c))"),
    "pickled": (
        "class A:\n    def __init__(self): self.x = 1\n    def __getstate__(self): return {}\n"
        "    def __setstate__(self, state): self.x = state\nprint(A().x)"),
}


@pytest.mark.parametrize("text", AS_PYTHON.values(), ids=AS_PYTHON)
def test_as_python(text):
    text = f"def main():\n{indent(text, '    ')}\nmain()"
    assert Session(style="modern").run(text) == python_prints(text)


TORCH = """
import torch, torch.nn as nn
x = torch.ones(2, 3)
print(x.__len__(), x.__getitem__(0), x.__matmul__(x.t()).shape)
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(1, 1)
        self.__dict__["depth"] = 3
    def reduce(self):
        self.__delattr__("a")
        self.__setattr__("b", nn.ReLU())
        return self
b = Block()
def show(): print(b.__getattr__("a"), b.depth, list(Block().reduce().children()), type(Block().parameters()).__name__)
show()
"""


def test_tensors_and_modules():
    assert Session(style="modern").run(TORCH) == (
        "2 tensor([1., 1., 1.]) torch.Size([2, 2])\n"
        "Linear(in_features=1, out_features=1, bias=True) 3 [ReLU()] generator\n")


MODULE = "import torch.nn as nn\nclass M(nn.Module): pass\nm = M()\n"
OBJECT = "class A: pass\na = A()\n"
CLOSED = [
    OBJECT + "a.__dict__['__array_interface__'] = {}", OBJECT + "a.__dict__.update({'__class__': 3})",
    OBJECT + "a.__dict__[3] = 3", OBJECT + "a.__dict__.setdefault('__len__', 3)", OBJECT + "A.__dict__",
    OBJECT + "a.__dict__ = {}", OBJECT + "a.__class__ = A", OBJECT + "a.__setattr__('__class__', 3)",
    OBJECT + "a.__getattribute__('__dict__')", OBJECT + "a.__getattr__('x')", OBJECT + "a.__class__.__mro__",
    MODULE + "m.__dict__['_parameter_dict'] = {}", MODULE + "m.__dict__.update(_hooks=3)",
    MODULE + "m.__setattr__('_hooks', 3)", MODULE + "m.__getattr__('_hooks')",
    "def f(): pass\nf.__dict__['x'] = 3", "import torch\ntorch.ones(1).__dict__", "[].__class__.__subclasses__()",
    "''.__class__.__bases__", "[].__class__", "x = 3\nx.__class__",
    "import torch.nn as nn\nn = nn.Linear(1, 1)\nn.__dict__",
    "import torch.nn as nn\nn = nn.Linear(1, 1)\nn.__class__", "x = []\nx.__setattr__('a', 1)", "'a'.__len__()",
    "[1].__reduce__()", "[1].__sizeof__()", "len.__call__.__globals__", "int.__add__(1, 2)",
    "(3).__len__()", "import torch\ntorch.__dict__", "import torch\ntorch.__getattribute__('os')",
    "class A:\n    def __getstate__(self): return 1\n    def f(self): return super().__getstate__()\nA().f()",
    "class A:\n    def __getstate__(self): return 1\nA().__getstate__()",
    "import copy\nclass A:\n    def __setstate__(self, state): pass\ncopy.deepcopy(A())",
    "class A:\n    def f(self): return super().__getattribute__('x')\nA().f()"]


@pytest.mark.parametrize("text", CLOSED)
def test_what_is_closed_stays_closed(text):
    with pytest.raises(Fault):
        Session(style="modern").run(text)


@pytest.mark.parametrize("text", ["'a'; x.__mul__(10**12)", "2; x.__pow__(10**9)", "[0]; x.__mul__(10**12)",
                                  "1; x.__lshift__(10**9)", "'%1000000000d'; x.__mod__(3)"])
def test_limits_hold(text):
    with pytest.raises(LimitFault):
        Session(style="modern").run(f"x = {text}")


def test_dir_lists_what_programs_may_read():
    text = "class A:\n    x = 1\n    def f(self): self.y = 2; return self\nprint(dir(A().f()))"
    assert Session(style="modern").run(text) == "['f', 'x', 'y']\n"


def test_lists_are_repeated_in_place_by_a_tensor_of_one():
    text = "import torch\nx = [1]\ny = x\nx *= torch.tensor(3)\nt = (1, 2)\nt *= torch.tensor(2)\nprint(x, y, t)"
    assert Session(style="modern").run(text) == "[1, 1, 1] [1, 1, 1] (1, 2, 1, 2)\n"
