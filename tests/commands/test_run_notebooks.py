"""`gradcli run` of a notebook, and what other commands say of one."""

import json

import pytest

from support.consoles import ROOT
from support.program import gradcli
from testing.texts import notebook


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.ipynb").write_text(notebook(
        ("%matplotlib inline\nx = 2\nprint('x')", []), ("# words", []), ("x, torch.Size([1])", []), ("y = x;", []),
        ("x\ny + _[0]", []), ("None", []), (">>> y\n", [])))
    return tmp_path


def test_the_cells_run_in_order(folder):
    outcome = gradcli("run", "a.ipynb", cwd=folder)
    assert (outcome.status, outcome.out) == (0, "x\n(2, torch.Size([1]))\n4\n2\n")
    assert "%matplotlib inline is a notebook's command" in outcome.err
    (folder / "b.ipynb").write_text((folder / "a.ipynb").read_text().replace(" + _[0]", ""))
    outcome = gradcli("run", "--echo", "b.ipynb", cwd=folder)
    assert ">>> print('x')\nx\n" in outcome.out and outcome.out.endswith(">>> y\n2\n")


def test_the_first_fault_ends_it_and_names_the_cell(tmp_path):
    (tmp_path / "a.ipynb").write_text(notebook(("print(1)", []), ("\nnowhere", []), ("print(2)", [])))
    outcome = gradcli("run", "a.ipynb", cwd=tmp_path)
    assert (outcome.status, outcome.out) == (1, "1\n") and "--> a.ipynb, cell 3:2:1" in outcome.err


@pytest.mark.parametrize("text, message", [
    ("x = 1", "a.ipynb is not a notebook: it is no JSON"),
    ('{"cells": []}', "a.ipynb is not a notebook: it has no 'nbf"),
    ("[]", "is not a notebook"),
    ('{"nbformat": 4, "cells": [{"cell_type": "code", "source": 3}]}', "where a text belongs stands 3"),
])
def test_what_is_no_notebook_is_told(tmp_path, text, message):
    (tmp_path / "a.ipynb").write_text(text)
    outcome = gradcli("run", "a.ipynb", cwd=tmp_path)
    assert outcome.status == 6 and outcome.out == "" and message in outcome.err


def test_a_notebook_is_known_by_its_content(folder):
    text = (folder / "a.ipynb").read_text()
    (folder / "a.json").write_text(text)
    assert gradcli("run", "a.json", cwd=folder).out.endswith("4\n2\n")
    (folder / "short.json").write_text(json.dumps({"cells": [{"cell_type": "code", "source": "1"}]}))
    assert "it has no 'nbformat'" in gradcli("run", "short.json", cwd=folder).err
    for words in (("eval", text), ("check", "a.ipynb"), ("grad", text)):
        outcome = gradcli(*words, cwd=folder)
        assert (outcome.status, outcome.out) == (2, "") and "is a notebook" in outcome.err


@pytest.mark.parametrize("ending", ["grad", "py", "ipynb"])
def test_the_tutorial_prints_the_same_in_every_form(ending):
    outcome = gradcli("run", f"examples/autograd_tutorial.{ending}", cwd=ROOT)
    assert outcome.status == 0 and outcome.out == (ROOT / "examples/autograd_tutorial.out").read_text()


def test_a_captured_cell_runs_and_prints_nothing(tmp_path):
    (tmp_path / "a.ipynb").write_text(notebook(("%%capture out\nprint('hidden')\nx = 3\nx", []), ("x + 1", [])))
    assert gradcli("run", "a.ipynb", cwd=tmp_path) == (0, "4\n", "")
