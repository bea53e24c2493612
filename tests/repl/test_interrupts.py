"""Ctrl-C, the time limit and the end of the process against statements that do not listen."""

import os
import signal
import sys
import time

import pytest

from support.processes import children, descendants, state

CTRL_C = "\x03"
PROMPTLY = 8.0      # seconds: a third of one where nothing else runs
COPIES = sys.platform == "linux"
only_with_copies = pytest.mark.skipif(not COPIES, reason="no copy of the process stands by here")

RUNNING = {
    "a loop": "while True: y = x.add_(1)",
    "a product of matrices": "x.add_(1); y = torch.randn(4000, 4000); z = [y.mm(y) for i in range(50)]",
    "the sorting of a tensor": "x.add_(1); y = [torch.randn(30000000).sort() for i in range(9)]",
    "a singular value decomposition": "x.add_(1); y = torch.randn(2500, 2500).svd()",
    "a sum in C": "x.add_(1); y = [sum(range(100000000)) for i in range(50)]",
    "a sorted list": "x.add_(1); y = [sorted(range(20000000), key=lambda i: -i) for j in range(9)]",
    "a flood of output": "while True: print('word ' * 20, x.add_(1)[0])",
    "a representation": "x.add_(1); slow",
    "a command that shows a value": ":info slow",
    "a command that shows an expression": ":info [x.add_(1), slow]",
    "a message that shows a value": "x.add_(1); raise ValueError(slow)",
    "a sweep back": "x.add_(1); [deep.sum().backward(retain_graph=True) for i in range(9999)]",
    "a hook": "x.add_(1); h = v.register_hook(endless); v.sum().backward()",
    "try around everything": "while True:\n    try:\n        while True: y = x.add_(1)\n    except: pass",
    "finally without end": "try:\n    while True: y = x.add_(1)\nfinally:\n    while True: pass",
}
SETUP = """
x = torch.zeros(5)
v = Variable(torch.ones(3), requires_grad=True)
class Slow:
    def __repr__(self):
        while True: y = v + 1

slow = Slow()
deep = v
for i in range(100000): deep = deep * 1.0

def endless(g):
    while True: y = g + 1

print('set', 'up')
"""


def stopped(screen):
    """The seconds from Ctrl-C until the prompt obeys again."""
    start = time.monotonic()
    screen.type(CTRL_C).type("400 + 4\r").until("404", 60)
    return time.monotonic() - start


@only_with_copies
@pytest.mark.parametrize("kind", RUNNING)
def test_ctrl_c_gives_the_prompt_back_with_everything_as_it_was(terminal, kind):
    screen = terminal()
    screen.paste(SETUP).until("set up", 30)
    screen.paste(f"{RUNNING[kind]}\n\n" if "\n" in RUNNING[kind] else RUNNING[kind] + "\n")
    running(screen)
    taken = stopped(screen)
    assert "interrupted" in screen.raw
    screen.enter("print(x.sum(), 'are all')").until("0.0 are all")
    assert taken < PROMPTLY


WRITING = {
    "steps of an optimiser": "for i in range(10**7): o.step()",
    "writes to a storage": "for i in range(10**7): s[0] = i",
    "an initialisation": "for i in range(10**7): y = nn.init.constant_(x, 3)",
    "a mode": "while True: y = torch.set_grad_enabled(False); x.add_(1)",
}


@pytest.mark.parametrize("kind", WRITING)
def test_ctrl_c_takes_back_what_a_loop_wrote_into_large_memory(terminal, kind):
    screen = terminal()
    screen.enter("import torch.nn as nn; x = torch.ones(20000); s = x.storage()",
                 "p = Variable(x, requires_grad=True); p.grad = Variable(torch.ones(20000))",
                 "o = optim.SGD([p], lr=0.1); print('set', 'up')").until("set up", 30)
    screen.enter(WRITING[kind], "")
    running(screen)
    stopped(screen)
    screen.enter("print(x.sum(), p.data.sum(), torch.is_grad_enabled(), 'as before')")
    screen.until("20000.0 20000.0 True as before")


@only_with_copies
def test_quick_statements_of_a_paste_stand_when_a_later_one_is_stopped(terminal):
    screen = terminal()
    screen.enter("drawn = []; total = 7").until(">>>")
    screen.paste("".join(f"drawn.append(torch.rand(1)[0]); total = total + {n}; print('at', {n})\n" for n in range(40))
                 + "first = list(drawn)\nprint(drawn[39])\ny = [sum(range(100000000)) for i in range(50)]\n")
    screen.type("\r").until("at 39")
    shown = screen.quiet(0.3).lines()[screen.lines().index("at 39") + 1]
    assert stopped(screen) < PROMPTLY
    assert screen.raw.count("at 39") == 1
    screen.enter("(len(drawn), total, first == drawn)").until("(40, 787, True)")
    screen.enter("print('again', drawn[39])").until(f"again {shown}")
    screen.enter(":undo 6").quiet()
    screen.enter("print(len(drawn), 'left')").until("39 left")


@only_with_copies
def test_the_time_limit_ends_a_statement_and_not_the_session(terminal):
    screen = terminal("repl", "--time-limit", "1")
    for statement in ("y = [sum(range(100000000)) for i in range(50)]", "y = torch.randn(2500, 2500).svd()",
                      "while True: pass"):
        screen.enter("kept = 40", statement)
        if statement.endswith("pass"):
            screen.enter("")
        end = time.monotonic() + 30
        before = screen.raw.count("ran for longer than 1 seconds")
        while screen.raw.count("ran for longer than 1 seconds") == before and time.monotonic() < end:
            screen.quiet(0.2)
        screen.enter("kept + 2; kept = 0").until("42")
    assert screen.raw.count("ran for longer than 1 seconds") == 3


@only_with_copies
def test_a_diagnosis_in_place_of_a_statement_shows_its_line_and_what_was_not_run(terminal):
    screen = terminal("repl", "--time-limit", "2")
    screen.paste("kept = 40\n# far too large\ny = torch.ones(4000, 4000).svd()\nkept = 1\n")
    screen.until("note: 1 statement after it not run", 60)
    screen.until("3 | y = torch.ones(4000, 4000).svd()")
    assert any(":set time-limit 20" in line for line in screen.lines())
    screen.enter("kept + 2").until("42")


@only_with_copies
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_a_session_outlives_the_process_that_runs_its_statement(terminal, number):
    screen = terminal()
    screen.enter("kept = 40", "while True: y = kept = 1", "")
    running(screen)
    working = min(children(screen.child.pid))
    os.kill(working, number)
    screen.until(">>>")
    screen.enter("kept + 2").until("42")
    screen.enter("y").until("  | ^")
    assert screen.type("\x04").end() == 0


@only_with_copies
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_whoever_ends_the_session_ends_all_of_it(terminal, number):
    screen = terminal()
    screen.enter("y = [sum(range(100000000)) for i in range(50)]")
    running(screen)
    processes = [screen.child.pid, *descendants(screen.child.pid)]
    os.kill(screen.child.pid, number)
    end = time.monotonic() + 20
    while any(state(process) for process in processes) and time.monotonic() < end:
        screen.quiet(0.1)
    assert not any(state(process) for process in processes)


@only_with_copies
def test_nothing_is_left_behind_by_statements_that_are_over(terminal):
    screen = terminal()
    for n in range(5):
        screen.enter(f"{n} + 100").until(f"{n + 100}")
    screen.quiet(0.3)
    assert len([process for process in descendants(screen.child.pid) if state(process)]) == 1


@only_with_copies
def test_a_command_at_a_continuation_prompt_can_be_stopped_in_c_code(terminal):
    screen = terminal()
    screen.enter("x = 41", "max(3,").until("...")
    screen.enter(":time [sum(range(100000000)) for i in range(50)]")
    running(screen)
    screen.type(CTRL_C).until("interrupted")
    screen.enter("x)").until("41")
    screen.enter("x + 2").until("43")


def running(screen):
    """Wait until a statement has been running for a moment."""
    since, end = None, time.monotonic() + 30
    while since is None or time.monotonic() < since + 0.4:
        screen.quiet(0.1)
        there = [process for process in descendants(screen.child.pid) if state(process)]
        since = None if len(there) < 2 else since or time.monotonic()
        assert time.monotonic() < end, screen.text()
