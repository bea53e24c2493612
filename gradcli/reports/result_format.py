"""The results of the derivative commands in each form: text, plain numbers, JSON, CSV, .npy and .npz."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from gradcli.console.diagnostics import write_program_error
from gradcli.console.output import Output
from gradcli.console.settings import Settings
from gradcli.data.data_format import as_data, csv, dump_json, nested, plain_text, shortest
from gradcli.faults.tree import UsageFault
from gradcli.process.limits import walled
from gradcli.reports.open_session import write_result

if TYPE_CHECKING:
    from gradcli.session.session import Session

FORMATS = ("text", "plain", "json", "jsonl")
NUMBERS = ("csv", "npy", "npz")     # forms that hold the derivatives alone


class ResultBlock(NamedTuple):
    """One value: the heading it has in text, and where it stands in the JSON object."""

    heading: str
    path: tuple[str, ...]
    value: Any


def check_format(settings: Settings, command: str, formats: tuple[str, ...] = FORMATS) -> None:
    """Refuse a form of results that a command does not have, before any work is done."""
    if settings.format not in formats:
        if settings.output and settings.output.lower().endswith(f".{settings.format}"):
            raise UsageFault(f"{command} writes no .{settings.format}", f"-o {command}.json", f"-o {command}.txt")
        raise UsageFault(f"{command} has no --format {settings.format}", *(f"--format {form}" for form in formats))


def printer(output: Output, settings: Settings) -> Callable[[str], object]:
    """Where the text goes that programs print: among results that are text, never among results that are data."""
    if settings.format not in ("json", "jsonl", *NUMBERS):
        return output.write
    return Output().write if output.path else write_program_error


@contextmanager
def offering_files(settings: Settings) -> Iterator[None]:
    """A context in which repairs by --format name a file instead, where the name of -o decides the form."""
    try:
        yield
    except UsageFault as fault:
        stem, dot, suffix = (settings.output or "").rpartition(".")
        if dot and suffix.lower() == settings.format:
            fault.hints = [(f"-o {stem}.{repair.removeprefix('--format ')}", note) if (
                repair.startswith("--format ")) else (repair, note) for repair, note in fault.hints]
        raise


def write_blocks(output: Output, settings: Settings, session: Session, blocks: list[ResultBlock]) -> int:
    """Write the blocks in the form of --format, and return the exit status."""
    with offering_files(settings):
        if settings.format not in ("npy", "npz"):
            return write_result(output, settings, lambda: render_blocks(session, blocks, settings.format))
        with walled(settings):
            content = _binary(blocks, settings.format)
    output.finish(content)
    return 0


def render_blocks(session: Session, blocks: list[ResultBlock], form: str) -> str:
    """The blocks as text in a form that is text."""
    if form == "text":
        return "\n".join(f"{b.heading}\n{session.shown(b.value).rstrip(chr(10))}\n" for b in blocks)
    if form == "plain":
        return "\n".join(plain_text(b.value, session.shown) for b in blocks) + "\n"
    if form == "csv":
        return _csv(blocks)
    tree: dict[str, Any] = {}
    for block in blocks:
        inner = tree
        for key in block.path[:-1]:
            inner = inner.setdefault(key, {})
        inner[block.path[-1]] = as_data(block.value, session.shown)
    return dump_json(tree) + "\n"


def _binary(blocks: list[ResultBlock], form: str) -> bytes:
    """One derivative as .npy; the value and all derivatives as .npz."""
    from gradcli.data.array_files import to_npy, to_npz

    if form == "npz":
        return to_npz({_column(block): block.value.array for block in blocks})
    derivatives = _derivatives(blocks)
    if len(derivatives) > 1:
        raise UsageFault(f"a .npy holds one array, and there are {len(derivatives)} derivatives",
                         ("--format npz", "all of them, and the value"), ("--wrt NAME", "one of them"))
    return to_npy(derivatives[0].value.array)


def _csv(blocks: list[ResultBlock]) -> str:
    """One derivative as rows of numbers; several as columns of the same length, with a line of headings."""
    derivatives = _derivatives(blocks)
    if len(derivatives) == 1:
        return csv(derivatives[0].value) + "\n"
    arrays = [block.value.array for block in derivatives]
    if len({array.shape for array in arrays}) > 1 or arrays[0].ndim > 1:
        raise UsageFault("--format csv takes one derivative, or several that are numbers or vectors of one length",
                         ("--format npz", "all of them"), ("--wrt NAME", "one of them"))
    columns = [nested(array.reshape(-1), shortest) for array in arrays]
    rows = [[_column(block) for block in derivatives], *zip(*columns, strict=True)]
    return "".join(",".join(row) + "\n" for row in rows)


def _column(block: ResultBlock) -> str:
    """The name of a result in a file of several: `x.grad2` for `x.grad, order 2`."""
    return block.heading.replace(", order ", "")


def _derivatives(blocks: list[ResultBlock]) -> list[ResultBlock]:
    return [block for block in blocks if block.path != ("value",)]


def blocks_by_name(kind: str, derivatives: dict[str, Any]) -> list[ResultBlock]:
    """The blocks of derivatives of one kind by each name, or by each pair of names."""
    blocks = []
    for name, value in derivatives.items():
        if not isinstance(value, dict):
            blocks.append(ResultBlock(f"{name}.{kind}", (kind, name), value))
            continue
        for other, inner in value.items():
            heading = f"{name}.{kind}" if len(derivatives) == 1 else f"{name}.{kind}.{other}"
            blocks.append(ResultBlock(heading, (kind, name, other), inner))
    return blocks
