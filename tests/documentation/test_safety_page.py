"""docs/safety.md tells the limits that are in force."""

import re
from pathlib import Path

import pytest

from gradcli.console.settings import KEYS
from gradcli.console.source import LARGEST
from gradcli.lang.budget import Budget
from gradcli.lang.lowering.context import DEPTH
from gradcli.lang.lowering.expressions import KEYWORDS
from gradcli.lang.runtime.format import WIDTH
from gradcli.session.session import Session

PAGE = Path(__file__).parents[2] / "docs" / "safety.md"
ROWS = dict(re.findall(r"^\| ([^|]+?) \| ([^|]+?) \|", PAGE.read_text(), re.MULTILINE))


@pytest.mark.parametrize("what, limit", [
    ("time of each source", f"{KEYS['time_limit'].default:g} seconds"), ("what is printed", f"{KEYS['max_output'].default >> 30} GiB"),
    ("memory of the process, and one result of an operation", f"{KEYS['memory_limit'].default >> 30} GiB"),
    ("turns of all loops together", f"{Budget.turns:,}"), ("steps of one range", f"{Budget.steps:,}"),
    ("values in one list, tuple, set or call", f"{Budget.items:,}"), ("characters in one string", f"{Budget.characters:,}"),
    ("binary digits of one whole number", f"{Budget.bits:,}"), ("width and precision of one field", f"{WIDTH:,}"),
    ("keyword arguments of one call", str(KEYWORDS)), ("length of a program", f"{LARGEST >> 20} MiB"),
    ("brackets, expressions and blocks within each other", f"200, {DEPTH} and 100 deep")])
def test_a_limit_is_told(what, limit):
    assert ROWS[what] == limit


def test_functions_may_call_each_other_about_as_deeply_as_told():
    from gradcli.faults.tree import LimitFault

    text = "def f(n): return 0 if n == 0 else 1 + f(n - 1)\nprint(f({}))"
    assert Session().run(text.format(900)) == "900\n"
    with pytest.raises(LimitFault, match="too deeply"):
        Session().run(text.format(1000))
