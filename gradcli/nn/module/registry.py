"""`net._modules`, `net._parameters` and `net._buffers`: dicts whose changes change the module."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradcli.engine.random.generators import Current
from gradcli.exposure import exposed, named
from gradcli.lang.runtime.builtins import METHODS
from gradcli.lang.runtime.ordered import OrderedDict

MISSING = object()


@named("dict")
@exposed(*METHODS[dict])
class Registry(dict[str, Any]):
    """The members of one kind as they are when it is read; what a program writes is registered in the module too.

    `register(module, name, value)` checks and registers a member of the kind, and `members` is the module's own dict.
    """

    __slots__ = ("_members", "_module", "_register")

    def __init__(self, module: Any, members: dict[str, Any], register: Callable[[Any, Any, Any], None]) -> None:
        super().__init__(members)
        self._module, self._members, self._register = module, members, register

    def __setitem__(self, name: str, value: Any) -> None:
        self._register(self._module, name, value)
        super().__setitem__(name, value)

    def __delitem__(self, name: str) -> None:
        super().__delitem__(name)
        self._members.pop(name, None)
        self._module.__dict__.pop(name, None)

    def pop(self, name: str, default: Any = MISSING) -> Any:
        """Take a member out of the module and return it; `default` if there is none, or KeyError."""
        if default is not MISSING and name not in self:
            return default
        value = self[name]
        del self[name]
        return value

    def popitem(self) -> tuple[str, Any]:
        """Take the last member out of the module; return its name and it."""
        name = next(reversed(self)) if self else dict[str, Any]().popitem()[0]
        return name, self.pop(name)

    def clear(self) -> None:
        """Take all members out of the module."""
        for name in list(self):
            del self[name]

    def update(self, *members: Any, **named_members: Any) -> None:
        """Register the members of a dict, or of a list of pairs."""
        for name, value in dict(*members, **named_members).items():
            self[name] = value

    def setdefault(self, name: str, default: Any = None) -> Any:
        """The member of that name, which `default` becomes if there is none."""
        if name not in self:
            self[name] = default
        return self[name]

    def __ior__(self, members: Any) -> Any:     # type: ignore[misc]  # | makes a dict of no module
        self.update(members)
        return self

    def copy(self) -> dict[str, Any]:
        """A dict that belongs to no module."""
        return dict(self)

    def keys(self) -> Any:
        """A view of the names."""
        return dict(self).keys()

    def values(self) -> Any:
        """A view of the members."""
        return dict(self).values()

    def items(self) -> Any:
        """A view of names and members."""
        return dict(self).items()

    def __flatten__(self) -> tuple[tuple[Any, ...], list[Any], None]:
        return tuple(self), list(dict.values(self)), None

    @staticmethod
    def __unflatten__(keys: tuple[Any, ...], values: list[Any], _: None) -> dict[str, Any]:
        return dict(zip(keys, values, strict=True))

    def __parts__(self) -> tuple[str, list[Any], str]:
        return "", [OrderedDict(self) if Current.legacy else dict(self)], ""      # as which it printed
