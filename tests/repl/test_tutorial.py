"""The tutorial pasted into the real program, in the shapes in which people copy it."""

from pathlib import Path

import pytest

pytest.importorskip("pexpect")
pytest.importorskip("pyte")

from repl.screen import Screen  # after the check that its own imports are there

RECORDED = Path(__file__).parents[1] / "transcripts/tutorial.txt"
PLAIN = """\
torch.manual_seed(1)
x = Variable(torch.ones(2, 2), requires_grad=True)
y = x + 2
print(y.creator)
z = y * y * 3
out = z.mean()
out.backward()
print(x.grad)
x = Variable(torch.randn(3), requires_grad=True)
y = x * 2
while y.data.norm() < 1000:
    y = y * 2

gradients = torch.FloatTensor([0.1, 1.0, 0.0001])
y.backward(gradients)
print(x.grad)
"""
GRADIENT = [" 4.5000  4.5000", " 4.5000  4.5000", "[torch.FloatTensor of size 2x2]"]
LAST = ["Variable containing:", "  51.2000", " 512.0000", "   0.0512", "[torch.FloatTensor of size 3]"]


def prompted(first=">>> ", more="... "):
    """The program behind prompts, each block ended by an empty continuation."""
    lines, number = [], 0
    for line in PLAIN.splitlines():
        continues = line.startswith("    ") or not line
        number += not continues
        lines.append(((more if continues else first).replace("1", str(number)) + line).rstrip())
    return "\n".join(lines) + "\n"


def with_outputs():
    """The tutorial as a session has recorded it."""
    return "".join(line for line in RECORDED.read_text().splitlines(keepends=True) if not line.startswith("#"))


SHAPES = {
    "plain": PLAIN,
    "prompts": prompted(),
    "notebook": prompted("In [1]: ", "   ...: "),
    "outputs": with_outputs(),
    "windows": with_outputs().replace("\n", "\r\n"),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_pasted_tutorial_runs_as_one_submission(tmp_path, shape):
    screen = Screen(tmp_path, rows=120)
    try:
        screen.until(">>>")
        screen.paste(SHAPES[shape])
        lines = screen.until(LAST[2])
        screen.enter("5 * 1000").until("5000")
        shown = "\n".join(lines)
        assert "error" not in shown and "\n".join(GRADIENT) in shown and "\n".join(LAST) in shown
        assert (tmp_path / "state/gradcli/history").read_text().count("\n\n") == 2
        assert "Variable containing" not in (tmp_path / "state/gradcli/history").read_text()
    finally:
        screen.child.close(force=True)
