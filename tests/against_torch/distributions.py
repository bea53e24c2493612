"""A program over every distribution, transform, constraint and pair of a divergence, for torch and gradcli alike.

`python -m against_torch.distributions` prints where the two differ; tests/nn/test_beside_torch.py runs it too.
"""

from __future__ import annotations

import sys

from support.torch_programs import show_differences

CONSTRUCTED = """
Normal(0.5, 2.0)
Normal(T([0.5, -1.0]), T([2.0, 0.5]))
Normal(T([[0.5], [-1.0]]), T([2.0, 0.5, 1.0]))
LogNormal(T([0.5, -1.0]), T([0.7, 0.5]))
LogisticNormal(T([0.5, -1.0]), T([0.7, 0.5]))
LogisticNormal(0.5, 0.7)
Uniform(T([0.5, -1.0]), T([2.0, 0.5]))
Uniform(0.0, 3)
Exponential(T([0.5, 3.0]))
Laplace(T([0.5, -1.0]), T([2.0, 0.5]))
Cauchy(T([0.5, -1.0]), T([2.0, 0.5]))
HalfNormal(T([2.0, 0.5]))
HalfNormal(2.0)
HalfCauchy(T([2.0, 0.5]))
StudentT(T([0.5, 1.5, 5.0]))
StudentT(T([0.5, 1.5, 5.0]), T([0.5, -1.0, 2.0]), T([2.0, 0.5, 1.0]))
FisherSnedecor(T([1.5, 5.0, 3.0]), T([2.5, 7.0, 1.0]))
GeneralizedPareto(T([0.5, -1.0, 1.0]), T([2.0, 0.5, 1.0]), T([0.25, -0.5, 0.0]))
VonMises(T([0.5, -1.0]), T([2.0, 0.5]))
VonMises(T([0.5, -1.0]), T([5.0, 9.0]))
Gamma(T([0.5, 3.0]), T([2.0, 0.5]))
Gamma(0.7, 2.0)
Chi2(T([0.5, 3.0]))
InverseGamma(T([0.5, 3.0]), T([2.0, 0.5]))
Beta(T([0.5, 3.0]), T([2.0, 0.75]))
Beta(0.5, 0.5)
Dirichlet(T([0.5, 3.0, 1.5]))
Dirichlet(T([[0.5, 3.0, 1.5], [0.25, 0.5, 0.75]]))
Bernoulli(T([0.25, 0.5, 0.75]))
Bernoulli(logits=T([0.25, -0.5, 0.75]))
Bernoulli(0.25)
Binomial(10, T([0.25, 0.5, 0.75]))
Binomial(T([10., 40., 3.]), T([0.25, 0.5, 0.75]))
Binomial(5, logits=T([0.25, -0.5]))
Geometric(T([0.25, 0.5, 1.0]))
Geometric(logits=T([0.25, -0.5]))
NegativeBinomial(T([5., 10.]), T([0.25, 0.5]))
NegativeBinomial(3, logits=T([0.25, -0.5]))
Poisson(T([0.5, 3.0, 30.0]))
ContinuousBernoulli(T([0.25, 0.5, 0.75]))
ContinuousBernoulli(logits=T([0.25, -0.5]))
Categorical(T([0.25, 0.5, 0.75]))
Categorical(T([[0.25, 0.5, 0.75], [1.0, 2.0, 3.0]]))
Categorical(logits=T([0.25, -0.5]))
OneHotCategorical(T([0.25, 0.5, 0.75]))
OneHotCategorical(logits=T([[0.25, -0.5], [1.0, 2.0]]))
OneHotCategoricalStraightThrough(T([0.25, 0.5, 0.75]))
Multinomial(10, T([0.25, 0.5, 0.75]))
Multinomial(4, logits=T([[0.25, -0.5], [1.0, 2.0]]))
RelaxedBernoulli(T([0.7]), T([0.25, 0.5, 0.75]))
RelaxedBernoulli(T(0.7), logits=T([0.25, -0.5]))
RelaxedOneHotCategorical(T(0.7), T([0.25, 0.5, 0.75]))
RelaxedOneHotCategorical(T(0.7), logits=T([[0.25, -0.5], [1.0, 2.0]]))
Gumbel(T([0.5, -1.0]), T([2.0, 0.5]))
Gumbel(0.5, 2.0)
Pareto(T([0.5, 1.0]), T([3.0, 1.5]))
Weibull(T([0.5, 1.0]), T([3.0, 1.5]))
Kumaraswamy(T([0.5, 2.0]), T([3.0, 1.5]))
MultivariateNormal(T([0.5, -1.0]), T([[2.0, 0.5], [0.5, 1.0]]))
MultivariateNormal(T([0.5, -1.0]), precision_matrix=T([[2.0, 0.5], [0.5, 1.0]]))
MultivariateNormal(T([[0.5, -1.0], [1.0, 2.0]]), scale_tril=T([[2.0, 0.0], [0.5, 1.0]]))
LowRankMultivariateNormal(T([0.5, -1.0]), T([[1.0], [0.5]]), T([1.0, 2.0]))
LowRankMultivariateNormal(T([[0.5, -1.0], [1.0, 2.0]]), T([[1.0], [0.5]]), T([1.0, 2.0]))
LKJCholesky(3, 0.5)
LKJCholesky(2, T([0.5, 2.0]))
Wishart(T(4.0), T([[2.0, 0.5], [0.5, 1.0]]))
Wishart(T([4.0, 5.0]), scale_tril=T([[2.0, 0.0], [0.5, 1.0]]))
Independent(Normal(T([[0.5, -1.0]]), T([[2.0, 0.5]])), 1)
Independent(Bernoulli(T([0.25, 0.5])), 1)
MixtureSameFamily(Categorical(T([0.25, 0.75])), Normal(T([0.5, -1.0]), T([2.0, 0.5])))
MixtureSameFamily(Categorical(T([0.25, 0.75])), Independent(Normal(T([[0.5, -1.0], [1., 2.]]), 2.0), 1))
TransformedDistribution(Normal(T([0.5, -1.0]), T([2.0, 0.5])), [ExpTransform()])
TransformedDistribution(Uniform(0.0, 1.0), [SigmoidTransform().inv, AffineTransform(1.0, -2.0)])
TransformedDistribution(Normal(T([0.5, -1.0]), T([2.0, 0.5])), [TanhTransform(), AffineTransform(T(1.0), T(0.5))])
TransformedDistribution(Normal(T([0.5, -1.0, 1.0]), 1.0), StickBreakingTransform())
""".strip().splitlines()

WRONG = """
Normal(0.0, -1.0)
Normal(T([0.0, 1.0]), T([1.0, -1.0]))
Normal("a", 1.0)
Uniform(1.0, 0.0)
Gamma(T([-1.0]), T([1.0]))
Bernoulli(T([1.5]))
Bernoulli()
Bernoulli(0.5, 0.5)
Categorical(T(0.5))
Categorical(T([-0.5, 1.0]))
Dirichlet(T(1.0))
Geometric(T([0.0]))
MultivariateNormal(T([0.0, 0.0]), T([[1.0, 2.0], [2.0, 1.0]]))
MultivariateNormal(T([0.0, 0.0]))
MultivariateNormal(T(0.0), T([[1.0]]))
LKJCholesky(1)
Independent(Normal(0.0, 1.0), 1)
MixtureSameFamily(Normal(0.0, 1.0), Normal(0.0, 1.0))
MixtureSameFamily(Categorical(T([0.5, 0.5])), Normal(T([0.0]), T([1.0])))
Normal(0.0, 1.0).log_prob(1.0)
Normal(T([0.0, 1.0]), 1.0).log_prob(T([1.0, 2.0, 3.0]))
Exponential(1.0).log_prob(T(-1.0))
Beta(1.0, 1.0).log_prob(T(2.0))
Categorical(T([0.5, 0.5])).log_prob(T(2.0))
Dirichlet(T([1.0, 1.0])).log_prob(T([0.5, 0.6]))
Bernoulli(0.5).log_prob(T(0.5))
Poisson(1.0).log_prob(T(-1.0))
Multinomial(2, T([0.5, 0.5])).log_prob(T([2.0, 2.0]))
OneHotCategorical(T([0.5, 0.5])).log_prob(T([1.0, 1.0]))
Multinomial(T([1.0]), T([0.5, 0.5]))
TransformedDistribution(Normal(0.0, 1.0), [1])
TransformedDistribution(Normal(0.0, 1.0), StickBreakingTransform())
ComposeTransform([ExpTransform()], cache_size=2)
LowRankMultivariateNormal(T([0.5, -1.0]), T([[1.0]]), T([1.0, 2.0]))
ReshapeTransform((2, 3), (5,))
""".strip().splitlines()

PROLOGUE = """
import torch
from torch.distributions import *
from torch.distributions import constraints, biject_to, transform_to
from torch.distributions.kl import kl_divergence
DTYPE = torch.{dtype}

def T(values):
    return torch.tensor(values, dtype=DTYPE)

def show(label, make):
    try:
        value = make()
        print(label, value)
    except Exception as error:
        print(label, "raises", type(error).__name__)

def say(label, make):
    try:
        make()
        print(label, "passes")
    except Exception as error:
        print(label, str(error))

def slopes(value, leaves):
    return torch.autograd.grad(value.sum(), leaves, allow_unused=True)

def probe(name, d):
    print("==", name)
    print(d)
    show("shapes", lambda: (d.batch_shape, d.event_shape, d.has_rsample, d.has_enumerate_support))
    show("support", lambda: d.support)
    for what in ("mean", "mode", "variance", "stddev"):
        show(what, lambda: getattr(d, what))
    show("entropy", lambda: d.entropy())
    torch.manual_seed(7)
    show("sample", lambda: d.sample())
    show("samples", lambda: d.sample((3,)))
    show("rsample", lambda: d.rsample((2, 2)))
    show("next", lambda: torch.rand(1))
    torch.manual_seed(3)
    try:
        x = d.sample((2,))
    except NotImplementedError:
        return
    show("log_prob", lambda: d.log_prob(x))
    show("cdf", lambda: d.cdf(x))
    show("icdf", lambda: d.icdf(torch.full_like(x, 0.25)))
    show("values", lambda: d.enumerate_support())
    show("values", lambda: d.enumerate_support(expand=False))
    show("wider", lambda: d.expand((2,) + tuple(d.batch_shape)).log_prob(x))
    show("expanded", lambda: d.expand((3, 2) + tuple(d.batch_shape)).sample().shape)
    print(d)

def inside(d, names):
    for name in names:
        leaf = getattr(d, name)
        print(name, leaf)
"""

LEAVES = """
Normal(a, b)
LogNormal(a, b)
Exponential(b)
Laplace(a, b)
Cauchy(a, b)
StudentT(b, a, b)
Gamma(b, c)
Beta(b, c)
Dirichlet(b)
Chi2(b)
FisherSnedecor(b, c)
InverseGamma(b, c)
Weibull(b, c)
Pareto(b, c)
Gumbel(a, b)
Kumaraswamy(b, c)
HalfNormal(b)
HalfCauchy(b)
RelaxedBernoulli(c, logits=a)
RelaxedOneHotCategorical(c[0], logits=a)
ContinuousBernoulli(logits=a)
MultivariateNormal(a, torch.diag(b))
LowRankMultivariateNormal(a, c.unsqueeze(-1), b)
Bernoulli(logits=a)
Categorical(logits=a)
Binomial(3, logits=a)
Poisson(b)
Uniform(a, a + b)
GeneralizedPareto(a, b, c)
NegativeBinomial(b, logits=a)
Geometric(logits=a)
VonMises(a, b)
OneHotCategorical(logits=a)
Wishart(b.sum() + 5, torch.diag(c))
""".strip().splitlines()

TRANSFORMS = """
ExpTransform()|0.5 1.5 -0.7
PowerTransform(T(2.0))|0.5 1.5 0.7
PowerTransform(T([2.0, 1.0, -0.5]))|0.5 1.5 0.7
SigmoidTransform()|0.5 1.5 -0.7
TanhTransform()|0.5 1.5 -0.7
SoftplusTransform()|0.5 1.5 -0.7
AbsTransform()|0.5 1.5 -0.7
AffineTransform(1.0, -2.0)|0.5 1.5 -0.7
AffineTransform(T([1.0, 2.0, 3.0]), 2)|0.5 1.5 -0.7
AffineTransform(T([1.0, 2.0, 3.0]), T([2.0, 0.5, 1.0]), event_dim=1)|0.5 1.5 -0.7
SoftmaxTransform()|0.5 1.5 -0.7
StickBreakingTransform()|0.5 1.5 -0.7
CorrCholeskyTransform()|0.5 1.5 -0.7
ReshapeTransform((3,), (3, 1))|0.5 1.5 -0.7
CumulativeDistributionTransform(Normal(T(0.0), T(1.0)))|0.5 1.5 -0.7
ComposeTransform([ExpTransform(), AffineTransform(1.0, 2.0)])|0.5 1.5 -0.7
ComposeTransform([AffineTransform(1.0, 2.0), StickBreakingTransform()])|0.5 1.5 -0.7
IndependentTransform(ExpTransform(), 1)|0.5 1.5 -0.7
CatTransform([ExpTransform(), AffineTransform(1.0, 2.0)], 0, [2, 1])|0.5 1.5 -0.7
StackTransform([ExpTransform(), AffineTransform(1.0, 2.0), TanhTransform()], 0)|0.5 1.5 -0.7
ExpTransform().inv|0.5 1.5 0.7
StickBreakingTransform().inv|0.5 0.25 0.25
ExpTransform(cache_size=1)|0.5 1.5 -0.7
SigmoidTransform().with_cache(1)|0.5 1.5 -0.7
identity_transform|0.5 1.5 -0.7
""".strip().splitlines()

CONSTRAINTS = """
boolean one_hot nonnegative_integer positive_integer real real_vector positive nonnegative unit_interval simplex
lower_triangular lower_cholesky corr_cholesky square symmetric positive_semidefinite positive_definite dependent
greater_than(1.0) greater_than_eq(1.0) less_than(1.0) interval(-1.0,1.0) half_open_interval(0,1)
integer_interval(0,2) multinomial(2) independent(constraints.positive,1)
cat([constraints.real,constraints.positive],0,[1,1]) stack([constraints.real,constraints.positive],0)
greater_than(T([1.0,2.0]))
""".split()

KINDS = ["Normal(a, b)", "Uniform(a, a + b)", "Uniform(b * 0.1, b * 0.1 + 0.2)", "Exponential(b)", "Laplace(a, b)",
         "Cauchy(a, b)", "Gamma(b, c)", "Beta(b, c)", "Dirichlet(b)", "Gumbel(a, b)", "Pareto(b, c + 2)", "Poisson(b)",
         "Bernoulli(logits=a)", "Binomial(3, logits=a)", "Categorical(logits=a)", "OneHotCategorical(logits=a)",
         "ContinuousBernoulli(logits=a)", "Geometric(logits=a)", "HalfNormal(b)", "LogNormal(a, b)", "Chi2(b)",
         "Independent(Normal(a, b), 1)", "MultivariateNormal(a, torch.diag(b))", "Wishart(b.sum() + 5, torch.diag(c))",
         "LowRankMultivariateNormal(a, c.unsqueeze(-1), b)", "StudentT(b)", "Weibull(b, c)"]


def program(dtype: str = "float32") -> str:
    """One program over everything."""
    lines = [PROLOGUE.format(dtype=dtype)]
    lines += [f"probe({text!r}, {text})" for text in CONSTRUCTED]
    lines += ["print('==', 'refusals')", *(f"say({text!r}, lambda: {text})" for text in WRONG), "print('==', 'slopes')"]
    lines.append("a, b, c = (T(v).requires_grad_() for v in ([0.5, -1.0], [0.75, 2.5], [1.25, 0.5]))")
    for text in LEAVES:
        lines += ["torch.manual_seed(5)", f"d = {text}",
                  f"show('slope of rsample {text}', lambda: slopes(d.rsample((3,)), (a, b, c)))",
                  f"show('slope of log_prob {text}', lambda: slopes(d.log_prob(d.sample((3,))), (a, b, c)))",
                  f"show('slope of entropy {text}', lambda: slopes(d.entropy(), (a, b, c)))",
                  f"show('slope of mean {text}', lambda: slopes(d.mean, (a, b, c)))"]
    lines.append("print('==', 'transforms')")
    for line in TRANSFORMS:
        text, _, values = line.partition("|")
        lines += [f"t = {text}", f"x = T([{values.replace(' ', ', ')}])", f"print({text!r}, t)",
                  "show('y', lambda: t(x))", "show('x', lambda: t.inv(t(x)))",
                  "show('jacobian', lambda: t.log_abs_det_jacobian(x, t(x)))",
                  "show('of', lambda: (t.domain, t.codomain, t.bijective, t.domain.event_dim))",
                  "show('sign', lambda: t.sign)",
                  "show('shapes', lambda: (t.forward_shape(x.shape), t.inverse_shape(t(x).shape)))",
                  "show('equal', lambda: (t == t, t == ExpTransform(), t.inv == t.inv))"]
    lines.append("print('==', 'constraints')")
    lines.append("m = T([[1.0, 0.0], [0.5, 2.0]])")
    for text in CONSTRAINTS:
        lines += [f"k = constraints.{text}", f"show({text!r}, lambda: (k, k.is_discrete, k.event_dim))",
                  *(f"show('check', lambda: k.check({value}))" for value in (
                      "T([0.0, 1.0])", "T([0.5, 2.5])", "T([-1.0, 1.0])", "m", "m @ m.T")),
                  "show('biject', lambda: biject_to(k))", "show('transform', lambda: transform_to(k))"]
    lines += ["p = T([0.5, -1.0]), T([0.75, 2.5]), T([1.25, 0.5])", "q = T([0.1, 1.0]), T([1.5, 0.5]), T([0.8, 2.5])"]
    lines.append("print('==', 'divergences')")
    for first in KINDS:
        for second in KINDS:
            lines += ["a, b, c = p", f"d = {first}", "a, b, c = q", f"e = {second}",
                      f"show('kl {first} {second}', lambda: kl_divergence(d, e))"]
    return "\n".join(lines)


if __name__ == "__main__":
    for dtype in sys.argv[1:] or ["float32"]:
        show_differences(program(dtype))
