"""`match` at run time: compares a value with the patterns that `lowering/match.py` compiled to constants."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradcli.lang.runtime.attributes import Attributes
from gradcli.lang.runtime.types import TypeProxy, types_of, user_class

ITSELF = frozenset({int, float, str, bool, list, tuple, dict, set})

def matcher(attributes: Attributes) -> Callable[[Any, Any, Any], tuple[Any, ...] | None]:
    """The helper `.match`: the values that a pattern binds, in the order of its names; None if it does not match."""
    def matched(subject: Any, pattern: tuple[Any, ...], values: tuple[Callable[[], Any], ...]) -> Any:
        spec, names = pattern
        bound: dict[str, Any] = {}
        if not _PatternMatch(attributes, values, bound).holds(spec, subject):
            return None
        return tuple(bound[name] for name in names)

    return matched

class _PatternMatch:
    """The comparison of one value with one pattern; `bound` collects the values of its names."""

    def __init__(self, attributes: Attributes, values: tuple[Callable[[], Any], ...], bound: dict[str, Any]) -> None:
        self.attributes, self.values, self.bound = attributes, values, bound

    def holds(self, spec: tuple[Any, ...], value: Any) -> bool:
        return bool(getattr(self, f"_{spec[0]}")(value, *spec[1:]))

    def _any(self, value: Any) -> bool:
        return True

    def _name(self, value: Any, name: str) -> bool:
        self.bound[name] = value
        return True

    def _as(self, value: Any, spec: Any, name: str) -> bool:
        return self.holds(spec, value) and self._name(value, name)

    def _is(self, value: Any, at: int) -> bool:
        return value is self.values[at]()

    def _equal(self, value: Any, at: int) -> Any:
        return value == self.values[at]()

    def _or(self, value: Any, *specs: Any) -> bool:
        return any(self.holds(spec, value) for spec in specs)

    def _sequence(self, value: Any, before: Any, rest: str | None, after: Any) -> bool:
        if not isinstance(value, list | tuple | range):
            return False
        size, least = len(value), len(before) + len(after)
        if size != least if rest is None else size < least:
            return False
        if not all(map(self.holds, before, value)):
            return False
        if rest:
            self.bound[rest] = list(value[len(before) : size - len(after)])
        return all(map(self.holds, after, value[size - len(after) :] if after else ()))

    def _mapping(self, value: Any, entries: Any, rest: str) -> bool:
        if not isinstance(value, dict):
            return False
        keys = [self.values[at]() for at, _ in entries]
        for key, (_, spec) in zip(keys, entries, strict=True):
            if key not in value or not self.holds(spec, value[key]):
                return False
        if rest:
            self.bound[rest] = {key: item for key, item in value.items() if key not in keys}
        return True

    def _class(self, value: Any, at: int, places: Any, names: Any) -> bool:
        kind = self.values[at]()
        if not isinstance(kind, TypeProxy) and not user_class(kind):
            raise TypeError("called match pattern must be a class")
        if not isinstance(value, types_of(kind)):
            return False
        if types_of(kind)[0] in ITSELF:
            if len(places) > 1:
                raise TypeError(f"{types_of(kind)[0].__name__}() accepts 1 positional sub-pattern "
                                f"({len(places)} given)")
            return all(self.holds(spec, value) for spec in places)
        match_args = getattr(types_of(kind)[0], "__match_args__", ())
        if len(places) > len(match_args):
            raise TypeError(f"{types_of(kind)[0].__name__}() accepts {len(match_args)} positional sub-pattern"
                            f"{'s' * (len(match_args) != 1)} ({len(places)} given)")
        return all(self._attribute(value, name, spec) for name, spec in (
            *zip(match_args, places, strict=False), *names))

    def _attribute(self, value: Any, name: str, spec: Any) -> bool:
        try:
            attribute = self.attributes.read(value, name)
        except AttributeError:
            return False
        return self.holds(spec, attribute)
