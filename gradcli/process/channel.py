"""The worker's ends of the pipes to the supervisor that waits for it. `messages.py` says what goes through them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.process.messages import Answer, Request

UNSUPERVISED = "nobody is there to do it"


class Pipes:
    """Pipe descriptors between this worker and its supervisor; None where there is no supervisor."""

    to_parent: int | None = None
    from_parent: int | None = None      # where a standby copy reads its `TakeOver`
    answers = -1                        # where answers to requests come in
    requests = 0                        # how many were sent
    parent = 0                          # the process id of the supervisor
    has_copy = False                    # whether a standby copy of this worker can take over from it

    @classmethod
    def close(cls) -> None:
        """In a forked process that has no business with the supervisor: close and forget them."""
        for end in (cls.to_parent, cls.from_parent):
            if end is not None:
                os.close(end)
        cls.to_parent = cls.from_parent = None


def report_status(until: float, seconds: float, errors: str, color: str) -> None:
    """Send the supervisor, if there is one, a `WorkerStatus` with these fields."""
    send(f"{until!r} {seconds!r} {errors} {color}")


def send(report: str) -> None:
    """Send the supervisor, if there is one, the line of a report."""
    if Pipes.to_parent is not None:
        os.write(Pipes.to_parent, f"{report}\n".encode())


def await_adoption() -> None:
    """Wait until the supervisor of a prompt, which `Locked` announces, is set up to adopt every copy of the worker."""
    if Pipes.to_parent is not None:
        os.read(Pipes.answers, 1)


def ask(request: Request) -> Answer:
    """Send a request and wait for the supervisor's answer to it."""
    from gradcli.process import messages

    if Pipes.to_parent is None:
        return messages.Answer(0, error=UNSUPERVISED)
    Pipes.requests += 1
    message = b"\nrequest " + messages.encode_request(Pipes.requests, request)     # after whatever Ctrl-C has cut short
    while message:
        message = message[os.write(Pipes.to_parent, message):]
    unread = b""
    while piece := os.read(Pipes.answers, 1 << 20):
        *lines, unread = (unread + piece).split(b"\n") if b"\n" in piece else (unread + piece,)
        for line in filter(None, lines):
            answer = messages.decode_answer(line)
            if answer.number == Pipes.requests:      # Ctrl-C may have ended the wait for an earlier one
                return answer
    return messages.Answer(0, error=UNSUPERVISED)
