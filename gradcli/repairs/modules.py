"""Repairs for modules as they are written for the first time: layers lost, methods misspelt, containers, parameters."""

from __future__ import annotations

from types import BuiltinFunctionType, FunctionType, MethodType

from gradcli.engine.tensor.tensor import Tensor
from gradcli.exposure import PROGRAM_MADE
from gradcli.faults.arguments import TooManyArguments
from gradcli.faults.attributes import ForwardMissing, MissingAttribute, NotAModule, NotParameters, SingleParameter
from gradcli.faults.suggestions import nearest
from gradcli.faults.tree import AttributeFault
from gradcli.lang.runtime.types import TypeProxy
from gradcli.lang.syntax.lexer import Node
from gradcli.lang.syntax.query import classes_named, name_node, walk
from gradcli.repairs.arguments import class_at
from gradcli.repairs.registry import repairs
from gradcli.repairs.site import FaultContext, Site

EXPECTED = ("__init__", "forward")
FUNCTION_TYPES = (FunctionType, BuiltinFunctionType, MethodType)


@repairs(MissingAttribute)
def set_attribute(fault: MissingAttribute, site: Site) -> None:
    """An attribute that an object lacks: set as a local name in __init__, or that method is misspelt."""
    if PROGRAM_MADE not in vars(type(fault.holder)):
        return
    methods = _methods(site, type(fault.holder).__name__)
    for node in walk(methods.get("__init__", ())):
        if node[0] == "assign" and node[3][0][0] == "NAME" and node[3][0][3] == fault.attribute:
            fault.hints = [(f"self.{site.parts.of(node)}",
                            f"in line {site.parts.line(node)}: an attribute, no local name")]
            return
    _misspelt(fault, site, methods, "__init__")
    registered = [name for names in vars(fault.holder).values() if isinstance(names, dict) for name in names]
    candidates = [*registered, *vars(fault.holder)]
    suggestions = nearest(fault.attribute, candidates) or [
        name for name in candidates if name.rstrip("0123456789") == fault.attribute.rstrip("0123456789")]
    if suggestions and not fault.hints:
        fault.hints = [(suggestions[0], "the nearest name")]


@repairs(ForwardMissing)
def spell_forward(fault: ForwardMissing, site: Site) -> None:
    """A module without forward: perhaps another of its methods is forward misspelt."""
    _misspelt(fault, site, _methods(site, fault.module), "forward")


def _methods(site: Site, kind: str) -> dict[str, Node]:
    """The methods of a class of the program, by name."""
    classes = classes_named(site.parts.tree, kind)
    return {name_node(node)[3]: node for node in walk(classes[0]) if node[0] == "def"} if classes else {}


def _misspelt(fault: AttributeFault, site: Site, methods: dict[str, Node], name: str) -> None:
    """The head of the method whose name is nearest to `name`, which the class lacks, as it should be."""
    suggestions = nearest(name.strip("_"), [method.strip("_") for method in methods if method not in EXPECTED])
    wrong = next((method for method in methods if suggestions and method.strip("_") == suggestions[0]), None)
    if name not in methods and wrong is not None:
        line = site.parts.line(methods[wrong])
        head = site.parts.text.split("\n")[line - 1].strip()
        fault.hints = [(head.replace(wrong, name, 1), f"in line {line}: as the method is called")]


@repairs(NotAModule)
def pass_modules(fault: NotAModule, site: Site) -> None:
    """What is put into a container is no module: a list that is to be unpacked, a class, a function."""
    call, parts, value = site.call, site.parts, fault.value
    if call is None or not fault.child.isdecimal() or int(fault.child) >= len(call.args):
        return
    argument = call.args[int(fault.child)]
    text = parts.of(argument)
    fault.message = f"{call.name} is made of modules, not of {fault.words_of_value}: each is a child module"
    fault.span = parts.span(argument)
    if isinstance(value, list) and value:
        fault.hints = [(f"*{text}", "its members one by one")]
    elif isinstance(value, type | TypeProxy | FunctionType) and text.startswith("nn."):
        fault.message = f"{call.name} is made of modules, and {text} is a class: a child module is an object"
        fault.hints = [(f"{text}()", "makes a module")]
    elif text in FUNCTIONS:
        fault.hints = [(FUNCTIONS[text], "the module that does the same")]


NUMBERS = ("item", "tolist", "numpy")      # their results have no history
FUNCTIONS = {f"{space}{name}": f"nn.{module}()" for name, module in (
    ("relu", "ReLU"), ("sigmoid", "Sigmoid"), ("tanh", "Tanh"), ("softplus", "Softplus"), ("elu", "ELU"))
    for space in ("F.", "torch.")}


@repairs(SingleParameter)
def wrap_parameter(fault: SingleParameter, site: Site) -> None:
    """An optimiser takes a list, of one tensor too."""
    if site.call is not None and site.call.args:
        first = site.call.args[0]
        site.instead(first, f"[{site.parts.of(first)}]", "a list of the one tensor")


@repairs(NotParameters)
def pass_parameters(fault: NotParameters, site: Site) -> None:
    """The parameters of a module: that of the program which was passed, or whose method was."""
    if site.call is None or not site.call.args or site.call.args[0][0] not in ("NAME", "attribute", "call"):
        return
    first = site.call.args[0]
    method = isinstance(fault.value, MethodType)
    if method or hasattr(class_at(site, first), "parameters"):
        text = site.parts.of(first)
        site.instead(first, f"{text}()" if method else f"{text}.parameters()", "its parameters")


@repairs(TooManyArguments)
def join_into_list(fault: TooManyArguments, site: Site) -> None:
    """torch.tensor(1, 2, 3) of numbers that belong into one list."""
    call, parts, node = site.call, site.parts, site.parts.node
    if call is None or node is None or call.name != "tensor":
        return
    inside = ", ".join(parts.of(argument) for argument in call.args)
    fault.hints = [(parts.of(node).replace(inside, f"[{inside}]", 1), "the numbers as one list")] \
        if inside and inside in parts.of(node) else []


@repairs(MissingAttribute)
def call_method(fault: MissingAttribute, site: Site) -> None:
    """A method was named where its result was meant."""
    node, parts = site.parts.node, site.parts
    if node is None or node[0] != "attribute" or not isinstance(fault.holder, FUNCTION_TYPES):
        return
    holder = node[3][0]
    assignment = site.assigned(holder[3]) if holder[0] == "NAME" else None
    value = assignment[3][-1] if assignment else holder
    if value[0] != "attribute":
        return
    if assignment is None:
        text = parts.of(holder)
        called = parts.of(value[3][0]) if value[3][1][3] in NUMBERS else f"{text}()"
        fault.span = parts.span(holder)
        fault.hints = [(called, f"what has {fault.attribute}")] if called != text else []
    else:
        spot = site.spot_of(value)
        fault.hints = [(spot.rewritten(value, f"{parts.of(value)}()"), f"{spot.where()}: a method is called")]


@repairs(MissingAttribute)
def take_first_tensor(fault: MissingAttribute, site: Site) -> None:
    """One of the tensors of a tuple or list is meant."""
    node, value = site.parts.node, fault.holder
    if node is not None and node[0] == "attribute" and type(value) in (tuple, list) and value and (
            fault.attribute != "backward" or len(value) == 1) and (
            hasattr(Tensor, fault.attribute) and isinstance(value[0], Tensor)):
        holder = node[3][0]
        if site.value(holder) is value:
            site.instead(holder, f"{site.parts.of(holder)}[0]", "the first of its tensors")


@repairs(MissingAttribute, parsed=False)
def unpack_tuple(fault: MissingAttribute, context: FaultContext) -> None:
    """Where nothing better is known: a member of the tuple is meant."""
    if type(fault.holder) is tuple and not fault.hints:
        fault.hints = [("first, rest = values", "takes a tuple apart: its members may have it")]
