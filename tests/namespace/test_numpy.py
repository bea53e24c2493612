"""The numpy of programs beside numpy itself: every expression of numpy_lines.txt gives the same, types included.

A line is statements, and then expressions with commas between them; expressions share what the statements set.
"""

import ast
import warnings
from pathlib import Path

import numpy as np
import pytest

from gradcli.engine.tensor.variable import Array
from gradcli.faults.tree import Fault
from gradcli.session.session import Session
from gradcli.session.snapshot import Snapshot
from support.python_prints import python_prints

LINES = (Path(__file__).parents[1] / "corpora/numpy_lines.txt").read_text().splitlines()


def listed(value):
    """A value with nothing of numpy's in it, and what each array was."""
    if isinstance(value, np.ndarray):
        return value.tolist(), str(value.dtype)
    if isinstance(value, tuple | list):
        return [listed(element) for element in value]
    return value.item() if isinstance(value, np.generic) else value


def taken(value):
    """The same of a value of a session."""
    if isinstance(value, Array):
        return value.array.tolist(), str(value.array.dtype)
    return [taken(element) for element in value] if isinstance(value, tuple | list) else value


@pytest.mark.parametrize("line", LINES)
def test_as_numpy(line):
    *statements, last = ast.parse(line).body
    lines = "\n".join(map(ast.unparse, statements))
    expressions = last.value.elts if isinstance(last.value, ast.Tuple) else [last.value]
    names, session = {"np": np}, Session(style="modern")
    session.run(f"import numpy as np\n{lines}\n")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(lines, names)
        for expression in map(ast.unparse, expressions):
            wanted = eval(expression, names)
            actual = session.eval(expression)
            if not isinstance(wanted, np.dtype | type):
                assert repr(taken(actual)) == repr(listed(wanted)), expression


@pytest.mark.parametrize("call, repair", [
    ("np.loadtxt('x.csv')", "gradcli run --var x=@data.csv FILE"),
    ("np.load('x.npy')", "gradcli run --var x=@data.npy FILE"),
    ("np.save('x', np.ones(1))", "print(np.ones(1).tolist())")])
def test_files_are_refused_with_what_to_do(call, repair):
    with pytest.raises(Fault) as caught:
        Session().run(f"import numpy as np\n{call}")
    assert caught.value.hints[0][0] == repair


@pytest.mark.parametrize("call", [
    "np.hanning(10**12)", "np.diagflat(np.ones(10**6))", "np.diag_indices(10**12)", "np.ones(3).repeat(10**12)",
    "np.add.outer(np.ones(10**6), np.ones(10**6))", "np.fromfunction(lambda i: i, (10**12,))", "np.dtype(list)",
    "np.histogram2d([1.0], [1.0], 10**6)", "np.add.at([1], 0, 1)", "np.set_printoptions(precision='x')",
    "np.ones(3).flatten('K')", "np.ones(3).item('x')", "np.ones(3).take([0.5])", "np.vectorize(3)",
    "np.set_printoptions(formatter={'float': 3})", "np.array2string(np.ones(2), separator=3)",
    "np.tile([1], 10**12)", "np.repeat([1], 10**12)", "np.pad([1], 10**12)", "np.kron(np.ones(10**5), np.ones(10**6))",
    "np.diag(np.ones(10**6))", "np.broadcast_to([1], (10**12,)) + 1", "np.bincount([10**12])", "np.tri(10**7)",
    "np.meshgrid(np.ones(10**4), np.ones(10**4), np.ones(10**4))", "np.r_[0:10**12]", "np.mgrid[0:10**6, 0:10**6]",
    "np.einsum('i,j->ij', np.ones(10**5), np.ones(10**6))", "np.vander(np.ones(10**6))",
    "np.polyfit([1], [1], 10**12)",
    "np.random.gumbel(size=10**12)", "np.linalg.inv(np.ones((2, 2)))", "np.linalg.eig([[0, 1], [-1, 0]])",
    "np.zeros(2, list)", "np.einsum(1, 2)", "np.c_['r', [1]]", "np.pad([1], 1, 'median')", "np.take([1], [5])",
    "np.diag('a')", "np.tile(x, 2)",
    "np.convolve(np.ones(10**6), np.ones(10**6))", "np.indices((10**6, 10**6))", "np.poly1d(np.ones(5000))"])
def test_what_grows_or_does_not_fit_is_refused(call):
    with pytest.raises(Fault):
        Session().run(f"import numpy as np\nx = torch.ones(1, requires_grad=True)\n{call}\n")


def test_the_newer_arguments_and_the_older():
    program = ("import numpy as np\nprint(np.reshape(np.arange(4), newshape=(2, 2)).tolist(), np.float(3), "
               "np.int(2.5), torch.zeros(2, dtype=float).dtype, type(3) is int, int('7'), isinstance(True, bool), "
               "np.array([1]).dtype == int)")
    assert Session(style="modern").run(program, echo=False) == (
        "[[0, 1], [2, 3]] 3.0 2 torch.float64 True 7 True True\n")


def test_generators_are_taken_back_with_their_line():
    session = Session()
    session.run("import numpy as np\na, b = np.random.RandomState(3), np.random.default_rng(3)\n")
    moment = Snapshot(session)
    first = session.eval("a.rand(), b.random()")
    moment.restore()
    assert session.eval("a.rand(), b.random()") == first


PRINTED = """
import numpy as np
a = np.array([1.23456789, 1e-8, 1234.5, np.nan]); m = np.arange(2000.0).reshape(40, 50)
np.set_printoptions(precision=3, suppress=True); print(a)
np.set_printoptions(suppress=False, linewidth=40, threshold=10, edgeitems=1); print(a, m)
with np.printoptions(precision=1, suppress=True, sign="+"): print(a)
np.set_printoptions(formatter={"float": lambda x: "{0:0.2f}!".format(x)}); print(a)
np.set_printoptions(formatter={"float_kind": "{:f}".format}); print(a)
np.set_printoptions(precision=8, linewidth=75, threshold=1000, edgeitems=3, nanstr="NA", floatmode="fixed"); print(a)
print(np.array2string(a, precision=2, separator=", "), f"{a}")
"""


def test_print_options_are_those_of_one_session(capsys):
    with np.printoptions():
        exec(PRINTED, {})
    assert Session(style="modern").run(PRINTED) == capsys.readouterr().out
    assert str(np.array([1.0])) == "[1.]" and Session(style="modern").run(
        "import numpy as np\nprint(np.array([1.23456789]))") == "[1.23456789]\n"


def test_numbers_have_methods_of_arrays_once_numpy_is_imported():
    with pytest.raises(Fault):
        Session().run("x = 1.0\nx.item()")
    assert Session(style="modern").run("import numpy as np\nprint((2.5).item(), hasattr(3, 'mean'))") == "2.5 True\n"
    with pytest.raises(Fault):
        Session().run("import numpy as np\n'a'.item()")


def test_array_writes_reach_the_tensor():
    text = ("import numpy as np, torch\nt = torch.zeros(3)\nn = t.numpy()\nnp.add.at(n, [0, 0], 1.0)\nn.put([1], 7.0)\n"
            "print(t.tolist())\nn.fill(3)\nn.flat[1] = 9\nprint(t.tolist())")
    assert Session(style="modern").run(text) == "[2.0, 7.0, 0.0]\n[3.0, 9.0, 3.0]\n"


NUMBERS = """
def total(a): return a.sum()
import numpy as np
print(total(np.array([13, 2])).round(-1), np.array([255]).max().round(-2), total(np.array([2.567])).round(1))
print(np.array([1.0, np.inf]).sum().std(), np.array([1., 2.]).sum().std(ddof=1), np.array([2.0, np.nan]).max().var())
print(total(np.array([1, 2])).astype("float32"), total(np.array([1, 300])).astype(np.uint8))
print(isinstance(total(np.ones(2, int)), (int, np.integer)), isinstance(total(np.ones(2)), np.floating))
print(isinstance(3, np.floating), isinstance(np.float64(1), (str, np.float64)))
print(np.add.reduce([1, 2], keepdims=1), np.acosh([1.0, 2.0]), np.isin([1, 2], [2]))
print(np.apply_along_axis(lambda r: 0 if r[0] < 1 else 0.5, 1, np.arange(4).reshape(2, 2)))
f = np.vectorize(lambda x, y=1: x * y)
print(f([1, 2, 3], y=2), f([1, 2], [3, 4]), f(5))
try: f([])
except ValueError as e: print(e)
with np.errstate(all="ignore"): print(np.array([1.0]) / 0)
"""


def test_numbers_from_arrays_are_as_numpys(capsys):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(NUMBERS, {})
    assert Session(style="modern").run(NUMBERS) == capsys.readouterr().out


def test_numbers_of_a_tensor_have_them_without_an_import():
    assert Session(style="modern").run("import torch\nprint(torch.ones(2).numpy().sum().item())") == "2.0\n"


@pytest.mark.parametrize("line", ["np.vectorize(lambda x: (x, x))([1, 2])", "np.vectorize(abs, excluded={0})",
                                  "np.array_equiv(np.zeros((10**5, 1)), np.zeros((1, 10**5)))"])
def test_what_would_mean_something_else_is_refused(line):
    with pytest.raises(Fault):
        Session().run(f"import numpy as np\n{line}")


def test_products_of_tensors_with_arrays_of_another_type_are_those_of_numpy():
    torch = pytest.importorskip("torch")
    program = ("import numpy as np\na, b = torch.arange(6.).reshape(2, 3), torch.arange(6).reshape(2, 3)\n"
               "wide, whole, single = np.arange(6.).reshape(3, 2), np.arange(3), np.ones((3, 1), np.float32)\n"
               "for p in (a @ wide, a @ whole, b @ wide, b @ whole, a @ single): print(p, p.dtype)\n")
    assert Session(style="modern").run(program, echo=False) == python_prints(program, {"torch": torch})


def test_functions_that_are_methods_return_tensors_for_tensors():
    torch = pytest.importorskip("torch")
    program = ("import numpy as np\nt, a = torch.tensor([[1.24, -2.5], [3.36, 4.]]), np.arange(4.)\n"
               "print(np.round(t, 1), np.argmax(t), np.squeeze(t[:1]), np.transpose(t), np.reshape(t, (4,)))\n"
               "print(np.clip(t, 0, 1), np.cumsum(t), np.argsort(t), np.argmin(t, axis=1))\n"
               "np.reshape(a, (2, 2))[0, 0] = 9\nprint(a, np.clip(a, 0, 2, out=a) is a, np.round(a / 3, 2))\n")
    assert Session(style="modern").run(program, echo=False) == python_prints(program, {"torch": torch})
