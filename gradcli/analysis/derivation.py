"""A derivation step by step: each operation with its value, then the gradient of each, with the rule used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from gradcli.analysis.derivatives import assigned_name, assigned_names, number_of, require_unchanged, statement_nodes
from gradcli.analysis.detached import complete, sweeping
from gradcli.analysis.short_text import MANY
from gradcli.analysis.written_rule import Formula, FormulaOps, term_of
from gradcli.engine.autograd.backward import newest_first
from gradcli.engine.autograd.op import NodeOutput, raw
from gradcli.engine.tensor.methods import without_history
from gradcli.engine.tensor.tensor import FIRST_ORDER, Tensor
from gradcli.faults.tree import UsageFault
from gradcli.session.snapshot import Snapshot

if TYPE_CHECKING:
    from gradcli.session.session import Session

OPERATIONS = {"add", "sub", "mul", "div", "floordiv", "mod", "matmul", "pow", "neg", "pos", "invert", "call",
              "subscript", "attribute"}
OPEN = OPERATIONS | {"group", "tuple", "list", "arguments", "keyword", "star", "comparison"}
"""The node kinds whose parts become steps. Others may compute their parts never, or often: they are one step."""


class Step(NamedTuple):
    """One operation of the expression: the name of its value in the derivation, its text, and the value."""

    name: str
    text: str
    value: Any


class GradientTerm(NamedTuple):
    """One summand of a gradient: the rule as text, whether broadcasting is undone after it, and its value."""

    formula: str
    summed: bool
    value: Any


class Gradient(NamedTuple):
    """The gradient of one value: its terms, one for each user of the value, and their sum."""

    name: str
    what: str       # the operation, if the expression has no name for the value
    terms: list[GradientTerm]
    value: Any


class Derivation(NamedTuple):
    """All steps in the order of computation, and the gradients in the order of the backward pass."""

    forward: list[Step]
    backward: list[Gradient]
    unusual: dict[str, str]     # what internal operations of the rules compute, by name


@sweeping
def derive(session: Session, text: str, leaves: list[str]) -> Derivation:
    """The derivation of an expression by the leaves that `leaves` name. Its value must be one number."""
    text = with_final_name(text)
    snapshot = Snapshot(session)
    with snapshot.watching():
        swept = complete(session, leaves, lambda: number_of(session, text), text)     # faults show the text as it is
        if not swept.requires_grad and swept.cut is not None and swept.cut.cause == FIRST_ORDER:
            with session.running():
                raise without_history(swept, "there is nothing to derive: the value has no history")
        require_unchanged(session, leaves)
    snapshot.restore()
    steps = Steps(session, text)
    forward = steps.run()
    tensors = {step.name: step.value for step in forward}
    value = number_of(session, steps.result)
    if not forward:
        forward = [steps.single_step(value)]
    tensors |= {name: value for name, value in session.names().items()
                if isinstance(value, Tensor) and name not in tensors}
    ops = FormulaOps()
    return Derivation(forward, list(_backward(value, tensors, leaves, ops)), ops.unusual)


def with_final_name(text: str) -> str:
    """`text`, followed by the name that its last statement assigns to: that value is differentiated."""
    statements = statement_nodes(text)
    name = assigned_name(statements[-1]) if statements else ""
    return f"{text.rstrip().rstrip(';')}\n{name}" if name else text


def require_assigned(text: str, name: str) -> int:
    """Where in a program the last statement that assigns to a name ends; raises UsageFault if there is none."""
    ends = {other: int(statement[2]) for statement in statement_nodes(text)
            for other in sorted(assigned_names(statement))}
    if name not in ends:
        repairs = [f"--of {target}" for target in ends][-1:]
        raise UsageFault(f"--of {name}: the program assigns to no such name", *repairs)
    return ends[name]


class Steps:
    """The operations of a program, run one at a time in a session, so that each value gets a name.

    Expression statements before the last are no steps; with `echo`, the session displays their values.
    """

    def __init__(self, session: Session, text: str, echo: bool = False) -> None:
        self.session, self.text, self.echo = session, text, echo
        self.steps: list[Step] = []
        statements = statement_nodes(text)
        self.final = statements[-1] if statements else None
        self.earlier = statements[:-1]
        self.renamed: dict[str, str] = {}   # for names assigned a second time, the name of the value in the derivation
        self.prefix = next(prefix for prefix in "vwuzqs" if not any(
            name[0] == prefix and name[1:].isdigit() for name in {*session.words(text), *session.names()}))
        self.result = ""

    def run(self) -> list[Step]:
        """Run all steps; afterwards `result` is an expression for the value of the last statement, if it has one."""
        for statement in self.earlier:
            self._run_statement(statement)
        if self.final is not None and self.final[0] == "expression":
            self.result = self._reduce(self.final[3][0])
        elif self.final is not None:
            self._run_statement(self.final)
        return self.steps

    def single_step(self, value: Tensor) -> Step:
        """The one step of a program in which no operation is a step: under the name that it assigns, or "result"."""
        if self.earlier and self.result.isidentifier():
            last = self.earlier[-1]
            source = last[3][-1] if assigned_name(last) == self.result else last
            return Step(self.result, self.text[source[1]:source[2]].strip(), value)
        self.session["result"] = value
        return Step("result", self.text.strip(), value)

    def _run_statement(self, statement: Any) -> None:
        """Run a statement. An assignment to a new name is split into steps, and the last of them gets that name."""
        name = assigned_name(statement)
        if not name:
            self.session.run(self.text[statement[1]:statement[2]], "<expression>", echo=self.echo)
            self.renamed.clear()
            return
        count, old = len(self.steps), name in self.session.names()
        reduced = self._reduce(statement[3][-1])
        self.renamed.pop(name, None)
        if old and reduced.isidentifier():
            self.session.run(f"{name} = {reduced}", "<expression>", echo=False)
            self.renamed[name] = reduced
        elif len(self.steps) > count and reduced == self.steps[-1].name:
            step = self.steps.pop()
            del self.session.namespace[step.name]
            self.session[name] = step.value
            self.steps.append(step._replace(name=name))
        else:
            self.session.run(f"{name} = {reduced}", "<expression>", echo=False)

    def _reduce(self, node: Any) -> str:
        """The text of a node, with the names of values in place of the parts that have been computed."""
        if node[0] == "NAME" and node[3] in self.renamed:
            return self.renamed[node[3]]
        if not isinstance(node[3], list | tuple) or node[0] not in OPEN:
            return self.text[node[1]:node[2]]
        pieces, at = [], node[1]
        for n, child in enumerate(node[3]):
            name_only = node[0] in ("attribute", "keyword") and (n == 1) == (node[0] == "attribute")
            pieces += [self.text[at:child[1]], self.text[child[1]:child[2]] if name_only else self._reduce(child)]
            at = child[2]
        text = "".join([*pieces, self.text[at:node[2]]])
        if node[0] == "group" and text[1:-1].strip().isidentifier():
            return text[1:-1].strip()
        return self._name_value(text) if node[0] in OPERATIONS else text

    def _name_value(self, text: str) -> str:
        """Evaluate a text. A tensor becomes a step, and its name is returned; otherwise `text` is."""
        value = self.session.eval(text)
        if not isinstance(value, Tensor) or text.isidentifier():
            return text
        name = f"{self.prefix}{len(self.steps) + 1}"
        self.session[name] = value
        self.steps.append(Step(name, text, value))
        return name


def _backward(value: Tensor, tensors: dict[str, Tensor], leaves: list[str], ops: FormulaOps) -> Iterator[Gradient]:
    """Yield the gradient of every value, newest first; those of leaves last, in the order of `leaves`."""
    labels = {id(tensor.node or tensor): name for name, tensor in reversed(tensors.items())}
    arrays = {id(tensor.array): name for name, tensor in reversed(tensors.items())}
    root = value.node or value
    grads: dict[Any, list[GradientTerm]] = {}
    if value.requires_grad:
        grads[root] = [GradientTerm("1", False, np.ones_like(value.array))]
    hidden = 0
    for node in newest_first(grads):
        terms = grads.pop(node, None)
        if terms is None or isinstance(node, Tensor):
            continue
        if id(node) not in labels:
            hidden += 1
            labels[id(node)] = f"t{hidden}"
        name = labels[id(node)]
        total = _sum(terms)
        yield Gradient(name, "" if name in tensors else _label(node), terms, total)
        g = Formula(f"{name}.grad", total)
        if isinstance(node, NodeOutput):
            outputs = grads.setdefault(node.node, [GradientTerm("", False, [None] * len(node.node.shape))])
            outputs[0].value[node.at] = g
            continue
        if isinstance(total, list):
            g = total   # type: ignore[assignment]  # a rule of several results takes a list of their gradients
        for parent, rule, saved in node.edges:
            formulas = [_saved_formula(value, at, node, labels, arrays)
                        for at, value in zip(rule.needs, saved, strict=True)]
            input_grad = _input_grad(rule, ops, g, formulas, saved, type(node).names[0] if type(node).names else "")
            if input_grad is None:
                continue
            summed = input_grad.value.shape != parent.shape
            array = raw.sum_to(input_grad.value, parent.shape) if summed else input_grad.value
            grads.setdefault(parent, []).append(GradientTerm(input_grad.text, summed, array))
    for name in leaves:
        terms = grads.get(tensors[name], [])
        yield Gradient(name, "", terms or [GradientTerm("0", False, np.zeros_like(tensors[name].array))],
                       _sum(terms) if terms else np.zeros_like(tensors[name].array))


def _sum(terms: list[GradientTerm]) -> Any:
    return sum((term.value for term in terms[1:]), terms[0].value)


def _saved_formula(value: Any, at: int, node: Any, labels: dict[int, str], arrays: dict[int, str]) -> Any:
    """A saved array with its text: the name of the value, its numbers, or the name of the parameter it came from."""
    if not isinstance(value, np.ndarray):
        return value
    parameters = type(node).params
    if at == len(parameters):
        return Formula(labels[id(node)], value)
    if at > len(parameters):
        return value
    if id(value) in arrays:
        return Formula(arrays[id(value)], value)
    for parent, other, _ in node.edges:
        if other.at == at and id(parent) in labels:
            return Formula(labels[id(parent)], value)
    return term_of(value) if value.size <= MANY else Formula(parameters[at], value)


def _input_grad(rule: Any, ops: FormulaOps, g: Any, formulas: list[Any], saved: tuple[Any, ...], name: str
                ) -> Formula | None:
    """The gradient that a rule returns for one input, as a formula; without text where the rule takes only arrays."""
    try:
        input_grad = rule.grad(ops, g, *formulas)
        if isinstance(input_grad, Formula) or input_grad is None:
            return input_grad
    except (TypeError, AttributeError, ValueError, IndexError):
        pass    # a rule with a kernel of its own, which takes only arrays
    plain = [grad.value if isinstance(grad, Formula) else grad for grad in (g if isinstance(g, list) else [g])]
    value = rule.grad(raw, plain if isinstance(g, list) else plain[0], *saved)
    return None if value is None else Formula(f"the rule of {name}", value)


def _label(call: Any) -> str:
    inner = call.node if isinstance(call, NodeOutput) else call
    return (type(inner).names or (type(inner).__name__,))[0].rsplit(".", 1)[-1]
