"""The class statement: checks of bases and bodies of a program's classes (rule R6)."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any

from gradcli.exposure import PROGRAM_MADE, ProgramClass, closed_names, exposed
from gradcli.faults.arguments import SuperMisuse
from gradcli.faults.mistakes import DepthLimit
from gradcli.faults.tree import Fault, PolicyFault
from gradcli.lang.policy import Policy, checked_name
from gradcli.lang.runtime import abstract_classes
from gradcli.lang.runtime.enumeration import Enum, EnumClass, MixedNumber, MixedText, create_members
from gradcli.lang.runtime.format import Formatter
from gradcli.lang.runtime.special_methods import METHODS, OF_PICKLE, OF_TUPLES, guarded_method
from gradcli.lang.runtime.types import MIXED, OWN, TypeProxy, types_of, user_class

SET_BY_PYTHON = {"__module__", "__qualname__", "__doc__", "__dict__", "__weakref__", "__classcell__",
                  "__static_attributes__", "__firstlineno__", "__annotations__"}

OWN_STATE = ".own_state"     # the mark of classes that define how their objects are copied

DEEPEST = 1000      # classes that inherit from each other


def class_builder(policy: Policy, formatter: Formatter, classes: set[type],
                  leave: Callable[[Any, Any], tuple[Any, ...]]) -> Callable[..., type]:
    """The `__build_class__` of a program: Python's own, between a check of the bases and one of the body.

    Classes without foreign bases are added to `classes`. `leave` computes the arguments of `__exit__`.
    """

    class Instance:
        """The base of a program's classes without other bases: its repr shows no true address."""

        __slots__ = ()

        def __repr__(self) -> str:
            return formatter.anonymous(self)

    setattr(Instance, ".formatter", formatter)      # for methods that the package makes

    def build_class(body: Any, name: str, *bases: Any, metaclass: Any = None) -> type:
        parents = tuple(parent for base in _mixed(bases) if (parent := _parent(policy, base)) is not object)
        if metaclass is not None and not any(issubclass(parent, abstract_classes.Abstract) for parent in parents):
            parents = (*parents, _parent(policy, metaclass))
        if {*parents} <= {*abstract_classes.BASES}:
            parents = (*parents, Instance)
        if any(len(parent.__mro__) > DEEPEST for parent in parents):    # Python tells each one below of what changes
            raise DepthLimit(f"more than {DEEPEST} classes inherit from each other")
        cls: type = builtins.__build_class__(body, name, *parents, metaclass=ProgramClass)
        known_bases = (cls, Instance, *abstract_classes.BASES, object)
        foreign = [kind for kind in cls.__mro__ if PROGRAM_MADE not in kind.__dict__ and kind not in known_bases]
        declared = abstract_classes.declared_abstract(cls.__dict__)
        for attribute, value in list(cls.__dict__.items()):
            if attribute in OF_PICKLE:
                type.__delattr__(cls, attribute)
                type.__setattr__(cls, OWN_STATE, True)
            elif attribute in METHODS:
                type.__setattr__(cls, attribute, guarded_method(cls.__qualname__, attribute, value, leave))
            elif attribute == "__match_args__" and type(value) is tuple and all(type(name) is str for name in value):
                [checked_name(name) for name in value]
            elif attribute.startswith("__") and attribute not in SET_BY_PYTHON:
                raise PolicyFault(f"a class cannot define {attribute}")
        for kind in cls.__mro__ if foreign else ():
            if (kind is cls or PROGRAM_MADE
                in kind.__dict__) and (conflicts := closed_names(cls).intersection(_attribute_names(kind))):
                conflict = min(conflicts)
                raise PolicyFault(f"{name} cannot define {conflict}: its base class needs that name" if kind is cls
                                  else f"{name} cannot inherit {conflict} from {kind.__name__}: "
                                       "another base class needs that name")
        for kind in cls.__mro__ if issubclass(cls, tuple) else ():
            if (kind is cls or PROGRAM_MADE
                in kind.__dict__) and (conflicts := (METHODS - OF_TUPLES).intersection(kind.__dict__)):
                raise PolicyFault(f"a NamedTuple cannot define {min(conflicts)}: tuples have their own")
        type.__setattr__(cls, PROGRAM_MADE, MIXED if foreign else OWN)
        abstract_classes.set_abstract_methods(cls, declared)
        if isinstance(cls, EnumClass):
            create_members(cls, formatter)
        if not foreign:
            classes.add(cls)
        return cls

    return build_class


def _attribute_names(kind: type) -> set[str]:
    """The names of a class's attributes: those of its body, its annotated fields and its enum members."""
    own = kind.__dict__
    return {*own, *(name for name, _ in own.get(".fields", ())), *own.get(".values", ())}


def _mixed(bases: tuple[Any, ...]) -> tuple[Any, ...]:
    """The bases of a class, where (int, Enum) and (str, Enum) are replaced by one base."""
    if len(bases) == 2 and all(isinstance(base, TypeProxy) for base in bases) and bases[1]._types == (Enum,):
        mixed = {(int,): MixedNumber, (str,): MixedText}.get(bases[0]._types)
        return bases if mixed is None else (TypeProxy(bases[0]._name, (mixed,)),)
    return bases


def _parent(policy: Policy, base: Any) -> type:
    """The Python class that `base` stands for; PolicyFault if a program's class cannot inherit from it."""
    if user_class(base):
        return base
    allowed = policy.base(base)
    if allowed is not None:
        return allowed
    if isinstance(base, TypeProxy):
        kind = (*types_of(base), None)[0]
        if kind is None:
            raise PolicyFault(f"a class cannot inherit from {base._name}")
        if issubclass(kind, Fault):     # an exception of ours: its fields are no program's to set
            python = next(above for above in kind.__mro__ if above.__module__ == "builtins")
            raise PolicyFault(f"a class cannot inherit from {base._name}", (
                f"class Own({python.__name__}):", "from what it is an exception of"))
        if kind in (object, *abstract_classes.BASES) or issubclass(kind, Exception):
            return kind
        raise PolicyFault(f"a class cannot inherit from {base._name}", (
            "class Own:", "a class that holds what it needs, self.inner = ..., with methods of its own"))
    raise PolicyFault("a class can only inherit from classes", "class Net(nn.Module):")


@exposed()
@exposed()
class UnboundSuper:
    """`super(Class)` without an object: calling its `__init__` does nothing, as in Python."""

    __slots__ = ()


UNBOUND = UnboundSuper()


def super_(kind: Any = None, value: Any = None) -> Any:
    """super() in a method or class method, super(Class, self), and super(Class)."""
    if value is None and user_class(kind):
        return UNBOUND
    of_class = user_class(value) and user_class(kind) and issubclass(value, kind)
    if not user_class(kind) or not (of_class or isinstance(value, kind)):
        raise SuperMisuse
    return super(kind, value)
