"""Activations as modules: each calls an operation with the options it was constructed with."""

from __future__ import annotations

from typing import Any

from gradcli.engine.autograd.op import TABLE, flat_name, traced
from gradcli.engine.tensor.device import DeviceLike
from gradcli.engine.tensor.inplace import inplace
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.write_gate import writing
from gradcli.faults.mistakes import FailedAssertion
from gradcli.faults.tree import ValueFault
from gradcli.nn.module.module import Module
from gradcli.nn.modules.functional_module import FunctionalModule
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


class _WithoutOptions(Activation):
    """Without options."""

    def __init__(self) -> None:
        super().__init__()


class _InPlace(Activation):
    """With the option `inplace`, which overwrites the input."""


    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace


class ReLU(_InPlace):
    """max(x, 0)."""

    _operation = "relu"


class ReLU6(_InPlace):
    """min(max(x, 0), 6)."""

    _operation = "relu6"


class SELU(_InPlace):
    """The self-normalising exponential unit."""

    _operation = "selu"


class SiLU(_InPlace):
    """x sigmoid(x)."""

    _operation = "silu"


class Mish(_InPlace):
    """x tanh(softplus(x))."""

    _operation = "mish"


class Hardsigmoid(_InPlace):
    """relu6(x + 3) / 6."""

    _operation = "hardsigmoid"

    def extra_repr(self) -> str:
        return ""


class Hardswish(_InPlace):
    """x relu6(x + 3) / 6."""

    _operation = "hardswish"

    def extra_repr(self) -> str:
        return ""


class Sigmoid(_WithoutOptions):
    """1 / (1 + exp(-x))."""

    _operation = "sigmoid"


class Tanh(_WithoutOptions):
    """The hyperbolic tangent."""

    _operation = "tanh"


class Softsign(_WithoutOptions):
    """x / (1 + |x|)."""

    _operation = "softsign"


class Tanhshrink(_WithoutOptions):
    """x - tanh(x)."""

    _operation = "tanhshrink"


class LogSigmoid(_WithoutOptions):
    """log(sigmoid(x))."""

    _operation = "logsigmoid"


class ELU(Activation):
    """x above 0, alpha (exp(x) - 1) below."""

    _operation, _option_names = "elu", ("alpha",)

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.alpha, self.inplace = alpha, inplace


class CELU(ELU):
    """max(x, 0) + min(0, alpha (exp(x / alpha) - 1))."""

    _operation = "celu"


class GELU(Activation):
    """x times the normal distribution function at x."""

    _operation, _option_names = "gelu", ("approximate",)

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        self.approximate = approximate

    def forward(self, input: Any) -> Any:
        return traced.gelu(input, approximate=self.approximate)


class LeakyReLU(Activation):
    """x above 0, negative_slope x below."""

    _operation, _option_names = "leaky_relu", ("negative_slope",)

    def __init__(self, negative_slope: float = 0.01, inplace: bool = False) -> None:
        super().__init__()
        self.negative_slope, self.inplace = negative_slope, inplace


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

    _operation, _option_names = "hardtanh", ("min_val", "max_val")

    def __init__(self, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        if not max_val > min_val:
            raise FailedAssertion(f"max_val ({max_val}) must be greater than min_val ({min_val})", "nn.Hardtanh(-1, 1)")
        self.min_val, self.max_val, self.inplace = min_val, max_val, inplace


class Hardshrink(Activation):
    """x where it is beyond lambd, else 0."""

    _operation, _option_names = "hardshrink", ("lambd",)

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = lambd

    def extra_repr(self) -> str:
        return f"{self.lambd}"


class Softshrink(Hardshrink):
    """x moved towards 0 by lambd, as far as 0."""

    _operation = "softshrink"


class Threshold(Activation):
    """x where it is above the threshold, else value."""

    _operation, _option_names = "threshold", ("threshold", "value")

    def __init__(self, threshold: float, value: float, inplace: bool = False) -> None:
        super().__init__()
        self.threshold, self.value, self.inplace = threshold, value, inplace


class Softplus(Activation):
    """log(1 + exp(beta x)) / beta, and x itself where that is above the threshold."""

    _operation, _option_names = "softplus", ("beta", "threshold")

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        super().__init__()
        self.beta, self.threshold = beta, threshold


class GLU(Activation):
    """One half of the input along dim, times the sigmoid of the other."""

    _operation, _option_names = "glu", ("dim",)

    def __init__(self, dim: int = -1) -> None:
        super().__init__()
        self.dim = dim


class Softmax(Activation):
    """exp(x) over its sum along dim."""

    _operation, _option_names = "softmax", ("dim",)

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim


class Softmin(Softmax):
    """softmax(-x)."""

    _operation = "softmin"


class LogSoftmax(Softmax):
    """log(softmax(x))."""

    _operation = "log_softmax"


class Softmax2d(_WithoutOptions):
    """softmax over the channels at each place of an image."""

    _operation = "softmax"

    def forward(self, input: Any) -> Any:
        if isinstance(input, Tensor) and input.array.ndim not in (3, 4):
            raise ValueFault(f"Softmax2d: expected input to be 3D or 4D, got {input.array.ndim}D instead")
        return traced.softmax(input, -3)
