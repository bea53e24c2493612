"""Modules that face the system: logging and pathlib work on values alone, others are refused where they are used."""

import linecache
import logging
import os
import pathlib
import re

import pytest

from gradcli.faults.tree import Fault
from gradcli.lang.policy import SCRIPT
from gradcli.namespace.python import LOGGING
from gradcli.namespace.python.system.refused import REFUSED, UNAVAILABLE
from gradcli.session.session import Session

LOGGED = """
import logging
logging.basicConfig(level=logging.INFO, format="%(levelname)-8s %(name)s:%(lineno)d %(funcName)s %(message)s")
log = logging.getLogger("a.b")
log.info("loss %.3f at %s", 0.5, [1, 2])
log.debug("no")
def f():
    log.warning("in f %s")
f()
logging.error("x %(a)d", {"a": 3})
logging.log(25, 17)
handler = logging.StreamHandler()
handler.setFormatter(logging.Formatter("%(message)s"))
handler.setLevel("ERROR")
log.addHandler(handler)
log.propagate = False
log.critical("only")
log.warning("none")
other = logging.getLogger("a")
log.propagate = True
other.setLevel(logging.ERROR)
log.warning("from here on the parent decides")
print(logging.getLevelName(10), log.isEnabledFor(30), log.getEffectiveLevel(), log.parent is other, len(log.handlers))
logging.disable()
log.critical("nothing")
"""


def written(text, **options):
    """What a program writes to stdout and to stderr."""
    session, out, error = Session(style="modern", **options), [], []
    session.output, session.complain = out.append, error.append
    session.run(text)
    return "".join(out), "".join(error)


def by_python(text, capsys):
    """What CPython writes, with loggers of its own."""
    space = {"__name__": "__main__"}
    manager, root = logging.Logger.manager, logging.root
    before = root.handlers[:], root.level, dict(manager.loggerDict), manager.disable
    root.handlers.clear()
    manager.loggerDict.clear()
    try:
        exec(compile(text, "program.py", "exec"), space)
    finally:
        root.handlers[:], level, loggers, manager.disable = before
        root.setLevel(level)
        manager.loggerDict.clear()
        manager.loggerDict.update(loggers)
    return tuple(capsys.readouterr())


def test_logs_read_as_pythons(capsys):
    expected = by_python(LOGGED, capsys)
    assert written(LOGGED) == expected and expected[1].count("\n") == 5


def test_without_a_configuration_warnings_alone_are_written():
    assert written("import logging\nlog = logging.getLogger('x')\nlog.info('a')\nlog.warning('b')") == ("", "b\n")


def test_the_clock_of_logs_stands_still():
    text = "import logging\nlogging.basicConfig(format='%(asctime)s %(message)s', datefmt={})\nlogging.error(1)"
    assert written(text.format("None"))[1] == "1970-01-01 00:00:00,000 1\n"
    assert written(text.format("'%H:%M'"))[1] == "00:00 1\n"


def test_sessions_share_no_loggers():
    written("import logging\nlogging.basicConfig(level=10)\nlogging.getLogger('x').disabled = True")
    assert written("import logging\nlogging.getLogger('x').info('a')\nlogging.getLogger('x').error('b')") == ("", "b\n")


@pytest.mark.parametrize("line", [
    "log.handlers.append(Spy()); log.error('x')", "log.handlers = [Spy()]", "log.addHandler(Spy())",
    "logging.Formatter('{message.__class__}', style='{')", "log._system", "log.level = Spy()", "log.setLevel(Spy())",
    "logging.basicConfig(filename='x')", "logging.Formatter('%(message)2000000000s'); log.error('%2000000000d', 1)",
    "logging.getLogger('a.' * 100000)", "logging.basicConfig(stream=Spy(), force=True); log.error('x')"])
def test_a_logger_hands_nothing_out(line):
    spy = "class Spy:\n    def _emit(self, *a): print(a)"
    text = f"import logging\nlog = logging.getLogger('x')\n{spy}\n{line}\nprint(1)"
    if "append" in line:
        assert written(text) == ("1\n", "x\n")
    else:
        with pytest.raises(Fault):
            written(text)


PATHS = ["data", "/", "a/b.tar.gz", "/x/y/../z", ".", "", "a//b/", ".hidden", "a.b/c"]


@pytest.mark.parametrize("text", PATHS)
def test_paths_are_those_of_python(text):
    lines = [f"p = Path({text!r})", "print(p, [p], f'{p}', p.name, p.stem, p.suffix, p.suffixes, p.parts)",
             "print(p.parent, list(p.parents), p.root, p.anchor, p.as_posix(), p.is_absolute())",
             "print(p / 'c', 'c' / p, p.joinpath('d', 'e'), p == Path(str(p)), p < Path('b'))",
             "print(hash(p) == hash(Path(p)))",
             "print(p.is_relative_to('a'), isinstance(p, Path), {p: 1}[Path(p)], p != str(p))"]
    if pathlib.PurePosixPath(text).name:
        lines.append("print(p.with_name('n.x'), p.with_suffix('.csv'), p.with_stem('s'))")
    program = "\n".join(lines)
    printed = []
    exec(program, {"Path": pathlib.PosixPath, "print": lambda *values: printed.append(" ".join(map(str, values)))})
    assert written(f"from pathlib import Path\n{program}")[0].splitlines() == printed


@pytest.mark.parametrize("call", ["Path('x').exists()", "Path('x').open()", "Path.cwd()", "Path('x').glob('*')",
                                  "Path('x').mkdir(parents=True)", "Path('x').read_text()"])
def test_paths_lead_nowhere(call):
    with pytest.raises(Fault, match="reaches outside the program"):
        written(f"from pathlib import Path\n{call}")


@pytest.mark.parametrize("line", ["Path(1)", "Path('a') / 1", "Path('a').relative_to('b')", "Path('a')._own",
                                  "f\"{Path('a'):5}\"", "p = Path('a' * 1000)\nfor i in range(40): p = p / p"])
def test_paths_are_checked(line):
    with pytest.raises(Fault):
        written(f"from pathlib import Path\n{line}")


@pytest.mark.parametrize("module", REFUSED)
def test_what_reaches_out_is_refused_where_it_is_called(module):
    for name in REFUSED[module][0].split():
        assert written(f"import {module}\nfrom {module} import {name}\nprint(1)")[0] == "1\n"
        with pytest.raises(Fault) as caught:
            written(f"import {module}\n{module}.{name}('x')")
        reason = "is not there" if module in UNAVAILABLE else "reaches outside"
        assert re.search(rf"{re.escape(module)}\.{name}\(\) {reason}", caught.value.message)


def test_each_member_that_logging_lists_is_there():
    written("import logging\n" + "\n".join(f"logging.{name}" for name in LOGGING.split()))


def test_the_root_logger_has_no_name():
    assert written("import logging\nlogging.getLogger('').setLevel(10)\nprint(logging.getLogger('a').isEnabledFor(10), "
                   "logging.getLogger('').name)")[0] == "True root\n"


def test_the_paths_above_a_long_one_are_refused():
    with pytest.raises(Fault, match="the limit is"):
        written("from pathlib import Path\nPath('a/' * 10**5).parents")


def test_paths_from_the_root_are_those_of_a_folder_that_is_on_no_machine():
    session = Session(style="modern")
    session.run("import os\nfrom pathlib import Path\n")
    for expression in ("os.path.abspath('/a/../b')", "os.path.relpath('a/b', 'a')", "os.path.relpath('/x/y', '/x/z')",
                       "str(Path('/a/../b').resolve())", "str(Path('/a/b').absolute())"):
        assert session.eval(expression) == eval(expression, {"os": os, "Path": pathlib.Path}), expression
    for expression in ("__file__", "os.path.abspath(__file__)", "str(Path(__file__).resolve().parents[1])"):
        assert session.eval(expression) in ("program.py", "/home/user/program/program.py", "/home/user"), expression


CAUGHT = """
import io, traceback
class Own(Exception):
    def __str__(self): return "so" * 2
def inner(x):
    return x / 0
def outer(x): return inner(x) + 1
def down(n):
    if n == 0: raise Own(n)
    down(n - 1)
def both():
    return [n
            for n in {}["a"]]
traceback.print_exc(file=(nothing := io.StringIO()))
print(nothing.getvalue())
for call in (lambda: outer(3), lambda: down(9), both, lambda: undefined, lambda: int("é", base="é"[5])):
    try:
        call()
    except Exception as error:
        print(traceback.format_exc(), traceback.format_exc(limit=-1), traceback.format_exception_only(error))
        traceback.print_exception(error, file=(stream := io.StringIO()))
        print(stream.getvalue() == traceback.format_exc() == "".join(traceback.format_exception(error)))
"""


def test_a_caught_exception_is_printed_as_python_prints_it(monkeypatch, capsys):
    monkeypatch.setitem(linecache.cache, SCRIPT, (len(CAUGHT), None, CAUGHT.splitlines(keepends=True), SCRIPT))
    exec(compile(CAUGHT, SCRIPT, "exec"), {"__name__": "__main__"})
    assert written(CAUGHT)[0] == capsys.readouterr().out


def test_the_paths_of_the_interpreter_are_unknown():
    assert Session(style="modern").run(
        "import sys\nprint([sys.executable, sys.prefix], sys.prefix != sys.base_prefix)") == "['', ''] False\n"
