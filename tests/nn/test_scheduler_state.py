"""Schedulers step by step, with what they show of themselves: as PyTorch 2.13."""

import warnings

import pytest

from gradcli.session.session import Session

OPTIMIZERS = """
import torch
from torch.optim import lr_scheduler as L
def optimizer(kind="sgd"):
    p = [torch.nn.Parameter(torch.ones(1))]
    return torch.optim.SGD(p, lr=0.1, momentum=0.9) if kind == "sgd" else torch.optim.Adam(p, lr=0.1)
"""
STATES = OPTIMIZERS + """
for name, make in {
        "StepLR": lambda o: L.StepLR(o, 2), "ConstantLR": lambda o: L.ConstantLR(o),
        "LinearLR": lambda o: L.LinearLR(o),
        "ExponentialLR": lambda o: L.ExponentialLR(o, 0.9), "PolynomialLR": lambda o: L.PolynomialLR(o),
        "CosineAnnealingLR": lambda o: L.CosineAnnealingLR(o, 5), "LambdaLR": lambda o: L.LambdaLR(o, lambda e: 0.9**e),
        "MultiplicativeLR": lambda o: L.MultiplicativeLR(o, lambda e: 0.9),
        "CyclicLR": lambda o: L.CyclicLR(o, 0.01, 0.1),
        "OneCycleLR": lambda o: L.OneCycleLR(o, 0.1, total_steps=10),
        "restarts": lambda o: L.CosineAnnealingWarmRestarts(o, 3), "plateau": lambda o: L.ReduceLROnPlateau(o),
        "sequence": lambda o: L.SequentialLR(o, [L.ConstantLR(o), L.ExponentialLR(o, 0.9)], [2]),
        "chain": lambda o: L.ChainedScheduler([L.ConstantLR(o), L.ExponentialLR(o, 0.9)])}.items():
    o = optimizer()
    s = make(o)
    for i in range(3):
        o.step()
        s.step(1.0) if name == "plateau" else s.step()
    print(name, s.state_dict())
"""
CYCLES = OPTIMIZERS + """
for kind in ("sgd", "adam"):
    for make in (
            lambda o: L.OneCycleLR(o, 0.5, total_steps=12),
            lambda o: L.OneCycleLR(o, [0.5], total_steps=12, three_phase=True, anneal_strategy="linear"),
            lambda o: L.OneCycleLR(o, 0.5, epochs=3, steps_per_epoch=4, cycle_momentum=False),
            lambda o: L.CyclicLR(o, 0.01, 0.1, step_size_up=3),
            lambda o: L.CyclicLR(o, 0.01, 0.1, step_size_up=3, step_size_down=2, mode="triangular2"),
            lambda o: L.CyclicLR(o, 0.01, 0.1, 3, mode="exp_range", gamma=0.9, cycle_momentum=False),
            lambda o: L.CyclicLR(o, 0.01, 0.1, 3, scale_fn=lambda x: 0.5**x),
            lambda o: L.CosineAnnealingWarmRestarts(o, 3, 2, 0.001)):
        o = optimizer(kind)
        s = make(o)
        for i in range(11):
            g = o.param_groups[0]
            print(i, g["lr"], g.get("momentum"), g.get("betas"), s.get_last_lr())
            o.step()
            s.step()
        print(o.state_dict()["param_groups"])
        resumed = make(optimizer(kind))
        resumed.load_state_dict(s.state_dict())
        resumed.step()
        print(resumed.last_epoch, resumed.get_last_lr())
"""
OTHERS = OPTIMIZERS + """
o = optimizer()
s = L.CosineAnnealingWarmRestarts(o, 2, 2)
for epoch in range(8):
    for i in range(4):
        s.step(epoch + i / 4)
        print(o.param_groups[0]["lr"], s.T_cur, s.T_i, s.last_epoch)
try: s.step(-1)
except ValueError as error: print(error)
o = optimizer()
s = L.SequentialLR(o, [L.LinearLR(o, 0.1, total_iters=3), L.CosineAnnealingLR(o, 5)], [3])
for i in range(8):
    o.step()
    s.step()
    print(s.get_last_lr())
s.load_state_dict(s.state_dict())
o = optimizer()
s = L.ReduceLROnPlateau(o, patience=1, cooldown=2, factor=0.5, min_lr=[0.01])
for measure in [1, 1, 1, 1, 0.5, 0.6, 0.7, 0.8, 0.9]:
    s.step(measure)
    print(o.param_groups[0]["lr"], s.in_cooldown, s.num_bad_epochs)
print(s.state_dict())
s.load_state_dict(s.state_dict())
"""
RESUMED = OPTIMIZERS + """
for epoch in (-1, 0, 2):
    for make in (
            lambda o: L.StepLR(o, 2, 0.5, epoch), lambda o: L.MultiStepLR(o, [0, 2, 5], last_epoch=epoch),
            lambda o: L.ExponentialLR(o, 0.9, epoch), lambda o: L.CosineAnnealingLR(o, 4, last_epoch=epoch),
            lambda o: L.MultiplicativeLR(o, lambda e: 0.9, epoch), lambda o: L.PolynomialLR(o, 5, 2.0, epoch),
            lambda o: L.LinearLR(o, last_epoch=epoch), lambda o: L.ConstantLR(o, last_epoch=epoch)):
        o = optimizer()
        o.param_groups[0]["initial_lr"] = 0.1
        s = make(o)
        for i in range(5):
            print(type(s).__name__, epoch, s.get_lr(), o.param_groups[0]["lr"])
            o.step()
            s.step()
"""

SEQUENCES = """
import torch
from torch.optim import lr_scheduler as L
class Own(L.LRScheduler):
    def get_lr(self):
        return [g["lr"] * (0.8 if self.last_epoch else 1) for g in self.optimizer.param_groups]
makers = {
    "step": lambda o: L.StepLR(o, 2, 0.5), "cos": lambda o: L.CosineAnnealingLR(o, 4),
    "restarts": lambda o: L.CosineAnnealingWarmRestarts(o, 2, 2), "linear": lambda o: L.LinearLR(o, 0.5, total_iters=3),
    "lambda": lambda o: L.LambdaLR(o, lambda e: 1 / (1 + e)), "product": lambda o: L.MultiplicativeLR(o, lambda e: 0.9),
    "cycle": lambda o: L.CyclicLR(o, 0.01, 0.2, 2, cycle_momentum=False), "own": Own,
    "swa": lambda o: torch.optim.swa_utils.SWALR(o, 0.05, 3)}
for first in makers:
    for second in makers:
        for join in (lambda o: L.SequentialLR(o, [makers[first](o), makers[second](o)], [3]),
                     lambda o: L.SequentialLR(o, [makers[second](o), makers[first](o), makers[second](o)], [1, 4])):
            o = torch.optim.SGD([torch.zeros(1, requires_grad=True)], 0.1)
            s = join(o)
            for _ in range(7):
                o.step()
                s.step()
                print(first, second, o.param_groups[0]["lr"], s.get_last_lr())
o = torch.optim.SGD([torch.zeros(1, requires_grad=True)], 0.1)
s = L.ReduceLROnPlateau(o, patience=0, min_lr=0.01)
o.add_param_group({"params": [torch.ones(2, requires_grad=True)], "lr": 1.0})
for _ in range(4):
    s.step(1.0)
    print([g["lr"] for g in o.param_groups])
torch.set_default_dtype(torch.float64)
for kind in (torch.optim.Adam, torch.optim.NAdam, torch.optim.ASGD, torch.optim.Rprop):
    p = torch.nn.Parameter(torch.ones(2))
    o = kind([p])
    p.grad = torch.ones(2)
    o.step()
    o.load_state_dict(o.state_dict())
    print({name: value.dtype for name, value in o.state[p].items()})
print(torch.nn.utils.clip_grad_norm_([torch.ones(1)], 1.0).dtype)
torch.set_default_dtype(torch.float32)
"""


@pytest.mark.parametrize("program", [STATES, CYCLES, OTHERS, RESUMED, SEQUENCES],
                         ids=["states", "cycles", "others", "resumed", "sequences"])
def test_schedulers_are_torchs(program, capsys):
    pytest.importorskip("torch")
    warnings.simplefilter("ignore")
    exec(program, {})
    assert Session(style="modern").run(program) == capsys.readouterr().out
