"""What only a terminal shows: the real program, driven key by key."""

import os
import stat
import sys

import pytest

CTRL_C, CTRL_D = "\x03", "\x04"


def test_values_are_echoed_and_the_last_is_an_underscore(terminal):
    screen = terminal()
    screen.enter("x = 3", "x * 2")
    screen.until("6")
    screen.enter("_ + 1")
    screen.until("7")
    assert screen.type(CTRL_D).end() == 0


def test_the_banner_is_one_line_and_can_be_silenced(terminal):
    assert terminal().until(">>>")[0].startswith("gradcli ")
    assert terminal("repl", "-q").until(">>>")[0] == ">>>"


def test_a_block_continues_until_a_blank_line_and_is_indented(terminal):
    screen = terminal()
    screen.enter("for i in range(2):", "print(i + 40)", "")
    screen.until("41")
    assert "...     print(i + 40)" in screen.lines() and "40" in screen.lines()


def test_a_script_fed_as_keys_keeps_its_own_indentation(terminal):
    screen = terminal()
    screen.enter("for i in range(4):", "    if i == 1:", "        print(41)", "        print(42)", "    elif i == 2:",
                 "        print(43)", "    print(44 + i)", "")
    screen.until("47")
    assert [line for line in screen.lines() if line.isdigit()] == ["44", "41", "42", "45", "43", "46", "47"]


def test_else_finds_its_block_by_itself(terminal):
    screen = terminal()
    screen.enter("if 1 > 2:", "print(50)", "else:", "print(51)", "")
    screen.until("51")
    assert "... else:" in screen.lines()


def test_an_open_bracket_continues(terminal):
    screen = terminal()
    screen.enter("max(3,").until("...")
    screen.enter("17)").until("17")


def test_a_fault_is_shown_and_changes_nothing(terminal):
    screen = terminal()
    screen.enter("x = 3", "x = nowhere + 1")
    screen.until("  |     ^^^^^^^")
    screen.enter("x + 20").until("23")


def test_ctrl_c_clears_the_line_and_stops_a_program(terminal):
    screen = terminal()
    screen.type("what(is").type(CTRL_C)
    screen.enter("x = 5", "x + 30").until("35")
    screen.enter('while True: y = print("on") if x == 5 else 0; x = x + 1', "")
    screen.until("on")
    screen.type(CTRL_C).until("interrupted")
    screen.enter("x + 60").until("65")


def test_ctrl_c_takes_back_what_was_written_in_place(terminal):
    screen = terminal()
    screen.enter("x = torch.zeros(300, 300); n = [1]", "while True: z = [x.add_(1), n.append(2), print('on')][2]", "")
    screen.until("on")
    screen.type(CTRL_C).until("interrupted")
    screen.enter("print(x.sum(), len(n))").until("0.0 1")
    screen.enter("z").until("  | ^")


def test_a_fault_amid_a_paste_keeps_what_came_before_it(terminal):
    screen = terminal()
    screen.paste("a = [1]\na.append(2)\na.append(nowhere(a.append(3)))\na.append(4)\n").until("  |          ^^^^^^^")
    screen.enter("a").until("[1, 2]")


def test_a_command_at_a_continuation_prompt_is_obeyed_and_can_be_stopped(terminal):
    screen = terminal()
    screen.enter("x = 41", "max(3,").until("...")
    screen.enter(":info x").until("type          int")
    screen.enter(":time (max(x for i in range(100000000)))").quiet()
    screen.type(CTRL_C).until("interrupted")
    screen.enter("17)").until("17")


def test_progress_appears_after_a_second_and_leaves_no_trace(terminal):
    screen = terminal()
    screen.enter("40 + 2").until("42")
    screen.enter("x = Variable(torch.ones(2), requires_grad=True); t = 0",
                 "while t < 10000000: t = t + 1; y = x * 2", "")
    for _ in range(40):
        screen.quiet(0.1)
        if "loop turns" in screen.text():
            break
    assert "operations/s" in screen.text() and " s, " in screen.text()
    screen.type(CTRL_C).until("interrupted")
    assert "loop turns" not in screen.text()


def test_no_progress_where_it_is_not_wanted(terminal):
    screen = terminal("repl", "--no-progress")
    screen.enter("40 + 2").until("42")
    screen.enter("while True: pass", "").quiet(1.6)
    screen.type(CTRL_C).until("interrupted")
    assert "loop turns" not in screen.raw


def test_up_searches_by_what_stands_before_the_cursor(terminal):
    screen = terminal()
    screen.enter("first = 1", "second = 2", "first + 10").until("11")
    screen.type("fir").type("\x1b[A").until(">>> first + 10")
    screen.type("\x1b[A").until(">>> first = 1")
    screen.type("\r").quiet()
    screen.type("\x12sec").quiet().type("\r").until(">>> second = 2")


def test_a_suggestion_is_taken_with_right_and_with_nothing_else(terminal):
    screen = terminal()
    screen.enter("1234 + 1").until("1235")
    screen.type("12").until(">>> 1234 + 1")
    screen.type("\x05\x06\x1bf").quiet()
    screen.type("+ 5\r").until("17")
    screen.type("123").until(">>> 1234 + 1")
    screen.type("\x1b[C").type("0\r").until("1244")


def test_completions_show_what_a_live_name_is(terminal):
    screen = terminal()
    screen.enter("value_a = Variable(torch.ones(2, 3)); value_b = 4", "value_b").until("4")
    screen.type("value_\t").quiet(1)
    assert "Variable float32 2x3" in screen.text() and "int" in screen.text()


def test_what_cannot_be_read_is_underlined_once_the_cursor_has_left_it(terminal):
    screen = terminal()
    screen.enter("1 + 1").until("2")
    screen.type("x = = 3").quiet()
    assert screen.underlined() == "= ="
    screen.type(CTRL_C).type("x = (1, [2])").quiet()
    assert screen.underlined() == "()"


def test_vi_keys_can_be_asked_for_and_left_again(terminal):
    screen = terminal()
    screen.enter(":set edit-mode vi").quiet()
    screen.type("123\x1b").quiet(0.8).type("0x").quiet().type("\r").until("23")
    screen.enter(":set edit-mode emacs").quiet()
    screen.type("45\x01" + "6\r").until("645")


def test_backspace_and_else_on_blank_lines_of_a_block_do_no_harm(terminal):
    screen = terminal()
    screen.enter("if 1 > 2:", "x = 1").quiet()
    screen.type("\x1b\r\x1b\r").quiet().type("\x7f\x7f\x7f\t\x7f").quiet()
    screen.enter("else:", "print(51)", "").until("51")


def test_a_paste_is_one_submission_without_prompts_and_output(terminal):
    screen = terminal()
    screen.type("\x1b[200~>>> a = 20\r\n>>> a\r\n20\r\n>>> for i in range(2):\r\n...     a = a + 1\r\n...\r\n"
                ">>> a + 100\r\n\x1b[201~")
    screen.until("122")
    assert "20" in screen.lines()


@pytest.mark.parametrize("words", ["exit", "quit", "exit()", ":quit", ":q"])
def test_leaving(terminal, words):
    screen = terminal()
    assert screen.enter(words).end() == 0


def test_an_unknown_command_suggests_the_nearest(terminal):
    screen = terminal()
    screen.enter(":hlep").until("error[G0801]: there is no command :hlep; did you mean 'help'?")


def test_tab_completes_names_and_commands(terminal):
    screen = terminal()
    screen.enter("start = 1; unusual = 7").until(">>> start = 1; unusual = 7")
    screen.until(">>>")
    screen.type("unus\t").until(">>> unusual")
    screen.type("+1\r").until("8")
    screen.type(":hist\t").until(">>> :history")


def test_history_is_private_grows_at_once_and_returns(terminal, tmp_path):
    screen = terminal()
    screen.enter("1234 + 1").until("1235")
    path = tmp_path / "state/gradcli/history"
    assert path.read_text() == "+1234 + 1\n\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    screen.child.kill(9)
    again = terminal()
    again.type("\x1b[A").until(">>> 1234 + 1")


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only to root")
def test_a_read_only_state_directory_costs_one_note(terminal, tmp_path):
    (tmp_path / "state").mkdir(mode=0o500)
    screen = terminal()
    screen.enter("1 + 1", "2 + 3").until("5")
    assert screen.text().count("the history is not kept") == 1


def test_a_state_path_that_is_no_directory_costs_one_note(terminal, tmp_path):
    (tmp_path / "state").write_text("")
    screen = terminal()
    screen.enter("1 + 1", "2 + 3").until("5")
    assert screen.text().count("the history is not kept") == 1


def test_a_dumb_terminal_sees_no_escape_code(terminal):
    screen = terminal(term="dumb")
    screen.enter("for i in range(2):", "    print(i + 40)", "")
    screen.until("41")
    screen.enter("nowhere")
    screen.until("  | ^^^^^^^")
    assert screen.type(CTRL_D).end() == 0
    assert "\x1b" not in screen.raw


def test_run_can_stay_in_the_repl(terminal, tmp_path):
    (tmp_path / "set.grad").write_text("x = 11\nprint(x)\n")
    screen = terminal("run", "-i", str(tmp_path / "set.grad"))
    screen.until("11")
    screen.enter("x * 3").until("33")


def test_init_is_run_unless_told_not_to(terminal, tmp_path):
    (tmp_path / "config/gradcli").mkdir(parents=True)
    (tmp_path / "config/gradcli/init.grad").write_text("start = 70\n")
    screen = terminal()
    screen.enter("start + 7").until("77")
    other = terminal("repl", "--no-init")
    other.enter("start").until("  | ^^^^^")


def test_a_selection_shows_on_every_line_it_takes_in(terminal):
    screen = terminal()
    screen.paste("aa = [1,\nbb,\ncc,\ndd").until("... dd")
    screen.type("\x00\x1b[A\x1b[A\x1b[A").quiet()
    reversed_ = {screen.screen.display[row][:6].strip() for row in range(30) if screen.screen.buffer[row][4].reverse}
    assert reversed_ >= {"... bb", "... cc"}


def test_a_mistake_shows_away_from_the_cursor(terminal):
    screen = terminal()
    screen.enter("1 + 1").until("2")
    screen.paste("aa = = 1\nbb = 2\ncc = 3").until("... cc = 3")
    screen.quiet()
    assert screen.underlined() == "= ="


@pytest.mark.skipif(not os.path.exists("/bin/bash"), reason="no shell with jobs")
def test_ctrl_z_gives_the_shell_back_and_fg_returns(terminal, tmp_path):
    screen = terminal(shell="/bin/bash", ready="$")
    screen.enter(f"{sys.executable} -m gradcli").until(">>>")
    screen.enter("x = 5", "x + 30").until("35")
    screen.type("x + 1").quiet()
    screen.type("\x1a").until("$")
    screen.enter("fg").until(">>> x + 1")
    screen.type("00\r").until("105")
    screen.enter("while True: y = x", "").quiet(1)
    screen.type("\x1a").until("$")
    screen.enter("fg").quiet(1)
    screen.type(CTRL_C).until("interrupted")
    screen.enter("x + 200").until("205")


def test_a_paste_goes_on_past_what_failed_where_it_was_copied(terminal):
    screen = terminal()
    screen.paste(">>> x = 5\n>>> x.foo\nTraceback (most recent call last):\n  somewhere\nAttributeError: foo\n"
                 ">>> class A\n    class A\n           ^\nSyntaxError: invalid syntax\n>>> x + 37\n42\n")
    screen.until("42")
    assert "'int' object has no attribute 'foo'" in screen.text() and "expected ':'" in screen.text()
    screen.paste(">>> x = 6\n>>> x.foo\n6\n>>> x = 7\n>>> x = 8\n")
    screen.until("note: 2 statements after it not run")
    screen.enter("x + 40").until("46")


def test_tabs_are_drawn_as_blanks_and_windows_line_ends_are_none(terminal):
    screen = terminal()
    screen.paste("for i in range(2):\r\n\tif i:\r\n\t\tprint(i + 40)\r\n\r\n")
    lines = screen.until("41")
    assert "...     if i:" in lines and "^I" not in screen.text() and "^M" not in screen.text()


def test_ctrl_c_while_the_prompt_is_being_made_ends_nothing(terminal):
    screen = terminal(ready=None)
    seen_within(screen, "gradcli")
    screen.type(CTRL_C)
    seen_within(screen, ">>>")
    screen.enter("40 + 2").until("42")
    assert "interrupted" not in screen.raw


def seen_within(screen, words, seconds=20):
    """Wait until words have come, wherever on the screen they stand."""
    for _ in range(seconds * 50):
        if words in screen.raw:
            return
        screen.quiet(0.02)
    raise AssertionError(screen.text())


def test_a_long_paste_whose_last_statement_is_unfinished_waits_for_its_end(terminal):
    screen = terminal()
    screen.paste("".join(f"y{n} = {n}\n" for n in range(300)) + "for i in range(2):\n    print(i + y299)\n    if (i")
    screen.quiet()
    assert "299" not in screen.lines()
    screen.enter("):", "print('end', i)", "").until("end 1")
