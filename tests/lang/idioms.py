"""Longer pieces of random programs, each about one construct, to be filled in.

`$kind` stands for an expression of that kind, `$any` for one of any, `$n` for a small number, `@a` for a
fresh name; a line `$block` stands for statements. Pieces are parted by empty lines.
"""

CONTROL = """
for @a in $list[:3]:
    if $bool: break
    print(@a)
else:
    print('no break')

for @a, @b in enumerate($str[:3], $n):
    if @a == $n: continue
    $block
else:
    $block

@a = $n
while @a:
    @a -= 1
    if $bool: continue
    $block
    if $bool: break
else:
    print('else', @a)

for @a in range($n, -$n, -2):
    for @b in $list[:2]:
        if $bool: break
        print(@a, @b)
    else:
        continue
    break
else:
    print('all')

if $any: print('a'); print($any)
elif $bool: pass
else: print('c')

if (@a := $any) and not $bool: print(@a)
print($any if $bool else $any if $bool else $any)

for @a in [1, 2, 3]: print(@a, end=$str); print()
print(@a)

while (@a := $bool): break
else: print(@a)

print($int < $int <= $float != $int, $any is $any, $any == $any, $any in [$any, $any], not $any)

print($any and $any or $any, not $any or $any, $any if not $any else $any)
"""

EXCEPTIONS = """
def @a(n):
    try:
        if n == 0: return $any
        if n == 1: raise ValueError($any)
        if n == 2: raise KeyError($any, $any)
        $block
    except ValueError as e:
        return 'value', e.args, str(e), repr(e)
    except LookupError as e:
        print(repr(e))
        raise
    else:
        print('else')
    finally:
        print('finally', n)
        if n == $n: return 'last'
for @b in range(4):
    try: print(@a(@b))
    except Exception as e: print('out', e, repr(e), e.args)

for @a in range(3):
    try:
        if $bool: continue
        if $bool: break
        print($any)
    except Exception as e:
        print(e)
        break
    else: print('fine')
    finally:
        print('fin')
        if $bool: continue
    print('end', @a)
else: print('through')

try:
    try:
        print($any)
        raise $error($any)
    except ($error, $error) as e:
        print(repr(e))
        raise $error(str(e)) from e
    finally: print('inner')
except Exception as e:
    print(str(e), repr(e), e.args, isinstance(e, ($error, $error)))

class @a(Exception): pass
class @b(@a):
    code = $int
    def __init__(self, a, b=$any):
        super().__init__(a)
        self.b = b
for @c in (lambda: @a($any, $any), lambda: @b($any), lambda: @a(), lambda: @b($any, b=$any), lambda: @b()):
    try: raise @c()
    except @b as e: print('b', e, e.args, e.b, e.code, repr(e))
    except @a as e: print('a', e, e.args, repr(e))
    except TypeError as e: print('e', e)

class @a($error):
    def __repr__(self): return 'shown' + str(self.args)
try: raise @a($any)
except @a as @b: print(@b, [@b], repr(@b), str(@b))
try: print(@b)
except NameError as e: print(e)

try: assert $bool, $any
except AssertionError as e: print('assert', e, repr(e), e.args)
try: assert $any
except AssertionError as e: print('assert', e, repr(e))

try:
    try: print($any, $int // $n)
    except ZeroDivisionError: raise
    except TypeError as e: raise ValueError from None
except (ZeroDivisionError, ValueError) as e: print(repr(e))

def @a():
    while True:
        try:
            $block
            return 1
        finally:
            break
    return 2
try: print(@a())
except Exception as e: print(repr(e))

try: raise $error
except Exception as e:
    @a = e
    try: raise
    except Exception as e: print(e is @a, repr(e))

try:
    $mistake
except Exception as e: print(e, '|', repr(e), e.args)

try:
    $mistake
except $error as e: print(repr(e))
except Exception as e: print('other', e)
finally: print('done')
"""

FUNCTIONS = """
def @a(a, b=$any, /, c=$any, *d, e=$any, f, **g): return a, b, c, d, e, f, g
try: print(@a($any, f=$any), @a($any, $any, $any, $any, f=1, z=$any), @a(*$list, f=2, **$dict))
except Exception as e: print(e)

def @a(*, a, b=$any): print(a, b)
for @b in (lambda: @a(a=$any), lambda: @a($any), lambda: @a(), lambda: @a(a=1, b=2, c=3), lambda: @a(**{'a': $any})):
    try: @b()
    except TypeError as e: print(e)

def @a(a, b): return [a, b]
for @b in (lambda: @a(), lambda: @a(1), lambda: @a(1, 2, 3), lambda: @a(1, a=2), lambda: @a(b=1, a=$any), lambda: @a(c=1)):
    try: print(@b())
    except TypeError as e: print(e)

def @a(x, into=[]):
    into.append(x)
    return into
print(@a($any), @a($any), @a($any, []), @a($any))

@a = []
for @b in range(3):
    @a.append(lambda x=@b: (x, @b))
print([@c() for @c in @a], [@c($any) for @c in @a[:1]], [@c() for @c in [lambda: @b for @b in range(2)]])

def @a(start=$int):
    count = start
    def up(by=1):
        nonlocal count
        count += by
        return count
    def get(): return count
    return up, get
@b, @c = @a()
print(@b(), @b($int), @c(), @a(0)[1]())

@a = $int
def @b():
    global @a
    @a = $any
    def inner():
        return @a
    return inner
print(@a, @b()(), @a)

def @a():
    try: print(@b)
    except UnboundLocalError as e: print(e)
    @b = $any
    del @b
    try: return @b
    except NameError as e: return str(e)
print(@a())

def @a(x):
    print('arg', x)
    return x
print(@a($any), [@a(1), *[@a(2)]], {@a(3): @a(4)}, @a(5) < @a(6) < @a(1) < @a(2), @a(0) or @a($any), @a(1) and @a(2))
@b = [0, 1, 2]
@b[@a(0)], @b[@a(1)] = @a($any), @a($any)
@b[@a(2)] += @a(1)
print(@b)

def @a(n): return 1 if n <= 0 else n * @a(n - 1)
print(@a($n), @a($n + 5), list(map(@a, range($n))))

def @a(*args, **options): return len(args), sorted(options), args[:1]
print(@a(*$list, *$tuple), @a($any, *$str, k=$any, **{'q': $any}), @a(**$dict) if $bool else 0)

print((lambda a, *b, c=$any, **d: (a, b, c, d))($any, $any, z=$any), (lambda *, k: k)(k=$any), (lambda: $any)())

def @a(f, *rest): return [f(r) for r in rest]
print(@a(str, $any, $any), @a(len, $str, $list), @a(lambda q: [q], $any), @a(bool, $any))

def @a():
    'Documented.'
    return
print(@a(), (lambda: (lambda: $any)())())

def @a(a: int, b: str = $any, *c: float) -> list:
    d: int = a
    e: str
    return [d, b, c]
print(@a($any), @a($any, $any, $any))
"""

CLASSES = """
class @a:
    shared = []
    n = $int
    def __init__(self, v=$any):
        self.v = v
        self.shared.append(v)
        @a.n += 1
    def get(self, k=$any): return self.v, k
    @property
    def p(self): return self.v
    @p.setter
    def p(self, v): self.v = [v]
    @staticmethod
    def s(x=$any): return x
    def __call__(self, *a): return a, self.v
class @b(@a):
    def get(self, k=2): return 'b', super().get(k)
    def __repr__(self): return f'@b({self.v!r})'
@c, @d = @a(), @b($any)
print(@c.get(), @d.get(), @a.n, @b.n, @a.shared is @d.shared, @d, [@d], f'{@d!s:>12}', '%s' % @d, @a.s(), @d.s(1), @c(1, 2))
@c.p = $any
@d.n = $any
@d.shared = 5
print(@c.p, @c.v, @a.n, @d.n, @a.shared, @a.get(@d), @b.get(@d), isinstance(@d, @a), isinstance(@c, (@b, int)))
del @d.shared
print(@d.shared)
try: @c.q
except AttributeError as e: print(e)
try: del @c.zz
except AttributeError as e: print(e)
try: @c.get(1, 2)
except TypeError as e: print(e)

class @a:
    def f(self): return 'a'
    def g(self): return 'g' + self.f()
class @b(@a):
    def f(self): return 'b' + super().f()
class @c(@a):
    def f(self): return 'c' + super().f()
    def g(self): return 'cg'
class @d(@b, @c):
    def f(self): return 'd' + super(@d, self).f()
print(@d().f(), @d().g(), @b().g(), isinstance(@d(), @c))
try:
    class @e(@a, @b): pass
except TypeError as e: print(e)

class @a:
    x = $int
    y = [x, $any]
    z = [q for q in y]
    if $bool:
        w = $any
    for i in range($n): pass
    def m(self, x=x): return x
    try: t = [x for _ in range(2)]
    except NameError as e: print(e)
try: print(@a.y, @a.z, @a().m(), @a.i, @a.w)
except AttributeError as e: print(e)

class @a: pass
@b = @a()
@b.list, @b.n = $list, $int
@b.list += [$any]
@b.n += 1
@b.n *= 2
@b.d = {}
@b.d[$any] = @b.n
(@b.q, [@b.r, *@b.s]) = $any, [1, 2, 3]
for @b.i in range(2): pass
print(@b.list, @b.n, @b.d, @b.q, @b.r, @b.s, @b.i, @b == @b, @b != @a(), @b is @b, @b in [@b])
@a.n = $any
print(@a().n, @b.n)
del @b.n
print(@b.n)

class @a:
    def __init__(self, name, next=None): self.name, self.next = name, next
@b = None
for @c in $list[:4]: @b = @a(@c, @b)
while @b is not None:
    print(@b.name)
    @b = @b.next

class @a:
    @property
    def p(self): return self.missing
    def m(): return 1
for @b in (lambda: @a().p, lambda: @a().m(), lambda: @a.m(), lambda: @a(1), lambda: @a()(), lambda: @a()[0], lambda: len(@a()), lambda: @a() + 1,
           lambda: @a() < @a(), lambda: -@a(), lambda: int(@a()), lambda: [*@a()], lambda: @a.zz, lambda: 'x' + @a(), lambda: [0][@a()]):
    try: print(@b())
    except Exception as e: print(repr(e))

def @a(base):
    class Made(base):
        def f(self): return base.f(self) + 1
    return Made
class @b:
    def f(self): return $int
print(@a(@b)().f(), @a(@a(@b))().f())
"""
