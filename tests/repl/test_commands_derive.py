"""Derivations and curves at the prompt."""

from repl.submitting import said


def test_steps_derive_at_the_values_of_now_and_change_nothing(repl):
    said(repl, "x = Variable(torch.FloatTensor([1, 2]), requires_grad=True)", "y = torch.FloatTensor([2, 4])")
    out = " ".join(said(repl, ":steps (x ** 2 * y).sum()").out.split())
    assert "v3 = v2.sum() = 18" in out and "x.grad = v1.grad * x * 2 = [4, 16]" in out
    assert said(repl, "print(x.grad)").out == "None\n" and set(repl.names()) == {"x", "y"}
    complaint = said(repl, ":steps x * x").err
    assert "(x * x).sum()" in complaint and "gradcli jac" not in complaint
    assert "uses no name" in said(repl, ":steps 3 + 4").err
    assert "'nowhere' is not defined" in said(repl, ":steps nowhere + 1").err
    assert "gradcli jac" not in said(repl, ":plot x * t over t=0:1").err


def test_steps_follow_the_graph_behind_a_name(repl):
    said(repl, "x = Variable(torch.ones(2, 2), requires_grad=True)", "y = x + 2", "z = y * y * 3", "out = z.mean()")
    out = " ".join(said(repl, ":steps out").out.split())
    assert "out.grad = 1 z.grad = expand" in out and "x.grad = y.grad = [[4.5, 4.5], [4.5, 4.5]]" in out
    assert said(repl, "print(x.grad)").out == "None\n"
    assert " ".join(said(repl, "out.backward()", ":steps out").out.split()).endswith(out)
    assert "from other values" in said(repl, "x.data += 1", ":steps out").err
    assert "x.grad = v1.grad * 2 = [2, 2]" in " ".join(said(repl, "k = 2.0; x = torch.ones(2)",
                                                           ":steps (x * k).sum()").out.split())


def test_plot_draws_an_expression_over_a_name_and_changes_nothing(repl):
    said(repl, "x = 7; k = torch.ones(2)")
    out = said(repl, ":plot (k * x).sum() over x=-1:1").out
    assert "(k * x).sum()" in out and "x.grad" in out and "┤" in out
    assert said(repl, "x").out == "7\n"
    assert ":plot sin(x) over x=-3:3" in said(repl, ":plot x * x").err
    assert "must go up" in said(repl, ":plot x over x=3:1").err
