"""Every code is explained, every form of a diagnostic is whole, and every call of the user's is told."""

import json
import re

import pytest

from gradcli.faults.mistakes import FAULTS
from gradcli.faults.tree import Fault, calls, render
from gradcli.session.session import Session
from support.program import gradcli

CHAIN = "def f(x):\n    return x + 'a'\ndef g(x):\n    return [f(y) for y in x]\nclass A:\n    def m(self): return g([1])\nA().m()"


@pytest.mark.parametrize("code", sorted(FAULTS))
def test_every_code_has_a_cause_and_a_status(code):
    assert re.fullmatch(r"G0\d{3}", code) and FAULTS[code].__doc__ and FAULTS[code].status in (1, 2, 3, 5, 6)


def test_codes_are_explained_on_the_command_line():
    for code in ("G0101", "G0102", "G0201", "G0402", "G0602"):
        outcome = gradcli("explain", code)
        assert outcome.status == 0 and outcome.out.startswith(code) and "Exit status" in outcome.out


SHARED = {"G0302", "G0303", "G0304", "G0305", "G0306", "G0307", "G0312", "G0401"}
"""Those of kinds that programs catch as several exceptions of Python's."""


def test_no_two_faults_share_a_code():
    def below(kind):
        return [kind, *(deeper for subclass in kind.__subclasses__() for deeper in below(subclass))]

    kinds = {kind for kind in below(Fault) if "code" in vars(kind) and kind.__module__.startswith("gradcli.")}
    own = {kind for kind in kinds if kind.code not in {other.code for other in kinds - {kind}}}
    assert {kind.code for kind in kinds - own} <= SHARED


def test_a_fault_in_functions_shows_the_calls_that_led_there():
    with pytest.raises(Fault) as caught:
        Session().run(CHAIN)
    assert calls(caught.value) == ["A.m was called in line 7: A().m()", "g was called in line 6: def m(self): return g([1])",
                                   "f was called in line 4: return [f(y) for y in x]"]
    assert "= note: f was called in line 4" in render(caught.value)
    assert caught.value.span[:2] == (2, 12)


def test_a_long_recursion_is_told_once():
    with pytest.raises(Fault) as caught:
        Session().run("def f(n): return f(n + 1)\nf(0)")
    assert len(calls(caught.value)) <= 2 and "again and again" in calls(caught.value)[-1]


@pytest.mark.parametrize("text, status", [("1 +", 3), ("foo", 1), ("[0] * 10 ** 10", 5), (CHAIN, 1), ("import requests", 3)])
def test_short_and_json_say_the_same(text, status):
    short, whole = gradcli("eval", "--errors", "short", text), gradcli("eval", "--errors", "json", text)
    assert short.status == whole.status == status and short.err.count("\n") == whole.err.count("\n") == 1
    diagnosis = json.loads(whole.err)
    assert short.err == f"<eval>:{diagnosis['line']}:{diagnosis['column']}: error[{diagnosis['code']}]: {diagnosis['message']}\n"
    assert {"code", "message", "name", "line", "column", "end_line", "end_column", "calls", "notes", "help"} <= diagnosis.keys()


@pytest.mark.parametrize("words", ["G0402", "g0402", "402", "error[G0402]"])
def test_a_code_is_explained_with_an_example(words):
    outcome = gradcli("explain", words)
    assert outcome.status == 0 and "For example" in outcome.out and "error[G0402]" in outcome.out


def test_all_codes_are_listed():
    outcome = gradcli("explain")
    assert outcome.status == 0 and {line.split()[0] for line in outcome.out.splitlines()} == set(FAULTS)


def test_an_unknown_code_gets_the_nearest():
    outcome = gradcli("explain", "G0499")
    assert outcome.status == 2 and "did you mean 'G04" in outcome.err


def test_memory_is_asked_for_in_the_user_s_words():
    for text, diagnosis in (("torch.ones(1).expand(10 ** 10).exp()", "exp() of"), ("F.conv1d(torch.ones(1, 1, 9), torch.ones(1, 1, 3), padding=10 ** 10)",
                                                                             "what is computed from")):
        outcome = gradcli("eval", "--memory-limit", "1G", "--errors", "short", text)
        assert outcome.status == 5 and diagnosis in outcome.err and "conv_output" not in outcome.err
