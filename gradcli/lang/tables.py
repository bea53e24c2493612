"""The parser's tables: where they are kept, and when they must be made anew.

A wheel carries them beside this file (`hatch_build.py` puts them there). A checkout makes them
on first use and keeps them in the user's cache directory. Either kind begins with a key, which
is everything that went into it, so tables that do not belong to this grammar are never used.
"""

from __future__ import annotations

import marshal
import os
import sys
from typing import Any

HERE = os.path.dirname(os.path.abspath(__file__))
PACKED = os.path.join(HERE, "tables.bin")
FORMAT = 4          # of marshal: understood by every Python since 3.4


def load() -> dict[str, Any]:
    """The tables of the grammar as it stands now."""
    key = fingerprint()
    for path in (PACKED, cache_path()):
        found = _read(path, key)
        if found is not None:
            return found
    tables = make()
    write(cache_path(), key, tables)
    return tables


def make() -> dict[str, Any]:
    """The tables, worked out from the grammar."""
    from gradcli.lang import build  # lark arrives here, only when there is something to build

    return build.build(_bytes(grammar_path()).decode())


def fingerprint() -> bytes:
    """The grammar, the code that turns it into tables, and the format they are kept in.

    They are compared whole: that is as quick as a digest of this size, and cannot collide.
    """
    made_from = _bytes(grammar_path()) + _bytes(os.path.join(HERE, "build.py"))
    return b"gradcli tables %d %d\n" % (FORMAT, len(made_from)) + made_from


def pack(key: bytes, tables: dict[str, Any]) -> bytes:
    """What a table file holds: the key, then the tables."""
    return key + marshal.dumps(tables, FORMAT)


def write(path: str, key: bytes, tables: dict[str, Any]) -> None:
    """Keep `tables` at `path`, whole or not at all. That it cannot be written is no fault: it is a cache."""
    from tempfile import mkstemp

    temporary = ""
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        handle, temporary = mkstemp(dir=os.path.dirname(path))
        with os.fdopen(handle, "wb") as file:
            file.write(pack(key, tables))
        os.replace(temporary, path)
    except OSError:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)


def cache_path() -> str:
    """Where the tables of this Python are cached."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(home, "gradcli", f"tables-{sys.version_info.major}.{sys.version_info.minor}.bin")


def grammar_path() -> str:
    """Where the grammar lies: beside this file in an installed package, at the top of a checkout."""
    packed = os.path.join(HERE, "gradcli.lark")
    top = os.path.dirname(os.path.dirname(HERE))
    return packed if os.path.exists(packed) else os.path.join(top, "grammar", "gradcli.lark")


def _read(path: str, key: bytes) -> dict[str, Any] | None:
    try:
        data = _bytes(path)
    except OSError:
        return None
    if not data.startswith(key):
        return None
    try:
        tables: dict[str, Any] = marshal.loads(memoryview(data)[len(key):])
    except (EOFError, ValueError, TypeError):       # cut short or damaged
        return None
    return tables


def _bytes(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()
