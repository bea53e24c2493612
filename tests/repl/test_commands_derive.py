"""Derivations and curves at the prompt."""

from repl.submit import submit


def test_steps_derive_at_the_values_of_now_and_change_nothing(repl):
    submit(repl, "x = Variable(torch.FloatTensor([1, 2]), requires_grad=True)", "y = torch.FloatTensor([2, 4])")
    out = " ".join(submit(repl, ":steps (x ** 2 * y).sum()").out.split())
    assert "v1_i = x_i**2 v2_i = v1_i*y_i f = sum_i(v2_i)" in out and out.endswith("= [4, 16], as reverse mode says")
    tape = " ".join(submit(repl, ":steps --tape (x ** 2 * y).sum()").out.split())
    assert "v3 = v2.sum() = 18" in tape and "x.grad = v1.grad * x * 2 = [4, 16]" in tape
    assert submit(repl, ":diff (x ** 2 * y).sum()").out == "d/dx_i = 2*x_i*y_i\n"
    assert submit(repl, ":diff sin(t)*a").out == "d/da = sin(t)\nd/dt = a*cos(t)\n"       # as `gradcli diff` does
    assert submit(repl, "print(x.grad)").out == "None\n" and set(repl.names()) == {"x", "y"}
    complaint = submit(repl, ":steps x * x").err
    assert "(x * x).sum()" in complaint and "gradcli jac" not in complaint
    assert "uses no name" in submit(repl, ":steps 3 + 4").err
    assert "'nowhere' is not defined" in submit(repl, ":steps nowhere + 1").err
    assert "gradcli jac" not in submit(repl, ":plot x * t over t=0:1").err


def test_steps_follow_the_graph_behind_a_name(repl):
    submit(repl, "x = Variable(torch.ones(2, 2), requires_grad=True)", "y = x + 2", "z = y * y * 3", "out = z.mean()")
    out = " ".join(submit(repl, ":steps out").out.split())
    assert out.startswith("y_ij = x_ij + 2 z_ij = 3*y_ij**2 out = sum_ij(z_ij)/4 ∂out/∂z_ij = 1/4")
    assert out.endswith("at x_ij = 1 ∂out/∂x_ij = 9/2 = 4.5, as reverse mode says")
    tape = " ".join(submit(repl, ":steps --tape out").out.split())
    assert "out.grad = 1 z.grad = expand" in tape and "x.grad = y.grad = [[4.5, 4.5], [4.5, 4.5]]" in tape
    assert submit(repl, "print(x.grad)").out == "None\n"
    assert " ".join(submit(repl, "out.backward()", ":steps out").out.split()).endswith(out)
    assert "from other values" in submit(repl, "x.data += 1", ":steps out").err
    assert "∂f/∂x_i = 2, as reverse" in " ".join(submit(repl, "k = 2.0; x = torch.ones(2)",
                                                        ":steps (x * k).sum()").out.split())


def test_names_that_are_gone_or_others_by_now_are_computed_again(repl):
    submit(repl, "x = Variable(torch.ones(1), requires_grad=True)", "y = x * 3", "out = (y * y).sum()")
    submit(repl, "out.backward()")
    for change in ("del y", "y = 5", "x = 7"):
        derived = " ".join(submit(repl, change, ":steps out").out.split())
        assert derived.startswith("y = 3*x out = y**2") and derived.endswith("= 18, as reverse mode says"), change
        assert "y.grad" in submit(repl, ":steps --tape out").out, change
        checked = submit(repl, ":check out")
        assert "the slope is 18 " in checked.out if change != "x = 7" else "varied themselves" in checked.err, change
    assert "no name of now leads to out" in submit(repl, ":diff out").err


def test_a_plot_follows_the_statements_behind_a_name(repl):
    submit(repl, "x = Variable(torch.ones(1), requires_grad=True)", "y = x * 3", "out = (y * y).sum()")
    for name, end in (("x", 18), ("y", 2)):
        drawn = submit(repl, f":plot out over {name}=0:1").out
        assert drawn.lstrip().startswith(f"{end} ┤" if name == "y" else "│"), drawn
        assert f"⠒⠒ out   ⠂⠐ {name}.grad" in drawn, drawn


def test_plot_draws_an_expression_over_a_name_and_changes_nothing(repl):
    submit(repl, "x = 7; k = torch.ones(2)")
    out = submit(repl, ":plot (k * x).sum() over x=-1:1").out
    assert "(k * x).sum()" in out and "x.grad" in out and "┤" in out
    assert submit(repl, "x").out == "7\n"
    assert ":plot sin(x) over x=-3:3" in submit(repl, ":plot x * x").err
    assert "must go up" in submit(repl, ":plot x over x=3:1").err


def test_a_check_goes_by_the_leaves_whatever_statements_lie_between(repl):
    for lines in (["x = Variable(torch.ones(2), requires_grad=True); out = (x ** 4).sum()"],
                  ["x = Variable(torch.ones(2), requires_grad=True)", "y = x", "for i in range(3):\n    y = y * x\n",
                   "out = y.sum()"],
                  ["x = Variable(torch.ones(2), requires_grad=True)", "a, b = x * x, x ** 2", "out = (a * b).sum()"],
                  ["x = Variable(torch.ones(2), requires_grad=True)", "y = x * x", "y = y * y", "out = y.sum()"]):
        submit(repl, *lines)
        for _ in range(2):
            out = submit(repl, ":check out").out
            assert out.startswith("x: 2 slopes, right") and "the slope is 4 " in out, lines
            submit(repl, "out.backward()")
    submit(repl, "x.data += 1")
    noted = submit(repl, ":check out")
    assert "the names in it are varied themselves" in noted.err or noted.out.startswith("x: 2 slopes, right")
