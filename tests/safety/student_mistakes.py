"""Wrong programs as students write them. What each is told stands in student_mistakes.txt, which `--update` writes anew.

    python tests/safety/student_mistakes.py --update
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from gradcli.faults.tree import Fault
from gradcli.session.session import Session

PLACE = Path(__file__).with_name("student_mistakes.txt")
LEAF = "x = Variable(torch.ones(2, 2), requires_grad=True)\n"

SLIPS = Path(__file__).with_name("slips.txt")      # those that take more than a line
PROGRAMS = [line.replace("~", "\n") for line in r"""
print "hello"
print x
print hello world
x = 5 y = 6
if x = 3: print(x)
x = 1~if x == 1~    print(x)
for i in range(3)~    print(i)
def f(x)~    return x
class Net(nn.Module)~    pass
while True~    break
x = (1, 2
x = [1, 2
x = {1: 2
print('hello)
print("hello')
x = 'it's'
print(1))
x = [1, 2)
x = 1 +
x = * 2
x == 
1 = x
f() = 3
x + 1 = 2
None = 3
'a' = 1
for 1 in range(3): pass
for i in 3: pass
for i = 0; i < 3; i++: pass
i++
x = 3; x++
x = 5;~~  y = 6
if True:~print(1)
def f():~x = 1
if True:~    x = 1~  y = 2
if True:~	x = 1~        y = 2
else: pass
elif x: pass
except: pass
try: pass
return 5
break
continue
x = 012
x = 1__0
x = 3a
x = 0xg
x = 1.2.3
x = $5
x = a?b
x = a ? b : c
x = !a
a && b
a || b
a <> b
a === b
x = y = 
x := 5
import
from torch
import torch.
from torch import
import nump
import Torch
import torch.optm
from torch import one
from torch.nn import Linaer
import numpy as np
import seaborn as sns
lambda x: return x
def f(x, x): pass
def f(x=1, y): pass
f(x=1, 2)
f(x=1, x=2)
def f(*): pass
x = if y: 1
x = 1 if y
yield 1
await f()
async def f(): pass
match x:~    case 1: pass
exec "x = 1"
x = `5`
raise ValueError, "bad"
try: pass~except ValueError, e: pass
x = “hello”
x = 5 × 3
x − 1
x = 1,000.0.0
global x~x = 1; def
del 1
with open("f") as f: pass
@f~x = 1
class A: x = self.y
foo
prnt(1)
torch.onse(2, 2)
torch.one(2)
toch.ones(2)
x = torch.ones(2); x.sumn()
x = torch.ones(2); x.Sum()
x = torch.ones(2); x.size.foo
nn.Linaer(2, 2)
math.sine(1)
math.foo
F.reul(torch.ones(1))
optim.sgd([])
x.foo = 1
x = 5; x.foo
x = 5; x.foo = 1
'a' + 1
1 + 'a'
'a' * 'b'
[1] + 1
[1] - [1]
{} + {}
None + 1
1 / 0
1 // 0
1 % 0
5.0 / 0
[1, 2][5]
[1, 2]['a']
(1, 2)[2]
{'a': 1}['b']
'abc'[10]
[1, 2].foo
(1, 2)[0] = 5
'abc'[0] = 'x'
5[0]
5()
None()
[1]()
len(5)
len()
int('a')
int('1.5')
float('x')
float([1])
sum(5)
max()
max([])
range('a')
range(1.5)
sorted([1, 'a'])
abs('a')
round('a')
a, b = 1
a, b = 1, 2, 3
a, *b, *c = 1, 2
for a, b in [1, 2]: pass
def f(x): return x~f()
def f(x): return x~f(1, 2)
def f(x): return x~f(y=1)
def f():~    print(y)~    y = 1~f()
def f(): return f()~f()
def f(x): return x + 1~def g(x): return f(x)~g('a')
class A:~    def m(): pass~A().m()
class A:~    def __init__(self, x): self.x = x~A()
class A: pass~A().x
class A: pass~A.x
class A:~    def __len__(self): return 1
class A(B): pass
assert 1 == 2
assert 1 == 2, 'not equal'
raise ValueError('bad value')
raise NotImplementedError
raise 'text'
'%d' % 'a'
'%d %d' % 1
'%d' % (1, 2)
'{} {}'.format(1)
'{a}'.format(b=1)
'{0.x y}'.format(1)
f'{x'
f'{}'
f'{1:q}'
f'{y}'
{[]: 1}
{{}}
[].pop()
[1].remove(2)
[1].index(2)
isinstance(1, 'int')
open('file.txt')
input('name: ')
x = raw_input()
xrange(3)
unicode('a')
type(1, 2, 3)
exit()
torch.ones(2, 3) + torch.ones(3, 2)
torch.ones(2, 3) + torch.ones(4, 5)
torch.ones(2, 3).mm(torch.ones(2, 3))
torch.mm(torch.ones(2), torch.ones(2))
torch.ones(2, 3) @ torch.ones(2, 3)
torch.ones(3).view(2, 2)
torch.ones(2, 3).view(-1, -1)
torch.ones(2, 3).reshape(4)
torch.ones(2, 3).t().view(6)
torch.cat([torch.ones(2, 3), torch.ones(3, 2)])
torch.cat(torch.ones(2), torch.ones(2))
torch.cat([])
torch.stack([torch.ones(2), torch.ones(3)])
torch.ones(2, 3).sum(5)
torch.ones(2, 3)[5]
torch.ones(2, 3)[0, 5]
torch.ones(2, 3)[0, 0, 0]
torch.ones(2)['a']
torch.ones(2)[1.5]
torch.ones(-1)
torch.ones('a')
torch.ones(2.5)
torch.ones()
torch.zeros(2, dtype='foo')
torch.tensor([[1, 2], [3]])
torch.tensor(['a'])
torch.tensor()
torch.FloatTensor([1, 'a'])
torch.FloatTensor('a')
torch.LongTensor([1]) @ torch.FloatTensor([1.0])
torch.mm(torch.ones(2, 2), torch.ones(2, 2).double())
if torch.ones(2) > 0: pass
torch.ones(2) and 1
not torch.ones(2)
float(torch.ones(2))
int(torch.ones(2, 2))
torch.ones(2).item()
range(torch.ones(2))
torch.inverse(torch.zeros(2, 2))
torch.inverse(torch.ones(2, 3))
torch.max(torch.ones(2), 5)
torch.sum(torch.ones(2), axes=0)
torch.randn(2, 2, seed=1)
torch.arange(1, 10, 0)
torch.arange(5, 1)
torch.linspace(0, 1, -1)
torch.manual_seed('a')
torch.set_printoptions(precison=2)
torch.gather(torch.ones(2, 2), 0, torch.ones(2, 2))
torch.index_select(torch.ones(2, 2), 0, torch.LongTensor([5]))
F.cross_entropy(torch.ones(2, 3), torch.LongTensor([0, 5]))
F.mse_loss(torch.ones(2), torch.ones(3, 4))
F.nll_loss(torch.ones(2, 3), torch.ones(2))
F.dropout(torch.ones(2), p=2)
F.softmax(torch.ones(2), dim=3)
Variable([1, 2])
Variable(5)
Variable()
Variable(torch.ones(2), required_grad=True)
Variable(torch.LongTensor([1]), requires_grad=True)
torch.ones(2, requires_grad=True).backward()
torch.ones(2).backward()
LEAF y = x + 1; y.backward()
LEAF y = (x * x).sum(); y.backward(); y.backward()
LEAF y = x.data.sum(); y.backward()
LEAF y = x.detach().sum(); y.backward()
LEAF x += 1
LEAF x.add_(1)
LEAF x[0] = 5
LEAF x.zero_()
LEAF y = x * 2; z = y * y; y.add_(1); z.sum().backward()
LEAF y = x.exp(); y.mul_(2); y.sum().backward()
LEAF x.numpy()
LEAF y = x * 2; y.grad.data
LEAF x.grad.data.zero_()
LEAF y = x * 2; y.backward(torch.ones(3))
LEAF y = x * 2; y.backward(1)
LEAF y = x * 2; y.requires_grad = False
LEAF x.grad = torch.ones(3)
LEAF x.grad = 5
LEAF x.data = 5
LEAF with torch.no_grad():~    y = x.sum()~y.backward()
LEAF torch.autograd.grad(x.sum(), 5)
LEAF y = x.sum(); torch.autograd.grad(y, x, retain=True)
LEAF y = x.sum(); g, = torch.autograd.grad(y, x); g.backward()
LEAF x.register_hook(5)
LEAF x.cuda()
x = Variable(torch.ones(2), volatile=True); x.sum().backward()
Variable(torch.ones(2), requires_grad=True, volatile=True)
nn.Linear(2)
nn.Linear(2, 3)(torch.ones(2, 5))
nn.Linear('a', 3)
nn.Sequential(nn.Linear(2, 2), 5)
nn.Conv2d(1, 2, 3)(torch.ones(1, 1, 2, 2))
class N(nn.Module):~    def __init__(self): self.l = nn.Linear(1, 1)~N()
class N(nn.Module): pass~N()(torch.ones(1))
class N(nn.Module):~    def forward(self): return 1~N()(torch.ones(1))
optim.SGD(nn.Linear(1, 1), lr=0.1)
optim.SGD(nn.Linear(1, 1).parameters())
optim.SGD([], lr=0.1)
optim.SGD([torch.ones(1)], lr=-1)
optim.Adm([])
class G(Function):~    def forward(self, x): return x~G.apply(torch.ones(1))
class G(Function):~    @staticmethod~    def forward(ctx, x): return x~G()(torch.ones(1))
class G(Function):~    @staticmethod~    def forward(ctx, x): return x * 2~    @staticmethod~    def backward(ctx, g): return g, g~G.apply(Variable(torch.ones(1), requires_grad=True)).backward()
class G(Function):~    @staticmethod~    def forward(ctx, x): return x * 2~    @staticmethod~    def backward(ctx, g): return torch.ones(5)~G.apply(Variable(torch.ones(1), requires_grad=True)).backward()
class G(Function):~    @staticmethod~    def forward(ctx, x): return x * 2~G.apply(Variable(torch.ones(1), requires_grad=True)).backward()
""".replace("LEAF ", LEAF.replace("\n", "~")).strip().split("\n")]
PROGRAMS += SLIPS.read_text().removesuffix("\n").split("\n====\n")


def first_line(text):
    """The first line of the diagnostic, with the place that the carets mark."""
    try:
        Session(seed=0).run(text)
    except Fault as fault:
        line, column, end_line, end = fault.span or (0, 0, 0, 0)
        trail = "".join(f" in {name}" for name, _, _ in fault.trail)
        marked = fault.source.split("\n")[line - 1][column - 1: end - 1 if end_line == line else None]
        return f"error[{fault.code}] {line}:{column} {marked!r}{trail}: {fault.message}"
    return "nothing is wrong"


def snapshot():
    return "".join(f"{text}\n    {first_line(text)}\n".replace("\t", "\\t") for text in PROGRAMS)


if __name__ == "__main__":
    if "--update" in sys.argv:
        PLACE.write_text(snapshot())
    else:
        print(snapshot(), end="")
