"""What CPython prints for a program, with the real torch and numpy where the program imports them."""

import contextlib
import io
import warnings


def python_prints(program, names=None):
    """What it prints up to its end, or until it exits. `names` are its global names, those of a script by default."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.suppress(SystemExit), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(program, "program", "exec"), {"__name__": "__main__"} if names is None else names)
    return out.getvalue()
