"""The parser's tables: what they are made from, and where they are kept.

A wheel carries them beside this file (`hatch_build.py` puts them there). A checkout makes them
on first use and keeps them in the user's cache directory (`cache.py`).
"""

from __future__ import annotations

import os
from typing import Any

from gradcli import artifacts

HERE = os.path.dirname(os.path.abspath(__file__))
PACKED = os.path.join(HERE, "tables.bin")


def load() -> dict[str, Any]:
    """The tables of the grammar as it stands now."""
    tables: dict[str, Any] = artifacts.cached("tables", fingerprint(), make, PACKED)
    return tables


def make() -> dict[str, Any]:
    """The tables, worked out from the grammar."""
    from gradcli.lang.syntax import build

    return build.build(_bytes(grammar_path()).decode())


def fingerprint() -> bytes:
    """The grammar, the code that turns it into tables, and the format they are kept in.

    They are compared whole: that is as quick as a digest of this size, and cannot collide.
    """
    made_from = _bytes(grammar_path()) + _bytes(os.path.join(HERE, "build.py"))
    return b"gradcli tables %d %d\n" % (artifacts.FORMAT, len(made_from)) + made_from


def grammar_path() -> str:
    """Where the grammar lies: beside this file in an installed package, at the top of a checkout."""
    packed = os.path.join(HERE, "gradcli.lark")
    top = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
    return packed if os.path.exists(packed) else os.path.join(top, "grammar", "gradcli.lark")


def _bytes(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()
