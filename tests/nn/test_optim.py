"""Optimisers and schedules beside torch, over several steps."""

import pytest

from gradcli.faults.tree import ArgumentFault, AttributeFault, ValueFault

PROGRAM = """
torch.set_default_dtype(torch.float64)
torch.manual_seed(3)
x, y = torch.randn(4, 6), torch.tensor([0, 1, 2, 1])
net = nn.Sequential(nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 3))
opt = optim.{optimiser}
for i in range(7):
    opt.zero_grad()
    loss = F.cross_entropy(net(x), y)
    loss.backward()
    opt.step()
    print(i, round(loss.item(), 9))
torch.set_printoptions(precision=8)
for p in net.parameters():
    print(p)
torch.set_printoptions(precision=4)
print(opt)
"""
OPTIMISERS = [
    "SGD(net.parameters(), lr=0.1)", "SGD(net.parameters(), lr=0.1, momentum=0.9, weight_decay=0.01)",
    "SGD(net.parameters(), lr=0.1, momentum=0.9, nesterov=True)",
    "SGD(net.parameters(), lr=0.1, momentum=0.5, dampening=0.3, maximize=True)",
    "SGD([{'params': net[0].parameters()}, {'params': net[2].parameters(), 'lr': 0.5}], lr=0.1)",
    "Adam(net.parameters())", "Adam(net.parameters(), lr=0.01, weight_decay=0.1, amsgrad=True)",
    "Adam(net.parameters(), betas=(0.4, 0.9))", "AdamW(net.parameters(), lr=0.01)", "RMSprop(net.parameters())",
    "RMSprop(net.parameters(), momentum=0.9, centered=True, weight_decay=0.01)",
    "Adagrad(net.parameters(), lr_decay=0.1, weight_decay=0.1, initial_accumulator_value=0.1)",
    "Adadelta(net.parameters(), weight_decay=0.1)", "Adamax(net.parameters(), weight_decay=0.1)",
    "Rprop(net.parameters())"]


@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_steps(alike, optimiser):
    alike(PROGRAM.format(optimiser=optimiser))


@pytest.mark.parametrize("options", ["lr=0.5", "lr=1, max_iter=8, history_size=3", "line_search_fn='strong_wolfe'",
                                     "line_search_fn='strong_wolfe', max_iter=30, tolerance_change=1e-3"])
def test_lbfgs(alike, options):
    alike(f"""
torch.set_default_dtype(torch.float64)
torch.manual_seed(3)
x, y = torch.randn(40, 10), torch.randn(40, 2)
net = nn.Sequential(nn.Linear(10, 8), nn.Tanh(), nn.Linear(8, 2))
opt = optim.LBFGS(net.parameters(), {options})
calls = []
def closure():
    opt.zero_grad()
    loss = ((net(x) - y)**2).mean()
    loss.backward()
    calls.append(1)
    return loss
for i in range(3):
    print(round(opt.step(closure).item(), 5), len(calls))
print(net[2].weight)
""")


def test_memory_and_groups(alike):
    alike("""
torch.manual_seed(4)
net = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1))
o = optim.SGD(net[0].parameters(), lr=0.1, momentum=0.9)
o.add_param_group({'params': net[1].weight, 'lr': 0.5})
for g in o.param_groups:
    g['lr'] *= 0.5
print([g['lr'] for g in o.param_groups], sorted(o.param_groups[0].keys()))
for i in range(2):
    net(torch.ones(1, 2)).sum().backward()
    print(nn.utils.clip_grad_norm_(net.parameters(), 0.1))
    o.step()
    o.zero_grad()
print(net[0].weight.grad, net[0].weight, list(o.state.values())[0])
a = optim.Adam(net.parameters())
net(torch.ones(1, 2)).sum().backward()
a.step()
print(a.state[net[1].bias], list(a.state_dict()['state'].keys()))
b = optim.Adam(net.parameters(), lr=0.5)
b.load_state_dict(a.state_dict())
b.step()
print(b.param_groups[0]['lr'], net[0].weight)
v = nn.utils.parameters_to_vector(net.parameters())
nn.utils.vector_to_parameters(v * 0, net.parameters())
nn.utils.clip_grad_value_(net.parameters(), 0.01)
print(v.shape, net[0].weight, net[0].weight.grad)
print(a.step(lambda: torch.tensor(3.0)))
""")


@pytest.mark.parametrize("schedule", [
    "StepLR(o, 3)", "StepLR(o, step_size=4, gamma=0.5)", "MultiStepLR(o, [2, 5, 5], 0.5)", "ExponentialLR(o, 0.9)",
    "LambdaLR(o, lambda e: 0.95 ** e)", "MultiplicativeLR(o, lambda e: 0.95)", "CosineAnnealingLR(o, 5, 0.01)",
    "ConstantLR(o, 0.5, 4)", "LinearLR(o, 0.5, 1.0, 4)"])
def test_schedule(alike, schedule):
    alike(f"""
from torch.optim.lr_scheduler import *
o = optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.1)
s = torch.optim.lr_scheduler.{schedule}
for i in range(14):
    print(round(o.param_groups[0]['lr'], 12), s.last_epoch)
    o.step()
    s.step()
print(len(s.get_last_lr()), o.param_groups[0]['initial_lr'])
""")


@pytest.mark.parametrize("mode", ["min", "max"])
@pytest.mark.parametrize("threshold", ["rel", "abs"])
def test_plateau(alike, mode, threshold):
    alike(f"""
o = optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.1)
s = optim.lr_scheduler.ReduceLROnPlateau(o, '{mode}', patience=2, factor=0.5, threshold_mode='{threshold}', cooldown=1)
for v in [5., 4., 4., 4., 4., 4., 3.9999999, 3., 3., 3., 3., 3., 4., 5., -1., -1.0001, -1., -1., -1., -2.]:
    s.step(v)
    print(o.param_groups[0]['lr'])
""")


def test_which_parameters_have_a_state(alike):
    alike("""
net = nn.Linear(2, 1)
net(torch.ones(2)).sum().backward()
for opt in (optim.SGD(net.parameters(), lr=0.1), optim.SGD(net.parameters(), lr=0.1, momentum=0.5),
            optim.Adagrad(net.parameters(), initial_accumulator_value=0.5), optim.Adam([net.weight])):
    print(len(opt.state), opt.state_dict()["state"])
    opt.step()
    print(len(opt.state), sorted(opt.state_dict()["state"]))
    opt.load_state_dict(opt.state_dict())
    print(len(opt.state))
""")


def test_a_step_makes_kept_values_stale(run):
    assert run("""
w = torch.ones(2, requires_grad=True)
o = optim.SGD([w], lr=0.1)
y = (w * w).sum()
w.grad = torch.ones(2)
o.step()
try:
    y.backward()
except RuntimeError as e:
    print('modified by an inplace operation' in str(e))
""") == "True\n"


REFUSED = {
    "optim.SGD([], lr=0.1)": (ValueFault, "empty"),
    "optim.SGD(torch.ones(1), lr=0.1)": (ArgumentFault, "iterable"),
    "optim.SGD([3], lr=0.1)": (ArgumentFault, "only optimize Tensors"),
    "optim.SGD([w * 2], lr=0.1)": (ValueFault, "non-leaf"),
    "optim.SGD([w], lr=-1)": (ValueFault, "learning rate"),
    "optim.Adam([w], betas=(1.5, 0.9))": (ValueFault, "beta"),
    "optim.SGD([w], lr=0.1, nesterov=True)": (ValueFault, "Nesterov"),
    "o.param_groups[0]['lr'] = 'x'\no.step()": (ArgumentFault, "lr"),
    "o.param_groups[0]['params'] = 3\no.step()": (ArgumentFault, "params"),
    "o.param_groups = []": (AttributeFault, "param_groups"),
    "o._state": (AttributeFault, "_state"),
    "optim.LBFGS([w]).step()": (ArgumentFault, "closure"),
    "optim.lr_scheduler.StepLR(3, 3)": (ArgumentFault, "optimiser"),
    "optim.lr_scheduler.StepLR(o, 0)": (ValueFault, "step_size"),
}


@pytest.mark.parametrize("program", REFUSED)
def test_refused(run, program):
    kind, words = REFUSED[program]
    with pytest.raises(kind, match=words):
        run(f"w = torch.ones(1, requires_grad=True)\no = optim.SGD([w], lr=0.1)\n{program}\n")
