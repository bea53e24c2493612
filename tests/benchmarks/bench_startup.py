"""Start-up: whole processes, interleaved, as ratios to `python -c "import numpy"` in the same run.

    python tests/benchmarks/bench_startup.py [ROUNDS] [--here]

Installs the checkout as a wheel into a new environment, compiled, so that neither an editable install nor missing
byte code distorts what is measured; --here measures `python -m gradcli` of this checkout instead. CPU time of the whole
tree of processes, user and system; medians of each round's ratio, and the least of all rounds.
"""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
TUTORIAL = "x = Variable(torch.ones(2, 2), requires_grad=True); out = (3*(x+2)**2).mean(); out.backward(); x.grad"
GRAPH = "x = Variable(torch.ones(2, 2), requires_grad=True); (3*(x+2)**2).mean()"
POLYNOMIAL, POINT = "x**2 * sin(x)", "x=2"
PROMPT = "prompt, one key"
NUMPY, ONE_LINER = "import numpy", "eval one-liner"


def installed(folder: Path) -> list[str]:
    """Python of a new environment that has the checkout installed and compiled."""
    venv.create(folder, with_pip=True)
    python = str(folder / "bin" / "python")
    subprocess.run([python, "-m", "pip", "install", "-q", str(ROOT)], check=True)
    subprocess.run([python, "-m", "compileall", "-q", str(folder / "lib")], check=False)
    return [python]


def commands(python: str, gradcli: list[str]) -> dict[str, list[str]]:
    """What is timed, the yardstick first."""
    one_thread = "import os; os.environ['OPENBLAS_NUM_THREADS'] = '1'; import numpy"
    return {
        NUMPY: [python, "-c", "import numpy"],
        "import numpy, 1 BLAS thread": [python, "-c", one_thread],
        "pass": [python, "-c", "pass"],
        ONE_LINER: [*gradcli, "eval", TUTORIAL],
        "eval 1+1": [*gradcli, "eval", "1+1"],
        "eval with an option": [*gradcli, "eval", "--style", "tutorial", TUTORIAL],
        "grad": [*gradcli, "grad", POLYNOMIAL, "--at", POINT],
        "jac": [*gradcli, "jac", "stack([x**2, x*y])", "--at", "x=2, y=3"],
        "hess": [*gradcli, "hess", POLYNOMIAL, "--at", POINT],
        "jvp": [*gradcli, "jvp", POLYNOMIAL, "--at", POINT, "--with", "x=1"],
        "vjp": [*gradcli, "vjp", POLYNOMIAL, "--at", POINT, "--with", "1"],
        "check": [*gradcli, "check", POLYNOMIAL, "--at", POINT],
        "steps": [*gradcli, "steps", POLYNOMIAL, "--at", POINT],
        "plot": [*gradcli, "plot", POLYNOMIAL, "--over", "x=-3:3"],
        "graph": [*gradcli, "graph", GRAPH],
        "doc": [*gradcli, "doc", "sigmoid"],
        "ops": [*gradcli, "ops"],
        "explain": [*gradcli, "explain", "G0201"],
        "limits": [*gradcli, "limits"],
        "--version": [*gradcli, "--version"],
        "--help": [*gradcli, "--help"],
        "grad --help": [*gradcli, "grad", "--help"],
        PROMPT: gradcli,
    }


def measure(chosen: dict[str, list[str]], rounds: int) -> dict[str, list[float]]:
    """Seconds of CPU time of each command, one of each in every round."""
    clean = {k: v for k, v in os.environ.items()
             if not k.startswith(("OPENBLAS", "OMP_", "MKL_", "GRADCLI", "PYTHONDONTWRITE", "PYTHONPATH"))}
    taken: dict[str, list[float]] = {name: [] for name in chosen}
    for turn in range(rounds + 1):
        for name, command in chosen.items():
            seconds = first_key(command, clean) if name == PROMPT else whole(name, command, clean)
            if turn:        # the first round warms the disk cache
                taken[name].append(seconds)
    return taken


def whole(name: str, command: list[str], environment: dict[str, str]) -> float:
    """CPU seconds of a command and all its processes."""
    process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{name} ended with status {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def first_key(command: list[str], environment: dict[str, str]) -> float:
    """CPU seconds of the REPL on a terminal of its own: its prompt, one key that it shows, and the end by Ctrl-D."""
    child, terminal = pty.fork()
    if child == 0:
        os.execve(command[0], command, environment | {"TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"})
    until(terminal, b">>>")
    os.write(terminal, b"7")
    until(terminal, b"7")
    os.write(terminal, b"\x08\x04")
    try:
        while select.select([terminal], [], [], 10)[0] and os.read(terminal, 4096):
            pass
    except OSError:     # the other side has closed it
        pass
    _, _, usage = os.wait4(child, 0)
    os.close(terminal)
    return usage.ru_utime + usage.ru_stime


def until(terminal: int, text: bytes) -> None:
    """Read what the terminal shows until it has shown `text`."""
    shown = b""
    while text not in shown:
        if not select.select([terminal], [], [], 30)[0]:
            sys.exit(f"the prompt shows {shown!r} and not {text!r}")
        shown += os.read(terminal, 4096)


def main() -> None:
    words = [word for word in sys.argv[1:] if word != "--here"]
    rounds = int(words[0]) if words else 21
    with tempfile.TemporaryDirectory() as folder:
        here = "--here" in sys.argv
        python = [sys.executable] if here else installed(Path(folder) / "venv")
        gradcli = [*python, "-m", "gradcli"] if here else [str(Path(python[0]).with_name("gradcli"))]
        taken = measure(commands(python[0], gradcli), rounds)
    print(f"{'':<28} median ms  least ms    ratio   least ratio    to the one-liner   (of {rounds} rounds)")
    for name, seconds in taken.items():
        print(f"{name:<28} {median(seconds) * 1e3:9.1f} {min(seconds) * 1e3:9.1f} {ratio(taken, name, NUMPY):8.2f} "
              f"{min(seconds) / min(taken[NUMPY]):13.2f} {ratio(taken, name, ONE_LINER):19.2f}")
    others = [name for name in taken if name in "grad jac hess jvp vjp check steps plot graph doc".split()]
    worst = max(others, key=lambda name: ratio(taken, name, ONE_LINER))
    print(f"one-liner {ratio(taken, ONE_LINER, NUMPY):.2f} of import numpy, "
          f"--help {ratio(taken, '--help', NUMPY):.2f}; "
          f"commands at most {ratio(taken, worst, ONE_LINER):.2f} of the one-liner ({worst})")


def ratio(taken: dict[str, list[float]], name: str, other: str) -> float:
    """The median of the ratios of the rounds."""
    return median(a / b for a, b in zip(taken[name], taken[other], strict=True))


if __name__ == "__main__":
    main()
