"""A generator that is let go of before its end runs no more code of the program, and nothing is written about it."""

import sys

import pytest

from gradcli.console.diagnostics import ignore_unraisable
from gradcli.session.session import Session
from support.program import gradcli

LET_GO = "\nx = g()\n_ = next(x)\ndel x\nprint('went on')"
CLAUSES = ("except f(): pass", "except ValueError if f() else TypeError: pass", "except (ValueError, f()): pass",
           "except f() as e: pass", "except f(): pass\n    finally: f()", "except ValueError: pass\n    finally: f()")


@pytest.mark.parametrize("style", ["tutorial", "modern"])
def test_no_clause_of_a_generator_that_is_let_go_is_evaluated(style, monkeypatch):
    lost = []
    monkeypatch.setattr(sys, "unraisablehook", lost.append)
    for clause in CLAUSES:
        printed = []
        program = f"def f(): print('ran')\ndef g():\n    try: yield 1\n    {clause}{LET_GO}"
        Session(style=style, write=printed.append).run(program)
        assert "".join(printed) == "went on\n", clause
        assert not lost, clause


def test_what_python_drops_is_told_to_nobody_but_who_debugs(capsys, monkeypatch):
    class Lost:
        exc_value = ValueError("\x1b[31m")

    monkeypatch.delenv("GRADCLI_DEBUG", raising=False)
    ignore_unraisable(Lost)
    assert capsys.readouterr().err == ""
    monkeypatch.setenv("GRADCLI_DEBUG", "1")
    ignore_unraisable(Lost)
    assert "ValueError: \\x1b[31m" in capsys.readouterr().err


def test_the_program_writes_no_traceback_of_a_generator_that_is_let_go():
    program = "def f(): raise ValueError('\\x1b[31m')\ndef g():\n    try: yield 1\n    except f(): pass" + LET_GO
    assert gradcli("eval", program) == (0, "went on\n", "")
