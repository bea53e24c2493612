"""What a class of a program gives without end is stopped by the budget, however Python goes through it."""

import pytest

from lang.against_python import Both

COUNTING = """class A:
    n = 0
    def __iter__(self): return self
    def __next__(self):
        A.n += 1
        return A.n
class Items:
    def __getitem__(self, i): return str(i)
class Keys:
    def __getitem__(self, i): return i
    def keys(self):
        i = 0
        while True:
            i += 1
            yield str(i)
def g():
    while True: yield 1
def f(*args, **options): pass
"""
ENDLESS = """list(A())|[*A()]|tuple(Items())|set(A())|sorted(g())|''.join(Items())|f(*A())|f(**Keys())|dict(Keys())|{**Keys()}
for x in A(): pass|[x for x in A()]|a, *b = g()|x = []; x.extend(A())|x = []; x += g()|x = {1}; x.update(A())
x = [1]; x[0:0] = A()|list(zip(A(), g()))|list(map(str, A()))|sum(g())|max(g())|any(x > 2 for x in g())
list(enumerate(Items()))|dict(zip(A(), A()))|x = g(); [*x, *x]|list(x for x in g())|print(*A())""".replace("|", "\n").split("\n")
BOTH = Both()


@pytest.mark.parametrize("text", ENDLESS)
def test_the_endless_is_stopped(text):
    assert BOTH.ours(COUNTING + text + "\n") is None


def test_an_honest_one_is_not():
    assert BOTH.ours(COUNTING + "print(next(A()), next(g()), [x for x, _ in zip(Items(), range(3))])\n") == (
        "1 1 ['0', '1', '2']\n", "")


def test_no_program_catches_the_limit():
    assert BOTH.ours(COUNTING + "try: list(A())\nexcept Exception: print('went on')\nprint('went on')\n") is None
