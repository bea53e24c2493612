"""`import` is a declaration checked against the policy's table; it never calls Python's import (rule R7)."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from gradcli.faults.mistakes import ImportRefused
from gradcli.faults.source import line_of
from gradcli.faults.suggestions import nearest
from gradcli.lang.lowering.context import STORE, LoweringContext, lowers
from gradcli.lang.syntax.lexer import Node

FEATURES = {"print_function", "division", "absolute_import", "unicode_literals", "annotations",
            "generators", "nested_scopes", "with_statement", "generator_stop"}


_DATA = ("gradcli run --var x=@data.npy FILE", "gives a program data from a file; programs open none themselves")
_RANDOM_DATA = ("x = torch.randn(100, 3)", "data of the program's own")
_CLASS = (("from dataclasses import dataclass", "classes by their fields"),)
_ASSERTS = (("assert torch.allclose(x, y)", "in functions that the program calls: test_grad()"),
            ("gradcli test FILE", "replays transcripts and compares what they print"))
INSTEAD: dict[str, tuple[tuple[str, str], ...]] = {
    "numpy": (("import numpy as np", "a little of it: arrays, their functions, np.random"),),
    "matplotlib": (("import matplotlib.pyplot as plt", "whose functions draw nothing"),),
    "attr": _CLASS, "pytest": _ASSERTS,
    "tensorboardX": (("print(step, loss.item())", "shows the progress of a program"),),
} | (
    dict.fromkeys(("requests", "h5py", "yaml"), (_DATA,))) | (
    dict.fromkeys(("torchvision", "torchtext", "torchaudio", "sklearn", "pandas", "scipy", "PIL", "cv2", "gym",
                   "gymnasium", "transformers", "datasets"), (_RANDOM_DATA, _DATA))) | (
    dict.fromkeys(("seaborn", "plotly", "visdom"),
                  (("gradcli plot 'sin(x)' --over x=-3:3", "draws a curve; leave the plotting lines out"),)))
"""Hints for modules that programs often import and that do not exist here, by the first word of their names."""


CAUGHT = r"\b(?:ImportError|ModuleNotFoundError|Exception)\b"


def catches_imports(c: LoweringContext, clause: Node) -> bool:
    """Whether an `except` clause catches that a module is missing."""
    head = clause[3][:-1]
    return not head or bool(re.search(CAUGHT, c.text[head[0][1] : head[0][2]]))


def _raise_import_error(c: LoweringContext, absent: tuple[str, ...], node: Node) -> ast.stmt:
    """The statement that raises ImportError when it runs."""
    return c.at(ast.Expr(c.call(".import_error", [c.constant(name, node) for name in absent], node)), node)


@lowers("import")
def import_(c: LoweringContext, node: Node) -> list[ast.stmt]:
    """`import a.b` binds a; `import a.b as c` binds a.b."""
    statements: list[ast.stmt] = []
    for item in node[3]:
        path, *alias = item[3]
        if c.import_errors_caught and (absent := _find_absent(c, path)):
            return [*statements, _raise_import_error(c, absent, item)]
        name = _module_name(c, path)
        if name == "__future__":
            continue
        leaf = alias[0] if alias else path[3][0]
        statements.append(_bind(c, leaf, _module(c, name if alias else name.split(".")[0], path), item))
    return statements or [c.at(ast.Pass(), node)]


@lowers("from_import")
def from_import(c: LoweringContext, node: Node) -> list[ast.stmt]:
    """`from a.b import c as d`, and `from a import *` for the modules there are."""
    path, *members = node[3]
    if c.import_errors_caught and (absent := _find_absent(c, path, members)):
        return [_raise_import_error(c, absent, node)]
    name = _module_name(c, path)
    statements: list[ast.stmt] = []
    for member in members:
        if name == "__future__":
            _check_feature(c, member)
        elif member[0] == "everything":
            if c.scopes[-1].kind != "module":
                raise c.wrong("import * can only stand outside functions and classes", member)
            for exported in sorted(c.policy.readable_names(c.policy.modules[name])):
                value = c.call(".member", [_module(c, name, path), c.constant(exported, member)], member)
                statements.append(c.at(ast.Assign([c.at(ast.Name(exported, STORE), member)], value), node))
        else:
            leaf, *alias = member[3]
            value = c.call(".member", [_module(c, name, path), c.constant(c.name(leaf), leaf)], leaf)
            statements.append(_bind(c, (alias or [leaf])[0], value, member))
    return statements or [c.at(ast.Pass(), node)]


def _bind(c: LoweringContext, leaf: Node, value: ast.expr, node: Node) -> ast.stmt:
    return c.at(ast.Assign([c.at(ast.Name(c.name(leaf), STORE), leaf)], value), node)


def _module(c: LoweringContext, name: str, node: Node) -> ast.expr:
    return c.call(".module", [c.constant(name, node)], node)


def _find_absent(c: LoweringContext, path: Node, members: Sequence[Node] = ()) -> tuple[str, ...]:
    """The name of a module that does not exist; a module and a name that it lacks; nothing if all are there."""
    name = ".".join(leaf[3] for leaf in path[3])
    if name == "__future__":
        return ()
    if name not in c.policy.modules:
        return (name,)
    for member in members:
        member_name = member[3][0][3] if member[0] != "everything" else ""
        if member_name and not (c.policy.attribute(c.policy.modules[name], member_name)
                                or c.policy.origin(c.policy.modules, name, member_name)):
            return name, member_name
    return ()


def _module_name(c: LoweringContext, path: Node) -> str:
    """The dotted name at `path`; ImportRefused if there is no such module."""
    name = ".".join(leaf[3] for leaf in path[3])
    modules = c.policy.modules
    if name == "__future__":
        return name
    if name in modules and name.split(".")[0] in modules:
        return name
    first, span = name.split(".")[0], c.span(path)
    first_words = {module.split(".")[0] for module in modules} | {"__future__"}
    hints: tuple[tuple[str, str] | str, ...] = INSTEAD.get(first, ())
    notes = []
    if first not in INSTEAD:
        line = line_of(c.text, span.line).strip()
        hints = tuple((line.replace(name, candidate, 1), f"in line {span.line}") for candidate in nearest(
            name, modules))
        notes = [] if hints else [f"modules here are {', '.join(sorted(first_words))}"]
    raise ImportRefused(f"there is no module {name} to import", *hints, span=span, notes=notes, as_python=True).saying(
        f"No module named '{name if first in first_words else first}'")


def _check_feature(c: LoweringContext, member: Node) -> None:
    name = member[3][0][3] if member[0] == "member" else "*"
    if name not in FEATURES:
        raise ImportRefused(f"__future__ has no feature {name}", span=c.span(member))
