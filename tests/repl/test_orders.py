"""The commands of the prompt and what a submission does, without a terminal."""

import pytest

from gradcli.commands.running import open_session
from gradcli.commands.settings import Settings
from gradcli.repl.orders import ORDERS, obey
from gradcli.repl.state import Repl


@pytest.fixture
def repl(capsys):
    settings = Settings({"isolated": True})
    session = open_session(settings, lambda text: print(text, end=""))
    made = Repl(settings, lambda: session)
    made.capsys = capsys
    return made


def said(repl, *texts):
    """What is printed, and what is complained of, when texts are submitted."""
    repl.capsys.readouterr()
    for text in texts:
        repl.submit(text)
    return repl.capsys.readouterr()


def test_help_lists_every_command(repl):
    out = said(repl, ":help").out
    assert all(f":{name} " in out for name in ORDERS)


def test_vars_say_type_shape_and_gradient(repl):
    said(repl, "x = Variable(torch.ones(2, 3), requires_grad=True); n = [1, 2]", "x.sum().backward()")
    out = said(repl, ":vars").out
    rows = [line.split() for line in out.splitlines()]
    assert rows[1] == ["n", "list", "2"]
    assert rows[2] == ["x", "Variable", "float32", "2x3", "yes", "yes", "24"]


def test_results_are_remembered(repl):
    assert said(repl, "10", "20", "None", "30", "(_, _1, _2)").out.endswith("(30, 20, 10)\n")


def test_a_fault_changes_no_name(repl):
    said(repl, "x = 1; y = 2")
    result = said(repl, "del y; x = 5; z = 6; nowhere")
    assert "nowhere" in result.err and said(repl, "(x, y)").out == "(1, 2)\n"
    assert "z" in said(repl, "z").err


def test_statements_of_one_submission_before_the_fault_stand(repl):
    said(repl, "x = 1\nnowhere\nx = 2")
    assert said(repl, "x").out == "1\n"
    assert [entry.text for entry in repl.entries] == ["x = 1", "x"]


def test_a_text_that_cannot_be_read_runs_no_part(repl):
    said(repl, "x = 1\nx = = 2")
    assert repl.names() == {}


def test_saved_statements_can_be_loaded(repl, tmp_path):
    said(repl, "x = 3", "nowhere", "for i in range(2):\n    x = x + i\n", f":save {tmp_path}/s.grad")
    assert (tmp_path / "s.grad").read_text() == "x = 3\nfor i in range(2):\n    x = x + i\n"
    said(repl, ":reset")
    assert repl.names() == {}
    said(repl, f":load {tmp_path}/s.grad")
    assert said(repl, "x").out == "4\n"


def test_a_transcript_shows_prompts_and_what_was_printed(repl, tmp_path):
    said(repl, "x = 3", "x", "for i in range(2):\n    print(i)\n", f":transcript {tmp_path}/t.txt")
    assert (tmp_path / "t.txt").read_text() == (
        ">>> x = 3\n>>> x\n3\n>>> for i in range(2):\n...     print(i)\n...\n0\n1\n")


def test_style_seed_and_precision(repl):
    first = said(repl, ":seed 3", "torch.randn(2)").out
    assert said(repl, ":seed 3", "torch.randn(2)").out == first
    assert said(repl, ":style modern", "torch.ones(1)").out == "tensor([1.])\n"
    assert said(repl, ":precision 2", "torch.ones(1) / 3").out == "tensor([0.33])\n"
    assert said(repl, ":style").out == "modern\n"
    assert "not one of" in said(repl, ":style ancient").err


def test_undo_gives_names_their_values_back(repl):
    said(repl, "x = 1", "x = 2; y = 5", "del x")
    assert said(repl, ":undo", "x").out == "undone: del x\n2\n"
    assert said(repl, ":undo 2", "x").out == "undone: x\nundone: x = 2; y = 5\n1\n"
    assert set(repl.names()) == {"x"}
    said(repl, ":undo 9")
    assert repl.names() == {} and "nothing to undo" in said(repl, ":undo").err
    assert ":undo takes" in said(repl, ":undo x").err


def test_zero_clears_every_gradient(repl):
    said(repl, "x = Variable(torch.ones(2), requires_grad=True)", "x.sum().backward()")
    assert said(repl, ":zero", "print(x.grad)").out == "x cleared\nNone\n"


def test_info_and_doc(repl):
    out = said(repl, "x = Variable(torch.ones(2), requires_grad=True)", "y = x * 2", ":info y").out
    assert "assigned in   y = x * 2" in out and "made by       MulBackward0" in out
    assert said(repl, "sigmoid?").out.startswith("sigmoid(input)")
    assert said(repl, ":doc sigmoid").out == said(repl, "sigmoid?").out
    assert "assigned in" in said(repl, "y?").out


def test_time_and_timing(repl):
    assert "microseconds a turn" in said(repl, ":time 1 + 1").out
    assert said(repl, ":timing on", "1").err.endswith(" s\n")
    assert said(repl, ":timing off", "1").err == ""


def test_history_and_limits(repl):
    assert "   2  x = 2\n" in said(repl, "x = 1", "nowhere", "x = 2", ":history").out
    assert "time-limit" in said(repl, ":limits").out


@pytest.mark.parametrize("line, complaint", [
    (":hlep", "did you mean 'help'?"), (":load", ":load needs FILE"), (":vars x", ":vars takes nothing after it"),
    (":seed x", "'x' is not a whole number"), (":load /no/such", "cannot read /no/such"),
    (":", "there is no command :"),
    (":info nowhere", "nowhere is not set"), (":timing maybe", ":timing takes on or off"), (":doc nowhere", "nowhere"),
])
def test_a_mistaken_command_is_explained(repl, line, complaint):
    assert complaint in said(repl, line).err


def test_the_beginning_of_a_command_is_enough_if_it_is_the_only_one(repl):
    obey(repl, "q")
    assert repl.over


def test_completion_knows_names_attributes_commands_and_files(repl, tmp_path, monkeypatch):
    complete = pytest.importorskip("gradcli.repl.complete")
    document = pytest.importorskip("prompt_toolkit.document")

    def offered(text):
        found = complete.Completions(repl).get_completions(document.Document(text), None)
        return {completion.text: completion.display_meta_text for completion in found}

    said(repl, "unusual = Variable(torch.ones(2, 3))")
    assert offered("x = unus") == {"unusual": "Variable float32 2x3"}
    assert "backward" in offered("unusual.back") and "zeros" in offered("torch.zer")
    assert not any(name.startswith("_") for name in offered("unusual."))
    assert "while" in offered("whi") and offered("nowhere.x") == {}
    assert offered(":hist")["history"].startswith("the statements")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "script.grad").write_text("")
    assert "script.grad" in offered(":load scr")
