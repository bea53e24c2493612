"""The pytest plugin, in a pytest of its own."""

import subprocess
import sys

import pytest

from support.program import environment
from testing.texts import FENCED, notebook, result

WRONG = ">>> x = 2\n>>> x + 1\n4\n>>> x * 2  # skip\n>>> x\n2\n"
NO_PLUGINS = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": None}


@pytest.fixture
def run(tmp_path):
    def run(*words, files=None):
        for name, text in (files or {}).items():
            (tmp_path / name).write_text(text)
        process = subprocess.run([sys.executable, "-m", "pytest", "-p", "gradcli.testing.plugin",
                                  "-p", "no:cacheprovider",
                                  "--rootdir", str(tmp_path), *words], cwd=tmp_path, env=environment(**NO_PLUGINS),
                                 capture_output=True, text=True, timeout=60)
        return process.stdout + process.stderr
    return run


def test_one_item_for_each_check_with_the_same_difference(run):
    out = run("--gradcli", "-v", ".", files={"a.txt": WRONG, "b.md": FENCED, "c.ipynb": notebook(("1", [result("1")]))})
    assert "1 failed, 5 passed, 1 skipped" in out
    assert "a.txt::2: x + 1 FAILED" in out and "b.md::5: x * 3 PASSED" in out
    assert "2 | >>> x + 1\n3 | - 4\n  | + 3\n" in out and "a.txt:3: the output differs" in out


def test_nothing_happens_unless_it_is_asked_for(run, tmp_path):
    assert "no tests ran" in run("a.md", files={"a.md": FENCED})
    code = ("import sys, gradcli.testing.plugin\n"
            "assert not {'numpy', 'typer', 'gradcli.testing.pytest_items', 'gradcli.commands'} & set(sys.modules)")
    subprocess.run([sys.executable, "-c", code], check=True, env=environment(), cwd=tmp_path)


def test_one_check_alone_runs_what_stands_before_it(run):
    assert "1 passed" in run("--gradcli", "a.txt::5: x", files={"a.txt": WRONG})
    assert "1 passed, 3 deselected" in run("--gradcli", "a.txt", "-k", "5:")


def test_a_transcript_is_not_also_a_doctest(run):
    text = ">>> 1\n1\n>>> torch.ones(1).size()\ntorch.Size([1])\n"
    assert "2 passed" in run("--gradcli", "t.txt", files={"t.txt": text})


def test_update(run, tmp_path):
    assert "3 passed, 1 skipped" in run("--gradcli", "--gradcli-update", "a.txt", files={"a.txt": WRONG})
    assert (tmp_path / "a.txt").read_text() == WRONG.replace("\n4\n", "\n3\n")


def test_time_limit_and_files_that_cannot_be_read(run):
    out = run("--gradcli", "--gradcli-time-limit", "4", "a.txt", "b.ipynb", "--continue-on-collection-errors",
              files={"a.txt": ">>> 1\n1\n>>> while True: pass\n>>> 2\n2\n", "b.ipynb": "{}"})
    assert "longer than 4 seconds" in out and "2 failed, 1 passed, 1 error" in out
    assert "b.ipynb is not a notebook" in out
