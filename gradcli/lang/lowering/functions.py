"""`def`, `class`, parameters and decorators."""

from __future__ import annotations

import ast
import re
import sys
from typing import Any

from gradcli.faults.tree import PolicyFault
from gradcli.lang.lowering.context import STORE, LoweringContext, Scope, lowers
from gradcli.lang.lowering.expressions import lower_arguments
from gradcli.lang.syntax.lexer import Node

PRIVATE = re.compile(r"\b__(?!\w*__\b)\w+")
TYPED = sys.version_info >= (3, 12)     # these nodes then have a list of type parameters


@lowers("def")
def function(c: LoweringContext, node: Node) -> list[ast.stmt]:
    """A function, or a method if it stands directly in a class."""
    parts = list(node[3])
    decorator_nodes = [part for part in parts if part[0] == "decorator"]
    parts = parts[len(decorator_nodes):]
    leaf, body = parts[0], parts[-1]
    params = next((part[3] for part in parts[1:-1] if part[0] == "params"), ())
    for part in parts[1:-1]:
        if part[0] == "returns":
            c.expression(part[3][0])       # only checked: annotations have no effect
    method = c.scopes[-1].kind == "class"
    name = c.name(leaf, c.scopes[-1].kind != "module")      # within a function it is a name that nothing can read
    decorators = [lower_decorator(c, part) for part in decorator_nodes]
    args = lower_parameters(c, params)
    c.scopes.append(Scope("function", (args.posonlyargs + args.args)[0].arg
                          if method and args.posonlyargs + args.args else ""))
    inside = c.suite(body)
    if c.scopes.pop().yields:
        decorators.append(c.load(".generator_function", leaf))
    definition = ast.FunctionDef(name, args, inside, decorators, None)
    return [_typed(c, definition, node)]


@lowers("class")
def class_(c: LoweringContext, node: Node) -> list[ast.stmt]:
    """A class. The runtime's `__build_class__` (`runtime/classes.py`) checks its bases when the statement runs."""
    parts = list(node[3])
    decorator_nodes = [part for part in parts if part[0] == "decorator"]
    leaf, *bases, body = parts[len(decorator_nodes):]
    decorators = [lower_decorator(c, part) for part in decorator_nodes]
    args, keywords = lower_arguments(c, bases[0]) if bases else ([], [])
    for base in bases[0][3] if bases else ():
        if base[0] == "generator" and c.text[base[1]] != "(":
            raise c.wrong("a class inherits from classes, not from a generator", base)
    abstract = [keyword.arg for keyword in keywords] == ["metaclass"] and c.text[: bases[0][2]].endswith("ABCMeta")
    if keywords and not abstract:
        raise PolicyFault("a class takes base classes only, no keywords", span=c.span(bases[0]))
    name = c.name(leaf)
    outside, c.owner = c.owner, name.lstrip("_")
    c.scopes.append(Scope("class"))
    inside = c.suite(mangle_private(c, body))
    c.owner = outside
    if fields := c.scopes.pop().fields:
        inside.append(c.at(ast.Assign([c.at(ast.Name(".fields", STORE), leaf)],
                                      c.constant(tuple(fields.items()), leaf)), leaf))
    definition = ast.ClassDef(name, args, keywords, inside, decorators)
    return [_typed(c, definition, node)]


def mangle_private(c: LoweringContext, node: Node) -> Node:
    """`node` of a class with its private names mangled as Python does it: `__x` becomes `_Own__x`."""
    if not c.owner or not PRIVATE.search(c.text, node[1], node[2]):
        return node
    spelled: Node = _mangled(c.owner, node)
    return spelled


def _mangled(owner: str, node: Any) -> Any:
    if type(node) is not tuple or len(node) != 4:
        return node
    kind, start, end, inner = node
    if kind == "NAME":
        return (kind, start, end, f"_{owner}{inner}") if PRIVATE.fullmatch(inner) else node
    if type(inner) is not tuple:
        return node
    own = len(inner) - (kind == "class")       # the body of a class within has names of its own
    return (kind, start, end, (*(_mangled(owner, part) for part in inner[:own]), *inner[own:]))


def _typed(c: LoweringContext, definition: ast.FunctionDef | ast.ClassDef, node: Node) -> ast.stmt:
    if TYPED:
        setattr(definition, "type_params", [])    # noqa: B010  # an attribute that 3.11 does not know
    return c.at(definition, node)


def lower_decorator(c: LoweringContext, node: Node) -> ast.expr:
    """The expression of a decorator."""
    return c.expression(node[3][0])


def lower_parameters(c: LoweringContext, nodes: tuple[Node, ...]) -> ast.arguments:
    """The parameters of a function or lambda, each kind in its place."""
    signature = ast.arguments([], [], None, [], [], None, [])
    names: set[str] = set()
    starred = False
    for node in nodes:
        kind = node[0]
        if signature.kwarg:
            raise c.wrong("nothing can follow the parameter that takes all other keywords", node)
        if kind == "positional_only":
            if signature.posonlyargs or not signature.args or starred:
                raise c.wrong("/ must follow at least one parameter and stand only once", node)
            signature.posonlyargs, signature.args = signature.args, []
        elif kind in ("keyword_only", "rest"):
            if starred:
                raise c.wrong("* can stand only once among the parameters", node)
            starred = True
            if kind == "rest":
                signature.vararg = _parameter(c, node, names)
            elif node is nodes[-1] or nodes[nodes.index(node) + 1][0] == "keywords":
                raise c.wrong("a named parameter must follow the bare *", node)
        elif kind == "keywords":
            signature.kwarg = _parameter(c, node, names)
        elif starred:
            signature.kwonlyargs.append(_parameter(c, node, names))
            signature.kw_defaults.append(_default(c, node))
        else:
            signature.args.append(_parameter(c, node, names))
            default = _default(c, node)
            if default is not None:
                signature.defaults.append(default)
            elif signature.defaults:
                raise c.wrong("a parameter without a default cannot follow one with a default", node)
    return signature


def _parameter(c: LoweringContext, node: Node, names: set[str]) -> ast.arg:
    leaf = node[3][0]
    name = c.name(leaf)
    if name in names:
        raise c.wrong(f"the parameter {name} stands twice", leaf)
    names.add(name)
    for part in node[3][1:]:
        if part[0] == "annotation":
            c.expression(part[3][0])
    return c.at(ast.arg(name, None), leaf)


def _default(c: LoweringContext, node: Node) -> ast.expr | None:
    return next((c.expression(part[3][0]) for part in node[3][1:] if part[0] == "default"), None)


@lowers("lambda")
def _lambda(c: LoweringContext, node: Node) -> ast.expr:
    *params, body = node[3]
    args = lower_parameters(c, params[0][3] if params else ())
    c.scopes.append(Scope("function", is_lambda=True))
    lowered = c.at(ast.Lambda(args, c.expression(body)), node)
    c.scopes.pop()
    return lowered
