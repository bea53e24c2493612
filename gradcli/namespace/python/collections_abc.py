"""`collections.abc`: abstract classes for isinstance, as in isinstance(x, Iterable)."""

import collections.abc as abstract

from gradcli.lang.runtime.types import TypeProxy


def __getattr__(name: str) -> TypeProxy:
    """The class of that name."""
    return TypeProxy(f"collections.abc.{name}", (getattr(abstract, name),))
