"""The parts of Python's library and of numpy that programs import: what they do otherwise than the originals."""

from pathlib import Path

import pytest

from gradcli.faults.tree import Fault
from gradcli.session.session import Session
from gradcli.session.snapshot import Snapshot


def printed(program, style="modern", args=()):
    session = Session(style=style, seed=0)
    session["args"] = list(args)
    return session.run(program, echo=False)


def refused(program):
    with pytest.raises(Fault) as caught:
        printed(program)
    return caught.value


SETTINGS = """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("name")
parser.add_argument("-l", "--learning-rate", type=float, default=0.1)
parser.add_argument("--sizes", type=int, nargs=2)
parser.add_argument("--fast", action="store_true")
args = parser.parse_args()
args.seen = True
print(args)
"""


def test_the_words_behind_a_script_are_its_options():
    assert printed(SETTINGS, args=["net", "-l", "2e-3", "--sizes", "3", "4", "--fast"]) == (
        "Namespace(name='net', learning_rate=0.002, sizes=[3, 4], fast=True, seen=True)\n")
    assert printed(SETTINGS, args=["net"]).startswith("Namespace(name='net', learning_rate=0.1, sizes=None, fast=False")


@pytest.mark.parametrize("words, error", [([], "required: name"), (["net", "--slow"], "unrecognized arguments: --slow"),
                                          (["net", "-l", "x"], "invalid float value: 'x'"),
                                          (["net", "-l"], "expected one")])
def test_wrong_words_are_refused(words, error):
    with pytest.raises(Fault, match=error):
        printed(SETTINGS, args=words)


def test_there_is_no_clock():
    notes = []
    session = Session(seed=0, note=notes.append)
    program = "import time\nstart = time.time()\ntime.sleep(100)\nprint(0 < time.time() - start < 1)\n"
    assert session.run(program, echo=False) == "True\n"
    assert "no clock" in notes[0] and len(notes) == 1


def test_nothing_is_drawn():
    notes = []
    session = Session(seed=0, note=notes.append)
    session.run("import matplotlib.pyplot as plt\nfig, (a, b) = plt.subplots(1, 2)\nline, = a.plot([1, 2])\n"
                "line.set_data([1], [2])\nplt.rcParams['figure.figsize'] = (8, 6)\nplt.show()\n")
    assert len(notes) == 1 and "gradcli plot" in notes[0]
    for call in ("show()", "ion()", "pause(1)", "clf()", "gca().clear()", "figure().tight_layout()"):
        assert session.eval(f"plt.{call}") is None
    session.run("a, b = plt.plot([1], [2], 'r', [3], [4])\nplt.subplots(2)[1][0].clear()\nplt.cm.viridis(1)")
    assert session.quoted(session.eval("plt.plot([1])")).startswith("[<matplotlib.lines.Line2D object at 0x")
    assert session.quoted(session.eval("plt.legend()")).startswith("<matplotlib.legend.Legend object at 0x")
    assert refused("import matplotlib.pyplot as plt\nplt.plott([1])").hints[0][0] == "plot"


def test_streams_stand_only_so_deep():
    program = "import itertools\nx = [1]\nfor i in range(1000): x = itertools.chain(x)\n"
    assert "within others of its kind" in refused(program).message


def test_a_copy_of_a_result_is_refused():
    assert "graph leaves" in refused("import copy\ncopy.deepcopy(torch.ones(1, requires_grad=True) * 2)").message


def test_copies_keep_what_belongs_together():
    program = """
import copy
shared = torch.ones(1, requires_grad=True)
class Pair:
    def __init__(self): self.a, self.b = shared, [shared]
    def total(self): return self.a
pair = copy.deepcopy(Pair())
print(pair.a is pair.b[0], pair.a is shared, pair.a.requires_grad, copy.copy(pair).b is pair.b, pair.total() is pair.a)
"""
    assert printed(program) == "True False True True True\n"


def test_an_array_is_no_tensor():
    program = """
import numpy as np
a = np.arange(3)
x = torch.tensor(a)
print(isinstance(a, np.ndarray), isinstance(x, np.ndarray), isinstance(x, torch.Tensor), a.size, x.size(), a.std())
w = torch.ones(3, requires_grad=True)
((w * torch.from_numpy(a)).sum() * np.float64(2) if False else (w * x).sum()).backward()
print(w.grad, a[0], a / 2, a[::-1], type(a.mean()))
"""
    assert printed(program) == ("True False True 3 torch.Size([3]) 0.816496580927726\n"
                                "tensor([0., 1., 2.]) 0 [0.  0.5 1. ] [2 1 0] <class 'float'>\n")


def test_random_streams_seeded_by_the_program_stay():
    program = """
import random
random.seed(5)
torch.manual_seed(1)
first = random.random()
random.seed(5)
print(first == random.random())
"""
    assert printed(program) == "True\n"


def test_array_numbers_are_taken_back_with_their_line():
    session = Session(style="modern", seed=0)
    session.run("import numpy as np\nnp.random.seed(1)\n")
    moment = Snapshot(session)
    first = session.eval("np.random.rand()")
    moment.restore()
    assert session.eval("np.random.rand()") == first


def test_containers_are_taken_back_with_their_line():
    session = Session(seed=0)
    session.run("from collections import Counter, deque\nc, d = Counter('aab'), deque([1, 2])\n")
    moment = Snapshot(session)
    session.run("c.update('bbb'); d.append(3)\n")
    moment.restore()
    assert session.run("print(c, d)\n", echo=False) == "Counter({'a': 2, 'b': 1}) deque([1, 2])\n"


@pytest.mark.parametrize("program, repair", [
    ("import pytest", "assert torch.allclose(x, y)"),
    ("(1).__new__", "@staticmethod")])
def test_what_is_missing_says_what_to_write(program, repair):
    fault = refused(program)
    assert repair in [text for text, _ in fault.hints] or any(note.startswith(f"{repair}:") for note in fault.notes)


def test_the_page_on_the_language_names_every_module():
    page = (Path(__file__).parents[2] / "docs/language.md").read_text()
    for name in {path.split(".")[0] for path in Session().policy.modules}:
        assert f"`{name}`" in page, name
