"""What programs may see of the package's classes: the table is whole, and programs' classes are no part of it."""

import ast
import importlib
import inspect
import pkgutil
from functools import lru_cache
from types import FunctionType

import pytest

import gradcli
from gradcli.engine.autograd.op import Op
from gradcli.engine.tensor.tensor import Tensor
from gradcli.exposure import (
    PROGRAM_MADE,
    VIRTUAL,
    ForeignValue,
    admissible,
    admit,
    closed_names,
    exposure_of,
    private_names,
)
from gradcli.lang.budget import Budget
from gradcli.lang.runtime.attributes import Attributes
from gradcli.lang.runtime.builtins import METHODS
from gradcli.lang.runtime.format import Formatter
from gradcli.lang.runtime.types import TypeProxy
from gradcli.namespace.allow_list import harmless_names
from gradcli.nn import fetch, public_classes
from gradcli.session.session import Session
from support.in_turn import in_turn

for _module in pkgutil.walk_packages(gradcli.__path__, "gradcli."):
    if ".testing" not in _module.name and ".repl" not in _module.name and "__main__" not in _module.name:
        importlib.import_module(_module.name)


@lru_cache
def parsed(name):
    """The syntax tree of a module."""
    return ast.parse(inspect.getsource(importlib.import_module(name)))


def package_classes(kind=object):
    """All classes of the package that are loaded."""
    for subclass in type.__subclasses__(kind) if not issubclass(kind, type) else ():
        if subclass.__module__.startswith("gradcli.") and PROGRAM_MADE not in vars(subclass):
            yield subclass
        yield from package_classes(subclass)


CLASSES = [kind for kind in dict.fromkeys(package_classes()) if exposure_of(kind) is not None
           and (kind is Op or not issubclass(kind, Op))]     # the operations have what Op has
BASES = [kind for kind in CLASSES if exposure_of(kind).base]


def fetched(listed):
    """Every class that programs can name in nn, optim and their like, as they get it."""
    for address in listed.values():
        if isinstance(address, dict):
            fetched(address)
        else:
            fetch(address)


for _module_path in ("nn", "optim", "utils", "distributions", "testing"):
    fetched(public_classes(_module_path))


def test_there_are_classes_to_look_at():
    assert len(CLASSES) > 150
    assert len(BASES) > 90


@in_turn("kind", CLASSES)
def test_exposed_methods_check_self_and_admit_their_results(kind):
    for name in exposure_of(kind).read.intersection(vars(kind)).difference(VIRTUAL):
        function = vars(kind)[name]
        assert type(function) is not FunctionType or "admits" in vars(function), f"{kind.__name__}.{name}"


@in_turn("kind", BASES)
def test_bases_keep_what_their_methods_use(kind):
    body = next(node for base in kind.__mro__ for node in ast.walk(parsed(base.__module__))     # tables make some
                if isinstance(node, ast.ClassDef) and node.name == base.__name__)
    used = {node.attr for node in ast.walk(body) if isinstance(node, ast.Attribute) and node.attr[0] == "_"
            and not node.attr.startswith("__")}
    assert used <= private_names(kind) | exposure_of(kind).read


def test_helpers_of_modules_use_what_modules_keep():
    module = importlib.import_module("gradcli.nn.module.module").Module
    for name in ("module.state_dict", "module.printing", "module.backward_hooks", "utils.functional_call"):
        used = {node.attr for node in ast.walk(parsed(f"gradcli.nn.{name}")) if isinstance(node, ast.Attribute)
                and node.attr[0] == "_" and not node.attr.startswith("__") and ast.unparse(node.value) != "self"}
        used -= {"_replace", "_name"}       # of named tuples and of proxies of types, for everybody's use
        assert used <= private_names(module) | exposure_of(module).read, name


@in_turn("kind", CLASSES)
def test_names_read_without_a_guard_are_exposed_wherever_they_occur(kind):
    if issubclass(kind, Tensor | Exception):
        return
    slots = {name for subclass in kind.__mro__ for name in vars(subclass).get("__slots__", ())}
    names = (set(dir(kind)) | slots) & harmless_names()
    known = exposure_of(kind).read | exposure_of(kind).class_read
    assert names - known <= HARMLESS.get(kind.__name__, set()), kind


HARMLESS = {}


class TestGate:
    def test_what_programs_hold_is_admitted(self):
        session = Session()
        session.run("class A: pass\na = A()\nd = {a: [1, (2.0, 'x', None)], 'k': torch.ones(2)}\n"
                    "def f(): return 1\ng = d.items()\nh = [].append\nn = nn.Linear(1, 1)\n", echo=False)
        for value in (*session.names().values(), TypeProxy("int", (int,)), iter([1]), enumerate([1]), ValueError("x")):
            assert admit(value) is value

    @pytest.mark.parametrize("value", [
        type, int, object(), b"", ast, importlib.import_module, (k for k in ()), memoryview(b""), open, eval,
        [1, [2, b""]], {"a": {1: int}}, ({3: (b"",)},), BufferError(), print, type("T", (), {}),
    ], ids=lambda value: type(value).__name__)
    def test_what_no_program_holds_is_not(self, value):
        if value is importlib.import_module:
            value = value.__code__
        assert not admissible(value)
        with pytest.raises(ForeignValue):
            admit(value)

    def test_numpy_is_not(self):
        import numpy as np

        for value in (np.zeros(1), np.float32(1), np.dtype("f4"), np.add, np.float32, [np.int64(1)]):
            assert not admissible(value)

    def test_self_containing_containers_end(self):
        loop = [1]
        loop.append(loop)
        table = {"a": loop}
        table["b"] = table
        assert admissible(table)


THINGS = """
from collections import Counter, defaultdict, deque, namedtuple
Point = namedtuple("Point", "a b")
class Own: pass
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.above = super().__repr__
things = [
    Counter("ab"), deque([1]), defaultdict(list), Point(1, 2), torch.Size([1]), torch.ones(2), nn.Linear(1, 1), Net(),
    Own,
    optim.SGD([nn.Parameter(torch.ones(1))], lr=1.0), torch.float32, torch.ones(1).storage(), torch.Generator(),
    torch.finfo(torch.float32), torch.device("cpu"), torch.distributions.Normal(0.0, 1.0), torch.ones(2).max(0), {}, [],
    "", (), {1}, 1, 2.5, True, slice(1), range(2), property(print), {}.keys(), {}.items(), iter([1]), torch, math, int,
    Variable(torch.ones(1), requires_grad=True).sum().creator]
"""


def test_every_attribute_that_can_be_read_can_be_held():
    session = Session()
    session.run(THINGS, echo=False)
    guard = Attributes(session.policy, Formatter(session.policy, Budget()))
    with session.in_force():
        for value in session.names()["things"]:
            for name in {*guard.readable_names(value), *METHODS.get(type(value), ())}:
                if name.startswith((".", "__")):
                    continue        # which no text can spell
                try:
                    read = guard.read(value, name)
                except Exception:
                    continue
                assert admissible(read), (type(value), name)


def test_programs_classes_do_not_combine_into_types_of_python():
    with pytest.raises(Exception, match="unsupported operand|can only concatenate|not supported|combined"):
        Session().run("class A: pass\nA | None", echo=False)


class TestProgramsClasses:
    def test_nothing_they_define_takes_part(self):
        names = "_readable _class_readable _writable _holds _inheritable _looks _opens __display__ __parts__".split()
        session = Session()
        for base in ("nn.Module", "Function", "Exception"):
            for name in names[:7]:
                session.run(f"class A: {name} = ('mro', '_parameter_dict', 'args')\nclass N(A, {base}): pass\n",
                            echo=False)
                kind = session.names()["N"]
                assert exposure_of(kind) == exposure_of(kind.__mro__[-2 if base == "Function" else -3]) or (
                    base == "Function"), name

    @pytest.mark.parametrize("program", [
        "class A: _parameter_dict = 5\nclass N(A, nn.Module): pass",
        "class A: pass\nclass N(A, nn.Module): pass\nA._parameter_dict = 5",
        "class A: pass\nclass B(A): pass\nclass N(B, nn.Linear): pass\nA._module_dict = property(lambda self: 1 / 0)",
        "class A: args = 5\nclass E(A, ValueError): pass",
        "class A: pass\nclass E(A, ValueError): pass\nA.args = property(lambda self: 1 / 0)",
        "class A: with_traceback = 1\nclass E(A, ValueError): pass",
        "class A: _record = 1\nclass F2(A, Function): pass",
        "class N(nn.LSTM):\n    def __init__(self):\n        super().__init__(1, 1)\n        self._gates = 7\nN()",
        "setattr(nn.Linear(1, 1), '_parameter_dict', {})",
    ])
    def test_they_do_not_take_the_names_that_their_bases_keep(self, program):
        from gradcli.faults.tree import Fault

        with pytest.raises(Fault):
            Session().run(program, echo=False)

    def test_names_of_their_own_stay_free(self):
        printed = Session().run("class N(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
                                "        self._layers = [1]\n        self._step = 2\n    _count = 3\n"
                                "n = N()\nprint(n._layers, n._step, n._count)\n", echo=False)
        assert printed == "[1] 2 3\n"

    def test_closed_names_are_those_of_every_base(self):
        session = Session()
        session.run("class E(Exception): pass\nclass N(nn.Module): pass\n", echo=False)
        assert "args" in closed_names(session.names()["E"])
        assert {"_parameter_dict", "_module_dict", "_hooks"} <= closed_names(session.names()["N"])
