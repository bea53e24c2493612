"""The blocks of Markdown and reStructuredText that are sessions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

from gradcli.testing.formats import console_blocks
from gradcli.testing.formats.transcript import SKIP_REST, LineDocument, is_prompt, lines_of, prompt_checks
from gradcli.testing.model import Check, Document, directives_in

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

BLOCKS = ["blockquote", "fence", "heading", "hr", "html_block", "list"]
BULLET = re.compile(r"[^\s>]")      # of a list item that begins with a fence
COMMENT = re.compile(r"[ \t]*<!--[ \t]*gradcli(?:[ \t]*:[ \t]*(.*?))?[ \t]*-->[ \t]*$")
DIRECTIVE = re.compile(r"([ \t]*)\.\.[ \t]+(code-block|code|sourcecode|highlight|gradcli)::[ \t]*(.*?)[ \t]*$")
NOTE = re.compile(r"[ \t]*\.\.[ \t]+gradcli:[ \t]+(.*?)[ \t]*$")
FIELD = re.compile(r"[ \t]+:[\w-]+:")
WORD = re.compile(r"[\w-]+")


class MarkedBlock(NamedTuple):
    """A stretch of lines that is a session: first line, the line after the last, what each begins with."""

    first: int
    stop: int
    prefix: str
    language: str
    directives: list[str]
    loose: bool     # the blank lines after it are the markup's


def markdown(path: str, content: bytes, pycon: bool = False) -> Document:
    """A Markdown file: its fences whose information begins with `gradcli`, and blocks below `<!-- gradcli -->`."""
    lines = lines_of(content)
    return _document(path, content, lines, _fences(lines), pycon)


def restructured(path: str, content: bytes, pycon: bool = False) -> Document:
    """A reStructuredText file: its code blocks marked `gradcli`."""
    lines = lines_of(content)
    return _document(path, content, lines, _directives(lines), pycon)


def _document(path: str, content: bytes, lines: list[str], blocks: Iterator[MarkedBlock], pycon: bool) -> Document:
    checks: list[Check] = []
    directives: list[str] = []
    unmarked: list[MarkedBlock] = []
    notes: list[str] = []
    within: set[int] = set()
    for block in blocks:
        within.update(range(block.first, block.stop))
        directives += block.directives
        if not block.language and block.first == block.stop:
            continue
        if SKIP_REST in directives:
            directives.remove(SKIP_REST)
        elif block.language == "gradcli" or (block.language == "pycon" and pycon):
            body = lines[block.first : block.stop]
            session = list(prompt_checks(body, block.first, block.prefix, directives, block.loose))
            if not session and block.language == "gradcli":
                session = _program(lines, block, directives)
            checks += session
        elif block.language in console_blocks.LANGUAGES:
            body = lines[block.first : block.stop]
            commands = list(console_blocks.console_checks(body, block.first, block.prefix, directives))
            notes += [f"{path}:{check.line}: {why}" for check in commands
                      if (why := console_blocks.why_not_replayed(check.source))]
            checks += commands
        elif any(is_prompt(line[len(block.prefix):]) for line in lines[block.first : block.stop]):
            unmarked.append(block)
    document = LineDocument(path, content, checks)
    if directives:
        notes.append(f"{path}: `# gradcli: {', '.join(directives)}` stands below the last input, and changes nothing")
    outside = next((at for at, line in enumerate(lines) if at not in within and is_prompt(line)), None)
    if outside is not None:
        notes.append(f"{path}: prompts outside of marked blocks are not tested, the first in line {outside + 1}")
    document.notes = [*notes, *([_unmarked(path, unmarked)] if unmarked else [])]
    return document


def _unmarked(path: str, blocks: list[MarkedBlock]) -> str:
    """The note on blocks that have prompts and are no tests."""
    one = len(blocks) == 1
    languages = {block.language for block in blocks}
    repair = " (--pycon takes these)" if languages == {"pycon"} else ""
    if misspelt := next((language for language in sorted(languages) if get_close_matches(
            language.lower(), ["gradcli"], 1, 0.7)), ""):
        repair = f" ({misspelt}: did you mean gradcli?)"
    return (f"{path}: {'a block' if one else f'{len(blocks)} blocks'} with prompts {'is' if one else 'are'} not marked "
            f"gradcli and not tested, {'in' if one else 'the first in'} line {blocks[0].first + 1}{repair}")


def _program(lines: list[str], block: MarkedBlock, directives: list[str]) -> list[Check]:
    """A block without prompts: a program that only has to run."""
    body = [line[len(block.prefix):] for line in lines[block.first : block.stop]]
    if not any(line.strip()[:1] not in ("", "#") for line in body) or any(map(is_prompt, body)):
        return []
    check = Check(block.first + 1, "\n".join(body), (), block.stop, directives=tuple(directives), kind="program")
    directives.clear()
    return [check]


def _fences(lines: Sequence[str]) -> Iterator[MarkedBlock]:
    """Every fence and marked block of a Markdown file, in any language, as CommonMark divides it into blocks.

    Fences count at any indentation: many documents nest them by four spaces in blocks of other dialects.
    """
    stop = 0
    for token in _parser().parse("\n".join(lines).replace("\r", " ")):     # which would be ends of lines there
        if token.map is None or token.map[0] < stop:
            continue
        first, end = token.map
        if token.type == "fence":
            before = lines[first][:lines[first].index(token.markup)]
            count = token.content.count("\n")
            yield _fence(BULLET.sub(" ", before), token.info, first + 1, min(first + 1 + count, len(lines)))
        elif token.type == "html_block" and (end - first == 1 or not lines[first].lstrip().startswith("<!--")):
            for block in filter(None, (_commented(lines, number) for number in range(first, end))):
                yield block
                stop = block.stop


def _parser() -> MarkdownIt:
    """The blocks of CommonMark, but for indented code, and nothing within lines."""
    from markdown_it import MarkdownIt

    return MarkdownIt("zero", {"html": True}).enable(BLOCKS).disable("inline")


def _fence(prefix: str, info: str, first: int, stop: int) -> MarkedBlock:
    """The block of a fence, whose information may be `gradcli seed 3`, `{code-block} gradcli` or `{.gradcli}`."""
    marks = WORD.findall(info)
    if marks[:1] in (["code-block"], ["code"]):
        del marks[0]
    language = marks[0] if marks else ""
    directives = info.partition("gradcli")[2].strip(" {}.") if language == "gradcli" else ""
    return MarkedBlock(first, stop, prefix, language, directives_in(directives), False)


def _commented(lines: Sequence[str], number: int) -> MarkedBlock | None:
    """What a comment on one line holds: directives, or the mark of the indented block below it."""
    comment = COMMENT.match(lines[number])
    if not comment:
        return None
    if comment[1] is None:
        return _indented(lines, number + 1, 0, "gradcli")
    return MarkedBlock(number + 1, number + 1, "", "", directives_in(comment[1]), False)


def _directives(lines: Sequence[str]) -> Iterator[MarkedBlock]:
    """Every marked block of a reStructuredText file, and every one that begins with a prompt."""
    at, usual = 0, "pycon"
    while at < len(lines):
        line = lines[at]
        at += 1
        if note := NOTE.match(line):
            yield MarkedBlock(at, at, "", "", directives_in(note[1]), False)
        elif directive := DIRECTIVE.match(line):
            indent, kind, argument = directive.groups()
            if kind == "highlight":
                usual = argument
                continue
            while at < len(lines) and FIELD.match(lines[at]):
                at += 1
            if block := _indented(lines, at, len(indent), "gradcli" if kind == "gradcli" else argument):
                yield block._replace(directives=directives_in(argument) if kind == "gradcli" else [])
                at = block.stop
        elif is_prompt(line):
            block = _indented(lines, at - 1, -1, usual) or _paragraph(lines, at - 1, usual)
            yield block
            at = block.stop


def _indented(lines: Sequence[str], at: int, outer: int, language: str) -> MarkedBlock | None:
    """The block that begins at or after a line and is indented by more than `outer`, if there is one."""
    while at < len(lines) and not lines[at].strip():
        at += 1
    if at == len(lines) or (width := _width(lines[at])) <= max(outer, 0):
        return None
    stop = last = at
    while last < len(lines) and (not lines[last].strip() or _width(lines[last]) >= width):
        last += 1
        stop = last if lines[last - 1].strip() else stop
    return MarkedBlock(at, stop, lines[at][:width], language, [], True)


def _paragraph(lines: Sequence[str], at: int, language: str) -> MarkedBlock:
    """A session that is not indented ends with the first blank line."""
    stop = next((n for n in range(at, len(lines)) if not lines[n].strip()), len(lines))
    return MarkedBlock(at, stop, "", language, [], True)


def _width(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))
