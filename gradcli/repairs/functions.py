"""Repairs for functions and classes that the program writes, among them Functions with a backward of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gradcli.exposure import PROGRAM_MADE, package_class
from gradcli.faults.arguments import MissingArgument, TooManyArguments
from gradcli.faults.attributes import MissingAttribute, SetBeforeInit
from gradcli.faults.gradients import ForwardNotStatic, GradientCount, GradientType, StaticForward
from gradcli.faults.mistakes import UnpackFault, UnsavedTensors
from gradcli.faults.tree import AttributeFault, Fault, NameFault
from gradcli.lang.syntax.lexer import Node
from gradcli.lang.syntax.query import Call, call_of, child_of, classes_named, name_node, walk
from gradcli.repairs.registry import diagnoses, repairs
from gradcli.repairs.site import Site, members


@diagnoses(UnpackFault)
def diagnose_unsaved_tensors(fault: UnpackFault, site: Site) -> Fault | None:
    """`x, = ctx.saved_tensors` where forward saved nothing, or another number of tensors."""
    parts = site.parts
    statement = parts.statement
    if statement is None or statement[0] != "assign":
        return None
    value = parts.of(statement[3][-1])
    if not value.endswith((".saved_tensors", ".saved_variables")):
        return None
    context = value.partition(".")[0]
    names = [parts.of(target) for target in members(statement[3][0])]
    special = UnsavedTensors(f"{value} does not hold {len(names)} tensor{'s' if len(names) > 1 else ''}: forward saved "
                             "another number", span=parts.span(statement[3][-1]))
    forward = next((method for method in _defined("forward", parts.enclosing("class"))), None)
    if forward is None:
        return special
    context = (parameters(forward) or [context])[0]
    saving = f"{context}.save_for_backward({', '.join(names)})"
    for node in walk(forward):
        call = call_of(node)
        if call and call.name == "save_for_backward":
            spot = site.spot_of(node)
            special.hints.append((spot.rewritten(node, saving), spot.where()))
            return special
    last = next((node for node in walk(forward) if node[0] == "return"), None)
    if last is not None:
        special.hints.append((saving, f"before line {parts.line(last)}, in forward"))
    return special


def _backward(site: Site, function: str) -> tuple[Node, Node] | None:
    """The backward of a Function of the program, and its only `return` with a value."""
    for kind in classes_named(site.parts.tree, function):
        backward = next(_defined("backward", [kind]), None)
        ends = [node for node in walk(backward) if node[0] == "return" and node[3]] if backward else []
        if backward is not None and len(ends) == 1:
            return backward, ends[0]
    return None


@repairs(GradientType)
def multiply_by_gradient(fault: GradientType, site: Site) -> None:
    """backward(ctx, g) that returns a number: times the gradient so far."""
    method, parts = _backward(site, fault.function), site.parts
    if method is None:
        return
    backward, end = method
    names, value = parameters(backward), end[3][0]
    if len(names) == 2 and value[0] != "tuple":
        fault.hints = [(f"return {names[1]} * {parts.atom(value)}",
                        f"in line {parts.line(end)}: the gradient so far, times the slope")]


@repairs(GradientCount)
def return_all_gradients(fault: GradientCount, site: Site) -> None:
    """As many values as forward takes arguments, filled up with None."""
    method, parts = _backward(site, fault.function), site.parts
    if method is None:
        return
    value = method[1][3][0]
    values = list(value[3]) if value[0] == "tuple" else [value]
    pieces = [parts.of(item) for item in values][: fault.arguments] + ["None"] * (fault.arguments - len(values))
    fault.hints = [(f"return {', '.join(pieces)}", f"in line {parts.line(method[1])}: one for each "
                    "argument of forward, None where none is needed")]


LISTS = frozenset({"_hooks", "_module_dict", "_buffer_dict", "_parameter_dict"})     # what Module.__init__ sets


@repairs(SetBeforeInit)
def call_init_before_setting(fault: SetBeforeInit, site: Site) -> None:
    """An attribute was set before super().__init__() was called, or without."""
    classes = site.parts.enclosing("class")
    begin = _begin(fault, site, classes[0] if classes else None, "the class")
    if begin is not None and re.search(r"__init__\(", site.parts.of(begin).split(":", 1)[1]):
        name = name_node(classes[0])[3]
        fault.message = f"{fault.attribute} is set before super().__init__() is called in __init__ of {name}"


@repairs(MissingAttribute)
def call_init_of_base(fault: MissingAttribute, site: Site) -> None:
    """An object whose __init__ has not called that of its base, noticed where what that would have set is used."""
    kind = type(fault.holder)
    if PROGRAM_MADE in vars(kind) and (fault.attribute in LISTS or _set_by_base(kind, fault.attribute)):
        classes = classes_named(site.parts.tree, kind.__name__)
        _begin(fault, site, classes[-1] if classes else None, kind.__name__,
               "a Module" if fault.attribute in LISTS else package_class(kind).__name__)


def _set_by_base(kind: type, attribute: str) -> bool:
    """Whether __init__ of a base of the package sets an attribute."""
    inits = [vars(base).get("__init__") for base in kind.__mro__ if PROGRAM_MADE not in vars(base)]
    codes = [getattr(getattr(init, "__wrapped__", init), "__code__", None) for init in inits]
    return any(attribute in code.co_names for code in codes if code is not None)


def _begin(fault: AttributeFault, site: Site, kind: Node | None, name: str, base: str = "a Module") -> Node | None:
    """Put super().__init__() first into the __init__ of a class, which is returned."""
    parts = site.parts
    begin = next(_defined("__init__", [kind]), None) if kind else None
    name = name_node(kind)[3] if kind else name
    fault.message = f"__init__ of {name} does not call super().__init__(), which {base} begins with"
    fault.hints = [("super().__init__()", "first in the __init__ of the class")]
    suite = child_of(begin, "suite")
    if begin is None or suite is None:
        return begin
    first = suite[3][0]
    if parts.line(first) == parts.line(begin):
        spot, text = site.spot_of(first), parts.of(first)
        fault.hints = [(spot.rewritten(first, "super().__init__()" + ("" if text == "pass" else f"; {text}")),
                        spot.where())]
    else:
        owner = "the module" if base == "a Module" else base
        fault.hints = [("super().__init__()", f"before line {parts.line(first)}: {owner} begins with it")]
    return begin


@repairs(StaticForward)
def use_apply(fault: StaticForward, site: Site) -> None:
    """A Function with a static forward is applied."""
    node, call = site.parts.node, site.call
    maker = call_of(node[3][0]) if node and call else None
    if maker is not None and call is not None:
        fault.hints = [(f"{maker.name}.apply({_inside(site, call)})", "as Functions with a static forward are used")]


@repairs(ForwardNotStatic)
def construct_and_call(fault: ForwardNotStatic, site: Site) -> None:
    """A Function without a static forward is made and called, unless its forward takes a context."""
    parts, call = site.parts, site.call
    if call is None or call.receiver is None:
        return
    text = parts.of(call.receiver)
    forward = next(_defined("forward", classes_named(parts.tree, text)), None)
    if forward is not None and parameters(forward)[:1] == ["ctx"]:
        fault.hints = [("@staticmethod", f"before line {parts.line(forward)}, and before that of backward")]
        return
    fault.hints.insert(0, (f"{text}()({_inside(site, call)})", "as Functions with forward(self, x) are used"))
    del fault.hints[2:]


def _inside(site: Site, call: Call) -> str:
    """The words of the arguments of a call."""
    return ", ".join(site.parts.of(argument) for argument in call.args)


@repairs(MissingArgument)
def call_apply(fault: MissingArgument, site: Site) -> None:
    """The static forward of a Function, called without a context: apply passes one."""
    call = site.call
    if call is not None and call.name == "forward" and call.receiver is not None \
            and isinstance(site.value(call.receiver), type):
        fault.hints = [(f"{site.parts.of(call.receiver)}.apply({_inside(site, call)})",
                        "apply calls forward, with a context")]


@repairs(TooManyArguments)
def add_receiver(fault: TooManyArguments, site: Site) -> None:
    """A method without a parameter for its object, or a Function's forward without one for its context."""
    parts = site.parts
    owner, dot, name = fault.callee.partition(".")
    if not dot:
        return
    for method in _defined(name, classes_named(parts.tree, owner)):
        names, number = parameters(method), parts.line(name_node(method))
        lines = parts.text.split("\n")
        static = number > 1 and "staticmethod" in lines[number - 2]
        first = "ctx" if static else "self"
        if names[:1] != [first]:
            fault.message = (f"{owner}.{name}() has no parameter for {'the context' if static else 'its object'}: "
                             f"{first} stands first")
            definition = lines[number - 1].strip().replace(f"{name}(", f"{name}({first}{', ' if names else ''}", 1)
            fault.hints = [(definition, f"in line {number}")]


@repairs(NameFault)
def prefix_self(fault: NameFault, site: Site) -> None:
    """A name that is an attribute of the method's own object."""
    parts = site.parts
    name = parts.of(parts.node) if parts.node else ""
    if name == "save_for_backward":
        site.fault.hints = [("ctx.save_for_backward" if "ctx" in site.names else "self.save_for_backward",
                             "a method of the context")]
        return
    instance = site.names.get("self")
    members = {**getattr(instance, "__dict__", {}), **vars(type(instance))} if instance is not None else {}
    holders = [attribute for attribute in members.values() if isinstance(attribute, dict)]
    if name and name.isidentifier() and (name in members or any(name in holder for holder in holders)):
        site.fault.hints = [(f"self.{name}", "an attribute of the object")]


def parameters(function: Node) -> list[str]:
    """The names of a function's parameters."""
    params = child_of(function, "params")
    return [child[3][0][3] for child in params[3] if child[0] == "param"] if params else []


def _defined(name: str, classes: list[Node]) -> Iterator[Node]:
    for kind in classes:
        for node in walk(kind):
            if node[0] == "def" and name_node(node)[3] == name:
                yield node
