"""docs/python.md and the README's line of Python print what they show; the public classes are documented whole."""

import inspect
import re

import pytest

import gradcli
from gradcli.faults.tree import FAULTS, Fault
from support.consoles import ROOT, blocks
from support.python_prints import python_prints

PAGE = (ROOT / "docs/python.md").read_text()
BLOCK = re.compile(r"^```python\n(.*?)^```\n\n(?:^```text\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", ["docs/python.md", "README.md"])
def test_blocks_print_what_stands_below_them(page):
    names = {}
    shown = BLOCK.findall((ROOT / page).read_text())
    assert len(shown) == len(blocks((ROOT / page).read_text(), "python"))
    for code, expected in shown:
        assert python_prints(code, names) == expected, code


def members():
    """The public names of Session: methods, properties, and attributes of an instance."""
    session = gradcli.Session()
    return {name for name in {*dir(session), *vars(session)} if not name.startswith("_")}


def test_the_table_has_every_member_of_a_session():
    table = PAGE.partition("## What a session has")[2]
    cells = [line.split(" | ")[0] for line in table.splitlines() if line.startswith("| `")]
    documented = {re.match(r"\w+", span)[0] for cell in cells for span in re.findall(r"`([^`]+)`", cell)}
    assert documented - {"session", "in", "del"} == members()


def test_the_table_has_every_part_of_a_fault():
    table = PAGE.partition("## Faults")[2].partition("## ")[0]
    documented = {name for line in table.splitlines() if line.startswith("| `")
                  for name in re.findall(r"`(\w+)`", line.split(" | ")[0])}
    own = {name for name in [*vars(Fault("")), "code", "status"] if f"{name}" in inspect.getdoc(Fault)}
    assert documented <= own


@pytest.mark.parametrize("name", [*sorted(name for name in members() if hasattr(gradcli.Session, name)), "__init__",
                                  "__getitem__", "__setitem__", "__contains__", "__delitem__"])
def test_every_method_of_a_session_is_documented(name):
    method = inspect.getattr_static(gradcli.Session, name)
    assert method.__doc__ and method.__doc__.strip().endswith((".", "`."))


def test_every_fault_is_documented():
    for fault in {Fault, *FAULTS.values()}:
        assert vars(fault)["__doc__"]


@pytest.mark.parametrize("options", [{"style": "old"}, {"style": 3}, {"stream": "x"}, {"age": "1.0"}, {"seed": "q"}])
def test_wrong_options_are_faults(options):
    with pytest.raises(Fault):
        gradcli.Session(**options)


@pytest.mark.parametrize("name, value", [("style", "old"), ("stream", "x"), ("age", "1.0")])
def test_wrong_settings_are_faults_and_change_nothing(name, value):
    session = gradcli.Session()
    before = session.style, session.stream, session.age
    with pytest.raises(Fault):
        setattr(session, name, value)
    assert (session.style, session.stream, session.age) == before
