"""Reading sessions of IPython: `In [1]:` begins an input, `Out[1]:` stands before the value it shows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from gradcli.console.ipython_lines import prints_of_its_own
from gradcli.testing.model import DIRECTIVE, Check, directives_in, options_of

IN = re.compile(r"[ \t]*In ?\[([\d ]*)\]:(?: (.*)|$)?")
MORE = re.compile(r"[ \t]*\.{3,}:(?: (.*)|$)?")
OUT = re.compile(r"(Out ?\[[\d ]*\]:)(.*)")


def is_numbered(line: str) -> bool:
    """Whether a line begins an input at IPython's prompt."""
    return bool(IN.match(line))


def numbered_checks(lines: Sequence[str], first: int, prefix: str, directives: list[str]) -> Iterator[Check]:
    """The checks of one session, whose first line is the file's line `first`, counted from 0.

    `directives` holds the directives that precede it, and afterwards those left for the next session. The blank line
    above a prompt is IPython's own.
    """
    at = 0
    while at < len(lines):
        start = at
        at += 1
        if directive := DIRECTIVE.match(lines[start]):
            on_line = directives_in(directive[1])
            if "skip" in on_line:
                return
            directives += on_line
        elif prompt := IN.match(lines[start]):
            source = [prompt[2] or ""]
            while at < len(lines) and (more := MORE.match(lines[at])):
                source.append(more[1] or "")
                at += 1
            stop = at
            while stop < len(lines) and not is_numbered(lines[stop]) and not DIRECTIVE.match(lines[stop]):
                stop += 1
            text = "\n".join(source)
            if any(line.strip()[:1] not in ("", "#") for line in source):
                yield Check(first + start + 1, text, tuple(lines[at:stop]), first + at, options_of(text),
                            tuple(directives), "unrun" if prints_of_its_own(text) else "numbered", prefix, True,
                            prompt[1].strip())
                directives.clear()
            at = stop


def after_prompts(check: Check, text: str) -> list[str]:
    """The text of a value behind its prompt, in the forms it may have; that of IPython itself is the first."""
    stored = next((match for line in check.expected if (match := OUT.match(line))), None)
    prompt = stored[1] if stored else f"Out[{check.number}]:"
    if "\n" in text:
        return [f"{prompt} \n{text}", f"{prompt}\n{text}", f"{prompt} {text}"]
    return [f"{prompt} {text}", f"{prompt} \n{text}", f"{prompt}\n{text}"]
