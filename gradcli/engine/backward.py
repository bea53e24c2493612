"""The reverse sweep.

Everything is owed to someone: a call, or a leaf. Calls pay what they are owed on to their
debtors, newest first; what is owed to leaves at the end is their gradient.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from sys import getrefcount
from typing import Any

import numpy as np
from numpy import ndarray

from gradcli.engine.call import debtor as debtor_of
from gradcli.engine.call import here
from gradcli.engine.hooks import RETAIN, accumulated, hooked, hooked_leaf
from gradcli.engine.links import input_order
from gradcli.engine.op import Op, Part, raw, traced
from gradcli.engine.signature import ArrayKind, ArraysKind, Kind, sized
from gradcli.engine.tensor import Cut, Shown, Tensor, clock, owner, written
from gradcli.engine.variable import Variable, grad_mode, recording
from gradcli.engine.writing import Journal, writing
from gradcli.errors import AnomalousGradient, SecondBackward, StaleValue
from gradcli.exposure import exposed

_born = attrgetter("born")


class Freed:
    """What stands in an edge in place of its saved values after a sweep: where the sweep was asked for."""

    __slots__ = ("place",)

    def __init__(self, place: Any) -> None:
        self.place = place

    def __iter__(self) -> Iterator[Any]:
        raise SecondBackward(
            "Trying to backward through the graph a second time (or directly access saved tensors after they have "
            "already been freed). Saved intermediate values of the graph are freed when you call .backward() or "
            "autograd.grad(). Specify retain_graph=True if you need to backward through the graph a second time or if "
            "you need to access saved tensors after calling backward.",
            ("{y}.backward(retain_graph=True)", "as the first call, to keep them"),
            places=[("the first call was", self.place)]).saying(
            "Trying to backward through the graph a second time (or directly access saved tensors after they have "
            "already been freed). Saved intermediate values of the graph are freed when you call .backward() or "
            "autograd.grad(). Specify retain_graph=True if you need to backward through the graph a second time or if "
            "you need to access saved tensors after calling backward.")


def _release(edges: tuple[Any, ...], freed: Freed) -> tuple[Any, ...]:
    """The edges of a call without the tensors they save; the graph itself, and plain options, stay."""
    return tuple([(to, rule, freed if rule.saves is True or rule.saves is None and _holds_arrays(kept) else kept)
                  for to, rule, kept in edges])


def _holds_arrays(kept: Any) -> bool:
    return type(kept) is Freed or any(
        type(value) is ndarray or type(value) is tuple and any(type(v) is ndarray for v in value) for value in kept)


def sweep(outputs: Sequence[Tensor], seeds: Sequence[Tensor], keep: bool = False, again: bool = False,
          inputs: Iterable[Any] | None = None) -> dict[Any, Any]:
    """What is owed to each leaf, or to each of `inputs`, when `seeds` are owed to `outputs`.

    Gradients are arrays; with `again` they are Variables, and the sweep is itself recorded so
    that they can be differentiated. Unless `keep`, kept values are let go as the sweep passes.
    """
    F: Any = traced if again else raw
    owed: dict[Any, Any] = {}
    for output, seed in zip(outputs, seeds, strict=True):
        to = debtor_of(output)
        share = seed if again else seed.array
        owed[to] = F.add(owed[to], share) if to in owed else share
    wanted = None if inputs is None else set(inputs)
    calls = newest_first(owed) if wanted is None else leading_to(newest_first(owed), wanted)
    if Journal.sweep is not None:
        Journal.sweep(calls)
    freed, found, private, watching = Freed(here()), {}, set(), Watch.anomalies
    undefined: set[Any] = set()         # what rules passed no gradient to: PyTorch looks at what is kept all the same
    call: Any = None
    try:
        with recording(again):
            for call in calls:
                g = owed.pop(call, None)
                if g is None:
                    if call in undefined:
                        _pass_over(call, undefined, None if keep else freed)
                    continue
                if call.hooks and type(g) is not list:
                    g = hooked(call, g, again)
                if wanted and call in wanted:
                    found[call] = g
                if type(call) is Part:
                    shares = owed.setdefault(call.call, [None] * len(call.call.shape))
                    shares[call.at] = g if shares[call.at] is None else F.add(shares[call.at], g)
                    continue
                edges = call.edges
                if written:
                    _check_fresh(call)
                saving = False
                if call.hooks and min(call.hooks) < RETAIN:
                    saving, edges = True, _after_hooks(call, edges, F, g, again)
                for debtor, rule, kept in edges:
                    share = _traced_share(call, rule, g, kept) if again else rule.share(F, g, *kept)
                    if rule.saves is not False:
                        saving = True
                    if share is None:
                        undefined.add(debtor)
                        continue
                    if watching:
                        _check_finite(call, rule, share)
                    if share.shape != debtor.shape:
                        share = F.sum_to(share, debtor.shape)     # undo broadcasting
                    if debtor not in owed:
                        owed[debtor] = share
                        continue
                    before = owed[debtor]
                    if debtor in private and share.dtype is before.dtype:
                        np.add(before, share, out=before)
                    else:
                        owed[debtor] = total = F.add(before, share) if again else np.add(before, share)
                        if type(total) is ndarray:
                            private.add(debtor)     # nobody else holds this memory: further shares go into it
                if saving and not keep:
                    call.edges = _release(call.edges, freed)
    except SecondBackward as fault:
        fault.facts.setdefault("computed", (call.code, call.line_at))
        raise
    found.update(owed)
    return {to: found[to] for to in wanted if to in found} if wanted is not None else owed


def _pass_over(call: Any, undefined: set[Any], freed: Freed | None) -> None:
    """Let a call that no gradient reaches say whether what it kept is as it was, and let go of it."""
    if type(call) is Part:
        undefined.add(call.call)
        return
    if written:
        _check_fresh(call)
    for debtor, _, kept in call.edges:
        if type(kept) is Freed:
            iter(kept)
        undefined.add(debtor)
    if freed is not None and any(rule.saves is not False for _, rule, _ in call.edges):
        call.edges = _release(call.edges, freed)


def newest_first(debtors: Iterable[Any]) -> list[Any]:
    """Every call that the debtors depend on, each before those whose results it used.

    Calls are numbered as they are made, so descending order is already topological.
    """
    seen: set[Any] = set()
    found: list[Any] = []       # in an order that in a chain is already the one wanted, which makes sorting cheap
    frontier = list(debtors)
    while frontier:
        call = frontier.pop()
        if isinstance(call, Op):
            if call not in seen:
                seen.add(call)
                found.append(call)
                for debtor, _, _ in call.edges:
                    frontier.append(debtor)
        elif type(call) is Part and call not in seen:
            seen.add(call)
            found.append(call)
            frontier.append(call.call)
    found.sort(key=_born, reverse=True)
    return found


def leading_to(calls: list[Any], wanted: set[Any]) -> list[Any]:
    """Those calls, in order, through which a gradient reaches something wanted."""
    useful = set(wanted)
    for call in reversed(calls):
        debtors = [call.call] if type(call) is Part else [d for d, _, _ in call.edges]
        if any(d in useful for d in debtors):
            useful.add(call)
    return [call for call in calls if call in useful]


class Watch:
    """Whether sweeps look for gradients that are not finite."""

    anomalies = False


@exposed()
class watched:
    """A context in which they do: `torch.autograd.detect_anomaly()`, `set_detect_anomaly(True)`."""

    __module__, __qualname__ = "torch.autograd.anomaly_mode", "set_detect_anomaly"

    def __init__(self, mode: bool = True, check_nan: bool = True) -> None:
        self.before, Watch.anomalies = Watch.anomalies, bool(mode)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *error: Any) -> None:
        Watch.anomalies = self.before


def _check_finite(call: Any, rule: Any, share: Any) -> None:
    """Refuse to go on from the first operation whose gradient is nan or infinite."""
    array = share.array if isinstance(share, Tensor) else np.asarray(share)
    if array.dtype.kind != "f" or np.isfinite(array).all():
        return
    name = type(call).names[0] if type(call).names else type(call).__name__
    what = "nan" if np.isnan(array).any() else "infinite"
    raise AnomalousGradient(f"the gradient that {name} passes back to {type(call).params[rule.at]} is {what}",
                            ("x.clamp(min=1e-8)", "keeps logarithms, quotients and roots away from where they blow up"),
                            places=[(f"{name} was computed", (call.code, call.line_at))])


def _check_fresh(call: Any) -> None:
    """Refuse to differentiate with a kept value that was overwritten since."""
    for _, _, kept in call.edges:
        for value in kept:
            for array in value if type(value) is tuple else (value,):
                write = written.get(id(owner(array))) if type(array) is ndarray else None
                if write and write.tick > call.born:
                    saver = type(call).names[0] if type(call).names else type(call).__name__
                    raise StaleValue(
                        f"a {sized(array.shape)} value that {saver} kept for backward "
                        f"has been modified by an inplace operation, {write.writer}",
                        places=[(f"{saver} kept it", (call.code, call.line_at)),
                                (f"{write.writer} changed it", write.place)]).saying(
                        "one of the variables needed for gradient computation has been modified by an inplace "
                        f"operation: a {sized(array.shape)} value that {saver} kept, by {write.writer}")


def _lifted(call: Any, rule: Any, kept: tuple[Any, ...]) -> list[Any]:
    """Kept arrays as Variables, connected to where they came from."""
    sources = {(r.at, r.item): debtor for debtor, r, _ in call.edges}
    kinds = type(call).signature.kinds
    out = len(kinds)
    return [_lift_results(call, value) if at == out else value if at > out else _lift(value, at, kinds[at], sources)
            for at, value in zip(rule.needs, kept, strict=True)]


def _traced_share(call: Any, rule: Any, g: Any, kept: Any) -> Any:
    """What a rule passes back, as a Variable that depends on whatever PyTorch's would depend on."""
    if type(rule) is _Computed:
        return rule.gradient
    lifted = _lifted(call, rule, kept)
    share = rule.share(traced, g, *lifted)
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
        sources = [_from(np.broadcast_to(zero, debtor.shape), debtor) for debtor, other, _ in call.edges
                   if other is not own]
    else:
        sources = [x for value in lifted for x in (value if type(value) is tuple else (value,))
                   if isinstance(x, Tensor) and x.requires_grad and x.array.dtype.kind == "f"]
    return link(share, sources) if sources else share


def _lift_results(call: Any, value: Any) -> Any:
    if type(value) is ndarray:
        return Variable(value, True, call)
    if value is None:
        return None
    born = clock()
    return tuple(None if v is None else Variable(v, True, Part(call, i, v.shape, born) if type(call).several else call)
                 for i, v in enumerate(value))


def _lift(value: Any, at: int, kind: Kind, sources: dict[Any, Any]) -> Any:
    if isinstance(kind, ArrayKind) and type(value) is ndarray:
        return _from(value, sources.get((at, None)))
    if isinstance(kind, ArraysKind):
        return tuple(_from(v, sources.get((at, k))) for k, v in enumerate(value))
    return value


def _from(array: Any, source: Any) -> Tensor:
    if source is None:
        return Tensor(array)
    if isinstance(source, Tensor):
        if source.array is array or source.array.shape != array.shape:
            return source
        alias = traced.alias(source)        # a leaf given other data since: history leads to it all the same
        alias.array = array
        return alias  # type: ignore[no-any-return]
    return Variable(array, True, source)


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
    targets = None if inputs is None else [debtor_of(x) for x in inputs]
    owed = sweep(outputs, seeds, keep, again, targets)
    place = here()
    holders = {} if inputs is None else dict(zip(map(id, targets or []), inputs, strict=True))
    while owed:
        leaf, g = owed.popitem()
        leaf = holders.get(id(leaf), leaf)
        g = hooked_leaf(leaf, g, again)
        shared = _holders(g) > ALONE        # told before the call, which holds its arguments too
        accumulate(leaf, g, again, shared, place)
        if leaf.hooks:
            accumulated(leaf)


def _holders(g: Any) -> int:
    return getrefcount(g)


def _holders_of_a_local() -> int:
    g = [np.zeros(1)].pop()
    return _holders(g)


ALONE = _holders_of_a_local()       # what an array counts that only the sweep refers to


def accumulate(leaf: Any, g: Any, again: bool = False, shared: bool = True, place: Any = None) -> None:
    """Add a gradient to a leaf's, in the leaf's own type and in memory of its own."""
    if again:
        g = _typed(g, leaf)
        leaf.gradient = traced.copied(g) if leaf.gradient is None else traced.add(leaf.gradient, g)
        return
    if type(g) is not ndarray or g.dtype is not leaf.array.dtype:
        g = np.array(g, leaf.array.dtype)
    elif shared or g.base is not None:      # rules may lend one array to two leaves
        g = g.copy()
    if leaf.gradient is None:
        leaf.gradient = Variable(g)
    else:
        before = leaf.gradient.array
        if before.reshape(-1)[:64].any():
            Shown.note("accumulated", "a gradient was added to the one already there{where}; to start anew say "
                                      "{x}.grad = None or {x}.grad.data.zero_() before backward()", leaf)
        np.add(before, g, out=writing(before, "backward"))
    leaf.gradient.cut = Cut("a gradient computed without create_graph=True", place)


def _typed(g: Any, leaf: Any) -> Any:
    return g if g.array.dtype is leaf.array.dtype else traced.cast(g, leaf.array.dtype)
