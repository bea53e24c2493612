"""A long chain of multiplications in a loop: built, swept, freed; time and memory for each node."""

from __future__ import annotations

import gc
import os
import resource
import subprocess
import sys
from time import perf_counter

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
    start = perf_counter()
    session.run(PROGRAM.format(n=n))
    built = perf_counter()
    memory = resident() - before
    session.run("y.backward(torch.ones(3))")
    swept = perf_counter()
    session.run("del y")
    freed = perf_counter()
    print(f"{n:>9}  build {(built - start) / n * 1e6:6.2f}  sweep {(swept - built) / n * 1e6:6.2f}  "
          f"free {(freed - swept) / n * 1e6:6.2f} us a node   {memory / n:6.0f} bytes a node")


def torch_one(n: int) -> None:
    import torch

    torch.set_num_threads(1)
    x = torch.ones(3, requires_grad=True)
    y = x * 1
    before = resident()
    start = perf_counter()
    for _ in range(n):
        y = y * 1.0000001
    built = perf_counter()
    memory = resident() - before
    y.backward(torch.ones(3))
    swept = perf_counter()
    print(f"{n:>9}  build {(built - start) / n * 1e6:6.2f}  sweep {(swept - built) / n * 1e6:6.2f}  "
          f"                   {memory / n:6.0f} bytes a node   (torch)")


def resident() -> int:
    """Bytes of memory this process holds now."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def main() -> None:
    if len(sys.argv) > 1:
        (torch_one if sys.argv[1] == "torch" else one)(int(sys.argv[2]))
        return
    for n in (10**4, 10**5, 10**6):
        subprocess.run([sys.executable, __file__, "ours", str(n)], check=True, env=HERE)
    try:
        import torch  # noqa: F401
    except ImportError:
        return
    subprocess.run([sys.executable, __file__, "torch", str(10**6)], check=True)


if __name__ == "__main__":
    main()
