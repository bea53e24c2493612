"""Counts below which no comparison with torch may fall, kept in tests/golden, and the options of the comparisons."""

import argparse
import json


def comparison_parser(description, names):
    """A parser of the options that all comparisons have; `names` says what the names on the command line are."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help=names)
    parser.add_argument("-v", "--verbose", action="count", default=0, help="show disagreements")
    parser.add_argument("--record", action="store_true", help="make these counts the floor")
    parser.add_argument("--jobs", type=int, default=2, help="how many processes work")
    return parser


def record_counts(floor_file, counts, only):
    """Make counts the floor, those of the names in `only` alone if there are any."""
    floor = json.loads(floor_file.read_text()) if only and floor_file.exists() else {}
    lines = ",\n".join(f'"{name}": {list(count)}' for name, count in sorted((floor | counts).items()))
    floor_file.write_text(f"{{\n{lines}\n}}\n")


def report_losses(floor_file, counts, only, what):
    """Compare counts of agreement with the floor; 1 if anything fell below it. `only` says that some were left out."""
    floor = json.loads(floor_file.read_text()) if floor_file.exists() else {}
    lost = {name: was for name, was in floor.items()
            if (name in counts or not only) and counts.get(name, [0, 0])[0] < was[0]}
    for name, (agree, total) in sorted(lost.items()):
        print(f"lost: {name} agreed on {agree} of {total} {what}, now on {counts.get(name, [0, 0])[0]}")
    return 1 if lost else 0
