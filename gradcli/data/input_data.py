"""Names set from outside: `--var NAME=EXPR` and `--var NAME=@FILE`."""

from __future__ import annotations

import re
from keyword import iskeyword
from typing import Any, NamedTuple

from gradcli.console.settings import Settings
from gradcli.console.source import decode_utf8, input_bytes, read_bytes
from gradcli.faults.source import quoted
from gradcli.faults.tree import FileFault, UsageFault, ValueFault

DATA_FILE = r"(?i)(?!@)[^\s()\[\],'\"]*[^\s()\[\],'\"./]\.(?:csv|jsonl?|npy|npz)(?::[\w .]*)?"


class Assignment(NamedTuple):
    """One --var: the name, its text, and the content of the file if it names one."""

    name: str
    value: str
    content: bytes | None = None
    suffix: str = ""
    single: bool = True     # the precision of numbers that are read from text


def open_assignment(text: str, settings: Settings) -> Assignment:
    """A --var, with the file that it names read."""
    name, equals, value = text.partition("=")
    name = name.strip()
    if not equals or not name.isidentifier():
        raise UsageFault(f"--var takes NAME=EXPR or NAME=@FILE, not {text!r}", "--var x=2")
    if iskeyword(name):
        raise UsageFault(f"{name} is a word of the language, and no name",
                         f"--var {quoted(f'{name}_={value.strip()}')}")
    value = value.strip()
    if not value.startswith("@"):
        refuse_file(value, f"--var {quoted(f'{name}=@{value}')}")
        return Assignment(name, text)
    file, _ = _split(value[1:])
    if not file:
        raise UsageFault(f"--var {name}=@ needs the name of a file behind the @", f"--var {name}=@data.csv")
    if file == "-":
        return Assignment(name, value[1:], input_bytes(), settings.stdin_format, not settings.double)
    return Assignment(name, value[1:], read_bytes(file, "@"), file.rpartition(".")[2].lower(), not settings.double)


def refuse_file(value: str, repair: str) -> None:
    """Refuse the name of a data file where an expression belongs: nothing in the language has such a name."""
    if "." in value and re.fullmatch(DATA_FILE, value.strip()):
        raise UsageFault(f"{value.strip()} is the name of a file, which stands behind an @", repair)


def file_value(assignment: Assignment) -> Any:
    """What the file of an assignment holds: an array of numbers; of CSV or JSON with text in it, lists."""
    file, part = _split(assignment.value)
    called = "standard input" if file == "-" else file
    try:
        value = _parsed(assignment.content or b"", assignment.suffix, part, called)
        if not isinstance(value, list) or has_text(value):
            return value
        from gradcli.data.array_files import from_lists

        return from_lists(value, assignment.single)
    except ValueFault as fault:
        raise FileFault(f"{called}: {fault.message}",
                        *(quoted(repair.replace("@FILE", f"@{file}")) for repair, _ in fault.hints)) from None


def _split(path: str) -> tuple[str, str]:
    """A path and the member or column after its colon."""
    file, colon, part = path.rpartition(":")
    if colon and (file == "-" or file.lower().endswith((".npz", ".csv", ".json", ".jsonl"))):
        return file, part
    return path, ""


def _parsed(content: bytes, suffix: str, part: str, file: str) -> Any:
    if suffix in ("npy", "npz"):
        from gradcli.data.array_files import from_npy, from_npz

        return from_npy(content) if suffix == "npy" else from_npz(content, part)
    if suffix in ("json", "jsonl"):
        from gradcli.data.json_data import from_json, from_jsonl

        return (from_json if suffix == "json" else from_jsonl)(decode_utf8(content, file), part)
    if suffix == "csv":
        from gradcli.data.csv_tables import from_csv

        return from_csv(decode_utf8(content, file), part)
    raise UsageFault(f"@{file}: its name ends in none of .npy .npz .csv .json .jsonl",
                     (f"--stdin-format csv --var NAME=@- < {quoted(file)}", "a table, whatever its name"))


def has_text(value: list[Any]) -> bool:
    """Whether there is text in a list, or in the first list in it, which others of a table are like."""
    first = value[0] if value and isinstance(value[0], list) else value
    return any(isinstance(item, str) for item in first)
