"""Whole programs, as people wrote them, beside torch; and what they cost those who write none."""

import subprocess
import sys
from pathlib import Path

from gradcli.nn import fetch, public_classes, shadowed

ROOT = Path(__file__).parents[2]


def test_convolutional_net(alike):
    alike("""
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from torch.autograd import Variable
torch.set_default_dtype(torch.float64)
torch.manual_seed(1)
class Net(nn.Module):
    def __init__(self):
        super(Net, self).__init__()
        self.conv1 = nn.Conv2d(1, 10, kernel_size=5)
        self.conv2 = nn.Conv2d(10, 20, kernel_size=5)
        self.conv2_drop = nn.Dropout2d()
        self.fc1 = nn.Linear(320, 50)
        self.fc2 = nn.Linear(50, 10)
    def forward(self, x):
        x = F.relu(F.max_pool2d(self.conv1(x), 2))
        x = F.relu(F.max_pool2d(self.conv2_drop(self.conv2(x)), 2))
        x = x.view(-1, 320)
        x = F.dropout(F.relu(self.fc1(x)), training=self.training)
        return F.log_softmax(self.fc2(x), dim=1)
model = Net()
print(model)
data, target = torch.randn(16, 1, 28, 28), torch.randint(0, 10, (16,))
optimizer = optim.SGD(model.parameters(), lr=0.05, momentum=0.5)
model.train()
for epoch in range(3):
    optimizer.zero_grad()
    loss = F.nll_loss(model(Variable(data)), Variable(target))
    loss.backward()
    optimizer.step()
    print('Train Epoch: {} Loss: {:.6f}'.format(epoch, loss.item()))
model.eval()
with torch.no_grad():
    print(model(data).max(1)[1].eq(target).sum().item())
""")


def test_characters(alike):
    alike("""
from torch import nn
from torch.optim import Adam
torch.set_default_dtype(torch.float64)
torch.manual_seed(2)
text = 'hello world, hello there'
chars = sorted(set(text))
ids = [chars.index(c) for c in text]
class CharRNN(nn.Module):
    def __init__(self, n, hidden):
        super().__init__()
        self.embed = nn.Embedding(n, 6)
        self.rnn = nn.GRU(6, hidden, num_layers=2)
        self.out = nn.Linear(hidden, n)
    def forward(self, x, state=None):
        y, state = self.rnn(self.embed(x).unsqueeze(1), state)
        return self.out(y.squeeze(1)), state
net = CharRNN(len(chars), 12)
opt = Adam(net.parameters(), lr=0.02)
loss_fn = nn.CrossEntropyLoss()
for i in range(10):
    opt.zero_grad()
    loss = loss_fn(net(torch.tensor(ids[:-1]))[0], torch.tensor(ids[1:]))
    loss.backward()
    nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    opt.step()
    print(i, '%.6f' % loss.item())
""")


def test_batches(alike):
    alike("""
from torch.utils.data import TensorDataset, DataLoader
torch.manual_seed(4)
data = TensorDataset(torch.arange(10).float().view(10, 1), torch.arange(10))
print(len(data), data[3])
for shuffle in [False, True]:
    loader = DataLoader(data, batch_size=4, shuffle=shuffle)
    print(len(loader), len(DataLoader(data, 4, drop_last=True)))
    for epoch in range(2):
        for i, (x, y) in enumerate(loader):
            print(i, x.view(-1), y)
print(torch.rand(2))
""")


def test_two_layers_as_in_the_age_of_the_tutorial(run):
    printed = run("""
import torch
from torch.autograd import Variable
torch.manual_seed(0)
x = Variable(torch.randn(16, 20))
y = Variable(torch.randn(16, 3), requires_grad=False)
model = torch.nn.Sequential(torch.nn.Linear(20, 10), torch.nn.ReLU(), torch.nn.Linear(10, 3))
loss_fn = torch.nn.MSELoss(size_average=False)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
losses = []
for t in range(60):
    loss = loss_fn(model(x), y)
    losses.append(loss.data[0])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(losses[-1] < losses[0] / 2, model)
""", "tutorial")
    assert printed == ("True Sequential (\n  (0): Linear (20 -> 10)\n  (1): ReLU ()\n  (2): Linear (10 -> 3)\n)\n")


def test_every_name_is_there():
    def addresses(listed):
        for value in listed.values():
            yield from addresses(value) if isinstance(value, dict) else [value]

    for home in ("nn", "optim", "utils"):
        for address in addresses(public_classes(home)):
            assert callable(fetch(address)), address
    for functions in shadowed().values():
        for address in functions.values():
            assert callable(fetch(address)), address


def test_who_needs_no_network_loads_none():
    code = ("import sys\nfrom gradcli.session.session import Session\n"
            "Session().run('print(torch.ones(2))')\n"
            "loaded = [m for m in sys.modules if m.startswith(('gradcli.nn.', 'gradcli.engine.autograd.function'))]\n"
            "assert not loaded, loaded")
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
