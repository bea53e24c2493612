"""The processes that descend from this one: a child that may have been taken over, and its copies.

Once `adopt` was called, none can leave: the copy of a process that has ended becomes a child of this one, and
the filter of system calls keeps all of them in this session and process group. So they can all be stopped,
as they must be while a person is asked something: a process that runs could type the answer.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic, sleep
from typing import NamedTuple

REAPER = 36             # PR_SET_CHILD_SUBREAPER
PATIENCE = 2.0          # seconds in which all must have stopped
ROUNDS = 3              # times that all must be seen to be stopped, and to be the same
STOPPED, ENDED = {"T"}, {"Z", "X"}


class Process(NamedTuple):
    """A process, and the states of its threads."""

    number: int
    states: set[str]


def adopt() -> None:
    """Become the parent of every descendant whose own has ended."""
    import ctypes

    ctypes.CDLL(None).prctl(REAPER, 1, 0, 0, 0)


@contextmanager
def stopped() -> Iterator[None]:
    """Within, no descendant runs; those that are stopped already stay so afterwards. OSError where they do not stop."""
    halted: set[int] = set()
    if sys.platform != "linux":     # elsewhere nothing is locked, so that it would be of no use
        yield
        return
    try:
        _stop(halted)
        yield
    finally:
        for number in halted:
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGCONT)


def _stop(halted: set[int]) -> None:
    """Stop all descendants, and add their numbers to `halted`.

    One may start another while the list is read, which the list then lacks. So all must be seen at rest, and
    nothing else, several times over.
    """
    end = monotonic() + PATIENCE
    before: set[int] = set()
    rounds = 0
    while rounds < ROUNDS:
        if monotonic() > end:
            raise OSError(0, "the processes of this session do not stop")
        family = descendants()
        running = [process for process in family if not process.states <= STOPPED | ENDED]
        for process in running:
            with suppress(ProcessLookupError):
                os.kill(process.number, signal.SIGSTOP)
            halted.add(process.number)
        numbers = {process.number for process in family}
        rounds = 0 if running or numbers != before else rounds + 1
        before = numbers
        if running:
            sleep(0.001)


def descendants() -> list[Process]:
    """The processes that descend from this one and have not ended."""
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        if name.isdecimal():
            children.setdefault(_stat(f"/proc/{name}")[1], []).append(int(name))
    family: list[int] = []
    waiting = [os.getpid()]
    while waiting:
        below = children.get(waiting.pop(), [])
        family += below
        waiting += below
    processes = [Process(number, _states(number)) for number in family]
    return [process for process in processes if not process.states <= ENDED]


def is_child(process: int, parent: int) -> bool:
    """Whether a process was made by this one."""
    return _stat(f"/proc/{process}")[1] == parent


def _states(process: int) -> set[str]:
    """The states of the threads of a process: the first may have ended before the others."""
    try:
        return {_stat(f"/proc/{process}/task/{thread}")[0] for thread in os.listdir(f"/proc/{process}/task")}
    except OSError:
        return {"X"}


def _stat(place: str) -> tuple[str, int]:
    """The state and the parent that stand in a folder of /proc; of what has ended, that it has, and none."""
    try:
        with open(f"{place}/stat", "rb") as file:
            state, parent, *_ = file.read().rpartition(b")")[2].split()
    except (OSError, ValueError):
        return "X", -1
    return state.decode("latin-1"), int(parent)
