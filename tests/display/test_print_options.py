"""The choices about printing: profiles, single options, and what is refused."""

from math import inf

import pytest

from gradcli.display.print_options import PrintOptions
from gradcli.faults.tree import ValueFault


def choices(**changed):
    """The state of options: the defaults, and what is changed."""
    return vars(PrintOptions()) | changed


def test_profile_comes_first_and_options_override_it():
    options = PrintOptions()
    options.set(precision=3, profile="short")
    assert vars(options) == choices(precision=3, edgeitems=2)
    options.set(profile="full", linewidth=40)
    assert vars(options) == choices(threshold=inf, linewidth=40)
    options.set(profile="default")
    assert vars(options) == choices()


def test_what_is_not_given_stays_but_sci_mode():
    options = PrintOptions()
    options.set(threshold=7, sci_mode=True)
    assert vars(options) == choices(threshold=7, sci_mode=True)
    options.set(edgeitems=1)
    assert vars(options) == choices(threshold=7, edgeitems=1)
    options.set(sci_mode=False)
    assert options.sci_mode is False


@pytest.mark.parametrize("wrong", [
    {"precision": -1}, {"precision": 101}, {"precision": 2.0}, {"precision": True}, {"edgeitems": -1},
    {"edgeitems": "3"}, {"linewidth": 0}, {"linewidth": inf}, {"threshold": -1}, {"threshold": float("nan")},
    {"threshold": "many"}, {"threshold": True}, {"profile": "tiny"}, {"profile": []}, {"sci_mode": "yes"},
    {"sci_mode": 2},
], ids=str)
def test_impossible_value_is_refused_and_changes_nothing(wrong):
    options = PrintOptions()
    with pytest.raises(ValueFault) as caught:
        options.set(**{"edgeitems": 1, "linewidth": 50} | wrong)
    assert next(iter(wrong)) in caught.value.message.replace("print profile", "profile")
    assert vars(options) == choices()


@pytest.mark.parametrize("edge", [
    {"precision": 0}, {"precision": 100}, {"edgeitems": 0}, {"linewidth": 1}, {"threshold": 0}, {"threshold": inf}])
def test_bounds_belong_to_what_is_possible(edge):
    options = PrintOptions()
    options.set(**edge)
    assert vars(options) == choices(**edge)


def test_unknown_profile_names_the_known_ones():
    with pytest.raises(ValueFault) as caught:
        PrintOptions().set(profile="tiny")
    assert [repair for repair, _ in caught.value.hints] == [
        f'torch.set_printoptions(profile="{name}")' for name in ("default", "short", "full")]
