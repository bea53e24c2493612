"""`unicodedata`: what Unicode says of characters."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

from gradcli.exposure import renamed
from gradcli.faults.mistakes import SizeLimit
from gradcli.lang.budget import Budget

GROWTH = 18         # the most characters that one becomes when it is normalised
MOST_MARKS = 1000
OF_CHARACTERS = ("category", "bidirectional", "combining", "east_asian_width", "mirrored", "decomposition", "decimal",
                 "digit", "numeric", "name", "lookup")


def _check_marks(text: str) -> None:
    """Raise SizeLimit for a long run of combining marks, which CPython sorts in quadratic time."""
    run = 0
    for character in text if not text.isascii() else "":
        run = run + 1 if unicodedata.combining(character) else 0
        if run > MOST_MARKS:
            raise SizeLimit(f"more than {MOST_MARKS} marks on one character")


def normalize(form: Any, unistr: Any, /) -> str:
    """The text in the normal form NFC, NFD, NFKC or NFKD."""
    if type(unistr) is str:
        Budget().check_characters(GROWTH * len(unistr))
        _check_marks(unistr)
    return unicodedata.normalize(form, unistr)


def is_normalized(form: Any, unistr: Any, /) -> bool:
    """Whether the text is in that normal form."""
    if type(unistr) is str:
        _check_marks(unistr)
    return unicodedata.is_normalized(form, unistr)


def _of_character(name: str) -> Callable[..., Any]:
    work = getattr(unicodedata, name)

    def answer(*args: Any) -> Any:
        return work(*args)

    return renamed(answer, name)


globals().update({name: _of_character(name) for name in OF_CHARACTERS})
