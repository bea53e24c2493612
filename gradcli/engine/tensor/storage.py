"""The memory beneath tensors, as 0.1.12 showed it; and small questions whose answers are fixed here."""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable
from typing import Any

from numpy import ndarray

from gradcli.engine.autograd.detached import report_detached
from gradcli.engine.autograd.dispatch import here
from gradcli.engine.autograd.op import raw
from gradcli.engine.autograd.signature import NUMBERS, described
from gradcli.engine.tensor.attach import attach
from gradcli.engine.tensor.dtypes import OF, DType
from gradcli.engine.tensor.tensor import Tensor, as_array, note_write, owner
from gradcli.engine.tensor.write_gate import block_of, writing
from gradcli.exposure import exposed, named
from gradcli.faults.mistakes import NotDifferentiable
from gradcli.faults.tree import ArgumentFault, IndexFault


@named("torch.storage.TypedStorage")
@exposed("data_ptr", "dtype", "element_size", "fill_", "nbytes", "size", "tolist")
class Storage:
    """All of the memory that a tensor looks into, element by element."""

    __slots__ = ("array",)

    def __init__(self, array: ndarray) -> None:
        self.array = array

    @property
    def dtype(self) -> DType:
        """The type of the elements."""
        return OF[self.array.dtype]

    def __len__(self) -> int:
        return self.array.size

    def __getitem__(self, at: Any) -> Any:
        return self.array[self._checked(at)].item()

    def __setitem__(self, at: Any, value: Any) -> None:
        writing(self.array)[self._checked(at)] = _number(value)

    def _checked(self, at: Any) -> int:
        if type(at) is not int or not -self.array.size <= at < self.array.size:
            raise IndexFault(f"a storage of {self.array.size} elements has none at {described(at)}")
        return at

    def __iter__(self) -> Any:
        return iter(self.array.tolist())

    def size(self) -> int:
        """The number of elements."""
        return self.array.size

    def nbytes(self) -> int:
        """The size in bytes."""
        return self.array.nbytes

    def data_ptr(self) -> int:
        """The place of its first element, as of tensors."""
        return _place(self.array)

    def element_size(self) -> int:
        """The size of an element in bytes."""
        return self.array.itemsize

    def tolist(self) -> list[Any]:
        """The elements as plain numbers."""
        return self.array.tolist()

    def fill_(self, value: Any) -> Storage:
        """Set every element to one number."""
        writing(self.array)[...] = _number(value)
        return self


def _number(value: Any) -> Any:
    """A value for one element of a storage."""
    if isinstance(value, Tensor) and value.array.size == 1:
        return value.array.item()
    if type(value) not in NUMBERS:
        raise ArgumentFault(f"the elements of a storage are numbers, not {described(value)}")
    return value


def storage(self: Tensor) -> Storage:
    """The memory this looks into, shared with every view of it."""
    return Storage(report_detached(self, ".storage()", block_of(self.array).ravel(order="K")))


def storage_offset(self: Tensor) -> int:
    """The number of elements of the storage before the first of this tensor."""
    memory = owner(self.array)
    first, start = (a.__array_interface__["data"][0] for a in (self.array, memory))
    return int((first - start) // self.array.itemsize) if self.array.size else 0


_blocks: dict[int, int] = {}        # the numbers of blocks of memory, by identity, until they are freed
_numbers = itertools.count()


def data_ptr(self: Tensor) -> int:
    """A number for the place in memory of the first element: no real address, but equal where memory is shared."""
    return _place(self.array)


def _place(array: ndarray) -> int:
    if not array.size:
        return 0
    memory = owner(array)
    if id(memory) not in _blocks:
        _blocks[id(memory)] = next(_numbers)
        weakref.finalize(memory, _blocks.pop, id(memory), None).atexit = False
    first, start = (a.__array_interface__["data"][0] for a in (array, memory))
    return FIRST_BLOCK + (_blocks[id(memory)] << 36) + int(first - start)


FIRST_BLOCK = 1 << 46


def storage_type(self: Tensor) -> str:
    """The class of the storage."""
    return f"torch.{self.dtype.era}Storage"


def is_set_to(self: Tensor, tensor: Any) -> bool:
    """Whether two tensors are the same view of the same memory."""
    return (isinstance(tensor, Tensor) and owner(self.array) is owner(tensor.array)
            and self.array.__array_interface__ == tensor.array.__array_interface__)


def get_device(self: Tensor) -> int:
    """-1: the processor."""
    return -1


def apply_(self: Tensor, callable: Callable[[Any], Any]) -> Tensor:
    """Replace each element by what `callable` makes of it."""
    return _elementwise(self, callable, "apply_")


def map_(self: Tensor, tensor: Tensor, callable: Callable[[Any, Any], Any]) -> Tensor:
    """Replace each element by what `callable` makes of it and the element of `tensor` beside it."""
    return _elementwise(self, callable, "map_", tensor)


def map2_(self: Tensor, x: Tensor, y: Tensor, callable: Callable[[Any, Any, Any], Any]) -> Tensor:
    """Replace each element by what `callable` makes of it and those of `x` and `y` beside it."""
    return _elementwise(self, callable, "map2_", x, y)


def _elementwise(self: Tensor, function: Callable[..., Any], name: str, *others: Any) -> Tensor:
    if self.requires_grad:
        raise NotDifferentiable(f"{name} cannot be differentiated: it calls a function of the program for each element",
                                (f"x.data.{name}(f)", "changes the numbers without their history"))
    for other in others:
        if not isinstance(other, Tensor):
            raise ArgumentFault(f"{name}() needs tensors, not {described(other)}")
    columns = [raw.expand(t.array, self.array.shape).ravel().tolist() for t in (self, *others)]
    results = []
    for values in zip(*columns, strict=True):
        value = function(*values)
        if type(value) not in NUMBERS:
            raise ArgumentFault(f"{name}() needs a function that returns a number, not {described(value)}")
        results.append(value)
    writing(self.array, name)[...] = as_array(results, self.array.dtype).reshape(self.array.shape)
    note_write(self, name, here())
    return self


STORAGE_METHODS = attach({
    f.__name__: f for f in (
        storage, storage_offset, data_ptr, storage_type, is_set_to, get_device, apply_, map_, map2_)}
    | {"untyped_storage": storage, "is_pinned": lambda self: False, "is_shared": lambda self: False})


def is_storage(obj: Any) -> bool:
    """Whether `obj` is a storage."""
    return isinstance(obj, Storage)


def typename(obj: Any) -> str:
    """The name of the class of a tensor."""
    if not isinstance(obj, Tensor):
        raise ArgumentFault(f"typename() tells the class of a tensor, not of {described(obj)}")
    return f"torch.{obj.dtype.era}Tensor"
