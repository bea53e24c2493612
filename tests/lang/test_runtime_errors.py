"""Faults while running: the words, the place, the trail of calls."""

from __future__ import annotations

import pytest

from gradcli.faults.tree import Fault, NameFault, render
from gradcli.session.session import Session

# text whose guilty part stands between brackets of this kind: what the message must contain, first hint
GUILTY = {
    "x = «1 / 0»": ("divided by zero", ""),
    "x = 1\ny = 2 + «unknown» + x": ("unknown is not defined", ""),
    "number = 1\nprint(«nubmer»)": ("nubmer is not defined", "number"),
    "print(«pint»)": ("pint is not defined", "print"),
    "α = 'é'; β = «α + 1»": ("", ""),
    "print('éé', «undefined1»)": ("undefined1 is not defined", ""),
    "x = [1, 2]\nprint(x[0], «x[5]»)": ("a list has no item at this index", ""),
    "d = {'a': 1}\n«d['b']»": ("no entry under 'b'", ""),
    "x = [1]\n«x.appendd»(2)": ("a list has no attribute appendd", "append"),
    "class A: pass\na = A()\na.value = 1\nprint(«a.valeu»)": ("an object of class A has no attribute valeu", "value"),
    "b = Box()\nprint(«b.datta»)": ("no attribute datta", "data"),
    "«b.secret»" if False else "b = Box()\n«b.secret» = 1": ("cannot be set", ""),
    "«(1).real» = 2": ("cannot be set", ""),
    "x = (1 +\n     «'a' * 2.5»)": ("", ""),
    "f = 3\n«f(1)»": ("an int cannot be called", ""),
    "def f(a, b): pass\n«f(1)»": ("f() is missing b", ""),
    "class A:\n    def __init__(self, a): pass\n«A()»": ("A() is missing a", ""),
    "«1 + 'a'»": ("an int and a string cannot be combined with +", ""),
    "«1 < 'a'»": ("an int and a string cannot be compared with <", ""),
    "for i in «5»: pass": ("cannot be gone through", ""),
    "«a, b» = 1, 2, 3": ("too many values", ""),
    "«{}[[]]»": ("cannot be a key", ""),
    "«raise ValueError('bad')»": ("ValueError: bad", ""),
    "class E(Exception): pass\n«raise E('mine')»": ("E: mine", ""),
    "def f():\n    «x» += 1\nx = 1\nf()": ("before it has been given a value", "global x"),
    "print([1 / i for i in [1]], [«1 / j» for j in [0]])": ("divided by zero", ""),
    "f = lambda x: «x.nothing»\nf(1)": ("an int has no attribute nothing", ""),
    "print(f'{«1 / 0»}')": ("divided by zero", ""),
    "print(f'''a\n{«zzz9»:>{5}}''')": ("zzz9 is not defined", ""),
    "x = 5\n«x %= 0»": ("divided by zero", ""),
    "print(«'%d' % 'a'»)": ("%d needs a number", ""),
    "print(«'{} {}'.format(1)»)": ("fewer values", ""),
    "print(«[0] * 10 ** 9»)": ("at most", ""),
    "x = " + " + ".join(["1"] * 200) + "\ny = " + " + ".join(["1"] * 150) + " + «nope12»": ("nope12", ""),
    "«int('x')»": ("x", ""),
    "«open»('x')": ("no files", ""),
}


@pytest.mark.parametrize("marked", GUILTY)
def test_the_guilty_part_is_underlined(marked, world):
    says, repair = GUILTY[marked]
    text = marked.replace("«", "").replace("»", "")
    fault = world.fault(text)
    assert isinstance(fault, Fault) and says in fault.message
    before, guilty = marked[: marked.index("»")].split("«")
    lines = before.split("\n")
    assert (fault.span.line, fault.span.column) == (len(lines), len(lines[-1]) + 1)
    assert (fault.span.end_line, fault.span.end_column) == (len(lines), len(lines[-1]) + 1 + len(guilty))
    assert fault.source == text and fault.name == "<test>"
    assert repair in (fault.hints[0][0] if fault.hints else "")


def test_nothing_of_the_inside_is_told(world):
    for marked in GUILTY:
        text = render(world.fault(marked.replace("«", "").replace("»", "")))
        assert not any(word in text for word in (
            "gradcli.", "NoneType", "TypeProxy", "IteratorProxy", "zip", "Slot", ".attr"))


def test_an_assertion_tells_its_message(world):
    fault = world.fault("x = 1\nassert x > 2, 'too small'")
    assert fault.code == "G0504" and fault.message == "too small" and fault.span.line == 2


def test_the_trail_tells_of_the_calls(world):
    fault = world.fault("def inner(x):\n    return 1 / x\ndef outer():\n    return inner(0)\nclass A:\n"
                        "    def go(self): return outer()\nA().go()\n")
    assert [(function, span.line) for function, _, span in fault.trail] == [("A.go", 7), ("outer", 6), ("inner", 4)]
    assert fault.span.line == 2


def test_a_function_of_an_earlier_text_is_placed_there(world):
    world.run("# first\ndef f(x):\n    return x.nothing\n")
    fault = world.fault("f(1)")
    assert fault.source.startswith("# first") and fault.span.line == 3
    assert fault.trail[0][2].line == 1


def test_deep_recursion_is_named(world):
    fault = world.fault("def f(n): return f(n + 1)\nf(0)")
    assert fault.code == "G0605" and "too deeply" in fault.message and len(fault.trail) <= 20


def test_hints_know_local_names(world):
    fault = world.fault("def f(weight):\n    return wieght\nf(1)")
    assert fault.hints == [("weight", "the nearest name")]


def test_a_long_name_is_cut():
    with pytest.raises(NameFault) as caught:
        Session().run("x" * 1000)
    assert len(caught.value.message) <= 200
