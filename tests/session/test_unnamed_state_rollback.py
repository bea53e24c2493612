"""What no name leads to at once is taken back too: caches, names of functions, packed values, hostile keys."""

import pytest

from gradcli.session.session import Session
from gradcli.session.snapshot import Snapshot
from support.rollback import failing

SETUP = """
import torch, torch.nn as nn, io, sys
from collections import Counter, OrderedDict, defaultdict, namedtuple
from functools import cache, lru_cache, wraps
from torch.utils.checkpoint import checkpoint
def counting(result=None):
    calls = []
    def count(*args):
        calls.append(1)
        print(len(calls))
        return args[0] * 2 if result is None else result
    return count
class Key:
    bad = False
    def __hash__(self):
        if Key.bad: raise ValueError('hashed')
        return 1
    def __eq__(self, other):
        if Key.bad: raise ValueError('compared')
        return self is other
x = torch.ones(2, requires_grad=True)
"""
HOSTILE = "Key.bad = True; d['b'] = 3; d.pop('a', 0); s.add(5)"
CASES = {       # what is there before, the statement, and what tells its effect
    "a name": ("def f(): pass", "f.__name__ = 'g'; f.__qualname__ = 'h'; f.__doc__ = 'i'",
               "print(f.__name__, f.__qualname__, f.__doc__, f)"),
    "a name that wraps": ("def f(): pass\ndef g(): pass", "wraps(f)(g)", "print(g.__name__)"),
    "results": ("k = 1\n@lru_cache\ndef f(x): return k * x", "k = 2; f(3)", "print(f(3), f.cache_info())"),
    "results of a few": ("f = lru_cache(2)(counting(0)); f(1); f(2)", "f(1); f(3)", "f(2); f(3); f(1)"),
    "results of objects": ("f = cache(counting(0)); k = Key(); f(k); f(Key())", "f.cache_clear(); Key.bad = True",
                           "f(k); print(f.cache_info())"),
    "a buffer": ("b = io.BytesIO()\ntorch.save(1, b)", "torch.save(2, b)", "print(torch.load(b))"),
    "a text": ("i = iter('\xe9abc')", "next(i)", "print(next(i))"),
    "an object's items": ("class N:\n    def __getitem__(self, at): return at\ni = iter(N())", "next(i)",
                          "print(next(i))"),
    "a text backwards": ("i = reversed('abc')", "next(i)", "print(next(i))"),
    "arguments": ("", "sys.argv.append('x')", "print(sys.argv)"),
    "defaults": ("P = namedtuple('P', 'a', defaults=[[1]])", "P().a.append(2)", "print(P())"),
    "ordered values": ("v = OrderedDict(a=[1]).values()", "list(v)[0].append(2)", "print(v)"),
    "what deletes": ("class A:\n    p = property(None, None, counting(0))\na = A()", "del a.p", "del a.p"),
    "notes": ("y = x * 2", "y.grad_fn.metadata['a'] = 1", "print(y.grad_fn.metadata)"),
    "a saved result": ("y = x.exp() * 2", "y.grad_fn.next_functions[0][0]._saved_result.data.add_(1)",
                       "print(y.grad_fn.next_functions[0][0]._saved_result)"),
    "what unpacks": ("unpack = counting(x.data)\nwith torch.autograd.graph.saved_tensors_hooks(lambda t: t, unpack):\n"
                     "    y = x.exp() * 2\ndel unpack",
                     "y.sum().backward(retain_graph=True)", "y.sum().backward()"),
    "what computes anew": ("y = checkpoint(lambda t, count=counting(): count(t).exp(), x, use_reentrant=False) * 2",
                           "y.sum().backward(retain_graph=True)", "y.sum().backward()"),
} | {
    f"keys of a {kind}": (f"d = {kind}(); d[Key()] = 1; d['a'] = 2; d[Key(), 1] = 3\ns = {{Key(), Key()}}", HOSTILE,
                          "print(Key.bad, len(d), len(s))")
    for kind in ("dict", "defaultdict", "OrderedDict", "Counter")
}


def prepared(setup):
    session = Session("modern", seed=1)
    session.run(f"{SETUP}{setup}\n", echo=False)
    return session


def ran(session, text):
    try:
        return session.run(f"{text}\n", echo=False)
    except Exception as error:
        return str(error)


@pytest.mark.parametrize("name", CASES)
def test_what_no_name_leads_to_is_taken_back(name):
    setup, statement, probe = CASES[name]
    expected = ran(prepared(setup), probe)
    session = prepared(setup)
    assert failing(session, statement)
    assert ran(session, probe) == expected
    session = prepared(setup)
    checkpoint = Snapshot(session)
    with checkpoint.watching():
        session.run(f"{statement}\n", echo=False)
    checkpoint.discard_unchanged()
    seen = Snapshot(session)
    assert ran(session, probe) != expected
    seen.restore()
    checkpoint.restore()
    assert ran(session, probe) == expected


def test_taking_back_runs_no_code_of_the_program():
    """Hashes and comparisons that never end would never be interrupted."""
    setup = """
calls = []
class Loud:
    def __init__(self, hashed): self.hashed = hashed
    def __hash__(self):
        calls.append('hash')
        return self.hashed
    def __eq__(self, other):
        calls.append('eq')
        return True
first, second = Loud(1), Loud(2)
d, s = {first: 1, (second, 1): 2, frozenset([first]): 3, **{str(i): i for i in range(50)}}, {first, second}
for i in range(50): del d[str(i)]
second.hashed = 1
calls.clear()
"""
    session = prepared(setup)
    assert failing(session, "d['new'] = 4; s.add(7)")
    assert session.run("print(calls)\n", echo=False) == "[]\n"
    assert session.run("print(len(d), len(s), first in d, first in s)\n", echo=False) == "3 2 True True\n"


def test_sets_within_sets_are_no_long_way():
    session = prepared("f = frozenset([1])\nfor i in range(200): f = frozenset([f, (f, 1)])\nd = {f: 1}\n")
    assert failing(session, "d[3] = 4")
    assert session.run("print(len(d))\n", echo=False) == "1\n"
