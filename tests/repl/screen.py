"""A REPL in a pseudo-terminal, and the screen a person would see."""

import os
import sys
import time

import pexpect
import pyte


class Screen:
    """The real program on a terminal of 100 by 30."""

    def __init__(self, home, *args, term="xterm-256color", **environment):
        env = {key: value for key, value in os.environ.items() if not key.startswith(("GRADCLI_", "XDG_"))}
        env |= {"TERM": term, "HOME": str(home), "XDG_CONFIG_HOME": str(home / "config"),
                "XDG_STATE_HOME": str(home / "state"), "PROMPT_TOOLKIT_NO_CPR": "1", **environment}
        self.screen = pyte.Screen(100, 30)
        self.stream = pyte.Stream(self.screen)
        self.raw = ""
        self.child = pexpect.spawn(sys.executable, ["-m", "gradcli", *args], env=env, dimensions=(30, 100),
                                   encoding="utf-8", timeout=20)

    def type(self, text):
        self.child.send(text)
        return self

    def enter(self, *lines):
        for line in lines:
            self.child.send(line + "\r")
        return self

    def until(self, wanted, seconds=10):
        """The screen as soon as a line of it is `wanted`, trailing blanks aside."""
        end = time.monotonic() + seconds
        while wanted not in self.lines():
            if time.monotonic() > end:
                raise AssertionError(f"no line {wanted!r} on the screen:\n" + "\n".join(self.lines()))
            self._read()
        return self.lines()

    def lines(self):
        return [line.rstrip() for line in self.screen.display]

    def text(self):
        return "\n".join(self.lines()).rstrip()

    def end(self):
        """The exit status, after the program has left by itself."""
        while self._read():
            pass
        self.child.close()
        return self.child.exitstatus

    def _read(self):
        try:
            got = self.child.read_nonblocking(65536, timeout=0.2)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.raw += got
        self.stream.feed(got)
        return True
