"""Notebooks as programs: their code cells, and running one as Jupyter does."""

from __future__ import annotations

import re
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, NamedTuple

from gradcli.faults.tree import FileFault

if TYPE_CHECKING:
    from gradcli.session.session import Session

REMEMBERED = re.compile(r"\b(?<!\.)(In|Out|_\d*)\b")
MOST_INPUTS = 100_000
INDENT = re.compile(r"[ \t]+")


class Malformed(ValueError):
    """What stands in a notebook where something else belongs."""


class Cell(NamedTuple):
    """A code cell: which cell of the notebook it is, from 0, its text, all that is stored of it as in format 4, and
    the path to it in the JSON."""

    number: int
    source: str
    stored: dict[str, Any]
    path: tuple[str | int, ...]

    @property
    def is_empty(self) -> bool:
        """Whether it holds nothing but blank lines and comments."""
        return not any(line.strip()[:1] not in ("", "#") for line in self.source.split("\n"))

    @property
    def run_number(self) -> int | None:
        """The number IPython gave it when it was run last."""
        count = self.stored.get("execution_count")
        return count if type(count) is int and 0 < count < MOST_INPUTS else None

    @property
    def was_run(self) -> bool:
        """Whether there is a run whose output could have been stored."""
        return self.stored.get("execution_count") is not None or bool(self.stored.get("outputs"))


def code_cells(text: str, name: str) -> list[Cell]:
    """The code cells of a notebook of format 4 or 3, in order."""
    import json

    try:
        content = json.loads(text.removeprefix("\ufeff"))
        if not isinstance(content, dict):
            raise Malformed("it has no cells")
        if content["nbformat"] not in (3, 4):
            raise FileFault(f"{name} is a notebook of format {content['nbformat']}, and only formats 3 and 4 are read")
        sheets = enumerate(content["worksheets"]) if content["nbformat"] == 3 else [(None, content)]
        places = [(("cells", n) if sheet is None else ("worksheets", sheet, "cells", n), cell)
                  for sheet, page in sheets for n, cell in enumerate(page["cells"])]
        cells = []
        for number, (path, cell) in enumerate(places):
            if not isinstance(cell, dict):
                raise Malformed(f"its cell {number + 1} is none")
            if cell["cell_type"] == "code":
                cell = cell if path[0] == "cells" else _as_format_4(cell)
                cells.append(Cell(number, text_of(cell["source"]), cell, path))
        return cells
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:   # JSON of any shape
        raise not_a_notebook(name, error) from None


KINDS_OF_3 = {"text": "text/plain", "html": "text/html", "latex": "text/latex", "png": "image/png",
              "jpeg": "image/jpeg", "svg": "image/svg+xml", "json": "application/json"}
OUTPUTS_OF_3 = {"pyout": "execute_result", "pyerr": "error"}


def _as_format_4(cell: dict[str, Any]) -> dict[str, Any]:
    """A code cell of format 3 as format 4 stores it."""
    outputs = []
    for output in cell.get("outputs", ()):
        kind = OUTPUTS_OF_3.get(output["output_type"], output["output_type"])
        if kind in ("execute_result", "display_data"):
            data = {KINDS_OF_3.get(key, key): value for key, value in output.items()}
            outputs.append({"output_type": kind, "data": data})
        else:
            outputs.append({"name": output.get("stream", "stdout"), **output, "output_type": kind})
    return {**cell, "source": cell["input"], "outputs": outputs, "execution_count": cell.get("prompt_number")}


def not_a_notebook(name: str, error: Exception) -> FileFault:
    """What to say of a file that should be a notebook."""
    from json import JSONDecodeError

    reason = f"it is no JSON: {error}" if isinstance(error, JSONDecodeError) else \
        f"it has no {error}" if isinstance(error, KeyError) else \
        str(error) if isinstance(error, Malformed) else "something in it is not what belongs there"
    return FileFault(f"{name} is not a notebook: {reason}")


def text_of(value: str | list[str]) -> str:
    """A text that is stored whole or as a list of lines. JSON can spell half a character, which is no text."""
    if not isinstance(value, (str, list)):
        raise Malformed(f"where a text belongs stands {str(value)[:40]}")
    text = "".join(value)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Malformed(f"half a character, \\u{ord(text[error.start]):04x}, stands alone in a cell") from None
    return text


def code_of(source: str) -> str:
    """The program in a cell, every line where it was: without IPython's commands, prompts and an indented margin."""
    from gradcli.console.ipython_lines import is_foreign, without_magic
    from gradcli.console.pasted_session import clean

    if is_foreign(source):
        return ""
    return without_magic("\n".join(_at_the_margin(clean(source.replace("\r\n", "\n")).split("\n"))))


def _at_the_margin(lines: list[str]) -> list[str]:
    """Lines without the indentation of the first one, where that is code and they have it too."""
    margin = next((match[0] if (match := INDENT.match(line)) else "" for line in lines if line.strip()), "")
    return [line.removeprefix(margin) for line in lines] if margin else lines


def run_cell(session: Session, source: str, name: str) -> None:
    """Run all of a cell, and show the value of its last statement if that is an expression.

    Statement by statement, so that one that is refused, such as an import, leaves what the others before it did.
    """
    from gradcli.lang.syntax.parser import parse
    from gradcli.lang.syntax.statements import statements

    code = code_of(source)
    pieces = list(statements(code, name))
    if not pieces:
        return
    for line, piece in pieces[:-1]:
        session.run("\n" * (line - 1) + piece, name, echo=False)
    last = parse(code, name)[3][-1]
    line = pieces[-1][0] - 1
    start = sum(len(text) + 1 for text in code.split("\n")[:line])
    if last[0] != "expression" or code[last[2]:].lstrip(" \t").startswith(";"):
        session.run("\n" * line + code[start:], name, echo=False)
        return
    session.run("\n" * line + code[start : last[1]], name, echo=False)
    session.run("\n" * code.count("\n", 0, last[1]) + code[last[1]:], name)


class CellHistory:
    """IPython's memory: `In`, `Out`, `_` and `_3`, for the cells that name them."""

    def __init__(self) -> None:
        self.inputs: list[str] = [""]
        self.outputs: dict[int, Any] = {}
        self.number = 0

    def begin(self, session: Session, source: str, number: int | None) -> None:
        """A cell is about to run: the `number`-th, or the next one."""
        self.number = self.number + 1 if number is None else number
        self.inputs += [""] * max(0, self.number + 1 - len(self.inputs))
        self.inputs[self.number] = source
        names = set(REMEMBERED.findall(source))
        if "display" in source and "display" not in session:
            session.run("from IPython.display import display", echo=False)      # a name that IPython has of itself
        if "In" in names:
            session["In"] = self.inputs[:]
        if "Out" in names:
            session["Out"] = dict(self.outputs)
        latest = list(self.outputs)[-1:]
        for name in names - {"In", "Out"}:
            at = latest[0] if name == "_" and latest else int(name[1:] or -1)
            if at in self.outputs:
                session[name] = self.outputs[at]
            elif name == "_" and name not in session:
                session[name] = ""

    def record_output(self, value: Any) -> None:
        """The cell has shown `value`."""
        self.outputs.pop(self.number, None)
        self.outputs[self.number] = value


def run_cells(session: Session, text: str, name: str) -> None:
    """Run the cells of a notebook in order, up to the first fault, and print what they print and show."""
    from gradcli.console.ipython_lines import is_captured

    memory = CellHistory()

    def show(value: Any) -> None:
        session.write(text_of_output(session, value) + "\n")
        memory.record_output(value)

    before, session.display = session.display, show
    try:
        for cell in code_cells(text, name):
            if not cell.is_empty:
                memory.begin(session, cell.source, cell.run_number)
                with session.silenced() if is_captured(cell.source) else nullcontext():
                    run_cell(session, cell.source, f"{name}, cell {cell.number + 1}")
    finally:
        session.display = before


def text_of_output(session: Session, value: Any) -> str:
    """The text that Jupyter shows for the value of a cell."""
    return texts_of_output(session, value, 1)[0]


def texts_of_output(session: Session, value: Any, most: int = 4) -> list[str]:
    """The texts that versions of Jupyter show for it, at most so many, that of the style's time first."""
    from itertools import islice

    from gradcli.display.ipython import layouts

    with session.running():
        return list(islice(layouts(value, session.quoted, early=session.style == "tutorial"), most))


def notebook_as_program(text: str, name: str) -> str:
    """All cells of a notebook as one program."""
    return "\n\n".join(code_of(cell.source) for cell in code_cells(text, name) if not cell.is_empty)
