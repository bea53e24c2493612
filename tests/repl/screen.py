"""A REPL in a pseudo-terminal, and the screen a person would see."""

import os
import sys
import time

import pexpect
import pyte


class Screen:
    """The real program, or a shell to start it from, on a terminal, 100 wide."""

    def __init__(self, home, *args, term="xterm-256color", rows=30, shell="", **environment):
        env = {key: value for key, value in os.environ.items() if not key.startswith(("GRADCLI_", "XDG_"))}
        env |= {"TERM": term, "HOME": str(home), "XDG_CONFIG_HOME": str(home / "config"),
                "XDG_STATE_HOME": str(home / "state"), "PROMPT_TOOLKIT_NO_CPR": "1", "PS1": "$ ", **environment}
        command = [shell, "--norc", "--noprofile"] if shell else [sys.executable, "-m", "gradcli", *args]
        self.screen = pyte.Screen(100, rows)
        self.stream = pyte.Stream(self.screen)
        self.raw = ""
        self.child = pexpect.spawn(command[0], command[1:], env=env, dimensions=(rows, 100),
                                   encoding="utf-8", timeout=20)

    def type(self, text):
        self.child.send(text)
        return self

    def enter(self, *lines):
        for line in lines:
            self.child.send(line + "\r")
        return self

    def paste(self, text):
        """Paste as a terminal does that tells pasted text from typed."""
        self.child.send(f"\x1b[200~{text}\x1b[201~")
        return self

    def until(self, wanted, seconds=30):
        """The screen as soon as a line of it is `wanted`, trailing blanks aside."""
        end = time.monotonic() + seconds
        while wanted not in self.lines():
            if time.monotonic() > end:
                raise AssertionError(f"no line {wanted!r} on the screen:\n" + "\n".join(self.lines()))
            self._read()
        return self.lines()

    def lines(self):
        return [line.rstrip() for line in self.screen.display]

    def underlined(self):
        """What is underlined on the screen."""
        return "".join(self.screen.buffer[row][column].data for row in range(self.screen.lines)
                       for column in range(self.screen.columns) if self.screen.buffer[row][column].underscore)

    def quiet(self, seconds=0.4):
        """Read until nothing has come for a while, or for long enough if something always comes."""
        start = end = time.monotonic()
        end += seconds
        while time.monotonic() < min(end, start + 5 * seconds):
            before = len(self.raw)
            self._read()
            if len(self.raw) > before:
                end = time.monotonic() + seconds
        return self

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
            received = self.child.read_nonblocking(65536, timeout=0.2)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.raw += received
        self.stream.feed(received)
        return True
