"""Recurrent layers, and single steps of them."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from gradcli.engine.op import traced
from gradcli.engine.signature import described, sized
from gradcli.engine.tensor import Tensor
from gradcli.errors import ArgumentFault, ShapeFault, ValueFault
from gradcli.exposure import exposed
from gradcli.nn.init import uniform_
from gradcli.nn.linear import count, fresh
from gradcli.nn.module import Module


def simple_step(given: Any, h: Any, weight: Any, bias: Any, activate: Any) -> Any:
    """h' = activate(given + W h + b), where `given` is what the input says."""
    return activate(given + traced.linear(h, weight, bias))


def lstm_step(given: Any, state: Any, weight: Any, bias: Any, _: Any) -> Any:
    """The next h and c of a long short-term memory (Hochreiter and Schmidhuber, 1997)."""
    h, c = state
    i, f, g, o = traced.chunk(given + traced.linear(h, weight, bias), 4, -1)
    c = traced.sigmoid(f) * c + traced.sigmoid(i) * traced.tanh(g)
    return traced.sigmoid(o) * traced.tanh(c), c


def gru_step(given: Any, h: Any, weight: Any, bias: Any, _: Any) -> Any:
    """The next h of a gated recurrent unit (Cho and others, 2014), its reset gate after the product."""
    r, z, n = traced.chunk(given, 3, -1)
    h_r, h_z, h_n = traced.chunk(traced.linear(h, weight, bias), 3, -1)
    r, z = traced.sigmoid(r + h_r), traced.sigmoid(z + h_z)
    n = traced.tanh(n + r * h_n)
    return n + z * (h - n)


@exposed("reset_parameters", "flatten_parameters")
class _Recurrent(Module):
    """What layers and cells have in common: weights from the input and from the state, all started alike."""

    __slots__ = ()
    _home = "torch.nn.modules.rnn"
    _gates: ClassVar[int] = 1
    _step: ClassVar[Any] = staticmethod(simple_step)

    input_size: int
    hidden_size: int
    bias: bool

    def _sizes(self, input_size: Any, hidden_size: Any, bias: bool) -> None:
        self.input_size, self.hidden_size = count(input_size, "input_size"), count(hidden_size, "hidden_size")
        self.bias = bool(bias)

    def _weights(self, inputs: int, suffix: str, dtype: Any) -> None:
        rows = self._gates * self.hidden_size
        shapes = {"weight_ih": (rows, inputs), "weight_hh": (rows, self.hidden_size), "bias_ih": (rows,),
                  "bias_hh": (rows,)}
        for name, shape in shapes.items():
            self.register_parameter(name + suffix, None if name[0] == "b" and not self.bias else fresh(shape, dtype))

    def reset_parameters(self) -> None:
        """Start again with new random values."""
        bound = 1.0 / math.sqrt(self.hidden_size)
        for weight in Module.parameters(self):
            uniform_(weight, -bound, bound)

    def _activation(self) -> Any:
        name = self.__dict__.get("nonlinearity", "tanh")
        return traced.relu if name == "relu" else traced.tanh

    def _nonlinear(self, nonlinearity: Any) -> None:
        if type(nonlinearity) is not str or nonlinearity not in ("tanh", "relu"):
            shown = repr(nonlinearity) if type(nonlinearity) is str else described(nonlinearity)
            raise ValueFault(f"Unknown nonlinearity {shown:.60}. Select from 'tanh' or 'relu'.")
        self.nonlinearity = nonlinearity


def _zeros(like: Tensor, *shape: int) -> Tensor:
    return traced.zeros(shape, dtype=like.dtype)    # type: ignore[no-any-return]


def _tensor(value: Any, what: str) -> Tensor:
    if not isinstance(value, Tensor):
        raise ArgumentFault(f"{what} must be a tensor, not {described(value)}")
    return value


class _Layer(_Recurrent):
    """Layers of steps along a sequence, in one direction or both.

    Input (length, batch, input_size), with batch_first (batch, length, input_size), or without a
    batch (length, input_size). Results: what the last layer says at each place, and the last states.
    """

    __slots__ = ()

    def __init__(self, input_size: int, hidden_size: int, num_layers: int = 1, bias: bool = True,
                 batch_first: bool = False, dropout: float = 0.0, bidirectional: bool = False, proj_size: int = 0,
                 device: Any = None, dtype: Any = None) -> None:
        super().__init__()
        self._sizes(input_size, hidden_size, bias)
        if proj_size:
            raise ValueFault("projections of the state are not offered: proj_size must be 0")
        if not isinstance(dropout, int | float) or not 0 <= dropout <= 1:
            raise ValueFault("dropout should be a number in range [0, 1] representing the probability of an element "
                             "being zeroed")
        self.num_layers = count(num_layers, "num_layers")
        self.batch_first, self.dropout, self.bidirectional = bool(batch_first), dropout, bool(bidirectional)
        for layer in range(num_layers):
            inputs = input_size if layer == 0 else hidden_size * (1 + self.bidirectional)
            for suffix in self._suffixes(layer):
                self._weights(inputs, suffix, dtype)
        self.reset_parameters()

    def _suffixes(self, layer: int) -> list[str]:
        return [f"_l{layer}", f"_l{layer}_reverse"][: 1 + self.bidirectional]

    def flatten_parameters(self) -> None:
        """Nothing: the parameters lie well."""

    def forward(self, input: Any, hx: Any = None) -> Any:
        alone = _tensor(input, "the input").array.ndim == 2
        if input.array.ndim not in (2, 3) or input.array.shape[-1] != self.input_size:
            raise ShapeFault(f"input must have 2 or 3 dimensions, the last of them {self.input_size} (input_size), "
                             f"but got {sized(input.array.shape)}")
        if alone:
            input = traced.unsqueeze(input, 1)
        elif self.batch_first:
            input = traced.transpose(input, 0, 1)
        states = self._initial(input, hx, alone)
        finals: list[Any] = []
        for layer in range(self.num_layers):
            sides = []
            for suffix in self._suffixes(layer):
                outputs, last = self._along(input, states[len(finals)], suffix)
                sides.append(outputs)
                finals.append(last)
            input = sides[0] if len(sides) == 1 else traced.cat(sides, 2)
            if self.dropout and self.training and layer < self.num_layers - 1:
                input = traced.dropout(input, self.dropout, True)
        if alone:
            input = traced.squeeze(input, 1)
        elif self.batch_first:
            input = traced.transpose(input, 0, 1)
        return input, self._together(finals, alone)

    def _along(self, input: Any, state: Any, suffix: str) -> tuple[Any, Any]:
        """One layer's outputs along the sequence in one direction, and its last state."""
        weight, bias = getattr(self, "weight_hh" + suffix), getattr(self, "bias_hh" + suffix)
        given = traced.unbind(traced.linear(input, getattr(self, "weight_ih" + suffix),
                                            getattr(self, "bias_ih" + suffix)), 0)
        backwards = suffix.endswith("reverse")
        outputs, activate = [], self._activation()
        for each in reversed(given) if backwards else given:
            state = self._step(each, state, weight, bias, activate)
            outputs.append(state[0] if type(state) is tuple else state)
        return traced.stack(outputs[::-1] if backwards else outputs, 0), state

    def _initial(self, input: Any, hx: Any, alone: bool) -> list[Any]:
        """The state each layer and direction begins with."""
        shape = self.num_layers * (1 + self.bidirectional), input.array.shape[1], self.hidden_size
        return list(traced.unbind(self._state(input, hx, shape, alone), 0))

    def _state(self, input: Any, hx: Any, shape: tuple[int, ...], alone: bool) -> Any:
        if hx is None:
            return _zeros(input, *shape)
        expected = (shape[0], shape[2]) if alone else shape
        if _tensor(hx, "the hidden state").array.shape != expected:
            raise ShapeFault(f"Expected hidden size {expected}, got {list(hx.array.shape)}")
        return traced.unsqueeze(hx, 1) if alone else hx

    def _together(self, finals: list[Any], alone: bool) -> Any:
        stacked = traced.stack(finals, 0)
        return traced.squeeze(stacked, 1) if alone else stacked

    def extra_repr(self) -> str:
        said = f"{self.input_size}, {self.hidden_size}"
        for name, usual in (("num_layers", 1), ("bias", True), ("batch_first", False), ("dropout", 0),
                            ("bidirectional", False)):
            value = getattr(self, name)
            said += f", {name}={value}" if value != usual else ""
        return said

    def _era(self) -> str:
        return f"({self.extra_repr()})"


class RNN(_Layer):
    """h' = tanh(W x + b + U h + c), or relu in place of tanh."""

    __slots__ = ()

    def __init__(self, input_size: int, hidden_size: int, num_layers: int = 1, nonlinearity: str = "tanh",
                 bias: bool = True, batch_first: bool = False, dropout: float = 0.0, bidirectional: bool = False,
                 device: Any = None, dtype: Any = None) -> None:
        super().__init__(input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, 0, device,
                         dtype)
        self._nonlinear(nonlinearity)


class GRU(_Layer):
    """Gated recurrent units."""

    __slots__ = ()
    _gates = 3
    _step = staticmethod(gru_step)


class LSTM(_Layer):
    """Long short-term memories; their state is a pair (h, c)."""

    __slots__ = ()
    _gates = 4
    _step = staticmethod(lstm_step)

    def _initial(self, input: Any, hx: Any, alone: bool) -> list[Any]:
        if hx is not None and (not isinstance(hx, tuple | list) or len(hx) != 2):
            raise ArgumentFault(f"the state of an LSTM is a pair (h, c), not {described(hx)}", "lstm(x, (h, c))")
        both = [super(LSTM, self)._initial(input, s, alone) for s in (hx or (None, None))]
        return list(zip(*both, strict=True))

    def _together(self, finals: list[Any], alone: bool) -> Any:
        return tuple(super(LSTM, self)._together([state[i] for state in finals], alone) for i in range(2))


class _Cell(_Recurrent):
    """One step for a batch (batch, input_size), or for one vector."""

    __slots__ = ()

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None,
                 dtype: Any = None) -> None:
        super().__init__()
        self._sizes(input_size, hidden_size, bias)
        self._weights(input_size, "", dtype)
        self.reset_parameters()

    def forward(self, input: Any, hx: Any = None) -> Any:
        if _tensor(input, "the input").array.ndim not in (1, 2) or input.array.shape[-1] != self.input_size:
            raise ShapeFault(f"input has inconsistent input_size: got {sized(input.array.shape)}, "
                             f"expected {self.input_size} at the end")
        given = traced.linear(input, self.weight_ih, self.bias_ih)
        return self._step(given, self._initial(input, hx), self.weight_hh, self.bias_hh, self._activation())

    weight_ih: Any
    weight_hh: Any
    bias_ih: Any
    bias_hh: Any

    def _initial(self, input: Any, hx: Any) -> Any:
        if hx is None:
            return _zeros(input, *input.array.shape[:-1], self.hidden_size)
        if _tensor(hx, "the hidden state").array.shape[-1:] != (self.hidden_size,):
            raise ShapeFault(f"hidden has inconsistent hidden_size: got {sized(hx.array.shape)}, expected "
                             f"{self.hidden_size} at the end")
        return hx

    def extra_repr(self) -> str:
        said = f"{self.input_size}, {self.hidden_size}" + ("" if self.bias else ", bias=False")
        other = self.__dict__.get("nonlinearity", "tanh")
        return said + (f", nonlinearity={other}" if other != "tanh" else "")

    def _era(self) -> str:
        return f"({self.extra_repr()})"


class RNNCell(_Cell):
    """h' = tanh(W x + b + U h + c), or relu in place of tanh."""

    __slots__ = ()

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True, nonlinearity: str = "tanh",
                 device: Any = None, dtype: Any = None) -> None:
        super().__init__(input_size, hidden_size, bias, device, dtype)
        self._nonlinear(nonlinearity)


class GRUCell(_Cell):
    """A gated recurrent unit."""

    __slots__ = ()
    _gates = 3
    _step = staticmethod(gru_step)


class LSTMCell(_Cell):
    """A long short-term memory; its state is a pair (h, c)."""

    __slots__ = ()
    _gates = 4
    _step = staticmethod(lstm_step)

    def _initial(self, input: Any, hx: Any) -> Any:
        if hx is not None and (not isinstance(hx, tuple | list) or len(hx) != 2):
            raise ArgumentFault(f"the state of an LSTM is a pair (h, c), not {described(hx)}", "cell(x, (h, c))")
        return tuple(super(LSTMCell, self)._initial(input, s) for s in (hx or (None, None)))
