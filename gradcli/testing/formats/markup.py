"""Finding the blocks of Markdown and reStructuredText that are sessions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import NamedTuple

from gradcli.testing.formats import console_blocks
from gradcli.testing.formats.transcript import SKIP_REST, LineDocument, checks_in, is_prompt, lines_of
from gradcli.testing.model import Check, Document, orders_in

FENCE = re.compile(r"((?:[ \t]*>)*[ \t]*)(`{3,}|~{3,})[ \t]*(.*?)[ \t]*$")
COMMENT = re.compile(r"[ \t]*<!--[ \t]*gradcli(?:[ \t]*:[ \t]*(.*?))?[ \t]*-->[ \t]*$")
DIRECTIVE = re.compile(r"([ \t]*)\.\.[ \t]+(code-block|code|sourcecode|highlight|gradcli)::[ \t]*(.*?)[ \t]*$")
NOTE = re.compile(r"[ \t]*\.\.[ \t]+gradcli:[ \t]+(.*?)[ \t]*$")
FIELD = re.compile(r"[ \t]+:[\w-]+:")
WORD = re.compile(r"[\w-]+")


class Block(NamedTuple):
    """A stretch of lines that is a session: first line, the line after the last, what each begins with."""

    first: int
    stop: int
    prefix: str
    language: str
    orders: list[str]
    loose: bool     # the blank lines after it are the markup's


def markdown(path: str, content: bytes, pycon: bool = False) -> Document:
    """A Markdown file: its fences whose information begins with `gradcli`, and blocks below `<!-- gradcli -->`."""
    lines = lines_of(content)
    return _document(path, content, lines, _fences(lines), pycon)


def restructured(path: str, content: bytes, pycon: bool = False) -> Document:
    """A reStructuredText file: its code blocks marked `gradcli`."""
    lines = lines_of(content)
    return _document(path, content, lines, _directives(lines, pycon), pycon)


def _document(path: str, content: bytes, lines: list[str], blocks: Iterator[Block], pycon: bool) -> Document:
    checks: list[Check] = []
    orders: list[str] = []
    unmarked: list[Block] = []
    notes: list[str] = []
    for block in blocks:
        orders += block.orders
        if not block.language and block.first == block.stop:
            continue
        if SKIP_REST in orders:
            orders.remove(SKIP_REST)
        elif block.language == "gradcli" or (block.language == "pycon" and pycon):
            found = list(checks_in(lines[block.first : block.stop], block.first, block.prefix, orders, block.loose))
            if not found and block.language == "gradcli":
                found = _program(lines, block, orders)
            checks += found
        elif block.language in console_blocks.LANGUAGES:
            shown = list(console_blocks.checks_in(lines[block.first : block.stop], block.first, block.prefix, orders))
            notes += [f"{path}:{check.line}: {why}" for check in shown if (why := console_blocks.why_not(check.source))]
            checks += shown
        elif any(is_prompt(line[len(block.prefix):]) for line in lines[block.first : block.stop]):
            unmarked.append(block)
    document = LineDocument(path, content, checks)
    if orders:
        notes.append(f"{path}: `# gradcli: {', '.join(orders)}` stands below the last input, and changes nothing")
    document.notes = [*notes, *([_unmarked(path, unmarked)] if unmarked else [])]
    return document


def _unmarked(path: str, blocks: list[Block]) -> str:
    """What to say of blocks that have prompts and are no tests."""
    one = len(blocks) == 1
    languages = {block.language for block in blocks}
    repair = " (--pycon takes these)" if languages == {"pycon"} else ""
    if misspelt := next((language for language in sorted(languages) if get_close_matches(
            language.lower(), ["gradcli"], 1, 0.7)), ""):
        repair = f" ({misspelt}: did you mean gradcli?)"
    return (f"{path}: {'a block' if one else f'{len(blocks)} blocks'} with prompts {'is' if one else 'are'} not marked "
            f"gradcli and not tested, {'in' if one else 'the first in'} line {blocks[0].first + 1}{repair}")


def _program(lines: list[str], block: Block, orders: list[str]) -> list[Check]:
    """A block without prompts: a program that only has to run."""
    body = [line[len(block.prefix):] for line in lines[block.first : block.stop]]
    if not any(line.strip()[:1] not in ("", "#") for line in body) or any(map(is_prompt, body)):
        return []
    check = Check(block.first + 1, "\n".join(body), (), block.stop, orders=tuple(orders), kind="program")
    orders.clear()
    return [check]


def _fences(lines: Sequence[str]) -> Iterator[Block]:
    """Every marked block of a Markdown file, whatever its language."""
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        if comment := COMMENT.match(line):
            if comment[1] is not None:
                yield Block(at, at, "", "", orders_in(comment[1]), False)
            elif block := _indented(lines, at, 0, "gradcli"):
                yield block
                at = block.stop
        elif line.lstrip().startswith("<!--"):
            while "-->" not in line and at < len(lines):
                line = lines[at]
                at += 1
        elif (fence := FENCE.match(line)) and not (fence[2][0] == "`" and "`" in fence[3]):
            stop, after = _closed(lines, at, fence)
            words = WORD.findall(fence[3])
            if words[:1] in (["code-block"], ["code"]):     # {code-block} gradcli
                del words[0]
            language = words[0] if words else ""
            asked = fence[3].partition("gradcli")[2].strip(" {}.") if language == "gradcli" else ""
            yield Block(at, stop, fence[1], language, orders_in(asked), False)
            at = after


def _closed(lines: Sequence[str], at: int, fence: re.Match[str]) -> tuple[int, int]:
    """Where what is fenced ends, and where the text goes on: after a closing fence, a quotation, or never."""
    while at < len(lines):
        closing = FENCE.match(lines[at])
        if closing and not closing[3] and closing[2].startswith(fence[2]):
            return at, at + 1
        if ">" in fence[1] and not lines[at].lstrip().startswith(">"):
            return at, at
        at += 1
    return (at - 1 if lines[-1] == "" else at), at


def _directives(lines: Sequence[str], pycon: bool) -> Iterator[Block]:
    """Every marked block of a reStructuredText file, and those that begin with a prompt where these count."""
    at, usual = 0, "pycon"
    while at < len(lines):
        line = lines[at]
        at += 1
        if note := NOTE.match(line):
            yield Block(at, at, "", "", orders_in(note[1]), False)
        elif directive := DIRECTIVE.match(line):
            indent, kind, argument = directive.groups()
            if kind == "highlight":
                usual = argument
                continue
            while at < len(lines) and FIELD.match(lines[at]):
                at += 1
            if block := _indented(lines, at, len(indent), "gradcli" if kind == "gradcli" else argument):
                yield block._replace(orders=orders_in(argument) if kind == "gradcli" else [])
                at = block.stop
        elif is_prompt(line):
            block = _indented(lines, at - 1, -1, usual) or _paragraph(lines, at - 1, usual)
            yield block
            at = block.stop


def _indented(lines: Sequence[str], at: int, outer: int, language: str) -> Block | None:
    """The block that begins at or after a line and is indented by more than `outer`, if there is one."""
    while at < len(lines) and not lines[at].strip():
        at += 1
    if at == len(lines) or (width := _width(lines[at])) <= max(outer, 0):
        return None
    stop = last = at
    while last < len(lines) and (not lines[last].strip() or _width(lines[last]) >= width):
        last += 1
        stop = last if lines[last - 1].strip() else stop
    return Block(at, stop, lines[at][:width], language, [], True)


def _paragraph(lines: Sequence[str], at: int, language: str) -> Block:
    """A session that is not indented ends with the first blank line."""
    stop = next((n for n in range(at, len(lines)) if not lines[n].strip()), len(lines))
    return Block(at, stop, "", language, [], True)


def _width(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))
