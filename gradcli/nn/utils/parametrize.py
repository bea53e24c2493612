"""`torch.nn.utils.parametrize`: tensors of modules that are computed from others at each read."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from gradcli.engine.autograd.signature import brief, described, sized
from gradcli.engine.settings import SwitchedSettings
from gradcli.engine.tensor.complex_tensor import check_same_kind
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Parameter, Variable, recording
from gradcli.exposure import PROGRAM_MADE, expose, exposed
from gradcli.faults.tree import ArgumentFault, ValueFault
from gradcli.nn.module.container import ModuleDict, ModuleList
from gradcli.nn.module.module import Module

HOME = "torch.nn.utils.parametrize"
UNSAFE = "unless the `unsafe` flag is enabled"


@exposed()
class cached:
    """A context in which each parametrization is computed once."""

    _module_path = HOME

    def __enter__(self) -> None:
        SwitchedSettings.caching += 1
        if SwitchedSettings.parametrized is None:
            SwitchedSettings.parametrized = {}

    def __exit__(self, *error: Any) -> None:
        SwitchedSettings.caching -= 1
        if not SwitchedSettings.caching:
            SwitchedSettings.parametrized = None


@exposed("right_inverse", "is_tensor", "unsafe", "ntensors")
class ParametrizationList(ModuleList):
    """The parametrizations of one tensor, applied in order, and the original tensors."""

    _module_path = HOME

    def __init__(self, modules: Any, original: Any, unsafe: bool = False) -> None:
        super().__init__(modules)
        self.unsafe = unsafe
        with recording(False):
            inverse = original
            for module in reversed(list(self)):
                back = getattr(module, "right_inverse", None)
                if back is not None:
                    try:
                        inverse = back(inverse)
                    except NotImplementedError:
                        pass
        self.is_tensor = isinstance(inverse, Tensor)
        if self.is_tensor:
            self.ntensors = 1
            if inverse.array.dtype != original.array.dtype:
                raise ValueFault(f"When `right_inverse` outputs one tensor, it may not change the dtype.\n"
                                 f"original.dtype: {original.dtype}\nright_inverse(original).dtype: {inverse.dtype}")
            shape, dtype = original.array.shape, original.array.dtype
            assign(original, inverse)
            register_tensor(self, "original", original)
        else:
            shape, dtype = original.array.shape, original.array.dtype
            self._keep_several(inverse, original)
        if not unsafe:
            check_shape_and_dtype(self(), shape, dtype)

    def _keep_several(self, inverse: Any, original: Any) -> None:
        if not isinstance(inverse, tuple | list) or not all(isinstance(part, Tensor) for part in inverse):
            raise ValueFault("'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). Got "
                             f"{described(inverse)}")
        self.ntensors = len(inverse)
        for i, part in enumerate(inverse):
            array = part.array
            learnt = isinstance(original, Parameter)
            register_tensor(self, f"original{i}",
                            Parameter(array, original.requires_grad) if learnt else Tensor(array))

    def _originals(self) -> list[Any]:
        """The original tensors, arguments of the first parametrization."""
        names = ["original"] if self.is_tensor else [f"original{i}" for i in range(self.ntensors)]
        return [self.__dict__[name] for name in names]

    def forward(self) -> Any:
        """Apply the parametrizations to the originals."""
        value: Any = None
        for i, module in enumerate(self):
            value = module(value) if i else module(*self._originals())
        return value

    def right_inverse(self, value: Any) -> None:
        """Set the originals so that the parametrizations yield `value`."""
        with recording(False):
            for module in reversed(list(self)):
                back = getattr(module, "right_inverse", None)
                if back is None:
                    raise ValueFault(f"parametrization {type(module).__name__} does not implement right_inverse.")
                value = back(value)
            parts = [value] if self.is_tensor else list(value) if isinstance(value, tuple | list) else []
            if len(parts) != self.ntensors or not all(isinstance(part, Tensor) for part in parts):
                raise ValueFault("`right_inverse` should return a tensor" if self.is_tensor else
                                 "'right_inverse' must return a sequence of tensors of length "
                                 f"{self.ntensors}. Got {described(value)}.")
            for original, part in zip(self._originals(), parts, strict=True):
                if original.array.dtype != part.array.dtype:
                    raise ValueFault(f"The tensor returned by `right_inverse` has dtype {part.dtype} while `original` "
                                     f"has dtype {original.dtype}")
                assign(original, part)


def assign(target: Any, source: Any) -> None:
    """Set `target` to a copy of the values of `source`."""
    if target is not source:
        check_same_kind(target, source)
        target.array = np.array(source.array)


def register_tensor(module: Any, name: str, value: Any) -> None:
    """Register a parameter or buffer, whatever its name."""
    lists = module._parameter_dict if isinstance(value, Parameter) else module._buffer_dict
    lists[name] = module.__dict__[name] = value


def check_shape_and_dtype(value: Any, shape: Any, dtype: Any) -> None:
    """ValueFault unless `value`, the result of a new parametrization, is a tensor of this shape and dtype."""
    if not isinstance(value, Tensor):
        raise ValueFault(f"A parametrization must return a tensor. Got {described(value)}.")
    if value.array.dtype != dtype:
        raise ValueFault(f"Registering a parametrization may not change the dtype of the tensor, {UNSAFE}.\n"
                         f"unparametrized dtype: torch.{dtype}\nparametrized dtype: {value.dtype}", "unsafe=True")
    if value.array.shape != shape:
        raise ValueFault(f"Registering a parametrization may not change the shape of the tensor, {UNSAFE}.\n"
                         f"unparametrized shape: {sized(shape)}\nparametrized shape: {sized(value.array.shape)}",
                         "unsafe=True")


@lru_cache(maxsize=128)
def parametrized_class(base: Any, names: tuple[str, ...]) -> Any:
    """A subclass of `base` in which the tensors `names` are properties."""
    namespace: dict[str, Any] = {name: _computed(name) for name in names}

    def set_attribute(self: Any, name: str, value: Any) -> None:
        if name in names and not isinstance(value, Parameter):
            self._module_dict["parametrizations"]._module_dict[name].right_inverse(value)
        elif name in names:
            raise ArgumentFault(f"{name} is parametrized: it is set to a tensor, not to a Parameter",
                                f"net.{name} = value.data")
        else:
            base.__setattr__(self, name, value)

    namespace |= {"__slots__": (), "__setattr__": set_attribute, "_unparametrized_class": base, "_module_path": HOME,
                  "__module__": base.__module__}
    if PROGRAM_MADE in vars(base):
        namespace[PROGRAM_MADE] = vars(base)[PROGRAM_MADE]
    derived = type(base)(f"Parametrized{base.__name__}", (base,), namespace)
    if PROGRAM_MADE not in vars(base):
        expose(derived, *names, write=names)
    return derived


def _computed(name: str) -> property:
    return property(lambda self: parametrized_value(self, name))


def parametrized_value(module: Any, name: str) -> Any:
    """The value of the parametrized tensor `name`, from the cache inside `cached()`."""
    parametrization = module._module_dict["parametrizations"]._module_dict[name]
    if SwitchedSettings.parametrized is None:
        return parametrization()
    key = id(module), name      # the module is kept, so that no other gets its identity
    if key not in SwitchedSettings.parametrized:
        SwitchedSettings.parametrized[key] = module, parametrization()
    return SwitchedSettings.parametrized[key][1]


def is_parametrized(module: Any, tensor_name: str | None = None) -> bool:
    """Whether any tensor of the module, or `tensor_name`, is parametrized."""
    inside = module._module_dict.get("parametrizations") if isinstance(module, Module) else None
    if not isinstance(inside, ModuleDict):
        return False
    return len(inside) > 0 if tensor_name is None else tensor_name in inside._module_dict


def _module(value: Any, subject: str) -> Module:
    if not isinstance(value, Module):
        raise ArgumentFault(f"the {subject} must be a module, not {described(value)}")
    return value


def register_parametrization(module: Any, tensor_name: str, parametrization: Any, *, unsafe: bool = False) -> Any:
    """Compute `module.tensor_name` by `parametrization` from its present value; return the module."""
    _module(module, "module")
    _module(parametrization, "parametrization").train(module.training)
    if is_parametrized(module, tensor_name):
        chain = module._module_dict["parametrizations"]._module_dict[tensor_name]
        if not unsafe:
            value = getattr(module, tensor_name)
            check_shape_and_dtype(parametrization(value), value.array.shape, value.array.dtype)
        chain.append(parametrization)
        chain.unsafe = chain.unsafe or unsafe
        return module
    registry = next((registry for registry in (module._parameter_dict, module._buffer_dict)
                     if registry.get(tensor_name) is not None), None)
    if registry is None:
        raise ValueFault(f"Module '{type(module).__name__}' does not have a parameter, a buffer, or a parametrized "
                         f"element with name {brief(tensor_name)}", *list(module._parameter_dict)[:3])
    chain = ParametrizationList([parametrization], registry[tensor_name], unsafe)
    del registry[tensor_name]
    module.__dict__.pop(tensor_name, None)
    if not is_parametrized(module):
        module.parametrizations = ModuleDict()
    module._module_dict["parametrizations"].add_module(tensor_name, chain)
    _reclass(module)
    return module


def _reclass(module: Any) -> None:
    """Set the class of a module to its parametrized class, or without parametrizations back to its own."""
    kind: Any = type(module)
    base = vars(kind).get("_unparametrized_class", kind) if vars(kind).get("_module_path") == HOME else kind
    names = tuple(module._module_dict["parametrizations"]._module_dict)
    object.__setattr__(module, "__class__", parametrized_class(base, names) if names else base)


def remove_parametrizations(module: Any, tensor_name: str, leave_parametrized: bool = True) -> Any:
    """Make a parametrized tensor a parameter or buffer again: its present value, or the original."""
    if not is_parametrized(module, tensor_name):
        raise ValueFault(f"Module {type(_module(module, 'module')).__name__} does not have a parametrization on "
                         f"{tensor_name}")
    inside = module._module_dict["parametrizations"]
    chain = inside._module_dict[tensor_name]
    original = chain._originals()[0]
    if leave_parametrized:
        with recording(False):
            value = chain()
        if chain.is_tensor:
            assign(original, value)
        else:
            learns = any(part.requires_grad for part in chain._originals())
            original = Parameter(np.array(value.array), True) if learns else Variable(value.array)
    elif not chain.is_tensor:
        raise ValueFault("Cannot leave unparametrized (`leave_parametrized=False`) a tensor that is parametrized in "
                         "terms of a sequence of tensors.")
    delattr(inside, tensor_name)
    _reclass(module)
    if not len(inside):
        delattr(module, "parametrizations")
    register_tensor(module, tensor_name, original)
    return module


def transfer_parametrizations_and_params(from_module: Any, to_module: Any, tensor_name: str | None = None) -> Any:
    """Copy parametrizations and originals of `from_module` to `to_module`; return `to_module`."""
    inside: Any = _module(from_module, "first module")._module_dict.get("parametrizations")
    for name in (list(inside._module_dict) if tensor_name is None else [tensor_name]) if inside is not None else ():
        chain = inside._module_dict[name]
        if not any(name in registry for registry in (to_module._parameter_dict, to_module._buffer_dict)):
            register_tensor(to_module, name, Parameter(np.array(chain().array), True))
        for parametrization in chain:
            register_parametrization(to_module, name, parametrization)
        target_chain = to_module._module_dict["parametrizations"]._module_dict[name]
        for original, value in zip(target_chain._originals(), chain._originals(), strict=True):
            assign(original, value)
    return to_module
