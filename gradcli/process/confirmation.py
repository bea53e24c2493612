"""Questions that only the person at the terminal can answer.

Whoever can write to a terminal can have it answer by itself (it reports its modes, its colours, its cursor),
and whoever can set its line discipline chooses what ends a line. So a question is put while every process
that may have been taken over is stopped, on a terminal whose line discipline is set from scratch, after what
has come in before is thrown away; and the answer is a word that is drawn anew each time.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from time import sleep
from typing import Any

from gradcli.process.descendants import stopped

CONSONANTS, VOWELS = "bdfgklmnprstvz", "aeiou"
SETTLING = 0.1      # seconds in which the terminal may still report what it was asked for before
FRESH = b"\x18\x1b[0m\x1b(B\x0f\r\n\x1b[J"      # ends a sequence that was begun; plain letters on an empty line
ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


def agreed(question: str) -> bool:
    """Whether the person types the random word that the question shows. OSError where there is no terminal."""
    word = random_word()
    printable = "".join(letter if letter.isascii() and letter.isprintable() else "?" for letter in question)
    with stopped(), interruptible(), terminal() as descriptor:
        os.write(descriptor, b"\r\n" if os.environ.get("TERM", "dumb") in ("dumb", "") else FRESH)
        os.write(descriptor, f"gradcli: {printable} Type {word} to agree: ".encode())
        return os.read(descriptor, 1024).strip() == word.encode()


def random_word() -> str:
    """A word of six random letters, which nobody can foresee."""
    return "".join(letters[byte % len(letters)]
                   for byte, letters in zip(os.urandom(6), (CONSONANTS, VOWELS) * 3, strict=True))


@contextmanager
def terminal() -> Iterator[int]:
    """The controlling terminal, which within works by the line as after its start, with nothing typed ahead."""
    import termios

    descriptor = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        before = termios.tcgetattr(descriptor)
        try:
            set_attributes(descriptor, _from_scratch(before))
            sleep(SETTLING)
            termios.tcflush(descriptor, termios.TCIFLUSH)
            yield descriptor
        finally:
            set_attributes(descriptor, before)
    finally:
        os.close(descriptor)


def set_attributes(descriptor: int, attributes: list[Any]) -> None:
    """Set the attributes of a terminal, also from the background, and drop what was typed ahead."""
    import termios

    before: Any = signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    try:
        termios.tcsetattr(descriptor, termios.TCSAFLUSH, attributes)
    finally:
        signal.signal(signal.SIGTTOU, before)


def _from_scratch(before: list[Any]) -> list[Any]:
    """The attributes of a terminal that works by the line, at the speed that it has."""
    import termios as t

    characters: list[Any] = [b"\0"] * len(before[6])        # which is none
    for place, character in ((t.VINTR, 3), (t.VQUIT, 28), (t.VERASE, 127), (t.VKILL, 21), (t.VEOF, 4)):
        characters[place] = bytes([character])
    characters[t.VMIN] = b"\1"
    return [t.BRKINT | t.ICRNL, t.OPOST | t.ONLCR, t.CS8 | t.CREAD | t.HUPCL,
            t.ISIG | t.ICANON | t.ECHO | t.ECHOE | t.ECHOK | t.IEXTEN, before[4], before[5], characters]


@contextmanager
def interruptible() -> Iterator[None]:
    """Within, Ctrl-C ends a wait, and so does a signal that ends the process, which afterwards comes in once more."""
    signals: list[int] = []

    def stop(number: int, frame: object) -> None:
        signals.append(number)
        if len(signals) == 1:      # a second one does not keep the terminal from being restored
            raise KeyboardInterrupt

    before: dict[int, Any] = {number: signal.getsignal(number) for number in (signal.SIGINT, *ENDING)}
    for number, handler in before.items():
        if handler != signal.SIG_IGN:
            signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in signals:
            if number in ENDING:
                signal.raise_signal(number)
