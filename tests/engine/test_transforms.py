"""Derivatives under transforms: recorded values, and some hundreds of random programs beside torch where it is."""

import pytest

from gradcli import Session


def test_random_programs_agree_with_torch():
    pytest.importorskip("torch")
    from tests.engine.transform_programs import compare

    differing, *_ = compare(200)
    assert not differing


@pytest.mark.parametrize(("source", "value"), [
    ("torch.autograd.functional.jacobian(lambda x: 2 * x.t(), torch.ones(2, 2)).sum().item()", 8),
    ("torch.autograd.functional.jacobian(lambda x: x.expand(3, 2).flip(0), torch.ones(2)).sum().item()", 6),
    ("torch.func.grad(torch.func.grad(lambda a, b: a * b, argnums=0), argnums=1)(torch.tensor(3.), torch.tensor(5.))"
     ".item()", 1),
    ("torch.func.jacfwd(lambda x: (x ** 2).t())(torch.ones(2, 3)).sum().item()", 12),
    ("torch.func.jvp(lambda d: d['a'] * 3, ({'a': torch.ones(2)},), ({'a': torch.ones(2)},))[1].sum().item()", 6),
    ("torch.vmap(lambda v: (v, v * 2), out_dims=(0, -1))(torch.ones(3, 2))[1].shape[0]", 2),
    ("torch.vmap(lambda v: v.sum())(torch.ones(0, 2)).shape[0]", 0),
    ("torch.utils.checkpoint.checkpoint(lambda x: torch.func.jacfwd(lambda v: v ** 2)(x) @ x, torch.rand(2, "
     "requires_grad=True), use_reentrant=False).sum().backward()", None),
])
def test_value(source, value):
    assert Session(style="modern").eval(source) == value


CAPTURED = """
w = torch.tensor(2., requires_grad=True)
t = torch.tensor([1., 2.])
out = torch.vmap(torch.func.grad(lambda t: w * t ** 2))(t).sum() + w
out.backward()
w.grad.item()
"""


def test_captured_tensors_keep_their_history():
    assert Session(style="modern").eval(CAPTURED) == 7


@pytest.mark.parametrize(("source", "kind", "words"), [
    ("torch.vmap(lambda v: v + torch.rand(()))(torch.ones(2))", RuntimeError, "randomness error mode"),
    ("torch.vmap(lambda v: v.item())(torch.ones(2))", RuntimeError, "must only return Tensors"),
    ("torch.vmap(lambda v: 2.)(torch.ones(2))", ValueError, "must only return Tensors"),
    ("torch.vmap(lambda v: v, in_dims=[0])(torch.ones(2))", ValueError, "potentially nested"),
    ("torch.func.grad(lambda x: 2.)(torch.ones(2))", RuntimeError, "to return a Tensor"),
    ("torch.func.grad(lambda x: x)(2.)", ValueError, "must be Tensor"),
    ("torch.func.jvp(lambda x: x, torch.ones(2), torch.ones(2))", RuntimeError, "to be a tuple"),
    ("torch.func.jacrev(lambda x: None)(torch.ones(2))", RuntimeError, "non-empty output"),
])
def test_refusal(source, kind, words):
    with pytest.raises(kind, match=words):
        Session(style="modern").eval(source)


STACKED = """
models = [nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2)).eval() for _ in range(3)]
params, buffers = torch.func.stack_module_state(models)
def call(p, b, x):
    return torch.func.functional_call(models[0], (p, b), (x,))
x = torch.randn(4, 2)
y = torch.vmap(call, (0, 0, None))(params, buffers, x)
y.sum().backward()
(torch.equal(y, torch.stack([m(x) for m in models])), params['0.weight'].is_leaf, list(params['0.bias'].grad.shape),
 buffers['1.running_var'].requires_grad, models[0][0].bias.grad)
"""


def test_stacked_modules():
    assert Session(style="modern", seed=0).eval(STACKED) == (True, True, [3, 2], False, None)


@pytest.mark.parametrize(("models", "words"), [
    ("[]", "at least one model"),
    ("[nn.Linear(1, 1), nn.ReLU()]", "of the same class"),
    ("[nn.ReLU(), nn.ReLU().eval()]", "same training/eval mode"),
    ("[nn.Linear(1, 1), nn.Linear(1, 1).requires_grad_(False)]", "same .requires_grad"),
])
def test_modules_that_do_not_stack(models, words):
    with pytest.raises(RuntimeError, match=words):
        Session(style="modern").eval(f"torch.func.stack_module_state({models})")
