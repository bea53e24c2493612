"""Max, average, power-average, adaptive and fractional pooling, and unpooling."""

from __future__ import annotations

from typing import Any, ClassVar

from gradcli.engine.autograd.op import traced
from gradcli.engine.autograd.signature import brief
from gradcli.faults.tree import ValueFault
from gradcli.nn.module.module import Module
from gradcli.nn.modules.functional_module import classes_by_rank


class _Pool(Module):
    """A pooling over the last `_dims` dimensions."""

    _module_path = "torch.nn.modules.pooling"
    _dims: ClassVar[int]
    _printed_options: ClassVar[tuple[str, ...]] = ()

    def _operation(self, name: str) -> Any:
        return getattr(traced, f"{name}{self._dims}d")

    def extra_repr(self) -> str:
        return ", ".join([f"{name}={getattr(self, name)}" for name in self._printed_options])


class _MaxPool(_Pool):
    _printed_options = ("kernel_size", "stride", "padding", "dilation", "ceil_mode")

    def __init__(self, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1,
                 return_indices: bool = False, ceil_mode: bool = False) -> None:
        super().__init__()
        self.kernel_size, self.stride = kernel_size, kernel_size if stride is None else stride
        self.padding, self.dilation = padding, dilation
        self.return_indices, self.ceil_mode = return_indices, ceil_mode

    def forward(self, input: Any) -> Any:
        return self._operation("max_pool")(input, self.kernel_size, self.stride, self.padding, self.dilation,
                                           self.ceil_mode, self.return_indices)


class _AvgPool(_Pool):
    _printed_options = ("kernel_size", "stride", "padding")

    def __init__(self, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False,
                 count_include_pad: bool = True) -> None:
        super().__init__()
        self.kernel_size, self.stride = kernel_size, kernel_size if stride is None else stride
        self.padding, self.ceil_mode, self.count_include_pad = padding, ceil_mode, count_include_pad

    def forward(self, input: Any) -> Any:
        return self._operation("avg_pool")(input, self.kernel_size, self.stride, self.padding, self.ceil_mode,
                                           self.count_include_pad)


class AvgPool1d(_AvgPool):
    """The mean of each window."""

    _dims = 1

    def __init__(self, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False,
                 count_include_pad: bool = True) -> None:
        super().__init__(_single(kernel_size), _single(stride), _single(padding), ceil_mode, count_include_pad)


def _single(value: Any) -> Any:
    return (value,) if type(value) is int else value


class _DivisibleAvgPool(_AvgPool):
    def __init__(self, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False,
                 count_include_pad: bool = True, divisor_override: Any = None) -> None:
        super().__init__(kernel_size, stride, padding, ceil_mode, count_include_pad)
        self.divisor_override = divisor_override

    def forward(self, input: Any) -> Any:
        return self._operation("avg_pool")(input, self.kernel_size, self.stride, self.padding, self.ceil_mode,
                                           self.count_include_pad, self.divisor_override)


class _LPPool(_Pool):
    _printed_options = ("norm_type", "kernel_size", "stride", "ceil_mode")

    def __init__(self, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False) -> None:
        super().__init__()
        self.norm_type, self.kernel_size, self.stride, self.ceil_mode = norm_type, kernel_size, stride, ceil_mode

    def forward(self, input: Any) -> Any:
        return self._operation("lp_pool")(input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode)


class _AdaptiveAvgPool(_Pool):
    _kind = "adaptive_avg_pool"
    _printed_options = ("output_size",)

    def __init__(self, output_size: Any) -> None:
        super().__init__()
        self.output_size = output_size

    def forward(self, input: Any) -> Any:
        return self._operation(self._kind)(input, self.output_size)


class _AdaptiveMaxPool(_AdaptiveAvgPool):
    _kind = "adaptive_max_pool"

    def __init__(self, output_size: Any, return_indices: bool = False) -> None:
        super().__init__(output_size)
        self.return_indices = return_indices

    def forward(self, input: Any) -> Any:
        return self._operation(self._kind)(input, self.output_size, self.return_indices)


class _MaxUnpool(_Pool):
    _printed_options = ("kernel_size", "stride", "padding")

    def __init__(self, kernel_size: Any, stride: Any = None, padding: Any = 0) -> None:
        super().__init__()
        self.kernel_size, self.stride, self.padding = (
            value if isinstance(value, tuple) else (value,) * self._dims
            for value in (kernel_size, kernel_size if stride is None else stride, padding))

    def forward(self, input: Any, indices: Any, output_size: Any = None) -> Any:
        return self._operation("max_unpool")(input, indices, self.kernel_size, self.stride, self.padding, output_size)


class _FractionalMaxPool(_Pool):

    def __init__(self, kernel_size: Any, output_size: Any = None, output_ratio: Any = None,
                 return_indices: bool = False, _random_samples: Any = None) -> None:
        super().__init__()
        self.kernel_size, self.return_indices = self._ntuple(kernel_size), return_indices
        self.__dict__["_random_samples"] = self._buffer_dict["_random_samples"] = _random_samples
        self.output_size = None if output_size is None else self._ntuple(output_size)
        self.output_ratio = None if output_ratio is None else self._ntuple(output_ratio)
        if output_size is None and output_ratio is None:
            raise ValueFault(f"{type(self).__name__} requires specifying either an output size, or a pooling ratio",
                             "output_size=2")
        if output_size is not None and output_ratio is not None:
            raise ValueFault("only one of output_size and output_ratio may be specified")
        ratios = self.output_ratio or ()
        if not all(type(ratio) in (int, float) and 0 < ratio < 1 for ratio in ratios):
            raise ValueFault(f"output_ratio must be between 0 and 1 (got {brief(output_ratio)})")

    def _ntuple(self, value: Any) -> tuple[Any, ...]:
        return tuple(value) if isinstance(value, tuple | list) else (value,) * self._dims

    def forward(self, input: Any) -> Any:
        return self._operation("fractional_max_pool")(
            input, self.kernel_size, self.output_size, self.output_ratio, self.return_indices,
            self.__dict__["_random_samples"])


def _classes() -> dict[str, type[Module]]:
    """The poolings that differ by their rank alone."""
    classes: dict[str, type[Module]] = {}
    for name, base, text in (
            ("MaxPool", _MaxPool, "The maximum of each window."),
            ("LPPool", _LPPool, "The norm_type-norm of each window."),
            ("AdaptiveAvgPool", _AdaptiveAvgPool, "The mean of each of output_size windows."),
            ("AdaptiveMaxPool", _AdaptiveMaxPool, "The maximum of each of output_size windows."),
            ("MaxUnpool", _MaxUnpool, "The inverse of max pooling: each value at its index, zeros elsewhere.")):
        classes |= classes_by_rank(__name__, base, name, text)
    mean = dict.fromkeys((2, 3), "The mean of each window.")
    classes |= classes_by_rank(__name__, _DivisibleAvgPool, "AvgPool", mean)
    return classes | classes_by_rank(__name__, _FractionalMaxPool, "FractionalMaxPool", dict.fromkeys(
        (2, 3), "The maximum of windows at random places (Graham, 2014): output_size of them, or output_ratio of the "
                "input."))


globals().update(_classes())
