"""Programs in plain Python that print: what they mean is what CPython says they mean."""

PROGRAMS = {
    "numbers": """
print(1, 0x1f, 0b101, 0o17, 1_000, 1e-3, .5, 5., 1.5e+3, 1E2)
print(-2**2, 2**-1, 2**3**2, -3 // 2, -3 % 2, 7 % -3, 7.5 // 2, divmod(-7, 2))
print(1 + 2 * 3 - 4 / 5, (1 + 2) * 3, ~5, +3, 1 << 4, 255 >> 2, 6 & 3, 6 | 3, 6 ^ 3)
print(0.1 + 0.2, 1 / 3, 10**20, 2.0**0.5, 1e300 * 1e10, -0.0, round(2.5), round(3.14159, 2))
""",
    "comparisons": """
print(1 < 2 < 3, 1 < 3 < 2, 1 == 1.0, 1 != 2, 3 >= 3 <= 4, not 1 == 2)
print(1 in [1, 2], 3 not in (1, 2), None is None, 1 is not None, 'a' in 'abc')
print(0 or 'x', 1 and 2, [] or {} or 3, not [], 1 if 0 else 2 if 0 else 3)
calls = []
def f(x):
    calls.append(x)
    return x
print(f(1) < f(2) < f(0) < f(5), calls)
""",
    "strings": r"""
print(f'\N{BULLET}{1}\N{GREEK SMALL LETTER ALPHA}{2:\N{BULLET}>3}\\N{3}', rf'\N{4}')
print('a' "b" 'c', 'it\'s', "tab\there", r'raw\n', '''three
lines''', "\x41\u0042\U00000043\101", '\N{BULLET}', 'a\
b')
print('abc'[1], 'abc'[::-1], 'abc' * 2, 'a' + 'b', len('abc'), 'a,b'.split(','), '-'.join(['x', 'y']))
print('Hello'.upper(), 'x'.center(5, '*') + '|', 'abc'.replace('b', 'xx'), '7'.zfill(3), 'ab'.ljust(4) + '|')
print("α" + 'β', repr('q"uo\'te'), repr('a\nb'), str(1.5), 'a' < 'b')
""",
    "formatting": """
x, n, s, w = 3.14159, 42, 'text', 10
print(f'{x:.2f} {n:5d}|{s:>8}|{s!r:<8}|{n:x} {n:#b} {n:,} {x:{w}.{3}f} {x=} {n = } {s=!s} {{}}')
print('%d %5d|%-5d|%05d %s %r %.2f %e %g %x %o %c %%' % (n, n, n, n, s, s, x, x, x, n, n, 'c'))
print('%(a)s and %(b)d' % {'a': 1, 'b': 2}, '%s' % (1,), '%s' % [1, 2], '%*d|%.*f' % (6, n, 1, x))
print('{} {} {0}'.replace('{0}', '').format(1, 2), '{0} {1} {0}'.format('a', 'b'), '{k:>5}|{v[0]}'.format(k=1, v=[2]))
print(f"{'nested ' + f'{n}'} {[i for i in range(3)]} { {'a': 1}['a'] } {(lambda q: q * 2)(4)} {n!r:>{w}}")
print(f'{None} {True} {[1, "a"]} {(1,)} {x:e} {x:g} {1e20:g} {n:+d} {-n:08.2f} {x:%}')
print("%s" % None, "%5s|%-5s|" % ("a", "b"), "%i" % 3.9)
""",
    "containers": """
a = [3, 1, 2]
a.append(5); a.extend([7, 8]); a.insert(0, 9); a.remove(1); print(a, a.pop(), a.index(3), a.count(3))
a.sort(); print(a, sorted(a, reverse=True), a[1:3], a[-1], a[::2], list(reversed(a)))
a[1:3] = [0, 0, 0]; del a[0]; a[0] += 5; print(a, len(a), sum(a), min(a), max(a))
d = {'x': 1, **{'y': 2}}; d['z'] = 3; d.update(w=4); d.pop('x'); del d['y']
print(d, list(d), list(d.keys()), list(d.values()), list(d.items()), d.get('q', 0), 'z' in d)
s = {3, 1} | {2}; s.add(1); print(s, s & {1}, s - {1}, {1} <= s, set(), {1: {2: [3]}})
t = 1, 2, *[3, 4]; print(t, t + (5,), (1,), (), t[1:], [*t, *'ab'], {**{'a': 1}}, [[]] * 2)
print(list(range(5)), list(range(5, 0, -2)), tuple(zip('ab', [1, 2])), list(enumerate('ab', 1)), dict(a=1))
print(list(map(lambda v: v * v, [1, 2])), list(filter(None, [0, 1])), any([0, 1]), all([]), repr([1, 'a', None]))
""",
    "unpacking": """
a, b = 1, 2
a, b = b, a
(c, d), *e = (3, 4), 5, 6
[f, [g, *h]] = 7, [8, 9]
i = j = [0, 0]
i[0], j[1] = 1, 2
print(a, b, c, d, e, f, g, h, i)
for k, (l, m) in [(1, (2, 3))]: print(k, l, m)
x = y = z = 0; x += 1; y -= 1; z |= 6; z //= 2; z **= 2; z %= 5; z <<= 3; z >>= 1; z *= 3; z ^= 1; z &= 255
print(x, y, z)
n: int = 3
print(n, (w := 5) + w, [q := 1, q + 1])
li = [1, 2]; li2 = li; li += [3]; li *= 2; print(li, li2)
m = [[1], [2]]; m[0] *= 3; m[1] += [4]; s = ['%d']; s[0] %= 4; print(m, s)
""",
    "control": """
i = 0
while True:
    i += 1
    if i == 2: continue
    elif i > 4: break
    else: print(i)
while i > 0: i -= 2
else: print('else', i)
for x in range(3):
    if x == 1: break
else: print('never')
for x in []: pass
else: print('empty')
def outer():
    for a in range(2):
        while a < 2:
            for b in range(2):
                if b: break
            else: return 'no'
            a += 1
        else: continue
        break
    else: return 'done'
print(outer())
if 0: pass
elif 1: print('elif')
for c in 'ab':
    while True:
        break
    else:
        break
    print(c)
""",
    "functions": """
def f(a, b=2, /, c=3, *args, d, e=5, **kw): return a, b, c, args, d, e, kw
print(f(1, d=4), f(1, 2, 3, 4, 5, d=6, z=7), f(*[1, 2], **{'d': 3}))
def counter():
    n = 0
    def up(by=1):
        nonlocal n
        n += by
        return n
    return up
u = counter(); u(); print(u(5))
total = 0
def add(x):
    global total
    total += x
add(3); add(4); print(total)
fact = lambda n: 1 if n < 2 else n * fact(n - 1)
print(fact(20), (lambda *a, k=1, **kw: (a, k, kw))(1, 2, k=3, m=4), (lambda: 0)())
def default(x, acc=[]):
    acc.append(x)
    return acc
default(1); print(default(2))
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
print(fib(15), [g() for g in [lambda i=i: i for i in range(3)]], [g() for g in [lambda: i for i in range(3)]])
def doc():
    '''A docstring.'''
print(doc())
def order(x):
    print('arg', x, end=' ')
    return x
order(order(1) + order(2) * order(3)); print({order(1): order(2)}, [order(4)][order(0)])
""",
    "comprehensions": """
print([x * x for x in range(5) if x % 2 if x > 1], {x: x + 1 for x in 'ab' for x in [1, 2]}, {x % 2 for x in range(4)})
print([(x, y) for x in range(2) for y in range(x + 1)])
print(sum(x for x in range(4)), [[y for y in range(x)] for x in range(3)])
print([a + b for a, b in [(1, 2), (3, 4)]], max((v for v in [1, 3, 2]), default=0), [x for x, in [(1,)]])
x = 'outer'
print([x for x in 'inner'], x, [y := 1, y], [last := z for z in range(3)], last)
class C:
    n = 3
    m = [i for i in range(n)]
print(C.m, list(x for x in 'ab'), tuple(a for a in (b for b in 'cd')))
print([1 if x else 2 for x in (0, 1)], [x for x in [0, 1] if not x], [*(c for c in 'xy')])
""",
    "classes": """
class A:
    count = 0
    def __init__(self, v, *rest):
        self.v = v
        self.rest = rest
        A.count += 1
    def get(self, k=1): return self.v * k
    @property
    def twice(self): return self.v * 2
    @twice.setter
    def twice(self, new): self.v = new / 2
    @staticmethod
    def make(): return A(7)
    def __repr__(self): return f'A({self.v})'
    def __call__(self, x): return self.v + x
class B(A):
    def __init__(self, v):
        super().__init__(v, 'b')
        super(B, self).__init__(v + 1)
    def get(self, k=2): return super().get(k) + 100
class D(object): pass
a, b = A(3), B(5)
print(a.get(), b.get(), a.twice, b.rest, A.count, A.make(), a, [a, b], a(10), isinstance(b, A), isinstance(a, B))
a.twice = 9; print(a.v, str(a), repr(a), f'{a} {a!r:>8}')
a.w = [1]; a.w[0] += 1; a.v += 1; a.v *= 2; a.x, a.y = 1, 2; print(a.w, a.v, a.x, a.y)
del a.w
try: a.w
except AttributeError: print('gone')
a.v = b.v = 1; (a.v, b.v) = (b.v, 9); print(a.v, b.v)
for a.i in range(3): pass
print(a.i, [a.v for a.v in [5]], D() is not None)
class Base:
    name = 'base'
    def who(self): return self.name
class Left(Base): name = 'left'
class Right(Base): name = 'right'
class Both(Left, Right): pass
print(Both().who(), Both.name, isinstance(Both(), (Left, Right)), isinstance(1, Base))
class M:
    def f(self):
        class Inner:
            def g(self): return super().__repr__() is None
        return Inner().g()
print(M().f())
""",
    "exceptions": """
def risky(n):
    try:
        if n == 0: return 1 / 0
        if n == 1: return [][1]
        if n == 2: return {}['k']
        if n == 3: raise ValueError('bad', 3)
        if n == 4: return undefined
        if n == 5: return (1).nothing
        if n == 6: return int('x')
        if n == 7: return 1 + 'a'
        if n == 8: assert n < 3, 'small'
        if n == 9: raise KeyError
    except ZeroDivisionError: return 'zero'
    except (IndexError, KeyError) as e: return 'lookup'
    except ValueError as e: return 'value', e.args[:1] if n == 3 else ''
    except NameError: return 'name'
    except AssertionError as e: return str(e)
    except Exception: return 'other'
    else: return 'fine'
    finally: print('f', end='')
print([risky(n) for n in range(11)])
class Mine(ValueError):
    def __init__(self, n):
        super().__init__('mine')
        self.n = n
try: raise Mine(3)
except ValueError as e: print(e.n, e, e.args, isinstance(e, Mine))
try:
    try: raise RuntimeError('a')
    except RuntimeError: raise
except Exception as e: print('again', e)
try:
    try: 1 / 0
    except ZeroDivisionError as e: raise ValueError('from') from e
except ValueError as e: print(e)
def f():
    for i in range(3):
        try:
            if i == 1: continue
            if i == 2: break
        finally: print('fin', i)
f()
try: e
except NameError: print('e is gone')
try: pass
except: print('no')
else: print('else')
try: raise ValueError
except ValueError as e: print(repr(e), str(e) == '')
""",
    "layout": """
x = (1 +
  2   # a comment in the middle
  + 3)
y = 1 + \\
    2
if x: y = 5; z = 6
def f(): return 1; return 2
class E: a = 1; b = 2
  # a comment that is indented oddly
if y:

        print('deep')

        # still in it
        print('block')
# end
print(x, y, z, f(), E.b); print('last')
""",
    "scopes": """
x = 1
def reads(): return x
def shadows():
    x = 2
    return [x for _ in range(1)], (lambda: x)()
def deletes():
    y = 1
    del y
    try: return y
    except NameError: return 'unbound'
print(reads(), shadows(), deletes())
len = lambda v: 'mine'
print(len([1]))
del len
print(len([1]))
class K:
    x = 5
    def get(self): return x
    y = x + 1
print(K().get(), K.y, __name__)
""",
    "order": """
log = []
def t(x, v=None):
    log.append(x)
    return v if v is not None else x
class O: pass
o = O()
def obj(n):
    log.append('obj' + n)
    return o
obj('1').a = t('value', 1)
obj('2').a += t('add', 2)
obj('3').a, obj('4').b = t('x', 5), t('y', 6)
t('list', [1, 2])[t('index', 0)] = t('right')
o.n = 1
def bump():
    o.n = 100
    return 1
o.n += bump()
o.m = 'x%s'; o.m %= 1; o.k = [0]; o.k *= 2
print(log, o.a, o.b, o.n, o.m, o.k)
""",
    "augmented": """
class O: pass
o, log, l = O(), [], [1, 'a', [2]]
def t(x):
    log.append(x)
    return x
def own(n): log.append(n); return o
def got(n): log.append(n); return l
o.a, o.s, o.l = 1, 'x', [1]
own('1').a += t(5); own('2').s += t('b'); own('3').s *= t(2); own('4').l += t([3])
got('5')[t(0)] += t(7); got('6')[t(1)] += t('z')
got('7')[t(2)] += t([5]); got('8')[t(0)] *= t(3); got('9')[t(0)] **= t(2)
i = 0
l[i] += (i := 2)
print(i, l, o.a, o.s, o.l, log)
def f(l):
    d = {'k': l[0]}
    d['k'] += d['k']
    for d['k'] in range(2): d['k'] += d['k']
    for change in (lambda: add(d, 'z', d['k']), lambda: add(l, 9, 1), lambda: add((1, []), 1, l)):
        try: change()
        except Exception as e: print(repr(e))
    try: o.zz += nope
    except AttributeError as e: print(e)
    def h():
        l[0] += l[0] + 1
        return l[0]
    l[0] += h()
    return l, d
def add(values, key, value): values[key] += value
print(f([1, 2]))
class K:
    l = [1]
    l[0] += l[0]
    l[0] *= 3
print(K.l)
""",
    "iteration": """
it = iter_list = [1, 2, 3]
for v in iter_list:
    if v < 3: iter_list.append(v + 10)
    if len(iter_list) > 6: break
print(iter_list)
z = zip([1, 2, 3], 'ab')
print(list(z), list(z))
m = map(lambda v: v + 1, [1, 2])
for v in m: print(v, end=' ')
print(list(m), sorted('banana', key=lambda c: (-'banana'.count(c), c)), list(zip(*[(1, 2), (3, 4)])))
g = (v * 2 for v in [1, 2, 3])
for v in g:
    if v == 4: break
print(list(g), isinstance(3, int), isinstance('a', (int, str)), isinstance(True, int), isinstance(None, int))
print(int('42'), int(3.9), int('ff', 16), float('1e3'), bool([]), str(12), list('ab'), tuple([1]), set([1, 1]))
print(abs(-3), pow(2, 10), pow(2, 10, 1000), sum([1, 2], 10), min(3, 1), max([1, 5]), min('b', 'a', key=lambda c: c))
""",
}

SYNTAX_ONLY = """
import a.b as c, d
from e.f import (g as h, i,)
from j import *
@k.l(1)
def m(n: int, o: str = 'x', *p, q: list = [], **r) -> None: pass
def s(t, /, u, *, v): return
lambda w, /, x, *y, z=1, **aa: (yield_ := 1)
with bb as cc, dd(1) as (ee, ff): pass
gg[1:2, ::3, ..., None, *hh] = ii[jj][:, kk:]
ll = not mm if nn else oo or pp and qq
rr = {**ss, 't': 1, **uu}, {*vv, 1}
global ww
nonlocal xx, yy
assert zz, 'message'
raise A from B
del C, D[0], (E.F)
try: pass
except G: pass
except (H, I) as J: pass
else: pass
finally: pass
f'{K!r:>{L}.{M}f} {N=} {{ }}' rf'\\d{O}' F"{P['q']}" f"{R["s"]}"
a @ b; c @= d; e //= f; g **= -h; i = -j ** -k; l < m <= n != o is not p not in q
%magic line
x = [a for b in c if d if e for f in g]; y = {a: b for a, b in c}; z = f(a for a in b)
x = a if b else lambda: c
x: int; y: str = 'a'
while (n := f()) > 0: break
else: pass
"""
