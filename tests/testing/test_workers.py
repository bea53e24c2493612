"""The processes of `gradcli test`: none outlives the one that started it, and none its limit."""

import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time

import pytest

from gradcli.console.settings import Settings
from gradcli.process.walls import sandbox
from gradcli.testing import workers
from gradcli.testing.model import Check, CheckOptions, OutputParts
from gradcli.testing.results import FileResult, RunOptions, decode_result, encode_result
from gradcli.testing.runner import Outcome
from support.processes import children, starting, state, until
from support.program import environment, gradcli

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
DEAF = ">>> list(map(range(10**8).count, [0.5] * 10**6))\n"     # C code that looks at no clock


@pytest.fixture
def start():
    with starting() as start:
        yield start


def started(start, folder, limit):
    """The process that was started, the one that hands out files, and the worker, once that is at work."""
    (folder / "t.md").write_text(f"```gradcli\n{DEAF}```\n")
    outer = start("test", "--time-limit", str(limit), "t.md", cwd=folder)
    assert until(lambda: any(children(inner) for inner in children(outer.pid)))
    [inner] = children(outer.pid)
    [worker] = children(inner)
    assert until(lambda: processor_time(worker) > 0.3)
    return outer, inner, worker


def processor_time(process):
    with open(f"/proc/{process}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize("to, numbers", [
    ("outer", [signal.SIGTERM]), ("outer", [signal.SIGKILL]), ("outer", [signal.SIGALRM]), ("outer", [signal.SIGINT]),
    ("outer", [signal.SIGTERM, signal.SIGINT]), ("inner", [signal.SIGTERM]), ("inner", [signal.SIGKILL]),
    ("inner", [signal.SIGSEGV]), ("inner", [signal.SIGXCPU])])
def test_no_signal_leaves_a_process_behind(start, tmp_path, to, numbers):
    outer, inner, worker = started(start, tmp_path, 30)
    for number in numbers:
        os.kill({"outer": outer.pid, "inner": inner}[to], number)
    status = outer.wait(20)
    assert status in (130, 5, *(-number for number in numbers))
    assert until(lambda: not state(inner) and not state(worker))
    assert b"Traceback" not in outer.stderr.read()


@pytest.mark.parametrize("stopped", ["inner", "worker"])
def test_a_stopped_process_is_ended_at_its_deadline(start, tmp_path, stopped):
    outer, inner, worker = started(start, tmp_path, 6)
    os.kill({"inner": inner, "worker": worker}[stopped], signal.SIGSTOP)
    assert outer.wait(40) == {"inner": 5, "worker": 4}[stopped]
    assert until(lambda: not state(inner) and not state(worker))


def test_a_worker_that_nobody_watches_is_ended_by_the_system(tmp_path, monkeypatch):
    """Its deadline is out of reach here, and only the processor's time is left to end it."""
    monkeypatch.setattr(workers, "GRACE", -1.0)
    monkeypatch.setattr(workers, "SLACK", 1)
    monkeypatch.setattr(workers.Worker, "send", lambda self, task, path, send=workers.Worker.send: (
        send(self, task, path), setattr(self, "deadline", float("inf"))))
    (tmp_path / "a.txt").write_text(DEAF)
    [result] = workers.check_files([str(tmp_path / "a.txt")], RunOptions(Settings({"isolated": True}), 1.0), 1)
    assert "SIGXCPU" in result.error


@pytest.mark.parametrize("content", [
    b"", b"[]", b"null", b"1", b"\xff", b"[" * 100_000, b'["a", [[1]], 0, "", false, 0]', b'{"path": 1}',
    b'["a", [[0, [1, 2, [], 0, [], []], "failed", "", ["", null, null, "", ""], 0, false]], 0, "", false, 0]',
    b"cposix\nsystem\n(S'true'\ntR."])
def test_what_a_worker_sends_back_is_data_and_checked(tmp_path, monkeypatch, content):
    monkeypatch.setattr(workers, "encode_result", lambda result: content)
    results = list(workers.check_files(["a.txt", "b.txt"], RunOptions(Settings({"isolated": True}), 20.0), 1))
    assert [result.path for result in results] == ["a.txt", "b.txt"]
    assert all("sent back something else" in result.error for result in results)


def test_results_come_back_as_they_were():
    check = Check(3, "x # é\ud800", ("1", "2"), 4, CheckOptions(approx=0.5), ("style modern",), "cell", "> ", True)
    parts = OutputParts("a", None, "b", "G0301", "m")
    result = FileResult("a.txt", [Outcome(2, check, "failed", "why", parts, 0.25, True)], 1.5, "error", True, 3)
    assert decode_result(encode_result(result), "a.txt") == result
    assert b"\n" not in encode_result(result)


def test_a_result_larger_than_a_pipe_comes_back_whole(tmp_path):
    (tmp_path / "a.txt").write_text(">>> for i in range(100000): print(i)\n0\n")
    [result] = workers.check_files([str(tmp_path / "a.txt")], RunOptions(Settings({"isolated": True}), 60.0), 1)
    assert result.outcomes[0].parts.stream.endswith("99999\n")


def special_files(folder):
    """Everything that has the name of a test and is no regular file."""
    (folder / "zero.txt").symlink_to("/dev/zero")
    (folder / "null.md").symlink_to("/dev/null")
    (folder / "full.grad").symlink_to("/dev/full")
    os.mkfifo(folder / "pipe.txt")
    os.mkfifo(folder / "pipe.ipynb")
    os.mkfifo(folder / "script.out")
    (folder / "script.grad").write_text("print(1)\n")
    (folder / "loop.txt").symlink_to("loop.txt")
    plug = socket.socket(socket.AF_UNIX)
    plug.bind(str(folder / "plug.rst"))
    plug.close()
    (folder / "good.txt").write_text(">>> 1\n1\n")


def test_only_regular_files_are_read(tmp_path):
    special_files(tmp_path)
    outcome = gradcli("test", "--format", "json", "--time-limit", "20", ".", cwd=tmp_path)
    files = {file["path"].removeprefix("./"): file["error"] for file in json.loads(outcome.out)["files"]}
    assert outcome.status == 6 and files.pop("good.txt") is None
    assert files and all("not a regular file" in error or "cannot read" in error for error in files.values())
    assert {"zero.txt", "null.md", "full.grad", "pipe.txt", "pipe.ipynb", "plug.rst"} <= files.keys()


def test_a_file_larger_than_a_test_may_be_is_told(tmp_path):
    with open(tmp_path / "big.md", "wb") as file:
        file.truncate(1 << 40)      # it takes no room on the disk
    with open(tmp_path / "big.txt", "wb") as file:
        file.truncate(1 << 40)
    outcome = gradcli("test", "--memory-limit", "600M", ".", cwd=tmp_path)
    assert outcome.status == 6 and outcome.out.count("longer than a test file may be, which is 64 MiB") == 2


def test_looking_for_tests_stays_within_the_limit_on_memory(tmp_path):
    code = ("import sys; from gradcli.testing import discovery, command\n"
            "discovery.PROMPTED = type('', (), {'search': lambda text: bytearray(2 << 30)})\n"
            "from gradcli.__main__ import main; main()")
    (tmp_path / "a.txt").write_text(">>> 1\n1\n")
    completed = subprocess.run([sys.executable, "-c", code, "test", "--memory-limit", "600M", "."], cwd=tmp_path,
                               env=environment(), capture_output=True, timeout=60)
    assert completed.returncode == 5 and completed.stderr.startswith(b"error[G0602]")


def test_a_worker_is_walled_before_it_reads(tmp_path, monkeypatch):
    monkeypatch.setattr(workers, "check_file", lambda path, wish: FileResult(
        path, [], 0.0, repr((resource.getrlimit(resource.RLIMIT_AS)[0], resource.getrlimit(resource.RLIMIT_CPU)[0]))))
    settings = Settings({"isolated": True, "memory_limit": "900M"})
    [result] = workers.check_files(["a.txt"], RunOptions(settings, 7.0), 1)
    memory, processor = json.loads(result.error.replace("(", "[").replace(")", "]"))
    assert 900 << 20 <= memory < 1 << 40 and 0 < processor < 60     # tests/conftest.py adds what there is already


def test_half_a_result_holds_up_nobody(monkeypatch):
    """A message is read as its pieces come: multiprocessing's Connection would wait for the whole of it."""
    def half(result):
        if result.path == "a.txt":
            os.write(max(sandbox.Lock.keep), b'["a')
            time.sleep(60)
        return encode_result(result)

    monkeypatch.setattr(workers, "encode_result", half)
    start = time.monotonic()
    one, other = workers.check_files(["a.txt", "b.txt"], RunOptions(Settings({"isolated": True}), 3.0), 1)
    assert "ran for longer than 3 seconds" in one.error and "no such file" in other.error.lower()
    assert time.monotonic() - start < 40
