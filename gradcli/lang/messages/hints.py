"""Messages of a length that can be read."""

from __future__ import annotations

LONGEST = 200       # of a message: what it quotes may be of any length


def trimmed(text: str) -> str:
    """`text`, cut where a message ends."""
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."
