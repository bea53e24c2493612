"""A mistake of ours in a key, a colour or a completion costs one line: never a traceback, never the session."""

from threading import Thread
from time import sleep

import pytest

pytest.importorskip("prompt_toolkit")

from prompt_toolkit.application import create_app_session  # after the check that it is there
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from gradcli.console.settings import Settings
from gradcli.repl import completion, highlight, keys, prompt
from gradcli.repl.commands import execute
from gradcli.repl.core import Repl
from gradcli.repl.loop import converse
from gradcli.repl.submission import Submission
from gradcli.reports.open_session import open_session


def broken(*args, **options):
    raise IndexError("broken on purpose")


@pytest.fixture
def typed(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    settings = Settings({"isolated": True})
    session = open_session(settings, lambda text: None)
    session.run("1 + 1")

    def read(*texts):
        """What is read when texts are typed one after the other."""
        with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
            reader = prompt.editing_reader(Repl(settings, lambda: session, execute), lambda: None)

            def type_slowly():
                for text in texts:
                    sleep(0.25)     # what is queued when a key fails is dropped
                    try:
                        pipe.send_text(text)
                    except OSError:
                        return          # the line was submitted

            Thread(target=type_slowly, daemon=True).start()
            return reader().text

    return read


@pytest.mark.parametrize("name, texts, read", [
    ("enter", ["1 + 1\r", "\r"], "1 + 1"), ("dedent_line", ["1 + 1\r", "\r"], "1 + 1"),
    ("paste", ["\x1b[200~x\x1b[201~", "y\r"], "y"), ("space", ["if 1:\r", " ", "x\r", "\r"], "if 1:\n    x"),
])
def test_in_a_key(typed, monkeypatch, capsys, name, texts, read):
    calls = []
    real = getattr(keys, name)

    def once(*args):
        calls.append(name)
        return real(*args) if len(calls) > 1 else broken()

    monkeypatch.setattr(keys, name, once)
    assert typed(*texts) == read
    captured = capsys.readouterr()
    assert "internal error: IndexError: broken on purpose" in captured.err
    assert "Traceback" not in captured.out + captured.err and "ENTER" not in captured.out + captured.err


def test_in_a_completion(typed, monkeypatch, capsys):
    monkeypatch.setattr(completion, "name_candidates", broken)
    assert typed("si", "\t", "\x15", "1 + 1\r") == "1 + 1"
    captured = capsys.readouterr()
    assert "internal error: IndexError" in captured.err and "Traceback" not in captured.err


@pytest.mark.parametrize("spared", [0, 2])
def test_in_a_colour_it_ends_the_editing_and_not_the_session(typed, monkeypatch, capsys, spared):
    calls = []

    def at_last(text):
        calls.append(text)
        return None if len(calls) <= spared else broken()

    monkeypatch.setattr(highlight, "mistake", at_last)
    monkeypatch.setattr("builtins.input", lambda prompt: "exit")
    repl = Repl(Settings({"isolated": True}), lambda: None, execute)
    converse(repl, lambda: Submission(typed("one", "two", "three", "four", "five"), True))
    captured = capsys.readouterr()
    assert repl.over and "lines are read without editing from now on" in captured.err
    assert "Traceback" not in captured.out + captured.err and "ENTER" not in captured.out + captured.err
