"""Starting values: bit for bit those of torch for its seed, and those of 0.1.12 for its own."""

import numpy as np

from gradcli.session.session import Session


def test_layers_start_as_in_torch(alike):
    alike("""
torch.manual_seed(7)
torch.set_printoptions(precision=8)
for m in [nn.Linear(5, 3), nn.Bilinear(2, 3, 2), nn.Conv2d(2, 4, 3, groups=2), nn.ConvTranspose2d(2, 3, 2),
          nn.Conv1d(3, 2, 3, bias=False), nn.Embedding(3, 4, padding_idx=1), nn.LSTM(3, 2, 2, bidirectional=True),
          nn.GRUCell(3, 2), nn.RNN(2, 2), nn.BatchNorm1d(3), nn.PReLU(2), nn.LayerNorm(3)]:
    for name, p in m.named_parameters():
        print(name, p)
    for name, p in m.named_buffers():
        print(name, p)
""")


def test_functions_fill_as_in_torch(alike):
    alike("""
torch.manual_seed(7)
torch.set_printoptions(precision=8)
I = nn.init
for fill in [I.xavier_uniform_, I.xavier_normal_, I.kaiming_uniform_, I.kaiming_normal_, I.uniform_, I.normal_, I.ones_,
             I.zeros_, I.eye_]:
    print(fill(torch.empty(4, 5)))
print(I.dirac_(torch.empty(3, 2, 3)), I.constant_(torch.empty(2), 0.3), I.calculate_gain('leaky_relu', 0.2))
print(I.kaiming_normal_(torch.empty(4, 5, 2), mode='fan_out', nonlinearity='relu'), I.sparse_(torch.empty(4, 3), 0.5))
print(I.trunc_normal_(torch.empty(4, 5)), I.trunc_normal_(torch.empty(4, 5), 0.0, 1.0, 2.0, 3.0))
torch.set_printoptions(precision=4)
print(I.orthogonal_(torch.empty(3, 5)), I.orthogonal_(torch.empty(5, 3), gain=2))
w = torch.empty(2, 3, requires_grad=True)
print(I.uniform_(w, -1, 1) is w, w.grad_fn)
""")


def test_layers_start_as_in_the_age_of_the_tutorial():
    session = Session("tutorial")
    session.run("torch.manual_seed(3)\nm = nn.Linear(4, 2)\nc = nn.Conv2d(2, 3, 2)\nb = nn.BatchNorm1d(3)\n"
                "torch.manual_seed(3)\nw = torch.rand(8 + 2 + 24 + 3 + 3)\n", echo=False)
    values = session["w"].array.astype(np.float64)
    spread = [0.5] * 10 + [1 / np.sqrt(8)] * 27
    expected = (2 * values[:37] - 1) * spread
    m, c, b = session["m"], session["c"], session["b"]
    started = np.concatenate([p.array.ravel() for p in (m.weight, m.bias, c.weight, c.bias)])
    np.testing.assert_allclose(started, expected, atol=1e-6)
    np.testing.assert_allclose(b.weight.array, values[37:], atol=1e-7)
    assert not b.bias.array.any()


def test_names_of_then(run):
    assert run("torch.manual_seed(1)\na = nn.init.xavier_normal(torch.zeros(2, 2))\ntorch.manual_seed(1)\n"
               "print(torch.equal(a, nn.init.xavier_normal_(torch.zeros(2, 2))))\n", "tutorial") == "True\n"
