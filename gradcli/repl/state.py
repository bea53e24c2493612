"""A REPL without its terminal: what a submitted text does."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING, Any

from gradcli.commands.limiting import walled
from gradcli.commands.outcome import READER_GONE, guarded, tell
from gradcli.commands.settings import Settings, nearest
from gradcli.errors import NameFault, UsageFault

if TYPE_CHECKING:
    from gradcli.session import Session

UNDOABLE = 50       # statements whose names are kept for :undo, with all the memory behind them


class Repl:
    """One session at a prompt: the texts that succeeded, what they printed, and whether to go on."""

    def __init__(self, settings: Settings, session: Callable[[], Session]) -> None:
        """`session` gives the session when the first line needs it; it may still be loading before."""
        self.settings = settings
        self._session = session
        self.entries: list[Entry] = []
        self.results: list[Any] = []    # the last values shown, newest first
        self.timing = settings.time
        self.over = False

    @property
    def session(self) -> Session:
        return self._session()

    def names(self) -> dict[str, Any]:
        """The names that programs have set, with their values."""
        return dict(self.session.names())

    def named(self, name: str) -> Any:
        """The value of one of them."""
        found = self.names()
        if name not in found:
            raise NameFault(f"{name} is not set{nearest(name, list(found))}", ":vars")
        return found[name]

    def reset(self) -> None:
        """Forget every name, and what was typed to set them."""
        from gradcli.commands.running import open_session

        fresh = open_session(self.settings, self.write)
        self._session = lambda: fresh
        self.entries.clear()

    def write(self, text: str) -> None:
        """Print as a program prints."""
        sys.stdout.write(text)

    def submit(self, text: str) -> None:
        """Obey a command, or run a program and show its values; a fault is shown and changes nothing."""
        stripped = text.strip()
        if stripped and guarded(lambda: self._submit(text, stripped)) == READER_GONE:
            self.over = True

    def _submit(self, text: str, stripped: str) -> None:
        if stripped in ("exit", "quit", "exit()", "quit()"):
            self.over = True
        elif stripped.startswith(":"):
            from gradcli.repl.orders import obey

            obey(self, stripped[1:])
        elif stripped.endswith("?") and stripped[:-1].strip().replace(".", "a").isidentifier():
            from gradcli.repl.orders import obey

            obey(self, f"doc {stripped[:-1].strip()}")
        else:
            self.run(text)

    def run(self, text: str, name: str = "<stdin>") -> None:
        """Run a program statement by statement, as if each had been typed."""
        from gradcli.commands.transcript import statements

        for line, statement in statements(text, name):
            start, before = perf_counter(), self.names()
            with walled(self.settings), self._undone_by_faults():
                printed = self.session.run("\n" * (line - 1) + statement, name, echo=True)
            sys.stdout.flush()
            self.entries.append(Entry(statement, printed, before))
            if len(self.entries) > UNDOABLE:
                self.entries[-UNDOABLE - 1].before = None
            if self.timing:
                tell(f"{perf_counter() - start:.6f} s")

    @contextmanager
    def _undone_by_faults(self) -> Iterator[None]:
        """Within, a fault or an interruption leaves every name what it was."""
        session, before = self.session, self.names()
        shown, session.display = session.display, self._keeping(session.display)
        try:
            yield
        except BaseException:
            self.restore(before)
            raise
        finally:
            session.display = shown

    def restore(self, before: dict[str, Any]) -> None:
        """Make every name what it was; what was written into a tensor stays written."""
        for name, value in self.names().items():
            if name not in before:
                self.session.run(f"del {name}", echo=False)
            elif value is not before[name]:
                self.session[name] = before[name]
        for name in before.keys() - self.names().keys():
            self.session[name] = before[name]

    def undo(self, count: int) -> list[Entry]:
        """Take back the last statements; those that were, newest first."""
        taken = self.entries[: -count - 1 : -1]
        before = taken[-1].before if taken else None
        if before is None:
            raise UsageFault(f"{len(taken)} statements cannot be taken back" if taken else "there is nothing to undo")
        self.restore(before)
        del self.entries[-len(taken):]
        return taken

    def _keeping(self, display: Callable[[Any], object]) -> Callable[[Any], None]:
        """`display`, which also gives each value to `_`, and the ones before it to `_1` and `_2`."""
        def show(value: Any) -> None:
            display(value)
            self.results = [value, *self.results[:2]]
            for name, result in zip(("_", "_1", "_2"), self.results, strict=False):
                self.session[name] = result

        return show


class Entry:
    """A statement that succeeded, what it printed, and what the names were before it."""

    __slots__ = ("before", "printed", "text")

    def __init__(self, text: str, printed: str, before: dict[str, Any] | None) -> None:
        self.text = text
        self.printed = printed
        self.before = before

