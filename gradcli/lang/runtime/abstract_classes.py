"""Abstract classes: `abc.ABC`, `abc.ABCMeta` and `abc.abstractmethod`.

Python itself refuses to make an object of a class that says which of its methods are still abstract.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import FunctionType
from typing import Any

from gradcli.exposure import PROGRAM_MADE
from gradcli.lang.messages.locate import is_lowered
from gradcli.lang.runtime.types import TypeProxy

OWN = ".abstract"       # the attribute that holds which methods a class itself declares abstract
DECLARED = (FunctionType, property, staticmethod, classmethod)


class Abstract:
    """The base of a program's abstract classes."""

    __slots__ = ()


class Generic:
    """The base of `class Box(Generic[T])`, which makes `Box[int]` an expression."""

    __slots__ = ()

    def __class_getitem__(cls, item: Any) -> Any:
        return cls


BASES = (Abstract, Generic)

ABC = TypeProxy("abc.ABC", (Abstract,))
ABCMeta = TypeProxy("abc.ABCMeta", (Abstract,))


def abstractmethod(funcobj: Any, /) -> Any:
    """Mark `funcobj` as abstract: a subclass must define it to have instances."""
    if type(funcobj) is FunctionType and is_lowered(funcobj.__code__):
        setattr(funcobj, "__isabstractmethod__", True)      # noqa: B010  # as Python marks it
    return funcobj


def abstractproperty(fget: Any, /) -> property:
    """An abstract property."""
    if type(fget) is not FunctionType:
        raise TypeError("a property is made of functions")
    return property(abstractmethod(fget))


def declared_abstract(body: Mapping[str, Any]) -> frozenset[str]:
    """The names that the body of a class declares abstract."""
    return frozenset(name for name, value in body.items()
                     if type(value) in DECLARED and getattr(value, "__isabstractmethod__", False))


def set_abstract_methods(cls: type, own: frozenset[str]) -> None:
    """Tell Python which methods of a class are abstract, where `own` are those that its body declares so."""
    if not issubclass(cls, Abstract):
        return
    type.__setattr__(cls, OWN, own)
    missing = set()
    for name in own.union(*(kind.__dict__.get(OWN, ()) for kind in cls.__mro__)):
        owner = next((kind for kind in cls.__mro__ if name in kind.__dict__), cls)
        if PROGRAM_MADE in owner.__dict__ or owner is cls:
            missing |= {name} & owner.__dict__.get(OWN, frozenset())
    type.__setattr__(cls, "__abstractmethods__", frozenset(missing))
