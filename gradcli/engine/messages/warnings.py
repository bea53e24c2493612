"""What PyTorch 2.13 warns of: calls that are answered, and may mean something else than they do."""

from __future__ import annotations

from gradcli.engine.random.generators import Current
from gradcli.engine.tensor.tensor import DisplayHooks


def warn(text: str) -> None:
    """Remark what PyTorch warns of, once; there was no such warning in 0.1.12."""
    if not Current.legacy:
        DisplayHooks.note(text, text)
