"""`collections.abc`: abstract classes for isinstance, as in isinstance(x, Iterable)."""

import collections.abc as abstract

from gradcli.lang.runtime.types import Kind


def __getattr__(name: str) -> Kind:
    """The class of that name."""
    return Kind(f"collections.abc.{name}", (getattr(abstract, name),))
