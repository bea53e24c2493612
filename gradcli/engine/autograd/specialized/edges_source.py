"""The part of an operation's text that makes the node of a recorded call, with its edges."""

from __future__ import annotations

from typing import Any

from gradcli.engine.autograd.op import operand_variant
from gradcli.engine.autograd.signature import MISSING
from gradcli.engine.autograd.specialized.arguments_source import INDENT, ArgumentsSource

REFRESH = "if v{i}.root is not None and v{i}.root.tick < _latest_write.tick: _refresh_view(v{i})"
PLACE = ("_frame = _getframe(1)", 'while "__spec__" in _frame.f_globals and _frame.f_back:',
         f"{INDENT}_frame = _frame.f_back")


class EdgesSource(ArgumentsSource):
    """The text of a node: which inputs it has edges to, and what their rules save."""

    def _node(self, shape: str) -> bool:
        """Let `_node` be the node of the call, with an edge for each input that requires gradients; None without one.

        Whether there must be one, since an input requires gradients.
        """
        cls = self.cls
        self._edges()
        certain = {rule.at for rule in cls.rules} == {*self.tensors, *self.lists}
        if not certain:
            self.add("_node = None", "if _edges:")
            self.depth += 1
        self.add(f"_node = _new({'_nodes[_which]' if len(cls.nodes) > 1 and cls.variant else '_first_node'})",
                 "_node.edges = _edges", "_node.hooks = None", f"_node.shape = {shape}", *PLACE,
                 "_node.code = _frame.f_code", "_node.line_at = _frame.f_lasti", "_node.sequence_nr = _clock()")
        self.depth -= not certain
        return certain

    def _variant(self) -> str:
        """An expression for the number of the variant."""
        if self.cls.variant is operand_variant or self.operator and self.cls.fresh_result:
            first, second = ("t0" if 0 in self.numbers else "True"), ("t1" if 1 in self.numbers else "True")
            return f"0 if {first} and {second} else 1 if {first} else 2"
        return f"_variant({', '.join(f'v{i}' for i in range(self.count))})"

    def _edges(self) -> None:
        """Let `_edges` be the edges, and `_which` the number of the variant where that matters."""
        cls = self.cls
        if len(cls.nodes) > 1 and cls.variant or cls.unsaved:
            self.add(f"_which = {self._variant() if cls.variant else 0}")
        rules = list(enumerate(cls.rules))
        if len(rules) == 1:
            k, rule = rules[0]
            if not rule.many:
                self.add(REFRESH.format(i=rule.at))
            edges = self._item_edges(k, rule) if rule.many else f"({self._edge(k, rule)},)"
            alone = len(self.tensors + self.lists) == 1 and rule.at not in {*self.optional, *self.numbers}
            condition = "" if alone or rule.many else f" if {self._requires(rule.at)} else ()"
            self.add(f"_edges = {edges}{condition}")
            return
        if len(rules) == 2 and not any(rule.many for _, rule in rules):
            self._two_edges(rules)
            return
        self.add("_edges = []")
        for k, rule in rules:
            if rule.many:
                self.add(f"_edges += {self._item_edges(k, rule)}")
            else:
                self.add(f"if {self._requires(rule.at)}:", f"    {REFRESH.format(i=rule.at)}",
                         f"    _edges.append({self._edge(k, rule)})")
        self.add("_edges = tuple(_edges)")

    def _two_edges(self, rules: list[tuple[int, Any]]) -> None:
        (k, left), (m, right) = rules
        i, j = left.at, right.at
        refresh = [REFRESH.format(i=at) for at in (i, j)]
        self.add(f"if {self._requires(i)}:")
        self.add(refresh[0], f"if {self._requires(j)}:", f"    {refresh[1]}",
                 f"    _edges = ({self._edge(k, left)}, {self._edge(m, right)})", "else:",
                 f"    _edges = ({self._edge(k, left)},)", deeper=1)
        self.add(f"elif {self._requires(j)}:", f"    {refresh[1]}", f"    _edges = ({self._edge(m, right)},)",
                 "else: _edges = ()")

    def _requires(self, i: int) -> str:
        if self.pairwise:
            return f"r{i}"
        guard = f"t{i} and " if i in self.numbers else f"v{i} is not None and " if i in self.optional else ""
        return f"{guard}v{i}.requires_grad"

    def _edge(self, k: int, rule: Any) -> str:
        return f"(v{rule.at}.node or v{rule.at}, _r{k}, {self._saved(rule)})"

    def _item_edges(self, k: int, rule: Any) -> str:
        return f"_item_edges(v{rule.at}, _r{k}, {self._saved(rule)})"

    def _saved(self, rule: Any) -> str:
        """The tuple of the values that a rule needs."""
        return "(" + "".join(f"{self._slot(need)}, " for need in rule.needs) + ")"

    def _slot(self, need: int) -> str:
        count = self.count
        if need < count:
            return f"a{need}"
        if need == count:
            return f"(None if _which in {self.cls.unsaved!r} else _result)" if self.cls.unsaved else "_result"
        attribute, i = ("shape", need - count - 1) if need <= 2 * count else ("dtype", need - 2 * count - 1)
        if i in self.lists:
            return f"tuple([_x.{attribute} for _x in a{i}])"
        certain = i in self.tensors and i not in self.optional and (
            i not in self.numbers or bool(self.cls.type_promotion) and self.defaults[i] is MISSING)
        return f"a{i}.{attribute}" if certain else f"_attribute_of(a{i}, {attribute!r})"
