"""How many differentiable operations have formulas, for their value and their gradient, and that these are right.

`python -m pytest -s tests/symbolic/test_coverage.py` prints the counts and the reasons of the others.
"""

import collections
import functools
import importlib
import pkgutil

import numpy as np
import pytest

import gradcli.ops
from gradcli.engine.autograd.dispatch import dispatch
from gradcli.engine.autograd.op import TABLE, Op, flat_name, traced
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Variable
from gradcli.engine.transforms import functional
from gradcli.faults.mistakes import ComplexDerivative, NotDifferentiable
from gradcli.faults.tree import AmbiguousTruth, ArgumentFault, Fault, LeafWrite, ShapeFault
from gradcli.ops.base import Kernel, Slope
from gradcli.session.session import Session
from gradcli.symbolic.evaluate import evaluate_tensor
from gradcli.symbolic.formulas.table import FORMULAS
from gradcli.symbolic.matrices.forms import LONGEST
from gradcli.symbolic.matrices.terms import NoMatrixForm
from gradcli.symbolic.matrices.text import MatrixText
from gradcli.symbolic.trace import Tracer, Unknown, tracing
from gradcli.symbolic.verification import compared, perturbed, same_text

FLOOR = 370     # operations with formulas or matrix forms for all of their first samples, or for some of them
SAMPLES = 3
POINTS = 25     # near one sample of each operation; `PYTHONPATH=tests python -m symbolic.test_coverage` takes 200
VARYING_CLASSES = {"nn.functional.cosine_embedding_loss"}     # whose samples compare leaves with whole numbers
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


@functools.cache
def double_session():
    """A session for all samples, in double precision."""
    session = Session(style="modern", seed=0)
    session.run("torch.set_default_dtype(torch.float64)", echo=False)
    return session


class Run:
    """A sample of an operation, run and traced: its results and gradients as tensors.

    shift   by leaf what is added to its numbers
    """

    def __init__(self, cls, sample, shift=None, in_matrices=False):
        self.session = session = double_session()
        self.leaves = leaves = {}
        values = arguments(sample, leaves, session)
        for name, leaf in leaves.items():
            leaf.array[...] += 0 if shift is None else shift[name]
        self.tracer = tracer = Tracer({}, tuple(leaves), in_matrices)
        for name, leaf in leaves.items():
            tracer.enter_name(name, leaf.array)
        self.tensors = self._tensors(cls, [*values, *cls.signature.defaults[len(values):]])

    def again(self, point):
        """The tensors where the leaves have other values, not traced."""
        for name, leaf in self.leaves.items():
            leaf.array[...] = point[name]
        with self.session.in_force():
            return self._computed(*self.call, recorded=False)

    def _tensors(self, cls, filled):
        """The tensors, traced."""
        self.call = cls, filled
        with tracing(self.session, self.tracer), self.session.in_force():
            return self._computed(cls, filled)

    def _computed(self, cls, filled, recorded=True):
        """The first result that has a gradient, and the gradients; nothing where there is none."""
        out = cls.compose(traced, *filled) if "compose" in vars(cls) else dispatch(cls, filled)
        out = out if isinstance(out, tuple) else (out,)
        result = next((part for part in out if isinstance(part, Tensor) and part.requires_grad), None)
        if result is None:
            return []
        grads = functional.grad([traced.sum(result)], list(self.leaves.values()), create_graph=recorded,
                                allow_unused=True)
        return [result, *(grad for grad in grads if grad is not None)]

    def formulas(self):
        """The formulas of the tensors; raises Unknown."""
        return [self.tracer.formula(tensor) for tensor in self.tensors]

    def values(self):
        """The values of all names in formulas."""
        return {**self.tracer.constants, **{name: leaf.array for name, leaf in self.leaves.items()}}

    def matrices(self):
        """The texts of the tensors' matrix forms; None where one has none."""
        try:
            terms = [self.tracer.term_of(tensor) for tensor in self.tensors]
            return None if None in terms else [MatrixText().text(term) for term in terms]
        except NoMatrixForm:
            return None

    def ran(self, texts):
        """Whether the texts run, as they do but for types that text does not show; what they give is compared."""
        for name, array in self.tracer.constants.items():
            self.session[name] = Tensor(array)
        for text, tensor in zip(texts, self.tensors, strict=True):
            try:
                value = self.session.eval(text)
            except Fault:
                return False
            value = value.array if isinstance(value, Tensor) else value
            np.testing.assert_allclose(value, tensor.array, rtol=1e-8, atol=1e-8, err_msg=text)
        return True


def outcome(cls, sample):
    """What becomes of one sample: "formula", "matrix", the reason why there is neither, or "" without a gradient."""
    run = Run(cls, sample, in_matrices=True)
    if not run.tensors:
        return ""
    matrices = run.matrices()
    in_matrices = matrices is not None and max(map(len, matrices)) <= LONGEST and run.ran(matrices)
    try:
        formulas = run.formulas()
    except Unknown as unknown:
        return "matrix" if in_matrices else unknown.reason
    for formula, tensor in zip(formulas, run.tensors, strict=True):
        if compared(formula, run.values(), tensor.array, False) not in ("same", "undefined"):
            np.testing.assert_allclose(evaluate_tensor(formula, run.values()), tensor.array, rtol=1e-8, atol=1e-8)
    return "formula"


def test_operations_have_formulas_that_agree_with_reverse_mode():
    whole, linear, part, wrong, skipped = [], [], [], [], []
    reasons = collections.defaultdict(list)
    for name, cls in operations():
        results = []
        for sample in cls.samples[:SAMPLES]:
            try:
                results.append(outcome(cls, sample))
            except AssertionError as error:
                wrong += [(name, str(error)[:300])] if name not in VARYING_CLASSES else []
            except UNFIT as error:
                skipped.append((name, type(error).__name__, str(error)[:90]))
        results = [result for result in results if result]
        known = [result in ("formula", "matrix") for result in results]
        if results and all(known):
            (whole if "formula" in results else linear).append(name)
        elif any(known):
            part.append(name)
        elif results:
            reasons[results[0]].append(name)
    print(f"\n{len(whole)} with formulas, {len(linear)} with matrix forms, {len(part)} for some of their samples, "
          f"{sum(map(len, reasons.values()))} without:")
    print("  matrix forms:", ", ".join(linear))
    for reason, names in sorted(reasons.items(), key=lambda item: -len(item[1])):
        print(f"  {reason}: {', '.join(names)}")
    for line in skipped:
        print("  skipped", *line)
    assert not wrong, "\n".join(f"{name}: {text}" for name, text in wrong)
    assert len(whole) + len(linear) + len(part) >= FLOOR


def checked(cls, sample, count, stream):
    """At how many of `count` points near a sample its formulas hold, and what is wrong at one; none without formulas.

    At a point with another formula, where the program takes another way, nothing is compared.
    """
    run = Run(cls, sample)
    formulas = run.formulas()
    constants, start = run.tracer.constants, {name: leaf.array.copy() for name, leaf in run.leaves.items()}
    held = 0
    for _ in range(count if run.tensors else 0):
        point = {name: perturbed(array, stream) for name, array in start.items()}
        try:
            tensors = run.again(point)
        except Fault:
            continue        # outside the domain
        verdicts = [compared(formula, {**constants, **point}, tensor.array, False)
                    for formula, tensor in zip(formulas, tensors, strict=False)]
        if "different" not in verdicts:
            held += "same" in verdicts
            continue
        other = Run(cls, sample, {name: point[name] - start[name] for name in point})
        if all(map(same_text, formulas, other.formulas())) and all(
                np.array_equal(constants[name], other.tracer.constants.get(name)) for name in constants):
            return held, f"{point}: {verdicts}"
    return held, ""


@pytest.mark.slow
def test_formulas_hold_at_points_near_the_samples():
    assert_formulas_hold(POINTS)


def assert_formulas_hold(points):
    """At so many points near one sample of each operation."""
    stream, held, wrong = np.random.default_rng(0), 0, []
    for name, cls in operations():
        for sample in cls.samples[:SAMPLES]:
            try:
                count, fault = checked(cls, sample, points, stream)
            except (Unknown, *UNFIT):
                continue
            held += count
            if fault and name not in VARYING_CLASSES:
                wrong.append(f"{name}: {fault}"[:300])
            break
    print(f"\nformulas hold at {held} points")
    assert not wrong, "\n".join(wrong)


def test_each_formula_is_of_an_operation_that_is_recorded():
    operations()
    recorded = {name for cls in {*TABLE.values(), *_subclasses(Op)} if "compose" not in vars(cls) and cls.names
                for name in (flat_name(cls.names[0]), cls.names[0].replace(".", "_"))}
    assert set(FORMULAS) - recorded == set()


def _subclasses(cls):
    return [known for subclass in cls.__subclasses__() for known in (subclass, *_subclasses(subclass))]


if __name__ == "__main__":
    assert_formulas_hold(200)
