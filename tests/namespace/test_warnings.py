"""The module warnings, as CPython has it: what is kept, raised and passed over, and which filter decides."""

import contextlib
import io
import warnings

from gradcli import Session

KEPT = "with warnings.catch_warnings(record=True) as w:\n    "
PROGRAMS = (
    KEPT + "warnings.simplefilter('always')\n    warnings.warn('a')\n    warnings.warn('b', DeprecationWarning)\n"
    "print([(str(v.message), v.category.__name__, type(v.message).__name__, v.lineno) for v in w])",
    KEPT + "warnings.simplefilter('default')\n    for k in 'aab': warnings.warn(k)\n"
    "print(len(w), w[0].category is UserWarning)",
    KEPT + "warnings.simplefilter('once')\n    warnings.warn('a')\n    warnings.warn('a')\nprint(len(w))",
    KEPT + "warnings.simplefilter('always')\n    warnings.filterwarnings('ignore', 'B.*', UserWarning)\n"
    "    warnings.warn('bc')\n    warnings.warn('cb')\n    warnings.warn('bc', RuntimeWarning)\n"
    "print([str(v.message) for v in w], issubclass(w[-1].category, Warning))",
    KEPT + "pass\nprint(w)",
    "def f(level): warnings.warn('a', stacklevel=level)\n" + KEPT + "warnings.simplefilter('always')\n    f(1)\n"
    "    f(2)\nprint([v.lineno for v in w])",
    "with warnings.catch_warnings():\n    warnings.simplefilter('error')\n    try:\n        warnings.warn('boo')\n"
    "    except UserWarning as e:\n        print('caught', e)\nwith warnings.catch_warnings(record=True) as w:\n"
    "    warnings.warn('boo')\nprint(len(w))",
    "class W(RuntimeWarning): pass\n" + KEPT + "warnings.simplefilter('always', W)\n    warnings.warn(W('x'))\n"
    "    warnings.warn('y', W)\nprint([type(v.message) is W and v.category is W for v in w])",
    KEPT + "warnings.resetwarnings()\n    warnings.simplefilter('ignore', append=True)\n    warnings.warn('a')\n"
    "    warnings.simplefilter('error', RuntimeWarning)\n    try:\n        warnings.warn('b', RuntimeWarning)\n"
    "    except Warning as e:\n        print(repr(e), len(w))",
    "try:\n    warnings.warn('a', int)\nexcept TypeError as e:\n    print(e)",
    "try:\n    warnings.simplefilter('loud')\nexcept AssertionError as e:\n    print(e)",
    "c = warnings.catch_warnings()\nwith c:\n    try:\n        with c: pass\n    except RuntimeError as e:\n"
    "        print(e)",
)


def test_warnings_are_kept_raised_and_passed_over_as_in_python():
    for program in PROGRAMS:
        text = f"import warnings\n{program}\n"
        printed = io.StringIO()
        with warnings.catch_warnings(), contextlib.redirect_stdout(printed):
            warnings.resetwarnings()
            exec(compile(text, "program", "exec"), {"__name__": "__main__", "__warningregistry__": {}})
        assert Session().run(text) == printed.getvalue(), text


def test_warnings_that_nobody_keeps_are_remarks():
    notes = []
    session = Session(note=notes.append)
    session.run("import warnings\nfor i in range(3): warnings.warn('once')\n")
    assert notes == ["the program warns: once"]
    session.run("warnings.simplefilter('always')\nfor i in range(3): warnings.warn('each time')\n")
    session.run("warnings.filterwarnings('ignore')\nwarnings.warn('never')\n")
    assert notes[1:] == ["the program warns: each time"] * 3
