"""The parser's tables: what they are built from, and where they are stored.

A wheel has them beside this file (`hatch_build.py` puts them there). A checkout builds them on first use and stores
them in the user's cache directory (`gradcli/artifacts.py`).
"""

from __future__ import annotations

import os
from typing import Any

from gradcli import artifacts

HERE = os.path.dirname(os.path.abspath(__file__))
PACKED = os.path.join(HERE, "tables.bin")


def load_tables() -> dict[str, Any]:
    """The tables of the grammar as it stands now."""
    tables: dict[str, Any] = artifacts.load_or_make("tables", fingerprint(), build_tables, PACKED)
    return tables


def build_tables() -> dict[str, Any]:
    """The tables, built from the grammar by Lark."""
    from gradcli.lang.syntax import build

    return build.build(_bytes(grammar_path()).decode())


def fingerprint() -> bytes:
    """The key of the stored tables: the grammar, the code that builds tables from it, and the storage format.

    Keys are compared as a whole, which is as quick as computing a digest, and cannot collide.
    """
    sources = _bytes(grammar_path()) + _bytes(os.path.join(HERE, "build.py"))
    return b"gradcli tables %d %d\n" % (artifacts.FORMAT, len(sources)) + sources


def grammar_path() -> str:
    """Where the grammar lies: beside this file in an installed package, at the top of a checkout."""
    packed = os.path.join(HERE, "gradcli.lark")
    top = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
    return packed if os.path.exists(packed) else os.path.join(top, "grammar", "gradcli.lark")


def _bytes(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()
