"""A derivation step by step: each operation with its value, then what is owed back to each, with the rule used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from gradcli.analysis.derivatives import number_of, steady
from gradcli.analysis.detached import complete
from gradcli.analysis.written_rule import ATOM, MANY, SIGN, Formula, Words, brief
from gradcli.engine.autograd.backward import newest_first
from gradcli.engine.autograd.op import NodeOutput, raw
from gradcli.engine.tensor.tensor import Tensor
from gradcli.session.snapshot import Snapshot

if TYPE_CHECKING:
    from gradcli.session.session import Session

OPERATIONS = {"add", "sub", "mul", "div", "floordiv", "mod", "matmul", "pow", "neg", "pos", "invert", "call",
              "subscript", "attribute"}
OPEN = OPERATIONS | {"group", "tuple", "list", "arguments", "keyword", "star", "comparison"}
"""What is looked into. Other constructs may compute their parts never, or many times: they are one step."""


class Step(NamedTuple):
    """One operation of the expression: the name its value gets here, its text, and the value."""

    name: str
    text: str
    value: Any


class Term(NamedTuple):
    """One share of a gradient: the rule written out, whether broadcasting is undone after it, and its value."""

    formula: str
    summed: bool
    value: Any


class Owed(NamedTuple):
    """The gradient of one value: its shares, and their sum."""

    name: str
    what: str       # the operation, where the expression has no name for it
    terms: list[Term]
    value: Any


class Derivation(NamedTuple):
    """All steps, in the order in which they are taken."""

    forward: list[Step]
    backward: list[Owed]
    unusual: dict[str, str]     # what operations compute that rules use and programs do not have


def derive(session: Session, text: str, leaves: list[str]) -> Derivation:
    """The derivation of an expression, whose value is one number, by names of a session that hold leaves."""
    text = ended(text)
    checkpoint = Snapshot(session)
    with checkpoint.watching():
        complete(session, leaves, lambda: number_of(session, text))     # faults are those of the text as it was given
        steady(session, leaves)
    checkpoint.restore()
    steps = Steps(session, text)
    forward = steps.taken()
    named = {step.name: step.value for step in forward}
    value = number_of(session, steps.result)
    if not forward:
        session["result"] = value
        forward = [Step("result", text.strip(), value)]
    named |= {name: held for name, held in session.names().items() if isinstance(held, Tensor) and name not in named}
    words = Words()
    return Derivation(forward, list(_backward(value, named, leaves, words)), words.unusual)


def ended(text: str) -> str:
    """A program that ends with an assignment to a name, with that name after it: its value is what is derived."""
    from gradcli.lang.syntax.parser import parse

    statements = parse(text, "<expression>")[3]
    name = target(statements[-1]) if statements else ""
    return f"{text.rstrip().rstrip(';')}\n{name}" if name else text


def target(statement: Any) -> str:
    """The name that a statement assigns to, if it does nothing else."""
    if statement[0] != "assign" or len(statement[3]) != 2 or statement[3][0][0] != "NAME":
        return ""
    return str(statement[3][0][3])


class Steps:
    """The operations of statements and of the expression that ends them, taken one at a time in a session."""

    def __init__(self, session: Session, text: str) -> None:
        from gradcli.lang.syntax.parser import parse

        self.session, self.text = session, text
        self.steps: list[Step] = []
        statements = parse(text, "<expression>")[3]
        self.last = statements[-1] if statements else None
        self.before = statements[:-1]
        self.called: dict[str, str] = {}    # of names that have been assigned anew, what their values are called here
        self.letter = next(letter for letter in "vwuzqs" if not any(
            name[0] == letter and name[1:].isdigit() for name in {*session.words(text), *session.names()}))
        self.result = text

    def taken(self) -> list[Step]:
        """Take all steps; afterwards `result` is the text of what they have made."""
        if self.last is not None and self.last[0] == "expression":
            for statement in self.before:
                self._state(statement)
            self.result = self._reduced(self.last[3][0], outermost=True)
        return self.steps

    def _state(self, statement: Any) -> None:
        """Run a statement; what it computes for a new name is taken apart, and the last step called by that name."""
        name = target(statement)
        if not name:
            self.session.run(self.text[statement[1]:statement[2]], "<expression>", echo=False)
            self.called.clear()
            return
        taken, old = len(self.steps), name in self.session.names()
        words = self._reduced(statement[3][-1])
        self.called.pop(name, None)
        if old and words.isidentifier():
            self.session.run(f"{name} = {words}", "<expression>", echo=False)
            self.called[name] = words
        elif len(self.steps) > taken and words == self.steps[-1].name:
            step = self.steps.pop()
            del self.session.namespace[step.name]
            self.session[name] = step.value
            self.steps.append(step._replace(name=name))
        else:
            self.session.run(f"{name} = {words}", "<expression>", echo=False)

    def _reduced(self, node: Any, outermost: bool = False) -> str:
        """The text of a node in which what has been computed is called by its name."""
        if node[0] == "NAME" and node[3] in self.called:
            return self.called[node[3]]
        if not isinstance(node[3], list | tuple) or node[0] not in OPEN:
            return self.text[node[1]:node[2]]
        pieces, at = [], node[1]
        for n, child in enumerate(node[3]):
            name_only = node[0] in ("attribute", "keyword") and (n == 1) == (node[0] == "attribute")
            pieces += [self.text[at:child[1]], self.text[child[1]:child[2]] if name_only else self._reduced(child)]
            at = child[2]
        text = "".join([*pieces, self.text[at:node[2]]])
        if node[0] == "group" and text[1:-1].strip().isidentifier():
            return text[1:-1].strip()
        return self._step(text) if node[0] in OPERATIONS else text

    def _step(self, text: str) -> str:
        """Compute a tensor and give it a name; anything else stays a piece of text."""
        value = self.session.eval(text)
        if not isinstance(value, Tensor):
            return text
        if text.isidentifier():
            return text
        name = f"{self.letter}{len(self.steps) + 1}"
        self.session[name] = value
        self.steps.append(Step(name, text, value))
        return name


def _backward(value: Tensor, named: dict[str, Tensor], leaves: list[str], words: Words) -> Iterator[Owed]:
    """Every gradient that is owed, newest first; those of leaves last, in the order asked for."""
    labels = {id(held.node or held): name for name, held in reversed(named.items())}
    arrays = {id(held.array): name for name, held in reversed(named.items())}
    root = value.node or value
    owed: dict[Any, list[Term]] = {}
    if value.requires_grad:
        owed[root] = [Term("1", False, np.ones_like(value.array))]
    hidden = 0
    for call in newest_first(owed):
        terms = owed.pop(call, None)
        if terms is None or isinstance(call, Tensor):
            continue
        if id(call) not in labels:
            hidden += 1
            labels[id(call)] = f"t{hidden}"
        name = labels[id(call)]
        total = _sum(terms)
        yield Owed(name, "" if name in named else _label(call), terms, total)
        g = Formula(f"{name}.grad", total)
        if isinstance(call, NodeOutput):
            shares = owed.setdefault(call.call, [Term("", False, [None] * len(call.call.shape))])
            shares[0].value[call.at] = g
            continue
        if isinstance(total, list):
            g = total   # type: ignore[assignment]  # a rule of several results takes a list of their gradients
        for parent, rule, kept in call.edges:
            given = [_called(value, rule, at, call, labels, arrays) for at, value in zip(rule.needs, kept, strict=True)]
            share = _share(rule, words, g, given, kept, type(call).names[0] if type(call).names else "")
            if share is None:
                continue
            summed = share.value.shape != parent.shape
            array = raw.sum_to(share.value, parent.shape) if summed else share.value
            owed.setdefault(parent, []).append(Term(share.words, summed, array))
    for name in leaves:
        terms = owed.get(named[name], [])
        yield Owed(name, "", terms or [Term("0", False, np.zeros_like(named[name].array))],
                   _sum(terms) if terms else np.zeros_like(named[name].array))


def _sum(terms: list[Term]) -> Any:
    return sum((term.value for term in terms[1:]), terms[0].value)


def _called(value: Any, rule: Any, at: int, call: Any, labels: dict[int, str], arrays: dict[int, str]) -> Any:
    """A kept value with the words for it: a name of the expression's, or what it is to the operation."""
    if not isinstance(value, np.ndarray):
        return value
    parameters = type(call).params
    if at == len(parameters):
        return Formula(labels[id(call)], value)
    if at > len(parameters):
        return value
    if id(value) in arrays:
        return Formula(arrays[id(value)], value)
    for parent, other, _ in call.edges:
        if other.at == at and id(parent) in labels:
            return Formula(labels[id(parent)], value)
    if value.size <= MANY:
        words = brief(value)
        return Formula(words, value, SIGN if words.startswith("-") else ATOM)
    return Formula(parameters[at], value)


def _share(rule: Any, words: Words, g: Any, given: list[Any], kept: tuple[Any, ...], name: str) -> Formula | None:
    """What a rule passes back, written out; where it cannot be, its number alone."""
    try:
        share = rule.share(words, g, *given)
        if isinstance(share, Formula) or share is None:
            return share
    except (TypeError, AttributeError, ValueError, IndexError):
        pass    # a rule with a kernel of its own, which takes nothing but arrays
    plain = [each.value if isinstance(each, Formula) else each for each in (g if isinstance(g, list) else [g])]
    value = rule.share(raw, plain if isinstance(g, list) else plain[0], *kept)
    return None if value is None else Formula(f"the rule of {name}", value)


def _label(call: Any) -> str:
    inner = call.call if isinstance(call, NodeOutput) else call
    return (type(inner).names or (type(inner).__name__,))[0].rsplit(".", 1)[-1]
