"""A program that makes its own leaves, divided into what makes them and what is computed from them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from gradcli.console.settings import Settings
from gradcli.console.source import Source
from gradcli.process.limits import walled
from gradcli.reports.open_session import open_session

if TYPE_CHECKING:
    from gradcli.session.session import Session


class OwnLeaves(NamedTuple):
    """A session in which the leaves stand, and the rest of the program, which ends with an expression."""

    session: Session
    rest: str


def after_leaves(source: Source, settings: Settings) -> OwnLeaves | None:
    """The program after the last statement that makes a leaf; None where none does, or where nothing follows."""
    from gradcli.lang.syntax.statements import statements

    parts = [text for _, text in statements(source.text, source.name)]
    with walled(settings):
        last = max(_leaf_statements(open_session(settings, _discard), parts, source.name), default=len(parts))
        if last + 1 >= len(parts) or ".backward(" in source.text:
            return None
        session = open_session(settings, _discard)
        for part in parts[:last + 1]:
            session.run(f"{part}\n", source.name, echo=False)
    return OwnLeaves(session, "\n".join(parts[last + 1:]))


def _leaf_statements(session: Session, parts: list[str], name: str) -> Iterator[int]:
    """The numbers of the statements after which there are leaves that were not there before."""
    from gradcli.analysis.gradient_check import session_leaves

    leaves_by_id: dict[int, object] = {}       # the leaves themselves: an address may come again
    for number, part in enumerate(parts):
        session.run(f"{part}\n", name, echo=False)
        leaves = {id(leaf): leaf for leaf in session_leaves(session)}
        if not leaves.keys() <= leaves_by_id.keys():
            yield number
        leaves_by_id |= leaves


def _discard(text: str) -> None:
    """Print nothing: the program runs many times."""
