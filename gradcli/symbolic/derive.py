"""Derivations of whole programs: which value is derived, and the parts of an expression that names none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gradcli.analysis.derivation import Steps, assigned_name
from gradcli.session.snapshot import Snapshot
from gradcli.symbolic.chain_rule import PaperDerivation, derive_on_paper

if TYPE_CHECKING:
    from gradcli.session.session import Session

SWEPT = re.compile(r"(\w+)\s*\.\s*backward\s*\(")


def derive_program(session: Session, text: str, leaves: Sequence[str], of: str = "") -> PaperDerivation:
    """The derivation of the value named `of`; without a name, of what `backward` is called on first, or of the last."""
    from gradcli.lang.syntax.parser import parse

    swept = SWEPT.search(text)
    result = of or (swept[1] if swept else "")
    statements = parse(text, "<expression>")[3]
    if not result and len(statements) == 1 and not assigned_name(statements[0]):
        text = with_parts_named(session, text)
    return derive_on_paper(session, text, leaves, result)


def with_parts_named(session: Session, text: str) -> str:
    """An expression as a program that names the value of each operation."""
    snapshot = Snapshot(session)
    with snapshot.watching():
        steps = Steps(session, text).run()
    snapshot.restore()
    if len(steps) < 2:
        return text
    return "\n".join([*(f"{step.name} = {step.text}" for step in steps[:-1]), steps[-1].text])
