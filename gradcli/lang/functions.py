"""`def`, `class`, parameters and decorators."""

from __future__ import annotations

import ast
import sys

from gradcli.errors import PolicyFault
from gradcli.lang.context import Context, Scope
from gradcli.lang.expressions import arguments, expression
from gradcli.lang.parse import Node

TYPED = sys.version_info >= (3, 12)     # these nodes then have a list of type parameters


def function(c: Context, node: Node) -> list[ast.stmt]:
    """A function, or a method if it stands directly in a class."""
    from gradcli.lang.statements import suite

    parts = list(node[3])
    wraps = [part for part in parts if part[0] == "decorator"]
    parts = parts[len(wraps):]
    leaf, body = parts[0], parts[-1]
    params = next((part[3] for part in parts[1:-1] if part[0] == "params"), ())
    for part in parts[1:-1]:
        if part[0] == "returns":
            expression(c, part[3][0])       # checked, then forgotten: annotations have no effect
    method = c.scopes[-1].kind == "class"
    name = c.name(leaf, method)
    wrappers = [decorator(c, wrap) for wrap in wraps]
    args = parameters(c, params)
    c.scopes.append(Scope("function", (args.posonlyargs + args.args)[0].arg
                          if method and args.posonlyargs + args.args else ""))
    made = ast.FunctionDef(name, args, suite(c, body), wrappers, None)
    c.scopes.pop()
    return [_typed(c, made, node)]


def class_(c: Context, node: Node) -> list[ast.stmt]:
    """A class. Its bases are checked when it is made, by the runtime's `__build_class__`."""
    from gradcli.lang.statements import suite

    parts = list(node[3])
    wraps = [part for part in parts if part[0] == "decorator"]
    leaf, *bases, body = parts[len(wraps):]
    wrappers = [decorator(c, wrap) for wrap in wraps]
    args, keywords = arguments(c, bases[0]) if bases else ([], [])
    for base in bases[0][3] if bases else ():
        if base[0] == "generator" and c.text[base[1]] != "(":
            raise c.wrong("a class inherits from classes, not from a generator", base)
    if keywords:
        raise PolicyFault("a class takes base classes only, no keywords", span=c.span(bases[0]))
    name = c.name(leaf)
    c.scopes.append(Scope("class"))
    made = ast.ClassDef(name, args, [], suite(c, body), wrappers)
    c.scopes.pop()
    return [_typed(c, made, node)]


def _typed(c: Context, made: ast.FunctionDef | ast.ClassDef, node: Node) -> ast.stmt:
    if TYPED:
        setattr(made, "type_params", [])    # noqa: B010  # an attribute that 3.11 does not know
    return c.at(made, node)


def decorator(c: Context, node: Node) -> ast.expr:
    """A decorator, if it is one of the few that are allowed (rule R6)."""
    inner = node[3][0]
    named = inner[3][0] if inner[0] == "call" else inner
    written = dotted(named)
    allowed = {"staticmethod", "property", *c.policy.decorators}
    if written not in allowed and not (written and written.count(".") == 1 and written.endswith(".setter")):
        raise PolicyFault(f"{c.text[inner[1]:inner[2]]} cannot be used as a decorator",
                          *_WITHOUT.get(written.rpartition(".")[2], ()), span=c.span(inner),
                          notes=("decorators here are " + ", ".join(sorted(allowed)),))
    return expression(c, inner)


_WITHOUT = {
    "classmethod": (("@staticmethod", "and the class by its own name in place of cls"),),
    "dataclass": (("def __init__(self, lr=0.1):", "keeps each field: self.lr = lr"),),
    "abstractmethod": (("raise NotImplementedError", "as the body, without the decorator"),),
    "wraps": (("return wrapper", "the function needs no decorator to be returned"),),
}
"""What to write without the decorators that strangers' programs use most."""


def dotted(node: Node) -> str:
    """The dotted name that `node` is, or an empty string."""
    parts: list[str] = []
    while node[0] == "attribute":
        node, leaf = node[3]
        parts.append(leaf[3])
    return ".".join([node[3], *reversed(parts)]) if node[0] == "NAME" else ""


def parameters(c: Context, nodes: tuple[Node, ...]) -> ast.arguments:
    """The parameters of a function or lambda, each kind in its place."""
    made = ast.arguments([], [], None, [], [], None, [])
    seen: set[str] = set()
    starred = False
    for node in nodes:
        kind = node[0]
        if made.kwarg:
            raise c.wrong("nothing can follow the parameter that takes all other keywords", node)
        if kind == "positional_only":
            if made.posonlyargs or not made.args or starred:
                raise c.wrong("/ must follow at least one parameter and stand only once", node)
            made.posonlyargs, made.args = made.args, []
        elif kind in ("keyword_only", "rest"):
            if starred:
                raise c.wrong("* can stand only once among the parameters", node)
            starred = True
            if kind == "rest":
                made.vararg = _parameter(c, node, seen)
            elif node is nodes[-1] or nodes[nodes.index(node) + 1][0] == "keywords":
                raise c.wrong("a named parameter must follow the bare *", node)
        elif kind == "keywords":
            made.kwarg = _parameter(c, node, seen)
        elif starred:
            made.kwonlyargs.append(_parameter(c, node, seen))
            made.kw_defaults.append(_default(c, node))
        else:
            made.args.append(_parameter(c, node, seen))
            default = _default(c, node)
            if default is not None:
                made.defaults.append(default)
            elif made.defaults:
                raise c.wrong("a parameter without a default cannot follow one with a default", node)
    return made


def _parameter(c: Context, node: Node, seen: set[str]) -> ast.arg:
    leaf = node[3][0]
    name = c.name(leaf)
    if name in seen:
        raise c.wrong(f"the parameter {name} stands twice", leaf)
    seen.add(name)
    for part in node[3][1:]:
        if part[0] == "annotation":
            expression(c, part[3][0])
    return c.at(ast.arg(name, None), leaf)


def _default(c: Context, node: Node) -> ast.expr | None:
    return next((expression(c, part[3][0]) for part in node[3][1:] if part[0] == "default"), None)
