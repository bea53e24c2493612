"""A program over every optimiser and schedule, for torch and gradcli alike.

`python -m against_torch.optimizers` prints where the two differ; tests/nn/test_beside_torch.py runs it too.
"""

from __future__ import annotations

import sys

from support.torch_programs import show_differences

PROLOGUE = """
import copy
import math
import torch
from torch import nn, optim
from torch.optim import lr_scheduler, swa_utils
DTYPE = torch.{dtype}

def T(values):
    return torch.tensor(values, dtype=DTYPE)

def leaves():
    torch.manual_seed(11)
    return [nn.Parameter(torch.randn(3, 2, dtype=DTYPE)), nn.Parameter(torch.randn(2, 4, dtype=DTYPE)),
            nn.Parameter(torch.randn(2, 2, dtype=DTYPE))]

def loss_of(ps, turn):
    total = 0
    for p in ps:
        total = total + ((p * (1 + turn % 3) - 0.5) ** 2).sum() + torch.sin(3 * p).sum()
    return total

def train(name, make, vectors=False):
    print("==", name)
    ps = leaves()
    if vectors:
        ps = [nn.Parameter(p.detach().reshape(-1).clone()) for p in ps]
    try:
        o = make(ps)
        print(o)
        for turn in range(6):
            o.zero_grad()
            def closure():
                o.zero_grad()
                loss = loss_of(ps, turn)
                loss.backward()
                return loss
            if type(o).__name__ == "LBFGS":
                print("loss", o.step(closure))
            else:
                loss_of(ps, turn).backward()
                o.step()
        for p in ps:
            print(p)
        state = o.state_dict()
        for number in state["state"]:
            for key in sorted(state["state"][number]):
                if type(o).__name__ != "LBFGS":
                    print(number, key, state["state"][number][key])
        again = make(ps)
        again.load_state_dict(copy.deepcopy(state))
        if type(o).__name__ != "LBFGS":
            loss_of(ps, 1).backward()
            again.step()
            print(ps[0])
    except Exception as error:
        print("raises", type(error).__name__, error)

def rates(name, make, lr=0.1, other=False, turns=12, states=True):
    print("==", name)
    ps = leaves()
    o = optim.SGD([{{"params": ps[:2]}}, {{"params": ps[2:], "lr": 0.5}}] if other else ps, lr=lr, momentum=0.9)
    try:
        s = make(o)
        told = []
        for turn in range(turns):
            told.append(s.get_last_lr())
            o.step()
            if type(s).__name__ == "ReduceLROnPlateau":
                s.step(abs(math.sin(turn)) + 1)
            else:
                s.step()
        for row in told:
            print(row)
        print(o)
        if states:
            state = s.state_dict()
            print(sorted(key for key in state if not key.startswith("_")))
        t = make(optim.SGD(leaves(), lr=lr, momentum=0.9)) if not other else s
        if not other:
            t.load_state_dict(s.state_dict())
            print(t.last_epoch, t.get_last_lr())
    except Exception as error:
        print("raises", type(error).__name__, error)
"""

OPTIMISERS = """
SGD(p, lr=0.1)
SGD(p, lr=0.1, momentum=0.9)
SGD(p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.1)
SGD(p, lr=0.1, momentum=0.9, dampening=0.5, maximize=True)
SGD(p, lr=torch.tensor(0.1))
Adam(p, lr=0.1)
Adam(p, lr=0.1, betas=(0.8, 0.9), eps=1e-6, weight_decay=0.1, amsgrad=True)
Adam(p, lr=0.1, maximize=True, foreach=True)
Adam(p, lr=0.1, decoupled_weight_decay=True, weight_decay=0.1)
AdamW(p, lr=0.1)
AdamW(p, lr=0.1, amsgrad=True, fused=True)
Adamax(p, lr=0.1)
Adamax(p, lr=0.1, weight_decay=0.1, maximize=True)
NAdam(p, lr=0.1)
NAdam(p, lr=0.1, weight_decay=0.1, momentum_decay=0.1)
NAdam(p, lr=0.1, weight_decay=0.1, decoupled_weight_decay=True, maximize=True)
RAdam(p, lr=0.1)
RAdam(p, lr=0.1, betas=(0.5, 0.6), weight_decay=0.1)
RAdam(p, lr=0.1, betas=(0.5, 0.6), weight_decay=0.1, decoupled_weight_decay=True, maximize=True)
RMSprop(p, lr=0.1)
RMSprop(p, lr=0.1, alpha=0.9, momentum=0.9, centered=True, weight_decay=0.1)
Rprop(p, lr=0.1)
Rprop(p, lr=0.1, etas=(0.4, 1.3), step_sizes=(1e-3, 2), maximize=True)
Adagrad(p, lr=0.1)
Adagrad(p, lr=0.1, lr_decay=0.1, weight_decay=0.1, initial_accumulator_value=0.5)
Adadelta(p, lr=0.5)
Adadelta(p, lr=0.5, rho=0.8, weight_decay=0.1, maximize=True)
ASGD(p, lr=0.1)
ASGD(p, lr=0.1, lambd=0.1, alpha=0.5, t0=2, weight_decay=0.1)
Adafactor(p, lr=0.1)
Adafactor(p, lr=0.1, beta2_decay=-0.5, eps=(1e-3, 1e-2), d=1.5, weight_decay=0.1, maximize=True)
Muon(p, lr=0.1)
Muon(p, lr=0.1, weight_decay=0.0, momentum=0.8, nesterov=False, adjust_lr_fn="match_rms_adamw")
LBFGS(p)
LBFGS(p, lr=0.5, max_iter=4, history_size=3)
LBFGS(p, line_search_fn="strong_wolfe", max_iter=5)
SparseAdam(p)
Adam([{"params": p[:1], "lr": 0.5}, {"params": p[1:]}], lr=0.1)
Adam([("a", p[0]), ("b", p[1])], lr=0.1)
SGD([{"params": p[:1], "weight_decay": 0.5, "name": "first"}, {"params": p[1:]}], lr=0.1)
SGD(p, lr=-1.0)
SGD(p, lr=0.1, nesterov=True)
SGD(p, lr=0.1, momentum=-1)
Adam(p, betas=(1.0, 0.9))
Adam(p, eps=-1.0)
Adam(p, weight_decay=-1.0)
Adadelta(p, rho=1.5)
Adafactor(p, d=0.5)
Adafactor(p, beta2_decay=1.0)
Adafactor(p, eps=(-1.0, 1.0))
Muon(p, lr=-1.0)
Muon(p, adjust_lr_fn="other")
NAdam(p, momentum_decay=-1.0)
Rprop(p, etas=(1.5, 2.0))
Adam([])
Adam([("a", p[0]), p[1]])
Adam([{"params": p}, {"params": p}])
""".strip().splitlines()

SCHEDULES = """
StepLR(o, 3)
StepLR(o, step_size=2, gamma=0.5)
MultiStepLR(o, [2, 5, 5], gamma=0.5)
ConstantLR(o, factor=0.5, total_iters=4)
LinearLR(o, start_factor=0.2, end_factor=0.9, total_iters=4)
ExponentialLR(o, 0.9)
PolynomialLR(o, total_iters=5, power=2.0)
CosineAnnealingLR(o, T_max=4)
CosineAnnealingLR(o, T_max=4, eta_min=0.01)
CosineAnnealingWarmRestarts(o, T_0=3)
CosineAnnealingWarmRestarts(o, T_0=2, T_mult=2, eta_min=0.01)
LambdaLR(o, lambda epoch: 0.9 ** epoch)
MultiplicativeLR(o, lambda epoch: 0.95)
OneCycleLR(o, max_lr=1.0, total_steps=15)
OneCycleLR(o, max_lr=1.0, epochs=3, steps_per_epoch=5, anneal_strategy="linear", three_phase=True)
OneCycleLR(o, max_lr=1.0, total_steps=10)
CyclicLR(o, base_lr=0.01, max_lr=0.1, step_size_up=3)
CyclicLR(o, base_lr=0.01, max_lr=0.1, step_size_up=3, step_size_down=2, mode="triangular2")
CyclicLR(o, base_lr=0.01, max_lr=0.1, step_size_up=3, mode="exp_range", gamma=0.9, cycle_momentum=False)
ReduceLROnPlateau(o)
ReduceLROnPlateau(o, patience=1, factor=0.5, cooldown=1)
ReduceLROnPlateau(o, mode="max", patience=0, threshold=0.1, threshold_mode="abs", min_lr=0.01)
SequentialLR(o, [lr_scheduler.ConstantLR(o, 0.1, 2), lr_scheduler.ExponentialLR(o, 0.9)], milestones=[3])
SequentialLR(o, [lr_scheduler.LinearLR(o, 0.1), lr_scheduler.CosineAnnealingLR(o, 5)], [4])
ChainedScheduler([lr_scheduler.ConstantLR(o, 0.1, 2), lr_scheduler.ExponentialLR(o, 0.9)])
StepLR(o, 3, last_epoch=4)
ConstantLR(o, factor=2.0)
LinearLR(o, start_factor=0.0)
ReduceLROnPlateau(o, factor=1.5)
OneCycleLR(o, max_lr=1.0)
CosineAnnealingWarmRestarts(o, T_0=0)
CyclicLR(o, 0.1, 1.0, mode="other")
SequentialLR(o, [lr_scheduler.ExponentialLR(o, 0.9)], [1])
""".strip().splitlines()

EPILOGUE = """
rates("swa", lambda o: swa_utils.SWALR(o, swa_lr=0.05, anneal_epochs=4), states=False)
rates("linear", lambda o: swa_utils.SWALR(o, [0.05], anneal_epochs=0, anneal_strategy="linear"), states=False)
for text in ("StepLR(o, 3)", "CosineAnnealingLR(o, 4)"):
    print(text)
rates("groups", lambda o: lr_scheduler.StepLR(o, 2), other=True)
rates("lambdas", lambda o: lr_scheduler.LambdaLR(o, [lambda e: 0.5 ** e, lambda e: 1.0]), other=True)

print("== hooks")
ps = leaves()
o = optim.SGD(ps, lr=0.1)
h = o.register_step_pre_hook(lambda opt, args, kwargs: print("before", type(opt).__name__, len(args), kwargs))
o.register_step_post_hook(lambda opt, args, kwargs: print("after", len(args)))
o.register_state_dict_post_hook(lambda opt, state: state | {{"more": 1}})
o.register_load_state_dict_pre_hook(lambda opt, state: print("loading", sorted(state)))
loss_of(ps, 0).backward()
o.step()
h.remove()
o.step(lambda: loss_of(ps, 0))
state = o.state_dict()
print(sorted(state))
o.load_state_dict(state)

print("== own optimiser")
class Sign(optim.Optimizer):
    def __init__(self, params, lr=0.1, decay=0.5):
        super().__init__(params, dict(lr=lr, decay=decay))

    @torch.no_grad()
    def step(self, closure=None):
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if len(state) == 0:
                    state["step"] = 0
                    state["mean"] = torch.zeros_like(p)
                state["step"] += 1
                state["mean"].mul_(group["decay"]).add_(p.grad, alpha=1 - group["decay"])
                p.add_(state["mean"].sign(), alpha=-group["lr"])
        return loss

ps = leaves()
o = Sign(ps)
print(o)
s = lr_scheduler.ExponentialLR(o, 0.5)
for turn in range(3):
    o.zero_grad()
    loss_of(ps, turn).backward()
    o.step()
    s.step()
print(ps[0], s.get_last_lr(), o.state[ps[0]]["step"])
state = o.state_dict()
print(state["state"][1])
o.load_state_dict(state)
o.step()
print(ps[0])

print("== own schedule")
class Warm(lr_scheduler.LRScheduler):
    def __init__(self, optimizer, turns, last_epoch=-1):
        self.turns = turns
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        if self.last_epoch < self.turns:
            return [base * (self.last_epoch + 1) / self.turns for base in self.base_lrs]
        return [group["lr"] * 0.5 for group in self.optimizer.param_groups]

o = optim.SGD(leaves(), lr=0.4)
s = Warm(o, 3)
for turn in range(6):
    print(s.last_epoch, s.get_last_lr())
    o.step()
    s.step()

print("== averages")
torch.manual_seed(0)
net = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Linear(3, 1)).to(DTYPE)
for make in (lambda: swa_utils.AveragedModel(net),
             lambda: swa_utils.AveragedModel(net, avg_fn=swa_utils.get_swa_avg_fn()),
             lambda: swa_utils.AveragedModel(net, multi_avg_fn=swa_utils.get_ema_multi_avg_fn(0.9)),
             lambda: swa_utils.AveragedModel(net, avg_fn=swa_utils.get_ema_avg_fn(0.9), use_buffers=True),
             lambda: swa_utils.AveragedModel(net, avg_fn=lambda a, b, n: 0.5 * a + 0.5 * b)):
    averaged = make()
    o = optim.SGD(net.parameters(), lr=0.1)
    x = torch.arange(12.0, dtype=DTYPE).reshape(6, 2) / 10
    for turn in range(4):
        o.zero_grad()
        net(x).pow(2).sum().backward()
        o.step()
        averaged.update_parameters(net)
    swa_utils.update_bn([(x[:3], 1), (x[3:], 2)], averaged)
    print(averaged.n_averaged, averaged.module[0].weight, averaged.module[1].running_mean, averaged(x)[0])
print(averaged)
"""


def program(dtype: str = "float32") -> str:
    """One program over everything."""
    lines = [PROLOGUE.format(dtype=dtype)]
    for text in OPTIMISERS:
        lines.append(f"train({text!r}, lambda p: optim.{text})")
        if text.startswith(("Adafactor", "SGD(p, lr=0.1)", "Muon")):
            lines.append(f"train({'vectors ' + text!r}, lambda p: optim.{text}, True)")
    alike = ("Step", "Const", "Linear", "Expon")     # whose states have the same names
    lines += [f"rates({text!r}, lambda o: lr_scheduler.{text}, states={text.startswith(alike)})" for text in SCHEDULES]
    return "\n".join([*lines, EPILOGUE.replace("{{", "{").replace("}}", "}")])


if __name__ == "__main__":
    for dtype in sys.argv[1:] or ["float32"]:
        show_differences(program(dtype))
