"""What a call saves for backward, as programs see it: `y.grad_fn._saved_self`, by the names that PyTorch has."""

from __future__ import annotations

from typing import Any

from numpy import asarray, generic, ndarray

from gradcli.engine.autograd.op import Op
from gradcli.engine.autograd.saved_values import check_fresh, unpack
from gradcli.engine.autograd.type_promotion import CONSTANTS
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.write_gate import WriteObserver

TENSORS = ("self other exponent result mat1 mat2 vec vec1 vec2 batch1 batch2 tensor1 tensor2 weight input target index "
           "indices mask condition min max value end result0 result1").split()
SIZES = ("self_sym_sizes", "mat1_sym_sizes", "mat2_sym_sizes")
OPTIONS = "dim keepdim dim0 dim1 beta alpha p negative_slope reduction lambd correction".split()
NAMES = (*TENSORS, *SIZES, *OPTIONS)
PARAMETERS: dict[str, tuple[str, ...]] = {
    "self": ("input", "self"), "result": ("out",), "mat2": ("mat2", "other"), "value": ("value", "other"),
    "min": ("min", "other"), "max": ("max", "other")}
"""The parameters of our operations that the names of PyTorch stand for, where they are called otherwise."""


OF_DIMENSIONS = frozenset({"SumBackward1", "MeanBackward1", "NansumBackward0", "AmaxBackward0", "AminBackward0",
                           "LogsumexpBackward0", "LinalgVectorNormBackward0", "VarBackward0", "StdBackward0"})
"""The calls that save several dimensions, also where there is one."""


def saved(node: Op, name: str) -> Any:
    """The value that a call saves under a name of PyTorch; None where it is one of the call's but not needed."""
    of_shape = name.removesuffix("_sym_sizes")
    names = PARAMETERS.get(of_shape, (of_shape,))
    if WriteObserver.reach is not None:     # hooks of the program may unpack the value
        WriteObserver.reach(node)
    check_fresh(node)
    for edge in node.edges:
        for need, value in zip(edge[1].needs, _saved_values(node, edge), strict=True):
            if need < 0 or not _is(node, need, names, of_shape != name):
                continue
            return _as_saved(node, name, value)
    if of_shape == name and name in ("self", "other") and any(n in node.params for n in names):
        return None
    raise AttributeError(f"_saved_{name}", name=f"_saved_{name}", obj=node)


def _as_saved(node: Op, name: str, value: Any) -> Any:
    """A kept value as PyTorch saves it: plain numbers as numbers, or as tensors where they stood for one."""
    if WriteObserver.reach is not None:     # the program may write to it
        WriteObserver.reach(value)
    if isinstance(value, generic):
        value = value.item()
    if name == "dim" and type(value) is int and node.modern_name in OF_DIMENSIONS:
        return (value,)
    if type(value) is Tensor and value.array.ndim == 0 and any(
            constants.get(value.array.item()) is value.array for constants in CONSTANTS.values()):
        number = value.array.item()
        integral = number.is_integer() if isinstance(number, float) else True
        if name in ("other", "self"):
            return Tensor(asarray(int(number), "int64")) if integral else value
        return int(number) if integral and name == "exponent" else number
    return value


def _is(node: Op, need: int, names: tuple[str, ...], shape: bool) -> bool:
    params = node.params
    if shape:
        return len(params) < need <= 2 * len(params) and params[need - len(params) - 1] in names
    return params[need] in names if need < len(params) else need == len(params) and "out" in names


def _saved_values(node: Op, edge: tuple[Any, ...]) -> list[Any]:
    """What an edge keeps, joined to the graph: the very leaf where a leaf was saved."""
    _, rule, arrays = edge
    if not node.params:
        return [None for _ in rule.needs]
    return [Tensor(value) if type(value) is ndarray else value for value in unpack(node, rule, arrays)]


def _property(name: str) -> property:
    return property(lambda self: saved(self, name))


for _name in NAMES:
    setattr(Op, f"_saved_{_name}", _property(_name))
SAVED_ATTRIBUTES = tuple(f"_saved_{name}" for name in NAMES)
