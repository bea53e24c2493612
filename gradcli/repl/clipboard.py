"""`:copy`: the last result, or a value, to the clipboard of the terminal."""

from __future__ import annotations

import sys
from base64 import b64encode

from gradcli.faults.tree import UsageFault
from gradcli.repl.core import Repl

MOST = 74_994       # bytes that terminals take in this way


def copy_to_clipboard(repl: Repl, argument: str) -> None:
    """Hand a text to the terminal (its sequence OSC 52), which keeps the clipboard: also over a network."""
    if argument:
        texts: list[str] = []
        with repl.rollback():
            texts.append(repl.session.shown(repl.session.eval(argument), quoted=True))
        text = texts[0]
    elif repl.entries:
        text = next((entry.printed for entry in reversed(repl.entries) if entry.printed), repl.entries[-1].text)
    else:
        raise UsageFault("there is nothing to copy yet", ":copy EXPR")
    content = text.strip("\n").encode()
    if sys.stdout is None or not sys.stdout.isatty():
        raise UsageFault("there is no clipboard to copy to: the output is no terminal", ":transcript FILE")
    if len(content) > MOST:
        raise UsageFault(f"that has {len(content)} bytes, and terminals take {MOST}", ":transcript FILE")
    sys.stdout.write(f"\x1b]52;c;{b64encode(content).decode()}\x07")
    sys.stdout.flush()
    lines = content.count(b"\n") + 1
    repl.write(f"copied: {lines} line{'s' * (lines > 1)}, if the terminal lets programs copy\n")
