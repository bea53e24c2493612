"""Faults of shapes, dimensions and indices with the facts that their repairs are made from.

The facts are fields, and the message is made of them. Each has the code of its base class.
"""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.faults.mistakes import ProductShapes
from gradcli.faults.tree import ArgumentFault, IndexFault, ShapeFault, TypeFault, ValueFault

Shape = tuple[int, ...]


class DimensionOutOfRange(IndexFault):
    """A dimension is named that the tensor does not have: of n dimensions there are 0 to n - 1, or -n to -1."""

    def __init__(self, dim: int, ndim: int) -> None:
        self.dim, self.last = dim, max(ndim, 1) - 1
        super().__init__(f"Dimension out of range (expected to be in range of [{-self.last - 1}, {self.last}], "
                         f"but got {dim})")


class IndexOutOfRange(IndexFault):
    """An index is outside one dimension of a tensor, which has the length `size`."""

    def __init__(self, index: int, dim: int, size: int) -> None:
        self.index, self.dim, self.size = index, dim, size
        super().__init__(f"index {index} is out of bounds for dimension {dim} with size {size}")


class PickedOutOfRange(ShapeFault, IndexOutOfRange):
    """An index of gather, scatter and the like is outside: a RuntimeError of PyTorch's."""

    def __init__(self, index: int, dim: int, size: int) -> None:
        IndexOutOfRange.__init__(self, index, dim, size)


class TooManyIndices(IndexFault):
    """There are more indices than the tensor has dimensions."""

    def __init__(self, ndim: int, detail: str = "") -> None:
        self.ndim = ndim
        super().__init__(f"too many indices for tensor of dimension {ndim}{detail}")


class IndexOfNumber(TooManyIndices):
    """A tensor of no dimensions is indexed with one value, of the type `index_type`."""

    def __init__(self, index_type: type) -> None:
        super().__init__(0)
        self.hints.append(("x.item()", "the number itself"))
        if index_type is int:
            self.saying("invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ "
                        "to convert a 0-dim tensor to a number")
        elif index_type is slice:
            self.saying("slice() cannot be applied to a 0-dim tensor.")


class IndexType(ArgumentFault):
    """A tensor is indexed with a value of a type that indexes nothing."""

    def __init__(self, index_type: type) -> None:
        self.index_type = index_type
        super().__init__(f"a tensor cannot be indexed with {index_type.__name__}", "x[0, :]")


class IndexKind(IndexFault, IndexType):
    """An IndexType for which PyTorch raises an IndexError."""


class UnknownDevice(TypeFault, ArgumentFault):
    """A text names no device; PyTorch raises a RuntimeError."""


class UnknownDtype(TypeFault, ArgumentFault):
    """Something has no numbers that a tensor could be made of; PyTorch raises a RuntimeError."""


class NoSequence(ArgumentFault, ValueFault):
    """A number stands where a list was expected, or a list where a number was; PyTorch raises a TypeError."""


class EmptyList(ValueFault, ArgumentFault):
    """A list of tensors holds none; PyTorch raises a ValueError."""


class ExpandedSize(ShapeFault):
    """A tensor of the shape `shape` cannot be expanded to the shape `target`."""

    def __init__(self, target: Shape, shape: Shape, size: int, existing: int, dim: int) -> None:
        self.target, self.shape = target, shape
        beginning = (f"The expanded size of the tensor ({size}) must match the existing size ({existing}) at "
                     f"non-singleton dimension {dim}.")
        super().__init__(f"{beginning} Target sizes: {list(target)}. Tensor sizes: {list(shape)}")
        self.saying(f"{beginning}  Target sizes: {list(target)}.  Tensor sizes: {list(shape)}")


class PartShape(ShapeFault):
    """A value of the shape `shape` does not fit into the part of a tensor of the shape `part`."""

    def __init__(self, shape: Shape, part: Shape, message: str, saying: str) -> None:
        self.shape, self.part = shape, part
        super().__init__(message)
        self.saying(saying)


class ViewSize(ShapeFault):
    """A tensor of `size` elements cannot be seen in the shape `shape`, in which -1 may stand once."""

    def __init__(self, shape: Sequence[int], size: int) -> None:
        self.shape, self.size = tuple(shape), size
        super().__init__(f"shape '{list(shape)}' is invalid for input of size {size}")


class SizeMismatch(ValueFault, ShapeFault):
    """Two shapes are not the same that must be, which PyTorch calls a wrong value."""


class SharedMemory(ShapeFault):
    """An expanded tensor is written to, several elements of which are the same memory."""

    def __init__(self, writer: str) -> None:
        super().__init__(f"{writer}{': ' * bool(writer)}several elements of this expanded tensor are the same memory",
                         ("x = x.clone()", "before writing to it"))
        self.saying("unsupported operation: more than one element of the written-to tensor refers to a single memory "
                    "location. Please clone() the tensor before performing the operation.")


class PartlyShared(ShapeFault):
    """What is written to and what is read while that happens are partly the same memory."""

    def __init__(self, writer: str) -> None:
        super().__init__(f"{writer}{': ' * bool(writer)}what is written to and what is read are partly the same memory",
                         notes=("a copy of what is read, made by clone(), stays as it was",))
        self.saying("unsupported operation: some elements of the input tensor and the written-to tensor refer to a "
                    "single memory location. Please clone() the tensor before performing the operation.")


class UnimplementedType(TypeFault, NotImplementedError):
    """An operation has no kernel for elements of a type."""


class FloatingBits(UnimplementedType):
    """An operation on bits is given floating numbers; `dtype` is PyTorch's word for theirs."""

    def __init__(self, operation: str, dtype: str) -> None:
        self.operation = operation
        super().__init__(f'"{operation}" not implemented for \'{dtype}\'', ("x.long()", "whole numbers"))


class InvertedFloats(ArgumentFault, FloatingBits):
    """~ stands before floating numbers, which PyTorch calls a wrong type."""


class LayerInput(ShapeFault):
    """An input has not as many features, or channels, as the layer was made for, which is one of `layers`."""

    def __init__(self, message: str, *hints: tuple[str, str], layers: Sequence[str], expected: int, features: int,
                 what: str = "features") -> None:
        self.layers, self.expected, self.features, self.what = layers, expected, features, what
        super().__init__(message, *hints)


class LinearInput(LayerInput, ProductShapes):
    """A LayerInput of a linear layer, in the words of the product of matrices that it computes."""

    def __init__(self, message: str, *hints: tuple[str, str], expected: int, features: int) -> None:
        super().__init__(message, *hints, layers=("Linear",), expected=expected, features=features)
