"""`gradcli diff` solves the exercises of calculus courses: the answer is that of the book, and about as short."""

import numpy as np
import pytest

from gradcli.session.session import Session
from gradcli.symbolic.closed_form import closed_forms, shortest
from gradcli.symbolic.text import Writer
from symbolic.exercises import EXERCISES, SEVERAL

LENGTH = 1.5        # of the answer of the book, in characters; nine in ten keep to it
POINTS = (0.3, 0.7, 0.9)


def session(**values):
    modern = Session(style="modern")
    modern.run("torch.set_default_dtype(torch.float64)", echo=False)
    for name, value in values.items():
        modern.run(f"{name} = torch.tensor({value}, requires_grad=True)", echo=False)
    return modern


def solved(text, name, others=""):
    """The derivative as text, with the value at the point."""
    values = {name: 0.7, **{other: 0.45 + 0.1 * at for at, other in enumerate(others)}}
    forms = closed_forms(session(**values), text, [name])
    [form] = forms.derivatives
    return Writer().tensor(shortest(form.formula))


def value(text, **values):
    result = session(**values).eval(text)
    return result if isinstance(result, int | float) else result.array.item()


@pytest.mark.parametrize("text", EXERCISES)
def test_the_answer_is_that_of_the_book(text):
    printed, answer = solved(text, "x"), EXERCISES[text].replace("pi", "math.pi")
    for x in POINTS:
        np.testing.assert_allclose(value(printed.replace("pi", "math.pi"), x=x), value(answer, x=x), rtol=1e-9)


@pytest.mark.parametrize("text, name", SEVERAL)
def test_partial_derivatives_too(text, name):
    others = sorted({letter for letter in "xyzwb" if letter in text.replace("exp", "").replace("sqrt", "").replace(
        "atan", "").replace("log", "").replace("sin", "")} - {name})
    printed = solved(text, name, others)
    for shift in (0, 0.13):
        point = {letter: 0.4 + shift + 0.1 * at for at, letter in enumerate([name, *others])}
        np.testing.assert_allclose(value(printed, **point), value(SEVERAL[text, name], **point), rtol=1e-9)


def test_answers_are_about_as_short_as_those_of_the_book():
    long = [text for text, answer in EXERCISES.items() if len(solved(text, "x")) > LENGTH * len(answer)]
    assert len(long) <= len(EXERCISES) / 10, long


def test_there_are_many():
    assert len(EXERCISES) + len(SEVERAL) >= 150
