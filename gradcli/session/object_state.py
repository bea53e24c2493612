"""What values refer to, and how to make them refer to it again: one way for each kind of value.

A reading is a flat tuple of everything a value refers to, so that two readings can be compared
item by item without asking the items anything.

Python's own kinds that are not listed (generators, bound methods, views of dicts, iterators) are asked
by the garbage collector's means for what they refer to, so that nothing is missed that only they hold.
How far a generator, an `enumerate`, a `zip` or a dict's iterator has got cannot be put back.
"""

from __future__ import annotations

import gc
import itertools
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from functools import partial
from operator import attrgetter
from types import CellType, CodeType, FrameType, FunctionType, MethodType, ModuleType, NoneType, TracebackType
from typing import Any, NamedTuple

from gradcli.engine.autograd.function_node import FunctionNode, FunctionRule
from gradcli.engine.autograd.graph_view import AccumulateGrad
from gradcli.engine.autograd.op import NodeOutput, Op, Rules
from gradcli.engine.random.generator import Generator
from gradcli.engine.random.generators import Generators
from gradcli.engine.random.numpy_stream import ArrayRandom
from gradcli.engine.random.python_stream import PythonRandom
from gradcli.engine.tensor.methods import Handle
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.uninitialized import Uninitialized
from gradcli.exposure import PROGRAM_MADE
from gradcli.lang.runtime.generators import IteratorProxy
from gradcli.lang.runtime.types import user_class

INERT = frozenset({int, float, bool, str, bytes, NoneType, complex, slice, range, CodeType})
"""Kinds that refer to nothing that can change."""


class StateAccess(NamedTuple):
    """How to read what a value refers to, and how to put it back; `put` is None where nothing can change."""

    read: Callable[[Any], tuple[Any, ...]]
    put: Callable[[Any, tuple[Any, ...]], None] | None = None


def access_for(value: Any) -> StateAccess | None:
    """The way for a value; None if it holds nothing that a program could change."""
    if isinstance(value, type):
        return CLASS if user_class(value) else None
    kind = type(value)
    if kind not in _ways:
        _ways[kind] = _way_of_kind(kind)
    return _ways[kind]


_ways: dict[type, StateAccess | None] = {}


def _way_of_kind(kind: type) -> StateAccess | None:
    if issubclass(kind, APART):
        return None
    if issubclass(kind, Uninitialized):
        return StateAccess(_read_uninitialized, _put_uninitialized)
    for base, way in WAYS.items():
        if issubclass(kind, base):
            return _with_attributes(kind, way) if base in CONTAINERS and kind is not base else way
    if _is_object(kind):
        slots = tuple(slots_of(kind))
        return StateAccess(partial(_read_instance, slots), partial(_put_instance, slots))
    return REFERENTS if _is_native(kind) else None


def _is_object(kind: type) -> bool:
    """Whether values of `kind` are made of slots and a dict, and can be held by programs or by what they hold."""
    return is_instance(kind) or issubclass(kind, IteratorProxy) or kind.__module__.partition(".")[0] == "torch" or (
        kind.__module__.startswith("gradcli.engine."))


def _is_native(kind: type) -> bool:
    """Whether `kind` is one of Python's own, whose referents only the garbage collector tells."""
    return not kind.__flags__ & HEAP or bool(kind.__flags__ & IMMUTABLE) or issubclass(kind, ITERATING)


def _with_attributes(kind: type, way: StateAccess) -> StateAccess:
    """The way for a container that has slots or a dict beside what it contains."""
    slots = tuple(slots_of(kind))
    if not slots and not kind.__dictoffset__:
        return way

    def read(value: Any) -> tuple[Any, ...]:
        own = _read_instance(slots, value)
        return (len(own), *own, *way.read(value))

    def put(value: Any, parts: tuple[Any, ...]) -> None:
        end = parts[0] + 1
        _put_instance(slots, value, parts[1:end])
        if way.put is not None:
            way.put(value, parts[end:])

    return StateAccess(read, put)


def is_instance(kind: type) -> bool:
    """Whether values of `kind` are made of slots and a dict: of the program's classes, modules, optimisers."""
    return kind is Handle or any(PROGRAM_MADE in vars(each) for each in kind.__mro__) or kind.__module__.startswith(
        ("gradcli.nn", "gradcli.namespace.python", "gradcli.namespace.third_party", "gradcli.namespace.saved_objects"))


def slots_of(kind: type) -> list[str]:
    """The slots of a class and all above it."""
    found: list[str] = []
    for each in kind.__mro__:
        names = vars(each).get("__slots__", ())
        found += [names] if isinstance(names, str) else names
    return [name for name in found if name not in ("__dict__", "__weakref__")]


UNSET = object()        # what a slot holds that holds nothing


def _read_instance(slots: tuple[str, ...], value: Any) -> tuple[Any, ...]:
    own = getattr(value, "__dict__", {})
    return (type(value), *[getattr(value, name, UNSET) for name in slots], *own, *own.values())


def _put_instance(slots: tuple[str, ...], value: Any, parts: tuple[Any, ...]) -> None:
    if type(value) is not parts[0]:     # a lazy layer that had its first input, a parametrized one
        object.__setattr__(value, "__class__", parts[0])
    for name, part in zip(slots, parts[1:], strict=False):
        if part is not UNSET:
            object.__setattr__(value, name, part)
        elif hasattr(value, name):
            object.__delattr__(value, name)
    if hasattr(value, "__dict__"):
        _put_dict(vars(value), parts[1 + len(slots):])


def _read_dict(value: dict[Any, Any]) -> tuple[Any, ...]:
    return (*value, *value.values())


def _put_dict(value: dict[Any, Any], parts: tuple[Any, ...]) -> None:
    half = len(parts) // 2
    value.clear()
    dict.update(value, zip(parts[:half], parts[half:], strict=True))     # a Counter's own update counts


def _put_list(value: list[Any], parts: tuple[Any, ...]) -> None:
    value[:] = parts


def _put_deque(value: deque[Any], parts: tuple[Any, ...]) -> None:
    value.clear()
    value.extend(parts)


def _put_set(value: set[Any], parts: tuple[Any, ...]) -> None:
    value.clear()
    value.update(parts)


_read_slots = attrgetter("__class__", *Tensor.__slots__)


def _put_tensor(value: Tensor, parts: tuple[Any, ...]) -> None:
    value.__class__ = parts[0]
    for name, part in zip(Tensor.__slots__, parts[1:], strict=True):
        setattr(value, name, part)


SLOTS = [vars(Tensor)[name] for name in Tensor.__slots__]       # also where a property lies above one


def _read_uninitialized(value: Any) -> tuple[Any, ...]:
    return (type(value), *[slot.__get__(value) for slot in SLOTS])


def _put_uninitialized(value: Any, parts: tuple[Any, ...]) -> None:
    value.__class__ = parts[0]
    for slot, part in zip(SLOTS, parts[1:], strict=True):
        slot.__set__(value, part)


def _read_call(value: Any) -> tuple[Any, ...]:
    """The hooks of a call, and what a Function of the program keeps for it; a graph is not followed further."""
    if isinstance(value, AccumulateGrad):
        return None, value.variable
    kept = {id(rule.record): rule.record for _, rule, _ in value.edges if type(rule) is FunctionRule} if (
        isinstance(value, FunctionNode)) else {}
    return getattr(value, "hooks", None), *kept.values()


def _put_call(value: Any, parts: tuple[Any, ...]) -> None:
    if getattr(value, "hooks", None) is not parts[0]:
        value.hooks = parts[0]


def _put_arguments(value: BaseException, parts: tuple[Any, ...]) -> None:
    value.args, = parts


def _read_default(value: defaultdict[Any, Any]) -> tuple[Any, ...]:
    return (value.default_factory, *_read_dict(value))


def _put_default(value: defaultdict[Any, Any], parts: tuple[Any, ...]) -> None:
    value.default_factory = parts[0]
    _put_dict(value, parts[1:])


def _read_position(value: Any) -> tuple[Any, ...]:
    """What an iterator goes through, and how far it has got."""
    _, (source, *_), *position = value.__reduce__()
    return (source, *position)


def _put_position(value: Any, parts: tuple[Any, ...]) -> None:
    if len(parts) > 1:
        value.__setstate__(parts[1])


def _read_cell(value: CellType) -> tuple[Any, ...]:
    try:
        return (value.cell_contents,)
    except ValueError:
        return ()


def _put_cell(value: CellType, parts: tuple[Any, ...]) -> None:
    if parts:
        value.cell_contents, = parts
    else:
        del value.cell_contents


def _read_function(value: FunctionType) -> tuple[Any, ...]:
    own = vars(value)
    return (len(own), *own, *own.values(),
            *(value.__closure__ or ()), *(value.__defaults__ or ()), *(value.__kwdefaults__ or {}).values())


def _put_function(value: FunctionType, parts: tuple[Any, ...]) -> None:
    own = parts[1:1 + 2 * parts[0]]
    if _read_dict(vars(value)) != own:
        _put_dict(vars(value), own)


def _own_names(value: type) -> dict[str, Any]:
    return {name: part for name, part in vars(value).items() if name not in ("__dict__", "__weakref__")}


def _read_class(value: type) -> tuple[Any, ...]:
    return (*_read_dict(_own_names(value)), *value.__bases__)


def _put_class(value: type, parts: tuple[Any, ...]) -> None:
    parts = parts[: -len(value.__bases__)]
    half = len(parts) // 2
    before, now = dict(zip(parts[:half], parts[half:], strict=True)), _own_names(value)
    for name in now.keys() - before.keys():
        type.__delattr__(value, name)
    for name, part in before.items():
        if now.get(name, UNSET) is not part:
            type.__setattr__(value, name, part)


HEAP, IMMUTABLE = 1 << 9, 1 << 8     # flags of types: Py_TPFLAGS_HEAPTYPE and Py_TPFLAGS_IMMUTABLETYPE
ITERATING = (enumerate, zip, map, filter, reversed, partial,
             *(kind for kind in vars(itertools).values() if isinstance(kind, type)))
APART = (ModuleType, FrameType, TracebackType, Generators, Rules)     # they lead to all there is, or are kept elsewhere
CONTAINERS = frozenset({dict, defaultdict, list, set, deque, tuple, BaseException})
EMPTY: tuple[Iterable[Any], ...] = ([], (), range(0), range(1 << 70), "")
POSITIONED: list[type] = [type(iter(source)) for source in EMPTY] + [type(reversed([]))]
REFERENTS = StateAccess(lambda value: tuple(gc.get_referents(value)))
CLASS = StateAccess(_read_class, _put_class)
WAYS: dict[type, StateAccess] = {
    Tensor: StateAccess(_read_slots, _put_tensor),
    list: StateAccess(tuple, _put_list),
    defaultdict: StateAccess(_read_default, _put_default),
    dict: StateAccess(_read_dict, _put_dict),
    set: StateAccess(tuple, _put_set),
    deque: StateAccess(tuple, _put_deque),
    tuple: StateAccess(tuple),
    frozenset: StateAccess(tuple),
    CellType: StateAccess(_read_cell, _put_cell),
    FunctionType: StateAccess(_read_function, _put_function),
    MethodType: StateAccess(attrgetter("__self__", "__func__")),
    staticmethod: StateAccess(lambda value: (value.__func__,)),
    property: StateAccess(lambda value: (value.fget, value.fset)),
    classmethod: StateAccess(lambda value: (value.__func__,)),
    Op: StateAccess(_read_call, _put_call),
    NodeOutput: StateAccess(lambda value: (value.hooks, value.node), _put_call),
    BaseException: StateAccess(lambda value: (value.args,), _put_arguments),
    PythonRandom: StateAccess(lambda value: (value.state(),), lambda value, parts: value.set_state(parts[0])),
    ArrayRandom: StateAccess(lambda value: (value.state(),), lambda value, parts: value.set_state(parts[0])),
    Generator: StateAccess(lambda value: value.numbers.moment(), lambda value, parts: value.numbers.rewind(parts)),
} | dict.fromkeys(POSITIONED, StateAccess(_read_position, _put_position))
