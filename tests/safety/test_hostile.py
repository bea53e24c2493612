"""Hostile programs are refused with a diagnosis, or harmless; innocent ones beside them run."""

import re
import sys
from contextlib import contextmanager
from functools import cache

import pytest

from gradcli.faults.mistakes import ProgramExit
from gradcli.faults.tree import Fault, LimitFault
from gradcli.session.session import Session
from safety.benign import BENIGN
from safety.hostile import HARMLESS, PROGRAMS

WATCHED = ("os.", "subprocess.", "socket.", "shutil.", "ctypes.", "pty.", "urllib.")
LEAKED = re.compile(r"<class 'type'>|<module '\w+' (from|\(built)|/root|/home|/usr|Traceback|mappingproxy|numpy\.(?!random'$|lib')|<locals>|0x(?!7f2a5c|110000)[0-9a-f]{6}")


class Ears:
    """What the interpreter reports while a program runs that ought to reach nothing."""

    events = None


def _listen(event, args):
    events = Ears.events
    if events is None:
        return
    if event == "open" and (isinstance(args[1], str) and set(args[1]) & set("wax+") or "passwd" in str(args[0])):
        events.append((event, args))
    if event.startswith(WATCHED) and not event.startswith(("os.listdir", "os.scandir")):
        events.append((event, args))


@cache
def _start_to_listen():
    """Add the hook, which stays for good, once it is needed."""
    sys.addaudithook(_listen)


@contextmanager
def listening():
    _start_to_listen()
    Ears.events = events = []
    try:
        yield events
    finally:
        Ears.events = None


@pytest.fixture(scope="module")
def warm():
    """What programs load most is loaded, and what they load later leaves no files: what is heard is theirs."""
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    Session().run("nn.Linear(1, 1); optim.SGD([nn.Parameter(torch.ones(1))], lr=0.1); torch.func.vmap; torch.eye(2).inverse()")
    yield
    sys.dont_write_bytecode = before


@pytest.mark.parametrize("text", PROGRAMS.values(), ids=PROGRAMS)
def test_hostile(text, warm):
    printed, fault = "", None
    session = Session()
    with listening() as events:
        try:
            printed = session.run(text)
        except Fault as error:
            fault = error
    assert not events
    assert not LEAKED.search(printed), printed
    if fault is not None:
        assert not isinstance(fault, LimitFault) or isinstance(fault, ProgramExit)
        assert fault.span is not None and fault.status in (1, 3) and not LEAKED.search(fault.message), fault
    else:
        assert harmless(text, printed), (text, printed)


def harmless(text, printed):
    """Whether a program that ran gave nothing but plain text or numbers."""
    return text in HARMLESS or len(printed) < 200 and not re.search(r"__\w+__|<class|built-in", printed.replace("__main__", ""))


@pytest.mark.parametrize("text, printed", BENIGN.values(), ids=BENIGN)
def test_innocent(text, printed):
    assert Session().run(text, echo=False) == printed


def test_the_corpus_is_large():
    assert len(PROGRAMS) >= 1000
