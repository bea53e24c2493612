"""Statements: each becomes one Python statement with the same position, or a few that do the same."""

from __future__ import annotations

import ast

from gradcli.faults.mistakes import DepthLimit
from gradcli.lang.lowering.context import DELETE, STORE, LoweringContext, lowers
from gradcli.lang.lowering.imports import catches_imports
from gradcli.lang.lowering.targets import loop_source, lower_assignment, lower_augmented, lower_target
from gradcli.lang.syntax.lexer import Node

SPECIAL_FIELDS = ("ClassVar", "InitVar", "KW_ONLY")
BRANCHES = 600      # each stands within the one before, and Python's compiler recurses over them


@lowers("expression")
def _expression(c: LoweringContext, node: Node) -> list[ast.stmt]:
    if c.text.startswith("get_ipython()", node[1]):
        return _skipped(c, c.text[node[1] : node[2]], node)
    inner = node[3][0]
    value = c.unstarred(inner)
    if c.echo and c.scopes[-1].kind == "module":
        value = c.call(".show", [value], inner)
    return [c.at(ast.Expr(value), node)]


@lowers("assign")
def _assign(c: LoweringContext, node: Node) -> list[ast.stmt]:
    *targets, value = node[3]
    return lower_assignment(c, tuple(targets), c.unstarred(value), node)


@lowers("annassign")
def _annassign(c: LoweringContext, node: Node) -> list[ast.stmt]:
    left, annotation, *value = node[3]
    if left[0] not in ("NAME", "attribute", "subscript", "group"):
        raise c.wrong("only a single name, attribute or item can be annotated", left)
    c.expression(annotation)       # only checked: annotations matter for the fields of classes alone
    if left[0] == "NAME" and c.scopes[-1].kind == "class":
        annotation_name = c.text[annotation[1] : annotation[2]].strip("'\"").partition("[")[0].rpartition(".")[2]
        c.scopes[-1].fields[c.name(left)] = annotation_name if annotation_name in SPECIAL_FIELDS else ""
    if value:
        return lower_assignment(c, (left,), c.unstarred(value[0]), node)
    lower_target(c, left)
    if left[0] == "NAME" and c.scopes[-1].kind == "function":   # still makes the name local
        never = c.at(ast.Assign([lower_target(c, left)], c.constant(None, left)), node)
        return [c.at(ast.If(c.constant(False, node), [never], []), node)]
    return [c.at(ast.Pass(), node)]


@lowers("augassign")
def _augassign(c: LoweringContext, node: Node) -> list[ast.stmt]:
    return lower_augmented(c, node)


@lowers("delete")
def _delete(c: LoweringContext, node: Node) -> list[ast.stmt]:
    inner = node[3][0]
    nodes = inner[3] if inner[0] == "tuple" and c.text[inner[1]] != "(" else (inner,)
    return [c.at(ast.Delete([lower_target(c, n, DELETE) for n in nodes]), node)]


@lowers("pass")
def _pass(c: LoweringContext, node: Node) -> list[ast.stmt]:
    return [c.at(ast.Pass(), node)]


@lowers("break", "continue")
def _jump(c: LoweringContext, node: Node) -> list[ast.stmt]:
    if not c.scopes[-1].loops:
        raise c.wrong(f"{node[0]} can only stand in a loop", node)
    return [c.at(ast.Break() if node[0] == "break" else ast.Continue(), node)]


@lowers("return")
def _return(c: LoweringContext, node: Node) -> list[ast.stmt]:
    if c.scopes[-1].kind != "function":
        raise c.wrong("return can only stand in a function", node)
    value = c.unstarred(node[3][0]) if node[3] else None
    return [c.at(ast.Return(value), node)]


@lowers("raise")
def _raise(c: LoweringContext, node: Node) -> list[ast.stmt]:
    parts = [c.call(helper, [c.expression(n)], n) for helper, n in zip((".raised", ".cause"), node[3], strict=False)]
    return [c.at(ast.Raise(*parts), node)]


@lowers("assert")
def _assert(c: LoweringContext, node: Node) -> list[ast.stmt]:
    return [c.at(ast.Assert(*[c.expression(n) for n in node[3]]), node)]


@lowers("global", "nonlocal")
def _names(c: LoweringContext, node: Node) -> list[ast.stmt]:
    make = ast.Global if node[0] == "global" else ast.Nonlocal
    return [c.at(make([c.name(leaf) for leaf in node[3]]), node)]


@lowers("magic")
def _magic(c: LoweringContext, node: Node) -> list[ast.stmt]:
    return _skipped(c, node[3][0][3].rstrip(), node)


def _skipped(c: LoweringContext, text: str, node: Node) -> list[ast.stmt]:
    return [c.at(ast.Expr(c.call(".note", [c.constant(f"{text} is a notebook's command; it was skipped", node)],
                                 node)), node)]


@lowers("if")
def _if(c: LoweringContext, node: Node) -> list[ast.stmt]:
    """`if` with its `elif`s, built from the last to the first."""
    test, body, *rest = node[3]
    if len(rest) > BRANCHES:
        raise DepthLimit(f"more than {BRANCHES} branches stand in one if", "a dict of functions", span=c.span(rest[-1]))
    other: list[ast.stmt] = []
    branches = []
    for clause in rest:
        if clause[0] == "elif_clause":
            branches.append((clause, c.expression(clause[3][0]), c.suite(clause[3][1])))
        else:
            other = c.suite(clause[3][0])
    first = (node, c.expression(test), c.suite(body))
    for at, condition, then in reversed([first, *branches]):
        other = [c.at(ast.If(condition, then, other), at)]
    return other


@lowers("while")
def _while(c: LoweringContext, node: Node) -> list[ast.stmt]:
    """`while test:` as `for .t in .ticks: if not test: break`, a loop over the turns of the budget.

    That costs less than a call of `.turn` in every turn. With an `else`, which the added `break` would skip, it is
    `while .turn() and test:`.
    """
    test, body, *rest = node[3]
    condition = c.expression(test)
    inside = _body(c, body)
    if rest:
        turn = c.call(".turn", [], test)
        turn_and_condition = c.at(ast.BoolOp(ast.And(), [turn, condition]), test)
        return [c.at(ast.While(turn_and_condition, inside, c.suite(rest[0][3][0])), node)]
    if not (isinstance(condition, ast.Constant) and condition.value):
        leave = c.at(ast.If(c.at(ast.UnaryOp(ast.Not(), condition), test), [c.at(ast.Break(), test)], []), test)
        inside.insert(0, leave)
    turn_name = c.at(ast.Name(".t", STORE), test)
    return [c.at(ast.For(turn_name, c.load(".ticks", test), inside, []), node)]


@lowers("for")
def _for(c: LoweringContext, node: Node) -> list[ast.stmt]:
    """`for`, over `.counted(iterable, .ticks)`: every turn uses one turn of the budget."""
    bound, source, body, *rest = node[3]
    iterable = loop_source(c, bound, source)
    turns = c.call(".counted", [iterable, c.load(".ticks", source)], source)
    if bound[0] == "star":
        raise c.wrong("a starred target must be in a list or tuple", bound)
    loop_target = lower_target(c, bound)
    inside = _body(c, body)
    return [c.at(ast.For(loop_target, turns, inside, c.suite(rest[0][3][0]) if rest else []), node)]


def _body(c: LoweringContext, node: Node) -> list[ast.stmt]:
    c.scopes[-1].loops += 1
    statements = c.suite(node)
    c.scopes[-1].loops -= 1
    return statements


@lowers("try")
def _try(c: LoweringContext, node: Node) -> list[ast.stmt]:
    """`try`; an added first handler reraises limits and interruptions, which no program may catch.

    A `finally` begins with `.reraise_uncatchable()`: its body could run on without end, or swallow them by a jump.
    """
    body, *clauses = node[3]
    c.guard(2, node)
    excused = any(clause[0] == "except_clause" and catches_imports(c, clause) for clause in clauses)
    c.import_errors_caught += excused
    tried = c.suite(body)
    c.import_errors_caught -= excused
    handlers: list[ast.ExceptHandler] = []
    other: list[ast.stmt] = []
    last: list[ast.stmt] = []
    excepts = [clause for clause in clauses if clause[0] == "except_clause"]
    if excepts:
        again = c.at(ast.Raise(None, None), excepts[0])
        handlers.append(c.at(ast.ExceptHandler(c.load(".uncatchable", excepts[0]), None, [again]), excepts[0]))
    for clause in clauses:
        if clause[0] == "except_clause":
            handlers.append(_handler(c, clause, clause is excepts[-1]))
        elif clause[0] == "else_clause":
            other = c.suite(clause[3][0])
        else:
            reraise = c.at(ast.Expr(c.call(".reraise_uncatchable", [], clause)), clause)
            last = [reraise, *c.suite(clause[3][0])]
    c.scopes[-1].guarded -= 2
    return [c.at(ast.Try(tried, handlers, other, last), node)]


def _handler(c: LoweringContext, node: Node, is_last: bool) -> ast.ExceptHandler:
    *head, body = node[3]
    if not head:
        if not is_last:
            raise c.wrong("a bare except must come last", node)
        return c.at(ast.ExceptHandler(c.load(".exception", node), None, c.suite(body)), node)
    caught = c.call(".caught", [c.expression(head[0])], head[0])
    if len(head) > 1:
        leaf = head[1][3][0]
        name = c.name(leaf)
        sanitised = c.call(".sanitised", [c.load(name, leaf)], leaf)
        rebind = c.at(ast.Assign([c.at(ast.Name(name, STORE), leaf)], sanitised), leaf)
        return c.at(ast.ExceptHandler(caught, name, [rebind, *c.suite(body)]), node)
    return c.at(ast.ExceptHandler(caught, None, c.suite(body)), node)


@lowers("with")
def _with(c: LoweringContext, node: Node) -> list[ast.stmt]:
    *items, body = node[3]
    with_items = []
    for value, *bound in _context_managers(items):
        with_items.append(ast.withitem(c.call(".context_manager", [c.expression(value)], value),
                                 lower_target(c, bound[0]) if bound else None))
    c.guard(len(with_items), node)
    inside = c.suite(body)
    c.scopes[-1].guarded -= len(with_items)
    return [c.at(ast.With(with_items, inside), node)]


def _context_managers(items: list[Node]) -> list[tuple[Node, ...]]:
    """The context managers of a `with`, each with its target if it has one; parentheses may enclose them all."""
    if len(items) > 1 or len(items[0][3]) > 1 or items[0][3][0][0] not in ("group", "tuple"):
        return [item[3] for item in items]
    inner = items[0][3][0][3]
    return [part[3] if part[0] == "as_pattern" else (part,) for part in inner] or [items[0][3]]
