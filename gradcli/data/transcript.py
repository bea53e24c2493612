"""Transcripts: a program as if it were typed, statement by statement behind prompts, with what each prints."""

from __future__ import annotations

import copy
import re
from bisect import bisect_right
from collections.abc import Callable
from typing import TYPE_CHECKING

from gradcli.console.settings import KEYS, PRINT_OPTIONS, Settings
from gradcli.console.source import Source
from gradcli.faults.source import Span
from gradcli.faults.tree import Fault, render
from gradcli.lang.syntax.statements import COMPOUND, statements

if TYPE_CHECKING:
    from gradcli.session.session import Session

LINE = re.compile(r"\bline (\d+)")


class Tape:
    """Passes text on to `write`, and knows whether it ended with a newline."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write
        self._last = "\n"

    def write(self, text: str) -> None:
        if text:
            self._write(text)
            self._last = text[-1]

    def end_line(self) -> None:
        """What follows begins a new line."""
        if self._last != "\n":
            self.write("\n")


def replay_script(session: Session, source: Source, tape: Tape, faults: bool) -> None:
    """Run a program as if it were typed, showing what was typed and, if asked for, the fault that ends it."""
    lines = []
    for line, statement in statements(source.text, source.name):
        tape.write(prompted(statement))
        lines.append(line + _comments(statement))
        try:
            session.run("\n" * (line - 1) + statement, source.name, echo=True)
        except Fault as fault:
            if faults:
                tape.end_line()
                tape.write(render(typed(fault, lines, source)) + "\n")
            raise
        tape.end_line()


def typed(fault: Fault, starts: list[int], source: Source) -> Fault:
    """A fault of a script with the lines that the prompt would name, where each statement is a text of its own.

    `starts` are the lines on which the statements begin.
    """
    def moved(line: int) -> int:
        return line - starts[max(0, bisect_right(starts, line) - 1)] + 1

    def moved_words(match: re.Match[str]) -> str:
        return f"line {moved(int(match[1]))}"

    result = copy.copy(fault)
    result.notes = [LINE.sub(moved_words, note, count=1) for note in fault.notes]
    result.hints = [(repair, LINE.sub(moved_words, why)) for repair, why in fault.hints]
    result.trail = [(function, "<stdin>", span._replace(line=moved(span.line))) for function, _, span in fault.trail]
    if fault.span and fault.name == source.name:
        first = moved(fault.span.line)
        skipped = fault.span.line - first
        result.span = Span(first, fault.span.column, fault.span.end_line - skipped, fault.span.end_column)
        result.source = "\n".join(fault.source.split("\n")[skipped:])
        result.name = "<stdin>"
    return result


def opening(settings: Settings) -> str:
    """The line at the top of a transcript that asks for the settings it was made with, where they are unusual."""
    directives = [f"{KEYS[name].word} {value}".removesuffix(" True").lower()
                  for name in Settings.printing() if (value := getattr(settings, name)) != KEYS[name].default]
    return f"# gradcli: {', '.join(directives)}\n" if directives else ""


def directives_as_program(directives: str) -> list[str]:
    """Lines `# gradcli: ...` as a script has them: calls that do the same, or comments where there is no such call."""
    lines = []
    for directive in directives.replace("# gradcli: ", "").replace("\n", ", ").split(", "):
        word, _, text = directive.partition(" ")
        name = word.replace("-", "_")
        if word == "seed":
            lines.append(f"torch.manual_seed({text})")
        elif word == "double":
            lines.append("torch.set_default_dtype(torch.float64)")
        elif name in PRINT_OPTIONS:
            value = text.title() if text in ("true", "false", "none") else repr(text) if name == "profile" else text
            lines.append(f"torch.set_printoptions({name}={value})")
        elif word:
            lines.append(f"# gradcli: {directive}")
    return lines


def with_newline(text: str) -> str:
    """`text` with an end to its last line: the next prompt always begins a new one."""
    return text if not text or text.endswith("\n") else text + "\n"


def _comments(statement: str) -> int:
    """How many lines of comment stand above the code of a statement."""
    lines = statement.split("\n")
    return next((n for n, line in enumerate(lines) if not line.startswith("#")), 0)


def prompted(statement: str) -> str:
    """A statement behind its prompts; a finished block ends with an empty one."""
    first, *rest = statement.split("\n")
    lines = [f">>> {first}"]
    block = False
    for line in rest:
        comment = not block and lines[-1].startswith(">>> #")
        lines.append(f">>> {line}" if comment else f"... {line}" if line else "...")
        block = block or not comment
    if rest and rest[-1][:1] in (" ", "\t") and COMPOUND.match([first, *rest][_comments(statement)]):
        lines.append("...")
    return "\n".join(lines) + "\n"
