"""Start-up: whole processes, interleaved, as ratios to `python -c "import numpy"` in the same run.

    python tests/benchmarks/bench_startup.py [ROUNDS]

Installs the checkout as a wheel into a new environment, compiled, so that neither an
editable install nor missing byte code distorts what is measured.
"""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from statistics import median
from time import perf_counter

ROOT = Path(__file__).resolve().parents[2]
TUTORIAL = ("x = Variable(torch.ones(2,2), requires_grad=True); y = x + 2; z = y*y*3; "
            "out = z.mean(); out.backward(); x.grad")
PROMPT = "first prompt of the REPL"


def installed(folder: Path) -> Path:
    """The programs of a new environment that has the checkout installed and compiled."""
    venv.create(folder, with_pip=True)
    bin_ = folder / "bin"
    subprocess.run([bin_ / "pip", "install", "-q", str(ROOT)], check=True)
    subprocess.run([bin_ / "python", "-m", "compileall", "-q", str(folder / "lib")], check=False)
    return bin_


def commands(bin_: Path) -> dict[str, list[str]]:
    """What is timed, the yardstick first."""
    python, gradcli = str(bin_ / "python"), str(bin_ / "gradcli")
    return {
        "import numpy": [python, "-c", "import numpy"],
        "import numpy, 1 BLAS thread": [
            python, "-c", "import os; os.environ['OPENBLAS_NUM_THREADS'] = '1'; import numpy"],
        "pass": [python, "-c", "pass"],
        "eval 1+1": [gradcli, "eval", "1+1"],
        "eval tutorial": [gradcli, "eval", TUTORIAL],
        "eval through typer": [gradcli, "eval", "--style", "tutorial", TUTORIAL],
        "--version": [gradcli, "--version"],
        "--help": [gradcli, "--help"],
        PROMPT: [gradcli],
    }


def measure(chosen: dict[str, list[str]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each command, one of each in every round."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "OPENBLAS", "OMP_", "MKL_"))}
    taken: dict[str, list[float]] = {name: [] for name in chosen}
    for turn in range(rounds + 1):
        for name, command in chosen.items():
            start = perf_counter()
            if name == PROMPT:
                first_prompt(command, clean)
            else:
                subprocess.run(command, check=True, env=clean, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            if turn:        # the first round warms the disk cache
                taken[name].append(perf_counter() - start)
    return taken


def first_prompt(command: list[str], env: dict[str, str]) -> None:
    """Start the REPL on a terminal of its own, and return when its prompt is there."""
    child, terminal = pty.fork()
    if child == 0:
        os.execve(command[0], command, env | {"TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"})
    seen = b""
    while b">>>" not in seen:
        seen += os.read(terminal, 4096)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(terminal)


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 21
    with tempfile.TemporaryDirectory() as folder:
        taken = measure(commands(installed(Path(folder) / "venv")), rounds)
    yardstick = taken["import numpy"]
    print(f"{'':<28} median ms   ratio   (of {rounds} rounds; ratio: median of each round's)")
    for name, seconds in taken.items():
        ratio = median(a / b for a, b in zip(seconds, yardstick, strict=True))
        print(f"{name:<28} {median(seconds) * 1000:9.1f}   {ratio:5.2f}")


if __name__ == "__main__":
    main()
