"""Whether results of transforms have a history, in gradcli and in torch: with inputs, constants and tangents that
require gradients, and without."""

from itertools import product

import pytest

torch = pytest.importorskip("torch")

from against_torch.compositions import gradcli_space  # noqa: E402  # it needs torch

FUNCTIONS = {
    "cube": "lambda t: (t * t * t).sum()", "square": "lambda t: (t * t).sum()", "linear": "lambda t: (3 * t).sum()",
    "outer": "lambda t: (t[None] * t[:, None]).sum()", "closed": "lambda t: (t * x).sum()",
    "sum": "lambda t: t.sum()", "constant": "lambda t: x.sum()", "vector": "lambda t: t * t",
    "doubled": "lambda t: t * 2", "exponential": "lambda t: t.exp()", "weighted": "lambda t: (t * w).sum()",
    "product": "lambda t: t.prod()", "matrix": "lambda t: t @ t", "half": "lambda t: t.detach().sum() * t.sum()"}
CALLS = [
    "F.hessian(f)(x)", "F.jacrev(f)(x)", "F.jacfwd(f)(x)", "F.grad(f)(x)", "F.grad_and_value(f)(x)", "F.vjp(f, x)[0]",
    "F.vjp(f, x)[1](v)", "F.jvp(f, (x,), (u,))", "F.jacrev(F.jacrev(f))(x)", "F.jacrev(F.jacfwd(f))(x)",
    "A.hessian(f, x)", "A.jacobian(f, x)", "A.vjp(f, x, v)", "A.jvp(f, x, u)",
    "A.hvp(f, x, u)", "A.vhp(f, x, u)", "A.jacobian(f, x, create_graph=True)", "A.hessian(f, x, create_graph=True)",
    "A.hvp(f, x, u, create_graph=True)", "A.jacobian(f, x, vectorize=True)",
    "A.jacobian(f, x, vectorize=True, strategy='forward-mode')"]


def histories(space, call, function, variable, constants):
    """Which of the results require gradients; None where the call is refused."""
    names = {"x": space.tensor([1.0, 2.0, 3.0], requires_grad=variable),
             "w": space.tensor([1.0, 2.0, 3.0], requires_grad=constants),
             "u": space.tensor([1.0, 0.0, 2.0], requires_grad=constants),
             "F": space.func, "A": space.autograd.functional}
    names["f"] = eval(FUNCTIONS[function], names)
    names["v"] = space.ones_like(names["f"](names["x"]).detach()).requires_grad_(constants)
    try:
        result = eval(call, names)
    except Exception:
        return None
    return [x.requires_grad for x in flat(result)]


def flat(result):
    return [x for part in result for x in flat(part)] if isinstance(result, list | tuple) else [result]


@pytest.mark.parametrize("call", CALLS)
def test_results_have_a_history_where_those_of_torch_have(call):
    space = gradcli_space()
    for function, variable, constants in product(FUNCTIONS, (False, True), (False, True)):
        theirs = histories(torch, call, function, variable, constants)
        if theirs is not None:
            assert histories(space, call, function, variable, constants) == theirs, (function, variable, constants)


def test_the_history_of_a_hessian_is_shown():
    x = gradcli_space().tensor([1.0, 2.0, 3.0], requires_grad=True)
    hessian = gradcli_space().func.hessian(lambda t: (t[None] * t[:, None]).sum())
    assert hessian(x).grad_fn.modern_name == "ViewBackward0"
