"""Files that are written whole or not at all, also by a process that is killed."""

import os
import signal
import subprocess
import sys
import time

import pytest

from gradcli.process import output_file
from gradcli.process.output_file import Unplaced, write_whole
from support.program import environment, gradcli

both = pytest.mark.parametrize("named", [False, True])


@pytest.fixture(autouse=True)
def file_system(request, monkeypatch):
    """One that knows files without names, or one that does not."""
    if request.node.callspec.params.get("named") if hasattr(request.node, "callspec") else False:
        monkeypatch.setattr(output_file.os, "O_TMPFILE", 0, raising=False)


@both
def test_a_file_is_there_only_when_it_is_whole(tmp_path, named):
    file = Unplaced(str(tmp_path / "f"))
    assert bool(file.part) == named
    file.write(b"text")
    assert not (tmp_path / "f").exists()
    file.place()
    file.discard()
    assert os.listdir(tmp_path) == ["f"] and (tmp_path / "f").read_bytes() == b"text"


@both
def test_what_is_discarded_leaves_nothing(tmp_path, named):
    file = Unplaced(str(tmp_path / "f"))
    file.write(b"text")
    file.discard()
    assert os.listdir(tmp_path) == []


@both
def test_permissions_and_links_stay(tmp_path, named):
    (tmp_path / "f").write_text("old")
    (tmp_path / "f").chmod(0o640)
    (tmp_path / "link").symlink_to("f")
    write_whole(str(tmp_path / "link"), b"new")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "f").read_bytes() == b"new"
    assert (tmp_path / "f").stat().st_mode & 0o777 == 0o640


@both
def test_a_new_file_replaces_none(tmp_path, named):
    (tmp_path / "f").write_text("old")
    with pytest.raises(FileExistsError):
        write_whole(str(tmp_path / "f"), b"new", new=True)
    assert (tmp_path / "f").read_text() == "old" and os.listdir(tmp_path) == ["f"]


def test_what_a_killed_process_has_left_is_removed_by_the_next(tmp_path):
    ended = subprocess.Popen(["true"])
    ended.wait()
    for name in (f"f.{ended.pid}.part", f"f.{os.getpid()}.part", f"g.{ended.pid}.part", "f.x.part"):
        (tmp_path / name).write_text("")
    Unplaced(str(tmp_path / "f")).discard()
    assert sorted(os.listdir(tmp_path)) == sorted([f"f.{os.getpid()}.part", f"g.{ended.pid}.part", "f.x.part"])


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_killing_all_amid_a_write_leaves_nothing(tmp_path, number):
    program = subprocess.Popen([sys.executable, "-m", "gradcli", "eval", "-o", "f", "--format", "npy",
                                "torch.zeros(8000, 8000)"], cwd=tmp_path, env=environment(), start_new_session=True)
    opened = f"/proc/{program.pid}/task/{program.pid}/children"
    for _ in range(600):
        with open(opened) as children:
            workers = children.read().split()
        if workers and any("(deleted)" in link for link in _links(workers[0])):
            break
        time.sleep(0.01)
    os.killpg(program.pid, number)
    program.wait(20)
    time.sleep(0.2)
    assert os.listdir(tmp_path) == []


def _links(process):
    folder = f"/proc/{process}/fd"
    states = []
    for name in os.listdir(folder):
        try:
            states.append(os.readlink(os.path.join(folder, name)))
        except OSError:
            continue
    return states


def test_a_program_that_fails_leaves_the_file_as_it_was(tmp_path):
    (tmp_path / "f").write_text("old")
    assert gradcli("eval", "-o", "f", "print(1); 1 / 0", cwd=tmp_path).status == 1
    assert os.listdir(tmp_path) == ["f"] and (tmp_path / "f").read_text() == "old"


def test_a_pipe_that_nobody_reads_ends_with_the_time(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    completed = gradcli("eval", "-o", "pipe", "--time-limit", "1", "1", cwd=tmp_path)
    assert completed.status == 5 and "ran for longer than 1 seconds" in completed.err


def test_a_pipe_that_somebody_reads_is_written_to(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    reader = subprocess.Popen(["cat", tmp_path / "pipe"], stdout=subprocess.PIPE)
    assert gradcli("eval", "-o", "pipe", "1 + 1", cwd=tmp_path).status == 0
    assert reader.communicate(timeout=20)[0] == b"2\n"
