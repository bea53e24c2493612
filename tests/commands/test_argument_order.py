"""Options before the command and before -e, words behind the file of `run`, and what is told before anything else."""

import pytest

from support.program import gradcli

SCRIPT = """\
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1)
print(args, parser.parse_args().lr)
"""


@pytest.mark.parametrize("words, out", [
    (["-q", "-e", "1"], "1\n"),
    (["--style", "modern", "eval", "torch.ones(1)"], "tensor([1.])\n"),
    (["-qe", "1"], "1\n"), (["--style=modern", "-e", "x = torch.ones(1)", "-q", "-e", "-x"], "tensor([-1.])\n"),
    (["-e", "e = 2", "-e", "-e"], "-2\n"), (["eval", "-e", "1"], "1\n"),
    (["eval", "-q", "-e", "x = 1", "-e", "-x", "--style", "modern"], "-1\n"),
    (["--double", "--format", "json", "grad", "x**3", "--at", "x=0.1"],
     '{"value": 0.0010000000000000002, "grad": {"x": 0.030000000000000006}}\n'),
    (["-q", "--version"], None),
    (["--errors", "short", "config", "path"], "/nonexistent/gradcli/config.toml\n"),
    (["-q", "-", "2"], "2\n"),
])
def test_options_stand_anywhere(words, out):
    outcome = gradcli(*words)
    if "path" in words:         # which takes no options at all
        assert outcome.status == 2
        return
    assert outcome.status == 0 and outcome.err == "" and out in (None, outcome.out)


@pytest.mark.parametrize("words, message", [
    (["-e"], "-e needs a program after it"),
    (["-e", "1", "-e"], "-e needs a program after it"),
    (["--style"], "--style needs a value after it"),
    (["--stlye", "modern", "-e", "1"], "did you mean '--style'?"),
    (["-2**2"], "gradcli eval '-2**2'"),
    (["-q", "nonsense"], "there is no command 'nonsense'"),
])
def test_what_is_no_command_line_is_told(words, message):
    outcome = gradcli(*words)
    assert outcome.status == 2 and message in outcome.err and outcome.out == ""


def test_words_behind_the_file_are_the_scripts(tmp_path):
    (tmp_path / "s.grad").write_text(SCRIPT)
    assert gradcli("run", "s.grad", "--lr", "0.5", cwd=tmp_path) == (0, "['--lr', '0.5'] 0.5\n", "")
    assert gradcli("-q", "run", "--style", "modern", "s.grad", "--lr=2", cwd=tmp_path).out == "['--lr=2'] 2.0\n"
    (tmp_path / "s.grad").write_text("print(1)\n")
    outcome = gradcli("run", "s.grad", "--style", "modern", cwd=tmp_path)
    assert outcome.out == "1\n" and "note: --style stands behind the file" in outcome.err


@pytest.mark.parametrize("words", [
    ["grad", "x**"], ["grad", "x**", "--at", "x=2, x=3"], ["jac", "x**", "--var", "d=@nope.csv"], ["hess", "x**"],
    ["plot", "x**"], ["check", "x**"], ["steps", "x**", "--wrt", "y"], ["vjp", "x**"], ["jvp", "x**"]])
def test_a_mistake_of_syntax_is_told_first(words):
    outcome = gradcli(*words)
    assert outcome.status == 3 and outcome.err.startswith("error[G0101]: a value must follow **")


@pytest.mark.parametrize("words, status, message", [
    (["grad", "x", "--at", "x=2, x=3"], 2, "--at gives x two values"),
    (["grad", "x", "--at", "x=2", "--at", "x=3"], 2, "--at gives x two values"),
    (["plot", "x", "--over", "x=0:1", "--at", "x=2"], 2, "--over and --at both give x a value"),
    (["plot", "x"], 2, "--over x=-3:3"),
    (["eval", "--var", "x=data.csv", "x"], 2, "--var x=@data.csv"),
    (["grad", "x", "--at", "x=data.csv:a"], 2, "--at x=@data.csv:a"),
    (["eval", "--var", "x=@data.csv", "x"], 6, "No such file"),
    (["grad", "x", "--at", "x=@data.csv:a"], 6, "No such file"),
    (["check", "nope.grad"], 6, "No such file"),
    (["graph", "folder/nope.grad"], 6, "No such file"),
    *((words, 6, "No such file") for words in (
        ["steps", "nope.grad"], ["steps", "nope.grad", "--at", "x=1"], ["grad", "nope.grad"], ["jac", "nope.grad"],
        ["hess", "nope.py", "--at", "x=1"], ["plot", "nope.grad"], ["vjp", "nope.grad"])),
])
def test_what_is_missing_or_said_twice_is_told(words, status, message):
    outcome = gradcli(*words)
    assert outcome.status == status and message in outcome.err and outcome.out == ""


def test_a_name_and_its_gradient_is_no_file():
    for command in ("check", "steps"):
        assert "No such file" not in gradcli(command, "x.grad", "--at", "x=1").err


def test_a_file_stands_for_the_expression_in_it(tmp_path):
    (tmp_path / "area.grad").write_text("x ** 2\n")
    outcome = gradcli("steps", "area.grad", "--at", "x=1", cwd=tmp_path)
    assert outcome.status == 0 and "∂f/∂x = 2*x" in outcome.out
    assert gradcli("steps", "-", "--at", "x=2", stdin="x ** 2\n").status == 0
