"""What must hold of every operation, asked of each sample it declares.

Nothing here names an operation. Slopes are measured on the forward alone and values were
recorded from another program, so a wrong rule cannot vouch for itself.
"""

import numpy as np
import pytest

from gradcli.engine.autograd.backward import sweep
from gradcli.engine.autograd.op import TABLE, flat_name, traced
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Variable, recording
from gradcli.faults.tree import Fault
from gradcli.ops.index import DIRECTORY
from support.cases import (
    arguments,
    call,
    differentiable,
    leaves,
    operations,
    random_free,
    results,
    samples_of,
    smooth,
)
from support.in_turn import in_turn

PHASES = {"linalg.eig"}     # whose vectors have slopes only where no phase of theirs counts (test_complex.py)
every_slope = pytest.mark.parametrize("op", operations(
    lambda op: differentiable(op) and random_free(op) and op.names[0] not in PHASES))
every_op = pytest.mark.parametrize("op", operations())


@every_slope
@in_turn("sample", samples_of)
def test_gradient_is_the_slope_of_forward(op, sample):
    args = arguments(sample)
    actual = gradients(op, args, create_graph=False)
    for x, g in zip(leaves(args), actual, strict=True):
        np.testing.assert_allclose(g, slope(lambda: weighed(smooth(op, args)).array, x), rtol=1e-5, atol=1e-6)


@every_slope
@in_turn("sample", samples_of)
def test_second_gradient_is_the_slope_of_the_first(op, sample):
    if op.first_order_only:
        return
    args = arguments(sample)
    first = gradients(op, args, create_graph=True)
    total = weighed([g for g in first if g is not None])
    grads = {} if total is None or not total.requires_grad else sweep([total], [Tensor(np.ones(()))], retain_graph=True)
    for x in leaves(args):
        g = grads.get(x, np.zeros(x.array.shape))
        np.testing.assert_allclose(
            g, slope(lambda: weighed([Tensor(np.asarray(f)) for f in gradients(op, args, False)]).array, x),
            rtol=1e-4, atol=1e-5)


@every_slope
@in_turn("sample", samples_of)
def test_single_precision_stays_single(op, sample):
    if any(isinstance(a, np.dtype) for a in sample):
        return
    args = arguments(sample, np.float32)
    for x, g in zip(leaves(args), gradients(op, args, create_graph=False), strict=True):
        assert np.asarray(g).dtype == np.float32 and np.shape(g) == x.array.shape


@pytest.mark.parametrize("op", operations(lambda op: op.inplace and random_free(op)))
@in_turn("sample", samples_of)
def test_in_place_does_the_same(op, sample):
    args = arguments(sample)
    expected = call(op, args)
    target = Variable(np.array(args[0].array), True) * 1 if isinstance(args[0], Tensor) else None
    if target is None or expected.array.shape != target.array.shape or expected.array.dtype.kind != "f":
        return
    first = op.signature.positional
    changed = getattr(target, op.inplace_names()[0])(
        *args[1:first], **dict(zip(op.params[first:], args[first:], strict=False)))
    assert changed is target
    np.testing.assert_array_equal(target.array, expected.array)


@every_op
def test_operation_is_presentable(op):
    assert op.samples, "declares no sample"
    name = op.names[0].removeprefix("nn.functional.")
    starred = [("*" if i == op.signature.variadic else "") + p for i, p in enumerate(op.params)]
    assert op.__doc__.startswith((f"{name}({', '.join(starred)}): ", f"{op.names[0]}({', '.join(starred)}): "))


@every_op
@in_turn("sample", lambda op: op.errors)
def test_wrong_arguments_are_refused_in_words(op, sample):
    with pytest.raises(Fault) as caught:
        call(op, arguments(sample))
    assert op.names[0].rsplit(".", 1)[-1].rstrip("_") in str(caught.value) or len(str(caught.value)) > 15
    assert "Traceback" not in str(caught.value) and "forward()" not in str(caught.value)


UNSEEN = {"dtype",      # every maker of tensors has that one
          "device", "non_blocking", "memory_format", "copy"}    # taken, and without effect on one device


@every_op
def test_samples_show_every_option(op):
    for option in op.defaults.keys() - UNSEEN:
        at = op.params.index(option)
        samples = (*op.samples, *op.gradient_only_samples)
        assert any(matters(op, sample, at) for sample in samples), f"{option} changes nothing in any sample"


def matters(op, sample, at):
    """Whether the sample sets the option at position `at`, with an effect that can be seen."""
    if len(sample) <= at:
        return False
    if not random_free(op):
        return True
    plain = list(sample)
    plain[at] = op.signature.defaults[at]
    try:
        before = call(op, had := arguments(plain))
    except Fault:
        return True
    after = call(op, have := arguments(sample))
    if not same((after, *have[:at], *have[at + 1 :]), (before, *had[:at], *had[at + 1 :])):
        return True     # in what is returned, or in what was given, as with running statistics
    return bool(list(leaves(have))) and differentiable(op) and not all(
        np.array_equal(a, b) for a, b in zip(gradients(op, have, False), gradients(op, had, False), strict=True))


def same(a, b):
    """Whether two answers cannot be told apart."""
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, Tensor) and isinstance(b, Tensor):
        a, b = a.array, b.array
        return a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
    return a is b or not isinstance(a, Tensor) and not isinstance(b, Tensor) and a == b


def weighed(out):
    """A single number that depends differently on every element of every floating result."""
    parts = results(tuple(out) if isinstance(out, list | tuple) else out)
    total = None
    for k, part in enumerate(parts):
        if part.array.dtype.kind == "c":
            part = traced.view_as_real(part)
        part = (part * Tensor(np.asarray(weights(part.array.shape) * (1 + 0.1 * k)))).sum()
        total = part if total is None else total + part
    return total


def weights(shape):
    return np.linspace(1.0, 2.0, int(np.prod(shape))).reshape(shape)


def gradients(op, args, create_graph):
    """The gradient of the weighed result for each leaf: arrays, or Variables with `again`."""
    with recording(True):
        total = weighed(smooth(op, args))
    inputs = list(leaves(args))
    grads = sweep([total], [Variable(np.ones((), total.array.dtype))], create_graph, create_graph) if (
        total is not None and total.requires_grad) else {}
    zero = (lambda x: Variable(np.zeros_like(x.array))) if create_graph else (lambda x: np.zeros_like(x.array))
    return [grads[x] if x in grads else zero(x) for x in inputs]


def slope(number, x, step=1e-6):
    """How `number()` answers to each element of the leaf `x`, by central differences."""
    answer = np.zeros_like(x.array)
    home = x.array
    for at in np.ndindex(home.shape):
        ends = []
        for side in (step, -step):
            x.array = home.copy()
            x.array[at] += side
            value = number()
            ends.append(value)
        answer[at] = (ends[0] - ends[1]) / (2 * step)
    x.array = home
    return answer


def test_every_name_loads_the_file_that_defines_it():
    """`leaky_relu_` is an operation of another file than `leaky_relu`, and both names must load the right one."""
    wrong = {name: DIRECTORY["files"].get(flat_name(name)) for name, op in TABLE.items()
             if f"gradcli.ops.{DIRECTORY['files'].get(flat_name(name))}" != op.__module__}
    assert not wrong
