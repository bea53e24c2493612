"""Texts that nobody typed: their commands reach no file, no other program and no limit."""

import os
import subprocess
import sys

import pytest

from gradcli.console.pasted_session import commands
from gradcli.repl.submission import Pace
from support.program import gradcli

OUTSIDE = [":save stolen", ":load secret", ":transcript stolen", ":edit", ":sa stolen", "  :save stolen",
           ":set no-limits true", ":set time-limit 0", ":set time-limit 9999999", ":set memory-limit 64G",
           ":set memory-limit 0"]
HARMLESS = [":vars", ":help", ":set linewidth 60", ":style modern", ":set time-limit 60", ":set memory-limit 900M"]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "secret").write_text("print('read')\n")
    (tmp_path / "home").mkdir()
    return tmp_path


def fed(text):
    """What is dealt out of a text."""
    from gradcli.console.settings import Settings
    from gradcli.repl.loop import fed_reader

    read, dealt = fed_reader(text, Settings()), []
    try:
        while True:
            dealt.append(read().text)
    except EOFError:
        return dealt


@pytest.mark.parametrize("text, parts", [
    ("x = 1\n:vars\ny", ["x = 1", ":vars", "y"]), ("(1 1\n:vars\nx", ["(1 1", ":vars", "x"]),
    ("(1,\n2,\n3 3,\n4\n:vars", ["(1,\n2,\n3 3,", "4", ":vars"]),
    ("for i in x:\n    i\n\n:vars", ["for i in x:\n    i\n", ":vars"]), ("(\n" + "1,\n" * 500, ["(\n" + "1,\n" * 500])])
def test_a_text_with_commands_is_dealt_out_as_enter_would(text, parts):
    assert fed(text) == parts


def test_a_bracket_that_is_never_closed_is_not_read_again_with_each_line(monkeypatch):
    from gradcli.repl import multiline

    questions = []
    ready = multiline.ready
    monkeypatch.setattr(multiline, "ready", lambda text: questions.append(len(text)) or ready(text))
    text = "(\n" + "1,\n" * 3000
    assert fed(text) == [text] and sum(questions) < 10 * len(text)


@pytest.mark.parametrize("words", [("eval", "-"), ("repl",), ("graph", "-"), ("grad", "-", "--at", "x=1")])
def test_reading_a_text_counts_as_its_time_and_memory(words):
    outcome = gradcli(*words, "--time-limit", "0.5", "--memory-limit", "1G", stdin=">>> 1\n" + "ab\n" * 8_000_000)
    assert outcome.status == 5 and "longer than 0.5 seconds" in outcome.err


def changes(folder):
    return {"cwd": folder, "EDITOR": f"touch {folder}/edited; true", "VISUAL": None, "HOME": str(folder / "home"),
            "XDG_STATE_HOME": str(folder / "home/state")}


def untouched(folder):
    return sorted(os.listdir(folder)) == ["home", "secret"]


@pytest.mark.parametrize("command", OUTSIDE)
def test_a_fed_text_does_not_reach_outside(folder, command):
    outcome = gradcli("repl", stdin=f"x = 5\n{command}\nx + 1\n", **changes(folder))
    assert untouched(folder) and outcome.out == "6\n"
    assert "error[G0201]: :" in outcome.err and "only where a person types it" in outcome.err


@pytest.mark.parametrize("command", HARMLESS)
def test_the_other_commands_of_a_fed_text_are_obeyed(folder, command):
    outcome = gradcli("repl", stdin=f"x = 5\n{command}\nprint(7)\n", **changes(folder))
    assert "error" not in outcome.err and outcome.out.endswith("7\n")


def test_commands_of_a_paste_are_known_in_every_shape():
    assert commands("x = 1\n:save f\n") == {":save f"}
    assert commands("  :save f") == {":save f"}
    assert commands(">>> :save f\n>>> x\n1\n") == {":save f"}
    assert commands(":save f\r\n:edit\r\n") == {":save f", ":edit"}
    assert commands("x[1:]\n{1: 2}\n") == set()


def test_what_is_pasted_is_refused_and_what_is_typed_is_obeyed(repl, tmp_path):
    path = tmp_path / "script.grad"
    repl.submit("x = 5")
    repl.paste(f":save {path}")
    repl.submit(f":save {path}")
    assert not path.exists() and "only where a person types it" in repl.capsys.readouterr().err
    repl.submit(f":save {path}")        # the same, typed
    assert path.read_text() == "x = 5\n"
    path.unlink()
    repl.paste(str(path))               # the name of a file may come from elsewhere
    repl.submit(f":save {path}")
    assert path.exists()


def test_a_pasted_beginning_is_a_pasted_command(repl, tmp_path):
    path = tmp_path / "script.grad"
    repl.submit("x = 5")
    repl.paste(":save ")
    repl.submit(f":save {path}")
    assert not path.exists()


def test_lines_that_come_in_together_are_not_typed():
    pace = Pace()
    ended = [pace.ended(more) for more in (False, True, True, False, False)]
    assert ended == [True, False, False, False, True]


@pytest.mark.parametrize("term", ["xterm-256color", "dumb"])
def test_at_a_terminal_a_person_saves(terminal, folder, term):
    screen = terminal(home=folder / "home", EDITOR="true", term=term)
    screen.enter("x = 40; x + 3").until("43")
    screen.enter(f":save {folder}/script.grad")
    for _ in range(100):
        if (folder / "script.grad").exists():
            break
        screen.quiet(0.1)
    screen.enter("x + 2").until("42")
    assert (folder / "script.grad").read_text() == "x = 40; x + 3\n"


@pytest.mark.parametrize("text", ["{save}\n", "{save}"])
def test_a_paste_at_a_terminal_does_not_save(terminal, folder, text):
    screen = terminal(home=folder / "home", EDITOR="true")
    screen.enter("x = 40; x + 3").until("43")
    screen.paste(text.format(save=f":save {folder}/script")).quiet()
    screen.type("\r").quiet().type("\x03").quiet()
    screen.enter("40 + 2").until("42")
    assert not (folder / "script").exists()


@pytest.mark.parametrize("term", ["xterm-256color", "dumb"])
@pytest.mark.parametrize("text", ["x = 41\r{save}\r", "{save}\rx = 41\r", "max(3,\r{save}\r4)\r"])
def test_lines_that_come_in_at_once_do_not_save(terminal, folder, term, text):
    screen = terminal(home=folder / "home", EDITOR="true", term=term)
    screen.enter("x = 40; x + 3").until("43")
    screen.type(text.format(save=f":save {folder}/script")).quiet()
    screen.type("\x03").quiet()
    screen.enter("40 + 2").until("42")
    assert not (folder / "script").exists()


def test_standard_input_that_is_no_terminal_is_fed_even_if_the_output_is_one(folder):
    command = [sys.executable, "-m", "gradcli", "repl"]
    read, write = os.pipe()
    with subprocess.Popen(command, stdin=read, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder) as process:
        os.close(read)
        os.write(write, b":save stolen\n")
        os.close(write)
        assert b"only where a person types it" in process.communicate(timeout=30)[1]
    assert untouched(folder)
