"""Lines as other languages write them, and what they are here.

A rule is a pattern, what to say, and the words to put in place of what the pattern found. Rules are asked
only about a line that could not be read, and only count where it could not be read.
"""

from __future__ import annotations

import re
from unicodedata import normalize

HEAD = r"(?:if|elif|while|for|def|class|with)\b[^{}]*?|else|try|finally"
NAME = r"[A-Za-z_]\w*"
LONGEST = 400       # characters of a line; the patterns are not made for more
CALLED = r"(\w+)\s*\(([^)]*)\)"
RANGE = "a loop goes over a range here"
COMMENT = "a comment begins with #"
POWER = "a power is written **"
QUOTES = "these are typographic quotes; strings stand in plain ones"
FUNCTIONS = "sin|cos|tan|exp|log|sqrt|abs|tanh|sigmoid|len|sum|max|min|range|round|float|int|str"

TYPES = "int|float|double|string|String|bool|boolean|char|long|void|auto|Tensor|torch::Tensor"
DIGITS = r"(?<![\w.])\d{1,3}(?:[ .]\d{3})+(?![\w.])"
MODIFIERS = "public|private|protected|static|final|virtual|inline"
ENDLESS = "a loop that asks at its end is while True: with if ...: break as its last line"
IMPORTED = "a module is brought in by import"
CHOSEN = "a choice is written with if and else"
BEFORE = "else is missing after if; a condition alone stands before what depends on it"

RULES: tuple[tuple[str, str, str], ...] = (
    (r"^\s*(?:switch|select)\b\s*\(?\s*[\w.]+\s*\)?\s*[:{]?\s*$",
     "there is no switch: each case is an if or elif with its comparison", ""),
    (r"^\s*(?:do|loop|repeat|forever)\s*[:{]?\s*$", ENDLESS, "while True:"),
    (r"^\s*end\s*(?:for|if|while|function|def|class)\b.*$",
     "a block ends where its indentation ends: leave this out", ""),
    (r"^\s*goto\b.*$", "there is no goto: loops and functions say where a program goes on", ""),
    (r"^\s*throw\s+(?:new\s+)?(.+?);?$", "an exception is raised by raise", r"raise \1"),
    (r"^\s*(?:echo|puts|say|println|disp|display)\s+([\w\"'].*?);?$", "print shows values", r"print(\1)"),
    (r"^\s*(?:delete|unset|free)\s+([\w.\[\]]+);?$", "a name is taken away by del", r"del \1"),
    (r"^\s*(?:use|using|require|include|load|import)\s+['\"](\w[\w.]*)['\"]\s*;?$", IMPORTED, r"import \1"),
    (r"^\s*(?:use|using|require)\s+(?!namespace)(\w[\w.]*)\s*;?$", IMPORTED, r"import \1"),
    (r"^\s*using\s+namespace\b.*$", "there are no such namespaces here: leave this out", ""),
    (r"^\s*from\s+([\w.]+)\s+import\s+([\w.]+)\.(\w+)\s*$", "the whole path of a module stands after from",
     r"from \1.\2 import \3"),
    (r"\bclass\s+(\w+)\s+(?:extends|implements|inherits)\s+([\w.]+)\s*[:{]?", "the base of a class stands in brackets",
     r"class \1(\2):"),
    (r"\bclass\s+(\w+)\s*:\s*(?:public|private)\s+([\w.]+)\s*\{?", "the base of a class stands in brackets",
     r"class \1(\2):"),
    (rf"^\s*(?:(?:{MODIFIERS}|{TYPES})\s+)+(\w+)\s*\(([^)]*)\)\s*\{{?", "a function begins with def", r"def \1(\2):"),
    (r"\bdef\s+(\w+\([\w, ]*\))\s*=\s*(.+)$", "a function gives its value back with return", r"def \1: return \2"),
    (r"\bassert\s+([^=!<>]+?)\s*=(?!=)\s*(.+)$", "to compare, write ==", r"assert \1 == \2"),
    (r"\b(if|while|elif)\s*\(\s*([\w.]+)\s*=(?!=)\s*([^()=]+)\)", "= gives a name a value; to compare, write ==",
     r"\1 (\2 == \3)"),
    (r"^\s*(\w+(?:\s*,\s*\w+)*)\s*:=(?=\s*\S)", "= gives a name a value", r"\1 ="),
    (r"\bnew\s+([A-Za-z_][\w.]*)(?=\s*\()", "an object is made by calling its class", r"\1"),
    (r"\$(\w+)", "names stand without a $", r"\1"),
    (r"\b(\w+)::(?=\w)", "what a module holds comes after a dot", r"\1."),
    (r"^\s*%%\w*.*$", "a line that begins with %% is a notebook's cell command; leave it out",
     r"# \g<0>"),
    (r"%%", "the remainder is written %", "%"),
    (r"([\w.]+)\s+instanceof\s+([\w.]+)", "isinstance() tells the class of a value", r"isinstance(\1, \2)"),
    (r"\btypeof\s+([\w.]+)", "type() tells the class of a value", r"type(\1)"),
    (r"([\w.]+)\s*\?\?\s*([\w.]+)", CHOSEN, r"\1 if \1 is not None else \2"),
    (r"\?\.(?=\w)", "an attribute comes after a dot alone", "."),
    (r"^\s*(.+?)\s+unless\s+([^:]+?)\s*$", "unless is if not here", r"if not (\2): \1"),
    (r"^\s*((?!if\b|elif\b|while\b|for\b|else\b)[^#'\":]+?)\s+if\s+((?!.*\belse\b)[^:#]+?)\s*$", BEFORE, r"if \2: \1"),
    (r"(?<==)\s*\\(\w+)\s*->\s*(.+)$", "a function without a name begins with lambda", r" lambda \1: \2"),
    (r"(?<==)\s*\|([\w, ]+)\|\s*([\w(].*)$", "a function without a name begins with lambda", r" lambda \1: \2"),
    (r"\|\s*(\w+)\s*\|", "abs() gives the absolute value", r"abs(\1)"),
    (r"(?<![\w.])(\d+(?:\.\d+)?)\s*%(?=\s*(?:$|[;),]))",
     "% is the remainder of a division; a percentage is divided by 100",
     r"\1 / 100"),
    (r"(?<![\w.])(\w+)!(?=\s*(?:$|[-+*/);]))", "math.factorial gives the product of all numbers up to one",
     r"math.factorial(\1)"),
    (r"\u221a\s*(\w+|\([^()]*\))", "a square root is the power 0.5", r"\1**0.5"),
    (r"for\s*\(\s*(?:int |var |let |auto )?\s*(\w+)\s*=\s*([^;]+?)\s*;\s*\w+\s*<\s*([^;=]+?)\s*;[^)]*\)\s*[{:]?",
     RANGE, r"for \1 in range(\2, \3):"),
    (r"for\s*\(\s*(?:int |var |let |auto )?\s*(\w+)\s*=\s*([^;]+?)\s*;\s*\w+\s*<=\s*([^;]+?)\s*;[^)]*\)\s*[{:]?",
     RANGE, r"for \1 in range(\2, \3 + 1):"),
    (r"for\s+(\w+)\s*=\s*(\w+)\s*;\s*\w+\s*<\s*(\w+)\s*;[^:{]*[:{]?", RANGE, r"for \1 in range(\2, \3):"),
    (r"for\s+(\w+)\s*(?:=|in)\s*(\w+)\s*(?::|\.\.\.?|to)\s*(\w+)\s*(?::|do|\{)?", RANGE,
     r"for \1 in range(\2, \3 + 1):"),
    (r"for\s*each\s+(\w+)", "for each is for alone here", r"for \1"),
    (r"for\s+(?!in\b)(\w+)\s+(?!in\b)([\w.]+)", "in is missing between the name and what the loop goes over",
     r"for \1 in \2"),
    (r"\bels(?:e\s?)?if\b", "else if is one word here", "elif"),
    (r"\bif\s+(.+?)\s+then\s+(.+?)\s+else\s+(.+)$", "the value comes before its condition here",
     r"\2 if \1 else \3"),
    (rf"(?<!\w)({HEAD})\s*\{{\s*\}}?", "a block begins with a colon and is indented; no braces stand around it",
     r"\1:"),
    (rf"\b({HEAD})\s+(?:then|do)\b\s*:?", "a colon begins a block, no word", r"\1:"),
    (rf"\b(?:function|func|fn|fun|sub|define|procedure|proc|defun|method)\s+{CALLED}\s*[{{:]?",
     "a function begins with def", r"def \1(\2):"),
    (r"\bdef\s+(\w+)\s+(\w+(?:\s*,\s*\w+)*)\s*:", "parameters stand in brackets", r"def \1(\2):"),
    (r"\bcatch\b\s*(?:\([^)]*\)|[\w ]*)\s*[:{]", "catch is except here", "except Exception as e:"),
    (r"\bunless\s+([^:]+?)\s*(?::|$)", "unless is if not here", r"if not (\1):"),
    (r"\buntil\s+([^:]+?)\s*(?::|$)", "until is while not here", r"while not (\1):"),
    (r"\brepeat\s+([^:]+):", RANGE, r"for turn in range(\1):"),
    (r"//\s?(.*)$", COMMENT, r"# \1"),
    (r"/\*\s*(.*?)\s*\*/", COMMENT, r"# \1"),
    (r"^\s*/\*\s*(.*)$", COMMENT, r"# \1"),
    (r"^\s*%+\s?(.*)$", COMMENT, r"# \1"),
    (r"^(?:pip|python3?|conda|cd|ls|git|sudo|gradcli)\s+\S.*$", "this is for the shell, and no part of a program",
     r"# \g<0>"),
    (r"\.\s*\*\s?", "* works element by element on tensors", "* "),
    (r"\.\s*/\s?", "/ works element by element on tensors", "/ "),
    (r"\.\s*\^\s?", "a power is written **, and works element by element", "**"),
    (rf"(?<![\w'])(?![rRfFbBuU]{{1,2}}')({NAME}|\))'(?!['\w])", "a matrix is transposed by .t()", r"\1.t()"),
    (r"(?<==)\s*(\w+|\([^()]*\))\s*[=-]>\s*(.+)$", "a function without a name begins with lambda",
     r"lambda \1: \2"),
    (r"\blambda\s+([\w, ]+?)\s*[=-]>", "a colon stands between the parameters and the value of a lambda",
     r"lambda \1:"),
    (r"=>", ">= is greater or equal", ">="),
    (r"=<", "<= is less or equal", "<="),
    (r"!==", "!== is not a sign of the language", "!="),
    (r"(?<=[^=!<>])=!(?=\s)", "!= is the sign of the language", "!="),
    (r"(?:(?<==)|(?<=\()|(?<=return))\s*([^=?:()]+(?:[<>=!]=[^=?:()]+)?)\s\?\s*([^?:]+?)\s*:\s*([^?:;()]+);?", CHOSEN,
     r" \2 if \1 else \3"),
    (r"(?<![-+*/%&|^@=!<>])([=!<>]) =(?!=)", "the two signs stand together", r"\1="),
    (rf"(?<![\w.])((?:\w+\.)?(?:{FUNCTIONS})|torch\.\w+)\s+({NAME}|\d[\d.]*)(?!\s*=)",
     "what a function works on stands in brackets", r"\1(\2)"),
    (DIGITS, "digits stand together", ""),
    (r"(?<![\w.])(?!0[xXbBoO])(\d+(?:\.\d+)?)(?!(?:[eE]|[eE]\d+[jJ]|[jJ])\b)([A-Za-z]\w*)",
     "a number runs into a name; a product needs a *", r"\1 * \2"),
    (r"(\w|\))\s*\u00b2", POWER, r"\1**2"),
    (r"(\w|\))\s*\u00b3", POWER, r"\1**3"),
    (r"[\u201c\u201d\u201e\u00ab]([^\u201c\u201d\u201e\u00bb'\"]*)[\u201d\u201c\u00bb]", QUOTES, r'"\1"'),
    (r"[\u2018\u2019\u201a\u2032]([^\u2018\u2019\u201a\u2032'\"]*)[\u2019\u2018\u2032]", QUOTES, r"'\1'"),
)
LOOKING_LIKE = {sign: here for here, signs in {
    "-": "\u2212\u2010\u2011\u2012\u2013\u2014", "*": "\u2217\u00d7\u00b7\u22c5\u2715", "/": "\u00f7\u2044\u2215",
    "=": "\u2190\u2192"}.items() for sign in signs} | {
    "\u2264": "<=", "\u2265": ">=", "\u2260": "!=", "\u2032": "'", "\u2227": "and", "\u2228": "or", "\u00ac": "not ",
    "\u221e": "float('inf')", "\u221a": "torch.sqrt", "\u2208": "in", "\u2248": "=="}


def keyboard_character(c: str) -> str:
    """The character of the keyboard that another one stands for or looks like; empty if there is none."""
    like = LOOKING_LIKE.get(c) or normalize("NFKC", c)
    return like if like != c and like.isascii() and like.strip() else ""


def foreign_line(line: str, column: int) -> tuple[str, str, int, int] | None:
    """Message, repair, and from where to where it goes in `line`, which cannot be read at `column` (from 0)."""
    if len(line) > LONGEST:
        return None
    for pattern, message, repair in RULES:
        for match in re.finditer(pattern, line):
            digits = pattern is DIGITS
            begin, end = match.start() + digits, match.end() + (repair == "elif") - digits
            if begin <= column <= end and not _quoted(line, match.start()):
                replacement = re.sub(r"[ .]", "", match[0]) if pattern is DIGITS else match.expand(repair)
                replacement = re.sub(rf"\b(?:{TYPES})\s+(?=\w)", "", replacement) if replacement.startswith(
                    "def ") else replacement
                replacement = re.sub(r"lambda \(([^()]*)\)", r"lambda \1", replacement)
                replacement = replacement.replace("range(0, ", "range(")
                blank = len(match[0]) - len(match[0].lstrip())
                return message, replacement.strip(), match.start() + blank, match.end()
    return None


def _quoted(line: str, at: int) -> bool:
    """Whether a string is open in front of `at`."""
    opened = ""
    for c in line[:at]:
        if opened:
            opened = "" if c == opened else opened
        elif c in "'\"":
            opened = c
    return bool(opened)
