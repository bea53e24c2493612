"""Expressions: each rule of the grammar becomes one Python node, where it stood.

Three things do not become the same Python node: attributes (a call of `.attr` unless the name is harmless on
every type), operators that can allocate without bound or format text (`+`, `*`, `**`, `<<`, `%`; calls of `.add` and
so on), and chains of thousands of operands, which Python's compiler would recurse over.
"""

from __future__ import annotations

import ast

from gradcli.faults.mistakes import DepthLimit, SizeLimit
from gradcli.lang.budget import Budget
from gradcli.lang.lowering.context import CHAIN, INLINE, LOAD, STORE, VALUES, LoweringContext, lowers
from gradcli.lang.policy import CHANGED, CHANGING, CLASS, INTROSPECTED, SCRIPT, legal_name
from gradcli.lang.runtime.special_methods import METHODS, OF_OBJECTS
from gradcli.lang.syntax.lexer import Node
from gradcli.lang.syntax.literals import number_value

BINARY: dict[str, type[ast.operator]] = {
    "add": ast.Add, "sub": ast.Sub, "mul": ast.Mult, "div": ast.Div, "floordiv": ast.FloorDiv,
    "mod": ast.Mod, "matmul": ast.MatMult, "pow": ast.Pow, "shift_left": ast.LShift,
    "shift_right": ast.RShift, "bit_or": ast.BitOr, "bit_xor": ast.BitXor, "bit_and": ast.BitAnd}
UNARY: dict[str, type[ast.unaryop]] = {
    "neg": ast.USub, "pos": ast.UAdd, "invert": ast.Invert, "not": ast.Not}
COMPARE: dict[str, type[ast.cmpop]] = {
    "<": ast.Lt, ">": ast.Gt, "==": ast.Eq, ">=": ast.GtE, "<=": ast.LtE, "!=": ast.NotEq,
    "in": ast.In, "notin": ast.NotIn, "is": ast.Is, "isnot": ast.IsNot}
GUARDED = {"add": ".add", "mul": ".mul", "pow": ".pow", "shift_left": ".shl", "mod": ".mod"}
KEYWORDS = 2000     # CPython compares each with each


NEVER_TEXT = {"NUMBER", "sub", "div", "floordiv", "pow", "matmul", "neg", "pos", "invert"}


def starred_list(c: LoweringContext, nodes: tuple[Node, ...]) -> list[ast.expr]:
    """The items of a display or call, where starred expressions are allowed."""
    return [starred(c, node) if node[0] == "star" else c.expression(node) for node in nodes]


def starred(c: LoweringContext, node: Node) -> ast.expr:
    """`*values`: Python collects all values at once, so `.bounded` counts them as they are taken."""
    return c.at(ast.Starred(c.call(".bounded", [c.expression(node[3][0])], node), LOAD), node)


def double_starred(c: LoweringContext, node: Node) -> ast.expr:
    """`**values`: `.mapping` makes a dict of an object of a program's class, counting its keys."""
    return c.call(".mapping", [c.expression(node[3][0])], node)


HOLDERS = ("NAME", "attribute", "subscript")     # of objects whose special names programs may read


@lowers("NAME")
def _name(c: LoweringContext, node: Node) -> ast.expr:
    name = node[3]
    if name in VALUES:
        return c.constant(VALUES[name], node)
    if name == "__file__":
        return c.constant(SCRIPT, node)
    if name != "__name__":
        c.variable(node)
    return c.load(name, node)


@lowers("attribute")
def _attribute(c: LoweringContext, node: Node) -> ast.expr:
    value, leaf = node[3]
    name = leaf[3]
    if name == "__init__" and c.scopes[-1].first and not is_super(value):
        return c.call(".init", [c.expression(value)], node)
    if name in INTROSPECTED:
        attribute = name
        if name == "__name__" and value[0] == "attribute" and value[3][1][3] == "__class__":
            value, attribute = value[3][0], "__class__"
        return c.call(".introspect", [c.expression(value), c.constant(attribute, leaf)], node)
    if name in CHANGING and own_attributes(c, value):
        return read_attribute(c, changed_attributes(c, value), leaf, node)
    if ungrouped(value)[0] in HOLDERS:
        if name in ("__class__", "__dict__") and in_function(c):
            attribute = CLASS if name == "__class__" else name
            return c.call(".introspect", [c.expression(value), c.constant(attribute, leaf)], node)
        if (name in METHODS or name in OF_OBJECTS and in_function(c)) and name != "__init__":
            return c.call(".special", [c.expression(value), c.constant(name, leaf)], node)
    if name.startswith("__"):
        legal_name(name, lambda: c.span(leaf), method=is_super(value))
        return c.call(".base", [c.expression(value), c.constant(name, leaf)], node)
    c.name(leaf)
    return read_attribute(c, c.expression(value), leaf, node)


def ungrouped(node: Node) -> Node:
    """`node` without the brackets around it."""
    while node[0] == "group":
        node = node[3][0]
    return node


def in_function(c: LoweringContext) -> bool:
    """Whether the text under way stands in a function or class of the program, where objects know their class."""
    return len(c.scopes) > 1


def own_attributes(c: LoweringContext, node: Node) -> bool:
    """Whether `node` reads `x.__dict__` where that is open."""
    node = ungrouped(node)
    return in_function(c) and node[0] == "attribute" and node[3][1][3] == "__dict__"


def changed_attributes(c: LoweringContext, node: Node) -> ast.expr:
    """`x.__dict__`, where it is changed."""
    node = ungrouped(node)
    return c.call(".introspect", [c.expression(node[3][0]), c.constant(CHANGED, node[3][1])], node)


def read_attribute(c: LoweringContext, owner: ast.expr, leaf: Node, node: Node) -> ast.expr:
    """`owner.name`, whose name `leaf` programs may use."""
    name = leaf[3]
    if name in c.direct:
        return c.at(ast.Attribute(owner, name, LOAD), node)
    return c.call(".attr", [owner, c.constant(name, leaf)], node)


def is_super(node: Node) -> bool:
    """Whether `node` reads `super(...)`."""
    return node[0] == "call" and node[3][0][0] == "NAME" and node[3][0][3] == "super"


@lowers("call")
def _call(c: LoweringContext, node: Node) -> ast.expr:
    function, *rest = node[3]
    if not rest and is_super(node) and c.scopes[-1].kind == "function" and c.scopes[-1].first:
        cell = c.at(ast.Name("__class__", LOAD), node)
        return c.call(".super", [cell, c.load(c.scopes[-1].first, node)], node)
    callee = c.expression(function)
    args, keywords = lower_arguments(c, rest[0]) if rest else ([], [])
    return c.at(ast.Call(callee, args, keywords), node)


def lower_arguments(c: LoweringContext, node: Node) -> tuple[list[ast.expr], list[ast.keyword]]:
    """The arguments of a call, in order."""
    args: list[ast.expr] = []
    keywords: list[ast.keyword] = []
    for argument in node[3]:
        kind = argument[0]
        if len(keywords) == KEYWORDS and kind in ("keyword", "spread"):
            raise SizeLimit(f"a call has more than {KEYWORDS} keyword arguments", "f(**options)",
                             span=c.span(argument))
        if kind == "keyword":
            leaf, value = argument[3]
            if any(keyword.arg == leaf[3] for keyword in keywords):
                raise c.wrong(f"the argument {leaf[3]} stands twice", argument)
            keywords.append(c.at(ast.keyword(c.name(leaf), c.expression(value)), argument))
        elif kind == "spread":
            keywords.append(c.at(ast.keyword(None, double_starred(c, argument)), argument))
        elif kind == "star":
            if any(keyword.arg is None for keyword in keywords):
                raise c.wrong("arguments with * cannot follow those with **", argument)
            args.append(starred(c, argument))
        elif keywords:
            raise c.wrong("a positional argument cannot follow a keyword argument", argument)
        else:
            bare = kind == "generator" and c.text[argument[1]] != "("
            if bare and len(node[3]) > 1:
                raise c.wrong("a generator needs its own brackets unless it is the only argument", argument)
            args.append(c.expression(argument))
    return args, keywords


@lowers("subscript")
def _subscript(c: LoweringContext, node: Node) -> ast.expr:
    value, at = node[3]
    return c.at(ast.Subscript(c.expression(value), index(c, at), LOAD), node)


def index(c: LoweringContext, node: Node) -> ast.expr:
    """What stands in square brackets after a value."""
    if node[0] == "slice":
        parts: list[ast.expr | None] = [None, None, None]
        i = 0
        for part in node[3]:
            if part[0] == ":":
                i += 1
            else:
                parts[i] = c.expression(part)
        return c.at(ast.Slice(*parts), node)
    if node[0] == "tuple":
        return c.at(ast.Tuple([starred(c, n) if n[0] == "star" else index(c, n) for n in node[3]], LOAD), node)
    if node[0] == "star":
        return c.at(ast.Tuple([starred(c, node)], LOAD), node)
    return c.expression(node)


@lowers(*BINARY.keys() - {"pow"})
def _binary(c: LoweringContext, node: Node) -> ast.expr:
    """A chain of left-associative operators, lowered without recursion.

    A chain of more than CHAIN operands becomes `(.chain0 := a + b + ..., .chain0 + c + ..., .chain0 := None)[-2]`:
    stretches of CHAIN operands, each bound to a temporary that the next one begins with. The last item of the tuple
    clears the temporary, the last but one is the result.
    """
    steps = []
    while node[0] in BINARY and node[0] != "pow":
        steps.append(node)
        node = node[3][0]
        while node[0] == "group" and node[3][0][0] in BINARY and len(steps) >= CHAIN:
            node = node[3][0]
    lowered = c.expression(node)
    inside = c.scopes[-1].kind == "comprehension" or c.sources > 0
    if len(steps) <= (INLINE if inside else CHAIN):
        for step in reversed(steps):
            lowered = _operate(c, step, lowered)
        return lowered
    if inside:
        raise DepthLimit(f"a chain of more than {INLINE} operators cannot stand in a comprehension",
                         span=c.span(steps[0]))
    name = f".chain{c.chains}"
    c.chains += 1
    stretches: list[ast.expr] = []
    for count, step in enumerate(reversed(steps), 1):
        lowered = _operate(c, step, lowered)
        if count % CHAIN == 0:
            stretches.append(_bind_temporary(c, name, lowered, step))
            lowered = c.load(name, step)
    c.chains -= 1
    outermost = steps[0]
    release = _bind_temporary(c, name, c.constant(None, outermost), outermost)
    values = c.at(ast.Tuple([*stretches, lowered, release], LOAD), outermost)
    return c.at(ast.Subscript(values, c.constant(-2, outermost), LOAD), outermost)


def _bind_temporary(c: LoweringContext, name: str, value: ast.expr, node: Node) -> ast.expr:
    return c.at(ast.NamedExpr(c.at(ast.Name(name, STORE), node), value), node)


def _operate(c: LoweringContext, node: Node, left: ast.expr) -> ast.expr:
    kind = node[0]
    first, second = node[3]
    right = c.expression(second)
    if kind in GUARDED and not _harmless(kind, first, second):
        return c.call(GUARDED[kind], [left, right], node)
    return c.at(ast.BinOp(left, BINARY[kind](), right), node)


def _harmless(kind: str, left: Node, right: Node) -> bool:
    """Whether the text shows that the operator can neither allocate without bound nor format text."""
    if kind == "mod":
        return left[0] in NEVER_TEXT
    if kind == "add":
        return left[0] in NEVER_TEXT or right[0] in NEVER_TEXT
    if kind == "mul":
        return _is_float(left) or _is_float(right)
    return kind == "pow" and _is_float(left)


def _is_float(node: Node) -> bool:
    return node[0] == "NUMBER" and type(number_value(node[3])) is float


@lowers("pow")
def _power(c: LoweringContext, node: Node) -> ast.expr:
    return _operate(c, node, c.expression(node[3][0]))


@lowers(*UNARY)
def _unary(c: LoweringContext, node: Node) -> ast.expr:
    return c.at(ast.UnaryOp(UNARY[node[0]](), c.expression(node[3][0])), node)


@lowers("or_test", "and_test")
def _boolean(c: LoweringContext, node: Node) -> ast.expr:
    operator = ast.Or() if node[0] == "or_test" else ast.And()
    return c.at(ast.BoolOp(operator, [c.expression(n) for n in node[3]]), node)


@lowers("comparison")
def _comparison(c: LoweringContext, node: Node) -> ast.expr:
    first, *rest = node[3]
    operators = [COMPARE["".join(word[3] for word in n[3])]() for n in rest[::2]]
    return c.at(ast.Compare(c.expression(first), operators, [c.expression(n) for n in rest[1::2]]), node)


@lowers("conditional")
def _conditional(c: LoweringContext, node: Node) -> ast.expr:
    body, test, other = (c.expression(n) for n in node[3])
    return c.at(ast.IfExp(test, body, other), node)


@lowers("walrus")
def _walrus(c: LoweringContext, node: Node) -> ast.expr:
    leaf, value = node[3]
    target = c.at(ast.Name(c.name(leaf), STORE), leaf)
    return c.at(ast.NamedExpr(target, c.expression(value)), node)


@lowers("yield", "yield_from")
def _yield(c: LoweringContext, node: Node) -> ast.expr:
    """`yield`, which makes a generator of the function that it stands in."""
    scope = c.scopes[-1]
    if scope.kind != "function" or scope.is_lambda or c.sources:
        raise c.wrong("yield can only stand in a function", node)
    scope.yields = True
    if node[0] == "yield_from":
        return c.at(ast.YieldFrom(c.call(".yield_from", [c.expression(node[3][0])], node)), node)
    return c.at(ast.Yield(c.unstarred(node[3][0]) if node[3] else None), node)


@lowers("tuple")
def _tuple(c: LoweringContext, node: Node) -> ast.expr:
    return _checked_display(c, c.at(ast.Tuple(starred_list(c, node[3]), LOAD), node), node)


@lowers("list")
def _list(c: LoweringContext, node: Node) -> ast.expr:
    return _checked_display(c, c.at(ast.List(starred_list(c, node[3]), LOAD), node), node)


@lowers("set")
def _set(c: LoweringContext, node: Node) -> ast.expr:
    return _checked_display(c, c.at(ast.Set(starred_list(c, node[3])), node), node)


def _checked_display(c: LoweringContext, display: ast.expr, node: Node) -> ast.expr:
    """A tuple, list or set display; one with stars is checked as a whole by `.checked_size`."""
    return c.call(".checked_size", [display], node) if any(n[0] == "star" for n in node[3]) else display


@lowers("dict")
def _dict(c: LoweringContext, node: Node) -> ast.expr:
    keys: list[ast.expr | None] = []
    values = []
    for entry in node[3]:
        if entry[0] == "spread":
            keys.append(None)
            values.append(double_starred(c, entry))
        else:
            keys.append(c.expression(entry[3][0]))
            values.append(c.expression(entry[3][1]))
    return c.at(ast.Dict(keys, values), node)


@lowers("NUMBER")
def _number(c: LoweringContext, node: Node) -> ast.expr:
    value = number_value(node[3])
    if value is None:
        raise c.wrong(f"{node[3][:40]} cannot be read as a number", node)
    if type(value) is int and value.bit_length() > Budget.bits:
        raise c.wrong(f"{node[3][:40]}... has more than {Budget.bits} binary digits", node)
    return c.constant(value, node)


@lowers("ellipsis")
def _ellipsis(c: LoweringContext, node: Node) -> ast.expr:
    return c.constant(..., node)
