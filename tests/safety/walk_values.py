"""What the hostile walk puts into calls: program texts of classes, functions and values, by kind."""

from __future__ import annotations

import ast
from pathlib import Path

import gradcli

STRANGERS = ["Everything()", "ReadableModule()", "Plain()", "SubException()", "Named()", "None"]
PROTOCOL = ("_readable _class_readable _writable _holds _inheritable _looks _opens _record _fields _types _call _name "
            "_methods _known_as _fetch _parameter_dict _buffer_dict _module_dict _hooks _state _non_persistent_buffers").split()
PUBLIC = ("mro array dtype type told args obj name with_traceback add_note message span hints notes types seek code "
          "status node gradient data grad shape size holder deep base register tensor_dtype creator requires_grad "
          "parameters register_forward_hook state_dict load_state_dict defaults param_groups state step callee phrase count near option "
          "several parameter at key sign lacks expected shapes dtypes computed succeeded as_python").split()


def private_names() -> list[str]:
    """Every private attribute name in gradcli's source, and those of the protocols that it reads."""
    names = set(PROTOCOL)
    for path in sorted(Path(gradcli.__file__).parent.rglob("*.py")):
        names |= {node.attr for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
                  if isinstance(node, ast.Attribute) and node.attr[0] == "_" and node.attr[1:2] != "_"}
    return sorted(names)


PRIVATE = private_names()
NAMES = repr((*PRIVATE, *PUBLIC))

METHODS = repr(("half float double to type apply parameters named_parameters state_dict load_state_dict zero_grad train eval "
                "children modules register_buffer register_parameter register_forward_hook add_module requires_grad_ cpu "
                "cuda buffers named_modules extra_repr forward share_memory save_for_backward mark_dirty backward f").split())
"""Methods that are named by their class, to be called with objects of another."""

IMPORTS = """
import argparse, collections, copy, functools, itertools, math, matplotlib.pyplot, numpy as np, numpy.linalg, numpy.random
import operator, random, string, time, tqdm, tqdm.auto, typing, warnings, torch, torch.accelerator, torch.autograd
import torch.backends.mps, torch.cuda, torch.distributions, torch.func, torch.linalg, torch.masked, torch.nn
import torch.nn.functional, torch.nn.init, torch.nn.utils.rnn, torch.optim.lr_scheduler, torch.special, torch.testing
import torch.utils.data
"""

DEFINITIONS = [
    "class Plain: pass",
    "class Held:\n    def __init__(self, *args, **options): self.args, self.options = args, options",
    "class Named:\n    name = 'a'\n    def method(self, *args, **options): return handed(self, args, options)",
    "class method:\n    def __init__(self, *args): pass",
    "class function: pass",
    "class type_:\n    pass\ntype_.name = 'type'",
    "class builtin_function_or_method: pass",
    "class module: pass",
    "class FloatTensor: pass",
    "class Called:\n    def __call__(self, *args, **options): return handed(args, options)",
    "class ReprFails:\n    def __repr__(self): raise KeyError(self)",
    "class ReprNumber:\n    def __repr__(self): return 5",
    "class ReprHolds:\n    def __repr__(self): return Plain()",
    "class InitFails:\n    def __init__(self, *args): raise KeyError(self)",
    "class CallFails:\n    def __call__(self, *args, **options): raise ValueError(self, args)",
    "class PropertyFails:\n    value = array = dtype = args = shape = grad = property(lambda self: 1 / 0)",
    "class PropertyOdd:\n    array = dtype = args = told = shape = grad = data = property(lambda self: Plain)",
    "class DtypeHolds:\n    name = 'f4'",
    "class Arrayish:\n    array = torch.ones(2)\n    dtype = DtypeHolds()\n    shape = (2,)\n    grad = None",
    "class Tupled:\n    _fields = ('a',)\n    _known_as = Plain",
    *(f"class Special{name}:\n    def __{name}__(self, *args): return handed(args) or Plain" for name in (
        "add radd iadd getitem setitem len iter next contains eq lt hash bool enter exit str format index int float "
        "neg matmul pow call round abs").split()),
    "class Empty(Exception): pass",
    "class Odd(Exception):\n    told = 5",
    "class OddAssert(AssertionError): told = 5",
    "class ToldFails(Exception):\n    told = property(lambda self: 1 / 0)",
    "class ArgsNumber:\n    args = 5",
    "class ArgsFail:\n    args = property(lambda self: 1 / 0)",
    "class OddArgs(ArgsNumber, ValueError): pass",
    "class FailingArgs(ArgsFail, Exception): pass",
    "class Shows(Exception):\n    def f(self): return super().__repr__()",
    "class Above(Held):\n    def f(self): return super()",
    "def f(*args, **options):\n    handed(args, options)\n    return args[0] if args else None",
    "def raises(*args, **options): raise KeyError(Plain, args)",
    "def odd(*args, **options): return Plain()",
    "def classed(*args, **options): return Plain",
    "def numbered(*args, **options): return 10 ** 30",
    "def generator(*args): return (k for k in [Plain, print])",
    "class Net(nn.Module):\n    def __init__(self):\n        super(Net, self).__init__()\n        self.fc = nn.Linear(2, 2)\n"
    "    def forward(self, a): return self.fc(a)",
    "class Double(Function):\n    @staticmethod\n    def forward(ctx, a):\n        handed(ctx)\n        return a * 2\n"
    "    @staticmethod\n    def backward(ctx, g):\n        handed(ctx, g)\n        return g",
    "class Single(Function):\n    def forward(self, a):\n        handed(self, a)\n        return a * 2\n"
    "    def backward(self, g): return handed(g)",
    "class Odds(Function):\n    @staticmethod\n    def forward(ctx, a): return Plain\n    @staticmethod\n"
    "    def backward(ctx, g): return print",
    "class Numbers(torch.utils.data.Dataset):\n    def __len__(self): return 3\n    def __getitem__(self, i): return i",
    "Point = collections.namedtuple('Point', 'x y')",
    "Rule = collections.namedtuple('Rule', 'array dtype')",
    "net = Net()", f"NAMES = {NAMES}", f"METHODS = {METHODS}",
    "WRITING = ('detach_', 'relu_', 'neg_', 'sigmoid_', 'zero_', 'abs_', 'e', 'grad', 'data', 'name')",
    "RULES = [getattr(optim, name) for name in ('SGD', 'Adam', 'Adagrad', 'RMSprop', 'Adadelta', 'AdamW', 'Rprop', 'ASGD', "
    "'Adamax') if hasattr(optim, name)]",
    "def optimizer():\n    p = nn.Parameter(torch.ones(2))\n    p.grad = torch.ones(2)\n    return optim.Adam([p])",
]

READING = {
    "Readable": f"_readable = {NAMES}",
    "ClassReadable": f"_class_readable = {NAMES}",
    "Writable": f"_readable = _class_readable = _writable = {NAMES}",
    "Holds": "_holds = _inheritable = True",
    "Looks": "_looks = _opens = lambda *args: reached('_opens', args)",
    "Forges": "@staticmethod\n    def _opens(v): return reached('_opens', [v]) or ('forged(', [1], ')')",
}
BASES = ("nn.Module nn.Linear nn.Sequential Function Exception AttributeError KeyError StopIteration optim.SGD "
         "optim.Optimizer torch.utils.data.Dataset torch.optim.lr_scheduler.LRScheduler torch.distributions.Normal "
         "torch.distributions.Distribution object").split()
"""What programs' classes try to inherit from, with and without the mixins above."""


COPIED = ("nn.Module", "Function", "Exception", "AttributeError", "object")


def class_name(base: str) -> str:
    return base.rsplit(".", 1)[-1]


def mixed() -> list[str]:
    """Classes that bring attributes of our own protocols past the bases, and those without."""
    texts = [f"class {name}:\n    {body}" for name, body in READING.items()]
    for base in BASES:
        texts.append(f"class Sub{class_name(base)}({base}): pass")
        texts += [f"class {name}{class_name(base)}({name}, {base}): pass" for name in READING]
    return texts


def everything() -> str:
    """A class that answers to every private name of ours, and tells when it is asked."""
    return "class Everything:\n" + "".join(
        f"    def {name}(self, *args, **options): return reached({name!r}, args, options)\n" for name in PRIVATE
    ) + "".join(f"    def {name}(self, *args, **options): return handed(args, options)\n" for name in PUBLIC)


def copied() -> list[str]:
    """Classes with methods that bear the names of private ones, as many as the language takes."""
    texts = [f"class Copied{class_name(base)}({base}): pass" for base in COPIED]
    texts += [f"def copied_{number}():\n    out = []\n" + "".join(
        f"    def {name}(self, *args): return self\n    out.append(('g_{name}', {name}))\n" for name in names)
        + "    return out" for number, names in enumerate((PRIVATE, PUBLIC))]
    return texts + [f"for name, function in copied_{number}():\n    try: setattr(Copied{class_name(base)}, name, function)\n"
                    "    except Exception: pass" for base in COPIED for number in (0, 1)]


FRIENDLY = {
    "tensor": ["torch.ones(2)", "torch.ones(2, 2)", "torch.eye(2)", "torch.tensor(1.5)", "torch.LongTensor([0, 1])",
               "torch.ones(2, 2) > 0", "torch.ones(1, 1, 4, 4)", "torch.ones(2).double()", "torch.ones(1, 2, 4)",
               "torch.zeros(0)", "torch.ones(2, 2).int()", "torch.LongTensor([7])[0] ** 30", "torch.ByteTensor([200])[0] * 2"],
    "variable": ["Variable(torch.ones(2, 2), requires_grad=True)", "Variable(torch.ones(2), requires_grad=True)",
                 "nn.Parameter(torch.ones(2))", "(Variable(torch.ones(2), requires_grad=True) * 2).sum()",
                 "Variable(torch.ones(2), volatile=True)"],
    "array": ["np.array([1.0, 2.0])", "torch.ones(2, 2).numpy()", "np.zeros((2, 2))", "np.arange(3)"],
    "number": ["0", "1", "2", "-1", "0.5", "2.5", "True"],
    "text": ["'mean'", "'a'", "'x y'", "'cpu'", "'float32'"],
    "shape": ["(2, 2)", "[2]", "(2,)", "torch.ones(2).size()", "(0, 1)"],
    "list": ["[1, 2]", "[torch.ones(2), torch.ones(2)]", "[nn.Parameter(torch.ones(2))]", "net.parameters()",
             "[1.0, [2.0]]", "{'a': torch.ones(2)}", "[('a', 1)]"],
    "function": ["f", "lambda a: a", "len", "torch.sum", "net"],
    "dtype": ["torch.float32", "torch.int64", "torch.float64", "None"],
    "module": ["net", "nn.Linear(2, 2)", "nn.Sequential(nn.Linear(2, 2), nn.ReLU())", "nn.MSELoss()", "nn.LSTM(2, 2)",
               "nn.BatchNorm1d(2)", "nn.Embedding(3, 2)"],
    "optimizer": ["optimizer()", "optim.SGD(net.parameters(), lr=0.1)", "optim.Adagrad(net.parameters())",
                  "torch.optim.lr_scheduler.StepLR(optimizer(), 1)", "optim.LBFGS(net.parameters())"],
    "rule": "optim.SGD optim.Adam optim.Adagrad optim.RMSprop optim.Adadelta optim.AdamW optim.Rprop optim.LBFGS "
            "optim.ASGD optim.Adamax".split(),
    "rebind": ["copy.copy", "copy.deepcopy", "lambda a: w_rename(a, 1)", "functools.partial", "lambda a: copy.copy([a])"],
    "kind": [f"Copied{class_name(base)}" for base in COPIED],
    "mixin": [*READING, "Plain", "ArgsNumber", "ArgsFail", "Held", "Named", "Everything"],
    "base": [*BASES, "SubModule", "Plain", "ReadableModule", "Empty", "SubFunction"],
    "method": ["torch.ones(2).add", "net.forward", "Named().method", "SubModule().half"],
}

HOSTILE = {
    "class": "Plain Held Named method function Called ReprFails Arrayish Tupled Everything PropertyFails "
             "SubModule SubException SubFunction ClassReadable ClassReadableModule InitFails Empty Point".split(),
    "stand-in": "int float str list dict set tuple object property range super type Exception KeyError torch.Tensor "
            "torch.FloatTensor nn.Module nn.Linear Function Variable nn.Parameter collections.deque slice map "
            "torch.autograd.Variable torch.Generator torch.device optim.SGD np.ndarray bool typing.Any".split(),
    "instance": "Plain() Held(1) Named() method() function() module() builtin_function_or_method() Called() "
                "ReprFails() ReprNumber() ReprHolds() CallFails() PropertyFails() PropertyOdd() Arrayish() Tupled() "
                "Everything() Readable() Holds() Looks() Forges() DtypeHolds() FloatTensor() Above(1).f()".split(),
    "exception": ["Empty()", "Empty(Plain)", "Odd()", "OddAssert()", "ToldFails()", "OddArgs(1)", "FailingArgs()",
                  "Shows(print, f)", "ValueError(ReprFails())", "KeyError(ReprNumber())", "ValueError(Plain)",
                  "AttributeError('a')", "StopIteration(Plain())", "Empty(ReprHolds())", "KeyError(KeyError(Plain()))"],
    "callback": ["f", "raises", "odd", "classed", "numbered", "generator", "lambda: 0", "lambda *a, **k: Plain",
                 "lambda *a: [print]", "lambda *a: 10 ** 30", "lambda *a: a", "lambda g: g.double()",
                 "lambda *a: torch.ones(3)"],
    "prelude": "print len getattr copy.copy copy.deepcopy torch.add torch.detach np.full map.__name__ isinstance "
               "functools.partial sorted math.sin torch.ones itertools.count id".split(),
    "namespace": "math torch nn np copy torch.nn.functional torch.utils.data matplotlib.pyplot random".split(),
    "bound": ["torch.ones(2).add", "[].append", "'a'.upper", "{}.get", "net.forward", "Named().method", "net.half",
               "optimizer().step", "Empty().args", "collections.deque([1]).append", "str.upper", "list.append",
               "'{0}'.format", "SubModule.half", "SubModule.to", "property(f).setter"],
    "iterator": ["(k for k in [Plain, 1])", "iter([Plain])", "map(f, [Plain])", "zip([1], [print])", "enumerate([Plain])",
                 "reversed([1])", "filter(None, [Plain])", "{1: Plain}.items()", "{1: 2}.keys()", "{1: Plain}.values()",
                 "itertools.chain([1], [Plain])", "net.parameters()", "net.named_parameters()", "iter({1: 2}.items())"],
    "container": ["[Plain]", "(Plain(), print)", "{'a': print}", "{Plain: 1}", "{Plain()}", "collections.deque()",
                  "collections.deque([Plain], 2)", "collections.Counter('aab')", "collections.Counter({Plain: 2})",
                  "collections.defaultdict(classed)", "collections.OrderedDict(a=Plain)", "Point(Plain, print)",
                  "Rule(torch.ones(2), Plain)", "[[Plain]]", "[torch.ones(2), Plain]", "[1, 'a']", "['a', 'b']",
                  "[10 ** 30]", "[None]", "{}", "[]", "()", "set()", "[[1], [1, 2]]", "['x', print]"],
    "extreme": ["10 ** 30", "-10 ** 30", "2 ** 63", "-2 ** 63", "10 ** 9", "-10 ** 9", "math.nan", "math.inf",
               "-math.inf", "1e308", "-1", "False", "1j", "complex(math.nan, -math.inf)", "10 ** 5000", "2 ** 31", "-0.0", "1e-320"],
    "spelling": ["''", "'a' * 1000", "'M8[s]'", "'S4'", "'O'", "'object'", "'f4'", "'U3'", "'V8'", "'cuda'", "'%s'",
             "'{0.a}'", "'_parameter_dict'", "'now'", "'a.b'", "'0' * 5000", "'complex64'", "'sum'", "'f8,f8'", "'é'", "'\\n'"],
    "odd": ["...", "None", "NotImplemented", "slice(1)", "slice(Plain, print)", "range(3)", "property(f)",
            "staticmethod(f)", "torch.ones(2).size()", "torch.float32", "torch.ones(2).storage()", "torch.device('cpu')",
            "torch.Generator()", "torch.no_grad()", "torch.finfo(torch.float32)", "torch.iinfo(torch.int64)",
            "Variable(torch.ones(2), requires_grad=True).register_hook(f)", "np.float32", "torch.enable_grad()",
            "argparse.ArgumentParser()", "tqdm.tqdm([Plain])", "torch.distributions.Normal(0.0, 1.0)", "Numbers()", "optimizer().state",
            "nn.Parameter(torch.tensor([1j, 2]))", "torch.ones(4).view(torch.float64)", "torch.LongTensor([7])[0] ** 30000",
            "torch.autograd.graph.register_multi_grad_hook((nn.Parameter(torch.ones(1)),), f)", "type(collections.OrderedDict())",
            "torch.utils.data.DataLoader(Numbers())", "Double.apply(Variable(torch.ones(1), requires_grad=True)).creator",
            "(Variable(torch.ones(2), requires_grad=True) * 2).creator", "matplotlib.pyplot.subplots()", "Single()",
            "nn.utils.rnn.pad_sequence([torch.ones(2)])", "torch.ones(2, 2).max(1)", "torch.ones(2).add",
            "super(Net, net)", "torch.ones(2).dtype", "torch.tensor([1j, 2])", "torch.tensor([[1j]]).conj()", "torch.complex64", "random.random", "torch.ones(2, 2).svd()"],
    "state": ["net.state_dict()", "optimizer().state_dict()", "{'state': {0: {'step': 1, 'sum': collections.deque()}}}",
              "{'state': {}, 'param_groups': [{'params': [0], 'lr': print}]}", "{'fc.weight': collections.deque()}",
              "{'fc.weight': Plain, 'fc.bias': print}", "{'param_groups': Plain}", "[{'params': [Plain]}]",
              "{'params': [nn.Parameter(torch.ones(2))], 'lr': Plain}", "torch.get_rng_state()"],
    "receiver": "SubModule() SubFunction() SubOptimizer Readableobject() ReadableModule() ReadableException() "
            "ReadableFunction() WritableModule() HoldsModule() HoldsException() LooksModule() ClassReadableFunction "
            "ReadableDataset() Specialadd() Speciallen() Specialiter() Specialgetitem() Specialeq() Specialhash() "
            "Specialenter() Specialindex() Specialfloat() Specialbool() Specialformat() ClassReadableException SubDataset() WritableFunction() Looks() Forges() LooksException() "
                "ClassReadableModule ClassReadable".split(),
    "foreign": STRANGERS,
    "shared": "math torch nn copy functools.partial print len nn.Linear int torch.add torch.float32 optim.SGD".split(),
}

WRAPPERS = ("[@]", "(@,)", "{'a': @}", "{@: 1}", "collections.deque([@])", "iter([@])", "lambda *a, **k: @", "Held(@)",
            "functools.partial(f, @)", "Point(@, 1)", "[1, @]", "copy.copy(@)", "(k for k in [@])", "collections.Counter([@])",
            "[torch.ones(2), @]", "slice(@)", "ValueError(@)", "[[@], [@]]")
"""What is put around a value, which stands for the @."""
KEYWORDS = ("dim dtype out key device generator requires_grad start size keepdim default reduction alpha memo maxlen "
            "initial state lr params foreach fill_value axis weight bias func step closure nonsense self other input "
            "p n inplace create_graph retain_graph gradient grad_outputs collate_fn batch_size").split()
