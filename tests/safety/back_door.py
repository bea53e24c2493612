"""gradcli with a back door: what runs in place of a program's compiled code is raw Python.

    python back_door.py attack|open|seccomp-alone|no-landlock WORDS...

`open` leaves the process unlocked, so that the attacks can show that they work. In `seccomp-alone` the kernel
has no Landlock; in `no-landlock` neither, and there is no back door.
"""

import builtins
import json
import os
import sys

if sys.argv[1] == "attack":
    os.environ["LOCKED"] = "1"

import raw_attacks

import gradcli.session.session
from gradcli.__main__ import main
from gradcli.process.walls import landlock, sandbox

RESULTS_MARK = "RESULTS "


def forced(code, names):
    if not code.co_filename.startswith(("<gradcli <options>", "<gradcli <prepared>")):
        os.write(1, f"\n{RESULTS_MARK}{json.dumps(raw_attacks.results())}\n".encode())
    builtins.exec(code, names)


if __name__ == "__main__":
    way, *sys.argv[1:] = sys.argv[1:]
    if way == "open":
        from gradcli.process import limits

        sandbox.lock_process = lambda **rest: None
        limits.lock_worker = lambda settings, prompt=False: None
    if way in ("no-landlock", "seccomp-alone"):
        landlock.abi_version = lambda: 0
    if way != "no-landlock":
        gradcli.session.session.exec = forced
    main()
