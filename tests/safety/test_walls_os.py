"""The wall of the operating system holds without the language: raw attacks from inside the process that runs programs.

`back_door.py` is gradcli with a door that only tests have; `raw_attacks.py` is what comes in by it. With the
wall each attack is refused, and nothing changes; without it they succeed, so that these tests can fail.
"""

import fcntl
import json
import os
import platform
import pty
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest
from numpy._core import _multiarray_umath

from gradcli.process.walls import landlock
from support.program import environment, gradcli

HERE = Path(__file__).parent
REFUSED = {"EPERM", "EACCES", "ENOSYS"}
AT_A_PROMPT = {"fork", "clone", "clone_untraced", "tgkill"}     # a copy stands by; signals stay within the process
SEVERAL = 60            # attacks that must work on this machine, for the corpus to prove anything

pytestmark = [
    pytest.mark.skipif(platform.machine() != "x86_64" or sys.platform != "linux", reason="numbers of system calls"),
    pytest.mark.skipif(landlock.abi_version() < 6, reason="this kernel's Landlock leaves more open")]


class Stage:
    """What attacks are aimed at: files, a process and listeners."""

    def __init__(self, folder):
        self.folder = folder
        home = folder / "home"
        for path in ("empty", "home/.local/state/gradcli", "home/.config/gradcli", "home/.cache/gradcli"):
            (folder / path).mkdir(parents=True)
        for path in ("target", "removable", "movable", "part", "replaced", "home/secret",
                     "home/.local/state/gradcli/history", "home/.config/gradcli/config.toml"):
            (folder / path).write_text("# secret\n")
        (folder / "link").symlink_to("home/secret")
        (folder / "session.txt").write_text(">>> 1 + 1\n2\n")
        shutil.copy(_multiarray_umath.__file__, home / "library.so")
        self.victim = subprocess.Popen(["sleep", "600"])
        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.port = self.tcp.getsockname()[1]
        self.udp = socket.socket(type=socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", self.port))
        self.path, self.abstract = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
        self.path.bind(str(folder / "listener"))
        self.abstract.bind(f"\0gradcli-attack-{self.victim.pid}")
        self.datagrams = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.datagrams.bind(str(folder / "datagrams"))
        self.listeners = [self.tcp, self.udp, self.path, self.abstract, self.datagrams]
        for listener in (self.path, self.abstract):
            listener.listen()
        for listener in self.listeners:
            listener.setblocking(False)
        self.before = self.seen()

    def seen(self):
        """Everything on disk that an attack might change."""
        return {str(path): (path.lstat().st_mode, path.lstat().st_mtime_ns, path.lstat().st_uid,
                            path.read_bytes() if path.is_file() else b"")
                for path in sorted(self.folder.rglob("*"))}

    def environment(self, **changes):
        home = self.folder / "home"
        caches = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
        variables = environment(HOME=str(home), XDG_CACHE_HOME=caches, XDG_CONFIG_HOME=None, STAGE=str(self.folder),
                                VICTIM=str(self.victim.pid), PORT=str(self.port), OPENBLAS_NUM_THREADS="1", **changes)
        return variables | {"PYTHONPATH": os.pathsep.join([str(HERE), variables["PYTHONPATH"]])}

    def is_untouched(self):
        assert self.seen() == self.before
        assert self.victim.poll() is None
        for listener in self.listeners:
            with pytest.raises(BlockingIOError):
                listener.accept() if listener in (self.tcp, self.path, self.abstract) else listener.recv(100)
        return True

    def close(self):
        self.victim.kill()
        self.victim.wait()
        for listener in self.listeners:
            listener.close()


@pytest.fixture
def stage(tmp_path):
    stage = Stage(tmp_path)
    yield stage
    stage.close()


def results(output):
    """What became of each attack, as the process under attack told."""
    lines = [line for line in output.splitlines() if line.startswith("RESULTS ")]
    assert lines, output
    return json.loads(lines[0].removeprefix("RESULTS "))


def attacked(stage, *words):
    """The program with a terminal as its input, which an attack could type on."""
    terminal, end = pty.openpty()
    inherited = fcntl.fcntl(os.open(stage.folder / "home/secret", os.O_RDONLY), fcntl.F_DUPFD, 150)
    try:
        completed = subprocess.run([sys.executable, HERE / "back_door.py", *words], stdin=end, capture_output=True,
                              text=True, timeout=120, env=stage.environment(INHERITED=str(inherited)), cwd=stage.folder,
                                   pass_fds=[inherited], check=False)
    finally:
        os.close(inherited)
        os.close(terminal)
        os.close(end)
    return results(completed.stdout)


def attacked_prompt(stage):
    """The prompt on a terminal of its own."""
    prompt = pexpect.spawn(sys.executable, [str(HERE / "back_door.py"), "attack", "repl"], cwd=stage.folder,
                           env=stage.environment(TERM="dumb"), encoding="utf-8", timeout=60)
    try:
        prompt.sendline("1 + 1")
        prompt.expect(r"RESULTS [^\n]*\n")
        attacks = results(prompt.after)
        prompt.sendline("exit")
        prompt.expect(pexpect.EOF)
    finally:
        prompt.close(force=True)
    return attacks


@pytest.mark.parametrize("words", [("eval", "1 + 1"), ("grad", "x * x", "--at", "x=1"), ("test", "session.txt")])
def test_nothing_gets_through(stage, words):
    report = attacked(stage, "attack", *words)
    assert {name: result for name, result in report.items() if result not in REFUSED} == {}
    assert stage.is_untouched()


def test_nothing_gets_through_at_a_prompt(stage):
    report = attacked_prompt(stage)
    allowed = {name for name, result in report.items() if result not in REFUSED}
    assert allowed <= AT_A_PROMPT | {"tgkill"}, {name: report[name] for name in allowed - AT_A_PROMPT}
    assert stage.is_untouched()


def test_the_same_attacks_succeed_without_the_wall(stage):
    report = attacked(stage, "open", "eval", "1 + 1")
    succeeded = {name for name, result in report.items() if result == "succeeded"}
    assert len(succeeded) >= SEVERAL, report
    assert {"read_secret", "write_new", "append_to_history", "execute", "fork", "connect", "signal_victim",
            "have_a_file_replaced", "load_library_written", "read_inherited"} <= succeeded
    assert stage.seen() != stage.before


def test_without_landlock_nothing_is_written_or_run(stage):
    report = attacked(stage, "seccomp-alone", "eval", "1 + 1")
    readable = {name for name, result in report.items() if result not in REFUSED}
    assert not {name for name in readable if not name.startswith(("read_", "list_", "load_library", "reopen"))}
    assert stage.is_untouched()


def back_door(*words):
    completed = subprocess.run([sys.executable, HERE / "back_door.py", "no-landlock", *words], capture_output=True, text=True,
                               timeout=60, env=environment() | {"PYTHONPATH": f"{HERE}:{environment()['PYTHONPATH']}"},
                               check=False)
    return completed.returncode, completed.stdout, completed.stderr


def test_a_kernel_without_landlock_is_told_of_and_no_fault():
    assert back_door("eval", "1 + 1") == (0, "2\n", "")
    status, out, _ = back_door("limits")
    assert status == 0
    assert "files           no wall: no Landlock here (Linux 5.13 and newer have it)\n" in out
    assert "system-calls    seccomp\n" in out


@pytest.mark.parametrize("words", [("eval", "1 + 1"), ("limits",), ("test", str(HERE)), ("check", "x", "--at", "x=1")])
def test_walls_that_are_required_and_missing(words):
    status, out, report = back_door(*words, "--require-walls")
    assert (status, out) == (2, "")
    assert report.startswith("error[G0802]: --require-walls: files: no wall: no Landlock here")


def test_walls_that_are_required_and_stand():
    assert gradcli("eval", "--require-walls", "1 + 1") == (0, "2\n", "")
    assert gradcli("eval", "1 + 1", GRADCLI_REQUIRE_WALLS="1") == (0, "2\n", "")
    assert f"files           Landlock, ABI {landlock.abi_version()}" in gradcli("limits").out
