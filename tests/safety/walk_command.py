"""The hostile walk by command: `PYTHONPATH=tests python -m safety.walk_command --calls 1000000 --seed 0`."""

from __future__ import annotations

import argparse
import resource
import time

from safety.closed_set import name_of
from safety.walk_findings import program
from safety.walk_holes import first_calls
from safety.walk_hostile import Walk


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--style", default="tutorial")
    parser.add_argument("--seconds", type=float, default=1e9)
    parser.add_argument("--programs", action="store_true", help="whole programs in place of statements")
    parser.add_argument("--types", action="store_true", help="the types met")
    parser.add_argument("--holes", action="store_true", help="how many calls the holes took that are known")
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, resource.RLIM_INFINITY))
    start = time.monotonic()
    walk = Walk(options.seed, options.style).run(options.calls, options.seconds)
    print(f"{walk.calls} calls in {time.monotonic() - start:.0f} s; {walk.values} values of {len(walk.closed.met)} types looked into; "
          f"{sum(walk.raised.values())} exceptions caught; {walk.limits} limits, {walk.late} late; {len(walk.findings)} findings")
    if options.types:
        for kind, count in walk.closed.met.most_common():
            print(f"  {count:9} {name_of(kind)}")
    if options.holes:
        for name, first in first_calls(walk.findings).items():
            print(f"  {name}: {f'after {first} calls' if first else 'not found'}")
    for line in walk.findings.report():
        print(line)
    if options.programs:
        for finding in walk.findings.by.values():
            print(f"----- {finding.way}: {finding.why} ({finding.cause})\n{program(finding.text, walk.definitions)}")
    return bool(len(walk.findings))


if __name__ == "__main__":
    raise SystemExit(main())
