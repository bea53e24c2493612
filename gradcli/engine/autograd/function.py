"""Functions that programs write themselves: a forward of their own, and a backward to go with it.

Two styles of writing one are understood. Today's is static, `MyReLU.apply(x)` with a context that
stands for the call; 0.1.12's is an object for each call, `MyReLU()(x)`, which is its own context
and sees plain tensors. Either way a call becomes one node of the graph. All its edges share one
`Record`, which runs the program's backward once per gradient and hands each edge its part.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from functools import partial
from itertools import count
from typing import Any

from gradcli.engine.autograd.detached import unobserved
from gradcli.engine.autograd.dispatch import here, parent
from gradcli.engine.autograd.function_node import OPAQUE, CallRecord, FunctionNode, FunctionRule, node_class
from gradcli.engine.autograd.inference_mode import refuse_saved
from gradcli.engine.autograd.op import NodeOutput
from gradcli.engine.autograd.signature import described
from gradcli.engine.messages.arguments import type_name
from gradcli.engine.random.generators import Current
from gradcli.engine.tensor.dtypes import INEXACT
from gradcli.engine.tensor.inplace import rebase, writable
from gradcli.engine.tensor.methods import detach
from gradcli.engine.tensor.tensor import (
    DATA,
    FUNCTION,
    SEVERAL,
    DisplayHooks,
    Tensor,
    ViewOf,
    clock,
    note_write,
)
from gradcli.engine.tensor.variable import RESULT, Dual, InferenceTensor, Variable, Volatile, grad_mode, recording
from gradcli.engine.transforms.function_tangents import FORWARD, products_of, transpose_jvp
from gradcli.engine.transforms.stack import Transforms
from gradcli.exposure import exposed, seal
from gradcli.faults.gradients import ForwardNotStatic, FunctionIncomplete, StaticForward
from gradcli.faults.mistakes import NotDifferentiable
from gradcli.faults.tree import ArgumentFault, FunctionStyle, GradFault, LeafWrite


@exposed("save_for_backward", "save_for_forward", "saved_tensors", "saved_variables", "needs_input_grad",
         "mark_non_differentiable", "mark_dirty", "set_materialize_grads", open_attributes=True)
class Context:
    """The `ctx` that forward and backward of one call share: saved tensors, and any attributes that they set.

    That of a Function with a static forward is of a class that has the Function's name.
    """

    __slots__ = ("__dict__", "__weakref__", "_record")

    _record: CallRecord

    def __display__(self, style: Any) -> str:
        """Its text in a style, which gives it an address."""
        return f"<torch.autograd.function.{type(self).__name__} object at {style.address(self)}>"

    def __repr__(self) -> str:
        return DisplayHooks.text(self)

    def save_for_backward(self, *tensors: Any) -> None:
        """Keep tensors for backward, which finds them in `saved_tensors`."""
        for at, tensor in enumerate(tensors):
            if tensor is not None and not isinstance(tensor, Tensor):
                raise ArgumentFault(f"save_for_backward keeps tensors, not {described(tensor)}",
                                    ("ctx.value = value", "keeps any other value")).saying(
                    f"save_for_backward can only save variables, but argument {at} is of type {type_name(tensor)}")
        self._record.saved = tensors

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """The tensors that save_for_backward received."""
        return self._record.saved_values()

    saved_variables = saved_tensors

    @property
    def needs_input_grad(self) -> tuple[bool, ...]:
        """For each argument of forward, whether its gradient is asked for."""
        return self._record.needs

    def save_for_forward(self, *tensors: Any) -> None:
        """Keep tensors for jvp, which finds them in `saved_tensors`."""
        saved, self._record.saved = self._record.saved, ()
        self.save_for_backward(*tensors)
        self.__dict__[FORWARD], self._record.saved = self._record.saved, saved

    def mark_non_differentiable(self, *outputs: Any) -> None:
        """Say that these results have no gradient."""
        if self._record.static and not all(isinstance(x, Tensor) for x in outputs):
            raise GradFault("mark_non_differentiable takes results of forward, which are tensors",
                            "ctx.mark_non_differentiable(y)").saying(
                "mark_non_differentiable only accepts variable arguments, but got ")
        self._record.fixed = outputs

    def mark_dirty(self, *inputs: Any) -> None:
        """Say that forward changed these inputs in place."""
        if self._record.static and not all(isinstance(x, Tensor) for x in inputs):
            raise GradFault("mark_dirty takes inputs of forward, which are tensors",
                            "ctx.mark_dirty(x)").saying(
                "mark_dirty can only accept variables, but argument ")
        self._record.dirty = inputs

    def set_materialize_grads(self, value: bool) -> None:
        """Whether backward gets zeros, rather than None, for results that nobody used."""
        self._record.zeros = bool(value)


@exposed("apply", class_read=("apply",), base=True)
class Function(Context):
    """The base of a program's own Functions."""

    def __new__(cls, *args: Any, **options: Any) -> Any:
        function = object.__new__(cls)
        function._record = CallRecord((), ())
        return function

    def __init__(self, *args: Any, **options: Any) -> None:
        if args or options:
            raise ArgumentFault(f"{type(self).__name__}() takes no arguments unless its class has an __init__")

    def __display__(self, style: Any) -> str:
        """Its text in a style, which gives it an address."""
        return f"<__main__.{type(self).__name__} object at {style.address(self)}>"

    def __call__(self, *args: Any) -> Any:
        """0.1.12's style: this object stands for the call."""
        cls = type(self)
        if _static(cls, "forward"):
            raise StaticForward(cls.__name__)
        return _perform(cls, self, args, static=False)

    @classmethod
    def apply(cls, *args: Any) -> Any:
        """Today's style: a new context stands for the call."""
        if not _static(cls, "forward"):
            if _defined(cls, "forward") is None:
                raise FunctionIncomplete(f"{cls.__name__} has no forward").saying(
                    "You must implement the forward function for custom autograd.Function.")
            raise ForwardNotStatic(cls.__name__)
        return apply(cls, *args)


def _slices(function: type) -> Any:
    """The innermost slices of `vmap`, if `function` has a rule to be called for all of them together; else None."""
    if not Transforms.stack or not _static(function, "vmap"):
        return None
    return next((transform for transform in reversed(Transforms.stack) if hasattr(transform, "resumes")), None)


def apply(cls: type, *args: Any) -> Any:
    """A call of a Function with a static forward."""
    slices = _slices(cls)
    if slices is not None and slices is Transforms.stack[-1]:
        return slices.call(cls, args)
    return _perform(cls, _context_class(cls)(), args, static=True)


_context_classes: weakref.WeakKeyDictionary[type, type[Context]] = weakref.WeakKeyDictionary()


def _context_class(cls: type) -> type[Context]:
    """The class of the contexts of a Function's calls."""
    if cls not in _context_classes:
        context_class = type(f"{cls.__name__}Backward", (Context,), {
            "__slots__": (), "__module__": "torch.autograd.function"})
        _context_classes[cls] = context_class
        seal(context_class)
    return _context_classes[cls]


def once_differentiable(backward: Any) -> Any:
    """A backward that is not itself to be differentiated."""
    function = backward.__func__ if isinstance(backward, staticmethod) else backward

    def guarded(*args: Any) -> Any:
        return function(*args)

    vars(guarded)["once"] = True
    return guarded


def _defined(cls: type, name: str) -> Any:
    """What the program's class, or one of the program's classes above it, has under `name`."""
    for kind in cls.__mro__:
        if kind is not Function and kind is not Context and kind is not object and (
                definition := kind.__dict__.get(name)) is not None:
            return definition
    return None


def _static(cls: type, name: str) -> bool:
    return isinstance(_defined(cls, name), staticmethod)


def _perform(cls: type, ctx: Context, args: tuple[Any, ...], static: bool) -> Any:
    """Run a Function's forward, and record the call if a gradient may be asked."""
    if Dual.watched and any(type(a) is Dual for a in args):
        return _pushed(cls, ctx, args, static)
    return _performed(cls, ctx, args, static)[0]


def _performed(cls: type, ctx: Context, args: tuple[Any, ...], static: bool) -> tuple[Any, set[int]]:
    """The result of a call, and the positions of what it has marked as not differentiable."""
    record = ctx._record = CallRecord(args, tuple(isinstance(a, Tensor) and a.requires_grad for a in args), static)
    inputs = list(args) if static else [Tensor(a.array) if isinstance(a, Tensor) else a for a in args]
    with recording(False), unobserved():       # its backward answers for the gradient
        result = _forward(cls, ctx, inputs, static)
    if static and not isinstance(result, tuple | Tensor) and not Current.legacy:
        return result, set()        # as PyTorch hands it on
    if not isinstance(result, tuple | Tensor):
        raise ArgumentFault(f"{cls.__name__}.forward must return a tensor or a tuple of them, not {described(result)}")
    results = result if isinstance(result, tuple) else (result,)
    kind = _kind(args, static)
    tracked = grad_mode.on and kind is not Volatile and any(record.needs)
    differentiable = [r for r in results if isinstance(r, Tensor) and r.array.dtype.kind in INEXACT
                      and not is_one_of(r, record.fixed)] if tracked else []
    rewritten = {id(g): a for g, a in zip(inputs, args, strict=True)
                 if is_one_of(g, record.dirty)} if record.dirty else {}
    if static and record.dirty and not all(is_one_of(x, results) for x in record.dirty):
        for target in rewritten.values():       # which counts as written to, whatever becomes of the call
            note_write(target, cls.__name__, here())
        raise FunctionStyle(f"{cls.__name__}.forward does not return all that it marks as dirty", (
            "return x", "the input that was changed in place")).saying(
            "Some elements marked as dirty during the forward method were not returned as output. The inputs that are "
            "modified inplace must all be outputs of the Function.")
    for target in rewritten.values():
        try:
            writable(target, cls.__name__)
        except LeafWrite as fault:
            note_write(target, cls.__name__, here())
            raise fault.saying(fault.args[0].replace("a leaf Variable that requires grad is being used",
                                                     "a leaf Variable that requires grad has been used")) from None
        note_write(target, cls.__name__, here())
    node = _recorded(cls, ctx, record, inputs, args, results, differentiable) if differentiable else None
    outs, parts = [], count()
    for r in results:
        out = kind(r.array) if isinstance(r, Tensor) else r
        if is_one_of(r, differentiable):
            source = node if len(differentiable) == 1 else NodeOutput(node, next(parts), r.array.shape, clock())  # type: ignore[arg-type]  # as many parts as differentiable results
            out = Variable(r.array, True, source)
            if static and not Current.legacy and id(r) not in rewritten:
                _note_view(out, r, inputs, SEVERAL if len(results) > 1 else FUNCTION)
        outs.append(_rewritten(rewritten[id(r)], out) if id(r) in rewritten else out)
    fixed = {at for at, r in enumerate(results) if is_one_of(r, record.fixed)}
    record.fixed = record.dirty = ()    # the node would hold its own results
    ctx._record = CallRecord((), ())
    return tuple(outs) if isinstance(result, tuple) else outs[0], fixed


def is_one_of(value: Any, values: Iterable[Any]) -> bool:
    """Whether this very object is one of `values`, which hold theirs: an id alone can be that of a later object."""
    for other in values:
        if value is other:
            return True
    return False


def _note_view(out: Tensor, result: Tensor, inputs: list[Any], origin: int) -> None:
    """Note that a result is a view of an input, or that input: what is written to it would pass by the Function."""
    root = result.root
    bases = [x if x.root is None or x.root is DATA else x.root.base for x in inputs if isinstance(x, Tensor)]
    base = result if root is None else root.base
    if any(base is x for x in bases) and (root is not DATA):
        out.root = ViewOf(base, clock(), origin)


def _pushed(cls: type, ctx: Context, args: tuple[Any, ...], static: bool) -> Any:
    """Call a Function with tensors that have tangents: its jvp gives the tangents of the results."""
    jvp = _defined(cls, "jvp")
    if not isinstance(jvp, staticmethod):
        raise NotDifferentiable(f"jvp is not implemented for {cls.__name__}, a Function of the program",
                                ("def jvp(ctx, t):", "as a staticmethod of the Function")).saying(
            "You must implement the jvp function for custom autograd.Function to use it with forward mode AD.")
    tangents = [Dual.level.tangent(a) if isinstance(a, Tensor) else None for a in args]
    Dual.watched = False
    try:
        plain = [Variable(a.array, a.requires_grad, parent(a)) if type(a) is Dual else a for a in args]
        result, fixed = _performed(cls, ctx, tuple(plain), static)
        ctx._record.saved = ctx.__dict__.pop(FORWARD, ())
        results = result if isinstance(result, tuple) else (result,)
        products = products_of(cls, jvp, ctx, tangents, [
            (r.array.shape, r.array.dtype, at not in fixed and r.array.dtype.kind in INEXACT)
            if isinstance(r, Tensor) else None for at, r in enumerate(results)])
        ctx._record = CallRecord((), ())
    finally:
        Dual.watched = True
    for r, t in zip(results, products, strict=True):
        if isinstance(r, Tensor) and t is not None:
            Dual.level.give(r, t)
    return result


def _kind(args: tuple[Any, ...], static: bool) -> type[Tensor]:
    """The class of results that have no history: 0.1.12's style always made Variables."""
    tensors = [a for a in args if isinstance(a, Tensor)]
    if any(isinstance(t, Volatile) for t in tensors):
        return Volatile
    return Variable if not static or any(RESULT[type(t)] is not Tensor for t in tensors) else Tensor


def _forward(cls: type, ctx: Context, inputs: list[Any], static: bool) -> Any:
    """The result of the program's forward; with a setup_context, forward is not handed the context."""
    forward: Any = cls.forward if static else ctx.forward  # type: ignore[attr-defined]  # of the program's subclass
    setup = _defined(cls, "setup_context") if static else None
    if setup is None:
        return forward(ctx, *inputs) if static else forward(*inputs)
    slices = _slices(cls)
    result = forward(*inputs) if slices is None else slices.call(cls, tuple(inputs))
    cls.setup_context(ctx, tuple(inputs), result)  # type: ignore[attr-defined]  # of the program's subclass
    return result


def _recorded(cls: type, ctx: Context, record: CallRecord, inputs: list[Any], args: tuple[Any, ...],
              results: tuple[Any, ...], differentiable: list[Any]) -> FunctionNode:
    """The node of a call, for the results `wanted` that gradients can be asked of."""
    static = record.static
    edges = [(parent(a), at) for at, a in enumerate(args) if record.needs[at]]     # older than the node
    node = node_class(cls, static)()
    node.code, node.line_at = here()
    node.hooks = None
    shapes = tuple(w.array.shape for w in differentiable)
    node.shape = shapes[0] if len(differentiable) == 1 else shapes
    node.sequence_nr = clock()
    record.results = [(r.array.shape, r.array.dtype, is_one_of(r, differentiable)) if isinstance(r, Tensor)
                      else (None, None, False) for r in results]
    record.cls, record.ctx, record.node = cls, ctx, weakref.ref(node)
    jvp = _defined(cls, "jvp") if Transforms.stack and getattr(Transforms.stack[-1], "by_tangents", False) else None
    if static and isinstance(jvp, staticmethod):
        record.backward, record.saved = transpose_jvp(cls, jvp), vars(ctx).pop(FORWARD, ())
    else:
        record.backward = _backward(cls, (node.code, node.line_at))
    if not static and type(record.backward) is not partial:
        record.backward = lambda ctx, *g: ctx.backward(*g)
    if InferenceTensor.exist:
        refuse_saved(args, inputs, record.saved)
    saved = record.settle(inputs, args, {id(w): i for i, w in enumerate(differentiable)})
    record.edges = len(edges)
    node.edges = tuple((to, FunctionRule(record, at, (OPAQUE,) * len(saved) if i == 0 else ()), saved if i == 0 else ())
                       for i, (to, at) in enumerate(edges))
    return node


def _backward(cls: Any, place: Any) -> Any:
    """The backward of a Function, under either of its names; one that raises where there is none, or there are both.

    place   where the program has applied the Function
    """
    names = [name for name in ("backward", "vjp") if _defined(cls, name) is not None]
    return getattr(cls, names[0]) if len(names) == 1 else partial(_refuse_backward, cls.__name__, bool(names), place)


def _refuse_backward(name: str, both: bool, place: Any, *args: Any) -> None:
    """The backward of a Function that has none, or two: like PyTorch's, its result can be used until it is called."""
    if both:
        raise FunctionStyle(f"{name} has a backward and a vjp").saying(
            "Implementing both 'backward' and 'vjp' for a custom Function is not allowed. You should only implement "
            "one of them.")
    raise FunctionIncomplete(f"{name} has no backward", (
        "def backward(ctx, g):", "in the class: takes the gradient of the result, returns that of each argument"),
        places=[(f"{name} was applied", place)]).saying(
        "You must implement either the backward or vjp method for your custom autograd.Function to use it with "
        "backward mode AD.")


def _rewritten(target: Tensor, result: Tensor) -> Tensor:
    """An input that forward changed in place, with the call as its history; without a gradient, apart from its own."""
    if result.requires_grad:
        rebase(target, result)
    elif target.requires_grad:
        return detach(target)
    return target
