"""What --at understands: what could stand between the brackets of a call, parsed and not cut at commas."""

import pytest

from gradcli.data.bindings import points
from gradcli.faults.tree import SyntaxFault, UsageFault


@pytest.mark.parametrize("text, found", [
    ("x=2", [("x", "2")]),
    ("x=2, y=ones(2,2)", [("x", "2"), ("y", "ones(2,2)")]),
    (" x = [1, 2] , y = 'a,b=c' ,", [("x", "[1, 2]"), ("y", "'a,b=c'")]),
    ("x=2 # a comment", [("x", "2")]),
    ("x=2,\n y=3", [("x", "2"), ("y", "3")]),
    ("x=(1 if 2 == 2 else 3)", [("x", "(1 if 2 == 2 else 3)")]),
    ("α=1", [("α", "1")]),
    ("", []),
])
def test_names_and_their_expressions(text, found):
    assert points(text) == found


@pytest.mark.parametrize("text", ["x", "2", "*x", "**x", "x=2), at(y=3", "x=2)\nz = (3"])
def test_what_is_no_point_is_refused(text):
    with pytest.raises(UsageFault, match="--at takes NAME=EXPR"):
        points(text)


def test_a_mistake_is_shown_where_it_stands():
    with pytest.raises(SyntaxFault) as caught:
        points("x = 2 3")
    fault = caught.value
    assert fault.span.line == 1 and fault.span.column == 7 and fault.source == "x = 2 3" and fault.name == "--at"
