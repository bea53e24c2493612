"""Names set from outside: `--var NAME=EXPR` and `--var NAME=@FILE`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from gradcli.commands.points import points
from gradcli.commands.settings import Settings
from gradcli.commands.source import decoded, from_argument, input_bytes, read_bytes
from gradcli.errors import FileFault, UsageFault, ValueFault

if TYPE_CHECKING:
    from gradcli.session import Session


class Assignment(NamedTuple):
    """One --var: the name, its text, and the content of the file if it names one."""

    name: str
    value: str
    content: bytes | None = None
    suffix: str = ""


def opened(text: str, settings: Settings) -> Assignment:
    """A --var, with the file that it names read."""
    name, equals, value = text.partition("=")
    name = from_argument(name).strip()
    if not equals or not name.isidentifier():
        raise UsageFault(f"--var takes NAME=EXPR or NAME=@FILE, not {text!r}")
    if not value.startswith("@"):
        return Assignment(name, text)
    file, _ = _split(value[1:])
    if file == "-":
        return Assignment(name, value[1:], input_bytes(), settings.stdin_format)
    return Assignment(name, value[1:], read_bytes(file, "@"), file.rpartition(".")[2].lower())


def assign(session: Session, assignment: Assignment) -> None:
    """Obey one --var."""
    name, value, content, _ = assignment
    if content is None:
        for target, expression in points(value, "--var"):
            session.run(f"{target} = {expression}", "--var", echo=False)
        return
    session[name] = held(assignment)


def held(assignment: Assignment) -> Any:
    """What the file of an assignment holds: an array, or for JSON and CSV nested lists of numbers made one."""
    file, part = _split(assignment.value)
    try:
        return _parsed(assignment.content or b"", assignment.suffix, part, file)
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
    """Rows of numbers; one column by its name or number. A first row that is no number names the columns."""
    rows = list(_csv_rows(text))
    if not rows:
        raise ValueFault("there are no rows")
    names = rows.pop(0).cells if not all(_is_number(cell) for cell in rows[0].cells) else []
    if column:
        width = len(names or rows[0].cells)
        at = names.index(column) if column in names else int(column) if _is_index(column, width) else -1
        if not 0 <= at < width:
            raise ValueFault(f"there is no column {column!r}", *(f"@FILE.csv:{name}" for name in names))
        return [_cell(row.cells[at] if at < len(row.cells) else "", row.line) for row in rows]
    table = [[_cell(cell, row.line) for cell in row.cells] for row in rows]
    return [row[0] for row in table] if all(len(row) == 1 for row in table) else table


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
