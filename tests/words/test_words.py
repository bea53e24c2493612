"""The first line of a diagnostic, and what programs read of a mistake, are PyTorch's and CPython's words."""

import json
import re

import pytest

from gradcli.lang.messages.first_line import sentences
from gradcli.session.session import Session
from lang.against_python import Both
from lang.test_mistakes import LINES
from words.compare import caught, first_line, same_words
from words.record_words import CALL_WORDS, HERE, WORDS, programs, wrong_calls

TORCH = json.loads(WORDS.read_text(encoding="utf-8"))
OTHERWISE = set((HERE / "otherwise.txt").read_text(encoding="utf-8").splitlines())
SYNTAX = (HERE / "syntax_mistakes.txt").read_text(encoding="utf-8").splitlines()
BOTH = Both()
CALL = """try:
    {0}
    print('{1}|nothing|')
except Exception as e:
    print('{1}|' + type(e).__name__ + '|' + str(e).partition(chr(10))[0])"""


@pytest.mark.parametrize("text", [text for text in programs() if text.replace("\n", "¶") not in OTHERWISE])
def test_a_mistake_is_told_in_torchs_words(text):
    _, words = TORCH[text.replace("\n", "¶")]
    assert same_words(caught(text)[1], words)
    assert same_words(first_line(text)[0], sentences(words))


def test_a_wrong_call_raises_what_torchs_raises():
    """One session for many calls, each made once: its exception's name and first line are those that torch has."""
    expected = json.loads(CALL_WORDS.read_text(encoding="utf-8"))
    values, calls = wrong_calls()
    assert list(expected) == calls and None not in expected.values()
    told = {}
    for start in range(0, len(calls), 100):
        printed = []
        session = Session(style="modern", seed=0, write=printed.append)
        session.run(values)
        session.run("\n".join(CALL.format(call, k) for k, call in enumerate(calls[start : start + 100], start)))
        for line in "".join(printed).splitlines():
            k, kind, words = line.split("|", 2)
            told[calls[int(k)]] = kind, words
    differ = {call: (told.get(call), words) for call, words in expected.items() if call not in told or (
        told[call][0] != words[0] or not same_words(told[call][1], words[1]))}
    assert not differ, differ


@pytest.mark.parametrize("line", [line for line in LINES if "* 5000" not in line])      # that is a limit of ours
def test_a_mistake_of_python_is_told_in_cpythons_words(line):
    text = line.replace("¶", "\n")
    message = first_line(text)[0]
    with pytest.raises(Exception) as raised:
        exec(compile(text, "<program>", "exec"), {"__name__": "__main__"})
    words, kind = str(raised.value), type(raised.value).__name__
    assert message in (sentences(words), f"{kind}: {words}", kind)


@pytest.mark.parametrize("line", SYNTAX)
def test_a_text_that_is_no_program_is_told_in_cpythons_words(line):
    text = line.replace("¶", "\n")
    with pytest.raises(SyntaxError) as raised:
        compile(text, "<program>", "exec")
    assert first_line(text)[0] == sentences(raised.value.msg)


def test_there_are_many_programs():
    alike = len(programs()) - len(OTHERWISE)
    assert alike >= 400 and len(LINES) >= 400 and len(SYNTAX) >= 40


def test_programs_told_otherwise_are_in_the_table():
    assert OTHERWISE <= set(TORCH)


def test_the_explanation_follows_as_a_note():
    message, notes, _ = first_line("x = torch.ones(2, 3)\nx @ x")
    assert message == "mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)"
    assert re.match("the last dimension of the first is 3", notes[0])
    message, notes, _ = first_line("for i in 5: pass")
    assert message == "'int' object is not iterable" and not notes
