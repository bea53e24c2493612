"""From every name a program has, through every attribute, call, item and operator, to every value it can hold."""

from __future__ import annotations

import contextlib
import io
import operator
import signal
import types
from collections import deque
from itertools import islice
from time import monotonic

from gradcli.display.array_options import ArrayOptions
from gradcli.engine.autograd.backward import set_detect_anomaly
from gradcli.engine.autograd.function import Context
from gradcli.engine.autograd.graph import MultiHandle, allow_mutation_on_saved_tensors
from gradcli.engine.autograd.graph_view import GradientEdge
from gradcli.engine.autograd.op import NodeOutput, Op
from gradcli.engine.autograd.saved_tensors_hooks import disable_saved_tensors_hooks, saved_tensors_hooks
from gradcli.engine.random.generator import Generator
from gradcli.engine.random.numpy_stream import NewRandom, SeededRandom
from gradcli.engine.random.python_stream import PythonRandom
from gradcli.engine.tensor.device import Device, Switches
from gradcli.engine.tensor.dtype_info import finfo, iinfo
from gradcli.engine.tensor.dtypes import ArrayType, DType
from gradcli.engine.tensor.memory_format import ArrayFlags, Layout, MemoryFormat
from gradcli.engine.tensor.methods import Handle
from gradcli.engine.tensor.storage import Storage
from gradcli.engine.tensor.tensor import Size, Tensor
from gradcli.engine.tensor.variable import inference_mode, recording
from gradcli.engine.transforms.forward_ad import dual_level
from gradcli.exposure import ForeignValue
from gradcli.faults.tree import Fault
from gradcli.lang.budget import Budget
from gradcli.lang.runtime.attributes import Attributes
from gradcli.lang.runtime.builtins import METHODS
from gradcli.lang.runtime.classes import UnboundSuper
from gradcli.lang.runtime.enumeration import Auto
from gradcli.lang.runtime.exceptions import raised
from gradcli.lang.runtime.format import Formatter
from gradcli.lang.runtime.generators import IteratorProxy
from gradcli.lang.runtime.ordered import OrderedDict, OrderedItems, OrderedKeys, OrderedValues
from gradcli.lang.runtime.reflection import OwnAttributes
from gradcli.lang.runtime.runtime import sanitised
from gradcli.lang.runtime.streams import TextBuffer, TextStream
from gradcli.lang.runtime.types import Sentinel, TypeProxy
from gradcli.namespace.autograd import GradSwitch
from gradcli.namespace.mixed_precision import Autocast, Scaler
from gradcli.namespace.modules import ModuleProxy
from gradcli.namespace.no_effect import Idle
from gradcli.namespace.python.argparse import ExclusiveGroup, Options, Parser, Plain
from gradcli.namespace.python.classes.dataclasses import Field, Missing
from gradcli.namespace.python.collections import VIEWS, DefaultDict, Deque, Tally
from gradcli.namespace.python.collections import Chain as ChainMap
from gradcli.namespace.python.contextlib import GeneratorContext as Managed
from gradcli.namespace.python.contextlib import Null, Suppress
from gradcli.namespace.python.functools import Compared
from gradcli.namespace.python.functools_decorators import Cached, CachedProperty
from gradcli.namespace.python.io import BytesBuffer
from gradcli.namespace.python.itertools import _Chain as Chain
from gradcli.namespace.python.numbers.decimals import DecimalContext, DecimalNumber, LocalContext
from gradcli.namespace.python.numbers.rational import Rational
from gradcli.namespace.python.patterns.re_module import CompiledPattern, PatternMatch
from gradcli.namespace.python.system.datetime import Date, DateTime, TimeDelta
from gradcli.namespace.python.system.logging import Formatter as LogFormatter
from gradcli.namespace.python.system.logging import Logger, NullHandler, StreamHandler
from gradcli.namespace.python.system.pathlib import PosixPath
from gradcli.namespace.python.system.sys import VersionInfo
from gradcli.namespace.python.system.warnings import CatchWarnings, WarningMessage
from gradcli.namespace.third_party.ipython import Shape
from gradcli.namespace.third_party.matplotlib import Drawing
from gradcli.namespace.third_party.numpy_objects import (
    Grid,
    Indexer,
    Joiner,
    Polynomial,
    Ufunc,
)
from gradcli.namespace.third_party.numpy_scalars import ScalarType
from gradcli.namespace.third_party.tensorboard import Backends, SummaryWriter
from gradcli.namespace.third_party.tqdm import Bar
from gradcli.nn.distributions.base import Distribution
from gradcli.nn.distributions.constraint import Constraint
from gradcli.nn.distributions.registry import ConstraintRegistry
from gradcli.nn.distributions.transforms.elementwise import Transform
from gradcli.nn.module.module import Module
from gradcli.nn.module.registry import Registry
from gradcli.nn.optim.lr_scheduler import LRScheduler
from gradcli.nn.optim.optimizer import Optimizer
from gradcli.nn.optim.parameter_states import States
from gradcli.nn.utils.checkpoint import set_checkpoint_early_stop
from gradcli.nn.utils.data import Dataset
from gradcli.nn.utils.data_loader import DataLoader
from gradcli.nn.utils.parametrize import cached
from gradcli.nn.utils.prune import BasePruningMethod
from gradcli.nn.utils.samplers import Sampler
from gradcli.nn.utils.weight_norm import _Hook
from gradcli.session.session import Session
from gradcli.session.torch_functions import ForkedRandom

SAMPLES = '''
t = torch.FloatTensor([[1, 2], [3, 4]])
i = torch.LongTensor([0, 1])
m = t > 2
x = Variable(torch.ones(2, 2) * 0.5, requires_grad=True)
d = x.data.double()
y = (x * x).sum()
v = Variable(t, volatile=True)
p = nn.Parameter(torch.ones(2, 2))
scalar = x.sum()
top = x.max(1)
node = y.creator
y.backward(retain_graph=True)
handle = x.register_hook(lambda g: None)
size = t.size()
def f(*args, **options): return args[0] if args else None
class Own:
    n = 1
    def __init__(self, a=1): self.a = a
    def method(self, *args): return self
    @property
    def prop(self): return self.a
    @staticmethod
    def fixed(*args): return 3
own = Own()
class Static(Function):
    @staticmethod
    def forward(ctx, a):
        global seen
        seen = ctx
        ctx.save_for_backward(a)
        return a * 2
    @staticmethod
    def backward(ctx, g):
        return g * ctx.saved_tensors[0]
applied = Static.apply(x)
class Instance(Function):
    def forward(self, a):
        self.save_for_backward(a)
        return a * 2
    def backward(self, g):
        return g
instance = Instance()
applied2 = instance(x)
class Net(nn.Module):
    def __init__(self):
        super(Net, self).__init__()
        self.fc = nn.Linear(2, 2)
    def forward(self, a): return self.fc(a)
net = Net()
out = net(x)
optimizer = optim.SGD(net.parameters(), lr=0.1)
stream = (k for k in [1])
lazies = [enumerate([1]), zip([1]), map(f, [1]), filter(None, [1]), reversed([1])]
views = [{1: 2}.keys(), {1: 2}.values(), {1: 2}.items()]
context = torch.no_grad()
above = super(Net, net)
prop = property(f)
fixed = staticmethod(f)
numbers = [0, 1, 2.5, True, None, 'text', ..., NotImplemented, [1, 2], (1, 2), {1: 2}, {1}, slice(1, 2), range(3)]
caught = []
for trouble in [lambda: 1 / 0, lambda: x.nothing, lambda: torch.ones(2) + torch.ones(3), lambda: [][1], lambda: {}[1],
                lambda: y.backward(), lambda: torch.inverse(torch.zeros(2, 2)), lambda: int('a'), lambda: float(t)]:
    try: trouble()
    except Exception as e: caught.append(e)
from math import sin as sine
named = list(net.named_parameters())
import argparse, collections, copy, functools, io, itertools, matplotlib.pyplot, operator, string, time, tqdm, typing, warnings
Point = collections.namedtuple('Point', 'px py')
gathered = [Point(1, x), collections.deque([1, x], 3), collections.Counter('aab'), collections.defaultdict(list)]
streams = [itertools.product([1], [2]), itertools.groupby([1, 2]), itertools.chain([1])]
chances = [torch.distributions.Normal(0.0, 1.0), torch.distributions.Categorical(torch.ones(2)),
           torch.distributions.MultivariateNormal(torch.zeros(2), torch.eye(2)),
           torch.distributions.TransformedDistribution(torch.distributions.Gamma(1.0, 2.0), torch.distributions.ExpTransform()),
           torch.distributions.StickBreakingTransform().inv, torch.distributions.biject_to, torch.random.fork_rng(),
           torch.distributions.constraints.stack([torch.distributions.constraints.real]), optimizer.state]
buffer = io.BytesIO()
torch.save(x, buffer)
parser = argparse.ArgumentParser()
parser.add_argument('--lr', type=float, default=1.0)
given = parser.parse_args([])
figure, axes = matplotlib.pyplot.subplots(2, 2)
bar = tqdm.tqdm([1, x])
import contextlib, dataclasses, enum
def produce(*args):
    got = yield args
    yield got
@contextlib.contextmanager
def within(*args): yield args
@functools.lru_cache
def remembered(*args): return args
@dataclasses.dataclass(order=True)
class Declared:
    a: int
    b: list = dataclasses.field(default_factory=list)
class Colour(enum.Enum):
    RED = 1
    GREEN = x
class Level(enum.IntEnum):
    LOW = enum.auto()
class Pair(typing.NamedTuple):
    left: int
    right: list = [1]
class Special:
    def __init__(self, *args): self.args = args
    def __add__(self, other): return other
    __radd__ = __mul__ = __rmul__ = __sub__ = __rsub__ = __matmul__ = __rmatmul__ = __and__ = __getitem__ = __add__
    def __lt__(self, other): return [self, other]
    def __iter__(self): yield from self.args
    def __len__(self): return len(self.args)
    def __float__(self): return 1.5
    def __index__(self): return 1
    def __enter__(self): return self
    def __exit__(self, *args): self.args = args
    def __str__(self): return 'special'
    def __format__(self, spec): return spec
    @classmethod
    def made(cls, *args): return cls(*args)
    @functools.cached_property
    def worked(self): return self.args
class Numbered:
    def __getitem__(self, i): return (i, i)[i]
special = Special(1, x)
producing = produce(1)
next(producing)
declared = [Declared(1), dataclasses.fields(Declared), Colour.RED, Colour.GREEN, Level.LOW, Pair(1), special, Numbered(), within(1),
            contextlib.suppress(ValueError), contextlib.nullcontext(x), iter(Numbered()), iter(special), remembered.cache_info(),
            dataclasses.MISSING, enum.auto(), functools.wraps(f), special.made, Special.made, special + 1, special.worked]
for trouble in [lambda: special.nothing, lambda: remembered([]), lambda: Declared(), lambda: Colour(5), lambda: Pair(), lambda: Level['x'],
                lambda: next(produce(1)).nothing, lambda: producing.throw(ValueError(x)), lambda: x.mm(special)]:
    try: trouble()
    except Exception as e: caught.append(e)
'''

PLAIN = (type(None), bool, int, float, complex, str, list, tuple, dict, set, frozenset, slice, range, type(...), type(NotImplemented), property, staticmethod, classmethod,
         super, types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.MethodDescriptorType, enumerate, zip, map, filter, reversed,
         type({}.keys()), type({}.values()), type({}.items()), type(iter([])), type(iter(())), type(reversed([])), type(iter(set())),
         type(iter("")), type(iter(range(1))), type(iter({})), type(iter({}.items())), type(reversed(range(1))), type(reversed({})),
         type(iter(type("Numbered", (), {"__getitem__": None})())), type(iter({}.values())), type(reversed({}.items())), type(reversed({}.values())))
"""Python's own types that a program may hold."""

OURS = (CompiledPattern, PatternMatch, Rational, DecimalNumber, DecimalContext, LocalContext, TextBuffer, Tensor, Size, DType, Op, NodeOutput, Storage, Handle, Generator, recording, GradSwitch, ModuleProxy, TypeProxy, Sentinel, Context, IteratorProxy, Module,
        Optimizer, LRScheduler, Dataset, DataLoader, Device, Layout, MemoryFormat, Switches, Fault, set_detect_anomaly, finfo, iinfo,
        Distribution, Constraint, Transform, ConstraintRegistry, States, Registry, BytesBuffer, ForkedRandom, Deque, Tally, DefaultDict, Drawing, Autocast,
        Scaler, LogFormatter, Logger, NullHandler, PosixPath, StreamHandler, ArrayOptions, Backends,
        Idle, Indexer, OwnAttributes, UnboundSuper, SummaryWriter, Ufunc,
        Chain, Bar, Parser, ExclusiveGroup, Options, Plain, Date, DateTime, TimeDelta, Compared, Shape, VersionInfo, TextStream, SeededRandom, PythonRandom,
        NewRandom, Joiner, Grid, Polynomial, ArrayType, ScalarType, OrderedDict, OrderedKeys,
        OrderedValues, OrderedItems, Cached, CachedProperty, Managed, Suppress, Null, Field, Missing, Auto, inference_mode,
        saved_tensors_hooks, disable_saved_tensors_hooks, MultiHandle, allow_mutation_on_saved_tensors, GradientEdge, dual_level,
        set_checkpoint_early_stop, Sampler, BasePruningMethod, _Hook, cached, ArrayFlags,
        ChainMap, CatchWarnings, WarningMessage, *VIEWS.values())
"""The engine's and the facade's own."""

EACH = 4            # values looked into, of one type
UNARY = (operator.neg, operator.pos, operator.invert, abs, len, bool, float, int, repr, str)
BINARY = (operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, operator.matmul,
          operator.and_, operator.or_, operator.lt, operator.eq, operator.getitem, operator.contains)
SKIPPED = ("print", "itertools.count", "itertools.cycle", "itertools.repeat")      # endless ones are not gone through


SECONDS = 30
PATIENCE = 2        # seconds that one call may take


class Slow(BaseException):
    """A call that takes longer."""


def _too_slow(number, frame):
    raise Slow


MOST = 150_000    # meetings after which only what is of a kind not looked into yet is looked into


class Walk:
    """The walk, and what it met: `met` types, `wrong` values with the way to each, `count` of steps.

    The first `most` steps look into everything, the others into what is of a new kind or comes from another function,
    until `seconds` are over; `passed` counts the values that are passed over.
    """

    def __init__(self, style="tutorial", most=MOST, seconds=SECONDS):
        self.most, self.seconds, self.passed, self.kinds = most, seconds, 0, set()
        self.session = session = Session(style=style, seed=0)
        session.run(SAMPLES, echo=False)
        self.guard = Attributes(session.policy, Formatter(session.policy, Budget()))
        self.met, self.wrong, self.count = {}, {}, 0
        self.seen, self.kept = set(), []
        self.left, self.looked = {}, set()
        self.queue = deque()

    def run(self):
        for source, names in (("", self.session.loaded()), ("", {n: self.session.operation(n) for n in self.session.bare}),
                              ("", self.session.names()),
                              ("import ", self.session.policy.modules)):
            for name, value in names.items():
                self.meet(value, source + name)
        self.arguments = self._arguments()
        signal.signal(signal.SIGALRM, _too_slow)
        end = monotonic() + self.seconds
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()), \
                self.session.in_force():
            while self.queue:
                value, way = self.queue.popleft()
                kind = (type(value), self.family(value))
                if monotonic() > end or self.count > self.most and kind in self.kinds:
                    self.passed += 1
                    continue
                self.kinds.add(kind)
                self.look(value, way)
        return self

    def _arguments(self):
        """Tuples of arguments to call things with."""
        n = self.session.names()
        t, x, i, f, net = n["t"], n["x"], n["i"], n["f"], n["net"]
        one = [t, x, i, 1, 2.5, "a", [1, 2], [t, t], f, n["size"], net, n["Own"], {"a": x}, None, True]
        return [(), *((a,) for a in one), (t, t), (x, x), (t, 1), (x, 0), (x, 0, i), (t, 0, 1), (2, 2), (f, x), (f, [1, 2]), ("a", x), ("a", 1),
                (t, i), ([x], [x]), (1, 2, 3), ("fc", t), (x, i), (f, (x,), (x,))]

    def meet(self, value, way):
        """Note a value, and queue it if it may lead on."""
        self.count += 1
        kind = type(value)
        self.met.setdefault(kind, way)
        if not self.allowed(value):
            self.wrong.setdefault(kind, way)
            return
        key = id(value)
        shared = callable(value) or ".name" in getattr(value, "__dict__", {})
        if key in self.seen:
            return
        if not shared or self.is_copy(value):
            family = (kind, self.family(value))
            left = self.left.setdefault(family, EACH)
            if not left:
                return
            self.left[family] = left - 1
        self.seen.add(key)
        self.kept.append(value)
        self.queue.append((value, way))

    def is_copy(self, value):
        """Whether a callable is made anew at each reading: a method, or a function with the name of another."""
        return not isinstance(value, type) and (
            isinstance(value, types.MethodType) or isinstance(value, types.BuiltinFunctionType) and value.__self__ is not None
            or isinstance(value, types.FunctionType))

    def family(self, value):
        if isinstance(value, types.MethodType):
            return type(value.__self__), value.__name__
        if isinstance(value, types.FunctionType):
            return value.__module__, value.__qualname__
        return (type(value.__self__), value.__name__) if isinstance(value, types.BuiltinFunctionType) else None

    def allowed(self, value):
        kind = type(value)
        if isinstance(value, type):
            return ".user" in vars(value)
        if kind in PLAIN or ".user" in vars(kind):
            return not isinstance(value, types.BuiltinFunctionType) or not isinstance(
                value.__self__, types.ModuleType) or value.__self__.__name__ in ("math", "builtins")
        if isinstance(value, Exception):
            return kind.__module__ == "builtins" or isinstance(value, Fault)
        return isinstance(value, OURS) or (isinstance(value, tuple) and hasattr(kind, "_fields"))    # named results

    def names(self, value):
        names = set(self.guard.readable_names(value)) | set(METHODS.get(type(value), ())) | {"args"}
        plain = self.session.policy.plain
        if type(value) not in self.looked:      # what is plain is read on any value of a type alike
            self.looked.add(type(value))
            names |= plain
        return sorted(name for name in names if name[0] != "." and not name.startswith("__")), plain

    def look(self, value, way):
        names, plain = self.names(value)
        for name in names:
            if name in plain:
                self.attempt(lambda name=name: getattr(value, name), f"{way}.{name}")
            self.attempt(lambda name=name: self.guard.read(value, name), f"{way}.{name}")
        if callable(value) and not way.endswith(SKIPPED):
            for args in self.arguments:
                self.attempt(lambda args=args: value(*args), f"{way}{_shown(args)}")
        else:
            for each in UNARY:
                self.attempt(lambda each=each: each(value), f"{each.__name__}({way})")
            for other in (value, 1, 2.5, self.session.names()["x"], (0, 1), "a", slice(1), None, ...):
                for each in BINARY:
                    self.attempt(lambda each=each, other=other: each(value, other), f"{each.__name__}({way}, ...)")
            if isinstance(value, list | tuple | set | dict):
                for item in islice(list(value), 8):
                    self.meet(item, f"{way}[...]")
            elif hasattr(type(value), "__iter__"):
                self.attempt(lambda: list(islice(value, 3)), f"list({way})")
        if hasattr(type(value), "__enter__"):
            self.attempt(lambda: _entered(value), f"with {way}")
        if isinstance(value, Exception):
            self.attempt(lambda: raised(value), f"raise {way}")

    def attempt(self, action, way):
        """Meet what `action` gives, or the exception it ends in: a program could catch it."""
        signal.setitimer(signal.ITIMER_REAL, PATIENCE)
        try:
            result = action()
        except Slow:
            return
        except ForeignValue as error:
            self.wrong.setdefault(f"stopped at the gate: {error}", way)
            return
        except Exception as error:
            if error.__class__.__module__ != "builtins" or not isinstance(error, AttributeError | TypeError):
                self.meet(sanitised(self.guard.formatter, error), f"except: {way}")
            return
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        self.meet(result, way)


def _entered(value):
    with value as entered:
        return entered


def _shown(args):
    return f"({', '.join(type(a).__name__ for a in args)})"
