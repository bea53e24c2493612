"""Modules as such: what they list, how they print, what is done to all of it."""

import pytest

from gradcli.faults.mistakes import DepthLimit
from gradcli.faults.tree import ArgumentFault, AttributeFault, Fault, PolicyFault, ShapeFault
from gradcli.session.session import Session

NET = """
class Net(nn.Module):
    def __init__(self):
        super(Net, self).__init__()
        self.register_buffer('seen', torch.zeros(2))
        self.scale = nn.Parameter(torch.ones(2))
        self.layers = nn.ModuleList([nn.Linear(2, 2) for i in range(2)])
        self.head = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.ReLU())
        self.note = 'plain'
    def forward(self, x, k=1):
        for layer in self.layers:
            x = layer(x)
        return self.head(x * self.scale * k)
torch.manual_seed(3)
net = Net()
"""

PIECES = {
    "listing": """
print([n for n, p in net.named_parameters()], [n for n, m in net.named_modules()])
print([n for n, b in net.named_buffers()], [n for n, m in net.named_children()], len(list(net.modules())))
print(list(net.state_dict().keys()), net.note, net.training)
print([p.shape for p in net.parameters(recurse=False)], list(net.parameters())[0] is net.scale)
""",
    "shared": """
net.twin = net.layers[0]
print(len(list(net.parameters())), len(list(net.state_dict())))
""",
    "replaced": """
net.scale = None
print([n for n, p in net.named_parameters()][0], net.scale)
del net.layers
net.head = nn.ReLU()
net.seen = torch.ones(3)
print([n for n, p in net.named_parameters()], [n for n, m in net.named_modules()], list(net.state_dict().items()))
""",
    "modes": """
net.eval()
print(net.training, net.head[1].training)
net.train()
print(net(torch.ones(4, 2), k=2).shape, net.head[1].num_batches_tracked)
net.double()
print(net.scale.dtype, net.seen.dtype, net.head[1].num_batches_tracked.dtype)
print(net.float().scale.dtype, net.to(torch.float64).scale.dtype, net.type(torch.float32).scale.dtype)
for p in net.requires_grad_(False).parameters():
    assert not p.requires_grad
""",
    "gradients": """
net(torch.ones(4, 2)).sum().backward()
print(net.scale.grad is None)
net.zero_grad(set_to_none=False)
print(net.scale.grad)
net.zero_grad()
print(net.scale.grad)
""",
    "apply": """
order = []
def start(m):
    order.append(m)
    if isinstance(m, nn.Linear):
        nn.init.constant_(m.weight, 0.5)
        m.bias.data.fill_(2)
print(net.apply(start) is net, len(order), order[-1] is net, order[0] is net.layers[0])
print(net.head[0].weight, net.head[0].bias)
""",
    "loading": """
other = Net()
print(torch.equal(other.layers[1].weight, net.layers[1].weight))
kept = other.layers[1].weight
other.load_state_dict(net.state_dict())
print(torch.equal(other.layers[1].weight, net.layers[1].weight), kept is other.layers[1].weight)
found = other.load_state_dict({'scale': torch.zeros(2), 'x': torch.zeros(1)}, strict=False)
print(len(found.missing_keys), found.unexpected_keys, other.scale)
""",
    "hooks": """
def before(m, inputs):
    print('before', inputs[0].shape)
    return inputs[0] * 2
def after(m, inputs, output):
    print('after', output.shape)
    return output + 1
first = net.head[0].register_forward_pre_hook(before)
second = net.head[0].register_forward_hook(after)
a = net.head[0](torch.ones(1, 2))
first.remove()
second.remove()
print(a - net.head[0](torch.ones(1, 2)))
""",
    "containers": """
l = nn.ModuleList([nn.ReLU()])
l.append(nn.Tanh())
l.extend([nn.Sigmoid()])
l.insert(0, nn.ELU())
l[1] = nn.SELU()
print(l, len(l), l[-1], l[1:], [m for m in l])
del l[0]
print(l)
d = nn.ModuleDict({'a': nn.ReLU()})
d['b'] = nn.Linear(1, 1)
print(d, 'b' in d, list(d.keys()), len(d), [k for k in d], d.pop('a'), len(list(d.parameters())))
p = nn.ParameterList([nn.Parameter(torch.ones(2))])
p.append(nn.Parameter(torch.zeros(1)))
print(p, p[1], len(list(p.parameters())))
s = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2), nn.Tanh())
print(s[0:2], len(s), s[-1])
""",
}


@pytest.mark.parametrize("piece", PIECES)
def test_as_torch(alike, piece):
    alike(NET + PIECES[piece])


MANY = """
print(nn.Linear(3, 4, bias=False), nn.Bilinear(2, 3, 4), nn.ReLU(inplace=True), nn.ELU(), nn.GELU(), nn.Softplus())
print(nn.LeakyReLU(0.2), nn.PReLU(), nn.RReLU(), nn.Hardtanh(), nn.ReLU6(), nn.Softshrink(), nn.Threshold(0.1, 20))
print(nn.GLU(), nn.Softmax(dim=1), nn.LogSoftmax(dim=1), nn.Dropout(), nn.Dropout2d(0.3, True), nn.AlphaDropout())
print(nn.Conv2d(2, 4, 3, padding=1, stride=2), nn.Conv2d(2, 4, (3, 5), groups=2, bias=False, padding='same'))
print(nn.Conv3d(1, 1, 2, padding_mode='circular'), nn.ConvTranspose2d(2, 4, 3, stride=2, output_padding=1))
print(nn.MaxPool1d(2), nn.MaxPool2d((2, 3), 2), nn.AvgPool1d(2), nn.AvgPool2d(2), nn.LPPool2d(2, 3))
print(nn.AdaptiveAvgPool2d((1, 1)), nn.MaxUnpool2d(2), nn.BatchNorm1d(3), nn.InstanceNorm2d(4), nn.LayerNorm([2, 3]))
print(nn.GroupNorm(2, 4), nn.RMSNorm(4), nn.Embedding(10, 3, padding_idx=0), nn.RNN(3, 4), nn.LSTMCell(3, 4))
print(nn.LSTM(3, 4, 2, batch_first=True, dropout=0.5, bidirectional=True), nn.RNNCell(3, 4, nonlinearity='relu'))
print(nn.Flatten(), nn.Upsample(scale_factor=2), nn.Upsample(size=(3, 4), mode='bilinear'), nn.PixelShuffle(2))
print(nn.Unfold(2), nn.ZeroPad2d(1), nn.ConstantPad1d(2, 3.5), nn.MSELoss(), nn.CrossEntropyLoss(), nn.CTCLoss())
class A(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Sequential(nn.Linear(2, 2), nn.Sequential(nn.ReLU(), nn.Dropout()))
        self.w = nn.Parameter(torch.zeros(2))
    def extra_repr(self):
        return 'hello=%d' % 3
class B(nn.Module):
    def __repr__(self):
        return 'B!'
print(A(), nn.Sequential(B(), A(), nn.Module()), [nn.ReLU(), 3, {'k': nn.Tanh()}], nn.ParameterDict())
"""


def test_printing_today(alike):
    alike(MANY)


def test_printing_then(run):
    assert run("""
class Net(nn.Module):
    def __init__(self):
        super(Net, self).__init__()
        self.conv1 = nn.Conv2d(1, 6, 5)
        self.fc1 = nn.Linear(10, 5)
        self.inner = nn.Sequential(nn.ReLU(), nn.Dropout(), nn.MaxPool2d(2))
print(Net())
print(nn.MSELoss())
print(nn.ReLU(True), nn.LeakyReLU(0.2, True), nn.BatchNorm2d(3), nn.LSTM(10, 20, 2), nn.LayerNorm(3))
""", "tutorial") == """Net (
  (conv1): Conv2d(1, 6, kernel_size=(5, 5), stride=(1, 1))
  (fc1): Linear (10 -> 5)
  (inner): Sequential (
    (0): ReLU ()
    (1): Dropout (p = 0.5)
    (2): MaxPool2d (size=(2, 2), stride=(2, 2), dilation=(1, 1))
  )
)
MSELoss (
)
ReLU (inplace) LeakyReLU (0.2, inplace) BatchNorm2d(3, eps=1e-05, momentum=0.1, affine=True) \
LSTM(10, 20, num_layers=2) LayerNorm((3,), eps=1e-05, elementwise_affine=True, bias=True)
"""


REFUSED = {
    "class A(nn.Module):\n    def __init__(self):\n        self.l = nn.Linear(1, 1)\nA()":
        (AttributeFault, "__init__"),
    "class A(nn.Module):\n    x = 1\nA()(1)": (AttributeFault, "forward"),
    "class A(nn.Module):\n    _parameter_dict = 1": (PolicyFault, "_parameter_dict"),
    "class A(nn.Module):\n    _parameter_dict = ['x']": (PolicyFault, "_parameter_dict"),
    "nn.Linear(1, 1)._parameter_dict": (AttributeFault, "_parameter_dict"),
    "m = nn.Linear(1, 1)\nm._hooks = 3": (AttributeFault, "_hooks"),
    "m = nn.Linear(1, 1)\nm.forward = 3": (AttributeFault, "forward"),
    "m = nn.Linear(1, 1)\nm.weight = torch.ones(1, 1)": (ArgumentFault, "Parameter"),
    "nn.Linear(2)": (ArgumentFault, "out_features"),
    "nn.Linear(2, 'a')": (ArgumentFault, "out_features"),
    "nn.Sequential(3)": (ArgumentFault, "child module"),
    "nn.Linear(2, 2).load_state_dict({'weight': torch.zeros(3, 3)})": (ShapeFault, "size mismatch for weight"),
    "nn.Linear(2, 2).load_state_dict({'weight': torch.zeros(2, 2)})": (ShapeFault, "Missing"),
    "nn.LSTM(2, 3)(torch.ones(2, 2, 2), 3)": (ArgumentFault, "pair"),
    "nn.GRU(2, 3)(torch.ones(2, 2, 5))": (ShapeFault, "Expected 2, got 5"),
    "nn.Linnear": (AttributeFault, "Linnear"),
}


@pytest.mark.parametrize("program", REFUSED)
def test_refused(run, program):
    kind, words = REFUSED[program]
    with pytest.raises(kind, match=words):
        run(program + "\n")


REPLACED = """
import torch
from torch import nn
class N(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.ReLU(), nn.Tanh()
        self.p, self.q = nn.Parameter(torch.ones(1)), nn.Parameter(torch.ones(1))
        self.register_buffer("u", torch.ones(1))
        self.register_buffer("v", torch.ones(1))
n = N()
n.a, n.p, n.u = nn.Linear(1, 1), nn.Parameter(torch.zeros(1)), torch.zeros(1)
print(n, list(n.state_dict()))
n.b = nn.Sequential(nn.Tanh(), nn.ReLU(), nn.Linear(1, 1))
for name, child in n.b.named_children():
    if isinstance(child, (nn.Tanh, nn.Linear)):
        setattr(n.b, name, nn.Sequential(child, nn.Identity()))
print(n, [name for name, _ in n.named_modules()], getattr(n.b, "1"), hasattr(n.b, "7"))
delattr(n.b, "1")
setattr(n.b, "0", nn.Softplus())
print(n.b, n.b[0])
n.p = None
n.register_parameter("p", nn.Parameter(torch.ones(2)))
print(list(n.state_dict()))
l = nn.ModuleList([nn.ReLU(), nn.Tanh()])
l[0] = nn.Linear(1, 1)
setattr(l, "1", nn.GELU())
d = nn.ModuleDict({"x": nn.ReLU(), "y": nn.Tanh()})
d["x"] = nn.GELU()
print(l, d)
from collections import OrderedDict
print(nn.Sequential(OrderedDict(x=nn.ReLU(), y=nn.Tanh()))[1:], nn.Sequential(nn.ReLU(), nn.Tanh())[1:], l[1:])
for child in (nn.ReLU, 3, torch.ones(1)):
    try: nn.Sequential(child)
    except TypeError as error: print(error)
"""


def test_parts_that_are_replaced_keep_their_places(capsys):
    pytest.importorskip("torch")
    exec(REPLACED, {})      # the program above
    assert Session(style="modern").run(REPLACED, echo=False) == capsys.readouterr().out


REGISTRIES = """
import copy, torch
from torch import nn
net = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
for name, part in net._modules.items():
    if isinstance(part, nn.Linear):
        net._modules[name] = nn.Linear(part.in_features, part.out_features, bias=False)
print(net, isinstance(net._modules, dict), net._modules, net._modules.pop('7', None))
del net._modules['1']
net._modules.update({'a': nn.ReLU()}, b=nn.Tanh())
print(net, net(torch.ones(1, 2)).shape, net._modules.popitem(), list(net._modules), net._modules.get('b'))
apart = copy.deepcopy(net._modules)
apart['c'] = 1
print(list(apart), list(copy.copy(net._modules).keys()), net._modules == dict(net._modules))
print(len(list(net.parameters())))
layer = nn.Linear(2, 2)
weight = layer._parameters.pop('weight')
print(hasattr(layer, 'weight'), 'weight' in layer._parameters, list(layer.state_dict()))
layer.register_parameter('raw', nn.Parameter(weight.data))
layer.weight = layer.raw * 2
print(layer(torch.ones(1, 2)).shape, [name for name, _ in layer.named_parameters()])
layer._parameters['bias'] = None
print(layer.bias, layer)
norm = nn.BatchNorm1d(2)
norm._buffers['running_mean'] = torch.ones(2)
print(norm.running_mean, norm.state_dict()['running_mean'])
norm._buffers.clear()
print(list(norm._buffers), norm._buffers)
"""


def test_what_is_written_to_the_dicts_of_a_module_is_registered(capsys):
    pytest.importorskip("torch")
    exec(REGISTRIES, {})    # the program above
    assert Session(style="modern").run(REGISTRIES, echo=False) == capsys.readouterr().out


EXTRA = """
import torch
from torch import nn
class Counted(nn.Module):
    def __init__(self):
        super().__init__()
        self.w, self.n, self.inner = nn.Parameter(torch.zeros(2)), 0, nn.Linear(1, 1)
    def get_extra_state(self):
        return {'n': self.n}
    def set_extra_state(self, state):
        self.n = state['n']
net, other = nn.Sequential(Counted(), nn.ReLU()), nn.Sequential(Counted(), nn.ReLU())
net[0].n = 5
state = net.state_dict()
print(list(state), state['0._extra_state'], other.load_state_dict(state), other[0].n)
del state['0._extra_state']
print(other.load_state_dict(state, strict=False))
try: other.load_state_dict(state)
except RuntimeError as error: print(error)
net.set_submodule('0.inner', nn.Tanh(), strict=True)
net.set_submodule('2', nn.GELU())
print(net, net[2])
for target, module, strict in (('', net, 0), ('x.y', net, 0), ('0.w', net, 0), ('7', net, 1), ('1', 3, 0)):
    try: net.set_submodule(target, module, strict)
    except (AttributeError, ValueError) as error: print(error)
"""


def test_extra_state_and_set_submodule(capsys):
    pytest.importorskip("torch")
    exec(EXTRA, {})         # the program above
    assert Session(style="modern").run(EXTRA, echo=False) == capsys.readouterr().out


ASSIGNED = """
import torch
from torch import nn
m, state = nn.Linear(2, 1), {'weight': torch.ones(1, 2, dtype=torch.float64), 'bias': torch.zeros(1)}
m.weight.requires_grad_(False)
print(m.load_state_dict(state, assign=True))
state['weight'][0, 0] = 7
print(m.weight, m.bias)
b = nn.BatchNorm1d(1)
b.load_state_dict({**b.state_dict(), 'running_mean': torch.tensor([5.])}, assign=True)
print(b.running_mean, list(b.state_dict()), [name for name, _ in b.named_buffers()])
s, t = (nn.Sequential(nn.Linear(1, 1), nn.Sequential(nn.Linear(1, 1))) for _ in range(2))
s.load_state_dict(t.state_dict(keep_vars=True), assign=True)
print(s[1][0].weight is t[1][0].weight)
for wrong in (torch.ones(1, 2).long(), torch.ones(2, 2)):
    try: nn.Linear(2, 1).load_state_dict({'weight': wrong, 'bias': torch.zeros(1)}, assign=True)
    except RuntimeError as error: print(str(error).split('(')[0])
"""


def test_load_state_dict_puts_tensors_in_place(capsys):
    pytest.importorskip("torch")
    exec(ASSIGNED, {})      # the program above
    assert Session(style="modern").run(ASSIGNED, echo=False) == capsys.readouterr().out


BUFFERS = """
import copy, torch
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.w = nn.Buffer(torch.ones(2)), nn.Parameter(torch.ones(1))
        self.b = nn.Buffer(torch.zeros(1), persistent=False)
net = Net()
print(dict(net.named_buffers()), net.state_dict(), copy.deepcopy(net).state_dict().keys())
print(net.double().a.dtype)
net.a, net.c = torch.zeros(2), nn.Buffer()
print(dict(net.named_buffers()), isinstance(net.c, nn.Buffer), isinstance(net.w, nn.Buffer), net.c.persistent)
class Early(nn.Module):
    def __init__(self): self.a = nn.Buffer(torch.ones(1))
for call in (lambda: setattr(net, 'w', nn.Buffer()), lambda: nn.Buffer(5), Early):
    try: call()
    except Exception as error: print(type(error).__name__, error)
"""


def test_buffers_are_registered_where_they_become_attributes(capsys):
    pytest.importorskip("torch")
    exec(BUFFERS, {})      # the program above
    assert Session(style="modern").run(BUFFERS, echo=False) == capsys.readouterr().out


def test_attention_gives_zeros_where_all_scores_are_minus_infinity():
    program = ("import torch.nn.functional as F\n"
               "q = torch.tensor([[[float('inf'), 1.], [1., 1.]]])\nk = torch.tensor([[[-1., 2.], [-2., 1.]]])\n"
               "print(F.scaled_dot_product_attention(q, k, torch.tensor([[[1., 2.], [3., 4.]]])))")
    assert Session(style="modern").run(program) == (
        "tensor([[[0.0000, 0.0000],\n         [1.3911, 2.3911]]])\n")


def test_names_are_taken_as_in_torch():
    torch = pytest.importorskip("torch")
    makers = {"register_parameter": "nn.Parameter(torch.ones(1))", "register_buffer": "torch.ones(1)",
              "add_module": "nn.ReLU()"}
    for method, value in makers.items():
        for name in ("weight", "seen", "inner", "forward", "training", "new"):
            texts = ["net = nn.Linear(2, 2); net.register_buffer('seen', torch.ones(1))",
                     "net.add_module('inner', nn.ReLU())",
                     f"net.{method}('{name}', {value})"]
            try:
                exec("\n".join(texts), {"torch": torch, "nn": torch.nn})
                expected = ""
            except KeyError as error:
                expected = error.args[0]
            try:
                Session("modern").run("\n".join(texts) + "\n")
                message = ""
            except Fault as fault:
                message = fault.message
            assert expected in message and bool(message) == bool(expected), (method, name)


def test_a_module_within_itself_has_no_state():
    for text in ("a.b = a; a.state_dict()", "a.b = c; c.d = a; a.apply(print)",
                 "a.b = c; c.d = a; a.load_state_dict({})"):
        with pytest.raises(DepthLimit, match="a module stands within itself"):
            Session("modern").run(f"a, c = nn.Module(), nn.Module(); {text}\n")


def test_an_object_that_was_not_begun_is_told_so():
    for base, use in (("torch.optim.Optimizer", ".step()"), ("torch.optim.SGD", ""),
                      ("torch.distributions.Normal", ".sample()"), ("nn.Linear", "(torch.ones(1, 2))")):
        with pytest.raises(Fault, match=r"__init__ of Own does not call super\(\).__init__\(\), which "):
            Session("modern").run(f"class Own({base}):\n    def __init__(self): pass\nprint(Own(){use})\n")
