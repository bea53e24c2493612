"""`unicodedata`: what Unicode says of characters."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

from gradcli.lang.budget import Budget

GROWTH = 18         # the most characters that one becomes when it is normalised
OF_CHARACTERS = ("category", "bidirectional", "combining", "east_asian_width", "mirrored", "decomposition", "decimal",
                 "digit", "numeric", "name", "lookup")


def normalize(form: Any, unistr: Any, /) -> str:
    """The text in the normal form NFC, NFD, NFKC or NFKD."""
    if type(unistr) is str:
        Budget().check_characters(GROWTH * len(unistr))
    return unicodedata.normalize(form, unistr)


def is_normalized(form: Any, unistr: Any, /) -> bool:
    """Whether the text is in that normal form."""
    return unicodedata.is_normalized(form, unistr)


def _of_character(name: str) -> Callable[..., Any]:
    work = getattr(unicodedata, name)

    def answer(*args: Any) -> Any:
        return work(*args)

    answer.__name__ = answer.__qualname__ = name
    return answer


FUNCTIONS = {name: _of_character(name) for name in OF_CHARACTERS}


def __getattr__(name: str) -> Any:
    if name in FUNCTIONS:
        return FUNCTIONS[name]
    raise AttributeError(name)
