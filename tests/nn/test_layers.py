"""Layers beside torch: results, gradients, what is kept, and evaluation mode."""

import pytest

from gradcli.session.session import Session
from support.python_prints import python_prints

PROGRAM = """
torch.set_default_dtype(torch.float64)
torch.manual_seed(11)
def say(t):
    print((t * 1e6).round() / 1e6 + 0.0)
m = nn.{layer}
x = {input}
x.requires_grad_()
y = m(x)
while isinstance(y, tuple):
    y = y[0]
say(y)
(y * y).sum().backward()
say(x.grad)
for name, p in m.named_parameters():
    print(name)
    say(p.grad)
for name, b in m.named_buffers():
    print(name)
    say(b)
m.eval()
y = m(x)
while isinstance(y, tuple):
    y = y[0]
say(y)
"""

BATCH = """Linear(4,2) Linear(4,2,bias=False) ReLU() ReLU6() ELU() ELU(0.5) SELU() CELU(0.5) GELU() GELU('tanh')
    Sigmoid() Tanh() SiLU() Mish() Softplus() Softplus(2,1) Softsign() LeakyReLU(0.3) PReLU() PReLU(4)
    Hardtanh() Hardsigmoid()
    Hardswish() Hardshrink() Softshrink() Tanhshrink() Threshold(0.1,2) LogSigmoid() GLU() Softmax(1) LogSoftmax(1)
    Softmin(1) Dropout(0.3) AlphaDropout() RReLU(0.2,0.2) BatchNorm1d(4) BatchNorm1d(4,momentum=None)
    BatchNorm1d(4,affine=False,track_running_stats=False) LayerNorm(4) LayerNorm(4,bias=False) GroupNorm(2,4) Flatten()
    Identity() LSTM(4,3) RNN(4,3,nonlinearity='relu') GRUCell(4,3) LSTMCell(4,3) RNNCell(4,3)"""
LINES = """Conv1d(4,2,3) Conv1d(4,2,3,padding=1,padding_mode='reflect') ConvTranspose1d(4,2,3) MaxPool1d(2) AvgPool1d(2)
    LPPool1d(2,2) AdaptiveAvgPool1d(3) AdaptiveMaxPool1d(3) BatchNorm1d(4) InstanceNorm1d(4)
    InstanceNorm1d(4,affine=True,track_running_stats=True) Dropout1d() Upsample(scale_factor=2) ReflectionPad1d(2)
    ReplicationPad1d(1) ConstantPad1d(1,2.) ZeroPad1d(1) LSTM(6,3,2) LSTM(6,3,2,bidirectional=True)
    LSTM(6,3,batch_first=True) GRU(6,3,2,bidirectional=True) GRU(6,2,bias=False) RNN(6,3,2) LSTM(6,3,2,dropout=0.5)"""
IMAGES = """Conv2d(4,2,3) Conv2d(4,4,3,2,1,groups=2,bias=False) Conv2d(4,2,3,padding='same')
    Conv2d(4,2,3,padding=1,padding_mode='circular') Conv2d(4,2,(3,2),dilation=(1,2)) ConvTranspose2d(4,2,3,2,1,1)
    MaxPool2d(2) MaxPool2d(3,1,1) AvgPool2d(2) AvgPool2d(3,2,1,True,False) LPPool2d(2,2) AdaptiveAvgPool2d((1,2))
    AdaptiveMaxPool2d(2) BatchNorm2d(4) InstanceNorm2d(4) GroupNorm(2,4) LocalResponseNorm(2) Dropout2d() Softmax2d()
    UpsamplingNearest2d(scale_factor=2) UpsamplingBilinear2d(scale_factor=2) PixelShuffle(2) PixelUnshuffle(2) Unfold(2)
    ZeroPad2d(1) ReflectionPad2d(2) Flatten(1,2) Unflatten(1,(2,2)) LayerNorm([6,6])"""
VOLUMES = """Conv3d(2,2,2) ConvTranspose3d(2,1,2) MaxPool3d(2) AvgPool3d(2) BatchNorm3d(2) Dropout3d()
    AdaptiveAvgPool3d(2)"""
CASES = [(layer, f"torch.randn({size})") for layers, size in (
    (BATCH, "3, 4"), (LINES, "2, 4, 6"), (IMAGES, "2, 4, 6, 6"), (VOLUMES, "1, 2, 4, 4, 4"))
    for layer in layers.split()]


@pytest.mark.parametrize(("layer", "input"), CASES, ids=[f"{layer}-{i}" for i, (layer, _) in enumerate(CASES)])
def test_layer(alike, layer, input):
    alike(PROGRAM.format(layer=layer, input=input))


LOSSES = {
    "MSELoss()": "a, b", "MSELoss(size_average=False)": "a, b", "MSELoss(reduction='none')": "a, b",
    "MSELoss(reduce=False)": "a, b", "L1Loss()": "a, b", "SmoothL1Loss(beta=0.5)": "a, b",
    "HuberLoss(delta=0.5)": "a, b",
    "BCELoss()": "p, q", "BCELoss(weight=torch.tensor([1., 2., 3.]))": "p, q",
    "BCEWithLogitsLoss(pos_weight=torch.tensor([1., 2., 3.]))": "a, q", "NLLLoss()": "a, k",
    "NLLLoss(weight=torch.tensor([1., 2., 3.]), ignore_index=1)": "a, k", "CrossEntropyLoss()": "a, k",
    "CrossEntropyLoss(label_smoothing=0.1, reduction='sum')": "a, k", "KLDivLoss(reduction='batchmean')": "a, p",
    "KLDivLoss(log_target=True)": "a, b", "SoftMarginLoss()": "a, s", "HingeEmbeddingLoss(0.5)": "a, s",
    "MarginRankingLoss(0.1)": "a, b, s", "CosineEmbeddingLoss()": "a, b, s[:, 0]",
    "TripletMarginLoss(0.5)": "a, b, p",
    "PoissonNLLLoss()": "a, q", "GaussianNLLLoss()": "a, b, p", "MultiMarginLoss()": "a, k",
    "MultiLabelMarginLoss()": "a, torch.tensor([[0, 1, -1], [2, -1, 0], [1, -1, 2], [0, -1, 1]])",
    "MultiLabelSoftMarginLoss()": "a, q"}


@pytest.mark.parametrize("loss", LOSSES)
def test_loss(alike, loss):
    alike(f"""
torch.set_default_dtype(torch.float64)
torch.manual_seed(5)
a = torch.randn(4, 3).requires_grad_()
b, p, q = torch.randn(4, 3), torch.rand(4, 3), torch.rand(4, 3).round()
k, s = torch.tensor([0, 2, 1, 2]), torch.tensor([[1., -1., 1.]]).expand(4, 3)
{"p.requires_grad_()" if loss.startswith("BCELoss") else ""}
y = nn.{loss}({LOSSES[loss]})
print((y * 1e6).round() / 1e6)
y.sum().backward()
g = p.grad if a.grad is None else a.grad
print((g * 1e6).round() / 1e6 + 0.0)
""")


def test_state_handed_on(alike):
    alike("""
torch.set_default_dtype(torch.float64)
torch.manual_seed(2)
x = torch.randn(3, 2, 4)
lstm, gru, cell = nn.LSTM(4, 3, 2), nn.GRU(4, 3, batch_first=True), nn.LSTMCell(4, 3)
y, (h, c) = lstm(x)
y, (h, c) = lstm(x, (h, c))
print(y.detach(), h.detach(), c.detach())
y, h = gru(x)
y, h = gru(x, h)
print(y.detach(), h.detach())
h, c = cell(x[0])
h, c = cell(x[1], (h, c))
print(h, c)
print(lstm(x[:, 0])[0].detach())
""")


def test_in_place_and_nested_output_size(alike):
    alike("""
x = torch.arange(-3., 3.)
y = nn.ReLU(inplace=True)(x)
print(y is x, x)
torch.manual_seed(1)
x = torch.ones(6)
y = nn.Dropout(0.5, inplace=True)(x)
print(y is x, x)
up = nn.ConvTranspose2d(1, 1, 3, stride=2)
print(up(torch.ones(1, 1, 3, 3), output_size=(8, 8)).shape)
""")


def test_a_bias_of_more_dimensions_broadcasts_as_in_torch():
    torch = pytest.importorskip("torch")
    program = """
net = torch.nn.Linear(3, 2)
with torch.no_grad():
    net.weight.copy_(torch.arange(6.).reshape(2, 3))
for shape in (1, 2), (1, 1), (4, 1), (4, 2):
    net.bias = torch.nn.Parameter(torch.arange(1., 1 + shape[0] * shape[1]).reshape(shape))
    y = net(torch.ones(4, 3))
    y.sum().backward()
    print(y, net.bias.grad)
try:
    torch.nn.functional.linear(torch.ones(4, 3), net.weight, torch.ones(1, 1, 2))
except RuntimeError as error:
    print(error)
"""
    assert Session(style="modern").run(program, echo=False) == python_prints(program, {"torch": torch})
