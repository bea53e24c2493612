"""What students' mistakes are told: the first line, the code and the place, as in student_mistakes.txt."""

import re

import pytest

from gradcli.faults.tree import Fault, render
from gradcli.session.session import Session
from safety.student_mistakes import PLACE, PROGRAMS, first_line

LINES = PLACE.read_text().replace("\\t", "\t")


def expected(text):
    at = f"\n{LINES}".index(f"\n{text}\n    ") + len(text) + 5
    return LINES[at: LINES.index("\n", at)]


@pytest.mark.parametrize("text", PROGRAMS)
def test_a_mistake_is_told_as_before(text):
    assert comparable(first_line(text)) == comparable(expected(text))


def comparable(line):
    """Code and place, and the words too unless they are those of another CPython for a literal."""
    return re.sub(r" \S+ '[^']*': invalid (decimal literal|character .*)$", ": an invalid literal or character", line)


@pytest.mark.parametrize("text", PROGRAMS)
def test_a_diagnostic_is_whole(text):
    """Carets under the place, nothing of our own inside, one line of message."""
    try:
        Session(seed=0).run(text)
    except Fault as fault:
        shown = render(fault)
        assert fault.span is not None and fault.code != "G0000" and "^" in shown
        assert not re.search(r"gradcli[./]|/root|<locals>|\.chain|numpy\.[a-z_]|Traceback", shown)
        assert not re.search(r"NoneType|'\w+' object", "\n".join(fault.notes)), "notes are for people who know no Python"
        assert "\n" not in fault.message and len(fault.message) <= 200


def test_the_corpus_is_large_and_wrong():
    assert len(PROGRAMS) >= 150
    assert LINES.count("nothing is wrong") < 5
