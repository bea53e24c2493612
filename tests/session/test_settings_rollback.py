"""What programs switch, register and turn objects into: taken back with a statement, and no other session's."""

import pytest

from gradcli.faults.tree import Fault
from gradcli.session.session import Session
from support.rollback import failing

SETUP = """
import torch, torch.nn as nn, torch.nn.utils.prune as prune, torch.nn.utils.parametrize as P
import torch.autograd.forward_ad as fa
import torch.nn.utils.parametrizations as Q
from torch.distributions import *
from torch.utils.checkpoint import checkpoint, set_checkpoint_early_stop
def held(context):
    with context:
        yield
class Twice(nn.Module):
    def forward(self, x): return x * 2
class Mine(Normal): pass
class Above(constraints.Constraint):
    def check(self, value): return value > 0
calls = []
def counted(x):
    y = x.exp()
    calls.append(1)
    return y
m = nn.Linear(2, 2)
g = None
"""
CASES = {       # a name: what is there before, the statement, and what tells its effect
    "checks of distributions": (
        "", "Distribution.set_default_validate_args(False)",
        "try: Normal(0., -1.)\nexcept ValueError: print('checked')"),
    "hooks refused": (
        "", "g = held(torch.autograd.graph.disable_saved_tensors_hooks('no')); next(g)",
        "with torch.autograd.graph.saved_tensors_hooks(lambda t: t, lambda t: t): print('allowed')"),
    "hooks of saved values": (
        "", "g = held(torch.autograd.graph.saved_tensors_hooks(lambda t: print('packed'), lambda t: t)); next(g)",
        "torch.ones(2, requires_grad=True).exp()"),
    "a text stream": (
        "import io\ns = io.StringIO('abc')\ns.read(1)", "s.write('xyz'); s.seek(0)", "print([s.getvalue(), s.read()])"),
    "a text stream that is closed": ("import io\ns = io.StringIO('abc')", "s.close()", "print(s.closed)"),
    "the precision of decimals": (
        "import decimal\nc = decimal.getcontext()", "c.prec = 3", "print(c.prec, decimal.Decimal(1) / 3)"),
    "the first level of a logger": (
        "import logging", "logging.getLogger('a').setLevel(50); logging.disable(10)",
        "import logging\nprint(logging.getLogger('a').level, logging.getLogger('a').isEnabledFor(40))"),
    "a handler of the root": (
        "import logging\nlogging.getLogger('a')", "logging.basicConfig(level=10)",
        "print(logging.root.handlers, logging.root.level)"),
    "the environment": ("import os", "os.environ['a'] = 'b'", "print(os.environ)"),
    "the path of modules": ("import sys", "sys.path.append('b')", "print(sys.path)"),
    "early stop": (
        "", "g = held(set_checkpoint_early_stop(False)); next(g)",
        "x = torch.ones(2, requires_grad=True)\ncheckpoint(counted, x, use_reentrant=False).sum().backward()\n"
        "print(calls)"),
    "cached parametrizations": (
        "P.register_parametrization(m, 'weight', Twice())", "g = held(P.cached()); next(g); m.weight",
        "print(m.weight is m.weight)"),
    "what is cached": (
        "P.register_parametrization(m, 'weight', Twice())\ng = held(P.cached())\nnext(g)",
        "m.parametrizations.weight.original.data.zero_(); m.weight", "print(m.weight)"),
    "a divergence": (
        "", "kl.register_kl(Mine, Normal)(lambda p, q: torch.tensor(7.))",
        "print(kl_divergence(Mine(0., 1.), Normal(0., 1.)))"),
    "another divergence": (
        "kl.register_kl(Mine, Normal)(lambda p, q: torch.tensor(3.))",
        "kl.register_kl(Mine, Normal)(lambda p, q: torch.tensor(7.))",
        "print(kl_divergence(Mine(0., 1.), Normal(0., 1.)))"),
    "a transform": (
        "", "torch.distributions.biject_to.register(Above, lambda c: ExpTransform())",
        "try: biject_to(Above())\nexcept NotImplementedError: print('none')"),
    "tangents": (
        "fa.enter_dual_level()\nd = fa.make_dual(torch.ones(2), torch.ones(2))", "d.mul_(3)",
        "print(fa.unpack_dual(d))"),
    "a level": ("", "fa.enter_dual_level()", "fa.enter_dual_level()"),
    "determinism": ("", "torch.use_deterministic_algorithms(True)",
                    "print(torch.are_deterministic_algorithms_enabled())"),
    "precision": ("", "torch.set_float32_matmul_precision('high')", "print(torch.get_float32_matmul_precision())"),
    "benchmark": ("", "torch.backends.cudnn.benchmark = True", "print(torch.backends.cudnn.benchmark)"),
    "tf32": ("", "torch.backends.cuda.matmul.allow_tf32 = True", "print(torch.backends.cuda.matmul.allow_tf32)"),
    "what is saved": ("torch.save(1, 'a')", "torch.save(2, 'a'); torch.save(2, 'b')",
                      "print(torch.load('a'))\ntry: torch.load('b')\nexcept Exception: print('none')"),
    "the first that is saved": ("", "torch.save(2, 'b')", "try: torch.load('b')\nexcept Exception: print('none')"),
    "lazy layers": ("m = nn.Sequential(nn.LazyLinear(3), nn.LazyBatchNorm1d())", "m(torch.ones(2, 5))",
                    "print(m, m[0].weight, m[1].running_mean)\ntorch.manual_seed(1)\nprint(m(torch.ones(2, 4)))"),
    "a parametrization": ("", "P.register_parametrization(m, 'weight', Twice())",
                          "print(m, m.weight, m.state_dict())"),
    "a parametrization gone": (
        "P.register_parametrization(m, 'weight', Twice())", "P.remove_parametrizations(m, 'weight')",
        "print(m, m.weight, m.state_dict())"),
    "an orthogonal weight": ("Q.orthogonal(m)", "m.weight = torch.eye(2)", "print(m.state_dict())"),
    "pruning": ("", "prune.l1_unstructured(m, 'weight', .5)", "print(m.weight, m.state_dict())"),
    "pruning for good": ("prune.l1_unstructured(m, 'weight', .5)", "prune.remove(m, 'weight')",
                         "print(m.weight, m.state_dict())"),
}


def ran(session, text):
    try:
        return session.run(f"{text}\n", echo=False)
    except Fault as fault:
        return fault.message


def prepared(setup):
    session = Session("modern", seed=1)
    session.run(SETUP + setup + "\n", echo=False)
    return session


@pytest.mark.parametrize("name", CASES)
def test_what_a_statement_switched_is_taken_back_and_no_other_sessions(name):
    setup, statement, probe = CASES[name]
    expected = ran(prepared(setup), probe)
    session = prepared(setup)
    assert failing(session, statement)
    assert ran(session, probe) == expected
    switched = prepared(setup)
    switched.run(f"{statement}\n", echo=False)
    assert ran(prepared(setup), probe) == expected
    assert ran(switched, probe) != expected
