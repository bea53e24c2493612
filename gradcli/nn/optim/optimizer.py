"""`torch.optim.Optimizer`: groups of parameters with options, and a state for each parameter.

An optimiser defines `_update`, the change of one parameter, on arrays. Its options are plain dicts that programs read
and write, `optimizer.param_groups[0]['lr'] = 0.01`, so every step checks them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

import numpy as np

from gradcli.engine.autograd.detached import detached_for
from gradcli.engine.autograd.dispatch import here
from gradcli.engine.autograd.op import raw
from gradcli.engine.autograd.signature import NUMBERS, described
from gradcli.engine.messages.arguments import type_name, type_text
from gradcli.engine.random.generators import Current
from gradcli.engine.tensor.dtypes import FLOAT_KINDS, OF
from gradcli.engine.tensor.tensor import DisplayHooks, Tensor, note_write
from gradcli.engine.tensor.variable import recording
from gradcli.engine.tensor.write_gate import StepWrites, writing
from gradcli.exposure import PROGRAM_MADE, exposed
from gradcli.faults.attributes import NoTensor, NotParameters, SingleParameter
from gradcli.faults.mistakes import MissingKey
from gradcli.faults.source import without_addresses
from gradcli.faults.tree import ArgumentFault, GradFault, ValueFault
from gradcli.nn.module.state_dict import zero_grad
from gradcli.nn.optim.parameter_states import STEP, WithStates, missing_entry
from gradcli.nn.plain import plain_copy

Array = np.ndarray[Any, Any]
UNSET: Any = object()
SINCE_10 = "capturable decoupled_weight_decay differentiable foreach fused maximize".split()    # options 0.4 had not


def scalar(group: dict[str, Any], name: str, least: float | None = 0.0) -> float:
    """An option of a group as a number. ArgumentFault for other values, ValueFault below `least` (None: no bound)."""
    value: Any = group.get(name, UNSET)
    if isinstance(value, Tensor) and value.array.size == 1:
        value = detached_for(value, STEP).array.item()
    if type(value) not in NUMBERS:
        raise ArgumentFault(f"the option {name} of an optimiser must be a number, not "
                            f"{'missing' if value is UNSET else described(value)}")
    if least is not None and not value >= least:
        raise ValueFault(f"Invalid {OPTION_WORDS.get(name, f'{name} value')}: {value}")
    return value


def scalar_pair(group: dict[str, Any], name: str) -> tuple[float, float]:
    """An option that is two numbers, such as betas."""
    value: Any = group.get(name)
    if type(value) not in (tuple, list) or len(value) != 2:
        raise ArgumentFault(f"the option {name} of an optimiser must be two numbers, not {described(value)}")
    return scalar({name: value[0]}, name, None), scalar({name: value[1]}, name, None)


def required() -> None:
    """The default of options that have none: optimisers of 2017 compare with it by `is`."""


OPTION_WORDS = {"lr": "learning rate", "eps": "epsilon value"}


@exposed(*"step zero_grad param_groups defaults state state_dict load_state_dict add_param_group".split(),
         write=("state",), base=True, copied=True)
class Optimizer(WithStates):
    """The base of all optimisers, and of those that programs define: these have a `step` of their own."""

    __slots__ = ("_stepped", "defaults", "param_groups")

    _module_path = "torch.optim.optimizer"
    _first_use: ClassVar[dict[str, str]] = dict.fromkeys(
        ("lr", "eps", "weight_decay", "momentum", "alpha", "rho", "lr_decay", "initial_accumulator_value",
         "momentum_decay"), "'<=' not supported between instances of 'float' and '{type}'") | {
        "betas": "'{type}' object is not subscriptable"}
    _ignored_options: ClassVar[frozenset[str]] = frozenset({"foreach", "capturable", "differentiable", "fused"})

    def __init__(self, params: Any, defaults: dict[str, Any]) -> None:
        if type(defaults) is not dict or not all(type(name) is str for name in defaults):
            raise ArgumentFault("the defaults of an optimiser are a dict of options by name, not "
                                f"{described(defaults)}", 'super().__init__(params, {"lr": lr})')
        for name in self._ignored_options & defaults.keys():
            if name == "differentiable" and defaults[name]:
                raise ValueFault("optimisers that can be differentiated are not offered")
        self.defaults = {name: plain_copy(value, f"the option {name} of an optimiser")
                         for name, value in defaults.items()}
        self.param_groups: list[dict[str, Any]] = []
        self._arrays, self._shown, self._step_hooks, self._stepped = {}, None, None, False
        if isinstance(params, Tensor):
            raise SingleParameter().saying(
                "params argument given to the optimizer should be an iterable of Tensors or dicts, but got "
                f"torch.{OF[params.array.dtype].era}Tensor")
        if not isinstance(params, Iterable) or isinstance(params, str):
            raise NotParameters(params, described(params)).saying(_not_parameters(params))
        members = list(params)
        if not members:
            raise ValueFault("optimizer got an empty parameter list")
        for group in members if isinstance(members[0], dict) else [{"params": members}]:
            self.add_param_group(group)

    def _steps_itself(self) -> bool:
        """Whether the class of the program defines `step`."""
        return PROGRAM_MADE in vars(next(kind for kind in type(self).__mro__ if "step" in vars(kind)))

    def _check(self, group: dict[str, Any]) -> None:
        """Refuse options out of range."""
        if self._steps_itself():
            return
        for name in ("lr", "eps", "weight_decay", "momentum"):
            if name in self.defaults:
                scalar(group, name)

    def add_param_group(self, param_group: Any) -> None:
        """Add a group of parameters; the options that the dict does not set are the defaults."""
        if isinstance(param_group, dict) and "params" not in param_group:
            raise MissingKey("params", "a group of parameters has no entry 'params'",
                             ("{'params': net.parameters(), 'lr': 0.01}", "how a group is written"))
        if not isinstance(param_group, dict):
            raise ArgumentFault(f"a group of parameters is a dict, not {described(param_group)}",
                                "{'params': net.parameters(), 'lr': 0.01}").saying(
                f"param_group must be a dict, but got {type_text(param_group)}")
        members = param_group["params"]
        if isinstance(members, set):
            raise ArgumentFault("optimizer parameters need to be organized in ordered collections, but the ordering of "
                                "tensors in sets will change between runs. Please use a list instead.", "list(params)")
        params, names = self._entries([members] if isinstance(members, Tensor) else members)
        group = {"params": params} | ({"param_names": names} if names else {})
        group |= {name: value for name, value in param_group.items() if name != "params"}
        for name, default in self.defaults.items():
            group.setdefault(name, default)
        if not self._steps_itself():
            self._plain_options(group)
        self._check(group)
        self._fits_others(group)
        self.param_groups.append(group)

    def _fits_others(self, group: dict[str, Any]) -> None:
        if len({id(p) for p in group["params"]}) != len(group["params"]):
            DisplayHooks.note("optimizer",
                              "optimizer contains a parameter group with duplicate parameters; in future, this "
                              "will cause an error")
        used = {id(p) for other in self.param_groups for p in other["params"]}
        if any(("param_names" in group) != ("param_names" in other) for other in self.param_groups):
            raise ValueFault("all optimizer param groups should be with/without names. cannot add param group "
                             f"{'with' if 'param_names' in group else 'without'} names to the optimizer")
        if any(id(p) in used for p in group["params"]):
            raise ValueFault("some parameters appear in more than one parameter group")

    def _entries(self, members: Iterable[Any]) -> tuple[list[Any], list[str]]:
        """The parameters, and their names where they come with names."""
        if not isinstance(members, Iterable) or isinstance(members, str):
            raise NotParameters(members, described(members)).saying(_not_parameters(members))
        params, names = [], []
        for p in members:
            if isinstance(p, tuple) and len(p) == 2 and type(p[0]) is str:
                names.append(p[0])
                p = p[1]
            if not isinstance(p, Tensor):
                raise ArgumentFault(f"optimizer can only optimize Tensors, but one of the params is {described(p)}"
                                    ).saying("optimizer can only optimize Tensors, but one of the params is "
                                             f"{type_name(p)}")
            if p.node is not None:
                raise ValueFault("can't optimize a non-leaf Tensor", ("x.detach().requires_grad_()", "is a leaf"))
            params.append(p)
        if names and len(names) != len(params):
            raise ValueFault("all optimizer params should be with/without names. Some param names are missing")
        return params, names

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Set the gradients of all parameters to None, or to zeros."""
        for group in self.param_groups:
            zero_grad(self._params(group), set_to_none)

    def _params(self, group: Any) -> list[Any]:
        params: Any = group.get("params") if isinstance(group, dict) else None
        if type(params) is not list or False in [isinstance(p, Tensor) for p in params]:
            raise ArgumentFault("each entry of param_groups is a dict whose 'params' are a list of tensors")
        return params

    def _plain_options(self, group: dict[str, Any]) -> None:
        """Refuse options that are not numbers, strings, None, tensors, or tuples or lists of numbers."""
        for name in self.defaults:
            value = group.get(name)
            if value is None or type(value) in NUMBERS or type(value) is str or isinstance(value, Tensor):
                continue
            if type(value) not in (tuple, list) or not all(type(number) in NUMBERS for number in value):
                raise ArgumentFault(f"the option {name} of an optimiser must be a number, not {described(value)}")

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Update the parameters once by their gradients; a closure computes these first, and its loss is returned."""
        self._stepped = True
        if self._step_hooks is None:
            return self._step(closure)
        return self._with_hooks(self._step, closure)

    def _step(self, closure: Callable[[], Any] | None) -> Any:
        loss = None
        if closure is not None:
            with recording(True):
                loss = closure()
        at, writer = None, f"{type(self).__name__}.step"
        for group in self.param_groups:
            params = self._params(group)
            self._plain_options(group)
            options, maximize = self._options(group), group.get("maximize")
            for p in params:
                if p.gradient is None:
                    continue
                grad, array = detached_for(p.gradient, STEP).array, p.array
                if grad.dtype is not array.dtype:
                    grad = grad.astype(array.dtype)
                if array.dtype.kind == "c":
                    array, grad = raw.pairs(array), raw.pairs(grad)     # as so many real numbers
                elif array.dtype.kind not in FLOAT_KINDS:
                    raise GradFault(f"a parameter must be of a floating type to be optimised, and is {described(p)}")
                state = self._state_of(p)
                for value in state.values():
                    if type(value) is np.ndarray:
                        writing(value)
                        if self._shown is not None and StepWrites.counted:
                            note_write(Tensor(value), writer, here())
                try:
                    self._update(writing(array, writer), -grad if maximize else grad, state, options)
                except KeyError as missing:
                    raise missing_entry(missing) from None
                if self._shown is not None:
                    self._show(p, state)
                if StepWrites.counted:
                    at = at or here()
                    note_write(p, writer, at)
        return loss

    def _options(self, group: dict[str, Any]) -> Any:
        """The options of a group, checked, in the form that `_update` takes."""
        raise NotImplementedError

    def _update(self, param: Array, grad: Array, state: dict[str, Any], options: Any) -> None:
        """Update one parameter in place; `state` is its state, empty before the first step."""
        raise NotImplementedError

    def state_dict(self) -> dict[str, Any]:
        """State and options, with numbers in place of the parameters."""
        self._run_state_dict_pre_hooks()
        numbers: dict[int, int] = {}
        for group in self.param_groups:
            for p in self._params(group):
                numbers.setdefault(id(p), len(numbers))
        state_dict = {"state": {numbers[id(p)]: state for p, state in self.state.items() if id(p) in numbers},
                      "param_groups": [{n: v for n, v in group.items() if n != "params"}
                                       | {"params": [numbers[id(p)] for p in group["params"]]}
                                       for group in self.param_groups]}
        return self._run_state_dict_post_hooks(state_dict)

    def load_state_dict(self, state_dict: Any) -> None:
        """Restore what state_dict() returned. ValueFault if its groups are of other sizes."""
        state_dict = self._run_load_state_dict_pre_hooks(state_dict)
        groups = state_dict.get("param_groups") if isinstance(state_dict, dict) else None
        if not isinstance(groups, list) or not isinstance(state_dict.get("state"), dict):
            message = "load_state_dict() needs what state_dict() of an optimiser returned"
            if isinstance(state_dict, dict):
                raise MissingKey("state" if groups is not None else "param_groups", message)
            raise NoTensor(message).saying(f"'{type_name(state_dict)}' object has no attribute 'copy'")
        params_of_groups = [self._params(group) for group in self.param_groups]
        loaded = [_loaded_group(group) for group in groups]
        if len(loaded) != len(params_of_groups):
            raise ValueFault("loaded state dict has a different number of parameter groups")
        if [len(group["params"]) for group in loaded] != [len(params) for params in params_of_groups]:
            raise ValueFault("loaded state dict contains a parameter group that doesn't match the size of "
                             "optimizer's group")
        params = [p for group in params_of_groups for p in group]
        numbers = [number for group in loaded for number in group["params"]]
        if not self._steps_itself():
            for group, new in zip(self.param_groups, loaded, strict=True):
                self._plain_options(group | new)
        states = {p: self._loaded_state(p, state_dict["state"][i], f"the state of parameter {i}")
                  for p, i in zip(params, numbers, strict=True) if type(i) is int and i in state_dict["state"]}
        for group, new in zip(self.param_groups, loaded, strict=True):
            group.update({name: value for name, value in new.items() if name != "params"})
        self.state = states
        self._run_load_state_dict_post_hooks()

    def __repr__(self) -> str:
        return self.__display__(None)

    def __display__(self, style: Any) -> str:
        """Its text: each group with its options; in the tutorial style those that 0.4 had, the first to print any."""
        hidden = {"params", *(SINCE_10 if (Current.legacy if style is None else style.name == "tutorial") else ())}
        groups = [f"Parameter Group {i}\n" + "".join(
            f"    {name}: {group[name]}\n" for name in sorted(group) if name not in hidden)
            for i, group in enumerate(self.param_groups)]
        return without_addresses(f"{type(self).__name__} (\n" + "\n".join(groups) + ")")


def has_stepped(optimizer: Optimizer) -> bool:
    """Whether step() has been called; True for a step of the program's own, whose calls are not counted."""
    return optimizer._stepped or optimizer._steps_itself()


def _loaded_group(group: Any) -> dict[str, Any]:
    """A copy of a group of a state dict. ArgumentFault if it is none."""
    if type(group) is not dict or type(group.get("params")) is not list:
        raise ArgumentFault(f"a group of parameters is a dict with a list of numbers as params, not {described(group)}")
    return plain_copy(group, "a group of parameters")


def _not_parameters(value: Any) -> str:
    """PyTorch's words for something that is no list of parameters; the members of a string are strings."""
    return (f"optimizer can only optimize Tensors, but one of the params is "
            f"{type_name(value)}" if type(value) is str else
            f"'{type_name(value)}' object is not iterable")
