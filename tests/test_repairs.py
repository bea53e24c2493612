"""The first repair of a diagnosis, pasted where it says that it belongs, mends the program."""

from pathlib import Path

import pytest

from gradcli.errors import FAULTS, render
from gradcli.mending import worked_out
from gradcli.mistakes import FAULTS as ALL
from repairs import fault_of, pasted

HERE = Path(__file__).parent
MENDABLE = [tuple(each.strip("\n").removeprefix("# ").split("\n", 1))
            for each in (HERE / "mendable.txt").read_text().split("\n====\n")]
EXAMPLES = sorted((HERE.parent / "examples" / "faults").glob("*.grad"))
NO_PROGRAM_ALONE = {"G0601", "G0603", "G0604", "G0606", "G0701", "G0801"}     # limits, files and command lines


@pytest.mark.parametrize("style, text", MENDABLE)
def test_the_first_repair_mends_the_program(style, text):
    fault = fault_of(text, style)
    assert fault is not None and fault.hints
    still = fault_of(pasted(text, fault), style)
    assert still is None, render(still)


def test_there_are_many_of_them():
    assert len(MENDABLE) >= 70


def test_every_code_that_a_program_can_earn_has_an_example():
    assert FAULTS is ALL
    told = "".join(path.with_suffix(".out").read_text() for path in EXAMPLES)
    assert {code for code in ALL if f"error[{code}]" not in told} <= NO_PROGRAM_ALONE


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_repair_is_worked_out_without_its_guard(path, monkeypatch):
    import gradcli.mending

    monkeypatch.setattr(gradcli.mending, "mended", worked_out)
    for style in ("tutorial", "modern"):
        assert fault_of(path.read_text(), style) is not None
