"""Names that torch has besides its operations, beside torch itself where it is installed: what a prompt shows."""

import contextlib
import io

import pytest

from gradcli.faults.tree import Fault
from gradcli.session.session import Session

torch = pytest.importorskip("torch")

ALIKE = [
    "torch.ones(2, 3, 2).size().count(2), torch.ones(2, 3).shape.index(3), torch.tensor([3., 1.]).min(0).count(3)",
    "repr(torch.ones(2).type).partition(' at ')[0], repr(torch.nn.Parameter(torch.ones(1)).size).partition(' at ')[0]",
    "torch.ones(2).backward, torch.ones(2).is_shared",
    "torch.unravel_index(torch.tensor(5), (2, 3)), torch.ones(1).is_cuda",
    "torch.ones(2, 3).nbytes, torch.ones(2).itemsize, torch.ones(2).is_cpu, torch.ones(2).is_sparse",
    "torch.ones(1).layout, torch.strided, torch.preserve_format, torch.channels_last",
    "torch.ones(2)[torch.newaxis].shape",
    "torch.ones(2, 3, 4, 5).contiguous(memory_format=torch.channels_last).stride()",
    "torch.ones(2, 3, 4, 5).is_contiguous(memory_format=torch.channels_last)",
    "torch.empty((2, 3, 5, 7), memory_format=torch.channels_last).dim_order()",
    "torch.zeros(2, 3, 4, 5).to(memory_format=torch.channels_last).clone().stride()",
    "torch.arange(4.).view(torch.int32), torch.arange(4).view(dtype=torch.float64).shape",
    "torch.arange(4, dtype=torch.int16).view(torch.uint8), torch.arange(4).view(2, 2).shape",
    "torch.arange(4, dtype=torch.uint8).view(torch.int16)",
    "torch.ones(3).view(torch.float64)",
    "torch.tensor(1.).view(torch.int16)",
    "torch.Tensor.add(torch.ones(2), 1), torch.Tensor.exp(torch.zeros(2))",
    "list(map(torch.Tensor.sum, [torch.ones(2), torch.ones(3)]))",
    "torch.einsum(torch.ones(2, 3), [0, 1], torch.ones(3, 2), [1, 2], [0, 2])",
    "torch.einsum(torch.ones(4, 2, 3), [..., 0, 1], torch.ones(3, 2), [1, 2]).shape",
    "torch.atleast_1d(), torch.atleast_2d(torch.ones(2))",
    "g = torch.manual_seed(3); torch.dropout(torch.ones(6), 0.5, True), torch.rrelu(-torch.ones(3), 0.1, 0.3, True)",
    "torch.embedding(torch.eye(3), torch.tensor([1, 2]))",
    "torch.selu(torch.tensor([-1., 1.])), torch.celu(-torch.ones(1), 2.), torch.threshold(torch.ones(2), 2, 7)",
    "torch.binary_cross_entropy_with_logits(torch.ones(2), torch.zeros(2), None, None, 1)",
    "torch.kl_div(torch.ones(2), torch.ones(2), 2), torch.hinge_embedding_loss(torch.ones(2), torch.ones(2), 1.0, 0)",
    "torch.kl_div(torch.ones(2), torch.ones(2)), torch.binary_cross_entropy_with_logits(torch.ones(2), torch.ones(2))",
    "torch.triplet_margin_loss(torch.eye(2), torch.eye(2), torch.ones(2, 2)), torch.margin_ranking_loss(torch.ones(2), "
    "torch.zeros(2), -torch.ones(2)), torch.cosine_embedding_loss(torch.eye(2), torch.ones(2, 2), torch.ones(2))",
    "torch.ctc_loss(torch.full((5, 1, 3), -1.), torch.tensor([[1, 2]]), torch.tensor([5]), torch.tensor([2]))",
    "torch.poisson_nll_loss(torch.ones(2), torch.ones(2))",
    "torch.max_pool1d(torch.arange(6.)[None], 2), torch.avg_pool1d(torch.arange(6.)[None], 3)",
    "torch.constant_pad_nd(torch.ones(2), (1, 1), 5.)",
    "torch.hann_window(5), torch.hamming_window(4, False), torch.kaiser_window(4), torch.bartlett_window(5)",
    "torch.blackman_window(6), torch.hann_window(0), torch.hann_window(1)",
    "torch.hann_window(-1)",
    "torch.linalg.inv(torch.ones(2, 2))",
    "torch.linalg.inv(torch.stack([torch.eye(2), torch.ones(2, 2)]))",
    "torch.linalg.cholesky(torch.tensor([[1., 2.], [2., 1.]]))",
    "torch.linalg.solve(torch.zeros(2, 2), torch.ones(2))",
    "torch.multinomial(torch.ones(3), 5)",
    "torch.tensordot(torch.ones(3, 4, 5), torch.ones(4, 3, 2), 2)",
    "torch.typename(torch.nn.Parameter), torch.typename(torch.ones(1))",
    "v = torch.zeros(2, requires_grad=True); h = v.register_post_accumulate_grad_hook("
    "lambda p: p.add_(p.grad, alpha=-1)); v.sum().backward(); v",
]


@pytest.mark.parametrize("program", ALIKE)
def test_a_prompt_shows_what_torch_shows(program):
    expected, actual = torch_shows(program), gradcli_shows(program)
    assert expected == actual or expected.rstrip(".") in actual


def torch_shows(program):
    out = io.StringIO()
    try:
        with contextlib.redirect_stdout(out):
            exec(compile(program + "\n", "<prompt>", "single"), {"torch": torch})
    except Exception as error:      # what torch says is what is compared
        return str(error).splitlines()[0]
    return out.getvalue()


def gradcli_shows(program):
    try:
        return Session("modern", seed=0).run(program)
    except Fault as fault:
        return fault.message
