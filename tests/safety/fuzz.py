"""Programs with their bytes shuffled, and programs made from the grammar: each ends well, or in a diagnosis.

    python tests/safety/fuzz.py FIRST COUNT     a long run, one program for each number
"""

from __future__ import annotations

import random
import resource
import signal
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from gradcli.console.source import decode_utf8, unprompted
from gradcli.engine.tensor.memory import MemoryLimit
from gradcli.faults.tree import Fault, render
from gradcli.session.session import Session
from lang.corpus import PROGRAMS as PLAIN
from lang.programs import Maker
from safety.hostile import PROGRAMS as HOSTILE
from safety.student_mistakes import PROGRAMS as MISTAKEN

ROOT = Path(__file__).parents[2]
STATUSES = {1, 3, 5, 6}
HANGING = 5         # seconds that nothing of this size needs
SCRAPS = [word.encode() for word in """( ) [ ] { } : , ; = == != := += -= *= ** // << >> -> . ... @ % & | ^ ~ < > ' " ''' \"\"\" \\ # 0 1 -1 1e9 0x 1j
    None True x y self def class return lambda for while if else in not is and or try except finally raise with as import from global del
    print f' f'{ {x} {x!r:>{y}} {0} %s %d torch Variable .grad .data .backward() .creator (2,2) requires_grad=True [0] [:] [None] [...] range( len(
    ones( nn. F. optim. super() __init__ __class__ __x é α \u202e \x00 \ufeff \r \t >>> ... In[1]: %magic !ls inf nan 10**9""".split()]
SCRAPS += [b"\n", b"\n    ", b"    ", b" ", b"\xff", b"\r\n", b"\n\n", b"\\\n"]


def sources():
    """Valid scripts, transcripts and odd ones to begin from."""
    files = [*ROOT.glob("examples/**/*.grad"), *ROOT.glob("tests/transcripts/*.txt"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("*.md")]
    texts = [path.read_bytes() for path in sorted(files)]
    return [t[:4000] for t in texts] + [t.encode() for t in (*PLAIN.values(), *HOSTILE.values(), *MISTAKEN)]


def mutated(r, pool):
    """One of the sources with a few of its bytes not where they were."""
    data = bytearray(r.choice(pool))
    if r.random() < 0.3 and len(data) > 300:
        at = r.randrange(len(data) - 200)
        data = data[at: at + r.randrange(50, 600)]
    for _ in range(r.choice((1, 1, 2, 3, 8))):
        at, n = r.randrange(len(data) + 1), r.choice((1, 1, 2, 5, 20, 80))
        what = r.randrange(7)
        if what == 0:
            del data[at: at + n]
        elif what == 1:
            data[at:at] = data[at: at + n] * r.choice((1, 2, 50))
        elif what == 2:
            data[at:at] = bytes(r.randrange(*r.choice(((32, 127),) * 12 + ((0, 256),))) for _ in range(min(n, 5)))
        elif what == 3 and data:
            data[at % len(data)] ^= 1 << r.choice((0, 0, 1, 1, 2, 2, 3, 4, 5, 6, 7))
        elif what == 4:
            other = r.choice(pool)
            start = r.randrange(len(other) + 1)
            data[at:at] = other[start: start + n]
        else:
            data[at:at] = r.choice(SCRAPS)
    return bytes(data)


class Fuzzer:
    """Runs what it is given; `failures` are those that ended in another way than documented."""

    def __init__(self):
        self.pool, self.session, self.runs, self.failures = sources(), None, 0, []
        self.ended = {}

    def program(self, number):
        r = random.Random(number)
        if number % 5 == 0:
            return Maker(r.randrange).program().encode()
        return mutated(r, self.pool)

    def run(self, data):
        if self.runs % 20 == 0:
            self.session = fresh = Session(seed=0)
            fresh.budget.turns, fresh.budget.items, fresh.budget.characters = 3000, 10_000, 50_000
            fresh.budget.bits, fresh.budget.steps = 20_000, 20_000
        self.runs += 1
        MemoryLimit.most = 8_000_000
        signal.setitimer(signal.ITIMER_REAL, HANGING)
        try:
            self.session.run(unprompted(decode_utf8(data, "<fuzz>")), "<fuzz>")
            status = 0
        except Fault as fault:
            status = fault.status
            if status not in STATUSES or not render(fault) or (fault.span is None and status != 6):
                self.failures.append((data, f"{type(fault).__name__}: {fault}, status {status}, at {fault.span}"))
        except BaseException as error:      # whatever it is, it is a find
            import traceback
            self.failures.append((data, "".join(traceback.format_exception(error)[-6:])))
            status = 70
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            self.ended[status] = self.ended.get(status, 0) + 1


class Hung(BaseException):
    """A program took longer than any of its size may."""


def watched():
    """A fuzzer in a process that is interrupted when a program hangs."""
    def hung(*_):
        raise Hung

    signal.signal(signal.SIGALRM, hung)
    return Fuzzer()


def main(first, count):
    resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
    fuzzer = watched()
    for number in range(first, first + count):
        fuzzer.run(fuzzer.program(number))
    for data, why in fuzzer.failures[:8]:
        print(f"--- {data!r}\n{why}")
    print(f"{count} programs, ended with {dict(sorted(fuzzer.ended.items()))}, {len(fuzzer.failures)} failures")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
