"""Exit statuses, streams and manners of the real program."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest

from support.program import environment, gradcli

LOOP = "while True: pass"


@pytest.mark.parametrize("words, stdin, status", [
    (["eval", "1+1"], "", 0),
    (["eval", "nowhere"], "", 1),
    (["eval", "torch.ones(2, 3) + torch.ones(4, 5)"], "", 1),
    (["eval"], "", 2),
    (["eval", "--no-such-option", "1"], "", 2),
    (["eval", "--style", "ancient", "1"], "", 2),
    (["nonsense"], "", 2),
    (["grad", "x", "--at", "x"], "", 2),
    (["explain", "G9999"], "", 2),
    (["eval", "1 +"], "", 3),
    (["eval", "x.__class__"], "", 3),
    (["eval", "exec('1')"], "", 1),
    ([], "f(", 3),
    (["eval", "--time-limit", "0.3", LOOP], "", 5),
    (["run", "no-such-file.grad"], "", 6),
    (["eval", "-"], b"\xff\xfe", 6),
    (["eval", "-o", "/no/such/folder/file", "1"], "", 6),
])
def test_status(words, stdin, status):
    outcome = gradcli(*words, stdin=stdin)
    assert outcome.status == status, outcome
    assert "Traceback" not in outcome.err
    if status:
        assert outcome.err.startswith("error[G0") and outcome.out == ""
    else:
        assert outcome.err == ""


def test_an_internal_error_is_70_and_its_traceback_hidden():
    broken = ("import gradcli.session.session as module; module.Session = None; "
              "from gradcli.__main__ import main; main()")
    command = [sys.executable, "-c", broken, "eval", "1"]
    completed = subprocess.run(command, env=environment(), capture_output=True, text=True)
    assert completed.returncode == 70 and completed.stderr.startswith("internal error: TypeError") and \
        "Traceback" not in completed.stderr
    diagnosis = subprocess.run(command, env=environment(GRADCLI_DEBUG="1"), capture_output=True, text=True)
    assert diagnosis.returncode == 70 and "Traceback" in diagnosis.stderr


def test_a_reader_that_goes_away_is_141():
    command = [sys.executable, "-m", "gradcli", "eval", "while True: print(1)"]
    program = subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert program.stdout.readline() == b"1\n"
    program.stdout.close()
    assert program.wait(30) == 141
    assert program.stderr.read() == b""


def test_ctrl_c_is_130():
    command = [sys.executable, "-m", "gradcli", "eval", "print(1)\n" + LOOP]
    program = subprocess.Popen(command, env=environment(PYTHONUNBUFFERED="1"), stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    assert program.stdout.readline() == b"1\n"
    time.sleep(0.1)
    program.send_signal(signal.SIGINT)
    assert program.wait(30) == 130
    assert program.stderr.read() == b"interrupted\n"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a full device")
def test_a_full_disk_is_6():
    with open("/dev/full", "w") as full:
        completed = subprocess.run([sys.executable, "-m", "gradcli", "eval", "1"], env=environment(), stdout=full,
                                   stderr=subprocess.PIPE, text=True)
    assert completed.returncode == 6 and completed.stderr.startswith("error[G0701]: standard output")


def test_what_was_printed_before_a_fault_stays():
    outcome = gradcli("eval", "print(1)", "nowhere")
    assert (outcome.status, outcome.out) == (1, "1\n")
    assert "--> <eval 2>:1:1" in outcome.err


def test_the_diagnostic_of_the_contract():
    source = "x = Variable(torch.ones(2,2), requires_grad=True); y = x + 2; y.backward()"
    outcome = gradcli("eval", source)
    assert outcome == (1, "", f"""\
error[G0402]: grad can be implicitly created only for scalar outputs
 --> <eval>:1:63
  |
1 | {source}
  | {' ' * 62}^^^^^^^^^^^^
  = note: backward() on a 2x2 Variable needs a gradient of that shape
  = help: y.sum().backward()               the gradient of the sum
  = help: y.backward(torch.ones(2, 2))     the same, with explicit weights
""")


def test_short_and_json_diagnostics():
    assert gradcli("eval", "--errors", "short", "1 + nowhere").err.startswith("<eval>:1:5: error[G0301]: ")
    diagnosis = json.loads(gradcli("eval", "--errors=json", "1 + nowhere").err)
    assert (diagnosis["code"], diagnosis["line"], diagnosis["column"], diagnosis["name"]) == ("G0301", 1, 5, "<eval>")
    assert json.loads(gradcli("eval", "--errors=json", "--nope").err)["code"] == "G0801"


@pytest.mark.parametrize("variables, words, coloured", [
    ({}, [], False),
    ({"FORCE_COLOR": "1"}, [], True),
    ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, [], False),
    ({"NO_COLOR": "1"}, ["--color", "always"], True),
    ({"FORCE_COLOR": "1"}, ["--color", "never"], False),
])
def test_colour_is_for_diagnostics_on_terminals_and_on_request(variables, words, coloured):
    outcome = gradcli("eval", *words, "print(1)", "nowhere", **variables)
    assert ("\x1b[" in outcome.err) is coloured
    assert outcome.out == "1\n"


def test_standard_input_is_read_only_where_named():
    assert gradcli("eval", "1", stdin="2").out == "1\n"
    assert gradcli("eval", "1", "-", stdin="2").out == "1\n2\n"
    assert gradcli(stdin="2").out == "2\n"
    assert gradcli("run", "-", stdin="2\nprint(3)").out == "3\n"


def test_a_byte_order_mark_and_windows_line_ends_are_harmless():
    assert gradcli(stdin=b"\xef\xbb\xbfx = 1\r\nx + 1\r\n").out == "2\n"


def test_a_fed_session_loses_prompts_and_old_output():
    assert gradcli(stdin=">>> x = 1\n>>> x\n1\n>>> x + 1\n").out == "1\n2\n"
    outcome = gradcli(stdin=">>> x = 1\n>>> x\n1\n>>> nowhere\n")
    assert "--> <stdin>:4:1" in outcome.err


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    target = tmp_path / "out.txt"
    assert gradcli("eval", "-o", str(target), "print(1)", "2") == (0, "", "")
    assert target.read_text() == "1\n2\n"
    assert gradcli("eval", "-o", str(target), "print(9)", "nowhere").status == 1
    assert target.read_text() == "1\n2\n"
    assert os.listdir(tmp_path) == ["out.txt"]


def test_time_is_told_on_standard_error():
    outcome = gradcli("eval", "--time", "1")
    assert outcome.out == "1\n" and outcome.err.startswith("<eval>: 0.")


def test_no_word_of_the_configuration_is_searched_in_the_current_directory(tmp_path):
    (tmp_path / "config.toml").write_text('style = "modern"\n')
    (tmp_path / "gradcli").mkdir()
    (tmp_path / "gradcli/config.toml").write_text('style = "modern"\n')
    shown = gradcli("config", "show", cwd=tmp_path, XDG_CONFIG_HOME=".", PYTHONSAFEPATH="1").out
    assert re.search(r'^style +"tutorial" +default$', shown, re.MULTILINE)


def test_an_unknown_key_of_the_configuration_is_a_warning(tmp_path):
    (tmp_path / "gradcli").mkdir()
    (tmp_path / "gradcli/config.toml").write_text('stlye = "modern"\n')
    outcome = gradcli("eval", "1", XDG_CONFIG_HOME=str(tmp_path))
    assert outcome.out == "1\n" and "did you mean 'style'?" in outcome.err
    assert gradcli("eval", "-q", "1", XDG_CONFIG_HOME=str(tmp_path)).err == ""
