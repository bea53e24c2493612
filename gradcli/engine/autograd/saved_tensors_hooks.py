"""Packing of saved values: by hooks of the program, or by a checkpoint, which computes them anew.

While a `Saver` is active, edges hold `PackedValues` in place of the saved values; going through these unpacks them,
once in each sweep.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from types import TracebackType
from typing import Any

import numpy as np

from gradcli.engine.autograd.op import NodeOutput
from gradcli.engine.autograd.signature import described
from gradcli.engine.autograd.specialized.helpers import holds_tensor
from gradcli.engine.tensor.tensor import Tensor, last_write
from gradcli.engine.tensor.variable import Variable, grad_mode, recording
from gradcli.exposure import exposed
from gradcli.faults.tree import ArgumentFault, GradFault


class Sweep:
    """A run of `sweep`: the nodes it visits, and the inputs it is restricted to, if any."""

    __slots__ = ("__weakref__", "inputs", "nodes")

    def __init__(self, nodes: Sequence[Any] = (), inputs: Set[Any] | None = None) -> None:
        self.nodes, self.inputs = nodes, inputs

    def reaches(self, target: Any) -> bool:
        """Whether it visits a node or leaf."""
        if any(node is target for node in self.nodes):
            return True
        return (self.inputs is None or isinstance(target, Tensor) and target in self.inputs) and any(
            parent is target for node in self.nodes if type(node) is not NodeOutput for parent, _, _ in node.edges)


class Latest:
    """`now` is the running sweep, or the last one."""

    __slots__ = ("now",)

    def __init__(self) -> None:
        self.now = Sweep()


latest = Latest()


class PackedValue:
    """A packed value; `fetch` unpacks its array and is called once in each sweep."""

    __slots__ = ("array", "fetch", "sweep")

    sweep: Any

    def __init__(self, fetch: Callable[[], Any]) -> None:
        self.fetch, self.array, self.sweep = fetch, None, None

    def value(self) -> Any:
        """The array."""
        if self.sweep is not latest.now:
            self.array, self.sweep = self.fetch(), latest.now
        return self.array


class PackedValues:
    """In an edge in place of its saved values; going through it unpacks them."""

    __slots__ = ("values",)

    def __init__(self, values: tuple[Any, ...]) -> None:
        self.values = values

    def __len__(self) -> int:
        return len(self.values)

    def unpackers(self) -> list[Any]:
        """The functions that unpack the values; they lead to the program's hooks and to what these have packed."""
        return [part.fetch for value in self.values for part in (value if type(value) is tuple else (value,))
                if type(part) is PackedValue]

    def __iter__(self) -> Iterator[Any]:
        for value in self.values:
            yield value.value() if type(value) is PackedValue else tuple(
                [v.value() if type(v) is PackedValue else v for v in value]) if type(value) is tuple else value


class Saver:
    """A context in which saved values are packed by `slot`; the innermost one is in force."""

    before: Any

    def __enter__(self) -> None:
        self.before = grad_mode.savers
        grad_mode.savers = (*self.before, self)
        grad_mode.set_enabled(grad_mode.enabled)

    def __exit__(self, kind: type | None, value: Any, trace: TracebackType | None) -> None:
        grad_mode.savers = self.before
        grad_mode.set_enabled(grad_mode.enabled)

    def slot(self, array: Any, source: Any) -> PackedValue:
        """Pack an array that is being saved; `source` is its tensor, or the node whose result it is."""
        raise NotImplementedError

    def save(self, node: Any, values: Sequence[Any], edges: Sequence[Any]) -> list[Any]:
        """The edges of a node with their saved values packed; a value that several edges save is packed once."""
        slots: dict[Any, Any] = {}

        def pack(need: int, value: Any) -> Any:
            if need > len(values) or (need < len(values) and not holds_tensor(values[need])):
                return value        # a shape, a number
            source = values[need] if need < len(values) else node
            if type(value) is tuple:
                return tuple([pack_array((need, i), v, source[i] if type(source) is tuple else node)
                              for i, v in enumerate(value)])
            return pack_array(need, value, source)

        def pack_array(key: Any, value: Any, source: Any) -> Any:
            if type(value) is not np.ndarray:
                return value
            if key not in slots:
                slots[key] = self.slot(value, source)
            return slots[key]

        def packed(rule: Any, saved: Any) -> Any:
            values = tuple([pack(need, v) for need, v in zip(rule.needs, saved, strict=True)])
            return PackedValues(values) if any(
                type(v) is PackedValue or type(v) is tuple and PackedValue in map(type, v) for v in values) else saved

        return [(parent, rule, packed(rule, saved) if rule.saves is not False else saved)
                for parent, rule, saved in edges]


@exposed()
class saved_tensors_hooks(Saver):
    """A context in which two functions of the program handle what calls save: `torch.autograd.graph`'s."""

    __module__ = "torch.autograd.graph"

    def __init__(self, pack_hook: Any, unpack_hook: Any) -> None:
        for hook in (pack_hook, unpack_hook):
            if not callable(hook):
                raise ArgumentFault(f"saved_tensors_hooks() takes two functions, not {described(hook)}",
                                    "saved_tensors_hooks(lambda t: t, lambda t: t)")
        self.pack, self.unpack = pack_hook, unpack_hook

    def __enter__(self) -> None:
        if Disabled.message is not None:
            raise GradFault(Disabled.message)
        super().__enter__()

    def slot(self, array: np.ndarray, source: Any) -> PackedValue:
        """Pack an array by the program's pack_hook."""
        write = last_write(array)
        savers = grad_mode.savers
        grad_mode.savers = ()
        try:
            with recording(False):
                packed = self.pack(source if isinstance(source, Tensor) else Variable(array, True, source))
        finally:
            grad_mode.savers = savers
            grad_mode.set_enabled(grad_mode.enabled)
        if last_write(array) is not write:
            raise GradFault("A saved tensor pack hook is modifying its input in place. Tensors provided as input to "
                            "pack hook cannot be modified by in-place operations as this can lead to unexpected "
                            "side-effects. Please open an issue if you need to perform in-place operations on the "
                            "input to a pack hook.", ("t.clone()", "to have a copy that may be changed"))
        return PackedValue(lambda: self._unpacked(packed))

    def _unpacked(self, packed: Any) -> Any:
        value = self.unpack(packed)
        if not isinstance(value, Tensor):
            raise ArgumentFault("Output of saved tensor unpack_hook expected to be a Tensor but got result of type "
                                f"{type(value).__name__}")
        return value.array


class save_on_cpu(saved_tensors_hooks):
    """A context in which saved values lie in the processor's memory, where all values lie here."""

    __module__ = "torch.autograd.graph"

    def __init__(self, pin_memory: bool = False, device_type: str = "cuda") -> None:
        super().__init__(_identity, _identity)


def _identity(tensor: Tensor) -> Tensor:
    return tensor


class Disabled:
    """Why hooks of saved values are refused; None while they are not."""

    message: str | None = None


@exposed()
class disable_saved_tensors_hooks:
    """A context in which hooks of saved values are refused, with the program's own words."""

    __module__ = "torch.autograd.graph"

    def __init__(self, error_message: str) -> None:
        if type(error_message) is not str:
            raise ArgumentFault(f"the message is a string, not {described(error_message)}")
        self.message, self.before = error_message, Disabled.message

    def __enter__(self) -> None:
        self.before, Disabled.message = Disabled.message, self.message

    def __exit__(self, *error: Any) -> None:
        Disabled.message = self.before
