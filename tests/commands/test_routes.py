"""The short route and Typer give the same result, and neither imports what it does not need."""

import subprocess
import sys

import pytest

from support.program import Outcome, environment, gradcli

THROUGH_TYPER = """
import sys
from gradcli.cli import run_with_typer
from gradcli.console.exit_guard import exit_status_of
sys.exit(exit_status_of(lambda: run_with_typer(sys.argv[1:])))
"""
TUTORIAL = ("x = Variable(torch.ones(2,2), requires_grad=True); y = x + 2; z = y*y*3; "
            "out = z.mean(); out.backward(); x.grad")
SCRIPT = "x = 2\nx\nprint(x * 3, args)\n"


def through_typer(*words, stdin="", cwd=None):
    completed = subprocess.run([sys.executable, "-c", THROUGH_TYPER, *words], env=environment(), input=stdin.encode(),
                               capture_output=True, timeout=60, cwd=cwd)
    return Outcome(completed.returncode, completed.stdout.decode(), completed.stderr.decode())


@pytest.mark.parametrize("words, stdin", [
    (["eval", "1+1"], ""),
    (["eval", TUTORIAL], ""),
    (["eval", *TUTORIAL.split("; ")], ""),
    (["eval", "-"], TUTORIAL),
    (["eval", "x = 1", "-", "x + 2"], "x + 1"),
    (["eval", "-2**2", "-.5", "-(3)", "-[4][0]"], ""),
    (["eval", "x = 5", "-x"], ""),
    (["eval", ""], ""),
    (["eval", "print(1)", "nowhere"], ""),
    (["eval", "f("], ""),
    (["eval", ">>> x = 1\n>>> x\n1"], ""),
    (["run", "script.grad"], ""),
    (["run", "script.grad", "a", "-3", "b c"], ""),
    (["run", "script.grad", "--echo"], ""),
    (["run", "-"], SCRIPT),
    (["run", "missing.grad"], ""),
    (["eval", "--format", "json", "1", "torch.ones(2)"], ""),
    (["grad", "(3*(x+2)**2).mean()", "--at", "x=ones(2,2)"], ""),
])
def test_both_routes_agree(words, stdin, tmp_path):
    (tmp_path / "script.grad").write_text(SCRIPT)
    plain = gradcli(*words, stdin=stdin, cwd=tmp_path)
    assert plain == through_typer(*words, stdin=stdin, cwd=tmp_path)
    assert plain.status != 70 and (plain.out or plain.err or words == ["eval", ""])


def test_short_forms():
    assert gradcli("-e", "1+1") == gradcli("eval", "1+1") == gradcli(stdin="1+1") == (0, "2\n", "")
    assert gradcli("-e", "x = 1", "-e", "x + 1") == (0, "2\n", "")
    assert gradcli("--style", "tutorial", stdin="1+1") == (0, "2\n", "")


def test_version_and_help():
    from gradcli import __version__

    assert gradcli("--version") == (0, f"gradcli {__version__}\n", "")
    overview = gradcli("--help")
    assert overview.status == 0 and overview.err == ""
    for command in ("eval", "run", "repl", "grad", "doc", "ops", "explain", "limits", "config"):
        assert f"\n  {command} " in overview.out
        assert gradcli(command, "--help").out.startswith(f"Usage: gradcli {command}")


PROBE = """
import atexit, os, sys
os._exit = sys.exit
atexit.register(lambda: print(*sorted(name for name in sys.modules if "." not in name), file=sys.stderr))
from gradcli.__main__ import main
main()
"""


@pytest.mark.parametrize("words, absent", [
    (["--version"], "numpy lark prompt_toolkit rich asyncio"),
    (["--help"], "numpy lark prompt_toolkit rich asyncio"),
    (["eval", "--help"], "numpy lark prompt_toolkit rich asyncio"),
    (["explain", "G0402"], "numpy lark prompt_toolkit rich asyncio"),
    (["eval", TUTORIAL], "typer lark prompt_toolkit rich asyncio click tomllib json subprocess"),
    (["eval", "--style", "tutorial", TUTORIAL], "lark prompt_toolkit rich asyncio"),
])
def test_nothing_is_imported_that_is_not_needed(words, absent):
    subprocess.run([sys.executable, "-m", "gradcli", "eval", "1"], env=environment(), check=True,
                   capture_output=True)     # the tables of a checkout are made once
    completed = subprocess.run([sys.executable, "-c", PROBE, *words], env=environment(), capture_output=True, text=True)
    imported = set(completed.stderr.split())
    assert "gradcli" in imported and completed.returncode == 0
    assert not imported & set(absent.split())


def test_blas_gets_one_thread_unless_the_user_decides():
    probe = ("import os, sys; from gradcli import __main__; __main__.serve = lambda words: "
             "print(os.environ['OPENBLAS_NUM_THREADS']) or 0; __main__.main()")
    ask = [sys.executable, "-c", probe]
    one = subprocess.run(ask, env=environment(OPENBLAS_NUM_THREADS=None), capture_output=True, text=True)
    four = subprocess.run(ask, env=environment(OPENBLAS_NUM_THREADS="4"), capture_output=True, text=True)
    assert (one.stdout, four.stdout) == ("1\n", "4\n")
