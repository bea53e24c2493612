"""Recurrent layers."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from gradcli.engine.autograd.op import rename_node, traced
from gradcli.engine.autograd.signature import described
from gradcli.engine.messages.warnings import warn
from gradcli.engine.numerics.autocast import AutocastMode
from gradcli.engine.tensor.device import DeviceLike
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Dual, Parameter, Variable
from gradcli.exposure import exposed
from gradcli.faults.tensors import LayerInput
from gradcli.faults.tree import ShapeFault, ValueFault
from gradcli.nn.init import legacy, uniform_
from gradcli.nn.module.module import Module
from gradcli.nn.modules.linear import checked_count, checked_tensor, empty_parameter
from gradcli.nn.modules.rnn_state import checked_state, state_pair_fault
from gradcli.nn.utils.packed_sequence import PackedSequence, checked_batch_sizes


def simple_step(input_gates: Any, h: Any, weight: Any, bias: Any, activate: Any) -> Any:
    """h' = activate(input_gates + W h + b), where input_gates, (batch, hidden_size), is W_ih x + b_ih."""
    return activate(input_gates + traced.linear(h, weight, bias))


def lstm_step(input_gates: Any, state: Any, weight: Any, bias: Any, _: Any) -> Any:
    """The next h and c of a long short-term memory (Hochreiter and Schmidhuber, 1997)."""
    h, c = state
    i, f, g, o = traced.chunk(input_gates + traced.linear(h, weight, bias), 4, -1)
    c = traced.sigmoid(f) * c + traced.sigmoid(i) * traced.tanh(g)
    return traced.sigmoid(o) * traced.tanh(c), c


def gru_step(input_gates: Any, h: Any, weight: Any, bias: Any, _: Any) -> Any:
    """The next h of a gated recurrent unit (Cho and others, 2014), its reset gate after the product."""
    r, z, n = traced.chunk(input_gates, 3, -1)
    h_r, h_z, h_n = traced.chunk(traced.linear(h, weight, bias), 3, -1)
    r, z = traced.sigmoid(r + h_r), traced.sigmoid(z + h_z)
    n = traced.tanh(n + r * h_n)
    return n + z * (h - n)


@exposed("reset_parameters", "flatten_parameters")
class _Recurrent(Module):
    """The base of layers and cells: weights from the input and from the state, initialised alike."""

    _module_path = "torch.nn.modules.rnn"
    _gates: ClassVar[int] = 1
    _step: ClassVar[Any] = staticmethod(simple_step)

    input_size: int
    hidden_size: int
    bias: bool

    def _sizes(self, input_size: Any, hidden_size: Any, bias: bool) -> None:
        self.input_size = checked_count(input_size, "input_size")
        self.hidden_size = checked_count(hidden_size, "hidden_size")
        self.bias = bool(bias)

    @property
    def _outputs(self) -> int:
        """The number of features of h: proj_size, or hidden_size without a projection."""
        return self.hidden_size

    def _weights(self, inputs: int, suffix: str, dtype: Any) -> None:
        rows = self._gates * self.hidden_size
        shapes = {"weight_ih": (rows, inputs), "weight_hh": (rows, self._outputs), "bias_ih": (rows,),
                  "bias_hh": (rows,)}
        for name, shape in shapes.items():
            present = self.bias or not name.startswith("bias")
            self.register_parameter(name + suffix, empty_parameter(shape, dtype) if present else None)

    def reset_parameters(self) -> None:
        """Draw new initial values."""
        bound = 1.0 / math.sqrt(self.hidden_size)
        for weight in Module.parameters(self):
            uniform_(weight, -bound, bound)

    def _activation(self) -> Any:
        name = self.__dict__.get("nonlinearity", "tanh")
        return traced.relu if name == "relu" else traced.tanh

    @staticmethod
    def _nonlinear(nonlinearity: Any) -> str:
        if type(nonlinearity) is not str or nonlinearity not in ("tanh", "relu"):
            text = repr(nonlinearity) if type(nonlinearity) is str else described(nonlinearity)
            raise ValueFault(f"Unknown nonlinearity {text:.60}. Select from 'tanh' or 'relu'.")
        return nonlinearity


def _zeros(like: Tensor, *shape: int) -> Tensor:
    return traced.zeros(shape, dtype=like.dtype)


@exposed("all_weights")
class RNNBase(_Recurrent):
    """Layers of steps along a sequence, in one direction or both.

    Input (length, batch, input_size), with batch_first (batch, length, input_size), without a batch
    (length, input_size), or a PackedSequence. Returns the outputs of the last layer at each step, and the last states.
    """

    _first_use = {name: f"{name} should be of type int, got: {{type}}" for name in ("input_size", "hidden_size")}

    weight_ih_l0: Any

    def __init__(self, mode: str, input_size: int, hidden_size: int, num_layers: int = 1, bias: bool = True,
                 batch_first: bool = False, dropout: float = 0.0, bidirectional: bool = False, proj_size: int = 0,
                 device: DeviceLike = None, dtype: Any = None) -> None:
        super().__init__()
        self.mode = mode
        self._sizes(input_size, hidden_size, bias)
        if not isinstance(dropout, int | float) or not 0 <= dropout <= 1:
            raise ValueFault("dropout should be a number in range [0, 1] representing the probability of an element "
                             "being zeroed")
        self.proj_size = self._projected(proj_size)
        self.num_layers = checked_count(num_layers, "num_layers")
        if dropout > 0 and num_layers == 1:
            warn("dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects "
                 f"num_layers greater than 1, but got dropout={dropout} and num_layers={num_layers}")
        self.batch_first, self.dropout, self.bidirectional = bool(batch_first), dropout, bool(bidirectional)
        for layer in range(num_layers):
            inputs = input_size if layer == 0 else self._outputs * (1 + self.bidirectional)
            for suffix in self._suffixes(layer):
                self._weights(inputs, suffix, dtype)
        self.reset_parameters()

    def _projected(self, proj_size: int) -> int:
        if proj_size:
            raise ValueFault("proj_size argument is only supported for LSTM, not RNN or GRU")
        return 0

    @property
    def _outputs(self) -> int:
        """The number of features of h: proj_size, or hidden_size without a projection."""
        return self.proj_size or self.hidden_size

    def _suffixes(self, layer: int) -> list[str]:
        return [f"_l{layer}", f"_l{layer}_reverse"][: 1 + self.bidirectional]

    @property
    def all_weights(self) -> list[list[Any]]:
        """The parameters of each layer and direction."""
        return [[parameter for name, parameter in self._parameter_dict.items()
                 if name.split("_", 2)[2] == suffix[1:] and parameter is not None]
                for layer in range(self.num_layers) for suffix in self._suffixes(layer)]

    def flatten_parameters(self) -> None:
        """Nothing: the parameters lie well."""

    def forward(self, input: Any, hx: Any = None) -> Any:
        if isinstance(input, PackedSequence):
            return self._forward_packed(input, hx)
        dims = checked_tensor(input, "the input").array.ndim
        if dims not in (2, 3):
            kind = type(self).__name__
            raise ValueFault(f"{kind}: Expected input to be 2D or 3D, got {dims}D {'tensor ' * (kind == 'RNN')}instead")
        self._fits(input)
        if dims == 2:
            input = traced.unsqueeze(input, 1)
        elif self.batch_first:
            input = traced.transpose(input, 0, 1)
        output, finals = self._through(input, self._initial(input, hx, input.array.shape[1], dims == 2), None)
        if dims == 2:
            output = traced.squeeze(output, 1)
        elif self.batch_first:
            output = traced.transpose(output, 0, 1)
            if self.mode != "LSTM":     # PyTorch turns the result in place
                rename_node(output, "TransposeBackward1")
        return output, self._together(finals, dims == 2)

    def _fits(self, input: Tensor) -> None:
        size, weight = input.array.shape[-1], self.weight_ih_l0
        if input.dtype is not weight.dtype and AutocastMode.dtype is None:
            message = (f"RNN input dtype ({input.dtype}) does not match weight dtype ({weight.dtype}). Convert input: "
                       f"input.to({weight.dtype}), or convert model: model.to({input.dtype})")
            raise ValueFault(message, f"net(x.to({weight.dtype}))")
        if size != self.input_size:
            raise LayerInput(f"input.size(-1) must be equal to input_size. Expected {self.input_size}, got {size}",
                             layers=(type(self).__name__,), expected=self.input_size, features=size)

    def _forward_packed(self, input: PackedSequence, hx: Any) -> Any:
        """The output and last states for packed sequences; the states are in the order before packing."""
        data, sizes, sorted_indices, unsorted_indices = input
        if data.array.ndim != 2:
            raise ShapeFault(f"input must have 2 dimensions, got {data.array.ndim}")
        self._fits(data)
        numbers = checked_batch_sizes(sizes)
        hx = hx if hx is None else self._ordered(hx, sorted_indices)
        output, finals = self._through(data, self._initial(data, hx, numbers[0], False), numbers)
        last = self._ordered(self._together(finals, False), unsorted_indices)
        return PackedSequence(output, sizes, sorted_indices, unsorted_indices), last

    def _ordered(self, state: Any, order: Any) -> Any:
        return state if order is None else traced.index_select(checked_tensor(state, "the hidden state"), 1, order)

    def _through(self, input: Any, states: list[Any], sizes: list[int] | None) -> tuple[Any, list[Any]]:
        """The outputs of the last layer, and the last state of each layer and direction."""
        finals: list[Any] = []
        for layer in range(self.num_layers):
            sides = []
            for suffix in self._suffixes(layer):
                outputs, last = self._along(input, states[len(finals)], suffix, sizes)
                sides.append(outputs)
                finals.append(last)
            input = sides[0] if len(sides) == 1 else traced.cat(sides, -1)
            if self.dropout and self.training and layer < self.num_layers - 1:
                input = traced.dropout(input, self.dropout, True)
        return input, finals

    def _along(self, input: Any, state: Any, suffix: str, sizes: list[int] | None) -> tuple[Any, Any]:
        """One layer's outputs along the sequence in one direction, and its last state."""
        inputs = traced.linear(input, getattr(self, "weight_ih" + suffix), getattr(self, "bias_ih" + suffix))
        backwards = suffix.endswith("reverse")
        if sizes is None and self._in_one_call(inputs, state, suffix):
            weight, bias = getattr(self, "weight_hh" + suffix), getattr(self, "bias_hh" + suffix)
            output, h, c = traced.lstm_layer(inputs, *state, weight, bias, backwards)
            return output, (h, c)
        step = self._stepping(suffix)
        if sizes is not None:
            return along_packed(step, traced.split(inputs, sizes, 0), state, sizes, backwards)
        outputs, steps = [], traced.unbind(inputs, 0)
        for input_gates in reversed(steps) if backwards else steps:
            state = step(input_gates, state)
            outputs.append(state[0] if type(state) is tuple else state)
        return traced.stack(outputs[::-1] if backwards else outputs, 0), state

    def _in_one_call(self, inputs: Any, state: Any, suffix: str) -> bool:
        """Whether one operation can compute all steps of a layer and direction."""
        return False

    def _stepping(self, suffix: str) -> Any:
        """One step of one layer and direction: a function of input gates and state that returns the next state."""
        weight, bias = getattr(self, "weight_hh" + suffix), getattr(self, "bias_hh" + suffix)
        activate, step = self._activation(), self._step
        return lambda input_gates, state: step(input_gates, state, weight, bias, activate)

    def _initial(self, input: Any, hx: Any, batch: int, alone: bool) -> list[Any]:
        """The initial state of each layer and direction."""
        return list(traced.unbind(self._state(input, hx, (batch, self._outputs), alone, ""), 0))

    def _state(self, input: Any, hx: Any, sizes: tuple[int, int], alone: bool, at: str) -> Any:
        shape = (self.num_layers * (1 + self.bidirectional), *sizes)
        if hx is None:
            return _zeros(input, *shape)
        expected = (shape[0], shape[2]) if alone else shape
        if (dims := checked_state(hx).array.ndim) != len(expected):
            raise ShapeFault(f"For {'unbatched 2' if alone else 'batched 3'}-D input, hx should also be "
                             f"{len(expected)}-D but got {dims}-D tensor")
        if hx.array.shape != expected:
            raise ShapeFault(f"Expected hidden{at} size {expected}, got {list(hx.array.shape)}")
        return traced.unsqueeze(hx, 1) if alone else hx

    def _together(self, finals: list[Any], alone: bool) -> Any:
        stacked = traced.stack(finals, 0)
        return traced.squeeze(stacked, 1) if alone else stacked

    def extra_repr(self) -> str:
        options = f"{self.input_size}, {self.hidden_size}"
        for name, usual in (("proj_size", 0), ("num_layers", 1), ("bias", True), ("batch_first", False),
                            ("dropout", 0), ("bidirectional", False)):
            value = getattr(self, name)
            options += f", {name}={value}" if value != usual else ""
        return options


def state_parts(state: Any) -> tuple[Any, ...]:
    """A state as a tuple: (h, c) for LSTM, (h,) for the others."""
    return state if type(state) is tuple else (state,)


def along_packed(step: Any, inputs: Any, state: Any, sizes: list[int], backwards: bool) -> tuple[Any, Any]:
    """Outputs and last states of packed sequences: `sizes` has the batch size of each step, which never rises.

    Backwards, the batch grows instead: sequences join with their initial state at their last step.
    """
    def joined(pieces: list[Any]) -> Any:
        joined_parts = tuple(traced.cat(same, 0) for same in zip(*map(state_parts, pieces), strict=True))
        return joined_parts if type(state) is tuple else joined_parts[0]

    def narrowed(states: Any, start: int, end: int) -> Any:
        narrowed_parts = tuple(traced.narrow(part, 0, start, end - start) for part in state_parts(states))
        return narrowed_parts if type(state) is tuple else narrowed_parts[0]

    first, outputs, ended = state, [], []
    batch_size = sizes[-1] if backwards else sizes[0]
    state = narrowed(first, 0, batch_size)
    steps = list(zip(inputs, sizes, strict=True))
    for input_gates, size in reversed(steps) if backwards else steps:
        if size < batch_size:
            ended.append(narrowed(state, size, batch_size))
            state = narrowed(state, 0, size)
        elif size > batch_size:
            state = joined([state, narrowed(first, batch_size, size)])
        batch_size = size
        state = step(input_gates, state)
        outputs.append(state_parts(state)[0])
    last = joined([state, *reversed(ended)]) if ended else state
    return traced.cat(outputs[::-1] if backwards else outputs, 0), last


class RNN(RNNBase):
    """h' = tanh(W x + b + U h + c), or relu in place of tanh."""

    def __init__(self, input_size: int, hidden_size: int, num_layers: int = 1, nonlinearity: str = "tanh",
                 bias: bool = True, batch_first: bool = False, dropout: float = 0.0, bidirectional: bool = False,
                 device: DeviceLike = None, dtype: Any = None) -> None:
        super().__init__(f"RNN_{self._nonlinear(nonlinearity).upper()}", input_size, hidden_size, num_layers, bias,
                         batch_first, dropout, bidirectional, 0, device, dtype)
        self.nonlinearity = nonlinearity


class GRU(RNNBase):
    """Gated recurrent units."""

    _gates = 3
    _step = staticmethod(gru_step)

    def __init__(self, input_size: int, hidden_size: int, num_layers: int = 1, bias: bool = True,
                 batch_first: bool = False, dropout: float = 0.0, bidirectional: bool = False, proj_size: int = 0,
                 device: DeviceLike = None, dtype: Any = None) -> None:
        super().__init__("GRU", input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional,
                         proj_size, device, dtype)


class LSTM(RNNBase):
    """Long short-term memories; their state is a pair (h, c). With proj_size, h is a projection."""

    _gates = 4
    _step = staticmethod(lstm_step)

    def __init__(self, input_size: int, hidden_size: int, num_layers: int = 1, bias: bool = True,
                 batch_first: bool = False, dropout: float = 0.0, bidirectional: bool = False, proj_size: int = 0,
                 device: DeviceLike = None, dtype: Any = None) -> None:
        super().__init__("LSTM", input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional,
                         proj_size, device, dtype)

    def _projected(self, proj_size: int) -> int:
        if type(proj_size) is not int or proj_size < 0:
            raise ValueFault("proj_size should be a positive integer or zero to disable projections")
        if proj_size >= self.hidden_size:
            raise ValueFault("proj_size has to be smaller than hidden_size")
        return proj_size

    def _weights(self, inputs: int, suffix: str, dtype: Any) -> None:
        super()._weights(inputs, suffix, dtype)
        if self.proj_size:
            self.register_parameter("weight_hr" + suffix, empty_parameter((self.proj_size, self.hidden_size), dtype))

    def _through(self, input: Any, states: list[Any], sizes: list[int] | None) -> tuple[Any, list[Any]]:
        lower = AutocastMode.dtype
        if lower is not None and not self.proj_size:        # one operation, all of it in that type
            input = traced.cast(input, lower)
            states = [tuple([traced.cast(part, lower) for part in state]) for state in states]
        return super()._through(input, states, sizes)

    def _in_one_call(self, inputs: Any, state: Any, suffix: str) -> bool:
        if self.proj_size or legacy() or Dual.watched:
            return False
        tensors = [inputs, *state, getattr(self, "weight_hh" + suffix)]
        kind = inputs.array.dtype
        return kind.itemsize > 2 and kind.kind == "f" and inputs.array.size > 0 and all(
            type(x) in (Variable, Parameter, Tensor) and x.array.dtype is kind for x in tensors)

    def _stepping(self, suffix: str) -> Any:
        step = super()._stepping(suffix)
        if not self.proj_size:
            return step
        projection = getattr(self, "weight_hr" + suffix)

        def projected(input_gates: Any, state: Any) -> Any:
            h, c = step(input_gates, state)
            return traced.linear(h, projection), c

        return projected

    def _initial(self, input: Any, hx: Any, batch: int, alone: bool) -> list[Any]:
        if hx is not None and (not isinstance(hx, tuple | list) or len(hx) != 2):
            raise state_pair_fault(hx)
        if hx is not None and not alone and {checked_tensor(state, "the state").array.ndim for state in hx} != {3}:
            dims = ", ".join(f"{state.array.ndim}-D" for state in hx)
            raise ShapeFault(f"For batched 3-D input, hx and cx should also be 3-D but got ({dims}) tensors")
        both = [traced.unbind(self._state(input, state, (batch, size), alone, at), 0) for state, size, at in zip(
            hx or (None, None), (self._outputs, self.hidden_size), ("[0]", "[1]"), strict=True)]
        return list(zip(*both, strict=True))

    def _ordered(self, state: Any, order: Any) -> Any:
        if order is None or not isinstance(state, tuple | list):
            return state
        return tuple(super(LSTM, self)._ordered(part, order) for part in state)

    def _together(self, finals: list[Any], alone: bool) -> Any:
        return tuple(super(LSTM, self)._together([state[i] for state in finals], alone) for i in range(2))
