"""What crashed the interpreter once ends as it should, and what reached past a base class is refused."""

import pytest

from gradcli.faults.tree import ArgumentFault, Fault, LimitFault, PolicyFault
from gradcli.session.session import Session
from safety.crashing import CRASHED, REFUSED
from support.program import gradcli


@pytest.mark.parametrize("text, status, printed", CRASHED.values(), ids=CRASHED)
def test_the_interpreter_stands(text, status, printed):
    outcome = gradcli("eval", "--time-limit", "60", text)
    assert outcome.status == status, outcome.err
    assert "for this machine" not in outcome.err
    assert printed is None or outcome.out.endswith(printed)


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_bases_keep_their_names(text):
    with pytest.raises((Fault, TypeError)) as caught:
        Session().run(text)
    assert isinstance(caught.value, PolicyFault | ArgumentFault | TypeError) or "two different names" in str(caught.value)


@pytest.mark.parametrize("text", (
    "x = E.A * E.B", "x = E.A + 0\nwhile True: x = x * E.A", "'a' * E.N", "E.N * [0]", "J() * 'a'", "(0,) * J()",
    "x = [0]\nx *= J()", "next(itertools.combinations_with_replacement([1], 10 ** 8))",
    "collections.Counter({1: J()}).elements()", "statistics.quantiles([1., 2.], n=10 ** 9)"))
def test_products_of_what_counts(text):
    begin = """
import collections, itertools, statistics
from enum import IntEnum
class E(IntEnum):
    A = 1 << 900000
    B = 1 << 900001
    N = 10 ** 10
class J:
    def __index__(self): return 10 ** 10
    def __mul__(self, other): return NotImplemented
    __rmul__ = __mul__
"""
    with pytest.raises(LimitFault) as caught:
        Session().run(begin + text)
    assert "not enough memory" not in caught.value.message
