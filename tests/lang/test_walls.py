"""The verifier, the tables' key, the budget's turns, and inputs of great depth or length."""

from __future__ import annotations

import ast
import marshal
import os

import pytest

from gradcli import artifacts
from gradcli.faults.tree import Fault, LimitFault, PolicyFault
from gradcli.lang.budget import Budget
from gradcli.lang.lowering.compile import lower
from gradcli.lang.lowering.context import DEPTH
from gradcli.lang.lowering.verify import HELPERS, verify
from gradcli.lang.policy import Policy
from gradcli.lang.runtime.runtime import turns
from gradcli.lang.syntax import tables
from gradcli.lang.syntax.lexer import INDENTATION, NESTING
from gradcli.lang.syntax.parser import parse
from lang.corpus import PROGRAMS

FORBIDDEN = {
    "attribute": "x.format", "dunder attribute": "x.upper.__self__", "dunder name": "__import__('os')",
    "import": "import os", "from import": "from os import path", "attribute write": "x.upper = 1",
    "attribute delete": "del x.upper", "bytes": "x = b'a'",
    "in a function": "def f(): return x.format",
    "in a lambda in a class": "class A:\n    f = lambda self: self.__dict__", "async": "async def f(): await x",
    "match": "match x:\n    case [a]: pass", "dunder parameter": "def f(__x): pass", "annotations": "x: int = 1",
    "far attribute": "\n".join(f"a{i} = 1" for i in range(300)) + "\nx.format",
}


@pytest.mark.parametrize("text", FORBIDDEN.values(), ids=FORBIDDEN)
def test_the_verifier_refuses_what_lowering_never_makes(text, world):
    with pytest.raises(PolicyFault):
        verify(compile(text, "<test>", "exec"), world.policy)


def test_the_verifier_refuses_helpers_that_do_not_exist(world):
    module = ast.fix_missing_locations(ast.Module([ast.Expr(ast.Name(".nothing", ast.Load()))], []))
    with pytest.raises(PolicyFault):
        verify(compile(module, "<test>", "exec"), world.policy)


def test_the_verifier_knows_exactly_the_helpers_there_are(world):
    there = {name for name in world.namespace["__builtins__"] if name.startswith(".")}
    assert there == HELPERS


@pytest.mark.parametrize("text", PROGRAMS.values(), ids=PROGRAMS)
def test_the_verifier_passes_what_lowering_makes(text, world):
    verify(lower(parse(text), text, world.policy), world.policy)


def test_tables_of_another_grammar_are_not_used(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(tables, "PACKED", str(tmp_path / "none"))
    builds = []
    monkeypatch.setattr(tables, "build_tables", lambda: builds.append(1) or {"made": len(builds)})
    assert tables.load_tables() == {"made": 1}
    assert tables.load_tables() == {"made": 1}                 # kept
    key = tables.fingerprint()
    monkeypatch.setattr(tables, "fingerprint", lambda: key + b" ")
    assert tables.load_tables() == {"made": 2}                 # another grammar


@pytest.mark.parametrize("damage", [lambda data: data[:-3], lambda data: b"", lambda data: b"x" + data[1:],
                                    lambda data: data[: len(tables.fingerprint())] + b"\xff\xff"])
def test_damaged_tables_are_made_anew(tmp_path, monkeypatch, damage):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(tables, "PACKED", str(tmp_path / "none"))
    monkeypatch.setattr(tables, "build_tables", lambda: {"made": True})
    tables.load_tables()
    path = artifacts.path_of("tables")
    with open(path, "rb") as file:
        data = file.read()
    with open(path, "wb") as file:
        file.write(damage(data))
    assert tables.load_tables() == {"made": True}
    assert os.listdir(os.path.dirname(path)) == [os.path.basename(path)]


def test_a_cache_that_cannot_be_written_is_harmless(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr(tables, "PACKED", str(tmp_path / "none"))
    monkeypatch.setattr(tables, "build_tables", lambda: {"made": True})
    assert tables.load_tables() == {"made": True}


def test_packed_tables_are_used_before_the_cache(tmp_path, monkeypatch):
    packed = tmp_path / "tables.bin"
    packed.write_bytes(artifacts.pack(tables.fingerprint(), {"packed": True}))
    monkeypatch.setattr(tables, "PACKED", str(packed))
    assert tables.load_tables() == {"packed": True}
    assert marshal.loads(packed.read_bytes()[len(tables.fingerprint()) + artifacts.CHECKSUM:]) == {"packed": True}


LOOPS = ["for i in range({n}): pass", "i = 0\nwhile i < {n}: i += 1", "[i for i in range({n})]",
         "sum(i for i in range({n}))", "i = 0\nwhile i < {n}: i += 1\nelse: pass", "{{i: i for i in range({n})}}",
         "for i in range({half}): pass\nfor j in range({rest}): pass"]


@pytest.mark.parametrize("loop", LOOPS)
def test_turns_are_limited_to_the_turn(loop, make_world):
    def turn(n):
        spare = 1 if "while" in loop else 0     # the turn in which the condition fails
        make_world(budget=Budget(turns=100 + spare)).run(loop.format(n=n, half=n // 2, rest=n - n // 2))

    turn(100)
    with pytest.raises(LimitFault, match="turned"):
        turn(101)


def test_turns_can_be_given_anew(make_world):
    world = make_world(budget=Budget(turns=10))
    for _ in range(5):
        world.namespace["__builtins__"].update(turns(Budget(turns=10)))
        world.run("for i in range(9): pass")


def test_a_limit_ends_a_program_that_would_go_on_in_finally(make_world):
    world = make_world(budget=Budget(turns=50))
    with pytest.raises(LimitFault):
        world.run("while True:\n    try:\n        while True: pass\n    finally:\n        while True: pass")


def test_sizes_are_limited_to_the_item(make_world):
    world = make_world(budget=Budget(items=100, characters=100, bits=100, steps=100))
    world.run("[0] * 100; 'a' * 100; range(100); 1 << 99; 3 * 2 ** 90; 'a'.ljust(100); list(range(100))")
    for text in ("[0] * 101", "'a' * 101", "range(101)", "1 << 101", "2 ** 101", "'a'.ljust(101)",
                 "range(0, 1010, 10)"):
        with pytest.raises(LimitFault):
            world.run(text)


LONG = {
    "sum": ("print(" + " + ".join(["1"] * 100_000) + ")", "100000\n"),
    "sum in a function": ("def f(x): return " + " - ".join(["x"] * 3_000) + "\nprint(f(2))", "-5996\n"),
    "mixed chain": ("x = 1.0\nprint(" + "".join(f"x {'*/+-'[i % 4]} " for i in range(2_000)) + "x)", None),
    "statements": ("x = 0\n" + "x += 1\n" * 20_000 + "print(x)", "20000\n"),
    "f-string": ("print(len(f'" + "{1}a" * 2_000 + "'))", "4000\n"),
    "or": ("print(" + " or ".join(["0"] * 20_000) + " or 7)", "7\n"),
    "comparisons": ("print(" + " < ".join(map(str, range(5_000))) + ")", "True\n"),
    "list": ("print(len([" + "1," * 50_000 + "]))", "50000\n"),
    "strings": ("print(len(" + "'ab' " * 20_000 + "))", "40000\n"),
    "elif": ("x = 500\nif x < 0: pass\n" + "".join(f"elif x == {i}: print({i})\n" for i in range(501)), "500\n"),
    "nested values": ("x = []\nfor i in range(20000): x = [x]\nprint(len(repr(x)))", "40002\n"),
    "brackets": ("print(" + "(" * (NESTING - 2) + "1" + ")" * (NESTING - 2) + ")", "1\n"),
    "chains in chains": ("print(" + "(" * 20 + " + ".join(["1"] * 100) + (")" + " + 1" * 100) * 20 + ")", "2100\n"),
    "chain in a comprehension": ("print([" + " + ".join(["i"] * 200) + " for i in [1]])", "[200]\n"),
    "chain in a source": ("print([i for i in [" + " + ".join(["1"] * 200) + "]])", "[200]\n"),
    "chain in a class": ("class A:\n    x = " + " + ".join(["1"] * 200) + "\nprint(A.x)", "200\n"),
    "chain in a lambda": ("print((lambda x: " + " + ".join(["x"] * 200) + ")(1))", "200\n"),
    "blocks": ("".join(" " * i + "if 1:\n" for i in range(INDENTATION)) + " " * INDENTATION + "print(1)", "1\n"),
    "signs": ("print(" + "-" * (DEPTH - 10) + "1)", "1\n"),
}


@pytest.mark.parametrize("text, printed", LONG.values(), ids=LONG)
def test_long_programs_run(text, printed, world):
    if printed is None:
        printed = str(eval(text.split("print")[1], {"x": 1.0})) + "\n"
    assert world.run(text) == printed


DEEP = {
    "brackets": "(" * 30_000, "closed brackets": "(" * 201 + "1" + ")" * 201, "lists": "[" * 190 + "]" * 190,
    "signs": "-" * 30_000 + "1", "not": "not " * 20_000 + "1", "power": "1**" * 20_000 + "1",
    "conditional": "1 if 0 else " * 10_000 + "1", "lambda": "lambda: " * 20_000 + "1",
    "attributes": "x" + ".real" * 20_000, "calls": "x" + "()" * 20_000, "items": "x" + "[0]" * 20_000,
    "blocks": "".join(" " * i + "if 1:\n" for i in range(INDENTATION + 1)) + " " * (INDENTATION + 1) + "x",
    "loops": "".join(" " * i + "for a in x:\n" for i in range(25)) + " " * 25 + "x",
    "comprehensions": "[" * 100 + "1" + " for a in x]" * 100, "targets": "[" * 180 + "a" + "]" * 180 + " = 1",
    "try": "".join(" " * i + "try:\n" for i in range(30)) + " " * 30 + "x\n" + "".join(
        " " * i + "finally: pass\n" for i in reversed(range(30))),
    "dicts": "{1:" * 180 + "1" + "}" * 180, "mixed": "(1 + [" * 90 + "1" + "])" * 90,
    "branches": "if x: pass\n" + "elif x: pass\n" * 700,
    "chain in a comprehension": "[" + " + ".join(["i"] * 500) + " for i in [1]]",
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
def test_depth_is_refused_by_name(text):
    with pytest.raises(LimitFault) as caught:
        lower(parse(text), text, Policy())
    assert any(word in caught.value.message for word in ("deep", "within each other", "chain", "branches"))
    assert caught.value.span is not None


def test_long_chains_keep_their_places(world):
    terms = ["1"] * 500
    terms[333] = "absent"
    text = "x = " + " + ".join(terms)
    assert world.fault(text).span.column == text.index("absent") + 1


def test_long_chains_evaluate_in_order_and_keep_nothing(world):
    text = "log = []\ndef t(n):\n    log.append(n)\n    return n\nx = " + " + ".join(f"t({i})" for i in range(300))
    world.run(text)
    assert world.namespace["log"] == list(range(300)) and world.namespace["x"] == sum(range(300))
    assert all(value is None for name, value in world.namespace.items() if name.startswith("."))


PUZZLES = {
    "braces": "f'" + "{" * 20_001, "braces and letters": "f'" + "{a" * 20_000,
    "quotes in a field": "f'{" + "'" * 20_001,
    "other quotes in a field": "f'{" + '"a' * 20_001, "fields and quotes": "f'" + "{a'b'" * 20_000,
    "digits into a name": "1" * 20_000 + "x", "digits and underscores": "1_" * 20_000, "escapes": "'" + "a\\" * 20_000,
    "triple quotes": "'''" + "''a" * 20_000, "triple f-string": "f'''" + "{a''" * 20_000,
    "backslashes": "\\" * 20_000, "f-strings in f-strings": "f'{f\"{" * 5_000, "spaces": " " * 20_000 + "!",
}


@pytest.mark.parametrize("text", PUZZLES.values(), ids=PUZZLES)
def test_no_text_makes_the_lexer_try_for_ever(text):
    with pytest.raises(Fault) as caught:
        parse(text)
    assert caught.value.span is not None


def test_a_long_line_beyond_ascii_keeps_its_places(world):
    text = "é = 1; x = " + "é + " * 20_000 + "ö"
    assert world.fault(text).span.column == len(text)
