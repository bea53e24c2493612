"""Random programs print what CPython prints, and end in the same kind of exception (rule: meaning is Python's)."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lang.against_python import Both, differ
from lang.programs import IDIOMS, Maker

BOTH = Both()


@st.composite
def programs(draw):
    """A program whose every choice is Hypothesis's, so that it can shrink what it finds."""
    return Maker(lambda n: draw(st.integers(0, n - 1)) if n > 1 else 0).program()


@settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(programs())
def test_programs_mean_what_they_mean_in_python(text):
    assert differ(text, BOTH) is None


@pytest.mark.parametrize("group", IDIOMS, ids=lambda group: group[0].split("\n")[0][:40])
def test_each_piece_means_what_it_means_in_python(group):
    for number, piece in enumerate(group):
        text = "\n".join(Maker(random.Random(number).randrange).piece(piece, 0)) + "\n"
        assert differ(text, BOTH) is None, text


def test_longer_programs_mean_what_they_mean_in_python():
    for number in range(300):
        text = Maker(random.Random(number).randrange).program()
        assert differ(text, BOTH) is None, text


def test_a_difference_would_be_seen():
    BOTH.policy.names = {}
    assert differ("print(1.5)", BOTH) is None
    assert differ("print(id([]))", BOTH) is not None        # the address is made up here
    assert differ("raise ValueError", BOTH) is None
