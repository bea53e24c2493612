"""Running programs: what eval, run and the REPL share, with nothing heavy imported until a session opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gradcli.console.diagnostics import apply_settings
from gradcli.console.output import Output
from gradcli.console.settings import Settings
from gradcli.console.source import Source, from_words, is_program_file, text_of_file, unprompted
from gradcli.faults.source import quoted
from gradcli.faults.tree import Fault
from gradcli.process.limits import limited
from gradcli.reports.open_session import open_session, timed

if TYPE_CHECKING:
    from gradcli.session.session import Session

def evaluate(argv: list[str], settings: Settings | None = None) -> int:
    """`eval`: each word in one namespace, the value of every bare expression shown."""
    settings = settings or _plain_settings()
    with limited(settings):
        sources = from_words(argv)
    try:
        _evaluate_sources(sources, settings)
    except Fault as fault:      # eval takes programs: a file is run
        fault.hints[:0] = [(f"gradcli run {quoted(word)}", "runs the file") for word in argv if is_program_file(word)]
        raise
    return 0


def _evaluate_sources(sources: list[Source], settings: Settings) -> None:
    """Run the sources, and write their values in the form of the settings."""
    if settings.format == "text":
        output = Output(settings.output, settings)
        session = open_session(settings, output.write)
        for source in sources:
            timed(settings, source.name, lambda source=source: session.run(source.text, source.name, echo=True))
        output.finish()
    else:
        from gradcli.reports.structured_results import evaluate_as_data

        evaluate_as_data(sources, settings)


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
        source = source._replace(text=_notebook_program(source) if cells and echo else source.text if cells
                                 else unprompted(source.text))
    settings.follow_text(source.text)
    output = Output(settings.output, settings)
    if any(word[:1] == "-" for word in args) and not settings.quiet:
        from gradcli.console.script_arguments import remark_stray_options

        remark_stray_options(source, args)

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
        from gradcli.repl.loop import start_prompt

        return start_prompt(settings, ran)
    ran()
    return 0


def _is_notebook(source: Source) -> bool:
    """Whether what is to be run is a notebook, by its content or by its name."""
    if source.text[:1] != "{" and not source.text[:1].isspace():
        return source.name.endswith(".ipynb")
    from gradcli.console.source import is_notebook

    return source.name.endswith(".ipynb") or is_notebook(source.text)


def _notebook_program(source: Source) -> str:
    from gradcli.data.notebook_cells import notebook_as_program

    return notebook_as_program(source.text, source.name)


def _run(session: Session, source: Source, is_notebook: bool) -> None:
    if is_notebook:
        from gradcli.data.notebook_cells import run_cells

        run_cells(session, source.text, source.name)
    else:
        session.run(source.text, source.name, echo=False)


def _run_typed(source: Source, args: list[str], settings: Settings, output: Output) -> Session:
    """Run a script as if it were typed, and write what a terminal would show."""
    import sys

    from gradcli.data.transcript import Tape, opening, prompted, replay_script

    tape = Tape(output.write)
    session = open_session(settings, tape.write)
    session["args"] = args
    tape.write(opening(settings) + (prompted(f"args = {args!r}") if args else ""))
    # on a terminal the diagnosis of a fault stands below the transcript anyway
    on_terminal = not settings.output and sys.stdout is not None and sys.stdout.isatty()
    timed(settings, source.name, lambda: replay_script(session, source, tape, faults=not on_terminal))
    return session


def _plain_settings() -> Settings:
    settings = Settings()
    apply_settings(settings)
    return settings
