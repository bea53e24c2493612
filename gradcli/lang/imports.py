"""`import` is a declaration checked against the policy's table; it never calls Python's import (rule R7)."""

from __future__ import annotations

import ast
from difflib import get_close_matches

from gradcli.errors import PolicyFault
from gradcli.lang.context import STORE, Context
from gradcli.lang.parse import Node

FEATURES = {"print_function", "division", "absolute_import", "unicode_literals", "annotations",
            "generators", "nested_scopes", "with_statement", "generator_stop"}


def import_(c: Context, node: Node) -> list[ast.stmt]:
    """`import a.b` binds a; `import a.b as c` binds a.b."""
    made: list[ast.stmt] = []
    for item in node[3]:
        path, *alias = item[3]
        name = _known(c, path)
        if name == "__future__":
            continue
        leaf = alias[0] if alias else path[3][0]
        made.append(_bind(c, leaf, _module(c, name if alias else name.split(".")[0], path), item))
    return made or [c.at(ast.Pass(), node)]


def from_import(c: Context, node: Node) -> list[ast.stmt]:
    """`from a.b import c as d`, and `from a import *` for the modules there are."""
    path, *members = node[3]
    name = _known(c, path)
    made: list[ast.stmt] = []
    for member in members:
        if name == "__future__":
            _check_feature(c, member)
        elif member[0] == "everything":
            for each in sorted(c.policy.known(c.policy.modules[name])):
                value = c.call(".member", [_module(c, name, path), c.constant(each, member)], member)
                made.append(c.at(ast.Assign([c.at(ast.Name(each, STORE), member)], value), node))
        else:
            leaf, *alias = member[3]
            value = c.call(".member", [_module(c, name, path), c.constant(c.name(leaf), leaf)], leaf)
            made.append(_bind(c, (alias or [leaf])[0], value, member))
    return made or [c.at(ast.Pass(), node)]


def _bind(c: Context, leaf: Node, value: ast.expr, node: Node) -> ast.stmt:
    return c.at(ast.Assign([c.at(ast.Name(c.name(leaf), STORE), leaf)], value), node)


def _module(c: Context, name: str, node: Node) -> ast.expr:
    return c.call(".module", [c.constant(name, node)], node)


def _known(c: Context, path: Node) -> str:
    """The dotted name at `path`, if there is such a module."""
    name = ".".join(leaf[3] for leaf in path[3])
    modules = c.policy.modules
    if name == "__future__":
        return name
    if name in modules and name.split(".")[0] in modules:
        return name
    near = get_close_matches(name, modules, 1)
    raise PolicyFault(f"there is no module {name} to import", *(f"import {n}" for n in near), span=c.span(path),
                      notes=("modules here are " + ", ".join(sorted({*modules, "__future__"})),))


def _check_feature(c: Context, member: Node) -> None:
    name = member[3][0][3] if member[0] == "member" else "*"
    if name not in FEATURES:
        raise PolicyFault(f"__future__ has no feature {name}", span=c.span(member))
