"""Running programs: what eval, run and the REPL share, with nothing heavy imported until a session opens."""

from __future__ import annotations

import gc
from collections.abc import Callable
from math import inf
from time import perf_counter
from typing import TYPE_CHECKING, Any

from gradcli.console.diagnostics import flush, follow, pass_on, tell
from gradcli.console.output import Output
from gradcli.console.progress import Line, lifting, progressing
from gradcli.console.settings import Settings
from gradcli.console.source import Source, from_words, text_of_file, unprompted
from gradcli.process.interrupt_signal import raise_at_interrupts
from gradcli.process.limits import Allowance, counted, limited, walled
from gradcli.process.starting import require_memory
from gradcli.process.walls.sandbox import walls

if TYPE_CHECKING:
    from gradcli.session.session import Session

PRINTING = ("profile", "precision", "threshold", "edgeitems", "linewidth", "sci_mode")


def evaluate(words: list[str], settings: Settings | None = None) -> int:
    """`eval`: each word in one namespace, the value of every bare expression shown."""
    settings = settings or _plain_settings()
    with limited(settings):
        sources = from_words(words)
    if settings.format == "text":
        output = Output(settings.output, settings)
        session = open_session(settings, output.write)
        for source in sources:
            timed(settings, source.name, lambda source=source: session.run(source.text, source.name, echo=True))
        output.finish()
    else:
        from gradcli.reports.structured_results import collect

        collect(sources, settings)
    return 0


def run_file(path: str, args: list[str], settings: Settings | None = None, echo: bool = False,
             stay: bool = False) -> int:
    """`run`: a script, in which only print prints."""
    settings = settings or _plain_settings()
    if settings.format != "text" and settings.sources["format"] == "option":
        from gradcli.console.script_arguments import no_results

        raise no_results(path, settings)
    with limited(settings):
        source = text_of_file(path)
        cells = _is_notebook(source)
        source = source._replace(text=_as_program(source) if cells and echo else source.text if cells
                                 else unprompted(source.text))
    settings.follow_text(source.text)
    output = Output(settings.output, settings)
    if any(word[:1] == "-" for word in args) and not settings.quiet:
        from gradcli.console.script_arguments import remark

        remark(source, args)

    def ran() -> Session:
        if echo:
            session = _run_typed(source, args, settings, output)
        else:
            session = open_session(settings, output.write)
            session["args"] = args
            session.remarked.add("rows")    # a script means Python's sum, max and min
            timed(settings, source.name, lambda: _run(session, source, cells))
        output.finish()
        return session

    if stay:
        from gradcli.repl.loop import start

        return start(settings, ran)
    ran()
    return 0


def _is_notebook(source: Source) -> bool:
    """Whether what is to be run is a notebook, by its content or by its name."""
    if source.text[:1] != "{" and not source.text[:1].isspace():
        return source.name.endswith(".ipynb")
    from gradcli.data.notebook_cells import is_notebook

    return source.name.endswith(".ipynb") or is_notebook(source.text)


def _as_program(source: Source) -> str:
    from gradcli.data.notebook_cells import as_program

    return as_program(source.text, source.name)


def _run(session: Session, source: Source, is_notebook: bool) -> None:
    if is_notebook:
        from gradcli.data.notebook_cells import run_cells

        run_cells(session, source.text, source.name)
    else:
        session.run(source.text, source.name, echo=False)


def _run_typed(source: Source, args: list[str], settings: Settings, output: Output) -> Session:
    """Run a script as if it were typed, and write what a terminal would show."""
    import sys

    from gradcli.data.transcript import Tape, opening, prompted, replay

    tape = Tape(output.write)
    session = open_session(settings, tape.write)
    session["args"] = args
    tape.write(opening(settings) + (prompted(f"args = {args!r}") if args else ""))
    seen = not settings.output and sys.stdout is not None and sys.stdout.isatty()    # faults are shown there anyway
    timed(settings, source.name, lambda: replay(session, source, tape, faults=not seen))
    return session


def open_session(settings: Settings, write: Any) -> Session:
    """A session as the settings want it, with the names that --var gives."""
    require_memory()
    from gradcli.engine.tensor.memory import Room
    from gradcli.session.session import Session

    raise_at_interrupts()
    Room.most = inf if settings.no_limits or not settings.memory_limit else settings.memory_limit
    gc.freeze()     # what is imported stays; only what programs make is collected
    gc.enable()
    allowance = Allowance(settings)
    session = Session(style=settings.style, seed=settings.seed, write=counted(lifting(write, settings), allowance),
                      stream=settings.stream, age=settings.age,
                      note=None if settings.quiet else _noting(settings, allowance))
    session.complain = counted(lifting(pass_on, settings), allowance)
    Line.spent = session.spent
    printing = [f"{name}={value!r}" for name in PRINTING if (value := getattr(settings, name)) is not None]
    if printing:
        session.run(f"torch.set_printoptions({', '.join(printing)})", "<options>", echo=False)
    if settings.detect_anomaly:
        session.run("torch.autograd.set_detect_anomaly(True)", "<options>", echo=False)
    if settings.double:
        session.run("torch.set_default_dtype(torch.float64)", "<options>", echo=False)
    if settings.var:
        from gradcli.console.source import from_argument
        from gradcli.data.input_data import assign, opened

        with limited(settings):
            assignments = [opened(from_argument(text), settings) for text in settings.var]
        with walled(settings):
            for assignment in assignments:
                assign(session, assignment)
    return session


def _noting(settings: Settings, allowance: Allowance) -> Callable[[str], None]:
    """How a session's remarks reach standard error; they count as what a program prints does."""
    write = counted(lifting(lambda text: tell(text.removesuffix("\n")), settings), allowance)
    return lambda text: write(f"note: {text}\n")


def timed(settings: Settings, name: str, action: Any) -> Any:
    """Do it within the limits, and say on standard error how long it took if that was asked for."""
    start = perf_counter()
    try:
        with walled(settings), progressing():
            return action()
    finally:
        if settings.time:
            flush()
            tell(f"{name}: {perf_counter() - start:.6f} s")


def give(output: Output, settings: Settings, make: Callable[[], str]) -> int:
    """Write what `make` makes of a program's values, within the limits too; the exit status."""
    with walled(settings):
        counted(output.write, Allowance(settings))(make())
    output.finish()
    return 0


def limits_of(settings: Settings) -> dict[str, str]:
    """The limits in force, in the words of the options, and the walls of the system."""
    if settings.no_limits:
        return dict.fromkeys(("time-limit", "memory-limit", "max-output"), "none") | walls()
    return {"time-limit": f"{settings.time_limit:g} s" if settings.time_limit else "none",
            "memory-limit": _size(settings.memory_limit), "max-output": _size(settings.max_output), **walls()}


def _size(count: int | None) -> str:
    """A number of bytes as a person says it."""
    if not count:
        return "none"
    for unit, factor in (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if count % factor == 0:
            return f"{count // factor} {unit}"
    return f"{count} bytes"


def _plain_settings() -> Settings:
    settings = Settings()
    follow(settings)
    return settings


__all__ = ["Source", "evaluate", "limits_of", "open_session", "run_file", "timed"]
