"""The process that waits: what becomes of the one that works, and of the signals it is sent; and terminals."""

import os
import shlex
import signal
import subprocess
import sys

import pexpect
import pytest

from support.processes import children, starting, state, until
from support.program import environment

LOOP = "print(1)\nwhile True: pass"


@pytest.fixture
def program():
    """The program, at work on LOOP."""
    with starting() as start:
        program = start("eval", LOOP, PYTHONUNBUFFERED="1")
        assert program.stdout.readline() == b"1\n"
        yield program


needs_proc = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")


@needs_proc
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_what_ends_one_ends_both(program, number):
    [worker] = children(program.pid)
    program.send_signal(number)
    assert program.wait(20) == -number
    assert until(lambda: not state(worker))


@needs_proc
@pytest.mark.parametrize("number, status", [(signal.SIGTERM, -signal.SIGTERM), (signal.SIGHUP, -signal.SIGHUP),
                                            (signal.SIGINT, 130)])
def test_a_worker_that_does_not_obey_is_ended(program, number, status):
    [worker] = children(program.pid)
    os.kill(worker, signal.SIGSTOP)     # which obeys nothing else
    program.send_signal(number)
    assert program.wait(20) == status
    assert until(lambda: not state(worker))


@needs_proc
@pytest.mark.parametrize("number, status, message", [
    (signal.SIGSEGV, 5, b"error[G0605]: something in the program is nested too deeply"),
    (signal.SIGKILL, 5, b"error[G0602]: the system ended the program"), (signal.SIGXCPU, 5, b"error[G0603]: the program ran for longer"),
    (signal.SIGINT, 130, b"interrupted")])
def test_what_ends_the_worker_is_told(program, number, status, message):
    os.kill(children(program.pid)[0], number)
    assert program.wait(20) == status
    assert program.stderr.read().startswith(message)


def on_a_terminal(*words):
    """What a terminal gets to see."""
    seen, status = pexpect.run(shlex.join([sys.executable, "-m", "gradcli", *words]), timeout=60, withexitstatus=True,
                               env=environment(TERM="xterm"))
    assert status is not None, f"it goes on: {seen!r}"
    return seen


ESCAPES = "print('a\\x1b[31mb\\x07\\rc\\u202ed\\x9be')\nprint('α\\tβ', end='!\\n')\n'\\x1b[2J'"


def test_a_terminal_gets_no_escape_sequences():
    seen = on_a_terminal("eval", ESCAPES)
    assert seen.decode().replace("\r\n", "\n") == "a\\x1b[31mb\\x07\\x0dc\\u202ed\\x9be\nα\tβ!\n'\\x1b[2J'\n"


def test_a_pipe_gets_them_as_they_are():
    completed = subprocess.run([sys.executable, "-m", "gradcli", "eval", ESCAPES], env=environment(), capture_output=True, check=True)
    assert completed.stdout.decode() == "a\x1b[31mb\x07\rc\u202ed\x9be\nα\tβ!\n'\\x1b[2J'\n"


def test_a_diagnostic_on_a_terminal_shows_none_either():
    seen = on_a_terminal("eval", "--color", "never", "raise ValueError('\\x1b[31mred')")
    assert b"\x1b" not in seen and b"red" in seen


def test_inherited_descriptors_leave_room_for_those_that_programs_need():
    """A shell, or a test runner, may hand over more of them than a program itself may open."""
    code = ("import os, sys\n"
            "for _ in range(150): os.set_inheritable(os.open(os.devnull, os.O_RDONLY), True)\n"
            "os.execv(sys.executable, [sys.executable, '-m', 'gradcli', 'eval', 'nn.Linear(1, 1)'])\n")
    completed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (completed.returncode, completed.stderr) == (0, "") and completed.stdout.startswith("Linear")
