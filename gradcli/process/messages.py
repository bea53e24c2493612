"""The messages between the worker, the supervisor that waits for it, and the standby copy: each one is a record here.

Reports      worker to supervisor, one line each; `report_of` reads them
Requests     worker to supervisor: reports that carry JSON, each answered by an `Answer` in JSON
TakeOver     supervisor to standby copy, once: the worker is gone, and the copy goes on in its place

The supervisor does not trust the worker. `report_of` raises nothing and returns None for a line that is no report, and
`decode_request` raises ValueError for what is no request. The values of a record can be handed to the system as they
are: a process id, an exit status, a time that `select` can wait for.
"""

from __future__ import annotations

import re
from math import inf
from typing import Any, NamedTuple

NEVER = inf
LATEST = 4e9            # seconds of the clock and of a time limit
PROCESSES = 1 << 22     # process ids are below it
LONGEST_PATH = 4096     # bytes; the system takes no longer one, and resolving one would take hours
NUMBER = re.compile(rb"\d{1,7}")
SECONDS = re.compile(rb"[\d.e+-]{1,40}")
ERRORS, COLORS = (b"rich", b"short", b"json"), (b"auto", b"always", b"never")


class WorkerStatus(NamedTuple):
    """What the supervisor needs if it must end the worker and give the diagnosis for it.

    until     when the program's time is up, on the monotonic clock; NEVER while no program runs
    seconds   the time limit that this comes from; 0 for none
    errors, color   the options of these names: the form of diagnostics
    """

    until: float = NEVER
    seconds: float = 0.0
    errors: str = "rich"
    color: str = "auto"


class RequestReceived(NamedTuple):
    """A request, in JSON that is still to be decoded."""

    content: bytes


class Locked(NamedTuple):
    """The worker locks itself; `prompt` says whether it serves a prompt."""

    prompt: bool


class CopyReady(NamedTuple):
    """A copy of the worker, with this process id, stands by."""

    process: int


class StatementSucceeded(NamedTuple):
    """A statement has succeeded since the standby copy was made."""


class SubmissionEnded(NamedTuple):
    """The submitted text has run to its end, or failed: the standby copy is of no use any more."""


class Diagnosed(NamedTuple):
    """The worker has written a diagnosis, and this is its exit status."""

    status: int


Report = WorkerStatus | RequestReceived | Locked | CopyReady | StatementSucceeded | SubmissionEnded | Diagnosed


def report_of(line: bytes) -> Report | None:
    """The report in a line, without its newline; None for a line that is none."""
    word, _, rest = line.partition(b" ")
    match word:
        case b"request":
            return RequestReceived(rest)
        case b"locked":
            return Locked(rest == b"prompt") if rest in (b"prompt", b"programs") else None
        case b"copy":
            process = _number(rest, PROCESSES)
            return None if process is None or process < 2 else CopyReady(process)
        case b"spoken":
            status = _number(rest, 256)
            return None if status is None else Diagnosed(status)
        case b"done" | b"over":
            return None if rest else StatementSucceeded() if word == b"done" else SubmissionEnded()
    return _worker_status(line.split(b" "))


def _worker_status(fields: list[bytes]) -> WorkerStatus | None:
    if len(fields) != 4 or fields[2] not in ERRORS or fields[3] not in COLORS:
        return None
    until = NEVER if fields[0] == b"inf" else _seconds(fields[0])
    seconds = _seconds(fields[1])
    if until is None or seconds is None:
        return None
    return WorkerStatus(until, seconds, fields[2].decode(), fields[3].decode())


def _number(text: bytes, below: int) -> int | None:
    number = int(text) if NUMBER.fullmatch(text) else below
    return number if number < below else None


def _seconds(text: bytes) -> float | None:
    try:
        seconds = float(text) if SECONDS.fullmatch(text) else -1.0
    except ValueError:
        return None
    return seconds if 0 <= seconds <= LATEST else None


class TakeOver(NamedTuple):
    """The copy goes on in the place of the worker.

    reason       why the worker is gone: interrupted, time, memory or depth; said if it has written the diagnosis
    statements   how many statements have succeeded since the copy was made, which it runs again
    seconds      the time limit; 0 for none
    """

    reason: str
    statements: int
    seconds: float

    def encode(self) -> bytes:
        """The message as a line."""
        return f"{self.reason} {self.statements} {self.seconds!r}\n".encode()

    @classmethod
    def decode(cls, line: bytes) -> TakeOver:
        """The message in a line of the supervisor, which is trusted."""
        reason, statements, seconds = line.decode().split()
        return cls(reason, int(statements), float(seconds))


class Begin(NamedTuple):
    """The worker writes a file, open under this descriptor of its own; `target` is where it will stand.

    `device` and `inode` identify it. `part` is its name until then; empty for a file without a name.
    """

    descriptor: int
    device: int
    inode: int
    part: str
    target: str


class Commit(NamedTuple):
    """All of that file is written: put it in place."""


class Save(NamedTuple):
    """Write a text to a file that the person at the prompt has named."""

    path: str
    text: str


class Load(NamedTuple):
    """Read a file that the person at the prompt has named."""

    path: str


class Edit(NamedTuple):
    """Let the person change a text in the editor."""

    text: str


class List(NamedTuple):
    """List the names in a folder, for completion; those of folders end with a slash."""

    path: str


class Suspend(NamedTuple):
    """Ctrl-Z: stop the whole job until the shell continues it."""


class Answer(NamedTuple):
    """The result of the request with this number: a text or names, or the error."""

    number: int
    text: str = ""
    names: tuple[str, ...] = ()
    error: str = ""


Request = Begin | Commit | Save | Load | Edit | List | Suspend
REQUESTS: dict[str, Any] = {kind.__name__: kind for kind in (Begin, Commit, Save, Load, Edit, List, Suspend)}
TYPES = {"int": int, "str": str}


def encode_request(number: int, request: Request) -> bytes:
    """A request as a line; the answer to it carries its number."""
    import json

    return json.dumps([number, type(request).__name__, *request]).encode() + b"\n"


def decode_request(line: bytes) -> tuple[int, Request]:
    """The number of a request, and the request. ValueError for a line that is none, whoever has sent it."""
    import json

    message = json.loads(line)
    if not isinstance(message, list) or len(message) < 2 or type(message[0]) is not int:
        raise ValueError("no request")
    number, name, *fields = message
    kind = REQUESTS.get(name) if isinstance(name, str) else None
    if kind is None or len(fields) != len(kind._fields):
        raise ValueError("no request")
    for value, annotation in zip(fields, kind.__annotations__.values(), strict=True):
        if type(value) is not TYPES[getattr(annotation, "__forward_arg__", annotation)]:
            raise ValueError("no request")
    request = kind(*fields)
    if len(getattr(request, "path", "")) > LONGEST_PATH:
        raise ValueError("no request")
    return number, request


def encode_answer(answer: Answer) -> bytes:
    """An answer as a line."""
    import json

    return json.dumps(answer).encode() + b"\n"


def decode_answer(line: bytes) -> Answer:
    """The answer in a line of the supervisor, which is trusted."""
    import json

    number, text, names, error = json.loads(line)
    return Answer(number, text, tuple(names), error)
