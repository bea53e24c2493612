"""The nearest of the names there are, for a name that is not there."""

from __future__ import annotations

from collections.abc import Iterable

LONGEST = 200       # of a message: what it quotes may be of any length


def trimmed(text: str) -> str:
    """`text`, cut where a message ends."""
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def nearest(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """The one name that is most likely meant, or nothing."""
    from difflib import get_close_matches

    if len(name) > LONGEST // 4:
        return ()       # nobody types that; comparing it would take long
    names = {each for each in known if not each.startswith((".", "__"))}
    folded = {each.lower(): each for each in sorted(names, reverse=True)}
    if name.lower() in folded and folded[name.lower()] != name:
        return (folded[name.lower()],)
    return tuple(get_close_matches(name, sorted(names), 1, 0.6))
