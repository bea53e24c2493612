"""The statements of the hostile walk, drawn by chance: what is called, with what, learning which calls succeed."""

from __future__ import annotations

import contextlib
import inspect
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from gradcli.faults.tree import Fault
from gradcli.namespace.modules import ModuleProxy
from gradcli.session.session import Session
from safety.walk_values import COPIED, FRIENDLY, HOSTILE, KEYWORDS, PRIVATE, PUBLIC, STRANGERS, WRAPPERS, class_name

ENDLESS = {"torch.manual_seed", "print", "torch.seed", "time.sleep"}
RECENT = 400        # calls that led somewhere new lately, which lead on more often
DEEPEST = 3         # namespaces within namespaces


SURE = ("shared", "foreign", "receiver", "rebind", "kind", "rule", "mixin", "base", "where", "entry")
"""Parameters of the ways that have to be of their kind: with anything else a way ends at once."""

HINTS = {name: kind for kind, names in {
    "tensor": "input self other tensor a b mat1 mat2 vec x y target src index mask weight value tensors data",
    "number": "dim n p alpha beta value lr k start end step steps eps lambd negative_slope momentum axis dim0 dim1 "
              "num_features in_features out_features kernel_size stride padding offset diagonal low high where",
    "shape": "size shape sizes dims", "list": "params parameters iterable values seq sequence",
    "function": "func function fn closure key callback hook f lr_lambda collate_fn",
    "text": "name mode reduction string text", "container": "entry",
}.items() for name in names.split()} | {name: name for name in (
    "receiver rebind kind foreign shared rule mixin base dtype module optimizer").split()}
"""What kind of value a parameter of that name is likely to take."""

REBINDING = ("copy.copy(@)", "copy.deepcopy(@)", "copy.copy([@])", "copy.deepcopy({'a': @})", "functools.partial(@)",
             "w_rename(@, 1)")

WORLDS: dict[str, dict[str, Any]] = {}      # what the sessions of a style have, explored once


@dataclass
class Statement:
    """One call as program text."""

    cause: str                  # what is called
    args: list[str]
    options: dict[str, str]
    body: str = ""

    def writes(self, name: str, key: str) -> bool:
        """Whether this is likely the statement that changed `name.key`."""
        last = name.rsplit(" ", 1)[-1].rsplit(".", 1)[-1].strip("'<>")
        return last in self.body and (key in self.body or "_(" in self.body)


class Calls:
    """What can be called in a session, by family."""

    def __init__(self, session: Session, definitions: list[str]) -> None:
        self.session = session
        self.deck: list[str] = []
        self.corpus: list[tuple[str, list[str], dict[str, str]]] = []      # calls that led somewhere new
        self.outcomes: set[Any] = set()
        if session.style not in WORLDS:
            self.explore(definitions)
            WORLDS[session.style] = {name: part for name, part in vars(self).items()
                                     if name not in ("session", "deck", "corpus", "outcomes")}
        vars(self).update(WORLDS[session.style])

    def explore(self, definitions: list[str]) -> None:
        """Find out what can be called and which values there are."""
        self.families: dict[str, list[str]] = defaultdict(list)
        self.signatures: dict[str, tuple[int, list[str]]] = {}
        self.unbound: list[list[str]] = []      # methods that are named by their class
        self.reached: dict[int, Any] = {}       # what has been come to by one name already
        self.c_functions: list[Any] = []
        self.values = {name: [text for text in texts if self.works(text)]
                       for name, texts in (FRIENDLY | HOSTILE).items()}
        self.friendly = [name for name in FRIENDLY if self.values[name]]
        self.hostile = [name for name in HOSTILE if self.values[name]]
        self.discover(definitions)
        self.names = sorted(name for name, calls in self.families.items() if calls)
        self.weights = [len(self.families[name]) ** 0.5 for name in self.names]
        self.modules = [name for name in self.names if name.startswith(("module", "prelude", "operations"))]

    def works(self, text: str) -> bool:
        return self.value(text) is not Fault

    def value(self, text: str) -> Any:
        """The value of an expression; Fault where it has none."""
        statements: list[Any] = []
        self.session["keep"] = statements.append
        with contextlib.suppress(Exception):
            self.session.run(f"try: keep({text})\nexcept Exception: pass\n", echo=False)
        return statements[0] if statements else Fault

    def functions(self) -> Iterator[Any]:
        return iter(self.c_functions)

    def discover(self, definitions: list[str]) -> None:
        for name, value in {**self.session.loaded(), **dict.fromkeys(self.session.bare)}.items():
            self.add("prelude" if value is not None else "operations", name)
        for path in sorted(self.session.modules):
            if not path.startswith("__"):
                self.space(path.replace("numpy", "np", 1), 1)
        for family in (*FRIENDLY, *HOSTILE):
            for text in self.values[family]:
                self.methods(text)
        for text in definitions:
            if text.startswith("def w_"):
                self.add("ways", text[4:text.index("(")])

    def space(self, path: str, depth: int) -> None:
        value = self.value(path)
        for name in sorted(set(self.session.attributes(value)) - {""}) if value is not Fault else ():
            inner = f"{path}.{name}"
            part = self.value(inner)
            if isinstance(part, ModuleProxy):
                if depth < DEEPEST:
                    self.space(inner, depth + 1)
            else:
                self.add(f"module {path}", inner)

    def methods(self, text: str) -> None:
        value = self.value(text)
        kind = getattr(value, "__name__", "") if isinstance(value, type) else type(value).__name__
        family = f"methods of {kind}"
        with contextlib.suppress(Exception):
            names = [f"{text}.{name}" for name in sorted(set(self.session.attributes(value)))
                     if name[0] != "." and not name.startswith("__")]
            self.families[family] += names
            if isinstance(value, type):
                self.unbound.append(names or [text])

    def add(self, family: str, text: str) -> None:
        value = self.value(text)
        if value is Fault or text in ENDLESS or id(value) in self.reached:
            return
        self.reached[id(value)] = value
        if type(value).__name__ == "builtin_function_or_method":
            self.c_functions.append(value)
        self.families[family].append(text)
        self.signatures[text] = signature(value)

    def signature(self, text: str) -> tuple[int, list[str]]:
        """How many arguments a call needs, and what they are called; looked up once."""
        if text not in self.signatures:
            value = self.value(text)
            self.signatures[text] = (-1, []) if value is Fault else signature(value)
        return self.signatures[text]

    def draw(self, chance: Random) -> Statement:
        lot = chance.random()
        if lot < 0.05:
            return self.attribute(chance)
        if lot < 0.08:
            way = chance.choice(REBINDING).replace("@", self.copied(chance))
            return Statement("a method of another name", [], {}, f"v = []; met({way}, v)")
        if lot < 0.11 and self.unbound:
            return self.foreign(chance)
        if lot < 0.35 and self.corpus:
            return self.mutated(chance)
        if lot < 0.65:
            return self.dealt(chance)
        family = chance.choices(self.names, self.weights)[0] if lot < 0.8 else "ways"
        return self.call(chance, chance.choice(self.families[family]), chance.choice((0.9, 0.5, 0.1)))

    def dealt(self, chance: Random) -> Statement:
        """A call of each function of the prelude and the modules in turn, with one hostile argument at least."""
        if not self.deck:
            self.deck = [member for name in self.modules for member in self.families[name]]
            chance.shuffle(self.deck)
        statement = self.call(chance, self.deck.pop(), 0.95)
        if not statement.args:
            return statement
        place = chance.randrange(len(statement.args))
        args = [self.argument(chance, 0.0) if n == place else member for n, member in enumerate(statement.args)]
        return build(statement.cause, args, statement.options)

    def call(self, chance: Random, call: str, friendly: float) -> Statement:
        needed, names = self.signature(call)
        if needed < 0:      # nothing to call: only read
            return Statement(call, [], {}, f"v = []; met({call}, v)")
        count = needed if chance.random() < 0.7 else chance.choice((0, 1, 1, 2, 2, 3))
        hints = [*names, *[""] * 4]
        args = [self.argument(chance, friendly, hints[n]) for n in range(count)]
        return build(call, args, self.option(chance, names) if chance.random() < 0.12 else {})

    def foreign(self, chance: Random) -> Statement:
        """A method named by its class, called with an object of another."""
        call = chance.choice(chance.choice(self.unbound))
        needed, names = self.signature(call)
        rest = [self.argument(chance, 0.8, name) for name in [*names, ""][1:max(needed, chance.choice((1, 1, 2)))]]
        return build(call, [chance.choice(STRANGERS if chance.random() < 0.5 else self.values["instance"]), *rest], {})

    def copied(self, chance: Random) -> str:
        """A method of the program that bears the name of a private one of ours."""
        return f"Copied{class_name(chance.choice(COPIED))}().g_{chance.choice(PRIVATE + PUBLIC)}"

    def option(self, chance: Random, names: list[str]) -> dict[str, str]:
        name = chance.choice(names if names and chance.random() < 0.7 else KEYWORDS)
        return {name: self.argument(chance, 0.3, name)}

    def mutated(self, chance: Random) -> Statement:
        """A call that led somewhere new before, with something else in the place of one argument."""
        call, known, named = chance.choice(self.corpus[-RECENT:] if chance.random() < 0.5 else self.corpus)
        args, options = list(known), dict(named)
        places: list[Any] = [*range(len(args)), *options]
        if not places or chance.random() < 0.1:
            options |= self.option(chance, self.signature(call)[1])
        else:
            place = chance.choice(places)
            value = self.argument(chance, 0.1)
            if isinstance(place, int):
                args[place] = value
            else:
                options[place] = value
        return build(call, args, options)

    def argument(self, chance: Random, friendly: float, hint: str = "") -> str:
        if hint in SURE and chance.random() < 0.8 or chance.random() < friendly:
            kind = HINTS.get(hint) if chance.random() < 0.8 else None
            text = chance.choice(self.values[kind or chance.choice(self.friendly)])
            return f"({text})" if text.startswith("lambda") else text
        if chance.random() < 0.08:
            return self.copied(chance)
        text = chance.choice(self.values[chance.choice(self.hostile)])
        if chance.random() < 0.15:
            text = chance.choice(WRAPPERS).replace("@", f"({text})" if text.startswith("lambda") else text)
        return f"({text})" if text.startswith("lambda") else text

    def attribute(self, chance: Random) -> Statement:
        """An attribute by any name, read or set, of any value."""
        name = chance.choice(PRIVATE + PUBLIC)
        value = chance.choice(self.values["receiver"]) if chance.random() < 0.5 else self.argument(chance, 0.15)
        new = self.argument(chance, 0.4)
        if chance.random() < 0.6:
            return Statement("an attribute", [], {}, f"v = [{value}]; met(v[0].{name}, v)")
        return Statement("an attribute", [], {}, f"v = [{value}, {new}]; v[0].{name} = v[1]; met(v[0].{name}, v)")

    def outcome(self, statement: Statement, what: Any) -> None:
        """Remember a call that ended as no call of this callable has, so that its neighbours are tried."""
        key = statement.cause, what
        if key not in self.outcomes and statement.cause in self.signatures:
            self.outcomes.add(key)
            self.corpus.append((statement.cause, statement.args, statement.options))


def build(call: str, args: list[str], options: dict[str, str]) -> Statement:
    values = [*args, *options.values()]
    words = [f"v[{n}]" for n in range(len(args))]
    words += [f"{name}=v[{n}]" for n, name in enumerate(options, len(args))]
    return Statement(call, args, options, f"v = [{', '.join(values)}]; met({call}({', '.join(words)}), v)")


def signature(value: Any) -> tuple[int, list[str]]:
    """How many arguments a call is likely to need, and the names of all."""
    if not callable(value):
        return -1, []
    try:
        kinds = getattr(value, "_types", ()) if type(value).__name__ == "type" else ()
        params = list(inspect.signature(kinds[0] if kinds else value).parameters.values())
    except Exception:
        return 1, []
    needed = [p for p in params if p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    names = [p.name for p in params if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY) and p.name.isidentifier()]
    return len(needed), names
