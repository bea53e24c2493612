"""docs/repl.md shows what the program does."""

import re

import pytest

pytest.importorskip("pexpect")
pytest.importorskip("pyte")

from gradcli.repl.commands import COMMANDS
from repl import capture  # after the check that its own imports are there


def test_the_session_on_the_page_is_what_the_screen_shows(tmp_path):
    assert capture.session(tmp_path) == capture.shown()


def test_every_command_is_on_the_page():
    described = set(re.findall(r"^\| `:(\w+)", capture.PAGE.read_text(), re.MULTILINE))
    assert described == set(COMMANDS)
