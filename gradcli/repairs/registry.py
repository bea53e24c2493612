"""Which functions repair a fault: they register for its class, or for one that it is derived from.

    @repairs(DimensionOutOfRange)
    def use_last_dimension(fault: DimensionOutOfRange, site: Site) -> None: ...

A repair adds to `fault.hints` and `fault.notes`, or moves `fault.span`. It reads the fields of the fault, never its
message. Repairs for a base class run before those for a class derived from it, so that the more special one has the
last word; those for one class run in the order of the names of their files, and within a file as it has them.

    @diagnoses(PythonFault, ArgumentFault)
    def gradient_missing(fault: Fault, site: Site) -> Fault | None: ...

A diagnosis returns a more special fault, with its own repairs, to stand in place of the first; the first one that
does so ends the search.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeVar

from gradcli.faults.tree import Fault

Repair = Callable[[Any, Any], None]
Diagnosis = Callable[[Any, Any], Fault | None]
AnyRepair = TypeVar("AnyRepair", bound=Repair)
AnyDiagnosis = TypeVar("AnyDiagnosis", bound=Diagnosis)


class Registered(NamedTuple):
    """A repair, and whether it takes a `Site`; the others make do with a `FaultContext`."""

    repair: Repair
    parsed: bool


_repairs: dict[type[Fault], list[Registered]] = {}
_diagnoses: dict[type[Fault], list[Diagnosis]] = {}


def repairs(*classes: type[Fault], parsed: bool = True) -> Callable[[AnyRepair], AnyRepair]:
    """Register a function (fault, site) for fault classes; without `parsed`, it runs where no text could be parsed."""
    def register(function: AnyRepair) -> AnyRepair:
        for cls in classes:
            entries = _repairs.setdefault(cls, [])
            entries.append(Registered(function, parsed))
            entries.sort(key=lambda entry: entry.repair.__module__)
        return function

    return register


def diagnoses(*classes: type[Fault]) -> Callable[[AnyDiagnosis], AnyDiagnosis]:
    """Register a function (fault, site) -> Fault | None that may find a more special fault."""
    def register(function: AnyDiagnosis) -> AnyDiagnosis:
        for cls in classes:
            entries = _diagnoses.setdefault(cls, [])
            entries.append(function)
            entries.sort(key=lambda entry: entry.__module__)
        return function

    return register


def repairs_of(cls: type[Fault]) -> Iterator[Registered]:
    """The repairs for a fault class, the most general first."""
    for base in reversed(cls.__mro__):
        yield from _repairs.get(base, ())


def diagnoses_of(cls: type[Fault]) -> Iterator[Diagnosis]:
    """The diagnoses for a fault class, the most special first."""
    for base in cls.__mro__:
        yield from _diagnoses.get(base, ())
