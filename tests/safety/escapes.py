"""Programs that look for a way out through what Python's own values carry: exceptions, frames, classes, templates. A program a line; ~ ends a line of it."""

CLASSES = {
    "what exceptions carry": r"""
        try: [].nothing~except AttributeError as e: print(e.obj, e.name)
        try: nothing~except NameError as e: print(e.name)
        try: import os~except ImportError as e: print(e.path)
        try: next(iter([]))~except StopIteration as e: print(e.value)
        try: 1/0~except Exception as e: print(e.__traceback__)
        try: 1/0~except Exception as e: print(e.tb_frame)
        try: 1/0~except Exception as e: print(e.with_traceback)
        try: 1/0~except Exception as e: print(e.add_note)
        try: 1/0~except Exception as e: e.add_note('x')
        try: 1/0~except Exception as e: print(e.args)
        try: {}[torch]~except KeyError as e: print(e.args[0])
        try: raise ValueError(lambda: 0)~except ValueError as e: print(e.args[0].__globals__)
        try: "a".encode("x")~except Exception as e: print(e)
        try: "a".decode("x")~except Exception as e: print(e)
        try: float("x")~except Exception as e: print(e.args)
        try: int("x" * 10**5)~except Exception as e: print(len(str(e)))
        try: int("1" * 5000)~except Exception as e: print(e)
        try: int("zz", 99)~except Exception as e: print(e)
        try: "abc".index("z")~except Exception as e: print(e.args)
        try: torch.ones(2)["x"]~except Exception as e: print(e.args, e)
        try: torch.ones(2)[5]~except Exception as e: print(e.args)
        try: torch.ones(2).view(3)~except Exception as e: print(e.args, e.code, e.span)
        try: torch.ones(2).view(3)~except Exception as e: print(e.hints)
        try: torch.ones(2).view(3)~except Exception as e: print(e.render)
        try: torch.ones(2).view(3)~except Exception as e: print(e.source, e.notes, e.places)
        try: torch.ones(2).view(3)~except Exception as e: e.message = 'x'
        try: torch.ones(2).view(3)~except Exception as e: e.args = (print,)
        try: raise ValueError('a') from KeyError('b')~except ValueError as e: print(e.__cause__)
        try: raise ValueError('a') from KeyError('b')~except ValueError as e: print(e.cause)
        class E(Exception): pass~try: raise E(1, torch)~except E as e: print(e.args, e)
        class E(Exception):~    def __init__(self, x): self.x = x~try: raise E(torch)~except E as e: print(e.x, e.args)
        class E(Exception):~    def __repr__(self): return 'R'~print([E()], E())~raise E()
        class E(Exception):~    args = 3~try: raise E(1)~except E as e: print(e.args, e)
        class E(Exception):~    args = property(print)~raise E(1)
        class E(Exception):~    with_traceback = 3~raise E(1)
        class E(Exception):~    message = property(lambda self: print)~    code = 3~    span = 4~raise E(1)
        class E(RuntimeError):~    def __init__(self): pass~raise E
        class E(RuntimeError):~    def __init__(self): raise self~raise E
        class E(KeyError):~    def render(self): return 1~raise E(print)
        class E(StopIteration): pass~list(map(lambda x: (_ for _ in ()).x, [1]))
        try: 1/0~except (((ZeroDivisionError,),),): print('ok')
    """,
    "functions, generators and borrowed modules": r"""
        def f(x): raise StopIteration(print)~print(list(map(f, [1, 2])))
        def f(x): raise StopIteration(print)~print([f(x) for x in [1]])
        def f(x): raise StopIteration~print(list(f(x) for x in [1]))
        g = (i for i in [1])~g.gi_frame
        g = (i for i in [1])~g._source
        g = (i for i in [1])~g.send(None)
        g = (i for i in [1])~g.throw(ValueError)
        g = (i for i in [1])~g.close()
        g = iter([1])~g.__reduce__()
        g = iter([1])~g.__setstate__(3)
        g = iter(i for i in [1])~g.gi_code
        next(i for i in [1]).real.imag.conjugate.__self__
        (lambda: 0).__globals__
        (lambda: 0).func_globals
        (lambda: 0).__closure__
        (lambda: 0).__defaults__
        def f(): pass~f.x = 1
        def f(): pass~f.__doc__
        def f(): pass~print(f.__name__)
        def f(): pass~f.__name__ = 'x'
        len.__self__
        torch.ones.__wrapped__
        torch.ones.func
        import functools~functools.partial(print, 1).func
        import functools~functools.partial(print, 1).args
        import functools~functools.partial(1)
        import functools~functools.reduce.__self__
        from functools import lru_cache
        from functools import partial~@partial~def f(): pass
        from functools import partial~partial(type)(1).mro
        import collections~collections.namedtuple('P', 'x').__new__
        import collections~d = collections.OrderedDict(a=1)~d.move_to_end
        import collections~collections.OrderedDict().__class__
        import collections~collections.OrderedDict.fromkeys([1])
        import collections~collections.abc
        import collections~collections.sys
        import typing~typing.Any.__class__
        import typing~typing.List[int]
        import typing~typing.get_type_hints
        isinstance(1, (1, 2))
        isinstance(1, [int])
        isinstance(1, object)
        isinstance(1, torch.ones)
        isinstance(1, lambda: 0)
    """,
    "classes asked for": r"""
        type(1)('5')
        type(torch.ones(2))(2, 3)
        type(1).mro()
        type(1).__subclasses__()
        type(lambda: 0)(1, 2)
        type(torch)('x')
        type(nn)('os')
        type(torch.float32)('x')
        type(...)()
        type(None)()
        type(property(print))(print).fget
        type(iter([]))([1])
        type({}.keys())({})
        type([].append)(1, 2)
        type(torch.ones)('x', {})
        type(nn.Linear)('x', (), {})
        type(nn.Linear(1, 1))(1, 1)
        class A: pass~type(A)('B', (), {})
        class A: pass~type(A())().__class__
        isinstance(print, type(print))
    """,
    "super and class names": r"""
        class A: pass~A.__mro__
        class A: pass~A.__dict__
        class A: pass~A.__name__
        class A: pass~A().__module__
        class A: pass~A.__subclasses__()
        class A: pass~A.mro
        class A: pass~A.__init__
        class A: pass~A.__call__
        class A: pass~A.__init__.__globals__
        class A:~    def f(self): return A.__init__(self)~print(A().f())
        class A:~    def f(self): return self.__init__~A().f()
        class A:~    def f(self): return super().__init__.__self__~A().f()
        class A:~    def f(self): return super().__repr__()~print(A().f())
        class A:~    def f(self): return super().__call__()~print(A().f())
        class A:~    def f(self): return super().__thisclass__~A().f()
        class A:~    def f(self): return __class__~A().f()
        class A:~    def f(self): return super(A, self)~print(A().f())
        class A:~    def f(self): return super(A, A)~A().f()
        class A:~    def f(self): return super(A)~A().f()
        class A:~    x = super()~A
        class A:~    f = lambda self: super().__init__()~A().f()
        def f(self): return super().__init__()~f(1)
        super().__init__
        super(Exception, ValueError()).__init__()
        class A: pass~isinstance(A, A), isinstance(A(), object), isinstance(A, object)
    """,
    "templates": r"""
        '{0.__class__}'.format(1)
        '{0.real}'.format(1)
        '{.real}'.format(1)
        '{a.__init__.__globals__}'.format(a=torch)
        '{0[__class__]}'.format({'__class__': 1})
        '{0[0]}'.format([1])
        '{0[-1]}'.format([1])
        '{0[a.b]}'.format({'a.b': 1})
        '{0[0].real}'.format([1])
        '{!r}'.format(torch)
        '{!a}'.format('é')
        '{!x}'.format(1)
        '{:{}}'.format(1, 5)
        '{:{}.{}}'.format(1.5, 5, 2)
        '{:{:{}}}'.format(1, 2, 3)
        '{'.format()
        '}'.format()
        '{0'.format(1)
        '{a}'.format_map({'a': 1})
        '{a}'.format_map(torch)
        '{ones}'.format_map(torch)
        '{a}'.format(**torch)
        '{0}'.format_map([1])
        f = '{0.__class__}'.format~f(1)
        '{:%Y}'.format(1)
        '{:,.5e}'.format(torch.ones(1))
        '{:x}'.format(torch.ones(1))
        '{:d}'.format(torch.LongTensor([3])[0])
        '{:n}'.format(12345)
        '{:c}'.format(0x202e)
        '{:c}'.format(10**9)
        '%c' % 10**9
        '%c' % 0x1b
        '%(a)s' % {'a': torch}
        '%(__class__)s' % {'__class__': 1}
        '%(__class__)s' % torch
        '%(a)s' % 1
        '%(a)s' % [1]
        '%(a)d' % {'a': print}
        '%(a' % {'a': 1}
        '%' % 1
        '%s' % ()
        '%s %s' % (1,)
        '%*d' % ('a', 1)
        '%.*f' % (print, 1)
        '%*s' % (torch, 1)
        '%d' % torch.ones(2)
        '%d' % float('inf')
        '%d' % float('nan')
        '%x' % 1.5
        '%s' % (lambda: 0)
        '%a' % 'é'
        '%0*d' % (5, 3)
        '%-+ #05d' % 3
        '%hhd' % 3
        '%' + 's' * 10
        x = '%s'~x %= (torch,)~print(x)
        f'{().__class__}'
        f'{torch.__dict__}'
        f'{1:{"__class__"}}'
        f'{print.__self__!r}'
        f'{(lambda: 0).__code__=}'
        f'{1!r:{5}}'
        f'{1:{5:{6}}}'
        f'{__import__("os")}'
        f'{"a".__class__:>{10}}'
        f'{x:=5}'
        f'{(x:=5)}' + str(x)
        f'{{}}{1}'
        f"{'{'}"
        f'{torch.ones(2):.2f}'
        f'{torch.ones(1):.2f}'
        f'{[1,2]:>10}'
        f'{None:>10}'
        f'{print:>10}'
    """,
    "what is printed": r"""
        raise A from A
        raise ValueError from None
        raise ValueError from 5
        raise ValueError('x' * 10**6)
        raise ValueError('\x1b[31m\n\n\nerror[G0000]: forged')
        assert False, '\x1b[2J'
        print({'\x1b[2J', 'a'})
        print(sep='\x1b[31m')
        print('a', end='\x1b[31m')
        print(1, sep=5)
        print(1, end=print)
        print(1, flush=True)
        print(1, file=1)
        print(**{'sep': 1})
        print(**{'__class__': 1})
        print(**{1: 2})
    """,
    "names in every place": r"""
        {}['\x1b[2J']
        x = {'\x1b[2J': 1}~x
        f'{"\x1b[2J"!r}'
        int(**{'base': 5})
        int('5', **{'__x': 5})
        sorted([1], **{'key': None, 'x': 1})
        f = lambda **k: k~f(**{'.attr': 1})
        dict(__class__=1)
        x = 1 if True else __import__('os')
        [__import__ for i in [1]]
        lambda: __import__
        (lambda __x=1: 0)
        {__import__: 1}
        x[__import__]
        x.y.__z
        x.__y.z
        del __import__
        del x.__class__
        for __i in []: pass
        try: pass~except ValueError as __e: pass
        import math as __m
        from math import sin as __s
        from math import __doc__
        import __main__
        import math.__dict__
        global __x
        def f():~    nonlocal __x
        x: __import__ = 1
        def f(x: __import__): pass
        def f() -> __import__: pass
        a.__b = 1
        a.__b += 1
        (a.__b, c) = 1, 2
        [a.__b for a.__b in []]
        K = 1
    """,
    "letters that look alike": r"""
        x.ｄata
        𝓍 = 1
        ℌ = 1
        ſ = 1
        ı = 1
        µ = 1
        Å = 1
        é = 1~é
        x = 1~x́ = 2
        あ = 1~print(あ)
        名前 = 'x'~print(名前)
        x。y
        x＝1
        x ＝ 1
        print（1）
        “a”
        ‘a’
        x − 1
        1 × 2
        x ≠ y
        λ = 1~λ
        lambda λ: λ
        π = 3~π
        № = 1
        x² = 1
        x₁ = 1
        Ⅷ = 1
        ‿x = 1
        x‿y = 1
        __ｃlass__ = 1
        _＿class__ = 1
        x._＿class__
    """,
}
