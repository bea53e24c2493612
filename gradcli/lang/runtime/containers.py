"""The methods of lists, sets and dicts that consume another iterable (rule R11): list.extend, dict.update, set.union.

Python's own would consume an endless iterator; these count its values, and raise SizeLimit beyond the budget.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from gradcli.exposure import PROGRAM_MADE, renamed
from gradcli.lang.budget import Budget

SETS = ("update", "union", "symmetric_difference", "symmetric_difference_update", "issubset")


def container_methods(budget: Budget) -> dict[tuple[type, str], Callable[[Any], Any]]:
    """(type, name) -> a function that binds the method to an object."""
    table: dict[tuple[type, str], Callable[[Any], Any]] = {
        (list, "extend"): partial(_extender, budget), (dict, "update"): partial(_counting_method, budget, "update")}
    return table | {(set, name): partial(_counting_method, budget, name) for name in SETS} | {
        (frozenset, name): partial(_counting_method, budget, name) for name in SETS if hasattr(frozenset, name)}


def _extender(budget: Budget, values: list[Any]) -> Callable[[Iterable[Any]], None]:
    """The method extend of a list."""
    def extend(more: Iterable[Any], /) -> None:
        if type(more) is list or type(more) is tuple:
            budget.check_items(len(values) + len(more))
            values.extend(more)
        else:
            values.extend(budget.bounded(more))

    return extend


def pairs(budget: Budget) -> Callable[[Any], Any]:
    """A function that prepares an argument of dict(): a mapping as it is, any other iterable counted."""
    def entries_of(other: Any) -> Any:
        return plain_mapping(budget, other) if hasattr(type(other), "keys") else budget.bounded_if_iterable(other)

    return entries_of


def plain_mapping(budget: Budget, values: Any) -> Any:
    """`values`, or a dict of its items if it is an object of a program's class with keys() and __getitem__."""
    if PROGRAM_MADE not in type(values).__dict__ or not (hasattr(values, "keys") and hasattr(type(values),
                                                                                             "__getitem__")):
        return values
    return {key: values[key] for key in budget.bounded(values.keys())}


def _counting_method(budget: Budget, name: str, values: Any) -> Callable[..., Any]:
    """The method `name` of a set or a dict, with every iterable argument counted."""
    method, entries_of = getattr(values, name), pairs(budget)

    def gather(*iterables: Iterable[Any], **options: Any) -> Any:
        return method(*[other if isinstance(other, set | frozenset) else entries_of(other)
                        for other in iterables], **options)

    return renamed(gather, name)
