"""`torch.amp` without a CUDA device: training loops with autocast and GradScaler compute what they do without.

On the CPU it computes in 16 bits: tests/ops/test_bfloat16.py.
"""


import pytest

from gradcli.faults.tree import Fault
from gradcli.session.session import Session
from support.python_prints import python_prints

LOOP = """
import torch
{imports}
torch.manual_seed(0)
net = torch.nn.Linear(2, 1)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
scaler = {scaler}
x, y = torch.randn(4, 2), torch.randn(4, 1)
for _ in range(3):
    optimizer.zero_grad()
    with {context}:
        loss = torch.nn.functional.mse_loss(net(x), y)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    scaler.step(optimizer)
    scaler.update()
    print(f"{{loss.item():.4f}}")
print(scaler.get_scale(), scaler.is_enabled(), scaler.state_dict(), torch.is_autocast_enabled())
@{context}
def f(x):
    return x * 2
print(f(torch.ones(1)).item())
"""


@pytest.mark.parametrize(("imports", "scaler", "context"), [
    ("from torch.cuda.amp import autocast, GradScaler", "GradScaler()", "autocast()"),
    ("", "torch.cuda.amp.GradScaler(enabled=True)", "torch.cuda.amp.autocast(enabled=False)"),
    ("from torch import amp", "amp.GradScaler('cuda')", "amp.autocast('cuda', dtype=torch.float16)"),
    ("import torch.amp", "torch.amp.GradScaler(enabled=False)", "torch.autocast(device_type='cpu', enabled=False)"),
    ("", "torch.GradScaler('cuda', init_scale=2.0)", "torch.autocast('cuda')")])
@pytest.mark.filterwarnings("ignore")
def test_loops_print_as_under_torch(imports, scaler, context):
    pytest.importorskip("torch")
    program = LOOP.format(imports=imports, scaler=scaler, context=context)
    assert Session(style="modern", age="today").run(program, echo=False) == python_prints(program, {})


@pytest.mark.parametrize("call", [
    "torch.autocast('moon')", "torch.autocast(3)", "torch.autocast('cpu', dtype=3)", "torch.autocast('cpu')._before",
    "torch.GradScaler('cpu')._scale", "torch.GradScaler('cpu').scale(3)", "torch.GradScaler().step(3)",
    "torch.GradScaler()._growth", "torch.autocast('cuda').__enter__.__globals__",
    "torch.amp.custom_fwd", "torch.cuda.amp.autocast(True, 1, 2, 3)"])
def test_refused(call):
    with pytest.raises(Fault):
        Session(style="modern").run(call, echo=False)


def test_a_scaler_takes_over_numbers_alone():
    """A list or text as the scale would be repeated by the factors, without a limit."""
    for name in ("scale", "growth_factor", "backoff_factor", "growth_interval", "_growth_tracker"):
        for value in ("[1]", "'x'", "torch", "10**30", "1j"):
            with pytest.raises(Fault):
                Session(style="modern").run("s = torch.amp.GradScaler('cpu'); d = s.state_dict()\n"
                                            f"d['{name}'] = {value}\ns.load_state_dict(d)")
