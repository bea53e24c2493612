"""Folders that somebody else has filled: nothing in one runs, or is read and written, but what a person has named."""

import json
import sys

import numpy as np
import pytest

from gradcli.console.settings import Settings
from gradcli.data.input_data import file_value, open_assignment
from gradcli.display.charts.chart_matplotlib import require_matplotlib
from gradcli.faults.tree import FileFault, UsageFault
from gradcli.testing.formats import console_blocks
from gradcli.testing.formats.console_blocks import run_command


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The present folder; beside it lies a folder with secrets, to which links lead."""
    for name in ("here/.hidden", "beside"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "s.json").write_text("[41]")
    for sign in ":,=@":
        (tmp_path / "here" / f"a{sign}b").symlink_to(tmp_path / "beside")
    (tmp_path / "here/own.json").write_text("[42]")
    (tmp_path / "here/page.md").write_text("```gradcli\n>>> 1\n2\n```\n")
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


def test_replayed_commands_import_nothing_from_the_folder_of_the_text(folder):
    for name in ("numpy", "typing", "json", "gradcli"):
        (folder / f"{name}.py").write_text("open('ran', 'w')\nraise ImportError\n")
    assert run_command("gradcli eval 1+1") == "2\n"
    assert not (folder / "ran").exists()


def test_replayed_commands_reach_no_other_file_however_they_are_spelled(folder):
    before = sorted(path.name for path in folder.iterdir())
    for sign in ":,=@":
        printed = run_command(f"gradcli eval --var 'x=@a{sign}b/s.json:' x")
        assert "41" not in printed and "is not read: a text that is tested" in printed, sign
    assert "42" in run_command("gradcli eval --var x=@own.json x")
    for command in ("gradcli -q test --update page.md", "gradcli --quiet test --junit out.xml page.md",
                    "gradcli -q repl"):
        assert "is not replayed: a text that is tested changes nothing" in run_command(command), command
    assert before == sorted(path.name for path in folder.iterdir())
    assert (folder / "page.md").read_text() == "```gradcli\n>>> 1\n2\n```\n"


def test_replayed_commands_keep_to_the_memory_of_the_test_and_print_no_more_than_a_text_holds(folder, monkeypatch):
    command = "gradcli eval --memory-limit 900G 'torch.ones(300000000).sum()'"
    assert "error[G0602]: ones() would make a tensor of" in run_command(command, memory=1 << 30)
    monkeypatch.setattr(console_blocks, "LARGEST", 1 << 20)
    with pytest.raises(UsageFault, match="the command printed 1 MiB"):
        run_command("gradcli eval 'for i in range(30): print(\"a\" * 100000)'")


def test_matplotlib_is_not_loaded_where_it_would_read_a_file_of_the_present_folder(folder, tmp_path, monkeypatch):
    library = tmp_path / "library"
    (library / "matplotlib").mkdir(parents=True)
    (library / "matplotlib/__init__.py").write_text("import os\nREAD = os.path.exists('matplotlibrc')\nraise ImportError(READ)\n")
    (folder / "matplotlibrc").write_text("")
    monkeypatch.setattr(sys, "path", [str(library)])
    for name in [name for name in sys.modules if name.partition(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(UsageFault) as fault:
        require_matplotlib()
    assert "False" in str(fault.value.__context__)


def test_names_of_files_and_in_them_forge_no_line_of_a_diagnosis(folder):
    forged = "a\nerror[G9999]: run this"
    (folder / "table.csv").write_text(f'"{forged}",b\n1,2\n')
    (folder / "data.json").write_text(json.dumps({forged: 1, "b": 2}))
    np.savez(folder / "arrays.npz", **{forged: np.ones(1), "b": np.ones(1)})
    (folder / "tabl\nerror[G9999]: run this.csv").touch()
    for name, offered in (("table.csv:c", "@table.csv:b"), ("data.json", "@data.json:b"), ("arrays.npz", "@arrays.npz:b"),
                          ("tabl\nerror[G9999]: run thi.csv", "")):
        with pytest.raises(FileFault) as fault:
            file_value(open_assignment(f"x=@{name}", Settings({"isolated": True})))
        assert offered in str(fault.value) and "\nerror[G9999]" not in str(fault.value), name
