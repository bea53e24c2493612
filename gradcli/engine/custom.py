"""Functions that programs write themselves: a forward of their own, and a backward to go with it.

Two styles of writing one are understood. Today's is static, `MyReLU.apply(x)` with a context that
stands for the call; 0.1.12's is an object for each call, `MyReLU()(x)`, which is its own context
and sees plain tensors. Either way a call becomes one node of the graph. All its edges share one
`Record`, which runs the program's backward once per gradient and hands each edge its part.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from typing import Any, ClassVar, NamedTuple

import numpy as np

from gradcli.engine.call import debtor, here
from gradcli.engine.op import Op, Part, traced
from gradcli.engine.signature import Signature, described, sized
from gradcli.engine.tensor import Shown, Tensor, clock, note_write
from gradcli.engine.variable import RESULT, Variable, Volatile, grad_mode, recording
from gradcli.engine.write import rebase, writable
from gradcli.errors import ArgumentFault, FunctionGradients, FunctionStyle, GradFault

STATIC = "{name}.apply(x)"
INSTANCE = "{name}()(x)"


class Context:
    """What a call's forward and backward share: saved tensors, and whatever attributes they set."""

    __slots__ = ("__dict__", "__weakref__", "_record")

    _readable: ClassVar[frozenset[str]] = frozenset({
        "save_for_backward", "saved_tensors", "saved_variables", "needs_input_grad", "mark_non_differentiable",
        "mark_dirty", "set_materialize_grads"})
    _holds = True        # what the program sets on it, it can read

    _record: Record

    def _looks(self, style: Any) -> str:
        """Its text in a style, which gives it an address."""
        return f"<torch.autograd.function.Context object at {style.address(self)}>"

    def __repr__(self) -> str:
        return Shown.text(self)

    def save_for_backward(self, *tensors: Any) -> None:
        """Keep tensors for backward, which finds them in `saved_tensors`."""
        for tensor in tensors:
            if tensor is not None and not isinstance(tensor, Tensor):
                raise ArgumentFault(f"save_for_backward keeps tensors, not {described(tensor)}",
                                    ("ctx.value = value", "keeps any other value"))
        self._record.saved = tensors

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """What save_for_backward was given."""
        return self._record.unpacked()

    saved_variables = saved_tensors

    @property
    def needs_input_grad(self) -> tuple[bool, ...]:
        """For each argument of forward, whether its gradient is asked for."""
        return self._record.needs

    def mark_non_differentiable(self, *outputs: Any) -> None:
        """Say that these results have no gradient."""
        self._record.fixed = tuple(map(id, outputs))

    def mark_dirty(self, *inputs: Any) -> None:
        """Say that forward changed these inputs in place."""
        self._record.dirty = tuple(id(x) for x in inputs if isinstance(x, Tensor))

    def set_materialize_grads(self, value: bool) -> None:
        """Whether backward gets zeros, rather than None, for results that nobody used."""
        self._record.zeros = bool(value)


class Function(Context):
    """The base of a program's own Functions."""

    __slots__ = ()
    _inheritable = True
    _class_readable: ClassVar[frozenset[str]] = frozenset({"apply"})

    def __new__(cls, *args: Any, **options: Any) -> Any:
        made = object.__new__(cls)
        made._record = Record((), ())
        return made

    def __init__(self, *args: Any, **options: Any) -> None:
        if args or options:
            raise ArgumentFault(f"{type(self).__name__}() takes no arguments unless its class has an __init__")

    def _looks(self, style: Any) -> str:
        """Its text in a style, which gives it an address."""
        return f"<__main__.{type(self).__name__} object at {style.address(self)}>"

    def __call__(self, *args: Any) -> Any:
        """0.1.12's style: this object stands for the call."""
        cls = type(self)
        if _static(cls, "forward"):
            raise FunctionStyle(f"{cls.__name__} has a static forward, so it is applied, not made and called",
                                STATIC.format(name=cls.__name__))
        return _perform(cls, self, args, static=False)

    @classmethod
    def apply(cls, *args: Any) -> Any:
        """Today's style: a new context stands for the call."""
        if not _static(cls, "forward"):
            if _defined(cls, "forward") is None:
                raise FunctionStyle(f"{cls.__name__} has no forward")
            raise FunctionStyle(f"the forward of {cls.__name__} is not static",
                                ("@staticmethod", "above forward(ctx, x) and backward(ctx, g), for apply"),
                                (INSTANCE.format(name=cls.__name__), "the style of 0.1.12, for forward(self, x)"))
        return _perform(cls, Context(), args, static=True)


def once_differentiable(backward: Any) -> Any:
    """A backward that is not itself to be differentiated."""
    function = backward.__func__ if isinstance(backward, staticmethod) else backward

    def guarded(*args: Any) -> Any:
        return function(*args)

    vars(guarded)["once"] = True
    return guarded


def _defined(cls: type, name: str) -> Any:
    """What the program's class, or one of the program's classes above it, has under `name`."""
    order = (vars(kind).get(name) for kind in cls.__mro__ if kind not in (Function, Context, object))
    return next((found for found in order if found is not None), None)


def _static(cls: type, name: str) -> bool:
    return isinstance(_defined(cls, name), staticmethod)


class Saved(NamedTuple):
    """A tensor kept for backward, and where it came from: what a gradient of it is owed to."""

    tensor: Tensor
    source: Any         # a call or leaf, the number of a result of this call, or None


class Record:
    """One call: what it was given, what it keeps, and how its gradients are shared out."""

    __slots__ = ("args", "backward", "cls", "ctx", "dirty", "dtypes", "edges", "fixed", "left", "needs", "node",
                 "outputs", "paid", "paid_for", "saved", "static", "zeros")

    def __init__(self, args: tuple[Any, ...], needs: tuple[bool, ...], static: bool = True) -> None:
        self.args = [(a.array.shape, a.array.dtype) if isinstance(a, Tensor) else None for a in args]
        self.needs, self.static = needs, static
        self.saved: Any = ()
        self.fixed: tuple[int, ...] = ()
        self.dirty: tuple[int, ...] = ()
        self.zeros = True
        self.node: Any = None
        self.paid: list[Any] = []
        self.paid_for: Any = None
        self.left = 0

    def unpacked(self) -> tuple[Any, ...]:
        """The saved tensors, as backward sees them: joined to the graph where that is differentiated too."""
        return tuple(self._unpack(s) if type(s) is Saved else s for s in self.saved)

    def _unpack(self, kept: Saved) -> Tensor:
        tensor, source = kept
        if not self.static or source is None:
            return Tensor(tensor.array)
        if isinstance(source, Tensor):
            return source if source.array is tensor.array else traced.alias(source)  # type: ignore[no-any-return]
        if type(source) is int:     # one of the call's own results
            node = self.node()
            source = node if len(self.outputs) == 1 else Part(node, source, tensor.array.shape, clock())
        return Variable(tensor.array, True, source)

    def settle(self, given: list[Any], args: tuple[Any, ...], outputs: dict[int, int]) -> tuple[Any, ...]:
        """Note where the saved tensors come from; the arrays that must not change until backward."""
        sources = {id(g): debtor(a) for g, a in zip(given, args, strict=True)
                   if isinstance(a, Tensor) and a.requires_grad}
        settled = []
        for tensor in self.saved:
            if tensor is None:
                settled.append(None)
            elif id(tensor) in outputs:
                settled.append(Saved(Tensor(tensor.array), outputs[id(tensor)]))
            else:
                settled.append(Saved(Tensor(tensor.array), sources.get(id(tensor))))
        self.saved = tuple(settled)
        return tuple(s.tensor.array for s in settled if s is not None)

    def share(self, at: int, again: bool, g: Any) -> Any:
        """The gradient of argument `at`; the program's backward runs when the first is asked for."""
        if self.paid_for is not g or not self.left:
            self.paid, self.paid_for, self.left = self._run(g, again), g, self.edges
        share = self.paid[at]
        self.left -= 1
        if not self.left:
            self.paid, self.paid_for = [], None
        return share

    def _run(self, g: Any, again: bool) -> list[Any]:
        ctx, before = self.ctx, self.ctx._record
        ctx._record = self
        lasting = again and self.static and not getattr(self.backward, "once", False)
        try:
            with recording(lasting):
                given = self.backward(ctx, *self._incoming(g, lasting))
        finally:
            ctx._record = before
        shares = self._checked(given if isinstance(given, tuple | list) else (given,))
        if not again:
            return shares
        return [s if s is None or lasting else _barred(s, self.cls, self.node()) for s in shares]

    def _incoming(self, g: Any, lasting: bool) -> Iterable[Any]:
        """The gradients of the results, as tensors."""
        many = type(g) is list
        kind = Variable if self.static else Tensor
        for each, (shape, dtype) in zip(g if many else (g,), self.outputs, strict=True):
            if each is None:
                yield kind(np.zeros(shape, dtype)) if self.zeros else None
            elif lasting:
                yield each
            else:
                yield kind(np.asarray(each.array if isinstance(each, Tensor) else each, dtype))

    def _checked(self, given: Any) -> list[Any]:
        """What backward returned, if it fits: for each argument an array (or Variable), or None."""
        name, count = self.cls.__name__, len(self.args)
        if len(given) > count and all(g is None for g in given[count:]):
            given = given[:count]
        if len(given) != count:
            wanted = ", ".join(["g"] + ["None"] * (count - 1))
            raise FunctionGradients(f"{name}.backward returned {len(given)} gradient{'s' * (len(given) != 1)} "
                                    f"for the {count} argument{'s' * (count != 1)} of forward",
                                    (f"return {wanted}", "one for each, None where none is needed"),
                                    places=self._place())
        return [self._fitted(at, g) for at, g in enumerate(given)]

    def _fitted(self, at: int, g: Any) -> Any:
        name, argument = self.cls.__name__, self.args[at]
        if g is None:
            return None
        if argument is None:
            raise FunctionGradients(f"{name}.backward returned a gradient at position {at}, where forward was given "
                                    "something that is no tensor", ("None", "in its place"), places=self._place())
        if not isinstance(g, Tensor):
            raise FunctionGradients(f"{name}.backward must return tensors or None, and returned {described(g)} "
                                    f"at position {at}", places=self._place())
        shape, dtype = argument
        if g.array.shape != shape and not _expands(shape, g.array.shape):
            raise FunctionGradients(f"{name}.backward returned a gradient of shape {sized(g.array.shape)} at position "
                                    f"{at}, where the argument has {sized(shape)}", places=self._place())
        if not self.needs[at]:
            return None
        if grad_mode.on and self.static and g.requires_grad:
            return g if g.array.dtype is dtype else traced.cast(g, dtype)
        return g if self.static and grad_mode.on else g.array.astype(dtype, copy=False)

    def _place(self) -> list[tuple[str, Any]]:
        node = self.node()
        return [(f"{self.cls.__name__} was called", (node.code, node.line_at))] if node is not None else []


def _expands(small: tuple[int, ...], large: tuple[int, ...]) -> bool:
    """Whether a tensor of the first shape can be expanded to the second."""
    return len(small) <= len(large) and all(
        s in (1, n) for s, n in zip(reversed(small), reversed(large), strict=False))


class Owing:
    """What stands in an edge of a program's Function in place of a rule of the table."""

    __slots__ = ("at", "item", "needs", "record")

    def __init__(self, record: Record, at: int, needs: tuple[int, ...]) -> None:
        self.record, self.at, self.item, self.needs = record, at, None, needs

    def share(self, F: Any, g: Any, *kept: Any) -> Any:
        """The gradient of one argument."""
        return self.record.share(self.at, F is traced, g)


NO_PARAMETERS = Signature(lambda: None)
KEPT = 1        # where a sweep is told that a kept value stands: beyond parameters and result, so it is left alone


class Custom(Op, abstract=True):
    """The recorded call of a program's Function."""

    __slots__ = ("__weakref__",)

    signature = NO_PARAMETERS
    params = ()
    several = True


_nodes: weakref.WeakKeyDictionary[type, dict[bool, type[Custom]]] = weakref.WeakKeyDictionary()


def _node_class(cls: type, static: bool) -> type[Custom]:
    """The type of the nodes of a Function: it carries the Function's name."""
    made = _nodes.setdefault(cls, {})
    if static not in made:
        class Call(Custom, abstract=True):
            __slots__ = ()

        Call.__name__ = cls.__name__
        Call.modern_name = f"torch.autograd.function.{cls.__name__}Backward"
        Call.era_name = Call.modern_name if static else f"__main__.{cls.__name__}"
        made[static] = Call
    return made[static]


class Barred(Op, abstract=True):
    """The gradients of a backward that cannot itself be differentiated."""

    __slots__ = ()
    signature = NO_PARAMETERS
    params = ()
    modern_name = era_name = "torch.autograd.function.Error"


class _Bar:
    """The rule that refuses."""

    at, item, needs = 0, None, ()

    def __init__(self, name: str) -> None:
        self.name = name

    def share(self, F: Any, g: Any) -> Any:
        raise GradFault(f"the backward of {self.name} cannot be differentiated: it computes on plain tensors",
                        ("@staticmethod", "with forward(ctx, x), backward(ctx, g) and apply, it can be"))


def _barred(g: Any, cls: type, node: Any) -> Variable:
    this = Barred()
    leaf = Variable(np.zeros_like(g), True)
    this.edges = ((leaf, _Bar(cls.__name__), ()),)
    this.hooks, this.shape, this.born = None, g.shape, clock()
    this.code, this.line_at = node.code, node.line_at
    return Variable(g, True, this)


def _perform(cls: type, ctx: Context, args: tuple[Any, ...], static: bool) -> Any:
    """Run a Function's forward, and record the call if a gradient may be asked."""
    tensors = [a for a in args if isinstance(a, Tensor)]
    record = ctx._record = Record(args, tuple(isinstance(a, Tensor) and a.requires_grad for a in args), static)
    given = list(args) if static else [Tensor(a.array) if isinstance(a, Tensor) else a for a in args]
    with recording(False):
        result = _forward(cls, ctx, given, static)
    results = result if isinstance(result, tuple) else (result,)
    if not isinstance(result, tuple | Tensor):
        raise ArgumentFault(f"{cls.__name__}.forward must return a tensor or a tuple of them, not {described(result)}")
    kind: type[Tensor] = Variable if not static or any(RESULT[type(t)] is not Tensor for t in tensors) else Tensor
    if any(isinstance(t, Volatile) for t in tensors):
        kind = Volatile
    tracked = grad_mode.on and kind is not Volatile and any(record.needs)
    wanted = [r for r in results if isinstance(r, Tensor) and r.array.dtype.kind == "f"
              and id(r) not in record.fixed] if tracked else []
    back = {id(g): a for g, a in zip(given, args, strict=True)}
    for dirty in back.keys() & record.dirty:
        note_write(writable(back[dirty], cls.__name__), cls.__name__, here())
    node = _recorded(cls, ctx, record, given, args, wanted) if wanted else None
    outs, at = [], 0
    for r in results:
        out = kind(r.array) if isinstance(r, Tensor) else r
        if node is not None and any(r is w for w in wanted):
            to = node if len(wanted) == 1 else Part(node, at, r.array.shape, clock())
            out, at = Variable(r.array, True, to), at + 1
        if id(r) in back.keys() & record.dirty:
            out = _rewritten(back[id(r)], out)
        outs.append(out)
    ctx._record = Record((), ())
    return tuple(outs) if isinstance(result, tuple) else outs[0]


def _forward(cls: type, ctx: Context, given: list[Any], static: bool) -> Any:
    """The result of the program's forward; with a setup_context, forward is not handed the context."""
    forward: Any = cls.forward if static else ctx.forward  # type: ignore[attr-defined]
    setup = _defined(cls, "setup_context") if static else None
    if setup is None:
        return forward(ctx, *given) if static else forward(*given)
    result = forward(*given)
    cls.setup_context(ctx, tuple(given), result)  # type: ignore[attr-defined]
    return result


def _recorded(cls: type, ctx: Context, record: Record, given: list[Any], args: tuple[Any, ...],
              wanted: list[Any]) -> Custom:
    """The node of a call, for the results `wanted` that gradients can be asked of."""
    if _defined(cls, "backward") is None:
        raise FunctionStyle(f"{cls.__name__} has no backward", "def backward(ctx, g):")
    static = record.static
    node = _node_class(cls, static)()
    node.code, node.line_at = here()
    node.hooks = None
    shapes = tuple(w.array.shape for w in wanted)
    node.shape = shapes[0] if len(wanted) == 1 else shapes
    node.born = clock()
    record.outputs = [(w.array.shape, w.array.dtype) for w in wanted]
    record.cls, record.ctx, record.node = cls, ctx, weakref.ref(node)
    record.backward = cls.backward if static else (  # type: ignore[attr-defined]
        lambda ctx, *g: ctx.backward(*g))
    kept = record.settle(given, args, {id(w): i for i, w in enumerate(wanted)})
    edges = [(debtor(a), at) for at, a in enumerate(args) if record.needs[at]]
    record.edges = len(edges)
    node.edges = tuple((to, Owing(record, at, (KEPT,) * len(kept) if i == 0 else ()), kept if i == 0 else ())
                       for i, (to, at) in enumerate(edges))
    return node


def _rewritten(target: Tensor, result: Tensor) -> Tensor:
    """An input that forward changed in place, with the call as its history."""
    if result.requires_grad:
        rebase(target, result)
    return target
