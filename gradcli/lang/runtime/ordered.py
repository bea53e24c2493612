"""`collections.OrderedDict`, of programs and of `Module.state_dict()`."""

from __future__ import annotations

from collections.abc import ItemsView, KeysView, ValuesView
from typing import Any

from gradcli.exposure import Parts, exposed, named
from gradcli.lang.runtime.builtins import METHODS


@named("collections.OrderedDict")
@exposed(*METHODS[dict], "move_to_end", copied=True)
class OrderedDict(dict[Any, Any]):
    """A dict with move_to_end, an order-sensitive == and a repr of its own."""

    __slots__ = ()
    __module__ = "collections"
    _module_path = "collections"

    def keys(self) -> Any:
        """A view of its keys."""
        return OrderedKeys(self)

    def values(self) -> Any:
        """A view of its values."""
        return OrderedValues(self)

    def items(self) -> Any:
        """A view of its (key, value) pairs."""
        return OrderedItems(self)

    def copy(self) -> OrderedDict:
        """A shallow copy."""
        return OrderedDict(self)

    def __flatten__(self) -> tuple[tuple[Any, ...], list[Any], None]:
        return tuple(self), list(dict.values(self)), None

    @staticmethod
    def __unflatten__(keys: tuple[Any, ...], values: list[Any], _: None) -> OrderedDict:
        return OrderedDict(zip(keys, values, strict=True))

    def move_to_end(self, key: Any, last: bool = True) -> None:
        """Move an entry to the end, or to the beginning; KeyError if it does not exist."""
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
        """Remove and return the last entry, or the first; KeyError if the dict is empty."""
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


def view_class(base: Any, name: str, module: str, parts: Parts) -> Any:
    """A class of views of a mapping, derived from the `base` of `collections.abc`, with that text."""
    cls = type(name, (base,), {"__slots__": (), "__module__": module, "__parts__": parts})
    return exposed(*{"isdisjoint"}.intersection(dir(base)))(cls)


OrderedKeys, OrderedValues, OrderedItems = (
    view_class(base, name, "collections", lambda view: (f"{type(view).__name__}([", list(view), "])"))
    for base, name in (
        (KeysView, "odict_keys"), (ValuesView, "odict_values"), (ItemsView, "odict_items")))
