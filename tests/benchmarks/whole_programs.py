"""Whole programs of the kinds that tutorials have: set up once, then one text run again and again.

Each runs in gradcli and in PyTorch as it stands, and prints one number at its end, the same in both.
"""

from __future__ import annotations

BEGIN = """import math, random
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.autograd import Variable
torch.manual_seed(1)
random.seed(1)
"""

# What each program sets up, and what is timed.
PROGRAMS: dict[str, tuple[str, str]] = {
    "doubling loop": ("", """
for k in range(100):
    x = Variable(torch.Tensor([0.3, -0.4, 0.5]), requires_grad=True)
    y = x * 2
    while y.data.norm() < 1000:
        y = y * 2
    y.backward(torch.Tensor([0.1, 1.0, 0.0001]))
print(x.grad.sum().item())
"""),
    "char-RNN step": ("""
text = "hello world, this is a text to learn from"
alphabet = sorted(set(text))
index = {c: k for k, c in enumerate(alphabet)}
V, H = len(alphabet), 24
wx = (torch.ones(V, H) * 0.02).requires_grad_()
wh = (torch.eye(H) * 0.1).requires_grad_()
wy = (torch.ones(H, V) * 0.03).requires_grad_()
bh = torch.zeros(1, H, requires_grad=True)
by = torch.zeros(1, V, requires_grad=True)
parameters = [wx, wh, wy, bh, by]
""", """
for step in range(5):
    h = torch.zeros(1, H)
    loss = 0
    for a, c in zip(text[:20], text[1:21]):
        one = torch.zeros(1, V)
        one[0, index[a]] = 1
        h = torch.tanh(one @ wx + h @ wh + bh)
        scores = h @ wy + by
        loss = loss - F.log_softmax(scores, dim=1)[0, index[c]]
    loss.backward()
    for t in parameters:
        t.data -= 0.01 * t.grad.data.clamp(-5, 5)
        t.grad.data.zero_()
print(loss.item())
"""),
    "LSTM step": ("""
cell = nn.LSTMCell(8, 16)
head = nn.Linear(16, 4)
inputs = [torch.full((2, 8), 0.1 * k) for k in range(10)]
target = torch.tensor([1, 3])
optimizer = torch.optim.SGD(list(cell.parameters()) + list(head.parameters()), lr=0.01)
""", """
for step in range(10):
    h, c = torch.zeros(2, 16), torch.zeros(2, 16)
    for t in inputs:
        h, c = cell(t, (h, c))
    loss = F.cross_entropy(head(h), target)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(len(inputs))
"""),
    "Rosenbrock, 1000 steps": ("", """
x = Variable(torch.Tensor([-1.2, 1.0]), requires_grad=True)
for k in range(1000):
    loss = (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2
    loss.backward()
    x.data -= 0.0005 * x.grad.data
    x.grad.data.zero_()
print(x.sum().item())
"""),
    "two-layer net": ("""
inputs = torch.linspace(-1, 1, 64 * 10).view(64, 10)
targets = torch.linspace(0, 1, 64 * 4).view(64, 4)
""", """
w1 = Variable(torch.linspace(-0.3, 0.3, 10 * 32).view(10, 32), requires_grad=True)
w2 = Variable(torch.linspace(-0.2, 0.4, 32 * 4).view(32, 4), requires_grad=True)
for k in range(100):
    prediction = inputs.mm(w1).clamp(min=0).mm(w2)
    loss = (prediction - targets).pow(2).sum()
    loss.backward()
    w1.data -= 1e-4 * w1.grad.data
    w2.data -= 1e-4 * w2.grad.data
    w1.grad.data.zero_()
    w2.grad.data.zero_()
print(loss.item())
"""),
    "MLP with Adam": ("""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(8, 32)
        self.middle = nn.Linear(32, 32)
        self.out = nn.Linear(32, 3)
    def forward(self, x):
        x = F.relu(self.hidden(x))
        return self.out(torch.tanh(self.middle(x)))
inputs = torch.linspace(-1, 1, 32 * 8).view(32, 8)
labels = torch.arange(32) % 3
""", """
net = Net()
optimizer = torch.optim.Adam(net.parameters(), lr=0.005)
for k in range(60):
    optimizer.zero_grad()
    loss = F.cross_entropy(net(inputs), labels)
    loss.backward()
    optimizer.step()
print(len(labels))
"""),
    "Newton by double backward": ("", """
for start in (0.5, 1.5, 2.5, 3.5):
    x = torch.tensor(start, requires_grad=True)
    for k in range(25):
        f = x ** 4 - 3 * x ** 3 + 2 * x + torch.sin(x)
        slope, = torch.autograd.grad(f, x, create_graph=True)
        bend, = torch.autograd.grad(slope, x)
        with torch.no_grad():
            x -= slope / bend
print(x.item())
"""),
    "micrograd-style scalars": ("""
class Neuron:
    def __init__(self, n):
        self.w = [torch.tensor(0.1 * (k + 1), requires_grad=True) for k in range(n)]
        self.b = torch.tensor(0.0, requires_grad=True)
    def __call__(self, x):
        total = self.b
        for wi, xi in zip(self.w, x):
            total = total + wi * xi
        return torch.tanh(total)
    def parameters(self):
        return self.w + [self.b]
data = [([2.0, 3.0, -1.0], 1.0), ([3.0, -1.0, 0.5], -1.0), ([0.5, 1.0, 1.0], -1.0), ([1.0, 1.0, -1.0], 1.0)]
""", """
neurons = [Neuron(3) for k in range(4)]
last = Neuron(4)
parameters = [t for n in neurons for t in n.parameters()] + last.parameters()
for step in range(10):
    loss = 0
    for xs, target in data:
        loss = loss + (last([n(xs) for n in neurons]) - target) ** 2
    for t in parameters:
        t.grad = None
    loss.backward()
    for t in parameters:
        t.data -= 0.05 * t.grad
print(loss.item())
"""),
    "attention block": ("""
T, C, heads = 8, 16, 4
x = torch.linspace(-1, 1, 2 * T * C).view(2, T, C)
qkv = nn.Linear(C, 3 * C, bias=False)
project = nn.Linear(C, C)
before = nn.LayerNorm(C)
causal = torch.tril(torch.ones(T, T))
""", """
for k in range(40):
    B = x.shape[0]
    q, key, v = qkv(before(x)).split(C, dim=2)
    q = q.view(B, T, heads, C // heads).transpose(1, 2)
    key = key.view(B, T, heads, C // heads).transpose(1, 2)
    v = v.view(B, T, heads, C // heads).transpose(1, 2)
    scores = q @ key.transpose(-2, -1) * (1.0 / math.sqrt(C // heads))
    scores = scores.masked_fill(causal == 0, float("-inf"))
    out = (F.softmax(scores, dim=-1) @ v).transpose(1, 2).contiguous().view(B, T, C)
    loss = (x + project(out)).pow(2).mean()
    loss.backward()
print(B)
"""),
    "makemore: counts": ("""
words = ["emma", "olivia", "ava", "isabella", "sophia", "charlotte", "mia", "amelia", "harper", "evelyn"] * 6
chars = sorted(set("".join(words)))
stoi = {s: k + 1 for k, s in enumerate(chars)}
stoi["."] = 0
""", """
N = torch.zeros((27, 27), dtype=torch.int32)
for word in words:
    letters = ["."] + list(word) + ["."]
    for first, second in zip(letters, letters[1:]):
        N[stoi[first], stoi[second]] += 1
P = (N + 1).float()
P = P / P.sum(1, keepdim=True)
print(P[0, 1].item())
"""),
    "makemore: bigrams": ("""
words = ["emma", "olivia", "ava", "isabella", "sophia", "charlotte", "mia", "amelia", "harper", "evelyn"]
chars = sorted(set("".join(words)))
stoi = {s: k + 1 for k, s in enumerate(chars)}
stoi["."] = 0
pairs = [(stoi[a], stoi[c]) for word in words for a, c in zip("." + word, word + ".")]
xs = torch.tensor([a for a, c in pairs])
ys = torch.tensor([c for a, c in pairs])
""", """
W = torch.linspace(-1, 1, 27 * 27).view(27, 27).requires_grad_()
for k in range(40):
    xenc = F.one_hot(xs, num_classes=27).float()
    logits = xenc @ W
    counts = logits.exp()
    probs = counts / counts.sum(1, keepdims=True)
    loss = -probs[torch.arange(len(xs)), ys].log().mean() + 0.01 * (W ** 2).mean()
    W.grad = None
    loss.backward()
    W.data += -10 * W.grad
print(loss.item())
"""),
    "linear regression": ("""
xs = torch.linspace(0, 1, 20).view(20, 1)
ys = 3 * xs + 0.5
""", """
model = nn.Linear(1, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.3)
criterion = nn.MSELoss()
for epoch in range(200):
    loss = criterion(model(xs), ys)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(len(xs))
"""),
}
