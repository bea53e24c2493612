"""Plain numbers beside tensors of whole numbers and of truth values, as torch takes them: wrapped, as they are, or not.

    python tests/ops/test_numbers_beside_tensors.py     what differs
"""

import contextlib

import pytest

from gradcli.faults.tree import Fault
from gradcli.session.session import Session
from support.python_prints import python_prints

torch = pytest.importorskip("torch")

DTYPES = ("uint8", "int8", "int16", "int32", "int64", "float32")
NUMBERS = (0, 2, -1, 127, 200, -200, 256, 70000, -70000, 2.5, True)
FORMS = {
    "arithmetic": ("x + n", "n + x", "x - n", "n - x", "x * n", "n * x"),
    "quotients": ("x / n", "n / x", "torch.div(x, n)", "torch.true_divide(x, n)",
                  "torch.div(x, 3, rounding_mode='trunc')"),
    "powers": ("x ** n", "torch.pow(x, n)"),
    "choices": ("torch.where(x > 1, x, n)", "torch.where(x > 1, n, x)", "x.clamp(max=n)", "x.clamp(min=n)"),
    "filled": ("x.masked_fill(x > 1, n)", "x.clone().fill_(n)", "torch.full_like(x, n)", "x.new_full((2,), n)"),
    "compared": ("x == n", "x < n", "x >= n"),
    "written": ("x.clone().add_(n)", "x.clone().mul_(n)", "x.clone().sub_(n)", "x.clone().masked_fill_(x > 1, n)"),
}


def program(kind):
    """One line for each form, type and number: the result, or that there is an error."""
    lines = ["import torch"]
    for form in FORMS[kind]:
        for dtype in DTYPES:
            for number in NUMBERS:
                lines += [f"x, n = torch.tensor([1, 3, 100], dtype=torch.{dtype}), {number}",
                          "try:", f"    print({f'{form} {dtype} {number}'!r}, {form})",
                          "except (RuntimeError, TypeError, ValueError, NotImplementedError):",
                          f"    print({f'{form} {dtype} {number}'!r}, 'refused')"]
    return "\n".join(lines) + "\n"


def both(kind):
    """What torch prints, and what a session prints."""
    text, pieces = program(kind), []
    with contextlib.suppress(Fault):
        Session("modern", 0, write=pieces.append).run(text, echo=False)
    return python_prints(text).splitlines(), "".join(pieces).splitlines()


@pytest.mark.parametrize("kind", FORMS)
def test_numbers_are_taken_as_torch_takes_them(kind):
    theirs, ours = both(kind)
    assert ours == theirs


if __name__ == "__main__":
    for kind in FORMS:
        theirs, ours = both(kind)
        for a, b in zip(theirs, ours, strict=False):
            if a != b:
                print(f"- {a}\n+ {b}")
