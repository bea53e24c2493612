"""What gradcli writes to standard error: diagnostics in the form of --errors, notes, internal errors."""

from __future__ import annotations

import os
import sys
from typing import Any, TextIO

from gradcli.console.settings import Settings
from gradcli.faults.exit_codes import INTERNAL_ERROR
from gradcli.faults.source import json_escaped, shortened, terminal_safe, visible
from gradcli.faults.tree import Fault, advice, calls, render
from gradcli.process import channel


class DiagnosticsMode:
    """The form and the colour of diagnostics in this process: --errors and --color, once the settings are read."""

    errors = "rich"
    color = "auto"


mode = DiagnosticsMode()


def apply_settings(settings: Settings) -> None:
    """Let diagnostics follow the settings, and write the notes on their sources as warnings."""
    mode.errors, mode.color = settings.errors, settings.color
    if not settings.quiet:
        for note in settings.notes:
            tell(f"warning: {note}")


def complain(fault: Fault) -> None:
    """Write the diagnosis of a fault to standard error, in the form of --errors, and report it to the supervisor."""
    try:
        flush()     # what was printed before the fault stands before it
    except OSError:
        forget_output()
    if mode.errors == "json":
        text = fault_as_json(fault)
    elif mode.errors == "short":
        place = f"{fault.name}:{fault.span.line}:{fault.span.column}: " if fault.span else ""
        text = f"{visible(place)}error[{fault.code}]: {visible(shortened(fault.message))}"
    else:
        text = render(fault)
    if mode.errors == "rich" and coloured(mode.color):
        _write(paint(text))     # the colours are ours: render has made all others visible
    else:
        tell(text)
    channel.send(f"spoken {fault.status}")


def tell(text: str) -> None:
    """Write a line to standard error; control characters are made visible, so no text can move or colour a terminal."""
    _write(terminal_safe(text))


def write_program_error(text: str) -> None:
    """Write what a program prints to standard error, without adding a newline."""
    _write(terminal_safe(text), "")


def _write(text: str, end: str = "\n") -> None:
    if sys.stderr is None:
        return
    try:
        encoding = sys.stderr.encoding or "utf-8"
        sys.stderr.write(text.encode(encoding, "backslashreplace").decode(encoding) + end)
        sys.stderr.flush()
    except OSError:
        pass    # nobody reads the diagnostics; the status still tells


def report_interrupt() -> None:
    """Write that it was interrupted, on a terminal below its ^C."""
    tell("\ninterrupted" if sys.stderr is not None and sys.stderr.isatty() else "interrupted")


def flush() -> None:
    """Flush standard output."""
    if sys.stdout is not None:
        sys.stdout.flush()


def fault_as_json(fault: Fault) -> str:
    """A fault as one line of JSON."""
    import json

    place = dict(zip(("line", "column", "end_line", "end_column"), fault.span or (), strict=False))
    notes, hints = advice(fault)
    return json_escaped(json.dumps({
        "code": fault.code, "message": shortened(fault.message), "name": fault.name, **place,
        "calls": calls(fault), "notes": notes,
        "help": [{"repair": repair, "why": why} for repair, why in hints],
    }, ensure_ascii=False))


def coloured(color: str, stream: TextIO | None = None) -> bool:
    """Whether `stream`, else standard error, is coloured: by --color; auto asks NO_COLOR, FORCE_COLOR, the terminal."""
    if color != "auto":
        return color == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    stream = stream or sys.stderr
    return stream is not None and stream.isatty() and os.environ.get("TERM", "dumb") != "dumb"


RED, BLUE, GREEN, BOLD, PLAIN = "\x1b[1;31m", "\x1b[1;34m", "\x1b[1;32m", "\x1b[1m", "\x1b[0m"


def paint(text: str) -> str:
    """A rendered diagnostic in colour. The text itself has no escape sequence: render made them visible."""
    first, *rest = text.split("\n")
    head, colon, message = first.partition(":")
    return "\n".join([f"{RED}{head}{PLAIN}{BOLD}{colon}{message}{PLAIN}", *map(_paint_line, rest)])


def _paint_line(line: str) -> str:
    margin, mark, after = line.partition("|" if "|" in line[:12] else "=")
    if mark == "|" and set(after) <= {" ", "^"}:
        return f"{BLUE}{margin}{mark}{RED}{after}{PLAIN}"
    if mark == "=" and after.startswith((" help:", " note:")):
        return f"{BLUE}{margin}{mark}{GREEN}{after[:6]}{PLAIN}{after[6:]}"
    if margin.lstrip().startswith("-->"):
        return f"{BLUE}{line}{PLAIN}"
    return f"{BLUE}{margin}{mark}{PLAIN}{after}"


def report_internal_error(error: BaseException) -> int:
    """Write an internal error; returns its exit status. No code of a program runs for it."""
    _debug(error)
    tell(f"internal error: {_summary(error)}\n"
         " = note: this is a mistake in gradcli; GRADCLI_DEBUG=1 shows where")
    return INTERNAL_ERROR


def ignore_unraisable(lost: Any) -> None:
    """Ignore an exception that Python drops while it frees an object; its own hook would write a traceback."""
    if lost.exc_value is not None:
        _debug(lost.exc_value)


def _debug(error: BaseException) -> None:
    """Write the traceback of an exception, if GRADCLI_DEBUG asks for it."""
    if os.environ.get("GRADCLI_DEBUG", "") not in ("", "0"):
        tell("\n".join(_traceback(error)))


PLAIN_ARGUMENTS = frozenset({str, bytes, int, float, bool, type(None)})


def _summary(error: BaseException) -> str:
    """Name and message of an exception. A message that is made of a program's values is left away."""
    from gradcli.exposure import PROGRAM_MADE
    from gradcli.lang.runtime.exceptions import args_of

    kind = type(error)
    if PROGRAM_MADE not in vars(kind) and PLAIN_ARGUMENTS.issuperset(map(type, args_of(error))):
        return f"{kind.__name__}: " + str(error).replace("\n", " ")[:200]
    return kind.__name__


def _traceback(error: BaseException) -> list[str]:
    """The steps to an exception, and to those that it followed, the first of them first."""
    from traceback import format_tb

    errors: dict[int, BaseException] = {}
    following: BaseException | None = error
    while following is not None and id(following) not in errors:
        errors[id(following)] = following
        following = following.__cause__ or following.__context__
    return ["Traceback (most recent call last):\n" + "".join(format_tb(cause.__traceback__)) + _summary(cause)
            for cause in reversed(errors.values())]


def forget_output() -> None:
    """Point standard output at the null device, so that the interpreter's last flush cannot fail."""
    try:
        devnull = os.open(os.devnull, os.O_WRONLY)
        os.dup2(devnull, 1)
        os.close(devnull)
    except OSError:
        pass
