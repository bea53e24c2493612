"""A program through gradcli and through CPython: what is printed, and what kind of exception ends it.

    python tests/lang/against_python.py FIRST COUNT     a long run, one program for each number
"""

from __future__ import annotations

import random
import re
import sys
import warnings
from copy import copy
from io import StringIO
from pathlib import Path

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from gradcli.faults.tree import Fault, LimitFault, PolicyFault, SyntaxFault
from gradcli.lang.budget import Budget
from gradcli.lang.lowering.compile import lower
from gradcli.lang.runtime.runtime import builtins as table_of
from gradcli.lang.runtime.runtime import turns
from gradcli.lang.syntax.parser import parse
from gradcli.session.session import Session
from lang.programs import Maker

SMALL = {"turns": 20_000, "steps": 10_000, "items": 5_000, "characters": 20_000, "bits": 4_000}


class Both:
    """The two ways to run a program."""

    def __init__(self):
        self.out = []
        session, self.budget = Session(style="modern"), Budget(**SMALL)
        self.policy = copy(session.policy)
        self.policy.names = {name: session.policy.names[name] for name in ("type", "id")}
        self.table = table_of(self.policy, lambda value: None, self.out.append, self.out.append, self.budget)

    def ours(self, text):
        """What gradcli prints, and the kind of exception; None where a limit was hit."""
        self.out.clear()
        self.table.update(turns(self.budget))
        try:
            exec(lower(parse(text), text, self.policy), {"__builtins__": self.table, "__name__": "__main__"})
        except LimitFault:
            return None
        except Exception as error:
            return "".join(self.out), kind(error)
        return "".join(self.out), ""

    def pythons(self, text):
        """The same of CPython."""
        out = []        # of this run: what it leaves behind may print while the next one runs

        def printed(*values, **options):
            caught = StringIO()
            print(*values, **options, file=caught)
            out.append(caught.getvalue())

        printed.__module__, printed.__qualname__ = "builtins", "print"      # as messages call it
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                code = compile(text, "<program>", "exec")
                exec(code, {"print": printed, "__name__": "__main__"})
        except Exception as error:
            return "".join(out), kind(error)
        return "".join(out), ""


def same(ours, pythons):
    """Whether two runs are alike, but for addresses and the functions that local classes stand in."""
    return ours == pythons or _without_addresses(ours) == _without_addresses(pythons)


def _without_addresses(run):
    printed, error = run
    return INSIDE.sub("", printed), tuple(INSIDE.sub("", words) for words in error)


INSIDE = re.compile(r"[\w.]*<locals>\.|(?<= at )0x[0-9a-f]+")


def kind(error):
    """The name of Python's own exception that `error` is, or counts as, and what it says."""
    words = () if isinstance(error, SyntaxError | SyntaxFault | PolicyFault) else error.args
    return name(error), *(word for word in words if isinstance(word, str))


def name(error):
    own = [cls for cls in type(error).__mro__ if cls.__module__ == "builtins" and issubclass(cls, Exception)]
    if isinstance(error, SyntaxFault | PolicyFault):
        return "SyntaxError"
    return own[0].__name__ if own and (own[0] is not Exception or not isinstance(error, Fault)) else error.code


def differ(text, both):
    """How the two differ, or None."""
    ours = both.ours(text)
    if ours is None:
        return None
    pythons = both.pythons(text)
    return None if same(ours, pythons) else (ours, pythons)


def main(first, count):
    both, differing = Both(), 0
    limited = 0
    for number in range(first, first + count):
        text = Maker(random.Random(number).randrange).program()
        ours = both.ours(text)
        if ours is None:
            limited += 1
            continue
        pythons = both.pythons(text)
        if not same(ours, pythons):
            differing += 1
            if differing < 6:
                print(f"--- {number}\n{text}\n--- ours {ours[1]}\n{ours[0][-600:]}\n"
                      f"--- python {pythons[1]}\n{pythons[0][-600:]}")
    print(f"{count} programs, {limited} stopped by a limit, {differing} differ")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
