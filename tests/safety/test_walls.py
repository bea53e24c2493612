"""What once got through a wall is refused with a diagnosis, or harmless: alone, by the commands, and in tests."""

import os
import re
import subprocess
import sys

import pytest

from gradcli.faults.tree import Fault, render
from gradcli.session.session import Session
from safety.walls_programs import BEYOND, NOTES, PROGRAMS, SHOWN

STYLES = ("tutorial", "modern")
SAMPLE = ("any special method", "globals", "a command", "mro", "a list of modules", "half", "functions", "the clock",
          "args fail", "repr raises", "a message of index")
ADDRESS = re.compile(r"0x(?!7f2a5c)[0-9a-f]{6,}")
BROKEN = re.compile(r"Traceback|internal error|LEAK")


def judge(printed: str, diagnosed: str, status: int) -> None:
    """The verdict on one program: a documented status, and nothing of ours to be seen."""
    assert status in (0, 1, 3, 5), (status, printed, diagnosed)
    for text in (printed, diagnosed):
        assert not BROKEN.search(text) and not ADDRESS.search(text), text


def gradcli(folder, *words, text=""):
    """The real command, its standard input the program."""
    return subprocess.run([sys.executable, "-m", "gradcli", *words], input=text, capture_output=True, text=True, cwd=folder,
                          timeout=60, env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}, errors="replace")


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("text", PROGRAMS.values(), ids=PROGRAMS)
def test_in_a_session(text, style, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    printed: list[str] = []
    status, diagnosis = 0, ""
    try:
        Session(style=style, write=printed.append).run(text, echo=False)
    except Fault as fault:
        status, diagnosis = fault.status, render(fault)
    except Exception as error:      # its text may be the program's, which raises in turn
        diagnosis, status = f"internal error: {type(error).__name__}", 70
    judge("".join(printed), diagnosis, status)
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize("name", [name for name in PROGRAMS if name.partition(": ")[2] in SAMPLE])
def test_by_the_command(name, tmp_path):
    style = STYLES[len(name) % 2]
    completed = gradcli(tmp_path, "run", "--style", style, "--time-limit", "20", "-", text=PROGRAMS[name])
    judge(completed.stdout, completed.stderr, completed.returncode)
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("form, text", SHOWN.values(), ids=SHOWN)
def test_what_is_shown(form, text, style, tmp_path):
    completed = gradcli(tmp_path, "eval", "--style", style, "--format", form, "--time-limit", "20", "-", text=text)
    judge(completed.stdout, completed.stderr, completed.returncode)
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize("text", BEYOND.values(), ids=BEYOND)
def test_numbers_beyond_the_limit(text, tmp_path):
    completed = gradcli(tmp_path, "run", "--time-limit", "20", "-", text=text + "\n")
    assert completed.returncode == 5 and "error[G06" in completed.stderr, completed


def test_notes_have_an_end(tmp_path):
    completed = gradcli(tmp_path, "run", "--time-limit", "2", "-", text=NOTES + "\n")
    assert completed.returncode in (0, 5) and len(completed.stderr) < 1 << 20


@pytest.mark.parametrize("style", STYLES)
def test_in_tests(style, tmp_path):
    """All of them as scripts whose output is none, and as marked blocks: what they print is shown as a difference."""
    for number, (name, text) in enumerate(PROGRAMS.items()):
        (tmp_path / f"w{number:03}.grad").write_text(text)
        (tmp_path / f"w{number:03}.out").write_text(f"nothing of {name}\n")
    marked = (f"```gradcli\n# gradcli: new session\n{text}```\n" for text in PROGRAMS.values())
    (tmp_path / "blocks.md").write_text("\n".join(marked))
    before = sorted(os.listdir(tmp_path))
    completed = gradcli(tmp_path, "test", "--style", style, "--time-limit", "60", ".")
    assert completed.returncode == 4 and not completed.stderr, completed
    assert f"{len(PROGRAMS) + 1} files" in completed.stdout
    broken = [line for line in completed.stdout.splitlines() if BROKEN.search(line) or ADDRESS.search(line)]
    assert not broken, broken
    assert sorted(os.listdir(tmp_path)) == before


def test_the_judge_knows_what_is_broken():
    for printed, diagnosis, status in (("LEAK 5\n", "", 0), ("", "internal error: KeyError: 5", 70), ("", "", 70),
                                  ("<function print at 0x7fd47ea41940>", "", 0), ("", "Traceback (most recent", 1)):
        with pytest.raises(AssertionError):
            judge(printed, diagnosis, status)
    judge("<function print at 0x7f2a5c000010>", "error[G0302]: 'list' object has no attribute 'x'", 1)
