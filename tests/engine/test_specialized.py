"""A specialised function does what the general one does: same results, same history, same faults.

Every sample of every operation goes through both, as leaves, as constants, as views, with options by name and by
position, with recording on and off; so do arguments that the specialised function has to leave to the general one.
"""

from contextlib import nullcontext

import numpy as np
import pytest

from gradcli import Session
from gradcli.engine.autograd.op import NodeOutput, Op, flat_name, traced
from gradcli.engine.autograd.specialized.call_source import CallSource
from gradcli.engine.autograd.specialized.functions import WarmUp
from gradcli.engine.tensor.tensor import DATA, Tensor
from gradcli.engine.tensor.variable import Variable, inference_mode, no_grad
from gradcli.faults.tree import Fault
from gradcli.ops.base import Kernel
from support.cases import OPS, arguments, operations, random_free, samples_of
from support.in_turn import in_turn

STRANGE = (None, "text", 1.5, True, 2, -1, 1 << 70, [1.0], (2, 3), (), Tensor(np.ones(2)), Tensor(np.ones(2, np.int64)))


def specialised(function):
    """The function, specialised, and the general one behind it."""
    names = function.__globals__
    if "_specialize" in names:
        names["_specialize"]()
    return function, names["_general"]


def described(value, known):
    """All that can be compared of a result; `known` numbers the inputs."""
    if isinstance(value, tuple):
        return type(value).__name__, [described(v, known) for v in value]
    if isinstance(value, np.ndarray):
        return value.dtype, value.shape, value.strides, value.tobytes()
    if not isinstance(value, Tensor):
        return type(value), value if not callable(value) else ""
    if id(value) in known:
        return "input", known[id(value)]
    root = value.root and (value.root is DATA or (known.get(id(value.root.base)), value.root.origin))
    cut = value.cut and (value.cut.cause, value.cut.operation)
    return type(value), described(value.array, known), value.requires_grad, cut, root, history(value.node, known)


def history(node, known):
    if isinstance(node, NodeOutput):
        return "output", node.at, node.shape, history(node.node, known)
    if not isinstance(node, Op):
        return node if node is None else ("input", known.get(id(node)))
    return (node.modern_name, node.legacy_class_name, node.shape, node.hooks,
            [(rule.at, rule.item, history(parent, known), [described(s, known) for s in saved] if isinstance(
                saved, tuple) else type(saved)) for parent, rule, saved in node.edges])


def outcome(function, args, options, first_alone=False):
    """What a call comes to; with `first_alone`, as far as the first of several results is concerned."""
    known = {id(x): i for i, x in enumerate(args)}
    try:
        result = function(*args, **options)
        return described(result[0] if first_alone and isinstance(result, tuple) else result, known)
    except Exception as error:
        return type(error), str(error)


def the_same(op, arrange, options=None):
    """Whether both functions do the same; `arrange` makes the arguments anew, since some are written to."""
    ends = []
    for function in specialised(getattr(traced, flat_name(op.names[0]))):
        args, named = arrange(), options and options()
        if named is None:
            first = op.signature.positional
            args, named = args[:first], dict(zip(op.params[first:], args[first:], strict=False))
        ends.append(outcome(function, args, named, op.first_alone))
    assert ends[0] == ends[1]


def constants(args):
    return [Tensor(a.array) if type(a) is Variable else a for a in args]


@pytest.mark.parametrize("op", operations(random_free))
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@in_turn("sample", samples_of)
def test_samples(op, sample, dtype):
    def fresh():
        return arguments(sample, dtype)

    the_same(op, fresh)
    the_same(op, lambda: constants(fresh()))
    the_same(op, lambda: [a.unsqueeze(0).squeeze(0) if type(a) is Variable else a for a in fresh()])
    the_same(op, lambda: fresh()[:1], lambda: dict(zip(op.params[1:], fresh()[1:], strict=False)))
    for mode in (no_grad, inference_mode):
        with mode():
            the_same(op, fresh)


def whole(value, dtype):
    """An argument with whole numbers in its tensors."""
    if type(value) is tuple:
        return tuple(whole(v, dtype) for v in value)
    if not isinstance(value, Tensor) or value.array.dtype.kind == "c":
        return value
    return Tensor(value.array.astype(np.int64).astype(dtype))


@pytest.mark.parametrize("op", operations(lambda op: random_free(op) and op.names[0] != "sum_to"))     # of gradients
@pytest.mark.parametrize("dtype", [np.int32, np.uint8, np.bool_])
@in_turn("sample", samples_of)
def test_samples_of_whole_numbers(op, sample, dtype):
    the_same(op, lambda: [whole(value, dtype) for value in arguments(sample)])


@pytest.mark.parametrize("op", operations(lambda op: random_free(op) and not issubclass(op, Kernel)))
def test_strange_arguments(op):
    def fresh():
        return arguments(op.samples[0], np.float32)

    for at in range(len(fresh()) + 1):
        for strange in STRANGE:
            the_same(op, lambda at=at, strange=strange: [*fresh()[:at], strange, *fresh()[at + 1 :]])
    the_same(op, lambda: fresh()[:-1])
    the_same(op, fresh, lambda: {"nonsense": 1})
    the_same(op, fresh, lambda: {op.params[0]: fresh()[0]})


@pytest.mark.parametrize("op", operations(lambda op: op.inplace and random_free(op)))
@pytest.mark.parametrize("is_leaf", [False, True])
def test_forms_in_place(op, is_leaf):
    """Of tensors without history; and, while nothing is recorded, of leaves."""
    for sample in op.samples:
        ends = []
        for which in (0, 1):
            args = arguments(sample, np.float32) if is_leaf else constants(arguments(sample, np.float32))
            if not isinstance(args[0], Tensor):
                return
            target = args[0] = Variable(args[0].array.copy(), True) if is_leaf else Tensor(args[0].array.copy())
            first = op.signature.positional
            function = specialised(getattr(Tensor, op.inplace_names()[0]))[which]
            options = dict(zip(op.params[first:], args[first:], strict=False))
            with no_grad() if is_leaf else nullcontext():
                end = outcome(function, args[:first], options)
            ends.append((end, described(target, {}), target._version, target.is_leaf))
        assert ends[0] == ends[1]


@pytest.mark.parametrize("op", operations(lambda op: op.symbol))
def test_operators(op):
    operands = [Variable(np.array([1.5, 2.5], np.float32), True), Tensor(np.array([1.5, 2.5], np.float32)),
                Variable(np.array([[1.0], [2.0]]), True), Tensor(np.array([3, 4])), 2, 0, -0.0, 1.5, True, "text",
                Tensor(np.array([True, False])), Tensor(np.array(2.5)), Tensor(np.array(3)),
                Tensor(np.array([[1], [0]], np.uint8))]
    for special in op.special_methods():
        if op.reflected and "__r" in special:   # composed of others, which are specialised
            continue
        for x in (*operands[:4], *operands[10:]):
            for y in operands if "__i" not in special else ():
                args = [x] if len(op.params) == 1 else [x, y]
                function, general = specialised(getattr(Tensor, special))
                assert outcome(function, args, {}) == outcome(general, args, {})


def test_every_operation_has_a_usual_call():
    assert {op.names[0] for op in OPS if CallSource(op).text() is None} == set()


def test_a_function_is_specialised_once_it_is_called_often(monkeypatch):
    monkeypatch.setattr(WarmUp, "calls", 2)
    from gradcli.engine.autograd.registry import function_named
    function = function_named(next(op for op in OPS if op.names[0] == "exp"), "exp")
    codes = []
    for _ in range(4):
        assert function(Tensor(np.zeros(1))).array[0] == 1
        codes.append(function.__code__)
    assert codes[0] is codes[1] and codes[2] is codes[3] and codes[1] is not codes[2]


def test_places_are_those_of_the_program(monkeypatch):
    monkeypatch.setattr(WarmUp, "calls", 0)
    session = Session(style="modern")
    session.run("x = torch.tensor([0.0], requires_grad=True)\nfor i in range(3):\n    y = (x.exp() - 1).log().sum()")
    with pytest.raises(Fault) as caught:
        session.run("with torch.autograd.detect_anomaly():\n    z = (x * 0).sqrt()\n    (z * 0).sum().backward()")
    assert "in line 2: z = (x * 0).sqrt()" in str(caught.value)


def test_lists_of_truth_values():
    masks = (Tensor(np.array([True, False])), Tensor(np.array([False, True])))
    for name in ("cat", "stack"):
        function, general = specialised(getattr(traced, name))
        assert outcome(function, [masks], {}) == outcome(general, [masks], {})


def test_options_by_the_names_that_numpy_has():
    x = Variable(np.array([[1.5, 2.5], [0.5, 1.0]], np.float32), True)
    for options in ({"axis": 0}, {"axis": 0, "keepdims": True}, {"dim": 0, "axis": 1}, {"axis": "text"}, {"axes": 0}):
        for name in ("sum", "mean", "var", "softmax"):
            function, general = specialised(getattr(traced, name))
            assert outcome(function, [x], options) == outcome(general, [x], options)
