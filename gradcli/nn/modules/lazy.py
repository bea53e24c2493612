"""Lazy layers: the first input determines their input features; they then become ordinary layers."""

from __future__ import annotations

from typing import Any, ClassVar

from gradcli.engine.autograd.signature import described
from gradcli.engine.tensor.device import DeviceLike
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.uninitialized import Uninitialized, UninitializedParameter
from gradcli.exposure import exposed
from gradcli.faults.tree import ArgumentFault, ShapeFault, ValueFault
from gradcli.nn.module.module import Module
from gradcli.nn.modules import conv
from gradcli.nn.modules.linear import Linear


@exposed("initialize_parameters", "has_uninitialized_params")
class _Lazy(Module):
    """A layer whose parameters get their sizes from its first input; it then becomes a `_cls_to_become`."""

    _cls_to_become: ClassVar[type[Module]]

    def __call__(self, *args: Any, **options: Any) -> Any:
        self.initialize_parameters(*args, **options)
        if self.has_uninitialized_params():
            raise ShapeFault(f"module {type(self).__name__} has not been fully initialized")
        self.__class__ = self._cls_to_become     # type: ignore[assignment]  # of the same layout
        return self(*args, **options)

    def has_uninitialized_params(self) -> bool:
        """Whether there are parameters or buffers without a size."""
        return any(isinstance(value, Uninitialized)
                   for value in (*self._parameter_dict.values(), *self._buffer_dict.values()))

    def initialize_parameters(self, input: Any) -> None:
        """Materialize parameters and buffers in the sizes that `input` implies, and initialise them."""
        if self.has_uninitialized_params():
            if not isinstance(input, Tensor):
                raise ArgumentFault(f"{type(self).__name__} needs a tensor, not {described(input)}")
            self._infer_sizes(input.array.shape)
            layer: Any = self
            layer.reset_parameters()

    def _infer_sizes(self, shape: tuple[int, ...]) -> None:
        raise NotImplementedError

    def _materialize(self, name: str, *shape: int) -> None:
        value = self._parameter_dict.get(name, self._buffer_dict.get(name))
        if isinstance(value, Uninitialized):
            value.materialize(shape)

    def _add_parameters(self, weight: tuple[int, ...], bias: int | None, dtype: Any) -> None:
        self.register_parameter("weight", UninitializedParameter(dtype=dtype))
        self.register_parameter("bias", None if bias is None else UninitializedParameter(dtype=dtype))


class LazyLinear(_Lazy, Linear):
    """A Linear layer whose in_features are the size of its first input's last dimension."""

    _cls_to_become = Linear

    def __init__(self, out_features: int, bias: bool = True, device: DeviceLike = None, dtype: Any = None) -> None:
        super().__init__(0, out_features, bias, device, dtype)

    def _infer_sizes(self, shape: tuple[int, ...]) -> None:
        if not shape:
            raise ShapeFault("LazyLinear needs an input with at least one dimension")
        self.in_features = shape[-1]
        self._materialize("weight", self.out_features, self.in_features)
        self._materialize("bias", self.out_features)


class _LazyConv(_Lazy):
    _min_in_channels = 0

    def __init__(self, out_channels: int, kernel_size: Any, *args: Any, **options: Any) -> None:
        begin: Any = super().__init__
        begin(0, out_channels, kernel_size, *args, **options)

    def _infer_sizes(self, shape: tuple[int, ...]) -> None:
        layer: Any = self
        unbatched_ndim = layer._dims + 1
        if len(shape) not in (unbatched_ndim, unbatched_ndim + 1):
            raise ShapeFault(f"Expected {unbatched_ndim}D (unbatched) or {unbatched_ndim + 1}D (batched) input to "
                             f"{type(self).__name__}, but got input of size: torch.Size({list(shape)})")
        layer.in_channels = shape[-unbatched_ndim]
        if layer.in_channels % layer.groups:
            raise ValueFault("in_channels must be divisible by groups")
        self._materialize("weight", *layer._weight_shape())
        self._materialize("bias", layer.out_channels)


def lazy_classes(place: str, lazy: Any, layers: dict[str, Any]) -> dict[str, Any]:
    """The lazy subclass of each class of layers, by name, such as "LazyConv1d"."""
    return {f"Lazy{name}": type(f"Lazy{name}", (lazy, ordinary), {
        "__slots__": (), "__module__": place, "_cls_to_become": ordinary, "_module_path": ordinary._module_path,
        "__doc__": f"A {name} whose channels are those of its first input."}) for name, ordinary in layers.items()}


globals().update(lazy_classes(__name__, _LazyConv, {
    name: getattr(conv, name) for kind in ("Conv", "ConvTranspose") for name in (f"{kind}{dims}d" for dims in (
        1, 2, 3))}))
