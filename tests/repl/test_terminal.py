"""What only a terminal shows: the real program, driven key by key."""

import os
import stat

import pytest

pexpect = pytest.importorskip("pexpect")
pytest.importorskip("pyte")

from repl.screen import Screen  # noqa: E402  # after the check that its own imports are there

CTRL_C, CTRL_D = "\x03", "\x04"


@pytest.fixture
def repl(tmp_path):
    screens = []

    def start(*args, **options):
        screens.append(Screen(tmp_path, *args, **options))
        return screens[-1]

    yield start
    for screen in screens:
        screen.child.close(force=True)


def test_values_are_echoed_and_the_last_is_an_underscore(repl):
    screen = repl()
    screen.until(">>>")
    screen.enter("x = 3", "x * 2")
    screen.until("6")
    screen.enter("_ + 1")
    screen.until("7")
    assert screen.type(CTRL_D).end() == 0


def test_the_banner_is_one_line_and_can_be_silenced(repl):
    assert repl().until(">>>")[0].startswith("gradcli ")
    assert repl("repl", "-q").until(">>>")[0] == ">>>"


def test_a_block_continues_until_a_blank_line_and_is_indented(repl):
    screen = repl()
    screen.until(">>>")
    screen.enter("for i in range(2):", "print(i + 40)", "")
    screen.until("41")
    assert "...     print(i + 40)" in screen.lines() and "40" in screen.lines()


def test_a_script_fed_as_keys_keeps_its_own_indentation(repl):
    screen = repl()
    screen.until(">>>")
    screen.enter("for i in range(4):", "    if i == 1:", "        print(41)", "        print(42)", "    elif i == 2:",
                 "        print(43)", "    print(44 + i)", "")
    screen.until("47")
    assert [line for line in screen.lines() if line.isdigit()] == ["44", "41", "42", "45", "43", "46", "47"]


def test_else_finds_its_block_by_itself(repl):
    screen = repl()
    screen.until(">>>")
    screen.enter("if 1 > 2:", "print(50)", "else:", "print(51)", "")
    screen.until("51")
    assert "... else:" in screen.lines()


def test_an_open_bracket_continues(repl):
    screen = repl()
    screen.until(">>>")
    screen.enter("max(3,").until("...")
    screen.enter("17)").until("17")


def test_a_fault_is_shown_and_changes_nothing(repl):
    screen = repl()
    screen.until(">>>")
    screen.enter("x = 3", "x = nowhere + 1")
    screen.until("  |     ^^^^^^^")
    screen.enter("x + 20").until("23")


def test_ctrl_c_clears_the_line_and_stops_a_program(repl):
    screen = repl()
    screen.until(">>>")
    screen.type("what(is").type(CTRL_C)
    screen.enter("x = 5", "x + 30").until("35")
    screen.enter('while True: y = print("on") if x == 5 else 0; x = x + 1', "")
    screen.until("on")
    screen.type(CTRL_C).until("interrupted")
    screen.enter("x + 60").until("65")


def test_a_paste_is_one_submission_without_prompts_and_output(repl):
    screen = repl()
    screen.until(">>>")
    screen.type("\x1b[200~>>> a = 20\r\n>>> a\r\n20\r\n>>> for i in range(2):\r\n...     a = a + 1\r\n...\r\n"
                ">>> a + 100\r\n\x1b[201~")
    screen.until("122")
    assert "20" in screen.lines()


@pytest.mark.parametrize("words", ["exit", "quit", "exit()", ":quit", ":q"])
def test_leaving(repl, words):
    screen = repl()
    screen.until(">>>")
    assert screen.enter(words).end() == 0


def test_an_unknown_command_suggests_the_nearest(repl):
    screen = repl()
    screen.until(">>>")
    screen.enter(":hlep").until("error[G0801]: there is no command :hlep; did you mean 'help'?")


def test_tab_completes_names_and_commands(repl):
    screen = repl()
    screen.until(">>>")
    screen.enter("start = 1; unusual = 7").until(">>>")
    screen.type("unus\t").until(">>> unusual")
    screen.type("+1\r").until("8")
    screen.type(":hist\t").until(">>> :history")


def test_history_is_private_grows_at_once_and_returns(repl, tmp_path):
    screen = repl()
    screen.until(">>>")
    screen.enter("1234 + 1").until("1235")
    path = tmp_path / "state/gradcli/history"
    assert path.read_text() == "+1234 + 1\n\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    screen.child.kill(9)
    again = repl()
    again.until(">>>")
    again.type("\x1b[A").until(">>> 1234 + 1")


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only to root")
def test_a_read_only_state_directory_costs_one_note(repl, tmp_path):
    (tmp_path / "state").mkdir(mode=0o500)
    screen = repl()
    screen.until(">>>")
    screen.enter("1 + 1", "2 + 3").until("5")
    assert screen.text().count("the history is not kept") == 1


def test_a_state_path_that_is_no_directory_costs_one_note(repl, tmp_path):
    (tmp_path / "state").write_text("")
    screen = repl()
    screen.until(">>>")
    screen.enter("1 + 1", "2 + 3").until("5")
    assert screen.text().count("the history is not kept") == 1


def test_a_dumb_terminal_sees_no_escape_code(repl):
    screen = repl(term="dumb")
    screen.until(">>>")
    screen.enter("for i in range(2):", "    print(i + 40)", "")
    screen.until("41")
    screen.enter("nowhere")
    screen.until("  | ^^^^^^^")
    assert screen.type(CTRL_D).end() == 0
    assert "\x1b" not in screen.raw


def test_run_can_stay_in_the_repl(repl, tmp_path):
    (tmp_path / "set.grad").write_text("x = 11\nprint(x)\n")
    screen = repl("run", "-i", str(tmp_path / "set.grad"))
    screen.until("11")
    screen.enter("x * 3").until("33")


def test_init_is_run_unless_told_not_to(repl, tmp_path):
    (tmp_path / "config/gradcli").mkdir(parents=True)
    (tmp_path / "config/gradcli/init.grad").write_text("start = 70\n")
    screen = repl()
    screen.until(">>>")
    screen.enter("start + 7").until("77")
    other = repl("repl", "--no-init")
    other.until(">>>")
    other.enter("start").until("  | ^^^^^")
