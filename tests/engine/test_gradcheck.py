"""torch.autograd.gradcheck and gradgradcheck say of right and wrong functions what PyTorch says."""


import pytest

from gradcli.session.session import Session
from support.python_prints import python_prints

PROGRAM = '''
import torch
from torch.autograd import gradcheck, gradgradcheck, Function
torch.manual_seed(0)
d = torch.float64
x = torch.tensor([0.5, -1.5, 2.0], dtype=d, requires_grad=True)
y = torch.tensor([1.5, 0.5, 3.0], dtype=d, requires_grad=True)
c = torch.tensor([1.0, 2.0, 3.0], dtype=d)
f32 = torch.tensor([0.5, -1.5], requires_grad=True)
class Wrong(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x
    @staticmethod
    def backward(ctx, g):
        x, = ctx.saved_tensors
        return g * x
class Unmul(Function):
    @staticmethod
    def forward(ctx, x):
        return x * 3
    @staticmethod
    def backward(ctx, g):
        return torch.ones_like(g) * 3
class NoneBack(Function):
    @staticmethod
    def forward(ctx, x):
        return x * 3
    @staticmethod
    def backward(ctx, g):
        return None
class Size(Function):
    @staticmethod
    def forward(ctx, x):
        return x * 3
    @staticmethod
    def backward(ctx, g):
        return (g * 3).sum()
class Dtype(Function):
    @staticmethod
    def forward(ctx, x):
        return x * 3
    @staticmethod
    def backward(ctx, g):
        return (g * 3).float()
class Detached(Function):
    @staticmethod
    def forward(ctx, x, y):
        return x * y
    @staticmethod
    def backward(ctx, g):
        return g, g
class SecondWrong(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x ** 3
    @staticmethod
    def backward(ctx, g):
        x, = ctx.saved_tensors
        return g * 3 * (x * x.detach())
def tell(name, f):
    try:
        print(name, f())
    except Exception as e:
        print(name, isinstance(e, RuntimeError) or type(e).__name__, str(e).splitlines()[0])
flip = [0]
def drifting(a):
    flip[0] += 1
    return a * flip[0]
tell("mul", lambda: gradcheck(lambda a, b: a * b, (x, y)))
tell("plain input", lambda: gradcheck(torch.sin, x))
tell("list", lambda: gradcheck(lambda a, b: a * b, [x, y]))
tell("wrong", lambda: gradcheck(Wrong.apply, (x,)))
tell("wrong false", lambda: gradcheck(Wrong.apply, (x,), raise_exception=False))
tell("wrong second", lambda: gradcheck(lambda c, a: Wrong.apply(a) + c, (c, x)))
tell("wrong third", lambda: gradcheck(lambda c, a, b: (a + b, c + Wrong.apply(b)), (c, x, y)))
tell("unmul", lambda: gradcheck(Unmul.apply, (x,)))
tell("none", lambda: gradcheck(NoneBack.apply, (x,)))
tell("dtype", lambda: gradcheck(Dtype.apply, (x,)))
tell("single", lambda: gradcheck(lambda a: a * a, (f32,)))
tell("single wide", lambda: gradcheck(lambda a: a * a, (f32,), eps=1e-2, atol=1e-2))
tell("no grad", lambda: gradcheck(lambda a: a * a, (c,)))
tell("no tensors", lambda: gradcheck(lambda a: a * a, (2.0,)))
tell("detached", lambda: gradcheck(lambda a: a.detach() * 2, (x,)))
tell("detached part", lambda: gradcheck(lambda a: a.detach() * a, (x,)))
tell("constant", lambda: gradcheck(lambda a: torch.ones(3, dtype=d), (x,)))
tell("number", lambda: gradcheck(lambda a: 3.0, (x,)))
tell("nothing", lambda: gradcheck(lambda a: None, (x,)))
tell("unused", lambda: gradcheck(lambda a, b: a * 2, (x, y)))
tell("shape", lambda: gradcheck(lambda a: a.sum(), (x,)))
tell("tuple", lambda: gradcheck(lambda a: (a.sin(), a.cos().sum()), (x,)))
tell("list of results", lambda: gradcheck(lambda a: [a.sin(), a.cos()], (x,)))
tell("dict of results", lambda: gradcheck(lambda a: {"a": a.sin()}, (x,)))
tell("drifting", lambda: gradcheck(drifting, (x,)))
tell("random", lambda: gradcheck(lambda a: a * torch.rand(3, dtype=d), (x,)))
tell("raises", lambda: gradcheck(lambda a: a.view(7), (x,)))
tell("relu at 0", lambda: gradcheck(torch.relu, (torch.zeros(2, dtype=d, requires_grad=True),)))
tell("abs at 0", lambda: gradcheck(torch.abs, (torch.zeros(2, dtype=d, requires_grad=True),)))
tell("sqrt at 0", lambda: gradcheck(torch.sqrt, (torch.zeros(2, dtype=d, requires_grad=True),)))
tell("log at 0", lambda: gradcheck(torch.log, (torch.zeros(2, dtype=d, requires_grad=True),)))
tell("nan", lambda: gradcheck(torch.log, (torch.tensor([-1.0], dtype=d, requires_grad=True),)))
tell("large", lambda: gradcheck(torch.exp, (torch.tensor([710.0], dtype=d, requires_grad=True),)))
tell("expanded", lambda: gradcheck(lambda a: a * 2, (torch.ones(1, dtype=d, requires_grad=True).expand(3),)))
turned = torch.ones(2, 3, dtype=d, requires_grad=True).t()
tell("transposed", lambda: gradcheck(lambda a: a.sin() * torch.arange(6, dtype=d).view(3, 2), (turned,)))
tell("in place", lambda: gradcheck(lambda a: a.clone().mul_(3), (x,)))
tell("in place leaf", lambda: gradcheck(lambda a: a.mul_(3), (x,)))
tell("module", lambda: gradcheck(torch.nn.Linear(3, 2).double(), (x,)))
tell("empty", lambda: gradcheck(lambda a: a * 2, (torch.ones(0, dtype=d, requires_grad=True),)))
tell("eps", lambda: gradcheck(torch.sin, (x,), eps=1e-3, atol=1e-9, rtol=0))
tell("eps", lambda: gradcheck(torch.sin, (x,), 1e-3))
tell("fast", lambda: gradcheck(torch.sin, (x,), fast_mode=True))
tell("fast wrong", lambda: gradcheck(Wrong.apply, (x,), fast_mode=True))
tell("forward", lambda: gradcheck(torch.sin, (x,), check_forward_ad=True))
tell("batched", lambda: gradcheck(torch.sin, (x,), check_batched_grad=True))
tell("neither", lambda: gradcheck(torch.sin, (x,), check_backward_ad=False))
tell("dtypes", lambda: gradcheck(torch.sin, (x,), check_grad_dtypes=True))
tell("options", lambda: gradcheck(torch.sin, (x,), nondet_tol=1e-3, check_undefined_grad=False, masked=False))
tell("second", lambda: gradgradcheck(lambda a, b: a * b, (x, y)))
tell("second sin", lambda: gradgradcheck(torch.sin, (x,)))
tell("second wrong", lambda: gradgradcheck(SecondWrong.apply, (x,)))
tell("second wrong false", lambda: gradgradcheck(SecondWrong.apply, (x,), raise_exception=False))
tell("second weights", lambda: gradgradcheck(torch.sin, (x,), torch.ones(3, dtype=d)))
tell("second weights grad", lambda: gradgradcheck(torch.sin, (x,), (torch.ones(3, dtype=d, requires_grad=True),)))
tell("second linear", lambda: gradgradcheck(lambda a: a * 2, (x,)))
tell("second no grad", lambda: gradgradcheck(lambda a: a * 2, (c,)))
tell("second options", lambda: gradgradcheck(torch.sin, (x,), nondet_tol=1e-3, gen_non_contig_grad_outputs=True))
tell("second fwd", lambda: gradgradcheck(torch.sin, (x,), check_fwd_over_rev=True))
tell("second batched", lambda: gradgradcheck(torch.sin, (x,), check_batched_grad=True))
tell("second unused", lambda: gradgradcheck(lambda a, b: a.sin(), (x, y)))
'''


def test_gradcheck_says_what_pytorch_says():
    pytest.importorskip("torch")
    assert Session(style="modern").run(PROGRAM, echo=False).splitlines() == python_prints(PROGRAM, {}).splitlines()


def test_a_mismatch_says_where_it_is():
    text = "from torch.autograd import gradcheck\n"
    text += "x = torch.ones(2, dtype=torch.float64, requires_grad=True)\n"
    with pytest.raises(RuntimeError, match="argument 1 of the function, element 0 .*gradient says 1, the slope is 2"):
        Session(style="modern").run(text + "gradcheck(lambda c, a: a.detach() * a, (3, x))")
