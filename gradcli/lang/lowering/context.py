"""The state of lowering one text: policy, scopes and nesting; and how to build a Python node at its place."""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from typing import Any, TypeVar

from gradcli.faults.mistakes import DepthLimit
from gradcli.faults.source import Span
from gradcli.faults.tree import SyntaxFault
from gradcli.lang.policy import HEADERS, Policy, legal_name
from gradcli.lang.syntax.lexer import Node, span_between

LOAD, STORE, DELETE = ast.Load(), ast.Store(), ast.Del()

DEPTH = 150     # expressions within expressions; brackets alone do not count
GUARDED = 16    # handlers within handlers; CPython 3.12 and 3.13 crash at 21
INLINE = 400    # operands of one chain inside a comprehension, which can use no temporaries
CHAIN = 60      # operands of one chain of operators in one Python expression, see expressions.py

VALUES = {"None": None, "True": True, "False": False}

AstNode = TypeVar("AstNode", bound=ast.AST)

MISPLACED = {
    "star": "a starred expression can only stand in a list, a tuple or a call",
    "slice": "a slice can only stand in square brackets",
    "as_pattern": "as can stand in import, with, except and the patterns of match",
    "bytes": "byte strings are not part of the language: leave out the b",
    "BYTES": "byte strings are not part of the language: leave out the b",
}


class Scope:
    """A function, lambda or class being lowered."""

    def __init__(self, kind: str, first: str = "", guarded: int = 0, is_lambda: bool = False) -> None:
        self.kind = kind        # "module", "class", "function" or "comprehension"
        self.first = first      # the name of the first parameter
        self.loops = 0          # loops open around the statement
        self.is_lambda = is_lambda
        self.yields = False     # whether it is a generator function
        self.fields: dict[str, str] = {}    # the annotated names of a class, and what is special about each
        self.guarded = guarded  # try, with and comprehensions open, as Python's compiler counts them


Lowering = Callable[["LoweringContext", Node], Any]
RULES: dict[str, Lowering] = {}


def lowers(*kinds: str) -> Callable[[Lowering], Lowering]:
    """Register the function that lowers nodes of these kinds: to an expression, or to a list of statements."""
    def register(rule: Lowering) -> Lowering:
        RULES.update(dict.fromkeys(kinds, rule))
        return rule

    return register


class LoweringContext:
    """One text being lowered."""

    def __init__(self, text: str, policy: Policy, echo: bool) -> None:
        self.text, self.policy, self.echo = text, policy, echo
        self.starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
        self.ascii = text.isascii()
        self.tables: dict[int, Sequence[int]] = {}      # of the lines in use: byte column by character column
        self.scopes = [Scope("module")]
        self.depth = 0
        self.chains = 0                 # chains open around the expression
        self.matches = 0                # match statements open around the statement
        self.sources = 0                # sources of comprehensions open, where Python lets nothing be assigned
        self.checked: set[str] = set()  # names that have been found legal
        self.import_errors_caught = 0   # bodies of `try` open whose `except` catches an ImportError
        self.direct = policy.direct()
        self.module_reads: set[str] = set()     # names that code outside of functions and classes reads
        self.owner = ""                 # the class around the statement, for names that it keeps to itself

    def at(self, lowered: AstNode, node: Node) -> AstNode:
        """`lowered`, with the position of `node` in the text."""
        starts = self.starts
        start, end = node[1], node[2]
        line = bisect_right(starts, start)
        last = line if end <= starts[line] else bisect_right(starts, end)
        column, until = start - starts[line - 1], end - starts[last - 1]
        if not self.ascii:
            column = self.bytes_before(line, column)
            until = self.bytes_before(last, until)
        lowered.lineno, lowered.col_offset = line, column               # type: ignore[attr-defined]  # AST has no common base with these
        lowered.end_lineno, lowered.end_col_offset = last, until        # type: ignore[attr-defined]  # the same
        return lowered

    def bytes_before(self, line: int, column: int) -> int:
        """The 0-based column in UTF-8 bytes, which Python's AST uses, of a 0-based column in characters."""
        table = self.tables.get(line)
        if table is None:
            characters = self.text[self.starts[line - 1] : self.starts[line]]
            table = self.tables[line] = (range(len(characters) + 1) if characters.isascii() else
                                         [0, *accumulate(len(c.encode()) for c in characters)])
        return table[column]

    def span(self, node: Node) -> Span:
        """The place of `node` in the text."""
        return span_between(self.text, node[1], node[2])

    def name(self, leaf: Node, method: bool = False) -> str:
        """The text of a NAME, if programs may use it."""
        name: str = leaf[3]
        if name in VALUES:
            raise self.wrong(f"{name} cannot be a name", leaf)
        if name not in self.checked:
            legal_name(name, lambda: self.span(leaf), method)
            if not method:
                self.checked.add(name)
        return name

    def variable(self, leaf: Node) -> str:
        """The text of a NAME that stands for a variable: of a class also one of its special methods."""
        name: str = leaf[3]
        in_class = self.scopes[-1].kind == "class"
        special = name == "__match_args__" if in_class else name in HEADERS
        return name if special else self.name(leaf, in_class)

    def expression(self, node: Node) -> ast.expr:
        """The Python expression for `node`."""
        while node[0] == "group":
            node = node[3][0]
        self.deeper(node)
        rule = RULES.get(node[0])
        if rule is None:
            raise self.wrong(MISPLACED.get(node[0], "this cannot stand here"), node)
        lowered: ast.expr = rule(self, node)
        self.depth -= 1
        return lowered

    def block(self, nodes: Iterable[Node]) -> list[ast.stmt]:
        """The Python statements for `nodes`."""
        statements: list[ast.stmt] = []
        for node in nodes:
            statements += RULES[node[0]](self, node)
        return statements

    def suite(self, node: Node) -> list[ast.stmt]:
        """The body of a compound statement; `pass` if it is empty, which Python's AST forbids."""
        return self.block(node[3]) or [self.at(ast.Pass(), node)]

    def unstarred(self, node: Node) -> ast.expr:
        """The expression of a node, where a bare starred one is an error."""
        if node[0] == "star":
            raise self.wrong("a starred expression can only stand in a list, a tuple or a call", node)
        return self.expression(node)

    def load(self, name: str, node: Node) -> ast.Name:
        """A runtime name, read."""
        if self.scopes[-1].kind == "module":
            self.module_reads.add(name)
        return self.at(ast.Name(name, LOAD), node)

    def call(self, helper: str, args: list[ast.expr], node: Node) -> ast.Call:
        """A call of a runtime helper, with the position of `node`."""
        return self.at(ast.Call(self.load(helper, node), args, []), node)

    def bind(self, name: str, value: ast.expr, node: Node) -> ast.stmt:
        """The statement that binds a runtime name, standing where `node` stood."""
        return self.at(ast.Assign([self.at(ast.Name(name, STORE), node)], value), node)

    def constant(self, value: Any, node: Node) -> ast.Constant:
        return self.at(ast.Constant(value), node)

    def wrong(self, message: str, node: Node, *hints: tuple[str, str] | str) -> SyntaxFault:
        """The SyntaxFault that `node` is not allowed at its place."""
        return SyntaxFault(message, *hints, span=self.span(node), as_python=True)

    def deeper(self, node: Node) -> None:
        """Enter one level of an expression; DepthLimit beyond DEPTH."""
        self.depth += 1
        if self.depth > DEPTH:
            raise DepthLimit(f"the expression is nested more than {DEPTH} deep",
                             "give its inner parts names of their own", span=self.span(node))


    def guard(self, levels: int, node: Node) -> None:
        """Enter `levels` of try, with or comprehensions; DepthLimit beyond GUARDED, where CPython could crash."""
        scope = self.scopes[-1]
        scope.guarded += levels
        if scope.guarded > GUARDED:
            raise DepthLimit("try, with and comprehensions are nested too deeply here",
                             "move the inner part into a function", span=self.span(node))
