"""Random programs in plain Python: numbers, strings, containers, control flow, functions, classes, exceptions.

`Maker` asks a function `below(n)` for each choice, so that the same grammar serves Hypothesis,
which shrinks what it finds, and a plain generator, which is fast enough for long runs.
"""

from __future__ import annotations

import re

from lang import idioms_of_classes as more
from lang import idioms_of_library as library
from lang.forms import ERRORS, FORMS, KINDS, LITERALS, METHODS, SPECS
from lang.idioms import CLASSES, CONTROL, EXCEPTIONS, FUNCTIONS
from lang.phrases import CONTAINERS, MISTAKES, TEXTS

HOLE = re.compile(r"\$(\w+)")
FRESH = re.compile(r"@([a-e])\b")


class Maker:
    """One program in the making."""

    def __init__(self, below):
        self.below = below
        self.names = {kind: [] for kind in KINDS}
        self.functions = []     # (name, number of required parameters, number with defaults)
        self.classes = []
        self.objects = []
        self.fresh = 0
        self.loops = 0
        self.inside = False     # a function

    def program(self):
        """The text of a program that always ends."""
        lines = []
        for _ in range(2 + self.below(7)):
            lines += self.statement(0)
        for kind in KINDS:
            lines += [f"print({', '.join(self.names[kind])})"] if self.names[kind] else []
        return "\n".join(lines) + "\n"

    def pick(self, options):
        return options[self.below(len(options))]

    def chance(self, one_in):
        return self.below(one_in) == 0

    def name(self, prefix="v"):
        self.fresh += 1
        return f"{prefix}{self.fresh}"

    # expressions

    def any(self, depth):
        return self.expression(self.pick(KINDS), depth)

    def expression(self, kind, depth=0):
        if self.chance(300):
            kind = self.pick(KINDS)     # now and then what does not fit
        if self.names[kind] and self.chance(2):
            return self.pick(self.names[kind])
        if depth > 2 and kind in LITERALS:
            return self.pick(LITERALS[kind])
        return self.pick(getattr(self, f"_{kind}s"))(depth + 1)

    def literal(self, kind):
        return lambda depth: self.pick(LITERALS[kind])

    def form(self, template):
        """A maker from a template: `$kind` stands for an expression, `$n` for a small number."""
        return lambda depth: HOLE.sub(lambda hole: self.filled(hole[1], depth), template)

    def filled(self, what, depth):
        if what == "n":
            return str(self.below(4))
        if what == "any":
            return self.any(depth)
        made = self.expression(what, depth) if what in KINDS else getattr(self, what)(depth)
        return f"({made})" if made[0].isdigit() or made[0] == "-" else made

    def call(self, depth):
        if not self.functions:
            return self.pick(LITERALS["int"])
        name, needed, optional = self.pick(self.functions)
        count = needed + self.below(optional + 1) + (1 if self.chance(25) else 0)
        args = [self.any(depth) for _ in range(count)]
        if optional and self.chance(3):
            args.append(f"k={self.any(depth)}")
        if self.chance(10):
            args.append(f"*{self.expression('list', depth)}")
        return f"{name}({', '.join(args)})"

    def attribute(self, depth):
        return f"{self.pick(self.objects)}.{self.pick(('a', 'b', 'm(2)', 'm(1)', 'c', 'p', 's(3)'))}" if self.objects else "3"

    def method(self, depth):
        kind = self.pick(tuple(METHODS))
        chosen = self.pick(METHODS[kind])
        return f"{self.in_brackets(kind, depth)}.{self.form(chosen)(depth)}"

    def in_brackets(self, kind, depth):
        return f"({self.expression(kind, depth)})"

    def field(self, depth):
        """An f-string."""
        kind = self.pick(("int", "float", "str", "bool"))
        spec = self.pick(SPECS[kind])
        value = self.expression(kind, 3).replace('"', "'")
        if "'" in value or "\\" in value or "{" in value or "lambda" in value or ":" in value:
            value = self.pick(("1 + 1", "2.5", "10"))
        conversion = self.pick(("", "", "", "!r", "!s", "="))
        return f'f"{{{value}{conversion}{":" + spec if spec and conversion != "!r" else ""}}}"'

    def percent(self, depth):
        kind = self.pick(("d", "5d", "-5d", "05d", "s", "10s", "-6s", "r", ".2f", "8.3f", "e", "g", "x", "o", "i", "c", "%"))
        value = {"s": "any", "r": "any"}.get(kind[-1], self.pick(("int", "float", "int", "str")))
        return f"'<%{kind}>' % ({self.any(depth) if value == 'any' else self.expression(value, depth)},)"

    def brace(self, depth):
        return self.form(self.pick(("'{} {}'.format($any, $any)", "'{a}-{0}'.format($any, a=$any)",
                                    "'{:>8}|'.format($str)", "'{:.2f}'.format($float)", "'{!r}'.format($any)")))(depth)

    def comprehension(self, depth):
        name = self.name("c")
        source = self.pick(("range($n)", "$list", "$tuple", "$str", "sorted($set)", "$dict", "zip($list, $tuple)",
                            "enumerate($list)"))
        body = self.pick((name, f"[{name}]", f"({name}, 1)", f"str({name})", f"{name} == 1", "$int"))
        test = self.pick(("", "", f" if {name}", f" if {name} != 0", " if $bool"))
        return self.form(f"{body} for {name} in {source}{test}")(depth)

    def lambda_(self, depth):
        name = self.name("p")
        body = self.pick((name, f"{name} == {name}", f"({name}, 1)", f"[{name}] * 2", "$int", f"str({name})"))
        return self.form(f"(lambda {name}: {body})")(depth)

    def type(self, depth):
        return self.pick(TYPES)

    def error(self, depth):
        return self.pick(ERRORS)

    def mistake(self, depth):
        """A statement that is likely to go wrong."""
        return self.form(self.pick(WRONG))(depth)

    def compared(self, depth):
        kind = self.pick(KINDS)
        signs = ("<", ">", "==", "!=", "<=", ">=") if kind != "dict" else ("==", "!=")
        a, b = self.expression(kind, depth), self.expression(kind, depth)
        more = f" {self.pick(signs)} {self.expression(kind, depth)}" if self.chance(4) else ""
        return f"({a} {self.pick(signs)} {b}{more})"

    def __getattr__(self, name):
        made = FORMS.get(name)
        if made is None:
            raise AttributeError(name)
        kind = name[1:-1]
        found = [self.form(template) for template in made]
        if kind in LITERALS:
            found += [self.literal(kind)] * (len(found) // 2)
        self.__dict__[name] = tuple(found)
        return self.__dict__[name]

    # statements

    def statement(self, depth):
        choices = list(STATEMENTS)
        if depth < 3:
            choices += ["branch", "loop", "counted", "attempt", "idiom"]
        if depth == 0:
            choices += ["define", "define", "build", "idiom", "idiom"]
        return getattr(self, self.pick(choices))(depth)

    def block(self, depth):
        before = {kind: list(names) for kind, names in self.names.items()}
        objects = list(self.objects)
        lines = []
        for _ in range(1 + self.below(3)):
            lines += self.statement(depth + 1)
        self.names, self.objects = before, objects
        return ["    " + line for line in lines]

    def assign(self, depth):
        kind = self.pick(KINDS)
        value = self.expression(kind)
        name = self.pick(self.names[kind]) if self.names[kind] and self.chance(3) and not self.inside else self.name()
        if name not in self.names[kind]:
            self.names[kind].append(name)
        return [f"{name} = {value}"]

    def unpack(self, depth):
        a, b = self.name(), self.name()
        form = self.pick((f"{a}, {b} = $any, $any", f"{a}, *{b} = $list", f"({a}, [{b}]) = 1, [$any]",
                          f"{a} = {b} = $any", f"{a}, {b} = $list", f"{a}: int = $int; {b} = {a}"))
        return [self.form(form)(1), f"print({a}, {b})"]

    def augment(self, depth):
        kind = self.pick(("int", "float", "str", "list", "tuple", "set"))
        if not self.names[kind] or self.inside:
            return self.assign(depth)
        sign = {"int": ("+=", "-=", "*=", "//=", "%=", "|=", "&=", "^=", "<<="), "float": ("+=", "-=", "*=", "/=", "//="),
                "str": ("+=", "%="), "list": ("+=", "*="), "tuple": ("+=",), "set": ("|=", "&=", "-=", "^=")}[kind]
        sign = self.pick(sign)
        value = str(self.below(4)) if sign in ("<<=", "%=") or (sign == "*=" and kind == "list") else self.expression(kind, 2)
        return [f"{self.pick(self.names[kind])} {sign} {value}"]

    def item(self, depth):
        form = self.pick(("$list[$n] = $any", "$dict[$any] = $any", "del $list[$n]", "$list[$n:$n] = $list",
                          "$dict[$any] += $int", "$list[$n] += $int", "$list[$n] *= 2", "$list[::2] = [1]",
                          "del $dict[$any]", "$list[-1] **= 2"))
        kind = HOLE.search(form)[1]
        if not self.names[kind]:
            return self.assign(depth)
        return [self.form(form.replace("$" + kind, self.pick(self.names[kind]), 1))(1)]

    def show(self, depth):
        form = self.pick(("print($any)", "print($any, $any)", "print($any, sep='-', end='!\\n')", "print(*$list, sep=', ')",
                          "print(repr($any), str($any))", "print($field)", "print($percent)", "print($brace)", "print()"))
        return [self.form(form)(0)]

    def alone(self, depth):
        return [self.pick((self.method, self.call, self.attribute))(1)]

    def idiom(self, depth):
        """A longer piece about one construct."""
        return self.piece(self.pick(self.pick(IDIOMS)), depth)

    def piece(self, text, depth):
        """One of those pieces, filled in."""
        lines, names = [], {}
        for line in text.split("\n"):
            if line.endswith("$block"):
                lines += [line[:-len("$block")] + line_within[4:] for line_within in self.block(depth + 1)]
            else:
                for word in FRESH.findall(line):
                    names.setdefault(word, self.name("w"))
                line = FRESH.sub(lambda word: names[word[1]], line)
                lines.append(self.form(line)(2))
        return lines

    def branch(self, depth):
        lines = [f"if {self.any(2)}:", *self.block(depth)]
        if self.chance(2):
            lines += [f"elif {self.expression('bool', 1)}:", *self.block(depth)]
        return lines + (["else:", *self.block(depth)] if self.chance(2) else [])

    def loop(self, depth):
        name = self.name("i")
        source = self.form(self.pick(("range($n)", "$list", "$str", "$dict", "enumerate($list)", "zip($list, $str)",
                                      "range($n, 0, -1)", "reversed($list)", "$dict.items()", "sorted($set, key=str)")))(2)
        if source in self.names["list"]:
            source = f"{source}[:4]"        # what grows while it is gone through would never end
        elif not source.startswith(("range", "sorted", "'")):
            source = f"list({source})[:4]"
        lines = [f"for {name} in {source}:", f"    print({name})", *self.in_loop(depth)]
        return lines + (["else:", *self.block(depth)] if self.chance(4) else [])

    def counted(self, depth):
        name = self.name("n")
        lines = [f"{name} = {self.below(4)}", f"while {name} > 0:", f"    {name} -= 1", *self.in_loop(depth)]
        return lines + (["else:", *self.block(depth)] if self.chance(4) else [])

    def in_loop(self, depth):
        jump = self.pick(("", "", "break", "continue"))
        lines = self.block(depth)
        return lines + ([f"    if {self.expression('bool', 2)}: {jump}"] if jump else [])

    def attempt(self, depth):
        lines = ["try:", *self.block(depth)]
        if self.chance(2):
            lines += [f"    raise {self.pick(ERRORS)}({self.any(2)})"]
        for name in {self.pick(ERRORS) for _ in range(self.below(3))} - {"Exception"}:
            lines += [f"except {name}:", f"    print('{name}')"]
        wide = self.pick(("except Exception:", "except (ValueError, TypeError):", "except LookupError as e:", ""))
        if wide or len(lines) < 3 or not any(line.startswith("except") for line in lines):
            lines += [wide or "except Exception as e:", "    print('caught')", *self.block(depth)]
        if self.chance(4):
            lines += ["else:", *self.block(depth)]
        if self.chance(3):
            lines += ["finally:", "    print('finally')", *self.block(depth)]
        return lines

    def define(self, depth):
        name, outer, was = self.name("f"), self.names, self.inside
        needed, optional = self.below(3), self.below(2)
        params = [self.name("p") for _ in range(needed)]
        defaults = [f"k={self.expression(self.pick(('int', 'str', 'float')), 3)}"] * optional
        rest = self.pick(("", "", "*more", "**options"))
        self.names, self.inside = {kind: list(names) for kind, names in outer.items()}, True
        for param in params:
            self.names[self.pick(KINDS)].append(param)
        body = self.block(1) + [f"    return {self.any(1)}"]
        self.names, self.inside = outer, was
        self.functions.append((name, needed, optional))
        return [f"def {name}({', '.join([*params, *defaults, *filter(None, [rest])])}):", *body]

    def build(self, depth):
        name, thing = self.name("C"), self.name("o")
        base = self.pick(self.classes) if self.classes and self.chance(2) else ""
        lines = [f"class {name}{f'({base})' if base else ''}:", f"    a = {self.expression('int', 2)}"]
        if self.chance(2) or not base:
            first = "        super().__init__(b)\n".rstrip("\n") if base else "        self.c = [b]"
            lines += ["    def __init__(self, b=1):", first, f"        self.b = {self.pick(('b', '[b]', '(b, 2)'))}"]
        lines += ["    def m(self, x):", f"        return (x, self.a, {self.any(2)})"]
        if self.chance(3):
            lines += ["    @property", "    def p(self):", f"        return {self.pick(('self.b', 'self.a + 1', 'self.q'))}"]
        if self.chance(3):
            lines += ["    @staticmethod", "    def s(x):", "        return x * 2"]
        if self.chance(3):
            lines += ["    def __repr__(self):", f"        return 'a {name}'"]
        self.classes.append(name)
        self.objects.append(thing)
        return [*lines, f"{thing} = {name}({self.any(2) if self.chance(2) else ''})", f"print({thing}.a, {thing}.b, {thing}.m(1))",
                f"{thing}.{self.pick('abz')} = {self.any(2)}", f"print(isinstance({thing}, {name}), {thing}.b)"]


STATEMENTS = ("assign", "assign", "assign", "show", "show", "unpack", "augment", "item", "alone")
TYPES = ("int", "float", "str", "list", "(int, float)", "dict", "bool", "tuple", "set", "Exception")
IDIOMS = tuple(tuple(text.strip().split("\n\n")) for text in (
    CONTROL, EXCEPTIONS, FUNCTIONS, CLASSES, CONTAINERS, TEXTS, more.OPERATORS, more.MEMBERS, more.CONTEXTS, more.GENERATORS,
    more.DECORATORS, more.DECLARED, more.MATCHES, library.LIBRARY, library.RARE))
WRONG = tuple(MISTAKES.strip().split("\n"))
