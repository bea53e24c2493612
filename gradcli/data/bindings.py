"""Parse the bindings of --at and --var, which are written like keyword arguments: `x=2, y=ones(2,2)`."""

from __future__ import annotations

import re
from keyword import iskeyword
from typing import TYPE_CHECKING, Any, NamedTuple

from gradcli.console.settings import Settings
from gradcli.console.source import from_argument
from gradcli.data.input_data import Assignment, file_value, open_assignment, refuse_file
from gradcli.faults.source import quoted
from gradcli.faults.tree import Fault, UsageFault

if TYPE_CHECKING:
    from gradcli.session.session import Session

FILE = r"(?:^|(?<=,))(\s*(\w+)\s*=\s*)@([^,]+)"
NAMES = re.compile(r"(?:^|,)\s*(\w+)\s*=(?!=)")
ASSIGNMENTS = r"\w+ ?= ?[^=,:;]+(?:, \w+ ?= ?[^=,:;]+)*"
NO_CODE = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"|#.*")    # strings and comments
FILE_PREFIX = "numbers_of_file_"       # begins the names that stand for files
HEAD = "at(\n"      # the text keeps a line of its own, so a comment in it ends before the bracket


class PointText(NamedTuple):
    """A text of --at with names in place of files, and the assignments of these names."""

    text: str
    files: list[Assignment]


def with_files(texts: list[str], settings: Settings, option: str = "--at") -> list[PointText]:
    """The texts of an option, with the files read that they name: `x=@data.csv:column`."""
    read = []
    for text in map(from_argument, texts):
        files: list[Assignment] = []

        def held_name(match: re.Match[str], files: list[Assignment] = files) -> str:
            start, name, path = match.groups()
            name = f"{FILE_PREFIX}{name}"
            files.append(open_assignment(f"{name}=@{path.strip()}", settings))
            return f"{start}{name}"

        for part in text.split(","):
            name, equals, value = part.partition("=")
            if equals and name.strip().isidentifier():
                refuse_file(value, f"{option} {quoted(f'{name.strip()}=@{value.strip()}')}")
            if equals and value.strip() == "@":
                raise UsageFault(f"{option} {name.strip()}=@ needs the name of a file behind the @",
                                 f"{option} {name.strip()}=@data.csv")
        read.append(PointText(re.sub(FILE, held_name, text) if "@" in text else text, files))
    return read


def points(text: str, option: str = "--at") -> list[tuple[str, str]]:
    """The pairs of name and expression in `x=2, y=ones(2,2)`. Raises a fault with a repair for any other text."""
    from gradcli.lang.syntax.parser import parse

    try:
        tree = parse(f"{HEAD}{text}\n)", option)
    except Fault as fault:
        span = fault.span
        if reserved := next((name for name in NAMES.findall(text) if iskeyword(name)), ""):
            raise UsageFault(f"{reserved} is a word of the language, and no name",
                             f"{option} '{reserved}_=...'") from None
        if span and span.line == 1 and re.search(r"(?:^|,)\s*=", text):
            raise _unfit(text, option) from None
        behind = span is None or span.line > text.count("\n") + 2
        if span and span.line == 1 or _open_brackets(text) != 0:
            raise UsageFault(f"a bracket is not closed, or closed once too often, in {option} {text!r}") from None
        if span and not behind:
            fault.source = text
            fault.span = span._replace(line=span.line - 1, end_line=span.end_line - 1)
        else:
            raise UsageFault(f"{option} {text!r} ends where a value must follow",
                             f"{option} 'x=2, y=ones(2,2)'") from None
        fault.hints = _hints(text, option, fault)
        raise
    if len(tree[3]) != 1 or tree[3][0][0] != "expression":
        raise _unfit(text, option)
    call = tree[3][0][3][0]
    if call[0] != "call" or call[3][0][3] != "at":
        raise _unfit(text, option)
    bindings: list[tuple[str, str]] = []
    for argument in call[3][1][3] if len(call[3]) > 1 else ():
        if argument[0] != "keyword":
            raise _unfit(text, option)
        name, value = argument[3]
        if any(name[3] == bound_name for bound_name, _ in bindings):
            raise twice(name[3], option)
        bindings.append((name[3], text[value[1] - len(HEAD) : value[2] - len(HEAD)]))
    return bindings


def _open_brackets(text: str) -> int:
    """How many brackets a text opens more than it closes; negative as soon as it closes one that is not open."""
    depth = 0
    for character in NO_CODE.sub("", text):
        depth += (character in "([{") - (character in ")]}")
        if depth < 0:
            break
    return depth


def _hints(text: str, option: str, fault: Fault) -> list[Any]:
    """The repairs of a text that cannot be read: names and values joined as they must be, or those of the fault."""
    joined = re.sub(r"\s*[;\s]\s*(?=\w+\s*(?:=(?!=)|:))", ", ", re.sub(r",\s*", ", ", text.strip())).replace(",,", ",")
    joined = re.sub(r"(?:^|(?<=, ))(\w+)(?:\s*:\s*|\s+)(?![\s=])", r"\1=", joined)
    if joined != text.strip() and re.fullmatch(ASSIGNMENTS, joined):
        return [(f"{option} '{joined}'", "")]
    return [(repair, re.sub(r"in line (\d+)(: )?", lambda match: f"in line {int(match[1]) - 1}{match[2] or ''}"
             if "\n" in text else "", note)) for repair, note in fault.hints]


def set_variables(session: Session, assignments: list[Assignment]) -> None:
    """Set the names of --var in a session; UsageFault for a name that is set twice."""
    names: set[str] = set()
    for assignment in assignments:
        for name in set_variable(session, assignment):
            if name in names:
                raise twice(name, "--var")
            names.add(name)


def set_variable(session: Session, assignment: Assignment) -> list[str]:
    """Set the names of one --var in a session, and return them."""
    name, value = assignment.name, assignment.value
    if assignment.content is not None:
        session[name] = file_value(assignment)
        return [name]
    bindings = points(value, "--var")
    for target, expression in bindings:
        session.run(f"{target} = {expression}", "--var", echo=False)
    return [target for target, _ in bindings]


def twice(name: str, option: str) -> UsageFault:
    """The fault of a name with two values."""
    return UsageFault(f"{option} gives {name} two values: keyword argument repeated: {name}",
                      (f"{option} '{name}=...'", "once"))


def _unfit(text: str, option: str) -> UsageFault:
    name, _, values = text.partition("=")
    several = name.strip().isidentifier() and "=" not in values and all(map(str.strip, values.split(",")))
    repair = f"{name.strip()}=[{values.strip()}]" if several and "," in values else "x=2, y=ones(2,2)"
    return UsageFault(f"{option} takes NAME=EXPR, NAME=EXPR, not {text!r}", f"{option} {quoted(repair)}")
