"""How a command ends: its exit status, and what is said on standard error.

    0    success                            5    a limit was hit
    1    the program raised an error        6    a file could not be read or written
    2    usage error                        70   internal error
    3    syntax error or refused construct  130  interrupted
    4    a comparison found a mismatch      141  the reader went away
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TextIO

from gradcli.console.settings import Settings
from gradcli.exposure import ForeignValue
from gradcli.faults.mistakes import DepthLimit
from gradcli.faults.source import json_escaped, tamed, visible
from gradcli.faults.tree import Fault, FileFault, MemoryFault, advice, calls, render
from gradcli.process import supervisor
from gradcli.process.limits import OutputLost, Reserve
from gradcli.process.starting import shortage

INTERNAL, INTERRUPTED, READER_GONE = 70, 130, 141


class Manner:
    """How diagnostics are given in this process; the settings decide once they are read."""

    errors = "rich"
    color = "auto"


manner = Manner()


def guarded(action: Callable[[], int | None]) -> int:
    """Run `action`; whatever goes wrong becomes a diagnostic and a status, never a traceback."""
    try:
        status = action() or 0
        flush()
        return status
    except Fault as fault:
        complain(fault)
        return fault.status
    except KeyboardInterrupt:
        interrupted()
        return INTERRUPTED
    except OutputLost as lost:
        return _lost(lost.error)
    except RecursionError:
        return _failed(DepthLimit("nested too deeply"))
    except MemoryError:
        Reserve.release()       # before anything else: even a message takes memory
        return _failed(MemoryFault("the program needs more memory than it may use",
                                  ("--memory-limit 32G", "more memory"), ("--no-limits", "no limit at all")))
    except (Exception, ForeignValue) as error:
        lacking = shortage(error)
        if lacking is not None:
            return _failed(lacking)
        # whatever else this is, it is our mistake and not the user's
        return _lost(error) if isinstance(error, OSError) else internal(error)


def follow(settings: Settings) -> None:
    """Let diagnostics follow the settings, and pass on what their reading had to say."""
    manner.errors, manner.color = settings.errors, settings.color
    if not settings.quiet:
        for note in settings.notes:
            tell(f"warning: {note}")


def complain(fault: Fault) -> None:
    """Say on standard error what is wrong, in the form asked for."""
    try:
        flush()     # what was printed before the fault stands before it
    except OSError:
        _forget_output()
    if manner.errors == "json":
        text = as_json(fault)
    elif manner.errors == "short":
        place = f"{fault.name}:{fault.span.line}:{fault.span.column}: " if fault.span else ""
        text = f"{visible(place)}error[{fault.code}]: {visible(fault.message)}"
    else:
        text = render(fault)
    if manner.errors == "rich" and coloured(manner.color):
        _write(paint(text))     # the colours are ours: render has made all others visible
    else:
        tell(text)
    supervisor.say(f"spoken {fault.status}")


def tell(text: str) -> None:
    """A line on standard error, if anyone is there to read it; no text can move or colour a terminal."""
    _write(tamed(text))


def pass_on(text: str) -> None:
    """What a program writes to standard error, as it comes."""
    _write(tamed(text), "")


def _write(text: str, end: str = "\n") -> None:
    if sys.stderr is None:
        return
    try:
        encoding = sys.stderr.encoding or "utf-8"
        sys.stderr.write(text.encode(encoding, "backslashreplace").decode(encoding) + end)
        sys.stderr.flush()
    except OSError:
        pass    # nobody reads the diagnostics; the status still tells


def interrupted() -> None:
    """Say so, below the ^C that a terminal shows."""
    tell("\ninterrupted" if sys.stderr is not None and sys.stderr.isatty() else "interrupted")


def flush() -> None:
    """Hand over everything printed so far."""
    if sys.stdout is not None:
        sys.stdout.flush()


def as_json(fault: Fault) -> str:
    """A fault as one line of JSON."""
    import json

    place = dict(zip(("line", "column", "end_line", "end_column"), fault.span or (), strict=False))
    notes, hints = advice(fault)
    return json_escaped(json.dumps({
        "code": fault.code, "message": fault.message, "name": fault.name, **place,
        "calls": calls(fault), "notes": notes,
        "help": [{"repair": repair, "why": why} for repair, why in hints],
    }, ensure_ascii=False))


def coloured(color: str, stream: TextIO | None = None) -> bool:
    """Whether `stream`, else standard error, is to be coloured: as asked, else as terminal and variables say."""
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


def _failed(fault: Fault) -> int:
    complain(fault)
    return fault.status


def _lost(error: OSError) -> int:
    """The status when reading or writing failed: a reader that went away is no fault, a full disk is."""
    _forget_output()
    if isinstance(error, BrokenPipeError):
        return READER_GONE
    name = f"{error.filename}: " if error.filename else "standard output: "
    return _failed(FileFault(f"{name}{error.strerror or error}"))


def internal(error: BaseException) -> int:
    """Say that something of ours went wrong. No code of a program runs for it."""
    if os.environ.get("GRADCLI_DEBUG", "") not in ("", "0"):
        tell("\n".join(_traceback(error)))
    tell(f"internal error: {_summary(error)}\n"
         " = note: this is a mistake in gradcli; GRADCLI_DEBUG=1 shows where")
    return INTERNAL


PLAIN_ARGUMENTS = frozenset({str, bytes, int, float, bool, type(None)})


def _summary(error: BaseException) -> str:
    """Name and message of an exception. A message that is made of a program's values is left away."""
    from gradcli.exposure import MARK
    from gradcli.lang.runtime.exceptions import args_of

    kind = type(error)
    if MARK not in vars(kind) and PLAIN_ARGUMENTS.issuperset(map(type, args_of(error))):
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
    return ["Traceback (most recent call last):\n" + "".join(format_tb(each.__traceback__)) + _summary(each)
            for each in reversed(errors.values())]


def _forget_output() -> None:
    """Point standard output at nothing, so that the interpreter's last flush cannot fail."""
    try:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)
        os.close(nothing)
    except OSError:
        pass
