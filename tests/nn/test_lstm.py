"""An LSTM layer, which is one operation, beside cells called in a loop: results, gradients, gradients of gradients."""

import numpy as np
import pytest

from gradcli import Session

PROGRAM = """
import torch, torch.nn as nn
torch.set_default_dtype(torch.float64)
torch.manual_seed(3)
layer = nn.LSTM(3, 2, bias={bias}, bidirectional={both})
x = torch.randn(4, 2, 3, requires_grad=True)
h0, c0 = (torch.randn({sides}, 2, 2).requires_grad_() for _ in range(2))

def cells(x):
    outputs, hs, cs = [], [], []
    for side in range({sides}):
        suffix = '_l0_reverse' if side else '_l0'
        w, u = getattr(layer, 'weight_ih' + suffix), getattr(layer, 'weight_hh' + suffix)
        b = getattr(layer, 'bias_ih' + suffix) + getattr(layer, 'bias_hh' + suffix) if {bias} else 0
        h, c, steps = h0[side], c0[side], []
        for row in (x.flip(0) if side else x):
            i, f, g, o = (row @ w.t() + h @ u.t() + b).chunk(4, 1)
            c = f.sigmoid() * c + i.sigmoid() * g.tanh()
            h = o.sigmoid() * c.tanh()
            steps.append(h)
        outputs.append(torch.stack(steps[::-1] if side else steps))
        hs.append(h)
        cs.append(c)
    return torch.cat(outputs, 2), torch.stack(hs), torch.stack(cs)

def one(x):
    output, (h, c) = layer(x, (h0, c0))
    return output, h, c

def loss(o, h, c):
    return {loss}

inputs = [x, h0, c0, *layer.parameters()]
results = []
for way in (one, cells):
    for _ in range(2):
        first = torch.autograd.grad(loss(*way(x)), inputs)
    again = torch.autograd.grad(loss(*way(x)), inputs, create_graph=True)
    second = torch.autograd.grad(sum((g * g).sum() for g in again), inputs)
    results.append([t.detach() for t in (*way(x), *first, *again, *second)])
"""


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("loss", ["(o ** 3).sum()", "(o ** 2).sum() + (h * c).sum()", "(c ** 2).sum()",
                                  "h.exp().sum()"])
def test_one_operation_does_what_cells_do(both, bias, loss):
    session = Session(style="modern")
    session.run(PROGRAM.format(both=both, bias=bias, loss=loss, sides=1 + both))
    one, cells = session["results"]
    for mine, other in zip(one, cells, strict=True):
        np.testing.assert_allclose(mine.array, other.array, rtol=1e-9, atol=1e-12)


def test_calls_that_share_a_gradient_have_gradients_of_their_own():
    session = Session(style="modern")
    session.run("import torch, torch.nn as nn\n"
                "torch.manual_seed(1)\n"
                "a, b, x = nn.LSTM(3, 2), nn.LSTM(3, 2), torch.randn(4, 1, 3)\n"
                "(a(x)[0] + b(x)[0]).sum().backward()\n"
                "together = [p.grad.clone() for m in (a, b) for p in m.parameters()]\n"
                "a.zero_grad(); b.zero_grad()\n"
                "a(x)[0].sum().backward(); b(x)[0].sum().backward()\n"
                "apart = [p.grad for m in (a, b) for p in m.parameters()]\n")
    for mine, other in zip(session["together"], session["apart"], strict=True):
        np.testing.assert_array_equal(mine.array, other.array)
