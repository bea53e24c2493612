"""`argparse` of the language against Python's own: the same declarations, the same words, the same values."""

import argparse
import contextlib
import io

import pytest

from gradcli import Session
from gradcli.faults.tree import Fault

TRAINING = """
p.add_argument('--lr', type=float, default=0.1)
p.add_argument('--verbose', '-v', action='store_true')
p.add_argument('--epochs', '-n', type=int, default='3')
p.add_argument('--size', type=int, nargs=2)
p.add_argument('--names', nargs='*')
p.add_argument('--mode', choices=['a', 'b'], default='a')
p.add_argument('--level', '-l', action='count', default=0)
p.add_argument('--tag', action='append')
p.add_argument('--maybe', nargs='?', const=7, type=int)
"""
ANY = TRAINING + "p.add_argument('files', nargs='*')\n"
ONE = TRAINING + "p.add_argument('source')\np.add_argument('target', nargs='?', default='out')\n"
MANY = TRAINING + "p.add_argument('first', type=int)\np.add_argument('more', nargs='+')\np.add_argument('last')\n"


# Where versions of Python differ from each other: arguments interleaved with options, and a lone --.
DIFFERING = [(ONE, ["a", "-v", "b"]), (ANY, ['1', '--', '-v', 'c']), (TRAINING, ['-v', '--'])]


@pytest.mark.parametrize("declared", [TRAINING, ANY, ONE, MANY])
@pytest.mark.parametrize("words", [
    [], ["a"], ["a", "b"], ["1", "b", "c"], ["1", "b", "c", "d"], ["--lr", "0.5"], ["--lr=0.5", "-v"], ["-vn5"],
    ["-n", "5", "a"], ["a", "-v", "b"], ["--lr", "-0.5"], ["--lr", "-1"], ["--lr", "--verbose"], ["--lr"],
    ["--size", "1", "2", "a"], ["--size", "1"], ["--names"], ["--names", "a", "b", "-v"], ["--mode", "c"],
    ["--mode=b"], ["-ll"], ["-l", "--level"], ["--tag", "x", "--tag", "y"], ["--maybe"], ["--maybe", "3"],
    ["--verb"], ["--l", "3"], ["--", "-v"], ["--", "-v", "b"], ["1", "--", "-v", "c"], ["--bogus"], ["--bogus", "a"],
    ["--verbose=1"], ["--lr", "abc"], ["--epochs", "1.5"], ["-5"], ["-5", "b", "c"], ["--lr", "1e-3"], ["-v", "--"],
    ["--names=a"], ["a b"], [""], ["-n5"], ["-n=5"], ["--size=3", "4"],
])
def test_values_are_pythons(declared, words):
    if (declared, words) in DIFFERING:
        pytest.skip("versions of Python differ")
    p = argparse.ArgumentParser()
    exec(declared, {"p": p})
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            wanted = {name: repr(value) for name, value in vars(p.parse_args(words)).items()}
    except SystemExit:
        wanted = None
    session = Session()
    session["args"] = words
    try:
        session.run("import argparse\np = argparse.ArgumentParser()" + declared + "a = p.parse_args()")
        parsed = {name: repr(value) for name, value in vars(session["a"]).items()}
    except Fault as fault:
        assert fault.message.startswith(("argument", "unrecognized", "the following", "ambiguous")), fault.message
        parsed = None
    assert parsed == wanted


def test_help_is_printed_and_ends_the_program_well():
    session = Session()
    session["args"] = ["--help"]
    usage = session.run("import argparse\np = argparse.ArgumentParser(description='Fit.')" + ONE +
                        "p.parse_args()\nprint('not here')")
    assert usage.startswith("usage: program.py [-h] [--lr LR] ") and "\n\nFit.\n\n" in usage and "not here" not in usage
    assert "show this help message and exit" in usage


@pytest.mark.parametrize("words", [[], ["--a"], ["--b"], ["--a", "--b"], ["-n", "-3"], ["-n", "x"], ["--lr", "x"],
                                   ["--mode", "c"], ["--fast", "--slow"], ["--b", "--fast"]])
def test_refusals_have_pythons_words(words, capsys):
    declared = """
def natural(text):
    if int(text) < 0:
        raise argparse.ArgumentTypeError('must not be negative')
    return int(text)
p = argparse.ArgumentParser()
p.add_argument('-n', type=natural)
p.add_argument('--lr', type=float)
p.add_argument('--mode', choices=['a', 'b'])
g = p.add_mutually_exclusive_group()
g.add_argument('--a', action='store_true')
g.add_argument('--b', action='store_const', const=2)
g = p.add_mutually_exclusive_group(required=True)
g.add_argument('--fast', action='store_true')
g.add_argument('--slow', action='store_true')
"""
    names = {"argparse": argparse}
    exec(declared, names)
    try:
        names["p"].parse_args(words)
        wanted = ""
    except SystemExit:
        wanted = capsys.readouterr().err.partition("error: ")[2].strip()
    session = Session()
    session["args"] = words
    try:
        session.run("import argparse" + declared + "p.parse_args()")
        message = ""
    except Fault as fault:
        message = fault.message
    assert message == wanted


@pytest.mark.parametrize("name, kind", [("argparse.ArgumentTypeError", "ValueError"), ("re.error", "ValueError"),
                                        ("json.JSONDecodeError", "ValueError"), ("decimal.Overflow", "ArithmeticError"),
                                        ("dataclasses.FrozenInstanceError", "AttributeError")])
def test_exceptions_of_modules_are_raised_bare_and_no_bases(name, kind):
    module = name.partition(".")[0]
    session = Session()
    assert session.run(f"import {module}\ntry:\n    raise {name}\nexcept {kind} as e:\n    print(e.args)") == "('',)\n"
    with pytest.raises(Fault, match="a class cannot inherit from"):
        session.run(f"class E({name}): pass")
