"""Syntax tree to code object: lowering builds a Python AST, Python compiles it, `verify` checks the code object.

Python's compiler never sees a program's text. Helpers of the runtime have names that begin with a dot, which no
identifier can; a program's own names stay as they are. The code runs as `exec(code, namespace)`, where
`namespace["__builtins__"]` is what `builtins` of `runtime/runtime.py` returns.
"""

from __future__ import annotations

import ast
from types import CodeType
from warnings import catch_warnings, simplefilter

from gradcli.faults.mistakes import DepthLimit
from gradcli.faults.source import Span, char_column, line_of
from gradcli.faults.tree import Fault, SyntaxFault
from gradcli.lang.lowering import comprehensions, expressions, functions, match, statements, strings  # noqa: F401  # their rules register
from gradcli.lang.lowering.context import LoweringContext
from gradcli.lang.lowering.verify import verify
from gradcli.lang.messages import locate
from gradcli.lang.policy import Policy
from gradcli.lang.syntax.lexer import Node
from gradcli.lang.syntax.parser import tree_of


def lower(tree: Node, text: str, policy: Policy, name: str = "<input>", echo: bool = False) -> CodeType:
    """The code object of a program; with `echo`, every expression statement at module level calls `.show`.

    A Fault with its source and place if the program cannot be lowered, compiled or verified.
    """
    text = text.removeprefix("\ufeff")
    if "numpy" in text:     # an import of it or `x.numpy()`, perhaps behind the first attribute of a number
        policy.has_array_numbers = True
    c = LoweringContext(text + "\n", policy, echo)
    try:
        code = _compile(_module(c, tree), c.text, locate.register_text(name, text))
        verify(code, policy)
    except Fault as fault:
        fault.span = fault.span or c.span(tree[3][0])
        from gradcli.lang.messages.first_line import complete_syntax_fault
        from gradcli.lang.messages.paste_check import keep_pasteable

        complete_syntax_fault(fault, text, name)
        keep_pasteable(fault, lambda text: readable(text, policy))
        raise
    return code


def readable(text: str, policy: Policy) -> CodeType:
    """Raise the fault of a text that cannot be parsed, lowered or compiled; return its code, which is not verified."""
    c = LoweringContext(text + "\n", policy, False)
    return _compile(_module(c, tree_of(text)), c.text, "<repair>")


def _module(c: LoweringContext, tree: Node) -> ast.Module:
    """The Python module of a program.

    It declares the names that it reads as global, which they are anyway: Python then reads them as functions do, with
    a cache for each place, and not through up to three dicts. The declaration stands after the docstring.
    """
    body = c.block(tree[3])
    if c.module_reads:
        first = body[0]
        documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and (
            type(first.value.value) is str)
        body.insert(int(documented), c.at(ast.Global(sorted(c.module_reads)), tree[3][0]))
    return ast.Module(body, [])


def _compile(module: ast.Module, text: str, name: str) -> CodeType:
    try:
        with catch_warnings():
            simplefilter("ignore")      # no SyntaxWarning for `1 is 1` or `2[0]`: running it says enough
            return compile(module, name, "exec", dont_inherit=True, optimize=0)
    except SyntaxError as error:
        raise _translated(error, text) from None
    except (RecursionError, MemoryError):
        raise DepthLimit("the program is nested too deeply", "give inner parts names of their own") from None


def _translated(error: SyntaxError, text: str) -> Fault:
    """The fault for a SyntaxError of Python's compiler, which checks names and nesting, with its place in `text`."""
    span = None
    if error.lineno:
        start = char_column(line_of(text, error.lineno), (error.offset or 1) - 1)
        last = error.end_lineno or error.lineno
        end = char_column(line_of(text, last), (error.end_offset or error.offset or 1) - 1)
        span = Span(error.lineno, start, last, max(end, start + 1) if last == error.lineno else end)
    if "nested blocks" in error.msg:
        return DepthLimit("more than 20 loops, with or try statements stand within each other", span=span)
    from gradcli.lang.messages.compiler_errors import explain_compiler_error  # seldom needed, and many patterns

    message, hints = explain_compiler_error(error.msg)
    return SyntaxFault(message, *hints, span=span)
