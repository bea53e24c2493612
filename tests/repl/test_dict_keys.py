"""The keys of a dict on Tab, and pastes that stand at no margin."""

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from gradcli.console.pasted_session import without_margin
from gradcli.repl.completion import Completions
from repl.submit import submit


def offered(repl, text):
    return [choice.text for choice in Completions(repl).get_completions(Document(text), CompleteEvent())]


@pytest.mark.parametrize("text, words", [
    ('d["al', ['alpha"]']), ("print(d['", ["alpha']", "beta']"]), ('d["beta"]["i', ['inner"]']),
    ('nothing["al', []), ('x["', []), ('d["zz', [])])
def test_keys_of_a_dict(repl, text, words):
    submit(repl, "d = {'alpha': 1, 'beta': {'inner': 2}, 3: 4}; x = [1]")
    assert offered(repl, text) == words


@pytest.mark.parametrize("text, program", [
    ("    y = 3\n    y * 2\n", "y = 3\ny * 2\n"), ("  if x:\n      y\n\n  z", "if x:\n    y\n\nz"),
    ("  x = '''\n  a\n  '''\n  y", "x = '''\n  a\n  '''\ny"), ("    f(\n1,\n    2)", "f(\n1,\n2)"),
    ("  a\nb", "  a\nb"), ("a\n  b", "a\n  b"), ("", ""), ("\n\n", "\n\n")])
def test_a_margin_is_left_out_if_every_line_has_it(text, program):
    assert without_margin(text) == program
