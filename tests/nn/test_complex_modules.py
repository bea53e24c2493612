"""Modules whose parameters are complex numbers: made so, or converted."""

import pytest

from gradcli.session.session import Session
from support.python_prints import python_prints
from support.rollback import undone

PROGRAMS = (
    "l = nn.Linear(2, 3, dtype=torch.cfloat); print(l.weight, l(torch.ones(2, dtype=torch.cfloat)))",
    "l = nn.Linear(2, 3).to(torch.cfloat); print(type(l.weight), l.weight, l(torch.ones(2, dtype=torch.cfloat)))",
    "l = nn.Linear(2, 1, dtype=torch.cfloat); (l(torch.tensor([1+1j, 2j])).abs() ** 2).sum().backward()\n"
    "print(l.weight.grad, l.bias.grad); torch.optim.SGD(l.parameters(), lr=0.1).step(); print(l.weight)",
    "l = nn.Linear(2, 1); l(torch.ones(2)).backward(); l.type(torch.cdouble); print(l.weight.grad, l.state_dict())",
    "m = nn.BatchNorm1d(2).to(torch.cfloat); print(m.running_mean, m.num_batches_tracked, m.weight.dtype)",
    "m = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1)).to(torch.complex64); print(m(torch.ones(1, 2).cfloat()))",
    "l = nn.LazyLinear(2, dtype=torch.cfloat); print(l(torch.ones(3).cfloat()), type(l.weight))",
    "l = nn.LazyLinear(2).to(torch.cfloat); print(l(torch.ones(3).cfloat()), l.weight.dtype)",
    "w = torch.empty(3, 2, dtype=torch.cfloat); nn.init.normal_(w); print(w); nn.init.xavier_uniform_(w); print(w)",
    "l = nn.Linear(1, 1, dtype=torch.cfloat); l.float(); print(l.weight.dtype)\n"
    "l.to(torch.cdouble); print(l.weight.dtype)",
    "l = nn.Linear(1, 1, dtype=torch.cfloat); l.weight.grad = torch.ones(1, 1).cfloat(); l.to(torch.float32)\n"
    "print(l.weight, l.weight.grad, type(l.weight)); l.to(torch.cdouble).type(torch.bfloat16); print(l.weight)",
    "l = nn.Linear(1, 1, dtype=torch.cfloat); m = nn.Linear(1, 1); print(m.load_state_dict(l.state_dict()), m.weight)\n"
    "m.load_state_dict(l.state_dict(), assign=True); print(m.weight, type(m.weight))",
    "import copy\nl = copy.deepcopy(nn.Linear(1, 1, dtype=torch.cfloat)); print(type(l.weight), l.weight)\n"
    "print(type(copy.copy(l.weight)), type(l.weight.detach()), type(l.weight.data))",
    "w = nn.Parameter(torch.tensor([1+2j, -0.5+0.3j]))\n"
    "o = torch.optim.Adagrad([w], lr=0.1, initial_accumulator_value=0.5)\n"
    "for i in range(3): o.zero_grad(); (w * w * (0.3 - 1j)).real.sum().backward(); o.step(); print(w.data)")


@pytest.mark.parametrize("program", PROGRAMS)
def test_programs_print_as_under_torch(program):
    pytest.importorskip("torch")
    program = f"import torch\nimport torch.nn as nn\ntorch.manual_seed(0)\n{program}"
    assert Session(style="modern").run(program, echo=False) == python_prints(program, {})


def test_a_conversion_is_taken_back_with_its_statement():
    session = Session(style="modern")
    session.run("import torch.nn as nn\nl = nn.Linear(1, 1)\nz = nn.LazyLinear(1)")
    undone(session, "l.to(torch.cfloat)\nz.to(torch.cfloat)\nl.bfloat16()")
