"""Programs that try to get out, by the way they try. Each must be refused, or do nothing that matters."""

from safety import escapes, tampering, wrong_types

CLASSES = {
    "dunder walks": r"""
        ().__class__
        ().__class__.__bases__[0].__subclasses__()
        "".__class__.__mro__[-1].__subclasses__()
        torch.__dict__
        torch.ones.__globals__
        torch.nn.__loader__
        Variable.__init__
        print.__self__
        math.sin.__self__
        (lambda: 0).__code__
        (lambda: 0).__globals__["__builtins__"]
        torch.ones(2).__array__()
        torch.ones(2).__reduce__()
        torch.ones(2).__array_interface__
        nn.Linear(2, 2).__dict__
        torch.__builtins__
        __builtins__
        __import__("os").system("true")
        __loader__
        __spec__
        torch.__file__
        __name__.__class__
        [c for c in ().__class__.__base__.__subclasses__()]
        x = ().__class__ = 1
        del ().__class__
        {}.__class__.fromkeys([1])
        (1).__add__(2)
        torch.Tensor.__subclasses__()
        Exception.__subclasses__()
    """,
    "format tricks": r"""
        "{0.__class__}".format(1)
        "{0.__class__.__mro__}".format(torch)
        "{x.__globals__}".format(x=print)
        "{0[__class__]}".format({})
        "{0.real}".format(1)
        "{:{}}".format(1, "{0.__class__}")
        "{0!x}".format(1)
        "%(__class__)s" % {"a": 1}
        "{a.b}".format_map({"a": torch})
        f"{torch.__dict__}"
        f"{().__class__}"
        f"{(lambda: ().__class__)()}"
        f"{1:{().__class__}}"
        f"{1!r:{torch.__dict__}}"
        "{}".format.__self__
        str.format("{0.__class__}", 1)
        f = "{0.__class__}".format; f(1)
        map("{0.__class__}".format, [1]).next()
        list(map("{0.__class__}".format, [1]))
        "{0.__init__.__globals__}".format(nn.Linear(1, 1))
        "%s" % torch.__dict__
        "{0.data.__class__}".format(torch.ones(1))
        "{:%Y}".format(torch.ones(1))
        format(1, "__class__")
    """,
    "frames and code": r"""
        (i for i in [1]).gi_frame.f_globals
        (i for i in [1]).gi_code
        (i for i in [1]).send(None)
        (i for i in [1]).throw(ValueError)
        (i for i in [1]).close()
        print.func_globals
        torch.ones.func_closure
        sys._getframe()
        globals()
        locals()
        vars()
        vars(torch)
        dir(torch)
        compile("1", "x", "exec")
        eval("1")
        exec("1")
        exec "1"
        breakpoint()
        help()
        memoryview(1)
        try: 1 / 0~except Exception as e: e.tb_frame
        try: 1 / 0~except Exception as e: e.with_traceback
        try: 1 / 0~except Exception as e: e.__traceback__.tb_frame.f_globals
        try: x.y~except Exception as e: e.obj
        try: torch.q~except Exception as e: e.obj
        try: undefined~except Exception as e: e.name
        try: import os~except Exception as e: print(e)
        try: torch.ones(2) + torch.ones(3)~except Exception as e: e.places
        try: torch.ones(2) + torch.ones(3)~except Exception as e: e.trail
        try: torch.ones(2) + torch.ones(3)~except Exception as e: e.seek()
        def f(): yield 1
        async def f(): pass
    """,
    "class tricks": r"""
        class A(type): pass
        class A(object, metaclass=type): pass
        class A(torch.Tensor): pass
        class A(list): pass
        class A(str): pass
        class A(int): pass
        class A(dict): pass
        class A(type(1)): pass
        class A(print): pass
        class A(torch): pass
        class A(torch.no_grad): pass
        class A(nn): pass
        class A(torch.Size): pass
        class A(nn.Parameter): pass
        class A(Variable): pass
        class A:~    def __del__(self): print("gone")
        class A:~    def __getattr__(self, n): return n
        class A:~    def __getattribute__(self, n): return n
        class A:~    def __eq__(self, o): return True
        class A:~    def __hash__(self): return 1
        class A:~    def __iter__(self): return self
        class A:~    def __enter__(self): return self
        class A:~    def __get__(self, a, b): return a
        class A:~    def __set_name__(self, a, b): print(a)
        class A:~    def __init_subclass__(cls): print(cls)
        class A:~    def __class_getitem__(cls, k): return k
        class A:~    def __new__(cls): return 1
        class A:~    def __reduce__(self): return (print, ())
        class A:~    def __array__(self): return 1
        class A:~    __slots__ = ()
        class A:~    __class__ = int
        class A: pass~A.__bases__ = ()
        class A: pass~A.mro()
        class A: pass~A().__class__ = int
        class A: pass~A().__dict__
        class A(nn.Module):~    def _parameter_dict(self): pass
        class A(nn.Module):~    _readable = {"__class__"}
        class A(Function):~    _record = 1
        class A(nn.Module): pass~A._readable = ["__dict__"]
        class A(nn.Module):~    def f(self): self._parameter_dict = None~A().f()
        class A(nn.Module):~    def f(self): return self._hooks~A().f()
        class A(nn.Module):~    def f(self): return super().__setattr__("x", 1)~A().f()
        class A(nn.Module):~    def f(self): return super(A, self).__class__~A().f()
        class A(Exception):~    def __str__(self): return "x"~raise A()
        super(int, 1)
        super(object, object())
        nn.Module.__setattr__(1, 2, 3)
        property(print).fget
        staticmethod(print).__func__
    """,
    "decorators and arguments": r"""
        @print~def f(): pass
        @torch.ones~def f(): pass
        @(lambda f: f)~def f(): pass
        @property.fget~def f(): pass
        @x.setter.y~def f(): pass
        @staticmethod~class A: pass
        def f(__class__): pass
        def f(*__args): pass
        def f(**__kw): pass
        def f(*, __x): pass
        f = lambda __x: 1
        torch.ones(2, __class__=1)
        print(__end="")
        print(1, file=torch)
        print(1, file="x")
        print(1, sep=torch)
        sorted([1], key=torch)
        sorted([2, 1], key=eval)
        map(eval, ["1"])
        filter(open, ["/etc/passwd"])
        max([1], key=__import__)
    """,
    "builtins": r"""
        open("/etc/passwd")
        open("x", "w").write("1")
        input()
        type("A", (), {})
        getattr(torch, "__dict__")
        setattr(torch, "ones", 1)
        delattr(torch, "ones")
        hasattr(torch, "ones")
        object().__class__
        object.__subclasses__()
        bytes(10)
        bytearray(10)
        complex(1, 2).__class__
        next(iter([1])).__class__
        chr(27) + "[31m"
        exit()
        quit()
        copyright
        license()
        callable.__self__
        hash.__self__
        isinstance(1, type)
        isinstance(torch, object).__class__
        issubclass(int, object)
    """,
    "imports": r"""
        import os
        import sys
        import subprocess
        import numpy
        import numpy as np
        import ctypes
        import pickle
        import socket
        import builtins
        import importlib
        import torch.os
        import torch._C
        import torch.utils.cpp_extension
        import torch.hub
        import gradcli
        from gradcli import session
        from os import system
        from torch import os
        from torch import __dict__
        from torch import _C
        from torch.nn import math
        from math import __loader__
        from random import SystemRandom
        from random import Random
        from random import os
        from os import *
        from . import x
        from .. import x
        from torch.ops import aten
        from __future__ import braces
        import os as torch
        try: import os~except: print("caught")
    """,
    "numpy leaks": r"""
        torch.ones(2).numpy().base
        torch.ones(2).numpy().ctypes
        torch.ones(2).numpy().tofile("x")
        torch.ones(2).numpy().dump("x")
        torch.ones(2).numpy().dtype.type
        torch.ones(2).numpy().view(dtype="O")
        torch.ones(2).numpy().tobytes()
        torch.ones(2).array
        torch.ones(2).array.ctypes
        torch.ones(2).data.array
        Variable(torch.ones(2)).node
        torch.ones(2).root
        torch.double.numpy
        torch.double.numpy.type
        torch.float32.numpy.__class__
        torch.ones(2).dtype.numpy
        torch.ones(2).storage().array
        torch.ones(2).storage().data_ptr().x
        torch.ones(2).type().numpy
        torch.ones(2).grad_fn.edges
        x = Variable(torch.ones(2), requires_grad=True)~(x * 2).grad_fn.edges
        x = Variable(torch.ones(2), requires_grad=True)~(x * 2).grad_fn.code
        x = Variable(torch.ones(2), requires_grad=True)~(x * 2).creator.next_functions[0][0].variable.array
        x = Variable(torch.ones(2), requires_grad=True)~x.register_hook(print).hooks
        torch.from_numpy([1, 2])
        torch.tensor(["a"])
        torch.tensor([torch])
        torch.tensor([print])
        torch.FloatTensor([[1], [print]])
        torch.tensor({"a": 1})
        torch.ones(2, dtype="O")
        torch.ones(2, dtype="S10")
        torch.ones(2).type("O")
        torch.ones(2).to("object")
        torch.ones(2, 2)["x"]
        torch.ones(2)[print]
        class A: pass~torch.ones(2) + A()
        class A: pass~torch.tensor([A()])
        class A: pass~torch.ones(2)[A()]
        class A: pass~torch.ones(A())
        class A: pass~A() + torch.ones(2)
        class A: pass~torch.ones(2) == A()
        class A: pass~torch.full((2,), A())
        class A: pass~Variable(A())
        class A: pass~math.sin(A())
        torch.ones(2).fill_(print)
        torch.ones(2).apply_(print)
        torch.ones(2).map_(torch.ones(2), print)
    """,
    "serialisation": r"""
        torch.load("x")
        torch.jit.load("x")
        torch.hub.load("x", "y")
        torch.serialization
        torch.storage
        torch.utils.model_zoo
        torch.multiprocessing
        nn.Linear(1, 1).__getstate__()
        nn.Linear(1, 1).share_memory()
        torch.ones(1).share_memory_()
        torch.set_rng_state("x")
        torch.set_rng_state(torch.ones(3))
        torch.set_rng_state(torch.ByteTensor([1, 2]))
        nn.Linear(1, 1).load_state_dict("x")
        nn.Linear(1, 1).load_state_dict({"__class__": torch.ones(1)})
        nn.Module().register_buffer("__class__", torch.ones(1))
        nn.Module().register_parameter("_parameter_dict", None)
        nn.Module().add_module("forward", nn.Linear(1, 1))
        nn.Module().add_module("__call__", nn.Linear(1, 1))
        optim.SGD([torch.ones(1)], lr=0.1).load_state_dict({"x": print})
    """,
    "shadowing and patching": r"""
        torch.ones = 1
        torch.nn.Linear = 1
        math.pi = 3
        Variable.data = 1
        nn.Module.forward = lambda self: 1
        print.x = 1
        del torch.ones
        del math.pi
        torch.nn.functional.relu = print
        torch.Tensor.__add__ = lambda a, b: 0
        torch.ones(2).shape = (1, 2)
        torch.ones(2).dtype = torch.float64
        torch.ones(2).array = 1
        torch.ones(2).node = 1
        torch.ones(2).x = 1
        Variable(torch.ones(2)).creator = None
        Variable(torch.ones(2)).grad_fn = None
        Variable(torch.ones(2)).data = 3
        Variable(torch.ones(2)).grad = "x"
        int.x = 1
        ValueError.x = 1
        (lambda: 0).x = 1
        [].append = 1
        torch.Size.numel = 1
        torch.float32.name = "x"
        torch.autograd.Function.apply = 1
        torch.no_grad.on = 1
        optim.SGD.step = print
        for torch.ones in [1]: pass
        with torch.no_grad() as torch.ones: pass
        torch.ones, x = 1, 2
        [torch.ones for torch.ones in [1]]
        __build_class__ = print
        __import__ = print
        def __build_class__(*a): pass
        global __builtins__
        .attr = 1
        .setattr(1, 2, 3)
    """,
    "unicode and lexer": "\n".join(f"        {text}" for text in (
        "\uff3f\uff3fimport__", "().\uff3f\uff3fclass__", "\u2024class", "x = 1 # \u202e evil", "x\u200b = 1", "\u2066x = 1",
        "ｐrint(1)", "ﬁ = 1", "\u212a = 1", "x = '\u202e'", "x = 1\u2028y = 2", "x = 1\x0bimport os", "x = 1\x0cimport os", "\x00",
        "x = 1\rimport os", "'\\ud800'", "'\\N{no such thing}'", "b'\\x00'", "x = \u2060 1", "\ufeff\ufeffx = 1", "ªb = 1", "º = 1",
        "().__cla\\\nss__", "('\\x5f\\x5fclass\\x5f\\x5f').__class__", "x = 1 \\ import os", "$x", "`1`", "1if 1else 2.__class__",
        "0x__class__", "1__class__", "x. __class__", "x.\t__class__", "(x).\\~__class__", "# coding: utf-7\n+AF8-")),
    "exceptions": r"""
        raise SystemExit
        raise KeyboardInterrupt
        raise BaseException
        raise GeneratorExit
        raise print
        raise 1
        raise torch
        raise "text"
        raise ValueError from print
        try: 1~except BaseException: pass~raise SystemExit
        try: 1/0~except int: pass
        try: 1/0~except torch: pass
        try: 1/0~except (ValueError, print): pass
        try: 1/0~except type(1): pass
        try: 1/0~except* ValueError: pass
        raise StopIteration(print.__self__)
        try: nn.utils.clip_grad_value_(1, 2)~except Exception as e: print(e.args[0].__class__)
        try: optim.Adadelta([torch.LongTensor([1])]).step()~except Exception as e: print(e.args[1:])
        try: "\N{bad}"~except: pass
        class E(Exception):~    def __init__(self): self.args = (1,).__class__
        ValueError().with_traceback(1)
        ValueError().add_note("x")
        ValueError().__cause__
        raise ExceptionGroup("x", [ValueError()])
    """,
    "hooks, keys and callbacks": r"""
        x = Variable(torch.ones(2), requires_grad=True)~x.register_hook(eval)
        x = Variable(torch.ones(2), requires_grad=True)~x.register_hook(lambda g: "evil")~x.sum().backward()
        x = Variable(torch.ones(2), requires_grad=True)~x.register_hook(lambda g: torch)~x.sum().backward()
        x = Variable(torch.ones(2), requires_grad=True)~x.register_hook(lambda g: g.array)~x.sum().backward()
        x = Variable(torch.ones(2), requires_grad=True)~x.register_hook(lambda g: [].append)~x.sum().backward()
        sorted([3, 1], key=lambda v: v.__class__)
        sorted([3, 1], key=lambda v: torch)
        sorted([torch.ones(2), torch.ones(2)])
        list(map(lambda v: v.__class__, [1]))
        list(filter(lambda v: v.__class__, [1]))
        nn.Linear(1, 1).register_forward_hook(print).hooks
        nn.Linear(1, 1).apply(lambda m: m.__class__)
        nn.Linear(1, 1).apply(lambda m: m._parameter_dict)
        torch.autograd.functional.jacobian(lambda v: "x", torch.ones(2))
        torch.autograd.functional.jacobian(eval, torch.ones(2))
        class F2(Function):~    @staticmethod~    def forward(ctx, x): return ctx._record~    @staticmethod~    def backward(ctx, g): return g~F2.apply(torch.ones(1))
        class F2(Function):~    @staticmethod~    def forward(ctx, x): return "x"~    @staticmethod~    def backward(ctx, g): return g~F2.apply(torch.ones(1))
        class F2(Function):~    @staticmethod~    def forward(ctx, x):~        ctx.save_for_backward = print~        return x~    @staticmethod~    def backward(ctx, g): return g~F2.apply(torch.ones(1))
        class F2(Function):~    def forward(self, x): return x~    def backward(self, g): return torch~x = Variable(torch.ones(1), requires_grad=True)~F2()(x).backward()
        optim.LBFGS([nn.Parameter(torch.ones(1))]).step(print)
        torch.func.vmap(eval)(torch.ones(2))
    """,
    "system": r"""
        system("true")
        os.system("true")
        sys.exit()
        sys.modules
        subprocess.run("true")
        torch.utils.data.DataLoader([1], num_workers=2).dataset.__class__
        torch.cuda.is_available.__globals__
        torch.backends.cudnn
        torch.set_num_threads.__closure__
        torch.manual_seed(open)
        torch.get_default_dtype.__code__
        torch.set_printoptions(precision=__import__)
        random.SystemRandom
        random.seed(torch)
        random.choice.__globals__
        math.__spec__
        time.time()
        datetime
        environ
        args.__class__
        !ls
        %run /etc/passwd
        %%bash
        ?torch
        $PATH
    """,
    "library": r"""
        from collections import namedtuple~namedtuple("A", "__class__")
        from collections import namedtuple~namedtuple("A(object): pass\nimport os #", "x")
        from collections import namedtuple~namedtuple("A", "x")(1)._make
        from collections import namedtuple~namedtuple("A", "x")._field_defaults
        from collections import deque~deque([1])._items
        from collections import deque~deque([1]).__class__
        from collections import defaultdict~defaultdict(eval)["1"]
        from collections import Counter~Counter("a").__dict__
        import collections~collections.abc
        import copy~copy.deepcopy(torch).sys
        import copy~copy.copyreg
        import itertools~itertools.__loader__
        import itertools~itertools.chain([1])._source
        import operator~operator.attrgetter("__class__")(1)
        import operator~operator.methodcaller("__class__")(1)
        import functools~functools.partial(print).func
        import string~string.Formatter()
        import argparse~argparse.ArgumentParser().parse_args([]).__dict__
        import argparse~argparse.ArgumentParser()._given
        import argparse~argparse.ArgumentParser().add_argument("--__class__")
        import argparse~argparse.FileType("w")("/tmp/x")
        import warnings~warnings.sys
        import time~time.__loader__
        import numpy as np~np.load("/etc/passwd")
        import numpy as np~np.save("/tmp/x", np.ones(1))
        import numpy as np~np.fromfile("/etc/passwd")
        import numpy as np~np.ones(1).tofile("/tmp/x")
        import numpy as np~np.ones(1).ctypes
        import numpy as np~np.ones(1).base
        import numpy as np~np.lib.format
        import numpy as np~np.array([print])
        import numpy as np~np.vectorize(eval)
        import numpy as np~np.random.__dict__
        from numpy.random import mtrand
        import numpy as np~np.ones(1).astype("O")
        import numpy as np~np.ones(1).astype(object)
        import matplotlib.pyplot as plt~plt.savefig("/tmp/x").write("x")
        import matplotlib~matplotlib.os
        from tqdm import tqdm~tqdm([1]).fp.write("x")
        torch.distributions.Normal(0.0, 1.0)._batch
        torch.distributions.Normal(0.0, 1.0).__class__
        torch.distributions.Normal(0.0, 1.0).loc.array
        torch.testing.sys
        "{0.shape.__class__}".format(torch.ones(1))
        "{0.array}".format(torch.ones(1))
        getattr(torch.ones(1), "array")
        getattr("", "__class__")
        setattr(torch.Tensor, "sum", print)
        hasattr(1, "__class__")
        type(1).__name__.__class__
        (lambda: 0).__name__.__globals__
        torch.__version__.__class__
    """,
}

PROGRAMS = {f"{name}: {text}": text.replace("~", "\n")
            for name, block in {**CLASSES, **escapes.CLASSES, **wrong_types.CLASSES, **tampering.CLASSES}.items()
            for line in block.split("\n        ")
            if (text := line.strip("\n ") if name != "unicode and lexer" else line.rstrip("\n").removeprefix("        "))}

HARMLESS = {"%run /etc/passwd", "dir(torch)", "try: 1\nexcept BaseException: pass\nraise SystemExit"}
"""What is skipped with a note, and what no longer says anything once it has been defused."""
