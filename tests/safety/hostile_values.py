"""Values that belong in no argument of the engine, as a hostile program would make them, and the judge of what they do."""

from __future__ import annotations

import signal
import types
from contextlib import contextmanager, redirect_stdout
from io import StringIO

import numpy as np

from gradcli.engine.tensor.dtypes import OF
from gradcli.engine.tensor.uninitialized import Uninitialized
from gradcli.faults.tree import Fault
from gradcli.session.session import Session

PROGRAM = '''
import collections, itertools, argparse
import numpy as np
seen = []
def spy(*args, **options):
    seen.extend(args)
    seen.extend(options.values())
    return lure
class Empty: pass
class Speaking:
    def __init__(self): self.told = []
    def __call__(self, *args, **options):
        self.told.append(len(args))
        return self
    def __repr__(self): return "speaking"
class Special:
    def __add__(self, *args): return spy(*args)
    __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __pow__ = __rpow__ = __matmul__ = __add__
    __rmatmul__ = __and__ = __or__ = __eq__ = __lt__ = __gt__ = __le__ = __ge__ = __ne__ = __getitem__ = __setitem__ = __add__
    __contains__ = __exit__ = __enter__ = __iter__ = __next__ = __len__ = __bool__ = __float__ = __index__ = __int__ = __add__
    __str__ = __format__ = __round__ = __call__ = __add__
    def __hash__(self): return 1
class Counting:
    def __init__(self): self.items = [1.0, 2.0]
    def __getitem__(self, i): return spy(i) and self.items[i]
    def __len__(self): return 2
    def __iter__(self): return iter(self.items)
    def __eq__(self, other): return spy(other) is None
    def __hash__(self): return hash("float32")
    def __lt__(self, other): return spy(other) is None
    def __float__(self): return 1.5
    def __index__(self): return 1
    __int__ = __index__
    def __bool__(self): return False
    def __str__(self): return "float32"
    __repr__ = __str__
    def __format__(self, spec): return "mean"
    def __add__(self, other): return spy(other) and 1.0
    __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __pow__ = __matmul__ = __rmatmul__ = __add__
class Lure: pass
lure = Lure()
lure.array = lure.data = lure.grad = lure.dtype = lure.tensor_dtype = lure.numpy = lure.node = lure.root = lure
lure.base = lure.gradient = lure.hooks = lure.cut = lure.param_groups = lure._parameter_dict = lure._buffer_dict = lure._module_dict = lure
lure.shape = (2, 2)
lure.ndim, lure.size, lure.requires_grad, lure.kind, lure.training = 2, 4, True, "f", True
lure.astype = lure.item = lure.tolist = lure.get = lure.items = lure.values = lure.keys = lure.append = spy
lure.modules = lure.parameters = lure.step = lure.state_dict = lure.copy = lure.reshape = lure.forward = spy
class Layer(nn.Module):
    def __init__(self): super().__init__()
class Doubling(Function):
    @staticmethod
    def forward(ctx, x): return x
    @staticmethod
    def backward(ctx, g): return g
class Above:
    def above(self): return super()
itself = []
itself.append(itself)
p = nn.Parameter(torch.ones(2))
strangers = {
    "class": Empty, "object": Empty(), "callable": Speaking(), "lure": lure, "subclass of Module": Layer, "module": Layer(),
    "Function": Doubling, "kind": int, "tensor class": torch.FloatTensor, "namespace": math, "function": print, "program's function": spy,
    "super": Above().above(), "property": property(spy), "dict": {0: lure}, "set": {1, 2}, "slice": slice(lure, None),
    "list of objects": [lure, lure], "tuple of objects": (lure,), "tensors and an object": [torch.ones(2), lure],
    "list in itself": itself, "deque": collections.deque([1.0]), "deque of objects": collections.deque([lure]),
    "Counter": collections.Counter("aab"), "text": "abc", "texts": ["a", "b"], "type of dates": "M8[s]", "type of objects": "O",
    "huge": 10 ** 40, "list of huge": [10 ** 40], "negative": -10 ** 40, "iterator": iter([lure]), "stream": itertools.count(),
    "stream of objects": (lure for i in range(2)), "optimiser": optim.SGD([p], lr=0.1), "exception": ValueError(lure),
    "drawing": argparse.ArgumentParser(), "generator": torch.Generator(), "dtype": torch.float64,
    "special": Special(), "numbers": Counting(), "list of numbers": [Counting(), Counting()], "slice of numbers": slice(Counting(), None), "Ellipsis": ...,
    "range": range(2), "flag": True, "None": None, "infinite": float("inf"), "storage": torch.ones(2).storage()}
'''
PLAIN = (str, int, float, bool, type(None))
INTERNAL = (SystemError, KeyError, AssertionError, NameError, UnboundLocalError, NotImplementedError)


PATIENCE = 0.3          # seconds for one call: an endless one is ended by the limit on time, and not judged here


class Slow(BaseException):
    """A call that goes on and on."""


def too_slow(*_):
    if World.calling:
        raise Slow


class World:
    """A session with strangers in it, and what has gone wrong."""

    calling = False

    def __init__(self, style="modern"):
        self.session = Session(style=style, seed=0)
        self.session.run(PROGRAM, echo=False)
        names = self.session.names()
        self.strangers, self.seen = names["strangers"], names["seen"]
        self.tensor, self.wrong, self.count = names["p"], [], 0
        self.before = self.state()

    def state(self):
        """What no call may change: the attributes of the strangers, and what they hold."""
        held = {}
        for name, value in self.strangers.items():
            try:
                own = dict(vars(value))
            except TypeError:
                own = {}
            if name != "callable" and not isinstance(value, types.FunctionType):
                held[name] = {key: id(inner) for key, inner in own.items() if not name == "namespace" or key[0] != "."}
            if isinstance(value, list | tuple | set | dict):
                held[name, "members"] = [id(inner) for inner in value]
        held["deques"] = [list(map(id, self.strangers[name])) for name in ("deque", "deque of objects")]
        return held

    @contextmanager
    def running(self):
        before = signal.signal(signal.SIGALRM, too_slow)
        try:
            with redirect_stdout(StringIO()), self.session.in_force():
                yield
        finally:
            signal.signal(signal.SIGALRM, before)

    def attempt(self, way, call):
        """Make a call that must be refused, or harmless."""
        self.count += 1
        signal.setitimer(signal.ITIMER_REAL, PATIENCE)
        try:
            try:
                World.calling = True
                result = call()
            finally:
                World.calling = False       # so that no alarm comes while the outcome is judged
        except (Fault, Slow):
            pass
        except Exception as error:
            if isinstance(error, INTERNAL) and not raised_for_programs(error):
                self.wrong.append(f"{way}: internal {type(error).__name__}: {error}"[:300])
            elif not all(map(plain, error.args)):
                self.wrong.append(f"{way}: {type(error).__name__} carries {error.args!r}"[:300])
        else:
            if strange(result):
                self.wrong.append(f"{way}: gives a {type(result).__name__}")
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        for value in self.seen:
            if strange(value):
                self.wrong.append(f"{way}: handed out a {type(value).__name__}")
        self.seen.clear()

    def verdict(self):
        """What went wrong, with what was changed."""
        changed = [name for name, held in self.state().items() if held != self.before[name]]
        return self.wrong[:20] + [f"{name} was changed" for name in changed]


def plain(value, deep=0):
    if isinstance(value, tuple | list) and deep < 4:
        return all(plain(inner, deep + 1) for inner in value)
    return type(value) in PLAIN


def raised_for_programs(error):
    """Whether an exception of such a kind is one that Python itself has for programs: a lookup in a program's dict, or
    a comparison by numpy.testing, whose message shows both arrays."""
    compared = isinstance(error, AssertionError) and str(error).startswith("\n")
    return isinstance(error, KeyError | AssertionError) and all(map(plain, error.args)) and (
        compared or "dtype" not in str(error))


def strange(value, deep=0):
    """Whether numpy's or Python's inside is in a result, some way down."""
    if isinstance(value, np.ndarray | np.generic | np.dtype | types.ModuleType | types.FrameType | types.CodeType | types.GeneratorType
                  | memoryview | bytes):
        return True
    if isinstance(value, type):
        return ".user" not in vars(value)
    if isinstance(value, Uninitialized):
        return False
    array = getattr(value, "array", None) if type(value).__module__.startswith("gradcli.engine") else None
    if isinstance(array, np.ndarray) and (array.dtype not in OF or array.dtype.hasobject):
        return True
    if deep < 4 and type(value) in (list, tuple, set, dict):
        return any(strange(inner, deep + 1) for inner in (value.values() if type(value) is dict else value))
    return False
