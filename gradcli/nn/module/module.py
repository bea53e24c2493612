"""What all modules are: things with parameters, buffers and modules inside, and a forward.

Setting an attribute to a Parameter or a module enters it into the lists from which
`parameters()`, `state_dict()` and the printed text are made. The value also stays an ordinary
attribute, so reading `self.fc1` costs no more than any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from gradcli.engine.argument_words import type_name
from gradcli.engine.autograd.signature import REFUSED, Type, described
from gradcli.engine.tensor.device import here_only, names_device
from gradcli.engine.tensor.dtypes import OF
from gradcli.engine.tensor.methods import Handle
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.uninitialized import Uninitialized
from gradcli.engine.tensor.variable import Parameter, Variable
from gradcli.exposure import exposed
from gradcli.faults.attributes import ForwardMissing, NotAModule, SetBeforeInit
from gradcli.faults.source import veiled
from gradcli.faults.tree import ArgumentFault, ValueFault
from gradcli.lang.runtime.ordered import OrderedDict
from gradcli.nn.module import call_hooks
from gradcli.nn.module import state_dict as states
from gradcli.nn.module.lookup import Lookup
from gradcli.nn.module.printing import BLOCK, looks

LISTS = ("_parameter_dict", "_buffer_dict", "_module_dict")


@exposed(*"forward parameters named_parameters children named_children modules named_modules buffers named_buffers "
         "register_parameter register_buffer register_module add_module zero_grad train eval state_dict "
         "load_state_dict apply register_forward_hook register_forward_pre_hook register_full_backward_hook "
         "register_full_backward_pre_hook get_submodule get_parameter get_buffer _get_name "
         "register_backward_hook float double half type to cpu cuda requires_grad_ extra_repr training _parameters "
         "_buffers _modules _forward_pre_hooks _forward_hooks".split(), open_attributes=True, base=True, copied=True)
class Module(Lookup):
    """The base of all modules, and of the modules that programs define.

    `_own`, `_kept` and `_inner` list parameters, buffers and modules by name; `_passing` are the
    names of buffers that state_dict leaves out, `_hooks` what is called before and after forward.
    """

    __slots__ = ("__dict__", "__weakref__", "_hooks", "_module_dict", "_buffer_dict", "_parameter_dict",
                 "_non_persistent")

    _module_path = "torch.nn.modules.module"
    __display__ = looks
    _era: Any = BLOCK       # how it printed in 0.1.12, after the name of its class
    _new = False            # whether 0.1.12 had no such module
    _grouped = False        # whether neighbours that print the same are printed once

    training: bool
    _parameter_dict: dict[str, Any]
    _buffer_dict: dict[str, Any]
    _module_dict: dict[str, Any]
    _non_persistent: set[str]
    _hooks: Any

    def __init_subclass__(cls) -> None:
        """What the library's modules say of themselves may hold whatever a program has given them."""
        for name in ("extra_repr", "_era"):
            said = vars(cls).get(name)
            if callable(said) and cls.__module__.startswith("gradcli."):
                setattr(cls, name, _veiling(said))

    def __init__(self) -> None:
        for name in LISTS:
            object.__setattr__(self, name, {})
        object.__setattr__(self, "_non_persistent", set())
        object.__setattr__(self, "_hooks", None)
        self.__dict__["training"] = True

    _parameters = property(lambda self: dict(self._parameter_dict))
    _buffers = property(lambda self: dict(self._buffer_dict))
    _modules = property(lambda self: dict(self._module_dict))
    _forward_pre_hooks = property(lambda self: OrderedDict(self._hooks[0] if self._hooks else ()))
    _forward_hooks = property(lambda self: OrderedDict(self._hooks[1] if self._hooks else ()))

    def __call__(self, *args: Any, **options: Any) -> Any:
        if self._hooks is None:
            return self.forward(*args, **options)
        return call_hooks.call(self, args, options)

    def forward(self, *args: Any, **options: Any) -> Any:
        """What the module computes."""
        raise ForwardMissing(type(self).__name__)

    def __setattr__(self, name: str, value: Any) -> None:
        kind = "_parameter_dict" if isinstance(value, Parameter) else "_module_dict" if isinstance(value,
                                                                                                   Module) else ""
        if kind == "_module_dict" and name in self._lists(name, kind)[0]:
            _fits(name, value, "parameter")
        lists = self._lists(name, kind) if kind or "_parameter_dict" in _slots_set(self) else ()
        if kind:
            for each in lists:
                each.pop(name, None)
            getattr(self, kind)[name] = value
        else:
            for each, what in zip(lists, ("parameter", "buffer", "child module"), strict=False):
                if name in each:
                    _fits(name, value, what)
                    each[name] = value
        object.__setattr__(self, name, value)

    def _lists(self, name: str, kind: str = "") -> tuple[dict[str, Any], ...]:
        try:
            return self._parameter_dict, self._buffer_dict, self._module_dict
        except AttributeError:
            what = "parameters" if kind == "_parameter_dict" else "module" if kind else "buffer"
            raise SetBeforeInit(name, what) from None

    def __delattr__(self, name: str) -> None:
        for each in self._lists(name):
            each.pop(name, None)
        object.__delattr__(self, name)

    def __repr__(self) -> str:
        return looks(self, None)

    def extra_repr(self) -> str:
        """What today's text says between the brackets after the name."""
        return ""

    # what is inside: the methods here walk the lists themselves, since a program's class may answer otherwise

    def named_modules(self, memo: Any = None, prefix: str = "") -> Iterator[tuple[str, Module]]:
        """This module and all within it, each once, by dotted name."""
        found, seen = [], set()
        waiting: list[tuple[str, Module]] = [(prefix, self)]
        while waiting:
            path, module = waiting.pop()
            if id(module) not in seen:
                seen.add(id(module))
                found.append((path, module))
                waiting += [(_joined(path, name), inner) for name, inner in reversed(module._module_dict.items())
                            if inner is not None]
        return iter(found)

    def modules(self) -> Iterator[Module]:
        """This module and all within it, each once."""
        return iter([module for _, module in Module.named_modules(self)])

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """The modules directly within, each once, by name."""
        found = {id(inner): (name, inner) for name, inner in reversed(self._module_dict.items()) if inner is not None}
        return iter([pair for name, inner in self._module_dict.items() if (pair := found.get(id(inner))) == (name,
                                                                                                             inner)])

    def children(self) -> Iterator[Module]:
        """The modules directly within, each once."""
        return iter([inner for _, inner in Module.named_children(self)])

    def _named(self, which: str, prefix: str, recurse: bool) -> Iterator[tuple[str, Any]]:
        found, seen = [], set()
        for path, module in Module.named_modules(self, prefix=prefix) if recurse else [(prefix, self)]:
            for name, value in getattr(module, which).items():
                if value is not None and id(value) not in seen:
                    seen.add(id(value))
                    found.append((_joined(path, name), value))
        return iter(found)

    def named_parameters(self, prefix: str = "", recurse: bool = True) -> Iterator[tuple[str, Parameter]]:
        """The parameters here and in the modules within, each once, by dotted name."""
        return self._named("_parameter_dict", prefix, recurse)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """The parameters here and in the modules within, each once."""
        return iter([value for _, value in self._named("_parameter_dict", "", recurse)])

    def named_buffers(self, prefix: str = "", recurse: bool = True) -> Iterator[tuple[str, Tensor]]:
        """The buffers here and in the modules within, each once, by dotted name."""
        return self._named("_buffer_dict", prefix, recurse)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """The buffers here and in the modules within, each once."""
        return iter([value for _, value in self._named("_buffer_dict", "", recurse)])

    def register_parameter(self, name: str, param: Any) -> None:
        """List `param`, a Parameter or None, under `name`."""
        self._free(name)
        if param is not None and not isinstance(param, Parameter):
            words = f"torch.{OF[param.array.dtype].era}Tensor" if isinstance(param, Tensor) else type_name(param)
            raise ArgumentFault(f"cannot assign {described(param)} as parameter '{name}' (torch.nn.Parameter or None "
                                "expected)", value=param, what="parameter").saying(
                f"cannot assign '{words}' object to parameter '{name}' (torch.nn.Parameter or None required)")
        self._parameter_dict[name] = param
        self.__dict__[name] = param

    def register_buffer(self, name: str, tensor: Any, persistent: bool = True) -> None:
        """List `tensor`, which is not learnt, under `name`; unless `persistent`, state_dict leaves it out."""
        self._free(name)
        _fits(name, tensor, "buffer")
        self._buffer_dict[name] = tensor
        self.__dict__[name] = tensor
        if not persistent:
            self._non_persistent.add(name)

    def add_module(self, name: str, module: Any) -> None:
        """List `module` under `name`."""
        self._free(name)
        if module is not None and not isinstance(module, Module):
            raise NotAModule(module, described(module), name).saying(f"{type_name(module)} is not a Module subclass")
        self._module_dict[name] = module
        self.__dict__[name] = module

    register_module = add_module

    def _free(self, name: Any) -> None:
        if not isinstance(name, str) or not name or "." in name or name.startswith("_"):
            raise ArgumentFault(f"a module lists things under a name without dots that begins with a letter, not "
                                f"{described(name)}"[:120])
        if not any(name in each for each in self._lists(name)) and hasattr(self, name):
            raise ValueFault(f"the attribute {name} exists already")

    # what is done to everything inside

    def apply(self, fn: Callable[[Module], Any]) -> Any:
        """Call `fn` with every module within, the innermost first, and with this one; this module."""
        for module in states.innermost_first(self):
            fn(module)
        return self

    def train(self, mode: bool = True) -> Any:
        """Go into training mode, in which dropout drops and batches are normalised by themselves; this module."""
        for module in Module.modules(self):
            module.__dict__["training"] = bool(mode)
        return self

    def eval(self) -> Any:
        """Leave training mode; this module."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Any:
        """Say whether gradients of the parameters are asked for; this module."""
        for parameter in Module.parameters(self):
            parameter.requires_grad_(requires_grad)     # type: ignore[attr-defined]  # a method from engine/surface.py
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or make them zero."""
        states.zero_grad(Module.parameters(self), set_to_none)

    def _as(self, dtype: np.dtype[Any]) -> Any:
        for module in Module.modules(self):
            for value in (*module._parameter_dict.values(), *module._buffer_dict.values()):
                if isinstance(value, Uninitialized):
                    value.cast(dtype)
                elif value is not None and value.array.dtype.kind == "f":
                    value.array = value.array.astype(dtype, copy=False)
                    if value.grad is not None:
                        value.grad = Variable(value.grad.array.astype(dtype, copy=False))
        return self

    def float(self) -> Any:
        """Make parameters and floating buffers float32; this module."""
        return self._as(np.dtype(np.float32))

    def double(self) -> Any:
        """Make parameters and floating buffers float64; this module."""
        return self._as(np.dtype(np.float64))

    def half(self) -> Any:
        """Make parameters and floating buffers float16; this module."""
        return self._as(np.dtype(np.float16))

    def type(self, dst_type: Any) -> Any:
        """Make parameters and floating buffers of this type; this module."""
        dtype = Type.take(dst_type)
        if dtype is REFUSED:
            raise ArgumentFault(f"type() needs an element type, not {described(dst_type)}", "net.type(torch.float64)")
        return self._as(dtype)

    def to(self, *args: Any, **options: Any) -> Any:
        """Make parameters and floating buffers of the type given; there is one device. This module."""
        for value in (*args, *(options.get(name) for name in ("tensor", "dtype", "device"))):
            if isinstance(value, Tensor):
                self._as(value.array.dtype)
            elif names_device(value):
                here_only(value)
            elif value is not None and type(value) is not bool:
                self.type(value)
        return self

    def cpu(self) -> Any:
        """This module, which is on the only device there is."""
        return self

    def cuda(self, device: Any = None) -> Any:
        """Refused: there is no GPU."""
        raise ValueFault("there is no GPU here: everything is computed on the CPU",
                         ("if torch.cuda.is_available():", "before moving anything to it"))

    # what it learnt, and who looks on

    def state_dict(self, destination: Any = None, prefix: str = "", keep_vars: bool = False) -> dict[str, Tensor]:
        """Parameters and buffers by dotted name, as tensors that share their memory."""
        return states.state_dict(self, prefix, keep_vars)

    def load_state_dict(self, state_dict: dict[str, Any], strict: bool = True) -> Any:
        """Copy the tensors that state_dict() told back in; the names missing and the names unknown."""
        return states.load(self, state_dict, strict)

    def register_forward_pre_hook(self, hook: Callable[..., Any], *, prepend: bool = False,
                                  with_kwargs: bool = False) -> Handle:
        """Call hook(module, inputs) before forward; what it returns, unless None, is used as input.

        With `with_kwargs` the hook is told the keyword arguments too, and returns both.
        """
        return self._hook(0, hook, prepend, with_kwargs)

    def register_forward_hook(self, hook: Callable[..., Any], *, prepend: bool = False,
                              with_kwargs: bool = False) -> Handle:
        """Call hook(module, inputs, output) after forward; what it returns, unless None, is the output.

        With `with_kwargs` it is hook(module, inputs, keywords, output).
        """
        return self._hook(1, hook, prepend, with_kwargs)

    def register_full_backward_hook(self, hook: Callable[..., Any], prepend: bool = False) -> Handle:
        """Call hook(module, grad_input, grad_output) in backward; what it returns, unless None, replaces grad_input."""
        return self._hook(2, hook, prepend)

    def register_full_backward_pre_hook(self, hook: Callable[..., Any], prepend: bool = False) -> Handle:
        """Call hook(module, grad_output) before the module's backward; its result, unless None, is used instead."""
        return self._hook(3, hook, prepend)

    def register_backward_hook(self, hook: Callable[..., Any]) -> Handle:
        """Call hook(module, grad_input, grad_output) with what goes through the last operation of forward alone."""
        return self._hook(4, hook)

    def _hook(self, when: int, hook: Callable[..., Any], prepend: bool = False, with_kwargs: bool = False) -> Handle:
        if self._hooks is None:
            object.__setattr__(self, "_hooks", ({}, {}, {}, {}, {}))
        return call_hooks.add(self._hooks[when], hook, bool(prepend), bool(with_kwargs))


FITTING: dict[str, tuple[type, str]] = {
    "parameter": (Parameter, "torch.nn.Parameter or None expected"),
    "buffer": (Tensor, "torch.nn.Buffer, torch.Tensor or None expected"),
    "child module": (Module, "torch.nn.Module or None expected")}


def _fits(name: str, value: Any, what: str) -> None:
    kind, expected = FITTING[what]
    if value is not None and not isinstance(value, kind):
        raise ArgumentFault(f"cannot assign {described(value)} as {what} '{name}' ({expected})",
                            *(("nn.Parameter({value})", "a Parameter around a tensor"),) if what == "parameter" and (
                                isinstance(value, Tensor)) else (), value=value, what=what).saying(
            f"cannot assign '{_kind(value)}' as {what} '{name}' ({expected})")


def _kind(value: Any) -> str:
    home = f"{value._module_path if type(value).__module__.startswith('gradcli.') else '__main__'}." if (
        isinstance(value, Module)) else ""
    return f"torch.{value.dtype.era}Tensor" if isinstance(value, Tensor) else home + type_name(value)


def _slots_set(module: Module) -> tuple[str, ...]:
    """The lists that exist already: none before Module.__init__ has run."""
    return LISTS if hasattr(module, "_module_dict") else ()


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _veiling(said: Callable[[Any], str]) -> Callable[[Any], str]:
    def veiling(self: Any) -> str:
        return veiled(said(self))

    return veiling
