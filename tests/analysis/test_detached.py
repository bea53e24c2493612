"""Gradients that would be 0, or lack a part, because history was left behind: refused, with place and repair."""

import numpy as np
import pytest

from gradcli.engine.tensor.variable import Variable
from gradcli.faults.mistakes import CutHistory
from gradcli.reports.gradients import _derivatives
from gradcli.session.session import Session
from tests.support.program import gradcli

WHOLE = [
    ("math.sin(x)", "sin(x)"), ("float(x)**2", "x"), ("x.item()**2", "x"), ("int(x * 4)", "(x * 4)"),
    ("x.data**2", "x"), ("x.detach()**2", "x"), ("torch.tensor(x)", "x"), ("x.tolist() * 2", "x"),
    ("torch.tensor([x, 2*x]).sum()", "torch.stack([x, 2*x])"), ("math.sqrt(x*2 + 1) * 3", "sqrt(x*2 + 1)"),
    ("import numpy as np; np.sin(x.data.numpy())", "import numpy as np; sin(x)"),
    ("def f(v):\n    return v.item() ** 2\nf(x)", "v"),
    ("y = torch.zeros(2); y.data[0] = x; y.sum()", "y[0]"),
    ("y = torch.zeros(2); y.data.copy_(x); y.sum()", "y.copy_(x)"),
    ("y = torch.zeros(2); y.data = x * 2; y.sum()", "y"),
    ("y = torch.zeros(2); y.numpy()[0] = x; y.sum()", "y[0]"),
    ("with torch.no_grad():\n    y = x * 2\ny ** 2", "with torch.enable_grad():"),
]


@pytest.mark.parametrize("text, repair", WHOLE, ids=[text for text, _ in WHOLE])
def test_a_gradient_that_a_cut_makes_zero_is_refused(text, repair):
    outcome = gradcli("grad", text, "--at", "x=0.5")
    assert outcome.status == 1 and outcome.out == ""
    assert outcome.err.startswith("error[G0415]: the gradient by x would be 0, because ")
    assert f"  = help: {repair}     " in outcome.err or f"  = note: {repair}" in outcome.err


@pytest.mark.parametrize("text", ["x**2 + float(x)**2", "x * x.item()", "sin(x) * math.exp(x)",
                                  "x + torch.tensor(x)**2", "1000 * x + math.log(x + 3)",
                                  "x * torch.special.bessel_j0(x)"])
def test_a_missing_part_is_refused(text):
    outcome = gradcli("grad", text, "--at", "x=0.5")
    assert outcome.err.startswith("error[G0415]: a part of the gradient by x is missing") and outcome.status == 1


def test_operations_without_a_derivative_leave_history_behind_where_they_move():
    for text in (
            "torch.special.airy_ai(x)", "torch.special.chebyshev_polynomial_t(x, 3)", "torch.geqrf(x.view(1, 1))[0]",
            "torch.bincount(torch.tensor([0]), weights=x.view(1))", "torch.linalg.ldl_factor(x.view(1, 1))[0]",
            "torch.histogram(x.detach().view(1), 1, weight=x.view(1))[0]",
            "sum(torch.special.bessel_y1(x) for n in range(60))"):
        outcome = gradcli("grad", text, "--at", "x=0.5")
        assert outcome.err.startswith("error[G0415]: the gradient by x would be 0, because torch."), text
        assert "(), which has no derivative, leaves the history of x behind" in outcome.err, text
    for text in ("torch.zeros_like(x)", "torch.histc(x)", "torch.histogram(x.view(1), 1)[0]", "torch.rand_like(x)"):
        outcome = gradcli("grad", f"3 * x + ({text}).sum()", "--at", "x=0.5", "--format", "json")
        assert outcome.out.endswith('{"x": 3.0}}\n'), text


@pytest.mark.parametrize("words", [("jac",), ("hess",), ("steps",), ("check",), ("grad", "--order", "2"), ("vjp",)],
                         ids=" ".join)
def test_every_command_refuses(words):
    command, *options = words
    outcome = gradcli(command, "x**2 + float(x)**2", "--at", "x=0.5", *options)
    assert "error[G0415]: a part of the gradient by x is missing" in outcome.err and outcome.status == 1


def test_a_plot_of_slopes_refuses_and_a_plot_of_values_does_not():
    assert "error[G0415]" in gradcli("plot", "math.sin(x)", "--over", "x=0:1", "--grad").err
    assert gradcli("plot", "math.sin(x)", "--over", "x=0:1").status == 0


@pytest.mark.parametrize("text, slope", [
    ("x if x.item() > 0 else -x", 1), ("print(x.item()) or x**2", 1), ("x.round()", 0), ("float(x > 0.2)", 0),
    ("torch.sign(x)", 0), ("x.floor() + x", 1), ("(x > 0).float() * x", 1), ("1.0 if x.item() > 0 else 2.0", 0),
    ("torch.log(torch.exp(x - x.item())) + x.item()", 1), ("x * int(x)", 0), ("x * [1, 2, 3][int(x)]", 1),
    ("sum(x for i in range(int(x) + 2))", 2), ("torch.ones(3, requires_grad=True).sum().item() * x", 3),
    ("torch.manual_seed(0); F.dropout(x, 0.0, True) if x.item() else x", 1)])
def test_what_is_right_is_not_refused(text, slope):
    outcome = gradcli("grad", text, "--at", "x=0.5", "--format", "json", "-q")
    assert f'"grad": {{"x": {float(slope)}' in outcome.out or f'"grad": {{"x": {slope}' in outcome.out, outcome


SWEPT = [
    ("y = x**2; y.backward(); x.grad", "y.backward(create_graph=True)"),
    ("y = x**3\ntorch.autograd.backward(y)\nx.grad * 2", "torch.autograd.backward(y, create_graph=True)"),
    ("torch.autograd.grad(x**3, x)[0]", "torch.autograd.grad(x**3, x, create_graph=True)"),
    ("torch.autograd.functional.jacobian(lambda v: v**3, x)",
     "torch.autograd.functional.jacobian(lambda v: v**3, x, create_graph=True)"),
    ("y = x**2; y.retain_grad(); z = y**2; z.backward(); y.grad", "z.backward(create_graph=True)"),
    ("h = []; y = x**2; y.register_hook(lambda g: h.append(g)); z = y**2; z.backward(); h[0]",
     "z.backward(create_graph=True)"),
]


@pytest.mark.parametrize("text, repair", SWEPT, ids=[text for text, _ in SWEPT])
def test_gradients_that_were_not_recorded_are_no_values_to_differentiate(text, repair):
    outcome = gradcli("grad", text, "--at", "x=0.5")
    assert outcome.status == 1 and outcome.out == ""
    assert outcome.err.startswith("error[G0415]: the gradient by x would be 0, because ")
    assert f"  = help: {repair}     records the gradients too\n" in outcome.err


@pytest.mark.parametrize("command", ["grad", "jac", "check"])
def test_a_program_that_sweeps_is_derived_or_refused_with_a_repair_that_works(command):
    swept = gradcli(command, "y = x**3; y.backward(); y", "--at", "x=2")
    assert swept.status == 1 and "  = help: y.backward(retain_graph=True)     to keep them\n" in swept.err
    assert gradcli(command, "y = x**3; y.backward(retain_graph=True); y", "--at", "x=2", "-q").err == ""
    ended = gradcli(command, "y = x**3; y.backward()", "--at", "x=2")
    assert ended.status == 2 and " = help: y = x**3; y     the value whose gradients" in ended.err


@pytest.mark.parametrize("text, value, slope", [
    ("y = x**3; y.backward(create_graph=True); x.grad", 12, 12), ("y = x**3; y.backward(retain_graph=True); y", 8, 12),
    ("torch.autograd.grad(x**3, x, create_graph=True)[0]", 12, 12)])
def test_gradients_of_the_program_are_no_part_of_those_of_the_command(text, value, slope):
    for command, name in (("grad", "grad"), ("jac", "jac")):
        outcome = gradcli(command, text, "--at", "x=2", "--format", "json", "-q")
        assert outcome.out.startswith(f'{{"value": {value}.0, "{name}": {{"x": {slope}'), outcome
    assert f"the gradient says {slope}, the slope is {slope} " in gradcli("check", text, "--at", "x=2", "-q").out


def test_the_forward_of_a_function_of_the_program_is_no_cut():
    text = ("class Square(Function):\n    @staticmethod\n    def forward(ctx, x):\n        ctx.save_for_backward(x)\n"
            "        return x * x.item()\n    @staticmethod\n    def backward(ctx, g):\n"
            "        return 2 * ctx.saved_tensors[0] * g\nSquare.apply(x)")
    assert gradcli("grad", text, "--at", "x=3", "--format", "json") == (0, '{"value": 9.0, "grad": {"x": 6.0}}\n', "")


def test_a_name_that_is_not_differentiated_by_may_be_a_number():
    assert gradcli("grad", "x ** int(n)", "--at", "x=2, n=3", "--wrt", "x").status == 0
    assert "the gradient by n would be 0" in gradcli("grad", "x ** int(n)", "--at", "x=2, n=3").err


def test_a_deliberate_stop_within_an_expression_is_remarked():
    outcome = gradcli("grad", "x * x.detach()", "--at", "x=3", "--format", "json")
    assert outcome.status == 0 and '"grad": {"x": 3.0}' in outcome.out
    assert outcome.err == "note: .detach() stops the gradient: what goes through it is no part of x.grad\n"


def test_programs_are_warned_once_as_by_pytorch():
    notes = []
    session = Session(note=notes.append)
    session.run("x = torch.tensor(2.0, requires_grad=True)\nprint(x.item(), f'{x:.2f}', '%.2f' % x)\n")
    assert notes == []
    session.run("math.sin(x); float(x)\nint(x)\n")
    assert len(notes) == 1
    assert notes[0].startswith("Converting a tensor with requires_grad=True to a scalar may lead to unexpected ")
    assert "x.detach()" in notes[0]


def test_check_names_what_stops_a_gradient_and_warns_of_no_number_that_only_decides():
    wrong = gradcli("check", "x * x.detach()", "--at", "x=1.5")
    assert (wrong.status, wrong.err) == (4, "")
    assert wrong.out.endswith("; .detach() stops the gradient: what goes through it is no part of x.grad\n")
    right = gradcli("check", "x if float(x) > 0 else -x", "--at", "x=1.5")
    assert (right.status, right.err) == (0, "") and "detach" not in right.out


def test_text_copies_and_writes_to_the_leaf_leave_history_behind():
    for text in ("float(f'{x:.4f}')", "float('%f' % x)", "float('{:.6f}'.format(x))",
                 "import copy; copy.deepcopy(x) * 2", "x.detach().apply_(lambda v: v * 2)", "x.data.mul_(2)"):
        for command in ("grad", "diff"):
            outcome = gradcli(command, text, "--at", "x=0.6")
            assert outcome.err.startswith("error[G0415]: the gradient by x would be 0"), (command, text, outcome)
    written = gradcli("grad", "x.detach().add_(1) * x", "--at", "x=0.5", "--format", "json")
    assert written.out == '{"value": 2.25, "grad": {"x": 1.5}}\n'      # evaluated once, as it stands
    assert gradcli("grad", "print(f'{x:.2f}') or x**2", "--at", "x=0.5").status == 0
    constant = gradcli("check", "(x > 0).float()", "--at", "x=0.5")
    assert constant.status == 0 and "the gradient says 0, the slope is 0" in constant.out


def test_writes_to_shared_memory_are_told_where_others_read_it():
    zeros, saved = "y = torch.zeros(2); ", "y = x.clone(); z = y * y; "
    lost = (zeros + "y.detach()[0] = 5*x; y.sum()", zeros + "y.detach()[:1].copy_(x); y.sum()",
            zeros + "d = y.detach(); y[0] = x; d.sum()", zeros + "d = y.data; y[0] = x; d.sum()",
            zeros + "n = y.numpy(); y[0] = x; torch.from_numpy(n).sum()", zeros + "y.detach().add_(x); y.sum() + x")
    stale = (saved + "y.data.mul_(3); z.sum()", saved + "y.detach().mul_(3); z.sum()", "z = x * x; x.data.add_(1); z",
             saved + "y.detach().numpy()[...] = 7; z.sum()")
    right = (zeros + "d = y.detach(); d[0] = 5*x; d.sum()", "y = torch.zeros(2).detach(); y[:1].copy_(5*x); y.sum()",
             zeros + "d = y.data; d[0] = 5*x; d.sum()", zeros + "y.detach().numpy()[0] = 3; 5*x + y.sum()")
    for style in ("tutorial", "modern"):
        for texts, start in ((lost, "error[G0415]: "), (stale, "error[G0405]: "), (right, "")):
            for text in texts:
                outcome = gradcli("grad", text, "--at", "x=2", "--style", style, "--format", "json")
                assert outcome.err[:14] == start and (start or '"x": 5.0' in outcome.out), (style, text, outcome)


def test_the_repair_of_a_write_through_an_alias_writes_to_the_tensor_itself():
    for write, repair, slope in (("y.detach()[0] = 5*x", "y[0]", 5.0), ("y.detach().add_(x)", "y.add_(x)", 2.0),
                                 ("y.detach()[:1].copy_(3*x)", "y[:1].copy_(3*x)", 3.0)):
        text = f"y = torch.zeros(2); {write}; y.sum()"
        message = gradcli("grad", text, "--at", "x=2").err
        assert f"= help: {repair}     the tensor itself" in message, message
        mended = text.replace(write.partition(" =")[0], repair)
        assert f'"x": {slope}' in gradcli("grad", mended, "--at", "x=2", "--format", "json").out, mended


def test_what_the_library_itself_leaves_behind_is_told():
    net = "n = nn.Linear(1, 1); "
    step = "w = nn.Parameter(torch.ones(1)); (w**2 * x).sum().backward(create_graph=True); "
    lost = ("complex(x, 1).real * x", "float(str(x).split()[2]) * x", "float(f'{x}'.split()[2]) + x",
            "w = torch.zeros(1); nn.init.constant_(w, x); w.sum() * x",
            "w = torch.zeros(1); w.set_(x.view(1)); w.sum() * x",
            net + "n.load_state_dict({'weight': x.view(1, 1), 'bias': torch.zeros(1)}); n(x.view(1)).sum()",
            net + "nn.utils.vector_to_parameters(torch.stack([x, x]), n.parameters()); n(x.view(1)).sum()",
            "b = nn.BatchNorm1d(1); b(torch.stack([x, 3*x]).view(2, 1)); b.running_mean.sum() * x",
            "nn.Embedding.from_pretrained(x.view(1, 1))(torch.tensor([0])).sum() * x", "nn.ParameterList([x*2])[0] * x",
            step + "optim.SGD([w], lr=0.1).step(); (w * x).sum()", step + "optim.SGD([w], lr=x).step(); (w * x).sum()",
            step + "nn.utils.clip_grad_norm_([w], 0.1); (w.grad * x).sum()",
            step + "nn.utils.clip_grad_value_([w], 0.1); (w.grad * x).sum()")
    for text in lost:
        outcome = gradcli("grad", text, "--at", "x=0.5")
        assert outcome.err.partition("error")[2].startswith("[G0415]: a part of the gradient by x is missing"), (
            text, outcome)
    for text, slope in (("print(x) or x**2", 1.0), ("str(x) and x**2", 1.0),
                        ("b = nn.BatchNorm1d(1); b(torch.stack([x, 3*x]).view(2, 1)).sum() + x", 1.0)):
        outcome = gradcli("grad", text, "--at", "x=0.5", "--style", "modern", "--format", "json")
        assert outcome.status == 0 and f'"x": {slope}' in outcome.out, (text, outcome)
    for stop, cause in (("y = x * 2; y.detach_(); y * x", ".detach_()"),
                        ("b = torch.zeros(3)\nwith torch.no_grad(): b[1] = x\nb.sum() * x", "torch.no_grad()")):
        assert gradcli("grad", stop, "--at", "x=0.5").err.startswith(f"note: {cause} stops the gradient"), stop


def test_repairs_complete_the_gradient():
    from gradcli.lang.messages.paste_check import pasted

    step = "w = torch.ones(1, requires_grad=True); o = optim.SGD([w], lr=0.1); (w * x).sum().backward(); o.step()"
    for text, slope in (
            ("torch.tensor([float(v) for v in [x, 2*x]]).sum()", 3), ("torch.tensor(x.tolist()) * 2", 2),
            ("torch.from_numpy(x.detach().numpy()) * 2", 2), ("float(str(x.item()))**2", 1), ("math.hypot(x, 0)", 1),
            ("math.atan2(x, 1)", 0.8), ("math.fsum([x, x])", 2), ("nn.Parameter(x.data) * 2", 2),
            ("import copy; copy.copy(x.item()) * 2", 2), ("x.new_tensor(x.item()) * 2", 2), ("x.new_tensor(x) * 2", 2),
            ("x.view(1).new(x.view(1)).sum()", 1), ("import copy; copy.copy(x) * 2", 2),
            ("y = [v.item() * 2 for v in [x, x]]\ntorch.tensor(y).sum()", 4),
            ("with torch.set_grad_enabled(False):\n    y = x * 2\ny ** 2", 4),
            ("@torch.no_grad()\ndef f(v):\n    return v * 2\nf(x)", 2),
            ("torch.distributions.Normal(x, 1.0).sample()", 1),
            ("torch.full((2,), x.item()).sum()", 2), ("torch.tensor((x, 2*x)).sum()", 3),
            ("torch.as_tensor((2*x, -1.0)).sum()", 2), ("torch.tensor([[x.item(), 1.0], [0.0, 1]]).det()", 1),
            ("math.degrees(x)", 57.29578),
            ("float(f'{x.item()}')**2", None), (f"{step}; w.sum()", None)):
        with pytest.raises(CutHistory) as raised:
            _derivatives(session_at(0.5), text, ["x"], 1)
        fault = raised.value
        if slope is None:
            assert not fault.hints and any("compute it with the tensor" in note for note in fault.notes), text
            continue
        for repair, why in reversed(fault.hints):       # of several lines that belong together, too
            text = pasted(text, fault, repair, why)
        [derivative] = _derivatives(session_at(0.5), text, ["x"], 1)[1][0].values()
        assert derivative.array == pytest.approx(slope), text


def test_a_number_that_only_chooses_the_way_is_remarked():
    for text, slope in (("assert abs(x.item() - 0.5) < .001\nx * 3", 3), ("x * 2 if x.item() == 0.5 else x * 7", 2),
                        ("{0.5: 5}[x.item()] * x", 5)):
        notes = []
        [derivative] = _derivatives(session_at(0.5, notes.append), text, ["x"], 1)[1][0].values()
        assert derivative.array == slope and "x.grad is the gradient on the way that it went" in notes[0], text
    for text in ("{0.5: 5}[x.item()] * x + math.sin(x)", "v = x.item()\n{0.5: 5}[0.5] * x + v * v"):
        with pytest.raises(CutHistory):
            _derivatives(session_at(0.5), text, ["x"], 1)


def session_at(x, note=None):
    session = Session(note=note)
    session["x"] = Variable(np.array(x), True)
    return session
