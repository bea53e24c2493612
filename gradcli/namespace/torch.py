"""The names a program may see, assembled from the table of operations.

`torch` and what is under it are namespaces that hold just what programs may use; the same
operations stand under their bare names beside Python's own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import cache
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

import numpy as np

from gradcli.engine.autograd.backward import AnomalyMode
from gradcli.engine.autograd.detached import report_detached
from gradcli.engine.autograd.inference_mode import refuse_leaf
from gradcli.engine.autograd.op import TABLE, NodeOutput, Op, traced
from gradcli.engine.autograd.registry import function_named
from gradcli.engine.autograd.signature import REFUSED, Type, described
from gradcli.engine.deep_copy import Copies
from gradcli.engine.messages.arguments import type_name
from gradcli.engine.module_buffer import Buffer, buffer
from gradcli.engine.node_names import legacy_node_name
from gradcli.engine.plain_numbers import is_number, number_of
from gradcli.engine.random.generator import Generator
from gradcli.engine.random.generators import Current
from gradcli.engine.tensor import memory_format
from gradcli.engine.tensor.conversion import unreversed
from gradcli.engine.tensor.device import Device, Switches
from gradcli.engine.tensor.dtype_info import broadcast_shapes, finfo, iinfo, promote_types
from gradcli.engine.tensor.dtypes import FLOAT_KINDS, INEXACT, NAMED, OF, Default, DType
from gradcli.engine.tensor.methods import METHODS
from gradcli.engine.tensor.storage import STORAGE_METHODS, is_storage
from gradcli.engine.tensor.storage import typename as tensor_typename
from gradcli.engine.tensor.tensor import DisplayHooks, Size, Tensor
from gradcli.engine.tensor.tensor_types import TENSOR, TYPES
from gradcli.engine.tensor.uninitialized import UninitializedBuffer, UninitializedParameter
from gradcli.engine.tensor.variable import (
    Array,
    ComplexParameter,
    Parameter,
    Variable,
    grad_mode,
)
from gradcli.exposure import PROGRAM_MADE, ProgramClass, admitting, renamed
from gradcli.faults.attributes import NoTensor
from gradcli.faults.mistakes import MatrixFault, SlopeMismatch
from gradcli.faults.tree import ArgumentFault, IntegerLeaf
from gradcli.lang.budget import Budget
from gradcli.lang.messages.locate import is_lowered
from gradcli.lang.messages.python_words import python_kind
from gradcli.lang.runtime.types import STAND_INS, Sentinel, TypeProxy, user_class
from gradcli.namespace.ages import legacy_operation
from gradcli.namespace.autograd import (
    FUNC,
    FUNCTORCH,
    autograd_module,
    modes,
    transform,
)
from gradcli.namespace.devices import device_names
from gradcli.namespace.functional_names import functions as functionals
from gradcli.namespace.modules import MATH, ModuleProxy, NumberType, TensorKind, math_module, public_names
from gradcli.namespace.outside_torch import attach
from gradcli.namespace.unbound_methods import Unbound
from gradcli.nn import fetch as nn_fetch
from gradcli.nn import public_classes, shadowed
from gradcli.ops.base import Unary
from gradcli.ops.index import DIRECTORY


def parameter(data: Any = None, requires_grad: bool = True) -> Parameter:
    """A Parameter around the memory of a tensor."""
    if data is None:
        data = traced.zeros((0,))
    if not isinstance(data, Tensor):
        raise NoTensor(f"Parameter() wraps a tensor, not {described(data)}", "nn.Parameter(torch.randn(2, 2))").saying(
            f"'{type_name(data)}' object has no attribute 'detach'")
    if type(requires_grad) is not bool:
        raise ArgumentFault(f"requires_grad must be a bool, not {described(requires_grad)}").saying(
            f"_make_subclass(): argument 'require_grad' (position 3) must be bool, not {type_name(requires_grad)}")
    if requires_grad and data.array.dtype.kind not in INEXACT:
        raise IntegerLeaf("only floating tensors can require gradients", "x.float()").saying(
            "Only Tensors of floating point and complex dtype can require gradients")
    if requires_grad:
        refuse_leaf(data)
    return Parameter(report_detached(data, "Parameter()", data.array), requires_grad)


parameter.__name__ = parameter.__qualname__ = "Parameter"


def sizes(values: Iterable[Any] = ()) -> Size:
    """A torch.Size of whole numbers."""
    size = Size(Budget().bounded(values))
    for at, item in enumerate(size):
        if not isinstance(item, int):
            raise ArgumentFault(f"torch.Size() takes whole numbers, not {described(item)}", "torch.Size([2, 3])"
                                ).saying(f"torch.Size() takes an iterable of 'int' (item {at} is '{type_name(item)}')")
    return size


def set_default_dtype(d: Any) -> None:
    """Make `d` the type of new tensors and of plain floats."""
    dtype = Type.take(d)
    if dtype is REFUSED or dtype.kind not in FLOAT_KINDS:
        raise ArgumentFault(f"the default must be a floating type, not {described(d)}",
                            "torch.set_default_dtype(torch.float64)").saying(
            "invalid dtype object: only floating-point types are supported as the default type" if dtype is REFUSED else
            "only floating-point types are supported as the default type")
    Default.floating = dtype


def set_default_tensor_type(t: Any) -> None:
    """Make the element type of a tensor type, or of its name, that of new tensors and of plain floats."""
    dtype = Type.element_type(t)
    set_default_dtype(t if dtype is REFUSED else OF[dtype])


def from_numpy(ndarray: Any) -> Tensor:
    """A tensor around the memory of an array that `.numpy()` gave."""
    if not isinstance(ndarray, Tensor if Current.legacy else Array):
        raise ArgumentFault(f"from_numpy() needs what .numpy() gives, not {described(ndarray)}",
                            ("torch.tensor([1.0, 2.0])", "a tensor from a list")).saying(
            f"expected np.ndarray (got {type_name(ndarray)})")
    return Tensor(unreversed(ndarray.array))


def _deep_copy(value: Any) -> Any:
    """What `copy.deepcopy` gives."""
    from gradcli.namespace.python.copy import deepcopy

    return deepcopy(value)


Copies.deep = _deep_copy


def typename(obj: Any) -> str:
    """The name of the class of a tensor, or of a type."""
    return obj._name if isinstance(obj, TypeProxy) else tensor_typename(obj)


def uncompiled(model: Any = None, *, fullgraph: bool = False, dynamic: Any = None, backend: Any = "inductor",
               mode: Any = None, options: Any = None, disable: bool = False) -> Any:
    """`torch.compile`: the module or function itself, which computes the same; without one, a decorator."""
    return (lambda function: function) if model is None else model


uncompiled.__name__ = uncompiled.__qualname__ = "compile"


def is_tensor(obj: Any) -> bool:
    """Whether `obj` is a tensor, which an array of numpy's is not."""
    return TENSOR.holds(obj)


TENSOR_AWARE = ("sum", "max", "min", "any", "all", "round", "abs")
ROWWISE = frozenset({"sum", "max", "min", "any", "all"})     # on a tensor they go from row to row, as Python's do


def tensor_aware(plain: Callable[..., Any], name: str) -> Callable[..., Any]:
    """The built-in `plain`, which for a tensor calls the operation `name` or iterates over rows as Python does.

    Without options, the functions in ROWWISE iterate over the rows of a tensor, as Python's do. With options that
    Python does not have, the operation of that name runs; in the tutorial style also for 0-d tensors, which were
    plain numbers then.
    """
    def both(*args: Any, **options: Any) -> Any:
        first = args[0] if args else options.get("input")
        if not isinstance(first, Tensor):
            return plain(*args, **options)
        if name == "round" and is_number(first):
            return plain(number_of(first), *args[1:], **options)
        if name in ROWWISE and len(args) == 1 and not options and (first.array.ndim or not Current.legacy):
            if first.array.ndim > 1:
                DisplayHooks.note("rows", f"{name}(x) is Python's, from row to row; x.{name}() is of all elements")
            return plain(first)
        if name in ROWWISE and (len(args) > 1 or not {*options}.isdisjoint(PYTHONS_OWN)):
            return plain(*args, **options)
        return getattr(traced, name)(*args, **options)

    return renamed(both, name, "builtins")


PYTHONS_OWN = ("start", "key", "default")
NUMBER_AWARE = ("isinstance", "divmod", "pow")


def number_aware(plain: Callable[..., Any], name: str) -> Callable[..., Any]:
    """The built-in `plain`, to which an element of a tensor is the number that it was in the tutorial's time."""

    def of_numbers(*args: Any, **options: Any) -> Any:
        if not Current.legacy or name == "pow" and len(args) < 3 or not any(isinstance(x, Tensor) for x in args):
            return plain(*args, **options)
        numbers = [number_of(x) if is_number(x) else x for x in args]
        return name == "isinstance" and plain(*args, **options) or plain(*numbers, **options)

    return renamed(of_numbers, name, "builtins")


def bare(name: str, age: str | None = None) -> Callable[..., Any]:
    """The operation that programs call by its bare name, as it is today or as it was in an earlier version.

    It also takes plain numbers if it is elementwise, or if `math` has a function of that name: sin(pi / 4).
    """
    operation: Callable[..., Any] = getattr(traced, name) if age in (None, "today") else (
        legacy_operation(age, name))
    if issubclass(TABLE.get(name, Op), Unary):
        return function_named(TABLE[name], name, lambda first, *rest, **options: operation(
            Tensor(np.asarray(first, np.float64)), *rest, **options).array.item())
    return function_named(TABLE[name], name, getattr(math, name)) if name in MATH else operation


@cache
def operations() -> dict[str, dict[str, str]]:
    """The full names of the operations, by module ("" for torch) and then by the last part of the name."""
    by_module: dict[str, dict[str, str]] = {"": {}}
    for name in DIRECTORY["functions"]:
        path, _, last = name.rpartition(".")
        by_module.setdefault(path, {})[last] = name
    return by_module


def torch_module(session: dict[str, Any]) -> ModuleProxy:
    """`torch`; `session` has the functions that belong to one session (print options, seeds) by name."""
    by_module = dict(operations())
    by_module[""] = {name: full for name, full in by_module[""].items() if name not in functionals()}
    kinds = {name: TensorKind(f"torch.{name}", kind) for name, kind in TYPES.items()}
    tensor = TensorKind("torch.Tensor", TENSOR, Unbound())
    autograd = autograd_module()
    parameters = {"Parameter": TypeProxy("torch.nn.parameter.Parameter", (Parameter,), parameter),
                  "Buffer": TypeProxy("torch.nn.parameter.Buffer", (Buffer,), admitting(buffer))} | {
        kind.__name__: TypeProxy(f"torch.nn.parameter.{kind.__name__}", (kind,), kind)
        for kind in (UninitializedParameter, UninitializedBuffer)}
    nn = _nn_module("nn", **parameters,
                    functional=ModuleProxy("torch.nn.functional", by_module.pop("nn.functional", {})),
                    parameter=ModuleProxy("torch.nn.parameter", **parameters))
    extras = {"linalg": {"LinAlgError": TypeProxy("torch._C._LinAlgError", (MatrixFault,))}}
    others = {home: ModuleProxy(f"torch.{home}", names, **extras.get(home, {})) for home, names in by_module.items()
              if home and not home.startswith("nn")}
    others |= {home: _nn_module(home) for home in ("optim", "utils", "distributions", "testing")}
    torch = ModuleProxy(
        "torch", by_module[""], **others, **kinds, **NAMED,
        Tensor=tensor, Size=TypeProxy("torch.Size", (Size,), sizes),
        dtype=TypeProxy("torch.dtype", (DType,)),
        autograd=autograd, nn=nn, device=TypeProxy("torch.device", (Device,), Device), **device_names(),
        finfo=TypeProxy("torch.finfo", (finfo,), finfo), iinfo=TypeProxy("torch.iinfo", (iinfo,), iinfo),
        Generator=TypeProxy("torch.Generator", (Generator,), Generator), promote_types=promote_types,
        broadcast_shapes=broadcast_shapes,
        **modes(), is_inference=METHODS["is_inference"],
        compile=uncompiled, is_inference_mode_enabled=lambda: grad_mode.inference,
        is_anomaly_enabled=lambda: AnomalyMode.anomalies, is_anomaly_check_nan_enabled=lambda: AnomalyMode.nan,
        is_grad_enabled=lambda: grad_mode.enabled, is_tensor=is_tensor, from_numpy=from_numpy, is_storage=is_storage,
        is_conj=METHODS["is_conj"], is_neg=METHODS["is_neg"],
        typename=typename, set_default_dtype=set_default_dtype, vmap=lambda func, *args, **options: transform("vmap")(
            func, *args, **options), func=ModuleProxy("torch.func", {name: name for name in FUNC}, transform),
        numel=METHODS["numel"], detach=METHODS["detach"], detach_=METHODS["detach_"],
        get_device=STORAGE_METHODS["get_device"], get_default_dtype=lambda: OF[Default.floating],
        set_default_tensor_type=set_default_tensor_type,
        pi=math.pi, e=math.e, inf=math.inf, nan=math.nan, newaxis=None, **formats(), **functionals(), **session)
    attach(torch)
    return torch


def formats() -> dict[str, Any]:
    """`torch.strided` and `torch.channels_last`, with the types of both."""
    return {**memory_format.NAMES, "layout": TypeProxy("torch.layout", (memory_format.Layout,)),
            "memory_format": TypeProxy("torch.memory_format", (memory_format.MemoryFormat,))}


def _nn_module(home: str, **names: Any) -> ModuleProxy:
    """`torch.<home>`, a module of gradcli.nn, with these names too."""
    members, submodules = _nn_members(home)
    return ModuleProxy(f"torch.{home}", members, nn_fetch, **submodules, **names)


@cache
def _nn_members(home: str) -> tuple[dict[str, str], dict[str, ModuleProxy]]:
    """The members of `torch.<home>`, by name the paths from which they load at first access, and its submodules.

    All sessions have the same submodules, which no program can change.
    """
    return _divided(f"torch.{home}", public_classes(home))


def _divided(name: str, listed: dict[str, Any]) -> tuple[dict[str, str], dict[str, ModuleProxy]]:
    submodules = {}
    for key, value in listed.items():
        if isinstance(value, dict):
            members, inner = _divided(f"{name}.{key}", value)
            submodules[key] = ModuleProxy(f"{name}.{key}", members, nn_fetch, **inner)
    return {key: value for key, value in listed.items() if key not in submodules}, submodules


def prelude(torch: ModuleProxy, plain: dict[str, Any]) -> dict[str, Any]:
    """The names that programs have without importing, over Python's own `plain` ones."""
    names: dict[str, Any] = {name: tensor_aware(plain[name], name) for name in TENSOR_AWARE} | {
        name: number_aware(plain[name], name) for name in NUMBER_AWARE}
    names |= {name: getattr(torch, name) for name in
              ("no_grad", "enable_grad", "is_tensor", "manual_seed", "nn", "optim") if name in vars(torch)}
    names |= {"torch": torch, "Variable": torch.autograd.Variable, "F": torch.nn.functional,
              "math": math_module(), "pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan}
    kinds = {name: kind for name, kind in plain.items() if type(kind) is TypeProxy}     # the ones that type() tells
    kinds |= {name: NumberType(kinds[name], NAMED[full]) for name, full in (
        ("int", "int64"), ("float", "float64"), ("complex", "complex128"), ("bool", "bool"))}
    return kinds | names | {"Function": torch.autograd.Function, "type": type_function(torch, kinds.values())}


def type_function(torch: ModuleProxy, plain: Iterable[TypeProxy]) -> Callable[[Any], Any]:
    """The built-in `type`: it returns the Kind that stands for the class of a value, or the program's own class."""
    by_name = {kind._types[0]: kind for kind in plain}
    nodes: dict[Any, TypeProxy] = {}
    gradcheck_error = TypeProxy("torch.autograd.gradcheck.GradcheckError", (SlopeMismatch,))
    by_name |= {
        Sentinel: by_name[object], type(None): TypeProxy("NoneType", (type(None),)),
        Array: TypeProxy("numpy.ndarray", (Array,)),
        Parameter: torch.nn.Parameter, ComplexParameter: torch.nn.Parameter, Size: torch.Size, DType: torch.dtype,
        Device: torch.device}

    def type_(value: Any, /) -> Any:
        kind = type(value)
        if isinstance(value, MatrixFault | SlopeMismatch):
            return vars(torch)["linalg"].LinAlgError if isinstance(value, MatrixFault) else gradcheck_error
        if isinstance(value, BaseException) and kind not in STAND_INS and kind not in by_name:
            kind = python_kind(value)
        if user_class(kind):
            return kind
        if kind is ProgramClass or isinstance(value, TypeProxy):
            return type_kind
        if kind is FunctionType and not is_lowered(value.__code__) and PROGRAM_MADE not in vars(value) or (
                kind is MethodType and type(value.__self__) is str):
            kind = BuiltinFunctionType
        if isinstance(value, Op | NodeOutput):
            node = value.node if isinstance(value, NodeOutput) else value
            name = legacy_node_name(node) if Current.legacy else node.modern_name
            return nodes.setdefault((kind, name), TypeProxy(name, (kind,)))
        if kind in STAND_INS:
            return STAND_INS[kind]
        if isinstance(value, Tensor) and kind not in (Array, Parameter, ComplexParameter):
            if not Current.legacy:
                return torch.Tensor
            if isinstance(value, Variable):
                return torch.autograd.Variable
            if is_number(value):
                return by_name[type(number_of(value))]
            return vars(torch).get(f"{value.dtype.era}Tensor", torch.Tensor)
        if kind not in by_name:
            usual = "torch.return_types" if issubclass(kind, tuple) else None
            home: Any = getattr(kind, "_module_path", usual)
            module = torch.optim if str(home).startswith("torch.optim") else torch.nn
            name = kind.__name__.rpartition(".")[2]
            public = getattr(module, name) if home and name in public_names(module) else None
            by_name[kind] = public or TypeProxy(f"{home}.{name}" if home else kind.__name__, (kind,))
        return by_name[kind]

    type_kind = TypeProxy("type", (ProgramClass, TypeProxy), renamed(type_, "type"))
    return type_kind


def bare_names(plain: Iterable[str]) -> frozenset[str]:
    """The operations that programs can call without `torch.`, except those with the name of a built-in."""
    return frozenset(operations()[""]).difference(plain, NAMED)


def importable_modules(names: dict[str, Any]) -> dict[str, Any]:
    """The modules that programs can import, by dotted name: torch with its submodules, functorch, math, __future__."""
    importable = {"torch": names["torch"], "math": names["math"], "functorch": ModuleProxy(
        "functorch", {name: name for name in FUNCTORCH}, transform), "__future__": ModuleProxy(
        "__future__", print_function=None, division=None, absolute_import=None, unicode_literals=None,
        annotations=None)}
    pending = ["torch"]
    while pending:
        path = pending.pop()
        for name, inner in vars(importable[path]).items():
            if type(inner) in (ModuleProxy, Switches):
                importable[f"{path}.{name}"] = inner
            if type(inner) is ModuleProxy:
                pending.append(f"{path}.{name}")
    return importable | {path: ModuleProxy(path, listed, nn_fetch) for path, listed in shadowed().items()}
