"""Tracebacks of Python that a file holds: what was printed before them, and the exception they end with.

A stranger's notebook or session shows a fault in Python's words, with places in files of its own. So only which
exception it was is compared, as doctest can be asked to.
"""

from __future__ import annotations

import re

from gradcli.faults.attributes import MissingImport
from gradcli.faults.mistakes import ImportRefused, IndentationFault, ProgramExit
from gradcli.faults.tree import Fault, PolicyFault, SyntaxFault
from gradcli.lang.messages.python_words import python_kind
from gradcli.testing.model import Lines

HEAD = re.compile(r"(?:\w+ +)?Traceback \(most recent call last\):?\s*$|  File \"[^\"]*\", line \d+"
                  r"|\s+(?:Cell |Input |File )In ?\[\d+\](?:, line|:| in )")
DASHES = re.compile(r"-{20,}$")
NAMED = re.compile(r"(?:[\w.]+\.)?(\w+) +Traceback ")
ENDING = re.compile(r"(?:[\w.]+\.)?([A-Za-z_]\w*)(?::|\s*$)")
NAMES = re.compile(r"(?:Error|Exception|Warning)$")


def is_traceback(lines: Lines) -> bool:
    """Whether lines hold a traceback of Python's."""
    return any(map(HEAD.match, lines))


def traceback_ending(lines: Lines) -> Lines:
    """The lines before the traceback in `lines`, and the name of the exception that it ends with."""
    first = next(number for number, line in enumerate(lines) if HEAD.match(line))
    before = lines[: first - 1] if first and DASHES.match(lines[first - 1]) else lines[:first]
    if ending := NAMED.match(lines[first]):
        return *before, ending[1]
    endings = [match[1] for line in lines[first + 1:] if (match := ENDING.match(line))]
    return *before, next(filter(NAMES.search, endings[::-1]), endings[0] if endings else "")


def exception_name(fault: Fault) -> str:
    """The name of the exception that Python would have raised in place of a fault."""
    if fault.exception:
        return fault.exception
    if isinstance(fault, ProgramExit):
        return "SystemExit"
    if isinstance(fault, SyntaxFault):
        return "IndentationError" if isinstance(fault, IndentationFault) else "SyntaxError"
    if isinstance(fault, PolicyFault):
        return "ModuleNotFoundError" if isinstance(fault, ImportRefused) else ""
    return "ImportError" if isinstance(fault, MissingImport) else python_kind(fault).__name__
