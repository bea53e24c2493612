"""More pieces of random programs, as in `idioms.py`: about what Python's library has, and what few programs write."""

LIBRARY = """
from collections import Counter, OrderedDict, defaultdict, deque
@a = Counter($str)
@a.update($str)
print(@a, @a.most_common(2), @a['a'], sorted(@a.elements()), sum(@a.values()), @a + Counter('al'), @a - Counter('a'), @a == Counter($str))
@b = defaultdict(list)
for @c, @d in zip($str, $list): @b[@c].append(@d)
print(@b, dict(@b), @b['new'], len(@b), @b.get('x'), sorted(@b, key=str))
@b = OrderedDict([('x', $any), ('y', 2)])
@b['x'] = $any; @b.move_to_end('x', last=$bool); print(@b, list(@b), @b.popitem(), @b == {'y': 2})
try: @b.move_to_end($any)
except Exception as e: print(repr(e))

from collections import ChainMap
@a, @b = {'x': $any}, {'y': $any, 'x': 2}
@c = ChainMap(@a, @b)
try:
    print(@c, @c['x'], len(@c), list(@c), $str in @c, @c.maps[1] is @b, @c.parents, @c.new_child({'z': $any}), @c.new_child(k=$n), type(@c))
    @c[$str] = $any; print(@a, @b, dict(@c), {**@c}, list(@c.items()), @c.keys() & {'x'}, @c.values(), @c == dict(@c), @c | {'n': 1}, @c.pop('x'), @c.get($any, $n))
    print(@c.pop('x'))
except Exception as e: print(repr(e))

from collections import deque
@a = deque($list, maxlen=$n + 1)
@a.append($any); @a.appendleft($any); @a.extend($str[:2]); @a.rotate($n - 1)
print(@a, len(@a), @a.maxlen, list(reversed(@a)), $any in @a, @a.count($any), @a == deque(@a), [*@a][:1])
try: print(@a[$n], @a.pop(), @a.popleft(), @a.index($any)); @a.remove($any); @a.insert($n, $any)
except Exception as e: print(type(e).__name__, e if 'is not in' not in str(e) else '')

from itertools import accumulate, chain, combinations, count, cycle, groupby, islice, permutations, product, repeat, starmap, takewhile, dropwhile, zip_longest, pairwise, tee, compress, filterfalse
for @a in (lambda: list(accumulate($list)), lambda: list(accumulate($list, lambda p, q: (p, q), initial=$any)), lambda: list(chain($list, $str, $tuple)), lambda: list(chain.from_iterable([$str, $list])),
           lambda: list(combinations($list, $n))[:5], lambda: list(permutations($str[:3], $n))[:5], lambda: list(product($str[:2], repeat=$n))[:5], lambda: list(islice(count($int, $n), $n)),
           lambda: list(islice(cycle($list), 5)), lambda: [(k, list(g)) for k, g in groupby($str)], lambda: [(k, len(list(g))) for k, g in groupby($list, key=bool)], lambda: list(repeat($any, $n)),
           lambda: list(starmap(divmod, [($int, $n), (7, 2)])), lambda: list(takewhile(bool, $list)), lambda: list(dropwhile(lambda q: q, $list)), lambda: list(zip_longest($list, $str, fillvalue=$any)),
           lambda: list(pairwise($list)), lambda: [list(q) for q in tee($list)], lambda: list(compress($str, $list)), lambda: list(filterfalse(None, $list)), lambda: list(islice($list, $n, None, 2)), lambda: next(chain())):
    try: print(@a())
    except Exception as e: print(repr(e))

from functools import cmp_to_key, partial, reduce
from operator import attrgetter, itemgetter, methodcaller
for @a in (lambda: reduce(lambda p, q: (p, q), $list), lambda: reduce(max, $list, $any), lambda: partial(divmod, $int)($int), lambda: partial(lambda *q, **r: (q, r), $any, k=$any)($any, z=1),
           lambda: sorted($list, key=cmp_to_key(lambda p, q: (str(p) > str(q)) - (str(p) < str(q)))), lambda: itemgetter($n)($list), lambda: itemgetter(0, -1)($str), lambda: itemgetter($any)($dict),
           lambda: methodcaller('upper')($any), lambda: methodcaller('count', $str)($str), lambda: attrgetter('real')($any), lambda: attrgetter('real', 'imag')($int), lambda: attrgetter('nothing')($any), lambda: list(map(itemgetter(0), [$str, $list]))):
    try: print(@a())
    except Exception as e: print(repr(e))

import json
for @a in (lambda: json.dumps($any), lambda: json.dumps($list, indent=$n), lambda: json.dumps({'k': $any, 'a': [$any]}, sort_keys=True), lambda: json.dumps($dict), lambda: json.loads(json.dumps($list)), lambda: json.loads($str),
           lambda: json.dumps($tuple, separators=(',', ':')), lambda: json.dumps($str, ensure_ascii=$bool), lambda: json.loads('[1, 2.5, "x", null, {"a": tru}]'), lambda: json.loads('{"a": ' + str($int) + '}')):
    try: print(@a())
    except json.JSONDecodeError as e: print('decode', e, e.pos, e.lineno)
    except Exception as e: print(repr(e))

import heapq, bisect
@a = [$int, $int, 3, 1]
try:
    heapq.heapify(@a); heapq.heappush(@a, $int); print(@a, heapq.heappop(@a), heapq.nlargest($n, @a), heapq.nsmallest($n, @a), heapq.heappushpop(@a, $int), heapq.heapreplace(@a, $float))
    @b = sorted(@a); bisect.insort(@b, $int); print(@b, bisect.bisect_left(@b, $int), bisect.bisect_right(@b, $float), list(heapq.merge([1, 4], [2, $int])))
    heapq.heappush(@a, $any)
except Exception as e: print(repr(e))

import copy
class @a:
    def __init__(self, v): self.v, self.me = v, self
@b = @a([$any, [$any]])
@c, @d = copy.copy(@b), copy.deepcopy(@b)
@b.v.append($any); @b.v[1].append(7)
print(@c.v is @b.v, @d.v, @d.me is @d, @c.me is @b, copy.deepcopy($any), copy.copy($list), copy.deepcopy([@b.v, @b.v])[0])

@a = frozenset($list[:2])
for @b in (lambda: @a, lambda: @a | {1}, lambda: {1} & @a, lambda: @a - {1}, lambda: @a ^ {2}, lambda: @a == set(@a), lambda: {@a: 1}[frozenset(@a)], lambda: hash(@a) == hash(frozenset(@a)), lambda: sorted(@a, key=str), lambda: @a.add(1),
           lambda: @a <= {1, 2}, lambda: @a.union($list), lambda: @a.issubset($list), lambda: {@a, @a}, lambda: @a.isdisjoint([1]), lambda: @a.copy() is @a, lambda: len(@a), lambda: $any in @a, lambda: @a + @a, lambda: @a[0], lambda: frozenset($any), lambda: isinstance(@a, set)):
    try: print(@b())
    except Exception as e: print(repr(e))

from random import Random, seed, random, choice, randint, sample, getrandbits
import random as @b
seed($int or 0); print(random(), randint(0, 9), getrandbits(20), @b.gauss(0, 1), @b.uniform(1, 2), @b.betavariate(1, 2), @b.gammavariate(2, 1), @b.triangular())
@a = Random($str); print(@a.random(), @a.sample(range(20), $n), @a.choices('abc', k=$n), @a.expovariate(1.5), @a.lognormvariate(0, 1))
@c = @a.getstate(); @d = @a.random(); @a.setstate(@c); print(@d == @a.random())
for @d in (lambda: choice($list), lambda: randint($int, $n), lambda: sample($list, $n), lambda: @b.shuffle($any), lambda: @b.randrange($n), lambda: @b.choices($list, k=2), lambda: @b.choices($str, weights=[1] * $n)):
    try: print(@d())
    except Exception as e: print(type(e).__name__, e)

from abc import ABC, abstractmethod
class @a(ABC):
    @abstractmethod
    def f(self): return 'above'
    @property
    @abstractmethod
    def p(self): pass
    def g(self): return self.f(), self.p
class @b(@a):
    def f(self): return ('below', super().f(), $any)
class @c(@b):
    p = $any
for @d in (@a, @b, @c):
    try: print(@d().g(), isinstance(@d(), @a), issubclass(@d, ABC))
    except TypeError as e: print(e)
"""

RARE = """
def @a(f):
    def inner(*args):
        inner.calls += 1
        inner.seen.append(args)
        return f(*args)
    inner.calls, inner.seen = 0, []
    inner.__name__ = f.__name__
    inner.__doc__ = f.__doc__
    return inner
@@a
def @b(x):
    'Text.'
    return x, $any
print(@b($any), @b(2), @b.calls, @b.seen, @b.__name__, @b.__doc__, hasattr(@b, 'none'), getattr(@b, 'none', $any))
@b.n = $any
del @b.calls
try: print(@b.n, @b.calls)
except AttributeError as e: print(e)
try: @b.__name__ = $any
except TypeError as e: print(e)

class @a:
    def __init__(self, v): self.v = v
    def __enter__(self): print('in', self.v); return self.v
    def __exit__(self, *rest): print('out', self.v, rest[1]); return $bool
try:
    with (@a($any) as @b, @a(2)): print(@b)
    with (@a(3)): raise ValueError($any)
    with (@a(4), @a(5) as @c,): print(@c, 1 // $n)
except Exception as e: print(repr(e))

class @a:
    __n = $int
    def __init__(self, v): self.__v, self.w = v, 1
    def __get(self, *more): return self.__v, self.__n, more
    def get(self): return self.__get($any), f'{self.__v!r} {self.__n}', [__q for __q in 'ab']
class @b(@a):
    def __init__(self, v):
        super().__init__(v)
        self.__v = 'below'
    def both(self): return self.__v, self.get()
try: print(@a($any).get(), @b($any).both(), hasattr(@a(1), 'w'))
except Exception as e: print(repr(e))
class @c:
    def f(self): return self.__none
try: @c().f()
except AttributeError as e: print(e)

@a = object()
print(@a == @a, @a != object(), @a in [@a], {@a: $any}[@a], isinstance(@a, object), isinstance($any, object), bool(@a), type(@a).__name__)
for @b in (int, str, list, ValueError, type(None), type(@a), type): print(@b.__name__, isinstance(@b, type), isinstance($any, @b), @b)
for @b in (lambda: @a < @a, lambda: @a + 1, lambda: @a.x, lambda: @a(), lambda: len(@a), lambda: @a[0], lambda: isinstance($any, int | str), lambda: isinstance($any, list | None), lambda: int | None, lambda: list[int], lambda: iter(int), lambda: int[0]):
    try: print(@b())
    except Exception as e: print(type(e).__name__, e)

@a = iter($list)
print(list(iter(lambda: next(@a, 'end'), 'end')), [*zip(*[iter(range(6))] * 2)], list(map(lambda *q: q, $str, $list)))
print(*(q for q in $list), sep='+', end='.\\n')
@b, *@c = [*$str, *$list, 1]
print(@b, @c, [(@d := q, @d) for q in range(2)], @d, (lambda *q, r=$any, **s: (q, r, s))(*$tuple, **{'z': 1}))
@c[1:2], @c[:0] = $list, $str
print(@c)
try: @c[::$n] = $list; print(@c)
except Exception as e: print(repr(e))
try: del @c[$n::2], @c[$n]; print(@c)
except Exception as e: print(repr(e))

from enum import Enum, StrEnum, auto
class @a(str, Enum):
    A = 'a'
    B = $str
class @b(StrEnum):
    P = 'p'
    Q = auto()
class @c(int, Enum):
    X = 1
    Y = $n
for @d in (lambda: @a.A == 'a', lambda: @a.A.upper(), lambda: f'{@a.A} {@a.B!r}', lambda: @b.Q + 'x', lambda: {'p': 1}[@b.P], lambda: f'{@b.P:>4}|{@b.Q}', lambda: @c.X + $int, lambda: [5, 6][@c.X], lambda: @c.Y, lambda: @a('a'), lambda: @a($any), lambda: list(@b),
           lambda: @b.Q.startswith('q'), lambda: len(@b.Q), lambda: 'q' in @b.Q, lambda: sorted(@c), lambda: '%s %d' % (@b.P, @c.X), lambda: @a.A.nothing, lambda: @a.A < @a.B, lambda: str(@c.X)):
    try: print(@d())
    except Exception as e: print(type(e).__name__)

from collections import namedtuple
from typing import NamedTuple, Generic, TypeVar, Union, Optional
T = TypeVar('T')
Either = Union[int, str]
@a = namedtuple('@a', 'x y', defaults=[$any])
class @b(NamedTuple):
    p: Either
    q: Optional[int] = None
class @c(Generic[T]):
    def __init__(self, v: T): self.v = v
for @d in (lambda: @a._make($list), lambda: @a._fields, lambda: @a._field_defaults, lambda: @b._make([1, $any]), lambda: @b._fields + @a._fields, lambda: @a(1)._replace(y=$any), lambda: @a(1)._asdict(), lambda: @c[int]($any).v, lambda: @b(1) == (1, None), lambda: @a(1) < @a(0),
           lambda: @a(), lambda: @a(1, 2, 3), lambda: @b(z=1), lambda: @a._nothing, lambda: @a(1).z, lambda: dict(zip(@a._fields, @a($any, 2)))):
    try: print(@d())
    except Exception as e: print(type(e).__name__, e)

from contextlib import contextmanager
from functools import wraps, lru_cache
def @a(n=$n):
    def outer(f):
        @wraps(f)
        def inner(*args, **options):
            return [f(*args, **options) for _ in range(n)]
        inner.n = n
        return inner
    return outer
class @b:
    total = 0
    @@a()
    def f(self, x, *, k=$any):
        @b.total += 1
        return x, k
    @classmethod
    @contextmanager
    def opened(cls, v):
        cls.total += 10
        try: yield cls, v
        finally: cls.total -= 1
    @staticmethod
    @lru_cache(maxsize=None)
    def s(n): return n if n < 2 else @b.s(n - 1) + @b.s(n - 2)
try:
    print(@b().f($any), @b().f.n, @b.f.__name__, @b.s(20), @b.total)
    with @b.opened($any) as (@c, @d): print(@c is @b, @d, @b.total)
    print(@b.total, @b().f(1, k=2), @b().f())
except Exception as e: print(repr(e))
"""
