"""The time before a program runs: Ctrl-C amid imports, and machines that have nothing to spare."""

import json
import os
import subprocess
import sys
import time

import pytest

from support.program import environment, gradcli

INTERRUPTED_AT = """
import os, signal, sys
import gradcli.__main__ as program
count = 0
def imported(event, args):
    global count
    if event == "import" and (process is None or os.getpid() != process):
        count += 1
        if count == {at}:
            os.kill(os.getpid(), signal.SIGINT)
process = os.getpid() if {child} else None
sys.addaudithook(imported)
program.main()
"""


def python(code, *words):
    """A Python process that runs `code`: its status, what it printed, what it said on standard error."""
    completed = subprocess.run([sys.executable, "-c", code, *words], env=environment(), timeout=60, capture_output=True,
                               stdin=subprocess.DEVNULL)
    return completed.returncode, completed.stdout.decode(), completed.stderr.decode()


MAIN = "from gradcli.__main__ import main; main()"


@pytest.mark.parametrize("child", [False, True], ids=["waiting", "working"])
@pytest.mark.parametrize("at", [1, 2, 3, 8, 21, 34, 89, 144, 233, 377])
def test_ctrl_c_amid_an_import_is_130_and_no_traceback(at, child):
    status, out, err = python(INTERRUPTED_AT.format(at=at, child=child), "eval", "torch.ones(2).sum()")
    assert "Traceback" not in err and "Error" not in err and "Exception" not in err
    message = err if child else err.replace("interrupted\n" * 2, "interrupted\n")    # both processes may come to `at`
    assert (status, message) in ((130, "interrupted\n"), (0, "")), err     # there are not that many imports
    assert status == 130 or out == "2.0\n"
    assert status == 130 or at > 20


def test_ctrl_c_that_is_ignored_stays_ignored():
    code = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n" + INTERRUPTED_AT.format(at=5, child=True)
    assert python(code, "eval", "1") == (0, "1\n", "")


def test_a_failing_fork_is_told():
    code = "import os\ndef fork(): raise BlockingIOError(11, 'too many')\nos.fork = fork\n" + MAIN
    for words in (["eval", "1"], ["repl"], ["test", __file__], []):
        status, out, err = python(code, *words)
        assert (status, out) == (5, "") and err.startswith("error[G0601]: gradcli runs programs in processes of")
        assert "Traceback" not in err


def test_workers_that_cannot_be_forked_are_done_without(tmp_path):
    """Two forks succeed: that of the process which works, and that of one worker; then none does."""
    code = ("import os\nreal, count = os.fork, []\n"
            "def fork():\n    count.append(1)\n    if len(count) > {most}: raise BlockingIOError(11, 'too many')\n"
            "    return real()\nos.fork = fork\n" + MAIN)
    for name in "abc":
        (tmp_path / f"{name}.txt").write_text(">>> 1\n1\n")
    status, out, _ = python(code.format(most=2), "test", "-j", "3", str(tmp_path))
    assert status == 0 and out.startswith("3 files, 3 checks: 3 passed")
    status, _, err = python(code.format(most=1), "test", "-j", "3", str(tmp_path))
    assert status == 5 and err.startswith("error[G0601]")


def test_without_threads_programs_run_and_time_limits_hold():
    code = ("import _thread\n"
            "def start(*args): raise RuntimeError(\"can't start new thread\")\n"
            "_thread.start_new_thread = start\n" + MAIN)
    assert python(code, "eval", "1 + 1") == (0, "2\n", "")
    status, _, err = python(code, "eval", "--time-limit", "0.5", "while True: pass")
    assert status == 5 and err.startswith("error[G0603]")
    status, _, err = python(code, "eval", "--time-limit", "0.5", "list(map(range(10**8).count, [0.5] * 10**6))")
    assert status == 5 and err.startswith("error[G0603]")


@pytest.mark.parametrize("most", [4, 5, 6, 7, 9])
@pytest.mark.parametrize("words", [["eval", "torch.ones(2).sum()"], ["repl"], ["test", "t.md"]],
                         ids=lambda words: words[0])
def test_few_descriptors_are_told(most, words):
    """The limit is set once Python has started, which needs some itself."""
    code = f"import resource; resource.setrlimit(resource.RLIMIT_NOFILE, ({most}, {most}))\n" + MAIN
    status, out, err = python(code, *words)
    assert "Traceback" not in err and "internal error" not in err
    assert status in (0, 5, 6), err
    assert status != 5 or err.startswith("error[G060")
    assert status or not out or out == "2.0\n"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="RLIMIT_AS is Linux's affair")
@pytest.mark.parametrize("megabytes", [30, 45, 60, 75, 90, 120, 160, 250, 400])
def test_little_memory_at_the_start_is_told(megabytes):
    code = f"import resource; resource.setrlimit(resource.RLIMIT_AS, ({megabytes} << 20,) * 2)\n" + MAIN
    status, out, err = python(code, "eval", "torch.ones(2).sum()")
    assert "Traceback" not in err and "internal error" not in err
    assert (status, out) == (0, "2.0\n") if status == 0 else (status, out) == (5, ""), err
    assert status == 0 or "error[G060" in err


@pytest.mark.parametrize("program", [
    "while True: print(1)", "for i in range(60000): print(1)", "print('x' * 200000)", "print(1)\nwhile True: pass"])
@pytest.mark.parametrize("both", [False, True], ids=["output", "diagnosis too"])
def test_a_reader_that_does_not_read_ends_with_the_limit(program, both):
    command = [sys.executable, "-m", "gradcli", "eval", "--time-limit", "1", program]
    here, there = os.pipe()
    os.set_blocking(there, False)
    try:
        while both and os.write(there, b"x" * 4096):     # full before it begins: standard error has no room
            pass
    except BlockingIOError:
        pass
    os.set_blocking(there, True)
    start = time.monotonic()
    process = subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE if not both else there,
                               stderr=subprocess.PIPE if not both else there, stdin=subprocess.DEVNULL)
    os.close(there)
    assert process.wait(30) == 5
    assert time.monotonic() - start < 20
    if not both:
        assert process.stderr.read().count(b"error[G0603]") == 1
    os.close(here)


def test_arguments_are_utf_8_in_every_locale():
    for locale in ({"LC_ALL": "POSIX"}, {"LC_ALL": "C"}):
        changes = {**locale, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "utf-8"}
        assert gradcli("eval", "print('é漢')", **changes).out == "é漢\n"
        assert gradcli("eval", "--var", "α='é'", "--format", "text", "α", **changes).out == "'é'\n"
        assert json.loads(gradcli("grad", "α*α", "--at", "α=3.0", "--format", "json", **changes).out)
    completed = subprocess.run([sys.executable, "-m", "gradcli", "eval", b"print('\xff')"], env=environment(),
                               capture_output=True)
    assert completed.returncode == 6 and completed.stderr.startswith(b"error[G0701]: an argument is not UTF-8")


@pytest.mark.parametrize("make, message", [
    (os.mkfifo, "a named pipe"), (os.mkdir, "Is a directory"), (lambda path: os.symlink("/dev/zero", path), "a device"),
    (lambda path: os.symlink("/dev/null", path), "a device"), (lambda path: os.symlink(path, path), "symbolic links")],
    ids=["fifo", "folder", "zero", "null", "loop"])
def test_only_regular_files_are_scripts(tmp_path, make, message):
    make(tmp_path / "p")
    outcome = gradcli("run", "p", cwd=tmp_path)
    assert outcome.status == 6 and message in outcome.err and outcome.err.startswith("error[G0701]: cannot read p:")


def test_a_second_byte_order_mark_is_refused(tmp_path):
    (tmp_path / "s").write_bytes(b"\xef\xbb\xbf" * 2 + b"print(1)")
    for outcome in (gradcli("run", "s", cwd=tmp_path), gradcli("eval", "\ufeff\ufeffprint(1)"),
                    gradcli(stdin=b"\xef\xbb\xbf" * 2 + b"print(1)")):
        assert outcome.status == 6 and outcome.out == "" and "two byte order marks" in outcome.err
    assert gradcli("eval", "\ufeffprint(1)").out == "1\n"


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: os.symlink("/dev/zero", path), os.mkdir],
                         ids=["fifo", "zero", "folder"])
def test_a_configuration_that_is_no_regular_file_is_no_hang(tmp_path, make):
    (tmp_path / "gradcli").mkdir()
    make(tmp_path / "gradcli/config.toml")
    outcome = gradcli("eval", "1", XDG_CONFIG_HOME=str(tmp_path))
    assert (outcome.status, outcome.out) == (0, "1\n") and outcome.err.count("\n") == 1
