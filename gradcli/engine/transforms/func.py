"""`torch.func`: functions that make functions of functions, each call of which is a level of its own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import numpy as np

from gradcli.engine.autograd.backward import seed_for
from gradcli.engine.autograd.op import traced
from gradcli.engine.autograd.signature import described, sized
from gradcli.engine.messages.arguments import type_text
from gradcli.engine.tensor.dtypes import INEXACT
from gradcli.engine.tensor.tensor import ComplexTensor, Tensor
from gradcli.engine.tensor.variable import Variable, grad_mode, with_tangents
from gradcli.engine.transforms.captured import CapturedMemory
from gradcli.engine.transforms.functional_arguments import refuse_complex
from gradcli.engine.transforms.gradcheck import gradcheck, gradgradcheck
from gradcli.engine.transforms.jacobian_blocks import (
    Blocks,
    Forward,
    depending_on_inputs,
    depends_on_inputs,
    derivative_columns,
    rows,
)
from gradcli.engine.transforms.levels import Level, excluded_nodes, gradients
from gradcli.engine.transforms.pytree import TreeSpec, tree_flatten, tree_map, tree_unflatten
from gradcli.engine.transforms.vmap import named_like, refusing_randomness, vmap
from gradcli.faults.tree import GradFault, GradientShape, TypeFault, ValueFault

__all__ = ["functionalize", "grad", "grad_and_value", "gradcheck", "gradgradcheck", "hessian", "jacfwd", "jacrev",
           "jvp", "linearize", "vjp", "vmap"]

JVP = "jvp(f, primals, tangents)"
GRAD = "grad_and_value(f)(*args)"
CAPTURED = ("During a grad (vjp, jvp, grad, etc) transform, the function provided attempted to call in-place operation "
            "(aten::{}) that would mutate a captured Tensor. This is not supported; please rewrite the function being "
            "transformed to explicitly accept the mutated Tensor(s) as inputs.")


def _positions(count: int, argnums: Any) -> tuple[int, ...]:
    """The positions of the arguments that `argnums` names."""
    if type(argnums) is not int and type(argnums) is not tuple:
        raise TypeFault(f"argnums must be int or Tuple[int, ...], got: {type_text(argnums)}")
    at = argnums if isinstance(argnums, tuple) else (argnums,)
    if not at:
        raise TypeFault("argnums must be non-empty")
    for i in at:
        if type(i) is not int:
            raise TypeFault(f"argnum must be int, got: {type_text(i)}")
        if not -count <= i < count:
            raise TypeFault(f"Got argnum={i}, but only {count} positional inputs")
    positions = tuple(i % count for i in at)
    if len(set(positions)) != len(positions):
        raise TypeFault(f"argnums elements must be unique, got {positions}")
    return positions


def _call(func: Callable[..., Any], args: tuple[Any, ...], at: tuple[int, ...], chosen: Any,
          options: dict[str, Any]) -> Any:
    """The result of `func` for the arguments, with `chosen` ones in the places `at`."""
    full = list(args)
    for i, x in zip(at, chosen, strict=True):
        full[i] = x
    return func(*full, **options)


def refusing_captured_writes(func: Callable[..., Any], arguments: Any) -> CapturedMemory:
    """A context for a call of `func` with these arguments, in which it may not write to other tensors."""
    return CapturedMemory(func, arguments, CAPTURED)


def writable_inputs(chosen: Any) -> Any:
    """Inputs for a function of which only tangents are asked: it may write to them, as in PyTorch."""
    def writable(x: Tensor) -> Tensor:
        result: Tensor = traced.alias(x)
        result.root = None
        return result

    return tree_map(writable, chosen)


def _split_aux(result: Any, has_aux: bool, name: str) -> tuple[Any, Any]:
    """The result to be differentiated, and what the function returns besides."""
    if not has_aux:
        return result, None
    if type(result) is not tuple or len(result) != 2:
        raise TypeFault(f"{name}: output of function f should be a tuple: (output, aux) if has_aux is True",
                        "return y, aux")
    for x in tree_flatten(result[1])[0]:
        if not isinstance(x, Tensor):
            raise TypeFault(f"Expected tensors, got unsupported type {type_text(x)}")
    return result


def _flat_results(result: Any, name: str) -> tuple[list[Tensor], TreeSpec]:
    """The tensors that a function returned, and their structure."""
    outputs, spec = tree_flatten(result)
    if not outputs or (len(outputs) == 1 and outputs[0] is None):
        raise TypeFault(f"{name}: Expected f to be a function that has non-empty output (got output = {outputs})")
    for output in outputs:
        if not isinstance(output, Tensor):
            raise TypeFault(f"{name}: expected f(*primals) to return only tensors, got unsupported type "
                            f"{type_text(output)}")
    return outputs, spec


def grad(func: Callable[..., Any], argnums: Any = 0, has_aux: bool = False) -> Callable[..., Any]:
    """The function that gives the gradient of a scalar function by its arguments `argnums`."""
    both = grad_and_value(func, argnums, has_aux)

    def gradient(*args: Any, **options: Any) -> Any:
        slopes, value = both(*args, **options)
        return (slopes, value[1]) if has_aux else slopes

    return named_like(func, gradient)


def grad_and_value(func: Callable[..., Any], argnums: Any = 0, has_aux: bool = False) -> Callable[..., Any]:
    """The function that gives (gradient, value) of a scalar function; with `has_aux`, (gradient, (value, aux))."""
    def both(*args: Any, **options: Any) -> Any:
        at = _positions(len(args), argnums)
        level = Level()
        with level:
            chosen = [level.differentiable(args[i]) for i in at]
            with refusing_captured_writes(func, (args, options)):
                value, aux = _split_aux(_call(func, args, at, chosen, options), has_aux, GRAD)
            _check_scalar(value)
            inputs, spec = tree_flatten(chosen)
            create_graph = level.reaches_outside([value])
            seed = Variable(np.ones((), value.array.dtype))
            slopes = gradients([value], [seed], inputs, create_graph, excluded_nodes())
        level.end()
        grads = level.released(tree_unflatten(slopes, spec))
        grads = tuple(grads) if isinstance(argnums, tuple) else grads[0]
        value, aux = level.released((value, aux))
        return grads, (value, aux) if has_aux else value

    return named_like(func, both)


def _check_scalar(value: Any) -> None:
    if not isinstance(value, Tensor):
        raise TypeFault(f"{GRAD}: Expected f(*args) to return a Tensor, got {type_text(value)}")
    refuse_complex(value)
    if value.array.ndim:
        raise GradFault(f"{GRAD}: Expected f(*args) to return a scalar Tensor, got tensor with {value.array.ndim} "
                        "dims. Maybe you wanted to use the vjp or jacrev APIs instead?",
                        ("lambda x: f(x).sum()", "the sum of its elements"))


def jacrev(func: Callable[..., Any], argnums: Any = 0, has_aux: bool = False, chunk_size: Any = None,
           _preallocate_and_copy: bool = False) -> Callable[..., Any]:
    """The function that gives the Jacobian of `func` by its arguments `argnums`, row by row."""
    if chunk_size is not None and (type(chunk_size) is not int or chunk_size <= 0):
        raise ValueFault("jacrev: `chunk_size` should be greater than 0.")
    return _jacobian(func, argnums, has_aux, "vjp(f, *primals)", _by_rows)


def jacfwd(func: Callable[..., Any], argnums: Any = 0, has_aux: bool = False, randomness: str = "error",
           ) -> Callable[..., Any]:
    """The function that gives the Jacobian of `func` by its arguments `argnums`, column by column."""
    jacobian = _jacobian(func, argnums, has_aux, JVP, derivative_columns)
    return refusing_randomness(jacobian, randomness)


def hessian(func: Callable[..., Any], argnums: Any = 0) -> Callable[..., Any]:
    """The function that gives the second derivatives of `func`: its rows, differentiated column by column."""
    return jacfwd(jacrev(func, argnums), argnums)


def _jacobian(func: Callable[..., Any], argnums: Any, has_aux: bool, name: str,
              blocks_of: Callable[[Level, list[Tensor], list[Tensor]], list[Blocks]]) -> Callable[..., Any]:
    def jacobian(*args: Any, **options: Any) -> Any:
        at = _positions(len(args), argnums)
        level = Level(by_tangents=name == JVP)
        with level:
            chosen = tuple([level.differentiable(args[i]) for i in at])
            _check_real(chosen, "inputs", name)
            with with_tangents() if name == JVP else nullcontext():
                passed = writable_inputs(chosen) if name == JVP else chosen
                with refusing_captured_writes(func, (args, options)):
                    value, aux = _split_aux(_call(func, args, at, passed, options), has_aux, name)
                outputs, out_spec = _flat_results(value, name)
                _check_floating(outputs, name)
                _check_real(outputs, "outputs", name)
                inputs, spec = tree_flatten(chosen)
                blocks = blocks_of(level, outputs, inputs)
        level.end()
        by_output = [tree_unflatten(level.released(block), spec) for block in blocks]
        by_output = by_output if isinstance(argnums, tuple) else [block[0] for block in by_output]
        blocks_by_output = tree_unflatten(by_output, out_spec)
        return (blocks_by_output, level.released(aux)) if has_aux else blocks_by_output

    return named_like(func, jacobian)


def _check_real(values: Any, what: str, name: str) -> None:
    for i, x in enumerate(tree_flatten(values)[0]):
        if isinstance(x, ComplexTensor):
            raise GradFault(f"{'jacfwd' if name == JVP else 'jacrev'}: Expected all {what} to be real but received "
                            f"complex tensor at flattened input idx: {i}", ("torch.view_as_real(z)", "its parts"))


def _check_floating(outputs: list[Tensor], name: str) -> None:
    for output in outputs:
        if name != JVP and output.array.dtype.kind not in INEXACT:
            raise TypeFault("vjp(f, ...): All outputs of f must be floating-point or complex Tensors, got Tensor with "
                            f"dtype {output.dtype}", "x.float()")


def _by_rows(level: Level, outputs: list[Tensor], inputs: list[Tensor]) -> list[Blocks]:
    create_graph = level.reaches_outside(outputs)
    return [rows(output, inputs, create_graph, excluded_nodes()) for output in outputs]


def vjp(func: Callable[..., Any], *primals: Any, has_aux: bool = False) -> Any:
    """(func's result, the function that gives the products of a vector with its Jacobian); with `has_aux`, and aux."""
    level = Level()
    with level:
        chosen = level.differentiable(primals)
        with refusing_captured_writes(func, primals):
            value, aux = _split_aux(func(*chosen), has_aux, "vjp(f, *primals)")
        outputs, out_spec = _flat_results(value, "vjp(f, *primals)")
        _check_floating(outputs, "vjp")
        inputs, spec = tree_flatten(chosen)
        outputs = [traced.alias(o) if o.requires_grad and o.node is None else o for o in outputs]
        outside = level.reaches_outside(outputs)
    level.end()

    def product(cotangents: Any, retain_graph: bool = True, create_graph: bool | None = None) -> Any:
        """The product of `cotangents`, of the structure of the result, with the Jacobian."""
        vectors, structure = tree_flatten(cotangents)
        if structure != out_spec:
            raise TypeFault("Expected pytree structure of cotangents to be the same as pytree structure of outputs to "
                            f"the function. cotangents: {structure.brief()}, primal output: {out_spec.brief()}")
        seeds = [seed_for(o, v) for o, v in zip(outputs, vectors, strict=True)]
        differentiable = grad_mode.on if create_graph is None else bool(create_graph)
        recorded = differentiable and (outside or any(s.requires_grad for s in seeds))
        slopes = gradients(outputs, seeds, inputs, recorded, excluded_nodes())
        later = Level()
        later.start, later.leaves, later.outside = level.start, level.leaves, differentiable
        return tree_unflatten(later.released(slopes), spec)

    results = level.released(value)
    return (results, product, level.released(aux)) if has_aux else (results, product)


def jvp(func: Callable[..., Any], primals: Any, tangents: Any, strict: bool = False, has_aux: bool = False) -> Any:
    """(func's result, the product of its Jacobian with the tangents); with `has_aux`, and aux."""
    return _jvp(func, primals, tangents, has_aux, True)


def _jvp(func: Callable[..., Any], primals: Any, tangents: Any, has_aux: bool, nominal: bool) -> Any:
    """The result of jvp; with `nominal`, constant products have the history that they have in PyTorch."""
    directions = _directions(primals, tangents)
    level = Level(by_tangents=True)
    with level, with_tangents():
        chosen = level.differentiable(primals)
        with refusing_captured_writes(func, primals):
            value, aux = _split_aux(func(*writable_inputs(chosen)), has_aux, JVP)
        outputs, out_spec = _flat_results(value, JVP)
        inputs = tree_flatten(chosen)[0]
        forward = Forward(outputs, inputs)
        level.leaves += forward.weights
        again = level.reaches_outside(outputs) or any(d.requires_grad for d in directions)
        products = [traced.add(p, depending_on_inputs(-0.0, p, inputs)) if (
                        nominal and again and depends_on_inputs(o, p, inputs)) else p
                    for o, p in zip(outputs, forward.product(directions, again), strict=True)]
    level.end()
    results = level.released((tree_map(traced.alias, value) if nominal else value, tree_unflatten(products, out_spec)))
    return (*results, level.released(aux)) if has_aux else results


def _directions(primals: Any, tangents: Any) -> list[Tensor]:
    """The tangents, one for each tensor among the primals."""
    if type(primals) is not tuple:
        raise TypeFault(f"{JVP}: Expected primals to be a tuple. E.g. it should be valid to call f(*primals).",
                        "jvp(f, (x,), (v,))")
    points, spec = tree_flatten(primals)
    directions, structure = tree_flatten(tangents)
    if structure != spec:
        raise TypeFault(f"{JVP}: Expected primals and tangents to have the same python structure. For example, if "
                        "primals is a tuple of 3 tensors, tangents also must be. Got primals with structure "
                        f"{spec} and tangents with structure {structure}")
    for name, values in (("primals", points), ("tangents", directions)):
        if not values:
            raise TypeFault(f"{JVP}: Expected {name} to contain at least one Tensor.")
        for x in values:
            if not isinstance(x, Tensor):
                raise TypeFault(f"{JVP}: Expected {name} to only contain Tensors, got {type_text(x)}")
    for x, d in zip(points, directions, strict=True):
        if d.array.shape != x.array.shape:
            raise GradientShape(f"jvp: a tangent must have the shape {sized(x.array.shape)} of its input, not "
                                f"{described(d)}").saying(
                "Trying to set a forward gradient that has a different size than that of the original Tensor, this is "
                f"not supported. Tensor is of size {list(x.array.shape)} while the given forward gradient is of size "
                f"{list(d.array.shape)}.")
        if d.array.dtype.kind not in INEXACT:
            raise ValueFault(f"Expected tangent to be floating point or complex, but got: {d.dtype}", "v.float()")
    return directions


def functionalize(func: Callable[..., Any], *, remove: str = "mutations") -> Callable[..., Any]:
    """`func`, whose operations in place PyTorch replaces when it records them: nothing is recorded here."""
    if remove not in ("mutations", "mutations_and_views"):
        word = remove[:80] if type(remove) is str else described(remove)
        raise GradFault(f"functionalize(f, remove='mutations'): received invalid argument for remove={word}.",
                        "remove='mutations_and_views'")

    def functional(*args: Any, **options: Any) -> Any:
        return func(*args, **options)

    return named_like(func, functional)


def linearize(func: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[..., Any]]:
    """(func's result, the function that gives the products of its Jacobian at these inputs with tangents)."""
    def product(*tangents: Any) -> Any:
        return _jvp(func, primals, tangents, False, False)[1]

    return func(*primals), product

