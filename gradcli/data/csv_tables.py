"""Tables of numbers in CSV files: separated by commas, semicolons, tabs or blanks, with or without a heading."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from gradcli.data.data_format import finite_number
from gradcli.faults.tree import ValueFault

DECIMAL_COMMA = re.compile(r"\s*[-+]?\d+,\d+\s*")
QUOTED = re.compile(r'"[^"]*"')
SEPARATORS = "\t;,"
MISSING = frozenset(("", "na", "n/a", "#n/a", "null", "none", "-", "?", "."))
TRUTH = {"True": 1.0, "False": 0.0}      # as files of results have them
MOST_NAMES = 8      # columns that are offered where none is called as asked


class CsvRow(NamedTuple):
    """A row of a CSV file, and the line it ends on."""

    line: int
    cells: list[str]


def from_csv(text: str, column: str) -> Any:
    """Rows of numbers and texts; one column by its name or number. A first row of another kind names the columns."""
    rows = list(_rows(text))
    names = _heading(rows)
    if not rows:
        raise ValueFault("there are no rows below the heading" if names else "there are no rows")
    width = len(names or rows[0].cells)
    odd = next((row for row in rows if len(row.cells) != width), None)
    if odd is not None:
        raise ValueFault(f"line {odd.line} has {_cells(odd.cells)}, and the first row {_cells([''] * width)}")
    columns = list(range(width))
    if names.count(column) > 1:
        raise ValueFault(f"{names.count(column)} columns are called {column!r}",
                         *(f"@FILE:{n}" for n in columns if names[n] == column))
    if column:
        at = names.index(column) if column in names else int(column) if _is_index(column, width) else -1
        if not 0 <= at < width:
            raise ValueFault(f"there is no column {column!r}",
                             *(f"@FILE:{name}" for name in (names or list(map(str, columns)))[:MOST_NAMES]))
        columns = [at]
    read = [_column(rows, n, names) for n in columns]
    return read[0] if len(read) == 1 else [list(row) for row in zip(*read, strict=True)]


def _heading(rows: list[CsvRow]) -> list[str]:
    """The names of the columns, from a comment as numpy.savetxt writes it or a first row, taken off the rows."""
    names: list[str] = []
    comments: list[CsvRow] = []
    while rows and rows[0].cells[0].lstrip()[:1] == "#" and (len(rows) > 1 or len(rows[0].cells) == 1):
        comments.append(rows.pop(0))
    cells = comments[-1].cells if comments else []
    if len(cells) > 1 and cells[0] == "#":      # between blanks the sign is a cell of its own
        cells = cells[1:]
    if comments and rows and len(cells) == len(rows[0].cells):
        names = [cells[0].lstrip().lstrip("#").strip() or cells[0].strip(), *(cell.strip() for cell in cells[1:])]
    elif rows and _is_heading(rows):
        names = [cell.strip() for cell in rows.pop(0).cells]
    return names


def _is_heading(rows: list[CsvRow]) -> bool:
    """Whether the first row names columns: it has text where a row below has a number, or no number at all.

    A cell that marks a number as missing is no text.
    """
    first = [_is_number(cell) or _is_missing(cell) or bool(DECIMAL_COMMA.fullmatch(cell)) for cell in rows[0].cells]
    if all(first) or len(rows) == 1 and any(first):
        return False
    return not any(first) or any(_is_number(cell) and not number
                                 for row in rows[1:] for number, cell in zip(first, row.cells, strict=False))


def _column(rows: list[CsvRow], at: int, names: list[str]) -> list[Any]:
    """The numbers of a column; its texts, if none of them is a number."""
    texts = [row.cells[at] for row in rows]
    is_text = not any(_is_number(text) or DECIMAL_COMMA.fullmatch(text) for text in texts)
    if texts and is_text and not all(_is_missing(text) for text in texts):
        return texts
    where = f" of column {names[at]}" if names else ""
    return [_number(text, f"line {row.line}{where}") for text, row in zip(texts, rows, strict=True)]


def _number(text: str, where: str) -> float:
    if _is_number(text):
        return TRUTH[text.strip()] if text.strip() in TRUTH else finite_number(text, f" in {where}")
    if _is_missing(text):
        raise ValueFault(f"there is no number in {where}: {text[:40]!r}", "nan in its place: a number that is missing")
    if DECIMAL_COMMA.fullmatch(text):
        raise ValueFault(f"{text[:40]!r} in {where} is no number", f"{text.strip().replace(',', '.')} with a point")
    raise ValueFault(f"{text[:40]!r} in {where} is no number")


def _rows(text: str) -> Iterator[CsvRow]:
    """The rows that are not empty."""
    import csv
    from io import StringIO

    if "\0" in text:
        raise ValueFault(f"line {text.count(chr(10), 0, text.index(chr(0))) + 1} holds a NUL character")
    separator = _separator(text)
    if separator == " ":
        yield from (CsvRow(line, row.split()) for line, row in enumerate(text.splitlines(), 1) if row.strip())
        return
    reader = csv.reader(StringIO(text, newline=""), strict=True, delimiter=separator)
    try:
        yield from (CsvRow(reader.line_num, cells) for cells in reader if cells)
    except csv.Error as error:
        reason = "a quote is not closed" if str(error) == "unexpected end of data" else str(error)
        raise ValueFault(f"no row can be read up to line {reader.line_num}: {reason}") from None


def _separator(text: str) -> str:
    """What stands between the cells, as the first row that is no comment shows; blanks only between numbers, which may
    have a heading."""
    lines = (QUOTED.sub("", line) for line in text.splitlines() if line.strip())
    first, second = (*islice((line for line in lines if line.lstrip()[0] != "#"), 2), "", "")[:2]
    if separator := next((mark for mark in SEPARATORS if mark in first.strip(" ")), ""):
        return separator
    width, rows = len(first.split()), [first, second]
    numbers = [len(row.split()) == width and all(map(_is_number, row.split())) for row in rows]
    return " " if width > 1 and any(numbers) else ","


def _cells(cells: list[str]) -> str:
    return f"{len(cells)} cell{'s' if len(cells) != 1 else ''}"


def _is_missing(text: str) -> bool:
    return text.strip().lower() in MISSING


def _is_index(text: str, count: int) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= len(str(count))


def _is_number(text: str) -> bool:
    if text.strip() in TRUTH:
        return True
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text
