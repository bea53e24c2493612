"""Whether what was printed is what was expected.

Lines are compared literally, except that addresses match by shape and a line `...` stands
for any lines. `# approx` compares numbers as numbers, `# random` types and sizes alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from functools import partial

from gradcli.testing.model import NO_CODE, SKIP, Check, Lines, OutputParts, split
from gradcli.testing.tracebacks import is_traceback, traceback_ending

ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]+")
NUMBER = re.compile(r"(?<![\w.])[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|nan|inf)(?!\w)")
FOOTER = re.compile(r" *\[torch\.\w+ (?:of size [\dx]+|with no dimension)\]$")
SIZES = re.compile(r"torch\.Size\(\[.*\]\)|[\w.]*size=.*")

LONGEST = 2000      # lines in which a difference is worked out, rather than shown whole

LineComparison = Callable[[str, str], bool]


def judge(check: Check, parts: OutputParts) -> str | None:
    """Why a check fails: None if it passes, "" if expected and printed text differ."""
    if problem := check.options.problem:
        return f"{problem}; write # error {parts.code}" if parts.code and problem.endswith(NO_CODE) else problem
    if code := check.options.error:
        if parts.fault is None:
            return f"no error was raised, and {code} was expected"
        return None if parts.code == code else f"the error was {parts.code}, and {code} was expected"
    if not check.is_compared:
        stored = traceback_ending(check.expected)[-1] if is_traceback(check.expected) else None
        return None if parts.fault is None or stored == parts.exception else ""
    if parts.exception and is_traceback(check.expected):
        printed = (*split(parts.stream), parts.exception)
        return None if matches(check._replace(expected=traceback_ending(check.expected)), printed) else ""
    return None if matches(check, parts.lines) else ""


def matches(check: Check, printed: Lines) -> bool:
    """Whether printed lines are those that a check expects, in the ways its options allow."""
    expected = check.expected
    if expected == printed:
        return True
    if check.loose:
        expected, printed = without_trailing_blanks(expected), without_trailing_blanks(printed)
    if check.kind == "command":
        expected, printed = without_leading_blanks(expected), without_leading_blanks(printed)
    if check.options.random:
        return without_numbers(expected) == without_numbers(printed)
    return matching_spans(expected, printed, line_comparison(check)) is not None


def without_trailing_blanks(lines: Lines) -> Lines:
    """Lines without the blank ones at their end."""
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    return lines


def without_leading_blanks(lines: Lines) -> Lines:
    """Lines without the blank ones at their beginning."""
    while lines and not lines[0].strip():
        lines = lines[1:]
    return lines


def line_comparison(check: Check) -> LineComparison:
    """The comparison of two lines that the options of a check ask for: exact, or approximate."""
    return is_same_line if check.options.approx is None else partial(is_nearly_same_line, check.options.approx)


def is_same_line(expected: str, printed: str) -> bool:
    """Whether two lines are equal apart from addresses."""
    return expected == printed or (" 0x" in expected and without_addresses(expected) == without_addresses(printed))


def without_addresses(line: str) -> str:
    """A line with `0x` in place of each address."""
    return ADDRESS.sub("at 0x", line) if " 0x" in line else line


def matching_spans(expected: Sequence[str], printed: Sequence[str],
                   is_same_line: LineComparison) -> list[tuple[int, int]] | None:
    """For each line of `expected` the printed lines, from and to, that it matches; None if it cannot be done.

    What stands between two `...` is looked for as early as possible, which finds it if it is there.
    """
    runs: list[list[str]] = [[]]
    for line in expected:
        if line == SKIP:
            runs.append([])
        else:
            runs[-1].append(line)
    line_spans: list[tuple[int, int]] = []
    at = 0
    for number, run in enumerate(runs):
        last = number == len(runs) - 1
        starts = range(at, len(printed) - len(run) + 1)
        if number == 0:
            starts = starts[:1]
        if last:
            starts = starts[-1:] if len(runs) > 1 else starts if len(run) == len(printed) else range(0)
        start = next((n for n in starts if all(map(is_same_line, run, printed[n : n + len(run)]))), None)
        if start is None:
            return None
        if number:
            line_spans.append((at, start))
        line_spans += [(n, n + 1) for n in range(start, start + len(run))]
        at = start + len(run)
    return line_spans


def is_nearly_same_line(tolerance: float, expected: str, printed: str) -> bool:
    """Whether two lines are equal apart from differences of their numbers within a tolerance.

    A number and the blanks before it are one field: either the blanks are the same, or the
    field is as wide, so that a column may hold a minus sign more or less.
    """
    if expected == printed:
        return True
    if FOOTER.match(expected):
        return False
    old, new = without_addresses(expected), without_addresses(printed)
    before, after = NUMBER.split(old), NUMBER.split(new)
    numbers = list(zip(NUMBER.findall(old), NUMBER.findall(new), strict=False))
    if len(before) != len(after) or before[-1] != after[-1]:
        return False
    return all(_is_same_field(a + x, b + y, a, b) and _is_close(tolerance, x, y)
               for a, b, (x, y) in zip(before, after, numbers, strict=False))


def _is_same_field(expected: str, printed: str, before: str, after: str) -> bool:
    return before == after or (before.rstrip(" ") == after.rstrip(" ") and len(expected) == len(printed))


def _is_close(tolerance: float, expected: str, printed: str) -> bool:
    a, b = float(expected), float(printed)
    if not (math.isfinite(a) and math.isfinite(b)):
        return str(a) == str(b)
    return abs(a - b) <= tolerance * max(1.0, abs(a))


def without_numbers(lines: Sequence[str]) -> list[str]:
    """The lines of a text that state type and size; without any, the text with `#` for each number, as one string."""
    footers = [line.strip() for line in lines if FOOTER.match(line)]
    return footers or ["".join(NUMBER.sub("#", line).replace(" ", "") if not SIZES.match(line) else line
                               for line in lines)]


def new_expected(check: Check, printed: Lines) -> Lines:
    """The new expected text of a check: the printed lines, but each old line that still matches as it stands."""
    is_same_line = line_comparison(check)
    lines: list[str] = []
    for old, new in aligned_stretches(check, printed):
        lines += old if len(old) == len(new) and all(map(is_same_line, old, new)) else new
    if check.loose:
        lines += check.expected[len(without_trailing_blanks(check.expected)):]
    return tuple(lines)


def aligned_stretches(check: Check, printed: Lines) -> list[tuple[Lines, Lines]]:
    """Pairs of stretches, of the expected and of the printed text, that correspond; a `...` corresponds to itself.

    Several `...` are reduced to the first where the text between them was not printed.
    """
    expected, is_same_line = check.expected, line_comparison(check)
    if check.loose:
        expected, printed = without_trailing_blanks(expected), without_trailing_blanks(printed)
    if SKIP not in expected:
        return line_pairs(expected, printed, is_same_line)
    first, last = expected.index(SKIP), len(expected) - expected[::-1].index(SKIP)
    stop = len(printed) - (len(expected) - last)
    if first > stop:
        return [(expected, printed)]
    middle = expected[first:last]
    unchanged = middle if matching_spans(middle, printed[first:stop], is_same_line) is not None else (SKIP,)
    return [*line_pairs(expected[:first], printed[:first], is_same_line), (middle, unchanged),
            *line_pairs(expected[last:], printed[stop:], is_same_line)]


def line_pairs(expected: Lines, printed: Lines, is_same_line: LineComparison) -> list[tuple[Lines, Lines]]:
    """Pairs of stretches of both texts: single lines from both ends while they match, then those of difflib."""
    if len(expected) == len(printed):
        return [((x,), (y,)) for x, y in zip(expected, printed, strict=True)]
    short = min(len(expected), len(printed))
    head = next((n for n in range(short) if not is_same_line(expected[n], printed[n])), short)
    tail = next((n for n in range(short - head) if not is_same_line(expected[-1 - n], printed[-1 - n])), short - head)
    a, b = expected[head : len(expected) - tail], printed[head : len(printed) - tail]
    pairs: list[tuple[Lines, Lines]] = [((x,), (y,)) for x, y in zip(expected[:head], printed[:head], strict=True)]
    if a and b and len(a) + len(b) <= LONGEST:
        from difflib import SequenceMatcher

        matcher = SequenceMatcher(None, list(map(without_addresses, a)), list(map(without_addresses, b)),
                                  autojunk=False)
        pairs += [(a[i:j], b[k:m]) for _, i, j, k, m in matcher.get_opcodes()]
    elif a or b:
        pairs.append((a, b))
    return [*pairs, *zip(((x,) for x in expected[len(expected) - tail:]),
                        ((y,) for y in printed[len(printed) - tail:]), strict=True)]
