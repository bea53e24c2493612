"""The real program as a subprocess, by either route."""

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]


class Outcome(NamedTuple):
    status: int
    out: str
    err: str


def environment(**changes):
    """A surrounding without settings of whoever runs the tests; None takes a variable away."""
    variables = {key: value for key, value in os.environ.items()
                 if not key.startswith(("GRADCLI_", "XDG_CONFIG")) and key not in ("NO_COLOR", "FORCE_COLOR", "TERM")}
    variables |= {"XDG_CONFIG_HOME": "/nonexistent", "TERM": "xterm",
                  "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]), **changes}
    return {key: value for key, value in variables.items() if value is not None}


def gradcli(*words, stdin="", cwd=None, **changes):
    """Run the program; bytes as `stdin` are passed as they are."""
    process = subprocess.run([sys.executable, "-m", "gradcli", *words], cwd=cwd, env=environment(**changes), timeout=60,
                             input=stdin if isinstance(stdin, bytes) else stdin.encode(), capture_output=True)
    return Outcome(process.returncode, process.stdout.decode(), process.stderr.decode())
