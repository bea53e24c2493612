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


@pytest.mark.parametrize("program", [STATES, CYCLES, OTHERS, RESUMED], ids=["states", "cycles", "others", "resumed"])
def test_schedulers_are_torchs(program, capsys):
    pytest.importorskip("torch")
    warnings.simplefilter("ignore")
    exec(program, {})
    assert Session(style="modern").run(program) == capsys.readouterr().out
