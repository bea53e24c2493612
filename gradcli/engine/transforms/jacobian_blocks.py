"""The blocks of a Jacobian: the derivatives of one result by one input, row by row or column by column."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from typing import Any

import numpy as np

from gradcli.engine.autograd.backward import newest_first, nodes_leading_to
from gradcli.engine.autograd.dispatch import parent
from gradcli.engine.autograd.op import TABLE, Op, traced
from gradcli.engine.tensor.dtypes import FLOAT_KINDS
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Variable
from gradcli.engine.transforms.levels import Level, gradients
from gradcli.faults.mistakes import NotDifferentiable

Blocks = list[Tensor]


def unit_vector(x: Tensor, k: int) -> Tensor:
    """Zeros of the shape of `x`, with 1 at element `k`, counted row by row."""
    seed = np.zeros(x.array.size, x.array.dtype)
    seed[k] = 1
    return Variable(seed.reshape(x.array.shape))


def rows(output: Tensor, inputs: Sequence[Tensor], create_graph: bool, excluded: Set[Any] = frozenset()) -> Blocks:
    """The derivatives of a result by each input, of shape (result..., input...), by one sweep for each row."""
    shapes = [(*output.array.shape, *x.array.shape) for x in inputs]
    if not output.requires_grad or not output.array.size:
        return [Variable(np.zeros(shape, x.array.dtype)) for shape, x in zip(shapes, inputs, strict=True)]
    def row(k: int) -> list[Tensor]:
        return gradients([output], [unit_vector(output, k)], inputs, create_graph, excluded)

    return _assembled(output.array.size, row, shapes, inputs, create_graph)


def _assembled(count: int, sweep: Callable[[int], list[Tensor]], shapes: Sequence[tuple[int, ...]],
               like: Sequence[Tensor], create_graph: bool) -> Blocks:
    """Blocks put together from `count` sweeps, each of which gives one slice of every block."""
    if create_graph:
        slices = [sweep(k) for k in range(count)]
        return [traced.reshape(traced.stack(list(column)), shape)
                for column, shape in zip(zip(*slices, strict=True), shapes, strict=True)]
    blocks = [np.empty((count, *x.array.shape), x.array.dtype) for x in like]
    for k in range(count):
        for block, g in zip(blocks, sweep(k), strict=True):
            block[k] = g.array
    return [Variable(block.reshape(shape)) for block, shape in zip(blocks, shapes, strict=True)]


class Forward:
    """The products of a Jacobian with vectors on its right: the other product, differentiated by its weights."""

    def __init__(self, outputs: Sequence[Tensor], inputs: Sequence[Tensor]) -> None:
        self.outputs, self.inputs = outputs, inputs
        self.weights = [Variable(np.zeros(o.array.shape, o.array.dtype), True) for o in outputs]
        self.slopes = gradients(outputs, self.weights, inputs, True)

    def product(self, directions: Sequence[Tensor], create_graph: bool, at: int | None = None) -> list[Tensor]:
        """For each output its derivative along directions of the inputs, or along one of input `at` alone."""
        slopes = self.slopes if at is None else [self.slopes[at]]
        return gradients(slopes, directions, self.weights, create_graph)

    def columns(self, create_graph: bool) -> list[Blocks]:
        """For each output its derivatives by each input, by one sweep for each column."""
        blocks = [self._by_input(k, x, create_graph) for k, x in enumerate(self.inputs)]
        return [list(column) for column in zip(*blocks, strict=True)]

    def _by_input(self, at: int, x: Tensor, create_graph: bool) -> Blocks:
        shapes = [(x.array.size, *o.array.shape) for o in self.outputs]
        if not x.array.size or not self.slopes[at].requires_grad:
            return [Variable(np.zeros((*o.array.shape, *x.array.shape), o.array.dtype)) for o in self.outputs]
        blocks = _assembled(x.array.size, lambda k: self.product([unit_vector(x, k)], create_graph, at), shapes,
                            self.outputs, create_graph)
        return [_input_last(b, (*o.array.shape, *x.array.shape), create_graph)
                for b, o in zip(blocks, self.outputs, strict=True)]

    def end(self) -> None:
        """Nothing is differentiated by the weights any more."""
        for weight in self.weights:
            weight.requires_grad = False


def _input_last(block: Tensor, shape: tuple[int, ...], create_graph: bool) -> Tensor:
    """A block whose first dimension counts the elements of the input, with that dimension last."""
    if create_graph:
        order = (*range(1, block.array.ndim), 0)
        return traced.view(traced.permute(block, order), shape)
    return Variable(np.moveaxis(block.array, 0, -1).reshape(shape))


def derivative_columns(level: Level, outputs: Sequence[Tensor], inputs: Sequence[Tensor]) -> list[Blocks]:
    """For each output its derivatives by each input, column by column; where that cannot be, row by row."""
    create_graph = level.reaches_outside(outputs)
    try:
        forward = Forward(outputs, inputs)
        level.leaves += forward.weights
        blocks = forward.columns(create_graph)
    except NotDifferentiable:       # an operation whose gradient cannot be differentiated again
        return [rows(output, inputs, create_graph) for output in outputs]
    if not create_graph:
        return blocks
    return [[traced.view(depending_on_inputs(b, b, inputs), b.array.shape) if depends_on_inputs(o, b, inputs) else b
             for b in row] for o, row in zip(outputs, blocks, strict=True)]


def depends_on_inputs(output: Tensor, tangent: Tensor, inputs: Sequence[Tensor]) -> bool:
    """Whether a tangent without history has one in PyTorch, which multiplies tangents, those that are zero too, by
    the operands of each call: all but sums and views have some."""
    if tangent.requires_grad or not output.requires_grad:
        return False
    nodes = nodes_leading_to(newest_first([parent(output)]), {parent(x) for x in inputs})
    return any(isinstance(node, TABLE["link"]) or any(
        type(value) is np.ndarray and value.dtype.kind in FLOAT_KINDS
        for _, _, saved in node.edges for value in (saved if type(saved) is tuple else ()))
        for node in nodes if isinstance(node, Op))


def depending_on_inputs(value: Tensor | float, like: Tensor, inputs: Sequence[Tensor]) -> Tensor:
    """A constant that nominally depends on the inputs."""
    constant = value if isinstance(value, Tensor) else Variable(np.asarray(value, like.array.dtype))
    return traced.link(constant, list(inputs))
