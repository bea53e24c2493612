"""Commands in a text that somebody else wrote: what they may read, and which limits they may not lift."""

import pytest

from gradcli.testing.formats.console_blocks import why_not_replayed


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The present folder, with files below it, hidden ones, and some beside it."""
    here = tmp_path / "here"
    for path in ("here/a.grad", "here/sub/b.json", "here/.env.json", "here/.git/c.json", "secret.json"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("1\n")
    (here / "link.json").symlink_to(tmp_path / "secret.json")
    monkeypatch.chdir(here)
    return here


def test_commands_of_a_text_read_files_below_the_folder_alone(folder):
    beside = folder.parent / "secret.json"
    for words in ("run a.grad", "run ./sub/../a.grad", f"run {folder}/a.grad", "eval --var x=@sub/b.json x",
                  "eval --var x=@missing.json x", "eval 'x[...] / 2' --at x=1", "eval 1/.5", f"run {'a' * 5000}"):
        assert why_not_replayed(f"gradcli {words}") == "", words
    for words in ("run ../secret.json", f"run {beside}", f"eval --var x=@{beside} x", f"eval --var=x=@{beside}:a x",
                  "eval --var x=@link.json x", "eval --var x=@.env.json x", "eval --var x=@sub/../.git/c.json x"):
        assert "reads files below this folder alone" in why_not_replayed(f"gradcli {words}"), words


def test_commands_of_a_text_lift_no_limit():
    for option in ("--time-limit", "--memory-limit", "--max-output"):
        for value in ("0", "0.0", "0G", ".0", "00"):
            for words in (f"{option} {value}", f"{option}={value}"):
                assert "no such limit" in why_not_replayed(f"gradcli eval {words} 1"), words
        assert why_not_replayed(f"gradcli eval {option} 10 0") == ""
