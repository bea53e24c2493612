"""Comprehensions and generator expressions."""

from __future__ import annotations

import ast

from gradcli.lang.lowering.context import LoweringContext, Scope, lowers
from gradcli.lang.lowering.targets import loop_source, lower_target
from gradcli.lang.syntax.lexer import Node


@lowers("generator", "list_comprehension", "set_comprehension", "dict_comprehension")
def _comprehension(c: LoweringContext, node: Node) -> ast.expr:
    """A comprehension, whose every turn uses one of the budget; a generator expression is wrapped by `.generator`."""
    element, *clauses = node[3]
    if element[0] == "spread":
        raise c.wrong("** cannot stand in a comprehension", element,
                      "{key: value for d in dicts for key, value in d.items()}")
    loops = []
    c.guard(1, node)
    for clause in clauses:
        bound, source, *conditions = clause[3]
        c.sources += 1
        iterable = loop_source(c, bound, source)
        c.sources -= 1
        c.scopes.append(Scope("comprehension", guarded=c.scopes[-1].guarded))
        loop_target = lower_target(c, bound)
        turns = c.call(".counted", [iterable, c.load(".ticks", source)], source)
        tests = [c.expression(n[3][0]) for n in conditions]
        loops.append(ast.comprehension(loop_target, turns, tests, 0))
    try:
        if node[0] == "dict_comprehension":
            key, value = (c.expression(n) for n in element[3])
            return c.at(ast.DictComp(key, value, loops), node)
        body = c.expression(element)
        if node[0] == "list_comprehension":
            return c.at(ast.ListComp(body, loops), node)
        if node[0] == "set_comprehension":
            return c.at(ast.SetComp(body, loops), node)
        return c.call(".generator", [c.at(ast.GeneratorExp(body, loops), node)], node)
    finally:
        del c.scopes[-len(clauses):]
        c.scopes[-1].guarded -= 1
