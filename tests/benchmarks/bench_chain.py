"""A long chain of multiplications in a loop: built, swept, freed; time and memory for each node."""

from __future__ import annotations

import gc
import os
import resource
import subprocess
import sys
from importlib.util import find_spec
from time import process_time

HERE = os.environ | {"PYTHONPATH": os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))}
PROGRAM = """
x = Variable(torch.ones(3), requires_grad=True)
y = x
for i in range({n}):
    y = y * 1.0000001
"""


def one(n: int) -> None:
    """Build, sweep and free a chain of `n` calls in this process, and print what it took."""
    from gradcli.session.session import Session

    session = Session()
    session.run("x = torch.ones(3)")
    gc.collect()
    before = resident()
    start = process_time()
    session.run(PROGRAM.format(n=n))
    built = process_time()
    memory = resident() - before
    session.run("y.backward(torch.ones(3))")
    swept = process_time()
    session.run("del y")
    freed = process_time()
    print(f"{n:>9}  build {(built - start) / n * 1e6:6.2f}  sweep {(swept - built) / n * 1e6:6.2f}  "
          f"free {(freed - swept) / n * 1e6:6.2f} us a node   {memory / n:6.0f} bytes a node")
    print((freed - start) / n * 1e6, memory / n)


def torch_one(n: int) -> None:
    import torch

    torch.set_num_threads(1)
    x = torch.ones(3, requires_grad=True)
    y = x * 1
    before = resident()
    start = process_time()
    for _ in range(n):
        y = y * 1.0000001
    built = process_time()
    memory = resident() - before
    y.backward(torch.ones(3))
    swept = process_time()
    print(f"{n:>9}  build {(built - start) / n * 1e6:6.2f}  sweep {(swept - built) / n * 1e6:6.2f}  "
          f"                   {memory / n:6.0f} bytes a node   (torch)")
    print((swept - start) / n * 1e6, memory / n)


def resident() -> int:
    """Bytes of memory this process holds now."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def main() -> None:
    if len(sys.argv) > 1:
        (torch_one if sys.argv[1] == "torch" else one)(int(sys.argv[2]))
        return
    for n in (10**4, 10**5, 10**6):
        seconds, memory = measured("ours", n)
    summary = f"a chain of 10^6: {seconds:.2f} us and {memory:.0f} bytes a node"
    if find_spec("torch"):
        theirs, held = measured("torch", 10**6)
        summary += f", {seconds / theirs:.2f} and {memory / held:.2f} of torch"
    print(summary)


def measured(who: str, n: int) -> tuple[float, float]:
    """Microseconds and bytes a node, in a process of its own, whose line is printed."""
    completed = subprocess.run([sys.executable, __file__, who, str(n)], check=True, env=HERE, stdout=subprocess.PIPE,
                               text=True)
    line, figures = completed.stdout.splitlines()
    print(line, flush=True)
    seconds, memory = map(float, figures.split())
    return seconds, memory


if __name__ == "__main__":
    main()
