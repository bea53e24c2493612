"""Targets: of assignments, `for`, `as` and `del`.

Names and items are stored as in Python. An attribute is set by the runtime: alone as `.setattr(value, object, name)`,
inside a larger target as the item `.slot(object)[name]`, which keeps Python's order of evaluation.
"""

from __future__ import annotations

import ast

from gradcli.lang.lowering.context import DELETE, LOAD, STORE, VALUES, LoweringContext
from gradcli.lang.lowering.expressions import NEVER_TEXT, changed_attributes, index, own_attributes, read_attribute
from gradcli.lang.syntax.lexer import Node

TARGET_KINDS = {
    "call": "the result of a call", "NUMBER": "a number", "strings": "a string", "lambda": "a lambda",
    "conditional": "a conditional expression", "comparison": "a comparison", "dict": "a dictionary",
    "set": "a set", "generator": "a generator", "ellipsis": "an ellipsis", "walrus": "a walrus expression",
}


def lower_target(c: LoweringContext, node: Node, context: ast.expr_context = STORE) -> ast.expr:
    """The Python target for `node`, to be stored to or deleted."""
    while node[0] == "group":
        node = node[3][0]
    c.deeper(node)
    lowered = _target(c, node, context)
    c.depth -= 1
    return lowered


def _target(c: LoweringContext, node: Node, context: ast.expr_context) -> ast.expr:
    kind = node[0]
    if kind == "NAME":
        name = node[3]
        if name in VALUES:
            raise c.wrong(f"{name} cannot be given another value", node)
        return c.at(ast.Name(c.variable(node), context), node)
    if kind == "attribute":
        value, leaf = node[3]
        slot = c.call(".slot", [c.expression(value)], value)
        return c.at(ast.Subscript(slot, c.constant(c.name(leaf), leaf), context), node)
    if kind == "subscript":
        value, at = node[3]
        holder = changed_attributes(c, value) if own_attributes(c, value) else c.expression(value)
        if context is STORE and may_be_slice(at):
            holder = c.call(".slice_target", [holder], value)
        return c.at(ast.Subscript(holder, index(c, at), context), node)
    if kind in ("tuple", "list"):
        make = ast.Tuple if kind == "tuple" else ast.List
        if sum(n[0] == "star" for n in node[3]) > 1:
            raise c.wrong("only one name can take the rest of the values", node)
        return c.at(make([lower_target(c, n, context) for n in node[3]], context), node)
    if kind == "star" and context is STORE:
        return c.at(ast.Starred(lower_target(c, node[3][0], context), context), node)
    target = TARGET_KINDS.get(kind, "an expression")
    if context is DELETE:
        raise c.wrong(f"{target} cannot be deleted", node)
    raise c.wrong(f"{target} cannot be assigned to", node, *_compare_hint(c, node))


def _compare_hint(c: LoweringContext, node: Node) -> tuple[tuple[str, str], ...]:
    """The repair of `a + b = c`: the line with `==`."""
    start, number = c.text.rfind("\n", 0, node[1]) + 1, c.text.count("\n", 0, node[1]) + 1
    line = c.text[start:].split("\n", 1)[0]
    before, rest = line[: node[2] - start], line[node[2] - start :].lstrip()
    one_equals_sign = "\n" not in c.text[node[1] : node[2]] and rest.startswith("=")
    return ((f"{before.strip()} =={rest[1:]}", f"in line {number}"),) if one_equals_sign else ()


def may_be_slice(at: Node) -> bool:
    """Whether a key may be a slice, by which a list can grow."""
    return at[0] not in ("NUMBER", "strings", "tuple") and not (at[0] == "neg" and at[3][0][0] == "NUMBER")


def has_star(node: Node) -> bool:
    """Whether a target has a starred part, which collects the values that are left."""
    while node[0] == "group":
        node = node[3][0]
    return node[0] in ("tuple", "list") and any(part[0] == "star" for part in node[3])


def loop_source(c: LoweringContext, bound: Node, source: Node) -> ast.expr:
    """The iterable of a loop whose target is `bound`; its items are bounded if the target has a star."""
    iterable = c.expression(source)
    return c.call(".bounded_items", [iterable], source) if has_star(bound) else iterable


NAMING = ("__name__", "__qualname__", "__doc__")     # attributes of its functions that a program may set


def lower_assignment(c: LoweringContext, targets: tuple[Node, ...], value: ast.expr, node: Node) -> list[ast.stmt]:
    """The statements that give `value` to each of `targets`."""
    only = targets[0]
    if len(targets) == 1 and only[0] == "attribute":
        owner, leaf = only[3]
        if leaf[3] in NAMING:
            args = [value, c.expression(owner), c.constant(leaf[3], leaf)]
            return [c.at(ast.Expr(c.call(".set_function_attribute", args, only)), node)]
        args = [value, c.expression(owner), c.constant(c.name(leaf), leaf)]
        return [c.at(ast.Expr(c.call(".setattr", args, only)), node)]
    if len(targets) == 1 and only[0] == "subscript" and only[3][1][0] != "slice" and may_be_slice(only[3][1]):
        owner, at = only[3]
        holder = changed_attributes(c, owner) if own_attributes(c, owner) else c.expression(owner)
        args = [value, holder, index(c, at)]
        return [c.at(ast.Expr(c.call(".setitem", args, only)), node)]
    for left in targets:
        if left[0] == "star":
            raise c.wrong("a starred target must be in a list or tuple", left)
    if any(has_star(left) for left in targets):
        value = c.call(".bounded", [value], node)
    return [c.at(ast.Assign([lower_target(c, left) for left in targets], value), node)]


IN_PLACE: dict[str, type[ast.operator]] = {
    "+=": ast.Add, "-=": ast.Sub, "*=": ast.Mult, "/=": ast.Div, "//=": ast.FloorDiv, "%=": ast.Mod,
    "@=": ast.MatMult, "**=": ast.Pow, "<<=": ast.LShift, ">>=": ast.RShift,
    "&=": ast.BitAnd, "|=": ast.BitOr, "^=": ast.BitXor}
GUARDED = {"+=": ".iadd", "*=": ".imul", "**=": ".ipow", "<<=": ".ishl", "%=": ".imod"}


def lower_augmented(c: LoweringContext, node: Node) -> list[ast.stmt]:
    """An augmented assignment: `x += 1`."""
    left, sign, right = node[3]
    while left[0] == "group":
        left = left[3][0]
    operator = sign[3][0][3]
    if left[0] not in ("NAME", "attribute", "subscript"):
        raise c.wrong(f"{TARGET_KINDS.get(left[0], 'this')} cannot be changed by {operator}", left)
    guard = None if operator == "+=" and right[0] in NEVER_TEXT else GUARDED.get(operator)
    if c.scopes[-1].kind != "class":      # whose names outlive it
        if left[0] == "attribute":
            return _augment_attribute(c, node, left, guard)
        if guard and left[0] == "subscript" and not _holds_slice(left[3][1]):
            return _augment_item(c, node, left, guard)
    store = lower_target(c, left)
    if guard and isinstance(store, ast.Name):
        before = c.load(store.id, left)
        return [c.at(ast.Assign([store], c.call(guard, [before, c.expression(right)], node)), node)]
    if guard and isinstance(store, ast.Subscript):
        store.value = c.call(".item_update", [store.value], left)
    assert isinstance(store, ast.Name | ast.Subscript)
    return [c.at(ast.AugAssign(store, IN_PLACE[operator](), c.expression(right)), node)]


def _holds_slice(at: Node) -> bool:
    """Whether a key has a slice or a star in it, which stand in square brackets alone."""
    return at[0] in ("slice", "star") or at[0] == "tuple" and any(part[0] in ("slice", "star") for part in at[3])


def _augment_attribute(c: LoweringContext, node: Node, left: Node, guard: str | None) -> list[ast.stmt]:
    """`owner.name += value`, with the owner in a temporary, so that Python's order of evaluation is kept."""
    owner, leaf = left[3]
    name = c.constant(c.name(leaf), leaf)
    bound = c.bind(".w", c.expression(owner), owner)
    before = read_attribute(c, c.load(".w", owner), leaf, left)
    value = c.expression(node[3][2])
    if guard:
        store = c.at(ast.Expr(c.call(".setattr", [c.call(guard, [before, value], node), c.load(".w", owner), name],
                                     left)), node)
        return [bound, store, _clear_temporaries(c, node, ".w")]
    change = c.at(ast.AugAssign(c.at(ast.Name(".v", STORE), left), IN_PLACE[node[3][1][3][0][3]](), value), node)
    store = c.at(ast.Expr(c.call(".setattr", [c.load(".v", left), c.load(".w", owner), name], node)), node)
    return [bound, c.bind(".v", before, left), change, store, _clear_temporaries(c, node, ".w", ".v")]


def _augment_item(c: LoweringContext, node: Node, left: Node, guard: str) -> list[ast.stmt]:
    """`values[key] += value`, in the same way."""
    value, at = left[3]
    owner = changed_attributes(c, value) if own_attributes(c, value) else c.expression(value)
    temporaries = [c.bind(".w", owner, value), c.bind(".v", index(c, at), at)]
    before = c.at(ast.Subscript(c.load(".w", value), c.load(".v", at), LOAD), left)
    after = c.call(guard, [before, c.expression(node[3][2])], node)
    holder: ast.expr = c.load(".w", value)
    if may_be_slice(at):
        holder = c.call(".slice_target", [holder], value)
    item = c.at(ast.Subscript(holder, c.load(".v", at), STORE), left)
    return [*temporaries, c.at(ast.Assign([item], after), node), _clear_temporaries(c, node, ".w", ".v")]


def _clear_temporaries(c: LoweringContext, node: Node, *names: str) -> ast.stmt:
    return c.at(ast.Assign([c.at(ast.Name(name, STORE), node) for name in names], c.constant(None, node)), node)
