"""Capture and restore the mutable state of every type of object that a program can hold.

A capture is a flat tuple of everything an object refers to. Two captures of one object are compared item by item
with `is`, so that no `__eq__` of a program runs. Where keys of a dict, or members of a set, are hashed by code of the
program, a copy of the container is kept, which has their hashes (hashed_keys.py).

Built-in types without an entry in ACCESS (generators, views of dicts, some iterators) are captured with
gc.get_referents, so that nothing is missed that only they refer to. The position of a generator, an `enumerate`, a
`zip` or a dict's iterator cannot be restored.
"""

from __future__ import annotations

import gc
import itertools
from collections import defaultdict, deque
from collections.abc import Callable
from functools import partial
from operator import attrgetter
from types import (
    CellType,
    CodeType,
    FrameType,
    FunctionType,
    MappingProxyType,
    MethodType,
    ModuleType,
    NoneType,
    TracebackType,
)
from typing import Any, NamedTuple

from gradcli.engine.autograd.function_node import FunctionNode, FunctionRule
from gradcli.engine.autograd.graph_view import AccumulateGrad
from gradcli.engine.autograd.op import NodeOutput, Op, Rules
from gradcli.engine.autograd.saved_tensors_hooks import PackedValues
from gradcli.engine.random.generator import Generator
from gradcli.engine.random.generators import Generators
from gradcli.engine.random.numpy_stream import ArrayRandom
from gradcli.engine.random.python_stream import PythonRandom
from gradcli.engine.tensor.complex_tensor import Conjugate, Negative
from gradcli.engine.tensor.methods import Handle
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.uninitialized import Uninitialized
from gradcli.exposure import PROGRAM_MADE
from gradcli.lang.runtime.generators import IteratorProxy
from gradcli.lang.runtime.ordered import OrderedItems, OrderedKeys, OrderedValues
from gradcli.lang.runtime.streams import TextBuffer
from gradcli.lang.runtime.types import STAND_INS, TypeProxy, methods_of, user_class
from gradcli.namespace.python.io import BytesBuffer

INERT = frozenset({int, float, bool, str, bytes, NoneType, complex, slice, range, CodeType})
"""Types whose objects cannot change and refer to nothing that can."""


class StateAccess(NamedTuple):
    """How to capture the state of one type's objects, and how to restore a capture.

    `restore` is None for immutable types, whose members are followed all the same. Of what is `keyed`, it gets a copy
    as a third argument if there is one.
    """

    capture: Callable[[Any], tuple[Any, ...]]
    restore: Callable[..., None] | None = None
    keyed: bool = False     # whether it is a dict or a set


def access_for(value: Any) -> StateAccess | None:
    """The StateAccess for an object; None if it holds nothing that a program could change."""
    if isinstance(value, type):
        return CLASS if user_class(value) else None
    kind = type(value)
    if kind not in _cache:
        _cache[kind] = _access_for_type(kind)
    return _cache[kind]


_cache: dict[type, StateAccess | None] = {}


def _access_for_type(kind: type) -> StateAccess | None:
    if issubclass(kind, NOT_FOLLOWED):
        return None
    if issubclass(kind, Uninitialized):
        return StateAccess(_capture_uninitialized, _restore_uninitialized)
    for base, access in ACCESS.items():
        if issubclass(kind, base):
            return _with_attributes(kind, access) if base in CONTAINERS and kind is not base else access
    if _is_object(kind):
        slots = tuple(slots_of(kind))
        return StateAccess(partial(_capture_instance, slots), partial(_restore_instance, slots))
    return REFERENTS if _is_native(kind) else None


def _is_object(kind: type) -> bool:
    """Whether objects of `kind` have their state in slots and `__dict__`, and can be reached by programs."""
    return is_instance(kind) or issubclass(kind, IteratorProxy) or kind.__module__.partition(".")[0] == "torch" or (
        kind.__module__.startswith("gradcli.engine."))


def _is_native(kind: type) -> bool:
    """Whether `kind` is a built-in type, whose referents only the garbage collector knows."""
    return not kind.__flags__ & HEAP or bool(kind.__flags__ & IMMUTABLE) or issubclass(kind, ITERATOR_TYPES)


def _with_attributes(kind: type, access: StateAccess) -> StateAccess:
    """The StateAccess for a subclass of a container, which has slots or a `__dict__` beside its members."""
    slots = tuple(slots_of(kind))
    if not slots and not kind.__dictoffset__:
        return access

    def capture(value: Any) -> tuple[Any, ...]:
        state = _capture_instance(slots, value)
        return (len(state), *state, *access.capture(value))

    def restore(value: Any, state: tuple[Any, ...], *copy: Any) -> None:
        end = state[0] + 1
        _restore_instance(slots, value, state[1:end])
        if access.restore is not None:
            access.restore(value, state[end:], *copy)

    return StateAccess(capture, restore, access.keyed)


def is_instance(kind: type) -> bool:
    """Whether `kind` is a class of the program, a module, an optimiser or the like, with slots and a `__dict__`."""
    return kind is Handle or any(PROGRAM_MADE in vars(base) for base in kind.__mro__) or kind.__module__.startswith(
        ("gradcli.nn", "gradcli.namespace.python", "gradcli.namespace.third_party", "gradcli.namespace.saved_objects",
         "gradcli.namespace.mixed_precision"))


def slots_of(kind: type) -> list[str]:
    """The slots of a class and of all its bases."""
    slots: list[str] = []
    for base in kind.__mro__:
        names = vars(base).get("__slots__", ())
        slots += [names] if isinstance(names, str) else names
    return [name for name in slots if name not in ("__dict__", "__weakref__")]


UNSET = object()        # the captured value of an empty slot


def _capture_instance(slots: tuple[str, ...], value: Any) -> tuple[Any, ...]:
    attributes = getattr(value, "__dict__", {})
    return (type(value), *[getattr(value, name, UNSET) for name in slots], *attributes, *attributes.values())


def _restore_instance(slots: tuple[str, ...], value: Any, state: tuple[Any, ...]) -> None:
    if type(value) is not state[0]:     # a lazy layer that had its first input, a parametrized one
        object.__setattr__(value, "__class__", state[0])
    for name, part in zip(slots, state[1:], strict=False):
        if part is not UNSET:
            object.__setattr__(value, name, part)
        elif hasattr(value, name):
            object.__delattr__(value, name)
    if hasattr(value, "__dict__"):
        _restore_dict(vars(value), state[1 + len(slots):])


def _capture_dict(value: dict[Any, Any]) -> tuple[Any, ...]:
    return (*value, *dict.values(value))


def _restore_dict(value: dict[Any, Any], state: tuple[Any, ...], copy: Any = None) -> None:
    half = len(state) // 2
    value.clear()       # below, Counter.update would add counts
    dict.update(value, zip(state[:half], state[half:], strict=True) if copy is None else copy)


def _restore_list(value: list[Any], state: tuple[Any, ...]) -> None:
    value[:] = state


def _restore_deque(value: deque[Any], state: tuple[Any, ...]) -> None:
    value.clear()
    value.extend(state)


def _restore_set(value: set[Any], state: tuple[Any, ...], copy: Any = None) -> None:
    value.clear()
    value.update(state if copy is None else copy)


STORED = [name for name in Tensor.__slots__ if name not in ("number", "own_attributes", "viewed")]
"""What every tensor has. That there are views of it, and the number that it stands for, are never taken back."""
_stored = attrgetter("__class__", *STORED)


def _capture_tensor(value: Tensor) -> tuple[Any, ...]:
    attributes = getattr(value, "own_attributes", UNSET)
    return _stored(value) if attributes is UNSET else (*_stored(value), attributes)


def _restore_tensor(value: Tensor, state: tuple[Any, ...]) -> None:
    value.__class__ = state[0]
    end = len(STORED) + 1
    for name, part in zip(STORED, state[1:end], strict=True):
        setattr(value, name, part)
    if len(state) > end:
        value.own_attributes = state[end]
    elif hasattr(value, "own_attributes"):
        del value.own_attributes


SLOTS = [vars(Tensor)[name] for name in STORED]       # works where a subclass overrides one by a property


def _capture_uninitialized(value: Any) -> tuple[Any, ...]:
    return (type(value), *[slot.__get__(value) for slot in SLOTS])


def _restore_uninitialized(value: Any, state: tuple[Any, ...]) -> None:
    value.__class__ = state[0]
    for slot, part in zip(SLOTS, state[1:], strict=True):
        slot.__set__(value, part)


def _capture_node(value: Any) -> tuple[Any, ...]:
    """The hooks and notes of a node, the records of a program's Function, and what unpacks the values that it saves.

    The rest of the graph is not followed.
    """
    if isinstance(value, AccumulateGrad):
        return None, getattr(value, "notes", UNSET), value.variable
    records = {id(rule.record): rule.record for _, rule, _ in value.edges if type(rule) is FunctionRule} if (
        isinstance(value, FunctionNode)) else {}
    unpackers = [function for _, _, saved in value.edges if type(saved) is PackedValues
                 for function in saved.unpackers()]
    return getattr(value, "hooks", None), getattr(value, "notes", UNSET), *records.values(), *unpackers


def _restore_hooks(value: Any, state: tuple[Any, ...]) -> None:
    if getattr(value, "hooks", None) is not state[0]:
        value.hooks = state[0]


def _restore_node(value: Any, state: tuple[Any, ...]) -> None:
    _restore_hooks(value, state)
    if getattr(value, "notes", UNSET) is not state[1]:
        del value.notes     # which the statement was the first to ask for


def _restore_args(value: BaseException, state: tuple[Any, ...]) -> None:
    value.args, = state


def _capture_defaultdict(value: defaultdict[Any, Any]) -> tuple[Any, ...]:
    return (value.default_factory, *_capture_dict(value))


def _restore_defaultdict(value: defaultdict[Any, Any], state: tuple[Any, ...], copy: Any = None) -> None:
    value.default_factory = state[0]
    _restore_dict(value, state[1:], copy)


def _capture_iterator(value: Any) -> tuple[Any, ...]:
    """The sequence of an iterator, and its position."""
    _, (source, *_), *position = value.__reduce__()
    return (source, *position)


def _restore_iterator(value: Any, state: tuple[Any, ...]) -> None:
    if len(state) > 1:
        value.__setstate__(state[1])


def _capture_cell(value: CellType) -> tuple[Any, ...]:
    try:
        return (value.cell_contents,)
    except ValueError:
        return ()


def _restore_cell(value: CellType, state: tuple[Any, ...]) -> None:
    if state:
        value.cell_contents, = state
    else:
        del value.cell_contents


def _capture_function(value: FunctionType) -> tuple[Any, ...]:
    attributes = vars(value)
    return (value.__name__, value.__qualname__, value.__doc__, len(attributes), *attributes, *attributes.values(),
            *(value.__closure__ or ()), *(value.__defaults__ or ()), *(value.__kwdefaults__ or {}).values())


def _restore_function(value: FunctionType, state: tuple[Any, ...]) -> None:
    value.__name__, value.__qualname__, value.__doc__, count = state[:4]
    _restore_dict(vars(value), state[4:4 + 2 * count])


def _class_attributes(value: type) -> dict[str, Any]:
    return {name: part for name, part in vars(value).items() if name not in ("__dict__", "__weakref__")}


def _capture_class(value: type) -> tuple[Any, ...]:
    return (*_capture_dict(_class_attributes(value)), *value.__bases__)


def _restore_class(value: type, state: tuple[Any, ...]) -> None:
    state = state[: -len(value.__bases__)]
    half = len(state) // 2
    before, now = dict(zip(state[:half], state[half:], strict=True)), _class_attributes(value)
    for name in now.keys() - before.keys():
        type.__delattr__(value, name)
    for name, part in before.items():
        if now.get(name, UNSET) is not part:
            type.__setattr__(value, name, part)


def _capture_proxy(value: TypeProxy) -> tuple[Any, ...]:
    """What makes instances of a type that the program has made, such as a named tuple, whose defaults it holds."""
    of_program = type(value) is TypeProxy and len(value._types) == 1 and STAND_INS.get(value._types[0]) is value
    return (value._call, methods_of(value)) if of_program else ()


class Numbered:
    """What an iterator goes through by asking for one item after the other."""

    def __getitem__(self, at: int) -> None:
        """Item `at`."""


HEAP, IMMUTABLE = 1 << 9, 1 << 8     # flags of types: Py_TPFLAGS_HEAPTYPE and Py_TPFLAGS_IMMUTABLETYPE
ITERATOR_TYPES = (enumerate, zip, map, filter, partial,
                  *(kind for kind in vars(itertools).values() if isinstance(kind, type)))
NOT_FOLLOWED = (ModuleType, FrameType, TracebackType, Generators, Rules)
"""Types that lead to every object there is, or whose state Session.save covers."""
CONTAINERS = frozenset({dict, defaultdict, list, set, deque, tuple, BaseException})
EMPTY: tuple[Any, ...] = ([], (), range(0), range(1 << 70), "", "\xe9", Numbered())
POSITIONED: list[type] = [type(iter(source)) for source in EMPTY] + [type(reversed([])), reversed]
REFERENTS = StateAccess(lambda value: tuple(gc.get_referents(value)))
CLASS = StateAccess(_capture_class, _restore_class)
LAZY = StateAccess(lambda value: (value.source,))
MAPPED = StateAccess(lambda value: (value._mapping,))
ACCESS: dict[type, StateAccess] = {
    Conjugate: LAZY,
    Negative: LAZY,
    Tensor: StateAccess(_capture_tensor, _restore_tensor),
    list: StateAccess(tuple, _restore_list),
    defaultdict: StateAccess(_capture_defaultdict, _restore_defaultdict, keyed=True),
    dict: StateAccess(_capture_dict, _restore_dict, keyed=True),
    set: StateAccess(tuple, _restore_set, keyed=True),
    deque: StateAccess(tuple, _restore_deque),
    tuple: StateAccess(tuple),
    frozenset: StateAccess(tuple),
    CellType: StateAccess(_capture_cell, _restore_cell),
    FunctionType: StateAccess(_capture_function, _restore_function),
    MethodType: StateAccess(attrgetter("__self__", "__func__")),
    staticmethod: StateAccess(lambda value: (value.__func__,)),
    property: StateAccess(lambda value: (value.fget, value.fset, value.fdel)),
    TypeProxy: StateAccess(_capture_proxy),
    OrderedKeys: MAPPED,
    OrderedValues: MAPPED,
    OrderedItems: MAPPED,
    MappingProxyType: REFERENTS,
    classmethod: StateAccess(lambda value: (value.__func__,)),
    Op: StateAccess(_capture_node, _restore_node),
    NodeOutput: StateAccess(lambda value: (value.hooks, value.node), _restore_hooks),
    BaseException: StateAccess(lambda value: (value.args,), _restore_args),
    PythonRandom: StateAccess(lambda value: (value.state(),), lambda value, state: value.set_state(state[0])),
    ArrayRandom: StateAccess(lambda value: (value.state(),), lambda value, state: value.set_state(state[0])),
    TextBuffer: StateAccess(TextBuffer.state, TextBuffer.set_state),
    BytesBuffer: StateAccess(lambda value: (value.content,), lambda value, state: setattr(value, "content", state[0])),
    Generator: StateAccess(lambda value: value.numbers.save(), lambda value, state: value.numbers.restore(state)),
} | dict.fromkeys(POSITIONED, StateAccess(_capture_iterator, _restore_iterator))
