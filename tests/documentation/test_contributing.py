"""CONTRIBUTING.md does what it says: the operation and the module that it adds are there everywhere, and tested."""

import re
import shutil
import subprocess
import sys

import pytest

from support.consoles import ROOT, blocks, commands, run

PAGE = (ROOT / "CONTRIBUTING.md").read_text()
CODE, DIFF, SHOWN = blocks(PAGE, "python"), blocks(PAGE, "diff"), blocks(PAGE, "console")


@pytest.fixture(scope="module")
def extended(tmp_path_factory):
    """A copy of the package to which the page's operation and module have been added, where it says."""
    home = tmp_path_factory.mktemp("copy")
    for part in ("gradcli", "grammar", "tests"):
        shutil.copytree(ROOT / part, home / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", home)
    operation, module = CODE
    append(home / "gradcli/ops/math/pointwise.py", operation)
    append(home / "gradcli/nn/modules/activation.py", module)
    [change] = DIFF
    before, after = (["\n".join(line[1:] for line in change.splitlines() if line[0] == sign)] for sign in "-+")
    table = home / "gradcli/nn/__init__.py"
    assert table.read_text().count(before[0]) == 1
    table.write_text(table.read_text().replace(before[0], after[0]))
    return home


def append(path, code):
    with path.open("a") as file:
        file.write("\n\n" + code)


@pytest.mark.parametrize("block", range(len(SHOWN)))
def test_what_was_added_is_there(extended, block):
    for command, expected in commands(SHOWN[block]):
        assert run(command, extended, package=extended).strip("\n") == expected.strip("\n")


def test_an_added_operation_is_documented(extended):
    assert "logcosh(input)" in run("gradcli doc logcosh", extended, package=extended)


def test_an_added_operation_is_tested(extended):
    completed = subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/ops/test_ops.py",
                                "-k", "logcosh"], cwd=extended, capture_output=True, text=True, check=False)
    assert re.search(r"\d+ passed", completed.stdout), completed.stdout[-2000:]
