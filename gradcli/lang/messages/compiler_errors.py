"""Explanations and repairs for SyntaxErrors of Python's compiler about names and nesting.

The grammar and lowering have refused all that is wrong in one place; the compiler alone sees how
the uses of one name in a function go together.
"""

from __future__ import annotations

import re

COMPILER_ERRORS: tuple[tuple[str, str, tuple[str, str] | None], ...] = (
    (r"nonlocal declaration not allowed at module level",
     "nonlocal can only stand in a function within another function",
     ("x = 1", "outside functions a name is simply assigned to")),
    (r"no binding for nonlocal '(\w+)' found",
     "no function around this one has a name {0} to share", ("global {0}", "shares a name of the whole program")),
    (r"name '(\w+)' is parameter and (\w+)",
     "{0} is a parameter here, it cannot be {1} as well", ("def f(other):", "gives one of the two another name")),
    (r"name '(\w+)' is (?:used prior to|assigned to before) (\w+) declaration",
     "{0} is used before this line declares it {1}",
     ("{1} {0}", "belongs before the first use, at the beginning of the function")),
    (r"name '(\w+)' is nonlocal and global", "{0} cannot be both global and nonlocal", None),
    (r"assignment expression cannot be used in a comprehension iterable expression",
     ":= cannot stand in what a comprehension goes through", ("name = value", "in a line of its own before it")),
    (r"assignment expression within a comprehension cannot be used in a class body",
     ":= cannot stand in a comprehension directly in a class", ("name = value", "in a line of its own before it")),
    (r"(?:assignment expression cannot rebind comprehension iteration variable"
     r"|comprehension inner loop cannot rebind assignment expression target) '(\w+)'",
     "{0} is the variable of the comprehension, := cannot set it too", ("(other := value)", "under another name")),
    (r"too many expressions in star-unpacking assignment",
     "more than 255 names stand before the one with a star", ("first, rest = values[:300], values[300:]", "")),
)


def explain_compiler_error(remark: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return the explanation of a SyntaxError message of the compiler, and repairs; an unknown one stays as it is."""
    for pattern, words, hint in COMPILER_ERRORS:
        match = re.search(pattern, remark)
        if match:
            names = match.groups()
            hints = ((hint[0].format(*names), hint[1]),) if hint else ()
            return words.format(*names), hints
    return remark, ()
