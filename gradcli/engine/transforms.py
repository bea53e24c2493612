"""`torch.func`: functions of functions, and `gradcheck`, which measures what rules claim."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from gradcli.engine import functional
from gradcli.engine.op import traced
from gradcli.engine.signature import NUMBERS, described, sized
from gradcli.engine.surface import detach
from gradcli.engine.tensor import Tensor
from gradcli.engine.variable import Variable, recording
from gradcli.errors import ArgumentFault, GradFault


def _chosen(args: tuple[Any, ...], argnums: Any) -> tuple[int, ...]:
    at = argnums if isinstance(argnums, tuple) else (argnums,)
    for i in at:
        if type(i) is not int or not -len(args) <= i < len(args):
            raise ArgumentFault(f"argnums {described(argnums)} names an argument that is not there: {len(args)} were "
                                "given")
    return tuple(i % len(args) for i in at)


def _of(func: Callable[..., Any], args: tuple[Any, ...], at: tuple[int, ...]) -> Callable[..., Any]:
    """`func` as a function of the chosen arguments alone."""
    def only(*chosen: Any) -> Any:
        full = list(args)
        for i, x in zip(at, chosen, strict=True):
            full[i] = x
        return func(*full)

    return only


def grad(func: Callable[..., Any], argnums: Any = 0, has_aux: bool = False) -> Callable[..., Any]:
    """The function that gives the gradient of a scalar function by its arguments `argnums`."""
    both = grad_and_value(func, argnums, has_aux)

    def gradient(*args: Any) -> Any:
        slopes, value = both(*args)
        return (slopes, value[1]) if has_aux else slopes

    return gradient


def grad_and_value(func: Callable[..., Any], argnums: Any = 0, has_aux: bool = False) -> Callable[..., Any]:
    """The function that gives (gradient, value) of a scalar function."""
    def both(*args: Any) -> Any:
        at = _chosen(args, argnums)
        with recording(True):
            chosen = [_each(_fresh, args[i]) for i in at]
            leaves = _tensors(chosen)
            result = _of(func, args, at)(*chosen)
            value = result[0] if has_aux else result
            if not isinstance(value, Tensor) or value.array.ndim:
                raise GradFault(f"grad: the function must return a single number, not {described(value)}",
                                ("lambda x: f(x).sum()", "the sum of its elements"))
            slopes = functional.grad(value, leaves, create_graph=True, allow_unused=True) if value.requires_grad else (
                None,) * len(leaves)
        found = iter([Variable(np.zeros_like(x.array)) if s is None else s
                      for s, x in zip(slopes, leaves, strict=True)])
        filled = tuple(_each(lambda _: next(found), x) for x in chosen)
        if not _asked(_tensors([args[i] for i in at])):     # nobody outside can ask for more
            filled, result = tuple(_each(detach, s) for s in filled), _detached(result)
        return filled if isinstance(argnums, tuple) else filled[0], result

    return both


def _each(change: Callable[[Any], Any], value: Any) -> Any:
    """What `change` makes of a value, or of each of those in a list, tuple or dict, however deep."""
    if isinstance(value, dict):
        return {key: _each(change, inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return type(value)([_each(change, inner) for inner in value])
    return change(value)


def _tensors(value: Any) -> list[Tensor]:
    """The tensors in a value, in the order in which `_each` comes to them."""
    found: list[Any] = []
    _each(found.append, value)
    return [x for x in found if isinstance(x, Tensor)]


def _detached(result: Any) -> Any:
    """A result, or each of a tuple of them, without history."""
    if isinstance(result, tuple):
        return tuple(_detached(r) for r in result)
    return detach(result) if isinstance(result, Tensor) else result


def _fresh(x: Any) -> Any:
    """A stand-in for `x` that a gradient can be asked of, and through which an outer one can pass."""
    if not isinstance(x, Tensor):
        raise ArgumentFault(f"gradients can be asked of tensors, not of {described(x)}", "torch.tensor(2.0)")
    return traced.alias(x) if x.requires_grad else Variable(x.array, True)


def jacrev(func: Callable[..., Any], argnums: Any = 0, has_aux: bool = False, chunk_size: Any = None,
           _preallocate_and_copy: bool = False) -> Callable[..., Any]:
    """The function that gives the Jacobian of `func` by its arguments `argnums`."""
    def jacobian(*args: Any) -> Any:
        at = _chosen(args, argnums)
        chosen = tuple(_fresh(args[i]) for i in at)
        beside: list[Any] = []      # what the function returns besides, with has_aux

        def main(*xs: Any) -> Any:
            result = _of(func, args, at)(*xs)
            if not has_aux:
                return result
            beside[:] = [_detached(result[1])]
            return result[0]

        found = functional.jacobian(main, chosen, create_graph=True)
        found = found if any(args[i].requires_grad for i in at) else _detached(found)
        found = found if isinstance(argnums, tuple) else _unwrapped(found)
        return (found, *beside) if has_aux else found

    return jacobian


def _unwrapped(found: Any) -> Any:
    """The blocks by the only input, which functional.jacobian gives in tuples of one."""
    return tuple(_unwrapped(f) for f in found) if isinstance(found[0], tuple) else found[0]


jacfwd = jacrev     # the same numbers; there is no forward mode


def hessian(func: Callable[..., Any], argnums: Any = 0) -> Callable[..., Any]:
    """The function that gives the second derivatives of `func`."""
    return jacrev(jacrev(func, argnums), argnums)


def vjp(func: Callable[..., Any], *primals: Any) -> Any:
    """(func's result, the function that gives the products of a vector with its Jacobian)."""
    with recording(True):
        leaves = [_fresh(x) for x in primals]
        result = func(*leaves)

    def product(*vectors: Any) -> Any:
        outputs = list(result) if isinstance(result, tuple) else [result]
        slopes = functional.grad(outputs, leaves, list(vectors), retain_graph=True, create_graph=True,
                                 allow_unused=True, materialize_grads=True)
        return slopes if _asked(primals, vectors) else _detached(slopes)

    return result if _asked(primals) else _detached(result), product


def jvp(func: Callable[..., Any], primals: Any, tangents: Any) -> Any:
    """(func's result, the product of its Jacobian with the tangents)."""
    both = functional.jvp(func, primals, tangents, create_graph=True)
    return both if _asked(primals, tangents) else _detached(both)


def _asked(*given: Any) -> bool:
    """Whether somebody outside can ask for more gradients: whether any of the tensors given requires one."""
    return any(isinstance(x, Tensor) and x.requires_grad
               for each in given for x in (each if isinstance(each, list | tuple) else (each,)))


def vmap(func: Callable[..., Any], in_dims: Any = 0, out_dims: int = 0, randomness: str = "error",
         chunk_size: Any = None) -> Callable[..., Any]:
    """The function that calls `func` for each slice along `in_dims` and stacks the results along `out_dims`."""
    def mapped(*args: Any, **options: Any) -> Any:
        before, functional.Repeated.slices = functional.Repeated.slices, True
        try:
            return slice_by_slice(args, options)
        finally:
            functional.Repeated.slices = before

    def slice_by_slice(args: tuple[Any, ...], options: dict[str, Any]) -> Any:
        dims = in_dims if isinstance(in_dims, tuple) else (in_dims,) * len(args)
        if len(dims) != len(args):
            raise ArgumentFault(f"vmap: in_dims has {len(dims)} entries for {len(args)} arguments")
        if any(d is not None and type(d) is not int for d in dims):
            raise ArgumentFault("vmap: in_dims names one dimension, or None, for each argument", "in_dims=(0, None)")
        by_name = _tensors(list(options.values()))      # mapped along their first dimension
        lengths = {x.array.shape[d] for a, d in zip(args, dims, strict=True) if d is not None for x in _tensors(a)}
        lengths |= {x.array.shape[0] for x in by_name}
        if len(lengths) != 1:
            raise ArgumentFault(f"vmap: the mapped dimensions must have one length, not {sorted(lengths)}")
        results = [func(*(a if d is None else _each(partial(_slice, d, i), a) for a, d in zip(args, dims, strict=True)),
                        **_each(partial(_slice, 0, i), options)) for i in range(lengths.pop())]
        if not results:
            raise ArgumentFault("vmap: the mapped dimension has no elements")
        columns = iter([traced.stack(column, out_dims) for column in zip(*map(_tensors, results), strict=True)])
        return _each(lambda _: next(columns), results[0])

    return mapped


def _slice(dim: int, i: int, x: Any) -> Any:
    return traced.select(x, dim, i) if isinstance(x, Tensor) else x


def gradcheck(func: Callable[..., Any], inputs: Any, eps: float = 1e-6, atol: float = 1e-5, rtol: float = 1e-3,
              raise_exception: bool = True, **options: Any) -> bool:
    """Whether the gradients of `func` agree with slopes measured by central differences, at double precision."""
    given = list(inputs) if isinstance(inputs, list | tuple) else [inputs]
    for name, number in (("eps", eps), ("atol", atol), ("rtol", rtol)):
        if type(number) not in NUMBERS:
            raise ArgumentFault(f"gradcheck: {name} is a number, not {described(number)}")
    leaves = [x for x in given if isinstance(x, Tensor) and x.requires_grad]
    if not leaves:
        raise GradFault("gradcheck expects at least one input tensor to require gradient",
                        ("x = torch.ones(2, dtype=torch.float64, requires_grad=True)", "one that does"))
    for k, output in enumerate(_outputs(func(*given))):
        for x in leaves:
            worst = _worst(partial(_output, func, given, k), output, x, eps, atol, rtol)
            if worst and raise_exception:
                raise GradFault(
                    f"Jacobian mismatch for output {k} with respect to input {given.index(x) if x in given else 0}: "
                    f"{worst}", notes=("single precision is too coarse for eps=1e-6: use dtype=torch.float64",)
                    if x.array.dtype != np.float64 else ())
            if worst:
                return False
    return True


def _outputs(result: Any) -> list[Any]:
    found = list(result) if isinstance(result, tuple) else [result]
    return [o for o in found if isinstance(o, Tensor) and o.array.dtype.kind == "f"]


def _output(func: Callable[..., Any], given: list[Any], k: int) -> Tensor:
    """Result `k` of a function, computed again."""
    result: Tensor = _outputs(func(*given))[k]
    return result


def _worst(again: Callable[[], Tensor], output: Tensor, x: Tensor, eps: float, atol: float, rtol: float) -> str:
    """What is wrong with the worst element of the Jacobian of an output; empty if none is."""
    claimed = np.zeros((output.array.size, x.array.size))
    if output.requires_grad:
        for i in range(output.array.size):
            seed = np.zeros_like(output.array)
            seed.reshape(-1)[i] = 1
            [g] = functional.grad(output, [x], [Tensor(seed)], retain_graph=True, allow_unused=True)
            claimed[i] = 0 if g is None else g.array.reshape(-1)
    measured = np.zeros_like(claimed)
    home = x.array
    try:
        for j in range(home.size):
            ends = []
            for side in (eps, -eps):
                x.array = home.copy()
                x.array.reshape(-1)[j] += side
                with recording(False):
                    ends.append(again().array.astype(np.float64).reshape(-1))
            measured[:, j] = (ends[0] - ends[1]) / (2 * eps)
    finally:
        x.array = home
    gap = np.abs(claimed - measured) - (atol + rtol * np.abs(measured))
    if not gap.size or gap.max() <= 0:
        return ""
    i, j = divmod(int(gap.argmax()), gap.shape[1])
    return (f"element {i} of the {sized(output.array.shape)} result by element {j} of the "
            f"{sized(home.shape)} input: the gradient says {claimed[i, j]:.6g}, the slope is {measured[i, j]:.6g}")


def gradgradcheck(func: Callable[..., Any], inputs: Any, grad_outputs: Any = None, eps: float = 1e-6,
                  atol: float = 1e-5, rtol: float = 1e-3, raise_exception: bool = True, **options: Any) -> bool:
    """The same for the gradients of the gradients of `func`."""
    given = list(inputs) if isinstance(inputs, list | tuple) else [inputs]

    def slopes(*xs: Any) -> Any:
        with recording(True):
            outputs = _outputs(func(*xs))
            weights = grad_outputs or [Tensor(np.linspace(0.5, 1.5, o.array.size).reshape(o.array.shape)) for o in
                                       outputs]
            wanted = [x for x in xs if isinstance(x, Tensor) and x.requires_grad]
            return tuple(g for g in functional.grad(outputs, wanted, weights, create_graph=True, allow_unused=True)
                         if g is not None)

    return gradcheck(slopes, given, eps, atol, rtol, raise_exception)
