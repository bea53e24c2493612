"""How modules printed in earlier versions: what these versions printed, by hand."""

from gradcli.session.session import Session

PRINTED = {
    None: """
Linear(2, 3) | Linear (2 -> 3)
Bilinear(2, 3, 4) | Bilinear (in1_features=2, in2_features=3, out_features=4)
Conv2d(1, 6, 5, padding=1, bias=False) | Conv2d(1, 6, kernel_size=(5, 5), stride=(1, 1), padding=(1, 1), bias=False)
MaxPool1d(2) | MaxPool1d (size=2, stride=2, padding=0, dilation=1, ceil_mode=False)
MaxPool2d(3, 2, 1) | MaxPool2d (size=(3, 3), stride=(2, 2), padding=(1, 1), dilation=(1, 1))
MaxPool3d(2) | MaxPool3d (size=2, stride=2, padding=0, dilation=1, ceil_mode=False)
AvgPool2d(2) | AvgPool2d (;)
MaxUnpool2d(2) | MaxUnpool2d (;)
LPPool2d(2, 3) | LPPool2d (;)
AdaptiveAvgPool2d(1) | AdaptiveAvgPool2d (output_size=1)
BatchNorm2d(6) | BatchNorm2d(6, eps=1e-05, momentum=0.1, affine=True)
InstanceNorm2d(3) | InstanceNorm2d(3, eps=1e-05, momentum=0.1, affine=False)
Dropout(0.3, True) | Dropout (p = 0.3, inplace)
Dropout2d() | Dropout2d (p=0.5)
ReLU(inplace=True) | ReLU (inplace)
Softplus() | Softplus (beta=1, threshold=20)
Hardtanh() | Hardtanh (min_val=-1, max_val=1)
Hardtanh(-2.0, 2.0) | Hardtanh (min_val=-2.0, max_val=2.0)
ReflectionPad2d(2) | ReflectionPad2d (2, 2, 2, 2)
PixelShuffle(3) | PixelShuffle (upscale_factor=3)
UpsamplingNearest2d(scale_factor=2) | UpsamplingNearest2d(scale_factor=2)
TripletMarginLoss() | TripletMarginLoss (;)
Sequential(Linear(2, 2), Linear(2, 2)) | Sequential (;  (0): Linear (2 -> 2);  (1): Linear (2 -> 2);)
""",
    "0.3": """
Linear(2, 3, bias=False) | Linear(in_features=2, out_features=3)
Conv2d(1, 6, 5) | Conv2d (1, 6, kernel_size=(5, 5), stride=(1, 1))
MaxPool2d(2, 2) | MaxPool2d(kernel_size=(2, 2), stride=(2, 2), dilation=(1, 1))
AvgPool2d(2) | AvgPool2d(kernel_size=2, stride=2, padding=0, ceil_mode=False, count_include_pad=True)
LPPool2d(2, 3) | LPPool2d(2, 3, stride=None, ceil_mode=False)
BatchNorm2d(6) | BatchNorm2d(6, eps=1e-05, momentum=0.1, affine=True)
Dropout(0.3) | Dropout(p=0.3)
ReLU(inplace=True) | ReLU(inplace)
SELU(inplace=True) | SELU(inplace)
Threshold(0.1, 20) | Threshold (0.1, 20)
LeakyReLU(0.2, inplace=True) | LeakyReLU(0.2, inplace)
PReLU() | PReLU(num_parameters=1)
Softmax(dim=1) | Softmax()
Upsample(scale_factor=2, mode='bilinear') | Upsample(scale_factor=2, mode=bilinear)
CrossEntropyLoss() | CrossEntropyLoss(;)
Sequential(Linear(2, 2), Tanh()) | Sequential(;  (0): Linear(in_features=2, out_features=2);  (1): Tanh();)
""",
    "0.4": """
Linear(2, 3, bias=False) | Linear(in_features=2, out_features=3, bias=False)
Conv2d(1, 6, 5) | Conv2d(1, 6, kernel_size=(5, 5), stride=(1, 1))
MaxPool2d(2, 2) | MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)
BatchNorm2d(6) | BatchNorm2d(6, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)
InstanceNorm2d(3) | InstanceNorm2d(3, eps=1e-05, momentum=0.1, affine=False, track_running_stats=False)
LayerNorm(3) | LayerNorm(torch.Size([3]), eps=1e-05, elementwise_affine=True)
Dropout(0.3) | Dropout(p=0.3)
ReLU(inplace=True) | ReLU(inplace)
LeakyReLU(0.2, inplace=True) | LeakyReLU(negative_slope=0.2, inplace)
Softmax(dim=1) | Softmax()
Upsample(scale_factor=2) | Upsample(scale_factor=2, mode=nearest)
CrossEntropyLoss() | CrossEntropyLoss()
Sequential() | Sequential()
ModuleList([Tanh(), Tanh()]) | ModuleList(;  (0): Tanh();  (1): Tanh();)
"""}


def test_modules_print_as_in_their_time():
    for age, table in PRINTED.items():
        session = Session("tutorial", 0, age=age)
        session.run("from torch.nn import *", echo=False)
        for row in table.strip().splitlines():
            module, text = row.split(" | ")
            assert session.run(f"print({module})", echo=False) == text.replace(";", "\n") + "\n", (age, module)


def test_modules_of_programs_list_their_children():
    program = ("class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
               "        self.a = nn.ReLU()\nprint(Net())")
    for age, text in ((None, "Net (\n  (a): ReLU ()\n)\n"), ("0.3", "Net(\n  (a): ReLU()\n)\n"),
                      ("0.4", "Net(\n  (a): ReLU()\n)\n")):
        assert Session("tutorial", 0, age=age).run(program, echo=False) == text, age
        assert Session("modern", 0, age=age).run(program, echo=False) == "Net(\n  (a): ReLU()\n)\n"


def test_values_of_programs_in_a_text_hide_their_addresses():
    program = "class A:\n    pass\nnet = nn.Linear(1, 1)\nnet.in_features = A()\nprint(net)"
    texts = {Session("tutorial", 0, age=age).run(program, echo=False) for age in (None, "0.3") for turn in range(3)}
    assert len(texts) == 2
