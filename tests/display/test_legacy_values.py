"""What values were in 2017, and are in the tutorial style: numbers, arrays, classes of nodes, ordered dicts."""

import pytest

from gradcli.engine.tensor.numpy_view import NAMES as ARRAY_NAMES
from gradcli.engine.tensor.tensor import Tensor
from gradcli.namespace.allow_list import tensor_names
from gradcli.session.session import Session

ERA = [
    ("words = {0: 'a', 1: 'b'}\nprint(words[torch.LongTensor([0, 1])[1]])", "b\n"),
    ("counts = {}\nfor k in torch.LongTensor([1, 2, 1]):\n    counts[k] = counts.get(k, 0) + 1\nprint(counts)",
     "{1: 2, 2: 1}\n"),
    ("print(set(torch.FloatTensor([0.5, 0.5])))", "{0.5}\n"),
    ("v = Variable(torch.Tensor([[0.7]]))\nprint(v.data[0][0] > 0.5, v.data[0][0])", "True 0.699999988079071\n"),
    ("print(torch.ByteTensor([1, 0])[0], (torch.ones(2) > 0)[0])", "1 1\n"),
    ("y = Variable(torch.Tensor([1, 2]), requires_grad=True).sum()\nprint(y.data, y.data[0])",
     "\n 3\n[torch.FloatTensor of size 1]\n 3.0\n"),
    ("print(round(torch.ones(2).mean(), 2), round(torch.Tensor([1, 2, 2]).mean(), 2))", "1.0 1.67\n"),
    ("print(torch.ones(2).numpy(), torch.Tensor([[0.2, 0.3]]).numpy())", "[ 1.  1.] [[ 0.2         0.30000001]]\n"),
    ("print([torch.ones(2).numpy(), torch.ones(2).double().numpy(), torch.LongTensor([1, 2]).numpy()])",
     "[array([ 1.,  1.], dtype=float32), array([ 1.,  1.]), array([1, 2])]\n"),
    ("x = Variable(torch.ones(1), requires_grad=True)\ny = x * 2\nprint(type(y.creator).__name__, type(y.creator))\n"
     "print(type(y.creator) is type((x * 3).creator), type(y.creator) is type((x * x).creator))",
     "MulConstant <class 'torch.autograd._functions.basic_ops.MulConstant'>\nTrue False\n"),
    ("print(torch.manual_seed(1), torch.manual_seed(1) is torch.default_generator)",
     "<torch._C.Generator object at 0x7f2a5c000010> True\n"),
    ("a = torch.ones(2).double().numpy()\nprint(a.dtype, [a.dtype], (a > 0).dtype)",
     "float64 [dtype('float64')] bool\n"),
    ("print(nn.Linear(1, 1).state_dict().keys())", "odict_keys(['weight', 'bias'])\n"),
    ("class Double(Function):\n    @staticmethod\n    def forward(ctx, x):\n        return x * 2\n    @staticmethod\n"
     "    def backward(ctx, g):\n        return g * 2\n"
     "print(Double().apply(Variable(torch.ones(1))).data[0])", "2.0\n"),
]


@pytest.mark.parametrize("program, printed", ERA, ids=[program.split("\n")[-1] for program, _ in ERA])
def test_values_of_2017(program, printed):
    assert Session().run(program + "\n", echo=False) == printed


MODERN = [
    ("print(torch.ones(2).numpy())", "[1. 1.]\n"), ("print(torch.tensor([1, 0])[0] == 1)", "tensor(True)\n"),
    ("t = torch.tensor([1, 1])\nprint(len({t[0], t[1]}), t[0] in {1: 2})", "2 False\n"),
    ("y = torch.ones(2, requires_grad=True)\nprint(sum(y ** 2), type((y * 2).grad_fn).__name__)",
     "tensor(2., grad_fn=<AddBackward0>) MulBackward0\n"),
    ("print(sum(torch.tensor([[1., 2.], [3., 4.]])), max(torch.tensor([1., 3.])))", "tensor([4., 6.]) tensor(3.)\n"),
    ("print(any(torch.tensor([0, 1])), all(torch.tensor([0, 1])), sum(torch.ones(2), 1))", "True False tensor(3.)\n"),
    ("from collections import OrderedDict\nd = OrderedDict(a=1, b=[torch.ones(1)])\nd.move_to_end('a')\n"
     "print(d, d.keys(), d.items(), type(d), isinstance(d, dict), isinstance({}, OrderedDict))",
     "OrderedDict([('b', [tensor([1.])]), ('a', 1)]) odict_keys(['b', 'a']) "
     "odict_items([('b', [tensor([1.])]), ('a', 1)]) <class 'collections.OrderedDict'> True False\n"),
    ("from collections import OrderedDict\nd = OrderedDict(a=1, b=2)\n"
     "print(d.popitem(last=False), d, d == {'b': 2}, {**d}, OrderedDict.fromkeys('ab', 0), OrderedDict())",
     "('a', 1) OrderedDict([('b', 2)]) True {'b': 2} OrderedDict([('a', 0), ('b', 0)]) OrderedDict()\n"),
]


@pytest.mark.parametrize("program, printed", MODERN, ids=[program.split("\n")[-1] for program, _ in MODERN])
def test_values_of_today(program, printed):
    assert Session("modern").run(program + "\n", echo=False) == printed


def test_the_stream_of_one_style_under_the_looks_of_the_other():
    text = "torch.manual_seed(0); print(torch.rand(2, 2))\n"
    assert Session(stream="modern").run(text, echo=False) == (
        "\n 0.4963  0.7682\n 0.0885  0.1320\n[torch.FloatTensor of size 2x2]\n\n")
    session = Session("modern", stream="tutorial")
    assert session.run(text, echo=False) == "tensor([[0.5488, 0.5928],\n        [0.7152, 0.8443]])\n"
    session.stream = None
    assert session.run(text, echo=False) == "tensor([[0.4963, 0.7682],\n        [0.0885, 0.1320]])\n"


def test_matrices_are_remarked_on_where_the_builtin_differs_from_the_operation():
    notes = []
    Session(note=notes.append).run("sum(torch.ones(3)); torch.ones(2, 2).sum(); sum(torch.ones(2, 2))\n", echo=False)
    assert notes == ["sum(x) is Python's, from row to row; x.sum() is of all elements"]


def test_no_slot_of_the_engine_stands_under_a_public_name():
    slots = {slot for cls in (Tensor, *Tensor.__subclasses__()) for slot in getattr(cls, "__slots__", ())}
    assert slots & (tensor_names() | ARRAY_NAMES) <= {"requires_grad"}


def test_what_torch_has_as_a_function_alone_is_no_method():
    with pytest.raises(Exception, match="has no attribute 'gradient'"):
        Session().run("torch.ones(2).gradient\n")
