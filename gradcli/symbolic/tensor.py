"""Symbolic tensors: an expression for the element at each place, in index notation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gradcli.symbolic.expression import Expr, Index, Place, Symbol
from gradcli.symbolic.fold import substitute

Shape = tuple[int, ...]
Axes = tuple[Index | None, ...]




@dataclass(frozen=True, slots=True)
class SymbolicTensor:
    """`body` is the element at the place that `axes` name.

    shape   the lengths of the dimensions
    axes    for each dimension its index in `body`; None where all elements along it are equal
    """

    shape: Shape
    axes: Axes
    body: Expr

    @classmethod
    def of(cls, name: str, shape: Shape) -> SymbolicTensor:
        """The tensor of that name and shape, each of whose elements is a symbol."""
        axes = axes_of(shape)
        return cls(shape, axes, Symbol(name, tuple(index for index in axes if index is not None)))

    @classmethod
    def filled(cls, body: Expr, shape: Shape = ()) -> SymbolicTensor:
        """The tensor whose elements are all equal."""
        return cls(shape, (None,) * len(shape), body)

    def renamed(self, axes: Axes) -> SymbolicTensor:
        """The same tensor with these indices, where it has any."""
        places: dict[Index, Place] = {mine: other for mine, other in zip(self.axes, axes, strict=True)
                                      if mine is not None and other is not None and mine is not other}
        merged = tuple(None if mine is None else other or mine for mine, other in zip(self.axes, axes, strict=True))
        return SymbolicTensor(self.shape, merged, substitute(self.body, places))

    def fresh(self) -> SymbolicTensor:
        """The same tensor with indices of its own."""
        return self.renamed(tuple(None if index is None else Index(index.size) for index in self.axes))

    def expanded(self, shape: Shape) -> SymbolicTensor:
        """The tensor broadcast to a shape."""
        missing = len(shape) - len(self.shape)
        axes = (None,) * missing + self.axes
        return SymbolicTensor(shape, axes, self.body)


def axes_of(shape: Shape) -> Axes:
    """A new index for each dimension longer than 1."""
    return tuple(None if size == 1 else Index(size) for size in shape)


def broadcast(tensors: Sequence[SymbolicTensor]) -> tuple[Shape, Axes, list[Expr]]:
    """The shape of all together, its indices, and the bodies in terms of these."""
    ndim = max((len(tensor.shape) for tensor in tensors), default=0)
    shape: list[int] = []
    axes: list[Index | None] = []
    for at in range(ndim):
        place = at - ndim
        sizes = [tensor.shape[place] for tensor in tensors if len(tensor.shape) >= -place]
        shape.append(next((size for size in sizes if size != 1), 1))
        index = next((tensor.axes[place] for tensor in tensors
                      if len(tensor.shape) >= -place and tensor.axes[place] is not None), None)
        axes.append(Index(index.size) if index is not None and index in axes else index)    # x[:, None] * x[None]
    bodies = [tensor.renamed(tuple(axes[ndim - len(tensor.shape):])).body for tensor in tensors]
    return tuple(shape), tuple(axes), bodies


def elementwise(function: Callable[..., Expr], *tensors: SymbolicTensor) -> SymbolicTensor:
    """A function of the elements at each place."""
    shape, axes, bodies = broadcast(tensors)
    return SymbolicTensor(shape, axes, function(*bodies))
