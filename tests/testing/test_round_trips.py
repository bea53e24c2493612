"""What gradcli writes, `gradcli test` accepts; one changed digit is found, on its line; an update takes it back."""

import re
from pathlib import Path

import pytest

from gradcli.commands.execute import run_file
from gradcli.console.settings import Settings
from gradcli.data.transcript import directives_as_program, opening
from gradcli.faults.tree import Fault
from gradcli.repl.commands import execute
from gradcli.repl.core import Repl
from gradcli.reports.open_session import open_session
from gradcli.testing.diff import outcome_line
from gradcli.testing.discovery import read_document
from gradcli.testing.results import RunOptions, check_file
from gradcli.testing.update import update
from support.program import ROOT, gradcli

EXAMPLES = sorted((ROOT / "examples").rglob("*.grad"))


def outcome_of(path):
    result = check_file(str(path), RunOptions(Settings({"isolated": True}), 60.0))
    assert not result.error
    return result


def echoed(script, capsys, **options):
    """What `run --echo` prints."""
    try:
        run_file(str(script), [], Settings({"isolated": True, **options}), echo=True)
    except Fault:
        pass
    return capsys.readouterr().out


def spoiled(text):
    """The text with one digit of the last expected line that has one changed, and the number of that line."""
    lines = text.split("\n")
    for at in range(len(lines) - 1, -1, -1):
        expected = not lines[at].startswith((">>>", "...")) and " at 0x" not in lines[at]
        if expected and (digit := re.search(r"\d", lines[at])):
            wrong = str((int(digit[0]) + 1) % 10)
            lines[at] = lines[at][: digit.start()] + wrong + lines[at][digit.end():]
            return "\n".join(lines), at + 1
    return None, 0


@pytest.mark.parametrize("script", EXAMPLES, ids=lambda path: path.stem)
@pytest.mark.parametrize("style", ["tutorial", "modern"])
def test_an_example(script, style, tmp_path, capsys):
    text = echoed(script, capsys, style=style)
    path = tmp_path / "t.txt"
    path.write_text(text)
    assert not outcome_of(path).has_failed
    wrong, line = spoiled(text)
    if wrong is None:
        return      # a program that cannot be read: nothing of it was run
    path.write_text(wrong)
    [failure] = outcome_of(path).failures
    assert outcome_line(failure) == line
    assert sum(a != b for a, b in zip(failure.check.expected, failure.parts.lines, strict=True)) == 1
    assert update(str(path), [failure]) == 1
    assert path.read_text() == text


PROGRAM = '''\
"""A text, with

>>> no prompt in it
"""
# about f

# more about f
def f(x):
    # inside

    if x:
        return """a

b"""

    else:
        return (x,
                2)
# after f

print("... dots")
print("no end", end="")
y = (1 +
     2)
y; f(0)
for i in range(2): print(i)
if y:
    pass
# between

else:
    print(2)
f(y) + \\
    "c"
args
_ = 3
# the end
'''


def test_awkward_statements_go_there_and_back(tmp_path, capsys):
    script, path = tmp_path / "s.grad", tmp_path / "t.txt"
    script.write_text(PROGRAM)
    path.write_text(echoed(script, capsys))
    assert not outcome_of(path).has_failed
    assert "... dots\n" in path.read_text() and "no end\n>>>" in path.read_text()


def test_arguments_and_settings_are_in_the_transcript(tmp_path):
    (tmp_path / "s.grad").write_text("print(args, torch.rand(2) * 3)\nargs[0]\n")
    outcome = gradcli("run", "--echo", "--seed", "3", "--double", "--precision", "2", "s.grad", "a b", cwd=tmp_path)
    (tmp_path / "t.txt").write_text(outcome.out)
    assert outcome.out.startswith("# gradcli: seed 3, double, precision 2\n>>> args = ['a b']\n>>> print")
    assert not outcome_of(tmp_path / "t.txt").has_failed


def test_a_profile_comes_before_the_print_options_that_override_it():
    directives = opening(Settings({"isolated": True, "precision": 5, "profile": "short"}))
    assert directives_as_program(directives) == ["torch.set_printoptions(profile='short')",
                                         "torch.set_printoptions(precision=5)"]


def test_a_fault_is_told_in_the_transcript_as_at_the_prompt_and_on_standard_error_in_the_file(tmp_path):
    (tmp_path / "s.grad").write_text("x = Variable(torch.ones(3), requires_grad=True)\ny = x.exp()\nz = y * y\n\n"
                                     "# now\ny.add_(1)\nz.sum().backward()\n")
    outcome = gradcli("run", "--echo", "s.grad", cwd=tmp_path)
    assert outcome.status == 1
    assert " --> s.grad:7:1" in outcome.err and "in line 6: y.add_(1)" in outcome.err
    assert " --> <stdin>:1:1" in outcome.out and "in line 1: y.add_(1)" in outcome.out
    (tmp_path / "t.txt").write_text(outcome.out)
    assert not outcome_of(tmp_path / "t.txt").has_failed


def test_what_the_prompt_writes(tmp_path, capsys):
    settings = Settings({"isolated": True, "style": "modern", "seed": 1})
    session = open_session(settings, lambda text: print(text, end=""))
    repl = Repl(settings, lambda: session, execute)
    for line in ("torch.rand(2)", "nowhere", "_ + 1", ":seed 3", "torch.rand(1)", ":style tutorial", ":precision 2",
                 "torch.rand(1)", "def f(x):\n    return x\n", "print(f(1), end='')", "x = 1; x",
                 f":transcript {tmp_path}/t.txt"):
        repl.submit(line)
    capsys.readouterr()
    result = outcome_of(tmp_path / "t.txt")
    assert not result.has_failed and len(result.outcomes) == 9
    assert "# gradcli: style tutorial\n>>> torch.set_printoptions(precision=2)\n" in (tmp_path / "t.txt").read_text()
    repl.submit(":reset")
    repl.submit("x = 1; x")
    repl.submit(f":save {tmp_path}/s.grad")
    assert [check.kind for check in read_document(str(tmp_path / "s.grad")).checks] == ["program"]
    assert not outcome_of(tmp_path / "s.grad").has_failed


def test_the_tutorial_is_printed_by_the_program_itself():
    outcome = gradcli("run", "examples/autograd_tutorial.grad", cwd=ROOT)
    assert outcome == (0, Path(ROOT / "examples/autograd_tutorial.out").read_text(), "")
