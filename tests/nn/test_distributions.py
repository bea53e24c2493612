"""Distributions as torch 2.13 prints them, from recorded lines; and what programs define of their own."""

import subprocess
import sys

import pytest

RECORDED = """
torch.manual_seed(0); print(Gamma(T([0.5, 3.0]), T([2.0, 0.5])).sample((2,)))\
|tensor([[3.9468e-04, 2.5457e+00],~        [3.6178e-02, 8.5652e+00]])
torch.manual_seed(0); print(Beta(T([0.5, 3.0]), 0.75).sample())|tensor([0.0064, 0.6661])
torch.manual_seed(0); print(Dirichlet(T([0.5, 3.0, 1.5])).sample())|tensor([3.0102e-04, 4.8540e-01, 5.1430e-01])
torch.manual_seed(0); print(Binomial(40, T([0.25, 0.5, 0.75])).sample())|tensor([11., 17., 29.])
torch.manual_seed(0); print(StudentT(T([0.5, 5.0])).sample())|tensor([ 1.5931, -0.4063])
torch.manual_seed(0); print(VonMises(T([0.5, 1.0]), 4.0).sample())|tensor([0.3564, 0.6954])
torch.manual_seed(0); print(LKJCholesky(3, 0.5).sample())\
|tensor([[ 1.0000,  0.0000,  0.0000],~        [ 0.2073,  0.9783,  0.0000],~        [-0.3881, -0.7827,  0.4865]])
torch.manual_seed(0); print(MixtureSameFamily(Categorical(T([0.25, 0.75])), Normal(T([0.5, -1.0]), 2.0)).sample((3,)))\
|tensor([-2.3749, -2.2129,  1.1243])
a = T([0.5, 9.5]).requires_grad_(); torch.manual_seed(1); Gamma(a, 1.0).rsample().sum().backward(); print(a.grad)\
|tensor([1.9944, 1.1193])
a = T([0.5, 9.5]).requires_grad_(); torch.manual_seed(1); Beta(a, 2.0).rsample().sum().backward(); print(a.grad)\
|tensor([0.5271, 0.0169])
print(StudentT(3.).log_prob(T(0.)))|tensor(-1.0009)
print(TransformedDistribution(Normal(0., 1.), ExpTransform()).log_prob(T(1.)))|tensor(-0.9189)
print(kl_divergence(Beta(1.0, 2.0), Normal(0.0, 1.0)), kl_divergence(Gamma(1.0, 2.0), Gumbel(0.0, 1.0)))\
|tensor(1.1954) tensor(0.8598)
print(biject_to(constraints.interval(-1.0, 1.0)), transform_to(constraints.simplex))\
|ComposeTransform(~    SigmoidTransform(),~    AffineTransform()~) SoftmaxTransform()
""".strip().splitlines()


def printed(text):
    prologue = ("import torch\nfrom torch.distributions import *\nfrom torch.distributions import constraints\n"
                "T = torch.tensor\n")
    finished = subprocess.run([sys.executable, "-m", "gradcli", "run", "-q", "--style", "modern", "-"],
                              input=prologue + text, text=True, capture_output=True, check=False)
    return finished.stdout.strip(), finished.stderr


@pytest.mark.parametrize("line", RECORDED, ids=lambda line: line.partition("|")[2][:20])
def test_as_torch_prints(line):
    text, _, expected = line.partition("|")
    assert printed(text)[0].replace("\n", "~") == expected


OWN = """
class Double(Transform):
    domain = codomain = constraints.real
    bijective = True
    def _call(self, x): return 2 * x
    def _inverse(self, y): return y / 2
    def log_abs_det_jacobian(self, x, y): return torch.zeros_like(x) + 0.6931
class Point(Distribution):
    arg_constraints = {"loc": constraints.real}
    support = constraints.real
    def __init__(self, loc):
        self.loc = loc
        super().__init__(loc.shape)
    def rsample(self, sample_shape=torch.Size()):
        return self.loc + torch.zeros(self._extended_shape(sample_shape))
register_kl(Point, Normal)(lambda p, q: p.loc - q.loc)
print(TransformedDistribution(Normal(0.0, 1.0), [Double()]).log_prob(T(1.0)))
print(Point(T([1.0, 2.0])).sample((2,)), kl_divergence(Point(T(1.0)), Normal(0.5, 1.0)))
"""


def test_what_programs_define():
    assert printed(OWN) == ("tensor(-1.7370)\ntensor([[1., 2.],\n        [1., 2.]]) tensor(0.5000)", "")


def test_what_is_not_there_is_told():
    out, message = printed("LogisticNormal(0.0, 1.0).mean")
    assert "error[G0332]: LogisticNormal does not implement mean" in message and not out
    assert "is 0" not in message
    out, message = printed("register_kl(Normal, Normal)(lambda p, q: 0)")
    assert "class of its own" in message


@pytest.mark.parametrize("change", ["d.arg_constraints['loc'] = 1", "Normal.arg_constraints.clear()",
                                    "TransformedDistribution(d, [ExpTransform()]).transforms.clear()"])
def test_nothing_shared_can_be_changed(change):
    out, _ = printed(f"d = Normal(0.0, 1.0)\n{change}\nprint(d.arg_constraints)")
    assert out == "{'loc': Real(), 'scale': GreaterThan(lower_bound=0.0)}"


def test_saved_within_the_run():
    out, message = printed("torch.save({'w': torch.ones(2)}, 'a.pt')\nx = torch.load('a.pt')['w']\nx.add_(1)\n"
                           "print(x, torch.load('a.pt'))")
    assert out == "tensor([2., 2.]) {'w': tensor([1., 1.])}"
    out, message = printed("torch.load('b.pt')")
    assert "programs read no files" in message
