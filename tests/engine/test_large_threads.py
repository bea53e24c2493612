"""Threads of large computations: they obey OMP_NUM_THREADS and the limits, outlive nothing, and lose no error."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from gradcli.engine.large import threads
from gradcli.engine.large.threads import Pool, allowed_threads, run_in_threads

PIECES = [(i, i + 1) for i in range(40)]
COUNT = """
import os
import numpy as np
import gradcli.session.session
from gradcli.engine.autograd.op import raw
x = np.ones(2_000_000, np.float32)
small = np.ones(5_000, np.float32)
raw.exp(small)
before = len(os.listdir("/proc/self/task"))
raw.exp(x)
print(before, len(os.listdir("/proc/self/task")))
"""


@pytest.fixture(autouse=True)
def two_threads(monkeypatch):
    monkeypatch.setattr(Pool, "threads", 2)
    monkeypatch.setattr(Pool, "refused", False)
    Pool.end()
    yield
    Pool.end()


def computed():
    """The sum of the numbers of all pieces, worked out by whoever is free."""
    out = np.zeros(len(PIECES))

    def do(first, last):
        time.sleep(0.0005)
        out[first:last] = first

    run_in_threads(do, PIECES)
    return out.sum()


def test_every_piece_is_done_once():
    for _ in range(20):
        assert computed() == sum(range(40))
    assert len(Pool.helpers) == 1


@pytest.mark.parametrize("error", [ValueError, MemoryError, KeyboardInterrupt])
def test_errors_reach_the_caller(error):
    def do(first, last):
        time.sleep(0.0005)
        if first == 17:
            raise error("17")

    for _ in range(5):
        with pytest.raises(error):
            run_in_threads(do, PIECES)
        assert computed() == sum(range(40))


def test_an_interrupt_waits_for_pieces_that_have_begun():
    at_work = []

    def do(first, last):
        at_work.append(first)
        try:
            time.sleep(0.02)
        finally:
            at_work.remove(first)

    def stop(*_):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, stop)
    try:
        for wait in (0.001, 0.015, 0.03, 0.05):
            signal.setitimer(signal.ITIMER_REAL, wait, 0.007)
            with pytest.raises(KeyboardInterrupt):
                run_in_threads(do, PIECES)
            signal.setitimer(signal.ITIMER_REAL, 0)
            assert not at_work
            assert Pool.job is None
            assert computed() == sum(range(40))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_a_refused_thread_is_no_error(monkeypatch):
    def refuse(*_):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threads, "start_new_thread", refuse)
    Pool.end()
    assert computed() == sum(range(40))
    assert Pool.refused and not Pool.helpers


def test_a_thread_that_never_begins_delays_nobody(monkeypatch):
    monkeypatch.setattr(threads, "start_new_thread", lambda *_: None)
    Pool.end()
    assert computed() == sum(range(40))
    Pool.helpers.clear()


def test_no_thread_is_there_at_a_fork_and_both_sides_go_on():
    assert computed() == sum(range(40))
    helper = Pool.helpers[0]
    child = os.fork()
    if not child:
        os._exit(0 if not Pool.helpers and computed() == sum(range(40)) else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert not helper.running.locked()
    assert computed() == sum(range(40))


def test_a_computation_within_a_computation():
    out = []

    def do(first, last):
        out.append(computed())

    run_in_threads(do, PIECES[:4])
    assert out == [sum(range(40))] * 4


def test_numpy_errors_are_those_of_the_caller():
    with np.errstate(divide="raise"), pytest.raises(FloatingPointError):
        run_in_threads(lambda first, last: np.log(np.zeros(3)), PIECES)


def test_arrays_are_let_go():
    array = np.ones(10)
    before = sys.getrefcount(array)
    run_in_threads(lambda first, last: array[first % 10 : last % 10], PIECES)
    assert sys.getrefcount(array) == before


@pytest.mark.parametrize(("variable", "most"), [("1", 1), ("2", 2), ("2,1", 2), ("x", 4), ("", 4), ("0", 4)])
def test_as_many_threads_as_may_be(variable, most, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", variable)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    assert allowed_threads() == most


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="counts threads in /proc")
def test_threads_start_for_large_work_only_and_never_beside_omp_num_threads_1():
    for variable, more in (("1", 0), ("2", int(len(os.sched_getaffinity(0)) > 1))):
        env = os.environ | {"OMP_NUM_THREADS": variable, "OPENBLAS_NUM_THREADS": "1"}
        out = subprocess.run([sys.executable, "-c", COUNT], env=env, check=True, capture_output=True, text=True).stdout
        assert out.split() == ["1", str(1 + more)]


def gradcli(*words, variable="2"):
    return subprocess.run([sys.executable, "-m", "gradcli", *words], capture_output=True, text=True, timeout=60,
                          env=os.environ | {"OMP_NUM_THREADS": variable})


PROGRAM = "x = torch.ones(1000000, requires_grad=True); y = (x.exp() * 2).sigmoid().sum(); y.backward(); x.grad.sum()"


@pytest.mark.parametrize("limits", [(), ("--memory-limit", "400M"), ("--no-limits",)])
def test_results_are_the_same_within_the_limits(limits):
    runs = [gradcli("eval", "--style", "modern", *limits, PROGRAM, variable=variable) for variable in ("1", "2")]
    assert runs[0].returncode == 0, runs[0].stderr
    assert runs[0].stdout == runs[1].stdout and "tensor(" in runs[1].stdout


def test_the_time_limit_ends_a_large_computation():
    program = "x = torch.ones(1000000)\nwhile True: x = x.exp().log()"
    completed = gradcli("eval", "--time-limit", "1", program)
    assert completed.returncode == 5 and "1 second" in completed.stderr, completed
