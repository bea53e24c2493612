"""`vmap`: a function called for each slice of its inputs, the results stacked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from gradcli.engine.autograd.op import rename_node, traced
from gradcli.engine.messages.arguments import type_text
from gradcli.engine.random.generators import Current, Generators
from gradcli.engine.tensor.methods import axis
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Dual, Variable, recording
from gradcli.engine.transforms import functional
from gradcli.engine.transforms.captured import CapturedMemory
from gradcli.engine.transforms.pytree import TreeSpec, broadcast_leaves, tree_flatten, tree_map, tree_unflatten
from gradcli.engine.transforms.vmap_rules import Slices, VmapInfo
from gradcli.faults.mistakes import MappedResult
from gradcli.faults.tree import GradFault, ShapeFault, TypeFault, ValueFault

CAPTURED = ("vmap: inplace arithmetic(self, *extra_args) is not possible because `self` (aten::{}) is a captured "
            "Tensor, which is not being vmapped over: the function is called for each slice, and each call would "
            "change it")
RANDOMNESS = ("error", "different", "same")


class RefusedRandomness(Generators):
    """The generators while a function under vmap may not draw tensors."""

    __slots__ = ("home",)

    def __init__(self, home: Generators) -> None:
        super().__init__(home.stream, home.seed)
        self.home = home

    @property
    def tensors(self) -> Any:
        """Refused, with torch's words."""
        raise GradFault("vmap: called random operation while in randomness error mode. Please either use the 'same' or "
                        "'different' randomness flags on vmap or perform the randomness operation out of vmap",
                        "torch.vmap(f, randomness='different')")

    @property
    def python(self) -> Any:
        """Python's own generator, which vmap does not look at."""
        return self.home.python

    @property
    def arrays(self) -> Any:
        """The generator of numpy.random."""
        return self.home.arrays

    def manual_seed(self, seed: int) -> None:
        """Seed the generators behind this."""
        self.home.manual_seed(seed)

    def save(self) -> tuple[Any, ...]:
        """The states of the streams behind this, from which a checkpoint under vmap calls its function again."""
        return self.home.save()

    def restore(self, state: tuple[Any, ...]) -> None:
        """Take the streams behind this back to a state."""
        self.home.restore(state)


@contextmanager
def drawing_as(randomness: str) -> Iterator[Callable[[], None]]:
    """A context in which random numbers come as `randomness` says; what is yielded is called before each slice."""
    before = Current.generators
    if randomness == "error":
        Current.generators = RefusedRandomness(before)
    refused = isinstance(Current.generators, RefusedRandomness)
    moment = None if refused or randomness != "same" else before.tensors.state()

    def next_slice() -> None:
        if moment is not None:
            before.tensors.set_state(moment)

    try:
        yield next_slice
    finally:
        Current.generators = before


def refusing_randomness(func: Callable[..., Any], randomness: str) -> Callable[..., Any]:
    """`func`, within which random numbers are refused if `randomness` is "error"."""
    _check_randomness(randomness)

    def guarded(*args: Any, **options: Any) -> Any:
        with drawing_as(randomness):
            return func(*args, **options)

    return named_like(func, guarded)


def _check_randomness(randomness: Any) -> None:
    if randomness not in RANDOMNESS:
        raise TypeFault(f"Only allowed values for randomness are 'error', 'different', or 'same'. Got {randomness}")


def vmap(func: Callable[..., Any], in_dims: Any = 0, out_dims: Any = 0, randomness: str = "error",
         chunk_size: Any = None) -> Callable[..., Any]:
    """The function that calls `func` for each slice along `in_dims` and stacks the results along `out_dims`."""
    _check_randomness(randomness)
    if chunk_size is not None and (type(chunk_size) is not int or chunk_size <= 0):
        raise ValueFault(f"vmap: chunk_size should be None or greater than 0. (got {chunk_size})")
    name = getattr(func, "__name__", "function")

    def mapped(*args: Any, **options: Any) -> Any:
        inputs, spec = tree_flatten(args)
        _check_out_dims(out_dims, name)
        dims = _input_dims(in_dims, args, inputs, spec, name)
        count = _batch_size(inputs, dims)
        before, functional.Repeated.slices = functional.Repeated.slices, True
        try:
            with drawing_as(randomness) as next_slice, CapturedMemory(func, (args, options), CAPTURED):
                slices = Slices(VmapInfo(count, randomness))
                results = _mapped(func, (inputs, dims, spec), options, count, out_dims, name, next_slice, slices)
                return results if chunk_size is None else tree_map(_joined_chunks, results)
        finally:
            functional.Repeated.slices = before

    return named_like(func, mapped)


def named_like(func: Any, transformed: Any) -> Any:
    """A function that a transform has made, with the name of what it was made of."""
    transformed.__name__ = transformed.__qualname__ = getattr(func, "__name__", transformed.__name__)
    return transformed


def _joined_chunks(result: Any) -> Any:
    """A result as that of the call by which PyTorch joins those of chunks of slices."""
    return traced.cat((result,), 0) if isinstance(result, Tensor) and result.array.ndim else result


def _input_dims(in_dims: Any, args: tuple[Any, ...], inputs: list[Any], spec: TreeSpec, name: str) -> list[Any]:
    """For each leaf of the arguments the dimension it is mapped along, or None."""
    start = f"vmap({name}, in_dims={in_dims}, ...)(<inputs>): "
    if type(in_dims) is not int and type(in_dims) is not tuple:
        raise ValueFault(f"{start}expected `in_dims` to be int or a (potentially nested) tuple matching the structure "
                         f"of inputs, got: {type_text(in_dims)}.", "in_dims=(0, None)")
    if not args:
        raise ValueFault(f"vmap({name})(<inputs>): got no inputs. Maybe you forgot to add inputs, or you are trying to "
                         "vmap over a function with no inputs. The latter is unsupported.")
    dims = broadcast_leaves(in_dims, spec)
    if dims is None:
        raise ValueFault(f"{start}in_dims is not compatible with the structure of `inputs`. in_dims has structure "
                         f"{tree_flatten(in_dims)[1]} but inputs has structure {spec}.")
    for i, (x, dim) in enumerate(zip(inputs, dims, strict=True)):
        if dim is None:
            continue
        if type(dim) is not int:
            raise ValueFault(f"{start}Got in_dim={dim} for an input but in_dim must be either an integer dimension or "
                             "None.")
        if not isinstance(x, Tensor):
            raise ValueFault(f"{start}Got in_dim={dim} for an input but the input is of type {type_text(x)}. We cannot "
                             "vmap over non-Tensor arguments, please use None as the respective in_dim",
                             "in_dims=(0, None)")
        ndim = x.array.ndim
        if not -ndim <= dim < ndim:
            raise ValueFault(f"{start}Got in_dim={dim} for some input, but that input is a Tensor of dimensionality "
                             f"{ndim} so expected in_dim to satisfy -{ndim} <= in_dim < {ndim}.")
        dims[i] = dim % ndim
    return dims


def _batch_size(inputs: list[Any], dims: list[Any]) -> int:
    sizes = [x.array.shape[dim] for x, dim in zip(inputs, dims, strict=True) if dim is not None]
    if not sizes:
        raise ValueFault("vmap: Expected at least one Tensor to vmap over")
    if len(set(sizes)) > 1:
        raise ValueFault("vmap: Expected all tensors to have the same size in the mapped dimension, got sizes "
                         f"{sizes} for the mapped dimension")
    return sizes[0]


def _mapped(func: Callable[..., Any], arguments: tuple[list[Any], list[Any], TreeSpec], options: dict[str, Any],
            count: int, out_dims: Any, name: str, next_slice: Callable[[], None], common: Slices) -> Any:
    """The results for all slices, stacked."""
    inputs, dims, spec = arguments
    moment = Current.generators.tensors.state() if common.info.randomness == "different" else None
    while True:
        columns: list[list[Any]] = []
        structure: Any = None
        for i in range(count):
            next_slice()
            args = tree_unflatten([common.select(x, dim, i) for x, dim in zip(inputs, dims, strict=True)], spec)
            result = common.run(i, func, args, options)
            if common.suspended:
                continue
            results, result_structure = tree_flatten(result)
            if structure is None:
                structure, columns = result_structure, [[] for _ in results]
            elif result_structure != structure:
                raise ValueFault(f"vmap({name}, ...): the structure of the results differs between slices: {structure} "
                                 f"and {result_structure}")
            for column, part in zip(columns, results, strict=True):
                column.append(part)
        if not common.resumes():
            break
        if moment is not None:
            Current.generators.tensors.set_state(moment)
    if not count:
        next_slice()
        return _of_nothing(func, arguments, options, out_dims, name)
    places = _output_dims(out_dims, structure, name)
    return tree_unflatten([_joined(column, dim, name, common) for column, dim in zip(columns, places, strict=True)],
                          structure)


def _of_nothing(func: Callable[..., Any], arguments: tuple[list[Any], list[Any], TreeSpec], options: dict[str, Any],
                out_dims: Any, name: str) -> Any:
    """The results for no slices: their shapes are those for a slice of zeros."""
    inputs, dims, spec = arguments
    zeros = [x if dim is None else Variable(np.zeros(np.delete(x.array.shape, dim), x.array.dtype))
             for x, dim in zip(inputs, dims, strict=True)]
    with recording(False):
        results, structure = tree_flatten(func(*tree_unflatten(zeros, spec), **options))
    stacked = [_joined([r], dim, name) for r, dim in zip(results, _output_dims(out_dims, structure, name), strict=True)]
    return tree_unflatten([traced.narrow(r, dim, 0, 0) if dim is not None else r for r, dim in
                           zip(stacked, _output_dims(out_dims, structure, name), strict=True)], structure)


def _check_out_dims(out_dims: Any, name: str) -> None:
    for dim in tree_flatten(out_dims)[0]:
        if dim is not None and type(dim) is not int:
            raise ValueFault(f"vmap({name}, ..., out_dims={out_dims}): `out_dims` must be an int, None or a python "
                             "collection of ints representing where in the outputs the vmapped dimension should "
                             "appear.")


def _output_dims(out_dims: Any, structure: TreeSpec, name: str) -> Sequence[Any]:
    """For each result the place of its mapped dimension, or None."""
    if structure.kind is None and type(out_dims) is tuple and len(out_dims) == 1:
        return list(out_dims)
    dims = broadcast_leaves(out_dims, structure)
    if dims is None:
        raise ValueFault(f"vmap({name}, ..., out_dims={out_dims})(<inputs>): out_dims is not compatible with the "
                         f"structure of `outputs`. out_dims has structure {tree_flatten(out_dims)[1]} but outputs has "
                         f"structure {structure}.")
    return dims


BATCHED = {"SumBackward0": "SumBackward1", "MeanBackward0": "MeanBackward1", "DotBackward0": "SqueezeBackward1",
           "MvBackward0": "PermuteBackward0", "ProdBackward0": "ProdBackward1", "MaxBackward1": "MaxBackward0",
           "MinBackward1": "MinBackward0", "SqueezeBackward4": "SqueezeBackward5", "MseLossBackward0": "MeanBackward1",
           "NllLossBackward0": "DivBackward0"}
"""The calls that are others where they are made for all slices at once."""


def of_slices(stacked: Any, column: Sequence[Any]) -> Any:
    """The results of all slices, as those of the one call that PyTorch makes for them all."""
    names = {getattr(getattr(x.node, "node", x.node), "modern_name", "") for x in column}
    name = names.pop() if len(names) == 1 else ""
    return rename_node(stacked, BATCHED.get(name, name)) if name else stacked


def _joined(column: list[Any], dim: int | None, name: str, common: Slices | None = None) -> Any:
    """One result for all slices: stacked along a dimension, or the one that all slices agree on."""
    first = column[0]
    if dim is None:
        if isinstance(first, Tensor) and any(not np.array_equal(first.array, x.array, equal_nan=True) for x in column):
            raise ValueFault(f"vmap({name}, ...): `{name}` can not return a BatchedTensor when out_dim is None")
        return first
    for x in column:
        if not isinstance(x, Tensor):
            raise MappedResult(f"vmap({name}, ...): `{name}` must only return Tensors, got type {type_text(x)}. Did "
                               "you mean to set out_dims= to None for output?",
                               ("lambda v: v", "the tensor itself, without .item() or float()"))
    dim = axis(dim, first.array.ndim + 1)
    if common is not None and (source := common.stacked_source(column)) is not None:
        return source[0] if source[1] == dim else traced.movedim(source[0], source[1], dim)
    if any(x.requires_grad or type(x) is Dual for x in column):
        return of_slices(traced.stack(column, dim), column)
    if any(x.array.shape != first.array.shape for x in column):
        raise ShapeFault(f"vmap({name}, ...): the shapes of the results differ between slices")
    stacked = Variable if isinstance(first, Variable) else Tensor
    return stacked(np.stack([x.array for x in column], dim))
