"""A REPL without a terminal, for tests of what a submission does."""

import pytest

from gradcli.console.settings import Settings
from gradcli.repl.commands import execute
from gradcli.repl.core import Repl
from gradcli.reports.open_session import open_session


@pytest.fixture
def repl(capsys):
    settings = Settings({"isolated": True})
    session = open_session(settings, lambda text: print(text, end=""))
    made = Repl(settings, lambda: session, execute)
    made.capsys = capsys
    return made
