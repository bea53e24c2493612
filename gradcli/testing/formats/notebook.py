"""Jupyter notebooks: code cells, and the text that is stored as their output."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from gradcli.console.ipython_lines import is_foreign, prints_of_its_own
from gradcli.data.notebook_cells import Malformed, code_cells, not_a_notebook, text_of
from gradcli.faults.tree import FileFault
from gradcli.testing.formats.spans import span_of
from gradcli.testing.model import DIRECTIVE, Check, Document, Lines, OutputParts, directives_in, options_of

CODE = re.compile(r"G\d{4}")
ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
LEADING = re.compile(r"[ \t]*")
Output = dict[str, Any]


class Notebook(Document):
    """A notebook of format 4, or of format 3, which is read alone."""

    def __init__(self, path: str, content: bytes, checks: list[Check], cells: list[int]) -> None:
        super().__init__(path, content, checks)
        self.cells = cells      # for each check, which cell of the notebook it is

    def rewritten(self, changes: Mapping[int, tuple[Lines, OutputParts]]) -> bytes:
        text = self.content.decode()
        cells = json.loads(text.removeprefix("\ufeff")).get("cells")
        if cells is None:
            raise FileFault(f"{self.path} cannot be updated: it is a notebook of format 3",
                            notes=("jupyter nbconvert --to notebook --inplace makes one of format 4 of it",))
        edits: list[tuple[int, int, str]] = []
        for index, (lines, parts) in changes.items():
            at = self.cells[index]
            edits += _edits(text, at, cells[at], _new_parts(lines, parts))
        for start, stop, new in sorted(edits, reverse=True):
            text = text[:start] + new + text[stop:]
        return text.encode()


def notebook(path: str, content: bytes) -> Document:
    """The checks of a notebook: its code cells, in order."""
    try:
        text = content.decode().removeprefix("\ufeff")
        checks, cells, directives = [], [], list[str]()
        code = code_cells(text, path)
        is_cleared = not any(cell.stored.get("outputs") for cell in code)
        for cell in code:
            in_cell = [directive for line in cell.source.split("\n") if (match := DIRECTIVE.match(line))
                       for directive in directives_in(match[1])]
            directives += [directive for directive in in_cell if directive != "skip"]
            if cell.is_empty:
                continue
            options = options_of(cell.source)
            if "skip" in in_cell or is_foreign(cell.source):
                options = options._replace(skip=True)
            line = text.count("\n", 0, span_of(text, cell.path)[0]) + 1
            outputs = cell.stored["outputs"]
            if not all(isinstance(output, dict) for output in outputs):
                raise Malformed(f"an output of its cell {cell.number + 1} is none")
            untold = not cell.was_run or any(map(_lacks_text, outputs)) or prints_of_its_own(cell.source)
            kind = "unrun" if is_cleared or untold else "cell"
            stored = _parts(outputs).lines
            checks.append(Check(line, cell.source, stored, 0, options, tuple(directives), kind,
                                number=str(cell.run_number or "")))
            cells.append(cell.number)
            directives.clear()
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:   # JSON of any shape
        raise not_a_notebook(path, error) from None
    return Notebook(path, content, checks, cells)


def _parts(outputs: list[Output]) -> OutputParts:
    """The text that is stored as the output of a cell."""
    stream = "".join(text_of(o["text"]) if _is_stream(o) else text_of(o["data"]["text/plain"]) + "\n"
                     for o in outputs if _is_stream(o) or _is_display(o))
    results = [text_of(o["data"]["text/plain"]) for o in outputs if _is_result(o)]
    errors = [_error(o) for o in outputs if o["output_type"] == "error"]
    return OutputParts(stream, results[-1] if results else None, errors[-1] if errors else None)


def _error(output: Output) -> str:
    """The text of a stored error: ours as it is, Python's as a traceback in the one form that all versions share."""
    text = ESCAPES.sub("", "\n".join(_lines(output["traceback"])))
    name = text_of(output.get("ename", ""))
    if not name.isidentifier() or CODE.fullmatch(name):
        return text
    return f"Traceback (most recent call last):\n{name}: {text_of(output.get('evalue', ''))}".split("\n\n")[0]


def _is_display(output: Output) -> bool:
    """Whether it is the text of display(value), and no picture or object of the notebook's own."""
    data = output.get("data", {})
    return output["output_type"] == "display_data" and "text/plain" in data and not any(
        kind.startswith(("image/", "application/")) for kind in data) and not (
            text_of(data["text/plain"]).startswith("<") and not text_of(data["text/plain"]).startswith(IPYTHONS))


IPYTHONS = ("<IPython.core.display.", "<__main__.", "<function ")     # objects whose texts are known


def _lines(value: list[str]) -> list[str]:
    """The lines of a stored traceback."""
    if not isinstance(value, list):
        raise Malformed("a traceback is not a list of lines")
    return [text_of(line) for line in value]


def _is_stream(output: Output) -> bool:
    return output["output_type"] == "stream" and output.get("name") == "stdout"


def _is_result(output: Output) -> bool:
    return output["output_type"] == "execute_result" and "text/plain" in output["data"]


def _lacks_text(output: Output) -> bool:
    """Whether it is a result without a text of it, as of a formula or of HTML alone."""
    return output["output_type"] == "execute_result" and "text/plain" not in output["data"]


def _new_parts(lines: Lines, parts: OutputParts) -> OutputParts:
    """`parts` with the lines of the new expected text, in which old lines that still match stay as they were."""
    if len(lines) != len(parts.lines):
        return parts
    texts: list[str | None] = []
    at = 0
    for part in parts[:3]:
        count = len(OutputParts(part or "").lines)
        text = "\n".join(lines[at : at + count]) + ("\n" if part and part.endswith("\n") else "")
        texts.append(None if part is None else text)
        at += count
    return parts._replace(stream=texts[0] or "", result=texts[1], fault=texts[2])


def _edits(text: str, at: int, cell: dict[str, Any], parts: OutputParts) -> list[tuple[int, int, str]]:
    """The replacements that store `parts` in a cell: the texts alone, where the outputs are otherwise the same."""
    outputs = cell["outputs"]
    streams = [n for n, output in enumerate(outputs) if _is_stream(output)]
    results = [n for n, output in enumerate(outputs) if _is_result(output)]
    old = _parts(outputs)
    errors = parts.fault is not None or old.fault is not None
    entire = errors or any(map(_is_display, outputs))
    if entire or len(streams) != bool(parts.stream) or len(results) != (parts.result is not None):
        return [_new_outputs(text, at, cell, parts)]
    edits = []
    if streams and old.stream != parts.stream:
        edits.append(_replaced(text, ("cells", at, "outputs", streams[0], "text"), parts.stream))
    if results and old.result != parts.result:
        end = "\n" if (old.result or "").endswith("\n") and not (parts.result or "").endswith("\n") else ""
        edits.append(_replaced(text, ("cells", at, "outputs", results[0], "data", "text/plain"),
                               (parts.result or "") + end))
    return edits


def _replaced(text: str, path: tuple[str | int, ...], new: str) -> tuple[int, int, str]:
    """The replacement of one stored text, in the form it had: a string, or a list of lines."""
    start, stop = span_of(text, path)
    old = text[start:stop]
    if not old.startswith("["):
        return start, stop, _json(text, new)
    lines = [_json(text, line) for line in re.findall(r"[^\n]*\n|[^\n]+", new)]
    if "\n" not in old:
        return start, stop, f"[{', '.join(lines)}]"
    end = "\r\n" if "\r\n" in old else "\n"
    first, last = (end + LEADING.match(line)[0] for line in (old.split("\n")[1], old.split("\n")[-1]))  # type: ignore[index]  # matches
    return start, stop, f"[{first}{f',{first}'.join(lines)}{last}]"


def _new_outputs(text: str, at: int, cell: dict[str, Any], parts: OutputParts) -> tuple[int, int, str]:
    """The replacement of all outputs of a cell; pictures and the like are kept."""
    outputs: list[Output] = []
    if parts.stream:
        outputs.append({"name": "stdout", "output_type": "stream", "text": parts.stream.splitlines(keepends=True)})
    compared = (_is_stream, _is_result, _is_display, lambda output: output["output_type"] == "error")
    outputs += [output for output in cell["outputs"] if not any(kind(output) for kind in compared)]
    if parts.result is not None:
        outputs.append({"data": {"text/plain": parts.result.splitlines(keepends=True)},
                     "execution_count": cell.get("execution_count"), "metadata": {}, "output_type": "execute_result"})
    if parts.fault is not None:
        outputs.append({"ename": parts.code, "evalue": parts.message, "output_type": "error",
                        "traceback": parts.fault.split("\n")})
    start, stop = span_of(text, ("cells", at, "outputs"))
    line = text[text.rfind("\n", 0, start) + 1 : start]
    indent = LEADING.match(line)[0]     # type: ignore[index]  # matches anything
    outer = LEADING.match(text.partition("\n")[2])[0]   # type: ignore[index]  # likewise
    if "\n" not in text.rstrip():
        return start, stop, _json(text, outputs)
    end = "\r\n" if "\r\n" in text else "\n"
    content = json.dumps(outputs, indent=outer or 1, ensure_ascii=_escaped(text))
    return start, stop, content.replace("\n", end + indent)


def _json(text: str, value: Any) -> str:
    return json.dumps(value, ensure_ascii=_escaped(text))


def _escaped(text: str) -> bool:
    """Whether a notebook spells characters beyond ASCII as escapes."""
    return text.isascii() and "\\u" in text
