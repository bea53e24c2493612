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
from gradcli.console.exit_guard import exit_status_of
from gradcli.console.ipython_lines import untimed
from gradcli.console.output import print_text
from gradcli.console.output_limit import Allowance, counting_output
from gradcli.console.pasted_session import clean_paste, commands, failures, is_session
from gradcli.console.progress import Active, progressing
from gradcli.console.settings import Settings, did_you_mean
from gradcli.data.transcript import directives_as_program, opening, with_newline
from gradcli.faults.exit_codes import READER_GONE
from gradcli.faults.source import Span
from gradcli.faults.tree import Fault, LimitFault, NameFault, UsageFault
from gradcli.lang.syntax.statements import statements
from gradcli.process.interrupts import deferred, stopping
from gradcli.process.limits import limited, unwatched, walled
from gradcli.process.standby import AlreadyReported, Standby
from gradcli.repl.incremental_parse import pieces

if TYPE_CHECKING:
    from gradcli.session.session import Session
    from gradcli.session.snapshot import Snapshot

HELP_REQUEST = re.compile(      # `name?` as in IPython, `help(name)` as in Python
    r":?([\w.]+)\s*\?\??|\?\??\s*([\w.]*)|help\(\s*([\w.]*)\s*\)|help\s+([\w.]+)")
SHELL = re.compile(r"--(time-limit|memory-limit|no-limits)\b")     # options that can be set here too
UNDOABLE = 200          # statements that :undo can take back
UNDO_BYTES = 1 << 28    # of memory that is kept for it


class StatementPlace(NamedTuple):
    """A statement of a text: the name of the text, the line it begins on, and how many statements follow."""

    name: str = ""
    line: int = 0
    statement: str = ""
    after: int = 0

    @property
    def padded(self) -> str:
        """The statement below as many blank lines as precede it in the text, so that its line numbers hold."""
        return "\n" * (self.line - 1) + self.statement

    def mark(self, fault: Fault) -> None:
        """Point a fault at the first line of the statement that is no comment."""
        if self.statement:
            lines = self.statement.split("\n")
            above = next((n for n, line in enumerate(lines) if not line.startswith("#")), 0)
            fault.name, fault.source = self.name, self.padded
            fault.span = Span(self.line + above, 1, self.line + above, len(lines[above]) + 1)


NOWHERE = StatementPlace()


class Repl:
    """One session at a prompt: the texts that succeeded, what they printed, and whether to go on."""

    def __init__(self, settings: Settings, session: Callable[[], Session], execute: Callable[[Repl, str], None],
                 program_lock: AbstractContextManager[Any] | None = None, standby: Standby | None = None) -> None:
        """`session` returns the session, and waits while it is still loading.

        `execute` carries out the commands that begin with a colon. `program_lock` is held while programs run, so that
        what loads in the background waits. `standby` keeps a copy of the process, so that any program can be stopped.
        """
        self.standby = standby
        self.execute = execute
        self.settings = settings
        self.program_lock = program_lock or nullcontext()
        self._session = session
        self.entries: list[ExecutedStatement] = []
        self.undone: list[str] = []     # statements that :undo has taken back, the first of them last
        self.results: list[Any] = []    # the last values shown, newest first
        self.timing = settings.time
        self.before_reset: Any = None          # what there was before :reset
        self.directives = opening(settings)     # what a transcript must ask for before the next entry
        self.follows_width = False          # whether lines are as wide as the terminal
        self.expected_failures: set[str] = set()    # statements of a paste that failed where it was copied
        self.pasted_commands: set[str] = set()      # commands in what was pasted into the line
        self.typed = True                   # whether a person has typed the submission
        self._current = NOWHERE             # the statement that runs, and how many of its text come after it
        self.over = False

    @property
    def session(self) -> Session:
        return self._session()

    def names(self) -> dict[str, Any]:
        """The names that programs have set, with their values."""
        return dict(self.session.names())

    def named(self, name: str) -> Any:
        """The value of a name, or of an expression, whose effects are undone; NameFault for a name that is not set."""
        if not name.isidentifier():
            with self.rollback():
                return self.session.eval(name)
        names = self.names()
        if name not in names:
            raise NameFault(f"{name} is not set{did_you_mean(name, list(names))}", ":vars")
        return names[name]

    def reset(self) -> None:
        """Forget every name, and what was typed to set them."""
        from gradcli.reports.open_session import open_session

        before = self._session, self.entries, self.results, self.directives, self.before_reset
        fresh = open_session(self.settings, self.write)
        self._session = lambda: fresh
        self.entries, self.results, self.directives = [], [], opening(self.settings)
        self.before_reset = before

    def undo_reset(self) -> bool:
        """Undo the last `reset`; False if there was none."""
        if self.before_reset is None:
            return False
        self._session, self.entries, self.results, self.directives, self.before_reset = self.before_reset
        Active.counts = self.session.spent
        return True

    def write(self, text: str) -> None:
        """Print the text of a command of the prompt."""
        print_text(text)

    def write_values(self, make: Callable[[], str]) -> None:
        """Print the text of `make`, which shows values and so may run the program's code: within all limits, undone."""
        with self.rollback():
            text = make()
        counting_output(print_text, Allowance(self.settings))(text)

    def paste(self, text: str) -> None:
        """Note the statements of a pasted text that failed where it was copied, and its commands."""
        self.expected_failures |= failures(text)
        self.pasted_commands |= commands(text)

    def submit(self, text: str, typed: bool = True) -> None:
        """Execute a command, or run a program and print its values; a fault is printed and changes nothing.

        `typed` is whether a person has typed the text: only then commands may reach files and other programs.
        """
        if is_session(text):    # a prompt may have been typed or fed with the statement
            text = clean_paste(text)
        if "%time" in text:
            text = untimed(text)
        stripped = text.strip()
        self.typed = typed and not stripped.startswith(tuple(self.pasted_commands))
        self._current = NOWHERE
        if stripped and exit_status_of(lambda: self._submitted(text, stripped)) == READER_GONE:
            self.over = True
        elif self._current.after:
            tell(f"note: {self._current.after} statement{'s' * (self._current.after > 1)} after it not run")
        self.expected_failures.clear()
        self.pasted_commands.clear()
        unwatched(self.settings)

    def _submitted(self, text: str, stripped: str) -> None:
        try:
            self._submit(text, stripped)
        except AlreadyReported:
            pass
        except LimitFault as fault:
            if fault.span is None:      # given in place of a statement that could not say where it was
                self._current.mark(fault)
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
        elif (request := HELP_REQUEST.fullmatch(stripped)) and not (stripped[0] == "h" and "help" in self.names()):
            name = next(filter(None, request.groups()), "")
            self.execute(self, f"doc {name}" if name else "help")
        else:
            self.undone.clear()
            self.run(text)

    def _snapshot(self) -> Snapshot:
        """The session as it is now, to return to."""
        from gradcli.session.snapshot import Snapshot  # which the first prompt does not need

        return Snapshot(self.session)

    @contextmanager
    def rollback(self) -> Iterator[None]:
        """Within, programs run as statements do; afterwards all that they changed is undone."""
        checkpoint = self._snapshot()
        self._stand_by()
        with deferred():
            try:
                with (walled(self.settings), progressing(), self.program_lock, checkpoint.watching(),
                      self.session.in_force(), stopping()):
                    yield
            finally:
                self._stand_down()
                checkpoint.restore()

    def _follow_width(self) -> None:
        """Set the line width to that of the terminal, and record it for transcripts, whose text depends on it."""
        width = get_terminal_size().columns
        if self.session.options.linewidth != width:
            self.session.options.linewidth = width
            self.directives += f"# gradcli: linewidth {width}\n"

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
        self._current = NOWHERE

    def _parts(self, text: str) -> list[tuple[str, bool]]:
        """A text cut where it holds statements that are expected to fail, each part with its lines where they were."""
        parts: list[tuple[str, bool]] = []
        if not self.expected_failures:
            return [(text, False)]
        for line, piece in pieces(text):
            expected = piece.strip() in self.expected_failures
            if parts and not expected and not parts[-1][1]:
                parts[-1] = f"{parts[-1][0]}\n{piece}", False
            else:
                parts.append(("\n" * line + piece, expected))
        return parts

    def _run(self, text: str, name: str, after: int) -> None:
        self._current = NOWHERE
        with limited(self.settings), stopping():
            program = list(statements(text, name))
        places = [*(StatementPlace(name, *statement, len(program) - n + after)
                    for n, statement in enumerate(program, 1)), NOWHERE]
        for place, following in pairwise(places):
            self._current = place
            self._stand_by()
            start = perf_counter()
            if self.follows_width:
                self._follow_width()
            checkpoint, results = self._snapshot(), self.results
            with deferred():        # but for the run itself, whose first Ctrl-C ends it and whose second waits
                try:
                    with (walled(self.settings), progressing(), self.program_lock, checkpoint.watching(),
                          self._results_recorded(), stopping()):
                        printed = self.session.run(place.padded, name, echo=True)
                except BaseException:
                    self._stand_down()
                    checkpoint.restore()
                    self.results = results
                    raise
            sys.stdout.flush()
            checkpoint.discard_unchanged()
            self.entries.append(
                ExecutedStatement(place.statement, with_newline(printed), checkpoint, results, self.directives))
            self.directives = ""
            self._drop_old_checkpoints()
            if self.timing:
                tell(f"{perf_counter() - start:.6f} s")
            self._current = following       # which a copy that goes on here is to name
            if self.standby:
                self.standby.statement_succeeded()

    def _stand_by(self) -> None:
        """Before a statement: fork the standby copy, which keeps the state of this moment."""
        if self.standby:
            with self.program_lock:
                self.standby.prepare(self.session.generators.seed)

    def _stand_down(self) -> None:
        """After a statement: end the standby copy."""
        if self.standby:
            self.standby.release()

    def script(self) -> list[str]:
        """The statements that succeeded, as the lines of a script, with the settings that commands changed.

        Where later statements use `_`, the script assigns it.
        """
        used = set().union(*(self.session.words(entry.text) for entry in self.entries)) & {"_", "_1", "_2"}
        before = "".join(f"{older} = {newer}; " for older, newer in (("_2", "_1"), ("_1", "_")) if older in used)
        lines = ["_ = _1 = _2 = None"] if used else []
        results = [*(entry.results for entry in self.entries[1:]), self.results]
        for entry, after in zip(self.entries, results, strict=False):
            single = used and after is not entry.results and _is_expression(entry.text)
            lines += directives_as_program(entry.directives)
            lines.append(f"{before}_ = ({entry.text}\n)" if single else entry.text)
        return lines + directives_as_program(self.directives)

    def _drop_old_checkpoints(self) -> None:
        """Drop the oldest checkpoints beyond UNDOABLE statements or UNDO_BYTES bytes."""
        weight = 0.0
        for age, entry in enumerate(reversed(self.entries)):
            if entry.checkpoint is None:
                break
            weight += entry.weight
            if age >= UNDOABLE or weight > UNDO_BYTES:
                entry.checkpoint = None

    @contextmanager
    def _results_recorded(self) -> Iterator[None]:
        """Within, each displayed value becomes `_`, and the two before it `_1` and `_2`."""
        session, display = self.session, self.session.display
        session.display = self._recording_results(display)
        try:
            yield
        finally:
            session.display = display

    def undo(self, count: int) -> list[ExecutedStatement]:
        """Undo the last `count` statements, or as many as there are; returns them, newest first."""
        statements = self.entries[: -count - 1 : -1]
        if not statements:
            raise UsageFault("there is nothing to undo")
        checkpoints = [entry.checkpoint for entry in statements if entry.checkpoint is not None]
        if len(checkpoints) < len(statements):
            raise UsageFault(f"only the last {len(checkpoints)} statements can be taken back",
                             f":undo {len(checkpoints)}" if checkpoints else ":reset")
        with deferred():
            for checkpoint in checkpoints:
                checkpoint.restore()
            self.results = statements[-1].results
        self.directives = "".join(entry.directives for entry in reversed(statements)) + self.directives
        del self.entries[-len(statements):]
        self.undone += [entry.text for entry in statements]
        return statements

    def _recording_results(self, display: Callable[[Any], object]) -> Callable[[Any], None]:
        """A function that displays a value and assigns it to `_`, and the two before it to `_1` and `_2`."""
        def show(value: Any) -> None:
            display(value)
            self.results = [value, *self.results[:2]]
            for name, result in zip(("_", "_1", "_2"), self.results, strict=False):
                self.session[name] = result

        return show


class ExecutedStatement:
    """A statement that succeeded: its text, its output, the state before it, and a transcript's directives for it."""

    __slots__ = ("checkpoint", "directives", "printed", "results", "text", "weight")

    def __init__(self, text: str, printed: str, checkpoint: Snapshot, results: list[Any], directives: str = "") -> None:
        self.directives = directives
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
