"""How many differentiable operations have formulas, for their value and their gradient, and that these are right.

`python -m pytest -s tests/symbolic/test_coverage.py` prints the counts and the reasons of the others.
"""

import collections
import importlib
import pkgutil

import numpy as np

import gradcli.ops
from gradcli.engine.autograd.dispatch import dispatch
from gradcli.engine.autograd.op import TABLE, Op, short, traced
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Variable
from gradcli.engine.transforms import functional
from gradcli.faults.mistakes import ComplexDerivative, NotDifferentiable
from gradcli.faults.tree import AmbiguousTruth, ArgumentFault, LeafWrite, ShapeFault
from gradcli.ops.base import Kernel, Slope
from gradcli.session.session import Session
from gradcli.symbolic.evaluate import evaluate_tensor
from gradcli.symbolic.formulas.table import FORMULAS
from gradcli.symbolic.tensor import SymbolicTensor
from gradcli.symbolic.trace import Tracer, Unknown, tracing

FLOOR = 272     # operations with formulas for all of their first samples, or for some of them
SAMPLES = 3
UNFIT = (LeafWrite, NotDifferentiable, ComplexDerivative, ArgumentFault, AmbiguousTruth, ShapeFault, ValueError)
"""What samples raise whose numbers are no tensors that require gradients."""



def operations():
    """The differentiable operations by name, each once."""
    for module in pkgutil.walk_packages(gradcli.ops.__path__, "gradcli.ops."):
        importlib.import_module(module.name)
    classes = {}
    for name, cls in sorted(TABLE.items()):
        if not issubclass(cls, Kernel | Slope) and (cls.rules or "compose" in vars(cls)):
            classes.setdefault(cls, name)
    return [(name, cls) for cls, name in classes.items()]


def arguments(sample, leaves, session):
    """The arguments of a sample, arrays of floats as leaves x0, x1, ..."""
    def lifted(value):
        if isinstance(value, list) and value and isinstance(value[0], int | float | list):
            value = np.array(value)
        if isinstance(value, np.ndarray) and value.dtype.kind == "f":
            name = f"x{len(leaves)}"
            leaves[name] = session[name] = Variable(np.array(value, np.float64), True)
            return leaves[name]
        if isinstance(value, np.ndarray):
            return Tensor(value)
        if isinstance(value, list | tuple) and value and all(isinstance(part, np.ndarray | list) for part in value):
            return tuple(map(lifted, value))
        return value

    return [lifted(value) for value in sample]


def outcome(cls, sample):
    """What becomes of one sample: "formula", the reason why there is none, or "" where it has no gradient."""
    session = Session(style="modern", seed=0)
    session.run("torch.set_default_dtype(torch.float64)", echo=False)
    leaves = {}
    values = arguments(sample, leaves, session)
    tracer = Tracer({}, tuple(leaves))
    for name, leaf in leaves.items():
        tracer.enter(leaf.array, SymbolicTensor.of(name, leaf.array.shape))
    filled = [*values, *cls.signature.defaults[len(values):]]
    with tracing(session, tracer), session.in_force():
        out = cls.compose(traced, *filled) if "compose" in vars(cls) else dispatch(cls, filled)
        out = out if isinstance(out, tuple) else (out,)
        result = next((part for part in out if isinstance(part, Tensor) and part.requires_grad), None)
        if result is None:
            return ""
        grads = functional.grad([traced.sum(result)], list(leaves.values()), create_graph=True, allow_unused=True)
        tensors = [result, *(grad for grad in grads if grad is not None)]
        try:
            formulas = [tracer.formula(tensor) for tensor in tensors]
        except Unknown as unknown:
            return unknown.reason
    point = {**tracer.constants, **{name: leaf.array for name, leaf in leaves.items()}}
    for formula, tensor in zip(formulas, tensors, strict=True):
        np.testing.assert_allclose(evaluate_tensor(formula, point), tensor.array, rtol=1e-8, atol=1e-8)
    return "formula"


def test_operations_have_formulas_that_agree_with_reverse_mode():
    whole, part, wrong, skipped = [], [], [], []
    reasons = collections.defaultdict(list)
    for name, cls in operations():
        results = []
        for sample in cls.samples[:SAMPLES]:
            try:
                results.append(outcome(cls, sample))
            except AssertionError as error:
                wrong.append((name, str(error)[:200]))
            except UNFIT as error:
                skipped.append((name, type(error).__name__, str(error)[:90]))
        results = [result for result in results if result]
        if results and all(result == "formula" for result in results):
            whole.append(name)
        elif "formula" in results:
            part.append(name)
        elif results:
            reasons[results[0]].append(name)
    print(f"\n{len(whole)} with formulas, {len(part)} with some, {sum(map(len, reasons.values()))} without:")
    for reason, names in sorted(reasons.items(), key=lambda item: -len(item[1])):
        print(f"  {reason}: {', '.join(names)}")
    for line in skipped:
        print("  skipped", *line)
    assert wrong == []
    assert len(whole) + len(part) >= FLOOR


def test_each_formula_is_of_an_operation_that_is_recorded():
    operations()
    recorded = {name for cls in {*TABLE.values(), *_subclasses(Op)} if "compose" not in vars(cls) and cls.names
                for name in (short(cls.names[0]), cls.names[0].replace(".", "_"))}
    assert set(FORMULAS) - recorded == set()


def _subclasses(cls):
    return [known for subclass in cls.__subclasses__() for known in (subclass, *_subclasses(subclass))]
