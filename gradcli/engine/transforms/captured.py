"""What a function under a transform may not write to: tensors that the program had before, and that are no inputs.

PyTorch refuses such writes, because one call of the function stands for many, or for none that is seen.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from functools import partial
from sys import _getframe
from types import CellType, FrameType, FunctionType, MethodType
from typing import Any

from numpy import ndarray

from gradcli.engine.autograd.op import TABLE
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.write_gate import WriteObserver, block_of
from gradcli.engine.transforms.pytree import tree_flatten
from gradcli.engine.transforms.stack import Transforms
from gradcli.faults.tree import GradFault

LOOKED_AT = 50_000      # objects, before the search gives up
NAMESPACE = 200         # attributes, from which on an object is a module of names and no holder of tensors
ROWS = (list, tuple, set, frozenset, deque)


class CapturedMemory:
    """A context in which writes to memory that the program has outside of `function` are refused.

    `arguments` are those that it is called with; `refusal` is the message, with {} for the operation.
    """

    __slots__ = ("arguments", "before", "blocks", "frame", "function", "refusal")

    def __init__(self, function: Any, arguments: Any, refusal: str) -> None:
        self.function, self.arguments, self.refusal = function, arguments, refusal
        self.frame: FrameType | None = _getframe(1)
        self.blocks: dict[int, ndarray] | None = None       # by identity, once there has been a write

    def __enter__(self) -> None:
        self.before = WriteObserver.write
        Transforms.functions += 1
        WriteObserver.write = self._check

    def __exit__(self, *error: Any) -> None:
        WriteObserver.write = self.before
        Transforms.functions -= 1
        self.blocks = self.frame = None

    def _check(self, array: ndarray, writer: str) -> None:
        if self.blocks is None:
            own = {id(block_of(x.array)) for x in tree_flatten(self.arguments)[0] if isinstance(x, Tensor)}
            self.blocks = {key: block for key, block in blocks_of(self._roots()) if key not in own}
        if id(block_of(array)) in self.blocks:
            raise GradFault(self.refusal.format(aten_name(writer)),
                            ("a = a + 1", "a new tensor, where a is captured"),
                            ("lambda x, a: ...", "the tensor as an input"))
        if self.before is not None:
            self.before(array, writer)

    def _roots(self) -> Iterator[Any]:
        yield self.function
        frame = self.frame
        while frame is not None and "__spec__" in frame.f_globals:      # of gradcli itself
            frame = frame.f_back
        names = frame.f_globals if frame is not None else {}
        yield from names.values()
        while frame is not None:
            if frame.f_globals is names:
                yield from frame.f_locals.values()
            frame = frame.f_back


def aten_name(writer: str) -> str:
    """The operation in place as PyTorch names it among its overloads; assignment copies."""
    if not writer.endswith("_"):
        return "copy_"
    operation = TABLE.get(writer.removesuffix("_"))
    return f"{writer}.Tensor" if operation is not None and operation.type_promotion == "mixed" else writer


def blocks_of(roots: Iterable[Any]) -> Iterator[tuple[int, ndarray]]:
    """The memory of the tensors that can be reached from some objects, with its identity."""
    pending, seen = deque(roots), set[int]()
    while pending and len(seen) < LOOKED_AT:
        value = pending.popleft()
        if value is None or type(value) in (int, float, str, bool) or id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, Tensor):
            block = block_of(value.array)
            yield id(block), block
        elif isinstance(value, ROWS):
            pending += value
        elif isinstance(value, dict):
            pending += value.values()
        elif isinstance(value, FunctionType):
            pending += (*(value.__closure__ or ()), *(value.__defaults__ or ()), *(value.__kwdefaults__ or {}).values())
        elif isinstance(value, CellType):
            pending += _content(value)
        elif isinstance(value, MethodType):
            pending += (value.__self__, value.__func__)
        elif isinstance(value, partial):
            pending += (value.func, value.args, value.keywords)
        elif not isinstance(value, type) and len(held := getattr(value, "__dict__", ())) <= NAMESPACE:
            pending += held.values() if isinstance(held, dict) else ()


def _content(cell: CellType) -> tuple[Any, ...]:
    """The content of a closure's cell; nothing if it is empty."""
    try:
        return (cell.cell_contents,)
    except ValueError:
        return ()
