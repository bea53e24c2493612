"""Formulas look as textbooks write them, and are what central differences measure."""

import json

import numpy as np

from gradcli.session.session import Session
from gradcli.symbolic.closed_form import closed_forms
from gradcli.symbolic.text import Writer
from support.program import gradcli

FORMS = {       # by x, of programs of numbers
    "abs(x)**3": "3*x*abs(x)", "x*abs(x)": "2*abs(x)", "abs(x)/x": "0", "sqrt(x**2)": "sign(x)", "log(abs(x))": "1/x",
    "F.softsign(x)": "1/(abs(x) + 1)**2", "sqrt(sqrt(x))": "1/(4*x**(3/4))", "sqrt(4*x)": "1/sqrt(x)",
    "e**x": "exp(x)", "x**pi": "pi*x**(pi - 1)", "expm1(x)": "exp(x)", "exp(2*x)*exp(-x)": "exp(x)",
    "x**sin(x)": "x**sin(x)*(log(x)*cos(x) + sin(x)/x)", "(1 + 1/x)**2": "-2*(x + 1)/x**3",
    "x**x**x": "x**(x + x**x)*(log(x) + log(x)**2 + 1/x)",
    "log(cos(x))": "-tan(x)", "log(cosh(x))": "tanh(x)", "1/(1 + tan(x))": "-1/(cos(x)**2*(tan(x) + 1)**2)",
    "exp(-x**2/2)/sqrt(2*pi)": "-x*exp(-x**2/2)/sqrt(2*pi)", "F.softplus(x)": "sigmoid(x)",
    "relu(x)*x": "2*x if x > 0 else 0", "clamp(x, 0, 1)**2": "2*x if x >= 0 and x <= 1 else 0",
    "max(0, 1 - 2*x)": "-2 if x < 1/2 else 0", "torch.where(x > 1, torch.where(x > 2, x**3, x**2), x)":
    "1 if x <= 1 else 2*x if x <= 2 else 3*x**2", "F.hardswish(x)":
    "0 if x <= -3 else x/3 + 0.5 if x < 3 else 1", "relu(x) - relu(-x)": "1",
    "-x**3/3 + x**2 - 4": "2*x - x**2", "x**4 - 2*x**3 + x": "4*x**3 - 6*x**2 + 1",
    "(x**2 + x + 1)/(x**2 - x + 1)": "2*(1 - x**2)/(x**2 - x + 1)**2", "exp(exp(x))": "exp(x)*exp(exp(x))",
    "(3*x + 1)/(x**2 - 4)": "-(3*x**2 + 2*x + 12)/(x**2 - 4)**2", "x**2*exp(-x)*(x - 1)":
    "-x*(x**2 - 4*x + 2)*exp(-x)", "x*(x - 1)*(x - 2)*(x - 3)*(x - 4)*(x - 5)*(x - 6)":
    "7*x**6 - 126*x**5 + 875*x**4 - 2940*x**3 + 4872*x**2 - 3528*x + 720", "(x + 1e-12)**2": "2*(x + 1e-12)",
    "log(x)/x": "(1 - log(x))/x**2", "exp(x)/x": "(x - 1)*exp(x)/x**2", "log(x)/sqrt(x)": "(2 - log(x))/(2*x**(3/2))",
    "sin(x)/x": "cos(x)/x - sin(x)/x**2", "(x + 1)/x**2": "-(x + 2)/x**3",
    "log(x**2 + 3*x)": "(2*x + 3)/(x*(x + 3))", "log((1 + x)/(1 - x))/2": "1/(1 - x**2)",
    "0.3*x**1.5 + 2.5*sqrt(x)":
    "0.45*sqrt(x) + 1.25/sqrt(x)", "sqrt(0.02*x**2 + 1.5*x)": "(0.02*x + 0.75)/sqrt(0.02*x**2 + 1.5*x)",
    "exp(-x**2/0.18)/0.7518": "-x*exp(-x**2/0.18)/0.067662", "3*tan(x)": "3/cos(x)**2",
    "log(tan(x/2))": "1/sin(x)", "1/tanh(x)": "-1/sinh(x)**2", "1/tan(x)": "-1/sin(x)**2"}
POINTS = (-0.7, 0.4, 1.6, 2.6)
WORDS = {       # by command lines of diff, the first line of their answers
    ("sin(t)",): "cos(t)", ("A*exp(-t/tau)", "--wrt", "t"): "-A*exp(-t/tau)/tau",
    ("(a + b*x)**n", "--wrt", "x"): "b*n*(b*x + a)**(n - 1)", ("2*math.pi*sqrt(L/g)", "--wrt", "g"): "-pi*sqrt(L/g)/g",
    ("sum([a**2 for a in x])", "--at", "x=[1, 2, 3]"): "d/dx_i = 2*x_i = [2, 4, 6]",
    ("sum([A[i, j]*x[j] for i in range(2) for j in range(2)])", "--at", "A=ones(2,2), x=[1, 2]", "--wrt", "A"):
    "d/dA_ij = x_j = [[1, 2], [1, 2]]", ("x1**2*sigma", "--order", "2", "--wrt", "x1"): "2*sigma",
    ("x1*sigma2", "--format", "latex", "--wrt", "x1"): r"\frac{\partial f}{\partial {x_{1}}} = {\sigma_{2}}",
    ("mu*x0", "--format", "unicode"): "∂/∂μ  = x₀",
    ("k*log(p) + (n - k)*log(1 - p)", "--wrt", "p"): "(k - n*p)/(p*(1 - p))",
    ("(x - mu)**2/(2*v) + log(v)/2", "--wrt", "v"): "(v - (x - mu)**2)/(2*v**2)",
    ("((y - a - b*x)**2).sum()", "--wrt", "b", "--at", "x=[1, 2], y=[1, 3], a=1, b=0"):
    "2*sum_i(x_i*(b*x_i + a - y_i)) = -8",
    ("(a - x)**2 + b*(y - x**2)**2", "--wrt", "x"): "4*b*x*(x**2 - y) + 2*(x - a)",
    ("x @ A @ x/(x @ x)", "--wrt", "x", "--at", "x=[1, 2], A=[[2, 1], [1, 3]]"):
    "d/dx_i = sum_j(x_j*(A_ij + A_ji))/sum_j(x_j**2) - 2*x_i*sum_j(x_j*sum_k(A_kj*x_k))/sum_j(x_j**2)**2"
    " = [0.16, -0.08]",
    ("max(b, c, a)",): "d/da = 1 if a > b and a > c else 0", ("max(c, a, b)",): "d/da = 1 if a > c and a >= b else 0",
    ("min(x, y, z)",): "d/dx = 1 if x <= y and x <= z else 0", ("max(min(b, c), a)",):
    "d/da = 0 if a <= b and a <= c else 1", ("max(x**2, y, 1)",): "d/dx = 2*x if x**2 >= y and x**2 >= 1 else 0",
    ("torch.max(torch.max(x, y), z)",): "d/dx = 1 if x >= y and x >= z else 0",
    ("x**2*y", "--at", "x=3"): "d/dx = 2*x*y",
    ("((x - x.mean())**2).mean()", "--at", "x=[1, 2, 4]"):
    "d/dx_i = 2*(x_i - sum_j(x_j)/3)/3 = [-0.888889, -0.222222, 1.11111]",
    ("F.cross_entropy(x, t)", "--at", "x=[1, 1]", "--var", "t=torch.tensor(1)"):
    "d/dx_i = exp(x_i)/sum_j(exp(x_j)) + (-1 if i == t else 0) = [0.5, -0.5]",
    ("F.cross_entropy(x, t)", "--at", "x=ones(2, 2, 2)", "--var", "t=torch.tensor([[1, 0], [0, 1]])"):
    "d/dx_ijk = exp(x_ijk)/(4*sum_l(exp(x_ilk))) + (-1/4 if j == t_ik else 0) = "
    "[[[0.125, -0.125], [-0.125, 0.125]], [[-0.125, 0.125], [0.125, -0.125]]]",
    ("F.nll_loss(x, t, weight=w)", "--at", "x=[[1, 2]]", "--var", "t=torch.tensor([1])", "--var",
     "w=torch.Tensor([1, 3])"): "d/dx_i = (-w_i/w[t] if i == t else 0) = [[0, -1]]",
    ("torch.matrix_exp(A).trace()", "--at", "A=zeros(2, 2)"):
    "d/dA = no closed form: matrix_exp has none here; its value is [[1, 0], [0, 1]]"}
MATRICES = {    # by a name, at a point
    ("torch.linalg.cholesky(A)[0, 0]", "A", "A=[[4, 1], [1, 3]]"):
    "torch.eye(2)[0].outer(torch.eye(2)[0])/(2*torch.linalg.cholesky(A)[0, 0])",
    ("(torch.diag(d) @ M @ torch.diag(d)).sum()", "d", "d=[1, 2], M=[[1, 2], [3, 4]]"): "(M + M.T) @ d",
    ("log(1 + exp(-y*(w @ x)))", "w", "w=[1, 2], x=[2, 1], y=1"): "-sigmoid(-y*(w @ x))*y*x",
    ("torch.linalg.vector_norm(x, 4)", "x", "x=[1, 2]"): "x**3/x.norm(4)**3",
    ("((M - U @ V.T)**2).sum()", "V", "M=ones(2,2), U=ones(2,1), V=zeros(2,1)"): "2*(U @ V.T - M).T @ U",
    ("((y - a - b*x)**2).sum()", "x", "x=[1, 2], y=[1, 3], a=1, b=0"): "2*b*(a + b*x - y)",
    ("(x.t() @ A @ x).sum()", "x", "x=ones(3,1), A=ones(3,3)"): "(A + A.T) @ x",
    ("-(y*log(sigmoid(X @ w)) + (1 - y)*log(1 - sigmoid(X @ w))).sum()", "w", "X=ones(2,3), w=ones(3), y=[0.5, 1]"):
    "X.T @ (sigmoid(X @ w) - y)",
    ("-(y*log(F.softmax(x, 0))).sum()", "x", "x=[1, 2], y=[0, 1]"): "y.sum()*softmax(x, 0) - y",
    ("F.gaussian_nll_loss(x, y, v)", "x", "x=[1, 2], y=[3, 4], v=[1, 1]"): "(x - y)/(2*v)",
    ("((Q @ K.t()/math.sqrt(2))**2).sum()", "Q", "Q=ones(2,2), K=ones(2,2)"): "Q @ K.T @ K",
    ("inverse(A)[0, 1]", "A", "A=[[2, 1], [1, 3]]"): "-inverse(A)[0].outer(inverse(A)[:, 1])",
    ("torch.linalg.solve(A, b)[0]", "A", "A=[[2, 1], [1, 3]], b=[1, 2]"): "-inverse(A)[0].outer(inverse(A) @ b)",
    ("torch.linalg.norm(X, 2)", "X", "X=[[1, 2], [3, 4]]"):
    "torch.linalg.svd(X, False)[0][:, 0].outer(torch.linalg.svd(X, False)[2][0])",
    ("torch.linalg.norm(X, 'nuc')", "X", "X=[[1, 2], [3, 4]]"):
    "torch.linalg.svd(X, False)[0] @ torch.linalg.svd(X, False)[2]",
    ("torch.linalg.eigvalsh(A)[0]", "A", "A=[[2, 1], [1, 3]]"):
    "torch.linalg.eigh(A)[1][:, 0].outer(torch.linalg.eigh(A)[1][:, 0])",
    ("2*torch.linalg.cholesky(A).diagonal().log().sum()", "A", "A=[[2, 1], [1, 3]]"):
    "inverse(torch.linalg.cholesky(A)).T @ inverse(torch.linalg.cholesky(A))",
    ("(X.tril()**2).sum()", "X", "X=[[1, 2], [3, 4]]"): "2*tril(X)"}


def opened(x):
    session = Session(style="modern")
    session.run("torch.set_default_dtype(torch.float64)", echo=False)
    session.run(f"x = torch.tensor({x}, requires_grad=True)", echo=False)
    return session


def test_formulas_of_numbers_are_the_usual_ones_and_right():
    for text, form in FORMS.items():
        session = opened(0.7)
        [derivative] = closed_forms(session, text, ["x"]).derivatives
        assert Writer(decimals="." in text).tensor(derivative.formula) == form, text
        compared = 0
        for x in POINTS:
            low, high, printed = (np.asarray(getattr(value, "array", value), float) for value in (
                opened(x - 1e-6).eval(text), opened(x + 1e-6).eval(text), opened(x).eval(form)))
            if np.isfinite([low, high]).all():
                np.testing.assert_allclose((high - low) / 2e-6, printed, rtol=1e-5, atol=1e-5, err_msg=f"{text} at {x}")
                compared += 1
        assert compared >= 2, text


def test_names_and_places_are_written_as_usual():
    for words, line in WORDS.items():
        outcome = gradcli("diff", *words)
        assert outcome.out.splitlines()[:1] == [line], (words, outcome)


def test_matrix_forms_are_the_usual_ones():
    for (text, by, point), form in MATRICES.items():
        told = gradcli("diff", text, "--wrt", by, "--at", point, "--format", "json").out
        assert json.loads(told)["derivatives"][0]["matrix"] == form, text


def test_guards_against_zero_are_conditions():
    words = "diff", "F.cosine_similarity(x, y, dim=0)", "--wrt", "x", "--at", "x=[1, 2], y=[3, 1]"
    lines = gradcli(*words).out.splitlines()
    assert lines[0].startswith("d/dx_i = (y_i*sum_j(x_j**2) - x_i*sum_j(x_j*y_j))/(") and lines[-2:] == [
        "where sqrt(sum_i(x_i**2)) >= 1e-08", "where sqrt(sum_i(y_i**2)) >= 1e-08"]
    near = gradcli("diff", "F.gaussian_nll_loss(x, y, v)", "--wrt", "x", "--at", "x=[1, 2], y=[3, 4], v=[1, 0]").out
    assert near.splitlines()[0].startswith("d/dx_i = (x_i - y_i)/(2*(v_i if v_i >= 1e-06 else 1e-06))")


def test_steps_need_no_point_and_name_values():
    told = gradcli("steps", "y = sigmoid(w*x); -log(y)", "--wrt", "w").out
    assert "∂f/∂w = ∂f/∂y * x*y*(1 - y) = " in told and "as reverse mode says" not in told


def test_steps_name_roots_and_leave_long_forms_in_named_values():
    told = gradcli("steps", "d = x - y; r = (d @ d).sqrt(); V = -1/r", "--wrt", "x", "--at", "x=[1, 2], y=[0, 0]").out
    assert "∂V/∂d_i = ∂V/∂r * d_i/r = d_i/r**3\n" in told
    told = gradcli("steps", "m = x.max(); p = (x - m).exp(); s = p.sum(); p[0]/s", "--at", "x=[1, 2, 3]").out
    assert "∂f/∂x_i = " in told and max(map(len, told.splitlines())) < 300


def test_steps_follow_a_name_that_gets_another_value():
    told = gradcli("steps", "x = x**2; x = sin(x); x", "--at", "x=1").out
    assert "∂f/∂x  = ∂f/∂x2 * 2*x = 2*x*cos(x2) = 2*x*cos(x**2)\n" in told and "as reverse mode says" in told
    halved = gradcli("steps", "while x.item() > 1:\n    x = x/2\ny = x**2; y", "--at", "x=5").out
    assert "x2 = x/8\n" in halved and "where the same elements and branches are taken as at this point" in halved
    zeros = gradcli("steps", "s = x**0; s = s + x; s", "--at", "x=2").out
    assert "0 + " not in zeros and "∂s2/∂x = " in zeros.replace("  ", " ")


def test_the_name_of_a_file_decides_the_form(tmp_path):
    for command, words in (("diff", ()), ("steps", ("--at", "x=1"))):
        for suffix, begin in (("tex", "\\"), ("md", "$$\n"), ("txt", "")):
            path = tmp_path / f"{command}.{suffix}"
            assert gradcli(command, "x**2", *words, "-o", str(path)).status == 0
            assert path.read_text().startswith(begin) and ("\\frac" in path.read_text()) == (suffix != "txt")
