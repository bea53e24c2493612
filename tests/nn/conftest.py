"""The same program run by gradcli and by torch, and what each of them printed."""

import pytest

from gradcli.session.session import Session
from support.python_prints import python_prints


def by_gradcli(program, style="modern"):
    return Session(style).run(program, echo=False)


def by_torch(program):
    torch = pytest.importorskip("torch")
    names = {"__name__": "__main__", "torch": torch, "nn": torch.nn, "F": torch.nn.functional, "optim": torch.optim,
             "Variable": torch.autograd.Variable, "Function": torch.autograd.Function}
    default = torch.get_default_dtype()
    try:
        return python_prints(program, names)
    finally:
        torch.set_default_dtype(default)


@pytest.fixture
def run():
    return by_gradcli


@pytest.fixture
def alike():
    """Asserts that a program prints with gradcli, to the letter, what it prints with torch."""
    def check(program):
        assert by_gradcli(program) == by_torch(program)

    return check
