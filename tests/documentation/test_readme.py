"""The README does what it says: its commands and its session are replayed by the plugin, its picture is drawn here."""

import re
import shlex

from support.consoles import ROOT, blocks
from support.program import gradcli

README = (ROOT / "README.md").read_text()
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def test_the_picture_is_the_one_that_its_command_draws(tmp_path):
    [command] = [line for block in blocks(README, "console") for line in block.splitlines() if " -o " in line]
    *words, path = shlex.split(command.removeprefix("$ gradcli "))
    assert f"]({path})" in README
    assert gradcli(*words, str(tmp_path / "drawn.svg")).status == 0
    before, after = (ROOT / path).read_text(), (tmp_path / "drawn.svg").read_text()
    assert NUMBER.sub("0", before) == NUMBER.sub("0", after)
    for old, new in zip(NUMBER.findall(before), NUMBER.findall(after), strict=True):
        assert abs(float(old) - float(new)) < 0.2      # the last digit is the library's that computes sin


def test_the_commands_of_a_shell_are_those_that_ci_runs():
    shell = "".join(blocks(README, "sh"))
    assert re.search(r"^python3 -m venv .*gradcli run examples/autograd_tutorial.grad$", shell, re.MULTILINE)
    [tests] = re.findall(r"^python3 -m venv .*pytest.*$", README, re.MULTILINE)
    assert tests in (ROOT / "CONTRIBUTING.md").read_text()


def test_every_page_is_linked():
    pages = {f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")}
    assert pages <= set(re.findall(r"\]\(([\w/.-]+)\)", README))
