"""Replaying a thousand checks, against evaluating their inputs alone."""

import tempfile
from pathlib import Path
from time import perf_counter

from gradcli.console.settings import Settings
from gradcli.session.session import Session
from gradcli.testing.model import split
from gradcli.testing.results import RunOptions, check_file

TURNS, CHECKS = 7, 1000
PROGRAMS = {"whole numbers": ("x = 1", "x + {n}"),
            "small tensors": ("x = Variable(torch.ones(2, 2), requires_grad=True)", "(x * {n}).sum()"),
            "backward": ("x = Variable(torch.ones(3, 3), requires_grad=True)",
                         "y = (x * {n}).tanh().sum(); y.backward(); x.grad")}


def transcript(first, then):
    """The inputs, and a session with them and what they print."""
    session, inputs, lines = Session(), [first, *(then.format(n=n) for n in range(CHECKS))], []
    for source in inputs:
        lines += [f">>> {source}", *split(session.run(source))]
    return inputs, "\n".join(lines) + "\n"


def main():
    """Print both times, the least of several turns, and their ratio, which is to be at most 1.5."""
    wish = RunOptions(Settings({"isolated": True}), 60.0)
    ratios = []
    for name, program in PROGRAMS.items():
        inputs, text = transcript(*program)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "t.txt"
            path.write_text(text)
            evaluated, replayed = [], []
            for _ in range(TURNS):
                session, start = Session(), perf_counter()
                for source in inputs:
                    session.run(source, "<stdin>")
                evaluated.append(perf_counter() - start)
                start = perf_counter()
                result = check_file(str(path), wish)
                replayed.append(perf_counter() - start)
                assert not result.has_failed and len(result.outcomes) == CHECKS + 1
        once, twice = min(evaluated), min(replayed)
        ratios.append(twice / once)
        print(f"{name:<16}{CHECKS} checks: evaluated {once * 1e3:6.1f} ms, tested {twice * 1e3:6.1f} ms, "
              f"ratio {twice / once:.2f}")
    print(f"replaying takes at most {max(ratios):.2f} of evaluating")


if __name__ == "__main__":
    main()
