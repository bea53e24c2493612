"""`gradcli test` itself: what it says, where, and with which status."""

import io
import json
import signal
import time
import xml.etree.ElementTree as xml

import pytest

from gradcli.console.settings import Settings
from gradcli.faults.tree import UsageFault
from gradcli.testing.command import run_tests as run_test
from gradcli.testing.results import RunOptions
from support.program import gradcli

WRONG = ">>> x = 2\n>>> x + 1\n4\n>>> x * 2\n4\n"


@pytest.fixture
def run(tmp_path, capsys, monkeypatch):
    """Test files, given as texts by name, in this process; the status and what was said."""
    monkeypatch.chdir(tmp_path)

    def run(files, limit=60.0, mend="", junit=None, words="", first_only=False, answer="", processes=2, **options):
        for name, text in files.items():
            (tmp_path / name).write_text(text)
        monkeypatch.setattr("sys.stdin", io.StringIO(answer))
        wish = RunOptions(Settings({"isolated": True, **options}), limit, words, first_only)
        status = run_test(list(files) or ["."], wish, processes, mend, junit)
        return (status, *capsys.readouterr())

    return run


def test_what_holds_is_only_counted(run):
    status, out, err = run({"a.txt": ">>> 1\n1\n>>> 2  # skip\n", "b.md": "```gradcli\n>>> 1\n1\n```\n"})
    assert (status, err) == (0, "") and out.startswith("2 files, 3 checks: 2 passed, 1 skipped in ")


def test_a_difference_is_shown_with_file_line_and_input(run):
    status, out, _ = run({"a.txt": WRONG})
    assert status == 4
    assert out.startswith("a.txt:3: x + 1\n2 | >>> x + 1\n3 | - 4\n  | + 3\n\n1 file, 3 checks: 1 failed, 2 passed in ")


def test_only_what_differs_and_a_little_around_it_is_shown(run):
    text = ">>> for i in range(100): print(i)\n" + "".join(f"{n}\n" if n != 50 else "fifty \n" for n in range(100))
    out = run({"a.txt": text})[1]
    assert [line[6:] for line in out.splitlines()[2:8]] == ["  48", "  49", "- fifty·", "+ 50", "  51", "  52"]
    out = run({"a.txt": ">>> for i in range(1000): print(i)\nno\n"})[1]
    assert out.count("\n") < 80 and "lines more" in out


def test_colours_are_those_asked_for(run):
    assert "\x1b[31m3 | - 4\x1b[0m\n\x1b[32m  | + 3\x1b[0m" in run({"a.txt": WRONG}, color="always")[1]
    assert "\x1b" not in run({"a.txt": WRONG})[1]


def test_files_are_told_of_in_order_whichever_is_ready_first(run):
    slow = ">>> sum(range(300000))\n0\n"
    out = run({f"{n}.txt": slow if n == 0 else WRONG for n in range(6)})[1]
    assert [line[0] for line in out.splitlines() if ".txt:" in line] == list("012345")


@pytest.mark.parametrize("words, checked", [
    ("* 2", 1), ("x", 3), ("x and not +", 2), ("+ or *", 2), ("a.txt", 3), ("nowhere", 0)])
def test_some_checks_are_chosen_and_all_before_them_run(run, words, checked):
    out = run({"a.txt": ">>> x = 2\n>>> x + 1\n3\n>>> x * 2\n4\n"}, words=words)[1]
    assert f"1 file, {checked} check{'' if checked == 1 else 's'}: {checked} passed" in out


def test_the_first_difference_can_be_the_last(run):
    out = run({"a.txt": WRONG + ">>> 1\n2\n", "b.txt": WRONG}, first_only=True, processes=1)[1]
    assert "1 file, 2 checks: 1 failed, 1 passed" in out


def test_a_file_over_its_time_limit_is_a_failure(run):
    status, out, _ = run({"a.txt": ">>> 1\n1\n>>> while True: pass\n>>> 2\n2\n", "b.txt": ">>> 1\n1\n"}, limit=0.8)
    assert status == 4 and "a.txt:3: while True: pass" in out and "1 failed, 2 passed" in out
    assert "the file ran for longer than 0.8 seconds" in out


def test_a_file_that_listens_to_no_alarm_is_ended(run, monkeypatch):
    from gradcli.testing import workers

    monkeypatch.setattr(workers, "GRACE", 0.1)
    monkeypatch.setattr(workers, "check_file", lambda path, wish, real=workers.check_file: (
        time.sleep(60) if path == "a.txt" else real(path, wish)))
    status, out, _ = run({"a.txt": WRONG, "b.txt": ">>> 1\n1\n"}, limit=1)
    assert status == 4 and "a.txt: the file ran for longer than 1 seconds" in out and "1 passed" in out


def test_a_process_that_dies_is_a_failure_and_the_others_go_on(run, monkeypatch):
    from gradcli.testing import workers

    monkeypatch.setattr(workers, "check_file", lambda path, wish, real=workers.check_file: (
        signal.raise_signal(signal.SIGKILL) if path == "a.txt" else real(path, wish)))
    status, out, _ = run({"a.txt": WRONG, "b.txt": ">>> 1\n1\n"}, processes=1)
    assert status == 4 and "a.txt: the process that ran it ended by signal SIGKILL" in out and "1 passed" in out


def test_json_tells_of_every_check(run):
    status, out, _ = run({"a.txt": WRONG}, format="json")
    data = json.loads(out)
    assert status == 4
    assert (data["checks"], data["passed"], data["failed"], data["skipped"], data["updated"]) == (3, 2, 1, 0, 0)
    [file] = data["files"]
    assert (file["path"], file["error"]) == ("a.txt", None)
    assert [check["verdict"] for check in file["checks"]] == ["passed", "failed", "passed"]
    assert {key: file["checks"][1][key] for key in ("line", "differs", "source", "expected", "printed")} == {
        "line": 2, "differs": 3, "source": "x + 1", "expected": ["4"], "printed": ["3"]}


def test_junit_is_xml_whatever_was_printed(run, tmp_path):
    run({"a.txt": WRONG + ">>> print('\\x1b<&\\x00')\n1\n>>> 1  # skip\n", "b.ipynb": "{"}, junit="j.xml")
    root = xml.parse(tmp_path / "j.xml").getroot()
    assert {key: root.get(key) for key in ("tests", "failures", "errors", "skipped")} == {
        "tests": "6", "failures": "2", "errors": "1", "skipped": "1"}
    cases = root.findall("testsuite[@name='a.txt']/testcase")
    assert [case.get("name") for case in cases][:2] == ["1: x = 2", "2: x + 1"]
    assert "a.txt:3" in cases[1].find("failure").text and cases[0].find("failure") is None


def test_update_mends_and_tells(run, tmp_path):
    status, out, _ = run({"a.txt": WRONG}, mend="all")
    assert (status, out[: out.index(" in ")]) == (0, "a.txt: 1 updated\n1 file, 3 checks: 1 updated, 2 passed")
    assert (tmp_path / "a.txt").read_text() == WRONG.replace("+ 1\n4", "+ 1\n3")
    status, out, _ = run({"a.txt": ">>> 1  # error G0301\n"}, mend="all")
    assert status == 4 and "no error was raised" in out


@pytest.mark.parametrize("answer, status, mended", [
    ("y\nn\ny\n", 4, [0, 2]), ("n\na\n", 4, [1, 2]), ("a\n", 0, [0, 1, 2]), ("y\nq\n", 4, [0]), ("", 4, []),
    ("what\ny\ny\ny\n", 0, [0, 1, 2]),
])
def test_interactively_a_person_decides(run, tmp_path, answer, status, mended):
    code, out, err = run({"a.txt": ">>> 0\n-\n>>> 1\n-\n", "b.txt": ">>> 2\n-\n"}, mend="ask", answer=answer,
                         processes=1)
    texts = (tmp_path / "a.txt").read_text() + (tmp_path / "b.txt").read_text()
    assert code == status and [n for n in range(3) if f">>> {n}\n{n}\n" in texts] == mended
    assert "a.txt:2: 0" in out and "[y]es" in err


def test_nothing_to_test_and_files_that_cannot_be_read(run, tmp_path):
    status, _, err = run({"empty.txt": ""})
    assert status == 2 and "nothing to test in empty.txt" in err
    (tmp_path / "empty.txt").unlink()
    status, out, _ = run({"bad.ipynb": "{}", "a.txt": ">>> 1\n1\n"})
    assert status == 6 and "bad.ipynb is not a notebook" in out and "1 file could not be tested, 1 passed" in out
    with pytest.raises(UsageFault):
        run({"a.txt": ""}, format="csv")


def test_the_words_of_the_command_line(tmp_path):
    (tmp_path / "a.txt").write_text(">>> torch.ones(1)\ntensor([1.])\n")
    (tmp_path / "b.md").write_text("```pycon\n>>> 1\n1\n```\n")
    outcome = gradcli("test", "a.txt", "b.md", "--style", "modern", "--pycon", "-j", "1", "-x", "-k", "1",
                      "--junit", "j.xml", cwd=tmp_path)
    assert (outcome.status, outcome.err) == (0, "") and outcome.out.startswith("2 files, 2 checks: 2 passed")
    assert (tmp_path / "j.xml").exists()
    outcome = gradcli("test", "a.txt", cwd=tmp_path, GRADCLI_STYLE="modern")
    assert outcome.status == 4      # a file does not say something else on somebody else's machine
    assert gradcli("test", "missing.txt", cwd=tmp_path).status == 6
    assert gradcli("test", "a.txt", "--update", "--interactive", cwd=tmp_path).status == 2
    assert gradcli("test", cwd=tmp_path).status == 2


@pytest.mark.parametrize("variable, value", [("GRADCLI_AGE", "today"), ("GRADCLI_STREAM", "modern"),
                                             ("GRADCLI_PROFILE", "short"), ("GRADCLI_DOUBLE", "1")])
def test_settings_of_the_machine_change_no_result(tmp_path, variable, value):
    (tmp_path / "a.txt").write_text("# gradcli: seed 1\n>>> torch.rand(2)\n\n 0.4170\n 0.9972\n"
                                    "[torch.FloatTensor of size 2]\n\n")
    assert gradcli("test", "a.txt", cwd=tmp_path, **{variable: value}).status == 0


def test_a_word_that_no_check_has_is_told(run):
    status, _, err = run({"a.txt": ">>> 1\n1\n"}, words="qqq")
    assert status == 2 and "no check in a.txt has 'qqq'" in err


def test_unmarked_blocks_alone_are_not_nothing_to_say(run):
    status, _, err = run({"a.md": "```python\n>>> 1\n1\n```\n"})
    assert status == 2 and "a.md: a block with prompts is not marked gradcli and not tested, in line 2" in err


def test_one_bad_fence_costs_one_check(run):
    text = "```gradcli stile modern\n>>> 1\n1\n```\n```gradcli\n>>> 2\n2\n```\n"
    status, out, _ = run({"a.md": text})
    assert status == 4 and "1 failed, 1 passed" in out and "stile modern" in out and "did you mean" in out


def test_commands_are_replayed(run):
    text = ("```console\n$ gradcli eval '1 + 1' '1/0'\n2\nerror[G0502]: division by zero\n...\n"
            "$ gradcli eval 3\n4\n```\n")
    status, out, _ = run({"a.md": text})
    assert status == 4 and "1 failed, 1 passed" in out and "a.md:7: gradcli eval 3" in out


def test_a_script_of_python_has_its_output_beside_it(run, tmp_path):
    status, out, _ = run({"a.py": '"""\n>>> words\n"""\nprint(1)\n', "a.out": "2\n"})
    assert status == 4 and "a.out:1: the output of a.py" in out
    assert run({"b.py": "print(1)\n", "b.out": "1\n"})[0] == 0


def test_what_a_page_leaves_out_is_told_and_a_marker_without_a_code_gets_it(tmp_path):
    (tmp_path / "a.md").write_text("Text\n\n    >>> 1 + 1\n    3\n")
    status, _, err = gradcli("test", "a.md", cwd=tmp_path)
    assert status == 2 and "a.md: prompts outside of marked blocks are not tested, the first in line 3" in err
    (tmp_path / "b.md").write_text("```gradcli\n>>> raise ValueError(1)  # error\n```\n")
    status, out, _ = gradcli("test", "b.md", cwd=tmp_path)
    assert status == 4 and "belongs there; write # error G0501" in out
    (tmp_path / "b.md").write_text("```gradcli\n>>> raise ValueError(1)  # error G0501\n```\n")
    assert gradcli("test", "b.md", cwd=tmp_path).status == 0
