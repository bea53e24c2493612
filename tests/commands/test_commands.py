"""What the commands print, asked of the real program."""

import io
import json
import re

import numpy as np
import pytest

from support.program import ROOT, gradcli


def test_grad_as_the_contract_shows_it():
    assert gradcli("grad", "(3*(x+2)**2).mean()", "--at", "x=ones(2,2)") == (0, """\
value
Variable containing:
 27
[torch.FloatTensor of size 1]

x.grad
Variable containing:
 4.5000  4.5000
 4.5000  4.5000
[torch.FloatTensor of size 2x2]
""", "")


def test_grad_as_json_in_double_precision():
    run = json.loads(gradcli("grad", "x**2 * sin(x)", "--at", "x=2", "--double", "--format", "json").out)
    assert run.keys() == {"value", "grad"}
    assert run["value"] == 4 * np.sin(2.0)
    assert run["grad"]["x"] == pytest.approx(4 * np.sin(2.0) + 4 * np.cos(2.0), rel=1e-15)


def test_grad_by_one_name_at_several_points():
    run = gradcli("grad", "(x * y).sum()", "--at", "x=[1, 2]", "--at", "y=ones(2)*3", "--wrt", "y", "--format", "json")
    assert json.loads(run.out) == {"value": 9.0, "grad": {"y": [1.0, 2.0]}}


def test_orders_of_a_number():
    run = json.loads(gradcli("grad", "x**4 * y", "--at", "x=2, y=3", "--order", "5", "--format", "json").out)
    assert [run[name]["x"] for name in ("grad", "grad2", "grad3", "grad4", "grad5")] == [96, 144, 144, 72, 0]
    assert [run[name]["y"] for name in ("grad", "grad2")] == [16, 0]
    assert "x.grad, order 2\n" in gradcli("grad", "x**4", "--at", "x=2", "--order", "2").out


def test_what_does_not_depend_on_a_name_has_a_gradient_of_zeros():
    run = gradcli("grad", "y * 2", "--at", "x=[1, 2], y=3", "--format", "json")
    assert json.loads(run.out) == {"value": 6.0, "grad": {"x": [0.0, 0.0], "y": 2.0}}


def test_numbers_json_cannot_hold_are_strings():
    assert json.loads(gradcli("grad", "-1/x", "--at", "x=0", "--format", "json").out) == {
        "value": "-inf", "grad": {"x": "inf"}}


@pytest.mark.parametrize("words, code, message", [
    (["x * 2", "--at", "x=ones(2, 3)"], "G0402", "2x3"),
    (["x", "--at", "x=1", "--wrt", "y"], "G0801", "no such name"),
    (["x", "--at", "x=1", "--order", "0"], "G0801", "0 is not in the range"),
    (["x.sum()", "--at", "x=ones(2)", "--order", "2"], "G0801", "2 elements"),
    (["x", "--at", "x=nowhere"], "G0301", "--at:1:5"),
    (["x + nowhere", "--at", "x=1"], "G0301", "<expression>:1:5"),
    (["[x]", "--at", "x=1"], "G0801", "a list"),
])
def test_grad_says_what_is_wrong(words, code, message):
    outcome = gradcli("grad", *words)
    assert outcome.err.startswith(f"error[{code}]") and message in outcome.err and outcome.out == ""


def test_eval_as_json_is_one_object_with_every_result():
    outcome = gradcli("eval", "--format", "json",
                      "x = Variable(torch.ones(2), requires_grad=True); x.sum().backward(); x; None; 1 / 3; print(9)")
    assert json.loads(outcome.out) == {
        "results": [{"dtype": "float32", "shape": [2], "data": [1.0, 1.0], "grad": [1.0, 1.0]},
                    {"dtype": "float", "shape": [], "data": 1 / 3}],
        "printed": "9\n"}


def test_eval_in_the_other_formats():
    source = "torch.FloatTensor([[1, 0.1], [3, 4]])"
    assert gradcli("eval", "--format", "plain", source, "7").out == "1.0 0.1\n3.0 4.0\n7\n"
    assert gradcli("eval", "--format", "csv", source).out == "1.0,0.1\n3.0,4.0\n"
    assert len([json.loads(line) for line in gradcli("eval", "--format", "jsonl", source, "7").out.splitlines()]) == 2
    assert gradcli("eval", "--format", "csv", source, "7").status == 2


def test_arrays_go_out_and_come_back(tmp_path):
    gradcli("eval", "--format", "npy", "-o", str(tmp_path / "x.npy"), "torch.FloatTensor([[1, 2], [3, 4]])")
    array = np.load(tmp_path / "x.npy")
    assert array.dtype == np.float32 and array.tolist() == [[1, 2], [3, 4]]
    gradcli("eval", "--format", "npz", "-o", str(tmp_path / "x.npz"), "torch.ones(1)", "torch.zeros(2)")
    assert np.load(tmp_path / "x.npz")["result2"].tolist() == [0, 0]
    outcome = gradcli("eval", "--format", "plain", "--var", f"x=@{tmp_path}/x.npy", "--var",
                      f"y=@{tmp_path}/x.npz:result1", "--var", "k=2, m=3", "x.sum() + y * k + m")
    assert outcome == (0, "15.0\n", "")


def test_variables_from_csv_json_and_standard_input(tmp_path):
    (tmp_path / "t.csv").write_text("a,b\n1,2\n3,4.5\n")
    (tmp_path / "j.json").write_text("[[1, 2], [3, NaN]]")
    plain = ["eval", "--format", "plain"]
    assert gradcli(*plain, "--var", f"b=@{tmp_path}/t.csv:b", "torch.tensor(b)").out == "2.0 4.5\n"
    assert gradcli(*plain, "--var", f"t=@{tmp_path}/t.csv", "torch.tensor(t)").out == "1.0 2.0\n3.0 4.5\n"
    assert gradcli(*plain, "--var", f"j=@{tmp_path}/j.json", "torch.tensor(j)").out == "1.0 2.0\n3.0 nan\n"
    assert gradcli(*plain, "--var", "s=@-", "torch.tensor(s)", stdin="[1, 2]").out == "1 2\n"
    content = io.BytesIO()
    np.save(content, np.arange(3.0))
    outcome = gradcli(*plain, "--var", "s=@-", "--stdin-format", "npy", "s", stdin=content.getvalue())
    assert outcome.out == "0.0 1.0 2.0\n"


def test_pickles_are_never_read(tmp_path):
    np.save(tmp_path / "x.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    outcome = gradcli("eval", "--var", f"x=@{tmp_path}/x.npy", "x")
    assert outcome.status == 6 and "x.npy" in outcome.err


@pytest.mark.parametrize("assignment", ["x", "=3", "2x=3", "x=@no-such.npy", "x=@file.txt"])
def test_a_variable_that_cannot_be_set_is_refused(assignment):
    assert gradcli("eval", "--var", assignment, "1").status in (2, 6)


def test_the_settings_reach_the_program():
    assert gradcli("eval", "--style", "modern", "torch.ones(2)").out == "tensor([1., 1.])\n"
    assert gradcli("eval", "--precision", "2", "--style", "modern", "torch.ones(1) / 3").out == "tensor([0.33])\n"
    assert "DoubleTensor" in gradcli("eval", "--double", "torch.ones(2)").out
    seeded = gradcli("eval", "--seed", "7", "torch.randn(3)")
    assert seeded == gradcli("eval", "torch.manual_seed(7)", "torch.randn(3)")._replace(out=seeded.out)
    assert seeded != gradcli("eval", "--seed", "8", "torch.randn(3)")


def test_run_prints_only_what_is_printed_and_echo_shows_the_session(tmp_path):
    (tmp_path / "p.grad").write_text("# a loop\nfor i in range(2):\n    print(i)\n\nx = 3; x\nx + 1\n")
    assert gradcli("run", "p.grad", cwd=tmp_path).out == "0\n1\n"
    assert gradcli("run", "--echo", "p.grad", cwd=tmp_path).out == (
        ">>> # a loop\n>>> for i in range(2):\n...     print(i)\n...\n0\n1\n>>> x = 3; x\n3\n>>> x + 1\n4\n")


def test_arguments_reach_the_script(tmp_path):
    (tmp_path / "p.grad").write_text("print(args)\n")
    assert gradcli("run", "p.grad", "a", "-1", "--", "--echo", cwd=tmp_path).out == "['a', '-1', '--', '--echo']\n"


def test_a_mistaken_file_name_suggests_the_nearest(tmp_path):
    (tmp_path / "tutorial.grad").write_text("")
    outcome = gradcli("run", "tutorail.grad", cwd=tmp_path)
    assert outcome.status == 6 and "gradcli run tutorial.grad" in outcome.err


def test_doc_ops_and_explain():
    run = gradcli("doc", "sigmoid").out
    assert run.startswith("sigmoid(input)") and "Gradient" in run and ">>> torch.sigmoid(" in run
    assert gradcli("doc", "torch.sigmoid").out == run
    assert gradcli("doc", "sigmod").status == 1 and "sigmoid" in gradcli("doc", "sigmod").err
    assert "sigmoid" in gradcli("ops", "sigm").out and "exp" not in gradcli("ops", "sigm").out.split()[0]
    assert gradcli("ops", "no-such").status == 2
    assert gradcli("explain", "G0402").out.startswith("G0402  backward() without an argument")
    assert gradcli("explain", "402").out == gradcli("explain", "g0402").out


def test_limits_are_told_and_can_be_lifted():
    assert "time-limit      3600 s\n" in gradcli("limits").out
    assert "time-limit      5 s\n" in gradcli("limits", "--time-limit", "5").out
    assert gradcli("limits", "--no-limits").out.count(" none\n") == 3


@pytest.mark.parametrize("words", [["--time-limit", "0.2", "while True: pass"],
                                   ["--max-output", "1K", "while True: print(12345)"],
                                   ["--memory-limit", "500M", "x = 1\nwhile True: x = [x]"]])
def test_a_limit_ends_a_program_and_says_which_option_raises_it(words):
    outcome = gradcli("eval", *words)
    assert outcome.status == 5 and f"help: {words[0]} " in outcome.err


def test_output_up_to_the_limit_is_allowed():
    assert gradcli("eval", "--max-output", "4", "print('abc')") == (0, "abc\n", "")
    assert gradcli("eval", "--max-output", "3", "print('abc')").status == 5


def test_config_says_where_it_is_and_starts_one(tmp_path):
    home = {"XDG_CONFIG_HOME": str(tmp_path)}
    path = tmp_path / "gradcli/config.toml"
    assert gradcli("config", "path", **home).out == f"{path}\n"
    assert gradcli("config", "init", **home) == (0, f"{path}\n", "")
    assert gradcli("config", "init", **home).status == 6
    path.write_text(path.read_text().replace('# style = "tutorial"', 'style = "modern"'))
    assert re.search(rf'^style +"modern" +{re.escape(str(path))}$', gradcli("config", "show", **home).out, re.MULTILINE)
    assert gradcli("eval", "torch.ones(2)", **home) == (0, "tensor([1., 1.])\n", "")
    assert gradcli("eval", "--isolated", "torch.ones(2)", **home).out.startswith("\n 1\n")
    assert gradcli("eval", "torch.ones(2)", GRADCLI_STYLE="tutorial", **home).out.startswith("\n 1\n")


def test_a_mistaken_command_gets_a_hint():
    assert "did you mean 'eval'?" in gradcli("evla", "1").err
    assert "gradcli run" in gradcli(str(ROOT / "pyproject.toml")).err
    assert "gradcli eval 'x + 1'" in gradcli("x + 1").err


def test_the_repl_takes_a_file_without_prompt_or_escape_code():
    outcome = gradcli("repl", stdin="x = 3\nx\n\ndef f(a):\n    b = a\n\n    return b\nnowhere\nf(x) + 1\n")
    assert outcome.out == "3\n4\n" and "<stdin>:8:1" in outcome.err and "\x1b" not in outcome.err + outcome.out
    assert gradcli("repl", stdin=":vars\nx = 1\n:vras\n:quit\nx\n").out == ""
