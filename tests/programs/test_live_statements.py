"""Attributes by name, global names, kinds of arrays, handles of hooks: as CPython prints them with PyTorch."""

import pytest

pytest.importorskip("torch")

from gradcli.faults.tree import Fault
from gradcli.session.session import Session
from support.python_prints import python_prints

PROGRAMS = {"attributes by name": """
import torch
NAMES = '''__len__ __iter__ __getitem__ __setitem__ __contains__ __call__ __next__ __enter__ __exit__ __add__ __bool__
    __float__ __int__ __eq__ __lt__ __hash__ __repr__ __str__ __doc__'''.split()
class Counted:
    def __len__(self): return 3
    def __call__(self, x): return x
class Named(torch.nn.Module): pass
x = torch.tensor([7, 8, 9])
values = (1, 's', [], {}, set(), None, 2.5, x, Named(), torch.nn.Linear(1, 1), Counted, Counted(), print, range(3),
          torch.float32, torch.Size([1]), (i for i in [1]), slice(1), lambda: 1)
for value in values:
    print(type(value).__name__, [name for name in NAMES if hasattr(value, name)])
print(hasattr(torch, '__version__'), getattr(torch, '__version__', None) == torch.__version__, hasattr(3, '__name__'))
print(getattr(Counted, '__name__'), getattr(Counted(), '__len__')(), getattr(x, '__len__')(), getattr(3, '__len__', 5))
try:
    getattr(3, '__len__')
except AttributeError as error:
    print(error)
""", "names of exceptions": """
import torch
x = torch.tensor([1.0], dtype=torch.float64, requires_grad=True)
p = torch.nn.Parameter(torch.ones(2))
p.grad = torch.tensor([float('nan'), 1])
for call in (lambda: torch.autograd.gradcheck(lambda x: x * x.detach(), x), lambda: torch.linalg.inv(torch.zeros(2, 2)),
             lambda: torch.nn.utils.clip_grad_norm_([p], 1, error_if_nonfinite=True)):
    try: call()
    except RuntimeError as error: print(type(error), str(error).split(',')[0])
try: (lambda: (lambda x: x)())()
except TypeError as error: print(str(error).rpartition('.')[2])
""", "products of several types": """
import torch, torch.nn.functional as F
b, pair = torch.ones(2, 2), (torch.ones(1, 1, 3),) * 2
d, v, w, B, D = b.double(), b[0], b[0].double(), b[None], b[None].double()
for call in (lambda: b @ d, lambda: v @ w, lambda: b @ w, lambda: w @ b, lambda: B @ d, lambda: b @ D, lambda: B @ D,
             lambda: torch.mv(b, w), lambda: torch.bmm(B, D), lambda: torch.addmm(b, b, d),
             lambda: torch.addmm(b, d, b), lambda: torch.addmv(v, b, w), lambda: torch.addbmm(b, D, B),
             lambda: torch.baddbmm(B, D, B), lambda: torch.baddbmm(B, B, D), lambda: torch.einsum('ij,jk', b, d),
             lambda: F.linear(d, b), lambda: F.linear(d, b, v), lambda: F.linear(b, b, w),
             lambda: F.binary_cross_entropy(b, d), lambda: F.prelu(b, w[:1]), lambda: F.layer_norm(d, (2,), v, v),
             lambda: torch.nn.BatchNorm1d(2)(d), lambda: torch.linalg.solve(b, d),
             lambda: F.cross_entropy(b, b.long()), lambda: torch.nn.GRU(2, 3)(B, pair),
             lambda: torch.nn.LSTM(2, 3)(B, pair[0]), lambda: torch.nn.LSTM(2, 3)(B, pair[:1]),
             lambda: torch.nn.LSTM(2, 3)(B, torch.ones(2, 2, 3)), lambda: torch.nn.LSTMCell(2, 3)(b, b),
             lambda: torch.nn.GRUCell(2, 3)(b, pair)):
    try: print(call())
    except Exception as error: print(type(error).__name__, error)
z = torch.zeros(0, 3)
for name in ('max', 'min', 'argmax', 'argmin', 'median', 'mode', 'amax', 'amin', 'aminmax'):
    for options in ({'dim': 0}, {'dim': 1}, {}):
        try: print(getattr(torch, name)(z, **options))
        except (IndexError, RuntimeError) as error: print(type(error).__name__, error)
try: del b[0]
except TypeError as error: print(error)
""", "nodes of a layer": """
import torch
def walk(node, depth=0):
    print(' ' * depth, node and node.name())
    for inner, _ in node.next_functions if node else ():
        walk(inner, depth + 1)
walk(torch.nn.Linear(2, 1)(torch.ones(1, 2)).grad_fn)
""", "global names": """
class First: pass
class Second: pass
def make(name): return globals()[name]()
print(type(make('Second')).__name__, 'First' in globals(), 'zz' in globals(), globals().get('zz', 5))
for i in range(3):
    globals()[f'v{i}'] = i * i
def change(): globals()['w'] = 3
change()
print(v0, v1, v2, w, globals()['v2'])
del globals()['w']
print('w' in globals(), [name for name in globals() if name[0] == 'v'])
globals().update(a1=1, b1=2)
print(a1 + b1, globals().pop('a1'), sorted(k for k, v in globals().items() if v == 2))
try:
    globals()['nope']
except KeyError as error:
    print('KeyError', error)
""", "kinds of arrays": """
import numpy as np, torch
a, t = np.ones(2, dtype=np.float32), torch.ones(2)
print(torch.is_tensor(a), torch.is_tensor(t), torch.is_tensor(torch.nn.Parameter(t)))
for kind in (torch.Tensor, torch.FloatTensor, np.ndarray, (list, torch.Tensor), (list, np.ndarray)):
    print(isinstance(a, kind), isinstance(t, kind))
a = np.array([1.0, 2.0])
b, c = torch.as_tensor(a), torch.asarray(a)
b[0] = 9
print(a, b, c, b.dtype, type(b), torch.is_tensor(c))
i, f = torch.tensor([1, 2]), torch.ones(2)
filled = torch.Tensor(f).fill_(9)
print(f, torch.Tensor(i), torch.Tensor(torch.tensor(True)), torch.Tensor(a), torch.LongTensor(i),
      torch.Tensor(f.half()))
for make in (torch.FloatTensor, torch.DoubleTensor):
    try: make(i)
    except TypeError as error: print(error)
""", "element types of arrays": """
import numpy as np
for kind in (np.float32, np.float64, np.float16, np.int64, np.int32, np.int16, np.int8, np.uint8, bool):
    d = np.zeros(2, dtype=kind).dtype
    print(d.name, d.itemsize, d.kind, d.char, d.num, d.str, d.byteorder, d.alignment, d.ndim, d.shape, d.names,
          d.fields, d.hasobject, d.isnative)
""", "products of arrays": """
import numpy as np
a, b, c, v = (np.arange(12.).reshape(2, 2, 3), np.arange(12.).reshape(2, 3, 2), np.arange(6.).reshape(3, 2),
              np.arange(3.))
for x, y in ((a, b), (a, c), (a, v), (v, b), (c.T, b), (v, v), (c, np.ones(2)),
             (np.float32([[1, 2]]), np.ones((2, 1)))):
    product = np.matmul(x, y)
    print(product, product.shape, product.dtype, np.dot(x, y).shape)
for x, y in ((3, c), (c, 3), (v, np.ones((2, 2)))):
    try:
        np.matmul(x, y)
    except ValueError as error:
        print(error)
""", "methods": r"""
import re, torch
x, p = torch.tensor([7, 8, 9]), torch.nn.Parameter(torch.ones(2))
print(re.sub('0x[0-9a-f]+', '0x', f'{x.item} {p.numel} {[].append}'))
""", "handles of hooks": """
import torch
for order in range(4):
    a = torch.ones(2, requires_grad=True)
    c = a * 3
    if order == 0:
        c.retain_grad()
    first = c.register_hook(lambda g: g + 2)
    if order == 1:
        c.retain_grad()
    second = c.register_hook(lambda g: print('second', g))
    of_node = c.grad_fn.register_hook(lambda inputs, outputs: print('node', inputs, outputs))
    c.retain_grad()
    for handle in ((second,), (first,), (first, second, of_node), (of_node,))[order]:
        handle.remove()
    (c * 4).sum().backward()
    print(order, a.grad, c.grad)
"""}


@pytest.mark.parametrize("name", PROGRAMS)
def test_as_in_pytorch(name):
    assert Session(style="modern").run(PROGRAMS[name]) == python_prints(PROGRAMS[name])


def test_objects_are_saved_under_paths():
    program = ("import torch\nfrom pathlib import Path\ntorch.save(torch.ones(2), Path('runs') / 'x.pt')\n"
               "print(torch.load('runs/x.pt'), torch.load(Path('runs', 'x.pt')))\n")
    assert Session(style="modern").run(program) == "tensor([1., 1.]) tensor([1., 1.])\n"


def test_built_in_names_keep_their_meaning():
    for change in ("globals()['print'] = 3", "globals().update(range=3)", "globals()['__x'] = 1", "globals()['.attr']",
                   "globals()['.attr'] = 1", "globals()['__builtins__']", "globals()['a b'] = 1", "globals()[3] = 1"):
        session = Session(style="modern")
        with pytest.raises(Fault):
            session.run(change)
        assert session.run("print(range(3))") == "range(0, 3)\n", change
