"""`kl_divergence` and its registry: the Kullback-Leibler divergence of two distributions by their classes."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from gradcli.engine.autograd.signature import described
from gradcli.engine.settings import SwitchedSettings
from gradcli.engine.tensor.tensor import DisplayHooks
from gradcli.exposure import PROGRAM_MADE
from gradcli.faults.mistakes import Unimplemented
from gradcli.faults.tree import ArgumentFault
from gradcli.lang.runtime.types import types_of
from gradcli.nn.distributions.base import Distribution

Divergence = Callable[[Any, Any], Any]
KNOWN: dict[tuple[type, type], Divergence] = {}


def implements_kl(*pairs: tuple[type, type]) -> Callable[[Divergence], Divergence]:
    """A decorator that registers a function as the divergence of these pairs of classes (p, q)."""
    def register(function: Divergence) -> Divergence:
        KNOWN.update(dict.fromkeys(pairs, function))
        return function

    return register


def register_kl(type_p: Any, type_q: Any) -> Any:
    """A decorator that makes a function the divergence of a class of the program from another class."""
    kinds = _class_of(type_p, "type_p"), _class_of(type_q, "type_q")
    if not any(PROGRAM_MADE in vars(kind) for kind in kinds):
        raise ArgumentFault(f"the divergence of {kinds[0].__name__} from {kinds[1].__name__} is not the program's to "
                            "define: one of the two has to be a class of its own",
                            ("class Mine(Normal):", "a distribution of the program's own"))

    def register(function: Any) -> Any:
        SwitchedSettings.divergences = SwitchedSettings.divergences | {kinds: function}
        return function

    return register


def _class_of(value: Any, name: str) -> type:
    try:
        kinds = types_of(value)
    except TypeError:
        kinds = ()
    if len(kinds) != 1 or not issubclass(kinds[0], Distribution):
        raise ArgumentFault(f"Expected {name} to be a Distribution subclass but got {described(value)}")
    return kinds[0]


def kl_divergence(p: Any, q: Any) -> Any:
    """KL(p || q), the expectation under p of log(p / q), in the batch shape. NotImplementedError for unknown pairs."""
    for value in (p, q):
        if not isinstance(value, Distribution):
            raise Unimplemented(f"kl_divergence() takes two distributions, not {described(value)}",
                                "kl_divergence(Normal(0.0, 1.0), Normal(1.0, 1.0))").saying(
                f"No KL(p || q) is implemented for p type {type(p).__name__} and q type {type(q).__name__}")
    for file in ("same_family", "different_families"):       # their functions register themselves
        import_module(f"gradcli.nn.distributions.kl.{file}")
    divergence = _nearest(type(p), type(q))
    if divergence is None:
        raise Unimplemented(f"No KL(p || q) is implemented for p type {type(p).__name__} and q type {type(q).__name__}")
    return divergence(p, q)


def _nearest(kind_p: type, kind_q: type) -> Divergence | None:
    """The divergence registered for the nearest base classes, those of p first; None without one."""
    divergences = KNOWN | SwitchedSettings.divergences
    pairs = [pair for pair in divergences if issubclass(kind_p, pair[0]) and issubclass(kind_q, pair[1])]
    if not pairs:
        return None
    order_p, order_q = kind_p.__mro__.index, kind_q.__mro__.index
    by_p = min(pairs, key=lambda pair: (order_p(pair[0]), order_q(pair[1])))
    by_q = min(pairs, key=lambda pair: (order_q(pair[1]), order_p(pair[0])))
    if divergences[by_p] is not divergences[by_q]:
        DisplayHooks.note("kl", f"Ambiguous kl_divergence({kind_p.__name__}, {kind_q.__name__}). Please register_kl("
                          f"{by_p[0].__name__}, {by_q[1].__name__})")
    return divergences[by_p]
