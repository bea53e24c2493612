"""Histories and init files of every kind: a note at most, and a prompt that works."""

import os
import random
import stat
import time

import pytest

from gradcli.repl.history import LONGEST, NEWEST, FileHistory

MANY = b"".join(b"+x%d\n\n" % n for n in range(50_000))


def fifo(path):
    os.mkfifo(path)


def link_to(target):
    return lambda path: os.symlink(target, path)


def of(content):
    def write(path):
        with open(path, "wb") as file:
            file.write(content() if callable(content) else content)
    return write


def sparse(path):
    with open(path, "wb") as file:
        file.truncate(1 << 40)


def random_bytes():
    return random.Random(5).randbytes(300_000)


KINDS = {
    "fifo": fifo, "full": link_to("/dev/full"), "zero": link_to("/dev/zero"), "null": link_to("/dev/null"),
    "folder": os.mkdir, "loop": lambda path: os.symlink(path, path), "random": of(random_bytes),
    "50 MB": of(lambda: MANY * (50_000_000 // len(MANY))), "a line of 20 MB": of(b"+" + b"x" * 20_000_000 + b"\n\n"),
    "a terabyte of nothing": sparse, "empty": of(b""), "no end": of(b"+x = 1"), "NUL": of(b"+x\0y\n\n"),
}
KEPT = {"random", "50 MB", "a line of 20 MB", "a terabyte of nothing", "empty", "no end", "NUL"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_history_of_every_kind_is_read_quickly_and_written_or_noted(tmp_path, kind):
    path = tmp_path / "history"
    KINDS[kind](path)
    device = os.path.realpath(path)
    mode = os.stat(device).st_mode if device.startswith("/dev/") else None
    notes = []
    history = FileHistory(str(path), notes.append)
    start = time.monotonic()
    entries = list(history.load_history_strings())
    assert time.monotonic() - start < 10
    assert all(len(entry) <= LONGEST for entry in entries) and sum(map(len, entries)) <= NEWEST
    history.store_string("y = 2")
    history.store_string("y = 3")
    assert len(notes) == (kind not in KEPT)
    assert mode is None or os.stat(device).st_mode == mode      # whose device is not ours to change
    if kind in KEPT:
        again = list(FileHistory(str(path), notes.append).load_history_strings())
        assert again[0] == "y = 3"
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600


def test_the_newest_of_a_long_history_are_offered(tmp_path):
    path = tmp_path / "history"
    path.write_bytes(MANY * 20)
    entries = list(FileHistory(str(path), print).load_history_strings())
    assert entries[:2] == ["x49999", "x49998"] and 9_990 <= len(entries) <= 10_000


@pytest.mark.parametrize("kind", ["fifo", "full", "50 MB", "a line of 20 MB", "random"])
def test_the_prompt_works_with_a_history_of_every_kind(terminal, tmp_path, kind):
    (tmp_path / "state/gradcli").mkdir(parents=True)
    KINDS[kind](tmp_path / "state/gradcli/history")
    screen = terminal()
    screen.enter("40 + 2").until("42")
    assert screen.text().count("the history is not kept") == (kind not in KEPT)
    assert screen.type("\x04").end() == 0


@pytest.mark.parametrize("kind, term", [("fifo", "dumb"), ("zero", "xterm"), ("50 MB", "xterm"), ("random", "dumb"),
                                        ("folder", "xterm")])
def test_the_prompt_works_with_an_init_file_of_every_kind(terminal, tmp_path, kind, term):
    (tmp_path / "config/gradcli").mkdir(parents=True)
    KINDS[kind](tmp_path / "config/gradcli/init.grad")
    screen = terminal(term=term)
    screen.enter("40 + 2").until("42")
    assert screen.text().count("error[") == 1
    assert screen.type("\x04").end() == 0
