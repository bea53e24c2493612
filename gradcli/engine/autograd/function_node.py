"""One call of a program's Function: what it keeps, and how its gradients are worked out and shared."""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from gradcli.engine.autograd.dispatch import parent
from gradcli.engine.autograd.op import NodeOutput, Op, traced
from gradcli.engine.autograd.saved_tensors_hooks import Slot, Stored
from gradcli.engine.autograd.signature import Signature, described, sized
from gradcli.engine.tensor.tensor import DisplayHooks, Tensor, clock
from gradcli.engine.tensor.variable import Variable, grad_mode, recording
from gradcli.exposure import exposed
from gradcli.faults.gradients import GradientCount, GradientType
from gradcli.faults.mistakes import NotDifferentiable
from gradcli.faults.tree import FunctionGradients


class Saved(NamedTuple):
    """A tensor kept for backward, and where it came from: what a gradient of it is owed to."""

    tensor: Any         # or the slot that it comes from
    source: Any         # a call or leaf, the number of a result of this call, or None


class Record:
    """One call: what it was given, what it keeps, and how its gradients are shared out."""

    __slots__ = ("args", "backward", "cls", "ctx", "dirty", "dtypes", "edges", "fixed", "left", "needs", "node",
                 "paid", "paid_for", "results", "saved", "static", "zeros")

    results: list[tuple[Any, Any, bool]]    # of each result its shape, its type, whether it has a gradient
    cls: type
    ctx: Any
    backward: Any
    edges: int

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
        if type(tensor) is Slot:
            tensor = Tensor(tensor.value())
        if not self.static or source is None:
            return Tensor(tensor.array)
        if isinstance(source, Tensor):
            return source if source.array is tensor.array else traced.alias(source)
        if type(source) is int:     # one of the call's own results
            node = self.node()
            source = node if sum(r[2] for r in self.results) == 1 else NodeOutput(node, source, tensor.array.shape,
                                                                                  clock())
        return Variable(tensor.array, True, source)

    def settle(self, given: list[Any], args: tuple[Any, ...], outputs: dict[int, int]) -> tuple[Any, ...] | Stored:
        """Note where the saved tensors come from; the arrays that must not change until backward."""
        sources = {id(g): parent(a) for g, a in zip(given, args, strict=True)
                   if isinstance(a, Tensor) and a.requires_grad}
        settled: list[Saved | None] = []
        for tensor in self.saved:
            if tensor is None:
                settled.append(None)
            elif id(tensor) in outputs:
                settled.append(Saved(Tensor(tensor.array), outputs[id(tensor)]))
            else:
                settled.append(Saved(Tensor(tensor.array), sources.get(id(tensor))))
        self.saved = tuple(settled)
        if grad_mode.savers:
            return self._stored(args, given)
        return tuple(s.tensor.array for s in settled if s is not None)

    def _stored(self, args: tuple[Any, ...], given: list[Any]) -> Stored:
        """The same where somebody handles what calls save."""
        saver = grad_mode.savers[-1]
        whose = {id(g.array): a for g, a in zip(given, args, strict=True) if isinstance(g, Tensor)}
        self.saved = tuple(s if s is None else Saved(saver.slot(s.tensor.array, whose.get(
            id(s.tensor.array), s.tensor)), s.source) for s in self.saved)
        return Stored((None,) * sum(s is not None for s in self.saved))

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
        shares = self._checked(given if isinstance(given, tuple | list) else (given,), lasting)
        if not again:
            return shares
        sources = g if type(g) is list else [g]
        if self.static and not any(isinstance(x, Tensor) and x.requires_grad for x in sources):
            return [s if s is None or lasting else Variable(s) for s in shares]     # nothing it was handed has history
        return [s if s is None or lasting else _barred(s, self.cls, self.node()) for s in shares]

    def _incoming(self, g: Any, lasting: bool) -> Iterable[Any]:
        """The gradients of the results, as tensors."""
        owed = iter(g if type(g) is list else [g])
        kind = Variable if self.static else Tensor
        for shape, dtype, differentiable in self.results:
            each = next(owed) if differentiable else None
            if each is None:
                yield kind(np.zeros(shape, dtype)) if self.zeros and dtype is not None else None
            elif lasting:
                yield each
            else:
                yield kind(np.asarray(each.array if isinstance(each, Tensor) else each, dtype))

    def _checked(self, given: Any, lasting: bool) -> list[Any]:
        """What backward returned, if it fits: for each argument an array (or Variable), or None."""
        name, count = self.cls.__name__, len(self.args)
        if len(given) > count and all(g is None for g in given[count:]):
            given = given[:count]
        if len(given) != count:
            raise GradientCount(name, len(given), count, self._place())
        if any(self.needs) and all(g is None for g in given):
            DisplayHooks.note("backward gave nothing",
                              f"{name}.backward gave None for every argument, so no gradient goes "
                              "further; what it computes is passed on with return")
        return [self._fitted(at, g, lasting) for at, g in enumerate(given)]

    def _fitted(self, at: int, g: Any, lasting: bool) -> Any:
        name, argument = self.cls.__name__, self.args[at]
        if g is None:
            return None
        if argument is None:
            raise FunctionGradients(f"{name}.backward returned a gradient at position {at}, where forward was given "
                                    "something that is no tensor", ("None", "in its place"),
                                    places=self._place()).saying(
                f"function {name}Backward returned a gradient different than None at position {at + 1}, but the "
                "corresponding forward input was not a Variable")
        if not isinstance(g, Tensor):
            raise GradientType(name, described(g), type(g), at, self._place())
        shape, dtype = argument
        if g.array.shape != shape and not _expands(shape, g.array.shape):
            raise FunctionGradients(f"{name}.backward returned a gradient of shape {sized(g.array.shape)} at position "
                                    f"{at}, where the argument has {sized(shape)}", places=self._place()).saying(
                f"Function {name}Backward returned an invalid gradient at index {at} - got {list(g.array.shape)} but "
                f"expected shape compatible with {list(shape)}")
        if not self.needs[at]:
            return None
        if not lasting:
            return g.array.astype(dtype, copy=False)
        return g if g.array.dtype is dtype else traced.cast(g, dtype)

    def _place(self) -> list[tuple[str, Any]]:
        node = self.node()
        return [(f"{self.cls.__name__} was called", (node.code, node.line_at))] if node is not None else []


def _expands(small: tuple[int, ...], large: tuple[int, ...]) -> bool:
    """Whether a tensor of the first shape can be expanded to the second."""
    return len(small) <= len(large) and all(
        s in (1, n) for s, n in zip(reversed(small), reversed(large), strict=False))


class FunctionRule:
    """What stands in an edge of a program's Function in place of a rule of the table."""

    __slots__ = ("at", "item", "needs", "record", "saves")

    def __init__(self, record: Record, at: int, needs: tuple[int, ...]) -> None:
        self.record, self.at, self.item, self.needs, self.saves = record, at, None, needs, bool(needs)

    def share(self, F: Any, g: Any, *kept: Any) -> Any:
        """The gradient of one argument."""
        return self.record.share(self.at, F is traced, g)


NO_PARAMETERS = Signature(lambda: None)
KEPT = 1        # where a sweep is told that a kept value stands: beyond parameters and result, so it is left alone


@exposed("saved_tensors")
class Custom(Op, abstract=True):
    """The recorded call of a program's Function."""

    __slots__ = ("__weakref__",)

    signature = NO_PARAMETERS
    params = ()
    multi_output = True

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """What its forward has saved."""
        _, rule, kept = self.edges[0]
        if type(kept) is not Stored:
            tuple(kept)     # refuses what has been freed
        values: tuple[Any, ...] = rule.record.unpacked()
        return values


_nodes: weakref.WeakKeyDictionary[type, dict[bool, type[Custom]]] = weakref.WeakKeyDictionary()


def node_class(cls: type, static: bool) -> type[Custom]:
    """The type of the nodes of a Function: it carries the Function's name."""
    made = _nodes.setdefault(cls, {})
    if static not in made:
        class Call(Custom, abstract=True):
            __slots__ = ()

        Call.__name__ = cls.__name__
        Call.modern_name = f"torch.autograd.function.{cls.__name__}Backward"
        Call.legacy_class_name = Call.modern_name if static else f"__main__.{cls.__name__}"
        made[static] = Call
    return made[static]


class NonDifferentiable(Op, abstract=True):
    """The gradients of a backward that cannot itself be differentiated."""

    __slots__ = ()
    signature = NO_PARAMETERS
    params = ()
    modern_name = legacy_class_name = "torch.autograd.function.Error"


class _Bar:
    """The rule that refuses."""

    at, item, needs, saves = 0, None, (), False

    def __init__(self, name: str) -> None:
        self.name = name

    def share(self, F: Any, g: Any) -> Any:
        raise NotDifferentiable(f"the backward of {self.name} cannot be differentiated: it computes on plain tensors",
                        ("@staticmethod", "with forward(ctx, x), backward(ctx, g) and apply, it can be"))


def _barred(g: Any, cls: type, node: Any) -> Variable:
    this = NonDifferentiable()
    leaf = Variable(np.zeros_like(g), True)
    this.edges = ((leaf, _Bar(cls.__name__), ()),)
    this.hooks, this.shape, this.born = None, g.shape, clock()
    this.code, this.line_at = node.code, node.line_at
    return Variable(g, True, this)
