"""All steps of a layer of long short-term memories (Hochreiter and Schmidhuber, 1997) at once."""

import weakref

import numpy as np

from gradcli.engine.autograd.op import raw
from gradcli.engine.autograd.saved_tensors_hooks import latest
from gradcli.engine.autograd.signature import Array, ArrayOrNone, Flag, sized
from gradcli.engine.kernels import ONE
from gradcli.engine.numerics import elementary
from gradcli.faults.tree import ShapeFault
from gradcli.ops.base import Kernel

GATES = [[[0.5, -1.0, 0.3, 0.8]], [[-0.2, 0.4, 1.1, -0.6]], [[0.9, 0.1, -0.7, 0.2]]]
WIDE = [[[0.5, -1.0, 0.3, 0.8, 0.1, -0.3, 0.7, 0.6], [0.2, 0.4, -0.5, 1.0, -0.9, 0.3, 0.1, -0.4]],
        [[-0.1, 0.2, 0.6, -0.8, 0.4, 0.9, -0.2, 0.3], [0.7, -0.6, 0.2, 0.5, 0.3, -0.1, 0.8, -0.7]]]
STATES, CELLS = [[0.3, -0.2], [0.1, 0.6]], [[0.5, 0.4], [-0.3, 0.2]]
WEIGHT = [[0.1 * ((3 * row + 5 * column) % 7) - 0.3 for column in range(2)] for row in range(8)]
BIAS = [0.1, -0.2, 0.3, 0.05, -0.1, 0.2, 0.0, 0.4]


class LstmLayer(Kernel):
    """lstm_layer(input_gates, h, c, weight, bias, backwards): the states of a layer at each step, from what the input
    gives to the gates (steps, batch, 4 hidden) and the first states (batch, hidden), and the last h and c; with
    `backwards` the last step comes first."""

    type_promotion = "same"
    multi_output = True
    returns = ("output", "h", "c")
    unsaved_outputs = (1, 2)
    modern_names = "MkldnnRnnLayerBackward0"
    samples = [(GATES, [[0.3]], [[0.5]], [[0.2], [-0.4], [0.6], [0.1]], None, False),
               (WIDE, STATES, CELLS, WEIGHT, BIAS, False), (WIDE, STATES, CELLS, WEIGHT, BIAS, True)]
    errors = [("text", STATES, CELLS, WEIGHT, BIAS, False), (WIDE, [[0.3]], CELLS, WEIGHT, BIAS, False)]

    def forward(input_gates: Array, h: Array, c: Array, weight: Array, bias: ArrayOrNone, backwards: Flag):
        steps, batch, rows = input_gates.shape
        hidden, across = rows // 4, weight.T
        if h.shape != (batch, hidden) or c.shape != h.shape or weight.shape != (rows, hidden):
            raise ShapeFault(f"lstm_layer(): states of {sized(h.shape)} and {sized(c.shape)} and a weight of "
                             f"{sized(weight.shape)} do not fit gates of {sized(input_gates.shape)}")
        output, c, part = np.empty((steps, batch, hidden), h.dtype), c.copy(), np.empty((batch, hidden), h.dtype)
        for at in range(steps - 1, -1, -1) if backwards else range(steps):
            total = h.dot(across) if hidden > 1 else np.matmul(h, across)
            if bias is not None:
                np.add(total, bias, total)
            np.add(input_gates[at], total, total)
            open_gates(total, hidden)
            np.multiply(total[:, :hidden], total[:, 2 * hidden : 3 * hidden], part)
            np.multiply(total[:, hidden : 2 * hidden], c, c)
            np.add(c, part, c)
            part = elementary.tanh(c, part)
            h = np.multiply(total[:, 3 * hidden :], part, output[at])
        return output, h.copy(), c

    def grad_input_gates(F, g, input_gates, h, c, weight, bias, backwards, out):
        return gradients(F, g, input_gates, h, c, weight, bias, backwards, out)[0]

    def grad_h(F, g, input_gates, h, c, weight, bias, backwards, out):
        return gradients(F, g, input_gates, h, c, weight, bias, backwards, out)[1]

    def grad_c(F, g, input_gates, h, c, weight, bias, backwards, out):
        return gradients(F, g, input_gates, h, c, weight, bias, backwards, out)[2]

    def grad_weight(F, g, input_gates, h, c, weight, bias, backwards, out):
        by_gates, _, _, before = gradients(F, g, input_gates, h, c, weight, bias, backwards, out)
        rows = by_gates.shape[-1]
        return F.mm(F.t(F.reshape(by_gates, (-1, rows))), F.reshape(before, (-1, rows // 4)))

    def grad_bias(F, g, input_gates, h, c, weight, bias, backwards, out):
        return F.sum(gradients(F, g, input_gates, h, c, weight, bias, backwards, out)[0], (0, 1))


def open_gates(total, hidden):
    """The four gates in place of what adds up to them: the third by tanh, the others by sigmoid."""
    one, candidate = ONE[total.dtype], elementary.tanh(total[..., 2 * hidden : 3 * hidden])
    np.negative(total, total)
    np.add(elementary.exp(total, total), one, total)
    np.divide(one, total, total)
    total[..., 2 * hidden : 3 * hidden] = candidate


_latest: dict[int, tuple] = {}      # what `gradients` returned last, for the other inputs of the same call


def gradients(F, g, input_gates, h, c, weight, bias, backwards, out):
    """The gradients by the gates at each step, by the first h and c; and h before each step.

    Of arrays those are worked out once in a sweep for all inputs, and kept while the gradients that they come from
    exist: between two sweeps a program can write into any of the arrays.
    """
    if F is not raw:
        return passed_back(F, g, steps_of(F, input_gates, h, c, weight, bias, backwards), weight, backwards)
    call = [x for x in (*g, out[0]) if x is not None]
    key = id(call[0])
    cached = _latest.get(key)
    if cached is None or cached[2]() is not latest.now or list(map(id, call)) != [id(ref()) for ref in cached[0]]:
        _latest.clear()
        first = weakref.ref(call[0], lambda _: _latest.pop(key, None))
        arrays = passed_back_arrays(g, input_gates, h, c, weight, bias, backwards, out[0])
        cached = _latest[key] = ((first, *map(weakref.ref, call[1:])), arrays, weakref.ref(latest.now))
    return cached[1]


def passed_back_arrays(g, input_gates, h, c, weight, bias, backwards, output):
    """The gradients as arrays. Gates are computed anew, from the states of all steps at once; and all factors first, so
    that a step has little left to do."""
    steps, batch, hidden = output.shape
    one = ONE[output.dtype]
    before, cells = np.empty(output.shape, output.dtype), np.empty((steps + 1, batch, hidden), output.dtype)
    before[-1 if backwards else 0] = h
    before[slice(0, -1) if backwards else slice(1, None)] = output[slice(1, None) if backwards else slice(0, -1)]
    gates = np.matmul(before.reshape(-1, hidden), weight.T).reshape(input_gates.shape)
    if bias is not None:
        np.add(gates, bias, gates)
    np.add(gates, input_gates, gates)
    open_gates(gates, hidden)
    parts = gates.reshape(steps, batch, 4, hidden)
    candidate, places = parts[:, :, 2], range(steps - 1, -1, -1) if backwards else range(steps)
    cells[steps if backwards else 0] = c
    for at in places:       # cells[at] stands before the step, cells[at + 1] after it; backwards the other way round
        old, new = (cells[at + 1], cells[at]) if backwards else (cells[at], cells[at + 1])
        np.add(parts[at, :, 1] * old, parts[at, :, 0] * candidate[at], new)
    curve = elementary.tanh(cells[:-1] if backwards else cells[1:])
    cells_before = cells[1:] if backwards else cells[:-1]
    factors = np.multiply(parts, one - parts)
    np.multiply(factors[:, :, 0], candidate, factors[:, :, 0])
    np.multiply(factors[:, :, 1], cells_before, factors[:, :, 1])
    np.multiply(parts[:, :, 0], one - candidate * candidate, factors[:, :, 2])
    np.multiply(factors[:, :, 3], curve, factors[:, :, 3])
    through = parts[:, :, 3] * (one - curve * curve)
    by_h = np.zeros(h.shape, h.dtype) if g[1] is None else np.array(g[1])
    by_c = np.zeros(h.shape, h.dtype) if g[2] is None else np.array(g[2])
    for at in reversed(places):
        if g[0] is not None:
            np.add(by_h, g[0][at], by_h)
        np.add(by_c, by_h * through[at], by_c)
        step = factors[at]
        np.multiply(step[:, :3], by_c[:, None], step[:, :3])
        np.multiply(step[:, 3], by_h, step[:, 3])
        np.multiply(by_c, parts[at, :, 1], by_c)
        by_h = step.reshape(batch, -1).dot(weight)
    return factors.reshape(gates.shape), by_h, by_c, before


def steps_of(F, input_gates, h, c, weight, bias, backwards):
    """For each step its place, h and c before it, its four gates, and the tanh of c after it."""
    steps, count = [], input_gates.shape[0]
    for at in range(count - 1, -1, -1) if backwards else range(count):
        total = F.select(input_gates, 0, at) + F.linear(h, weight, bias)
        i, f, n, o = F.chunk(total, 4, -1)
        i, f, n, o = F.sigmoid(i), F.sigmoid(f), F.tanh(n), F.sigmoid(o)
        after = f * c + i * n
        curve = F.tanh(after)
        steps.append((at, h, c, i, f, n, o, curve))
        h, c = o * curve, after
    return steps


def passed_back(F, g, steps, weight, backwards):
    """The gradients by the gates, and by the first h and c, as operations that can be differentiated."""
    by_h, by_c, by_gates = g[1], g[2], []
    for at, _, c, i, f, n, o, curve in reversed(steps):
        if g[0] is not None:
            by_h = F.select(g[0], 0, at) if by_h is None else by_h + F.select(g[0], 0, at)
        if by_h is None:
            by_h = F.zeros_like(by_c)
        through = by_h * o * (1 - curve * curve)
        by_c = through if by_c is None else by_c + through
        by_gates.append(F.cat((by_c * n * i * (1 - i), by_c * c * f * (1 - f), by_c * i * (1 - n * n),
                               by_h * curve * o * (1 - o)), -1))
        by_h, by_c = F.mm(by_gates[-1], weight), by_c * f
    before = [step[1] for step in steps]
    return (F.stack(by_gates if backwards else by_gates[::-1], 0), by_h, by_c,
            F.stack(before[::-1] if backwards else before, 0))
