"""Parts of torch and modules of Python that are imported and seldom used: what they do, and where they are refused."""

import pytest

from gradcli.faults.tree import Fault
from gradcli.namespace.imported_names import IMPORTS
from gradcli.namespace.outside_torch import REFUSED
from gradcli.session.session import Session


def printed(text):
    return Session(style="modern").run(text)


@pytest.mark.parametrize("path", REFUSED)
def test_refused_where_it_is_called(path):
    name = REFUSED[path][0].split()[0]
    assert printed(f"from torch.{path} import {name}\nimport torch.{path}\nprint(1)") == "1\n"
    with pytest.raises(Fault) as caught:
        printed(f"from torch.{path} import {name}\n{name}(3)")
    assert caught.value.status == 3 and name in caught.value.message


COMPILED = """
import torch, torch.nn as nn
@torch.jit.script
def double(x):
    return x * 2
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(2, 1, bias=False)
    @torch.jit.export
    def forward(self, x):
        return self.inner(x) if not torch.jit.is_scripting() else x
    @torch.jit.ignore
    def note(self): return "n"
net = Net()
traced = torch.jit.trace(net, torch.ones(1, 2))
print(double(torch.ones(2)), torch.equal(traced(torch.ones(1, 2)), net(torch.ones(1, 2))), net.note())
print(torch.jit.annotate(int, 3), torch.version.cuda, torch.distributed.is_available())
"""


def test_compiled_functions_compute_the_same():
    assert printed(COMPILED) == "tensor([2., 2.]) True n\n3 None False\n"


QUIET = """
import torch
import torch.nn.functional as F
from torch.utils.tensorboard import SummaryWriter
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.profiler import record_function
with SummaryWriter("runs") as writer:
    print(writer.add_scalar("loss", 0.5, 1), writer.add_scalars("a", {}), writer.flush())
x = torch.ones(1, 1, 2)
with sdpa_kernel(SDPBackend.MATH), record_function("attention"):
    print(F.scaled_dot_product_attention(x, x, x))
with torch.backends.cuda.sdp_kernel(enable_flash=False):
    print(torch.functional.einsum("ij,j->i", torch.ones(2, 2), torch.ones(2)))
@record_function("f")
def f(): return 3
print(f())
"""


def test_contexts_and_writers_do_nothing():
    assert printed(QUIET) == "None None None\ntensor([[[1., 1.]]])\ntensor([2., 2.])\n3\n"


@pytest.mark.parametrize("text", [
    "from torch.utils.tensorboard import SummaryWriter\nSummaryWriter().close.__globals__",
    "from torch.utils.tensorboard import SummaryWriter\nSummaryWriter().other",
    "import torch\ntorch.jit.other", "import torch\ntorch.hub.load.__globals__", "import struct\nstruct.pack('i', 1)",
    "import xml.etree.ElementTree as ET\nET.parse('x')", "import torch.fx\nclass T(torch.fx.Tracer): pass",
    "from urllib.parse import urlparse\nurlparse('x')", "from IPython import embed\nembed()",
    "import unittest\nclass T(unittest.TestCase): pass"])
def test_what_is_closed_stays_closed(text):
    with pytest.raises(Fault):
        printed(text)


def test_every_layer_is_in_the_file_of_its_name():
    assert printed("from torch.nn.modules.activation import ReLU, MultiheadAttention\n"
                   "from torch.nn.modules.linear import Linear, LazyLinear\n"
                   "from torch.nn.modules.rnn import LSTM, LSTMCell\n"
                   "from torch.optim.optimizer import Optimizer, required\nprint(ReLU(), required is required)") == (
        "ReLU() True\n")


def test_constants_and_clocks():
    assert printed("import pickle, signal, errno\nfrom timeit import default_timer as timer\nstart = timer()\n"
                   "print(pickle.HIGHEST_PROTOCOL, signal.SIGINT, errno.EEXIST, timer() > start)") == "5 2 17 True\n"


def test_modules_keep_their_names():
    assert Session().run("print(torch.backends.cuda, torch.profiler, torch.jit)") == (
        "<module 'torch.backends.cuda'> <module 'torch.profiler'> <module 'torch.jit'>\n")


def test_names_are_imported_from_where_torch_defines_them():
    program = ("from torch._C import device, dtype, Size, default_generator, Generator, is_grad_enabled\n"
               "from torch._tensor import Tensor\nfrom torch.serialization import save\nimport torch\n"
               "import torch._C as C\nprint(device('cpu'), dtype is torch.dtype, isinstance(torch.ones(1), Tensor), "
               "Size([2]), is_grad_enabled(), isinstance(default_generator, Generator), C.device is torch.device, "
               "save is torch.save)")
    assert Session(style="modern").run(program, echo=False) == "cpu True True torch.Size([2]) True True True True\n"


IMPORTED = """
from torch.functional import Tensor, F
from torch.nn.modules.activation import Module, init
from torch.nn.modules.module import OrderedDict, Optional
from torch.utils.data.dataset import randperm
import collections, torch, torch.nn as nn
print(F is nn.functional, Tensor is torch.Tensor, Module is nn.Module, init is nn.init)
print(OrderedDict is collections.OrderedDict, Optional[int], randperm is torch.randperm)
try:
    from torch.functional import F as G, Tensors
except ImportError as e:
    print(e)
print("F" in dir(torch.functional))
"""


def test_names_are_imported_from_modules_that_import_them():
    assert printed(IMPORTED) == (
        "True True True True\nTrue typing.Optional[int] True\n"
        "cannot import name 'Tensors' from 'torch.functional'\nFalse\n")


def test_a_name_that_a_module_does_not_import_is_missing():
    with pytest.raises(Fault, match="cannot import"):
        printed("from torch.functional import Module")


def test_each_imported_name_is_somewhere():
    modules = Session(style="modern").policy.modules
    for module, names in IMPORTS.items():
        if module in modules:
            assert printed(f"from {module} import {', '.join(names.split())}") == "", module
