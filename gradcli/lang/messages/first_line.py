"""The first line of a diagnostic: CPython's or PyTorch's own words, which people search for; ours follow as a note.

Programs that catch a fault read those words in its `args`. Until the repairs are worked out, `message` is our
explanation and `headline` holds the words; then they change places.
"""

from __future__ import annotations

from gradcli.faults.source import without_addresses
from gradcli.faults.tree import Fault, LimitFault
from gradcli.lang.messages.python_syntax import syntax_words

LONGEST = 200       # characters of a message: what it quotes may be of any length


def headline_of(fault: Fault) -> str:
    """Return the words of PyTorch or CPython for a fault, from its `args`; empty if they equal its message."""
    args = fault.args
    if isinstance(fault, KeyError):     # the key alone is no sentence
        return f"KeyError: {args[0]!r}"
    return args[0] if len(args) == 1 and type(args[0]) is str and args[0] != fault.message else ""


def set_first_line(fault: Fault) -> None:
    """Make `headline` the message, and the explanation a note unless it adds nothing."""
    explanation, line = fault.message, sentences(fault.headline)
    fault.headline = ""
    if not line and len(explanation) > LONGEST:
        fault.message = sentences(explanation)
        rest = explanation.removeprefix(fault.message).strip()
        fault.notes[:0] = [rest] if rest and fault.message != trimmed(explanation) else []
    if not line:
        return
    fault.message = line
    if explanation != fault.needless and normalized(explanation) not in normalized(line):
        fault.notes.insert(0, explanation.partition(f"{line}: ")[2] or explanation)


def complete_syntax_fault(fault: Fault, text: str, name: str) -> None:
    """Give a syntax fault its source text and name, and CPython's words as its first line where CPython has some."""
    fault.source, fault.name = text, name
    fault.headline = "" if isinstance(fault, LimitFault) else headline_of(fault) or syntax_words(text, fault.span)
    if fault.as_python:
        fault.needless = fault.message
    set_first_line(fault)
    fault.message = trimmed(fault.message)


def sentences(text: str) -> str:
    """Return the first line of `text`, cut after the last whole sentence within LONGEST characters."""
    line = " ".join(without_addresses(text).partition("\n")[0].split())
    end = line.rfind(". ", 0, LONGEST) + 1
    return line if len(line) <= LONGEST else line[:end] if end else trimmed(line)


def normalized(text: str) -> str:
    """`text` as it is compared: without regard to capitals, spaces and the point at its end."""
    return " ".join(text.casefold().split()).rstrip(".")


def trimmed(text: str) -> str:
    """`text`, cut where a message ends."""
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."
