"""What a child says, which may have been taken over: whatever it is, it yields a checked record or nothing."""

import math
import os
import random

import pytest

from gradcli.process import status_reports, waiting
from gradcli.process.status_reports import Asked, Copied, Done, Locked, Over, Spoken, Told, report_of

SOUND = {b"12.5 3.0 rich auto": Told(12.5, 3.0, "rich", "auto"),
         b"inf 0.0 json never": Told(math.inf, 0.0, "json", "never"),
         b"request x": Asked(b"x"), b"locked prompt": Locked(True), b"locked programs": Locked(False),
         b"copy 123": Copied(123), b"done": Done(), b"over": Over(), b"spoken 5": Spoken(5)}
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
        case Told(until, seconds):
            return (0 <= until <= status_reports.LATEST or until == math.inf) and 0 <= seconds <= status_reports.LATEST
        case Copied(process):
            return 1 < process < status_reports.PROCESSES
        case Spoken(status):
            return 0 <= status < 256
    return True


def test_no_line_raises_or_yields_what_the_system_does_not_take():
    for line in lines(20_000, seed=1):
        report = report_of(line)
        assert is_in_range(report), line


@pytest.fixture
def waiter(monkeypatch):
    """One that waits for a child which this test speaks for."""
    monkeypatch.setattr(waiting.signal, "set_wakeup_fd", lambda *rest, **more: -1)
    ear, mouth = os.pipe()
    answers, reply = os.pipe()
    turn, call = os.pipe()
    child = os.fork()
    if not child:
        os.read(turn, 1)
        os._exit(0)
    made = waiting.Waiting(child, ear, call, reply)
    made.mouth = mouth
    os.set_blocking(answers, False)
    made.answers = answers
    yield made
    os.write(call, b"x")
    os.waitpid(child, 0)
    for end in (ear, mouth, answers, reply, turn, call):
        os.close(end)


def test_the_one_that_waits_survives_whatever_it_is_told(waiter):
    for line in lines(5_000, seed=2):
        if len(line) > 60_000:
            continue
        os.write(waiter.mouth, line + b"\n")
        assert waiter._listen()
        try:
            os.read(waiter.answers, 1 << 16)
        except BlockingIOError:
            pass
    assert is_in_range(waiter._told) and is_in_range(Spoken(waiter._spoken)) and not waiter._copy
