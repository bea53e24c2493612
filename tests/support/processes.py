"""Programs that tests start and send signals to, and what the system tells of them."""

import contextlib
import os
import signal
import subprocess
import sys
import time

from support.program import environment


@contextlib.contextmanager
def starting():
    """Within, a function starts the program in a session of its own; at the end none is left running."""
    programs = []

    def start(*words, cwd=None, **changes):
        programs.append(subprocess.Popen([sys.executable, "-m", "gradcli", *words], cwd=cwd, env=environment(**changes),
                                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True))
        return programs[-1]

    yield start
    for program in programs:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(program.pid, signal.SIGKILL)


def children(process):
    try:
        with open(f"/proc/{process}/task/{process}/children") as file:
            return [int(number) for number in file.read().split()]
    except OSError:
        return []


def descendants(process):
    return [below for child in children(process) for below in (child, *descendants(child))]


def state(process):
    """R, S, T and so on; "" if it is gone, or only waits to be asked how it ended."""
    try:
        with open(f"/proc/{process}/stat") as file:
            letter = file.read().rsplit(")", 1)[1].split()[0]
    except OSError:
        return ""
    return "" if letter in "ZX" else letter


def until(condition, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False
