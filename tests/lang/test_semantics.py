"""Plain programs mean what CPython says they mean."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lang.corpus import PROGRAMS
from support.python_prints import python_prints


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
@pytest.mark.parametrize("text", PROGRAMS.values(), ids=PROGRAMS)
def test_a_program_prints_what_cpython_prints(text, world):
    assert world.run(text) == python_prints(text)


NUMBERS = st.one_of(st.integers(-20, 20).map(str), st.floats(-8, 8, allow_nan=False).map(lambda v: f"({v!r})"),
                    st.sampled_from(["True", "'ab'", "[1, 2]", "(3,)", "None", "x", "y"]))


def combine(inner):
    pair = st.tuples(inner, st.sampled_from("+ - * / // % < <= == != and or in & | ^".split()), inner)
    return st.one_of(
        pair.map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
        st.tuples(inner, st.integers(0, 3)).map(lambda p: f"({p[0]} ** {p[1]})"),
        inner.map(lambda v: f"(-{v})"), inner.map(lambda v: f"(not {v})"), inner.map(lambda v: f"[{v}, 0]"),
        st.tuples(inner, inner, inner).map(lambda p: f"({p[0]} if {p[1]} else {p[2]})"),
        inner.map(lambda v: f"{v}[0]"), inner.map(lambda v: f"len({v})"), inner.map(lambda v: f"str({v})"))


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
@settings(max_examples=300, deadline=None)
@given(st.recursive(NUMBERS, combine, max_leaves=8))
def test_an_expression_has_cpythons_value_or_exception(text):
    from lang.conftest import World

    program = f"x, y = 3, 2.5\nprint(repr({text}))\n"
    assert outcome(World().run, program) == outcome(python_prints, program)


def outcome(run, program):
    try:
        return run(program)
    except Exception as error:
        kinds = (ZeroDivisionError, TypeError, IndexError, AttributeError, OverflowError, ValueError)
        return next((kind for kind in kinds if isinstance(error, kind)), type(error))


def test_echo_shows_bare_expressions_outside_functions(world):
    text = "1 + 1\nx = 5\nfor i in range(2): i\ndef f():\n    99\nf()\n'doc'\nif x: x\n"
    assert world.run(text, echo=True) == "2\n0\n1\n'doc'\n5\n"
    assert world.run(text) == ""


def test_names_of_one_run_are_there_in_the_next(world):
    world.run("def f(): return n\nn = 1\n")
    assert world.run("n = 2\nprint(f())") == "2\n"


def test_imports_bind_what_python_would_bind(world):
    assert world.run("import pkg.sub\nprint(pkg.pi)") == "3.0\n"
    assert world.run("import pkg.sub as s, pkg as p\nprint(p.pi, isinstance(s.Base, Box))") == "3.0 False\n"
    assert world.run("from pkg import pi as q, Box\nfrom __future__ import print_function, division\nprint(q)"
                     ) == "3.0\n"
    assert world.run("from pkg import *\nprint(pi)") == "3.0\n"


def test_annotations_have_no_effect(world):
    world.run("def f(a: undefined_name if 0 else 1, *b: int) -> None: return a\nx: int\ny: float = 2.0\n")
    assert world.run("print(f(3), y)") == "3 2.0\n"
    assert world.fault("x").code == "G0301"


def test_magic_lines_are_noted_and_skipped(world):
    world.run("%matplotlib inline\nx = 5 %3\n")
    assert world.namespace["x"] == 2
    assert world.notes == ["%matplotlib inline is a notebook's command; it was skipped"]


def test_foreign_values_go_through_the_policy(world):
    text = "b = Box(2.5)\nprint(b, [b], f'{b:.2f}', '%d %.1f %s' % (b, b, b), str(b), repr(b))\n"
    assert world.run(text) == "a box [Box] 2.50 2 2.5 a box a box Box\n"
    assert world.run("b.data = 4.0; b.data += 1; print(b.data, b.double().data, b.shown)") == "5.0 10.0 shown\n"
    assert world.run("with b as c: print(c.data)\n") == "5.0\n"


def test_classes_may_inherit_from_what_the_policy_allows(world):
    text = """
class Net(Base):
    def __init__(self):
        super(Net, self).__init__()
        self.own = 1
    def both(self): return self.greet(), self.own, super().greet()
n = Net()
print(n.both(), n.own, isinstance(n, Base), n.inner)
n.own += 1; print(n.own)
"""
    assert world.run(text) == "('hello', 1, 'hello') 1 True inner\n2\n"


def test_a_class_that_changes_uncovers_nothing(world):
    text = """
class A(Base):
    def hidden(self): return 'mine'
a = A()
print(a.hidden(), a.hidden())
del A.hidden
a.hidden()
"""
    assert world.fault(text).code == "G0302"
    assert world.out == ["mine mine\n"]
    assert world.run("A.late = 1; a.own = 2; print(a.late, a.own); a.late = 3; print(a.late, A.late)") == "1 2\n3 1\n"


def test_addresses_are_made_up(world):
    assert world.run("class A: pass\nprint(A(), [A()], A, print)") == (
        "<__main__.A object at 0x1000> [<__main__.A object at 0x1000>] <class '__main__.A'> "
        "<built-in function print>\n")
    assert world.run("def f(): pass\nprint(f, [f], (i for i in []), zip())") == (
        "<function f at 0x1000> [<function f at 0x1000>] <generator object <genexpr> at 0x1000> "
        "<zip object at 0x1000>\n")
    assert world.run("print('a'.join)") == "<built-in method join of str object at 0x1000>\n"


def test_methods_of_strings_are_pythons(world):
    text = """
class A:
    join = "-".join
glue = "-".join
print(glue == "-".join, glue.__name__, A().join(["a", "b"]), {glue: 1}["-".join])
print(str.maketrans("a", "b"), "-".maketrans("a", "b"), [m("x", "y") for m in ("ax".replace, "bx".replace)])
"""
    assert world.run(text) == python_prints(text)
