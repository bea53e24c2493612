"""`io.StringIO`; and `io.BytesIO` as far as `torch.save` and `torch.load` need it: it holds what was saved."""

from __future__ import annotations

from typing import Any

from gradcli.exposure import exposed
from gradcli.faults.tree import ArgumentFault
from gradcli.lang.runtime.streams import TextBuffer
from gradcli.lang.runtime.types import stand_in


@exposed("seek", "tell", "close", "flush", "getbuffer", "getvalue", "read", "write")
class BytesBuffer:
    """A buffer that holds one saved object."""

    __module__, __qualname__ = "_io", "BytesIO"
    __slots__ = ("content",)

    def __init__(self, *initial_bytes: Any) -> None:
        if initial_bytes:
            raise ArgumentFault("a BytesIO begins empty here: there are no bytes", "io.BytesIO()")
        self.content: tuple[Any] | None = None

    def seek(self, offset: int = 0, whence: int = 0) -> int:
        """Do nothing: reading always starts at the beginning."""
        return 0

    def tell(self) -> int:
        """0: the position is always the beginning."""
        return 0

    def close(self) -> None:
        """Drop the saved object."""
        self.content = None

    def flush(self) -> None:
        """Do nothing: there is no file."""

    def _no_bytes(self, *args: Any) -> Any:
        raise ArgumentFault("a BytesIO holds what torch.save put there, and gives no bytes", "torch.load(buffer)")

    getbuffer = getvalue = read = write = _no_bytes

    def __repr__(self) -> str:
        return "<_io.BytesIO object>"

    def __display__(self, style: Any) -> str:
        """Its text in a style, which gives it an address."""
        return f"<_io.BytesIO object at {style.address(self)}>"


BytesBuffer.__name__ = "_io.BytesIO"
BytesIO = stand_in("_io.BytesIO", BytesBuffer, BytesBuffer)


StringIO = stand_in("_io.StringIO", TextBuffer, TextBuffer)
