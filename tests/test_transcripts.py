"""A transcript is a session as a reader would see it. Replaying it must reproduce it.

`pytest --bless` rewrites transcripts and the printed output of examples; the difference is
then read by a person.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from gradcli.errors import Fault, render
from gradcli.session import Session
from replay import replayed

HERE = Path(__file__).parent
EXAMPLES = HERE.parent / "examples"
by_stem = {"ids": lambda path: path.stem}


def check(path, got, request):
    if request.config.getoption("--bless"):
        path.write_text(got)
    assert got == path.read_text()


@pytest.mark.parametrize("path", sorted(HERE.glob("transcripts/*.txt")), **by_stem)
def test_transcript_reproduces_itself(path, request):
    style = "modern" if path.stem.endswith("modern") else "tutorial"
    check(path, replayed(path.read_text(), style=style), request)


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.grad")), **by_stem)
def test_example_prints_what_stands_beside_it(path, request):
    check(path.with_suffix(".out"), Session().run(path.read_text(), path.name, echo=False), request)


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("faults/*.grad")), **by_stem)
def test_fault_is_told_as_beside_it(path, request):
    with pytest.raises(Fault) as caught:
        Session().run(path.read_text(), path.name, echo=False)
    check(path.with_suffix(".out"), render(caught.value) + "\n", request)


def test_the_tutorial_is_printed_by_the_program_itself():
    done = subprocess.run([sys.executable, "-m", "gradcli", "run", str(EXAMPLES / "autograd_tutorial.grad")],
                          capture_output=True, text=True, check=True, cwd=HERE.parent)
    assert done.stdout == (EXAMPLES / "autograd_tutorial.out").read_text()
