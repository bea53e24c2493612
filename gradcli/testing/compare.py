"""Whether what was printed is what was expected.

Lines are compared literally, except that addresses match by shape and a line `...` stands
for any lines. `# approx` compares numbers as numbers, `# random` types and sizes alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from functools import partial

from gradcli.testing.model import SKIP, Check, Lines, Parts, split
from gradcli.testing.tracebacks import is_traceback, told

ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]+")
NUMBER = re.compile(r"(?<![\w.])[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|nan|inf)(?!\w)")
FOOTER = re.compile(r" *\[torch\.\w+ (?:of size [\dx]+|with no dimension)\]$")
SIZES = re.compile(r"torch\.Size\(\[.*\]\)|[\w.]*size=.*")

LONGEST = 2000      # lines in which a difference is worked out, rather than shown whole

Same = Callable[[str, str], bool]


def judge(check: Check, parts: Parts) -> str | None:
    """What is wrong with what a check printed: None if nothing is, "" where the difference of the texts tells."""
    if check.options.problem:
        return check.options.problem
    if wanted := check.options.error:
        if parts.fault is None:
            return f"no error was raised, and {wanted} was expected"
        return None if parts.code == wanted else f"the error was {parts.code}, and {wanted} was expected"
    if not check.is_compared:
        return None if parts.fault is None else ""
    if parts.exception and is_traceback(check.expected):
        printed = (*split(parts.stream), parts.exception)
        return None if matches(check._replace(expected=told(check.expected)), printed) else ""
    return None if matches(check, parts.lines) else ""


def matches(check: Check, printed: Lines) -> bool:
    """Whether a check printed what it should."""
    expected = check.expected
    if expected == printed:
        return True
    if check.loose:
        expected, printed = stripped(expected), stripped(printed)
    if check.kind == "command":
        expected, printed = begun(expected), begun(printed)
    if check.options.random:
        return kinds(expected) == kinds(printed)
    return spans(expected, printed, alike(check)) is not None


def stripped(lines: Lines) -> Lines:
    """Lines without the blank ones at their end."""
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    return lines


def begun(lines: Lines) -> Lines:
    """Lines without the blank ones at their begin."""
    while lines and not lines[0].strip():
        lines = lines[1:]
    return lines


def alike(check: Check) -> Same:
    """How two lines of a check's text are compared."""
    return same if check.options.approx is None else partial(near, check.options.approx)


def same(expected: str, printed: str) -> bool:
    """Whether two lines are the same but for addresses."""
    return expected == printed or (" 0x" in expected and shape(expected) == shape(printed))


def shape(line: str) -> str:
    """A line with its addresses made all alike."""
    return ADDRESS.sub("at 0x", line) if " 0x" in line else line


def spans(expected: Sequence[str], printed: Sequence[str], same: Same) -> list[tuple[int, int]] | None:
    """For each line of `expected` the printed lines, from and to, that it matches; None if it cannot be done.

    What stands between two `...` is looked for as early as possible, which finds it if it is there.
    """
    runs: list[list[str]] = [[]]
    for line in expected:
        if line == SKIP:
            runs.append([])
        else:
            runs[-1].append(line)
    found: list[tuple[int, int]] = []
    at = 0
    for number, run in enumerate(runs):
        last = number == len(runs) - 1
        starts = range(at, len(printed) - len(run) + 1)
        if number == 0:
            starts = starts[:1]
        if last:
            starts = starts[-1:] if len(runs) > 1 else starts if len(run) == len(printed) else range(0)
        start = next((n for n in starts if all(map(same, run, printed[n : n + len(run)]))), None)
        if start is None:
            return None
        if number:
            found.append((at, start))
        found += [(n, n + 1) for n in range(start, start + len(run))]
        at = start + len(run)
    return found


def near(tolerance: float, expected: str, printed: str) -> bool:
    """Whether two lines are the same but for small differences of their numbers.

    A number and the blanks before it are one field: either the blanks are the same, or the
    field is as wide, so that a column may hold a minus sign more or less.
    """
    if expected == printed:
        return True
    if FOOTER.match(expected):
        return False
    before, after = NUMBER.split(shape(expected)), NUMBER.split(shape(printed))
    numbers = list(zip(NUMBER.findall(shape(expected)), NUMBER.findall(shape(printed)), strict=False))
    if len(before) != len(after) or before[-1] != after[-1]:
        return False
    return all(_same_field(a + x, b + y, a, b) and _near(tolerance, x, y)
               for a, b, (x, y) in zip(before, after, numbers, strict=False))


def _same_field(expected: str, printed: str, before: str, after: str) -> bool:
    return before == after or (before.rstrip(" ") == after.rstrip(" ") and len(expected) == len(printed))


def _near(tolerance: float, expected: str, printed: str) -> bool:
    a, b = float(expected), float(printed)
    if not (math.isfinite(a) and math.isfinite(b)):
        return str(a) == str(b)
    return abs(a - b) <= tolerance * max(1.0, abs(a))


def kinds(lines: Sequence[str]) -> list[str]:
    """What is left of a text when its numbers do not count: lines of type and size, or the form of what has none."""
    footers = [line.strip() for line in lines if FOOTER.match(line)]
    return footers or ["".join(NUMBER.sub("#", line).replace(" ", "") if not SIZES.match(line) else line
                               for line in lines)]


def merged(check: Check, printed: Lines) -> Lines:
    """The new expected text of a check: what was printed, with every line kept that still holds as it stands."""
    same = alike(check)
    made: list[str] = []
    for old, new in aligned(check, printed):
        made += old if len(old) == len(new) and all(map(same, old, new)) else new
    if check.loose:
        made += check.expected[len(stripped(check.expected)):]
    return tuple(made)


def aligned(check: Check, printed: Lines) -> list[tuple[Lines, Lines]]:
    """Expected and printed text cut into stretches that belong together; a `...` belongs to itself.

    Of several `...` with text between them that is nowhere, the first stands for all.
    """
    expected, same = check.expected, alike(check)
    if check.loose:
        expected, printed = stripped(expected), stripped(printed)
    if SKIP not in expected:
        return steps(expected, printed, same)
    first, last = expected.index(SKIP), len(expected) - expected[::-1].index(SKIP)
    stop = len(printed) - (len(expected) - last)
    if first > stop:
        return [(expected, printed)]
    middle = expected[first:last]
    kept = middle if spans(middle, printed[first:stop], same) is not None else (SKIP,)
    return [*steps(expected[:first], printed[:first], same), (middle, kept),
            *steps(expected[last:], printed[stop:], same)]


def steps(expected: Lines, printed: Lines, same: Same) -> list[tuple[Lines, Lines]]:
    """Both texts cut into stretches that belong together, those that are the same and those that are not."""
    if len(expected) == len(printed):
        return [((x,), (y,)) for x, y in zip(expected, printed, strict=True)]
    short = min(len(expected), len(printed))
    head = next((n for n in range(short) if not same(expected[n], printed[n])), short)
    tail = next((n for n in range(short - head) if not same(expected[-1 - n], printed[-1 - n])), short - head)
    a, b = expected[head : len(expected) - tail], printed[head : len(printed) - tail]
    made: list[tuple[Lines, Lines]] = [((x,), (y,)) for x, y in zip(expected[:head], printed[:head], strict=True)]
    if a and b and len(a) + len(b) <= LONGEST:
        from difflib import SequenceMatcher

        matcher = SequenceMatcher(None, [shape(line) for line in a], [shape(line) for line in b], autojunk=False)
        made += [(a[i:j], b[k:m]) for _, i, j, k, m in matcher.get_opcodes()]
    elif a or b:
        made.append((a, b))
    return [*made, *zip(((x,) for x in expected[len(expected) - tail:]),
                        ((y,) for y in printed[len(printed) - tail:]), strict=True)]
