"""Rewriting expected text in place: whole or not at all, and nothing else of the file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress

from gradcli.faults.tree import FileFault
from gradcli.testing.compare import new_expected, without_trailing_blanks
from gradcli.testing.discovery import content_of, parse_document, read_document
from gradcli.testing.model import Check, Document
from gradcli.testing.runner import Outcome


def update(path: str, outcomes: Sequence[Outcome], pycon: bool = False) -> int:
    """Make what checks printed the expected text of their file, and return how many were updated."""
    updatable = [outcome for outcome in outcomes if outcome.is_updatable]
    if not updatable:
        return 0
    document = read_document(path, pycon)
    for outcome in updatable:
        if outcome.number >= len(document.checks) or document.checks[outcome.number].source != outcome.check.source:
            raise FileFault(f"{path} was changed while it was tested")
    changes = {o.number: (new_expected(o.check, o.parts.lines), o.parts) for o in updatable}
    content = document.rewritten(changes)
    if document.target == path:
        expected = {number: lines for number, (lines, _) in changes.items()}
        updated = [check._replace(expected=expected.get(n, check.expected)) for n, check in enumerate(document.checks)]
        if list(map(_comparable, updated)) != list(map(_comparable, parse_document(path, content, pycon).checks)):
            raise FileFault(f"{path} cannot be updated: what a check prints would be read as a part of the document",
                            notes=("a printed fence, prompt or directive ends or begins a check",))
    replace_file(document, content)
    return len(updatable)


def _comparable(check: Check) -> tuple[object, ...]:
    return check.source, without_trailing_blanks(check.expected), check.options, check.directives, check.kind


def replace_file(document: Document, content: bytes) -> None:
    """Put new content in the place of the file that was read, in one step, and leave its permissions."""
    from tempfile import mkstemp

    target = os.path.realpath(document.target)
    if content_of(target) != document.content:
        raise FileFault(f"{document.target} was changed while it was tested")
    temporary = ""
    try:
        handle, temporary = mkstemp(dir=os.path.dirname(target), prefix=".", suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(temporary, os.stat(target).st_mode & 0o7777)
        os.replace(temporary, target)
        temporary = ""
    except OSError as error:
        raise FileFault(f"cannot write {document.target}: {error.strerror}") from None
    finally:
        if temporary:
            with suppress(OSError):
                os.unlink(temporary)
