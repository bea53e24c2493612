"""Explain syntax errors: from the word that the parser cannot shift to a message with a repair.

The automaton knows only which words could have followed. Most mistakes are better told from what
stands around them: a bracket left open, a colon left out, Python 2's print.
"""

from __future__ import annotations

from collections.abc import Callable

from gradcli.faults.mistakes import ForeignSpelling, IndentationFault, MissingColon, StrayCharacter, WordRefused
from gradcli.faults.source import Span, line_of
from gradcli.faults.suggestions import nearest
from gradcli.faults.tree import PolicyFault, SyntaxFault, Unfinished
from gradcli.lang.messages.misread import foreign_word, unreadable
from gradcli.lang.messages.other_languages import foreign_line
from gradcli.lang.syntax.driver import Driver
from gradcli.lang.syntax.lexer import CLOSING, OPENING, Word, span_between

BLOCKS = ("if", "elif", "else", "while", "for", "def", "class", "try", "except", "finally", "with")
CLAUSES = {"elif": "if", "else": "if, for, while or try", "except": "try", "finally": "try"}
LAYOUT = {"_NEWLINE": "the end of the line", "$END": "the end of the text", "_INDENT": "the indentation",
          "_DEDENT": "the end of the block"}
ENDS = ("NAME", "NUMBER", "STRING", "FSTRING", ")", "]", "}")       # an expression can end with these
BEFORE_NAMES = ("=", ",", "(", "[", "*", "**", ":", ";")                   # a name that is assigned to can follow these


class ErrorContext:
    """The state of the parser at a word that it cannot shift."""

    def __init__(self, driver: Driver, words: list[Word], word: Word, states: list[int], text: str) -> None:
        self.driver, self.text, self.word = driver, text, word
        at = next(i for i, other in enumerate(words) if other is word)
        self.before = words[:at]
        self.after = words[at + 1 :]
        self.last = self.before[-1] if self.before else ("", 0, 0, "")
        self.expected = possible(driver, states)
        self.line = self._line()

    def _line(self) -> list[Word]:
        """The words of the line before the word that does not fit."""
        line: list[Word] = []
        for word in reversed(self.before):
            if word[0] in LAYOUT:
                break
            line.insert(0, word)
        return line

    @property
    def at_end(self) -> bool:
        return not self.text[self.word[1]:].strip()

    def span(self, word: Word | None = None) -> Span:
        """Where `word` stands, or the one that does not fit; an end of line is one character wide."""
        word = word or self.word
        if word[0] in LAYOUT:
            begin = min(word[1], len(self.text.rstrip()) if word[0] != "_INDENT" else word[1])
            end = word[2] if word[0] == "_INDENT" else begin + 1
            return span_between(self.text, begin, end) if "\n" not in self.text[begin:end] else _point(self.text, begin)
        return span_between(self.text, word[1], word[2])

    def source(self) -> str:
        """The line of text on which the word stands."""
        return line_of(self.text, self.text.count("\n", 0, self.word[1]) + 1)

    def open_brackets(self) -> list[Word]:
        """The brackets before the word that are not closed yet."""
        opened: list[Word] = []
        for word in self.before:
            if word[0] in OPENING:
                opened.append(word)
            elif word[0] in CLOSING and opened:
                opened.pop()
        return opened

    def wrong(self, message: str, *hints: tuple[str, str] | str, word: Word | None = None,
              kind: type[SyntaxFault] = SyntaxFault, as_python: bool = False) -> SyntaxFault:
        """`as_python`: the message says what CPython says, in other words."""
        return kind(message, *hints, span=self.span(word), as_python=as_python)


def syntax_fault(driver: Driver, words: list[Word], word: Word, states: list[int],
                 text: str) -> SyntaxFault | PolicyFault:
    """Return the fault for `word`, which the automaton cannot shift in the last of `states`."""
    scene = ErrorContext(driver, words, word, states, text)
    for explain in EXPLANATIONS:
        fault = explain(scene)
        if fault is not None:
            return fault
    raise AssertionError("the last explanation explains everything")


def possible(driver: Driver, states: list[int]) -> set[str]:
    """The kinds of words that can come next. A table of LALR(1) lists too many, so each is tried on the stack."""
    return {kind for kind in driver.actions[states[-1]] if _fits(driver, states, kind)}


def _fits(driver: Driver, states: list[int], kind: str) -> bool:
    stack = list(states)
    while (code := driver.actions[stack[-1]].get(kind)) is not None:
        if code > 0:
            return True
        size, origin = driver.rules[-code][:2]
        if size:
            del stack[-size:]
        stack.append(driver.gotos[stack[-1]][origin])
        if kind == "$END" and stack[-1] in driver.ends.values():
            return True
    return False


def _point(text: str, at: int) -> Span:
    span = span_between(text, at, at)
    return span._replace(end_column=span.column + 1)


Explanation = Callable[[ErrorContext], SyntaxFault | PolicyFault | None]


def _stray_character(s: ErrorContext) -> SyntaxFault | None:
    """A character that begins no word."""
    if s.word[0]:
        return None
    message, hints, open_ended = unreadable(s.text, s.word[1])
    span = span_between(s.text, s.word[1], s.word[2])
    kind = SyntaxFault if s.text[s.word[1]] in "'\"" or s.text[s.word[1]].isdigit() else StrayCharacter
    kind = Unfinished if open_ended else kind
    return kind(message, *hints, span=span, as_python=kind is not StrayCharacter)


def _foreign_line(s: ErrorContext) -> SyntaxFault | None:
    """A line as another language writes it."""
    line = s.span().line
    start = s.text.rfind("\n", 0, s.word[1]) + 1 if s.word[0] not in LAYOUT else 0
    text = s.source()
    column = s.word[1] - start
    if s.word[0] in LAYOUT:
        if s.word[0] != "_NEWLINE":
            return None
        text, column = line_of(s.text, line), s.span().column - 1
        start = sum(len(earlier) + 1 for earlier in s.text.split("\n")[: line - 1])
    foreign = foreign_line(text, column)
    if foreign is None:
        return None
    message, repair, begin, end = foreign
    return ForeignSpelling(message, *filter(None, (repair,)), span=span_between(s.text, start + begin, start + end))


def _trailing_backslash(s: ErrorContext) -> SyntaxFault | None:
    """A backslash at the very end."""
    if s.text[s.word[1]:].strip() == "\\":
        return Unfinished("the text ends where a line was to go on", span=s.span())
    return None


def _unbalanced_bracket(s: ErrorContext) -> SyntaxFault | None:
    kind = s.word[0]
    opened = s.open_brackets()
    if kind in CLOSING:
        if not opened:
            line, at = s.source(), s.span().column - 1
            without = (line[:at] + line[at + 1 :]).strip(" ;")
            if not without and kind == "}":
                return s.wrong("a block ends where its indentation ends: leave this out", kind=ForeignSpelling)
            return s.wrong(f"there is no {CLOSING[kind]} that this {kind} could close",
                           *(((without, f"in line {s.span().line}"),) if without else ()), as_python=True)
        if OPENING[opened[-1][0]] != kind:
            return s.wrong(f"{opened[-1][0]} is closed by {kind}", OPENING[opened[-1][0]], as_python=True)
        return None
    if not opened:
        return None
    if kind == ":" and s.line and s.line[0][0] in BLOCKS and s.expected & {")", "]"}:
        return s.wrong(f"this {opened[-1][0]} is not closed before the colon",
                       f"{''.join(OPENING[bracket[0]] for bracket in reversed(opened))}:")
    if kind == "=" and opened[-1][0] == "{" and ":" in s.expected:
        return s.wrong("an entry of a dict has a colon between key and value", ":")
    if kind == ";":
        return s.wrong("values are separated by commas", ",")
    if s.at_end:
        return Unfinished(f"this {opened[-1][0]} is never closed", *_closed(s, opened), span=s.span(opened[-1]),
                          as_python=True)
    if "\n" in s.text[s.last[2] : s.word[1]] and s.last[0] in ENDS + ("{", "(", "[", ","):
        return s.wrong(f"this {opened[-1][0]} is not closed before the next line begins",
                       *_closed(s, opened), word=opened[-1])
    return None


def _closed(s: ErrorContext, opened: list[Word]) -> tuple[tuple[str, str], ...]:
    """The repair that closes the open brackets at the end of the line of the last word."""
    line = s.text.count("\n", 0, s.last[2] - 1) + 1
    text = line_of(s.text, line)
    if "#" in text or not text.strip():
        return ()
    ends = "".join(OPENING[bracket[0]] for bracket in reversed(opened))
    text = text.strip() if opened[-1][0] == "(" else text.strip().removesuffix(",")     # (1,) is a tuple, (1) a number
    return ((text + ends, f"in line {line}"),)


def _missing_block(s: ErrorContext) -> SyntaxFault | None:
    """A block that is missing, or an indentation without one."""
    if s.word[0] == "_INDENT":
        return s.wrong("this line is indented, though no block begins before it",
                       (_indented_as_before(s), f"in line {s.span().line}: at the level of the line before"),
                       kind=IndentationFault,
                       as_python=True)
    if "_INDENT" in s.expected and s.last[0] == "_NEWLINE":
        if s.at_end:
            return Unfinished("an indented block must follow the colon", span=s.span())
        return s.wrong("an indented block must follow the colon of the line before",
                       (f"    {s.source().strip()}", f"in line {s.span().line}"), kind=IndentationFault, as_python=True)
    if s.at_end and s.expected == {"def", "class", "@"}:
        return Unfinished("a decorator stands before a function or a class", span=s.span())
    if s.expected == {"except", "finally"}:
        if s.at_end:
            return Unfinished("try needs an except or a finally", span=s.span())
        return s.wrong("try needs an except or a finally after its block", "except RuntimeError as e:")
    return None


def _indented_as_before(s: ErrorContext) -> str:
    """The line with the word, indented as the line of words before it."""
    number = s.text.count("\n", 0, s.word[2]) + 1
    before = next((line for line in reversed(s.text.split("\n")[: number - 1]) if line.strip()), "")
    return before[: len(before) - len(before.lstrip())] + line_of(s.text, number).strip()


def _missing_colon(s: ErrorContext) -> SyntaxFault | None:
    rest = s.text[s.word[1]:].split("\n", 1)[0]
    if s.line and s.line[0][0] in BLOCKS and ":" in s.expected and ":" not in rest and not s.open_brackets():
        if s.word[0] != "_NEWLINE" and s.last[0] not in ENDS or s.word[0] == "=":
            return None
        start = s.line[0][1]
        return s.wrong(f"a colon is missing after the head of {s.line[0][3]}",
                       (f"{s.text[start : s.last[2]]}: {rest.strip()}".rstrip(),
                        f"in line {s.text.count(chr(10), 0, start) + 1}"), kind=MissingColon)
    return None


def _assignment_for_comparison(s: ErrorContext) -> SyntaxFault | None:
    """`=` where a comparison was meant."""
    if s.word[0] != "=" or "==" not in s.expected:
        return None
    opened = s.open_brackets()
    if opened and opened[-1][0] == "(" and (len(s.before) > 1 and s.before[-2][0] in ("(", ",")):
        return s.wrong("only a name can stand left of = in a call")
    line, at = s.source(), s.span().column - 1
    return s.wrong("= gives a name a value; to compare, write ==",
                   (line[:at].lstrip() + "=" + line[at:], f"in line {s.span().line}"))


def _foreign_word(s: ErrorContext) -> SyntaxFault | PolicyFault | None:
    """A word of another language, or one of Python's that this language leaves out."""
    rest = s.source()[s.span().column - 1 :] if s.word[0] not in LAYOUT else ""
    foreign = foreign_word(s.line, s.word, rest.partition("#")[0] if "'" not in rest and '"' not in rest else rest)
    if foreign is None:
        return None
    message, hints, refused, at, until = foreign
    make = WordRefused if refused else ForeignSpelling
    return make(message, *hints, span=span_between(s.text, at[1], until))


def _clause_without_block(s: ErrorContext) -> SyntaxFault | None:
    if s.word[0] in CLAUSES and (not s.line):
        return s.wrong(f"{s.word[0]} must follow a block of {CLAUSES[s.word[0]]} at the same indentation")
    return None


def _keyword_as_name(s: ErrorContext) -> SyntaxFault | None:
    """A word of the language where a name or a value belongs."""
    kind = s.word[0]
    if kind in s.driver.lexer.keywords and "NAME" in s.expected:
        name = s.expected & {"NUMBER", "("}
        if name and s.after[0][0] not in ("=", ",", ")", ".", "_NEWLINE"):
            return s.wrong(f"{kind} cannot stand here: a value is expected")
        return s.wrong(f"{kind} is a word of the language and cannot be a name", f"{kind}_")
    if kind == "=" and s.last[0] in s.driver.lexer.keywords and (len(s.line) < 2 or s.line[-2][0] in BEFORE_NAMES):
        return s.wrong(f"{s.last[0]} is a word of the language and cannot be a name", f"{s.last[0]}_", word=s.last)
    return None


def _missing_operator(s: ErrorContext) -> SyntaxFault | None:
    """Two values side by side."""
    starts = ("NAME", "NUMBER", "STRING", "FSTRING", "lambda", "not")
    if s.word[0] not in starts or s.last[0] not in ENDS:
        return None
    if s.last[0] == "NAME" and len(s.line) == 1:
        near = nearest(s.last[3], [word for word in s.driver.lexer.keywords if len(word) > 2])
        if near:
            return s.wrong(f"{s.last[3]} is not a word of the language", (near[0], "the nearest word"), word=s.last)
    comma = "," in s.expected and s.open_brackets()
    at = s.span().column - 1
    line = s.source()
    hints = ((f"{line[:at].rstrip()}, {line[at:]}".strip(), f"in line {s.span().line}"),) if comma else ()
    return s.wrong(f"{'a comma or an operator' if comma else 'an operator'} is missing between "
                   f"{_word(s.last)} and {_word(s.word)}", *hints)


def _unexpected_word(s: ErrorContext) -> SyntaxFault | None:
    subject = LAYOUT.get(s.word[0]) or _word(s.word)
    if s.last[0] not in LAYOUT and s.last[0] and "NUMBER" in s.expected:
        message = f"a value must follow {_word(s.last)}, not {subject}"
    else:
        message = f"{subject} cannot stand here"
        expected = _expected_words(s.expected)
        if expected:
            message += f": {expected} is expected"
    if s.at_end and s.text.rstrip("\n") == s.text[:-1].rstrip("\n") and _unclosed_text(s):
        return Unfinished(message, span=s.span())
    return s.wrong(message)


def _unclosed_text(s: ErrorContext) -> bool:
    """Whether the text ends within a triple-quoted string."""
    return s.word[0] == "" and s.text[s.word[1] : s.word[1] + 3] in ('"""', "'''")


def _word(word: Word) -> str:
    text = str(word[3]) if word[0] != "FSTRING" else "the f-string"
    return text if len(text) <= 30 else text[:30] + "..."


def _expected_words(expected: set[str]) -> str:
    """The expected words as a phrase, if they are four or fewer; else empty."""
    if "NUMBER" in expected:
        return "a value"
    signs = sorted(expected - set(LAYOUT) - {"NAME"})
    names = ["a name"] if "NAME" in expected else []
    ends = ["the end of the line"] if "_NEWLINE" in expected else []
    choices = names + signs + ends
    return " or ".join(choices) if 0 < len(choices) <= 4 else ""


EXPLANATIONS: tuple[Explanation, ...] = (
    _trailing_backslash, _foreign_line, _stray_character, _foreign_word, _unbalanced_bracket, _missing_block,
    _missing_colon, _assignment_for_comparison, _clause_without_block, _keyword_as_name, _missing_operator,
    _unexpected_word)
