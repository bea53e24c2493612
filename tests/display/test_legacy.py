"""Tensors of 0.1.12: the examples of its rules, recorded texts, and the rules told a second time."""

import numpy as np
import pytest

from gradcli.display import legacy
from gradcli.display.number_format import BLOCK, magnitudes_of
from gradcli.display.print_options import PrintOptions
from support import reference_printing as reference
from support import tutorial_cases
from support.printing_cases import case

EXAMPLES = [
    (np.array([0.1, -2.5, 1 / 3], np.float32), "Float", """
 0.1000
-2.5000
 0.3333
[torch.FloatTensor of size 3]
"""),
    (np.array([np.nan, 7]), "Double", """
nan
  7
[torch.DoubleTensor of size 2]
"""),
    (np.array([0.02, 0.05]), "Double", """
1.00000e-02 *
  2.0000
  5.0000
[torch.DoubleTensor of size 2]
"""),
    (np.array([100000, 5]), "Long", """
 1.0000e+05
 5.0000e+00
[torch.LongTensor of size 2]
"""),
    (np.arange(8, dtype=np.float32).reshape(2, 2, 2) / 4, "Float", """
(0 ,.,.) =·
  0.0000  0.2500
  0.5000  0.7500

(1 ,.,.) =·
  1.0000  1.2500
  1.5000  1.7500
[torch.FloatTensor of size 2x2x2]
"""),
    (np.arange(1100).reshape(550, 2), "Long", """
    0     1
    2     3
    4     5
     ⋮······
 1094  1095
 1096  1097
 1098  1099
[torch.LongTensor of size 550x2]
"""),
]
RECORDED = tutorial_cases.load()


@pytest.mark.parametrize("array, kind, text", EXAMPLES, ids=[kind + str(a.shape) for a, kind, _ in EXAMPLES])
def test_example(array, kind, text):
    assert legacy.tensor_text(array, f"torch.{kind}Tensor", PrintOptions()) == text.replace("·", " ")


@pytest.mark.parametrize("name", tutorial_cases.CASES)
def test_text_is_the_recorded_one(name):
    assert tutorial_cases.text_of(name) == RECORDED[name]


def test_every_recorded_text_has_its_case():
    assert RECORDED.keys() == tutorial_cases.CASES.keys()


@pytest.mark.parametrize("start", range(0, 1000, 100))
def test_rules_told_twice_agree(start):
    for seed in range(start, start + 100):
        drawn, options = case(seed), PrintOptions()
        options.set(**drawn["options"])
        array = drawn["array"].reshape(1) if drawn["array"].ndim == 0 else drawn["array"]
        assert (legacy.tensor_text(array, "torch.T", options)
                == reference.tensor_text(array, "torch.T", options)), f"case {seed}"


@pytest.mark.parametrize("size, summarised", [(999, False), (1000, True), (1001, True)])
def test_thousand_elements_are_summarised(size, summarised):
    lines = legacy.tensor_text(np.zeros(size), "torch.T", PrintOptions()).splitlines()
    assert len(lines) == (9 if summarised else size + 2)
    assert ("⋮ " in lines) is summarised


def test_hidden_elements_decide_the_format():
    array = np.ones(5 * BLOCK, np.float32)
    array[3 * BLOCK + 7] = 0.5
    assert " 1.0000\n" in legacy.tensor_text(array, "torch.T", PrintOptions())
    array[4 * BLOCK + 7] = np.nan
    assert magnitudes_of(array) == (0.5, 1.0, False, False)


def test_a_block_of_nothing_finite_says_nothing():
    array = np.full(2 * BLOCK, np.inf)
    assert magnitudes_of(array) == (0.0, 0.0, True, False)
    array[-1] = 2.5
    assert magnitudes_of(array) == (2.5, 2.5, False, False)


def test_repeated_elements_are_looked_at_once():
    array = np.broadcast_to(np.array([[0.25], [3.0]]), (2, 1 << 40))
    assert magnitudes_of(array) == (0.25, 3.0, False, True)
    assert "of size 2x1099511627776]" in legacy.tensor_text(array, "torch.T", PrintOptions())


def test_views_are_printed_in_their_own_order():
    array = np.arange(12.0).reshape(3, 4)
    for view in (array.T, array[::-1, ::2], array[:, 1]):
        assert (legacy.tensor_text(view, "torch.T", PrintOptions())
                == legacy.tensor_text(view.copy(), "torch.T", PrintOptions()))


def test_storage():
    assert legacy.storage_text(np.array([0.1, 2], np.float32), "torch.FloatStorage") == (
        " 0.10000000149011612\n 2.0\n[torch.FloatStorage of size 2]")
    assert legacy.storage_text(np.zeros(0, np.int64), "torch.LongStorage") == " \n[torch.LongStorage of size 0]"
