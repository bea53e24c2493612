"""What a command may do that stands in a text somebody else wrote, and is replayed by `gradcli test`.

Its process is told so before it reads a word of the command, and is asked wherever gradcli reads a file that the
command line names, writes one, or takes a setting: how the command spells what it wants does not matter.
"""

from __future__ import annotations

import os

from gradcli.faults.tree import FileFault, UsageFault


class Replay:
    """Whether this process replays such a command: below which folder it reads then, and in how much memory.

    `folder` is empty where a person has given the command; `memory` is 0 where there is no limit.
    """

    folder = ""
    memory = 0


def begin_replay(memory: str) -> None:
    """From now on this process reads files below the present folder alone, and needs at most `memory` bytes."""
    Replay.folder, Replay.memory = os.path.realpath("."), int(memory)


def lies_elsewhere(path: str, folder: str) -> bool:
    """Whether a path leads to something outside of a folder, or hidden there."""
    real_path = os.path.realpath(path)
    inside = os.path.relpath(real_path, folder).split(os.sep)
    return os.path.commonpath([real_path, folder]) != folder or any(part[:1] == "." for part in inside if part != ".")


def refuse_reading(path: str) -> None:
    """Raise FileFault if a replayed command may not read the file of that name."""
    if Replay.folder and lies_elsewhere(path, Replay.folder):
        raise FileFault(f"{path} is not read: {ELSEWHERE}")


def refuse_change(words: str) -> None:
    """Raise UsageFault in a replayed command, which `words` say does what changes something."""
    if Replay.folder:
        raise UsageFault(f"{words} is not replayed: {NO_CHANGE}")


ELSEWHERE = "a text that is tested reads files below this folder alone, and none that are hidden"
NO_CHANGE = "a text that is tested changes nothing"
