"""Every distribution, transform, optimiser and schedule beside torch: draws to the bit, all else as it prints."""

import pytest

from gradcli.session.session import Session
from support.torch_programs import differences

torch = pytest.importorskip("torch")

from against_torch.distributions import program as distributions  # noqa: E402  # they need torch
from against_torch.optimizers import program as optimizers  # noqa: E402


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_distributions(dtype):
    results = differences(distributions(dtype))
    apart = [(header, torch, ours) for header, torch, ours in results if not alike(torch, ours)]
    assert len(apart) <= 6, apart       # torch's own faults: its noise overwrites what backward needs, and the like
    assert not [header for header, *_ in apart if header.startswith("==") and "Pareto" not in header
                and header not in ("== refusals", "== slopes", "== constraints")], apart


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_optimizers(dtype):
    results = differences(optimizers(dtype))
    apart = [(header, torch, ours) for header, torch, ours in results
             if "LBFGS" not in header and not alike(torch, ours)]
    assert {header[:19] for header, *_ in apart} <= {"== ChainedScheduler", "== StepLR(o, 3, las"}, apart


def alike(torch, ours):
    """Whether two pieces of output differ in rounding alone."""
    first, second = (numbers(lines) for lines in (torch, ours))
    if len(first) != len(second):
        return False
    return all(abs(a - b) <= 2e-4 + 2e-6 * abs(a) for a, b in zip(first, second, strict=True))


def numbers(lines):
    import re

    return [float(word) for word in re.findall(r"[-+]?\d+\.?\d*(?:e[-+]?\d+)?", " ".join(lines))]


def test_loaders_of_what_has_a_length():
    from torch.utils.data import DataLoader

    from gradcli.session.session import Session

    for loader, expected in (("{'a': 1}, sampler=['a']", DataLoader({"a": 1}, sampler=["a"])),
                             ("{0: 1, 1: 5}, batch_size=2", DataLoader({0: 1, 1: 5}, batch_size=2)),
                             ("'abc', batch_size=2", DataLoader("abc", batch_size=2))):
        assert Session(style="modern").run(
            f"from torch.utils.data import DataLoader; list(DataLoader({loader}))") == f"{[*expected]}\n", loader


def test_classes_of_modules_have_the_bases_that_they_have_in_torch():
    """But for lazy norms, which derive from the class that they become."""
    session = Session(style="modern")
    session.run("import torch.nn as nn")
    names = [name for name, kind in vars(torch.nn).items() if isinstance(kind, type) and issubclass(
        kind, torch.nn.Module) and session.eval(f"hasattr(nn, {name!r})")]
    for name in names:
        if not name.startswith(("LazyBatchNorm", "LazyInstanceNorm")):
            bases = [base for base in names if issubclass(getattr(torch.nn, name), getattr(torch.nn, base))]
            assert session.eval(f"[b for b in {names} if issubclass(nn.{name}, getattr(nn, b))]") == bases, name
