"""Programs that overran the machine's stack or memory by way of C code, and how each ends now: its status, its end."""

LINE = """
def base():
    while True: yield 0
lines = [base()]
for i in range(60000): lines.append({made}([lines[-1]]))
next(lines[-1])
for i in range(60000, 0, -1): next(lines[i])
print('built')
"""
LET_GO = "last = lines[-1]\nlines = None\nlast = None\nprint('went on')\n"
BY_LOOP = "def g(box):\n    yield 0\n    for v in box.pop(): yield v\n"
BY_FROM = "def g(box):\n    yield 0\n    yield from box.pop()\n"
THROUGH = "class It:\n    def __init__(self, x): self.x = x\n    def __iter__(self): return self.x\nx = iter([1] * 10)\n"
EVIL = """
class Evil:
    def __init__(self, values): self.values = values
    def __iter__(self):
        yield from list(self.values)
        self.values.clear()
    def __rmul__(self, other): return self
    def __ror__(self, other): return self
class Context:
    def __init__(self, values): self.values = values
    def __enter__(self): return Evil(self.values)
    def __exit__(self, *rest): pass
class Outer:
    def __init__(self, values): self.values = values
    def __setitem__(self, key, new): self.values[key] = new
back = slice(None, None, -1)
for turn in range(200):
    x = list(range(10000))
    try:
        {assign}
    except ValueError: pass
print('went on')
"""
WENT_ON, TOO_DEEP = (0, "went on\n"), (5, None)

CRASHED = {
    "loops over generators, let go of": (BY_LOOP + LINE.format(made="g") + LET_GO, *WENT_ON),
    "yield from generators, let go of": (BY_FROM + LINE.format(made="g") + LET_GO, *WENT_ON),
    "chains, let go of": ("import itertools\n" + LINE.format(made="(lambda box: itertools.chain.from_iterable([[0], box[0]]))") + LET_GO,
                          *WENT_ON),
    "yield from generators, closed": (BY_FROM + LINE.format(made="g") + "lines[-1].close()", *TOO_DEEP),
    "yield from generators, thrown into": (BY_FROM + LINE.format(made="g") + "lines[-1].throw(ValueError())", *TOO_DEEP),
    "classes in a line": ("class C: pass\nfor i in range(5000):\n    class C(C): pass\n", *TOO_DEEP),
} | {
    made: (f"{THROUGH}for i in range(200000): x = {made}\nprint(next(x))", *TOO_DEEP)
    for made in ("map(abs, It(x))", "filter(None, It(x))", "zip(It(x))", "enumerate(It(x))", "enumerate(iterable=It(x))")
} | {
    assign: (EVIL.format(assign=assign), *WENT_ON)
    for assign in ("x[back] = Evil(x)", "x[::-1] = Evil(x)", "x[back] *= Evil(x)", "x[back] |= Evil(x)", "x[::-1] |= Evil(x)",
                   "a, x[back] = 1, Evil(x)", "Outer(x)[::-1] = Evil(x)", "for x[back] in [Evil(x)]: pass",
                   "with Context(x) as x[back]: pass", "[0 for x[back] in [Evil(x)]]")
}

REFUSED = {
    "a cached property that takes another name": """
from functools import cached_property
p = cached_property(lambda self: 5)
class Good(nn.Module): x = p
class Other: _buffer_dict = p
Good().x
""",
    "a field that a base keeps": """
from dataclasses import dataclass
@dataclass
class A: _buffer_dict: int
class B(A, nn.Module): pass
""",
    "a member that a base keeps": "from enum import Enum\nclass E(Enum): _value = 1\n",
    "a tuple that lies about its length": """
from typing import NamedTuple
class P(NamedTuple): x: int
class Q(P):
    def __len__(self): return 10 ** 12
""",
    "a tuple that lies by a mixin": """
from typing import NamedTuple
class P(NamedTuple): x: int
class M:
    def __iter__(self): return iter([])
class Q(M, P): pass
""",
}
"""Names that bases keep for themselves, and what C code reads from tuples itself: no program has a say in it."""
