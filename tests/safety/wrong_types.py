"""Programs that give the engine something other than it expects, and knock at every door of the library. A program a line; ~ ends a line of it."""

CLASSES = {
    "objects that speak for themselves": r"""
        class A: pass~f'{A():>10}'
        class A:~    def __format__(self, s): return 'x'~f'{A():>10}'
        class A:~    def __str__(self): return 'x'~f'{A()}'
        class A:~    def __repr__(self): return 5~repr(A())
        class A:~    def __repr__(self): return torch~print(A())
        class A:~    def __repr__(self): return None~[A()]
        class A:~    def __repr__(self): raise ValueError(print)~str(A())
        class A:~    def __repr__(self): return '\x1b[31m'~A()
        class A:~    __repr__ = 5~A()
        class A:~    __repr__ = property(lambda self: lambda: 'x')~A()
        class A:~    __repr__ = staticmethod(lambda: 'x')~A()
        class A:~    __repr__ = torch.ones~A()
        class A:~    __repr__ = lambda self: A()~A()
        class A:~    __repr__ = lambda: 'x'~A()
        class A:~    __call__ = print~A()(1)
        class A:~    __call__ = 5~A()(1)
        class A:~    __init__ = print~A()
        class A:~    __init__ = 5~A()
        class A:~    __init__ = lambda self: 5~A()
        class A:~    __init__ = torch.ones~A()
    """,
    "objects in the place of numbers": r"""
        class A: pass~torch.ones(2).view(A())
        class A: pass~torch.ones(2)[A():]
        class A: pass~torch.ones(2)[[A()]]
        class A: pass~torch.ones(2)[A(), None]
        class A: pass~x = torch.ones(2)~x[0] = A()
        class A: pass~x = torch.ones(2)~x[A()] = 1
        class A: pass~torch.cat([A()])
        class A: pass~torch.cat(A())
        class A: pass~torch.stack([torch.ones(1), A()])
        class A: pass~torch.ones(2).add(A())
        class A: pass~torch.ones(2).pow(A())
        class A: pass~2 ** A()
        class A: pass~[1] * A()
        class A: pass~'a' * A()
        class A: pass~'a' + A()
        class A: pass~[1, 2][A()]
        class A: pass~{A(): 1}[A()]
        class A: pass~range(A())
        class A: pass~len(A())
        class A: pass~int(A())
        class A: pass~float(A())
        class A: pass~bool(A())
        class A: pass~abs(A())
        class A: pass~list(A())
        class A: pass~iter(A())
        class A: pass~next(A())
        class A: pass~sum([A()])
        class A: pass~sorted([A(), A()])
        class A: pass~min(A(), A())
        class A: pass~round(A())
        class A: pass~divmod(A(), 2)
        class A: pass~-A()
        class A: pass~A() in A()
        class A: pass~A()[0]
        class A: pass~A()[0] = 1
        class A: pass~del A()[0]
        class A: pass~for i in A(): pass
        class A: pass~a, b = A()
        class A: pass~print(*A())
        class A: pass~print(**A())
        class A: pass~with A(): pass
        class A: pass~A() @ torch.ones(2, 2)
        class A: pass~torch.ones(2) += A()
        class A: pass~x = torch.ones(2)~x += A()
        class A: pass~x = torch.ones(2)~x *= A()
        class A: pass~torch.ones(2).backward(A())
        class A: pass~torch.autograd.backward([A()])
        class A: pass~torch.autograd.grad(A(), A())
        class A: pass~torch.is_tensor(A()), torch.typename(A())
        class A: pass~torch.manual_seed(A())
        class A: pass~torch.set_printoptions(A())
        class A: pass~torch.set_printoptions(precision=A())
        class A: pass~torch.tensor(A(), dtype=A())
        class A: pass~torch.ones(2).to(A())
        class A: pass~torch.device(A())
        class A: pass~torch.Size([A()])
        class A: pass~torch.Size(A())
        class A: pass~torch.finfo(A())
        class A: pass~torch.promote_types(A(), A())
        class A: pass~math.sin(A()), math.fsum([A()])
        class A: pass~math.floor(A())
        class A: pass~import random~random.seed(A())
        class A: pass~import random~random.choice(A())
        class A: pass~import random~x=[A()]~random.shuffle(x)~print(x)
    """,
    "protocols borrowed from Python and numpy": r"""
        class A:~    shape = (2,); dtype = torch.float32; array = 1~    def __call__(self): return self~torch.ones(2) * A()
        class A:~    def numpy(self): return 1~    def tolist(self): return [1]~    def item(self): return 5~torch.tensor(A())
        class A:~    def __array__(self): return 1~A()
        class A:~    def __array_interface__(self): return 1~A()
        class A:~    def __array_ufunc__(self): return 1~A()
        class A:~    def __float__(self): return 1.0~A()
        class A:~    def __index__(self): return 1~A()
        class A:~    def __len__(self): return 1~A()
        class A:~    def __bool__(self): return 1~A()
        class A:~    def __del__(self): return 1~A()
        class A:~    def __setattr__(self, a, b): return 1~A()
        class A:~    def __contains__(self, a): return 1~A()
        class A:~    def __add__(self, a): return 1~A()
        class A:~    def __lt__(self, a): return 1~A()
        class A:~    def __getitem__(self, a): return 1~A()
        class A:~    def __exit__(self, a): return 1~A()
        class A:~    def __instancecheck__(self, a): return 1~A()
        class A:~    def __mro_entries__(self, a): return ()~class B(A()): pass
        class A:~    __match_args__ = 1
        class A:~    __doc__ = print
        class A:~    __name__ = 'x'
        class A:~    __module__ = 'os'
        class A:~    __qualname__ = 'x'
        class A:~    __annotations__ = {}
        class A:~    x: print = 5~A.x
        class A:~    for __x in [1]: pass
        class A:~    import os as __y
        class A:~    def f(self): self.__secret = 1~A().f()
        class A:~    global __builtins__
        class A:~    (__a := 1)
        class A:~    [(__a := 1) for i in [1]]
        class A:~    def f(self, *, __a): pass
        def f(a=__import__): pass
        def __init__(self): pass
        def __call__(): pass
        def __repr__(): pass
        __repr__ = 1
        class __init__: pass
    """,
    "Functions that lie": r"""
        class F2(Function):~    def forward(self, x): return x~    def backward(self, g): return g~    apply = print~F2.apply(torch.ones(1))
        class F2(Function):~    @staticmethod~    def forward(ctx, x): return ctx~    @staticmethod~    def backward(ctx, g): return g~F2.apply(torch.ones(1))
        class F2(Function):~    @staticmethod~    def forward(ctx, x): ctx.x = print; ctx.needs_input_grad = 5; return x * 2~    @staticmethod~    def backward(ctx, g): return ctx.x~v = Variable(torch.ones(1), requires_grad=True)~F2.apply(v).backward()
        class F2(Function):~    @staticmethod~    def forward(ctx, x): ctx.saved_tensors = 5; return x * 2~    @staticmethod~    def backward(ctx, g): return g~F2.apply(torch.ones(1))
        class F2(Function):~    @staticmethod~    def forward(ctx, x): ctx.save_for_backward(print); return x * 2~    @staticmethod~    def backward(ctx, g): return g~v = Variable(torch.ones(1), requires_grad=True)~F2.apply(v)
        class F2(Function):~    @staticmethod~    def forward(ctx, x): ctx.save_for_backward(x); return x * 2~    @staticmethod~    def backward(ctx, g): return ctx.saved_tensors[0].array~v = Variable(torch.ones(1), requires_grad=True)~F2.apply(v).backward()
        class F2(Function):~    @staticmethod~    def forward(ctx, x): return x * 2~    @staticmethod~    def backward(ctx, g): return g, g, g~v = Variable(torch.ones(1), requires_grad=True)~F2.apply(v).backward()
        class F2(Function):~    forward = print; backward = print~v = Variable(torch.ones(1), requires_grad=True)~F2.apply(v)
        class F2(Function):~    forward = 5~F2.apply(torch.ones(1))
        class F2(Function):~    edges = 5; hooks = 6; sequence_nr = 7; code = 8; names = 9; rules = 3; signature = 1; nodes = 2~    @staticmethod~    def forward(ctx, x): return x * 2~    @staticmethod~    def backward(ctx, g): return g~v = Variable(torch.ones(1), requires_grad=True)~F2.apply(v).backward()
        class F2(Function):~    __slots__ = ()
        class F2(Function): pass~F2.apply(torch.ones(1))
        class F2(Function): pass~F2()(torch.ones(1))
        class F2(Function):~    def forward(self, x): self.edges = 5; self.hooks = 3; self.sequence_nr = print; return x * 2~    def backward(self, g): return g~v = Variable(torch.ones(1), requires_grad=True)~F2()(v).backward()
        class F2(Function):~    def forward(self, x): self.mark_dirty(x); return x.mul_(2)~    def backward(self, g): return g~v = Variable(torch.ones(1), requires_grad=True)~F2()(v).backward()
        class F2(Function):~    def forward(self, x): self.mark_dirty(print); return x * 2~    def backward(self, g): return g~F2()(torch.ones(1))
        class F2(Function):~    def forward(self, x): self.mark_non_differentiable(print); return x * 2~    def backward(self, g): return g~F2()(torch.ones(1))
        class F2(Function):~    def __init__(self): self.x = 1~    def forward(self, x): return x * 2~    def backward(self, g): return g~print(F2()(Variable(torch.ones(1), requires_grad=True)).creator)
        class F2(Function):~    def __init__(self): self._record = 1~    def forward(self, x): return x~F2()
        class F2(Function):~    def __call__(self, x): return x~F2()(torch.ones(1))
        class F2(Function):~    def setup_context(ctx, i, o): print(ctx, i, o)~    @staticmethod~    def forward(x): return x * 2~    @staticmethod~    def backward(ctx, g): return g~F2.apply(Variable(torch.ones(1), requires_grad=True)).backward()
        class F2(Function):~    def jvp(ctx, x): return print~    def vmap(*a): return print~    generate_vmap_rule = print
        Function.apply
        Function.apply(torch.ones(1))
        Function()
        Function()(1)
        Function.forward
        Function.forward(1, 2)
        Function.__subclasses__()
        torch.autograd.function.Function.apply
    """,
    "doors of the library": r"""
        nn.Module()._parameter_dict
        nn.Module.__dict__
        nn.Module.forward
        nn.Module.parameters
        nn.Module.train
        nn.Module.train(5)
        nn.Linear.forward
        nn.Linear.forward(nn.Linear(1, 1), torch.ones(1, 1))
        nn.Linear.forward = 1
        nn.Linear.reset_parameters
        nn.Linear(1, 1).reset_parameters.__func__
        nn.Module.register_forward_hook(1, 2)
        nn.modules.module
        nn.modules
        nn.functional.F
        nn.functional.torch
        nn.functional.np
        nn.parameter.torch
        torch.nn.nn
        torch.autograd.torch
        torch.autograd.graph
        torch.autograd.profiler
        torch.autograd.Variable.data
        torch.autograd.variable.Variable._execution_engine
        Variable._execution_engine.run_backward
        torch._C
        torch._utils
        torch.utils.data
        torch.utils.data.dataloader
        torch.utils.data.DataLoader.__init__
        torch.utils
        torch.utils.checkpoint
        torch.utils.ffi
        torch.utils.backcompat
        torch.sys
        torch.os
        torch.np
        torch.math
        torch.cuda.os
        torch.cuda.is_available.__wrapped__
        torch.backends.mps.is_built.__self__
        torch.func.vmap.__closure__
        torch.jit
        torch.onnx
        torch.distributed
        torch.ops
        torch.classes
        torch.library
        torch.package
        torch.futures
        torch.version
        torch.__version__
        torch.__file__
        torch.get_file_path
        torch.overrides
        torch.special.torch
        torch.linalg.np
        torch.float32.numpy
        torch.float32.name
        torch.float32.to_real
        torch.float32()
        torch.float32 == print
        torch.float32.itemsize.real
        torch.float32.is_floating_point = 1
        torch.ones(2).dtype.char
        torch.ones(2).dtype.newbyteorder
        torch.ones(2).device.type = 'x'
        torch.ones(2).device.index
        torch.ones(2).storage()[0]
        torch.ones(2).storage()[0] = print
        torch.ones(2).storage()[10**10]
        torch.ones(2).storage()[-5]
        torch.ones(2).storage().x
        torch.ones(2).storage().tolist()
        torch.ones(2).data_ptr()
        torch.ones(2).numpy().data
        torch.ones(2).numpy().flags
        torch.ones(2).numpy().strides
        torch.ones(2).numpy().setflags(write=True)
        torch.ones(2).numpy().astype('O')
        torch.ones(2).numpy().astype(object)
        torch.ones(2).numpy().T.base
        torch.ones(2).numpy().tostring()
        torch.ones(2).numpy().getfield('O')
        torch.ones(2).numpy().item().real
        torch.ones(2).numpy().itemset(print)
        torch.ones(2).numpy() + print
        torch.ones(2).numpy()[0].dtype
        torch.ones(2).numpy()[0].data
        torch.ones(2).numpy().dtype
        torch.ones(2).numpy().dtype.fields
        torch.ones(2).numpy().sum().dtype.names
        torch.ones(2).numpy().choose
        torch.ones(2).numpy().newbyteorder
        torch.Size([1, 2]).numel
        torch.Size([1, 2]).__class__
        torch.Size([1, 2])._fields
        torch.Size(['a', print])
        torch.Size([1]) * print
        torch.Size([-5])
        torch.ones(torch.Size([print]))
        torch.max(torch.ones(2, 2), 1)._fields
        torch.max(torch.ones(2, 2), 1)._replace(values=print)
        torch.max(torch.ones(2, 2), 1)._asdict()
        torch.max(torch.ones(2, 2), 1)._make
        torch.max(torch.ones(2, 2), 1).values = 1
        torch.max(torch.ones(2, 2), 1).__class__
        type(torch.max(torch.ones(2, 2), 1))([1, 2])
        type(torch.max(torch.ones(2, 2), 1))._make
        torch.rand(2, generator=print)
    """,
    "bases and decorators": r"""
        class A: tensor_dtype = print~torch.ones(2, dtype=A())
        class A: pass~a = A(); a.tensor_dtype = torch.float64~print(torch.ones(2, dtype=a).dtype)
        class A: numpy = print~torch.ones(2).type(A())
        class A: tensor_dtype = 'O'~torch.ones(2).to(A())
        class A: shape = (2,); requires_grad = True~x = torch.ones(2)~x[0] = A()
        class A: shape = (1,)~x = Variable(torch.ones(2), requires_grad=True)~(x * 2)[0:1] = A()
        class A: requires_grad = True~torch.ones(2) ** A()
        class A: array = 5; dtype = torch.float32; ndim = 3~torch.ones(2).copy_(A())
        class A: _fields = ('x', 'y')~A()
        class A: _readable = {'x'}; _writable = {'y'}; _holds = True; _inheritable = True; _class_readable = ('__dict__',)~A().y = 1~A.x
        class A: _inheritable = True~class B(A()): pass
        class A: once = True~print(A())
        class A: deep = 10~map(abs, A())
        class A: holder = 1; tensor_dtype = 2~isinstance(torch.ones(1), A())
        class A: pass~a = A()~a._types = (int,)~isinstance(1, a)
        class A: _types = (int,); _call = print; _name = 'x'~A()()
        class A: param_groups = [1]~optim.lr_scheduler.StepLR(A(), 1)
        class A: param_groups = [{'lr': 1}]; state = {}~s = optim.lr_scheduler.StepLR(A(), 1)~s.step()
        class A: dataset = 5~torch.utils.data.DataLoader(A())
        @torch.no_grad()~class A: pass
        @torch.no_grad~def f(): return 1~f()
        @torch.no_grad(print)~def f(): return 1
        @torch.no_grad().x~def f(): return 1
        @property~class A: pass
        @staticmethod~def f(): return 1~f()
        @staticmethod~def f(): return 1~f.__func__
        class A:~    @property~    @property~    def f(self): return 1~A().f
        class A:~    @staticmethod~    @property~    def f(self): return 1~A().f
        class A:~    @property~    @staticmethod~    def f(self): return 1~A().f
        class A:~    @property~    def f(self): return 1~    @f.getter~    def f(self): return 2
        class A:~    @property~    def f(self): return 1~    @f.deleter~    def f(self): return 2
        class A:~    @property~    def f(self): return 1~    @f.setter~    def f(self, v): print(v)~A().f = torch
        class A:~    f = property(print, print, print, 'doc')~A().f; A().f = 1; del A().f
        class A:~    f = property(1)~A().f
        class A:~    f = property(lambda s: s).setter(print)~A().f = 3
        class A:~    f = staticmethod(print)~A().f(1)
        class A:~    f = staticmethod(5)~A().f
        class A: f = property~A().f(print)
        class A: f = print~A().f(1)
        class A: f = torch.ones~A().f(1)
        class A: f = abs; g = max; h = len; k = [].append~A().f(1)
        class A: f = lambda *a: a~print(A().f())
        class A(A): pass
        class A(A, A): pass
        class A: pass~class B(A, A): pass
        class A: pass~class B(A): pass~class C(A, B): pass
        class A(nn.Module, Function): pass
        class A(nn.Module, Exception): pass
        class A(nn.Linear, nn.Conv2d): pass
        class A(nn.Module, nn.Linear): pass
        class A(Exception, nn.Module): pass~raise A
        class A(ValueError, KeyError): pass~raise A(1)
        class A(Function, Exception): pass
        class A(object, object): pass
        class A(*[object]): pass~A()
        class A(**{}): pass
        class A(metaclass=print): pass
        class A(x := object): pass
        class A((lambda: object)()): pass~A()
        class A(type(torch.ones(1))): pass
        class A(type(nn.Linear(1, 1))): pass~A(1, 1)
        class A(type(None)): pass
        class A(NotImplemented): pass
        class A(...): pass
        class A(nn.Sequential): pass~A(nn.ReLU())(torch.ones(1))
        class A(optim.SGD): pass
        class A(torch.utils.data.Dataset): pass~A().x
        class A(optim.lr_scheduler.StepLR): pass
        class A(Warning): pass~raise A('x')
        class A(StopIteration): pass~def f(): raise A(5)~[f() for i in [1]]
        class A(Exception):~    def __init__(self, *a): self.with_traceback = 5~raise A(1)
        class A(Exception):~    def with_traceback(self, t): return print~raise A(1)
        class A(Exception):~    args = property(lambda self: print)~try: raise A(1)~except A as e: print(e, [e], e.args)
        class A(Exception):~    @property~    def args(self): return self.args~try: raise A(1)~except A as e: print(e)
        class A(KeyError): pass~{}[A()]
        class A: pass~a = A()~a.x = 1~f'{a.x}{a}'
    """,
}
