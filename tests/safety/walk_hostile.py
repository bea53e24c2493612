"""The hostile walk: seeded random calls of everything reachable, with arguments that programs should not be able to misuse.

Each call is the text of a small program, run in a session, so that it goes through the guards as any program does:

    PYTHONPATH=tests python -m safety.walk_command --calls 1000000 --seed 0
"""

from __future__ import annotations

import contextlib
import io
import random
import signal
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from typing import Any

from gradcli.exposure import ForeignValue
from gradcli.faults.tree import Fault, LimitFault, render
from gradcli.session.session import Session
from safety.closed_set import ClosedSet
from safety.walk_calls import Calls, Statement
from safety.walk_findings import Findings, arrived, fingerprint, place_of
from safety.walk_values import DEFINITIONS, IMPORTS, copied, everything, mixed
from safety.walk_ways import WAYS

BATCH = 400             # calls of one program text
ROUND = 4000            # calls of one session: what they change lasts no longer
PATIENCE = 1.0          # seconds for one call
ROOM = 4 << 20          # bytes for one result of an operation
UNCAUGHT = 0.02         # the share of calls that are also run without a program that catches
SHOWING = {f"w_{name}" for name in "raise cause exception assert reraise print format catch_own".split()}


class Late(BaseException):
    """A call that takes too long. No program catches it."""


def ring(*_: Any) -> None:
    raise Late


class Walk:
    """One walk: `findings`, the `closed` set with the types met, and counts."""

    def __init__(self, seed: int = 0, style: str = "tutorial") -> None:
        self.seed, self.style = seed, style
        self.findings = Findings()
        self.calls = self.values = self.late = self.limits = self.refused = 0
        self.raised: Counter[str] = Counter()
        self.calls_by: Calls = None     # type: ignore[assignment]  # made with the first session
        self.seen: set[Any] = set()         # places where exceptions came from, of which one was run uncaught
        self.statement: Statement | None = None

    def run(self, calls: int, seconds: float = 1e9) -> Walk:
        """Make `calls` calls, or as many as `seconds` allow."""
        end = time.monotonic() + seconds
        before = signal.signal(signal.SIGPROF, ring)
        try:
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()), \
                    warnings.catch_warnings(), little_room():
                warnings.simplefilter("ignore")
                while self.calls < calls and time.monotonic() < end:
                    self.round(min(ROUND, calls - self.calls), end)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, before)
        return self

    def open(self) -> Session:
        """A session with all definitions that the language takes."""
        session = Session(style=self.style, seed=0)
        for name in ("met", "caught", "handed", "noted", "reached"):
            session[name] = getattr(self, name)
        session.run(IMPORTS)
        self.definitions: list[str] = [IMPORTS]
        for text in (*DEFINITIONS, *WAYS, everything(), *mixed(), *copied()):
            try:
                with self.timed():
                    session.run(text + "\n", echo=False)
                self.definitions.append(text)
            except (Fault, Late):
                self.refused += 1
        return session

    @contextlib.contextmanager
    def timed(self) -> Iterator[None]:
        signal.setitimer(signal.ITIMER_PROF, PATIENCE, 0.1)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)

    def round(self, calls: int, end: float) -> None:
        self.session = session = self.open()
        chance = random.Random(f"{self.seed} {self.style} {self.calls}")
        if self.calls_by is None:
            self.calls_by = Calls(session, self.definitions)
            self.closed = ClosedSet(self.calls_by.functions)
        self.shared = fingerprint(session)
        done = 0
        while done < calls and time.monotonic() < end:
            batch = [self.calls_by.draw(chance) for _ in range(min(BATCH, calls - done))]
            self.batch(batch)
            for statement in batch:
                if chance.random() < UNCAUGHT or statement.cause in SHOWING and chance.random() < 0.5:
                    self.uncaught(statement)
            self.compare(batch)
            done += len(batch)

    def batch(self, batch: list[Statement]) -> None:
        """Run the calls as functions of one program, going on behind those that end it."""
        text = "\n".join(f"def c{n}():\n    v = []\n    try:\n        {write.body}\n    except Exception as e: caught(e, v)"
                         for n, write in enumerate(batch))
        names = ", ".join(f"c{n}" for n in range(len(batch)))
        try:
            self.session.run(f"{text}\ncalls = [{names}]\n", echo=False)
        except Fault:       # one of them is not in the language
            if len(batch) > 1:
                self.batch(batch[:len(batch) // 2])
                self.batch(batch[len(batch) // 2:])
            else:
                self.calls += 1
                self.refused += 1
            return
        pending = self.following(batch, self.session.names()["calls"])
        self.session["pending"] = pending
        while self.calls_left:
            try:
                with self.timed():
                    self.session.run("for call in pending: call()\n", echo=False)
            except LimitFault:
                self.limits += 1
            except Fault:
                pass
            except Late:
                self.late += 1
            except BaseException as error:
                if isinstance(error, KeyboardInterrupt):
                    raise
                self.note("an internal error", f"{type(error).__name__} {error}"[:80], place_of(error))
            pending = self.following(batch, self.session.names()["calls"], self.at + 1)
            self.session["pending"] = pending

    def following(self, batch: list[Statement], calls: list[Any], first: int = 0) -> Iterator[Any]:
        self.calls_left = first < len(batch)
        return self._following(batch, calls, first)

    def _following(self, batch: list[Statement], calls: list[Any], first: int) -> Iterator[Any]:
        self.at = first
        for self.at in range(first, len(batch)):
            signal.setitimer(signal.ITIMER_PROF, PATIENCE, 0.1)
            self.statement = batch[self.at]
            self.calls += 1
            yield calls[self.at]
        self.calls_left = False

    def look(self, value: Any, way: str, cause: str) -> None:
        """Note what in `value` no program may hold."""
        self.values += 1
        for where, why, _ in self.closed.strangers(value):
            self.note(f"{way}{where}", why, cause)

    def note(self, way: str, why: str, cause: str) -> None:
        if self.statement is not None:
            self.findings.add(way, why, cause, self.statement.body, self.calls)

    def met(self, result: Any, values: list[Any]) -> None:
        """A call has returned: called by the program."""
        statement = self.statement
        cause = statement.cause if statement else ""
        self.look(result, "result", cause)
        for value in values:
            self.look(value, "argument afterwards", cause)
        for owner in (*values, getattr(result, "__self__", None)):
            name = inner_container(owner, result) if type(result) in (list, dict, set, tuple) else ""
            if name and statement is not None and f"{name.rpartition('.')[2]} =" not in statement.body:
                self.note("result", f"a container of ours: {name}", cause)
        if statement is not None:
            self.calls_by.outcome(statement, type(result))

    def caught(self, error: Exception, values: list[Any]) -> None:
        """A call has raised: what the program has got hold of by `except Exception as e`."""
        cause = place_of(error)
        if self.statement is not None:
            self.calls_by.outcome(self.statement, cause)
        self.raised[type(error).__name__] += 1
        self.look(error, "exception", cause)
        for value in values:
            self.look(value, "argument afterwards", cause)

    def handed(self, *values: Any) -> Any:
        """A function of the program was called by ours: with members alone."""
        for value in values:
            self.look(value, "handed to a function of the program", self.statement.cause if self.statement else "")
        return values[0] if values else None

    def noted(self, name: str, value: Any) -> None:
        """One of several results of a call, each of another name."""
        self.look(value, name, self.statement.cause if self.statement else "")

    def reached(self, name: str, values: Any, options: Any = None) -> Any:
        """A protocol of ours was asked of a class of the program."""
        if sys._getframe(2).f_code.co_filename.startswith("/"):
            self.note("asked of a class of the program", f"the private name {name}", place(sys._getframe(2)))
        return self.handed(values, options)

    def uncaught(self, statement: Statement) -> None:
        """The same call where nothing catches: a fault that can be rendered, or nothing."""
        self.statement = statement
        body = statement.body.replace("met(", "print(", 1)
        try:
            with self.timed():
                text = self.session.run(f"v = []\n{body}\n", echo=True)
            self.look(text, "printed", statement.cause)
        except Fault as fault:
            with self.timed(), contextlib.suppress(Late):
                self.look(render(fault), "printed by a fault", statement.cause)
        except Late:
            self.late += 1
        except (Exception, ForeignValue) as error:
            self.note("an internal error", f"{type(error).__name__} {error}"[:80], place_of(error))

    def compare(self, batch: list[Statement]) -> None:
        now = fingerprint(self.session)
        for name in self.shared.keys() & now.keys():
            if self.shared[name] != now[name]:
                culprits = self.shared[name].items() ^ now[name].items()
                for key in sorted({key for key, _ in culprits} - arrived(name, self.shared[name]))[:3]:
                    self.statement = next((write for write in batch if write.writes(name, key)), batch[0])
                    self.note("changed", f"{name}.{key}", "a shared object")
        self.shared = now


def inner_container(owner: Any, value: Any) -> str:
    """The private attribute of an object of our classes that is this very container."""
    kind = type(owner)
    if not any(write.__module__.startswith("gradcli.") for write in kind.__mro__):
        return ""
    try:
        names = object.__getattribute__(owner, "__dict__")
    except AttributeError:
        return ""
    return next((f"{kind.__mro__[-2].__name__}.{name}" for name, part in names.items()
                 if part is value and value != () and name[0] == "_"), "")


def place(frame: Any) -> str:
    return f"{frame.f_code.co_filename.rsplit('/gradcli/', 1)[-1]}:{frame.f_lineno}"


@contextlib.contextmanager
def little_room() -> Iterator[None]:
    """Within, results of operations are small, so that calls with large numbers end soon."""
    from gradcli.engine.tensor.memory import MemoryLimit

    before, MemoryLimit.most = MemoryLimit.most, ROOM
    try:
        yield
    finally:
        MemoryLimit.most = before
