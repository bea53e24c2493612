"""Longer pieces of random programs about special methods, generators, decorators and declared classes.

The notation is that of `idioms.py`.
"""

OPERATORS = """
class @a:
    def __init__(self, x): self.x = x
    def __add__(self, o): return @a((self.x, o.x if isinstance(o, @a) else o))
    __radd__ = __add__
    def __sub__(self, o):
        if isinstance(o, int): return NotImplemented
        return ('sub', self.x, o)
    def __rsub__(self, o): return ('rsub', o, self.x)
    def __mul__(self, o): return [self.x] * 2
    def __rmul__(self, o): return ('rmul', o)
    def __neg__(self): return @a(('neg', self.x))
    def __pos__(self): return self
    def __invert__(self): return $any
    def __abs__(self): return $int
    def __repr__(self): return f'@a({self.x!r})'
for @b in (lambda: @a($int) + @a($any), lambda: @a(1) + $any, lambda: $any + @a($any), lambda: @a(1) - $any,
           lambda: $any - @a(2), lambda: @a(1) * $any, lambda: $any * @a(3), lambda: -@a($any), lambda: ~@a(1),
           lambda: abs(@a(1)), lambda: +@a(5), lambda: sum([@a(1), @a(2)]), lambda: sum([@a(1)], $any),
           lambda: @a(1) / $any, lambda: $any // @a(1), lambda: @a(1) @ @a(2), lambda: @a(1) << $n, lambda: @a(1) ** $n):
    try: print(@b())
    except Exception as e: print(repr(e))

class @a:
    def __init__(self, x): self.x = x
    def __truediv__(self, o): return ('/', self.x, $any)
    def __floordiv__(self, o): return ('//', o)
    def __rfloordiv__(self, o): return ('r//', o)
    def __mod__(self, o): return ('%', o)
    def __rmod__(self, o): return ('r%', o)
    def __divmod__(self, o): return ('divmod', o)
    def __pow__(self, o, m=None): return ('**', o, m)
    def __rpow__(self, o): return ('r**', o)
    def __matmul__(self, o): return ('@', o)
    def __lshift__(self, o): return ('<<', o)
    def __rrshift__(self, o): return ('r>>', o)
    def __and__(self, o): return ('&', o)
    def __ror__(self, o): return ('r|', o)
    def __xor__(self, o): return NotImplemented
for @b in (lambda: @a(1) / $any, lambda: $any / @a(1), lambda: @a(1) // $any, lambda: $any // @a(2), lambda: @a(1) % $any,
           lambda: $any % @a(2), lambda: divmod(@a(1), $any), lambda: divmod($any, @a(1)), lambda: @a(1) ** $any,
           lambda: $any ** @a(1), lambda: pow(@a(1), 2, 3), lambda: pow($any, @a(2)), lambda: @a(1) @ $any,
           lambda: $any @ @a(1), lambda: @a(1) << $any, lambda: $any >> @a(1), lambda: @a(1) & $any, lambda: $any | @a(1),
           lambda: @a(1) ^ $any):
    try: print(@b())
    except Exception as e: print(repr(e))

class @a:
    def __init__(self, x): self.x = x
    def __iadd__(self, o):
        self.x = (self.x, o)
        return self
    def __imul__(self, o): return ('imul', o)
    def __isub__(self, o): return NotImplemented
    def __sub__(self, o): return ('sub', o)
    def __ipow__(self, o): return ('ipow', o)
    def __imod__(self, o): return $any
@b = @a($int)
@c = [@a(1), @a(2)]
class @d: v = @a(3)
try:
    @b += $any; print(@b.x)
    @c[0] += $any; print(@c[0].x)
    @c[0] *= $any; print(@c[0])
    @d.v += 1; @d.v *= $any; print(@d.v)
    @c[1] -= $any; print(@c[1])
    @b **= $any; print(@b)
    @b = @a(1); @b %= $any; print(@b)
    @b = @a(1); @b |= $any; print(@b)
except Exception as e: print(repr(e))

class @a:
    def __init__(self, x): self.x = x
    def __eq__(self, o): return isinstance(o, @a) and self.x == o.x
    def __hash__(self): return hash(self.x)
    def __lt__(self, o):
        if not isinstance(o, @a): return NotImplemented
        return self.x < o.x
    def __repr__(self): return f'<{self.x}>'
try:
    print(@a(1) == @a(1), @a(1) != @a(2), @a($any) == $any, {@a(1): 'x'}[@a(1)], @a(2) in [@a(1), @a(2)])
    print(sorted([@a(3), @a(1), @a(2)]), min(@a(2), @a(1)), max([@a(2), @a(5)]), @a(1) < @a(2), @a(2) > @a(1))
    print(len({@a(1), @a(1), @a(2)}), [@a(1), @a(2)].index(@a(2)), [@a(1)].count(@a(1)), (1, @a(2)) == (1, @a(2)))
    print({@a($any)}, @a(1) < $any)
except Exception as e: print(repr(e))

class @a:
    def __eq__(self, o): return $any
    def __bool__(self): return $bool
    def __ne__(self, o): return $any
try:
    print(@a() == 1, 1 == @a(), @a() != 2, @a() in [1, @a()], not @a(), bool(@a()), @a() and 5, $any if @a() else $any)
    print([1, 2] == [@a(), @a()], {@a()})
except Exception as e: print(repr(e))

class @a:
    def __len__(self): return $any
    def __bool__(self): return $any
class @b:
    def __len__(self): return $int
for @c in (lambda: len(@a()), lambda: bool(@a()), lambda: bool(@b()), lambda: len(@b()), lambda: 1 if @b() else 2, lambda: list(@b()),
           lambda: [*@a()], lambda: not @a()):
    try: print(@c())
    except Exception as e: print(repr(e))

class @a:
    def __float__(self): return $float
    def __int__(self): return $int
    def __index__(self): return $n
    def __round__(self, n=None): return ('round', n)
class @b:
    def __float__(self): return $any
    def __int__(self): return $any
    def __index__(self): return $any
    def __hash__(self): return $any
for @c in (lambda: float(@a()), lambda: int(@a()), lambda: [1, 2, 3, 4][@a()], lambda: 'abcd'[@a():], lambda: round(@a()),
           lambda: round(@a(), 2), lambda: round(3.14159, @a()), lambda: range(@a()), lambda: [0] * @a(), lambda: @a() * 'ab',
           lambda: '%d %.2f %x' % (@a(), @a(), @a()), lambda: float(@b()), lambda: int(@b()), lambda: [1, 2][@b()],
           lambda: hash(@b()), lambda: {@b(): 1}, lambda: hex(@a()), lambda: 'x'.ljust(@a()) + '|', lambda: chr(65 + int(@a())),
           lambda: int('11', @b()), lambda: '%d' % @b()):
    try: print(@c())
    except Exception as e: print(repr(e))

class @a:
    def __str__(self): return $any
    def __repr__(self): return $any
    def __format__(self, spec): return '<' + spec + '>'
class @b:
    def __str__(self): return 'text'
class @c(@b):
    def __repr__(self): return 'shown'
    def __str__(self): return super().__str__() + '!'
for @d in (lambda: str(@a()), lambda: repr(@a()), lambda: f'{@a()}', lambda: f'{@a():>5}', lambda: '%s|%r' % (@a(), @a()),
           lambda: str(@b()), lambda: f'{@b()!s:>8}', lambda: f'{@b()}', lambda: [@c()], lambda: str(@c()), lambda: '{:x}|{!r}'.format(@a(), @c()),
           lambda: f'{@b():>5}', lambda: format(@a(), 'q'), lambda: ', '.join([str(@b())])):
    try: print(@d())
    except Exception as e: print(repr(e))
"""

MEMBERS = """
class @a:
    def __init__(self, items): self.items = items
    def __len__(self): return len(self.items)
    def __getitem__(self, i): return self.items[i]
    def __setitem__(self, i, v): self.items[i] = v
    def __delitem__(self, i): del self.items[i]
    def __contains__(self, v): return $any
    def __repr__(self): return repr(self.items)
@b = @a($list)
try:
    print(len(@b), list(@b), [x for x in @b], $any in @b, bool(@b), list(reversed(@b)), list(enumerate(@b)), list(zip(@b, @b)))
    print(@b[$n], @b[$n:], @b[-1])
    @b[0] = $any; @b[1:2] = $list; print(@b)
    @b[0] += $int; @b[0] *= 2; print(@b)
    del @b[0]; print(@b); @c, *@d = @b; print(@c, @d, *@b, sorted(@b, key=str), max(@b, key=str), sum(@b))
    del @b[5]
except Exception as e: print(repr(e))

class @a:
    def __getitem__(self, i):
        if i == $n: raise IndexError(i)
        if i == 6: raise $error(i)
        return (i, $any)
try:
    for @b in @a():
        print(@b)
    print(list(@a()), $any in @a(), tuple(@a()), dict(@a()), iter(@a()) is None)
    @c, @d = @a()
except Exception as e: print(repr(e))

class @a:
    def __init__(self, n): self.n = n
    def __iter__(self): return self
    def __next__(self):
        if self.n <= 0: raise StopIteration
        self.n -= 1
        return self.n
class @b:
    def __iter__(self): return iter($any)
class @c:
    def __iter__(self): return $any
    def __reversed__(self): return $any
for @d in (lambda: list(@a(3)), lambda: sum(@a(4)), lambda: [*@a(2)], lambda: next(@a(1)), lambda: next(@a(0)), lambda: next(@a(0), $any),
           lambda: list(@b()), lambda: list(@c()), lambda: reversed(@c()), lambda: 2 in @a(3), lambda: dict(zip(@a(3), @a(2))),
           lambda: list(map(str, @a(3))), lambda: max(@a(3)), lambda: sorted(@a(4)), lambda: {**@c()}, lambda: ','.join(@b()),
           lambda: next(@b()), lambda: iter(@c()), lambda: [x for x in @a(2) for y in @b()], lambda: tuple(@a(-1)), lambda: set(@a(3)),
           lambda: list(filter(None, @a(3))), lambda: any(@a(2)), lambda: all(@a(2)), lambda: list(@a(2)) + [*@b()]):
    try: print(@d())
    except Exception as e: print(repr(e))

class @a:
    def keys(self): return $list[:1]
    def __getitem__(self, k): return (k, $n)
def @b(**options): return options
for @c in (lambda: dict(@a()), lambda: {**@a()}, lambda: @b(**@a()), lambda: {1: 2, **@a()}, lambda: '%(a)s' % @a()):
    try: print(@c())
    except Exception as e: print(repr(e))

class @a:
    def __call__(self, *args, k=$any): return (args, k)
    def __getitem__(self, key): return key
@b = @a()
print(@b(), @b($any, k=1), @b[1, 2], @b[1:2], @b[..., None], @b[$any], list(map(@b, $list[:2])), callable(@b))
print(sorted([3, 1, 2], key=lambda v, f=@b: f(v)[0]), @b['a':'b':$n])
"""

CONTEXTS = """
class @a:
    def __init__(self, swallow): self.swallow = swallow
    def __enter__(self):
        print('enter')
        return self, $any
    def __exit__(self, kind, error, trace):
        print('exit', kind is None, repr(error), isinstance(error, Exception), getattr(kind, '__name__', 0) if False else '')
        return self.swallow
for @b in ($any, True, None):
    try:
        with @a(@b) as (@c, @d), @a(False):
            print(@d)
            if $bool: raise $error($any)
            print('body')
        print('after')
    except Exception as e: print('out', repr(e))

class @a:
    def __enter__(self): return 1
class @b:
    def __enter__(self): raise $error('e')
    def __exit__(self, *args): print('never')
class @c:
    def __enter__(self): pass
    def __exit__(self, *args): raise $error('left', args[0] is None)
for @d in (@a, @b, @c, int):
    try:
        with @d() as x: print(x)
    except Exception as e: print(repr(e))

def @a():
    for i in range(3):
        with @b(i) as v:
            if i == 1: continue
            if i == 2: return v
            print(v)
class @b:
    def __init__(self, i): self.i = i
    def __enter__(self): return self.i * 2
    def __exit__(self, kind, e, t): print('left', self.i, kind, e)
print(@a())

from contextlib import contextmanager, suppress, nullcontext
@contextmanager
def @a(n):
    print('in', n)
    try: yield n
    except $error as e: print('caught', repr(e))
    finally: print('out', n)
try:
    with @a($any) as @b, nullcontext($n) as @c:
        print(@b, @c)
        if $bool: raise $error($any)
    with suppress($error, KeyError): raise $error('quiet')
    with @a(5): $any[7]
except Exception as e: print('end', repr(e))

from contextlib import contextmanager
@contextmanager
def @a():
    if $bool: yield 1
    if $bool: yield 2
@a2 = @a
@a2()
@a2
try:
    with @a() as @b: print(@b)
    with @a() as @b: raise $error(1)
except Exception as e: print(repr(e))
""".replace("@a2 = @a\n@a2()\n@a2\n", "")

GENERATORS = """
def @a(n, *rest, k=$any):
    print('begin')
    for i in range(n):
        got = yield (i, k)
        if got is not None: print('got', got)
    return $any
@b = @a($n)
try:
    print(next(@b)); print(@b.send($any)); print(list(@b)); print(next(@b, 'none')); print(next(@b))
except StopIteration as e: print('stop', e.value, e.args)
except Exception as e: print(repr(e))

def @a():
    try:
        yield 1
        yield $any
    except ValueError as e:
        print('caught', e)
        yield 'after'
    finally:
        print('finally')
for @b in (lambda g: g.throw(ValueError('v')), lambda g: g.throw(KeyError), lambda g: g.close(), lambda g: next(g), lambda g: g.throw($any)):
    @c = @a()
    try: print(next(@c)); print(@b(@c)); print(list(@c))
    except Exception as e: print(repr(e))
    @c.close()

def @a(x):
    if isinstance(x, list):
        for each in x: yield from @a(each)
    else: yield x
print(list(@a([1, [2, [3, $any]], $list])), sum(1 for _ in @a([[], [1]])))

def @a():
    r = yield from @b()
    print('r', r)
    yield from $list
    yield from $any
    return 5
def @b():
    x = yield 'b'
    y = yield x
    return (x, y)
@c = @a()
try:
    print(next(@c), @c.send(1), @c.send(2))
    for @d in @c: print(@d)
except Exception as e: print(repr(e))

def @a():
    a, b = 0, 1
    while True:
        yield a
        a, b = b, a + b
for @b, @c in zip(@a(), range($n)): print(@b)
@d = @a()
print([next(@d) for _ in range(5)], (x * x for x in $list[:2]) is None, list(x for x in @a() if x > 3)[:0] if False else '')

class @a:
    def __init__(self, left, value, right): self.left, self.value, self.right = left, value, right
    def __iter__(self):
        if self.left: yield from self.left
        yield self.value
        if self.right: yield from self.right
    def __len__(self): return sum(1 for _ in self)
    @property
    def doubled(self):
        for v in self: yield v * 2
    @staticmethod
    def count(n):
        yield from range(n)
@b = @a(@a(None, 1, None), $any, @a(None, 3, @a(None, 4, None)))
try: print(list(@b), len(@b), list(@a.count(3)), 3 in @b, list(@b.doubled), max(@b), *@b)
except Exception as e: print(repr(e))

def @a(n):
    try:
        yield n
        raise $error($any)
    except KeyError: yield 'key'
    else: yield 'else'
    finally:
        if $bool: yield 'fin'
try:
    for @b in @a($n): print(@b)
except Exception as e: print(repr(e))

def @a():
    yield
    x = (yield 1) or (yield 2)
    y = [(yield 3), (yield 4)]
    print(x, y, f'{(yield 5)}')
    x += yield 6
    print(x)
    return (yield)
@b = @a()
try:
    print(next(@b))
    for @c in range(9): print(@b.send(@c))
except StopIteration as e: print(e.value)
except Exception as e: print(repr(e))

def @a():
    yield 1
    raise StopIteration('inside')
def @b():
    yield next(@c)
def @e():
    yield next(iter([]))
@c = @b()
for @d in (lambda: list(@a()), lambda: next(@c), lambda: list(@e()), lambda: @a().send(1), lambda: @a().throw(1), lambda: next(@a), lambda: len(@a()),
           lambda: @a()[0], lambda: @a().x, lambda: [*@a(), 1], lambda: sum(@a()), lambda: sorted(@a()), lambda: iter(@a()) is @a()):
    try: print(@d())
    except Exception as e: print(repr(e))

@a = (x for x in $list)
@b = (y for y in @a if y)
try: print(next(@a, 0), list(@b), list(@a)); @a.close(); @b.send(None)
except Exception as e: print(repr(e))
"""

DECORATORS = """
def @a(f): return lambda *args, **options: (f(*args, **options), $any)
def @b(n):
    def decorator(f):
        def inner(*args): return [f(*args)] * n
        return inner
    return decorator
@@a
@@b($n)
def @c(x, y=$any): return x, y
try: print(@c(1), @c(2, 3)); print(@c())
except Exception as e: print(repr(e))

from functools import wraps
def @a(f):
    @wraps(f)
    def wrapper(*args, **options):
        print('call', f.__name__, args)
        return f(*args, **options)
    return wrapper
class @b:
    @@a
    def m(self, x): return x, $any
    @@a
    def __add__(self, o): return ('add', o)
    @staticmethod
    @@a
    def s(x): return x
    @classmethod
    def c(cls, x): return cls.__name__, x
    @property
    def p(self): return self._p
    @p.setter
    def p(self, v): self._p = (v, $any)
    @p.deleter
    def p(self): print('deleted'); del self._p
class @c(@b):
    @classmethod
    def c(cls, x): return super().c(x), 'below'
    @property
    def p(self): return ('c', super().p)
try:
    @d = @b()
    print(@b.s(1), @b.c(2), @d.c(3), @c.c(4), @c().c(5), @d.m.__name__, @d.s.__name__)
    @d.p = 5; print(@d.p); del @d.p
    print(@d.p)
except Exception as e: print(repr(e))
try: @c().p = 3
except Exception as e: print(repr(e))

class @a:
    def __init__(self, f): self.f, self.n = f, 0
    def __call__(self, *args):
        self.n += 1
        return self.f(*args), self.n
@@a
def @b(x): return x, $any
print(@b(1), @b(2), @b.n)
def @c(cls):
    cls.extra = lambda self: $any
    cls.names = 'set'
    return cls
@@c
@@c
class @d: names = 1
print(@d().extra(), @d.names)

from functools import lru_cache, cache
@lru_cache(maxsize=$n)
def @a(x, y=1):
    print('work', x)
    return (x, y)
@cache
def @b(n): return n if n < 2 else @b(n - 1) + @b(n - 2)
try:
    print(@a(1), @a(1), @a(1, y=1), @a(2), @a(3), @a(1), @b(30), @a(1.0), @a(True))
    print(@a.cache_info(), @b.cache_info())
    @a.cache_clear(); print(@a.cache_info(), @a($any), @a([1]))
except Exception as e: print(repr(e))

from functools import total_ordering
@total_ordering
class @a:
    def __init__(self, x): self.x = x
    def __eq__(self, o): return isinstance(o, @a) and self.x == o.x
    def __$lt__(self, o): return self.x < o.x if isinstance(o, @a) else NotImplemented
try: print(@a(1) <= @a(2), @a(1) >= @a(2), @a(1) > @a(1), @a(1) < @a(3), sorted([@a(2), @a(1)])[0].x, @a(1) < $any)
except Exception as e: print(repr(e))

from functools import reduce, partial, cached_property
class @a:
    @cached_property
    def v(self):
        print('work')
        return $any
@b = @a()
print(@b.v, @b.v, reduce(lambda x, y: (x, y), [1, 2, 3], $any), partial(lambda x, y: (x, y), 1)($any))
@b.v = 3; print(@b.v)
for @c in (5, None, 'text'):
    try:
        @@c
        def @d(): pass
        print(@d)
    except Exception as e: print(repr(e))
""".replace("__$lt__", "__lt__")

DECLARED = """
from dataclasses import dataclass, field, asdict, astuple, replace, fields, is_dataclass
@dataclass
class @a:
    x: int
    y: float = $float
    z: list = field(default_factory=list, repr=$bool)
    def total(self): return self.x, self.y
@dataclass
class @b(@a):
    w: str = $str
try:
    @c = @a($any)
    print(@c, @a(1) == @a(1), @a(1) != @a(2), @a(1) == 1, @b(1, w=$any), @c.total(), asdict(@b(1)), astuple(@a($any)))
    @c.z.append($any); print(@c, @a(1).z, replace(@c, x=$any), [f.name for f in fields(@b)], is_dataclass(@a), is_dataclass(3))
    @c.x = @c; print(repr(@c)[:40])
except Exception as e: print(repr(e))
for @d in (lambda: @a(), lambda: @a(1, 2, [], 4), lambda: @a(1, q=2), lambda: @a(1, x=2), lambda: @b(), lambda: @a(1) < @a(2),
           lambda: {@a(1)}, lambda: asdict(3), lambda: replace(@a(1), q=1), lambda: fields(3), lambda: @a(x=$any, y=$any)):
    try: print(@d())
    except Exception as e: print(repr(e))

from dataclasses import dataclass, field
@dataclass(frozen=True, order=True)
class @a:
    a: int
    b: str = field(default=$str, compare=$bool)
    def __post_init__(self): print('post', self.a)
try:
    print(sorted([@a(3), @a(1)]), @a(1) < @a(2), @a(1) >= @a(1), {@a(1): 5}[@a(1)], hash(@a(1)) == hash(@a(1)), @a(2) < $any)
except Exception as e: print(repr(e))
try: @a(1).a = 5
except AttributeError as e: print(e)
try: del @a(1).b
except AttributeError as e: print(e)

from dataclasses import dataclass, field
@dataclass(eq=$bool, repr=$bool)
class @a:
    a: int = 1
    b: int = field(default=2, init=False)
    c: int = field(default=3, kw_only=True)
    def __repr__(self): return 'own'
try: print(@a(), @a(5, c=4), @a().b, @a(1) == @a(1), @a(c=1, b=2))
except Exception as e: print(repr(e))
for @b in (lambda: [], lambda: 1, lambda: {}, lambda: 'x'):
    try:
        @dataclass
        class @c:
            p: int = @b()
            q: int = 0
        print(@c())
        @dataclass
        class @d(@c):
            r: int
    except Exception as e: print(repr(e))

from enum import Enum, IntEnum, auto
class @a(Enum):
    A = $int
    B = $str
    C = ($n, 'c')
    def shown(self): return f'{self.name}:{self.value}'
class @b(IntEnum):
    P = auto()
    Q = auto()
    R = 7
try:
    print(@a.A, [m.name for m in @a], @a('zzz') if $bool else @a['B'], @a.A.shown(), @a.C.value, @a.A is @a(@a.A.value), len(@a))
    print(@a.A == @a.B, @a.A in @a, {@a.A: 1}[@a.A], isinstance(@a.A, @a), @a.B.name, repr(@a.C), @a.A != 1, f'{@a.B}')
    print(@b.P + 1, @b.Q > @b.P, @b.R == 7, [5, 6, 7, 8][@b.P], int(@b.R), repr(@b.Q), sorted(@b, reverse=True), max(@b), @b(2), @b.P + $float, 10 - @b.R)
    print(f'{@b.R:03d} {@b.P}', '%d' % @b.Q, str(@b.R), @b.P in (1, 2), {1: 'one'}[@b.P], @b.Q * 'ab' if False else @b.Q * 2, bool(@b.P), -@b.P)
    print(@a.A < @a.B)
except Exception as e: print(repr(e))
for @c in (lambda: @a(99), lambda: @a['Z'], lambda: @b(9), lambda: @a.A.value + $any, lambda: @b.P + $str, lambda: @a.Z):
    try: print(@c())
    except AttributeError as e: print('attribute')
    except Exception as e: print(repr(e))

from enum import Enum, IntEnum, StrEnum, auto
class @a(Enum):
    def twice(self): return self.value * 2
for @b in (lambda: [(m.name, m.value) for m in Enum('C', 'A B')], lambda: Enum('C', ['A', 'B'], start=$n).B, lambda: Enum('C', {'A': $any, 'B': $any}).B, lambda: Enum('C', [('A', $n), ('B', auto())]).B.value,
           lambda: IntEnum('C', 'A, B', start=$int).B + $n, lambda: StrEnum('C', 'Ax B').Ax, lambda: @a('D', 'P Q').Q.twice(), lambda: isinstance(@a('D', 'P').P, @a), lambda: Enum('C', $int),
           lambda: Enum('C', 'A B')(1), lambda: @a('D', 'P')['Z']):
    try: print(@b())
    except Exception as e: print(repr(e))

from typing import NamedTuple
from collections import namedtuple
class @a(NamedTuple):
    x: int
    y: float = $float
    def total(self): return self.x, self.y
@b = namedtuple('@b', ['p', 'q'])
try:
    @c = @a($any); @d, @e = @c
    print(@c, @c.total(), @c[0], @d, @e, @c == (@d, @e), len(@c), @c._replace(x=1), @c._asdict(), @c + (1,), @c[::-1], isinstance(@c, tuple))
    print(@b(1, 2), @b(p=$any, q=1).p, sorted([@a(2), @a(1)]), {@a(1, 2.0): 3}[(1, 2.0)], @a(1) < @a(2), max(@a(1), @a(2)))
    @c.x = 1
except AttributeError as e: print('attribute')
except Exception as e: print(repr(e))
"""

MATCHES = """
class @b:
    __match_args__ = ('v', 'w')
    def __init__(self, v, w=$any): self.v, self.w = v, w
def @a(v):
    match v:
        case 0 | 1 | -2: return 'number'
        case 'a' | 'hello': return 'text'
        case None | True: return 'constant'
        case []: return 'empty'
        case [x]: return ('one', x)
        case [int(x), str() as y]: return ('typed', x, y) if False else ('typed', x)
        case (1, *rest): return ('rest', rest)
        case [a, b] if a == b: return ('equal', a)
        case [a, _, *c, d] if $bool: return ('long', a, c, d)
        case {'a': x, **more}: return ('dict', x, more)
        case {1: x}: return ('key', x)
        case @b(1, w=w): return ('first', w)
        case @b(v, @b(x)): return ('nested', v, x)
        case @b(v=v): return ('object', v)
        case float(x): return ('float', x)
        case int() | bool(): return 'whole'
        case str(x) if len(x) > 2: return ('long text', x)
        case dict(x): return len(x)
    return 'nothing'
try:
    for @c in ($any, $any, $list, $dict, $tuple, $int, 0, None, True, [5], [1, 'x'], [$any, $any], (1, 2, 3), {'a': 1, 'b': 2}, {1: 2}, @b(1), @b(2, @b(3)), @b(4), 'hello', {3}):
        print(@a(@c))
except Exception as e: print(repr(e))

match = $any
case = [match, 1]
print(match, case)
match $any:
    case x:
        print(x)
for @a in ($any, (1, 2)):
    match @a, $n:
        case (1, 2), x: print('pair', x)
        case x, 2:
            match x:
                case [y, *_]: print('inner', y)
                case _: continue
        case _:
            print('else')
    print('after')
"""
