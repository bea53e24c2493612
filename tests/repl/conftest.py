"""A REPL without a terminal, for tests of what a submission does, and the real program on a terminal."""

import pytest

from gradcli.console.settings import Settings
from gradcli.repl.commands import execute
from gradcli.repl.core import Repl
from gradcli.reports.open_session import open_session


@pytest.fixture
def repl(capsys):
    settings = Settings({"isolated": True})
    session = open_session(settings, lambda text: print(text, end=""))
    repl = Repl(settings, lambda: session, execute)
    repl.capsys = capsys
    return repl


@pytest.fixture
def terminal(tmp_path):
    """Starts the real program on a terminal, which closes with the test."""
    pytest.importorskip("pexpect")
    pytest.importorskip("pyte")
    from repl.screen import Screen

    screens = []

    def start(*args, home=tmp_path, ready=">>>", **options):
        """The screen, once the line `ready` is on it; at once if that is None."""
        screens.append(Screen(home, *args, **options))
        if ready is not None:
            screens[-1].until(ready)
        return screens[-1]

    yield start
    for screen in screens:
        screen.child.close(force=True)
