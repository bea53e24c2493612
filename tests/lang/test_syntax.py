"""What is said about text that is not in the language, where, and which repair is offered."""

from __future__ import annotations

import random
import re
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcli.faults.tree import Fault
from gradcli.lang.lowering.compile import lower
from gradcli.lang.messages.first_line import sentences
from gradcli.lang.policy import Policy
from gradcli.lang.syntax.lexer import FORBIDDEN
from gradcli.lang.syntax.parser import completeness, parse
from lang.corpus import PROGRAMS

# text: (what the message must contain, the line and column it points at, what the first hint must contain)
WRONG = {
    "print x": ("print needs brackets", (1, 1), "print(x)"),
    "print 'a', b": ("print needs brackets", (1, 1), "print('a', b)"),
    "x = 1\nif x:\n    print x": ("print needs brackets", (3, 5), "print(x)"),
    "exec 'a'": ("exec is not part", (1, 1), ""),
    "x = (1,\n 2\ny = 3": ("( is not closed", (1, 5), ")"),
    "x = [1, 2": ("[ is never closed", (1, 5), ""),
    "x = (1,": ("( is never closed", (1, 5), "x = (1,)"),
    "f(g(1)": ("( is never closed", (1, 2), ""),
    "x = 1)": ("no ( that this ) could close", (1, 6), ""),
    "x = (1]": ("( is closed by ]", (1, 7), ""),
    "if x\n  y": ("a colon is missing", (1, 5), "if x:"),
    "def f()\n    return 1": ("a colon is missing", (1, 8), "def f():"),
    "while True print(1)": ("a colon is missing", (1, 12), "while True: print(1)"),
    "else:\n    x": ("else must follow", (1, 1), ""),
    "if x = 3: pass": ("to compare, write ==", (1, 6), "if x == 3: pass"),
    "a + b = c": ("an expression cannot be assigned to", (1, 1), "a + b == c"),
    "f() = 3": ("the result of a call cannot be assigned", (1, 1), "f() == 3"),
    "1 = x": ("a number cannot be assigned", (1, 1), ""),
    "None = 3": ("None cannot be given", (1, 1), ""),
    "x = 'abc": ("not closed on its line", (1, 5), "'abc'"),
    "x = '''abc\n\n": ("never closed by '''", (1, 5), ""),
    "  x = 1": ("this line is indented", (1, 1), ""),
    "x = 1\n  y = 2": ("this line is indented", (2, 1), ""),
    "if x:\ny": ("an indented block must follow", (2, 1), "    y"),
    "if x:\n    y\n  z": ("matches no block", (3, 1), "four spaces"),
    "if x:\n\ty\n        z": ("tabs and spaces", (3, 1), ""),
    "x = 1 +": ("a value must follow +", (1, 8), ""),
    "x = 1 2": ("an operator is missing between 1 and 2", (1, 7), ""),
    "[1 2]": ("a comma or an operator is missing", (1, 4), ""),
    "class = 3": ("class is a word of the language", (1, 1), "class_"),
    "x.for": ("for is a word of the language", (1, 3), ""),
    "try:\n    x\ny": ("try needs an except", (3, 1), "except"),
    "a <> b": ("<> is Python 2's", (1, 3), "!="),
    "a && b": ("&& is not", (1, 3), "and"),
    "a || b": ("|| is not", (1, 3), "or"),
    "!x": ("notebook", (1, 1), ""),
    "y = !x": ("! is not", (1, 5), "not "),
    "i++": ("++ is not", (1, 1), "i += 1"),
    "x = a ? b : c": ("written with if and else", (1, 5), "b if a else c"),
    "yield x": ("yield can only stand in a function", (1, 1), ""),
    "async def f(): pass": ("async is not part", (1, 1), ""),
    "match x:\n    case lambda: 1: pass": ("a value is expected", (2, 10), ""),
    "raise E, 'x'": ("stands in brackets", (1, 1), "raise E('x')"),
    "try: x\nexcept E, e: y": ("with as", (2, 1), "except E as e: y"),
    "if x: pass\nelse if y: pass": ("one word", (2, 1), "elif"),
    "x = “a”": ("typographic quote", (1, 5), '"'),
    "x = 2×3": ("× is not a sign", (1, 6), "*"),
    "1abc": ("runs into a name", (1, 1), ""),
    "x = 012": ("cannot be read as a number", (1, 5), ""),
    "whlie x:\n    pass": ("whlie is not a word", (1, 1), "while"),
    "x := 3": ("= gives a name a value", (1, 1), "x ="),
    "f'{a'": ("never closed", (1, 3), ""),
    "f'{}'": ("braces of an f-string are empty", (1, 3), ""),
    "f'}'": ("closes nothing", (1, 3), ""),
    "f'{a!x}'": ("stands r, s or a", (1, 5), ""),
    "f'{a b}'": ("an operator is missing", (1, 6), ""),
    "f(a=1, 2)": ("positional argument cannot follow", (1, 8), ""),
    "f(x for x in y, 3)": ("generator needs its own brackets", (1, 3), ""),
    "def f(a, a): pass": ("stands twice", (1, 10), ""),
    "def f(a=1, b): pass": ("without a default", (1, 12), ""),
    "def f(*): pass": ("must follow the bare *", (1, 7), ""),
    "def f(**k, a): pass": ("nothing can follow", (1, 12), ""),
    "return 5": ("return can only stand in a function", (1, 1), ""),
    "break": ("break can only stand in a loop", (1, 1), ""),
    "def f():\n    continue": ("continue can only stand in a loop", (2, 5), ""),
    "*a = 3": ("starred target", (1, 1), ""),
    "x = *a": ("starred expression", (1, 5), ""),
    "a, *b, *c = d": ("only one name can take the rest", (1, 1), ""),
    "del f()": ("cannot be deleted", (1, 5), ""),
    "b'abc'": ("byte strings", (1, 1), ""),
    "import os": ("there is no module os", (1, 8), ""),
    "x = '\\x4'": ("cut short", (1, 5), ""),
    "x = 2 + 0x1j": ("a number runs into a name", (1, 9), ""),
    "nonlocal x": ("nonlocal can only stand in a function", (1, 1), "x = 1"),
    "def f():\n    nonlocal x": ("no function around", (2, 5), "global x"),
    "def f(x):\n    global x": ("x is a parameter", (2, 5), "def f(other)"),
    "print(x)\nglobal x": ("used before this line", (2, 1), "global x"),
    "def f():\n    x = 1\n    global x": ("used before this line", (3, 5), "global x"),
    "def f():\n    global x\n    nonlocal x": ("both global and nonlocal", (2, 5), ""),
    "[x := 1 for x in y]": (":= cannot set it too", (1, 2), "(other := value)"),
    "[x for x in (y := z)]": ("what a comprehension goes through", (1, 14), "name = value"),
    "class A:\n    [(y := x) for x in []]": ("directly in a class", (2, 7), "name = value"),
    "f(a=1, b=2, a=3)": ("a stands twice", (1, 13), ""),
    "f(**a, *b)": ("cannot follow those with **", (1, 8), ""),
    "{**x for x in y}": ("cannot stand in a comprehension", (1, 2), "for key, value"),
    "class A(x for x in y): pass": ("not from a generator", (1, 9), ""),
    "x, " * 300 + "*y = z": ("more than 255 names", (1, 1), ""),
    "αβ = (1": ("never closed", (1, 6), ""),
}


@pytest.mark.parametrize("text", WRONG)
def test_the_complaint_names_cause_place_and_repair(text):
    says, where, repair = WRONG[text]
    with pytest.raises(Fault) as caught:
        lower(parse(text), text, Policy())
    fault = caught.value
    assert says in " ".join((fault.message, *fault.notes)) or fault.message == sentences(cpythons_words(text))
    assert (fault.span.line, fault.span.column) == where
    assert (fault.span.end_line, fault.span.end_column) > where
    assert repair in (fault.hints[0][0] if fault.hints else " ".join(fault.notes))
    assert fault.source == text and fault.status == 3


def cpythons_words(text):
    """What CPython says of a text that is no program."""
    try:
        compile(text, "<program>", "exec")
    except SyntaxError as error:
        return error.msg
    return "No module named 'os'" if text == "import os" else ""


def test_no_complaint_speaks_of_the_parsers_inside():
    for text in WRONG:
        with pytest.raises(Fault) as caught:
            lower(parse(text), text, Policy())
        text = " ".join([caught.value.message, *(hint for hint, _ in caught.value.hints)])
        assert not any(word in text for word in ("_NEWLINE", "_INDENT", "$END", "__ANON", "NAME", "token", "NUMBER"))


COMPLETENESS = {
    "x = 1": "complete", "": "complete", "# a remark": "complete", "x = (1,": "incomplete", "if x:": "incomplete",
    "if x:\n    y": "incomplete", "if x:\n    y\n": "complete", "if x: y": "incomplete", "if x: y\n": "complete",
    "def f():\n    return (": "incomplete", "x = '''a": "incomplete", "x = 'a": "wrong", "x = 1 \\": "incomplete",
    "x = 1 +": "wrong", "x = )": "wrong", "try:\n    x": "incomplete", "try:\n    x\n": "incomplete",
    "class A:\n    def f(self):\n        pass": "incomplete", "class A:\n    def f(self):\n        pass\n": "complete",
    "@staticmethod": "incomplete", "for i in [1,\n2]:": "incomplete", "print x": "wrong", "f'{a": "wrong",
    "if x:\n    y\nelse:": "incomplete", "x = {1: [2, (3": "incomplete", "1abc": "wrong", "if x\n": "wrong",
}


@pytest.mark.parametrize("text", COMPLETENESS)
def test_what_enter_does(text):
    assert completeness(text) == COMPLETENESS[text]


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(sorted(PROGRAMS)))
def test_damaged_text_gets_a_complaint_and_never_a_crash(seed, name):
    chance = random.Random(seed)
    text = PROGRAMS[name]
    for _ in range(chance.randrange(1, 4)):
        at, end = sorted(chance.choices(range(len(text)), k=2))
        text = text[:at] + chance.choice(["", "(", "'", "\n", "\\", "{", "f'{", ":", "é", "\t", "=", "0x"]) + (
            text[at + 1 :] if chance.random() < 0.7 else text[end:])
    try:
        lower(parse(text), text, Policy())
    except Fault as fault:
        assert fault.span is not None and fault.message
    assert completeness(text) in ("complete", "incomplete", "wrong")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_any_text_gets_a_complaint_or_a_program(text):
    try:
        lower(parse(text), text, Policy())
    except Fault as fault:
        assert fault.span is not None and fault.message


def test_every_invisible_character_is_looked_for():
    """The quick look at a text, `str.isprintable`, passes none of those that are refused."""
    refused = [character for character in map(chr, range(sys.maxunicode + 1)) if re.search(FORBIDDEN, character)]
    assert len(refused) > 2000 and not any(map(str.isprintable, refused))


def test_characters_without_width_stand_in_texts_and_comments_alone():
    for sign in "\u200b\u200c\u200d\u2060\ufeff":
        parse(f"x = 'a{sign}b'    # {sign}\n")
        for text in f"x{sign} = 1\n", f"x = 1{sign}\n", f"f'{{x{sign}}}'\n":
            with pytest.raises(Fault, match=f"U\\+{ord(sign):04X}"):
                parse(text)


def test_tabs_and_blanks_indent_as_in_python():
    margins = ("", "\t", "        ", "    ", "\t\t", "\t    ", "    \t", "  ", "\t ", " \t", " " * 16)
    draw, accepted = random.Random(3), 0
    for _ in range(1200):
        lines = ["if 1:", *(draw.choice(margins) + draw.choice(("x = 1", "y = 2", "if 1:"))
                            for _ in range(draw.randint(1, 5))), draw.choice(margins) + "z = 1"]
        text = "\n".join(lines) + "\n"
        try:
            compile(text, "text", "exec")
        except SyntaxError:
            with pytest.raises(Fault):
                parse(text)
        else:
            parse(text)
            accepted += 1
    assert accepted > 50
