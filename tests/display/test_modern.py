"""Tensors of torch 2.13: texts recorded from it, and torch itself where it is installed.

GRADCLI_PRINT_CASES=20000 compares that many random tensors instead of the few of every day.
"""

import os

import numpy as np
import pytest

from gradcli.display import modern
from gradcli.display.print_options import PrintOptions
from support import printing_recorded as recorded
from support.printing_cases import case
from support.printing_oracle import ours, torchs

CASES = int(os.environ.get("GRADCLI_PRINT_CASES", "600"))
RECORDED = list(recorded.load())


def test_texts_are_the_recorded_ones():
    assert len(RECORDED) > 400
    wrong = [(entry["text"], ours(entry)) for entry in RECORDED if ours(entry) != entry["text"]]
    assert wrong == []


def test_random_tensors_print_as_in_torch():
    torch = pytest.importorskip("torch")
    for seed in range(CASES):
        drawn = case(seed)
        assert ours(drawn) == torchs(torch, drawn), f"case {seed}"


@pytest.mark.parametrize("values, dtype, text", [
    ([1e-5, 1.0], "float32", "tensor([1.0000e-05, 1.0000e+00])"),
    ([1.5, -np.inf], "float32", "tensor([1.5000,   -inf])"),
    (range(1001), "int64", "tensor([   0,    1,    2,  ...,  998,  999, 1000])"),
])
def test_example(values, dtype, text):
    assert modern.tensor_text(np.array(values, dtype), dtype, PrintOptions()) == text


def test_suffix_follows_the_last_line():
    text = modern.tensor_text(np.array([[2, 4], [6, 8]], np.float32), "float32", PrintOptions(), grad_fn="MulBackward0")
    assert text == "tensor([[2., 4.],\n        [6., 8.]], grad_fn=<MulBackward0>)"


@pytest.mark.parametrize("size", [999, 1000, 1001])
def test_a_thousand_elements_are_still_full(size):
    text = modern.tensor_text(np.zeros(size, np.float32), "float32", PrintOptions())
    assert text.count("0.") == (size if size <= 1000 else 6)


def test_default_type_goes_without_saying():
    one = np.ones(1)
    assert modern.tensor_text(one, "float64", PrintOptions(), default="float64") == "tensor([1.])"
    assert modern.tensor_text(one, "float32", PrintOptions(), default="float64") == "tensor([1.], dtype=torch.float32)"
    assert modern.tensor_text(one[:0], "float64", PrintOptions(), default="float64") == "tensor([])"
    assert modern.tensor_text(one[:0], "int64", PrintOptions()) == "tensor([], dtype=torch.int64)"


def test_only_what_is_shown_is_looked_at():
    array = np.broadcast_to(np.array([[0.25], [3.0]]), (2, 1 << 40))
    assert modern.tensor_text(array, "float32", PrintOptions()) == (
        "tensor([[0.2500, 0.2500, 0.2500,  ..., 0.2500, 0.2500, 0.2500],\n"
        "        [3.0000, 3.0000, 3.0000,  ..., 3.0000, 3.0000, 3.0000]])")
