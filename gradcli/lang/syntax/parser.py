"""Text to a tree: lexer, f-strings and the LALR automaton.

A node is a tuple `(kind, start, end, children)`, offsets in characters; a leaf is a word as
`lexer.py` makes it, `(kind, start, end, text)`.
"""

from __future__ import annotations

from functools import cache

from gradcli.faults.tree import Fault
from gradcli.lang.syntax import tables
from gradcli.lang.syntax.driver import Driver
from gradcli.lang.syntax.lexer import Node, Word, check_text


def parse(text: str, name: str = "<input>") -> Node:
    """The tree of a program; a SyntaxFault with its place if `text` is not in the language."""
    text = text.removeprefix("\ufeff")
    try:
        return tree_of(text)
    except Fault as fault:
        from gradcli.lang.messages.first_line import complete_syntax_fault
        from gradcli.lang.messages.paste_check import keep_pasteable

        complete_syntax_fault(fault, text, name)
        keep_pasteable(fault, tree_of)
        raise


def words(text: str) -> list[Word]:
    """The words of a text that need not be a program."""
    return _driver().lexer.words(text + "\n")


def completeness(text: str) -> str:
    """What the Enter key should do with `text`: it is "complete", "incomplete" or "wrong"."""
    from gradcli.faults.tree import Unfinished

    text = text.removeprefix("\ufeff")
    try:
        tree = tree_of(text)
    except Unfinished:
        return "incomplete"
    except Fault:
        return "wrong"
    if tree[3] and tree[3][-1][0] in ("if", "while", "for", "try", "with", "def", "class"):
        lines = text.split("\n")
        return "complete" if len(lines) > 1 and not lines[-1].strip() else "incomplete"
    return "complete"


def tree_of(text: str) -> Node:
    """The tree of a program, whose faults do not know their text."""
    check_text(text)
    driver = _driver()
    if not text.endswith("\n"):
        text += "\n"
    words = driver.lexer.words(text)
    if "FSTRING" in {word[0] for word in words}:
        from gradcli.lang.syntax.fstring import split_fields

        words = [split_fields(text, word, driver) if word[0] == "FSTRING" else word for word in words]
    return driver.run(words, "file", text)


@cache
def _driver() -> Driver:
    return Driver(tables.load_tables(), _complaint)


def _complaint(driver: Driver, words: list[Word], word: Word, states: list[int], text: str) -> Fault:
    from gradcli.lang.messages.syntax_errors import syntax_fault

    return syntax_fault(driver, words, word, states, text)
