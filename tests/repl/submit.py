"""Texts submitted to a REPL without a terminal."""

import sys


def submit(repl, *texts):
    """What submitted texts print to standard output and to standard error: `out` and `err`."""
    repl.capsys.readouterr()
    hook, sys.unraisablehook = sys.unraisablehook, lambda lost: None    # what other tests of the process left behind
    try:
        for text in texts:
            repl.submit(text)
    finally:
        sys.unraisablehook = hook
    return repl.capsys.readouterr()
