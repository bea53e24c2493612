"""What goes wrong in plain Python: expressions, and statements with their lines parted by a sign."""

EXPRESSIONS = r'''
int('a')
int('')
int('12x', 10)
int('42', 1)
int('42', 37)
int(float('inf'))
int(float('nan'))
int(None)
int([])
int('3.5')
int(10, 10)
int(x=1)
float('abc')
float('')
float([])
float(None)
1/0
1//0
1%0
1.0/0
1.0//0
1.0%0
divmod(1,0)
divmod(1.0,0)
0**-1
0.0**-1
2.0**10000
10.0**400
round('a')
round(1.5, 'a')
round(float('nan'))
round(float('inf'))
1 << -1
1 >> -1
1.5 << 1
5 & 1.0
'a' + 1
1 + 'a'
'a' * 'b'
'a' * 1.5
'a' - 'b'
[1] + (2,)
(1,) + [2]
[1] + 1
1 + [1]
None + 1
1 + None
{} + {}
{1} + {2}
[1] - [1]
'a' < 1
1 < 'a'
[1] < 1
None < None
{} < {}
(1,) < [1]
[1, 'a'] < [1, 2]
max(1, 'a')
sorted([1, 'a'])
sorted([3, 'b', 1])
sorted([None, 1])
[3, 'a'].sort()
-'a'
-[]
+None
~1.5
len(5)
len(None)
len(x for x in [])
abs('a')
sum(['a', 'b'])
sum([1, 'a'])
sum('ab')
sum(1)
sum(['a'], '')
min([])
max([])
max()
min(1)
max(1, 2, default=3)
max([1], key=1)
min(None)
[][0]
[1, 2][5]
[1, 2][-3]
()[0]
(1,)[3]
''[0]
'abc'[5]
'abc'['a']
[1]['a']
[1][1.0]
[1][None]
(1,)['x']
range(3)[5]
range(3)['a']
range(1.5)
range('a')
range()
range(1,2,3,4)
range(1, 5, 0)
range(10).index(40)
{}['a']
{}[1]
{'a': 1}['b']
{}[(1, 2)]
{}[1.5]
{}[None]
{[1]: 2}
{{}: 1}
{1: 2}[[]]
{[]}
{{1}}
{(1, [2])}
set([[1]])
dict([1])
dict([(1, 2, 3)])
dict(5)
dict(1, 2)
{}.pop('a')
{}.popitem()
set().pop()
[].pop()
[1].pop(5)
[1].pop('a')
[1, 2].remove(3)
[1, 2].index(3)
(1, 2).index(3)
'abc'.index('z')
'abc'.rindex('z')
set([1]).remove(2)
{1}.remove('x')
{'a': 1}.update(5)
{}.update([1])
[].extend(5)
[].append()
[].append(1, 2)
[].insert(1)
[1].insert('a', 2)
[].sort(lambda a: a)
[1].sort(key=5)
[].sort(reverse='a')
[].copy(1)
'a'.upper(1)
'a'.split(1)
'a'.split('')
'a'.replace('a')
'a'.replace('a', 1)
'a'.replace(1, 'a')
'a'.join([1, 2])
'a'.join(['x', None])
','.join(5)
'a'.startswith(1)
'a'.find()
'a'.find(1)
'a'.count(1)
'a'.center('b')
'a'.center(5, 'ab')
'a'.ljust(5, '')
'a'.zfill('x')
'ab'.partition('')
'a' in 1
1 in 'a'
1 in 1
None in None
[] in {}
[] in {1}
'%d' % 'a'
'%d' % None
'%x' % 3.5
'%c' % 'ab'
'%c' % 1.5
'%c' % -1
'%s' % (1, 2)
'%s %s' % 1
'%s %s' % (1,)
'%s' % ()
'a' % 1
'%(a)s' % {'b': 1}
'%(a)s' % 5
'%(a)s' % [1]
'%y' % 1
'abc%y' % 1
'%' % 1
'%(a' % {'a': 1}
'%*d' % ('a', 1)
'%d' % float('inf')
'%d' % float('nan')
'{} {0}'.format(1)
'{0} {}'.format(1)
'{}'.format()
'{2}'.format(1)
'{a}'.format()
'{a}'.format(b=1)
'{0[5]}'.format([1])
'{0[x]}'.format({})
'{!x}'.format(1)
'{!}'.format(1)
'{'.format()
'}'.format()
'{0'.format(1)
'{:d}'.format('a')
'{:d}'.format(1.5)
'{:s}'.format(1)
'{:.2f}'.format('a')
'{:z}'.format(1)
'{:10}'.format([1])
'{:>5}'.format(None)
'{:c}'.format('a')
'{:,}'.format('a')
'{:>{w}}'.format('a', w='x')
'{:.2}'.format(5)
'{:.2d}'.format(5)
'{:=5}'.format('a')
f'{"a":d}'
f'{1.5:d}'
f'{[]:5}'
f'{None:5}'
f'{1:abc}'
f'{1:.}'
f'{"x":.}'
'abc'.strip(1)
int('1' * 5000)
float('inf').as_integer_ratio()
[1, 2, 3].index(1, 1)
[*5]
{**5}
{**{1: 2}}, {**[]}
7 @ 3
[1] @ [2]
'''.strip().split("\n")

STATEMENTS = r'''
for x in 5: pass
for x in None: pass
for x, y in [1]: pass
for x, y in [(1, 2, 3)]: pass
for x, y in [(1,)]: pass
a, b = 1
a, b = [1]
a, b = [1, 2, 3]
a, b = 'x'
a, b = {}
a, *b = []
a, *b, c = [1]
a, b = None
a, b = iter([1, 2, 3])
a, (b, c) = 1, 2
x = [1, 2, 3]; x[5] = 1
x = [1, 2, 3]; x['a'] = 1
x = [1, 2, 3]; del x[5]
x = [1, 2, 3]; del x['a']
x = (1, 2); x[0] = 1
x = (1, 2); del x[0]
x = 'ab'; x[0] = 'c'
x = 'ab'; del x[0]
x = {}; del x['a']
x = {}; x[[]] = 1
x = 5; x[0]
x = 5; x[0] = 1
x = 5; del x[0]
x = None; x[0]
x = None; x[0] = 1
x = None; del x[0]
x = {1}; x[0]
x = {1}; x[0] = 1
x = lambda: 0; x[0]
x = len; x[0]
x = range(3); x[0] = 1
x = [1,2,3,4]; x[::2] = [1]
x = [1,2,3,4]; x[1:3] = 5
x = [1,2,3]; x[::0]
x = [1,2,3]; x[1.5:2]
x = [1,2,3]; x['a':]
x = [1,2,3]; x[1,2]
x = 5; x.foo
x = 'a'; x.foo
x = []; x.push(1)
x = {}; x.has_key(1)
x = None; x.foo
x = 1.5; x.foo
x = (1,); x.append(2)
x = {1}; x.append(2)
x = lambda: 0; x.foo
x = len; x.foo
x = range(3); x.foo
x = 5; x.foo = 1
x = 'a'; x.foo = 1
x = []; x.foo = 1
x = None; x.foo = 1
x = 5; del x.foo
class A: pass¶a = A(); a.foo
class A: pass¶a = A(); del a.foo
class A: pass¶A.foo
class A: pass¶del A.foo
class A: pass¶A(1)
class A: pass¶A(x=1)
class A:¶  def __init__(self, x): pass¶A()
class A:¶  def __init__(self, x): pass¶A(1, 2)
class A:¶  def __init__(self, x): pass¶A(y=1)
class A:¶  def __init__(self, x): pass¶A(1, x=1)
class A:¶  def m(self): pass¶A().m(1)
class A:¶  def m(self): pass¶A.m()
class A:¶  def m(): pass¶A().m()
class A:¶  def m(self, a, b): pass¶A().m(1)
class A:¶  def m(self, a, b): pass¶A().m()
class A: pass¶A()()
class A: pass¶A()[0]
class A: pass¶A()[0] = 1
class A: pass¶del A()[0]
class A: pass¶len(A())
class A: pass¶for x in A(): pass
class A: pass¶a, b = A()
class A: pass¶A() + 1
class A: pass¶1 + A()
class A: pass¶A() < A()
class A: pass¶-A()
class A: pass¶A() in A()
class A: pass¶int(A())
class A: pass¶float(A())
class A: pass¶abs(A())
class A: pass¶round(A())
class A: pass¶sum([A()])
class A: pass¶max(A(), A())
class A: pass¶sorted([A(), A()])
class A: pass¶'a' + A()
class A: pass¶'a' * A()
class A: pass¶[1][A()]
class A: pass¶x = A(); x += 1
class A: pass¶A().x += 1
class A: pass¶with A(): pass
class A: pass¶raise A()
class A: pass¶raise A
class A:¶  @property¶  def p(self): return 1¶A().p = 2
class A:¶  @property¶  def p(self): return 1¶del A().p
class A:¶  @property¶  def p(self): return self.q¶A().p
class A:¶  @property¶  def p(self): return 1¶A().p()
class A: pass¶class B(A, A): pass
class A: pass¶class B(A): pass¶class C(A, B): pass
def f(): pass¶f(1)
def f(a): pass¶f()
def f(a, b): pass¶f()
def f(a, b, c): pass¶f()
def f(a, b, c): pass¶f(1, 2, 3, 4)
def f(a, b=1): pass¶f(1, 2, 3)
def f(a, b=1): pass¶f(c=3)
def f(a, b=1): pass¶f(1, a=3)
def f(a, /): pass¶f(a=3)
def f(a, /, b): pass¶f(a=3, b=1)
def f(*, a): pass¶f()
def f(*, a, b): pass¶f()
def f(*, a): pass¶f(1)
def f(*, a): pass¶f(1, a=2)
def f(a, *, b): pass¶f(1, 2, b=2)
def f(**k): pass¶f(1)
def f(**k): pass¶f(**{1: 2})
def f(a): pass¶f(*[1, 2])
def f(a): pass¶f(**{'b': 2})
def f(a): pass¶f(1, b=2)
def f(a, b): pass¶f(b=2)
(lambda x: x)()
(lambda x: x)(1, 2)
(lambda: 0)(1)
5()
'a'()
None()
[]()
{}()
(1)(2)
1.5()
print('a')()
undefined_name
undefined_fn(1)
def f():¶  print(zz); zz = 1¶f()
def f():¶  def g(): return zz¶  g()¶  zz = 1¶f()
def f():¶  zz = 1¶  del zz¶  print(zz)¶f()
del undefined_name
def f():¶  del qq¶  qq = 1¶f()
global gg¶gg += 1
def f():¶  global gg2¶  gg2 += 1¶f()
x = [1]; x += 5
x = (1,); x += [2]
x = 'a'; x += 1
x = 1; x += 'a'
x = 1; x -= 'a'
x = {}; x['a'] += 1
x = [1]; x[1] += 1
x = {1}; x |= [2]
x = {'a': 1} | [('b', 2)]
t = ([1],)¶t[0] += [2]
raise ValueError
raise ValueError()
raise ValueError('a')
raise ValueError('a', 1)
raise ValueError(['a'])
raise ValueError(None)
raise KeyError('a')
raise KeyError
raise KeyError('a', 'b')
raise IndexError(3)
raise Exception({'a': 1})
raise 5
raise 'a'
raise None
raise int
raise ValueError from 5
raise ValueError from None
raise
assert False
assert 0, 'message'
assert [], [1, 2]
assert 1 == 2, f'{1} is not {2}'
class E(Exception): pass¶raise E
class E(Exception): pass¶raise E('a', 2)
class E(ValueError):¶  def __init__(self, a, b): self.a = a¶raise E(1, 2)
class E(ValueError):¶  def __init__(self, a, b): super().__init__(a)¶raise E(1, 2)
class E(Exception):¶  def __repr__(self): return 'mine'¶raise E(1)
class E(KeyError): pass¶raise E('k')
try:¶  1/0¶except ZeroDivisionError as z:¶  raise ValueError('inner') from z
try:¶  raise ValueError('x')¶except (KeyError, 5): pass
try:¶  raise ValueError('x')¶except 5: pass
try:¶  raise ValueError('x')¶except 'a': pass
next(iter([]))
next([])
next(5)
iter(5)
list(5)
list(None)
tuple(5)
set(5)
list(1, 2)
str(1, 2, 3)
bool(1, 2)
list(map(5, [1]))
map()
map(len)
list(map(lambda a, b: a, [1]))
zip(5)
list(zip([1], 5))
list(zip([1, 2], [1], strict=True))
enumerate(5)
enumerate()
list(enumerate('ab', 'c'))
reversed(5)
reversed({1})
reversed(x for x in [])
filter(None)
list(filter(5, [1]))
sorted(5)
sorted()
sorted([1, 2], lambda a: a)
sorted([1], key=5)
any(5)
all(None)
isinstance(1)
isinstance(1, 5)
isinstance(1, 'int')
isinstance(1, [int])
divmod(1)
divmod('a', 1)
pow(2)
pow(2, 'a')
pow(2, 3, 0)
pow(2, -1, 4)
pow(2.0, 3, 5)
pow(0, -1)
abs()
abs(1, 2)
len()
len([], [])
repr()
print({1} | 5)
print({1} < 5)
'''.strip().split("\n")
