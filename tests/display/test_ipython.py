"""The layout of containers against texts that IPython 9 gave (golden/ipython.json), and what older versions did."""

import json
from pathlib import Path

import pytest

from gradcli.display.ipython import MOST, ipython_text, layouts
from gradcli.session.session import Session

ROWS = json.loads((Path(__file__).parents[1] / "golden/ipython.json").read_text())


class Text:
    """A value whose text is known."""

    def __init__(self, text):
        self.text = text

    def __repr__(self):
        return self.text


def value(spec):
    """The value that a row of the file stands for."""
    if not isinstance(spec, dict):
        return spec
    [(kind, content)] = spec.items()
    if kind == "text":
        return Text(content)
    if kind == "dict":
        return {key: value(item) for key, item in content}
    return {"list": list, "tuple": tuple, "set": set}[kind](map(value, content))


@pytest.mark.parametrize("spec, text", ROWS)
def test_containers_are_laid_out_as_ipython_does(spec, text):
    assert ipython_text(value(spec), repr) == text


def test_older_layouts_are_known():
    pair = ({"b": 1, "a": 2}, Text("1\n2"), 3)
    assert list(layouts(pair, repr)) == ["({'b': 1, 'a': 2},\n 1\n 2,\n 3)", "({'a': 2, 'b': 1},\n 1\n 2,\n 3)",
                                         "({'b': 1, 'a': 2}, 1\n 2, 3)", "({'a': 2, 'b': 1}, 1\n 2, 3)"]


def test_long_deep_and_circular_containers():
    assert ipython_text(list(range(MOST + 5)), repr).endswith(" 999,\n ...]")
    deep = circular = []
    for _ in range(3000):
        deep = [deep]
    assert ipython_text(deep, repr).count("[") == 3001
    circular.append(circular)
    assert ipython_text(circular, repr) == "[[...]]"
    assert ipython_text((), repr) == "()" and ipython_text(set(), repr) == "set()"
    assert ipython_text((1,), repr) == "(1,)" and ipython_text(frozenset("ba"), repr) == "frozenset({'a', 'b'})"


@pytest.mark.parametrize("expression, text", [
    ("torch.FloatTensor", "torch.FloatTensor"), ("int", "int"), ("[nn.Linear]", "[torch.nn.modules.linear.Linear]"),
    ("iter([1])", "<list_iterator at 0x"), ("lambda x, y=(1,): x", "<function __main__.<lambda>(x, y=(1,))>"),
    ("Counter('aa')", "Counter({'a': 2})"), ("defaultdict(int)", "defaultdict(int, {})"),
])
def test_classes_objects_and_functions_by_their_names(expression, text):
    session = Session()
    session.run("from collections import Counter, defaultdict")
    shown_text = ipython_text(session.eval(expression), session.quoted)
    assert shown_text.startswith(text) if text.endswith("0x") else shown_text == text
