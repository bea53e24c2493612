"""Python's messages call the objects of this package as they call those that they stand for."""

import pytest

from gradcli.faults.tree import Fault
from gradcli.session.session import Session
from support.python_prints import python_prints

MODULES = """
import argparse, collections, contextlib, datetime, decimal, enum, fractions, functools, io, itertools, logging
import pathlib, random, re, types
import numpy as np, torch
"""
OBJECTS = """
np.ones(3)
torch.float32
torch.device('cpu')
torch.Size([1])
torch.contiguous_format
torch.Generator()
torch.ones(1).storage()
torch.nn.Parameter(torch.ones(1))
torch.ones(1, requires_grad=True).register_hook(print)
np.random.RandomState(1)
np.random.default_rng(1)
np.mgrid
np.r_
np.s_
itertools.count()
itertools.chain()
itertools.groupby([])
collections.deque()
collections.Counter()
collections.defaultdict()
collections.OrderedDict()
collections.OrderedDict().keys()
collections.namedtuple('P', 'x')(1)
datetime.datetime(1970, 1, 1)
datetime.date(1970, 1, 1)
datetime.timedelta(1)
decimal.Decimal(1)
decimal.getcontext()
fractions.Fraction(1)
re.compile('a')
re.match('a', 'a')
io.StringIO()
io.BytesIO()
random.Random(1)
enum.auto()
types.SimpleNamespace()
pathlib.Path('a')
logging.getLogger('a')
contextlib.nullcontext()
contextlib.suppress()
argparse.ArgumentParser()
torch.optim.SGD([torch.ones(1)], lr=1)
torch.utils.data.DataLoader([1])
torch.distributions.Normal(0., 1.)
torch.nn.utils.rnn.pack_sequence([torch.ones(1)])
object()
torch
np.random
""".strip().splitlines()
STATEMENTS = ["functools.lru_cache(len) + 1", "functools.cmp_to_key(max)(1) - []", "torch.no_grad() + 1", "int + 1",
              "np.float64 + 1", "np.ndarray + 1", "{**np.ones(3)}"]


def test_messages_have_the_names_that_python_has():
    pytest.importorskip("torch")
    names = {}
    exec(MODULES, names)
    session = Session("modern")
    session.run(MODULES, echo=False)
    wrong = {}
    for statement in (*(f"({expression})()" for expression in OBJECTS), *STATEMENTS):
        with pytest.raises(Exception) as expected:      # of whatever type: the words count
            exec(statement, names)
        with pytest.raises(Fault) as fault:
            session.run(f"{statement}\n", echo=False)
        if fault.value.message != str(expected.value):
            wrong[statement] = fault.value.message, str(expected.value)
    assert not wrong


def test_parameters_are_a_class_of_tensors_and_types_of_elements_are_apart():
    torch = pytest.importorskip("torch")
    text = ("print([issubclass(kind, base) for kind in (nn.Parameter, torch.Tensor, torch.FloatTensor, nn.Linear, int) "
            "for base in (torch.Tensor, nn.Parameter, torch.FloatTensor, nn.Module, object)])\n"
            "for kind, base in ((torch.ones(1), torch.Tensor), (nn.Linear, 3), (int, torch.Tensor)):\n"
            "    try:\n        print(issubclass(kind, base))\n    except TypeError as e:\n        print(e)")
    ours = Session(style="modern").run("import torch\nfrom torch import nn\n" + text, echo=False)
    assert ours == python_prints(text, {"torch": torch, "nn": torch.nn})
