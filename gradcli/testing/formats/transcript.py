"""Reading transcripts: `>>>` begins an input, the lines up to the next one are its expected output."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from gradcli.console.continuation import ContinuationState
from gradcli.lang.syntax.statements import COMPOUND
from gradcli.testing.formats import numbered
from gradcli.testing.formats.numbered import is_numbered
from gradcli.testing.model import DIRECTIVE, Check, Document, Lines, OutputParts, directives_in, options_of

PROMPT = re.compile(r">>>(?: (.*))?$")
MORE = re.compile(r"\.\.\.(?: (.*))?$")
RESUMED = re.compile(r"[ \t]|(?:else|elif|except|finally)\b")
WITH_ENDS = re.compile(r"[^\n]*\n|[^\n]+")
SKIP_REST = "skip"      # the directive that leaves out what is left of a block


class LineDocument(Document):
    """A file in which expected texts are whole lines."""

    def rewritten(self, changes: Mapping[int, tuple[Lines, OutputParts]]) -> bytes:
        lines = WITH_ENDS.findall(self.content.decode())
        for index in sorted(changes, reverse=True):
            check, (new, _) = self.checks[index], changes[index]
            end = "\r\n" if lines[check.line - 1].endswith("\r\n") else "\n"
            if not lines[check.at - 1].endswith("\n"):      # the file stops with the input
                lines[check.at - 1] += end
            for a, b, c, d in changed(check.expected, new):
                lines[check.at + a : check.at + b] = [
                    (check.prefix + line if line else check.prefix.rstrip()) + end for line in new[c:d]]
        return "".join(lines).encode()


def changed(old: Lines, new: Lines) -> list[tuple[int, int, int, int]]:
    """The stretches that differ, last first: lines a to b of `old` become lines c to d of `new`."""
    from difflib import SequenceMatcher

    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [(a, b, c, d) for tag, a, b, c, d in reversed(steps) if tag != "equal"]


def lines_of(content: bytes) -> list[str]:
    """The lines of a file without their ends; the last one is empty if the file ends as it should."""
    return [line.removesuffix("\r") for line in content.decode().removeprefix("\ufeff").split("\n")]


def transcript(path: str, content: bytes) -> Document:
    """A file that is one session from its first prompt to its end."""
    lines = lines_of(content)
    if lines[-1] == "":
        del lines[-1]
    start = next((n for n, line in enumerate(lines) if is_prompt(line)), len(lines))
    prefix = _indent(lines[start]) if start < len(lines) else ""
    directives = [directive for line in lines[:start] if (match := DIRECTIVE.match(line))
                  for directive in directives_in(match[1])]
    document = LineDocument(path, content, list(prompt_checks(lines[start:], start, prefix, directives)))
    if directives:
        document.notes.append(
            f"{path}: `# gradcli: {', '.join(directives)}` stands below the last input, and changes nothing")
    return document


def is_prompt(line: str) -> bool:
    """Whether an input begins on a line, at whatever prompt and indentation."""
    return bool(PROMPT.match(line.lstrip(" \t"))) or is_numbered(line)


def prompt_checks(lines: Sequence[str], first: int, prefix: str, directives: list[str],
                  loose: bool = False) -> Iterator[Check]:
    """The checks of one block, whose first line is the file's line `first`, counted from 0.

    `directives` holds the directives that precede the block, and afterwards those left for the next one.
    """
    lines = [_without_prefix(line, prefix) for line in lines]
    if is_numbered(next(filter(is_prompt, lines), "")):
        yield from numbered.numbered_checks(lines, first, prefix, directives)
        return
    at = 0
    while at < len(lines):
        if directive := _directive(lines[at]):
            on_line = directives_in(directive[1])
            if SKIP_REST in on_line:
                return
            directives += on_line
            at += 1
        elif prompt := PROMPT.match(lines[at]):
            start = at
            source, at = _input(prompt[1] or "", lines, at + 1)
            stop = at
            while stop < len(lines) and not PROMPT.match(lines[stop]) and not DIRECTIVE.match(lines[stop]):
                stop += 1
            if at < stop or any(line.strip()[:1] not in ("", "#") for line in source.split("\n")):
                yield Check(first + start + 1, source, tuple(lines[at:stop]), first + at, options_of(source),
                            tuple(directives), prefix=prefix, loose=loose and stop == len(lines))
                directives.clear()
            at = stop
        else:
            at += 1


def _directive(line: str) -> re.Match[str] | None:
    """A directive on a line of its own, with or without a prompt."""
    prompt = PROMPT.match(line)
    return DIRECTIVE.match(prompt[1] or "" if prompt else line)


def _input(line: str, lines: Sequence[str], at: int) -> tuple[str, int]:
    """The input that begins with `line`, and the line after its last one, `at` being that after its first.

    Only an input that is incomplete at the prompt is continued, so that `...` after a
    finished statement is expected text. A blank line ends a block unless it visibly goes on.
    """
    if at == len(lines) or not lines[at].startswith("..."):
        return line, at
    source = [line]
    reader = ContinuationState()
    reader.feed(line)
    block = bool(COMPOUND.match(line))
    while at < len(lines) and (more := MORE.match(lines[at])):
        if not reader.is_open:
            over = len(source) > 1 and not source[-1].strip()
            if not block or over and not _is_resumed(lines, at):
                break
        source.append(more[1] or "")
        reader.feed(source[-1])
        at += 1
    return "\n".join(source), at


def _is_resumed(lines: Sequence[str], at: int) -> bool:
    """Whether a block goes on, at or after a line, behind blank ones."""
    while at < len(lines) and (more := MORE.match(lines[at])):
        if more[1] and more[1].strip():
            return bool(RESUMED.match(more[1]))
        at += 1
    return False


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]


def _without_prefix(line: str, prefix: str) -> str:
    """A line of a block without the prefix that all its lines share."""
    if line.startswith(prefix):
        return line[len(prefix):]
    return "" if line.strip() == prefix.strip() else line
