"""A REPL without its terminal: what a submitted text does."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from itertools import pairwise
from shutil import get_terminal_size
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

from gradcli.console.diagnostics import complain, tell
from gradcli.console.exit_guard import READER_GONE, guarded
from gradcli.console.ipython_lines import untimed
from gradcli.console.output import put
from gradcli.console.output_limit import Allowance, counted
from gradcli.console.pasted_session import commands, failures, is_session, pasted
from gradcli.console.progress import Line, progressing
from gradcli.console.settings import Settings, nearest
from gradcli.data.transcript import as_program, ended, opening
from gradcli.faults.source import Span
from gradcli.faults.tree import Fault, LimitFault, NameFault, UsageFault
from gradcli.lang.syntax.statements import statements
from gradcli.process.interrupts import deferred, stopping
from gradcli.process.limits import limited, unwatched, walled
from gradcli.process.standby import Spoken, Standby
from gradcli.repl.incremental_parse import pieces

if TYPE_CHECKING:
    from gradcli.session.session import Session
    from gradcli.session.snapshot import Snapshot

ASKED = re.compile(r":?([\w.]+)\s*\?\??|\?\??\s*([\w.]*)|help\(\s*([\w.]*)\s*\)|help\s+([\w.]+)")    # also as elsewhere
SHELL = re.compile(r"--(time-limit|memory-limit|no-limits)\b")     # options that can be set here too
UNDOABLE = 200          # statements that :undo can take back
UNDO_BYTES = 1 << 28    # of memory that is kept for it


class Place(NamedTuple):
    """A statement of a text: what the text is called, the line it begins on, and how many come after it."""

    name: str = ""
    line: int = 0
    statement: str = ""
    after: int = 0

    @property
    def padded(self) -> str:
        """The statement with its lines where they are in the text."""
        return "\n" * (self.line - 1) + self.statement

    def mark(self, fault: Fault) -> None:
        """Let a fault point at the first line of the statement that is no comment."""
        if self.statement:
            lines = self.statement.split("\n")
            above = next((n for n, line in enumerate(lines) if not line.startswith("#")), 0)
            fault.name, fault.source = self.name, self.padded
            fault.span = Span(self.line + above, 1, self.line + above, len(lines[above]) + 1)


_NOWHERE = Place()


class Repl:
    """One session at a prompt: the texts that succeeded, what they printed, and whether to go on."""

    def __init__(self, settings: Settings, session: Callable[[], Session], execute: Callable[[Repl, str], None],
                 alone: AbstractContextManager[Any] | None = None, standby: Standby | None = None) -> None:
        """`session` gives the session when the first line needs it; it may still be loading before.

        `obey` carries out the commands that begin with a colon. `alone` is held while programs run: what loads in the
        background waits. `standby` sees to it that a program can be stopped whatever it does.
        """
        self.standby = standby
        self.execute = execute
        self.settings = settings
        self.alone = alone or nullcontext()
        self._session = session
        self.entries: list[Entry] = []
        self.undone: list[str] = []     # statements that :undo has taken back, the first of them last
        self.results: list[Any] = []    # the last values shown, newest first
        self.timing = settings.time
        self.forgotten: Any = None          # what there was before :reset
        self.orders = opening(settings)     # what a transcript must ask for before the next entry
        self.follows_width = False          # whether lines are as wide as the terminal
        self.expected: set[str] = set()     # statements of a paste that failed where it was copied
        self.pasted: set[str] = set()       # commands in what was pasted into the line
        self.typed = True                   # whether a person has typed the submission
        self._now = _NOWHERE                # the statement that runs, and how many of its text come after it
        self.over = False

    @property
    def session(self) -> Session:
        return self._session()

    def names(self) -> dict[str, Any]:
        """The names that programs have set, with their values."""
        return dict(self.session.names())

    def named(self, name: str) -> Any:
        """The value of one of them, or of an expression, whose effects are taken back."""
        if not name.isidentifier():
            with self.trying():
                return self.session.eval(name)
        found = self.names()
        if name not in found:
            raise NameFault(f"{name} is not set{nearest(name, list(found))}", ":vars")
        return found[name]

    def reset(self) -> None:
        """Forget every name, and what was typed to set them."""
        from gradcli.reports.open_session import open_session

        before = self._session, self.entries, self.results, self.orders, self.forgotten
        fresh = open_session(self.settings, self.write)
        self._session = lambda: fresh
        self.entries, self.results, self.orders = [], [], opening(self.settings)
        self.forgotten = before

    def remember(self) -> bool:
        """Take the last `reset` back, if there was one."""
        if self.forgotten is None:
            return False
        self._session, self.entries, self.results, self.orders, self.forgotten = self.forgotten
        Line.spent = self.session.spent
        return True

    def write(self, text: str) -> None:
        """Print what a command of the prompt has to say."""
        put(text)

    def write_values(self, make: Callable[[], str]) -> None:
        """Print a text in which values of the program are shown, which may run its code: within all limits."""
        with self.trying():
            text = make()
        counted(put, Allowance(self.settings))(text)

    def paste(self, text: str) -> None:
        """Take note of a text that is being pasted: of its failed statements, and of its commands."""
        self.expected |= failures(text)
        self.pasted |= commands(text)

    def submit(self, text: str, typed: bool = True) -> None:
        """Obey a command, or run a program and show its values; a fault is shown and changes nothing.

        `typed` says whether a person has typed the text; commands that reach outside are not obeyed otherwise.
        """
        text = pasted(text) if is_session(text) else text   # a prompt may have been typed or fed with the statement
        if "%time" in text:
            text = untimed(text)
        stripped = text.strip()
        self.typed = typed and not stripped.startswith(tuple(self.pasted))
        self._now = _NOWHERE
        if stripped and guarded(lambda: self._submitted(text, stripped)) == READER_GONE:
            self.over = True
        elif self._now.after:
            tell(f"note: {self._now.after} statement{'s' * (self._now.after > 1)} after it not run")
        self.expected.clear()
        self.pasted.clear()
        unwatched(self.settings)

    def _submitted(self, text: str, stripped: str) -> None:
        try:
            self._submit(text, stripped)
        except Spoken:
            pass
        except LimitFault as fault:
            if fault.span is None:      # given in place of a statement that could not say where it was
                self._now.mark(fault)
            fault.hints = [(SHELL.sub(_as_typed, repair), why) for repair, why in fault.hints]
            raise
        finally:
            self._stand_down()

    def _submit(self, text: str, stripped: str) -> None:
        if stripped in ("exit", "quit", "exit()", "quit()"):
            self.over = True
        elif stripped.startswith(":"):
            self.execute(self, stripped[1:])
        elif stripped == "help" and "help" not in self.names():
            self.execute(self, "help")
        elif (asked := ASKED.fullmatch(stripped)) and not (stripped[0] == "h" and "help" in self.names()):
            name = next(filter(None, asked.groups()), "")
            self.execute(self, f"doc {name}" if name else "help")
        else:
            self.undone.clear()
            self.run(text)

    @contextmanager
    def trying(self) -> Iterator[None]:
        """Within, programs run as statements do, and whatever they change is taken back."""
        from gradcli.session.snapshot import Snapshot

        checkpoint = Snapshot(self.session)
        self._stand_by()
        with deferred():
            try:
                with (walled(self.settings), progressing(), self.alone, checkpoint.watching(),
                      self.session.in_force(), stopping()):
                    yield
            finally:
                self._stand_down()
                checkpoint.restore()

    def _follow_width(self) -> None:
        """Let lines be as wide as the terminal is now; a transcript says so, since its text depends on it."""
        width = get_terminal_size().columns
        if self.session.options.linewidth != width:
            self.session.options.linewidth = width
            self.orders += f"# gradcli: linewidth {width}\n"

    def run(self, text: str, name: str = "<stdin>") -> None:
        """Run a program statement by statement, as if each had been typed.

        It ends with the first statement that fails; one that failed where a paste was copied ends nothing.
        """
        parts = self._parts(text)
        for n, (part, expected) in enumerate(parts, 1):
            try:
                self._run(part, name, sum(len(pieces(later)) for later, _ in parts[n:]))
            except Fault as fault:
                if not expected:
                    raise
                complain(fault)
        self._now = _NOWHERE

    def _parts(self, text: str) -> list[tuple[str, bool]]:
        """A text cut where it holds statements that are expected to fail, each part with its lines where they were."""
        parts: list[tuple[str, bool]] = []
        if not self.expected:
            return [(text, False)]
        for line, piece in pieces(text):
            expected = piece.strip() in self.expected
            if parts and not expected and not parts[-1][1]:
                parts[-1] = f"{parts[-1][0]}\n{piece}", False
            else:
                parts.append(("\n" * line + piece, expected))
        return parts

    def _run(self, text: str, name: str, after: int) -> None:
        self._now = _NOWHERE
        with limited(self.settings), stopping():
            program = list(statements(text, name))
        places = [*(Place(name, *each, len(program) - n + after) for n, each in enumerate(program, 1)), _NOWHERE]
        for place, following in pairwise(places):
            self._now = place
            self._stand_by()
            start = perf_counter()
            if self.follows_width:
                self._follow_width()
            from gradcli.session.snapshot import Snapshot

            checkpoint, results = Snapshot(self.session), self.results
            with deferred():        # but for the run itself, whose first Ctrl-C ends it and whose second waits
                try:
                    with (walled(self.settings), progressing(), self.alone, checkpoint.watching(),
                          self._remembering(), stopping()):
                        printed = self.session.run(place.padded, name, echo=True)
                except BaseException:
                    self._stand_down()
                    checkpoint.restore()
                    self.results = results
                    raise
            sys.stdout.flush()
            checkpoint.discard_unchanged()
            self.entries.append(Entry(place.statement, ended(printed), checkpoint, results, self.orders))
            self.orders = ""
            self._lighten()
            if self.timing:
                tell(f"{perf_counter() - start:.6f} s")
            self._now = following       # which a copy that goes on here is to name
            if self.standby:
                self.standby.done()

    def _stand_by(self) -> None:
        """Before a statement: let a copy of the process keep what is there now."""
        if self.standby:
            with self.alone:
                self.standby.stand(self.session.generators.seed)

    def _stand_down(self) -> None:
        """After it."""
        if self.standby:
            self.standby.dismiss()

    def script(self) -> list[str]:
        """The statements that succeeded, as a script, with what was asked for by commands.

        Where later statements ask for `_`, it is set in so many words.
        """
        used = set().union(*(self.session.words(entry.text) for entry in self.entries)) & {"_", "_1", "_2"}
        before = "".join(f"{older} = {newer}; " for older, newer in (("_2", "_1"), ("_1", "_")) if older in used)
        lines = ["_ = _1 = _2 = None"] if used else []
        shown = [*(entry.results for entry in self.entries[1:]), self.results]
        for entry, after in zip(self.entries, shown, strict=False):
            single = used and after is not entry.results and _is_expression(entry.text)
            lines += [*as_program(entry.orders), f"{before}_ = ({entry.text}\n)" if single else entry.text]
        return lines + as_program(self.orders)

    def _lighten(self) -> None:
        """Let go of the oldest checkpoints, where they are too many or keep too much alive."""
        weight = 0.0
        for age, entry in enumerate(reversed(self.entries)):
            if entry.checkpoint is None:
                break
            weight += entry.weight
            if age >= UNDOABLE or weight > UNDO_BYTES:
                entry.checkpoint = None

    @contextmanager
    def _remembering(self) -> Iterator[None]:
        """Within, each value shown becomes `_`, and the ones before it `_1` and `_2`."""
        session, shown = self.session, self.session.display
        session.display = self._keeping(shown)
        try:
            yield
        finally:
            session.display = shown

    def undo(self, count: int) -> list[Entry]:
        """Take back the last statements; those that were, newest first."""
        taken = self.entries[: -count - 1 : -1]
        if not taken:
            raise UsageFault("there is nothing to undo")
        checkpoints = [entry.checkpoint for entry in taken if entry.checkpoint is not None]
        if len(checkpoints) < len(taken):
            raise UsageFault(f"only the last {len(checkpoints)} statements can be taken back",
                             f":undo {len(checkpoints)}" if checkpoints else ":reset")
        with deferred():
            for checkpoint in checkpoints:
                checkpoint.restore()
            self.results = taken[-1].results
        self.orders = "".join(entry.orders for entry in reversed(taken)) + self.orders
        del self.entries[-len(taken):]
        self.undone += [entry.text for entry in taken]
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
    """A statement that succeeded, what it printed, what was before it, and what a transcript asks for."""

    __slots__ = ("checkpoint", "orders", "printed", "results", "text", "weight")

    def __init__(self, text: str, printed: str, checkpoint: Snapshot, results: list[Any], orders: str = "") -> None:
        self.orders = orders
        self.text = text
        self.printed = printed
        self.checkpoint: Snapshot | None = checkpoint
        self.weight = checkpoint.weight
        self.results = results


def _as_typed(option: re.Match[str]) -> str:
    """An option of the command line as the command that sets it."""
    return f":set {option[1]}{' true' * (option[1] == 'no-limits')}"


def _is_expression(text: str) -> bool:
    """Whether a statement is one expression, which could stand in brackets."""
    from gradcli.lang.syntax.parser import parse

    try:
        parse(f"_ = ({text}\n)", "<stdin>")
    except Fault:
        return False
    return True
