"""The command `gradcli grad EXPRESSION --at POINT` that computes what a whole program differentiates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from gradcli.analysis.free_names import WORD
from gradcli.faults.source import quoted

COMMENTS = re.compile(r"(?:[ \t]*#[^\n]*\n|[ \t]*\n)*")
SWEEP = re.compile(r"(?P<result>[^=\n]+?)\.backward\((?P<weights>.*)\)\s*(?:#.*)?", re.DOTALL)
GRAPH_OPTIONS = re.compile(r",?\s*\b(?:retain_graph|retain_variables|create_graph)\s*=\s*\w+")
WRAPPED = re.compile(r"(\w+)\s*=\s*(?:torch\.autograd\.|autograd\.)?Variable\((.*),\s*requires_grad\s*=\s*True\s*\)\s*",
                     re.DOTALL)
LEAF = re.compile(r"(\w+)\s*=\s*(.*),\s*requires_grad\s*=\s*True\s*\)\s*", re.DOTALL)
SWITCHED = re.compile(r"(\w+)\s*=\s*(.*)\.requires_grad_\((?:True)?\)\s*", re.DOTALL)
SEED = re.compile(r"torch\.manual_seed\((\d+)\)\s*")
RANDOM = re.compile(r"rand|normal|uniform|bernoulli|multinomial|dropout|shuffle|sample|_\(")
SAYING = re.compile(r"(?:print|import|from|assert)\b")
ASSIGNED = re.compile(r"^[ \t]*(\w+)(?:\[[^\n]*?\]|\.\w+)*\s*(?:[-+*/@%&|^]|\*\*|//)?=(?!=)", re.MULTILINE)
BOUND = re.compile(r"^[ \t]*(?:def|class|for)\s+(\w+)", re.MULTILINE)
SIMPLE = re.compile(r"(\w+)\s*=(?!=)\s*([^\n]*)\Z")


class Program(NamedTuple):
    """The statements before the first sweep, what it starts from, and the leaves, by name."""

    statements: list[str]
    result: str
    leaves: dict[str, str]
    seed: str
    places: dict[str, int]      # of each leaf: how many of the statements stand before it


def command_for(text: str, command: str) -> str | None:
    """The command that does what the program's first backward() does, or what its last value would; None if neither."""
    program = _read(text)
    if not program or not program.result:
        return None
    since = [statement for at, statement in enumerate(program.statements)
             if not any(at < program.places.get(name, 0) for name in _bound(statement))]
    needed, used = _needed(since, program.result)
    leaves = {name: value for name, value in program.leaves.items() if name in used}
    if not leaves or any(leaf in _bound(statement) for statement in needed for leaf in leaves):
        return None
    earlier, _ = _needed(program.statements[:max(program.places[name] for name in leaves)], " ".join(leaves.values()))
    variables = [match for statement in earlier if (match := SIMPLE.fullmatch(statement))]
    if len(variables) < len(earlier):
        return None
    options = [f"--var {quoted(f'{match[1]}={match[2].strip()}')}" for match in variables]
    if program.seed and RANDOM.search(" ".join([*options, *leaves.values(), *needed])):
        options.append(f"--seed {program.seed}")
    joint = "\n" if any("\n" in statement for statement in needed) else "; "
    at = ", ".join(f"{name}={value}" for name, value in leaves.items())
    return " ".join([f"gradcli {command} {quoted(joint.join([*needed, program.result]))} --at {quoted(at)}", *options])


def _read(text: str) -> Program | None:
    """A program up to its first sweep, or to its end."""
    from gradcli.lang.syntax.statements import statements

    leaves: dict[str, str] = {}
    places: dict[str, int] = {}
    lines: list[str] = []
    seed, result = "", ""
    for line in _single_statements(statement for _, statement in statements(text, "<expr>")):
        if swept := SWEEP.fullmatch(line):
            weights = GRAPH_OPTIONS.sub("", swept["weights"]).strip(" ,")
            return Program(lines, f"({swept['result']} * {weights}).sum()" if weights else swept["result"], leaves,
                           seed, places)
        if leaf := WRAPPED.fullmatch(line) or SWITCHED.fullmatch(line) or LEAF.fullmatch(line):
            leaves[leaf[1]] = f"{leaf[2]})" if leaf.re is LEAF else leaf[2]
            places[leaf[1]] = len(lines)
        elif match := SEED.fullmatch(line):
            seed = match[1]
        elif not SAYING.match(line):
            lines.append(line)
            result = line if not ASSIGNED.match(line) and not BOUND.match(line) else (_bound(line) or [""])[-1]
    return Program(lines, result, leaves, seed, places)


def _single_statements(texts: Iterator[str]) -> Iterator[str]:
    """Statements without the comments above them; those that share a line apart, if no text is in them."""
    for text in texts:
        text = text[COMMENTS.match(text).end():].strip()    # type: ignore[union-attr]  # matches anything
        if "\n" in text or "'" in text or '"' in text or BOUND.match(text) or text.endswith(":"):
            yield text
        else:
            yield from (part.strip() for part in text.partition("#")[0].split(";") if part.strip())


def _needed(statements: list[str], result: str) -> tuple[list[str], set[str]]:
    """Of the statements those that the result depends on, and all names in them and in it."""
    used = set(WORD.findall(result))
    needed: list[str] = []
    for statement in reversed(statements):
        bound = _bound(statement)
        if used.intersection(bound) or not bound and used.intersection(WORD.findall(statement)) and "_(" in statement:
            needed.insert(0, statement)
            used.update(WORD.findall(statement))
    return needed, used


def _bound(statement: str) -> list[str]:
    """The names that a statement sets."""
    return [*ASSIGNED.findall(statement), *BOUND.findall(statement)]
