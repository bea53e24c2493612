"""Files of numbers as people have them: other separators, headings, missing numbers, members of JSON."""

import json

import numpy as np
import pytest

from gradcli.console.settings import Settings
from gradcli.data.input_data import file_value, open_assignment
from gradcli.faults.tree import FileFault, UsageFault
from gradcli.session.session import Session
from support.program import gradcli


def load(path, part="", **settings):
    return file_value(open_assignment(f"x=@{path}{part}", Settings({"isolated": True, **settings})))


def written(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text)
    return path


@pytest.mark.parametrize("text, wanted", [
    ("1;2\n3;4\n", [[1, 2], [3, 4]]), ("a;b\n1;2\n", [[1, 2]]), ("a\tb\n1\t2\n", [[1, 2]]),
    ("1.0 2.0\n3.0  4.0\n", [[1, 2], [3, 4]]), (" 1 2\n", [[1, 2]]), ("# a b\n1e0 2e0\n", [[1, 2]]),
    ("# a,b\n1,2\n", [[1, 2]]), ("# a note\n# another\nx,y\n1,2\n", [[1, 2]]), ("# note\n7\n8\n", [7, 8]),
    (" a , b \n1, 2\n", [[1, 2]]), ("\"a;b\",c\n1,2\n", [[1, 2]]), ("1,nan\n", None), ("7\n", [7]),
    ("x y\n1 2\n3 4\n", [[1, 2], [3, 4]]), ("first name\nann lee\n", ["ann lee"]),
    ("ann\nbob\n", ["bob"]), ("a;b\nx y;1\n", [["x y", 1.0]]),
])
def test_rows_of_every_separator(tmp_path, text, wanted):
    value = load(written(tmp_path, "d.csv", text))
    value = value.tolist() if isinstance(value, np.ndarray) else value
    assert value == wanted if wanted else np.isnan(value[0][1])


@pytest.mark.parametrize("text, complaint, repair", [
    ("a,b\n1,\n2,3\n", "there is no number in line 2 of column b: ''", "nan in its place"),
    ("1,,3\n4,5,6\n", "there is no number in line 1: ''", "nan in its place"),
    ("1,NA\n2,3\n", "there is no number in line 1: 'NA'", "nan in its place"),
    ("a,b\n1,NA\n2,3\n", "line 2 of column b: 'NA'", "nan in its place"), ("1,5;2,5\n", "'1,5' in line 1", "1.5"),
    ("a,b\n", "no rows below the heading", ""), ("", "there are no rows", ""), ("# only\n", "there are no rows", ""),
    ("a;b,c\n1,2,3\n", "cell", ""),
])
def test_what_is_no_table_is_told(tmp_path, text, complaint, repair):
    with pytest.raises(FileFault) as caught:
        load(written(tmp_path, "d.csv", text))
    assert complaint in caught.value.message and repair in str(caught.value)


@pytest.mark.parametrize("comment", ["# x y", "#x y", "# of today\n# x y", "#  x   y "])
def test_a_comment_above_numbers_between_blanks_names_the_columns(tmp_path, comment):
    written(tmp_path, "t.csv", f"{comment}\n1 2\n3 4\n")
    assert load(tmp_path / "t.csv", ":y").tolist() == [2, 4]


def test_columns_by_the_name_in_any_heading(tmp_path):
    for text in (" a , b \n1,2\n", "# a,b\n1,2\n", "a;b\n1;2\n"):
        assert load(written(tmp_path, "d.csv", text), ":b").tolist() == [2]
    with pytest.raises(FileFault) as caught:
        load(tmp_path / "d.csv", ":c")
    assert [repair for repair, _ in caught.value.hints] == [f"@{tmp_path / 'd.csv'}:{name}" for name in "ab"]
    with pytest.raises(FileFault, match="2 columns are called 'a'") as caught:
        load(written(tmp_path, "d.csv", "a,b,a\n1,2,3\n"), ":a")
    assert [load(repair[1:]).tolist() for repair, _ in caught.value.hints] == [[1], [3]]


@pytest.mark.parametrize("name, text, part, wanted", [
    ("d.json", '{"a": [1, 2], "b": {"c": [3.5]}}', ":a", [1, 2]), ("d.json", '{"b": {"c": [3.5]}}', ":b.c", [3.5]),
    ("d.json", '[{"a": 1, "b": 2}, {"a": 3, "b": 4}]', ":b", [2, 4]),
    ("d.json", '[{"a": 1}, {"a": 3}]', "", [[1], [3]]),
    ("d.jsonl", "1\n2\n", "", [1, 2]), ("d.jsonl", "[1, 2]\n\n[3, 4]\n", "", [[1, 2], [3, 4]]),
    ("d.jsonl", '{"a": 1}\n{"a": 3}\n', ":a", [1, 3]), ("d.json", '["a", "b"]', "", ["a", "b"]),
    ("d.json", '"a"', "", "a"),
    ("d.json", "[true, false]", "", [True, False]), ("d.json", "3", "", 3), ("d.json", "[[1], [2]]", ":1", [2]),
])
def test_members_of_json(tmp_path, name, text, part, wanted):
    value = load(written(tmp_path, name, text), part)
    assert (value.tolist() if isinstance(value, np.ndarray) else value) == wanted


@pytest.mark.parametrize("name, text, part, complaint", [
    ("d.json", '{"a": 1}', "", "members are a"), ("d.json", '{"a": 1}', ":b", "no member 'b'"),
    ("d.json", "[1, null]", "", "null at [1] is no number"), ("d.json", '[1, "a"]', "", "'a' at [1] is no number"),
    ("d.json", " ", "", "it is empty"), ("d.jsonl", "1\n{\n", "", "line 2 is not JSON"),
    ("d.jsonl", "", "", "no lines"),
    ("d.json", '[{"a": 1}, {"b": 1}]', "", "members of other names"), ("d.json", "[1]", ":7", "no member '7'"),
    ("d.json", '{"results": [1, 2]}', "", "it holds 2 results"),
])
def test_json_without_the_numbers_is_told(tmp_path, name, text, part, complaint):
    with pytest.raises(FileFault) as caught:
        load(written(tmp_path, name, text), part)
    assert complaint in caught.value.message and "FILE" not in str(caught.value)


@pytest.mark.parametrize("text, part", [
    ('{"y": {"z": [1], "w": [2]}}', ":y.q"), ('{"y": {"z": [1], "w": [2]}}', ":y"), ('{"y": [{"z": 1}, {"z": 2}]}', ""),
    ('{"y": [{"z": 1, "w": 3}, {"z": 2}]}', ":y"), ('{"y": [{"z": 1, "w": 3}, {"z": 2}]}', ":y.w"),
    ('[{"z": 1}, {"z": 2, "w": 3}]', ""), ('{"results": [{"y": {"z": 1}}, 2]}', ":0.y"),
])
def test_members_that_are_offered_are_there(tmp_path, text, part):
    with pytest.raises(FileFault) as caught:
        load(written(tmp_path, "d.json", text), part)
    assert caught.value.hints
    for repair, _ in caught.value.hints:
        load(repair[1:])


def test_lists_deeper_than_any_tensor_are_told(tmp_path):
    with pytest.raises(FileFault, match="nested deeper"):
        load(written(tmp_path, "d.json", "[" * 100_000 + "]" * 100_000))


def test_a_column_and_a_member_of_standard_input(tmp_path):
    words = ("eval", "--format", "json", "--var", "x=@-:b", "x")
    assert '"data": [2.0]' in gradcli(*words, "--stdin-format", "csv", stdin="a,b\n1,2\n").out
    assert '"data": [2]' in gradcli(*words, stdin='{"a": [1], "b": [2]}').out
    (tmp_path / "table.tsv").write_text("1\t2\n")
    outcome = gradcli("eval", "--var", "x=@table.tsv", "x", cwd=tmp_path)
    assert outcome.status == 2 and "--stdin-format csv --var NAME=@- < table.tsv" in outcome.err


def test_results_that_were_written_are_read_with_their_type(tmp_path):
    outcome = gradcli("eval", "torch.arange(3).double() / 3", "-o", "r.json", cwd=tmp_path)
    assert outcome.status == 0
    value = load(tmp_path / "r.json")
    stored = json.loads((tmp_path / "r.json").read_text())["results"][0]["data"]
    assert value.dtype == np.float64 and value.tolist() == stored


def test_points_from_files_are_floating_as_typed_ones_are(tmp_path):
    (tmp_path / "d.json").write_text("[1, 2]")
    np.save(tmp_path / "i.npy", np.arange(2))
    (tmp_path / "s.csv").write_text("name\nann\n")
    outcome = gradcli("grad", "(x * x).sum()", "--at", "x=@d.json", "--format", "json", cwd=tmp_path)
    assert json.loads(outcome.out) == {"value": 5.0, "grad": {"x": [2.0, 4.0]}}
    outcome = gradcli("grad", "x.sum()", "--at", "x=@i.npy", cwd=tmp_path)
    assert "type int64" in outcome.err and "--var numbers=@i.npy --at 'x=numbers.float()'" in outcome.err
    assert "it holds texts" in gradcli("grad", "x", "--at", "x=@s.csv:name", cwd=tmp_path).err


def test_standard_input_is_read_once():
    outcome = gradcli("eval", "--stdin-format", "csv", "--var", "x=@-", "--var", "y=@-", "x", input="1,2\n")
    assert outcome.status == 2 and "asked for twice" in outcome.err


@pytest.mark.parametrize("text", ["for=3", "x=@"])
def test_a_name_or_a_file_that_cannot_be_is_told(text):
    with pytest.raises(UsageFault):
        open_assignment(text, Settings({"isolated": True}))


@pytest.mark.parametrize("name", [3, "for", "a b", "", None])
def test_a_session_takes_names_that_programs_can_use(name):
    session = Session()
    with pytest.raises(ValueError):
        session[name] = 1
    assert name not in session
    with pytest.raises(TypeError):
        session.run(name if name is None else 3)
    with pytest.raises(ValueError):
        Session(seed="a")


@pytest.mark.parametrize("text, numbers", [
    ("True,False\nFalse,True\n", [[1, 0], [0, 1]]), ("True\n", [1]), ("ok\nTrue\nFalse\n", [1, 0])])
def test_truth_values_are_read_as_they_are_written(tmp_path, text, numbers):
    assert load(written(tmp_path, "x.csv", text)).tolist() == numbers


def test_numbers_beyond_single_precision_are_no_infinities(tmp_path):
    path = written(tmp_path, "x.csv", "1\n-1e39\n1e38\n")
    with pytest.raises(FileFault, match=r"-1e\+39 is beyond single precision"):
        load(path)
    assert load(path, double=True).tolist() == [1, -1e39, 1e38]
    assert load(written(tmp_path, "y.csv", "1\ninf\n")).tolist() == [1, float("inf")]


@pytest.mark.parametrize("words, repair", [
    (("grad", "x**2", "x=2"), "--at 'x=2'"), (("hess", "x*y", "x=2", "y=3"), "--at 'x=2,y=3'"),
    (("eval", "x**2", "--at", "x=2"), "--var x=2"), (("run", ""), "gradcli run FILE"),
    (("eval", "[1, 2]", "-o", "l.npy"), "torch.tensor([1, 2])")])
def test_values_out_of_place_are_offered_theirs(words, repair):
    told = gradcli(*words)
    assert told.status and f"= help: {repair}\n" in told.err


def test_numbers_beyond_double_precision_are_told_and_columns_of_records_offered(tmp_path):
    for name, text in (("a.csv", "1e400\n"), ("a.json", "[1e400]"), ("a.jsonl", "1\n-1e999\n")):
        with pytest.raises(FileFault, match="is beyond double precision"):
            load(written(tmp_path, name, text))
    assert load(written(tmp_path, "b.json", "[1e308, Infinity]"), double=True).tolist() == [1e308, np.inf]
    with pytest.raises(FileFault) as raised:
        load(written(tmp_path, "c.json", '[{"x": 1, "y": "a"}, {"x": 2, "y": "b"}]'))
    assert [repair.rpartition(":")[2] for repair, _ in raised.value.hints] == ["x", "y"]
