"""Texts submitted to a REPL without a terminal."""

import sys


def said(repl, *texts):
    """What is printed, and what is complained of, when texts are submitted."""
    repl.capsys.readouterr()
    hook, sys.unraisablehook = sys.unraisablehook, lambda lost: None    # what other tests of the process left behind
    try:
        for text in texts:
            repl.submit(text)
    finally:
        sys.unraisablehook = hook
    return repl.capsys.readouterr()
