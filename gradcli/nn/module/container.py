"""Containers: Sequential, ModuleList, ModuleDict, ParameterList, ParameterDict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from gradcli.engine.autograd.detached import detached_for
from gradcli.engine.autograd.signature import Int, brief, described
from gradcli.engine.messages.arguments import type_name
from gradcli.engine.tensor.memory import MemoryLimit
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Parameter
from gradcli.exposure import exposed
from gradcli.faults.attributes import NoTensor
from gradcli.faults.mistakes import FailedAssertion, MissingKey
from gradcli.faults.tree import ArgumentFault, IndexFault, ValueFault
from gradcli.nn.module.module import Module
from gradcli.nn.module.printing import type_path

ENTRY_BYTES = 256   # bytes that a module's name and place take in a container


def checked_index(index: Any, length: int) -> int:
    """`index` counted from the front. ArgumentFault unless it is a whole number, IndexFault out of range."""
    at: Any = Int.take(index)
    if type(at) is not int:
        raise ArgumentFault(f"an index must be a whole number, not {described(index)}").saying(
            f"'{type_name(index)}' object cannot be interpreted as an integer")
    if not -length <= at < length:
        raise IndexFault(f"index {at} is out of range")
    return at % length


class _Container(Module):
    """A container; `_members` are its modules, or its Parameters, by name."""

    _module_path = "torch.nn.modules.container"
    _kind, _example = "modules", "net"

    @property
    def _members(self) -> dict[str, Any]:
        return self._module_dict

    def __len__(self) -> int:
        return len(self._members)


@exposed("append", "extend")
class _List(_Container):
    """A container whose members are named by their numbers."""

    def __iter__(self) -> Iterator[Any]:
        return iter(list(self._members.values()))

    def append(self, value: Any) -> Any:
        """Add a member at the end; this container."""
        raise NotImplementedError

    def extend(self, values: Iterable[Any]) -> Any:
        """Add several members at the end; this container."""
        kind = type(self).__name__
        if not isinstance(values, Iterable) or isinstance(values, Tensor):
            raise ArgumentFault(f"{kind} takes a list of {self._kind}, not {described(values)}",
                                f"nn.{kind}([{self._example}])").saying(
                f"{kind}.extend should be called with an iterable, but got {type_name(values)}")
        for value in values:
            self.append(value)
        return self


@exposed("keys", "values", "items", "update")
class _Dict(_Container):
    """A container whose members have names that the program gives them."""

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._members))

    def __contains__(self, name: object) -> bool:
        return name in self._members

    def __setitem__(self, name: str, value: Any) -> None:
        raise NotImplementedError

    def update(self, members: Any) -> None:
        """Take in the members of a dict."""
        if not isinstance(members, Iterable):
            kind = type(self).__name__
            raise ArgumentFault(f"{kind} takes a dict of {self._kind}, not {described(members)}",
                                f"nn.{kind}({{'first': {self._example}}})").saying(
                f"{kind.replace('Parameter', 'Parameters')}.update should be called with an iterable of key/value "
                f"pairs, but got {type_name(members)}")
        for at, pair in enumerate(members.items() if isinstance(members, dict | _Dict) else members):
            name, value = self._checked_pair(at, pair)
            self[name] = value

    def _checked_pair(self, at: int, pair: Any) -> tuple[Any, Any]:
        """A name and a member; what the program's list of them has in the place `at`."""
        kind = type(self).__name__
        if not isinstance(pair, Iterable):
            raise ArgumentFault(f"{kind} takes pairs of names and {self._kind}, not {described(pair)}").saying(
                f"{kind} update sequence element #{at} should be Iterable; is{type_name(pair)}")
        values = tuple(pair)
        if len(values) != 2:
            raise ValueFault(f"{kind} update sequence element #{at} has length {len(values)}; 2 is required")
        return values

    def keys(self) -> Any:
        """The names."""
        return dict(self._members).keys()

    def values(self) -> Any:
        """The members."""
        return dict(self._members).values()

    def items(self) -> Any:
        """Names and members."""
        return dict(self._members).items()


@exposed("insert", "pop")
class _NumberedModules(_List):
    """Modules named by their numbers."""

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return self._part(list(self._module_dict.items())[at])
        inner = list(self._module_dict.values())
        return inner[checked_index(at, len(inner))]

    def __setitem__(self, at: Any, module: Any) -> None:
        if type(at) is not int or not isinstance(module, Module):
            raise ArgumentFault(f"{type(self).__name__} holds modules, not {described(module)}").saying(
                f"cannot assign '{type_name(module)}' as child module '{brief(at)}' (torch.nn.Module or None expected)")
        self.add_module(list(self._module_dict)[checked_index(at, len(self))], module)

    def __delitem__(self, at: Any) -> None:
        inner = list(self._module_dict.values())
        del inner[at if isinstance(at, slice) else checked_index(at, len(inner))]
        self._renumber(inner)

    def _renumber(self, modules: Iterable[Any]) -> None:
        for name in list(self._module_dict):
            delattr(self, name)
        for i, module in enumerate(modules):
            self.add_module(str(i), module)

    def _part(self, members: list[tuple[str, Any]]) -> Any:
        return ModuleList([module for _, module in members])

    def append(self, module: Any) -> Any:
        """Add a module at the end; this container."""
        self.add_module(str(len(self)), module)
        return self

    def pop(self, key: Any) -> Any:
        """Take out the module at an index, and return it."""
        module = self[key]
        del self[key]
        return module

    def insert(self, index: int, module: Any) -> Any:
        """Put a module before the one at `index`; this container."""
        inner = list(self._module_dict.values())
        if isinstance(self, Sequential):
            if not isinstance(module, Module):
                raise FailedAssertion(f"{described(module)} is no module", ("nn.ReLU()", "for example")).saying(
                    "module should be of type: <class 'torch.nn.modules.module.Module'>")
            if not -len(inner) <= index <= len(inner):
                raise IndexFault(f"Index out of range: {index}")
        inner.insert(index, module)
        self._renumber(inner)
        return self


class Sequential(_NumberedModules):
    """One module after another. In place of modules one dict of them may be given, whose keys are their names."""

    def __init__(self, *args: Any) -> None:
        super().__init__()
        members = args[0].items() if len(args) == 1 and isinstance(args[0], dict) else (
            (str(i), module) for i, module in enumerate(args))
        for name, module in members:
            self.add_module(name, module)

    def _part(self, members: list[tuple[str, Any]]) -> Any:
        return Sequential(dict(members))

    def forward(self, input: Any) -> Any:
        for module in self._module_dict.values():
            input = module(input)
        return input

    def __add__(self, other: Any) -> Any:
        return Sequential(*self).__iadd__(other)

    def __iadd__(self, other: Any) -> Any:
        if not isinstance(other, Sequential):
            raise ValueFault("add operator supports only objects of Sequential class, but "
                             f"<class '{type_name(other)}'> is given.")
        return self.extend(other)

    def __mul__(self, other: Any) -> Any:
        return Sequential(*self).__imul__(other)

    __rmul__ = __mul__

    def __imul__(self, other: Any) -> Any:
        kind = "<class 'torch.nn.modules.container.Sequential'>"
        if type(other) not in (int, bool):
            raise ArgumentFault(f"unsupported operand type(s) for *: {kind} and <class '{type_name(other)}'>")
        if other <= 0:
            raise ValueFault(f"Non-positive multiplication factor {other} for {kind}")
        modules = list(self)
        MemoryLimit.check("mul", len(modules) * other * ENTRY_BYTES, "a Sequential")
        for _ in range(1, other):
            self.extend(modules)
        return self


@exposed("module")
class DataParallel(Module):
    """A module that computes what the module in it computes: there is one device here."""

    _module_path = "torch.nn.parallel.data_parallel"

    def __init__(self, module: Any, device_ids: Any = None, output_device: Any = None, dim: int = 0) -> None:
        super().__init__()
        self.add_module("module", module)

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        return self._module_dict["module"](*inputs, **kwargs)


def data_parallel(module: Any, inputs: Any, device_ids: Any = None, output_device: Any = None, dim: int = 0,
                  module_kwargs: Any = None) -> Any:
    """The output of the module for the inputs, computed on the only device."""
    return module(*(inputs if isinstance(inputs, tuple) else (inputs,)), **(module_kwargs or {}))


class ModuleList(_NumberedModules):
    """A list of modules that are parts of the module it stands in."""

    _collapses_repeats = True

    def __init__(self, modules: Iterable[Any] = ()) -> None:
        super().__init__()
        self.extend(modules or ())

    def __add__(self, other: Iterable[Any]) -> Any:
        return ModuleList([*self, *other])


@exposed("pop", "clear")
class ModuleDict(_Dict):
    """A dict of modules that are parts of the module it stands in."""

    def __init__(self, modules: Any = None) -> None:
        super().__init__()
        self.update(modules or {})

    def __getitem__(self, name: str) -> Any:
        if name not in self._module_dict:
            raise MissingKey(name, f"there is no module {brief(name)}",
                             *((key, "") for key in list(self._module_dict)[:3]))
        return self._module_dict[name]

    def __setitem__(self, name: str, module: Any) -> None:
        if not isinstance(module, Module):
            raise ArgumentFault(f"ModuleDict holds modules, not {described(module)}").saying(
                f"{type_path(module)} is not a Module subclass")
        if name in self._module_dict:
            self._module_dict[name] = module
            self.__dict__[name] = module
        else:
            self.add_module(name, module)

    def __delitem__(self, name: str) -> None:
        self.pop(name)

    def pop(self, key: str) -> Any:
        """Take a module out."""
        module = self[key]
        delattr(self, key)
        return module

    def clear(self) -> None:
        """Take all modules out."""
        for name in list(self._module_dict):
            delattr(self, name)


class ParameterList(_List):
    """A list of Parameters that belong to the module it stands in."""

    _kind, _example = "Parameters", "torch.ones(2)"

    def __init__(self, values: Iterable[Any] = ()) -> None:
        super().__init__()
        self.extend(values if isinstance(values, Tensor) else values or ())

    @property
    def _members(self) -> dict[str, Any]:
        return self._parameter_dict

    def __getitem__(self, at: Any) -> Any:
        parameters = list(self._parameter_dict.values())
        if isinstance(at, slice):
            return ParameterList(parameters[at])
        return parameters[checked_index(at, len(parameters))]

    def __setitem__(self, at: int, param: Any) -> None:
        setattr(self, list(self._parameter_dict)[checked_index(at, len(self))], _parameter(param))

    def append(self, value: Any) -> Any:
        """Add a Parameter at the end; this list."""
        self.register_parameter(str(len(self)), _parameter(value))
        return self

    def extra_repr(self) -> str:
        return "\n".join(f"  ({name}): {_describe_parameter(p)}" for name, p in self._parameter_dict.items())


class ParameterDict(_Dict):
    """A dict of Parameters that belong to the module it stands in."""

    _kind, _example = "Parameters", "torch.ones(2)"

    def __init__(self, parameters: Any = None) -> None:
        super().__init__()
        self.update(parameters or {})

    @property
    def _members(self) -> dict[str, Any]:
        return self._parameter_dict

    def __getitem__(self, name: str) -> Any:
        if name not in self._parameter_dict:
            raise NoTensor(f"there is no parameter "
                           f"{brief(name)}", *((key, "") for key in list(self._parameter_dict)[:3])
                           ).saying(f"'ParameterDict' object has no attribute {brief(name)!r}")
        return self._parameter_dict[name]

    def __setitem__(self, name: str, param: Any) -> None:
        if name in self._parameter_dict:
            setattr(self, name, _parameter(param))
        else:
            self.register_parameter(name, _parameter(param))

    def extra_repr(self) -> str:
        return "\n".join(f"  ({name}): {_describe_parameter(p, f'{p.dtype.era}Tensor')}"
                         for name, p in self._parameter_dict.items())


def _parameter(value: Any) -> Parameter:
    """`value` as a Parameter; tensors become one, as in torch."""
    if isinstance(value, Parameter):
        return value
    if not isinstance(value, Tensor):
        raise ArgumentFault(f"Parameters are made of tensors, not of {described(value)}",
                            "nn.Parameter(torch.randn(2))")
    return Parameter(detached_for(value, "Parameter()").array, True)


def _describe_parameter(p: Parameter, kind: str = "") -> str:
    size = "x".join(map(str, p.array.shape))
    return f"Parameter containing: [torch.{kind or p.dtype.name} of size {size}]"


class Container(Module):
    """Modules by name; PyTorch has deprecated it for Sequential."""

    _module_path = "torch.nn.modules.container"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__()
        for name, module in kwargs.items():
            self.add_module(name, module)
