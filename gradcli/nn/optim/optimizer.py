"""What all optimisers are: groups of parameters, options for each, and a memory for each parameter.

An optimiser states `_update`, the change of one parameter, on arrays. Its options lie in plain
dicts that programs read and write, `optimizer.param_groups[0]['lr'] = 0.01`, so they are checked
when they are used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

import numpy as np

from gradcli.engine.argument_words import type_name
from gradcli.engine.autograd.dispatch import here
from gradcli.engine.autograd.signature import NUMBERS, described, sized
from gradcli.engine.tensor.dtypes import OF
from gradcli.engine.tensor.tensor import DisplayHooks, Tensor, note_write
from gradcli.engine.tensor.variable import recording
from gradcli.engine.tensor.write_gate import writing
from gradcli.exposure import PROGRAM_MADE, exposed
from gradcli.faults.attributes import NotParameters, SingleParameter
from gradcli.faults.source import veiled
from gradcli.faults.tree import ArgumentFault, GradFault, ValueFault
from gradcli.lang.runtime.builtins import METHODS
from gradcli.nn.module.state_dict import zero_grad
from gradcli.nn.optim.step_hooks import Hooked
from gradcli.nn.plain import plain

Array = np.ndarray[Any, Any]
UNSET: Any = object()


def number(group: dict[str, Any], name: str, least: float | None = 0.0) -> float:
    """An option of a group as a plain number."""
    value: Any = group.get(name, UNSET)
    if isinstance(value, Tensor) and value.array.size == 1:
        value = value.array.item()
    if type(value) not in NUMBERS:
        raise ArgumentFault(f"the option {name} of an optimiser must be a number, not "
                            f"{'missing' if value is UNSET else described(value)}")
    if least is not None and not value >= least:
        raise ValueFault(f"Invalid {WORDS.get(name, f'{name} value')}: {value}")
    return value    # type: ignore[no-any-return]  # an int or a float, by its exact type


def pair(group: dict[str, Any], name: str) -> tuple[float, float]:
    """An option that is two numbers."""
    value: Any = group.get(name)
    if type(value) not in (tuple, list) or len(value) != 2:
        raise ArgumentFault(f"the option {name} of an optimiser must be two numbers, not {described(value)}")
    return number({name: value[0]}, name, None), number({name: value[1]}, name, None)


@exposed(*METHODS[dict], copied=True)
class States(dict[Any, Any]):
    """What is remembered of each parameter: of one that has not been seen, an empty dict."""

    __slots__ = ()
    __module__ = "collections"

    def __missing__(self, key: Any) -> Any:
        value = self[key] = {}
        return value

    def __parts__(self) -> tuple[str, list[Any], str]:
        return "defaultdict(<class 'dict'>, ", [dict(self)], ")"


States.__name__ = States.__qualname__ = "defaultdict"


WORDS = {"lr": "learning rate", "eps": "epsilon value"}


@exposed(*"step zero_grad param_groups defaults state state_dict load_state_dict add_param_group".split(), base=True,
         copied=True)
class Optimizer(Hooked):
    """The base of all optimisers, and of those that programs define: these have a `step` of their own.

    `_state` is the memory that `_update` works on, `_live` the one that a program's own `step` works on.
    `_scalars` names single numbers of a parameter's memory, `_shapeless` arrays of another shape than the parameter.
    """

    __slots__ = ("_live", "_state", "_stepped", "defaults", "param_groups")

    _module_path = "torch.optim.optimizer"
    _idle: ClassVar[frozenset[str]] = frozenset({"foreach", "capturable", "differentiable", "fused"})
    _scalars: ClassVar[frozenset[str]] = frozenset()
    _shapeless: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, params: Any, defaults: dict[str, Any]) -> None:
        if type(defaults) is not dict or not all(type(name) is str for name in defaults):
            raise ArgumentFault("the defaults of an optimiser are a dict of options by name, not "
                                f"{described(defaults)}", 'super().__init__(params, {"lr": lr})')
        for name in self._idle & defaults.keys():
            if name == "differentiable" and defaults[name]:
                raise ValueFault("optimisers that can be differentiated are not offered")
        self.defaults = {name: plain(value, f"the option {name} of an optimiser") for name, value in defaults.items()}
        self.param_groups: list[dict[str, Any]] = []
        self._state: dict[Any, dict[str, Any]] = {}
        self._live, self._step_hooks, self._stepped = States(), None, False
        if isinstance(params, Tensor):
            raise SingleParameter().saying(
                "params argument given to the optimizer should be an iterable of Tensors or dicts, but got "
                f"torch.{OF[params.array.dtype].era}Tensor")
        if not isinstance(params, Iterable) or isinstance(params, str):
            raise NotParameters(params, described(params)).saying(f"'{type_name(params)}' object is not iterable")
        found = list(params)
        if not found:
            raise ValueFault("optimizer got an empty parameter list")
        for group in found if isinstance(found[0], dict) else [{"params": found}]:
            self.add_param_group(group)

    def _steps_itself(self) -> bool:
        """Whether the program has defined how it steps."""
        return PROGRAM_MADE in vars(next(kind for kind in type(self).__mro__ if "step" in vars(kind)))

    def _check(self, group: dict[str, Any]) -> None:
        """Refuse options that make no sense."""
        if self._steps_itself():
            return
        for name in ("lr", "eps", "weight_decay", "momentum"):
            if name in self.defaults:
                number(group, name)

    def add_param_group(self, param_group: Any) -> None:
        """Optimise further parameters too; options that the dict does not set are the usual ones."""
        if isinstance(param_group, dict) and "params" not in param_group:
            raise ArgumentFault("a group of parameters has no entry 'params'",
                                ("{'params': net.parameters(), 'lr': 0.01}", "how a group is written"))
        if not isinstance(param_group, dict):
            raise ArgumentFault(f"a group of parameters is a dict, not {described(param_group)}",
                                "{'params': net.parameters(), 'lr': 0.01}")
        given = param_group["params"]
        if isinstance(given, set):
            raise ArgumentFault("optimizer parameters need to be organized in ordered collections, but the ordering of "
                                "tensors in sets will change between runs. Please use a list instead.", "list(params)")
        params, names = self._entries([given] if isinstance(given, Tensor) else given)
        group = {"params": params} | ({"param_names": names} if names else {})
        group |= {name: value for name, value in param_group.items() if name != "params"}
        for name, usual in self.defaults.items():
            group.setdefault(name, usual)
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
        taken = {id(p) for other in self.param_groups for p in other["params"]}
        if any(("param_names" in group) != ("param_names" in other) for other in self.param_groups):
            raise ValueFault("all optimizer param groups should be with/without names. cannot add param group "
                             f"{'with' if 'param_names' in group else 'without'} names to the optimizer")
        if any(id(p) in taken for p in group["params"]):
            raise ValueFault("some parameters appear in more than one parameter group")

    def _entries(self, given: Iterable[Any]) -> tuple[list[Any], list[str]]:
        """The parameters, and their names where they come with names."""
        if not isinstance(given, Iterable) or isinstance(given, str):
            raise NotParameters(given, described(given)).saying(f"'{type_name(given)}' object is not iterable")
        params, names = [], []
        for p in given:
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
        """Forget the gradients of all parameters, or make them zero."""
        for group in self.param_groups:
            zero_grad(self._params(group), set_to_none)

    def _params(self, group: Any) -> list[Any]:
        params = group.get("params") if isinstance(group, dict) else None
        if type(params) is not list or not all(isinstance(p, Tensor) for p in params):
            raise ArgumentFault("each entry of param_groups is a dict whose 'params' are a list of tensors")
        return params

    def _plain_options(self, group: dict[str, Any]) -> None:
        """Refuse options, which programs write into the groups, that are anything but plain values."""
        for name in self.defaults:
            value = group.get(name)
            if value is None or type(value) in NUMBERS or type(value) is str or isinstance(value, Tensor):
                continue
            if type(value) not in (tuple, list) or not all(type(number) in NUMBERS for number in value):
                raise ArgumentFault(f"the option {name} of an optimiser must be a number, not {described(value)}")

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Change the parameters once, by their gradients; with a closure, compute these first and return its loss."""
        self._stepped = True
        if self._step_hooks is None:
            return self._step(closure)
        return self._with_hooks(self._step, closure)

    def _step(self, closure: Callable[[], Any] | None) -> Any:
        loss = None
        if closure is not None:
            with recording(True):
                loss = closure()
        at = None
        for group in self.param_groups:
            params = self._params(group)
            self._plain_options(group)
            options = self._options(group)
            for p in params:
                if p.grad is None:
                    continue
                grad = p.grad.array
                if grad.dtype is not p.array.dtype:
                    grad = grad.astype(p.array.dtype)
                if p.array.dtype.kind != "f":
                    raise GradFault(f"a parameter must be of a floating type to be optimised, and is {described(p)}")
                kept = self._state.setdefault(p, {})
                for value in kept.values():
                    if type(value) is np.ndarray:
                        writing(value)
                self._update(writing(p.array, f"{type(self).__name__}.step"),
                             -grad if group.get("maximize") else grad, kept, options)
                at = at or here()
                note_write(p, f"{type(self).__name__}.step", at)
        return loss

    def _options(self, group: dict[str, Any]) -> Any:
        """The options of a group, checked, as `_update` wants them."""
        raise NotImplementedError

    def _update(self, param: Array, grad: Array, state: dict[str, Any], options: Any) -> None:
        """Change one parameter in place."""
        raise NotImplementedError

    @property
    def state(self) -> Any:
        """What is remembered of each parameter, as tensors that share its memory."""
        if self._steps_itself():
            return self._live
        return States({p: _shown(kept) for p, kept in self._state.items()})

    def state_dict(self) -> dict[str, Any]:
        """What is remembered, and the options, with parameters numbered."""
        self._before_telling()
        numbers: dict[int, int] = {}
        for group in self.param_groups:
            for p in self._params(group):
                numbers.setdefault(id(p), len(numbers))
        told = {"state": {numbers[id(p)]: kept for p, kept in self.state.items() if id(p) in numbers},
                "param_groups": [{n: v for n, v in group.items() if n != "params"}
                                 | {"params": [numbers[id(p)] for p in group["params"]]}
                                 for group in self.param_groups]}
        return self._after_telling(told)    # type: ignore[no-any-return]  # a hook of the program may give another

    def load_state_dict(self, state_dict: Any) -> None:
        """Go on from what state_dict() told."""
        state_dict = self._before_loading(state_dict)
        groups = state_dict.get("param_groups") if isinstance(state_dict, dict) else None
        if not isinstance(groups, list) or not isinstance(state_dict.get("state"), dict):
            raise ArgumentFault("load_state_dict() needs what state_dict() of an optimiser returned")
        mine = [self._params(group) for group in self.param_groups]
        given = [_group(group) for group in groups]
        if len(given) != len(mine):
            raise ValueFault("loaded state dict has a different number of parameter groups")
        if [len(group["params"]) for group in given] != [len(params) for params in mine]:
            raise ValueFault("loaded state dict contains a parameter group that doesn't match the size of "
                             "optimizer's group")
        params = [p for group in mine for p in group]
        numbers = [number for group in given for number in group["params"]]
        options, own = [], self._steps_itself()
        for group, new in zip(self.param_groups, given, strict=True):
            if not own:
                self._plain_options(group | new)
            options += [group | new] * len(group["params"])
        state = {}
        for p, i, group in zip(params, numbers, options, strict=True):
            if type(i) is int and i in state_dict["state"]:
                kept = state_dict["state"][i]
                state[p] = plain(kept, f"the state of parameter {i}") if own else self._restored(p, kept, i, group)
        for group, new in zip(self.param_groups, given, strict=True):
            group.update({name: value for name, value in new.items() if name != "params"})
        if own:
            self._live = States(state)
        else:
            self._state = state
        self._after_loading()

    def _restored(self, p: Tensor, kept: Any, number: int, group: dict[str, Any]) -> dict[str, Any]:
        """A parameter's memory from what `_shown` told, as `_update` keeps it."""
        what = f"the state of parameter {number}"
        if type(kept) is not dict or not all(type(name) is str for name in kept):
            raise ArgumentFault(f"{what} is a dict by names, not {described(kept)}")
        state = {name: self._kept(p, plain(value, f"{what}[{name!r}]"[:80]), name, what)
                 for name, value in kept.items() if value is not None}
        needed = self._entries_of_state(group).difference(state) if state else ()
        if needed:
            raise ArgumentFault(f"{what} lacks {', '.join(sorted(needed))}")
        return state

    def _entries_of_state(self, group: dict[str, Any]) -> set[str]:
        """What is remembered of a parameter with the options of `group`."""
        state: dict[str, Any] = {}
        self._update(np.zeros(1), np.zeros(1), state, self._options(group))
        return set(state) - self._shapeless - {"variance"}

    def _kept(self, p: Tensor, value: Any, name: str, what: str) -> Any:
        """One entry of it: the count of steps a whole number, all else an array of the parameter's shape and type."""
        if name == "step":
            steps = value.array.item() if isinstance(value, Tensor) and value.array.size == 1 else value
            if type(steps) not in NUMBERS or not 0 <= steps < 1 << 53:
                raise ArgumentFault(f"{what}: step counts steps, and is {described(value)}")
            return int(steps)
        if name in self._scalars and isinstance(value, Tensor) and value.array.size == 1:
            return value.array.astype(np.float32).reshape(())
        if not isinstance(value, Tensor) or value.array.shape != p.array.shape and name not in self._shapeless:
            raise ArgumentFault(f"{what}: {name} must be a {sized(p.array.shape)} tensor like the parameter, not "
                                f"{described(value)}")
        return value.array.astype(p.array.dtype)

    def __repr__(self) -> str:
        return self.__display__(None)

    def __display__(self, style: Any) -> str:
        """Its text: every group with its options."""
        told = [f"Parameter Group {i}\n" + "".join(
            f"    {name}: {group[name]}\n" for name in sorted(group) if name != "params")
            for i, group in enumerate(self.param_groups)]
        return veiled(f"{type(self).__name__} (\n" + "\n".join(told) + ")")


def has_stepped(optimizer: Optimizer) -> bool:
    """Whether an optimiser has made a step, as far as can be told."""
    return optimizer._stepped or optimizer._steps_itself()


def _shown(kept: dict[str, Any]) -> dict[str, Any]:
    """A parameter's memory as programs see it: arrays as tensors, the count of steps as a number in one."""
    return {name: Tensor(np.array(value, np.float32)) if name == "step" else _told(value)
            for name, value in kept.items()}


def _told(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return Tensor(value)
    if isinstance(value, np.generic):
        return value.item()
    return [_told(v) for v in value] if isinstance(value, list) else value


def _group(given: Any) -> dict[str, Any]:
    """A group of parameters as state_dict() told it, copied."""
    if type(given) is not dict or type(given.get("params")) is not list:
        raise ArgumentFault(f"a group of parameters is a dict with a list of numbers as params, not {described(given)}")
    return plain(given, "a group of parameters")    # type: ignore[no-any-return]
