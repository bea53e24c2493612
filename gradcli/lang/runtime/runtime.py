"""The runtime of a program: every helper that lowered code calls, under names that begin with a dot.

    .attr .base .init .slot .setattr        attributes that are not harmless on every type (attributes.py)
    .introspect .set_function_attribute     __name__ and __doc__ of classes, functions and modules (reflection.py)
    .add .mul .pow .shl .mod .iadd ...      operators that can allocate without bound or format text (operators.py)
    .item_update .slice_target .setitem     items changed in place, slices and items assigned to (operators.py)
    .format                                 one field of an f-string (format.py)
    .ticks .turn .counted                   the turns of the budget; an iterable gone through side by side with them
    .checked_size .checked_length           displays with stars, and strings of several fields, that are not too long
    .bounded .bounded_items .mapping        what one star brings, what a starred loop target takes, what two stars bring
    .raised .cause .caught .exception       raise, raise from, except, bare except (exceptions.py)
    .uncatchable .reraise_uncatchable       what no `except` may catch, and no `finally` may swallow
    .sanitised                              the exception that `except ... as name` binds
    .generator .generator_function          generator expressions and generator functions (generators.py)
    .yield_from                             what yield from goes through (generators.py)
    .special .super .context_manager        special methods, super(), with
    .match                                  a pattern of `case` (matching.py)
    .module .member .import_error           imports
    .show .note                             what the session does with values and remarks
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import partial
from itertools import compress
from types import FrameType
from typing import Any

from gradcli.exposure import EXCEPTIONS, PROGRAM_MADE, admissible, admit
from gradcli.faults.arguments import surplus
from gradcli.faults.attributes import MissingImport
from gradcli.faults.source import without_addresses
from gradcli.faults.suggestions import nearest
from gradcli.faults.tree import ArgumentFault, Fault, LimitFault
from gradcli.lang.budget import Budget
from gradcli.lang.messages.locate import is_lowered
from gradcli.lang.messages.python_words import in_pythons_words, python_kind
from gradcli.lang.messages.value_names import module_name
from gradcli.lang.policy import Policy
from gradcli.lang.runtime.attributes import Attributes
from gradcli.lang.runtime.builtins import python_names
from gradcli.lang.runtime.classes import class_builder, super_
from gradcli.lang.runtime.containers import plain_mapping
from gradcli.lang.runtime.exceptions import caught, cause, raise_import_error, raised
from gradcli.lang.runtime.format import Formatter
from gradcli.lang.runtime.generators import (
    ProgramGenerator,
    abandoned_by,
    closed_by_program,
    delegate_source,
    generator_function,
)
from gradcli.lang.runtime.matching import matcher
from gradcli.lang.runtime.operators import operators, slice_assignment
from gradcli.lang.runtime.reflection import introspection, reflection, set_function_attribute, special_methods

UNCATCHABLE = (LimitFault, RecursionError, MemoryError, KeyboardInterrupt, GeneratorExit)
"""What no `except` catches, or evaluates an expression for: a generator that is let go of runs no more code."""


def builtins(policy: Policy, show: Callable[[object], None], note: Callable[[str], None],
             write: Callable[[str], None], budget: Budget | None = None) -> dict[str, Any]:
    """The `__builtins__` of a program: Python's names, the policy's names over them, and the helpers of the runtime."""
    budget = budget or Budget()
    formatter = Formatter(policy, budget)
    names = python_names(formatter, budget, write)
    names |= dict(policy.names)
    return names | runtime(policy, names, show, note, formatter, budget) | {"__name__": "__main__"}


def runtime(policy: Policy, names: Mapping[str, Any], show: Callable[[object], None], note: Callable[[str], None],
            formatter: Formatter, budget: Budget) -> dict[str, Any]:
    """The helpers of lowered code, by their unspellable names; `names` are those that programs see."""
    attributes = Attributes(policy, formatter)
    guards = operators(formatter, budget) | slice_assignment(budget)
    introspect, special = introspection(policy, attributes), special_methods(guards, names, attributes)
    return guards | {
        ".attr": attributes.read, ".base": attributes.read_base, ".init": attributes.initial,
        ".slot": attributes.slot, ".special": special, ".setattr": attributes.write,
        ".introspect": introspect, ".set_function_attribute": set_function_attribute,
        ".format": formatter.field,
        ".counted": compress,      # C code, as quick as can be: it hands on each value that comes with a True
        ".checked_size": budget.checked_size, ".checked_length": budget.checked_length,
        ".bounded": budget.bounded_if_iterable, ".bounded_items": partial(map, budget.bounded),
        ".mapping": partial(plain_mapping, budget),
        ".raised": raised, ".cause": cause, ".caught": caught, ".exception": Exception,
        ".uncatchable": UNCATCHABLE, ".reraise_uncatchable": reraise_uncatchable,
        ".sanitised": partial(sanitised, formatter),
        ".generator": ProgramGenerator, ".generator_function": generator_function, ".yield_from": delegate_source,
        ".super": super_, ".context_manager": context_manager,
        ".match": matcher(attributes),
        ".module": policy.modules.__getitem__, ".member": _importer(policy), ".import_error": raise_import_error,
        ".show": show, ".note": note,
        "__build_class__": class_builder(policy, formatter, attributes.own, partial(exit_arguments, formatter, names)),
    } | reflection(attributes, introspect, special) | turns(budget)


def turns(budget: Budget) -> dict[str, Any]:
    """The helpers that hold the turns left: a run uses them up, so they are replaced before the next one."""
    ticks = budget.ticks()
    return {".ticks": ticks, ".turn": ticks.__next__}


def sanitised(formatter: Formatter, error: Exception) -> Exception:
    """The exception that `except ... as name` binds: of an exposed type, with arguments of text and numbers.

    Exceptions of C code, numpy and the engine can hold types, arrays and frames: such arguments are replaced by their
    text, and causes and contexts are dropped. An exception that the program made itself is returned unchanged.
    """
    if PROGRAM_MADE in type(error).__dict__ or PROGRAM_MADE in vars(error):
        return error
    error.__context__ = error.__cause__ = None
    may_stay = admissible if _is_raised_by_program(error) else _plain
    args = tuple(without_addresses(surplus(arg)) if type(arg) is str else
                 arg if may_stay(arg) else formatter.anonymous(arg)
                 for arg in BaseException.args.__get__(error))      # type: ignore[attr-defined]  # a descriptor of C
    if not isinstance(error, Fault) and type(error) not in EXCEPTIONS:
        anew: Exception = python_kind(error)(without_addresses(str(error)))
        return anew.with_traceback(error.__traceback__)
    error.args = args
    return error


def _is_raised_by_program(error: Exception) -> bool:
    """Whether the program's own code raised it, or C code that it called: the innermost frame is the program's."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and is_lowered(trace.tb_frame.f_code)


def _plain(value: Any) -> bool:
    """Whether a value is text, a number, or a tuple of such."""
    return type(value) in PLAIN or (type(value) is tuple and all(map(_plain, value)))


PLAIN = frozenset({type(None), bool, int, float, str})


def reraise_uncatchable() -> None:
    """Begin a `finally`: reraise the exception that is being handled if no program may catch it."""
    error = sys.exc_info()[1]
    if error is None or isinstance(error, Exception) and not isinstance(error, UNCATCHABLE):
        return
    if not isinstance(error, GeneratorExit) or abandoned_by(error, sys._getframe(1)):
        raise error


def exit_arguments(formatter: Formatter, names: Mapping[str, Any], error: Any, frame: FrameType) -> tuple[Any, ...]:
    """The arguments of `__exit__` for an exception that leaves a `with` in `frame`; () where it is not called."""
    if isinstance(error, GeneratorExit):
        return (None, None, None) if closed_by_program(frame) else ()
    if not isinstance(error, Exception) or isinstance(error, UNCATCHABLE):
        return ()
    kind = python_kind(error)
    return (kind if PROGRAM_MADE in kind.__dict__ else names[kind.__name__], sanitised(formatter, error), None)


def context_manager(value: Any) -> Any:
    """`value`, if `with` can enter it; TypeError in Python's words if not."""
    if not (hasattr(type(value), "__enter__") and hasattr(type(value), "__exit__")):
        raise in_pythons_words(ArgumentFault("with cannot be used on this value", *(
            ("{call}()",) if isinstance(value, type) and hasattr(value, "__enter__") else ())),
                               _enter, value)
    return value


def _enter(value: Any) -> None:
    """Python's own `with`, for its message about values that are no context managers."""
    with value:
        pass


def _importer(policy: Policy) -> Callable[[Any, str], Any]:
    def member(module: Any, name: str) -> Any:
        if not policy.attribute(module, name):
            source = policy.origin(policy.modules, module_name(module), name)
            if source is not None:
                home = policy.modules[source[0]]
                return admit(getattr(home, source[1])) if source[1] else home
            raise MissingImport(name, repr(module_name(module)), *nearest(name, policy.readable_names(module)))
        return admit(getattr(module, name))

    return member
