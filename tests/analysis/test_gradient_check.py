"""`check` as a judge: no false alarm at any scale, no planted error missed, and the same word as torch's gradcheck."""

import importlib.util
import math

import numpy as np
import pytest

from against_torch.check_errors import accused, missed
from against_torch.check_points import SMOOTH, alarm, points
from gradcli import Session
from gradcli.analysis import random_rounding
from gradcli.analysis.gradient_check import check_against_slopes
from gradcli.analysis.slope_check import verdicts
from gradcli.analysis.slopes import EDGE, INFINITE, JUMP, KINKED, OUTSIDE, STEEP, measure_slopes
from gradcli.engine.autograd.op import traced
from gradcli.engine.random.uniform_stream import UniformStream
from gradcli.engine.tensor.variable import Variable
from tests.support.program import gradcli


@pytest.mark.parametrize("name, x", [*points(80, 7)])
def test_smooth_functions_give_no_alarm(name, x):
    assert alarm(name, x) == ""


def test_there_are_sixty_functions():
    assert len(SMOOTH) >= 60


def test_planted_errors_are_found():
    assert list(missed(20, 11)) == []


def test_right_functions_are_called_right():
    assert accused(3) == []


@pytest.mark.parametrize("function, x, kind, left, right", [
    (np.abs, 0.0, KINKED, -1, 1), (lambda v: np.maximum(v, 0), 0.0, KINKED, 0, 1),
    (lambda v: np.maximum(v - 1, 0) * np.exp(v), 1.0, KINKED, 0, math.e), (lambda v: abs(v) + 1e6, 0.0, KINKED, -1, 1),
    (np.cbrt, 0.0, STEEP, np.inf, np.inf), (lambda v: np.sqrt(abs(v)), 0.0, KINKED, -np.inf, np.inf),
    (np.floor, 1.0, JUMP, np.inf, 0), (np.sqrt, 0.0, EDGE, np.inf, np.inf), (np.arccos, 1.0, EDGE, -np.inf, -np.inf),
    (np.log, 0.0, EDGE, None, None), (lambda v: 1 / v, 0.0, INFINITE, None, None), (np.log, -1.0, OUTSIDE, None, None),
    (np.exp, 710.0, INFINITE, None, None),
])
def test_what_is_not_smooth_has_a_kind(function, x, kind, left, right):
    with np.errstate(all="ignore"):
        slopes = measure_slopes(lambda v: np.array([function(np.float64(v))]), x, np.array([function(np.float64(x))]),
                          lambda slopes, rounding: False)
    assert slopes.kind[0] == kind
    for side, expected in ((slopes.left, left), (slopes.right, right)):
        assert expected is None or side[0] == pytest.approx(expected, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("function, x", [(np.exp, 1.0), (np.sin, 1e8), (np.cosh, 1e-8), (np.log, 1e-8), (np.tanh, 3.0)
])
def test_the_error_is_no_less_than_what_a_slope_is_off(function, x):
    derivative = {np.exp: np.exp, np.sin: np.cos, np.cosh: np.sinh, np.log: np.reciprocal,
                  np.tanh: lambda v: 1 - np.tanh(v)**2}[function](np.float64(x))
    slopes = measure_slopes(lambda v: np.array([function(v)]), x, np.array([function(x)]),
                            lambda slopes, rounding: False)
    assert abs(slopes.slope[0] - derivative) <= 4 * slopes.error[0] + 1e-15 * abs(derivative)
    assert slopes.error[0] <= 1e-3 * abs(derivative)


def test_a_leaf_may_be_a_transposed_view_and_results_too():
    leaf = Variable(np.arange(1.0, 7).reshape(2, 3).T, True)
    [verdict] = verdicts(lambda: [traced.transpose(leaf * leaf, 0, 1)], [leaf])
    assert verdict.is_right and not verdict.special and verdict.size == 6 and verdict.outputs == 6


def checked(expression, order=1, **values):
    """What `check` says of an expression at a point, by name."""
    session = Session(style="modern", seed=0)
    for name, text in values.items():
        session.run(f"{name} = torch.tensor({text}, dtype=torch.float64, requires_grad=True)", echo=False)
    return [finding.verdict for finding in check_against_slopes(session, expression, order=order)]


@pytest.mark.parametrize("expression, x, kinds", [
    ("x.sqrt()", "1e-30", []), ("x.log()", "1e-30", []), ("x.abs()", "-1e-300", []), ("x * x.log()", "1e-300", []),
    ("x.exp()", "[float('inf'), float('nan'), 1]", [OUTSIDE, INFINITE]), ("1 / x", "1e-200", [STEEP]),
    ("x ** 1.1", "0.", [EDGE]), ("x ** 1.01", "0.", [EDGE]), ("x ** 0.99", "0.", [EDGE]), ("x ** 1.5", "0.", [EDGE]),
    ("x.abs() ** 1.1", "0.", []), ("torch.special.entr(x)", "[0., 1]", [EDGE]), ("0.5 ** (1 / x)", "[1., -1]", []),
    ("F.kl_div(torch.zeros(2), x)", "[0., 0.5]", [EDGE]), ("x.sin()", "1e12", []), ("x.sin()", "1e16", []),
])
def test_extreme_numbers_and_slow_limits_give_no_alarm(expression, x, kinds):
    [verdict] = checked(expression, x=x)
    assert verdict.is_right and {entry.kind for entry in verdict.special} == set(kinds)


@pytest.mark.parametrize("expression, x", [
    ("(x + 1e8) - 1e8", "1."), ("((x + 1e8) - 1e8) ** 2", "1."), ("(1 - x.sigmoid()).log()", "30."),
    ("(x.exp() - 1) / x", "1e-6"), ("x.sin() / x", "1e-6"), ("((1 + x).sqrt() - 1) / x", "1e-7"),
    ("(x + 1e12) - 1e12", "0.53"), ("(x / 1e-9 + 1e9).cos()", "1e-9"), ("(x - 1e6).sin()", "0.53"),
    ("x.float().exp().double()", "3."), ("(x * 1e6).sin()", "1."), ("(x.half().double()) ** 2", "3."),
    ("((x - 1e7) ** 2).sin()", "1."), ("((x - 3e6) ** 2).cos()", "2."),
])
def test_rounding_within_a_function_is_no_wrong_gradient(expression, x):
    [verdict] = checked(expression, x=x)
    assert verdict.is_right and not verdict.special


def test_what_rounding_hides_cannot_be_judged():
    for expression, x in (("(100 * x.sinh()).cos()", "-66."), ("(x.abs() ** 1.5).sin()", "5315610549.5"),
                          ("x.cos().acos()", "1e-14"), ("(x * x).round() * x.detach()", "1e12"),
                          ("torch.remainder(x * x, 3.)", "1e12"), ("((x + 1e8) - 1e8) ** 0.3", "1e-8"),
                          ("((x + 1e30) - 1e30) * 5", "1."), ("torch.fmod(x, x ** 7)", "7e-12"),
                          ("(x * 1e20) % 3", "0.7"), ("(x * 1e20).frac() + x", "0.7")):
        [verdict] = checked(expression, x=x)
        assert verdict.is_right and not verdict.compared and len(verdict.doubtful) == 1, (expression, x, verdict)


def test_the_judgement_of_rounding_does_not_depend_on_the_random_numbers(monkeypatch):
    for first in range(1000, 1500, 100):
        monkeypatch.setattr(random_rounding, "UniformStream", lambda seed, first=first: UniformStream(first + seed))
        for expression, x in (("(100 * x.sinh()).cos()", "-66."), ("(1 - x.sigmoid()).log()", "30."),
                              ("((x + 1e30) - 1e30) * 5", "1."), ("(x / 1e-9 + 1e9).cos()", "1e-9")):
            assert checked(expression, x=x)[0].is_right, (expression, first)


def test_periods_shorter_than_the_widest_steps_hide_no_slope():
    for expression, x in (("torch.remainder(x * 1e12, 3.)", "0.763"), ("torch.fmod(x.exp() * 1e10, 1.7)", "0.3"),
                          ("(x.mean() * 1e9).frac()", "[0.3, 7., 0.01]")):
        assert checked(expression, x=x)[0].is_right, expression
        [verdict] = checked(f"2 * ({expression}) - ({expression}).detach()", x=x)
        assert verdict.wrong, expression


def test_what_asks_for_fewer_bits_is_checked_in_double_precision():
    for expression in ("torch.ones(2, 2, dtype=torch.float32) @ x", "torch.FloatTensor([[1, 2], [3, 4]]).mv(x)",
                       "(x.half() ** 2).double()", "nn.Linear(2, 3).float()(x.float())",
                       "x.type('torch.FloatTensor') @ torch.ones(2).float()"):
        outcome = gradcli("check", expression, "--at", "x=[1.3, 200.7]")
        assert (outcome.status, outcome.err) == (0, "") and "right to 8 digits" in outcome.out, (expression, outcome)
    assert gradcli("diff", "torch.FloatTensor([1, 2]).dot(x)", "--at", "x=[1, 2]").status == 0
    assert gradcli("eval", "--style", "modern", "torch.zeros(1, dtype=torch.half)").out.strip() == (
        "tensor([0.], dtype=torch.float16)")


@pytest.mark.parametrize("function", ["trunc", "floor", "round", "frac"])
def test_steps_far_from_zero_are_no_slope(function):
    rng = np.random.default_rng(5)
    for x in (rng.choice([-1, 1]) * 10 ** rng.uniform(2, 7.9) for _ in range(6)):
        x = np.trunc(x) + np.sign(x) * rng.uniform(0.15, 0.4)      # not at a jump
        for expression in (f"x.{function}()", f"x.{function}() * 1e-3", f"x.{function}().double() + 1"):
            [verdict] = checked(expression, x=repr(float(x)))
            assert verdict.is_right, (expression, x)


@pytest.mark.parametrize("expression, x", [
    ("-x.frac().neg().acos()", "-13170.489924446258"), ("1.01 * torch.fmod(x / 1e-3, 1.7).sinh()", "2."),
    ("-(x % 3).exp()", "70001.3"), ("0.5 * (x - x.floor()) ** 2", "-31234.4"), ("2 * (x.frac() * 3).sin()", "812345.2"),
])
def test_jumps_nearby_hide_no_wrong_gradient(expression, x):
    value = expression.split(" * ", 1)[-1].removeprefix("-")
    [verdict] = checked(f"{expression} - ({expression}).detach() + ({value}).detach()", x=x)
    assert verdict.wrong == 1


@pytest.mark.parametrize("expression, x", [
    ("(x.exp() - 1) / x + x.detach()", "1e-6"), ("x.sin() * x.detach()", "1."),
    ("(x * 1e6).sin() + 1e5 * x.detach()", "1."), ("x.relu() + x.detach()", "-1e-9"), ("x.log() * x.detach()", "1e-9"),
])
def test_rounding_hides_no_wrong_gradient(expression, x):
    [verdict] = checked(expression, x=x)
    assert verdict.wrong == 1


@pytest.mark.parametrize("expression", ["torch.linalg.cholesky(x)", "torch.linalg.eigh(x)[0]",
                                        "torch.linalg.eigh(x)[1].abs()", "torch.linalg.eigvalsh(x, 'U')"])
def test_of_a_symmetric_matrix_one_triangle_may_be_read(expression):
    [verdict] = checked(expression, x="[[2., 1, 0.5], [1, 3, 0.25], [0.5, 0.25, 4]]")
    assert verdict.is_right and verdict.compared
    assert not checked(expression, x="[[2., 1, 0.5], [1.5, 3, 0.25], [0.5, 0.25, 4]]")[0].is_right


def test_a_transposed_gradient_of_a_symmetric_matrix_is_wrong():
    assert not checked("x.t() - x.detach().t() + x.detach()", x="[[2., 1], [1, 2]]")[0].is_right
    assert not checked("x.tril() - x.detach().tril() + x.detach().triu()", x="[[2., 1], [1, 2]]")[0].is_right


@pytest.mark.parametrize("size, forward", [(1000, "x.sin()"), (20000, "x.exp().sum()")])
@pytest.mark.parametrize("factor", [1, 1.01, -1])
def test_one_wrong_element_among_many_is_found(size, forward, factor):
    session = Session(style="modern", seed=0)
    session.run(f"""\
class Own(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return {forward}
    @staticmethod
    def backward(ctx, g):
        x, = ctx.saved_tensors
        slope = g * x.{'cos' if 'sin' in forward else 'exp'}()
        slope[777] *= {factor}
        return slope
x = torch.randn({size}, dtype=torch.float64, requires_grad=True)
""")
    [finding] = check_against_slopes(session, "Own.apply(x)")
    assert finding.verdict.wrong == (factor != 1) and finding.verdict.moved < 100
    assert factor == 1 or finding.verdict.worst.place == (777,)


@pytest.mark.skipif(not importlib.util.find_spec("torch"), reason="needs torch")
@pytest.mark.parametrize("name", ["mul", "sqrt", "softmax", "sort", "cumprod", "nn.functional.huber_loss"])
def test_agrees_with_gradcheck(name):
    from torch.testing._internal.common_methods_invocations import op_db

    from against_torch.gradcheck import compared

    info = next(info for info in op_db if info.name == name)
    assert [mismatch for _, mismatch in compared(info, 4) if mismatch] == []


def test_what_moves_below_the_rounding_of_the_output_cannot_be_judged():
    for text in ("x + torch.frac(x * 1e12) * 1e-16", "100 + torch.frac(x * 1e6) * 1e-13",
                 "x + torch.sin(1e12 * x) * 1e-16"):
        for at in (1.1, 0.37, 2.0):
            outcome = gradcli("check", text, "--at", f"x={at}")
            assert outcome.status == 0 and "cannot be judged" in outcome.out, (text, at, outcome)
    wrong = ("class Off(Function):\n    @staticmethod\n    def forward(ctx, x): return x.sin()\n    @staticmethod\n"
             "    def backward(ctx, g): return g * 0.5\nOff.apply(x) + torch.floor(x) * F.relu(x)")
    assert gradcli("check", wrong, "--at", "x=0.37").status == 4
