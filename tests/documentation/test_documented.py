"""Every operation of the list that gradcli promised works as its example says, or is left out for a reason."""

import pytest

from gradcli.faults.tree import Fault
from gradcli.session.session import Session
from support.documented_examples import IN_OTHER_WORDS, SEED, UNSET, agree, as_recorded, left_out, rows, unset
from support.golden_cases import SIGNLESS

ROWS = rows()
LEFT_OUT = left_out()
THERE = [row for row in ROWS if row["name"] not in LEFT_OUT]


@pytest.mark.parametrize("row", [r for r in THERE if r["example"]], ids=lambda row: row["name"])
def test_example_agrees_with_torch(row):
    actual = answer(row["name"], row["example"])
    assert agree(actual, row["answer"], row["name"] not in SIGNLESS), f"{actual}, not {row['answer']}"


def answer(name, example):
    """What a new session makes of an example."""
    session = Session(style="modern", seed=SEED)
    if name in IN_OTHER_WORDS:
        session.run(IN_OTHER_WORDS[name])
        example = "t"
    actual = as_recorded(session.eval(example))
    return unset(actual) if name in UNSET else actual


@pytest.mark.parametrize("row", [r for r in THERE if not r["example"]], ids=lambda row: row["name"])
def test_name_of_the_era_is_there(row):
    assert exists(row["name"])


def exists(name):
    """Whether a program can get at the name, in torch or on a tensor."""
    for place in ("torch", "Variable(torch.ones(2, 2))", "(Variable(torch.ones(2, 2), requires_grad=True) * 2)"):
        try:
            Session().eval(f"{place}.{name.removeprefix('Variable.')}")
            return True
        except Fault:
            pass
    return False


@pytest.mark.parametrize("name", sorted(LEFT_OUT))
def test_what_is_left_out_is_of_the_list_and_not_there(name):
    row = next((row for row in ROWS if row["name"] == name), None)
    assert row, "not a row of the list"
    with pytest.raises(Fault):
        Session(style="modern").eval(row["example"] or f"torch.ones(2, 2).{name}()")
    assert row["tier"] == 3 or "language" in LEFT_OUT[name] or "0.1.12" in LEFT_OUT[name]


def test_agreement_can_fail():
    one = {"dtype": "float32", "shape": [1], "values": [1.0]}
    assert agree(one, one) and not agree(one, one | {"values": [1.1]}) and not agree(one, one | {"dtype": "float64"})
    assert agree(one, one | {"values": [-1.0]}, signs=False) and not agree(one, [one])
