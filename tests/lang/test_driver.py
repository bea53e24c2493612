"""Our driver and Lark itself read every program alike."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcli.faults.tree import Fault
from gradcli.lang.syntax import tables
from gradcli.lang.syntax.build import reference
from gradcli.lang.syntax.parser import _driver, parse
from lang.corpus import PROGRAMS, SYNTAX_ONLY

GRAMMAR = Path(tables.grammar_path()).read_text()


@cache
def lark():
    return reference(GRAMMAR)


@pytest.mark.parametrize("text", [*PROGRAMS.values(), SYNTAX_ONLY], ids=[*PROGRAMS, "syntax"])
def test_driver_reads_the_corpus_as_lark_does(text):
    assert ours(text) == theirs(text)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32))
def test_driver_reads_programs_made_from_the_grammar_as_lark_does(seed):
    text = derive(random.Random(seed))
    assert ours(text) == theirs(text)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([name for name, text in PROGRAMS.items() if "f'" not in text]))
def test_driver_and_lark_refuse_the_same_damaged_programs(seed, name):
    chance = random.Random(seed)
    words = PROGRAMS[name].split(" ")
    at = chance.randrange(len(words))
    words[at] = chance.choice(["", "(", ")", "=", "if", "1", "x", ",", "\n", ":", "for"])
    text = " ".join(words)
    assert ours(text) == theirs(text)


def test_made_programs_are_not_all_refused():
    trees = [ours(derive(random.Random(seed))) for seed in range(60)]
    assert sum(tree is not None for tree in trees) > 40


@pytest.mark.parametrize("inner", ["a + b", "a, b", "x if y else z", "f(a, *b, c=1)", "[i for i in j]", "*a, b"])
def test_fields_of_f_strings_are_read_by_the_grammar(inner):
    text = f"f'{{{inner}}}'\n"
    _, _, _, [(_, _, _, [(_, _, _, [string])])] = parse(text)
    field = string[3][0]
    assert simple(field[3][0], text) == simple_lark(lark().parse(inner, start="fexpr").children[0])


def ours(text):
    try:
        return simple(parse(text), text)
    except Fault:
        return None


def theirs(text):
    import lark as lark_module
    from lark.indenter import DedentError

    try:
        return simple_lark(lark().parse(text if text.endswith("\n") else text + "\n", start="file"))
    except (lark_module.exceptions.UnexpectedInput, DedentError):
        return None


def simple(node, text):
    kind, start, end, children = node
    if kind == "FSTRING":
        return text[start:end]
    if isinstance(children, str):
        return children
    return [kind, *(simple(child, text) for child in children)]


def simple_lark(tree):
    if isinstance(tree, str):
        return str(tree)
    return [str(tree.data), *map(simple_lark, tree.children)]


WORDS = {
    "NAME": ["x", "y", "f", "long_name", "α"], "NUMBER": ["0", "1.5", "2e3", "0x1f"],
    "STRING": ["'a'", '"b"', "'''c\nd'''"],
    "FSTRING": ["f'{x}'", 'f"a{y:>3}"'], "BYTES": ["b'a'"],
}


def derive(chance):
    """A program made by replacing rules of the grammar at random, the shortest way once it is long enough."""
    by_origin, cost = productions()
    words, pending, size = [], ["file"], 0
    while pending:
        symbol = pending.pop()
        if symbol in by_origin:
            choices = by_origin[symbol]
            size += 1
            if size > 120 or (size > 60 and chance.random() < 0.7):
                choices = [min(choices, key=lambda c: max((cost[s] for s in c), default=0))]
            pending.extend(reversed(chance.choice(choices)))
        else:
            words.append(symbol)
    return render(words, chance)


@cache
def productions():
    driver = _driver()
    literal = {t.name: t.pattern.value for t in lark().terminals if t.pattern.type == "str"}
    by_origin = {}
    for rule in lark().rules:
        names = [literal.get(s.name, s.name) for s in rule.expansion]
        if "MAGIC" not in names and not str(rule.origin.name).startswith("$"):
            by_origin.setdefault(rule.origin.name, []).append(names)
    cost = {}
    while len(cost) < len(by_origin) + len(driver.actions):
        before = len(cost)
        for origin, choices in by_origin.items():
            for names in choices:
                for name in names:
                    if name not in by_origin:
                        cost.setdefault(name, 0)
                if origin not in cost and all(name in cost for name in names):
                    cost[origin] = 1 + max((cost[name] for name in names), default=0)
        if len(cost) == before:
            break
    return by_origin, cost


def render(words, chance):
    out, level, fresh = [], 0, True
    for word in words:
        if word == "_NEWLINE":
            out.append("\n")
            fresh = True
        elif word in ("_INDENT", "_DEDENT"):
            level += 1 if word == "_INDENT" else -1
        else:
            out.append("  " * level if fresh else " ")
            out.append(chance.choice(WORDS.get(word, [word])))
            fresh = False
    return "".join(out)
