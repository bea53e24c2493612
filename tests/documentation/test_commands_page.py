"""docs/commands.md names what there is: each setting with its key and default, each command, each status.

There and in docs/safety.md commands print what is shown.
"""

import re

import pytest

from gradcli.cli import app
from gradcli.console.settings import KEYS, read_setting
from gradcli.faults.exit_codes import MEANINGS
from gradcli.faults.tree import FAULTS
from support.consoles import ROOT, blocks, commands, run

TEXT = (ROOT / "docs/commands.md").read_text()
ROWS = [re.split(r"(?<!\\)\|", line)[1:-1] for line in TEXT.splitlines() if line.startswith("| `-")]


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_each_setting_has_its_row(key):
    row = [cell.strip() for cell in next(row for row in ROWS if re.search(rf"(^|[ `/])--{key.word}[` /]", row[0]))]
    assert row[1] == (key.word if key.lasting else "") and row[3] == key.help
    assert read_setting(key, row[2], "") == key.default if row[2] else not key.default


def test_no_row_is_of_something_else():
    assert len(ROWS) == len(KEYS)


def test_each_command_is_named():
    names = {command.name for command in app.registered_commands} | {group.name for group in app.registered_groups}
    assert names == set(re.findall(r"`gradcli (\w+)", TEXT.partition("## ")[0]))


def test_each_status_is_named():
    documented = {int(number) for number in re.findall(r"^\| (\d+) \|", TEXT, re.MULTILINE)}
    assert documented == set(MEANINGS) >= {fault.status for fault in FAULTS.values()}


SHOWN = [pair for text in (TEXT, (ROOT / "docs/safety.md").read_text())
         for block in blocks(text, "console") for pair in commands(block)]


@pytest.mark.parametrize("command, expected", SHOWN)
def test_a_command_prints_what_is_shown(command, expected):
    assert run(command).strip() == expected.strip()
