"""What optimisers keep of each parameter: what `optimizer.state` shows, and the arrays that steps work on."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from gradcli.engine.autograd.detached import detached_for
from gradcli.engine.autograd.op import raw
from gradcli.engine.autograd.signature import NUMBERS, described, sized
from gradcli.engine.tensor.dtypes import FLOAT_KINDS, OF, Default
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.write_gate import writing
from gradcli.exposure import EMPTY, exposed
from gradcli.faults.mistakes import MissingKey
from gradcli.faults.tree import ArgumentFault
from gradcli.lang.runtime.builtins import METHODS
from gradcli.nn.optim.step_hooks import OptimizerHooks
from gradcli.nn.plain import plain_copy

STEP = "optimizer.step()"        # what leaves the history of gradients and rates behind
# Kinds of entries of a state: tensors of the shape of the parameter, of a number for each row or column, of one number.
LIKE, ROWS, COLUMNS, NUMBER, STEPS = "like", "rows", "columns", "number", "steps"


@exposed(*METHODS[dict], copied=True)
class States(dict[Any, Any]):
    """The state of each parameter: a dict by name, empty for a parameter without one."""

    __slots__ = ()
    __module__ = "collections"

    def __missing__(self, key: Any) -> Any:
        value = self[key] = {}
        return value

    def __parts__(self) -> tuple[str, list[Any], str]:
        return "defaultdict(<class 'dict'>, ", [dict(self)], ")"


States.__name__ = States.__qualname__ = "defaultdict"


class WithStates(OptimizerHooks):
    """The part of an optimiser that keeps the state of its parameters.

    _arrays has the state of each parameter as `_update` works on it, where the count of STEPS is an int. Once a program
    has read `state`, _shown is what it got, and the truth from then on: a step begins with the values that stand there.
    _entry_kinds has the kind of each entry that `_update` uses; the others are the program's own.
    """

    __slots__ = ("_arrays", "_shown")

    _entry_kinds: ClassVar[dict[str, str]] = {}
    _arrays: dict[Any, dict[str, Any]]
    _shown: States | None

    @property
    def state(self) -> States:
        """The state of each parameter that has one, a dict by name: what a program changes in it, steps go by."""
        if self._shown is None:
            self._shown = States({p: _public_state(state) for p, state in self._arrays.items() if state})
        return self._shown

    @state.setter
    def state(self, states: Any) -> None:
        if not isinstance(states, dict):
            raise ArgumentFault(f"the state of an optimiser is a dict by parameters, not {described(states)}",
                                "collections.defaultdict(dict)")
        self._shown, self._arrays = States(states), {}

    def _state_of(self, p: Tensor) -> dict[str, Any]:
        """The state of a parameter as `_update` works on it, with the values that a program has written."""
        arrays = self._arrays.setdefault(p, {})
        if self._shown is None:
            return arrays
        shown = self._shown.get(p, EMPTY)
        if type(shown) is not dict:
            raise ArgumentFault(f"the state of a parameter is a dict by names, not {described(shown)}")
        for name in arrays.keys() - shown.keys():
            del arrays[name]
        for name, value in shown.items():
            if value is None:
                arrays.pop(name, None)
                continue
            if isinstance(value, Tensor) and value.array is arrays.get(name):
                continue
            if name in self._entry_kinds:
                value = self._held(p, value, name, "the state of a parameter")
            arrays[name] = value
        return arrays

    def _show(self, p: Tensor, arrays: dict[str, Any]) -> None:
        """Write what a step has made of the state of a parameter to what the program was shown."""
        if self._shown is None or not arrays or type(shown := self._shown[p]) is not dict:
            return
        for name, value in arrays.items():
            before = shown.get(name)
            if name not in self._entry_kinds or isinstance(before, Tensor) and before.array is value:
                continue
            if self._entry_kinds[name] == STEPS and before is not None:
                if isinstance(before, Tensor):
                    writing(before.array)[...] = value
            elif type(before) is type(value) is list:
                before[:] = _public_value(value)
            else:
                shown[name] = _public_entry(name, value)

    def _loaded_state(self, p: Tensor, entries: Any, subject: str) -> dict[str, Any]:
        """A copy of the state of a parameter, in the types of the parameter; `entries` is that of a state dict."""
        if type(entries) is not dict or not all(type(name) is str for name in entries):
            raise ArgumentFault(f"{subject} is a dict by names, not {described(entries)}")
        return {name: self._loaded_entry(p, plain_copy(value, f"{subject}[{name!r}]"[:80]), name, subject)
                for name, value in entries.items()}

    def _loaded_entry(self, p: Tensor, value: Any, name: str, subject: str) -> Any:
        """An entry in the type of the parameter, if it is one that the optimiser can work with."""
        kind = self._entry_kinds.get(name, LIKE)
        if isinstance(value, Tensor) and p.array.dtype.kind in FLOAT_KINDS and kind != STEPS:
            value = Tensor(value.array.astype(number_type() if kind == NUMBER else p.array.dtype, copy=False))
        if name in self._entry_kinds and value is not None:
            self._held(p, value, name, subject)
        return value

    def _held(self, p: Tensor, value: Any, name: str, subject: str) -> Any:
        """An entry as `_update` works on it: the count of steps as an int, others as arrays of the parameter's type."""
        kind = self._entry_kinds[name]
        if kind == STEPS:
            steps = value.array.item() if isinstance(value, Tensor) and value.array.size == 1 else value
            if type(steps) not in NUMBERS or not 0 <= steps < 1 << 53:
                raise ArgumentFault(f"{subject}: step counts steps, and is {described(value)}")
            return int(steps)
        parts = raw.pairs(p.array) if p.array.dtype.kind == "c" else p.array      # steps work on real numbers
        shape, dtype = parts.shape, parts.dtype
        if kind == NUMBER:
            shape, dtype = (), number_type()
        elif kind == ROWS:
            shape = (*shape[:-1], 1)
        elif kind == COLUMNS:
            shape = (*shape[:-2], 1, *shape[-1:])
        if not isinstance(value, Tensor) or value.array.shape != shape or value.array.dtype != dtype:
            raise ArgumentFault(f"{subject}: {name} must be a {sized(shape)} tensor of {OF[dtype].name}, not "
                                f"{described(value)}")
        return detached_for(value, STEP).array


def number_type() -> Any:
    """The type of single numbers in the state of a parameter: the default one, float32 where that is narrower."""
    return np.promote_types(np.float32, Default.floating)


def missing_entry(error: KeyError) -> Exception:
    """The fault for an entry of a parameter's state that a program has removed, or not written."""
    if isinstance(error, MissingKey):
        return error
    return MissingKey(str(error.args[0]), f"the state of a parameter has no entry {error.args[0]!r}",
                      ("optimizer.state[p].clear()", "begin anew with the next step"))


def _public_state(state: dict[str, Any]) -> dict[str, Any]:
    """The state of a parameter as programs read it: arrays as tensors that share memory, `step` as a tensor."""
    return {name: _public_entry(name, value) for name, value in state.items()}


def _public_entry(name: str, value: Any) -> Any:
    return Tensor(np.array(value, number_type())) if name == "step" else _public_value(value)


def _public_value(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return Tensor(value)
    if isinstance(value, np.generic):
        return Tensor(np.array(value))
    return [_public_value(v) for v in value] if isinstance(value, list) else value
