"""The README does what it says: its console blocks, and the operation it adds. Its session is tested by the plugin."""

import re
import shutil
import subprocess
import sys

import pytest

from consoles import ROOT, blocks, commands, run

README = (ROOT / "README.md").read_text()


def test_the_first_block_prints_what_it_shows():
    for command, expected in commands(blocks(README, "console")[0]):
        assert run(command).strip() == expected.strip()


@pytest.fixture(scope="module")
def extended(tmp_path_factory):
    """A copy of the package to which the README's operation has been added, in that one place."""
    home = tmp_path_factory.mktemp("copy")
    for part in ("gradcli", "grammar", "tests"):
        shutil.copytree(ROOT / part, home / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", home)
    [code] = blocks(README, "python")
    with (home / "gradcli/ops/math/pointwise.py").open("a") as file:
        file.write("\n\n" + code)
    return home


def test_an_added_operation_is_there_everywhere(extended):
    for command, expected in commands(blocks(README, "console")[1]):
        assert run(command, extended).strip("\n") == expected.strip("\n")
    assert "logcosh(input)" in run("gradcli doc logcosh", extended)


def test_an_added_operation_is_tested(extended):
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_ops.py",
                           "-k", "logcosh"], cwd=extended, capture_output=True, text=True, check=False)
    assert re.search(r"\d+ passed", done.stdout), done.stdout[-2000:]
