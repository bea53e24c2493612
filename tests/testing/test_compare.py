"""What counts as the same."""

import pytest

from gradcli.testing.compare import judge, matches, new_expected
from gradcli.testing.model import Check, CheckOptions, OutputParts, split


def check(expected, **changes):
    return Check(1, "x", tuple(expected), 1, **changes)


@pytest.mark.parametrize("expected, printed, same", [
    (["1"], ["1"], True), (["1"], ["2"], False), (["1"], ["1 "], False), (["1"], ["1", ""], False), ([], [""], False),
    (["<A object at 0x7f2a5c000010>"], ["<A object at 0x10>"], True),
    (["<A object at 0x7f2a5c000010>"], ["<B object at 0x7f2a5c000010>"], False),
    (["0x10"], ["0x11"], False),
    (["..."], [], True), (["..."], ["1", "2"], True), (["1", "..."], ["1"], True), (["1", "..."], ["2", "1"], False),
    (["...", "3"], ["1", "2", "3"], True), (["...", "3"], ["3", "4"], False),
    (["1", "...", "3"], ["1", "2", "2", "3"], True), (["1", "...", "1"], ["1"], False),
    (["...", "2", "...", "3"], ["1", "2", "2", "3"], True), (["...", "2", "...", "2"], ["2", "3"], False),
    (["  ..."], ["1"], False),
])
def test_lines_are_compared_literally_but_for_addresses_and_dots(expected, printed, same):
    assert matches(check(expected), tuple(printed)) is same


def test_blank_lines_at_the_end_of_a_loose_check_do_not_count():
    assert matches(check(["1"], loose=True), ("1", ""))
    assert not matches(check(["", "1"], loose=True), ("1", ""))


@pytest.mark.parametrize("expected, printed, same", [
    (" 0.1000", " 0.1001", True), (" 0.1000", " 0.1010", False), ("-0.0000", " 0.0000", True),
    ("1000.0", "1000.05", True), ("1000.0", "1000.2", False), ("loss 9.9999", "loss 10.0000", True),
    ("a 0.1000", "b 0.1000", False), (" 0.1  0.2", " 0.1 0.2", False), ("nan", "nan", True), ("nan", "0.0", False),
    ("inf", "-inf", False), ("1.0e-05 *", "1.1e-05 *", True), ("x1", "x2", False),
    ("[torch.FloatTensor of size 100000]", "[torch.FloatTensor of size 100001]", False),
    ("tensor([1.0000, 2.0000])", "tensor([1.0001, 1.9999])", True), ("1 2", "1 2 3", False),
])
def test_approximately(expected, printed, same):
    assert matches(check([expected], options=CheckOptions(approx=1e-4)), (printed,)) is same


@pytest.mark.parametrize("expected, printed, same", [
    ("\n 1\n 2\n[torch.FloatTensor of size 2]\n\n", "\n-0.1\n 0.2\n[torch.FloatTensor of size 2]\n\n", True),
    ("\n 1\n 2\n[torch.FloatTensor of size 2]\n\n", "\n 1\n[torch.FloatTensor of size 1]\n\n", False),
    ("\n 1\n[torch.FloatTensor of size 1]\n\n", "\n 1\n[torch.DoubleTensor of size 1]\n\n", False),
    ("tensor([ 0.1, -2.0])", "tensor([1.5,\n        2.5])", True), ("tensor([0.1, 2])", "tensor([0.1])", False),
    ("0.5", "0.75", True), ("0.5", "True", False), ("0.5", "", False),
])
def test_random_numbers_count_by_type_and_size(expected, printed, same):
    assert matches(check(split(expected), options=CheckOptions(random=True)), split(printed)) is same


def test_an_error_is_asked_for_by_its_code():
    outcome = check(["whatever"], options=CheckOptions(error="G0402"))
    assert judge(outcome, OutputParts("", None, "error[G0402]: so", "G0402")) is None
    assert "G0403" in judge(outcome, OutputParts("", None, "error[G0403]: so", "G0403"))
    assert "no error" in judge(outcome, OutputParts("whatever\n"))


def test_a_fault_stands_after_what_was_printed():
    assert matches(check(["1", "error[G0301]: so"]), OutputParts("1", None, "error[G0301]: so", "G0301").lines)


def test_a_program_has_only_to_run():
    assert judge(check([], kind="program"), OutputParts("1\n")) is None
    assert judge(check([], kind="program"), OutputParts("", None, "error", "G0301")) is not None


@pytest.mark.parametrize("expected, printed, new", [
    (["a at 0x1", "2"], ["a at 0x9", "3"], ["a at 0x1", "3"]),
    (["a at 0x1", "2"], ["a at 0x9", "new", "2"], ["a at 0x1", "new", "2"]),
    (["1", "...", "4"], ["1", "2", "3", "5"], ["1", "...", "5"]),
    (["1", "...", "2", "...", "4"], ["1", "2", "3", "5"], ["1", "...", "2", "...", "5"]),
    (["1", "...", "9", "...", "4"], ["1", "2", "3", "4"], ["1", "...", "4"]),
    (["1", "2", "...", "3", "4"], ["1"], ["1"]), (["1"], [], []), ([], ["1"], ["1"]),
])
def test_an_update_keeps_the_lines_that_still_hold(expected, printed, new):
    assert new_expected(check(expected), tuple(printed)) == tuple(new)


def test_an_update_keeps_numbers_that_are_near_enough_and_blank_lines_of_the_markup():
    near = check(["0.10", "0.20"], options=CheckOptions(approx=0.02))
    assert new_expected(near, ("0.11", "0.50")) == ("0.10", "0.50")
    assert new_expected(check(["1", ""], loose=True), ("2",)) == ("2", "")
