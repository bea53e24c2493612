"""Programs whose steps meet nan, kinks, writes, layouts and mixed types, with what PyTorch 2.13 prints for them.

Each program of composed.txt stands before ---, what it prints after it, up to ###. Random programs of the same kind
are compared live by `python -m against_torch.compositions`.
"""

import re
from pathlib import Path

import pytest

from gradcli.session.session import Session

PROGRAMS = (Path(__file__).parent / "composed.txt").read_text().split("###\n")
NUMBER = re.compile(r"-?\d+\.\d*(?:e[-+]?\d+)?")


def rounded(text):
    """The text with numbers to five digits, since sums are added up in another order."""
    return NUMBER.sub(lambda number: f"{float(number[0]):.5g}", text)


@pytest.mark.parametrize("number", range(len(PROGRAMS)))
def test_as_recorded(number):
    program, printed = PROGRAMS[number].split("---\n")
    pieces = []
    Session("modern", 0, write=pieces.append).run(
        "import torch\nimport torch.nn.functional as F\n" + program, echo=False)
    assert rounded("".join(pieces)).split() == rounded(printed).split()
