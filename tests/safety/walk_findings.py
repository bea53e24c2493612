"""What the hostile walk finds, by cause, each as the shortest program that shows it."""

from __future__ import annotations

import re
import sys
import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gradcli.exposure import ADMITTING
from gradcli.lang.runtime.types import TypeProxy, user_class
from gradcli.namespace.modules import ModuleProxy
from gradcli.session.session import Session
from safety.closed_set import SOURCE, class_dict

DEFINED = re.compile(r"^(?:class|def) (\w+)|^(\w+) =", re.MULTILINE)


@dataclass
class Finding:
    """One thing that may not be: how it came, what it is, and where in our source."""

    way: str
    why: str
    cause: str
    text: str
    first: int          # the call that showed it first
    count: int = 1


class Findings:
    """All findings: one for each way, reason and cause."""

    def __init__(self) -> None:
        self.by: dict[tuple[str, str, str], Finding] = {}

    def __len__(self) -> int:
        return len(self.by)

    def add(self, way: str, why: str, cause: str, text: str, call: int) -> None:
        key = re.sub(r"(\[\.\.\.\]|\.key)+", "[...]", way), why, cause
        known = self.by.get(key)
        if known is None:
            self.by[key] = Finding(*key, text, call)
        else:
            known.count += 1
            if len(text) < len(known.text):
                known.text = text

    def report(self) -> Iterator[str]:
        """The findings, those that came most often first, grouped by what they are."""
        groups: dict[str, list[Finding]] = {}
        for finding in self.by.values():
            groups.setdefault(f"{finding.way}: {finding.why}", []).append(finding)
        for name, members in sorted(groups.items(), key=lambda pair: -sum(finding.count for finding in pair[1])):
            yield f"{name}  ({sum(finding.count for finding in members)} times, {len(members)} causes)"
            for finding in sorted(members, key=lambda finding: len(finding.text))[:12]:
                yield f"    {finding.cause}  (first after {finding.first} calls, {finding.count} times)"
                yield f"        {finding.text}"


def program(text: str, definitions: list[str]) -> str:
    """A whole program for a statement of the walk: what it needs of the definitions, and the statement."""
    needed: list[str] = []
    words = set(re.findall(r"\w+", text))
    for finding in reversed(definitions[1:]):
        names = {name for group in DEFINED.findall(finding) for name in group if name}
        if names & words:
            needed.insert(0, finding)
            words |= set(re.findall(r"\w+", finding))
    return "\n".join([definitions[0].strip(), *needed, text]) + "\n"


def place_of(error: BaseException) -> str:
    """The innermost place in our source that an exception came through."""
    step, place = error.__traceback__, "the program"
    while step is not None:
        file = step.tb_frame.f_code.co_filename
        if file.startswith(SOURCE):
            place = f"{file[len(SOURCE) + 1:]}:{step.tb_lineno}"
        step = step.tb_next
    return place


def fingerprint(session: Session) -> dict[str, dict[str, int]]:
    """What all programs share, by name: the contents of namespaces, our classes and stand-ins for types."""
    counts: dict[str, dict[str, int]] = {}
    spaces = [*session.modules.values(), *session.loaded().values()]
    for space in spaces:
        if isinstance(space, ModuleProxy):
            lazy = vars(space)[".operations"]
            counts[f"namespace {vars(space)['.name']}"] = {
                name: id(value) for name, value in vars(space).items() if name not in lazy}
    for module in [module for name, module in sorted(sys.modules.items()) if name.startswith("gradcli.")]:
        for value in list(vars(module).values()):
            if isinstance(value, type) and not user_class(value) and value.__module__ == module.__name__:
                counts[f"class {value.__module__}.{value.__qualname__}"] = {
                    name: id(part) for name, part in class_dict(value).items()}
            elif type(value) is TypeProxy:
                counts[f"kind {module.__name__}.{value!r}"] = {name: id(getattr(value, name, None))
                                                             for name in ("_name", "_types", "_call", "_methods")}
            elif isinstance(value, types.FunctionType):
                counts[f"function {module.__name__}.{value.__name__}"] = {
                    name: id(part) for name, part in vars(value).items() if name != ADMITTING}
    return counts


def arrived(name: str, before: dict[str, int]) -> set[str]:
    """The names of a class of ours that our own code has added, as operations do when they are first used."""
    kind, _, path = name.partition(" ")
    if kind != "class":
        return set()
    module, _, _ = path.partition(".<locals>")
    holder: Any = sys.modules.get(path.rpartition(".")[0])
    members = class_dict(getattr(holder, path.rpartition(".")[2])) if holder and module == path else {}
    return {key for key, part in members.items() if key not in before
            and type(part) is types.FunctionType and part.__code__.co_filename.startswith(SOURCE)}
