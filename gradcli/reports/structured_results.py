"""`eval` with results as data instead of text."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gradcli.console.output import Output
from gradcli.console.output_limit import Allowance, counting_output
from gradcli.console.settings import Settings
from gradcli.console.source import Source
from gradcli.data.data_format import csv, dump_json, entry, holds_numbers, plain_text
from gradcli.faults.tree import UsageFault
from gradcli.process.limits import walled
from gradcli.reports.open_session import open_session, timed
from gradcli.reports.result_format import offering_files, printer

if TYPE_CHECKING:
    from gradcli.session.session import Session

SHORT = 8       # numbers of a list that a repair repeats


def evaluate_as_data(sources: list[Source], settings: Settings) -> None:
    """Run the sources, gather the value of each bare expression, and write them in the format asked for."""
    results: list[Any] = []
    printed: list[str] = []
    output = Output(settings.output, settings)
    write = printed.append if settings.format == "json" else printer(output, settings)
    session = open_session(settings, write)
    session.display = results.append
    if settings.format == "plain":
        session.display = lambda value: session.write(plain_text(value, session.text) + "\n")
    for source in sources:
        timed(settings, source.name, lambda source=source: session.run(source.text, source.name, echo=True))
    with walled(settings), offering_files(settings):
        content = _content(session, results, printed, counting_output(output.write, Allowance(settings)), settings)
    output.finish(content)


def _content(session: Session, results: list[Any], printed: list[str], write: Callable[[str], None],
             settings: Settings) -> bytes | None:
    """Write the results in a format that is text, or give the bytes of one that is not."""
    if settings.format == "json":
        document: dict[str, Any] = {"results": [entry(value, session.shown) for value in results]}
        if printed:
            document["printed"] = "".join(printed)
        write(dump_json(document) + "\n")
    elif settings.format == "jsonl":
        for value in results:
            write(dump_json(entry(value, session.shown)) + "\n")
    elif settings.format == "csv":
        write(csv(_only(results, settings)) + "\n")
    elif settings.format != "plain":
        return _binary(session, results, settings)
    return None


def _only(results: list[Any], settings: Settings) -> Any:
    if len(results) != 1:
        raise UsageFault(f"--format {settings.format} takes one result, and the program has {len(results) or 'none'}",
                         *(("--format json", "--format npz") if results else ()))
    return results[0]


def _as_tensor(value: Any) -> tuple[str, ...]:
    """What makes a tensor of a list of numbers."""
    numbers = type(value) is list and value and all(type(item) in (int, float, bool) for item in value)
    return (f"torch.tensor({value})",) if numbers and len(value) <= SHORT else ()


def _binary(session: Session, results: list[Any], settings: Settings) -> bytes:
    from gradcli.data.array_files import to_npy, to_npz

    for value in results:
        if not holds_numbers(value) and type(value) not in (int, float, bool):
            raise UsageFault(f"--format {settings.format} takes tensors, not {session.shown(value, quoted=True)[:80]}",
                             *_as_tensor(value), "--format json")
        if holds_numbers(value) and value.array.dtype.kind == "c":
            raise UsageFault(f"--format {settings.format} takes real numbers, and not complex ones", "--format json")
    arrays = [value.array if holds_numbers(value) else value for value in results]
    if settings.format == "npz":
        return to_npz({f"result{n}": array for n, array in enumerate(arrays, 1)})
    return to_npy(_only(arrays, settings))
