"""How inputs are run: as at the prompt, by `gradcli run`, in a notebook."""

import pytest

from gradcli.console.settings import Settings
from gradcli.testing.discovery import read_document
from gradcli.testing.runner import Runner
from testing.texts import notebook, result, stream


def played(tmp_path, text, name="t.txt", **settings):
    """What each check of a file prints."""
    (tmp_path / name).write_text(text)
    player = Runner(read_document(str(tmp_path / name)), Settings({"isolated": True, **settings}))
    return [player.outcome(n) for n in range(len(player.document.checks))]


def verdicts(tmp_path, text, **settings):
    return [outcome.verdict for outcome in played(tmp_path, text, **settings)]


def test_checks_of_a_file_share_a_session_until_told_otherwise(tmp_path):
    text = ">>> x = 1\n>>> x\n1\n# gradcli: new session\n>>> x  # error G0301\n"
    assert verdicts(tmp_path, text) == ["passed"] * 3


def test_a_fault_leaves_every_name_what_it_was(tmp_path):
    text = ">>> x = 1\n>>> x = 2; y = 3; nowhere  # error G0301\n>>> x\n1\n>>> y  # error G0301\n"
    assert verdicts(tmp_path, text) == ["passed"] * 4


def test_results_have_the_names_they_have_at_the_prompt(tmp_path):
    assert verdicts(tmp_path, ">>> 1\n1\n>>> 2\n2\n>>> (_, _1)\n(2, 1)\n") == ["passed"] * 3


def test_what_has_no_end_of_line_is_given_one(tmp_path):
    assert verdicts(tmp_path, ">>> print(1, end='')\n1\n>>> print('a\\nb', end='')\na\nb\n") == ["passed"] * 2


def test_settings_and_orders_decide_how_values_print(tmp_path):
    text = (">>> torch.ones(1)\ntensor([1.])\n# gradcli: style tutorial\n>>> torch.ones(1) / 3\n\n 0.3333\n"
            "[torch.FloatTensor of size 1]\n\n# gradcli: precision 2, double, new session\n>>> torch.ones(1) / 3\n\n"
            "   0.33\n[torch.DoubleTensor of size 1]\n\n")
    assert verdicts(tmp_path, text, style="modern") == ["passed"] * 3


def test_a_seed_begins_the_random_numbers_again(tmp_path):
    text = ">>> a = torch.rand(1)\n# gradcli: seed 3\n>>> b = torch.rand(1)\n>>> (a == b).all()\nTrue\n"
    assert verdicts(tmp_path, text, seed=3, style="modern")[-1] == "failed"
    text = text.replace("True", "tensor(True)")
    assert verdicts(tmp_path, text, seed=3, style="modern") == ["passed"] * 3
    assert verdicts(tmp_path, text, seed=4, style="modern")[-1] == "failed"


@pytest.mark.parametrize("order, message", [("stlye modern", "did you mean"), ("style ancient", "not one of"),
                                            ("seed", "not a whole number"), ("color always", "knows no")])
def test_an_order_that_makes_no_sense_is_told_with_its_place(tmp_path, order, message):
    first, second = played(tmp_path, f"\n# gradcli: {order}\n>>> 1\n1\n>>> 2\n2\n")
    assert first.verdict == "failed" and message in first.problem and "t.txt:3" in first.problem
    assert second.verdict == "passed"       # one bad order costs one check


def test_skipped_inputs_are_not_run(tmp_path):
    text = ">>> x = 1\n>>> x = 2  # skip\n3\n>>> x\n1\n"
    assert verdicts(tmp_path, text) == ["passed", "skipped", "passed"]


def test_a_script_prints_only_what_it_prints(tmp_path):
    (tmp_path / "s.out").write_text("2\nerror[G0301]: name 'qqq' is not defined\n --> s.grad:3:1\n  |\n"
                                    "3 | qqq\n  | ^^^\n")
    [outcome] = played(tmp_path, "1\nprint(2)\nqqq\n", "s.grad")
    assert outcome.verdict == "passed"


@pytest.mark.parametrize("source, stream, shown", [
    ("1\n2", "", "2"), ("1; 2", "", "2"), ("print(1)\n2", "1\n", "2"), ("2;", "", None), ("1\nx = 2", "", None),
    ("1\nNone", "", None), ("for i in range(2):\n    i", "", None), ("%matplotlib inline\n%config a\n3", "", "3"),
    ("(1,\n 2)", "", "(1, 2)"),
])
def test_a_cell_shows_the_value_of_its_last_expression(tmp_path, source, stream, shown):
    outputs = [{"output_type": "stream", "name": "stdout", "text": "never so"}]
    [outcome] = played(tmp_path, notebook((source, outputs)), "n.ipynb")
    assert (outcome.parts.stream, outcome.parts.result) == (stream, shown)


def test_a_fault_in_a_cell_is_on_its_line(tmp_path):
    [outcome] = played(tmp_path, notebook(("x = 1\nprint(x)\nnowhere", [])), "n.ipynb")
    assert outcome.parts.stream == "1\n" and "<cell>:3:1" in outcome.parts.fault


@pytest.mark.parametrize("source, printed", [
    ('print("epoch %d"\n      % 3)', "epoch 3\n"), ('print("epoch %d"\n%3)', "epoch 3\n"),
    ('y = 2\nprint(7\n%y)', "1\n"), ('y = 2\nz = 7 \\\n%y\nprint(z)', "1\n"),
    ('s = """\n!note\n%d"""\nprint(s % 3)', "\n!note\n3\n"), ("    x = 1\n    print(x)", "1\n"),
    ("if True:\n    %time x = 2\n    !ls (\nprint(x)", "2\n"), ("x = 3\nx?\n??x\nprint(x)", "3\n"),
    ("!pip install \\\n  torch\nprint(1)  # \\\n%matplotlib inline", "1\n"), (">>> x = 1\n>>> print(x)", "1\n"),
    ("%%time\nprint(4)", "4\n"), ("%%bash\nls", ""),
])
def test_lines_of_a_cell_that_are_commands_and_those_that_are_code(tmp_path, source, printed):
    outcome, _ = played(tmp_path, notebook((source, []), ("1", [result("1")])), "n.ipynb")
    assert outcome.parts.stream == "" if outcome.verdict == "skipped" else True
    assert played(tmp_path, notebook((source, [stream(printed)])), "m.ipynb")[0].verdict in ("passed", "skipped")


def test_a_cell_that_fails_keeps_what_it_did(tmp_path):
    failing, after = played(tmp_path, notebook(("x = 3\nnowhere", []), ("print(x)", [stream("3\n")])), "n.ipynb")
    assert (failing.verdict, after.verdict) == ("failed", "passed")


def test_an_import_that_is_refused_leaves_what_stands_above_it(tmp_path):
    cells = notebook(("import numpy as np\nimport requests", []), ("print(np.pi)", [stream("3.141592653589793\n")]))
    assert [outcome.verdict for outcome in played(tmp_path, cells, "n.ipynb")] == ["failed", "passed"]


def test_a_cell_that_was_never_run_is_only_run(tmp_path):
    text = notebook(("x = 3\nprint(x)", []), ("x", [result("3")]))
    text = text.replace('"execution_count": 1', '"execution_count": null', 1)
    assert [outcome.verdict for outcome in played(tmp_path, text, "n.ipynb")] == ["passed"] * 2


@pytest.mark.parametrize("source, texts", [
    ("{'b': 1, 'a': 2}", ["{'b': 1, 'a': 2}", "{'a': 2, 'b': 1}"]),
    ("type(torch.ones(1))", ["torch.FloatTensor", "<class 'torch.FloatTensor'>"]),
    ("class Net: pass\n(Net, int)", ["(__main__.Net, int)"]),
    ("def f(a, b=2, *c, d, **e): pass\nf", ["<function __main__.f(a, b=2, *c, d, **e)>", "<function f at 0x7f00>"]),
    ("Variable(torch.ones(1), requires_grad=True).exp().creator",
     ["<torch.autograd._functions.pointwise.Exp at 0x7f00>"]),
    ("(torch.ones(1, 1), 2)", ["(\n  1\n [torch.FloatTensor of size 1x1], 2)",
                              "(\n  1\n [torch.FloatTensor of size 1x1],\n 2)"]),
    ("import matplotlib.pyplot as plt\nplt.plot([1])", ["[<matplotlib.lines.Line2D at 0x7f00>]"]),
])
def test_a_value_may_be_stored_as_any_jupyter_shows_it(tmp_path, source, texts):
    for text in texts:
        [outcome] = played(tmp_path, notebook((source, [result(text)])), "n.ipynb")
        assert outcome.verdict == "passed", outcome.parts.result
    [outcome] = played(tmp_path, notebook((source, [result("other")])), "n.ipynb")
    assert outcome.verdict == "failed"


@pytest.mark.parametrize("text, verdict", [
    ("In [1]: 1 + 1\nOut[1]: 2\n", "passed"), ("In [1]: 1 + 1\nOut[1]: 3\n", "failed"), ("In[1]: 1 + 1\n", "failed"),
    ("In [1]: print(1); 2\n1\nOut[1]: 2\n\n", "passed"), ("In [1]: 2;\n", "passed"),
    ("In [1]: 2;\nOut[1]: 2\n", "failed"),
    ("In [1]: torch.ones(1)\nOut[1]: \n\n 1\n[torch.FloatTensor of size 1]\n\n", "passed"),
    ("In [1]: torch.ones(1)\nOut[1]:\n\n 1\n[torch.FloatTensor of size 1]\n", "passed"),
    ("In [1]: f(1,\n   ...: 2)  # error G0301\n", "passed"),
])
def test_a_session_of_ipython(tmp_path, text, verdict):
    assert played(tmp_path, text)[0].verdict == verdict


TRACEBACK = "Traceback (most recent call last):\n  File \"<stdin>\", line 1, in <module>\n"


@pytest.mark.parametrize("source, ending, verdict", [
    ("1/0", "ZeroDivisionError: division by zero", "passed"), ("1/0", "ValueError: no", "failed"),
    ("undefined_name", "NameError: name 'undefined_name' is not defined", "passed"),
    ("torch.ones(2) + torch.ones(3)", "RuntimeError: inconsistent tensor size", "passed"),
    ("[][1]", "IndexError: list index out of range", "passed"), ("{}['k']", "KeyError: 'k'", "passed"),
    ("raise ValueError('a: b')", "ValueError: a: b", "passed"), ("1", "ValueError", "failed"),
    ("import nothing_at_all", "ModuleNotFoundError: No module named 'nothing_at_all'", "passed"),
    ("x = [1,\n... 2", "SyntaxError: '[' was never closed", "passed"),
])
def test_of_a_traceback_of_python_the_exception_counts(tmp_path, source, ending, verdict):
    [outcome] = played(tmp_path, f">>> {source}\n{TRACEBACK}{ending}\n", "t.pycon")
    assert outcome.verdict == verdict


def test_a_notebook_that_fails_as_it_did_passes(tmp_path):
    stored = {"output_type": "error", "ename": "MyErr", "evalue": "mine", "traceback": [
        "\x1b[0;31m" + "-" * 75 + "\x1b[0m", "\x1b[0;31mMyErr\x1b[0m       Traceback (most recent call last)",
        "\x1b[0;32m<ipython-input-1>\x1b[0m in <module>()\n  1 raise\n", "\x1b[0;31mMyErr\x1b[0m: mine"]}
    text = notebook(("class MyErr(Exception): pass\nprint('a')\nb = 5\nraise MyErr('mine')", [stream("a\n"), stored]),
                    ("b", [result("5", 2)]))
    assert [outcome.verdict for outcome in played(tmp_path, text, "n.ipynb")] == ["passed"] * 2


def test_a_cell_may_name_what_the_others_were_and_showed(tmp_path):
    text = notebook(("x = 3\nx", [result("3")]), ("Out[1], _1, _, In[1]", [result(r"(3, 3, 3, 'x = 3\nx')", 2)]),
                    ("Out", [result(r"{1: 3, 2: (3, 3, 3, 'x = 3\nx')}", 3)]),
                    ("for _ in range(2): pass\n_", [result("1", 4)]))
    assert [outcome.verdict for outcome in played(tmp_path, text, "n.ipynb")] == ["passed"] * 4
    text = "In [1]: 4\nOut[1]: 4\n\nIn [2]: Out[1] + _\nOut[2]: 8\n\nIn [3]: %timeit _1\n100 loops\n"
    assert [outcome.verdict for outcome in played(tmp_path, text)] == ["passed"] * 3
