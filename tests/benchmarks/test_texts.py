"""Every text of the benchmarks runs, with the same values as in torch."""


import pytest

from benchmarks.bodies import BODIES, PROGRAM, SETUP
from benchmarks.whole_programs import BEGIN, PROGRAMS
from gradcli import Session
from support.python_prints import python_prints

TEXTS = {name: body for bodies in BODIES.values() for name, body in bodies.items()}
SUMS = "print(y.sum().item(), z.sum().item(), u.sum().item())"


def test_bodies_have_names_of_their_own():
    assert len(TEXTS) == sum(map(len, BODIES.values())) >= 100


@pytest.fixture(scope="module")
def session():
    session = Session(style="modern")
    session.run(SETUP, "<program>", echo=False)
    return session


@pytest.fixture(scope="module")
def both():
    """A session and the names of torch, in which the same texts run in the same order."""
    session, names = Session(style="modern"), {}
    session.run(SETUP, "<program>", echo=False)
    under_torch(SETUP, names)
    return session, names


@pytest.mark.parametrize("name", TEXTS)
def test_body_runs_with_finite_values(name, session):
    for value in under_gradcli(PROGRAM.format(turns=300, body=TEXTS[name]) + SUMS, session):
        assert abs(value) < 1e6


@pytest.mark.torch
@pytest.mark.parametrize("name", TEXTS)
def test_body_has_the_values_of_torch(name, both):
    session, names = both
    program = PROGRAM.format(turns=3, body=TEXTS[name]) + SUMS
    assert under_gradcli(program, session) == pytest.approx(under_torch(program, names), rel=1e-4)


@pytest.mark.torch
@pytest.mark.parametrize("name", PROGRAMS)
def test_program_prints_what_torch_prints(name):
    program = BEGIN + "".join(PROGRAMS[name])
    assert under_gradcli(program, Session(style="modern")) == pytest.approx(under_torch(program, {}), rel=1e-2)


def under_gradcli(program, session):
    return numbers(session.run(program, "<program>", echo=False))


def under_torch(program, names):
    pytest.importorskip("torch")
    return numbers(python_prints(program, names))


def numbers(text):
    return [float(word) for word in text.split()]
