"""All benchmarks, or those named: `python -m tests.benchmarks [startup small chain parse random ...]`.

Each prints ratios measured within one run; times alone mean nothing on a shared machine.
"""

import runpy
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> None:
    found = {path.stem.removeprefix("bench_"): path for path in sorted(HERE.glob("bench_*.py"))}
    chosen = sys.argv[1:] or list(found)
    sys.path[:0] = [str(HERE.parents[1])]
    for name in chosen:
        if name not in found:
            sys.exit(f"no benchmark is called {name}; there are {', '.join(found)}")
        print(f"\n== {name}", flush=True)
        sys.argv = [str(found[name])]
        runpy.run_path(str(found[name]), run_name="__main__")


if __name__ == "__main__":
    main()
