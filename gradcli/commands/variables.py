"""Names set from outside: `--var NAME=EXPR` and `--var NAME=@FILE`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from gradcli.commands.settings import Settings
from gradcli.commands.source import decoded, input_bytes, read_bytes
from gradcli.errors import FileFault, UsageFault, ValueFault

if TYPE_CHECKING:
    from gradcli.session import Session


DATA_FILE = re.compile(r"(?!@)[^\s()\[\],'\"]*[^\s()\[\],'\"./]\.(?:csv|json|npy|npz)(?::[\w ]*)?", re.IGNORECASE)


class Assignment(NamedTuple):
    """One --var: the name, its text, and the content of the file if it names one."""

    name: str
    value: str
    content: bytes | None = None
    suffix: str = ""
    single: bool = True     # the precision of numbers that are read from text


def opened(text: str, settings: Settings) -> Assignment:
    """A --var, with the file that it names read."""
    name, equals, value = text.partition("=")
    name = name.strip()
    if not equals or not name.isidentifier():
        raise UsageFault(f"--var takes NAME=EXPR or NAME=@FILE, not {text!r}")
    value = value.strip()
    if not value.startswith("@"):
        refuse_file(value, f"--var {name}=@{value}")
        return Assignment(name, text)
    file, _ = _split(value[1:])
    if file == "-":
        return Assignment(name, value[1:], input_bytes(), settings.stdin_format, not settings.double)
    return Assignment(name, value[1:], read_bytes(file, "@"), file.rpartition(".")[2].lower(), not settings.double)


def refuse_file(value: str, repair: str) -> None:
    """Refuse the name of a data file where an expression belongs: nothing in the language has such a name."""
    if DATA_FILE.fullmatch(value.strip()):
        raise UsageFault(f"{value.strip()} is the name of a file, which stands behind an @", repair)


def assign(session: Session, assignment: Assignment) -> None:
    """Obey one --var."""
    name, value = assignment.name, assignment.value
    if assignment.content is None:
        from gradcli.commands.points import points

        for target, expression in points(value, "--var"):
            session.run(f"{target} = {expression}", "--var", echo=False)
        return
    session[name] = held(assignment)


def held(assignment: Assignment) -> Any:
    """What the file of an assignment holds: an array of numbers; of CSV with text in it, lists."""
    file, part = _split(assignment.value)
    try:
        value = _parsed(assignment.content or b"", assignment.suffix, part, file)
        if not isinstance(value, list) or _has_text(value):
            return value
        from gradcli.engine.files import from_lists

        return from_lists(value, assignment.single)
    except ValueFault as fault:
        raise FileFault(f"{file}: {fault.message}", *[repair for repair, _ in fault.hints]) from None


def _split(path: str) -> tuple[str, str]:
    """A path and the member or column after its colon."""
    for suffix in (".npz:", ".csv:"):
        if suffix in path:
            file, part = path.rsplit(":", 1)
            return file, part
    return path, ""


def _parsed(content: bytes, suffix: str, part: str, file: str) -> Any:
    if suffix in ("npy", "npz"):
        from gradcli.engine.files import from_npy, from_npz

        return from_npy(content) if suffix == "npy" else from_npz(content, part)
    if suffix == "json":
        return _from_json(decoded(content, file))
    if suffix == "csv":
        return _from_csv(decoded(content, file), part)
    raise UsageFault(f"@{file}: its name ends in none of .npy .npz .csv .json")


def _from_json(text: str) -> Any:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueFault(f"not JSON: {error}") from None
    if isinstance(found, dict) and "data" in found:
        found = found["data"]
    return _numbers(found)


def _numbers(value: Any) -> Any:
    """Nested lists with nothing but numbers in them."""
    if isinstance(value, list):
        return [_numbers(item) for item in value]
    if isinstance(value, (bool, int, float)):
        return value
    if value in ("nan", "inf", "-inf"):
        return float(value)
    raise ValueFault(f"{str(value)[:40]!r} is no number")


def _from_csv(text: str, column: str) -> Any:
    """Rows of numbers and texts; one column by its name or number. A first row of another kind names the columns."""
    rows = list(_csv_rows(text))
    if not rows:
        raise ValueFault("there are no rows")
    width = len(rows[0].cells)
    names = rows.pop(0).cells if _is_heading(rows) else []
    odd = next((row for row in rows if len(row.cells) != width), None)
    if odd is not None:
        raise ValueFault(f"line {odd.line} has {_cells(odd.cells)}, and the first row {_cells([''] * width)}")
    columns = list(range(width))
    if column:
        at = names.index(column) if column in names else int(column) if _is_index(column, width) else -1
        if not 0 <= at < width:
            raise ValueFault(f"there is no column {column!r}", *(f"@FILE.csv:{name}" for name in names))
        columns = [at]
    read = [_column(rows, n) for n in columns]
    return read[0] if len(read) == 1 else [list(row) for row in zip(*read, strict=True)]


def _is_heading(rows: list[Row]) -> bool:
    """Whether the first row names columns: it has text where a row below has a number, or no number at all."""
    first = [_is_number(cell) for cell in rows[0].cells]
    if all(first) or len(rows) == 1 and any(first):
        return False
    return not any(first) or any(_is_number(cell) and not number
                                 for row in rows[1:] for number, cell in zip(first, row.cells, strict=False))


def _column(rows: list[Row], at: int) -> list[Any]:
    """The numbers of a column; its texts, if none of them is a number."""
    texts = [row.cells[at] for row in rows]
    if texts and not any(map(_is_number, texts)):
        return texts
    return [_cell(text, row.line) for text, row in zip(texts, rows, strict=True)]


def _cells(cells: list[str]) -> str:
    return f"{len(cells)} cell{'s' if len(cells) != 1 else ''}"


def _has_text(value: list[Any]) -> bool:
    """Whether there is text in a list, or in the first list in it, which others of a table are like."""
    first = value[0] if value and isinstance(value[0], list) else value
    return any(isinstance(item, str) for item in first)


class Row(NamedTuple):
    """A row of a CSV file, and the line it ends on."""

    line: int
    cells: list[str]


def _csv_rows(text: str) -> Iterator[Row]:
    """The rows that are not empty."""
    import csv
    from io import StringIO

    if "\0" in text:
        raise ValueFault(f"line {text.count(chr(10), 0, text.index(chr(0))) + 1} holds a NUL character")
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    try:
        yield from (Row(reader.line_num, cells) for cells in reader if cells)
    except csv.Error as error:
        reason = "a quote is not closed" if str(error) == "unexpected end of data" else str(error)
        raise ValueFault(f"no row can be read up to line {reader.line_num}: {reason}") from None


def _is_index(text: str, count: int) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= len(str(count))


def _cell(text: str, line: int) -> float:
    if not _is_number(text):
        raise ValueFault(f"{text[:40]!r} in line {line} is no number")
    return float(text)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
