"""Values whose text the program itself gives, and gives badly, at every place that shows a value.

Each way to fail meets each place. Whatever comes of it is a diagnosis with a documented status or a text;
never a traceback, an internal error, a true address, or a character that a terminal obeys.
"""

import contextlib
import io
import os
import re
import subprocess
import sys
from typing import NamedTuple

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from gradcli.commands.execute import evaluate, run_file
from gradcli.console.diagnostics import report_internal_error
from gradcli.console.exit_guard import exit_status_of
from gradcli.console.output import print_text
from gradcli.console.settings import Settings
from gradcli.repl.commands import execute
from gradcli.repl.completion import Completions
from gradcli.repl.core import Repl
from gradcli.reports.open_session import open_session
from support.program import environment, gradcli

CONTROLS = r"\x1b]0;owned\x07\x1b[2J\x9b31m\rFORGED\x08\u202eabc\u2066d\u200b\u2028e\x7f\x00"
BODIES = {
    "key": "raise KeyError(self)",
    "value": "raise ValueError('no')",
    "stop": "raise StopIteration",
    "several": "raise ValueError(self, self)",
    "recursion": "return repr(self)",
    "engine": "return torch.ones(2) + torch.ones(3)",
    "missing": "return self.missing",
    "assertion": "assert False, self",
    "number": "return 5",
    "nothing": "return None",
    "list": "return [self]",
    "limit": "return 'a' * 10 ** 12",
    "digits": "return 10 ** 5000",
    "controls": f"return '{CONTROLS}'",
    "prints": "print('said'); return 'A'",
}
CLASSES = """\
class A:
    def __repr__(self): {body}
    def _fail(self): {body}
    p = array = dtype = shape = grad = node = told = name = obj = property(_fail)
    _call = parameters = zero_grad = signature = property(_fail)
class E(A, Exception): pass
class K(A, KeyError): pass
class T(A, AttributeError): pass
class S(A, AssertionError): pass
def f(a=A(), b=(A(), print)): pass
a = A()
"""
RAISING = ["raise ValueError(a)", "raise ValueError(a, a)", "raise E(a)", "raise E()", "raise K(a)", "raise T(a)", "raise S(a)",
           "raise S()", "raise a", "assert 0, a", "assert 0, [a]", "{}[a]", "{}[(a, print)]", "a.missing", "a + 1", "a()",
           "len(a)", "a[0]", "for i in a: pass", "torch.ones(a)", "torch.ones(1) + a", "torch.tensor([a])", "int(a)",
           "nn.Linear(a, 1)", "a.p", "a.missing = a.q", "f(1, 2, 3)", "f(c=1)", "import warnings\nwarnings.warn(a)",
           "'%d' % a", "f'{a:d}'", "try:\n    raise E(a)\nexcept E as e:\n    raise T(e)",
           "try:\n    {}[a]\nexcept KeyError as e:\n    print(e, [e])", "raise ValueError from E(a)"]
SHOWN = ["print(a)", "f'{a}'", "f'{a!r:>10}'", "'%s' % a", "'%r' % (a,)", "'{}'.format(a)", "'{0!r}'.format(a)", "str(a)",
         "a", "[a]", "{a: a}", "(1, {2: [a]})", "{a}", "E(a)", "[E(a, print)]", "E", "a._fail", "[a._fail, f, a.__init__]",
         "(a for i in [1])", "iter([a])", "map(print, [a])", "lambda: a", "property(print)", "10 ** 5000", "[10 ** 5000]"]
COMMANDS = [":vars", ":info a", ":info [a]", ":info E(a)", ":info f", ":doc a", ":doc f", ":doc A", ":doc a.p", ":doc a.array.grad",
            "a?", "f?", "a.p?", ":graph a", ":graph [a]", ":check a", ":steps a", ":time repr(a)", ":zero", ":history",
            ":plot a over x=0:1", "a", "print([a])", "a.p", "raise E(a)"]
TYPED = ["", "a", "a.", "a.p.", "a.array.", "f(a", "f(", "A(", "A.", "E.", "a.p(x"]
TRUE_ADDRESS = re.compile(r"0x(?!7f2a5c)[0-9a-f]{6,}")
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
STATUSES = {0, 1, 3, 5}


class Terminal(io.StringIO):
    """Standard output or standard error that says it is a terminal."""

    def __init__(self):
        super().__init__()
        self.buffer = io.BytesIO()

    def isatty(self):
        return True


class Seen(NamedTuple):
    out: str
    err: str


@pytest.fixture
def terminal(monkeypatch):
    """Both streams as terminals; the function that takes what was written to them since."""
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")

    def seen():
        taken = Seen(sys.stdout.getvalue(), sys.stderr.getvalue()) if type(sys.stdout) is Terminal else None
        monkeypatch.setattr(sys, "stdout", Terminal())
        monkeypatch.setattr(sys, "stderr", Terminal())
        return taken

    return seen


def program(body, statement=""):
    return CLASSES.format(body=body) + statement + "\n"


def settings(**options):
    return Settings({"isolated": True, "progress": False, **options})


def judged(status, seen, what):
    """What must hold of whatever was printed, on both streams."""
    text = seen.out + seen.err
    assert status in STATUSES, (what, status, text)
    assert "internal error" not in text and "Traceback" not in text, (what, text)
    assert not TRUE_ADDRESS.search(text), (what, text)
    assert not OBEYED.search(text), (what, text)
    assert bool(seen.err.strip()) >= bool(status), (what, "nothing was said")
    return text


@pytest.mark.parametrize("name", BODIES)
def test_at_every_place_of_a_program(name, terminal):
    terminal()
    for statement in RAISING + SHOWN:
        text = program(BODIES[name], statement)
        status = exit_status_of(lambda text=text: evaluate([text], settings()))
        judged(status, terminal(), statement)


@pytest.mark.parametrize("form", ["json", "jsonl", "plain", "csv", "npy"])
def test_as_data(form, terminal):
    terminal()
    for name, body in BODIES.items():
        for statement in SHOWN:
            text = program(body, statement)
            status = exit_status_of(lambda text=text: evaluate([text], settings(format=form)))
            seen = terminal()
            if form in ("csv", "npy") and status == 2:
                status = 1      # what is no number is refused as a wrong use of the option
            judged(status, seen, (name, statement))


def test_as_data_a_failing_text_is_replaced_by_one_that_says_so(capsys):
    assert exit_status_of(lambda: evaluate([program(BODIES["key"], "[1, {'x': a}]")], settings(format="json"))) == 0
    assert re.search(r'"data": \[1, \{"x": "<__main__.A object at 0x7f2a5c[0-9a-f]+ that cannot be shown: KeyError>"\}\]',
                     capsys.readouterr().out)


@pytest.mark.parametrize("name", BODIES)
def test_at_every_command_of_the_prompt(name, terminal):
    terminal()
    options = settings()
    session = open_session(options, print_text)
    repl = Repl(options, lambda: session, execute)
    repl.submit(program(BODIES[name]))
    judged(0, terminal(), "classes")
    for command in COMMANDS:
        before = set(repl.names())
        repl.submit(command)
        judged(0, terminal(), command)
        assert before <= set(repl.names()), command
    for typed in TYPED:
        document = Document(typed, len(typed))
        offers = [f"{offer.text} {offer.display_meta_text}" for offer in Completions(repl).get_completions(document, CompleteEvent())]
        seen = terminal()
        assert seen.out == "", typed        # completion runs nothing
        assert not TRUE_ADDRESS.search("".join(offers)) and not OBEYED.search("".join(offers)), typed
    repl.submit("1 + 1")


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="no pseudo-terminals here")
@pytest.mark.parametrize("words", [("run", "s"), ("eval", "-"), ("run", "--echo", "s"), ("run", "--color", "always", "s")])
def test_a_real_terminal_gets_nothing_that_it_would_obey(words, tmp_path):
    script = tmp_path / "s"
    script.write_text(program(BODIES["controls"], "import warnings\nprint(a, [a])\na\nwarnings.warn(a)\nraise ValueError(a, a)"))
    seen = on_a_terminal(words, tmp_path, script.read_text() if "-" in words else "")
    for colour in ("\x1b[1;31m", "\x1b[1;34m", "\x1b[1;32m", "\x1b[1m", "\x1b[0m"):
        seen = seen.replace(colour, "") if "always" in words else seen
    assert r"\x1b]0;owned\x07" in seen and "the program warns: " in seen and "error[G0501]" in seen
    assert not OBEYED.search(seen.replace("\r\n", "\n"))


def on_a_terminal(words, folder, typed):
    """What the real program writes to a terminal, on both streams."""
    leader, follower = os.openpty()
    process = subprocess.Popen([sys.executable, "-m", "gradcli", *words], cwd=folder, stdin=subprocess.PIPE,
                               stdout=follower, stderr=follower, env=environment(TERM="dumb"))
    os.close(follower)
    process.stdin.write(typed.encode())
    process.stdin.close()
    seen = b""
    with contextlib.suppress(OSError):      # how Linux says that the last one has hung up
        while piece := os.read(leader, 4096):
            seen += piece
    os.close(leader)
    process.wait(60)
    return seen.decode()


LOOPING = ["raise ValueError(a)", "raise T(a)", "{}[a]", "assert 0, a", "a", "[a]", "import warnings\nwarnings.warn(a)"]


@pytest.mark.parametrize("words", [("eval", "-"), ("run", "-"), ("eval", "--format", "json", "-")], ids=" ".join)
def test_what_takes_for_ever_obeys_the_limit(words):
    text = program("\n        while True: pass")
    for statement in LOOPING if words == ("run", "-") else ["a", "{1: [a]}"]:
        if words == ("run", "-") and statement in ("a", "[a]"):
            continue
        outcome = gradcli(words[0], "--time-limit", "0.5", *words[1:], stdin=text + statement + "\n")
        assert outcome.status == 5 and "error[G0603]" in outcome.err, (statement, outcome)


def test_what_takes_for_ever_at_the_prompt_obeys_the_limit():
    text = program("\n        while True: pass")
    outcome = gradcli("repl", "--time-limit", "1", stdin=f"{text}\n:info a\n:info [a]\nraise E(a)\n:doc f\n'alive'\n")
    assert outcome.err.count("error[G0603]") == 4 and "'alive'" in outcome.out, outcome
    outcome = gradcli("repl", "--time-limit", "20", stdin=f"{text}\n:vars\n:doc a.p\n'alive'\n")
    assert "error" not in outcome.err and "'alive'" in outcome.out, outcome


class Untold(Exception):
    """An exception of a program, whose text is its own code."""

    def __str__(self):
        raise AssertionError("code of the program ran")

    __repr__ = __str__


@pytest.mark.parametrize("debug", ["", "1"])
def test_an_internal_error_runs_no_code_of_the_program(debug, monkeypatch, capsys):
    monkeypatch.setenv("GRADCLI_DEBUG", debug)
    vars_of = type(Untold.__name__, (Untold,), {".user": "mixed"})
    for error in (KeyError(vars_of()), vars_of("x"), ValueError(vars_of(), 1)):
        try:
            raise RuntimeError("ours") from error
        except RuntimeError as outer:
            assert report_internal_error(outer) == report_internal_error(error) == 70
    err = capsys.readouterr().err
    assert err.count("internal error: RuntimeError: ours") == 3 and "internal error: KeyError\n" in err


def test_notes_count_against_the_limit_on_output(tmp_path, capsys):
    for line in ("warnings.warn(str(i))", "warnings.warn('a' * 100 + str(i))"):
        script = tmp_path / "notes.grad"
        script.write_text(f"import warnings\nfor i in range(10 ** 6):\n    {line}\n")
        assert exit_status_of(lambda path=str(script): run_file(path, [], settings(max_output=20_000))) == 5
        err = capsys.readouterr().err
        assert "the program printed more than 20000 bytes" in err and 19_000 < len(err) < 21_500


def test_a_note_is_told_once(tmp_path, capsys):
    script = tmp_path / "notes.grad"
    script.write_text("import warnings\nfor i in range(1000):\n    get_ipython().magic('x')\n    warnings.warn('again')\n")
    assert exit_status_of(lambda: run_file(str(script), [], settings())) == 0
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_notes_and_prints_are_counted_together(tmp_path, capsys):
    script = tmp_path / "both.grad"
    script.write_text("import warnings\nfor i in range(10 ** 6):\n    print('a' * 20)\n    warnings.warn(str(i))\n")
    assert exit_status_of(lambda: run_file(str(script), [], settings(max_output=20_000))) == 5
    seen = capsys.readouterr()
    assert 19_000 < len(seen.out) + len(seen.err) < 21_500 and len(seen.out) > 5000


HALF = "print('%c' % 0xd800, chr(65), ['%c' % 0xdfff])"


@pytest.mark.parametrize(("words", "encoding"), [
    (("eval", HALF), "utf-8"), (("eval", HALF), "utf-8:surrogateescape"), (("eval", HALF), "ascii"),
    (("eval", "-o", "FILE", HALF), "utf-8"), (("eval", "--format", "json", HALF), "utf-8"),
    (("eval", "--format", "plain", HALF), "utf-8:surrogateescape")])
def test_half_characters_are_spelled_out(words, encoding, tmp_path):
    path = tmp_path / "out"
    outcome = gradcli(*(str(path) if word == "FILE" else word for word in words), PYTHONIOENCODING=encoding)
    assert outcome.status == 0 and outcome.err == ""
    assert r"\ud800" in outcome.out + (path.read_text() if path.exists() else "")


def test_half_characters_in_a_transcript_and_a_test(tmp_path):
    (tmp_path / "half.grad").write_text(HALF + "\n")
    typed = gradcli("run", "--echo", "-o", "half.txt", "half.grad", cwd=tmp_path)
    assert typed.status == 0 and (tmp_path / "half.txt").read_text().startswith(f">>> {HALF}\n\\ud800 A")
    (tmp_path / "half.out").write_text(gradcli("run", "half.grad", cwd=tmp_path).out)
    assert gradcli("test", "half.txt", "half.grad", cwd=tmp_path).status == 0


def test_warnings_of_numpy_are_silent_in_every_thread(recwarn, capsys):
    """numpy keeps what it warns of for each thread; a prompt loads in another one than it runs in."""
    from threading import Thread

    import numpy as np

    options = settings()
    sessions = []
    loader = Thread(target=lambda: sessions.append(open_session(options, lambda text: print(text, end=""))))
    loader.start()
    loader.join()
    repl = Repl(options, lambda: sessions[0], execute)
    before = np.seterr(all="warn")
    try:
        repl.submit("x = Variable(torch.zeros(1), requires_grad=True)")
        for text in ("torch.ones(1) / torch.zeros(1)", "torch.log(torch.zeros(1))", "import numpy as np", ":check (1 / x).sum()",
                     "np.array([1.0]) / 0", ":info torch.ones(2) / 0", ":steps 1 / x.sum()", ":plot 1 / x over x=-1:1"):
            repl.submit(text)
    finally:
        np.seterr(**before)
    assert [str(offer.message) for offer in recwarn] == []
    assert "inf" in capsys.readouterr().out
