"""The node of a call of a program's `torch.autograd.Function`: its saved tensors, and its backward."""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from gradcli.engine.autograd.dispatch import parent
from gradcli.engine.autograd.op import NodeOutput, Op, traced
from gradcli.engine.autograd.saved_tensors_hooks import PackedValue, PackedValues
from gradcli.engine.autograd.saved_values import Freed, check_fresh
from gradcli.engine.autograd.signature import Signature, described, sized
from gradcli.engine.result_layout import can_expand
from gradcli.engine.tensor.tensor import DisplayHooks, Tensor, clock
from gradcli.engine.tensor.variable import Variable, grad_mode, recording
from gradcli.exposure import exposed
from gradcli.faults.gradients import GradientCount, GradientType
from gradcli.faults.mistakes import NotDifferentiable
from gradcli.faults.tree import FunctionGradients


class Saved(NamedTuple):
    """A tensor saved for backward, and the node or leaf that a gradient with respect to it goes to."""

    tensor: Any         # or the slot that it comes from
    source: Any         # a node or leaf, the index of an output of this call, or None


class CallRecord:
    """The state of one call: the shapes and dtypes of its arguments, its saved tensors, the gradients of a sweep.

    The program's backward returns the gradients of all arguments at once, while the sweep asks for them edge by edge:
    `grads` holds those of the current sweep, computed from `grads_of`, until all `edges` have read theirs.
    """

    __slots__ = ("args", "backward", "cls", "ctx", "dirty", "dtypes", "edges", "fixed", "freed", "grads", "grads_of",
                 "needs", "node", "results", "saved", "static", "unread", "zeros")

    results: list[tuple[Any, Any, bool]]    # of each result its shape, its type, whether it has a gradient
    cls: type
    ctx: Any
    backward: Any
    edges: int

    def __init__(self, args: tuple[Any, ...], needs: tuple[bool, ...], static: bool = True) -> None:
        self.args = [(a.array.shape, a.array.dtype) if isinstance(a, Tensor) else None for a in args]
        self.needs, self.static = needs, static
        self.saved: Any = ()
        self.fixed: tuple[Any, ...] = ()    # results marked as not differentiable, until the call is recorded
        self.dirty: tuple[Any, ...] = ()    # and what was marked as changed in place
        self.zeros = True
        self.node: Any = None
        self.grads: list[Any] = []
        self.grads_of: Any = None
        self.unread = 0
        self.freed: Any = None      # once a sweep has released the saved tensors: iteration over it says so

    def saved_values(self) -> tuple[Any, ...]:
        """The saved tensors, as backward sees them: joined to the graph where that is differentiated too.

        Raises SecondBackward where a sweep has released them.
        """
        if self.freed is not None:
            iter(self.freed)
        return tuple(self._unpack(value) if type(value) is Saved else value for value in self.saved)

    def _unpack(self, saved: Saved) -> Tensor:
        tensor, source = saved
        if type(tensor) is PackedValue:
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

    def settle(self, inputs: list[Any], args: tuple[Any, ...],
               outputs: dict[int, int]) -> tuple[Any, ...] | PackedValues:
        """Note the source of each saved tensor; return the arrays, which must not change until backward."""
        sources = {id(g): parent(a) for g, a in zip(inputs, args, strict=True)
                   if isinstance(a, Tensor) and a.requires_grad}
        saved: list[Saved | None] = []
        for tensor in self.saved:
            if tensor is None:
                saved.append(None)
            elif id(tensor) in outputs:
                saved.append(Saved(Tensor(tensor.array), outputs[id(tensor)]))
            else:
                saved.append(Saved(Tensor(tensor.array), sources.get(id(tensor))))
        self.saved = tuple(saved)
        if grad_mode.savers:
            return self._stored(args, inputs)
        return tuple(value.tensor.array for value in saved if value is not None)

    def _stored(self, args: tuple[Any, ...], inputs: list[Any]) -> PackedValues:
        """Pack the saved tensors by the innermost saver, and return the placeholder that their edge holds."""
        saver = grad_mode.savers[-1]
        arguments = {id(x.array): a for x, a in zip(inputs, args, strict=True) if isinstance(x, Tensor)}
        self.saved = tuple(value if value is None else Saved(saver.slot(value.tensor.array, arguments.get(
            id(value.tensor.array), value.tensor)), value.source) for value in self.saved)
        return PackedValues((None,) * sum(value is not None for value in self.saved))

    def grad(self, at: int, create_graph: bool, g: Any) -> Any:
        """The gradient of argument `at`; the program's backward runs when the first is asked for."""
        if self.grads_of is not g or not self.unread:
            self.grads, self.grads_of, self.unread = self._run(g, create_graph), g, self.edges
        grad = self.grads[at]
        self.unread -= 1
        if not self.unread:
            self.grads, self.grads_of = [], None
        return grad

    def _run(self, g: Any, create_graph: bool) -> list[Any]:
        ctx, before = self.ctx, self.ctx._record
        ctx._record = self
        recorded = create_graph and self.static and not getattr(self.backward, "once", False)
        try:
            with recording(recorded):
                returned = self.backward(ctx, *self._incoming(g, recorded))
        finally:
            ctx._record = before
        grads = self._checked(returned if isinstance(returned, tuple | list) else (returned,), recorded)
        if not create_graph:
            return grads
        sources = g if type(g) is list else [g]
        if self.static and not any(isinstance(x, Tensor) and x.requires_grad for x in sources):
            return [grad if grad is None or recorded else Variable(grad) for grad in grads]     # no input has history
        return [grad if grad is None or recorded else _once_differentiable(grad, self.cls, self.node())
                for grad in grads]

    def _incoming(self, g: Any, recorded: bool) -> Iterable[Any]:
        """The gradients of the results, as tensors."""
        incoming = iter(g if type(g) is list else [g])
        kind = Variable if self.static else Tensor
        for shape, dtype, differentiable in self.results:
            grad = next(incoming) if differentiable else None
            if grad is None:
                yield kind(np.zeros(shape, dtype)) if self.zeros and dtype is not None else None
            elif recorded:
                yield grad
            else:
                yield kind(np.asarray(grad.array if isinstance(grad, Tensor) else grad, dtype))

    def _checked(self, grads: Any, recorded: bool) -> list[Any]:
        """The gradients that backward returned, checked: an array, a Variable or None for each argument."""
        name, count = self.cls.__name__, len(self.args)
        if len(grads) > count and all(g is None for g in grads[count:]):
            grads = grads[:count]
        if len(grads) != count:
            raise GradientCount(name, len(grads), count, self._place())
        if any(self.needs) and all(g is None for g in grads):
            DisplayHooks.note("backward gave nothing",
                              f"{name}.backward gave None for every argument, so no gradient goes "
                              "further; what it computes is passed on with return")
        return [self._fitted(at, g, recorded) for at, g in enumerate(grads)]

    def _fitted(self, at: int, g: Any, recorded: bool) -> Any:
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
        if not self.needs[at]:
            return None     # whatever its shape: it goes nowhere
        shape, dtype = argument
        if g.array.shape != shape and not can_expand(shape, g.array.shape):
            raise FunctionGradients(f"{name}.backward returned a gradient of shape {sized(g.array.shape)} at position "
                                    f"{at}, where the argument has {sized(shape)}", places=self._place()).saying(
                f"Function {name}Backward returned an invalid gradient at index {at} - got {list(g.array.shape)} but "
                f"expected shape compatible with {list(shape)}")
        if not self.needs[at]:
            return None
        if not recorded:
            return g.array.astype(dtype, copy=False)
        return g if g.array.dtype is dtype else traced.cast(g, dtype)

    def _place(self) -> list[tuple[str, Any]]:
        node = self.node()
        return [(f"{self.cls.__name__} was called", (node.code, node.line_at))] if node is not None else []


class FunctionRule:
    """The rule in the edges of a program's Function: it returns the gradient that the program's backward computed."""

    __slots__ = ("at", "item", "needs", "record", "saves")
    vanishes = False

    def __init__(self, record: CallRecord, at: int, needs: tuple[int, ...]) -> None:
        self.record, self.at, self.item, self.needs, self.saves = record, at, None, needs, bool(needs)

    def grad(self, F: Any, g: Any, *saved: Any) -> Any:
        """The gradient of one argument."""
        return self.record.grad(self.at, F is traced, g)


NO_PARAMETERS = Signature(lambda: None)
# the position of a saved value in `needs`: beyond parameters and result, so that a sweep passes it on as it is
OPAQUE = 1


@exposed("needs_input_grad", "saved_tensors")
class FunctionNode(Op, abstract=True):
    """The recorded call of a program's Function."""

    __slots__ = ("__weakref__", "_edges")

    signature = NO_PARAMETERS
    params = ()
    multi_output = runs_undefined = True

    @property
    def edges(self) -> Any:
        """The edges. Saved tensors that are released are missed where backward asks for them, and only there."""
        return self._edges

    @edges.setter
    def edges(self, edges: Any) -> None:
        for _, rule, saved in edges:
            if type(saved) is Freed:
                rule.record.freed, rule.record.saved = saved, ()
        self._edges = tuple([(to, rule, ()) if type(saved) is Freed else (to, rule, saved)
                             for to, rule, saved in edges])

    @property
    def _record(self) -> CallRecord:
        record: CallRecord = self.edges[0][1].record
        return record

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """The tensors that its forward saved; StaleValue if one of them has been written to since."""
        check_fresh(self)
        return self._record.saved_values()

    @property
    def needs_input_grad(self) -> tuple[bool, ...]:
        """For each argument of forward, whether its gradient is asked for."""
        return self._record.needs

    @property
    def tensor_inputs(self) -> tuple[int, ...]:
        """The positions of those arguments of forward that are tensors."""
        return tuple(at for at, argument in enumerate(self._record.args) if argument is not None)


_nodes: weakref.WeakKeyDictionary[type, dict[bool, type[FunctionNode]]] = weakref.WeakKeyDictionary()


def node_class(cls: type, static: bool) -> type[FunctionNode]:
    """The type of the nodes of a Function: it carries the Function's name."""
    classes = _nodes.setdefault(cls, {})
    if static not in classes:
        class Node(FunctionNode, abstract=True):
            __slots__ = ()

        Node.__name__ = cls.__name__
        Node.modern_name = f"torch.autograd.function.{cls.__name__}Backward"
        Node.legacy_class_name = Node.modern_name if static else f"__main__.{cls.__name__}"
        classes[static] = Node
    return classes[static]


class NonDifferentiable(Op, abstract=True):
    """The gradients of a backward that cannot itself be differentiated."""

    __slots__ = ()
    signature = NO_PARAMETERS
    params = ()
    modern_name = legacy_class_name = "torch.autograd.function.Error"


class _OnceDifferentiableRule:
    """The rule of a backward that ran on plain tensors: it raises NotDifferentiable."""

    at, item, needs, saves, vanishes = 0, None, (), False, False

    def __init__(self, name: str) -> None:
        self.name = name

    def grad(self, F: Any, g: Any) -> Any:
        raise NotDifferentiable(f"the backward of {self.name} cannot be differentiated: it computes on plain tensors",
                                ("@staticmethod", "with forward(ctx, x), backward(ctx, g) and apply, it can be"))


def _once_differentiable(g: Any, cls: type, node: Any) -> Variable:
    this = NonDifferentiable()
    leaf = Variable(np.zeros_like(g), True)
    this.edges = ((leaf, _OnceDifferentiableRule(cls.__name__), ()),)
    this.hooks, this.shape, this.sequence_nr = None, g.shape, clock()
    this.code, this.line_at = node.code, node.line_at
    return Variable(g, True, this)
