"""No hostile call brings anything into a program's hands that is not of the closed set."""

import sys

import numpy as np
import pytest

from gradcli import exposure
from gradcli.lang.runtime import attributes, runtime
from gradcli.namespace.python import copy
from gradcli.session.session import Session
from safety.closed_set import ClosedSet, real_address
from safety.walk_findings import program
from safety.walk_hostile import Walk

CALLS = 2_000       # of each style; `python -m safety.walk_command` goes on for as long as one likes
STRANGERS = (np.zeros(1), np.float32(1), np.add, np.dtype("f4"), sys, sys._getframe(), (k for k in ()), int, b"", object(),
             vars(int), open, sys.getsizeof, np.linalg.LinAlgError("x"), sys._getframe().f_code, memoryview(b""),
             eval, [].__len__, ValueError().with_traceback, int.__add__, property, BufferError("x"), program)


@pytest.mark.parametrize("style", ["tutorial", "modern"])
def test_no_call_brings_in_what_does_not_belong(style, capsys):
    walk = Walk(seed=0, style=style).run(CALLS)
    with capsys.disabled():
        print(f"\nhostile walk, {style}: {walk.calls} calls, {walk.values} values of {len(walk.closed.met)} types")
    assert not walk.findings, "\n".join(walk.findings.report())
    assert walk.values > walk.calls > 500


@pytest.mark.parametrize("stranger", STRANGERS, ids=lambda value: type(value).__name__)
def test_strangers_are_known_in_any_container_and_exception(stranger):
    closed = ClosedSet()
    noted, chained = ValueError("x"), KeyError("x")
    noted.__notes__ = [stranger]
    chained.__context__ = ValueError([stranger])
    for holder in (stranger, [stranger], (1, {"a": stranger}), ValueError(stranger), KeyError([stranger]), noted, chained):
        assert list(closed.strangers(holder)), holder


def test_members_are_no_strangers():
    session = Session()
    session.run("class A: pass\ndef f(): pass\nimport collections\nv = [A, A(), f, int, torch.ones(2), nn.Linear(1, 1), (1, 'a'),"
                "{1: [A()]}, torch.float32, collections.deque([A]), [].append, 'a'.upper, ValueError(A), math, map(f, [1])]")
    assert not list(ClosedSet().strangers(session.names()["v"]))


def test_a_true_address_is_told_from_a_number():
    assert real_address(f"<object at {id(sys):#x}>") and not real_address("<object at 0x7f2a5c000010> 0xffffffffffff")


SLIPS = {"numpy.float32": lambda x: np.float32(1), "a type of Python's": type, "builtins.BufferError": lambda x: x.nothing.at.all,
         "exception.args": lambda x: 5 / 0, "a true address": lambda x: f"{id(x):#x}"}


@pytest.mark.parametrize("why, slip", SLIPS.items(), ids=SLIPS)
def test_the_walk_sees_a_slip(why, slip, monkeypatch):
    """A function that is wrong on purpose: what it returns, raises, or raises with something inside."""
    def raising(x):
        try:
            return slip(x)
        except ZeroDivisionError:
            raise KeyError(type(x)) from None
        except AttributeError:
            raise BufferError("disk") from None

    for module in (exposure, attributes, runtime):        # the walk is to see what the gates would stop
        monkeypatch.setattr(module, "admit", lambda value: value)
    monkeypatch.setattr(runtime, "sanitised", lambda formatter, error: error)
    raising.__code__ = raising.__code__.replace(co_filename=copy.__file__)
    monkeypatch.setattr(copy, "copy", raising)
    walk = Walk(seed=0)
    walk.run(600)
    assert any(why in f"{finding.way}: {finding.why}" for finding in walk.findings.by.values()), list(walk.findings.report())


def test_a_walk_is_what_its_seed_says():
    first, second = (Walk(seed=3) for _ in range(2))
    drawn = []
    for walk in (first, second):
        walk.run(50)
        drawn.append(sorted(walk.raised.items()))
    assert drawn[0] == drawn[1]
