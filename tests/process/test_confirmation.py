"""Questions on the terminal: no process that runs, and nothing typed ahead, answers them."""

import os
import pty
import re
import select
import signal
import sys
import termios
import time

import pytest

from gradcli.process import confirmation, descendants
from support import processes

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
ASKED = re.compile(rb"Type (\w+) to agree: ")


def asking(before=lambda: None):
    """The number of a process that asks on a terminal of its own, and that terminal."""
    child, terminal = pty.fork()
    if not child:
        status = 3
        try:
            os.write(1, b"ready\n")
            time.sleep(0.3)     # while somebody types ahead
            before()
            status = 0 if confirmation.agreed("replace f\x1b[2J\u202e?") else 1
        except KeyboardInterrupt:
            status = 2
        finally:
            os._exit(status)
    return child, terminal


def until(terminal, pattern, seen=b""):
    end = time.monotonic() + 20
    while not re.search(pattern, seen):
        assert time.monotonic() < end, seen
        if select.select([terminal], [], [], 0.1)[0]:
            seen += os.read(terminal, 1024)
    return seen


def status_of(child):
    end = time.monotonic() + 20
    while time.monotonic() < end:
        there, status = os.waitpid(child, os.WNOHANG)
        if there:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    raise AssertionError("it goes on waiting")


@pytest.mark.parametrize("typed, status", [
    (b"WORD\n", 0), (b" WORD \n", 0), (b"y\n", 1), (b"yes\n", 1), (b"\n", 1), (b"WOR\n", 1), (b"\x1b[?25;1$yWORD\n", 1),
    (b"\x03", 2), (b"\x04", 1)])
def test_only_the_word_that_is_asked_for_agrees(typed, status):
    child, terminal = asking()
    until(terminal, b"ready")
    os.write(terminal, b"y\n")
    seen = until(terminal, ASKED)
    os.write(terminal, typed.replace(b"WORD", ASKED.search(seen)[1]))
    assert status_of(child) == status
    os.close(terminal)
    assert b"\x1b[2J" not in seen and b"replace f?[2J??" in seen


def test_the_word_is_another_one_each_time():
    assert len({confirmation.random_word() for _ in range(100)}) > 90


def test_the_line_discipline_is_ours_while_it_is_asked_and_theirs_afterwards():
    def hostile():
        attributes = termios.tcgetattr(0)
        attributes[3] = termios.ICANON
        attributes[6][termios.VKILL], attributes[6][termios.VEOL] = b"$", b"y"
        termios.tcsetattr(0, termios.TCSANOW, attributes)

    child, terminal = asking(hostile)
    until(terminal, ASKED)
    inside = termios.tcgetattr(terminal)
    assert inside[6][termios.VEOL] == b"\0" and inside[6][termios.VKILL] == b"\x15" and inside[3] & termios.ECHO
    os.write(terminal, b"\x1b[?25;1$y")
    assert not select.select([terminal], [], [], 0.5)[0] or b"agree" not in os.read(terminal, 1024)
    assert not os.waitpid(child, os.WNOHANG)[0]
    os.write(terminal, b"\n")
    assert status_of(child) == 1
    assert termios.tcgetattr(terminal)[6][termios.VEOL] == b"y"
    os.close(terminal)


@LINUX
def test_a_signal_that_ends_the_process_ends_the_question():
    child, terminal = asking(lambda: signal.signal(signal.SIGTERM, lambda *_: os._exit(9)))
    until(terminal, ASKED)
    os.kill(child, signal.SIGTERM)
    assert status_of(child) == 9
    os.close(terminal)


def forked(action):
    child = os.fork()
    if not child:
        try:
            action()
        finally:
            os._exit(1)
    return child


@LINUX
@pytest.mark.parametrize("deed", ["one", "tree"])
def test_nothing_runs_while_all_are_stopped(deed):
    read, write = os.pipe()

    def work():
        os.dup2(write, 1)
        for _ in range(3 * (deed == "tree")):
            os.fork()
        while True:
            os.write(1, b".")

    def supervise():
        os.set_blocking(read, False)
        descendants.adopt()
        forked(work)
        processes.until(lambda: len(descendants.descendants()) == (8 if deed == "tree" else 1) and drain())
        try:
            with descendants.stopped():
                drain()
                time.sleep(0.2)
                quiet = not drain()
        except OSError:
            quiet = False
        goes_on = processes.until(drain)
        for process in descendants.descendants():
            os.kill(process.number, signal.SIGSTOP)
        for process in descendants.descendants():
            os.kill(process.number, signal.SIGKILL)
        os._exit(0 if quiet and goes_on else 5 + quiet)

    def drain():
        content = b""
        try:
            while piece := os.read(read, 1 << 16):
                content += piece
                if len(content) > 1 << 22:
                    break
        except BlockingIOError:
            pass
        return content

    supervisor = forked(supervise)
    os.close(write)
    try:
        assert status_of(supervisor) == 0
    finally:
        os.close(read)
