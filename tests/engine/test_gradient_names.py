"""The names of nodes in graphs of gradients, as PyTorch 2.13 prints them under create_graph."""

from gradcli.session.session import Session

NAMES = {
    "x.relu()": "ThresholdBackwardBackward0", "F.threshold(x, 0.8, 0.)": "ThresholdBackwardBackward0",
    "F.gelu(x)": "GeluBackwardBackward0", "F.gelu(x, approximate='tanh')": "GeluBackwardBackward0",
    "F.elu(x)": "EluBackwardBackward0", "F.selu(x)": "EluBackwardBackward0",
    "F.softplus(x)": "SoftplusBackwardBackward0", "F.logsigmoid(x)": "LogSigmoidBackwardBackward0",
    "F.hardtanh(x)": "HardtanhBackwardBackward0", "F.hardswish(x)": "HardswishBackwardBackward0",
    "F.leaky_relu(x)": "LeakyReluBackwardBackward0", "F.softshrink(x)": "SoftshrinkBackwardBackward0",
    "F.glu(x)": "GluBackwardBackward0", "F.mse_loss(x, torch.ones(3, 4))": "MseLossBackwardBackward0",
    "F.nll_loss(x, torch.tensor([0, 1, 2]))": "NllLossBackwardBackward0",
    "F.cross_entropy(x, torch.tensor([0, 1, 2]))": "LogSoftmaxBackwardDataBackward0",
    "x.softmax(1)": "SoftmaxBackwardDataBackward0", "F.layer_norm(x, (4,))": "NativeLayerNormBackwardBackward0",
    "x.tanh().sin()": "TanhBackwardBackward0", "x.sigmoid()": "SigmoidBackwardBackward0",
    "x[0]**2": "SelectBackwardBackward0", "x[[0, 1]]**2": "IndexPutImplBackward0", "x[1:]**2": "SliceBackwardBackward0",
    "x[None]**2": "SqueezeBackward1", "x.mean(1)**2": "DivBackward1", "x.max()**2": "MaskedFillBackward1",
    "x.pow(torch.tensor(3.))": "WhereBackward0", "x.pow(torch.tensor(0))": "WhereBackward0", "x**3": "MulBackward0",
    "F.embedding(torch.tensor([0, 1]), x)**2": "EmbeddingDenseBackwardBackward0", "x.sin()": "MulBackward0"}


def test_gradients_with_a_history_have_the_names_of_2_13():
    session = Session(style="modern")
    session.run("import torch\nimport torch.nn.functional as F\n"
                "def name(f):\n"
                "    x = torch.linspace(0.5, 1.5, 12).view(3, 4).requires_grad_()\n"
                "    g, = torch.autograd.grad(f(x).sum(), x, create_graph=True)\n"
                "    return str(g.grad_fn.name()) if g.requires_grad else ''\n")
    wrong = {text: name for text, expected in NAMES.items()
             if (name := str(session.eval(f"name(lambda x: {text})"))) != expected}
    assert not wrong
