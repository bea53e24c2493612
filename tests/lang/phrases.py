"""More pieces of random programs, as in `idioms.py`: about containers and texts, and statements likely to go wrong."""

CONTAINERS = """
@a = $list
@b = @a
@a += $list
@c = @a + [$any]
@a[1:2] = $list
@a[len(@a):] = [$any, $any]
print(@a, @b is @a, @c, @a[::-1], @a[-2:], @a[$n:$n + 2], @a[::2], @a[:-1])
del @a[::2]
del @a[:1]
print(@a, @b)
try: @a[::2] = [1, 2, 3, 4, 5]
except ValueError as e: print(e)
try: @a[$n]
except IndexError as e: print(e)

@a = $dict
@a[$any] = $any
@b = {**@a, 'k': $any} | {'m': 1}
@a |= {'z': $any}
print(@a, @b, list(@b.items()), @a.get('z'), @a.keys() & {'z'}, 'k' in @b, len(@b), list(reversed(@b)))
for @c, @d in sorted(@b.items(), key=str): print(@c, @d)
print({@d: @c for @c, @d in [('a', 1), ('b', 1)]}, @a == @b, @b.pop('m'), @b.setdefault('k', 3), @b.popitem())
del @b['k']

@a = set($list[:3])
@a |= {$int}
@a ^= {1, 2}
print(sorted(@a, key=str), len(@a), @a >= {1}, @a - {1} == @a, {$int} & {$int}, @a.isdisjoint([9]))

@a, *@b, @c = $any, $any, $any
[@d, *_], @e = [$any, 2], $any
@a, @c = @c, @a
@f = @g = [$any]
@f.append(0)
print(@a, @b, @c, @d, @e, @g, _)
try: @a, @b = $any
except Exception as e: print(e)
try: @a, *@b, @c = $list
except Exception as e: print(e)

@a = [[$any] * 2 for _ in range(2)]
@a[0][1] = $any
@a[1] += [$any]
@b = [[0] * 2] * 2
@b[0][0] = 1
print(@a, @b, [list(@c) for @c in zip(*@a)], sum(@a, []), [@d for @c in @a for @d in @c])

@a = [1]
@a.append(@a)
@b = {'d': 1}
@b['self'] = @b
print(@a, @b, (@a,), repr(@a) + str(@b))

print(sorted([(2, 'b'), (1, 'b'), (2, 'a')], key=lambda q: q[0], reverse=$bool), sorted($str), sorted([3, -1, 2.5, True], key=abs), max($list, key=str, default=0),
      min(['aa', 'b'], key=len), sorted(['b', 'A'], key=str.lower), list(map(str.upper, 'ab')), max($str, default='-'))

@a = iter($list)
print(next(@a, 'none'), list(@a), next(@a, 'end'), list(zip('ab', $list)), dict(zip($str, range(9))), list(map(lambda p, q: (p, q), [1, 2], $list)))
@b = zip(range(3), $str)
for @c, @d in @b:
    print(@c, @d)
    if $bool: break
print(list(@b), [*reversed($tuple)], [*filter(lambda q: q, $list)], [*enumerate($list[:2])])
@b = (q for q in $list if q)
print(next(@b, 0), list(@b), list(@b))

print([q for q in range(5) if q % 2 if q > 1], [(q, r) for q in range(3) for r in range(q) if r != 1], {q % 3 for q in range(5)}, {q: r for q, r in enumerate($str)},
      [[r for r in range(q)] for q in range(3)], [@a := q for q in range(2)], @a, sum(q * q for q in range($n)), [q for q, in [(1,)]], [*(q for q in $str)])

print(range($n, 9, 2)[::-1], list(range(5, $n, -1)), $n in range(1, 9, 3), range(3) == range(0, 3, 1), len(range(9, 0, -2)), range(9).index(3), range(9)[-2:])

@a = 'k'
print({@a: $any, **{'k': 2}}, {1: 'a', True: 'b', 1.0: 'c'}, {**$dict, **$dict}, [*$list, *$str], (*$tuple, 1), {*$str}, {(): 1, (1,): 2}, {1: {2: {3: []}}})

@a = (1, [$any])
try: @a[1] += [$any]
except TypeError as e: print(e)
try: @a[0] = 1
except TypeError as e: print(e)
print(@a, @a + (2,), @a * 2, @a[1:], (1,), ((),), @a == (1, [1]), (1, 2) < (1, 3), [1] < [1, 0])
"""

TEXTS = """
@a = $str
print(f'{@a}|{@a!r:>8}|{@a:^9}|{@a:*<5}|{len(@a):03d}|{@a=}|{@a!s:.2}|{{}}|{@a + "x":>{len(@a) + 3}}', f"{'q' if @a else 'r'}{1:{2}}")
print(@a[1:], @a[::-1], @a[-1:], @a * 2, @a in @a + 'x', @a < 'b', @a.split('l'), @a.partition('e'), '-'.join(@a), @a.replace('a', $str), 'x'.join($str.split()))
print('%s|%10s|%-6s|%.2s|%r' % (@a, @a, @a, @a, @a), '%(k)s %(k)r %(n)05d' % {'k': @a, 'n': $n}, '%d%%' % $n, '%*d|%-*d|' % (4, $n, 3, $n))
print('{} {!r:>9} {:<4}|'.format(@a, @a, @a), '{0}{1}{0}'.format(@a, $n), '{k:>{w}}'.format(k=@a, w=$n + 4), '{0[0]} {1[k]}'.format([@a], {'k': $any}), '{{{}}}'.format(@a))

@a = $float
print(f'{@a:.2f}|{@a:8.3f}|{@a:e}|{@a:g}|{@a:+}|{@a:,.1f}|{@a:.1%}|{@a!r}|{@a:08.2f}|{@a:<9}|{@a}', '%.3f %e %g %5.1f %s' % (@a, @a, @a, @a, @a), round(@a, $n), round(@a), int(@a), @a // 1, @a % 1)

@a = $int
print(f'{@a:d}|{@a:5}|{@a:<5}|{@a:^7}|{@a:x}|{@a:#b}|{@a:o}|{@a:,}|{@a:_}|{@a:+d}|{@a:05d}|{@a:e}', '%d %5d %-5d %05d %x %o %+d %s' % ((@a,) * 8), -@a // 3, -@a % 7, @a % -7, divmod(@a, -4), @a ** 2, ~@a, @a & 255, @a >> 2, -@a >> 1)

print(1e16, 1e15, 123456789.125, 1e-5, 0.0001, 1e100, -0.0, 0.1 + 0.2, $float, 2 ** 70, -2 ** 2, 2 ** -1, float('inf'), -float('inf'), float('nan'), 1e308 * 10, 5 // 0.3, -7.5 % 2)
print(round(0.5), round(1.5), round(2.675, 2), round(-2.5), round(1250, -2), round($float, 1), int('ff', 16), int('-12'), float('1e3'), int('0b11', 0), bool(''), 1 == 1.0 == True, 10 ** 20 == 1e20)

print('a' 'b' "c" r'\\n' '\\x41\\u0042\\101\\N{BULLET}', 'it\\'s', "q\\"q", '\\t|\\n|\\\\', '''one
two''', \"\"\"a "quoted" word\"\"\", 'joined \\
on', len('\\0'), repr('\\x00\\x7f\\u200b\\xa0é'))

print($str.strip('ah'), $str.find('l'), $str.count('l'), $str.title(), $str.isalpha(), $str.zfill(6), $str.center(9, '*'), $str.startswith(('a', 'h')), $str.rsplit('l', 1), $str.expandtabs(4),
      $str.splitlines(), $str.encode if 0 else 0, $str.isupper(), $str.capitalize(), $str.swapcase(), $str.rpartition('l'), $str.removesuffix('o'), $str.ljust(7, '.'), $str.index($str[:1]))

print($any, $any, sep=$str, end=';\\n'); print(*$list, sep='|'); print(); print($any, end=''); print(None, True, ..., NotImplemented, (1,), [], {}, set(), '', 1.0)

print(str($any), repr($any), [str(q) for q in $list], str([$any]), str(($any,)), str({'a': $any}), '%s' % [$any], '%r' % ($any,))
@a, @b = $any, $any
print(f'\\N{BULLET} {@a}|{@b!r}|{[@a, @b]}|{ {@c: 1 for @c in "ab"} }|{@a if @b else 0}|{(lambda: 1)()}|{@a, @b}', f'''{@a=} {@b = !r:>{$n}}''')
"""

MISTAKES = """
$any + $any
$any - $any
$any * $any
$any / $any
$any // $any
$any % $any
$any ** $n
$any < $any
$any >= $any
$any | $any
$any & $any
$any[$any]
$any[$n]
$any[$n:]
$any()
$any($any)
$any.absent
$any.append($any)
$any in $any
-$any
~$any
len($any)
int($any)
float($any)
list($any)
dict($any)
set($any)
sum($any)
max($any)
min($any, $any)
sorted($any)
abs($any)
round($any, $any)
int($str)
float($str)
int($str, $n)
$str + $int
$list + $tuple
$int + $str
[1, 2][$any]
'abc'[$any]
{}[$any]
{1: 2}[$any]
(1, 2)[$any]
$list.index($any)
$list.remove($any)
$list.pop($any)
$dict.pop($any)
$set.remove($any)
$str.index($str)
$str.join($any)
$str.split($any)
$str.replace($any, $any)
$str % $any
'%d' % $any
'%s %s' % $any
'{} {}'.format($any)
'{a}'.format($any)
'{:d}'.format($any)
f'{$n:d} {$n!r:>{$n}}'
next(iter($list))
next($any)
iter($any)
isinstance($any, $any)
zip($any)
list(map($any, [1]))
list(enumerate($any))
range($any)
reversed($any)
divmod($any, $any)
pow($any, $any)
pow($int, $int, $n)
{$any: 1}
{$any, $any}
[*$any]
{**$any}
print(*$any)
raise $error($any)
raise $any
raise ValueError from $any
assert $any, $any
for q in $any: break
for q, r in $any: break
q, r = $any
q, *r = $any
[q, r], s = $any
$list[$n] = $any
$any[$n] = $any
del $any[$n]
del $list[$any]
$list[$n:$n] = $any
$any.attribute = 1
$tuple[0] += 1
undefined
del undefined
"""
