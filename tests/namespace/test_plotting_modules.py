"""The parts of matplotlib beside pyplot, `platform` and `importlib.metadata`: programs that name them run on."""


import pytest

from gradcli.faults.tree import Fault
from gradcli.namespace.third_party.matplotlib import PARTS
from gradcli.session.session import Session
from support.python_prints import python_prints

PROGRAM = """
import matplotlib, matplotlib.cm as cm, matplotlib.pyplot as plt
from matplotlib import animation, colors
from mpl_toolkits.mplot3d import Axes3D
import matplotlib.patches as patches
import numpy as np
for colour, k in zip(cm.rainbow(np.linspace(0, 1, 3)), "abc"):
    print(k, len(colour), type(plt.cm.jet(0.5)).__name__, len(plt.get_cmap("hot")([1, 2])))
ax = plt.figure().add_subplot(111, projection="3d")
ax.add_patch(patches.Rectangle((0, 0), 1, 1, cmap=colors.ListedColormap(["red"])))
animation.FuncAnimation(plt.gcf(), lambda i: print("never"), frames=3)
matplotlib.rcParams["font.size"] = 3
"""


def test_colours_count_and_nothing_is_drawn():
    assert Session().run(PROGRAM, echo=False) == "a 4 tuple 2\nb 4 tuple 2\nc 4 tuple 2\n"


@pytest.mark.parametrize("path", PARTS)
def test_every_part_can_be_imported(path):
    for name in PARTS[path].split():
        Session().run(f"from {path} import {name}\nimport {path}\n{name}([1, 2])", echo=False)


@pytest.mark.parametrize(("program", "printed"), [
    ("from importlib.metadata import version\nprint(version('torch') == torch.__version__)", "True\n"),
    ("import importlib.metadata as m\ntry:\n    m.version('nothing-of-that-name')\nexcept m.PackageNotFoundError as e:"
     "\n    print(e)", "No package metadata was found for nothing-of-that-name\n"),
    ("import platform\nprint(platform.system(), platform.python_version())", "Linux 3.11.7\n"),
    ("import numpy as np, matplotlib\nprint(np.__version__ > '1', len(matplotlib.__version__) > 2)", "True True\n")])
def test_versions_are_the_same_everywhere(program, printed):
    assert Session(style="modern").run(program, echo=False) == printed


@pytest.mark.parametrize("program", [
    "import importlib\nimportlib.import_module('os')", "import importlib\nimportlib.reload(torch)",
    "from importlib.metadata import files", "from importlib.metadata import version\nversion(3)",
    "import platform\nplatform.popen('ls')", "import matplotlib.x", "from matplotlib.animation import subprocess"])
def test_nothing_beyond_them(program):
    with pytest.raises(Fault):
        Session().run(program, echo=False)


TEXTS = [
    "import string\nt = str.maketrans('', '', string.punctuation)\nprint('Hello, World!'.translate(t))",
    "print('abc'.translate({97: 'AA', 98: None, 99: 100}), 'ab'.translate(['x'] * 98), 'q'.maketrans('a', 'b'))",
    "print(str.maketrans('ab', 'cd', 'e'), str.maketrans({'a': 1, 98: 'z'}), str.translate('abc', {97: 'z'}))",
    "for f in (lambda: 'a'.translate(3), lambda: str.maketrans('a', 'bc'), lambda: str.maketrans(), "
    "lambda: 'a'.translate(), lambda: 'a'.translate({97: 1.5}), lambda: str.maketrans(1)):\n"
    "    try:\n        print(f())\n    except (TypeError, ValueError) as e:\n        print(e)"]


@pytest.mark.parametrize("program", TEXTS)
def test_translated_texts_are_pythons(program):
    assert Session().run(program, echo=False) == python_prints(program, {})


def test_translating_does_not_grow_without_bound():
    with pytest.raises(Fault, match="characters"):
        Session().run("('a' * 10**6).translate({97: 'b' * 10**6})", echo=False)


def test_pylab_has_the_names_of_pyplot_and_of_numpy():
    program = """
from matplotlib.pylab import *
import matplotlib, pylab
x = linspace(0, 1, 3)
plot(x, sin(x))
print(x, np.ones(2), norm(x), randn(2).shape, pylab.pi, matplotlib.pylab is pylab, plt is matplotlib.pyplot)
print(max([1, 2]), round(2.5), abs(-1), pow(2, 3))
"""
    assert Session(style="modern").run(program, echo=False) == (
        "[0.  0.5 1. ] [1. 1.] 1.118033988749895 (2,) 3.141592653589793 True True\n2 2 1 8\n")
