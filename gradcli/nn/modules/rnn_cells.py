"""Single steps of recurrent layers."""

from __future__ import annotations

from typing import Any

from gradcli.engine.autograd.op import traced
from gradcli.engine.autograd.signature import brief, described, sized
from gradcli.engine.messages.arguments import type_name
from gradcli.engine.tensor.device import DeviceLike
from gradcli.faults.mistakes import UnfitValue
from gradcli.faults.tree import ArgumentFault, ShapeFault, ValueFault
from gradcli.nn.modules.linear import checked_tensor
from gradcli.nn.modules.rnn import _Recurrent, _zeros, gru_step, lstm_step
from gradcli.nn.modules.rnn_state import checked_state


class RNNCellBase(_Recurrent):
    """One step for a batch (batch, input_size), or for one vector."""

    _first_shape = ("hidden_size", "input_size")

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True, device: DeviceLike = None,
                 dtype: Any = None) -> None:
        super().__init__()
        self._sizes(input_size, hidden_size, bias)
        self._weights(input_size, "", dtype)
        self.reset_parameters()

    def forward(self, input: Any, hx: Any = None) -> Any:
        if checked_tensor(input, "the input").array.ndim not in (1, 2):
            raise ValueFault(f"{type(self).__name__}: Expected input to be 1D or 2D, got {input.array.ndim}D instead")
        if input.array.shape[-1] != self.input_size:
            raise ShapeFault(f"input has inconsistent input_size: got {sized(input.array.shape)}, "
                             f"expected {self.input_size} at the end").saying(
                f"input has inconsistent input_size: got {input.array.shape[-1]} expected {self.input_size}")
        input_gates = traced.linear(input, self.weight_ih, self.bias_ih)
        return self._step(input_gates, self._initial(input, hx), self.weight_hh, self.bias_hh, self._activation())

    weight_ih: Any
    weight_hh: Any
    bias_ih: Any
    bias_hh: Any

    def _initial(self, input: Any, hx: Any) -> Any:
        if hx is None:
            return _zeros(input, *input.array.shape[:-1], self.hidden_size)
        if checked_state(hx).array.shape[-1:] != (self.hidden_size,):
            raise ShapeFault(f"hidden has inconsistent hidden_size: got {sized(hx.array.shape)}, expected "
                             f"{self.hidden_size} at the end").saying(
                f"hidden0 has inconsistent hidden_size: got {hx.array.shape[-1]}, expected {self.hidden_size}"
                if hx.array.ndim else "hidden0 has no dimensions")
        if hx.array.ndim == input.array.ndim == 2 and hx.array.shape[0] != input.array.shape[0]:
            raise ShapeFault(f"Input batch size {input.array.shape[0]} doesn't match hidden0 batch size "
                             f"{hx.array.shape[0]}")
        return hx

    def extra_repr(self) -> str:
        options = f"{self.input_size}, {self.hidden_size}" + ("" if self.bias else ", bias=False")
        nonlinearity = self.__dict__.get("nonlinearity", "tanh")
        return options + (f", nonlinearity={nonlinearity}" if nonlinearity != "tanh" else "")


class RNNCell(RNNCellBase):
    """h' = tanh(W x + b + U h + c), or relu in place of tanh."""

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True, nonlinearity: str = "tanh",
                 device: DeviceLike = None, dtype: Any = None) -> None:
        super().__init__(input_size, hidden_size, bias, device, dtype)
        if type(nonlinearity) is not str or nonlinearity not in ("tanh", "relu"):
            message = f"Unknown nonlinearity: {brief(nonlinearity)}"
            raise UnfitValue(message, ("nonlinearity='relu'", "or 'tanh'"))
        self.nonlinearity = nonlinearity


class GRUCell(RNNCellBase):
    """A gated recurrent unit."""

    _gates = 3
    _step = staticmethod(gru_step)


class LSTMCell(RNNCellBase):
    """A long short-term memory; its state is a pair (h, c)."""

    _gates = 4
    _step = staticmethod(lstm_step)

    def _initial(self, input: Any, hx: Any) -> Any:
        if hx is not None and (not isinstance(hx, tuple | list) or len(hx) != 2):
            raise ArgumentFault(f"the state of an LSTM is a pair (h, c), not {described(hx)}", "cell(x, (h, c))"
                                ).saying(f"lstm_cell(): argument 'hx' (position 2) must be tuple of Tensors, not "
                                         f"{type_name(hx)}")
        return tuple(super(LSTMCell, self)._initial(input, s) for s in (hx or (None, None)))
