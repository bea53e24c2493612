"""Derivations of whole programs: which value is derived, and the parts of an expression that names none."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np

from gradcli.analysis.derivation import Steps, require_assigned
from gradcli.analysis.derivatives import assigned_name, assigned_names, number_of, statement_nodes, summed
from gradcli.analysis.detached import DetachmentRecorder, complete
from gradcli.engine.autograd.backward import newest_first
from gradcli.engine.random.uniform_stream import UniformStream
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.transforms import functional
from gradcli.faults.mistakes import ComplexDerivative
from gradcli.faults.tree import Fault, LimitFault, NonScalarBackward, UsageFault
from gradcli.session.named_tensors import named_tensors
from gradcli.session.snapshot import Snapshot
from gradcli.symbolic.chain_rule import ChainRule, PaperDerivation
from gradcli.symbolic.tensor import SymbolicTensor
from gradcli.symbolic.text import MARK
from gradcli.symbolic.verification import WrongFormula, compared, from_same_state, refuse, require_sweep, same_text

if TYPE_CHECKING:
    from gradcli.session.session import Session

MOST_CHECKS = 3     # points near its own at which a derivation is compared
HOOKED = "a derivation follows the rules of the operations, and a hook of this program changes gradients on their way"
MODULES = ("torch.autograd", "autograd")


def derive_program(session: Session, text: str, leaves: Sequence[str], of: str = "") -> PaperDerivation:
    """The derivation of the value named `of`; without a name, of what `backward` is called on first, or of the last.

    Raises UsageFault where no statement assigns to `of`.
    """
    if of:
        require_assigned(text, of)
        try:
            return derive_on_paper(session, text, leaves, of)
        except NonScalarBackward as fault:
            fault.hints[:] = [(f"total = {of}.sum()", f"one number, in the line after {of}; then --of total")]
            raise
    text, result = until_backward(text)
    statements = statement_nodes(text)
    if not result and statements and not assigned_name(statements[-1]):
        result = next(reversed(assigned_names(statements[-1])), "")
    one = not result and len(statements) == 1 and not assigned_name(statements[0])
    try:
        return derive_on_paper(session, with_parts_named(session, text) if one else text, leaves, result)
    except NonScalarBackward as fault:
        if not result:
            fault.hints[:] = summed(text)       # the whole of it: the parts have names that the program lacks
        raise
    except LimitFault:
        raise
    except Fault:
        if one:                                 # told of the program's own words, not of those with the parts named
            complete(session, leaves, lambda: number_of(session, text), text)
        raise


def until_backward(text: str) -> tuple[str, str]:
    """A program and the name on which it calls `backward` first; one that calls it on an expression ends with that."""
    from gradcli.lang.syntax.query import call_of, walk

    for statement in statement_nodes(text):
        for node in walk(statement):
            call = call_of(node)
            if call is None or call.name != "backward" or call.receiver is None:
                continue
            start, end = call.receiver[1:3]
            if call.receiver[0] == "NAME":
                return text, text[start:end]
            if statement[0] == "expression" and statement[3][0] is node and text[start:end] not in MODULES:
                return text[:end], ""
    return text, ""


def with_parts_named(session: Session, text: str) -> str:
    """An expression as a program that names the value of each operation."""
    snapshot = Snapshot(session)
    with snapshot.watching():
        steps = Steps(session, text).run()
    snapshot.restore()
    if len(steps) < 2:
        return text
    return "\n".join([*(f"{step.name} = {step.text}" for step in steps[:-1]), steps[-1].text])


def derive_on_paper(session: Session, text: str, leaves: Sequence[str], result: str = "") -> PaperDerivation:
    """The derivation of a program's value by `leaves` and by the leaves that it makes itself.

    Raises the faults of the program, UsageFault where nothing is computed from a leaf, NonScalarBackward where the
    value is not one number, and WrongFormula where a derivative is not the one that a plain sweep gives.
    """
    statements = ChainRule.statements(text, result)
    with from_same_state(session, quiet=True):
        starts = {name: session[name] for name in leaves}      # the program may assign another value to the name
        value = complete(session, leaves, lambda: _plain_value(session, text, statements, result), text,
                         own=True)
        roots = {name: leaf for name, leaf in session.names().items() if isinstance(leaf, Tensor) and leaf.requires_grad
                and leaf.node is None} | starts
        parameters = {path: leaf for path, leaf in named_tensors(session.names()) if path not in session.names() and (
            leaf.requires_grad)}
        roots |= parameters
        modules = len({path.partition(".")[0] for path in parameters})
        with session.in_force():
            hooked = any(node.hooks for node in newest_first([value.node]))
            grads = functional.grad([value], list(roots.values()), allow_unused=True) if (
                value.requires_grad and roots) else ()
        expected = {name: grad.array for name, grad in zip(roots, grads, strict=False) if grad is not None}
    with from_same_state(session):
        try:
            with DetachmentRecorder().listening() as recorder:
                derivation = ChainRule(session, leaves, modules=modules).run(text, result)
            if recorder.steers and not derivation.conditions and _branches(text):
                derivation = derivation._replace(conditions=None)
        except (UsageFault, NonScalarBackward, LimitFault, ComplexDerivative):
            raise
        except Fault as fault:      # which the program as it stands has not
            raise UsageFault("a derivation follows values, and this program uses gradients that it has computed",
                             ("--of NAME", "a value before that")) from fault
    neighbours: list[PaperDerivation] = []
    missing: set[tuple[str, str]] | None = None
    for seed in range(MOST_CHECKS):
        with from_same_state(session, quiet=True), suppress(Fault):
            neighbours.append(ChainRule(session, leaves, UniformStream(seed), modules).run(text, result))
            missing = unconfirmed(derivation, neighbours)
            if not missing:
                break
    derivation = without_formulas(derivation, unconfirmed(derivation, neighbours) if missing is None else missing)
    for derivative in derivation.derivatives:
        path = derivation.parameters.get(derivative.name, derivative.name)
        if derivative.is_leaf and path in expected:
            try:
                require_sweep(MARK + derivative.name, derivative.value, expected[path])
            except WrongFormula:
                if not hooked:
                    raise
                raise UsageFault(HOOKED, ("gradcli diff", "tells what the hooks make of it")) from None
    return derivation


def _branches(text: str) -> bool:
    """Whether a program has branches, which it may take by numbers that it reads."""
    from gradcli.lang.syntax.parser import parse
    from gradcli.lang.syntax.query import walk

    return any(node[0] in ("while", "if", "conditional") for node in walk(parse(text, "<expression>")))


def _plain_value(session: Session, text: str, statements: list[Any], result: str) -> Tensor:
    """The value of a program that runs as it stands."""
    *first, last = statements
    for statement in first:
        session.run(text[statement[1]:statement[2]], "<expression>", echo=False)
    source = text[last[1]:last[2]]
    if last[0] == "expression":
        return number_of(session, source)
    session.run(source, "<expression>", echo=False)
    return number_of(session, result if result in assigned_names(last) else assigned_name(last))


def formulas_of(derivation: PaperDerivation) -> dict[tuple[str, str], tuple[SymbolicTensor, np.ndarray]]:
    """The formulas of a derivation with the values that the engine gives, by the kind of formula and a name."""
    entries: list[tuple[str, str, SymbolicTensor | None, np.ndarray]] = [
        ("value", segment.name, segment.formula, segment.value) for segment in derivation.segments]
    entries += [(kind, d.name, formula, d.value) for d in derivation.derivatives
              for kind, formula in (("formula", d.formula), ("closed", d.closed))]
    return {(kind, name): (formula, value) for kind, name, formula, value in entries if formula is not None}


def unconfirmed(derivation: PaperDerivation, neighbours: list[PaperDerivation]) -> set[tuple[str, str]]:
    """The formulas of a derivation that none of those of the same program near it confirms; raises WrongFormula.

    Where the program runs at its own point only, that point decides.
    """
    formulas = formulas_of(derivation)
    if not neighbours:
        values = values_of(derivation)
        return {key for key, (formula, value) in formulas.items()
                if compared(formula, values, value, derivation.coarse) != "same"}
    missing = set(formulas)
    for other in neighbours:
        there, values = formulas_of(other), values_of(other)
        for key in [key for key in formulas if key in there and same_text(formulas[key][0], there[key][0])]:
            formula, value = formulas[key][0], there[key][1]
            verdict = compared(formula, values, value, derivation.coarse)
            if verdict == "different" and same_constants(derivation, other):
                refuse(" ".join(key), formula, values, value)
            if verdict == "same":
                missing.discard(key)
    return missing


def without_formulas(derivation: PaperDerivation, keys: set[tuple[str, str]]) -> PaperDerivation:
    """A derivation without some of its formulas."""
    segments = [s._replace(formula=None, reason="a number that depends on the point") if ("value", s.name) in keys
                else s for s in derivation.segments]
    derivatives = [d._replace(formula=None if ("formula", d.name) in keys else d.formula,
                              closed=None if ("closed", d.name) in keys else d.closed) for d in derivation.derivatives]
    return derivation._replace(segments=segments, derivatives=derivatives)


def values_of(derivation: PaperDerivation) -> dict[str, np.ndarray]:
    """The values of all names in the formulas of a derivation."""
    return {**derivation.constants, **derivation.leaves, **{s.name: s.value for s in derivation.segments}}


def same_constants(a: PaperDerivation, b: PaperDerivation) -> bool:
    """Whether the constants that no name of the program holds are the same in two derivations."""
    return all(name in b.constants and np.array_equal(a.constants[name], b.constants[name], equal_nan=True)
               for name in a.unnamed)
