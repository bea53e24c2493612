"""What a child says, which may have been taken over: whatever it is, it yields a checked record or nothing."""

import math
import os
import random

import pytest

from gradcli.process import messages
from gradcli.process import supervisor as supervision
from gradcli.process.messages import (
    CopyReady,
    Diagnosed,
    Locked,
    RequestReceived,
    StatementSucceeded,
    SubmissionEnded,
    WorkerStatus,
    report_of,
)

SOUND = {b"12.5 3.0 rich auto": WorkerStatus(12.5, 3.0, "rich", "auto"),
         b"inf 0.0 json never": WorkerStatus(math.inf, 0.0, "json", "never"),
         b"request x": RequestReceived(b"x"), b"locked prompt": Locked(True), b"locked programs": Locked(False),
         b"copy 123": CopyReady(123), b"done": StatementSucceeded(), b"over": SubmissionEnded(),
         b"spoken 5": Diagnosed(5)}
WRONG = [b"", b" ", b"copy", b"copy 99999999999999999999", b"copy 0", b"copy 1", b"copy -5", b"copy 1_0",
         b"copy \xb2",
         b"1e300 1.0 rich auto", b"1.0 1e300 rich auto", b"nan 1.0 rich auto", b"-inf 1.0 rich auto",
         b"1.0 inf rich auto",
         b"1.0 1.0 rich \x1b[2J", b"1.0 1.0 poor auto", b"1.0 1.0 rich auto more", b"-1.0 1.0 rich auto",
         b"spoken " + b"9" * 30, b"spoken 256", b"spoken -1", b"locked", b"locked door", b"done 1",
         b"Done", b"\xff\x00"]
PIECES = [b"copy", b"spoken", b"request", b"locked", b"prompt", b"done", b"over", b"inf", b"nan", b"1e300", b"1e999",
          b"-1",
          b"0", b"1.0", b"rich", b"auto", b"json", b"9" * 25, b"9" * 5000, b"\xff", b"\x00", b"[", b"[[" * 2000,
          b"\xd9\xa3",
          b'[1, "Load", "f"]', b'[1, "Commit"]', b"[1e999]", b'[9' + b"9" * 5000, b"+", b"_", b"e"]


@pytest.mark.parametrize("line", SOUND)
def test_a_sound_line_is_a_report(line):
    assert report_of(line) == SOUND[line]


@pytest.mark.parametrize("line", WRONG)
def test_any_other_line_is_none(line):
    assert report_of(line) is None


def lines(count, seed):
    dice = random.Random(seed)
    for _ in range(count):
        words = [dice.choice(PIECES) if dice.random() < 0.9 else dice.randbytes(5).replace(b"\n", b"")
                 for _ in range(dice.randrange(6))]
        yield dice.choice([b" ", b" ", b" ", b""]).join(words)


def is_in_range(report):
    match report:
        case WorkerStatus(until, seconds):
            return (0 <= until <= messages.LATEST or until == math.inf) and 0 <= seconds <= messages.LATEST
        case CopyReady(process):
            return 1 < process < messages.PROCESSES
        case Diagnosed(status):
            return 0 <= status < 256
    return True


def test_no_line_raises_or_yields_what_the_system_does_not_take():
    for line in lines(20_000, seed=1):
        report = report_of(line)
        assert is_in_range(report), line


@pytest.fixture
def waiter(monkeypatch):
    """One that waits for a child which this test speaks for."""
    monkeypatch.setattr(supervision.signal, "set_wakeup_fd", lambda *rest, **more: -1)
    reports, to_parent = os.pipe()
    answers, to_worker = os.pipe()
    from_parent, to_copy = os.pipe()
    child = os.fork()
    if not child:
        os.read(from_parent, 1)
        os._exit(0)
    supervisor = supervision.Supervisor(child, reports, to_copy, to_worker)
    supervisor.to_parent = to_parent
    os.set_blocking(answers, False)
    supervisor.answers = answers
    yield supervisor
    os.write(to_copy, b"x")
    os.waitpid(child, 0)
    for end in (reports, to_parent, answers, to_worker, from_parent, to_copy):
        os.close(end)


def test_the_one_that_waits_survives_whatever_it_is_told(waiter):
    for line in lines(5_000, seed=2):
        if len(line) > 60_000:
            continue
        os.write(waiter.to_parent, line + b"\n")
        assert waiter._listen()
        try:
            os.read(waiter.answers, 1 << 16)
        except BlockingIOError:
            pass
    assert is_in_range(waiter._worker_status) and is_in_range(Diagnosed(waiter._diagnosed)) and not waiter._copy
