"""The option `out` beside torch: which functions have it, of which element types it may be, and refusals."""

import contextlib
import io
import warnings

import numpy as np
import pytest

from gradcli.engine.autograd.registry import general_function
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.tree import Fault
from gradcli.session.session import Session
from support.golden_cases import mapped, neutral, recorded_ops, split, to_gradcli

torch = pytest.importorskip("torch")

from against_torch.record_golden import REFUSALS, to_torch  # noqa: E402  # they need torch

# Torch's answer depends on how many matrices there are, or on whether an argument is a number; or it fails inside.
OPEN = {"bucketize", "chain_matmul", "clamp_max", "clamp_min", "diag", "ldexp", "lerp", "lu", "matmul", "matrix_power",
        "max", "mean", "median", "min", "nanmedian", "prod", "sum", "where"}
KEYWORD = ("unexpected keyword", "invalid combination", "takes no keyword")


def torch_function(name):
    """Torch's function of this full name, or None."""
    place = torch
    for part in name.split("."):
        place = getattr(place, part, None)
    return place if callable(place) and not isinstance(place, type) else None


def quietly(call):
    """What a call answers, without its warnings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return call()


def outcome(call):
    """Nothing if a call is answered; else the first line of the refusal, or "no option"."""
    try:
        quietly(call)
    except (Fault, *REFUSALS) as error:
        words = str(error.args[0]).splitlines()[0]
        return "no option" if any(k in words for k in KEYWORD) else words.partition("  (Could this")[0]
    return ""


def test_out_has_the_types_that_it_has_in_torch():
    differing, session = [], Session(style="modern")
    for op in recorded_ops():
        arguments = mapped(neutral(op.samples[0], np.float32), lambda a: a, leaf=False) if op.samples else None
        for name in op.names:
            function = torch_function(name)
            if arguments is None or function is None or op.names[0] in OPEN:
                continue
            _, positional, options = to_torch(op, arguments)
            try:
                result = quietly(lambda: function(*positional, **options))  # noqa: B023
            except REFUSALS:
                continue
            parts = result if isinstance(result, tuple) else (result,)
            if not parts or not all(isinstance(part, torch.Tensor) for part in parts):
                continue
            for dtype in ("float32", "float64", "int64", "bool"):
                types = [dtype, *(str(part.dtype)[6:] for part in parts[1:])]
                theirs = [torch.zeros(p.shape, dtype=getattr(torch, t)) for p, t in zip(parts, types, strict=True)]
                mine = [Tensor(np.zeros(p.shape, t)) for p, t in zip(parts, types, strict=True)]
                one = slice(None) if isinstance(result, tuple) else 0
                args, words = split(op, to_gradcli(arguments))
                _, positional, options = to_torch(op, arguments)
                expected = outcome(lambda: function(*positional, **options, out=theirs[one]))   # noqa: B023
                with session.in_force():
                    actual = outcome(lambda: general_function(op, name)(*args, **words, out=mine[one]))   # noqa: B023
                if actual != expected:
                    differing.append((name, dtype, actual, expected))
    assert differing == []


def test_out_that_is_read_or_does_not_fit():
    programs = (
        "torch.cat([x, x], out=x)", "torch.gather(x, 0, i, out=x)", "torch.exp(x[1:], out=x[:-1])",
        "torch.index_select(x, 0, i, out=x)", "torch.take(x, i, out=x)", "torch.sort(x, out=(x,))",
        "torch.zeros(3, out=i)", "torch.full((2,), 2.5, out=i)", "torch.zeros(3, out=i, dtype=torch.float32)",
        "torch.eye(2, out=x)", "torch.linspace(0, 4, 3, out=i)", "torch.flip(x, [0], out=x)", "x.exp_(out=x)",
        "torch.sum(x, 0, out=torch.zeros(()), dtype=torch.float64)", "torch.arange(3, out=x)")
    for program in programs:
        setting = {"x": [1.0, 2.0, 3.0], "i": [2, 1, 0]}
        text = "".join(f"{k} = torch.tensor({v})\n" for k, v in setting.items()) + (
            f"try:\n    print({program})\nexcept Exception as e:\n    print(str(e).splitlines()[0])\n")
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            quietly(lambda: exec(text, {"torch": torch}))   # noqa: B023
        assert Session(style="modern").run(text) == printed.getvalue(), program


METHODS = ("abs()", "neg()", "add(1)", "mul(x)", "sum()", "cumsum(0)", "clamp(0)", "sort()", "argmax()", "mean()",
           "softmax(0)", "max(x)", "pow(2)", "matmul(x)", "where(x > 0, x)", "std()", "floor()")


def test_methods_take_no_out():
    """Refused by both, as an option that no method has."""
    program = "import torch\nx = torch.tensor([1., -2.])\n" + "".join(
        f"try:\n    x.{call[:-1]}{', ' * (call[-2] != '(')}out=torch.empty(0))\n    print({call!r})\n"
        f"except TypeError as error:\n    print('refused')\n" for call in METHODS)
    theirs = io.StringIO()
    with contextlib.redirect_stdout(theirs):
        exec(compile(program, "program", "exec"), {})
    assert Session("modern").run(program, echo=False) == theirs.getvalue()
