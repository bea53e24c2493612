"""Running checks in a session, as the prompt, `gradcli run` or a notebook would."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from os.path import basename
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from gradcli.console.output_limit import OutputLost
from gradcli.console.settings import KEYS, Settings, did_you_mean, read_setting
from gradcli.data.notebook_cells import CellHistory, run_cell, text_of_output, texts_of_output
from gradcli.faults.mistakes import TimeLimit
from gradcli.faults.source import encodable, terminal_safe
from gradcli.faults.tree import Fault, UsageFault, render
from gradcli.reports.open_session import open_session
from gradcli.testing.compare import judge, matches
from gradcli.testing.formats.numbered import after_prompts
from gradcli.testing.model import Check, Document, OutputParts
from gradcli.testing.tracebacks import exception_name

if TYPE_CHECKING:
    from gradcli.session.session import Session

NEW = "new session"
RESULTS = ("_", "_1", "_2")
NOTEBOOK_KINDS = ("cell", "unrun", "numbered")     # kinds whose inputs keep what they did before they failed


class Outcome(NamedTuple):
    """The outcome of one check. `verdict` is "passed", "failed" or "skipped".

    Or "waiting": a command, which only a process that is not locked can start.
    """

    number: int             # which of the file's checks it is, from 0
    check: Check
    verdict: str
    problem: str = ""       # what is wrong, where it is not that the texts differ
    parts: OutputParts = OutputParts()
    seconds: float = 0.0
    fatal: bool = False     # nothing after it was run

    @property
    def is_updatable(self) -> bool:
        """Whether new expected text would make it pass."""
        return self.verdict == "failed" and not self.problem and self.check.is_compared


def run_command_check(outcome: Outcome, limit: float, settings: Settings) -> Outcome:
    """The outcome of a check; one that is a command, and 'waiting', is run here, in the memory of `settings`."""
    if outcome.verdict != "waiting":
        return outcome
    from gradcli.testing.formats.console_blocks import run_check

    memory = 0 if settings.no_limits else settings.memory_limit or 0
    parts, problem, seconds = run_check(outcome.check, limit, memory)
    problem = problem or outcome.check.options.problem
    is_right = not problem and matches(outcome.check, parts.lines)
    return outcome._replace(verdict="passed" if is_right else "failed", problem=problem,
                            parts=OutputParts() if is_right else parts, seconds=seconds)


class Clock:
    """Raises a fault when a file has run for too long."""

    rung = False

    @contextmanager
    def running(self, seconds: float, limit: float) -> Iterator[None]:
        """Within, at most `seconds` may pass; the fault names the `limit` they are what is left of."""
        import signal
        from threading import current_thread, main_thread

        def stop(number: int, frame: object) -> NoReturn:
            self.rung = True
            raise TimeLimit(f"the file ran for longer than {limit:g} seconds",
                            (f"--time-limit {limit * 10:g}", "more time"))

        if not seconds or current_thread() is not main_thread():
            yield
            return
        before = signal.signal(signal.SIGALRM, stop)
        signal.setitimer(signal.ITIMER_REAL, max(seconds, 1e-3))
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)


class Runner:
    """The session of one file."""

    def __init__(self, document: Document, settings: Settings) -> None:
        """`settings` are the file's from now on: its directives change them."""
        self.document = document
        self.settings = settings
        settings.quiet = True       # what sessions remark on the side is no part of a test
        self.clock = Clock()
        self._printed: list[str] = []
        self._session: Session | None = None
        self._results: list[Any] = []
        self._memory = CellHistory()

    @property
    def session(self) -> Session:
        if self._session is None:
            self._session = open_session(self.settings, self._printed.append)
            self._session["args"] = []
            self._results.clear()
            self._memory = CellHistory()
        return self._session

    def outcome(self, index: int) -> Outcome:
        """Run a check, after its directives, and return its outcome."""
        check = self.document.checks[index]
        start = perf_counter()
        for directive in check.directives:
            try:
                self._apply_directive(directive, check)
            except UsageFault as fault:     # costs this check; the others are still worth their time
                return Outcome(index, check, "failed", fault.message)
        if check.options.skip:
            return Outcome(index, check, "skipped")
        if check.kind == "command":
            return Outcome(index, check, "waiting")
        parts = self._execute(check)
        seconds = perf_counter() - start
        if self.clock.rung:
            return Outcome(index, check, "failed", parts.message, parts, seconds, fatal=True)
        problem = judge(check, parts)
        if problem is None:
            return Outcome(index, check, "passed", "", OutputParts(), seconds)
        return Outcome(index, check, "failed", problem, parts, seconds)

    def _execute(self, check: Check) -> OutputParts:
        """Run a check and return its output. A fault restores every name, as at the prompt, but not in a cell."""
        session = self.session
        values: list[Any] = []
        names = session.names()
        self._printed.clear()
        if check.kind in NOTEBOOK_KINDS:
            self._memory.begin(session, check.source, int(check.number) if check.number.isdecimal() else None)
        elif "_" in check.source:
            for name, result in zip(RESULTS, self._results, strict=False):
                session[name] = result
        if check.kind == "prompt":
            session.display = self._display
        elif check.kind in NOTEBOOK_KINDS:
            session.display = values.append
        try:
            EXECUTORS[check.kind](session, check, self.document)
            result = self._text_of_output(check, values[-1]) if values else None
        except Fault as fault:
            if check.kind not in NOTEBOOK_KINDS:
                self._restore(names)
            return OutputParts(encodable("".join(self._printed)), None, render(fault), fault.code,
                               terminal_safe(fault.message), exception_name(fault))
        except OutputLost as lost:      # cannot be: nothing is written anywhere
            raise lost.error from None
        return OutputParts(encodable("".join(self._printed)), None if result is None else encodable(result))

    def _text_of_output(self, check: Check, value: Any) -> str:
        """The text of a cell's value: of all that some Jupyter shows, the one that is stored, else the usual one."""
        usual = self._forms(check, [text_of_output(self.session, value)])
        stream = encodable("".join(self._printed))
        self._memory.record_output(value)

        def is_stored(text: str) -> bool:
            return matches(check, OutputParts(stream, encodable(text)).lines)

        if any(map(is_stored, usual)):
            return next(filter(is_stored, usual))
        with self.session.running():
            plain = self.session.quoted(value)
        return next(filter(is_stored, self._forms(check, [*texts_of_output(self.session, value), plain])), usual[0])

    def _forms(self, check: Check, texts: list[str]) -> list[str]:
        """Texts of a value as they may stand in the file."""
        if check.kind != "numbered":
            return texts
        return [form for text in texts for form in after_prompts(check, text)]

    def _display(self, value: Any) -> None:
        """Show a value as the prompt does, and remember it: later inputs may call it `_`."""
        self._printed.append(self.session.quoted(value) + "\n")
        self._results = [value, *self._results[:2]]

    def _restore(self, before: dict[str, Any]) -> None:
        session = self.session
        now = session.names()
        for name in now.keys() - before.keys():
            session.run(f"del {name}", echo=False)
        for name, value in before.items():
            if now.get(name) is not value:
                session[name] = value

    def _apply_directive(self, directive: str, check: Check) -> None:
        """Apply one directive of `# gradcli:`; UsageFault for one that is unknown."""
        if directive == NEW:
            self._session = None
            return
        word, _, text = directive.partition(" ")
        key = KEYS.get(word.replace("-", "_"))
        if key is None or key.name not in Settings.printing():
            directives = [NEW, "skip", *(KEYS[name].word for name in Settings.printing())]
            place = f"{self.document.path}:{check.line}"
            suggestion = did_you_mean(directive, directives) or did_you_mean(word, directives)
            raise UsageFault(f"{place}: `# gradcli:` knows no {directive!r}{suggestion}",
                             "# gradcli: new session", "# gradcli: style modern", "# gradcli: seed 3")
        value = read_setting(key, text or (key.kind is bool or ""), f"{self.document.path}:{check.line}: {word}")
        setattr(self.settings, key.name, value)
        if key.name == "style":
            self.settings.sources["style"] = directive
        self.settings.follow_age()
        if self._session is not None:
            self._apply_setting(key.name, value)

    def _apply_setting(self, name: str, value: Any) -> None:
        session = self.session
        if name == "style":
            session.style = value
        elif name == "stream":
            session.stream = value
        elif name == "age":
            session.age, session.style = value, self.settings.style
        elif name == "seed":
            session.run(f"torch.manual_seed({value})", echo=False)
        elif name == "double":
            session.run(f"torch.set_default_dtype(torch.float{64 if value else 32})", echo=False)
        else:
            session.run(f"torch.set_printoptions({name}={value!r})", echo=False)


def _prompt(session: Session, check: Check, document: Document) -> None:
    session.run(check.source, "<stdin>")


def _script(session: Session, check: Check, document: Document) -> None:
    above = "\n" * (check.line - 1)     # so that places count from the top of the file
    session.run(above + check.source, basename(document.path), echo=False)


def _cell(session: Session, check: Check, document: Document) -> None:
    run_cell(session, check.source, "<cell>")


EXECUTORS: dict[str, Callable[[Session, Check, Document], None]] = {
    "prompt": _prompt, "script": _script, "program": _script, "cell": _cell,
    "unrun": _cell, "numbered": _cell}


def run_checks(document: Document, settings: Settings, limit: float, is_selected: Callable[[Check], bool],
               first_only: bool = False) -> list[Outcome]:
    """Run all checks of a file in order; the outcomes of those selected, with `first_only` up to the first failure."""
    runner = Runner(document, settings)
    outcomes: list[Outcome] = []
    with runner.clock.running(limit, limit):
        for index, check in enumerate(document.checks):
            outcome = runner.outcome(index)
            if outcome.fatal or is_selected(check):
                outcomes.append(outcome)
            if outcome.fatal or (first_only and outcome.verdict == "failed" and is_selected(check)):
                break
    return outcomes
