"""Element types that an operation does not mix or has no kernel for, as torch answers or refuses each combination."""

import itertools
import warnings

import pytest

from gradcli.session.session import Session

TYPES = "float32 float64 float16 int32 int64 bool complex64".split()
NORMS = ("torch.norm", "torch.linalg.norm", "torch.linalg.vector_norm", "torch.linalg.matrix_norm")
PROGRAM = """
def attempt(compute):
    try: print(compute())
    except Exception as error: print(type(error).__name__, str(error))
types = [{types}]
vectors = [torch.tensor([1, 2]).to(dtype) for dtype in types]
weights = vectors + [torch.tensor(1).to(dtype) for dtype in types] + [0.5, 2]
for x in vectors + [torch.tensor(3), torch.tensor(0.5)]:
    for end in vectors + [torch.tensor(2.0)]:
        for weight in weights: attempt(lambda: torch.lerp(x, end, weight))
for x in vectors:
    for y in vectors:
        attempt(lambda: torch.ldexp(x, y.float()))
        attempt(lambda: torch.ldexp(x, y[0]).dtype)
    for norm in ({norms}):
        for dtype in [None, *types]: attempt(lambda: norm(x.repeat(2, 1), dtype=dtype))
inf, nan = float("inf"), float("nan")
for parts in {pairs}:
    attempt(lambda: torch.logcumsumexp(torch.complex(*torch.tensor(parts)), 0))
"""
PAIRS = [(list(a), list(b)) for a in itertools.product(("-inf", "inf", "nan", "1"), repeat=2)
         for b in itertools.product(("0", "nan", "2"), repeat=2)]


def test_types_meet_as_torchs(capsys):
    torch = pytest.importorskip("torch")
    warnings.simplefilter("ignore")
    program = PROGRAM.format(types=", ".join(f"torch.{name}" for name in TYPES), norms=", ".join(NORMS),
                             pairs=str(PAIRS).replace("'", ""))
    exec(program, {"torch": torch})
    answers = Session(style="modern").run(program).splitlines()
    pairs = zip(answers, capsys.readouterr().out.splitlines(), strict=True)
    assert not [pair for pair in pairs if pair[0] != pair[1] and "complex32" not in pair[0]]


@pytest.mark.parametrize(("text", "words"), [
    ("torch.lerp(torch.tensor([1, 2]), torch.tensor([3, 4]), 0.5)",
     "\"lerp_kernel_scalar\" not implemented for 'Long'"),
    ("torch.lerp(torch.ones(2), torch.ones(2), torch.tensor([1, 2]))",
     "expected dtype float for `weight` but got dtype long int"),
    ("torch.norm(torch.tensor([1j, 2]), dtype=torch.float32)",
     "linalg.vector_norm: dtype should be complex for complex inputs, but got Float"),
    ("torch.zeros(1).as_strided((3,), (0,)).add_(1)", "unsupported operation: more than one element of the written-to "
     "tensor refers to a single memory location. Please clone() the tensor before performing the operation."),
])
def test_refusals(text, words):
    assert Session(style="modern").run(f"try: {text}\nexcept RuntimeError as error: print(error)") == f"{words}\n"
