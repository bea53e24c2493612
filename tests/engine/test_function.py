"""Functions that programs write themselves, in both styles."""


import pytest

from gradcli.faults.tree import ArgumentFault, FunctionGradients, FunctionStyle, GradFault, PolicyFault, SecondBackward
from gradcli.session.session import Session
from support.python_prints import python_prints

EXP = """
class Exp(Function):
    @staticmethod
    def forward(ctx, x):
        y = x.exp()
        ctx.save_for_backward(y)
        return y
    @staticmethod
    def backward(ctx, g):
        y, = ctx.saved_tensors
        return g * y
x = torch.tensor([0.5, -1.0], requires_grad=True)
w = torch.tensor([2.0, 3.0], requires_grad=True)
"""
OLD = """
class MyReLU(torch.autograd.Function):
    def forward(self, input):
        self.save_for_backward(input)
        return input.clamp(min=0)
    def backward(self, grad_output):
        input, = self.saved_tensors
        grad_input = grad_output.clone()
        grad_input[input < 0] = 0
        return grad_input
x = Variable(torch.FloatTensor([-1, 2, 3]), requires_grad=True)
"""


def run(program, style="modern"):
    return Session(style).run(program, echo=False)


PIECES = {
    "first order": "y = Exp.apply(x)\nprint(y)\ny.sum().backward()\nprint(x.grad)",
    "three orders": """
g, = torch.autograd.grad(Exp.apply(x).sum(), x, create_graph=True)
h, = torch.autograd.grad((g * g).sum(), x, create_graph=True)
print(g, h, torch.autograd.grad(h.sum(), x)[0])
""",
    "what stands before a call": """
class Add(Function):
    @staticmethod
    def forward(ctx, x, k, y): return x + y
    @staticmethod
    def backward(ctx, g): return g, None, g
plain = torch.ones(2)
for y in (Add.apply(plain, 2, x), Add.apply(x, 2, plain), Add.apply(x, 2, x), torch.where(plain > 0, plain, x)):
    print([f and f.name() for f, _ in y.grad_fn.next_functions])
""",
    "several inputs and results": """
class Scale(Function):
    @staticmethod
    def forward(ctx, x, w, k, name=None):
        ctx.save_for_backward(x, w, None)
        ctx.k = k
        print(ctx.needs_input_grad)
        return x * w * k, x + 1
    @staticmethod
    def backward(ctx, g, h):
        x, w, nothing = ctx.saved_tensors
        print(g, h, nothing)
        return g * w * ctx.k + h, (g * x * ctx.k) if ctx.needs_input_grad[1] else None, None, None
a, b = Scale.apply(x, w.detach(), 4, 'n')
a.sum().backward()
print(x.grad)
x.grad = None
a, b = Scale.apply(x, w, 4, None)
(a * b).sum().backward()
print(x.grad, w.grad, a, b)
""",
    "results in the graph": """
class Two(Function):
    @staticmethod
    def forward(ctx, x):
        s, c = x.sin(), x.cos()
        ctx.save_for_backward(s, c)
        return s, c
    @staticmethod
    def backward(ctx, gs, gc):
        s, c = ctx.saved_tensors
        return gs * c - gc * s
s, c = Two.apply(x)
g, = torch.autograd.grad((s * c).sum(), x, create_graph=True)
print(torch.autograd.grad(g.sum(), x)[0])
""",
    "broadcast": """
class Sum(Function):
    @staticmethod
    def forward(ctx, x):
        return x.sum()
    @staticmethod
    def backward(ctx, g):
        return torch.ones(3, 2) * g
Sum.apply(x).backward()
print(x.grad)
""",
    "in place": """
class Twice(Function):
    @staticmethod
    def forward(ctx, x):
        x.mul_(2)
        ctx.mark_dirty(x)
        return x
    @staticmethod
    def backward(ctx, g):
        return g * 2
z = x * 1
print(Twice.apply(z) is z, z)
z.sum().backward()
print(x.grad)
""",
    "not differentiable": """
class Parts(Function):
    @staticmethod
    def forward(ctx, x):
        a, b, c = x * 2, x > 0, x * 3
        ctx.mark_non_differentiable(b, c)
        return a, b, c
    @staticmethod
    def backward(ctx, g, h, i):
        print(h, i)
        return g * 2
a, b, c = Parts.apply(x)
print(a, b, c)
a.sum().backward()
print(x.grad)
""",
    "marks on what is no result": """
class Marked(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.mark_non_differentiable(x * 3)
        y = x * 2       # where the tensor that was marked has been
        return y
    @staticmethod
    def backward(ctx, g):
        return g * 2
(Marked.apply(x) + x).sum().backward()
print(x.grad)
for mark in "mark_dirty", "mark_non_differentiable":
    for value in x * 2, 5, None, [x]:
        class Other(Function):
            @staticmethod
            def forward(ctx, x):
                getattr(ctx, mark)(value)
                return x * 2
            @staticmethod
            def backward(ctx, g):
                return g * 2
        try:
            print(Other.apply(x))
        except RuntimeError as error:
            print(error)
""",
    "in place and not differentiable": """
class Twice(Function):
    @staticmethod
    def forward(ctx, x):
        x.mul_(2)
        ctx.mark_dirty(x)
        ctx.mark_non_differentiable(x)
        return x
    @staticmethod
    def backward(ctx, g):
        return g
z = x * 1
y = Twice.apply(z)
print(y, y is z, z)
(y * x).sum().backward()
print(x.grad)
""",
    "nothing materialised": """
class Pair(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.set_materialize_grads(False)
        return x * 2, x * 3
    @staticmethod
    def backward(ctx, g, h):
        print(g, h)
        return h * 3
a, b = Pair.apply(x)
b.sum().backward()
print(x.grad)
""",
    "its own argument": """
class Same(Function):
    @staticmethod
    def forward(ctx, x):
        return x
    @staticmethod
    def backward(ctx, g):
        return g * 10
y = Same.apply(x)
print(y is x)
y.sum().backward()
print(x.grad)
""",
    "context set up apart": """
class Mul(Function):
    @staticmethod
    def forward(x, y):
        return x * y
    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(*inputs)
    @staticmethod
    def backward(ctx, g):
        x, y = ctx.saved_tensors
        return g * y, g * x
print(torch.autograd.grad(Mul.apply(x, w).sum(), [x, w]))
""",
    "once": """
from torch.autograd.function import once_differentiable
class Square(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x
    @staticmethod
    @once_differentiable
    def backward(ctx, g):
        x, = ctx.saved_tensors
        return 2 * x * g
g, = torch.autograd.grad(Square.apply(x).sum(), x, create_graph=True)
print(g.detach())
try:
    g.sum().backward()
except RuntimeError:
    print('once')
""",
    "without recording": "with torch.no_grad():\n    print(Exp.apply(x))\nprint(Exp.apply(torch.ones(2)))",
    "None for a tensor": """
class Half(Function):
    @staticmethod
    def forward(ctx, x, y):
        return x + y
    @staticmethod
    def backward(ctx, g):
        return g, None
Half.apply(x, w).sum().backward()
print(x.grad, w.grad)
""",
    "no backward until it is called": """
class Doubled(Function):
    @staticmethod
    def forward(ctx, x): return x * 2
class Ambiguous(Doubled):
    @staticmethod
    def backward(ctx, g): return g
    @staticmethod
    def vjp(ctx, g): return g
for function in Doubled, Ambiguous:
    y = function.apply(x)
    print(y, y.requires_grad, y.shape)
    try:
        y.sum().backward()
    except RuntimeError as error:
        print(type(error).__name__, error, x.grad)
""",
    "hooks and kept gradients": """
y = Exp.apply(x)
y.register_hook(lambda g: g * 2)
y.retain_grad()
(y * 3).sum().backward()
print(x.grad, y.grad)
""",
}


@pytest.mark.parametrize("piece", PIECES)
def test_as_torch(piece):
    torch = pytest.importorskip("torch")
    program = EXP + PIECES[piece]
    assert run(program) == python_prints(program, {"torch": torch, "Function": torch.autograd.Function})


def test_the_style_of_then():
    printed = run(OLD + """
y = MyReLU()(x)
print(y.creator)
y.backward(torch.FloatTensor([1, 10, 100]))
print(x.grad.data.tolist())
""", "tutorial")
    assert printed == "<__main__.MyReLU object at 0x7f2a5c000010>\n[0.0, 10.0, 100.0]\n"


def test_the_style_of_then_sees_plain_tensors():
    assert run("""
class Show(Function):
    def __init__(self, k):
        super(Show, self).__init__()
        self.k = k
    def forward(self, a, b):
        print(isinstance(a, Variable), self.needs_input_grad)
        self.save_for_backward(a, b)
        return a * b * self.k
    def backward(self, g):
        a, b = self.saved_tensors
        print(isinstance(g, Variable), isinstance(a, Variable))
        return g * b * self.k, None
x = Variable(torch.ones(2), requires_grad=True)
show = Show(3)
show(x, Variable(torch.ones(2) * 5)).sum().backward()
print(x.grad.data.tolist(), isinstance(show, Show))
""", "tutorial") == "False (True, False)\nFalse False\n[15.0, 15.0] True\n"


def test_node_of_today():
    assert run(EXP + "print(Exp.apply(x).grad_fn)") == (
        "<torch.autograd.function.ExpBackward object at 0x7f2a5c000010>\n")


def test_saved_values_are_let_go():
    session = Session("modern")
    with pytest.raises(SecondBackward):
        session.run(EXP + "y = Exp.apply(x).sum()\ny.backward()\ny.backward()\n")
    session.run("y = Exp.apply(x).sum()\ny.backward(retain_graph=True)\ny.backward()\n", echo=False)
    with pytest.raises(GradFault, match="modified by an inplace operation"):
        session.run("t = x * 1\ny = Exp.apply(t)\nwith torch.no_grad():\n    y.mul_(2)\ny.sum().backward()\n")


def function(backward, forward="x * 2"):
    return (f"class A(Function):\n    @staticmethod\n    def forward(ctx, x, *others):\n        return {forward}\n"
            f"    @staticmethod\n    def backward(ctx, g):\n        return {backward}\n"
            "x = torch.ones(3, requires_grad=True)\n")


REFUSED = {
    function("g, g") + "A.apply(x).sum().backward()": (FunctionGradients, "returned 2 gradients for the 1 argument"),
    function("g") + "A.apply(x, 3).sum().backward()": (FunctionGradients, "1 gradient for the 2 arguments"),
    function("g, g") + "A.apply(x, 3).sum().backward()": (FunctionGradients, "no tensor"),
    function("torch.ones(2)") + "A.apply(x).sum().backward()": (FunctionGradients, "2-element"),
    function("3.0") + "A.apply(x).sum().backward()": (FunctionGradients, "must return tensors or None"),
    function("g") + "A()(x)": (FunctionStyle, "static forward"),
    function("g") + "A(3)": (ArgumentFault, "no arguments"),
    OLD + "MyReLU.apply(x)": (FunctionStyle, "not static"),
    OLD + "g, = torch.autograd.grad(MyReLU()(x).sum(), x, create_graph=True)\ng.sum().backward()":
        (GradFault, "cannot be differentiated"),
    "class A(Function):\n    x = 1\nA.apply(torch.ones(1))": (FunctionStyle, "no forward"),
    "class A(Function):\n    @staticmethod\n    def forward(ctx, x):\n        return x * 2\n"
    "A.apply(torch.ones(1, requires_grad=True)).backward()": (FunctionStyle, "no backward"),
    "class A(Function):\n    _record = 1": (PolicyFault, "_record"),
}


@pytest.mark.parametrize("program", REFUSED)
def test_refused(program):
    kind, words = REFUSED[program]
    with pytest.raises(kind, match=words):
        run(program + "\n")


def test_what_is_no_tensor_is_handed_on():
    assert run(function("g", "3") + "print(A.apply(x))\n").split() == ["3"]


JVPS = [        # results of forward, and tangents that jvp returns for them
    ("x * 2", "t * 2"), ("(x * 2, x > 1)", "(t, None)"), ("(x * 2, x * 3)", "t * 2"), ("(x * 2, x * 3)", "(t, t, t)"),
    ("x * 2", "5"), ("x * 2", "[t]"), ("x * 2", "torch.ones(7)"), ("x * 2", "torch.ones(())"),
    ("(x * 2, x > 1)", "(t, t)"), ("ctx.mark_non_differentiable(y := x * 3) or (x * 2, y)", "(t, t)"),
    ("ctx.mark_non_differentiable(y := x * 3) or (x * 2, y)", "(t, None)"),
]


def pushed(forward, jvp):
    return f"""
import torch.autograd.forward_ad as fw
class A(Function):
    @staticmethod
    def forward(ctx, x):
        return {forward}
    @staticmethod
    def jvp(ctx, t):
        return {jvp}
with fw.dual_level():
    try:
        out = A.apply(fw.make_dual(torch.tensor([1., 2., 3.]), torch.ones(3)))
        for part in out if isinstance(out, tuple) else (out,):
            print(fw.unpack_dual(part).tangent)
    except RuntimeError as error:
        print(error)
"""


def test_tangents_as_torch():
    """What jvp returns is the tangents of the results, or is refused in PyTorch's words."""
    torch = pytest.importorskip("torch")
    names = {"torch": torch, "Function": torch.autograd.Function}
    differing = [jvp for jvp in JVPS if run(pushed(*jvp)) != python_prints(pushed(*jvp), dict(names))]
    assert not differing


def test_missing_tangents():
    """Where PyTorch ends with an internal assertion."""
    for jvp in "None", "t.long()":
        assert "for a result that has a tangent" in run(pushed("x * 2", jvp))
