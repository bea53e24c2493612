"""The name of a file decides the form of what is written to it, and of what is read from it."""

import json

import numpy as np
import pytest

from support.program import gradcli


@pytest.fixture
def here(tmp_path):
    def run(*words):
        return gradcli(*words, cwd=tmp_path)

    run.path = tmp_path
    return run


def test_derivatives_are_written_as_numbers(here):
    assert here("grad", "(x**2).sum()", "--at", "x=[1, 2]", "-o", "g.npy") == (0, "", "")
    assert np.load(here.path / "g.npy").tolist() == [2, 4]
    here("hess", "x**2 * y", "--at", "x=2, y=3", "-o", "h.npz", "--double")
    arrays = np.load(here.path / "h.npz")
    assert {name: arrays[name].item() for name in arrays} == {
        "value": 12, "x.hess.x": 6, "x.hess.y": 4, "y.hess.x": 4, "y.hess.y": 0}
    here("jac", "x * 2", "--at", "x=[1, 2]", "-o", "j.csv")
    assert (here.path / "j.csv").read_text() == "2.0,0.0\n0.0,2.0\n"
    assert here("grad", "x * y", "--at", "x=2, y=3", "--format", "csv").out == "x.grad,y.grad\n3.0,2.0\n"
    assert "-o e.npz" in here("grad", "x * y", "--at", "x=2, y=3", "-o", "e.npy").err


def test_a_file_of_results_holds_no_printed_text(here):
    assert here("eval", "print(5); torch.ones(2)", "-o", "a.npy") == (0, "5\n", "")
    assert np.load(here.path / "a.npy").tolist() == [1, 1]
    here("eval", "print(5); 2", "-o", "a.json")
    assert json.loads((here.path / "a.json").read_text())["printed"] == "5\n"
    (here.path / "s.grad").write_text("print(1)\n")
    outcome = here("run", "-o", "s.npy", "s.grad")
    assert outcome.status == 2 and "gradcli run s.grad > s.npy" in outcome.err
    assert here("check", "x", "--at", "x=1", "-o", "c.npy").status == 2


def test_other_names_keep_the_form_and_a_dash_is_standard_output(here):
    here("eval", "1", "-o", "a.unknown")
    assert (here.path / "a.unknown").read_text() == "1\n"
    for words in (["eval", "1"], ["grad", "x", "--at", "x=1"], ["plot", "x", "--over", "x=0:1", "--points", "3"]):
        assert here(*words, "-o", "-") == here(*words)
    outcome = here("eval", "1", "--format", "csv", "-o", "b.jsonl")
    assert "decides the form" in outcome.err and json.loads((here.path / "b.jsonl").read_text())["data"] == 1


@pytest.mark.parametrize("name, content, part, shown", [
    ("d.csv", "a,b\n1,2\n3,4\n", "", "tensor([[2., 4.],\n        [6., 8.]])\n"),
    ("d.csv", "a,b\n1,2\n3,4\n", ":b", "tensor([4., 8.])\n"),
    ("d.csv", "name,n\nann,1\nbob,2\n", ":n", "tensor([2., 4.])\n"),
    ("d.csv", "name,n\nann,1\nbob,2\n", ":name", "['ann', 'bob', 'ann', 'bob']\n"),
    ("d.csv", "ann,1\nbob,2\n", ":0", "['ann', 'bob', 'ann', 'bob']\n"),
    ("d.json", "[[1, 2], [3, 4.5]]", "", "tensor([[2., 4.],\n        [6., 9.]])\n"),
    ("d.json", "[1, 2]", "", "tensor([2, 4])\n"),
    ("d.json", "3", "", "6\n"),
])
def test_numbers_of_a_file_are_a_tensor_and_texts_a_list(here, name, content, part, shown):
    (here.path / name).write_text(content)
    assert here("--style", "modern", "eval", "--var", f"d=@{name}{part}", "d * 2") == (0, shown, "")


@pytest.mark.parametrize("name, content, message", [
    ("d.json", "[[1, 2], [3]]", "ragged: 1 item at [1], and 2 items at [0]"),
    ("d.json", "[1, [2]]", "ragged"), ("d.json", "[[[1], [2]], [[1], [2, 3]]]", "ragged"),
    ("d.json", "[" * 80 + "]" * 80, "form an array"), ("d.json", "[99999999999999999999]", "64 bits"),
    ("d.csv", "1,2\n3\n", "line 2 has 1 cell"), ("d.csv", "a\n1\nx\n", "'x' in line 3 of column a is no number")])
def test_what_is_no_table_is_told(here, name, content, message):
    (here.path / name).write_text(content)
    outcome = here("eval", "--var", f"d=@{name}", "d")
    assert outcome.status == 6 and message in outcome.err


def test_a_point_is_read_from_files(here):
    (here.path / "d.csv").write_text("a,b\n1,2\n3,4\n")
    words = ["--double", "--format", "json", "--at", "x=@d.csv:a, y=@d.csv:b"]
    assert here("grad", "(x * y).sum()", *words).out == '{"value": 14.0, "grad": {"x": [2.0, 4.0], "y": [1.0, 3.0]}}\n'
    along = here("jvp", "x * 2", "--at", "x=[1, 2]", "--with", "x=@d.csv:a", "--format", "json")
    assert json.loads(along.out)["jvp"] == [2, 6]
