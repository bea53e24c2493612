"""The values that nodes save for backward: releasing them, checking their versions, and unpacking them as Variables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from numpy import array_equal, ndarray

from gradcli.engine.autograd.op import TABLE, NodeOutput, Op, traced
from gradcli.engine.autograd.saved_tensors_hooks import PackedValues
from gradcli.engine.autograd.signature import ArrayKind, ArraysKind, Kind, sized
from gradcli.engine.autograd.views import VIEWS, several_views_fault
from gradcli.engine.tensor.dtypes import INEXACT, OF
from gradcli.engine.tensor.tensor import Tensor, Write, apart_writes, clock, last_writes, owner, write_apart
from gradcli.engine.tensor.variable import Variable
from gradcli.faults.tree import SecondBackward, StaleValue


class AnomalyMode:
    """The state of anomaly detection: whether it is on, and whether it raises at nan."""

    anomalies = False
    nan = True


class Freed:
    """In an edge in place of released values: iteration raises SecondBackward. `place`: of the first sweep."""

    __slots__ = ("place",)

    def __init__(self, place: Any) -> None:
        self.place = place

    def __iter__(self) -> Iterator[Any]:
        raise SecondBackward(
            "Trying to backward through the graph a second time (or directly access saved tensors after they have "
            "already been freed). Saved intermediate values of the graph are freed when you call .backward() or "
            "autograd.grad(). Specify retain_graph=True if you need to backward through the graph a second time or if "
            "you need to access saved tensors after calling backward.",
            ("{y}.backward(retain_graph=True)", "as the first call, to keep them"),
            places=[("the first call was", self.place)]).saying(
            "Trying to backward through the graph a second time (or directly access saved tensors after they have "
            "already been freed). Saved intermediate values of the graph are freed when you call .backward() or "
            "autograd.grad(). Specify retain_graph=True if you need to backward through the graph a second time or if "
            "you need to access saved tensors after calling backward.")


ANOMALIES = ("enable anomaly detection to find the operation that failed to compute its gradient, with "
             "torch.autograd.set_detect_anomaly(True, check_nan=False).")
BACKTRACE = ("the backtrace further above shows the operation that failed to compute its gradient. The variable in "
             "question was changed in there or anywhere later. Good luck!")


def release(edges: tuple[Any, ...], freed: Freed) -> tuple[Any, ...]:
    """The edges of a node with saved tensors released; parents, rules and saved options stay."""
    if len(edges) == 2:
        (left, rule, saved), (right, other, other_saved) = edges
        first, second = rule.saves, other.saves
        return ((left, rule, freed if first or first is None and holds_arrays(saved) else saved),
                (right, other, freed if second or second is None and holds_arrays(other_saved) else other_saved))
    released = []
    for edge in edges:
        parent, rule, saved = edge
        if rule.saves or rule.saves is None and holds_arrays(saved):
            edge = (parent, rule, freed)
        released.append(edge)
    return tuple(released)


def holds_arrays(saved: Any) -> bool:
    """Whether saved values hold tensors, or did before they were released."""
    if type(saved) is not tuple:
        return type(saved) in (Freed, PackedValues)
    for value in saved:
        if type(value) is ndarray or type(value) is tuple and ndarray in map(type, value):
            return True
    return False


def check_fresh(node: Any) -> None:
    """Raise StaleValue if a saved array has been written to since the node was made."""
    for _, _, saved in node.edges:
        for value in saved if type(saved) is tuple else ():
            for array in value if type(value) is tuple else (value,):
                if type(array) is ndarray:
                    memory = array if array.base is None else owner(array)
                    if id(memory) in last_writes or id(array) in apart_writes:
                        for write in (last_writes.get(id(memory)), write_apart(array)):
                            if write and write.tick > node.sequence_nr:
                                check_view_of_several(node, array)
                                raise _stale(node, array, write)


def check_view_of_several(node: Any, array: ndarray) -> None:
    """Raise ViewWrite if a saved input was one of several views of one call, or a view of one: so PyTorch tells it."""
    for _, rule, saved in node.edges:
        for need, value in zip(rule.needs, saved if type(saved) is tuple else (), strict=False):
            if value is array and array.base is not None and need < len(node.params):
                source = next((parent for parent, rule, _ in node.edges if rule.at == need), None)
                origin = source
                while isinstance(origin, Op) and base_name(origin) in VIEWS and origin.edges:
                    origin = origin.edges[0][0]
                if type(origin) is NodeOutput and origin.node.several_views:
                    at, producer = (source.at, source.node) if type(source) is NodeOutput else (0, source)
                    raise several_views_fault(f"Output {at} of {base_name(producer)} is a view and its base or another "
                                              "view of its base has been modified inplace.")


def skip_node(node: Any, undefined: set[Any], freed: Freed | None) -> None:
    """Check and release the saved values of a node whose gradient is undefined, and mark its parents as undefined."""
    if type(node) is NodeOutput:
        undefined.add(node.node)
        return
    if last_writes or apart_writes:
        check_fresh(node)
    for parent, _, saved in node.edges:
        if type(saved) is Freed:
            iter(saved)
        undefined.add(parent)
    if freed is not None and any(rule.saves is not False for _, rule, _ in node.edges):
        node.edges = release(node.edges, freed)


def _stale(node: Any, array: ndarray, write: Write) -> StaleValue:
    """The fault for a saved value that has been overwritten, with the places of the call and of the write."""
    name = type(node).names[0] if type(node).names else type(node).__name__
    of = _origin_of(node, array, write)
    return StaleValue(
        f"a {sized(array.shape)} value that {name} kept for backward has been modified by an inplace operation, "
        f"{write.writer}", places=[(f"{name} kept it", (node.code, node.line_at)),
                                   (f"{write.writer} changed it", write.place)]).saying(
        "one of the variables needed for gradient computation has been modified by an inplace operation: "
        f"[torch.{OF[array.dtype].era}Tensor {list(array.shape)}]{of} is at version {write.changes}; expected version "
        f"{write.changes_at(node.sequence_nr)} instead. Hint: {BACKTRACE if AnomalyMode.anomalies else ANOMALIES}")


def _origin_of(node: Any, array: ndarray, write: Write) -> str:
    """The words that PyTorch has for the node a saved value is the result of; empty for a leaf."""
    for _, rule, saved in node.edges:
        for need, value in zip(rule.needs, saved if type(saved) is tuple else (), strict=False):
            if value is array and need == len(node.params):
                return f", which is output 0 of {base_name(node)},"
    if all(isinstance(parent, Tensor) for parent, _, _ in node.edges):
        return ""
    writer = TABLE.get(write.writer.removesuffix("_"))
    name = "torch::autograd::CopySlices" if write.writer == "setitem" else (
        base_name(writer.nodes[0]) if writer and writer.nodes else None)
    return f", which is output 0 of {name}," if name else ""


def base_name(node: Any) -> str:
    """The name of a node without its ending: Exp for ExpBackward0."""
    name: str = node.modern_name
    return name.rstrip("0123456789").removesuffix("Backward")


def unpack(node: Any, rule: Any, saved: tuple[Any, ...]) -> list[Any]:
    """Saved arrays as Variables whose history is that of the inputs or of the result that they were."""
    kinds = type(node).signature.kinds
    out = len(kinds)
    return [_unpack_result(node, value) if at == out else
            _unpack_input(value, at, kinds[at], node.edges) if at < out else value
            for at, value in zip(rule.needs, saved, strict=False)]      # a program's Function has none once released


def _unpack_result(node: Any, value: Any) -> Any:
    """A saved result, with the history it had: whole numbers, such as exponents, have none."""
    if type(value) is ndarray:
        return Variable(value, True, node)
    if value is None:
        return None
    sequence_nr, several = clock(), type(node).multi_output
    return tuple(None if v is None else Tensor(v) if v.dtype.kind not in INEXACT else
                 Variable(v, True, NodeOutput(node, i, v.shape, sequence_nr) if several else node)
                 for i, v in enumerate(value))


def _unpack_input(value: Any, at: int, kind: Kind, edges: tuple[Any, ...]) -> Any:
    if type(value) is ndarray and isinstance(kind, ArrayKind):
        for parent, rule, _ in edges:
            if rule.at == at:
                return connect(value, parent)
        return Tensor(value)
    if isinstance(kind, ArraysKind):
        sources = {rule.item: parent for parent, rule, _ in edges if rule.at == at}
        return tuple(connect(v, sources.get(k)) for k, v in enumerate(value))
    return value


def connect(array: Any, source: Any) -> Tensor:
    """A tensor with this array and with `source`, a node or leaf, as its history; a leaf of that array is returned."""
    if source is None:
        return Tensor(array)
    if isinstance(source, Tensor):
        if source.array is array or source.array.shape != array.shape or array_equal(source.array, array):
            return source
        alias = traced.alias(source)        # the leaf's data has been replaced since
        alias.array = array
        return alias
    return Variable(array, True, source)
