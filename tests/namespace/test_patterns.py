"""`re` of programs against CPython's: random patterns and texts, and the time that hostile patterns take."""

import random
import re
import time
import warnings

import pytest

from gradcli.faults.tree import Fault
from gradcli.namespace.python.patterns import re_module as own
from gradcli.session.session import Session

ATOMS = ["a", "b", "c", "\\w", "\\d", "\\s", ".", "[ab]", "[^a]", "[a-c1]", "\\W", "-", " ", "\\.", "é", "A", "\\n",
         "x"]
PLACES = ["^", "$", "\\b", "\\B", "\\A", "\\Z", "(?=a)", "(?!b)", "(?<=[ab])", "(?<!\\w)"]
QUANTIFIERS = ["*", "+", "?", "*?", "+?", "??", "{2}", "{1,3}", "{,2}", "{2,}", "{0,2}?", "{2,}?"]
TEXT = "aabbcA1 -.é\nx_"


def random_pattern(rng, depth=3):
    """A random pattern of the subset, with groups up to `depth` within each other."""
    branches = []
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        parts = []
        for _ in range(rng.choice((0, 1, 1, 2, 2, 3))):
            roll = rng.random()
            if roll < .12:
                parts.append(rng.choice(PLACES))
                continue
            if roll < .45 and depth:
                inner = random_pattern(rng, depth - 1)
                part = rng.choice(("(%s)", "(?:%s)", "(%s)", "(?i:%s)")) % inner
            else:
                part = rng.choice(ATOMS)
            if rng.random() < .4:
                part += rng.choice(QUANTIFIERS)
            parts.append(part)
        branches.append("".join(parts))
    return "|".join(branches)


def answers(library, pattern, flags, text):
    """What one library's functions give for a pattern and a text."""
    machine = library.compile(pattern, flags)

    def facts(match):
        return match and ([match.span(n) for n in range(machine.groups + 1)], match.groups(), match.lastindex)

    return {
        "match": facts(machine.match(text)), "search": facts(machine.search(text)),
        "fullmatch": facts(machine.fullmatch(text)), "within": facts(machine.search(text, 1, max(1, len(text) - 1))),
        "finditer": [facts(match) for match in machine.finditer(text)], "findall": machine.findall(text),
        "split": machine.split(text), "split once": machine.split(text, 1), "sub": machine.subn("<\\g<0>>", text),
        "sub twice": machine.sub("", text, 2)}


def differing(count, seed):
    """The patterns, of `count` random ones, for which some answer is not CPython's; and how many were compared."""
    rng = random.Random(seed)
    different, compared = [], 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(count):
            pattern = random_pattern(rng)
            flags = rng.choice((0, 0, 0, re.I, re.M, re.S, re.I | re.M, re.A))
            text = "".join(rng.choice(TEXT) for _ in range(rng.randrange(9)))
            try:
                re.compile(pattern, flags)
                ours = answers(own, pattern, int(flags), text)
            except (re.error, Fault):
                continue
            compared += 1
            if ours != (python := answers(re, pattern, flags, text)):
                different.append((pattern, int(flags), text,
                                  {k: (v, python[k]) for k, v in ours.items() if v != python[k]}))
    return different, compared


def test_random_patterns_answer_as_pythons_own():
    different, compared = differing(1500, seed=3)
    assert not different and compared > 1200


HOSTILE = ["(a*)*b", "(a|a)*b", "(a+)+$b", "(?:a?){40}a{40}b", "(.*)(.*)(.*)(.*)(.*)b", "((a?)*)*b", "(a|aa|aaa)*b",
           "(?:(?:a|b)*(?:a|c)*)*d", ".*.*.*.*.*=", "(?i:(é|É|e)*)*x"]


@pytest.mark.parametrize("pattern", HOSTILE)
def test_time_is_linear_in_the_text(pattern):
    machine = own.compile(pattern)
    machine.search("a" * 10)
    begin = time.process_time()
    assert machine.search("a" * 3000) is None
    assert time.process_time() - begin < 5


PROGRAMS = [
    "print(re.sub('[.,!?\\\\-]', '', 'Hello, how are you? I am Romeo.'.lower()).split())",
    "m = re.search(r'(?P<user>\\w+)@(\\w+)\\.com', 'to joe@site.com now')\n"
    "print(m, m.group(), m.group(1, 2), m.groupdict(), m['user'], m.start(2), m.end('user'), m.span(), m.lastindex,"
    " m.lastgroup, m.re, m.string, m.pos, m.endpos, m.expand(r'\\2:\\g<user>'))",
    "p = re.compile(r'''\n  (\\d+)  # a number\n  \\s* [a-z]''', re.X | re.I)\n"
    "print(p.findall('1a 22 B3c'), p.flags, p.groups, p.groupindex, p.pattern, re.compile('a|b', re.M))",
    "print(re.split(r'[\\s,]+', ' a, b c '), "
    "re.split('(-)|x', 'a-bxc', maxsplit=1), re.subn('a', 'b', 'aXa', count=1))",
    "print(re.sub(r'\\d+', lambda m: str(int(m.group()) * 2), 'a1b22'), re.sub('x*', '-', 'abxd'))",
    "print(re.sub(r'(\\w)(\\d)?', r'[\\1\\2\\n\\\\]', 'a1b'), re.escape('a.b*c'), re.match('b', 'ab'))",
    "print(re.findall('a(?#one)*b', 'aab'), re.findall('(?x) a (?#two) + # three\\n b', 'aab'), re.findall('a{x', "
    "'{a{x'))",
    "for m in re.finditer(r'(?m)^(\\w+)$', 'ab\\ncd\\ne f'): print(m.start(), m.group(1))",
    "for bad in ('(a', '[a', '*a', 'a{2,1}', '(?P<1>a)', '\\\\q', 'a)', '(?<=a+)b'):\n"
    "    try:\n        re.compile(bad)\n    except re.error as e:\n        print(e, e.pos)",
    "for bad in ('\\\\2', '\\\\g<x', '\\\\g<no>', '\\\\q', '\\\\', '\\\\g', '\\\\g<>', '\\\\777'):\n"
    "    try:\n        print(re.sub('(a)', bad, 'a'))\n    except (re.error, IndexError) as e:\n        print(e)",
    "try:\n    re.sub('a', 'b', 3)\nexcept TypeError as e:\n    print(e)\n"
    "try:\n    re.match('(a)', 'a').group(2)\nexcept IndexError as e:\n    print(e)",
    "tokens = re.findall(r\"[A-Za-z]+|[^\\sA-Za-z]\", \"It's 12 o'clock.\")\nprint(tokens, isinstance(re.compile('a'), "
    "re.Pattern), isinstance(re.match('a', 'a'), re.Match), bool(re.fullmatch('a+', 'aaa')))",
    "print(re.findall(r'\\s+(?!\\S)|\\s+', 'a  b '), re.split(r'(?<=[.!?]) ', 'One. Two! Three'), "
    "re.sub(r'(?=[A-Z])', '_', 'camelCaseName'))",
]


@pytest.mark.parametrize("program", PROGRAMS)
def test_programs_print_as_under_python(program, capsys):
    program = f"import re\n{program}"
    exec(program, {})   # one of the programs above
    assert Session().run(program, echo=False) == capsys.readouterr().out


@pytest.mark.parametrize(("pattern", "reason"), [
    (r"(a)\1", "backreferences"), ("(?P<x>a)(?P=x)", "backreferences"), ("a(?=bc)", "looks ahead"),
    ("a++", "possessive"), ("(a)?(?(1)b|c)", "conditions"), ("(?>a)", "atomic"), ("(?:" * 100 + ")" * 100, "deep"),
    ("(" * 3000, "unterminated|deep"), ("a{3000}{3000}", "states|multiple repeat"), ("(?:a{90}){90}", "states"),
    ("(?:){4294967294}", "states"), ("(?:(?:(?:){999999}){999999}){999999}", "states"),
    ("x" * 5000, "characters"), ("(((((((((a*)*)*)*)*)*)*)*)*)", "loops")])
def test_what_has_no_bound_is_refused_with_a_reason(pattern, reason):
    with pytest.raises(Fault, match=reason):
        Session().run(f"import re\nre.compile({pattern!r})", echo=False)


@pytest.mark.parametrize("call", [
    "re.compile('a', re.DEBUG)", "re.compile('a', 128)", "re.compile('a', 4)", "re.match('a', 'a').__class__",
    "re.compile('a')._machine", "re.compile('a')._names", "re.match('a', 'a')._ends", "re.compile('a').scanner",
    "re.Pattern()", "re.Match()", "re._compiler", "re.sub('a', 'b' * 10**6, 'a' * 10**6)", "re.error.__bases__",
    "re.compile('a').match.__globals__", "re.compile(3)", "re.sub('a', lambda m: 3, 'a')", "re.search('a', b'a')",
    "re.compile('a').pattern.__class__", "re.compile('a', flags='x')", "re.compile('a').search('a', 'x')"])
def test_nothing_of_pythons_own_is_reachable(call):
    with pytest.raises(Fault):
        Session().run(f"import re\n{call}", echo=False)
