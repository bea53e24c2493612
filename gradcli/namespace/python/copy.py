"""`copy`: copy and deepcopy for the values of programs."""

from __future__ import annotations

from collections.abc import Callable
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

from numpy import generic, ndarray

from gradcli.engine.autograd.detached import report_detached
from gradcli.engine.autograd.op import traced
from gradcli.engine.deep_copy import copy_leaf
from gradcli.engine.plain_numbers import keep_number
from gradcli.engine.random.generators import Current
from gradcli.engine.tensor.tensor import Size, Tensor, sharing
from gradcli.engine.tensor.uninitialized import Uninitialized
from gradcli.engine.tensor.variable import Array, Dual, Parameter, recording
from gradcli.exposure import PROGRAM_MADE, exposure_of
from gradcli.faults.tree import ArgumentFault
from gradcli.lang.runtime.classes import OWN_STATE
from gradcli.lang.runtime.generators import IteratorProxy
from gradcli.lang.runtime.iterators import LAZY
from gradcli.lang.runtime.types import TypeProxy
from gradcli.namespace.allow_list import own_attributes
from gradcli.namespace.modules import ModuleProxy
from gradcli.namespace.python.collections import DefaultDict, Deque
from gradcli.namespace.third_party.matplotlib import Drawing
from gradcli.nn.module.registry import Registry
from gradcli.session.object_state import INERT, UNSET, slots_of

UNCHANGING = INERT | {FunctionType, BuiltinFunctionType}


def copy(x: Any) -> Any:
    """A new container or object with the same values in it; of a tensor a leaf with the same memory."""
    if isinstance(x, Tensor) and not isinstance(x, Array | Uninitialized | Dual):
        return _shared_leaf(x)
    return _copy(x, lambda value: value)


def _shared_leaf(x: Tensor) -> Tensor:
    """A leaf that shares the memory of `x`, and has attributes of the program's own as it does."""
    clone: Tensor = sharing(x, type(x), "copy.copy()", None)
    clone.array = report_detached(x, "copy.copy()", x.array)
    keep_number(x, clone)
    clone.requires_grad, clone.cut = x.requires_grad, x.cut
    if attributes := own_attributes(x):
        clone.own_attributes = dict(attributes)
    return clone


def deepcopy(x: Any, memo: Any = None) -> Any:
    """A copy that shares no mutable object with `x`; an object that occurs twice is copied once."""
    return _deep(x, _copy)


def persistent(x: Any) -> Any:
    """A copy as torch.save stores it: a deep copy in which computed tensors are leaves."""
    return _deep(x, _copy_for_saving)


def _deep(x: Any, copy_one: Callable[..., Any]) -> Any:
    """A copy by `copy_one(value, inner, register)`, which is called once for each object."""
    copies: dict[int, Any] = {}

    def deep(value: Any) -> Any:
        if id(value) not in copies:
            copies[id(value)] = copy_one(value, deep, lambda clone: copies.__setitem__(id(value), clone))
        return copies[id(value)]

    return deep(x)


def _copy_for_saving(x: Any, inner: Callable[[Any], Any], register: Callable[[Any], None]) -> Any:
    if isinstance(x, Tensor) and x.node is not None:
        with recording(False):
            return traced.clone(Tensor(x.array)).requires_grad_()
    return _with_own_attributes(x, copy_leaf(x), inner, register) if isinstance(x, Tensor) else _copy(
        x, inner, register)


def _copy(x: Any, inner: Callable[[Any], Any], register: Callable[[Any], None] = lambda clone: None) -> Any:
    """A copy of `x` whose parts are copied by `inner`.

    `register` receives a container or object before its parts are copied, for values that contain themselves.
    """
    kind = type(x)
    if kind in UNCHANGING or isinstance(x, TypeProxy | ModuleProxy | type | BaseException | Drawing):
        return x
    if isinstance(x, Tensor):
        clone: Any = _tensor(x)
        return clone if isinstance(x, Parameter) else _with_own_attributes(x, clone, inner, register)
    if isinstance(x, tuple):
        parts = [inner(part) for part in x]
        return kind(parts) if kind is tuple or kind is Size else kind(*parts)
    if kind is list or kind is set or kind is Deque:
        clone = Deque((), x.maxlen) if isinstance(x, Deque) else kind()
        register(clone)
        parts = [inner(part) for part in x]
        (clone.update if kind is set else clone.extend)(parts)
        return clone
    if isinstance(x, dict):
        clone = DefaultDict(x.default_factory) if isinstance(x, DefaultDict) else {} if kind is Registry else kind()
        register(clone)
        dict.update(clone, {inner(key): inner(value) for key, value in x.items()})
        return clone
    if isinstance(x, ndarray | generic):        # memory of an object of ours, such as the state of an optimiser
        return x.copy()
    if kind is frozenset:
        return frozenset(map(inner, x))
    if kind is MethodType:
        return MethodType(x.__func__, inner(x.__self__))
    exposure = exposure_of(kind)
    if PROGRAM_MADE in kind.__dict__ or (exposure is not None and exposure.copied):
        return _instance(x, inner, register)
    if exposure is None or isinstance(x, IteratorProxy) or kind in LAZY:
        raise ArgumentFault("what is gone through once cannot be copied", ("list(values)", "keeps the values"))
    return x        # element types, devices, generators, storages: what does not change, or is one of a kind


def _with_own_attributes(x: Tensor, clone: Any, inner: Callable[[Any], Any], register: Callable[[Any], None]) -> Any:
    """`clone`, with copies of the attributes that the program has given to `x`."""
    if attributes := own_attributes(x):
        register(clone)
        clone.own_attributes = {name: inner(part) for name, part in attributes.items()}
    return clone


def _tensor(x: Tensor) -> Tensor:
    """A leaf like `x`; with its gradient, if PyTorch copies that: not of parameters, nor in the days of 0.1.12."""
    clone = copy_leaf(x)
    keep_number(x, clone)
    if x.gradient is not None and not isinstance(x, Parameter) and not Current.legacy:
        with recording(False):
            clone.gradient = traced.clone(x.gradient)
    return clone


def _instance(x: Any, inner: Callable[[Any], Any], register: Callable[[Any], None]) -> Any:
    if getattr(type(x), OWN_STATE, False):
        raise ArgumentFault("objects whose class defines __getstate__ or __setstate__ cannot be copied",
                            ("def copied(self):", "a method of the class that makes a copy"))
    clone = object.__new__(type(x))
    register(clone)
    for name in slots_of(type(x)):
        part = getattr(x, name, UNSET)
        if part is not UNSET:
            object.__setattr__(clone, name, inner(part))
    if hasattr(x, "__dict__"):
        for name, part in vars(x).items():
            vars(clone)[name] = inner(part)
    return clone
