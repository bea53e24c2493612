"""Activations as modules: each calls an operation with the options it was constructed with."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from gradcli.engine.autograd.op import TABLE, flat_name, traced
from gradcli.engine.tensor.device import DeviceLike
from gradcli.engine.tensor.inplace import inplace
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.write_gate import writing
from gradcli.faults.mistakes import FailedAssertion
from gradcli.faults.tree import ValueFault
from gradcli.nn.module.module import Module
from gradcli.nn.modules.functional_module import FunctionalModule, define_module
from gradcli.nn.modules.linear import empty_parameter


class Activation(FunctionalModule):
    """An operation with the options of its construction, in place if `inplace` is set."""

    _module_path = "torch.nn.modules.activation"

    def _function(self) -> Any:
        name = f"nn.functional.{self._operation}"
        call = getattr(traced, flat_name(name))
        if not self._is_inplace():
            return call
        return inplace(TABLE[name if name in TABLE else self._operation], self._operation + "_", call)

    def _is_inplace(self) -> bool:
        return bool(self.__dict__.get("inplace"))

    def extra_repr(self) -> str:
        return ", ".join(filter(None, [super().extra_repr(), "inplace=True" * self._is_inplace()]))


INPLACE = "inplace: bool = False"
_activation = partial(define_module, Activation, __name__)
ReLU = _activation("ReLU", "relu", INPLACE, "max(x, 0).")
SELU = _activation("SELU", "selu", INPLACE, "The self-normalising exponential unit.")
SiLU = _activation("SiLU", "silu", INPLACE, "x sigmoid(x).")
Mish = _activation("Mish", "mish", INPLACE, "x tanh(softplus(x)).")
ELU = _activation("ELU", "elu", f"alpha: float = 1.0, {INPLACE}", "x above 0, alpha (exp(x) - 1) below.")
CELU = _activation("CELU", "celu", f"alpha: float = 1.0, {INPLACE}", "max(x, 0) + min(0, alpha (exp(x / alpha) - 1)).")
LeakyReLU = _activation("LeakyReLU", "leaky_relu", f"negative_slope: float = 0.01, {INPLACE}",
                        "x above 0, negative_slope x below.")
Threshold = _activation("Threshold", "threshold", f"threshold: float, value: float, {INPLACE}",
                        "x where it is above the threshold, else value.")
Softplus = _activation("Softplus", "softplus", "beta: float = 1.0, threshold: float = 20.0",
                       "log(1 + exp(beta x)) / beta, and x itself where that is above the threshold.")
GLU = _activation("GLU", "glu", "dim: int = -1", "One half of the input along dim, times the sigmoid of the other.")
Softmax = _activation("Softmax", "softmax", "dim: int | None = None", "exp(x) over its sum along dim.")
Softmin = _activation("Softmin", "softmin", "dim: int | None = None", "softmax(-x).")
LogSoftmax = _activation("LogSoftmax", "log_softmax", "dim: int | None = None", "log(softmax(x)).")
Sigmoid = _activation("Sigmoid", "sigmoid", "", "1 / (1 + exp(-x)).")
Tanh = _activation("Tanh", "tanh", "", "The hyperbolic tangent.")
Softsign = _activation("Softsign", "softsign", "", "x / (1 + |x|).")
Tanhshrink = _activation("Tanhshrink", "tanhshrink", "", "x - tanh(x).")
LogSigmoid = _activation("LogSigmoid", "logsigmoid", "", "log(sigmoid(x)).")


class _HardActivation(Activation):
    """With options that are not printed."""

    def extra_repr(self) -> str:
        return ""


Hardsigmoid = define_module(_HardActivation, __name__, "Hardsigmoid", "hardsigmoid", INPLACE, "relu6(x + 3) / 6.")
Hardswish = define_module(_HardActivation, __name__, "Hardswish", "hardswish", INPLACE, "x relu6(x + 3) / 6.")


class GELU(Activation):
    """x times the normal distribution function at x."""

    _operation, _option_names = "gelu", ("approximate",)

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        self.approximate = approximate

    def forward(self, input: Any) -> Any:
        return traced.gelu(input, approximate=self.approximate)


class RReLU(Activation):
    """x above 0, a x below, with a drawn between lower and upper while training."""

    _operation, _option_names = "rrelu", ("lower", "upper")

    def __init__(self, lower: float = 1.0 / 8, upper: float = 1.0 / 3, inplace: bool = False) -> None:
        super().__init__()
        self.lower, self.upper, self.inplace = lower, upper, inplace

    def forward(self, input: Any) -> Any:
        return traced.rrelu(input, self.lower, self.upper, self.training)


class PReLU(Module):
    """x above 0, a x below, where a is learnt: for all channels together or for each."""

    _module_path = "torch.nn.modules.activation"
    _first_shape = ("num_parameters",)

    def __init__(self, num_parameters: int = 1, init: float = 0.25, device: DeviceLike = None,
                 dtype: Any = None) -> None:
        super().__init__()
        self.num_parameters, self.init = num_parameters, init
        self.weight = empty_parameter((num_parameters,), dtype)
        writing(self.weight.array)[...] = init

    def forward(self, input: Any) -> Any:
        return traced.prelu(input, self.weight)

    def extra_repr(self) -> str:
        return f"num_parameters={self.num_parameters}"


class Hardtanh(Activation):
    """x cut off at min_val and max_val."""

    _operation = "hardtanh"
    _option_names: ClassVar[tuple[str, ...]] = ("min_val", "max_val")

    def __init__(self, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        if not max_val > min_val:
            raise FailedAssertion(f"max_val ({max_val}) must be greater than min_val ({min_val})", "nn.Hardtanh(-1, 1)")
        self.min_val, self.max_val, self.inplace = min_val, max_val, inplace


class ReLU6(Hardtanh):
    """min(max(x, 0), 6)."""

    _operation = "relu6"
    _option_names: ClassVar[tuple[str, ...]] = ()

    def __init__(self, inplace: bool = False) -> None:
        super().__init__(0.0, 6.0, inplace)


class _Shrinkage(Activation):
    """With the option `lambd`, which is printed without its name."""

    lambd: float

    def extra_repr(self) -> str:
        return f"{self.lambd}"


Hardshrink = define_module(_Shrinkage, __name__, "Hardshrink", "hardshrink", "lambd: float = 0.5",
                           "x where it is beyond lambd, else 0.")
Softshrink = define_module(_Shrinkage, __name__, "Softshrink", "softshrink", "lambd: float = 0.5",
                           "x moved towards 0 by lambd, as far as 0.")


class Softmax2d(Activation):
    """softmax over the channels at each place of an image."""

    _operation = "softmax"

    def __init__(self) -> None:
        super().__init__()

    def forward(self, input: Any) -> Any:
        if isinstance(input, Tensor) and input.array.ndim not in (3, 4):
            raise ValueFault(f"Softmax2d: expected input to be 3D or 4D, got {input.array.ndim}D instead")
        return traced.softmax(input, -3)
