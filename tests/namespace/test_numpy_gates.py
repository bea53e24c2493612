"""What numpy's functions and methods take from programs: numbers alone, counted first, and the values of numpy."""

import numpy as np
import pytest

from gradcli.faults.tree import Fault, LimitFault
from gradcli.lang.budget import Budget
from gradcli.session.session import Session


def run(text, style="modern"):
    return Session(style=style).run(f"import numpy as np\n{text}").strip()


ENDLESS = """
class Endless:
    def __len__(self): return 3
    def __getitem__(self, at): return 1
a = np.arange(3.0)
for call in (a.take, a.repeat, a.compress, a.searchsorted, lambda v: a.put(0, v), lambda v: a.put(v, 0),
             lambda v: a + v, lambda v: a < v, lambda v: np.add.at(a, v, 1)):
    for value in ([Endless()], [[Endless()]], [print], [None], ['a'], [{}]):
        try: call(value)
        except (TypeError, ValueError) as error: assert 'object is no' not in str(error)
print(a)
"""


def test_numpy_goes_through_no_objects_of_programs():
    assert run(ENDLESS) == "[0. 1. 2.]"


TALL, WIDE = "np.ones((10 ** 5, 1), dtype=int)", "np.ones((1, 10 ** 5), dtype=int)"
ITERATED = ["np.concatenate(E())", "np.column_stack(E())", "np.select(E(), E())", "np.fromfunction(len, E())"]
GROWING = [
    "np.zeros((1, 10 ** 6)).take(np.zeros(10 ** 6, dtype=int), axis=0)", "np.ones(3).repeat(10 ** 12)",
    *(f"np.{name}({TALL}, {WIDE})" for name in "add copysign divmod gcd bitwise_and logaddexp2 dot greater".split()),
    f"np.where({TALL} > 0, {TALL}, {WIDE})", f"np.clip({TALL}, {WIDE}, None)", f"{TALL}.dot({WIDE})",
    f"np.select([{TALL} > 0], [{WIDE}])", f"np.ravel_multi_index([{TALL}, {WIDE}], (3, 4))",
    "np.histogram_bin_edges([1.0, 2.0], 10 ** 10)", "np.histogram2d([1.0], [1.0], [np.arange(1e5), np.arange(1e5)])",
    "np.roots(np.ones(10 ** 5))", "np.poly(np.ones(10 ** 6))", "np.polydiv(np.ones(10 ** 6), np.ones(5 * 10 ** 5))",
    "np.nanquantile(np.ones(10 ** 5), np.ones(10 ** 6))",
    "np.array2string(np.zeros(10 ** 7), threshold=10 ** 9, separator=' ' * 90)",
    "class A: pass\ndef pairs():\n    while True: yield 'x', 1\ndef change(a): a.__dict__.update(pairs())\nchange(A())"]


@pytest.mark.parametrize("text", GROWING)
def test_sizes_are_known_before(text):
    with pytest.raises(LimitFault, match="would make"):
        run(text)


@pytest.mark.parametrize("text", ITERATED)
def test_iterators_of_programs_are_counted(text, monkeypatch):
    monkeypatch.setattr(Budget, "items", 1000)
    with pytest.raises(LimitFault, match="values"):
        run(f"class E:\n    def __iter__(self):\n        while True: yield 1\n{text}")


@pytest.mark.parametrize("make", ["zeros({})", "resize([1], {})", "indices({})", "fromfunction(print, {})"])
def test_sizes_have_as_many_dimensions_as_arrays(make):
    with pytest.raises(Fault, match="dimension"):
        run("np." + make.format("[10 ** 12] * 10 ** 6"))


AS_NUMPY = [
    "np.take(np.arange(10 ** 6), np.arange(10 ** 4)).shape", "np.arange(6).take([])", "np.arange(6).take([[0], [5]])",
    "np.take(np.arange(6).reshape(2, 3), [0, 2], axis=-1)", "np.ones((2, 3)).compress([1, 0], axis=0)",
    "np.vectorize(lambda x: 1 if x > 0 else 0.5)([1, -1])", "np.vectorize(lambda x: x > 0)([1, -1])",
    "np.vectorize(lambda x: 1 if x > 0 else 0.5, otypes=[float])([1, -1])",
    "np.apply_along_axis(lambda r: np.outer(r, r), 0, np.arange(6.0).reshape(2, 3))",
    "np.apply_along_axis(lambda r: np.outer(r, r), 1, np.arange(12.0).reshape(2, 3, 2)).shape",
    "np.apply_along_axis(lambda r: r[:1], -2, np.ones((2, 3, 4))).shape",
    "float(np.apply_along_axis(sum, 0, [1.0, 2.0]))",
    "np.array([1, 2], dtype=np.float32) + [1, 2]", "np.array([3, 2]) - [True, False]", "np.arange(3) == [0, 5, 2]",
    "np.result_type(np.arange(3), np.int8)", "np.result_type(np.float32, 2.0)", "np.result_type('i2', [1.5][0])",
    "np.piecewise(np.arange(6.0), [np.arange(6) < 2, np.arange(6) > 3], [-1, lambda v: v * 2, 7])",
    "np.piecewise(np.arange(4), np.arange(4) > 1, [lambda v, k: v / k, 9], 2)",
    "np.piecewise(np.arange(2), [[True, False]], [lambda v: 1 / len(v), 5])", "str(np.ones((2, 3)).T.flags)",
    "np.ones((2, 3))[:, 1].flags['C_CONTIGUOUS']", "[np.zeros(1, code).dtype for code in 'f4 f8 i2 ? d'.split()]",
    "int(np.array([True, False]).any().sum())", "np.arange(4.0) + [1, 2, 3, 4]", "np.arange(3) * [0.5, 1.0, 2.0]"]


@pytest.mark.parametrize("text", AS_NUMPY)
def test_as_numpy(text):
    assert run(f"print(repr({text}))") == repr(eval(text, {"np": np}))


def test_flat_changes_the_array_or_says_that_it_cannot():
    text = "a = np.zeros((2, 3))\na.flat[1] = 5\na.flat[2] += 1\nprint(a.tolist(), a.T.flat.sum(), [*a.T.flat][2])\n"
    assert run(text) == "[[0.0, 5.0, 1.0], [0.0, 0.0, 0.0]] 6.0 5.0"
    with pytest.raises(Fault, match="copy, which cannot be changed"):
        run(f"{text}a.T.flat[0] = 1")


def test_windows_refuse_writes():
    text = "a = np.arange(5.0)\nw = np.lib.stride_tricks.sliding_window_view(a, 2)\n"
    assert run(f"{text}try: w[0, 0] = 9\nexcept ValueError as e: print(e, a)") == (
        "assignment destination is read-only [0. 1. 2. 3. 4.]")
    for write in ("w += 1", "w.fill(2)", "np.add.at(w, (0, 0), 1)"):
        with pytest.raises(Fault):
            run(f"{text}{write}")


def test_numbers_too_large_for_arrays_are_refused_in_words():
    with pytest.raises(Fault, match="too large for int64"):
        run("(10 ** 30).dtype")


@pytest.mark.parametrize("style", ["modern", "tutorial"])
def test_print_options(style):
    written = "np.set_printoptions(formatter={'float': lambda x: 'F%.1f' % x})\nprint(np.array([0.1]))\n"
    assert run(written, style) == "[F0.1]"
    assert "[F" not in run(f"{written}\nwith np.printoptions(precision=2): print(np.array([3.14159]))\n",
                           style).splitlines()[1]
    nested = "p = np.printoptions(precision=2)\nwith p:\n    with p: pass\nprint(3.14159 in np.array([3.14159]))\n"
    assert run(f"{nested}print(np.array([3.14159]))", style).split()[-1].strip("[]") == "3.14159"
    with pytest.raises(LimitFault, match="wide"):
        run("np.set_printoptions(formatter={'float': lambda x: 'a' * 10 ** 7})\nprint(np.ones(900))", style)


def test_all_changes_of_own_attributes_arrive():
    text = ("class A: pass\ndef f(a):\n  a.x, a.y = 1, 2\n  print(a.__dict__.popitem(), a.__dict__)\n"
            "  change = a.__dict__.update\n  a.__dict__.clear()\n  print(a.__dict__)\n  change(q=1)\n"
            "  print(a.__dict__, change)\nf(A())")
    assert run(text).startswith("('y', 2) {'x': 1}\n{}\n{'q': 1} <bound method dict.update of <dict object at 0x")
