"""The loop: read, run, show, until the end of the input."""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable, Iterator
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

from gradcli import __version__
from gradcli.console.diagnostics import apply_settings, complain, report_internal_error, tell
from gradcli.console.output import print_text
from gradcli.console.replayed import refuse_change
from gradcli.console.settings import Settings, init_path
from gradcli.console.source import Source, from_file, standard_input
from gradcli.faults.tree import Fault, LimitFault
from gradcli.process.interrupts import ignored
from gradcli.process.limits import limited, lock_worker
from gradcli.process.standby import Standby
from gradcli.process.startup_interrupts import raise_at_interrupts
from gradcli.repl.core import Repl
from gradcli.repl.submission import CONTINUED, PROMPT, Pace, Reader, Submission, waiting
from gradcli.reports.open_session import open_session, opened_variables

if TYPE_CHECKING:
    from gradcli.session.session import Session

SWITCH = 0.0005     # seconds after which loading makes way for a key
SHORT = 80          # lines that are read again with each that is added
LARGEST_INIT = 1 << 20      # bytes of init.grad


def start_prompt(settings: Settings | None = None, script: Callable[[], Session] | None = None, init: str | None = None,
                 no_init: bool = False) -> int:
    """Serve a prompt until its end; `script` runs one first, and gives the session that it has filled."""
    if settings is None:
        settings = Settings()
        apply_settings(settings)
    refuse_change("the prompt")
    raise_at_interrupts()
    interactive = sys.stdin is not None and sys.stdin.isatty()
    first = None if script is not None else first_program(settings, init, no_init)
    session_settings = settings

    def begin() -> Session:
        return session_with_init(session_settings, first)

    if settings.var:
        opened_variables(settings)      # before the process is locked
        script = script or begin        # limits stand in the main thread only, and the values of --var are programs
    loading = BackgroundSession(begin)
    repl = Repl(settings, loading.result, _execute, loading.busy, Standby() if interactive else None)
    greeting = f"gradcli {__version__}, style {settings.style}; :help lists commands, Ctrl-D leaves"
    greets = interactive and not settings.quiet
    if interactive:
        with ignored():
            if greets and script is None:
                tell(greeting)
            reader = reader_for(repl, loading.start)
            lock_worker(settings, prompt=True)     # before a second thread is started
    else:
        with limited(settings):
            text = standard_input().text
    if not interactive:
        lock_worker(settings)
        reader = fed_reader(text, settings)
    if script is not None:
        session = script()
        loading.make = lambda: session
        if greets:
            tell(greeting)
    converse(repl, reader)
    return 0


def converse(repl: Repl, read: Reader) -> None:
    """Submit what is read until there is no more."""
    while not repl.over:
        try:
            text, typed = read()
        except KeyboardInterrupt:
            repl.pasted_commands.clear()
            continue
        except EOFError:
            return
        except Fault:       # of the text that is fed: there is no more to read
            raise
        except Exception as error:      # whatever this is, it is our mistake, and no reason to lose a session
            report_internal_error(error)
            tell("lines are read without editing from now on")
            read = plain_reader()
            continue
        repl.submit(text, typed)


def reader_for(repl: Repl, load: Callable[[], None]) -> Reader:
    """The editing prompt where the terminal can show it, a plain one elsewhere.

    `load` begins to load what the first line will need; it is called once a prompt stands.
    """
    if os.environ.get("TERM", "dumb") in ("dumb", "") or not sys.stdout.isatty():
        return plain_reader(load)
    from gradcli.repl.prompt import editing_reader

    return editing_reader(repl, load)


def plain_reader(load: Callable[[], None] = lambda: None) -> Reader:
    """Lines as the terminal gives them, without a single escape code; `load` begins to load what they need."""
    from gradcli.repl.multiline import ready

    pace = Pace()

    def read() -> Submission:
        load()
        try:
            text = input(PROMPT)
            typed = pace.ended(waiting())
            while not ready(text):
                try:
                    text += "\n" + input(CONTINUED)
                    typed = pace.ended(waiting()) and typed
                except EOFError:
                    print()
                    break
        except KeyboardInterrupt:
            print()     # below the ^C
            raise
        return Submission(text, typed)

    return read


def fed_reader(text: str, settings: Settings) -> Reader:
    """The submissions in a text that was fed instead of typed, dealt out within the limits.

    A text that is a program as a whole is dealt out by statements, so that a blank line
    inside a function does not end it; one with commands in it, by what Enter would submit.
    """
    from gradcli.lang.syntax.statements import statements

    try:
        with limited(settings):
            program = list(statements(text, "<stdin>"))
    except LimitFault:
        raise
    except Fault:
        lines = deque(text.split("\n"))
    else:
        parts = ("\n" * (line - 1) + part for line, part in program)
        return lambda: Submission(_next(parts), False)

    def read() -> Submission:
        if not lines:
            raise EOFError
        with limited(settings):
            return Submission(next_submission(lines), False)

    return read


def next_submission(lines: deque[str]) -> str:
    """Remove the first lines that Enter would submit together, and return them as one text.

    While a bracket, a string or a block is open, more lines can only show that it is wrong. That is checked when
    there are twice as many as before, and the first line that shows it is then searched for by bisection.
    """
    from gradcli.lang.syntax.statements import COMPOUND
    from gradcli.repl.incremental_parse import LineState, state_after
    from gradcli.repl.multiline import ready

    submitted = [lines.popleft()]
    state = state_after(LineState(), submitted[0])
    block = COMPOUND.match(submitted[0]) is not None
    unready = 0         # lines of which it is known that they are not ready
    while True:
        count = len(submitted)
        candidate = not state.is_open and (not block or not submitted[-1].strip())
        if count >= 2 * unready or candidate and (count <= SHORT or count >= unready + unready // 16):
            if ready("\n".join(submitted)):
                break
            unready = count
        if not lines:
            if not ready("\n".join(submitted)):
                return "\n".join(submitted)
            break
        submitted.append(lines.popleft())
        state = state_after(state, submitted[-1])
    low, high = unready + 1, len(submitted)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if ready("\n".join(submitted[:middle])) else (middle + 1, high)
    lines.extendleft(reversed(submitted[low:]))
    return "\n".join(submitted[:low])


def _next(parts: Iterator[str]) -> str:
    """The next part; EOFError where there is none, as a terminal has it."""
    for part in parts:
        return part
    raise EOFError


def first_program(settings: Settings, init: str | None, no_init: bool) -> Source | None:
    """The program in init.grad, or in the file `init`; a Fault if that cannot be read, and None if init.grad cannot."""
    path = init or ("" if no_init or settings.isolated or not os.path.exists(init_path()) else init_path())
    try:
        with limited(settings):
            return from_file(path, "gradcli --init ", LARGEST_INIT) if path else None
    except Fault as fault:
        if init:
            raise
        complain(fault)
        return None


def session_with_init(settings: Settings, first: Source | None) -> Session:
    """A new session in which the program of init.grad has run, if there is one."""
    session = open_session(settings, print_text)
    if first is not None:
        try:
            session.run(first.text, first.name, echo=False)
        except Fault as fault:
            complain(fault)
    return session


class BackgroundSession:
    """Opens the session while the first line is being typed, and then loads what later ones may ask for.

    What loads in the background holds `busy`, and so does whoever runs a program.
    """

    def __init__(self, make: Callable[[], Session]) -> None:
        self._session: Session | None = None
        self._fault: BaseException | None = None
        self.make = make
        self._started = False
        self._ready = Event()
        self.busy = Lock()

    def start(self) -> None:
        """Begin, unless it has begun: best when the first prompt stands."""
        if not self._started:
            self._started = True
            try:
                Thread(target=self._load, daemon=True).start()
            except RuntimeError:    # there can be no more threads
                self._load()

    def _load(self) -> None:
        usual = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH)
        try:
            self._session = self.make()
        except BaseException as fault:      # handed to whoever asks for the session
            self._fault = fault
        self._ready.set()
        self._load_more()
        sys.setswitchinterval(usual)

    def _load_more(self) -> None:
        if self._session is not None:
            for name in self._session.bare:
                with self.busy:
                    self._session.operation(name)
            with self.busy:
                import gradcli.reference.operations  # noqa: F401  # what completion tells of them

    def result(self) -> Session:
        """The session, waited for if need be."""
        self.start()
        self._ready.wait()
        if self._fault is not None:
            raise self._fault
        assert self._session is not None
        return self._session


def _execute(repl: Repl, line: str) -> None:
    from gradcli.repl.commands import execute  # with all that they need, which the first prompt does not

    execute(repl, line)
