"""Where a value stands in the text of a JSON file, so that it can be replaced there and nowhere else."""

from __future__ import annotations

import re
from json import JSONDecoder

BLANK = re.compile(r"[ \t\r\n\ufeff]*")
decode = JSONDecoder().raw_decode


def span_of(text: str, path: tuple[str | int, ...]) -> tuple[int, int]:
    """From where to where the value at `path`, keys and indices, stands; the text must be JSON, the value there."""
    at = _after_blank(text, 0)
    for step in path:
        at = _member(text, at, step)
    return at, decode(text, at)[1]


def _member(text: str, at: int, step: str | int) -> int:
    """Where the member `step` begins of the object or list that begins at `at`."""
    is_list = text[at] == "["
    at = _after_blank(text, at + 1)
    count = 0
    position = -1
    while text[at] not in "]}":
        key: object = count
        if not is_list:
            key, at = decode(text, at)
            at = _after_blank(text, _after_blank(text, at) + 1)
        if key == step:
            position = at      # of several members with one key the last counts
            if is_list:
                break
        at = _after_blank(text, decode(text, at)[1])
        count += 1
        if text[at] == ",":
            at = _after_blank(text, at + 1)
    if position < 0:
        raise KeyError(step)
    return position


def _after_blank(text: str, at: int) -> int:
    return BLANK.match(text, at).end()      # type: ignore[union-attr]  # matches anything
