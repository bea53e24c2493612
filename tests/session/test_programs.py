"""Programs as people write them: each runs as it stands and prints what PyTorch would."""

from textwrap import dedent

import pytest

from gradcli.faults.tree import Fault
from gradcli.session.session import Session
from gradcli.session.snapshot import Snapshot


def printed(program, style="modern"):
    """What a program prints."""
    return Session(style=style, seed=0).run(dedent(program), echo=False)


def refused(program, style="modern"):
    """The fault that a program ends with."""
    with pytest.raises(Fault) as caught:
        printed(program, style)
    return caught.value


PROGRAMS = {
    "a device by name, and what asks for it": ("""
        import torch
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        x = torch.zeros(2, device=device).to(device)
        print(device, [device], device.type, x.device == torch.device("cpu"))
        print(torch.accelerator.is_available(), torch.backends.mps.is_available())
        net = torch.nn.Linear(2, 1).to(device)
        print(net(x.to(device, torch.float32)).shape, torch.device("cuda:1"), torch.device("cuda", 0).index)
        """, "cpu [device(type='cpu')] cpu True\nFalse False\ntorch.Size([1]) cuda:1 0\n"),
    "results stored in given tensors": ("""
        import torch
        a, b = torch.ones(2), torch.tensor([3., 4.])
        total = torch.empty(2)
        same = torch.add(a, b, out=total)
        print(total, same is total)
        values, places = torch.empty(0), torch.empty(0, dtype=torch.long)
        torch.max(torch.tensor([[1., 5.], [7., 2.]]), 1, out=(values, places))
        print(values, places)
        """, "tensor([4., 5.]) True\ntensor([5., 7.]) tensor([1, 0])\n"),
    "functions that record nothing": ("""
        import torch
        @torch.no_grad()
        def doubled(x):
            return x * 2
        @torch.set_grad_enabled(False)
        def tripled(x):
            return x * 3
        @torch.no_grad
        def halved(x):
            return x / 2
        x = torch.ones(1, requires_grad=True)
        print(doubled(x), tripled(x), halved(x), (x * 2).requires_grad)
        """, "tensor([2.]) tensor([3.]) tensor([0.5000]) True\n"),
    "what things are": ("""
        import torch
        x = torch.ones(1)
        print(type(x), type(3), type([]), type(None), type(x.shape), type(x.dtype))
        print(type(x) is torch.Tensor, type(3) is int, type("a") == str, type(torch.nn.ReLU()) is torch.nn.ReLU)
        class Point:
            pass
        print(type(Point()) is Point, id(x) == id(x), type(x.item()))
        """, "<class 'torch.Tensor'> <class 'int'> <class 'list'> <class 'NoneType'> <class 'torch.Size'> "
             "<class 'torch.dtype'>\nTrue True True True\nTrue True <class 'float'>\n"),
    "the first of several": ("""
        import torch
        net = torch.nn.Linear(3, 2)
        print(next(net.parameters()).shape, next(iter([5, 6])), next(iter([]), None), next(k * k for k in [4]))
        data = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.arange(4)), batch_size=3)
        first, = next(iter(data))
        print(first)
        """, "torch.Size([2, 3]) 5 None 16\ntensor([0, 1, 2])\n"),
    "from a call to the calls before it": ("""
        import torch
        x = torch.ones(1, 2, requires_grad=True)
        def names(y):
            return [None if call is None else call.name() for call, _ in y.grad_fn.next_functions]
        print(names(x * 3), names(3 * x), names(x ** 2), names(1 - x), names(torch.ones(2) * x))
        layer = torch.nn.Linear(2, 2)
        print(names(layer(x.exp())))
        """, "['torch::autograd::AccumulateGrad', None] ['torch::autograd::AccumulateGrad', None] "
             "['torch::autograd::AccumulateGrad'] ['torch::autograd::AccumulateGrad'] "
             "[None, 'torch::autograd::AccumulateGrad']\n"
             "['torch::autograd::AccumulateGrad', 'ExpBackward0', 'TBackward0']\n"),
    "parts of Python's library": ("""
        from collections import OrderedDict
        from functools import partial
        from typing import List, Optional
        import torch
        from torch import nn
        def scaled(x, by: float = 1.0, names: Optional[List[str]] = None):
            return x * by
        twice = partial(scaled, by=2.0)
        print(twice(torch.ones(2)))
        print(nn.Sequential(OrderedDict([("first", nn.Linear(1, 2)), ("then", nn.Tanh())])))
        """, "tensor([2., 2.])\nSequential(\n  (first): Linear(in_features=1, out_features=2, bias=True)\n"
             "  (then): Tanh()\n)\n"),
    "gradients of functions of modules": ("""
        import torch
        from torch.func import functional_call, grad, vmap
        net = torch.nn.Linear(2, 1, bias=False)
        weights = {"weight": torch.tensor([[2., 3.]])}
        def loss(weights, x):
            return functional_call(net, weights, (x,)).sum()
        print(grad(loss)(weights, torch.tensor([4., 5.])))
        print(vmap(grad(loss), in_dims=(None, 0))(weights, torch.eye(2))["weight"])
        y = torch.tensor([1., 2.], requires_grad=True)
        cubes = y ** 3
        print(torch.vmap(lambda v: torch.autograd.grad(cubes, y, v)[0])(torch.eye(2)).tolist())
        jacobian, beside = torch.func.jacrev(lambda x: (x * x, x.sum()), has_aux=True)(torch.ones(1))
        print(jacobian, beside)
        print(torch.func.jvp(torch.exp, (torch.zeros(1),), (torch.ones(1),)))
        """, "{'weight': tensor([[4., 5.]])}\ntensor([[[1., 0.]],\n\n        [[0., 1.]]])\n"
             "[[3.0, 0.0], [0.0, 12.0]]\ntensor([[2.]]) tensor(1.)\n(tensor([1.]), tensor([1.]))\n"),
    "modules that tell their gradients": ("""
        import torch
        layer = torch.nn.Linear(2, 1, bias=False)
        torch.nn.init.ones_(layer.weight)
        def told(module, inwards, outwards):
            print(inwards, outwards)
            return (inwards[0] * 10,)
        handle = layer.register_full_backward_hook(told)
        x = torch.ones(1, 2, requires_grad=True)
        layer(x).sum().backward()
        print(x.grad)
        handle.remove()
        layer(x).sum().backward()
        print(x.grad)
        """, "(tensor([[1., 1.]]),) (tensor([[1.]]),)\ntensor([[10., 10.]])\ntensor([[11., 11.]])\n"),
    "random numbers of one's own": ("""
        import torch
        mine = torch.Generator().manual_seed(7)
        torch.manual_seed(7)
        print(torch.equal(torch.rand(3, generator=mine), torch.rand(3)))
        mine.manual_seed(7)
        print(torch.equal(torch.rand(3, generator=mine), torch.rand(3)), mine.initial_seed())
        torch.manual_seed(1)
        before = torch.rand(1)
        torch.manual_seed(1)
        torch.randint(low=0, high=9, size=(4,), generator=mine)
        print(torch.equal(before, torch.rand(1)))
        print(torch.randint(low=0, high=3, size=(torch.tensor([1, 3]).sum(),)).shape)
        """, "True\nFalse 7\nTrue\ntorch.Size([4])\n"),
    "normalised, then changed in place": ("""
        import torch
        from torch import nn
        for layer in (nn.BatchNorm2d(2), nn.GroupNorm(1, 2), nn.LayerNorm(3), nn.MaxPool2d(2), nn.GELU()):
            x = torch.randn(2, 2, 3, 3, requires_grad=True)
            nn.ReLU(inplace=True)(layer(x)).sum().backward()
            print(x.grad.shape)
        """, "torch.Size([2, 2, 3, 3])\n" * 5),
    "limits of element types": ("""
        import torch
        print(torch.finfo(torch.float32).eps, torch.iinfo(torch.int8).max, torch.iinfo(torch.int64).bits)
        print(torch.finfo(torch.float16))
        print(torch.promote_types(torch.int32, torch.float16), torch.broadcast_shapes((2, 1), (3,)))
        """, "1.1920928955078125e-07 127 64\nfinfo(resolution=0.001, min=-65504, max=65504, eps=0.000976562, "
             "smallest_normal=6.10352e-05, tiny=6.10352e-05, dtype=float16)\ntorch.float16 torch.Size([2, 3])\n"),
    "sequences of several lengths": ("""
        import torch
        from torch.nn.utils.rnn import pad_sequence
        print(pad_sequence([torch.ones(3), torch.ones(1)], batch_first=True, padding_value=-1))
        """, "tensor([[ 1.,  1.,  1.],\n        [ 1., -1., -1.]])\n"),
    "an array in a string": ("""
        import torch
        a = torch.arange(3).numpy()
        print(f"{a} {a.sum()}")
        """, "[0 1 2] 3\n"),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_program(name):
    program, expected = PROGRAMS[name]
    assert printed(program) == expected


def test_single_numbers_join_as_in_the_era():
    program = """
        x = Variable(torch.Tensor([1, 2, 3]), requires_grad=True)
        joined = torch.cat([x[0], x.sum(), x[1]])
        joined.backward(torch.Tensor([1, 10, 100]))
        print(joined.size(), x.grad.data.tolist())
        """
    assert printed(program, "tutorial") == "torch.Size([3]) [11.0, 110.0, 10.0]\n"
    assert "zero-dimensional tensor" in refused(program).message


def test_types_of_the_era():
    program = "print(type(torch.ones(1)), type(Variable(torch.ones(1))), type(torch.LongTensor([1])))"
    assert printed(program, "tutorial") == (
        "<class 'torch.FloatTensor'> <class 'torch.autograd.variable.Variable'> <class 'torch.LongTensor'>\n")


def test_a_notebooks_commands_are_skipped():
    notes = []
    session = Session(seed=0, note=notes.append)
    assert session.run("get_ipython().magic('matplotlib inline')\nget_ipython().run_line_magic('time', '')\n"
                       "print(1)\n", echo=False) == "1\n"
    assert all("was skipped" in note for note in notes)
    assert len(notes) == 2


WRONG = {
    "a graph swept twice": ("y = torch.ones(2, requires_grad=True).exp().sum()\ny.backward()\ny.backward()",
                            "Trying to backward through the graph a second time", "y.backward(retain_graph=True)"),
    "a leaf overwritten": ("w = torch.ones(2, requires_grad=True)\nw -= 1",
                           "a leaf Variable that requires grad is being used in an in-place operation",
                           "with torch.no_grad(): w -= 1"),
    "a kept value overwritten": ("y = torch.ones(2, requires_grad=True).exp()\ny += 1\ny.sum().backward()",
                                 "has been modified by an inplace operation, add_", "y = y + 1"),
    "parameters changed too early": (
        "net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))\nstep = optim.SGD(net.parameters(), lr=0.1).step\n"
        "y = net(torch.ones(1, 2)).sum()\ny.backward(retain_graph=True)\nstep()\ny.backward()",
        "modified by an inplace operation, SGD.step", "y = net(torch.ones(1, 2)).sum()"),
    "history lost by counting": ("x = torch.ones(2, 3, requires_grad=True)\nx.argmax(1).float().sum().backward()",
                                 "element 0 of tensors does not require grad", "x.max(1)[0].float().sum().backward()"),
    "a leaf made a result": (
        "w = torch.ones(1, requires_grad=True)\nfor turn in range(2):\n    (w * w).sum().backward()\n"
        "    w = w - 0.1 * w.grad", "w.grad is None", "with torch.no_grad(): w -= 0.1 * w.grad"),
    "images given to a layer of features": (
        "nn.Linear(12, 5)(torch.ones(7, 3, 4))", "mat1 and mat2 shapes cannot be multiplied (21x4 and 12x5)",
        "torch.ones(7, 3, 4).view(torch.ones(7, 3, 4).size(0), -1)"),
    "types that do not mix": ("nn.Linear(2, 1)(torch.ones(1, 2).long())", "mat1 and mat2 must have the same dtype",
                              "torch.ones(1, 2).long().float()"),
    "a target with a column too many": (
        "F.cross_entropy(torch.ones(2, 3), torch.tensor([[0], [1]]))",
        "0D or 1D target tensor expected, multi-target not supported", "torch.tensor([[0], [1]]).squeeze(1)"),
    "a loss called too early": ("nn.MSELoss(torch.ones(2), torch.ones(2))", "nn.MSELoss() makes a loss function",
                                "nn.MSELoss()(torch.ones(2), torch.ones(2))"),
    "text added to a tensor": ("print('loss ' + torch.ones(1))", "the string 'loss ' cannot be combined",
                               "print('loss:', x.item())"),
    "results with history in out": (
        "torch.add(torch.ones(1, requires_grad=True), 1, out=torch.ones(1))",
        "functions with out=... arguments don't support automatic differentiation", "y = torch.add(...)"),
    "a device that is not there": ("torch.ones(1, device='cuda')", "there is no device cuda here",
                                   'device = "cuda" if torch.cuda.is_available() else "cpu"'),
    "part of an array library": ("import numpy.fft", "No module named 'numpy.fft'", "import numpy as np"),
    "data from afar": ("from torchvision import datasets", "No module named 'torchvision'",
                       "x = torch.randn(100, 3)"),
    "a list is no iterator": ("next([1])", "'list' object is not an iterator", "next(iter(values))"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_program(name):
    program, words, repair = WRONG[name]
    fault = refused(program)
    assert words in " ".join((fault.message, *fault.notes))
    assert repair in [text for text, _ in fault.hints] or any(note.startswith(f"{repair}:") for note in fault.notes)
    assert fault.span


def test_modules_that_reach_outside_the_program_are_refused_where_they_are_called():
    fault = refused("import subprocess\nsubprocess.run(['ls'])")
    assert "reaches outside the program" in fault.message and fault.span.line == 2


def test_a_new_generator_is_rewound_with_its_line():
    session = Session(style="modern", seed=0)
    session.run("g = torch.Generator().manual_seed(3)\nfirst = torch.rand(1, generator=g)\n")
    moment = Snapshot(session)
    session.run("second = torch.rand(1, generator=g)\n")
    moment.restore()
    session.run("again = torch.rand(1, generator=g)\ng.manual_seed(3)\ntorch.rand(1, generator=g)\n")
    assert session.eval("torch.equal(again, torch.rand(1, generator=g))") is True
