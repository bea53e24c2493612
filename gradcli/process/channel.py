"""Messages from the worker to the supervisor that waits for it, and the answers to them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.process.requests import Answer, Request


class Line:
    """The ways between the child and the one that waits; None where nobody does."""

    to_parent: int | None = None
    from_parent: int | None = None      # where the copy that stands by hears that it is its turn
    answers = -1                        # where answers to requests come in
    requests = 0                        # that have been made
    parent = 0

    @classmethod
    def close(cls) -> None:
        """In a process that is none of its business: forget them."""
        for end in (cls.to_parent, cls.from_parent):
            if end is not None:
                os.close(end)
        cls.to_parent = cls.from_parent = None


def tell(until: float, seconds: float, errors: str, color: str) -> None:
    """Tell the one that waits, if anyone does, when to lose patience."""
    say(f"{until!r} {seconds!r} {errors} {color}")


def say(line: str) -> None:
    """A line to the one that waits, if anyone does."""
    if Line.to_parent is not None:
        os.write(Line.to_parent, f"{line}\n".encode())


def await_adoption() -> None:
    """Wait until the one that waits, told of a prompt, has seen to it that no copy can leave it."""
    if Line.to_parent is not None:
        os.read(Line.answers, 1)


def ask(request: Request) -> Answer:
    """What the one that waits answers to a request."""
    from gradcli.process import requests

    if Line.to_parent is None:
        return requests.Answer(0, error="nobody is there to do it")
    Line.requests += 1
    message = b"\nrequest " + requests.encoded(Line.requests, request)     # after whatever Ctrl-C has cut short
    while message:
        message = message[os.write(Line.to_parent, message):]
    heard = b""
    while piece := os.read(Line.answers, 1 << 20):
        *lines, heard = (heard + piece).split(b"\n") if b"\n" in piece else (heard + piece,)
        for line in filter(None, lines):
            answer = requests.answer_decoded(line)
            if answer.number == Line.requests:      # an earlier one was not waited for
                return answer
    return requests.Answer(0, error="nobody is there to do it")
