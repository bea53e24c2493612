"""Programs about graphs, printed by torch and by gradcli: inference mode, checkpoints, saved values, tangents, rules.

    python tests/engine/test_graph_programs.py [NAME ...]     what differs, with both texts

Each file of tests/graph holds programs between lines of ###. What ends in an error must end in one with the same
words. Those that are known to differ are listed by number, with the reason.
"""

import contextlib
import io
import sys
import warnings
from pathlib import Path

import pytest

from gradcli.faults.tree import Fault
from gradcli.session.session import Session

torch = pytest.importorskip("torch")

SETTING = ("import torch\nimport torch.nn.functional as F\n"
           "x = torch.tensor([1., 2.], requires_grad=True)\n")
DIFFERENT = {
    "checkpoint": {},
    "classes": {},
    "edges": {},
    "ends": {},
    "failed_sweeps": {},
    "forward": {8: "the name of the product that a tangent is", 9: "tangents of what is only recorded",
                23: "requires_grad within jvp"},
    "inference": {},
    "late_views": {},
    "module_hooks": {},
    "more": {16: "programs do not inherit from saved_tensors_hooks", 17: "what is saved of a loss",
             18: "a gradient within a dual level is refused"},
    "one_call": {},
    "overlaps": {},
    "products": {},
    "rules": {},
    "saved": {16: "a leaf that an unpacking hook has changed is no leaf"},
    "semantics": {},
    "strict": {},
    "transforms": {},
}


def programs(name):
    """The programs of one file."""
    text = (Path(__file__).parents[1] / f"graph/{name}.txt").read_text()
    return [SETTING + program for program in text.split("###\n")]


def by_torch(program):
    """What torch prints, and the words of the error that ends it, if one does."""
    out = io.StringIO()
    torch.set_grad_enabled(True)
    try:
        with contextlib.redirect_stdout(out), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(program, "program", "exec"), {"__name__": "__main__"})
    except Exception as error:  # whatever torch says
        return out.getvalue(), str(error)
    return out.getvalue(), ""


def by_gradcli(program):
    """The same of gradcli: the words of an error are all that it says."""
    pieces = []
    try:
        Session("modern", 0, write=pieces.append).run(program, echo=False)
    except Fault as fault:
        return "".join(pieces), f"{fault} {fault.args}"
    return "".join(pieces), ""


def difference(program):
    """Both texts, where they differ."""
    (printed, error), (ours, mismatches) = by_torch(program), by_gradcli(program)
    same = printed == ours and bool(error) == bool(mismatches) and error[:60].lower() in mismatches.lower()
    return "" if same else f"{program[len(SETTING):]}\ntorch: {printed}{error}\nhere: {ours}{mismatches}"


@pytest.mark.parametrize("name", DIFFERENT)
def test_programs_print_what_torch_prints(name):
    mismatches = {at: mismatch for at, program in enumerate(programs(name)) if (mismatch := difference(program))}
    assert mismatches.keys() == DIFFERENT[name].keys(), "\n\n".join(
        mismatch for at, mismatch in mismatches.items() if at not in DIFFERENT[name]
    ) or "some that were known to differ do not"


if __name__ == "__main__":
    for name in sys.argv[1:] or DIFFERENT:
        for at, program in enumerate(programs(name)):
            if mismatch := difference(program):
                print(f"{name} {at}: {mismatch}\n")
