"""Random programs with complex tensors, beside torch: values, types, printed text, and the words of refusals."""

import math
import random
import re
import warnings

import numpy as np
import pytest

from gradcli.display.print_options import PrintOptions
from gradcli.display.style import STYLES
from gradcli.faults.tree import Fault
from gradcli.session.session import Session

torch = pytest.importorskip("torch")
bridge = pytest.importorskip("support.torch_bridge")

UNARY = """abs angle conj conj_physical real imag sgn neg exp log sqrt sin cos tanh square reciprocal isnan isfinite
    isreal resolve_conj clone t mH adjoint cumsum(0) cumsum(-1) flip(0) flatten() contiguous sum mean prod var std norm
    max floor
    sign tolist is_complex is_conj numel dtype bool() cfloat() cdouble() double() int() nonzero() isinf any all round
    rsqrt sigmoid acos asinh log2 expm1 trace diag tril triu min sort argmax relu view(-1) T nan_to_num()""".split()
BINARY = ["+", "-", "*", "/", "**", "==", "!=", "<", ">=", "@", "%", "//"]
CALLS = """
    torch.add({}, {}, alpha=2) | torch.add({}, {}, alpha=1j) | torch.dot({}, {}) | torch.vdot({}, {}) |
    torch.outer({}, {}) | torch.cat([{}, {}]) | torch.stack([{}, {}]) | torch.where({}.bool(), {}, 0) |
    torch.allclose({}, {}) | torch.isclose({}, {}) | torch.equal({}, {}) | torch.maximum({}, {}) | torch.complex({},
    {}) | torch.polar({}, {}) | torch.result_type({}, {}) | torch.addcmul({}, {}, {}) | torch.lerp({}, {}, 0.25) |
    torch.kron({}, {}) | torch.matmul({}, {}) | torch.mul({}, {}) | torch.view_as_real({}) |
    torch.view_as_complex({}) | torch.fft.fft({}) | torch.fft.ifft({}) | torch.linalg.norm({}) |
    torch.linalg.vector_norm({}) | torch.linalg.inv({}) | torch.linalg.det({}) | torch.linalg.solve({}, {}) |
    torch.tensordot({}, {}) | torch.linalg.matrix_norm({}) | torch.atan2({}, {}) |
    torch.logical_and({}, {}) | torch.xlogy({}, {}) | torch.masked_select({}, {}.bool()) | torch.index_select({}, 0,
    torch.tensor([0])) | torch.einsum('...,...->...', {}, {}) | {}.add_({}) | {}.mul_(2) | {}.copy_({}) |
    {}.fill_(1j) | {}.to({}.dtype) | {}.type_as({}) | torch.full_like({}, 2) | {}.new_ones(2) | torch.zeros_like({})
    | torch.real({}) | torch.imag({}) | {}[0] | {}[-1:] | {}[{}.bool()] | torch.sum({}, 0) | torch.mean({}, -1) |
    torch.roll({}, 1) | torch.repeat_interleave({}, 2) | {}.repeat(2) | {}.unsqueeze(0) | {}.reshape(-1) | {}.item()
    | {}.tolist()
""".replace("\n    ", " ").strip().split(" | ")
NUMBERS = ["2", "0.5", "1j", "(1 - 2j)", "True", "-3"]
REFUSALS = (RuntimeError, TypeError, ValueError, IndexError, NotImplementedError, AttributeError, ZeroDivisionError)
# What gradcli refuses, and torch computes: numbers of 16-bit parts, and writes to conjugates.
PASSED = ("ComplexHalf", "complex32", "a conjugate looks at")


def tensors(rng):
    """Texts of tensors by name: complex and real ones in shapes that meet, now and then with odd numbers."""
    shape = rng.choice([(), (1,), (3,), (2, 2), (3, 3), (0,), (2, 1)])
    operands = {}
    for name, dtype in zip("zwxn", (rng.choice(["complex64", "complex128"]), "complex64",
                                    rng.choice(["float32", "float64"]), rng.choice(["int64", "bool"])), strict=True):
        numbers = [number(rng, dtype) for _ in range(math.prod(shape))]
        operands[name] = f"torch.tensor({numbers}, dtype=torch.{dtype}).reshape({shape})"
    return operands


def number(rng, dtype):
    if dtype.startswith("complex"):
        return complex(round(rng.uniform(-3, 3), 2), rng.choice([round(rng.uniform(-3, 3), 2), 0.0, 1.0]))
    return round(rng.uniform(-3, 3), 2) if dtype.startswith("float") else rng.randint(0, 1) if dtype == "bool" else (
        rng.randint(-3, 3))


def expression(rng):
    """A random expression of tensors and numbers."""
    value = rng.choice("zzzwwxn")
    for _ in range(rng.randint(1, 3)):
        sort = rng.random()
        if sort < 0.4:
            name = rng.choice(UNARY)
            plain = name in ("real", "imag", "mH", "T", "dtype") or name.endswith(")")
            value = f"({value}).{name}" + ("" if plain else "()")
        elif sort < 0.7:
            other = rng.choice([*"zwxn", *NUMBERS])
            pair = (value, other) if rng.random() < 0.7 else (other, value)
            value = f"({pair[0]} {rng.choice(BINARY)} {pair[1]})"
        else:
            call = rng.choice(CALLS)
            value = call.format(*[value, *rng.choices("zwx", k=3)][:call.count("{}")])
    return value


@pytest.mark.parametrize("seed", range(20))
def test_expressions_agree(seed):
    rng = random.Random(seed)
    for _ in range(40):
        operands, text = tensors(rng), expression(rng)
        program = "".join(f"{name} = {value}\n" for name, value in operands.items())
        mismatch = compared(program, text)
        assert not mismatch, f"{program}{text}\n{mismatch}"


def compared(program, text, nan=False):
    """How the two programs differ, in words; with `nan` where PyTorch has numbers."""
    names = {"torch": torch}
    session = Session("modern", seed=0)
    session.run(program)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(program, names)
        try:
            theirs = eval(text, names)
        except REFUSALS as error:
            theirs = error
    try:
        mine = session.eval(text)
    except Fault as fault:
        mine = fault
    if isinstance(theirs, Exception) or isinstance(mine, Fault):
        if isinstance(theirs, Exception) and (isinstance(mine, Fault) or not about_complex(theirs)):
            return ""
        if any(word in f"{mine}{theirs!r}{getattr(theirs, 'dtype', '')}" for word in PASSED):
            return ""
        return f"torch: {theirs!r:.300}\ngradcli: {mine!s:.300}"
    if nan and any(not bool(torch.view_as_real(g.cdouble().resolve_conj()).isfinite().all()) for g in theirs):
        return ""
    if rounding(theirs) and not nan:
        return ""
    return bridge.difference(mine, theirs, 100)


LOSS = """
def slopes(out):
    if not isinstance(out, torch.Tensor) or not out.requires_grad:
        return []
    seed = (torch.arange(1.0, out.numel() + 1).reshape(out.shape) * (1 - 0.5j if out.is_complex() else 1)).to(out.dtype)
    first = torch.autograd.grad(out, (z, w, x), seed, create_graph=True, allow_unused=True)
    rest = [g for g in first if g is not None and g.requires_grad]
    second = torch.autograd.grad(rest, (z, w, x), [torch.ones_like(g) for g in rest], allow_unused=True) if rest else ()
    return [g for g in (*first, *second) if g is not None]
"""


def gradients(program, text):
    """How the gradients differ, first and second, in words."""
    if "polar" in text:     # of negative magnitudes PyTorch's is the slope of their size
        return ""
    program += "".join(f"{name} = {name}.detach().requires_grad_()\n" for name in "zwx") + LOSS
    text = re.sub(r"\.acosh?\(", ".cosh(", text)       # on the line where it is cut, torch takes the slope beyond it
    text = re.sub(r"\.(add_|mul_|copy_|fill_)\(", r".clone().\1(", text)
    return compared(program, f"slopes({text})", nan=True)


@pytest.mark.parametrize("seed", range(20))
def test_gradients_agree(seed):
    rng = random.Random(1000 + seed)
    for _ in range(25):
        operands, text = tensors(rng), expression(rng)
        program = "".join(f"{name} = {value}\n" for name, value in operands.items())
        mismatch = gradients(program, text)
        assert not mismatch, f"{program}{text}\n{mismatch}"


def about_complex(error):
    """Whether torch refuses for a number's being complex; real numbers are judged elsewhere."""
    return re.search("omplex|without overflow", str(error)) and "expected dtype" not in str(error)


def rounding(value):
    """Whether a result hangs on rounding, or on what torch makes of infinite parts."""
    if not isinstance(value, torch.Tensor):
        return isinstance(value, float | complex | list | bool)
    return value.is_floating_point() and not bool(value.isfinite().all()) or value.is_complex() and not bool(
        torch.view_as_real(value.resolve_conj()).isfinite().all()) or value.dtype is torch.bool and value.numel() < 4


def part(rng, kind):
    return (float(rng.randint(-5, 5)), rng.uniform(-10, 10), rng.uniform(-1, 1) * 10 ** rng.randint(-9, 9),
            rng.choice([0.0, -0.0, math.nan, math.inf, -math.inf, 1.0, -2.5]), rng.choice([0.0, -0.0]))[kind]


@pytest.mark.parametrize("seed", range(12))
def test_printed_text_agrees(seed):
    rng, style = random.Random(seed), STYLES["modern"]()
    try:
        for _ in range(60):
            shape = rng.choice([(), (1,), (3,), (2, 2), (0,), (2, 0), (30,), (2, 3, 2), (1200,), (9, 12)])
            kinds = rng.randrange(5), rng.randrange(5)
            numbers = [complex(*(part(rng, kind) for kind in kinds)) for _ in range(math.prod(shape))]
            tensor = torch.tensor(numbers, dtype=rng.choice([torch.complex64, torch.complex128])).reshape(shape)
            options = {} if rng.random() < 0.8 else {"precision": rng.choice([1, 2, 6]), "linewidth": rng.choice(
                [40, 80, 120]), "sci_mode": rng.choice([None, True, False])}
            torch.set_printoptions(profile="default")
            torch.set_printoptions(**options)
            assert style.quoted(bridge.to_gradcli(tensor), PrintOptions(**options)) == repr(tensor)
    finally:
        torch.set_printoptions(profile="default")


@pytest.mark.parametrize("name", ["exp", "log", "sqrt", "sin", "cos", "tanh", "sigmoid", "abs", "square", "sum", "mean",
                                  "reciprocal", "var", "conj_physical", "angle", "sgn", "cumsum"])
def test_large_arrays_agree(name):
    """Beyond the size where kernels of their own compute on real numbers."""
    rng = np.random.default_rng(0)
    numbers = (rng.normal(size=70_000) + 1j * rng.normal(size=70_000)).astype(np.complex64)
    theirs = getattr(torch.from_numpy(numbers), name)(*([0] if name == "cumsum" else []))
    mine = getattr(bridge.to_gradcli(torch.from_numpy(numbers)), name)(*([0] if name == "cumsum" else []))
    assert not bridge.difference(mine, theirs, 100)
