"""The history file: what was typed comes back, whoever else writes to it."""

import stat

from gradcli.repl.history import FileHistory


def history(tmp_path, notes=None):
    return FileHistory(str(tmp_path / "state/gradcli/history"), (notes if notes is not None else []).append)


def test_entries_return_newest_first_with_their_lines(tmp_path):
    file = history(tmp_path)
    entries = ["x = 1", "for i in range(2):\n\n    print(i)", "'α' + '+'", "+x"]
    for text in entries:
        file.store_string(text)
    assert list(history(tmp_path).load_history_strings()) == entries[::-1]


def test_two_sessions_keep_both_their_lines(tmp_path):
    one, other = history(tmp_path), history(tmp_path)
    for turn in range(3):
        one.store_string(f"one {turn}")
        other.store_string(f"other {turn}")
    assert list(history(tmp_path).load_history_strings())[:2] == ["other 2", "one 2"]
    assert len(list(history(tmp_path).load_history_strings())) == 6


def test_the_file_is_private(tmp_path):
    history(tmp_path).store_string("x")
    assert stat.S_IMODE((tmp_path / "state/gradcli/history").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "state/gradcli").stat().st_mode) == 0o700


def test_a_file_that_others_could_read_becomes_private(tmp_path):
    path = tmp_path / "state/gradcli/history"
    path.parent.mkdir(parents=True)
    path.write_text("+old\n\n")
    path.chmod(0o644)
    history(tmp_path).store_string("x")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(history(tmp_path).load_history_strings()) == ["x", "old"]


def test_what_cannot_be_written_is_said_once(tmp_path):
    (tmp_path / "state").write_text("in the way")
    notes = []
    file = history(tmp_path, notes)
    file.store_string("x")
    file.store_string("y")
    assert len(notes) == 1 and "the history is not kept" in notes[0]
    assert list(file.load_history_strings()) == []


def test_a_file_cut_off_in_the_middle_is_still_read(tmp_path):
    history(tmp_path).store_string("x = 1")
    path = tmp_path / "state/gradcli/history"
    path.write_bytes(path.read_bytes() + b"+y = \xff")
    assert list(history(tmp_path).load_history_strings())[-1] == "x = 1"


def test_only_the_newest_of_many_entries_are_offered(tmp_path):
    history(tmp_path).store_string("old")
    path = tmp_path / "state/gradcli/history"
    path.write_text(path.read_text() + "".join(f"+x{n}\n\n" for n in range(10_050)))
    offered = list(history(tmp_path).load_history_strings())
    assert offered[0] == "x10049" and "old" not in offered and 9_990 <= len(offered) <= 10_001
