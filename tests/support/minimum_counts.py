"""Counts below which no comparison with torch may fall, kept in tests/golden."""

import json


def report_losses(floor_file, counts, only, what):
    """Compare counts of agreement with the floor; 1 if anything fell below it. `only` says that some were left out."""
    floor = json.loads(floor_file.read_text()) if floor_file.exists() else {}
    lost = {name: was for name, was in floor.items()
            if (name in counts or not only) and counts.get(name, [0, 0])[0] < was[0]}
    for name, (agree, total) in sorted(lost.items()):
        print(f"lost: {name} agreed on {agree} of {total} {what}, now on {counts.get(name, [0, 0])[0]}")
    return 1 if lost else 0
