"""The commands of the prompt and what a submission does, without a terminal."""

import pytest

from gradcli.console.settings import Settings
from gradcli.repl.commands import COMMANDS, execute
from gradcli.repl.core import Repl
from gradcli.reports.open_session import open_session
from repl.submit import submit


def test_help_lists_every_command(repl):
    out = submit(repl, ":help").out
    assert all(f":{name} " in out for name in COMMANDS)


def test_vars_say_type_shape_and_gradient(repl):
    submit(repl, "x = Variable(torch.ones(2, 3), requires_grad=True); n = [1, 2]", "x.sum().backward()")
    out = submit(repl, ":vars").out
    rows = [line.split() for line in out.splitlines()]
    assert rows[1] == ["n", "list", "2"]
    assert rows[2] == ["x", "Variable", "float32", "2x3", "yes", "yes", "24"]


def test_results_are_remembered(repl):
    assert submit(repl, "10", "20", "None", "30", "(_, _1, _2)").out.endswith("(30, 20, 10)\n")


def test_a_fault_changes_no_name(repl):
    submit(repl, "x = 1; y = 2")
    result = submit(repl, "del y; x = 5; z = 6; nowhere")
    assert "nowhere" in result.err and submit(repl, "(x, y)").out == "(1, 2)\n"
    assert "z" in submit(repl, "z").err


def test_statements_of_one_submission_before_the_fault_stand(repl):
    submit(repl, "x = 1\nnowhere\nx = 2")
    assert submit(repl, "x").out == "1\n"
    assert [entry.text for entry in repl.entries] == ["x = 1", "x"]


def test_a_text_that_cannot_be_read_runs_no_part(repl):
    submit(repl, "x = 1\nx = = 2")
    assert repl.names() == {}


def test_saved_statements_can_be_loaded(repl, tmp_path):
    submit(repl, "x = 3", "nowhere", "for i in range(2):\n    x = x + i\n", f":save {tmp_path}/s.grad")
    assert (tmp_path / "s.grad").read_text() == "x = 3\nfor i in range(2):\n    x = x + i\n"
    submit(repl, ":reset")
    assert repl.names() == {}
    submit(repl, f":load {tmp_path}/s.grad")
    assert submit(repl, "x").out == "4\n"


def test_a_transcript_shows_prompts_and_what_was_printed(repl, tmp_path):
    submit(repl, "x = 3", "x", "for i in range(2):\n    print(i)\n", f":transcript {tmp_path}/t.txt")
    assert (tmp_path / "t.txt").read_text() == (
        ">>> x = 3\n>>> x\n3\n>>> for i in range(2):\n...     print(i)\n...\n0\n1\n")


def test_style_seed_and_precision(repl):
    first = submit(repl, ":seed 3", "torch.randn(2)").out
    assert submit(repl, ":seed 3", "torch.randn(2)").out == first
    assert submit(repl, ":style modern", "torch.ones(1)").out == "tensor([1.])\n"
    assert submit(repl, ":precision 2", "torch.ones(1) / 3").out == "tensor([0.33])\n"
    assert submit(repl, ":style").out == "modern\n"
    assert "not one of" in submit(repl, ":style ancient").err


def test_a_fault_takes_back_what_was_written_added_up_and_drawn(repl):
    submit(repl, "x = Variable(torch.ones(2), requires_grad=True); y = (x * x).sum()",
           "items = [1]; torch.manual_seed(1)")
    expected = submit(repl, "print(torch.randn(1)); g = torch.manual_seed(1)").out
    submit(repl, "y.backward(); x.data.add_(1); items.append(torch.randn(1)); nowhere")
    assert submit(repl, "print(x.grad, x.data.sum(), items)").out == "None 2.0 [1]\n"
    assert submit(repl, "y.backward(); print(x.grad.data.sum())").out == "4.0\n"
    assert submit(repl, "print(torch.randn(1))").out == expected


def test_undo_reaches_into_tensors_and_lists(repl):
    submit(repl, "x = torch.zeros(3)", "items = [x]", "x[0] = 5", "items.append(2)")
    assert submit(repl, ":undo", "print(items[0][0], len(items))").out.endswith("5.0 1\n")
    assert submit(repl, ":undo 2", "print(x.sum())").out.endswith("0.0\n")


def test_undo_gives_results_back(repl):
    assert submit(repl, "10", "20", ":undo", "_ + 1").out.endswith("11\n")


def test_undo_goes_as_far_as_memory_is_kept(repl, monkeypatch):
    monkeypatch.setattr("gradcli.repl.core.UNDO_BYTES", 100_000)
    submit(repl, "x = torch.zeros(100, 100)", *["x.add_(1)"] * 4)
    assert "only the last 2 statements" in submit(repl, ":undo 3").err
    assert submit(repl, ":undo 2", "print(x[0][0])").out.endswith("2.0\n")


def test_undo_gives_names_their_values_back(repl):
    submit(repl, "x = 1", "x = 2; y = 5", "del x")
    assert submit(repl, ":undo", "x").out == "undone: del x\n2\n"
    assert submit(repl, ":undo 2", "x").out == "undone: x\nundone: x = 2; y = 5\n1\n"
    assert set(repl.names()) == {"x"}
    submit(repl, ":undo 9")
    assert repl.names() == {} and "nothing to undo" in submit(repl, ":undo").err
    assert ":undo takes" in submit(repl, ":undo x").err


def test_zero_clears_every_gradient(repl):
    submit(repl, "x = Variable(torch.ones(2), requires_grad=True)", "x.sum().backward()")
    assert submit(repl, ":zero", "print(x.grad)").out == "x cleared\nNone\n"


def test_info_and_doc(repl):
    out = submit(repl, "x = Variable(torch.ones(2), requires_grad=True)", "y = x * 2", ":info y").out
    assert "assigned in   y = x * 2" in out and "made by       MulBackward0" in out
    assert submit(repl, "sigmoid?").out.startswith("sigmoid(input)")
    assert submit(repl, ":doc sigmoid").out == submit(repl, "sigmoid?").out
    assert "assigned in" in submit(repl, "y?").out


def test_time_and_timing(repl):
    assert "microseconds a turn" in submit(repl, ":time 1 + 1").out
    assert submit(repl, ":timing on", "1").err.endswith(" s\n")
    assert submit(repl, ":timing off", "1").err == ""


def test_history_and_limits(repl):
    assert "   2  x = 2\n" in submit(repl, "x = 1", "nowhere", "x = 2", ":history").out
    assert "time-limit" in submit(repl, ":limits").out


@pytest.mark.parametrize("line, complaint", [
    (":hlep", "did you mean 'help'?"), (":load", ":load needs FILE"), (":vars x", ":vars takes nothing after it"),
    (":seed x", "'x' is not a whole number"), (":load /no/such", "cannot read /no/such"),
    (":", "there is no command :"), (":hlp", "did you mean 'help'?"), (":st", ":style"), (":t", ":transcript"),
    (":info nowhere", "nowhere is not set"), (":timing maybe", ":timing takes on or off"), (":doc nowhere", "nowhere"),
])
def test_a_mistaken_command_is_explained(repl, line, complaint):
    assert complaint in submit(repl, line).err


def test_the_beginning_of_a_command_is_enough_if_it_is_the_only_one(repl):
    execute(repl, "q")
    assert repl.over


@pytest.fixture
def offered(repl):
    """What completion offers for a text, with the remark on each."""
    complete = pytest.importorskip("gradcli.repl.completion")
    document = pytest.importorskip("prompt_toolkit.document")
    return lambda text: {completion.text: completion.display_meta_text for completion in
                         complete.Completions(repl).get_completions(document.Document(text), None)}


def test_completion_knows_names_attributes_commands_and_files(repl, offered, tmp_path, monkeypatch):
    submit(repl, "unusual = Variable(torch.ones(2, 3))")
    assert offered("x = unus") == {"unusual": "Variable float32 2x3"}
    assert "backward" in offered("unusual.back") and "zeros" in offered("torch.zer")
    assert not any(name.startswith("_") for name in offered("unusual."))
    assert "while" in offered("whi") and offered("nowhere.x") == {}
    assert offered(":hist")["history"].startswith("the statements")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "script.grad").write_text("")
    assert "script.grad" in offered(":load scr")


def test_completion_offers_modules_and_arguments(repl):
    complete = pytest.importorskip("gradcli.repl.completion")
    document = pytest.importorskip("prompt_toolkit.document")

    def offered(text):
        found = complete.Completions(repl).get_completions(document.Document(text), None)
        return {completion.text for completion in found}

    submit(repl, "def fit(data, step=0.1, *, steady=True): return data", "x = torch.ones(2)",
           "class Net:\n    def __init__(self, width, steps=3):\n        self.width = width\n\n")
    assert offered("import to") == {"torch"} and offered("import torch.op") == {"torch.optim"}
    assert offered("import math, coll") == {"collections"} and "torch" in offered("from ")
    assert offered("from torch.autograd import Var") == {"Variable"} and offered("from torch import optim, n") >= {"nn"}
    assert offered("from nowhere import x") == set()
    assert offered("torch.ones(2, req") == {"requires_grad="} and offered("y = [fit(x, st") >= {"step=", "steady="}
    assert offered("fit((1, 2), len([3]), stea") == {"steady="} and offered("fit(x + stea") == set()
    assert "steps=" in offered("Net(2, ste") and offered("x.sum(kee") == {"keepdim="}
    assert "lr=" in offered("optim.SGD([x], l") and "bias=" in offered("nn.Linear(2, 3, bia")
    assert offered("print([stea") == set() and "dim=" not in offered("nowhere(di")


def test_graph_draws_what_led_to_a_value(repl):
    submit(repl, "x = Variable(torch.ones(2, 2), requires_grad=True)", "y = x + 2", "z = (y * y * 3).mean()")
    assert submit(repl, ":graph z").out == """\
z =  Mean  a number
└─ MulConstant  2x2
   └─ Mul  2x2
      ├─ y =  AddConstant  2x2  #1
      │  └─ x  2x2
      └─ y  #1 again
"""
    assert submit(repl, ":graph x").out == "x  2x2\n"
    assert "x  2x2" in submit(repl, "z.backward()", ":graph z").out       # the graph stays, without its saved values
    assert "no graph leads to" in submit(repl, "n = 3", ":graph n").err


def test_check_measures_slopes_and_changes_nothing(repl):
    submit(repl, "x = Variable(torch.FloatTensor([1, 2]), requires_grad=True)")
    assert submit(repl, ":check (x ** 3).sum()").out.startswith("x: 2 slopes, right to ")
    assert "a kink at x[0]" in submit(repl, ":check torch.relu(x - 1).sum()").out
    assert submit(repl, "print(x.grad, x.data.type())").out == "None torch.FloatTensor\n"
    assert "uses no name" in submit(repl, ":check 3 + 4").err
    assert "leaves the history of x behind" in submit(repl, ":check x.detach() * 2").err


def test_check_finds_a_wrong_rule(repl):
    submit(repl, "class Odd(Function):\n    @staticmethod\n    def forward(ctx, x):\n        return x * x\n"
               "    @staticmethod\n    def backward(ctx, g):\n        return g * 5\n\n",
         "x = Variable(torch.FloatTensor([1, 2]), requires_grad=True)")
    assert submit(repl, ":check Odd.apply(x)").out == (
        "x: 4 slopes, wrong at output[0] by x[0]: the gradient says 5, the slope is 2 (error below 1e-08) and at 1 "
        "more\n")


def test_check_goes_by_the_leaves(repl):
    submit(repl, "x = Variable(torch.ones(2, 2), requires_grad=True)", "y = x + 2", "out = (y * y * 3).mean()",
           "m = nn.Linear(2, 1)", "w = [Variable(torch.ones(2), requires_grad=True)]", "out.backward()")
    assert submit(repl, ":check out").out == (
        "x: 4 slopes, right to 8 digits, the worst x[0, 0]: the gradient says 4.5, the slope is 4.5 (error below "
        "1e-08)\n")
    assert [line.split(":")[0] for line in submit(repl, ":check m(x)").out.splitlines()] == ["m.weight", "m.bias", "x"]
    assert submit(repl, ":check (y * w[0]).sum()").out.startswith("w[0]: 2 slopes, right")
    assert submit(repl, "print(m.weight.data.type(), x.grad[0, 0])").out.startswith("torch.FloatTensor")


def test_edit_runs_what_comes_back_from_the_editor(repl, tmp_path, monkeypatch):
    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\nsed -i s/20/30/ $1\n")
    editor.chmod(0o700)
    monkeypatch.setenv("VISUAL", str(editor))
    submit(repl, "x = 20", "y = 1")
    assert submit(repl, ":edit 1", "x").out == "x = 30\n30\n"
    assert ":edit takes the number" in submit(repl, ":edit 9").err
    monkeypatch.setenv("VISUAL", "false")
    assert "ended with status 1; nothing was run" in submit(repl, ":edit").err
    monkeypatch.setenv("VISUAL", "/no/such/editor")
    assert "cannot start the editor" in submit(repl, ":edit").err


def test_settings_can_be_set_and_seen(repl):
    assert submit(repl, ":set precision 2", "torch.ones(1) / 3").out.startswith("\n   0.33\n")
    assert submit(repl, ":set precision").out == "2\n"
    submit(repl, ":set edit-mode vi")
    assert repl.settings.edit_mode == "vi" and "edit-mode       vi" in submit(repl, ":set").out
    assert "did you mean 'linewidth'" in submit(repl, ":set linewith 3").err
    assert "not one of" in submit(repl, ":set edit-mode ed").err
    assert submit(repl, ":set style modern", ":style").out == "modern\n"


def test_linewidth_follows_the_terminal_only_if_asked(repl, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    wide = "torch.ones(1, 20)"
    assert "Columns" in submit(repl, wide).out
    assert "Columns" not in submit(repl, ":set linewidth auto", wide).out
    monkeypatch.setenv("COLUMNS", "60")
    assert "Columns" in submit(repl, wide).out and submit(repl, ":set linewidth").out == "auto\n"
    submit(repl, f":transcript {tmp_path}/t.txt")
    assert "# gradcli: linewidth 200\n" in (tmp_path / "t.txt").read_text()
    assert submit(repl, ":set linewidth 80", ":set linewidth").out == "80\n"


def test_time_leaves_no_trace(repl):
    submit(repl, "x = torch.zeros(1)", ":time x.add_(1)")
    assert submit(repl, "print(x.sum())").out == "0.0\n"


def test_completion_computes_nothing(repl, offered):
    submit(repl, "class Box:\n    @property\n    def trap(self):\n        return nowhere\n\n",
           "box = Box(); box.inner = torch.ones(2)",
           "x = Variable(torch.ones(3), requires_grad=True)", "x.sum().backward()")
    assert offered("box.trap.") == {} and "trap" in offered("box.tr")
    assert offered("box.in") == {"inner": "Tensor float32 2"}
    assert offered("x.gra")["grad"] == "Variable float32 3"
    assert offered("sigm")["sigmoid"].startswith("sigmoid(input)  ")
    assert offered("x.sigmoi")["sigmoid"].startswith("sigmoid(input)  ")
    assert offered("nowhere(3).su").keys() == offered("x.su").keys() and offered("nowhere(3).") == {}
    submit(repl, "boxes = [box, {'k': x}]")
    assert offered("boxes[0].in") and offered("boxes[1]['k'].sha") and offered("boxes[7].sha") == {}
    assert offered("x = 'sigm") == {}
    assert set(offered(":set edit-mode ")) == {"emacs", "vi"} and "box" in offered(":info b")


def test_doc_knows_commands_keywords_and_functions_of_the_program(repl):
    submit(repl, "def twice(a, b=2):\n    'Two times.'\n    return a * b\n")
    assert "the last N statements" in submit(repl, ":doc :undo").out
    assert "for NAME in VALUES:" in submit(repl, "for?").out
    assert "twice(a, b=2)\n\nTwo times." in submit(repl, "twice?").out
    assert "a kink at 0" in submit(repl, "relu?").out


def test_undo_takes_a_reset_back(repl):
    submit(repl, "x = 3", ":reset")
    assert "not defined" in submit(repl, "x").err
    assert submit(repl, ":undo", "x").out == "undone: :reset\n3\n"
    assert submit(repl, ":undo 2", "x").err


def test_info_and_graph_take_expressions_and_take_their_effects_back(repl):
    submit(repl, "x = Variable(torch.ones(2), requires_grad=True)", "n = [1]")
    assert "Mul" in submit(repl, ":graph (x * x).sum()").out
    assert "list" in submit(repl, ":info [n.append(2), n]").out
    assert submit(repl, "n").out == "[1]\n"
    assert "NoneType" in submit(repl, ":info x.grad").out


def test_a_saved_script_sets_the_underscores_that_it_uses(repl, tmp_path, capsys):
    submit(repl, "10", "x = 1", "20   # with a comment", "print('on')", "y = _ + _1 + x", "_ + 1", "print(_)",
           f":save {tmp_path}/s.grad")
    session = open_session(Settings({"isolated": True}), lambda text: None)
    assert session.run((tmp_path / "s.grad").read_text(), echo=False) == "on\n21\n"
    assert session["y"] == 31


def test_a_saved_script_says_what_commands_asked_for(repl, tmp_path):
    submit(repl, ":style modern", "x = torch.ones(1) / 3", ":seed 3", ":precision 2", ":set style tutorial",
           f":save {tmp_path}/s.grad")
    assert (tmp_path / "s.grad").read_text() == (
        "# gradcli: style modern\nx = torch.ones(1) / 3\ntorch.manual_seed(3)\n"
        "torch.set_printoptions(precision=2)\n# gradcli: style tutorial\n")


def test_a_saved_script_begins_with_the_settings_that_are_unusual(tmp_path, capsys):
    settings = Settings({"isolated": True, "seed": 5, "precision": 2, "double": True})
    session = open_session(settings, print)
    repl = Repl(settings, lambda: session, execute)
    repl.submit("x = 1")
    repl.submit(f":save {tmp_path}/s.grad")
    assert (tmp_path / "s.grad").read_text() == (
        "torch.manual_seed(5)\ntorch.set_default_dtype(torch.float64)\n"
        "torch.set_printoptions(precision=2)\nx = 1\n")
    open_session(Settings({"isolated": True}), print).run((tmp_path / "s.grad").read_text())


def test_a_missing_script_is_told_the_nearest_and_names_may_have_quotes(repl, tmp_path):
    (tmp_path / "my script.grad").write_text("x = 3\n")
    assert f":load '{tmp_path}/my script.grad'" in submit(repl, f":load {tmp_path}/my scrpt.grad").err
    submit(repl, f":load '{tmp_path}/my script.grad'")
    assert submit(repl, "x").out == "3\n"


def test_nothing_can_be_saved_too(repl, tmp_path):
    submit(repl, ":style modern", f":save {tmp_path}/s.grad")
    assert (tmp_path / "s.grad").read_text() == "# gradcli: style modern\n"


def test_what_comes_after_a_faulty_statement_is_counted(repl):
    assert "note: 2 statements after it not run" in submit(repl, "x = 1\nnowhere\ny = 2\nz = 3").err
    assert "not run" not in submit(repl, "x = 1\nnowhere").err and "not run" not in submit(repl, "x = = 1\ny = 1").err


def test_what_failed_where_a_paste_was_copied_does_not_end_it(repl):
    repl.expected_failures = {"nowhere", "y = = 2"}
    result = submit(repl, "x = 1\nnowhere\ny = = 2\nfor i in range(2):\n    x = x + i\nx\nelsewhere\nx = 9")
    assert result.out == "2\n" and "nowhere" in result.err and "elsewhere" in result.err
    assert "note: 1 statement after it not run" in result.err and "<stdin>:3:3" in result.err
    assert "1 statement after" in submit(repl, "nowhere\nx").err and submit(repl, "x").out == "2\n"


@pytest.mark.parametrize("question", ["relu?", "relu??", "?relu", "help(relu)", ":doc relu", "torch.relu ?"])
def test_help_is_asked_for_in_many_ways(repl, question):
    assert "a kink at 0" in submit(repl, question).out


@pytest.mark.parametrize("question", ["?", "help()"])
def test_help_without_a_name_lists_the_commands(repl, question):
    assert ":undo [N]" in submit(repl, question).out


@pytest.mark.parametrize("columns", ["20", "40", "57", "80", "200"])
def test_help_breaks_no_word(repl, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    words = submit(repl, ":help").out.split()
    assert set(COMMANDS["steps"].help.split()) <= set(words)
    for line in submit(repl, "help").out.splitlines():
        assert len(line) <= int(columns) or len(line.split()) <= 4


def test_help_of_one_command(repl):
    assert submit(repl, ":help steps").out.startswith(":steps EXPR\n\nits derivation")
    assert submit(repl, "help = 3", "help").out == "3\n"


def test_prompts_that_are_typed_are_no_part_of_a_program(repl):
    assert submit(repl, ">>> a = 5", "a").out == "5\n"
    assert submit(repl, "  >>> a + 1").out == "6\n"


def test_what_undo_took_back_is_run_again(repl):
    submit(repl, "torch.manual_seed(0); x = torch.rand(1)", "y = x * 2", "y.sum()")
    value = submit(repl, "y").out
    assert submit(repl, ":undo 3").out.count("undone") == 3
    assert submit(repl, ":redo").out == "redone: y = x * 2\n"
    assert submit(repl, ":redo 9").out.count("redone") == 2
    assert submit(repl, "y").out == value
    submit(repl, ":undo", "z = 1")
    assert "nothing to redo" in submit(repl, ":redo").err
    assert "number of statements" in submit(repl, ":redo x").err


def test_copying_needs_a_terminal(repl):
    assert "nothing to copy" in submit(repl, ":copy").err
    submit(repl, "x = 3", "x")
    assert "no terminal" in submit(repl, ":copy").err and "no terminal" in submit(repl, ":copy x + 1").err


def test_an_age_can_be_set(repl):
    assert submit(repl, ":set age 0.1.12", "torch.ones(2, 3).sum(1).size()").out == "torch.Size([2, 1])\n"
    assert submit(repl, ":set age 0.3", "torch.ones(2, 3).sum(1).size()").out == "torch.Size([2])\n"
    assert "not one of" in submit(repl, ":set age 7").err


def test_help_takes_its_name_without_brackets(repl):
    assert "sine of each element" in submit(repl, "help sin").out
    assert "help" in submit(repl, "help = 3", "help").out or submit(repl, "help").out.endswith("3\n")


def test_a_statement_behind_time_is_run_as_in_a_notebook(repl):
    told = submit(repl, "%time 40 + 2", "e = %time 7", "e")
    assert told.out.endswith("42\n7\n") and told.err == ""


def test_a_block_between_tildes_is_pasted_as_one_between_backquotes():
    from gradcli.console.pasted_session import clean_paste

    assert clean_paste("~~~python\nk = 1\nk\n~~~") == clean_paste("```\nk = 1\nk\n```") == "k = 1\nk"


def test_repairs_of_help_can_be_typed_at_the_prompt(repl):
    for line, repair in ((":help softplis", ":doc softplus"), ("help(steps)", ":help steps")):
        assert f"= help: {repair}\n" in submit(repl, line).err
        assert submit(repl, repair).err == ""
    assert "help" not in submit(repl, ":doc zzzz").err
