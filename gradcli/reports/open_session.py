"""Open a session as the settings say, run actions in it within the limits and timed, and write their results."""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import wraps
from math import inf
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeVar, cast

from gradcli.console.diagnostics import flush, tell, write_program_error
from gradcli.console.output import Output
from gradcli.console.output_limit import Allowance, counting_output
from gradcli.console.progress import Active, erasing_line, progressing
from gradcli.console.settings import PRINT_OPTIONS, Settings
from gradcli.process.deferred_modules import deferring
from gradcli.process.limits import limited, walled
from gradcli.process.shortage import require_memory
from gradcli.process.startup_interrupts import raise_at_interrupts

if TYPE_CHECKING:
    from gradcli.session.session import Session


Report = TypeVar("Report", bound=Callable[..., int])


def in_doubles(report: Report) -> Report:
    """A command's work, computed in double precision: a tensor of 32 bits that a program makes goes with its point."""
    @wraps(report)
    def wrapper(*args: Any) -> int:
        from gradcli.engine.tensor.dtypes import double_precision

        next(settings for settings in args if isinstance(settings, Settings)).double = True
        with double_precision():
            return report(*args)

    return cast(Report, wrapper)


def open_session(settings: Settings, write: Any) -> Session:
    """A session with these settings, which prints by `write`; the names of --var are set in it."""
    require_memory()
    with deferring():
        from gradcli.engine.tensor.memory import MemoryLimit
        from gradcli.session.session import Session

    raise_at_interrupts()
    MemoryLimit.most = inf if settings.no_limits or not settings.memory_limit else settings.memory_limit
    allowance = Allowance(settings)
    session = Session(style=settings.style, seed=settings.seed,
                      write=counting_output(erasing_line(write, settings), allowance),
                      stream=settings.stream, age=settings.age,
                      note=None if settings.quiet else _noting(settings, allowance))
    gc.freeze()     # what is imported stays; only what programs make is collected
    gc.enable()
    session.complain = counting_output(erasing_line(write_program_error, settings), allowance)
    Active.counts = session.spent
    printing = [f"{name}={value!r}" for name in PRINT_OPTIONS if (value := getattr(settings, name)) is not None]
    if printing:
        session.run(f"torch.set_printoptions({', '.join(printing)})", "<options>", echo=False)
    if settings.detect_anomaly:
        session.run("torch.autograd.set_detect_anomaly(True)", "<options>", echo=False)
    if settings.double:
        session.run("torch.set_default_dtype(torch.float64)", "<options>", echo=False)
    if settings.var:
        from gradcli.data.bindings import set_variables

        assignments = opened_variables(settings)
        with walled(settings):
            set_variables(session, assignments)
    return session


def opened_variables(settings: Settings) -> list[Any]:
    """The assignments of --var with their files read, which a locked process cannot do."""
    if settings.opened is None:
        from gradcli.console.source import from_argument
        from gradcli.data.input_data import open_assignment

        with limited(settings):
            settings.opened = [open_assignment(from_argument(text), settings) for text in settings.var]
    return settings.opened


def _noting(settings: Settings, allowance: Allowance) -> Callable[[str], None]:
    """Writes a session's notes to standard error; they count towards --max-output."""
    write = counting_output(erasing_line(lambda text: tell(text.removesuffix("\n")), settings), allowance)
    return lambda text: write(f"note: {text}\n")

def timed(settings: Settings, name: str, action: Any) -> Any:
    """Call `action` within the limits and return its result; --time says on standard error how long it took."""
    start = perf_counter()
    try:
        with walled(settings), progressing():
            return action()
    finally:
        if settings.time:
            flush()
            tell(f"{name}: {perf_counter() - start:.6f} s")

def write_result(output: Output, settings: Settings, make: Callable[[], str]) -> int:
    """Write the text that `make` returns, under the time and output limits; finish the output and return 0."""
    with walled(settings):
        counting_output(output.write, Allowance(settings))(make())
    output.finish()
    return 0
