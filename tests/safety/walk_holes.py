"""The holes that an attack found, as the hostile walk shows them: a pattern of its findings for each."""

from __future__ import annotations

import re

from safety.walk_findings import Findings

HOLES = {
    "a type in the args of a KeyError of the engine": r"exception\.args.*a type of Python's",
    "a method of C or of ours by copying a method of that name": r"a (method of C|private function).*(of another name|w_renamed)",
    "an object of ours by copying a method of that name": r"custom_call\.Record.*(of another name|w_renamed)",
    "np.full: arrays of objects": r"an array of 'O'",
    "np.full: arrays of text": r"an array of 'U'",
    "np.full: whole numbers beyond int64": r"an array of 'u'",
    "load_state_dict: numpy's scalars in a deque": r"argument afterwards.*numpy\.float",
    "_class_readable of a class of the program: mro": r"mro.*a type of Python's|a type of Python's.*mro",
    "_class_readable: a slot of ours": r"member_descriptor",
    "_readable of a mixin: the record of a Function": r"Record.*\b(Readable|Writable)\w*",
    "_readable of a mixin: private methods": r"a private function of ours.*\b(Readable|Writable)\w*",
    "_opens or _looks of a class of the program": r"the private name _(opens|looks)",
    "a foreign self: half, to and their like": r"the private name _as|numpy\.dtype",
    "an exception's args by a property": r"an internal error: (ZeroDivisionError|TypeError)",
    "a __repr__ that raises": r"an internal error: (KeyError|ValueError)",
    "true addresses by super().__repr__ of an exception": r"a true address.*(Shows|w_named_calls)",
    "true addresses in messages of Python's": r"exception\.args.*a true address",
    "the prelude written to by detach_": r"changed: (namespace|function)",
}


def first_calls(findings: Findings) -> dict[str, int | None]:
    """For each hole the number of the call that showed it first; None where none did."""
    lines = [(finding.first, f"{finding.way}: {finding.why} | {finding.cause} | {finding.text}") for finding in findings.by.values()]
    return {name: min((first for first, line in lines if re.search(pattern, line)), default=None)
            for name, pattern in HOLES.items()}
