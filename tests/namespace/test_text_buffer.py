"""`io.StringIO` of programs beside CPython's, and numbers that end a program who lets them grow."""

import pytest

from gradcli.faults.tree import Fault
from gradcli.session.session import Session

PROGRAMS = [
    "b = io.StringIO()\nprint(b.write('one\\ntwo'), b.tell(), b.getvalue())\nb.seek(0)\nprint(b.readline(), list(b))",
    "with io.StringIO('a\\nb') as b:\n    print(b.read(1), b.read(), b.closed)\nprint(b.closed)",
    "for line in io.StringIO('x\\ny\\n'): print(line.strip())",
    "b = io.StringIO()\nprint('to', 1, sep='-', file=b)\nb.writelines(['p', 'q'])\nb.truncate(4)\nprint(b.getvalue())",
    "try:\n    io.StringIO().write(3)\nexcept TypeError as e:\n    print(e)",
]


@pytest.mark.parametrize("program", PROGRAMS)
def test_as_under_python(program, capsys):
    program = f"import io\n{program}"
    exec(program, {})   # one of the programs above
    assert Session().run(program, echo=False) == capsys.readouterr().out


@pytest.mark.parametrize("call", ["b.seek(10**12)", "b._own", "b.write(b'x')", "b.fileno()", "io.StringIO(3)",
                                  "io.open('x')", "b.read('x')", "io.StringIO('a', 3)"])
def test_refused(call):
    with pytest.raises(Fault):
        Session().run(f"import io\nb = io.StringIO()\n{call}", echo=False)
