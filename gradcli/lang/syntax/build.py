"""From the grammar to the tables that `driver.py` runs: the only file that uses Lark.

Lark computes the LALR automaton; the tables are a dictionary of plain integers, strings and tuples that `marshal` can
write. They are built once, when the package is built, or when the grammar of a checkout has changed (`tables.py`).

    regex, groups           the master expression of the lexer, and what each of its groups means
    keywords, operators     words and signs that are their own kind of token
    actions[state][kind]    code > 0: shift and go to that state; code < 0: reduce rules[-code];
                            code <= units: the reduction only renames one value
    gotos[state][rule]      the state after a reduction
    rules[number]           (length, origin, mode, label, positions of the children, of those the spliced)
    starts, ends            for each start rule, the first and the accepting state
"""

from __future__ import annotations

import re
from typing import Any

START = ["file", "fexpr"]

TAKE, NODE, NODE_SPLICED, NODE_OR_CHILD, LIST = range(5)


def build(grammar: str) -> dict[str, Any]:
    """The tables for `grammar`, whose syntax is Lark's."""
    lark = reference(grammar)
    table = lark.parser.parser._parse_table     # Lark has no public name for it
    kinds = {str(t.name): str(t.pattern.value if t.pattern.type == "str" else t.name) for t in lark.terminals}
    kinds["$END"] = "$END"
    kinds.update({name: name for name in ("_INDENT", "_DEDENT", "_MATCH", "_CASE")})

    from lark.parsers.lalr_analysis import Shift

    recipes = {rule: _recipe(rule) for state in table.states.values()
               for action, rule in state.values() if action is not Shift}
    ordered = sorted(recipes, key=lambda rule: (_is_unit(recipes[rule]), str(rule)))
    number = {rule: i for i, rule in enumerate(ordered, 1)}
    states = sorted(table.states)               # Lark numbers them from 0, which cannot be negated
    actions: list[dict[str, int]] = [{}]
    gotos: list[dict[str, int]] = [{}]
    for state in states:
        actions.append({kinds[symbol]: arg + 1 if action is Shift else -number[arg]
                        for symbol, (action, arg) in sorted(table.states[state].items()) if symbol in kinds})
        gotos.append({str(symbol): arg + 1
                      for symbol, (_, arg) in sorted(table.states[state].items()) if symbol not in kinds})
    assert states == list(range(len(states)))
    return _lexer(lark) | {
        "actions": actions,
        "gotos": gotos,
        "rules": [None, *(recipes[rule] for rule in ordered)],
        "units": -1 - sum(not _is_unit(recipes[rule]) for rule in ordered),
        "starts": {str(name): state + 1 for name, state in table.start_states.items()},
        "ends": {str(name): state + 1 for name, state in table.end_states.items()},
    }


def reference(grammar: str) -> Any:
    """Lark's own parser for `grammar`: the source of the tables, and what tests hold the driver to."""
    from lark import Lark
    from lark.indenter import Indenter

    class Indentation(Indenter):
        NL_type = "_NEWLINE"
        OPEN_PAREN_types = ["LPAR", "LSQB", "LBRACE"]
        CLOSE_PAREN_types = ["RPAR", "RSQB", "RBRACE"]
        INDENT_type = "_INDENT"
        DEDENT_type = "_DEDENT"
        tab_len = 8

    return Lark(grammar, parser="lalr", lexer="basic", postlex=Indentation(), start=START,
                maybe_placeholders=False)


def _recipe(rule: Any) -> tuple[int, str, int, str, tuple[int, ...], tuple[int, ...]]:
    """How a reduction by `rule` builds a node from the values on the stack: Lark's tree shaping, precomputed."""
    symbols = rule.expansion
    positions = tuple(i for i, s in enumerate(symbols)
                 if not (s.is_term and s.filter_out and not rule.options.keep_all_tokens))
    spliced = tuple(i for i in positions if not symbols[i].is_term and symbols[i].name.startswith("_"))
    origin = str(rule.origin.name)      # Lark's strings are a subclass that marshal cannot write
    label = str(rule.alias or origin)
    single = rule.options.expand1 and not rule.alias
    if origin.startswith("_"):
        mode = LIST
    elif single and len(positions) == 1 and not spliced:
        mode = TAKE
    elif single and spliced:
        mode = NODE_OR_CHILD
    else:
        mode = NODE_SPLICED if spliced else NODE
    return len(symbols), origin, mode, label, positions, spliced


def _is_unit(recipe: tuple[int, str, int, str, tuple[int, ...], tuple[int, ...]]) -> bool:
    """Whether the reduction leaves one value as it is under another name."""
    length, _, mode, _, positions, spliced = recipe
    return length == 1 and (mode == TAKE or (mode == LIST and spliced == positions == (0,)))


def _lexer(lark: Any) -> dict[str, Any]:
    """The master expression: ignored text, then one group for each kind of word.

    Names come first, being the most frequent; a name directly before a quote may be the prefix of
    a string, so such a name is tried again after the strings.
    """
    patterns = {str(t.name): str(t.pattern.to_regexp()) for t in lark.terminals}
    words = [t for t in lark.terminals if t.pattern.type == "str"]
    name = re.compile(patterns["NAME"])
    keywords = sorted(str(t.pattern.value) for t in words if name.fullmatch(t.pattern.value))
    operators = sorted((str(t.pattern.value) for t in words if not name.fullmatch(t.pattern.value)),
                       key=lambda text: (-len(text), text))
    ignored = "|".join(f"(?:{patterns[n]})" for n in sorted(lark.ignore_tokens))
    groups = [
        ("NAME", rf"(?>{patterns['NAME']})(?![\"'])"),
        ("MAGIC", patterns["MAGIC"]),
        ("NUMBER", patterns["NUMBER"]),
        ("", "|".join(map(re.escape, operators))),
        ("_NEWLINE", patterns["_NEWLINE"]),
        *((kind, patterns[kind]) for kind in ("FSTRING", "STRING", "BYTES")),
        ("NAME", patterns["NAME"]),
    ]
    left = set(patterns) - {kind for kind, _ in groups} - {t.name for t in words} - set(lark.ignore_tokens)
    assert not left, f"kinds of words that the lexer would never find: {left}"
    regex = f"(?:{ignored})*+(?:" + "|".join(f"({pattern})" for _, pattern in groups) + ")"
    return {"regex": regex, "groups": [None, *(kind for kind, _ in groups)], "keywords": keywords,
            "operators": operators}
