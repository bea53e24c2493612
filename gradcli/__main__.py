"""The entry point `python -m gradcli`. Plain forms of commands are dispatched here, before Typer is imported."""

from __future__ import annotations

import gc
import os
import sys

from gradcli.faults import exit_codes
from gradcli.process.startup_interrupts import leave_at_interrupts

TYPE_CHECKING = False   # the module typing is not worth its time here
if TYPE_CHECKING:
    from typing import NoReturn

THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
NO_ROOM = b"error[G0601]: the machine has too little memory, or too few files, for gradcli to start\n"


def main() -> NoReturn:
    """Run the command line, and exit with its status."""
    leave_at_interrupts()
    for name in THREADS:    # starting numpy with a pool of threads costs half as much again
        os.environ.setdefault(name, "1")
    gc.disable()            # what imports make is no garbage; a session turns collection on again
    try:
        status = start()
    except KeyboardInterrupt:
        status = exit_codes.INTERRUPTED
    except Exception as error:
        try:
            from gradcli.console.exit_guard import report_failed_start

            status = report_failed_start(error)
        except Exception:       # the diagnosis cannot be imported either
            os.write(2, NO_ROOM)
            status = exit_codes.LIMIT_REACHED
    os._exit(status)        # all is flushed; interpreter shutdown would take a tenth of the time of a one-liner


def start() -> int:
    """Fork the worker process, which runs the command, and wait for it; returns the exit status in both."""
    from gradcli.process.fork_worker import fork_worker

    waited = fork_worker()   # before anything is loaded that would have to be copied
    if waited is not None:
        return waited
    from gradcli.console.diagnostics import ignore_unraisable
    from gradcli.console.exit_guard import exit_status_of

    sys.unraisablehook = ignore_unraisable
    return exit_status_of(lambda: serve(sys.argv[1:]))


def serve(argv: list[str]) -> int:
    """Run the command that `argv` names, and return its exit status."""
    if "_GRADCLI_COMPLETE" in os.environ:   # a shell asks for completions
        from gradcli.cli import run_with_typer
        return run_with_typer(argv)
    if argv == ["--version"]:
        from gradcli import __version__
        print(f"gradcli {__version__}")
        return 0
    if argv and argv[-1] in ("--help", "-h"):
        text = _help(argv)
        if text is not None:
            print(text, end="")
            return 0
    terminal = sys.stdin is not None and sys.stdin.isatty()
    if not argv and terminal or argv == ["repl"]:
        from gradcli.repl.loop import start_prompt
        return start_prompt()
    if not argv:
        argv = ["eval", "-"]
    command, *rest = argv
    if command == "-e" and rest and rest[-1] != "-e":
        command, rest = "eval", [rest[0], *(word for word in rest[1:] if word != "-e")]
    if command == "eval" and rest and all(map(_is_plain, rest)):
        from gradcli.commands import execute
        return execute.evaluate(rest)
    if command == "run" and rest and _is_plain(rest[0]):      # what follows the file is the script's own
        from gradcli.commands import execute
        return execute.run_file(rest[0], rest[1:])
    from gradcli.commands import PLAIN
    from gradcli.commands import command as command_of
    if command in PLAIN:
        from gradcli.console.plain_words import run_plainly
        status = run_plainly(command_of(command), rest)
        if status is not None:
            return status
    from gradcli.cli import run_with_typer
    return run_with_typer(argv)


def _help(argv: list[str]) -> str | None:
    """The stored help of the command that `argv` names; None where it must be laid out again."""
    from gradcli.commands import is_command
    from gradcli.console.help_texts import help_text

    return help_text(argv, lambda: _laid_out(argv)) if is_command(argv[:-1]) else None


def _laid_out(argv: list[str]) -> str:
    """What Typer prints for `argv`, which asks for help."""
    from contextlib import redirect_stdout
    from io import StringIO

    from gradcli.cli import run_with_typer

    with redirect_stdout(StringIO()) as text:
        run_with_typer(argv)
    return text.getvalue()


def _is_plain(word: str) -> bool:
    """Whether a word cannot be an option."""
    return word[:1] != "-" or word == "-" or not (word[1].isalpha() or word[1] in "-_")


if __name__ == "__main__":
    main()
