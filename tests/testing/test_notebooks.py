"""Notebooks as IPython stores them: magics whose result is kept, display(), errors of every version."""

import json

import pytest

from support.program import gradcli
from testing.texts import notebook


def error(name, message, *lines):
    return {"output_type": "error", "ename": name, "evalue": message, "traceback": list(lines)}


def result(text):
    return {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": {"text/plain": text}}


def display(text, **others):
    return {"output_type": "display_data", "metadata": {}, "data": {"text/plain": text, **others}}


def outcome_of(tmp_path, *cells):
    (tmp_path / "a.ipynb").write_text(notebook(*cells))
    return gradcli("test", "--style", "modern", "a.ipynb", cwd=tmp_path)


@pytest.mark.parametrize("source, outputs", [
    ("files = !ls\nfiles2 = %sx ls -l\\\n  -a\n3", [result("3")]), ("v = %time 3\nv", [result("3")]),
    ("if 1:\n    u = !ls\n    w = 4\nw", [result("4")]), ("x = (7\n% 4)\nx", [result("3")]),
    ("from IPython.display import display\ndisplay(5)", [display("5")]),
    ("display(5)", [display("5")]), ("[_, 1]", [result("['', 1]")]),
    ("import matplotlib.pyplot as plt\nplt.figure();", [display("<Figure size 640x480>", **{"image/png": "eA=="})]),
    ("display(list(range(40)))", [display("[" + ",\n ".join(map(str, range(40))) + "]")]),
    ("class A: pass\ndisplay({'a': A})", [display("{'a': __main__.A}")]),
    ("from IPython.display import HTML\ndisplay(HTML('x'))", [display("<IPython.core.display.HTML object>")]),
    ("class E(Exception): pass\n[E('a' * 40, 'b' * 40)]",
     [result("[__main__.E('" + "a" * 40 + "',\n            '" + "b" * 40 + "')]")]),
    ("!pip install torch\n%cd ..\n3", [{"output_type": "stream", "name": "stdout", "text": "Requirement already"},
                                     result("3")]),
    ("raise SystemExit('bye')", [error("SystemExit", "bye")]),
    ("a = [\n%time 3]", [error("SyntaxError", "invalid syntax")]),
    ("1/0", [error("ZeroDivisionError", "division by zero")]),
    ("print(1)\n1/0", [{"output_type": "stream", "name": "stdout", "text": "1\n"},
                       error("ZeroDivisionError", "division by zero", "\x1b[0;31m---\x1b[0m", "ZeroDivisionError: x")]),
    ("def f(:", [error("SyntaxError", "invalid syntax",
                       "\x1b[0;36m  Cell \x1b[0;32mIn[1], line 1\x1b[0m\n    def f(:")]),
])
def test_a_cell_is_what_ipython_stores_of_it(tmp_path, source, outputs):
    outcome = outcome_of(tmp_path, (source, outputs))
    assert outcome.status == 0, outcome.out


@pytest.mark.parametrize("source, outputs", [
    ("1/0", [error("ValueError", "other")]), ("2", [error("ValueError", "other")]), ("1/0", [result("1")]),
    ("from IPython.display import display\ndisplay(5)", [display("6")]),
])
def test_a_cell_that_differs_is_told_with_its_number(tmp_path, source, outputs):
    outcome = outcome_of(tmp_path, (source, outputs))
    assert outcome.status == 4 and "a.ipynb:" in outcome.out and "1 failed" in outcome.out


def test_an_update_stores_what_is_displayed_once(tmp_path):
    cell = ("from IPython.display import display\ndisplay(5)\n6", [display("7"), result("8")])
    outcome_of(tmp_path, cell)
    assert gradcli("test", "--style", "modern", "--update", "a.ipynb", cwd=tmp_path).status == 0
    assert gradcli("test", "--style", "modern", "a.ipynb", cwd=tmp_path).status == 0


def test_notebooks_of_format_3_are_read(tmp_path):
    path = tmp_path / "a.ipynb"
    outputs = [{"output_type": "stream", "stream": "stdout", "text": ["1\n"]},
               {"output_type": "pyout", "prompt_number": 1, "text": ["2"], "html": ["<b>2</b>"]}]
    cells = [{"cell_type": "heading", "level": 1, "source": "T"},
             {"cell_type": "code", "input": ["print(1)\n", "1 + 1"], "outputs": outputs, "prompt_number": 1},
             {"cell_type": "code", "input": "1 / 0", "prompt_number": 2, "outputs": [
                 {"output_type": "pyerr", "ename": "ZeroDivisionError", "evalue": "", "traceback": []}]}]
    for text, status in (("2", 0), ("3", 4)):
        outputs[1]["text"] = [text]
        path.write_text(json.dumps({"nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": cells}]}))
        assert gradcli("test", "a.ipynb", cwd=tmp_path).status == status, text
    assert "is a notebook of format 3" in gradcli("test", "--update", "a.ipynb", cwd=tmp_path).out
    assert gradcli("run", "a.ipynb", cwd=tmp_path).out == "1\n2\n"


def test_what_is_no_notebook_is_told_in_its_own_terms(tmp_path):
    code = {"cell_type": "code", "source": "1", "execution_count": 1, "metadata": {}}
    for content, words in (([], "it has no cells"), (None, "it has no cells"),
                           ({"nbformat": 4, "cells": [5]}, "its cell 1 is none"),
                           ({"nbformat": 4, "cells": [{**code, "outputs": ["x"]}]}, "an output of its cell 1 is none"),
                           ({"nbformat": 4, "cells": [{"cell_type": "code"}]}, "it has no 'source'"),
                           ({"nbformat": 4, "cells": [{**code, "source": 5}]}, "where a text belongs stands 5")):
        (tmp_path / "a.ipynb").write_text(json.dumps(content))
        outcome = gradcli("test", "a.ipynb", cwd=tmp_path)
        assert outcome.status == 6 and f"is not a notebook: {words}\n" in outcome.out, (content, outcome)


def test_a_result_that_is_stored_without_its_text_is_run_alone(tmp_path):
    formula = {"output_type": "execute_result", "data": {"text/latex": "$1$"}, "metadata": {}, "execution_count": 1}
    assert outcome_of(tmp_path, ("1", [formula]), ("2", [result("2")])).status == 0


def test_an_empty_file_is_no_notebook(tmp_path):
    (tmp_path / "a.ipynb").write_text("")
    assert gradcli("run", "a.ipynb", cwd=tmp_path).status == 6


def test_a_quote_of_a_command_goes_on_behind_signs(tmp_path):
    (tmp_path / "a.md").write_text("```console\n$ gradcli eval '[1,\n> 2]'\n[1, 2]\n```\n")
    outcome = gradcli("test", "a.md", cwd=tmp_path)
    assert outcome.status == 0 and "1 passed" in outcome.out


@pytest.mark.parametrize("words", ["x and", "or x", "not"])
def test_a_choice_without_a_text_is_refused(tmp_path, words):
    (tmp_path / "a.md").write_text("```gradcli\n>>> 1\n1\n```\n")
    assert gradcli("test", "-k", words, "a.md", cwd=tmp_path).status == 2


def test_the_place_of_a_fault_in_a_block_is_that_in_the_file(tmp_path):
    (tmp_path / "a.md").write_text("text\n\n```gradcli new session\n# first\nx = 1\ny = x / 0\n```\n")
    outcome = gradcli("test", "a.md", cwd=tmp_path)
    assert outcome.status == 4 and "--> a.md:6:5" in outcome.out


def test_a_misspelt_marker_is_named(tmp_path):
    (tmp_path / "a.md").write_text("```gradcil\n>>> 1\n1\n```\n")
    outcome = gradcli("test", "a.md", cwd=tmp_path)
    assert outcome.status == 2 and "gradcil: did you mean gradcli?" in outcome.err


def test_options_in_another_spelling_are_told(tmp_path):
    for comment, meant in (("# approx=1e-3", "# approx 1e-3"), ("# error: G0502", "# error G0502"),
                           ("# ERROR g0502", "# error G0502"), ("# Random", "# random"),
                           ("# approx nan", "# approx 1e-4"),
                           ("# error ZeroDivisionError", "the code of a fault belongs there"),
                           ("# error handling", ""), ("# random seed", ""), ("# approx", "")):
        (tmp_path / "a.txt").write_text(f">>> 1.5  {comment}\n1.5\n")
        outcome = gradcli("test", "a.txt", cwd=tmp_path)
        assert (meant in outcome.out and outcome.status == 4) if meant else outcome.status == 0, (comment, outcome)


def test_what_begins_a_file_or_stands_alone_hides_no_check(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbf>>> 1\n2\n")
    assert "1 failed" in gradcli("test", "a.txt", cwd=tmp_path).out
    assert "1 updated" in gradcli("test", "--update", "a.txt", cwd=tmp_path).out
    assert (tmp_path / "a.txt").read_bytes() == b"\xef\xbb\xbf>>> 1\n1\n"
    (tmp_path / "a.md").write_text("```console\n$ gradcli\nx\n$ gradcli eval 1\n2\n```\n")
    outcome = gradcli("test", "a.md", cwd=tmp_path)
    assert "1 failed, 1 skipped" in outcome.out or "1 failed, 0 passed, 1 skipped" in outcome.out, outcome
    (tmp_path / "a.py").write_text('def f():\n    """f\n\n    >>> f()\n    5\n    """\n')
    assert "prompts in a script are not tested, the first in line 4" in gradcli("test", "a.py", cwd=tmp_path).err
