"""gradcli explain: an error code, its cause and its repair, and a program that makes the mistake."""

from __future__ import annotations

import inspect
import os
from typing import Annotated

from gradcli.console.options import TALKING, Argument, shared
from gradcli.console.output import echo
from gradcli.console.settings import Settings
from gradcli.faults.exit_codes import MEANINGS
from gradcli.faults.mistakes import FAULTS
from gradcli.faults.tree import Fault, UsageFault


def _complete_code(incomplete: str) -> list[tuple[str, str]]:
    """The codes that begin so, each with its cause, for a shell that completes."""
    return [(code, _cause(FAULTS[code])) for code in sorted(FAULTS) if code.startswith(incomplete.upper())]


Code = Annotated[str | None, Argument(metavar="[CODE]", help="A code such as G0402; without one, all are listed.",
                                      autocompletion=_complete_code,
                                            show_default=False)]
HERE = os.path.dirname(os.path.abspath(__file__))


@shared(*TALKING)
def explain(settings: Settings, code: Code = None) -> None:
    """Say what an error code means and how to mend it; without a code, list them all."""
    if code is None:
        for code_name in sorted(FAULTS):
            echo(f"{code_name}  {_cause(FAULTS[code_name])}")
        return
    word = code.strip().upper().removeprefix("ERROR").strip("[]: ")
    word = f"G{word.removeprefix('G'):0>4}"
    fault = FAULTS.get(word)
    if fault is None:
        suggestion = _nearest_code(word) if word[1:].isdecimal() else ""
        question = f"; did you mean {suggestion!r}?" if suggestion[:3] == word[:3] else ""
        raise UsageFault(f"there is no error code {code!r}{question}", ("gradcli explain", "lists them"))
    echo(f"{fault.code}  {inspect.getdoc(fault)}\n\nExit status {fault.status}: {MEANINGS[fault.status]}.")
    pair = example(fault.code)
    if pair:
        program, diagnosis = pair
        echo(f"\nFor example\n\n{_indented(program)}\n\nsays\n\n{_indented(diagnosis)}")


def example(code: str) -> tuple[str, str] | None:
    """A program whose diagnosis has this code, and what is said of it; None where no program alone is at fault.

    They are those of examples/faults, which an installed package carries with it.
    """
    folder = examples()
    for name in sorted(os.listdir(folder)) if folder else ():
        stem, suffix = os.path.splitext(name)
        if suffix == ".out" and f"error[{code}]" in (diagnosis := _read(os.path.join(folder, name))):
            return _read(os.path.join(folder, f"{stem}.grad")), diagnosis
    return None


def examples() -> str:
    """Where the wrong programs lie: in an installed package, or at the top of a checkout."""
    top = os.path.dirname(HERE)
    folders = (os.path.join(top, "reference", "faults"), os.path.join(os.path.dirname(top), "examples", "faults"))
    return next((path for path in folders if os.path.isdir(path)), "")


def _nearest_code(word: str) -> str:
    """The code whose number is nearest, one of the same kind if there is one."""
    return min(sorted(FAULTS), key=lambda known: (known[:3] != word[:3], abs(int(known[1:]) - int(word[1:]))))


def _cause(fault: type[Fault]) -> str:
    return (inspect.getdoc(fault) or "").partition("\n")[0]


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.rstrip().split("\n"))


def _read(path: str) -> str:
    with open(path, encoding="utf-8") as file:
        return file.read()
