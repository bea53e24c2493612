"""Commands that a diagnosis offers can be pasted: no shell obeys what stands in the names that a stranger has chosen."""

import subprocess

import pytest

from gradcli.console.script_arguments import no_results
from gradcli.console.settings import Settings
from gradcli.console.source import from_file, unprompted
from gradcli.data.bindings import with_files
from gradcli.data.input_data import file_value, open_assignment
from gradcli.faults.tree import Fault
from gradcli.session.session import Session

HOSTILE = "a;touch ran;$(touch ran)`touch ran`"
FILES = {"near.grad": "1", "near.csv": "$(touch ran),`touch ran`\n1,2\n", "x.md": "x"}
SHELL = 'gradcli() { printf "%s\\n" "$@"; }\nuse() { gradcli "$@"; }\n'


def asked_for_option():
    Session().run(f"import argparse\np = argparse.ArgumentParser()\np.add_argument({'--' + HOSTILE!r}, dest='x', "
                  "required=True)\np.parse_args()")


REFUSED = {
    "a program that is not there": lambda: from_file(f"{HOSTILE}nea.grad"),
    "data that are not there": lambda: open_assignment(f"x=@{HOSTILE}nea.csv", Settings()),
    "a column that is not there": lambda: file_value(open_assignment(f"x=@{HOSTILE}near.csv:c", Settings())),
    "data of no known form": lambda: file_value(open_assignment(f"x=@{HOSTILE}x.md", Settings())),
    "data without the sign": lambda: open_assignment("x=a;touch\tran;.csv".replace("\t", "${IFS}"), Settings()),
    "data of a point without the sign": lambda: with_files(["x=a;touch${IFS}ran;.csv"], Settings()),
    "a notebook": lambda: unprompted('{"cells": [], "nbformat": 4}', f"{HOSTILE}.ipynb"),
    "results of a script": lambda: (_ for _ in ()).throw(
        no_results(HOSTILE, Settings({"format": "json", "output": f"{HOSTILE}.txt"}))),
    "an option that the program asks for": asked_for_option,
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        (tmp_path / f"{HOSTILE}{name}").write_text(text)
    return tmp_path


def test_no_shell_obeys_the_names_in_a_repair(folder):
    for what, refused in REFUSED.items():
        with pytest.raises(Fault) as caught:
            refused()
        pasted = [repair for repair, _ in caught.value.hints if "touch" in repair]
        assert pasted, f"{what}: no repair names it: {caught.value}"
        for repair in pasted:
            line = repair if repair.startswith("gradcli") else f"use {repair}"
            subprocess.run(["sh", "-c", SHELL + line], check=False, capture_output=True)
            assert not (folder / "ran").exists(), f"{what}: {repair}"
