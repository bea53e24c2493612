"""Keystrokes at the prompt: how long until the screen answers, on a terminal of its own.

    python tests/benchmarks/bench_repl.py [KEYS]

With a history of 10,000 entries: keys of an empty prompt, within 500 pasted lines of short
statements, and at the end of one function of 500 lines.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import tempfile
import termios
from pathlib import Path
from statistics import median
from time import perf_counter, sleep

ROOT = Path(__file__).resolve().parents[2]
ENTRIES, LINES = 10_000, 500
SILENCE = 0.03      # seconds without output after which the screen has said all it has to say
STATEMENTS = [f"name{n} = Variable(torch.ones({n % 9 + 1}, 2), requires_grad=True) * {n} + other[{n}]"
              for n in range(LINES)]
FUNCTION = ["def long(x):"] + [f"    x = x * {n} + torch.ones({n % 9 + 1}, 2).sum()" for n in range(LINES - 1)]


class Prompt:
    """A REPL on a terminal of 120 by 40."""

    def __init__(self, home: str) -> None:
        self.child, self.terminal = pty.fork()
        if self.child == 0:
            os.chdir(ROOT)
            env = os.environ | {"TERM": "xterm-256color", "XDG_STATE_HOME": home, "XDG_CONFIG_HOME": home,
                                "PROMPT_TOOLKIT_NO_CPR": "1"}
            os.execve(sys.executable, [sys.executable, "-m", "gradcli"], env)
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        self.drain(3)

    def drain(self, patience: float = SILENCE) -> None:
        while select.select([self.terminal], [], [], patience)[0]:
            os.read(self.terminal, 1 << 16)

    def key(self, text: str) -> float:
        """Seconds until the screen has answered a key."""
        start = perf_counter()
        os.write(self.terminal, text.encode())
        select.select([self.terminal], [], [], 5)
        taken = perf_counter() - start
        self.drain()
        return taken

    def burst(self, text: str) -> float:
        """Seconds a key, of many that come faster than the screen."""
        start = perf_counter()
        for key in text:
            os.write(self.terminal, key.encode())
            sleep(0.0001)
        last = perf_counter()
        while select.select([self.terminal], [], [], 0.3)[0]:
            os.read(self.terminal, 1 << 16)
            last = perf_counter()
        return (last - start) / len(text)

    def paste(self, lines: list[str]) -> float:
        start = perf_counter()
        rest = f"\x1b[200~{chr(10).join(lines)}\x1b[201~".encode()
        last = start
        while rest or select.select([self.terminal], [], [], 0.5)[0]:
            if rest:
                rest = rest[os.write(self.terminal, rest[:512]):]
            while select.select([self.terminal], [], [], 0)[0]:
                os.read(self.terminal, 1 << 16)
                last = perf_counter()
        return last - start

    def end(self) -> None:
        os.kill(self.child, signal.SIGKILL)
        os.waitpid(self.child, 0)
        os.close(self.terminal)


def report(label: str, seconds: list[float]) -> None:
    shown = sorted(1000 * s for s in seconds)
    print(f"{label:<44} median {median(shown):6.1f} ms   95 of 100 below {shown[len(shown) * 95 // 100]:6.1f} ms   "
          f"longest {shown[-1]:6.1f} ms")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    typed = ("grad = (x + y * 3.5).sum(0) " * (count // 28 + 1))[:count]
    with tempfile.TemporaryDirectory() as home:
        os.makedirs(f"{home}/gradcli")
        Path(home, "gradcli/history").write_text(
            "".join(f"+entry{n} = Variable(torch.ones({n})) + x\n\n" for n in range(ENTRIES)))
        prompt = Prompt(home)
        keys = [prompt.key(key) for key in typed]
        report("a line, 10,000 entries of history", keys)
        print(f"{'the same in a burst':<44} {1000 * prompt.burst(typed):6.1f} ms a key")
        prompt.key("\x03")
        report("Up, through the history", [prompt.key("\x1b[A") for _ in range(count)])
        prompt.key("\x03")
        report("Tab on a name", [prompt.key(key) for _ in range(count // 10) for key in ("si", "\t", "\x03")])
        prompt.key("\x03")
        print(f"{f'pasting {LINES} lines':<44} {1000 * prompt.paste(STATEMENTS):6.1f} ms")
        report("typing after them", [prompt.key(key) for key in typed])
        report("moving up through them", [prompt.key("\x1b[A") for _ in range(count)])
        report("typing amid them", [prompt.key(key) for key in typed])
        prompt.key("\x03")
        prompt.paste(FUNCTION)
        report(f"typing in a function of {LINES} lines", [prompt.key(key) for key in typed])
        report("Enter in it", [prompt.key(key) for _ in range(count // 4) for key in ("\r", "x = x")])
        prompt.end()
    print(f"a key with 10,000 entries of history: median {1000 * median(keys):.1f} ms")


if __name__ == "__main__":
    main()
