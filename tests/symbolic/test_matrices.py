"""Derivatives in matrix notation: as textbooks write them, and right for programs that a generator writes."""

import json
import random

import numpy as np
import pytest

from gradcli.symbolic.closed_form import Program, closed_forms
from gradcli.symbolic.matrices.forms import MatrixComparison
from support.program import gradcli
from symbolic.test_derivations import session

SHAPES = {"X": (4, 2), "W": (2, 3), "Y": (4, 3), "A": (3, 3), "B": (3, 3), "C": (3, 2), "D": (2, 3), "x": (3,),
          "y": (3,), "w": (2,), "z": (4,), "l": ()}
FORMS = [
    ("((X @ W - Y)**2).sum()", "W", "2*X.T @ (X @ W - Y)"), ("((X @ W - Y)**2).sum()", "X", "2*(X @ W - Y) @ W.T"),
    ("((X @ W - Y)**2).sum()", "Y", "2*(Y - X @ W)"), ("F.mse_loss(X @ W, Y)", "W", "X.T @ (X @ W - Y)/6"),
    ("x @ A @ x", "x", "(A + A.T) @ x"), ("x @ A @ x", "A", "x.outer(x)"), ("x @ A @ y", "y", "A.T @ x"),
    ("(A @ x - y).norm()", "x", "A.T @ (A @ x - y)/(A @ x - y).norm()"),
    ("(A*B).sum()", "A", "B"), ("trace(A @ B)", "A", "B.T"), ("(A.t() @ A).trace()", "A", "2*A"),
    ("x @ y", "x", "y"), ("(x.outer(y)*A).sum()", "A", "x.outer(y)"), ("(x.outer(y)*A).sum()", "x", "A @ y"),
    ("((X.mv(w) - z)**2).mean()", "w", "X.T @ (X @ w - z)/2"),
    ("((X @ w - z)**2).sum() + l*(w @ w)", "w", "2*(X.T @ (X @ w - z) + l*w)"),
    ("((X @ w - z)**2).sum() + l*(w @ w)", "l", "w @ w"),
    ("F.softplus(-z*(X @ w)).sum()", "w", "-X.T @ (sigmoid(-z*(X @ w))*z)"),
    ("(X @ w).logsumexp(0)", "w", "X.T @ softmax(X @ w, 0)"),
    ("-(Y*F.log_softmax(X @ W, 1)).sum()", "W", "X.T @ (softmax(X @ W, 1)*Y.sum(1, True) - Y)"),
    ("F.cross_entropy(X @ W, torch.tensor([0, 2, 1, 1]))", "W", "X.T @ (softmax(X @ W, 1) - F.one_hot(c1, 3))/4"),
    ("((X @ W + x)**2).sum()", "x", "2*(X @ W + x).sum(0)"),
    ("det(A)", "A", "det(A)*inverse(A).T"), ("torch.logdet(A @ A.t())", "A", "2*inverse(A @ A.T) @ A"),
    ("trace(inverse(A))", "A", "-inverse(A).T @ inverse(A).T"),
    ("x @ inverse(A) @ x", "A", "-(inverse(A).T @ x).outer(inverse(A) @ x)"),
    ("x @ torch.linalg.solve(A, y)", "y", "inverse(A).T @ x"),
    ("x @ torch.linalg.solve(A, y)", "A", "-(inverse(A).T @ x).outer(inverse(A) @ y)"),
    ("x.norm()", "x", "x/x.norm()"), ("(y*x/x.norm()).sum()", "x", "y/x.norm() - (y*x).sum()*x/x.norm()**3"),
    ("(sin(x)*y).sum()", "x", "y*cos(x)"), ("exp(-x @ x/2)", "x", "-exp(-(x @ x)/2)*x"),
    ("A.sum(0).pow(2).sum()", "A", "(2*A.sum(0)).expand(3, 3)"),
    ("(x - x.mean()).pow(2).sum()", "x", "2*(x - x.mean())"),
    ("x.std()", "x", "(x - x.mean())/(2*x.std())"), ("(A @ torch.diag(x) @ A.t()).trace()", "x", "diag(A.T @ A)"),
    ("F.relu(X @ W).sum()", "W", "X.T @ where(X @ W > 0, 1.0, 0.0)"),
    ("(torch.tanh(X @ W) @ y).sum()", "y", "tanh(X @ W).sum(0)"),
    ("((F.relu(X @ W) @ C - z[:, None])**2).sum()", "C", "2*relu(X @ W).T @ (relu(X @ W) @ C - z[:, None])"),
    ("(x @ A @ x)/(x @ x)", "x", "(A + A.T) @ x/(x @ x) - 2*(x @ A @ x)*x/(x @ x)**2"),
    ("(A @ A @ A).trace()", "A", "3*A.T @ A.T"),
    ("torch.einsum('ij,jk->ik', A, B).trace()", "A", "B.T"),
    ("((x[:, None] - y[None])**2).sum()", "x", "2*(x[:, None] - y).sum(1)"),
    ("(A*x).sum(1).norm()", "x", "A.T @ A @ x/(A @ x).norm()"),
    ("0.5*((X @ w - z)**2).sum()", "w", "X.T @ (X @ w - z)"),
]


def opened(text, seed=0):
    """A session with random values for the names of a program, and these names."""
    stream = np.random.default_rng(seed)
    values = {name: stream.uniform(0.3, 1.5, shape) + (3 * np.eye(3) if name == "A" else 0)
              for name, shape in SHAPES.items()}
    names = [name for name in SHAPES if name in text.replace("exp", "").replace("max", "").replace("x_", "_") or (
        f"({name}" in text)]
    return session(**{name: values[name].tolist() for name in names}), names


@pytest.mark.parametrize("text, by, form", FORMS)
def test_derivatives_look_as_in_textbooks(text, by, form):
    current, names = opened(text)
    derivatives = closed_forms(current, text, [name for name in names if f"{name}" in text]).derivatives
    [matrix] = [derivative.matrix for derivative in derivatives if derivative.names == (by,)]
    assert matrix is not None and matrix.text == form


def test_forms_are_what_torch_computes():
    """Program and form, both run by PyTorch."""
    torch = pytest.importorskip("torch")
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        for text, by, form in FORMS:
            current, names = opened(text)
            leaves = {name: torch.tensor(current[name].array, requires_grad=True) for name in names}
            space = {**{name: getattr(torch, name) for name in dir(torch)}, "torch": torch,
                     "F": torch.nn.functional, "trace": torch.trace, "c1": torch.tensor([0, 2, 1, 1]), **leaves}
            [expected] = torch.autograd.grad(eval(text, space), leaves[by])
            torch.testing.assert_close(eval(form, space), expected, msg=f"{text} by {by}")
    finally:
        torch.set_default_dtype(before)


WORDS = "diff", "((X @ W - Y)**2).sum()", "--wrt", "W", "--at", "X=ones(4,2), W=ones(2,3), Y=zeros(4,3)"


def test_each_notation_has_the_form():
    assert gradcli(*WORDS).out.splitlines()[1] == "d/dW    = 2*X.T @ (X @ W - Y)"
    assert gradcli(*WORDS, "--format", "unicode").out.splitlines()[1] == "∂/∂W    = 2 Xᵀ(XW − Y)"
    latex = r"\frac{\partial f}{\partial W} &= 2 X^{\top} (X W - Y)"
    assert latex in gradcli(*WORDS, "--format", "latex").out and latex in gradcli(*WORDS, "--format", "markdown").out
    assert len(gradcli(*WORDS, "--format", "mathml").out.splitlines()) == 2
    [derivative] = json.loads(gradcli(*WORDS, "--format", "json").out)["derivatives"]
    assert derivative["matrix"] == "2*X.T @ (X @ W - Y)" and derivative["matrix_latex"] == latex.replace("&", "")


def test_what_index_notation_does_not_reach_has_a_matrix_form():
    assert gradcli("diff", "det(A)", "--at", "A=[[1, 2], [3, 4]]").out == (
        "d/dA = det(A)*inverse(A).T = [[4, -3], [-2, 1]]\n")
    assert gradcli("diff", "torch.logdet(A)", "--at", "A=[[2, 1], [1, 3]]", "--format", "latex").out == (
        "\\frac{\\partial f}{\\partial A} = A^{-\\top}\n")


def test_a_form_that_is_wrong_at_the_point_is_not_shown():
    outcome = gradcli("diff", "x.norm()", "--at", "x=[0, 0]")
    assert outcome.out == "d/dx_i = x_i/sqrt(sum_j(x_j**2)) = [0, 0]\n"
    assert "inverse" not in gradcli("diff", "torch.logdet(A)", "--at", "A=[[1, 2], [3, 4]]").out


# programs that a generator writes

VECTORS = ["x", "y", "A @ {v}", "B.t() @ {v}", "{v} @ A", "sin({v})", "({v} * {v})", "({v} + {v})", "({s} * {v})",
           "tanh({v})", "{m}.sum(0)", "{m}.sum(1)", "({v} - {v}.mean())", "C @ w", "({v} / {v}.norm())", "{m}.diag()",
           "F.softmax({v}, 0)", "F.relu({v})", "torch.linalg.solve(A, {v})", "{v}.sigmoid()", "({v} - 2*{v})"]
MATRICES = ["A", "B", "C @ D", "{m} @ {m}", "{m}.t()", "({m} * {m})", "({m} + {m})", "{v}.outer({v})",
            "{v}[:, None] * {m}", "({m} * {v})", "inverse(A)", "torch.diag({v})", "({m} + {v})", "exp(-{m})",
            "({s} * {m})",
            "F.softmax({m}, 1)", "({m} - {m}.mean(0))", "torch.ger({v}, {v})", "{m}.mm({m})", "(D.t() @ C.t()).t()"]
SCALARS = ["{v} @ {v}", "{m}.sum()", "trace({m})", "{v}.norm()", "({v}**2).mean()", "{v}.logsumexp(0)", "{v}.sum()",
           "{v} @ {m} @ {v}", "({m} * {m}).sum()", "l", "{m}.norm()", "({m} @ {v}).dot({v})", "{v}.var()"]
FEWEST = 0.8        # of the derivatives of generated programs have a matrix form


def written(kind, depth, stream):
    """A random program for a number, a vector of 3 or a 3 by 3 matrix."""
    choices = {"v": VECTORS, "m": MATRICES, "s": SCALARS}[kind]
    leaves = [text for text in choices if "{" not in text]
    template = stream.choice(choices if depth else leaves or ["l"])
    while "{" in template:
        at = template.index("{")
        template = template[:at] + f"({written(template[at + 1], depth - 1, stream)})" + template[at + 3:]
    return template


def scalar_program(seed):
    """A random program whose value is one number."""
    stream = random.Random(seed)
    return written("s", 2, stream) + stream.choice(["", f" + l*({written('s', 1, stream)})"])


@pytest.mark.slow
def test_forms_of_generated_programs_agree_with_reverse_mode():
    """Each form, before any is dropped, gives what reverse mode gives, at two points."""
    shown = counted = 0
    for seed in range(150):
        text = scalar_program(seed)
        names = [name for name in SHAPES if name in "AB CD xyw l" and name.strip()]
        values, others = ({name: np.asarray(value + (3 * np.eye(3) if name == "A" else 0)) for name, value in (
            (name, np.random.default_rng(which).uniform(0.3, 1.5, SHAPES[name])) for name in names)}
            for which in (1, 2))
        current = session(**{name: value.tolist() for name, value in values.items()})
        program = Program(current, text, names, 1)
        forms = program.forms(values)
        matrices = {form.names: form.matrix for form in forms.derivatives if form.matrix}
        comparison = MatrixComparison(current, matrices, {name: forms.constants[name] for name in forms.unnamed})
        for point in (values, others):
            expected = {by: np.zeros(()) if value is None else value.array for by, value in program.at(point).items()}
            comparison.compare(point, expected, False)
        assert set(comparison.forms) == set(matrices), (text, {by: form.text for by, form in matrices.items()
                                                               if by not in comparison.forms})
        shown += len(matrices)
        counted += sum(1 for form in forms.derivatives if form.value.any())
    print(f"\n{shown} of {counted} derivatives have matrix forms")
    assert shown >= FEWEST * counted


@pytest.mark.parametrize("text, by, point, form", [
    ("((X @ w).sigmoid()*y).norm()", "y", "X=ones(3,2), w=ones(2,1), y=2*ones(3,1)",
     "(sigmoid(Xw)^∘2 ⊙ y)/‖sigmoid(Xw) ⊙ y‖_F"),
    ("((a * b)**2*A).sum()", "A", "A=ones(2,3), a=ones(2,1), b=ones(1,3)", "diag(a^∘2) 𝟏𝟏ᵀ diag(b^∘2)"),
    ("((A * c)**2).sum()", "A", "A=ones(2,3), c=ones(1,1)", "2*A*c**2"),
    ("((A + c)**2).sum()", "A", "A=ones(2,3), c=ones(1,1)", "2*(A + c)")])
def test_shapes_of_rows_columns_and_single_elements_fit(text, by, point, form):
    lines = gradcli("diff", text, "--wrt", by, "--at", point, "--format", "unicode").out.splitlines()
    assert lines[1].partition(" = ")[2] == form


@pytest.mark.parametrize("program, form", [
    ("((x*x).sum(1, True) + 2).sqrt().sum()", "x/sqrt((x**2).sum(1, True) + 2)"),
    ("(x/((x*x).mean(1, True) + 0.5).sqrt()).sum()",
     "1/sqrt((x**2).mean(1, True) + 0.5) - (x/((x**2).mean(1, True) + 0.5)).sum(1, True)*x/(3*sqrt((x**2).mean(1, True)"
     " + 0.5))")])
def test_roots_of_sums_keep_their_exponents(program, form):
    run = gradcli("diff", "--style", "modern", program, "--at", "x=torch.ones(2, 3)")
    assert f"d/dx    = {form}" in run.out
