"""A REPL without a terminal, for tests of what a submission does."""

import pytest

from gradcli.commands.running import open_session
from gradcli.commands.settings import Settings
from gradcli.repl.state import Repl


@pytest.fixture
def repl(capsys):
    settings = Settings({"isolated": True})
    session = open_session(settings, lambda text: print(text, end=""))
    made = Repl(settings, lambda: session)
    made.capsys = capsys
    return made
