"""Bodies of loops on small tensors, as people write them, by area; each runs in gradcli and in PyTorch as it stands.

`y` begins as `x` (3 floats), `z` as `q` (4 x 4), `u` as `batch` (2 x 3 x 4): leaves that need a gradient. After the
loop the sum of all three goes backward. Values stay finite for thousands of turns.
"""

from __future__ import annotations

SETUP = """import math
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.autograd import Variable
torch.manual_seed(0)
x = torch.tensor([0.5, 0.6, 0.7], requires_grad=True)
v = torch.tensor([0.1, 0.2, 0.3])
q = torch.full((4, 4), 0.5, requires_grad=True)
batch = torch.full((2, 3, 4), 0.25, requires_grad=True)
square = torch.full((2, 4, 4), 0.25)
w = torch.full((4, 4), 0.25)
p = torch.full((4, 4), 0.25, requires_grad=True)
b = torch.zeros(4, requires_grad=True)
image = torch.full((1, 1, 6, 6), 0.5)
mask = torch.eye(4) > 0
half = torch.full((4, 4), 0.5)
labels = torch.tensor([0, 1, 2, 3])
numbers = [0.1, 0.2, 0.3]
counts = {"a": 0}
s0 = 0.5
def double(t):
    return t * 2
class Scale(nn.Module):
    def forward(self, t):
        return t * 0.5
scale = Scale()
linear = nn.Linear(4, 4)
cell = nn.RNNCell(4, 4)
lstm = nn.LSTMCell(4, 4)
norm = nn.LayerNorm(4)
conv = nn.Conv2d(1, 2, 3)
net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 4))
criterion = nn.MSELoss()
def model():
    return nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 4))
nets = [model() for i in range(4)]
sgd = torch.optim.SGD(nets[0].parameters(), lr=0.01)
momentum = torch.optim.SGD(nets[1].parameters(), lr=0.01, momentum=0.9)
adam = torch.optim.Adam(nets[2].parameters(), lr=0.001)
whole = torch.optim.SGD(nets[3].parameters(), lr=0.01)
for each in nets:
    each(w).sum().backward()
def weighted(t):
    return (t * v).sum()
"""
PROGRAM = """y = x
z = q
u = batch
for i in range({turns}):
    {body}
(y.sum() + z.sum() + u.sum()).backward()
"""

BODIES: dict[str, dict[str, str]] = {
    "arithmetic": {
        "y * 1.01": "y = y * 1.001",
        "2 * y": "y = 2 * y * 0.5",
        "y + 1": "y = y + 1",
        "1 - y": "y = 1 - y",
        "-y": "y = -y",
        "y + x": "y = y + x",
        "y - x": "y = y - x",
        "y * x": "y = y * x",
        "y / x": "y = y / x * x",
        "y ** 2": "y = y ** 2 * 0.9",
        "y ** 3": "y = y ** 3",
        "a * b + c": "y = y * v + x",
        "row to matrix": "z = z * 0.5 + b",
        "comparison": "c = (y > 0.5).sum()",
        "y += 1": "y = y.clone(); y += 1",
        "add_": "c = w.clone(); c.add_(1).mul_(0.5)",
    },
    "functions": {
        "exp": "y = (y * 0.1).exp()",
        "log": "y = (y + 2).log()",
        "sqrt": "y = y.sqrt()",
        "sin": "y = torch.sin(y)",
        "abs": "y = y.abs()",
        "tanh": "y = y.tanh()",
        "torch.tanh": "y = torch.tanh(y)",
        "sigmoid": "y = torch.sigmoid(y)",
        "relu": "y = F.relu(y)",
        "leaky_relu": "y = F.leaky_relu(y, 0.1)",
        "softplus": "y = F.softplus(y) * 0.5",
        "gelu": "y = F.gelu(y) + 0.1",
        "clamp": "y = y.clamp(min=0)",
        "where": "y = torch.where(y > 0, y, y * 0.1)",
        "maximum": "y = torch.maximum(y, x)",
    },
    "reductions": {
        "sum": "y = y * y.sum() * 0.5",
        "mean": "y = y * y.mean()",
        "sum(1)": "c = z.sum(1); z = z * 0.9",
        "sum of a dim": "z = z / z.sum(0, keepdim=True)",
        "mean of a dim": "z = z - z.mean(1, keepdim=True)",
        "max": "y = y / y.max()",
        "max of a dim": "values, indices = z.max(1); z = z * 0.9",
        "argmax": "c = z.argmax(1)",
        "prod": "y = y * y.prod()",
        "std": "z = z + q * z.std()",
        "norm": "y = y / y.norm()",
        "logsumexp": "y = y - y.logsumexp(0)",
        "softmax": "y = F.softmax(y, dim=0)",
        "log_softmax": "y = F.log_softmax(y, dim=0) * 0.1",
        "cumsum": "y = y.cumsum(0) * 0.3",
        "accuracy": "c = (z.argmax(1) == labels).float().mean().item()",
    },
    "products": {
        "mm": "z = z.mm(w)",
        "mm of a parameter": "z = z.mm(p)",
        "@": "z = (z @ w) * 0.9",
        "dot": "y = y / y.dot(v)",
        "bmm": "u = torch.bmm(u, square)",
        "addmm": "z = torch.addmm(b, z, w)",
        "outer": "c = torch.outer(y, v); y = y * 0.9",
        "linear": "z = F.linear(z, p, b)",
        "matrix @ vector": "c = z @ b; z = z * 0.9",
    },
    "shapes": {
        "view": "z = z.view(2, 8).view(4, 4)",
        "reshape": "z = z.reshape(16).reshape(4, 4)",
        "t": "z = z.t() * 1.0",
        "transpose": "u = u.transpose(1, 2).transpose(1, 2)",
        "permute": "u = u.permute(0, 2, 1).permute(0, 2, 1)",
        "unsqueeze": "y = y.unsqueeze(0).squeeze(0)",
        "expand": "y = y - y.sum().expand(3) * 0.1",
        "cat": "y = torch.cat([y, x])[:3]",
        "stack": "y = torch.stack([y, y]).sum(0) * 0.5",
        "chunk": "first, second = z.chunk(2, 0); z = torch.cat([second, first])",
        "split": "first, second = z.split(2); z = torch.cat([second, first])",
        "flatten": "z = torch.flatten(z).view(4, 4)",
        "size": "n = z.size(0)",
        "shape": "n, k = z.shape",
    },
    "indexing": {
        "z[0, 1]": "y = y * z[0, 1]",
        "z[1][2]": "y = y * z[1][2]",
        "slices": "z = torch.cat([z[1:], z[:1]])",
        "column": "c = z[:, 1]; z = z * 0.9",
        "index list": "z = z[[1, 0, 3, 2]]",
        "index tensor": "z = z[labels]",
        "mask": "c = w[mask]",
        "gather": "z = z * z.gather(1, labels.view(4, 1)).sum() * 0.5",
        "masked_fill": "z = z.masked_fill(mask, 0.1)",
        "embedding": "y = y * F.embedding(labels, p).sum() * 0.25",
        "element": "c = w[1, 2]",
        "write an element": "w[1, 2] = 0.25",
        "rows in a loop": "for row in w: c = row",
    },
    "losses": {
        "mse_loss": "y = y * F.mse_loss(y, v)",
        "cross_entropy": "z = z * F.cross_entropy(z, labels) * 0.7",
        "nll_loss": "z = z + 0.01 * F.nll_loss(z, labels)",
        "binary_cross_entropy": "z = z - 0.001 * F.binary_cross_entropy(torch.sigmoid(z), half)",
        "binary_cross_entropy_with_logits": "z = z - 0.001 * F.binary_cross_entropy_with_logits(z, half)",
        "l1_loss": "y = y * F.l1_loss(y, v)",
        "nn.MSELoss": "z = z * criterion(z, w)",
    },
    "modules": {
        "Linear": "z = linear(z)",
        "Sequential": "z = net(z)",
        "LayerNorm": "z = norm(z)",
        "layer_norm": "z = F.layer_norm(z, (4,))",
        "RNNCell": "z = cell(w, z)",
        "LSTMCell": "h, c = lstm(w); z = z * 0.9",
        "Conv2d": "c = conv(image)",
        "conv2d": "c = F.conv2d(image, image[:, :, :3, :3], padding=1)",
        "max_pool2d": "c = F.max_pool2d(image, 2)",
        "dropout": "z = F.dropout(z, 0.1) * 0.9",
        "module of the program": "y = scale(y)",
    },
    "creation": {
        "zeros": "c = torch.zeros(3)",
        "ones": "c = torch.ones(2, 2)",
        "randn": "c = torch.randn(3)",
        "rand": "c = torch.rand(2, 2)",
        "arange": "c = torch.arange(4)",
        "tensor": "c = torch.tensor(numbers)",
        "zeros_like": "c = torch.zeros_like(w)",
        "full": "c = torch.full((2, 2), 0.5)",
        "one_hot": "c = F.one_hot(labels, 4).float()",
        "randint": "c = torch.randint(0, 10, (4,))",
        "Variable": "c = Variable(v, requires_grad=True)",
    },
    "gradients": {
        "backward": "c = (x * v).sum(); c.backward()",
        "autograd.grad": "g, = torch.autograd.grad((x * v).sum(), x)",
        "no_grad": "with torch.no_grad(): c = x * 2",
        "detach": "y = y * x.detach()",
        "data": "y = y * x.data",
        "data.sub_": "x.data.sub_(v * 0.0)",
        "grad.zero_": "x.grad = v; x.grad.zero_()",
        "clone": "y = y.clone()",
        "second order": "g, = torch.autograd.grad((x ** 3).sum(), x, create_graph=True)\n"
                        "    h, = torch.autograd.grad(g.sum(), x)",
        "step by hand": "loss = ((x * v).sum() - 1) ** 2; loss.backward()\n"
                        "    x.data -= 0.001 * x.grad.data; x.grad.data.zero_()",
        "torch.func.grad": "g = torch.func.grad(weighted)(v)",
    },
    "optimisers": {
        "zero_grad": "sgd.zero_grad()",
        "SGD.step": "sgd.step()",
        "SGD.step, momentum": "momentum.step()",
        "Adam.step": "adam.step()",
        "SGD, whole step": "whole.zero_grad(); loss = F.mse_loss(nets[3](w), w); loss.backward(); whole.step()",
    },
    "language": {
        "item": "s = x.sum().item()",
        "float": "s = float(v[0])",
        "tolist": "s = w.tolist()",
        "len": "n = len(w)",
        "if on a value": "c = 1 if v[0] > 0 else 2",
        "function of the program": "c = double(v)",
        "count in a dict": 'counts["a"] += 1',
        "f-string": 's = f"{i} {s0:.3f}"',
        "whole numbers": "n = (i * 7 + 3) % 11",
        "math": "s = math.sqrt(2.0) + math.pi",
        "list comprehension": "s = [k * k for k in range(8)]",
        "zip": "s = [a * c for a, c in zip(numbers, numbers)]",
        "read a tensor's attributes": "c = x.requires_grad and x.is_leaf",
    },
}
