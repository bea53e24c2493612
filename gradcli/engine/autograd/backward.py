"""The reverse sweep.

Everything is owed to someone: a call, or a leaf. Calls pay what they are owed on to their
debtors, newest first; what is owed to leaves at the end is their gradient.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set
from operator import attrgetter
from sys import getrefcount
from typing import Any

import numpy as np
from numpy import ndarray

from gradcli.engine.autograd.dispatch import here
from gradcli.engine.autograd.dispatch import parent as debtor_of
from gradcli.engine.autograd.graph_view import input_order
from gradcli.engine.autograd.hooks import RETAIN, Handle, accumulated, hooked, hooked_leaf
from gradcli.engine.autograd.op import NodeOutput, Op, raw, traced
from gradcli.engine.autograd.saved_tensors_hooks import Running, latest
from gradcli.engine.autograd.saved_values import Freed, check_fresh, joined, lifted, pass_over, release
from gradcli.engine.random.generators import Current
from gradcli.engine.tensor.tensor import FIRST_ORDER, DetachedBy, DisplayHooks, Tensor, written
from gradcli.engine.tensor.variable import Dual, Variable, grad_mode, recording
from gradcli.engine.tensor.write_gate import WriteObserver, writing
from gradcli.exposure import exposed
from gradcli.faults.mistakes import NotDifferentiable
from gradcli.faults.tree import AnomalousGradient, GradFault, SecondBackward

_born = attrgetter("born")


def sweep(outputs: Sequence[Tensor], seeds: Sequence[Tensor], keep: bool = False, again: bool = False,
          inputs: Iterable[Any] | None = None, arrived: Callable[[Any, Any], Any] | None = None,
          unseen: Set[Any] = frozenset()) -> dict[Any, Any]:
    """What is owed to each leaf, or to each of `inputs`, when `seeds` are owed to `outputs`.

    Gradients are arrays; with `again` they are Variables, and the sweep is itself recorded so
    that they can be differentiated. Unless `keep`, kept values are let go as the sweep passes.
    `arrived` is called with a leaf that has hooks and its gradient as soon as that is complete; what it gives is the
    gradient, None if nothing is owed to the leaf any more. No gradient goes through the calls `unseen`.
    """
    if Dual.watched and any(type(output) is Dual for output in outputs):
        raise NotDifferentiable("backward through tensors with tangents, whose gradients would have tangents, is not "
                                "to be had in a dual level", ("torch.func.jvp(torch.func.grad(f), (x,), (v,))",
                                                              "the derivative of a gradient along a direction"))
    F: Any = traced if again else raw
    owed: dict[Any, Any] = {}
    for output, seed in zip(outputs, seeds, strict=True):
        to = debtor_of(output)
        share = seed if again else seed.array
        owed[to] = F.add(owed[to], share) if to in owed else share
    wanted = None if inputs is None else set(inputs)
    calls = newest_first(owed) if wanted is None else leading_to(
        [call for call in newest_first(owed) if call not in unseen] if unseen else newest_first(owed), wanted)
    if WriteObserver.sweep is not None:
        WriteObserver.sweep(calls)
    latest.now = Running(calls, wanted)
    freed, private, watching = Freed(here()), set(), Watch.anomalies and Watch.nan
    found: dict[Any, Any] = {}
    undefined: set[Any] = set()         # what rules passed no gradient to: PyTorch looks at what is kept all the same
    call: Any = None
    awaited = _awaited(calls, wanted) if arrived and Handle.of_leaf else {}
    try:
        with recording(again):
            for call in calls:
                g = owed.pop(call, None)
                if g is None:
                    if call in undefined:
                        pass_over(call, undefined, None if keep else freed)
                    if awaited:
                        _arrivals(call, awaited, owed, found, arrived)
                    continue
                if call.hooks:
                    g = hooked(call, g, again)
                if wanted and call in wanted:
                    found[call] = g
                if type(call) is NodeOutput:
                    shares = owed.setdefault(call.call, [None] * len(call.call.shape))
                    shares[call.at] = g if shares[call.at] is None else F.add(shares[call.at], g)
                    continue
                edges = call.edges
                if written:
                    check_fresh(call)
                saving = False
                if call.hooks and min(call.hooks) < RETAIN:
                    saving, edges = True, _after_hooks(call, edges, F, g, again)
                for parent, rule, kept in edges:
                    share = _traced_share(call, rule, g, kept) if again else rule.share(F, g, *kept)
                    if rule.saves is not False:
                        saving = True
                    if share is None:
                        undefined.add(parent)
                        continue
                    if watching:
                        _check_finite(call, rule, share)
                    if share.shape != parent.shape:
                        share = F.sum_to(share, parent.shape)     # undo broadcasting
                    if parent not in owed:
                        owed[parent] = share
                        continue
                    before = owed[parent]
                    if parent in private and share.dtype is before.dtype:
                        np.add(before, share, out=before)
                    else:
                        owed[parent] = total = F.add(before, share) if again else np.add(before, share)
                        if type(total) is ndarray:
                            private.add(parent)     # nobody else holds this memory: further shares go into it
                if saving and not keep:
                    call.edges = release(call.edges, freed)
                if awaited:
                    _arrivals(call, awaited, owed, found, arrived)
    except SecondBackward as fault:
        fault.facts.setdefault("computed", (call.code, call.line_at))
        raise
    found.update(owed)
    return {to: found[to] for to in wanted if to in found} if wanted is not None else owed


def _awaited(calls: list[Any], wanted: set[Any] | None) -> dict[Any, int]:
    """For each leaf with hooks, how many gradients it is still owed."""
    awaited: dict[Any, int] = {}
    for call in calls:
        for to, _, _ in () if type(call) is NodeOutput else call.edges:
            if isinstance(to, Tensor) and to.hooks and (wanted is None or to in wanted):
                awaited[to] = awaited.get(to, 0) + 1
    return awaited


def _arrivals(call: Any, awaited: dict[Any, int], owed: dict[Any, Any], found: dict[Any, Any], arrived: Any) -> None:
    """Hand on the gradients of leaves that are complete when `call` has passed on its own."""
    edges = () if type(call) is NodeOutput else call.edges
    if type(call).__name__ == "Linear" and len(edges) > 1:      # today's PyTorch is told the bias first
        order = input_order(call)
        edges = sorted(edges, key=lambda edge: order.index(edge[1].at) if edge[1].at in order else len(order))
    for to, _, _ in edges:
        if to in awaited:
            awaited[to] -= 1
            if not awaited[to] and to in owed:
                g = arrived(to, owed.pop(to))
                if g is not None:
                    found[to] = g


def newest_first(parents: Iterable[Any]) -> list[Any]:
    """Every call that the debtors depend on, each before those whose results it used.

    Calls are numbered as they are made, so descending order is already topological.
    """
    seen: set[Any] = set()
    found: list[Any] = []       # in an order that in a chain is already the one wanted, which makes sorting cheap
    frontier = list(parents)
    while frontier:
        call = frontier.pop()
        if isinstance(call, Op):
            if call not in seen:
                seen.add(call)
                found.append(call)
                for parent, _, _ in call.edges:
                    frontier.append(parent)
        elif type(call) is NodeOutput and call not in seen:
            seen.add(call)
            found.append(call)
            frontier.append(call.call)
    found.sort(key=_born, reverse=True)
    return found


def leading_to(calls: list[Any], wanted: set[Any]) -> list[Any]:
    """Those calls, in order, through which a gradient reaches something wanted."""
    useful = set(wanted)
    for call in reversed(calls):
        parents = [call.call] if type(call) is NodeOutput else [d for d, _, _ in call.edges]
        if any(d in useful for d in parents):
            useful.add(call)
    return [call for call in calls if call in useful]


class Watch:
    """Whether sweeps look for gradients that are not numbers, and whether such a gradient ends them."""

    anomalies = False
    nan = True


@exposed()
class watched:
    """A context in which they do: `torch.autograd.detect_anomaly()`, `set_detect_anomaly(True)`."""

    __module__, __qualname__ = "torch.autograd.anomaly_mode", "set_detect_anomaly"

    def __init__(self, mode: bool = True, check_nan: bool = True) -> None:
        self.before = Watch.anomalies, Watch.nan
        Watch.anomalies, Watch.nan = bool(mode), bool(check_nan)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *error: Any) -> None:
        Watch.anomalies, Watch.nan = self.before


def _check_finite(call: Any, rule: Any, share: Any) -> None:
    """Refuse to go on from the first operation whose gradient is nan or, in the tutorial style, infinite."""
    array = share.array if isinstance(share, Tensor) else np.asarray(share)
    if array.dtype.kind != "f" or not (~np.isfinite(array) if Current.legacy else np.isnan(array)).any():
        return
    name = type(call).names[0] if type(call).names else type(call).__name__
    what = "nan" if np.isnan(array).any() else "infinite"
    to = type(call).params[rule.at] if type(call).params else f"argument {rule.at + 1}"
    raise AnomalousGradient(f"the gradient that {name} passes back to {to} is {what}",
                            ("x.clamp(min=1e-8)", "keeps logarithms, quotients and roots away from where they blow up"),
                            places=[(f"{name} was computed", (call.code, call.line_at))]).saying(
        f"Function '{call.modern_name.rpartition('.')[2]}' returned nan values in its {rule.at}th output.")


def _traced_share(call: Any, rule: Any, g: Any, kept: Any) -> Any:
    """What a rule passes back, as a Variable that depends on whatever PyTorch's would depend on."""
    if type(rule) is _Computed:
        return rule.gradient
    if grad_mode.unseen and grad_mode.enabled and call in grad_mode.unseen:     # its tangents are not recorded either
        with recording(False):
            return _traced_share(call, rule, g, kept)
    values = lifted(call, rule, kept)
    share = rule.share(traced, g, *values)
    linked, link = type(call).linked, traced.still
    own: Any = None
    if type(linked) is tuple:
        link = traced.tied
        linked, own = (True if type(call).params[rule.at] in linked else None), rule
    if type(share) is Tensor:       # zeros whatever the inputs: nothing that they depend on
        return Variable(share.array)
    if share is None or linked is False or share.requires_grad and not linked or not grad_mode.on:
        return share
    if linked:      # PyTorch computes the gradients of all inputs in one call, which depends on all of them
        zero = share.array.dtype.type(0)
        sources = [joined(np.broadcast_to(zero, parent.shape), parent) for parent, other, _ in call.edges
                   if other is not own]
    else:
        params, idle = (*type(call).params, ""), type(call).only_kept
        sources = [x for need, value in zip(rule.needs, values, strict=True)
                   if not idle or params[min(need, len(params) - 1)] not in idle
                   for x in (value if type(value) is tuple else (value,))
                   if isinstance(x, Tensor) and x.requires_grad and x.array.dtype.kind == "f"]
    return link(share, sources) if sources else share


class _Computed:
    """What stands in an edge in place of a rule once its gradient is known."""

    item, needs, saves = None, (), False

    def __init__(self, at: int, gradient: Any) -> None:
        self.at, self.gradient = at, gradient

    def share(self, F: Any, g: Any) -> Any:
        """The gradient."""
        return self.gradient


def _after_hooks(call: Any, edges: Any, F: Any, g: Any, again: bool) -> Any:
    """The edges of a call with gradients that its own hooks, told all that came in and goes out, have seen."""
    shares = [_traced_share(call, rule, g, kept) if again else rule.share(F, g, *kept) for _, rule, kept in edges]
    shares = [s if s is None or s.shape == to.shape else F.sum_to(s, to.shape)
              for s, (to, _, _) in zip(shares, edges, strict=True)]
    def shown(gradients: Any) -> tuple[Any, ...]:
        return tuple(x if x is None or again else Variable(np.asarray(x)) for x in gradients)

    places = {rule.at: i for i, (_, rule, _) in enumerate(edges)}
    order = [places.get(at) for at in input_order(call)] if len(places) == len(edges) and call.params else (
        list(range(len(edges))))
    for hook in [call.hooks[key] for key in sorted(call.hooks, reverse=True) if key < RETAIN]:
        given = hook(shown(None if i is None else shares[i] for i in order), shown(g if type(g) is list else [g]))
        for i, x in zip(order, given or (), strict=False):
            if i is not None and isinstance(x, Tensor):
                shares[i] = x if again else x.array
    return tuple((to, _Computed(rule.at, s), ()) for s, (to, rule, _) in zip(shares, edges, strict=True))


def backward(outputs: Sequence[Tensor], seeds: Sequence[Tensor], keep: bool = False, again: bool = False,
             inputs: Sequence[Tensor] | None = None) -> None:
    """Sweep, and add what is owed to leaves to their `.grad`."""
    if inputs is not None and not inputs:
        raise GradFault("`inputs` argument to `backward()` cannot be empty.", "{y}.backward()")
    for x in inputs or ():
        if not x.requires_grad:
            raise GradFault("can't retain_grad on Tensor that has requires_grad=False", "x.requires_grad_()")
    targets = None if inputs is None else [debtor_of(x) for x in inputs]
    place = here()
    holders = {} if inputs is None else dict(zip(map(id, targets or []), inputs, strict=True))

    def arrived(to: Any, g: Any) -> None:
        leaf = holders.get(id(to), to)
        g = hooked_leaf(leaf, g, again)
        accumulate(leaf, g, again, True, place)
        if leaf.hooks:
            accumulated(leaf, g, again)

    owed = sweep(outputs, seeds, keep, again, targets, arrived)
    while owed:
        leaf, g = owed.popitem()
        if leaf.hooks:
            arrived(leaf, g)
            continue
        shared = _holders(g) > ALONE        # told before the call, which holds its arguments too
        accumulate(holders.get(id(leaf), leaf), g, again, shared, place)


def _holders(g: Any) -> int:
    return getrefcount(g)


def _holders_of_a_local() -> int:
    g = [np.zeros(1)].pop()
    return _holders(g)


ALONE = _holders_of_a_local()       # what an array counts that only the sweep refers to


def accumulate(leaf: Any, g: Any, again: bool = False, shared: bool = True, place: Any = None) -> None:
    """Add a gradient to a leaf's, in the leaf's own type and in memory of its own."""
    if not leaf.requires_grad and leaf.node is None:
        return      # detached since
    if leaf.root is not None and leaf.cut is not None and leaf.node is None:
        DisplayHooks.note("untracked view", "a gradient ended at a view made under torch.no_grad(), which keeps none; "
                                            "make the view outside of the block to have it reach what it is a view of")
        return
    if again:
        g = _typed(g, leaf)
        leaf.gradient = traced.copied(g) if leaf.gradient is None else traced.add(leaf.gradient, g)
        return
    if type(g) is not ndarray or g.dtype is not leaf.array.dtype:
        g = np.array(g, leaf.array.dtype)
    elif shared or g.base is not None:      # rules may lend one array to two leaves
        g = g.copy()
    if leaf.gradient is None and not leaf.array.flags.c_contiguous and dense(leaf.array):
        g, given = np.empty_like(leaf.array), g     # laid out as the leaf is
        g[...] = given
    if leaf.gradient is None:
        leaf.gradient = Variable(g)
    else:
        before = leaf.gradient.array
        if before.reshape(-1)[:64].any():
            DisplayHooks.note("accumulated", "a gradient was added to the one already there{where}; to start anew say "
                                             "{x}.grad = None or {x}.grad.data.zero_() before backward()", leaf)
        np.add(before, g, out=writing(before, "backward"))
    leaf.gradient.cut = DetachedBy(FIRST_ORDER, place)


def dense(array: ndarray) -> bool:
    """Whether the elements fill their memory without gaps, each once."""
    extent = array.itemsize
    for step, length in sorted(zip(array.strides, array.shape, strict=True)):
        if length > 1:
            if step != extent:
                return False
            extent *= length
    return True


def _typed(g: Any, leaf: Any) -> Any:
    return g if g.array.dtype is leaf.array.dtype else traced.cast(g, leaf.array.dtype)
