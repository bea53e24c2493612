"""`collections.OrderedDict`, as programs and the states of modules have it."""

from __future__ import annotations

from collections.abc import ItemsView, KeysView, ValuesView
from typing import Any

from gradcli.exposure import exposed
from gradcli.lang.runtime.builtins import METHODS


@exposed(*METHODS[dict], "move_to_end", copied=True)
class OrderedDict(dict[Any, Any]):
    """A dict whose entries can be moved, and that says what it is."""

    __slots__ = ()
    __module__ = "collections"
    _module_path = "collections"

    def keys(self) -> Any:
        """Its keys, as they stand from time to time."""
        return OrderedKeys(self)

    def values(self) -> Any:
        """Its values."""
        return OrderedValues(self)

    def items(self) -> Any:
        """Its entries."""
        return OrderedItems(self)

    def copy(self) -> OrderedDict:
        """Another one with the same entries."""
        return OrderedDict(self)

    def move_to_end(self, key: Any, last: bool = True) -> None:
        """Put an entry at the end, or at the beginning."""
        if key not in self:
            raise KeyError(*key) if type(key) is tuple else KeyError(key)       # as C code raises it
        value = self.pop(key)
        if last:
            self[key] = value
            return
        rest = dict(self)
        self.clear()
        self[key] = value
        self.update(rest)

    def popitem(self, last: bool = True) -> tuple[Any, Any]:
        """Take the last entry out, or the first."""
        if last or not self:
            return super().popitem()
        key = next(iter(self))
        return key, self.pop(key)

    def __or__(self, other: Any) -> Any:
        return OrderedDict(dict(self) | dict(other)) if isinstance(other, dict) else NotImplemented

    def __eq__(self, other: object) -> bool:
        if isinstance(other, OrderedDict) and list(self) != list(other):
            return False
        return dict.__eq__(self, other)

    __hash__ = None     # as Python's own

    def __parts__(self) -> tuple[str, list[Any], str]:
        return ("OrderedDict([", list(dict.items(self)), "])") if self else ("OrderedDict(", [], ")")


@exposed("isdisjoint")
class OrderedKeys(KeysView[Any]):
    """The keys of an OrderedDict."""

    __module__ = "collections"
    __slots__ = ()

    def __parts__(self) -> tuple[str, list[Any], str]:
        return "odict_keys([", list(self), "])"


@exposed()
class OrderedValues(ValuesView[Any]):
    """The values of an OrderedDict."""

    __module__ = "collections"
    __slots__ = ()

    def __parts__(self) -> tuple[str, list[Any], str]:
        return "odict_values([", list(self), "])"


@exposed("isdisjoint")
class OrderedItems(ItemsView[Any, Any]):
    """The entries of an OrderedDict."""

    __module__ = "collections"
    __slots__ = ()

    def __parts__(self) -> tuple[str, list[Any], str]:
        return "odict_items([", list(self), "])"


OrderedKeys.__name__, OrderedValues.__name__, OrderedItems.__name__ = "odict_keys", "odict_values", "odict_items"
