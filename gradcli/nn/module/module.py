"""`nn.Module`: parameters, buffers and submodules by name, and a forward.

Setting an attribute to a Parameter or a module registers it: it enters the dict that `parameters()`, `state_dict()`
and the printed text read. The value also stays an ordinary attribute, so reading `self.fc1` costs no more than any
other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from gradcli.engine.autograd.signature import REFUSED, Type, described
from gradcli.engine.messages.arguments import type_name
from gradcli.engine.module_buffer import enlist_buffer
from gradcli.engine.settings import SwitchedSettings
from gradcli.engine.tensor.device import here_only, names_device
from gradcli.engine.tensor.dtypes import INEXACT, NAMED, OF
from gradcli.engine.tensor.methods import Handle
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Parameter
from gradcli.exposure import exposed
from gradcli.faults.arguments import NotRegistrable
from gradcli.faults.attributes import ForwardMissing, NotAModule, SetBeforeInit
from gradcli.faults.mistakes import FailedAssertion, UnfitValue
from gradcli.faults.source import without_addresses
from gradcli.faults.tree import ArgumentFault, ValueFault
from gradcli.lang.runtime.generators import generator
from gradcli.lang.runtime.ordered import OrderedDict
from gradcli.nn.module import call_hooks
from gradcli.nn.module import state_dict as states
from gradcli.nn.module.casting import cast_floating
from gradcli.nn.module.lookup import Lookup
from gradcli.nn.module.names import check_free_name
from gradcli.nn.module.printing import module_repr, type_path
from gradcli.nn.module.registry import Registry

REGISTRIES = ("_parameter_dict", "_buffer_dict", "_module_dict")


@exposed(*"forward parameters named_parameters children named_children modules named_modules buffers named_buffers "
         "register_parameter register_buffer register_module add_module zero_grad train eval state_dict "
         "load_state_dict apply register_forward_hook register_forward_pre_hook register_full_backward_hook "
         "register_full_backward_pre_hook get_submodule set_submodule get_parameter get_buffer _get_name "
         "register_backward_hook float double half bfloat16 type to cpu cuda requires_grad_ extra_repr training "
         "_parameters _buffers _modules _forward_pre_hooks _forward_hooks".split(),
         open_attributes=True, base=True, copied=True)
class Module(Lookup):
    """The base of all modules, and of the modules that programs define."""

    # The dicts are PyTorch's _modules, _buffers and _parameters, which programs get as Registry; state_dict leaves the
    # non-persistent buffers out. _hooks is None, or five dicts of hooks: forward_pre, forward, full_backward,
    # full_backward_pre and backward.
    __slots__ = ("__dict__", "__weakref__", "_hooks", "_module_dict", "_buffer_dict", "_parameter_dict",
                 "_non_persistent_buffers")

    _module_path = "torch.nn.modules.module"
    __display__ = module_repr
    _collapses_repeats = False      # whether neighbours that print the same are printed once

    training: bool
    _parameter_dict: dict[str, Any]
    _buffer_dict: dict[str, Any]
    _module_dict: dict[str, Any]
    _non_persistent_buffers: set[str]
    _hooks: Any

    def __init_subclass__(cls) -> None:
        """Hide real addresses in what `extra_repr` of our modules returns: it may print values of the program."""
        subclass: Any = cls
        method = vars(cls).get("extra_repr")
        if callable(method) and cls.__module__.startswith("gradcli."):
            subclass.extra_repr = _sanitized(method)

    def __init__(self) -> None:
        for name in REGISTRIES:
            object.__setattr__(self, name, {})
        object.__setattr__(self, "_non_persistent_buffers", set())
        object.__setattr__(self, "_hooks", None)
        self.__dict__["training"] = True

    _parameters = property(lambda self: Registry(self, self._parameter_dict, Module.register_parameter))
    _buffers = property(lambda self: Registry(self, self._buffer_dict, Module.register_buffer))
    _modules = property(lambda self: Registry(self, self._module_dict, Module.add_module))
    _forward_pre_hooks = property(lambda self: OrderedDict(self._hooks[0] if self._hooks else ()))
    _forward_hooks = property(lambda self: OrderedDict(self._hooks[1] if self._hooks else ()))

    def __call__(self, *args: Any, **options: Any) -> Any:
        if self._hooks is None and SwitchedSettings.module_hooks is None:
            return self.forward(*args, **options)
        return call_hooks.call_with_hooks(self, args, options)

    def forward(self, *args: Any, **options: Any) -> Any:
        """Compute the output; every subclass defines it."""
        raise ForwardMissing(type(self).__name__)

    def __setattr__(self, name: str, value: Any) -> None:
        kind = ("_parameter_dict" if isinstance(value, Parameter) else
                "_module_dict" if isinstance(value, Module) else "")
        if kind == "_module_dict" and name in registries_of(self, name, kind)[0]:
            check_registrable(name, value, "parameter")
        registries = registries_of(self, name, kind) if kind or hasattr(self, "_module_dict") else ()
        if kind:
            registry_of_kind = getattr(self, kind)
            for registry in registries:
                if registry is not registry_of_kind:     # a part that is replaced keeps its place in the order
                    registry.pop(name, None)
            registry_of_kind[name] = value
        else:
            for registry, noun in zip(registries, ("parameter", "buffer", "child module"), strict=False):
                if name in registry:
                    check_registrable(name, value, noun)
                    registry[name] = value
            enlist_buffer(self, name, value)
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        for registry in registries_of(self, name):
            registry.pop(name, None)
        object.__delattr__(self, name)

    def __repr__(self) -> str:
        return module_repr(self, None)

    def extra_repr(self) -> str:
        """The options that the modern text shows between the brackets after the class name."""
        return ""

    # members: these methods read the dicts themselves, since a program's class may override the methods they would use

    def named_modules(self, memo: Any = None, prefix: str = "", remove_duplicate: bool = True) -> Iterator[Any]:
        """This module and all within it, each once or under each of its names, by dotted name."""
        return generator("Module.named_modules", modules_by_name(self, prefix, remove_duplicate))

    def modules(self) -> Iterator[Module]:
        """This module and all within it, each once."""
        return generator("Module.modules", states.all_within(self))

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """The modules directly within, each once, by name."""
        children = [(name, inner) for name, inner in self._module_dict.items() if inner is not None]
        first_names = {id(inner): name for name, inner in reversed(children)}
        return generator("Module.named_children", [pair for pair in children if first_names[id(pair[1])] == pair[0]])

    def children(self) -> Iterator[Module]:
        """The modules directly within, each once."""
        return generator("Module.children", [inner for _, inner in Module.named_children(self)])

    def _named_members(self, which: str, prefix: str, recurse: bool, once: bool) -> Iterator[tuple[str, Any]]:
        members, visited = [], set()
        for path, module in modules_by_name(self, prefix, once) if recurse else [(prefix, self)]:
            for name, value in getattr(module, which).items():
                if value is not None and (id(value) not in visited or not once):
                    visited.add(id(value))
                    members.append((dotted(path, name), value))
        return generator(f"Module.named_{'parameters' if which == '_parameter_dict' else 'buffers'}", members)

    def named_parameters(self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True) -> Iterator[Any]:
        """The parameters here and in the modules within, each once or under each of its names, by dotted name."""
        return self._named_members("_parameter_dict", prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """The parameters here and in the modules within, each once."""
        return generator("Module.parameters", states.members(self, "_parameter_dict", recurse))

    def named_buffers(self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True) -> Iterator[Any]:
        """The buffers here and in the modules within, each once or under each of its names, by dotted name."""
        return self._named_members("_buffer_dict", prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """The buffers here and in the modules within, each once."""
        return generator("Module.buffers", states.members(self, "_buffer_dict", recurse))

    def register_parameter(self, name: Any, param: Any) -> None:
        """Register `param`, a Parameter or None, under `name`."""
        check_free_name(self, name, "parameter", registries_of(self, name))
        if param is not None and not isinstance(param, Parameter):
            type_words = f"torch.{OF[param.array.dtype].era}Tensor" if isinstance(param, Tensor) else type_name(param)
            raise NotRegistrable(f"cannot assign {described(param)} as parameter '{name}' (torch.nn.Parameter or None "
                                 "expected)").saying(
                f"cannot assign '{type_words}' object to parameter '{name}' (torch.nn.Parameter or None required)")
        self._parameter_dict[name] = param
        self.__dict__[name] = param

    def register_buffer(self, name: Any, tensor: Any, persistent: bool = True) -> None:
        """Register `tensor`, which is not learnt, under `name`; unless `persistent`, state_dict leaves it out."""
        check_free_name(self, name, "buffer", registries_of(self, name))
        if tensor is not None and not isinstance(tensor, Tensor):
            raise NotRegistrable(f"a buffer is a tensor, not {described(tensor)}").saying(
                f"cannot assign '{type_name(tensor)}' object to buffer '{name}' (torch Tensor or None required)")
        self._buffer_dict[name] = tensor
        self.__dict__[name] = tensor
        if not persistent:
            self._non_persistent_buffers.add(name)

    def add_module(self, name: Any, module: Any) -> None:
        """Register `module` under `name`."""
        check_free_name(self, name, "module", registries_of(self, name))
        if module is not None and not isinstance(module, Module):
            raise NotAModule(module, described(module), name).saying(f"{type_path(module)} is not a Module subclass")
        self._module_dict[name] = module
        self.__dict__[name] = module

    register_module = add_module

    # changes of all members

    def apply(self, fn: Callable[[Module], Any]) -> Any:
        """Call `fn` with every module within, children before parents, and with this one; return this module."""
        for module in states.innermost_first(self):
            fn(module)
        return self

    def train(self, mode: Any = True) -> Any:
        """Set training mode: dropout drops, and batch norm uses the statistics of the batch; return this module."""
        if type(mode) is not bool:
            raise ValueFault(f"mode must be True or False, not {described(mode)}").saying(
                "training mode is expected to be boolean")
        for module in states.all_within(self):
            module.__dict__["training"] = mode
        return self

    def eval(self) -> Any:
        """Set evaluation mode; return this module."""
        return self.train(False)

    def requires_grad_(self, requires_grad: Any = True) -> Any:
        """Set `requires_grad` of all parameters; return this module."""
        for parameter in Module.parameters(self):
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Set the gradients of all parameters to None, or to zeros."""
        states.zero_grad(states.members(self, "_parameter_dict", True), set_to_none)

    def float(self) -> Any:
        """Convert floating parameters and buffers to float32; return this module."""
        return cast_floating(self, NAMED["float"].stored())

    def double(self) -> Any:
        """Convert floating parameters and buffers to float64; return this module."""
        return cast_floating(self, np.dtype(np.float64))

    def half(self) -> Any:
        """Convert floating parameters and buffers to float16; return this module."""
        return cast_floating(self, NAMED["half"].stored())

    def bfloat16(self) -> Any:
        """Convert floating parameters and buffers to bfloat16; return this module."""
        return cast_floating(self, NAMED["bfloat16"].stored())

    def type(self, dst_type: Any) -> Any:
        """Convert floating and complex parameters and buffers to `dst_type`; return this module."""
        dtype = Type.element_type(dst_type)
        if dtype is REFUSED or dtype.kind not in INEXACT:
            message = "data set to a tensor that requires gradients must be floating point or complex dtype"
            raise UnfitValue(f"type() needs a floating type, not {described(dst_type)}", "net.type(torch.float64)"
                             ).saying(f"invalid type: {dst_type!r}" if type(dst_type) is str else message)
        return cast_floating(self, dtype, INEXACT)

    def to(self, *args: Any, **options: Any) -> Any:
        """Convert floating and complex parameters and buffers to a dtype or that of a tensor; return this module."""
        for value in (*args, *(options.get(name) for name in ("tensor", "dtype", "device"))):
            if isinstance(value, Tensor):
                cast_floating(self, value.array.dtype, INEXACT)
            elif names_device(value):
                here_only(value)
            elif value is not None and type(value) is not bool:
                if Type.take(value) is REFUSED:
                    here_only(value)
                if Type.take(value).kind not in INEXACT:
                    raise ArgumentFault("a module is converted to a floating type, as its parameters are",
                                        "net.to(torch.float64)").saying(
                        "nn.Module.to only accepts floating point or complex dtypes, but got desired "
                        f"dtype={OF[Type.take(value)]}")
                self.type(value)
        return self

    def cpu(self) -> Any:
        """This module, which is on the only device there is."""
        return self

    def cuda(self, device: Any = None) -> Any:
        """Refused: there is no GPU."""
        raise FailedAssertion("there is no GPU here: everything is computed on the CPU",
                              ("if torch.cuda.is_available():", "before moving anything to it")).saying(
            "Torch not compiled with CUDA enabled")

    # state and hooks

    def state_dict(self, destination: Any = None, prefix: str = "", keep_vars: bool = False) -> dict[str, Tensor]:
        """Parameters and buffers by dotted name, as tensors that share their memory."""
        return states.state_dict(self, prefix, keep_vars)

    def load_state_dict(self, state_dict: dict[str, Any], strict: bool = True, assign: bool = False) -> Any:
        """Copy the tensors of `state_dict` into parameters and buffers; return the missing and the unexpected keys.

        With `assign` they take their places.
        """
        return states.load_state_dict(self, state_dict, strict, assign)

    def register_forward_pre_hook(self, hook: Callable[..., Any], *, prepend: bool = False,
                                  with_kwargs: bool = False) -> Handle:
        """Call hook(module, inputs) before forward; what it returns, unless None, is used as input.

        With `with_kwargs` it is hook(module, args, kwargs), which returns both or None.
        """
        return call_hooks.register_call_hook(self, 0, hook, prepend, with_kwargs)

    def register_forward_hook(self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False,
                              always_call: bool = False) -> Handle:
        """Call hook(module, inputs, output) after forward; what it returns, unless None, is the output.

        With `with_kwargs` it is hook(module, args, kwargs, output); with `always_call` it is called with None as output
        if forward raises.
        """
        return call_hooks.register_call_hook(self, 1, hook, prepend, with_kwargs, always_call)

    def register_full_backward_hook(self, hook: Callable[..., Any], prepend: bool = False) -> Handle:
        """Call hook(module, grad_input, grad_output) in backward; what it returns, unless None, replaces grad_input."""
        return call_hooks.register_call_hook(self, 2, hook, prepend)

    def register_full_backward_pre_hook(self, hook: Callable[..., Any], prepend: bool = False) -> Handle:
        """Call hook(module, grad_output) before the module's backward; its result, unless None, is used instead."""
        return call_hooks.register_call_hook(self, 3, hook, prepend)

    def register_backward_hook(self, hook: Callable[..., Any]) -> Handle:
        """Call hook(module, grad_input, grad_output) with what goes through the last operation of forward alone."""
        return call_hooks.register_call_hook(self, 4, hook)


REGISTRABLE: dict[str, tuple[type, str]] = {
    "parameter": (Parameter, "torch.nn.Parameter or None expected"),
    "buffer": (Tensor, "torch.nn.Buffer, torch.Tensor or None expected"),
    "child module": (Module, "torch.nn.Module or None expected")}


def check_registrable(name: str, value: Any, noun: str) -> None:
    """NotRegistrable unless `value` is None or of the type that a `noun` ("parameter", "buffer", ...) has."""
    kind, expected = REGISTRABLE[noun]
    if value is not None and not isinstance(value, kind):
        raise NotRegistrable(f"cannot assign {described(value)} as {noun} '{name}' ({expected})",
                             *(("nn.Parameter({value})", "a Parameter around a tensor"),) if noun == "parameter" and (
                                 isinstance(value, Tensor)) else ()).saying(
            f"cannot assign '{type_path(value)}' as {noun} '{name}' ({expected})")


def registries_of(module: Module, name: str,
                  kind: str = "") -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The dicts of parameters, buffers and modules; AttributeFault if `name` is set before there are any."""
    try:
        return module._parameter_dict, module._buffer_dict, module._module_dict
    except AttributeError:
        noun = "parameters" if kind == "_parameter_dict" else "module" if kind else "buffer"
        raise SetBeforeInit(name, noun) from None


def modules_by_name(module: Module, prefix: str, once: bool) -> list[tuple[str, Module]]:
    """A module and all within it, parents before children, each `once` or under each of its names, by dotted name."""
    modules: list[tuple[str, Module]] = []
    visited: set[int] = set()
    waiting = [(prefix, module)]
    while waiting:
        path, current = waiting.pop()
        if id(current) not in visited or not once:
            visited.add(id(current))
            modules.append((path, current))
            if inner_modules := current._module_dict:
                waiting += [(dotted(path, name), inner) for name, inner in reversed(inner_modules.items())
                            if inner is not None]
    return modules


def dotted(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _sanitized(method: Callable[[Any], str]) -> Callable[[Any], str]:
    """A method like `method`, with the real addresses in its text replaced."""
    def sanitized_method(self: Any) -> str:
        return without_addresses(method(self))

    return sanitized_method
