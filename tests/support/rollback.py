"""Statements that write, and what a session is: for tests of what a prompt takes back.

The statements come from the engine's table, from what `torch.optim` and `nn.init` offer, and from the
list of all other writers below. A session's state is told by a walk of its own, not by gradcli/session/object_state.py.
"""

import gc
import itertools
from pathlib import Path
from types import CellType, CodeType, FunctionType, MethodType, ModuleType
from zlib import crc32

import numpy as np

import gradcli
from gradcli.engine.autograd.op import NodeOutput, Op, Rules
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.tree import Fault
from gradcli.lang.runtime.types import TypeProxy, user_class
from gradcli.namespace.modules import ModuleProxy
from gradcli.nn import init
from gradcli.session.snapshot import Snapshot
from support.cases import OPS

PLAIN = (int, float, complex, str, bytes, bool, type(None), range, slice, np.generic, np.dtype)
CLOSED = (     # what no program changes; `compress` counts the turns of a generator expression, for each statement
    ModuleType, CodeType, TypeProxy, ModuleProxy, Rules, itertools.compress, np.random.RandomState)
PACKAGE = str(Path(gradcli.__file__).parent)


def state(session):
    """All that the names of a session lead to, and its modes and random numbers, as something comparable."""
    seen, texts = {}, []
    pending = [value for _, value in sorted(session.names().items())]
    texts.append(sorted(session.names()))
    while pending:
        value = pending.pop()
        if isinstance(value, PLAIN):
            texts.append(repr(value))
        elif id(value) in seen:
            texts.append(seen[id(value)])
        else:
            seen[id(value)] = len(seen)
            text, parts = _opened(value)
            texts += [type(value).__qualname__, text]
            pending += parts
    texts.append(repr([session._modes, vars(session.options), session.generators.save()]))
    return texts


def _opened(value):
    """What a value is by itself, and what it refers to, in an order that does not change."""
    if isinstance(value, np.ndarray):
        return (value.shape, value.strides, str(value.dtype), crc32(value.tobytes()), value.flags.writeable), []
    if isinstance(value, CLOSED) or isinstance(value, type) and not user_class(value):
        return id(value), []
    if isinstance(value, type):
        return sorted(vars(value)), [part for name, part in sorted(vars(value).items()) if name[0] != "_"]
    if isinstance(value, dict):
        return len(value), [*value.keys(), *value.values()]
    if isinstance(value, set | frozenset):
        return sorted(map(repr, value)), []
    if isinstance(value, list | tuple):
        return len(value), list(value)
    if isinstance(value, FunctionType) and value.__code__.co_filename.startswith(PACKAGE):
        return value.__qualname__, []       # its code is written anew once it has been called often
    if isinstance(value, FunctionType):
        return id(value.__code__), [*(value.__closure__ or ()), *(value.__defaults__ or ())]
    if isinstance(value, CellType | MethodType):
        return "", gc.get_referents(value)
    if isinstance(value, Op | NodeOutput):
        edges = getattr(value, "edges", ())
        kept = edges if isinstance(edges, tuple) else ()
        onward = [item for parent, _, arrays in kept for item in (parent, arrays)]
        return (id(value), type(edges).__name__, len(kept)), [value.hooks, getattr(value, "node", None), *onward]
    if hasattr(value, "__reduce__") and hasattr(value, "__setstate__") and hasattr(value, "__next__"):
        return repr(value.__reduce__()[2:]), gc.get_referents(value)
    slots = [name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ())]
    if slots or hasattr(value, "__dict__"):
        kept = {name: getattr(value, name) for name in slots if (
            name not in ("__weakref__", "viewed") and hasattr(value, name))}      # that there are views is no state
        kept |= getattr(value, "__dict__", {})
        return sorted(kept), [part for _, part in sorted(kept.items())]
    return "", [part for part in gc.get_referents(value) if not isinstance(part, type)]


def in_place():
    """For every form in place of the table, its name and the arguments of each sample."""
    for op in OPS:
        for name in op.inplace_names():
            for sample in op.samples:
                yield name, sample


def give(session, **values):
    """Let a session have these names and no others; arrays become tensors."""
    for name in session.names():
        del session.namespace[name]
    for name, value in values.items():
        session[name] = value


def tensors(value, dtype):
    """An argument of a sample as programs give it."""
    if isinstance(value, list) or isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return Tensor(np.array(value, dtype))
    if isinstance(value, tuple) and value and all(isinstance(item, list) for item in value):
        return tuple(tensors(item, dtype) for item in value)
    return Tensor(value.copy()) if isinstance(value, np.ndarray) else value


def layouts(array):
    """The same numbers in memory of their own, in a piece of a larger block, and turned."""
    yield array.copy()
    block = np.full((2 * array.size + 10,), 7, array.dtype)
    block[5 : 5 + array.size] = array.reshape(-1)
    yield block[5 : 5 + array.size].reshape(array.shape)
    yield array.T.copy().T


def failing(session, statement):
    """Run a statement to its end and then into a fault, as the prompt does; whether it got to the fault."""
    checkpoint = Snapshot(session)
    reached = False
    try:
        with checkpoint.watching():
            session.run(f"{statement}\nraise ValueError('the end is reached')\n", echo=False)
    except Fault as fault:
        reached = "the end is reached" in fault.message
    finally:
        checkpoint.restore()
    return reached


def undone(session, statement):
    """Run a statement that succeeds, and take it back."""
    checkpoint = Snapshot(session)
    try:
        with checkpoint.watching():
            session.run(f"{statement}\n", echo=False)
    except Fault:
        pass
    else:
        checkpoint.discard_unchanged()
    checkpoint.restore()


OPTIMISERS = {
    "SGD": "lr=.1, momentum=.9", "Adam": "lr=.1, amsgrad=True", "AdamW": "lr=.1", "Adamax": "lr=.1", "Rprop": "lr=.1",
    "RMSprop": "lr=.1, momentum=.9, centered=True", "Adagrad": "lr=.1", "Adadelta": "lr=.1",
    "LBFGS": "lr=.1, line_search_fn='strong_wolfe'"}
INITS = {name: "" for name in vars(init) if name.endswith("_") and not name.startswith("_")} | {
    "constant_": ", 3", "sparse_": ", .5"}
SETUP = """
import numpy as np, random, time, copy, itertools, collections
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
N = {size}
x = torch.rand(N) + .5
y = torch.rand(N).double() + .5
part = torch.rand(N + 9)[4:-5]
block = torch.rand(4 * N)
odd = block[::4]
square = torch.rand(8, N // 8 + 1)
turned = square.t()
kernel = torch.rand(N // 16 + 1, 2, 3, 3)
whole = torch.arange(N)
cube = torch.rand(2, 3, N)
thin = torch.rand(1, N)
grid = torch.rand(3, N).t()
wide = torch.rand(1).expand(N)
array = torch.rand(N).numpy()
memory = torch.rand(N).storage()
leaf = Variable(torch.rand(N), requires_grad=True)
loss = (leaf * leaf).sum()
loss.backward(retain_graph=True)
made = leaf * 3
net = nn.Sequential(nn.Linear(4, N // 4 + 1), nn.BatchNorm1d(N // 4 + 1))
other = copy.deepcopy(net)
words = nn.Embedding(N // 8 + 1, 8, max_norm=.5)
net(torch.rand(5, 4)).sum().backward()
generator = torch.Generator()
class Keeping(Function):
    @staticmethod
    def forward(ctx, x):
        global context
        ctx.save_for_backward(x)
        ctx.turns = [0]
        context = ctx
        return x * 2
    @staticmethod
    def backward(ctx, g):
        ctx.turns.append(1)
        ctx.saved_tensors[0].data.zero_()
        return g * 2
kept = Keeping.apply(leaf.detach().clone().requires_grad_())
del context
def scaling(g):
    g.data.mul_(2)
    turns.append(1)
turns = []
leaf.register_hook(scaling)
def held():
    hidden, table, members, queue, tensor = [1], {{1: 2}}, {{1, 2}}, collections.deque([1]), torch.zeros(N)
    return (hidden.append, (hidden for _ in range(9)), table.keys(), table.update, members.add, queue.append,
            map(str, hidden), zip(hidden, members), iter(hidden), tensor.add_, itertools.chain(hidden))
append, stream, keys, update, add, enqueue, mapped, zipped, walk, grow, chained = held()
from functools import partial
counted, default, ordered = collections.Counter("aab"), collections.defaultdict(list), collections.OrderedDict(a=[1])
default[1].append(2)
Pair = collections.namedtuple("Pair", "a b")
pair = Pair([1], {{2: 3}})
class Trouble(Exception):
    pass
trouble = Trouble([1])
trouble.more = [2]
class Box:
    shared = [1]
    def __init__(self):
        self.inner = {{1: [2]}}
    @property
    def content(self):
        return self.inner
    def add(self, value):
        self.inner[value] = value
box = Box()
bound, apart = Box().add, partial(Box().add, 7)
def adding(value, known=[0]):
    known.append(value)
    return known
views = {{1: [1]}}.items(), {{1: [1]}}.values(), reversed([[1], [2]])
bar = torch.optim.lr_scheduler.StepLR(optim.SGD([leaf], lr=1.0), 1)
data = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(part, part), 4, shuffle=True)
through = iter([1, 2, 3, 4])
numbers = iter(range(1000000, 2000000))
letters = iter("abcdef")
"""
WRITERS = """
x.storage()[0] = 9
x.storage().fill_(2)
memory[3] = 5
memory.fill_(1)
x.apply_(lambda v: v + 1) if N < 100 else x.add_(1)
x.map_(part, lambda a, b: a - b) if N < 100 else x.sub_(part)
x.map2_(part, part, lambda a, b, c: a - b) if N < 100 else x.sub_(part)
x[0] = 5
x[2:7] = 5
x[x > 1] = 0
x[[1, 2]] = x[[3, 4]]
x += 1
x *= x
torch.sort(part, 0, out=(part, whole))
torch.add(x, x, out=x)
torch.exp(part, out=part)
torch.cumsum(x, 0, out=odd)
torch.max(grid, 1, out=(x, whole))
x.resize_(3)
x.resize_(N + 50)
x.resize_as_(square)
x.set_(part)
x.data = part
square.t_()
square.transpose_(0, 1)
thin.squeeze_()
x.unsqueeze_(0)
x.copy_(part)
x.index_fill_(0, torch.LongTensor([1]), 7)
x.index_add_(0, torch.LongTensor([1]), torch.ones(1))
x.index_copy_(0, torch.LongTensor([1]), torch.ones(1))
x.scatter_(0, torch.LongTensor([1]), 7)
x.masked_fill_(x > 1, 0)
x.masked_scatter_(x > 1, part)
x.put_(torch.LongTensor([1]), torch.ones(1))
odd.zero_()
turned.mul_(2)
turned[1] = 4
turned.view(-1) if False else turned.normal_()
grid.uniform_()
wide.add_(1)
wide[0] = 3
whole.random_(5)
x.polygamma_(1)
cube.baddbmm_(torch.rand(2, 3, 4), torch.rand(2, 4, N))
y.exponential_(); y.cauchy_(); y.log_normal_(); y.geometric_(.5); y.bernoulli_()
array.sort()
array[1] = 5
array += 1
np.exp(array, out=array)
np.random.shuffle(array); random.random(); np.random.rand(3)
np.add(array, array, out=array)
array.fill_(3)
leaf.data.add_(1)
leaf.grad.data.zero_()
leaf.grad = None
leaf.grad.add_(1)
loss.backward(); loss = 0
loss.backward(retain_graph=True); loss.backward(retain_graph=True)
made.add_(1)
made.data.fill_(0)
made.detach_()
made[0] = 5
kept.sum().backward()
kept.creator.previous_functions[0][0].data.fill_(3)
net(torch.rand(5, 4))
net[1].reset_running_stats()
net[1].reset_parameters()
net[0].reset_parameters()
net.zero_grad()
net.zero_grad(set_to_none=False)
net.load_state_dict(other.state_dict())
net.double()
net.eval(); net[0].weight.requires_grad = False
net[:1].apply(lambda m: [p.data.fill_(2) for p in m.parameters()])
net(torch.rand(5, 4)).sum().backward()
words(torch.arange(3))
words.reset_parameters()
F.batch_norm(torch.rand(5, N), x, part, training=True)
F.relu(x.sub_(1), inplace=True)
F.dropout(x, .5, True, inplace=True)
nn.ReLU(inplace=True)(x.sub_(1))
nn.Dropout(.5, inplace=True)(x)
nn.utils.clip_grad_norm_([leaf], .01)
nn.utils.clip_grad_value_([leaf], .01)
nn.utils.vector_to_parameters(torch.zeros(N), [leaf])
generator.manual_seed(5); torch.rand(2, generator=generator)
counted.update("b"); default[3].append(1); ordered["b"] = 2; ordered["a"].append(1)
pair.a.append(1); pair.b[3] = 4
trouble.more.append(2); trouble.args[0].append(1); trouble.new = 3
box.add(5); box.content[1].append(1); Box.shared.append(2); Box.other = 3; box.own = 4
bound(3); apart()
adding(3)
[each[1].append(4) for each in views[0]]; [each.append(5) for each in views[1]]; next(views[2]).append(9)
bar.step()
[batch for batch in data]
append(2)
update({3: 4})
add(9); enqueue(9)
grow(1)
next(through); next(through)
next(numbers); next(letters)
torch.set_grad_enabled(False); torch.autograd.set_detect_anomaly(True); torch.set_default_dtype(torch.float64)
torch.set_printoptions(precision=2); torch.manual_seed(4); torch.rand(3); time.time(); random.seed(3); np.random.seed(2)
x.as_strided((2, 2), (1, 2)).zero_()
x.unfold(0, 2, 2).add_(1)
square.diagonal().zero_()
square.view(-1).add_(1)
v = x[1:]; v.add_(1); w = v.storage(); w[0] = 3; del v, w
torch.nn.init.zeros_(leaf.data)
del x
x = y = 3
""".strip().splitlines()
