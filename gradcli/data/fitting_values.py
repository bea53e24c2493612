"""Values for the names that an expression lacks: numbers, vectors or matrices, whichever it can be computed with."""

from __future__ import annotations

from itertools import product
from time import monotonic
from typing import TYPE_CHECKING

from gradcli.analysis.derivatives import unprinted
from gradcli.console.source import Source
from gradcli.faults.tree import Fault, LimitFault

if TYPE_CHECKING:
    from gradcli.session.session import Session

NUMBER, VECTOR, MATRIX = "2", "[1, 2]", "[[2, 1], [1, 3]]"
MOST_NAMES = 4
LONGEST = 1.0       # seconds that the search may take


def numbers_for(names: list[str]) -> dict[str, str]:
    """A number for each name."""
    return dict.fromkeys(names, NUMBER)


def fitting_values(session: Session, source: Source, names: list[str]) -> dict[str, str]:
    """A text for each name, with which the expression has a value; numbers where no choice fits.

    The values of the names in the session are overwritten. A name of capitals is tried as a matrix first, others as a
    number.
    """
    if len(names) > MOST_NAMES:
        return numbers_for(names)
    until = monotonic() + LONGEST
    ranks = [(MATRIX, VECTOR, NUMBER) if name.isupper() else (NUMBER, VECTOR, MATRIX) for name in names]
    choices = sorted(product(range(3), repeat=len(names)), key=sum)
    for choice in choices:
        values = {name: texts[k] for name, texts, k in zip(names, ranks, choice, strict=True)}
        if is_computable(session, source, values):
            return values
        if monotonic() > until:
            break
    return numbers_for(names)


def is_computable(session: Session, source: Source, values: dict[str, str]) -> bool:
    """Whether the expression has a value where its names have these; raises LimitFault."""
    try:
        with unprinted(session):
            for name, text in values.items():
                session.run(f"{name} = torch.tensor({text}, dtype=torch.float64, requires_grad=True)", echo=False)
            session.eval(source.text)
    except LimitFault:
        raise
    except Fault:
        return False
    return True
