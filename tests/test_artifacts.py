"""What is kept between starts: made anew when it is damaged, somebody else's, or no file at all."""

import os
import random
import stat
import subprocess
import sys
from pwd import getpwuid

import pytest

from gradcli import artifacts, regular_file

KEY = b"made from this\n"
THING = {"names": ["a", "b"], "numbers": (1, 2.5, None), "text": "x" * 500}


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


def kept():
    """The thing, and whether it had to be made."""
    made = []
    thing = artifacts.load_or_make("thing", KEY, lambda: made.append(1) or THING)
    return thing, bool(made)


def test_what_was_made_is_kept_privately(home):
    assert kept() == (THING, True)
    assert kept() == (THING, False)
    assert stat.S_IMODE(os.stat(artifacts.path_of("thing")).st_mode) == 0o600


def test_any_damage_is_seen(tmp_path):
    path = tmp_path / "thing.bin"
    content = artifacts.pack(KEY, THING)
    draw = random.Random(7)
    damaged = [content[:n] for n in range(0, len(content), 7)] + [b"", KEY, KEY + b"\0\0\0\0"]
    for at in range(len(content)):
        piece = bytearray(content)
        piece[at] ^= draw.randint(1, 255)
        damaged.append(bytes(piece))
    for piece in damaged:
        path.write_bytes(piece)
        assert artifacts.read_artifact(str(path), KEY, private=False) is None
    path.write_bytes(content)
    assert artifacts.read_artifact(str(path), KEY) == THING


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: os.symlink("/dev/zero", path), os.mkdir,
                                  lambda path: os.symlink(path, path)], ids=["fifo", "zero", "folder", "loop"])
def test_what_is_no_file_is_no_cache(home, make):
    path = artifacts.path_of("thing")
    os.makedirs(os.path.dirname(path))
    make(path)
    assert kept() == (THING, True)


def test_what_others_may_write_is_not_read(home):
    kept()
    path = artifacts.path_of("thing")
    for mode in (0o620, 0o602, 0o666):
        os.chmod(path, mode)
        assert kept() == (THING, True)      # made anew, and private again
        assert kept() == (THING, False)


def test_no_cache_lies_in_the_present_folder(monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", "cache")
    assert os.path.isabs(artifacts.path_of("thing"))


def test_what_belongs_to_others_is_not_read(home, monkeypatch):
    kept()
    owner = os.stat(artifacts.path_of("thing")).st_uid
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    assert kept()[1] is (owner != 0)        # the administrator's are everybody's
    if owner == 0:
        os.chown(artifacts.path_of("thing"), 65534, -1)
        monkeypatch.setattr(os, "geteuid", lambda: 0)
        assert kept() == (THING, True)


@pytest.mark.parametrize("name", ["tables", "directory"])
@pytest.mark.parametrize("harm", ["flipped", "fifo"])
def test_the_program_starts_with_a_harmed_cache(tmp_path, name, harm):
    command = [sys.executable, "-m", "gradcli", "eval", "torch.ones(2).sum()"]
    surroundings = os.environ | {"XDG_CACHE_HOME": str(tmp_path), "GRADCLI_STYLE": "tutorial"}

    def run():
        return subprocess.run(command, env=surroundings, capture_output=True, timeout=60, check=False)

    run()
    [path] = (tmp_path / "gradcli").glob(f"{name}-*.bin")
    if harm == "fifo":
        path.unlink()
        os.mkfifo(path)
    else:
        content = bytearray(path.read_bytes())
        content[-len(content) // 3] ^= 8
        path.write_bytes(content)
    completed = run()
    assert (completed.returncode, completed.stdout, completed.stderr) == (0, b"2.0\n", b"")
    assert path.is_file()       # made anew


def test_a_regular_file_is_read_whole_in_part_and_from_its_end(tmp_path):
    path = str(tmp_path / "file")
    with open(path, "wb") as file:
        file.write(b"0123456789")
    assert regular_file.read(path) == b"0123456789" and regular_file.read(path, 3) == b"012"
    assert regular_file.tail(path, 3) == b"789" and regular_file.tail(path, 30) == b"0123456789"
    with pytest.raises(OSError, match="a device"):
        regular_file.read("/dev/null")
    with pytest.raises(FileNotFoundError):
        regular_file.read(path + "x")


def test_a_home_that_is_relative_or_empty_is_none(monkeypatch):
    for home in ("", ".", "sub/folder"):
        monkeypatch.setenv("HOME", home)
        monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
        assert os.path.isabs(artifacts.path_of("thing")) and artifacts.home_folder() == os.path.expanduser(
            f"~{getpwuid(os.getuid()).pw_name}"), home
