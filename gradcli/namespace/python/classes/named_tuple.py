"""`typing.NamedTuple`: tuples whose values have names, as classes of the program."""

from __future__ import annotations

from typing import Any

from gradcli.exposure import ProgramClass, exposed
from gradcli.lang.policy import checked_name
from gradcli.lang.runtime.types import TypeProxy
from gradcli.namespace.python.collections import tuple_class


class TupleClass(ProgramClass):
    """The metaclass of NamedTuple: it turns a class body into a class of tuples."""

    def __new__(mcs, name: str, bases: tuple[type, ...], body: dict[str, Any], **options: Any) -> Any:
        if not bases:
            return super().__new__(mcs, name, bases, body)
        if len(bases) > 1:
            raise TypeError("can only inherit from a NamedTuple type and Generic")
        names = [checked_name(field) for field, _ in body.pop(".fields", ())]
        if any(field.startswith("_") for field in names):
            raise ValueError(f"Field names cannot start with an underscore: {names!r}")
        late = [field for field in names if field in body]
        if late != names[len(names) - len(late):]:
            plain = next(field for field in names[names.index(late[0]):] if field not in late)
            raise TypeError(f"non-default namedtuple field {plain} cannot follow default field")
        defaults = [body.pop(field) for field in late]
        return ProgramClass(name, (tuple_class(name, names, defaults),), body)


@exposed(base=True)
class Base(metaclass=TupleClass):
    """The base class that programs write."""


NamedTuple = TypeProxy("typing.NamedTuple", (Base,))
