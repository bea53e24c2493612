"""Element types beside torch: of results, or the words of the refusal, for operands of every type."""

import itertools
import re

import pytest

from gradcli.session.session import Session
from support.python_prints import python_prints

REAL = "bool uint8 int8 int16 int32 int64 float16 float32 float64".split()
OPERANDS = "import torch\n" + "".join(
    f"a_{t} = torch.tensor([3, 0, 1]).to(torch.{t})\nb_{t} = torch.tensor([2, 1, -3]).to(torch.{t})\n" for t in REAL)
PAIRS = ("a ** b", "a // b", "torch.div(a, b, rounding_mode='trunc')", "torch.isin(a, b)",
         "torch.nextafter(a, b)", "torch.xlogy(a, b)", "torch.special.zeta(b, a)",
         "a.clone().scatter_(0, torch.tensor([1]), b)", "torch.sum(a, 0, out=torch.empty((), dtype=b.dtype))",
         "torch.cumsum(a, 0, out=torch.empty(3, dtype=b.dtype))", "a.sum(dtype=b.dtype)", "a.nansum(dtype=b.dtype)",
         "a.cumsum(0, dtype=b.dtype)", "a.cumprod(0, dtype=b.dtype)", "a.clone().copy_(b)")
SINGLE = ("torch.nanmean(a)", "torch.logcumsumexp(a, 0)", "a.argmax()", "a.argmin(0)", "a.median()",
          "a.nanmedian(0)[0]", "a.topk(1)[0]", "a.kthvalue(1)[0]", "torch.arange(4)[a]",
          "torch.eye(4).gather(0, a[None])",
          "torch.cov(a)", "torch.dot(a, a)", "torch.nn.functional.threshold(a, 0, 1)", "torch.special.log_ndtr(a)",
          "torch.special.bessel_j0(a)", "torch.special.hermite_polynomial_h(a, a)", "a.clone().copy_(2)",
          "a.clone().copy_(0.5)", "torch.cross(b_int16, a, dim=0)", "torch.dist(b_int16, a)")


def programs():
    """Expressions, each with operands of the types that it is tried for."""
    for text, a, b in itertools.product(PAIRS, REAL, REAL):
        yield re.sub(r"\bb\b", f"b_{b}", re.sub(r"\ba\b", f"a_{a}", text))
    for text, a in itertools.product(SINGLE, REAL):
        yield re.sub(r"\ba\b", f"a_{a}", text)


def test_types_are_those_of_torch():
    pytest.importorskip("torch")
    texts = list(programs())
    program = OPERANDS + "".join(
        f"try:\n    print({text!r}, repr({text}))\nexcept Exception as error:\n"
        f"    print({text!r}, str(error).splitlines()[0])\n" for text in texts)
    mine, theirs = (run(program).splitlines() for run in (Session(style="modern").run, python_prints))
    assert [pair for pair in itertools.zip_longest(mine, theirs) if pair[0] != pair[1]] == []


def test_tuples_of_tensors_and_numbers_are_the_numbers_in_them():
    torch = pytest.importorskip("torch")
    session = Session(style="modern")
    for data in ("(torch.tensor(1.), 2.0)", "(2, torch.tensor(1))", "(torch.tensor(1), 2.5)",
                 "((torch.tensor(1.), 2), (3, 4))",
                 "(torch.tensor(1.).double(), torch.tensor(1.))", "(torch.tensor([1.]), torch.tensor([2.]))"):
        for call in (f"torch.tensor({data})", f"torch.as_tensor({data})", f"torch.ones(1).new_tensor({data})"):
            assert session.run(call) == f"{eval(call, {'torch': torch})!r}\n", call      # texts of this file
