"""A name that nothing has: its module is left out, or its import, or it is another language's or misspelt."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from gradcli.engine.tensor.dtypes import NAMED
from gradcli.faults.attributes import MissingAttribute
from gradcli.faults.suggestions import likeliest_name
from gradcli.faults.tree import NameFault
from gradcli.lang.syntax.lexer import Node
from gradcli.lang.syntax.query import SyntaxSite, call_of
from gradcli.namespace.modules import ModuleProxy
from gradcli.namespace.python_modules import MODULE_MEMBERS
from gradcli.repairs.registry import repairs
from gradcli.repairs.site import Site
from gradcli.repairs.synonyms import LEFT_OUT, NAMES

MODULES = ("nn", "F", "optim", "torch", "math", "np")     # where a name is looked for, the likeliest first
DEEPER = ("torch.autograd", "nn.utils", "nn.init", "optim.lr_scheduler", "torch.utils.data", "torch.linalg",
          "torch.func", "torch.distributions")      # and then
PYTHONS = {name: module for module, names in {
    "copy": "copy deepcopy", "collections": "defaultdict Counter OrderedDict namedtuple deque", "functools":
    "partial reduce", "tqdm": "tqdm", "itertools": "chain islice"}.items() for name in names.split()}
IMPORTED = {path for path in MODULE_MEMBERS if "." not in path} | {
    "logging", "os", "random", "sys", "types", "warnings"}
FOREIGN_LINES = (     # what can be read, and fails as the name that comes first is not defined
    (r"\s*([A-Za-z_]\w*)\s*<-\s*(\S.*)$", "a value is given by =", r"\1 = \2"),
    (r"(.*?)\s*//\s*([A-Za-z_]\w{3,})\s*$", "// divides; a comment begins with #", r"\1  # \2"),
)
PYTHON_TYPES = ("float", "int", "bool", "complex")
LONG = 6        # characters from which the names of modules are worth comparing


@repairs(NameFault)
def find_name(fault: NameFault, site: Site) -> None:
    """An undefined name: the module that has it, its import, or what it is called here."""
    parts = site.parts
    node = parts.node
    if node is None or fault.span is None:
        return
    name, number = parts.of(node), fault.span.line
    follows = parts.text[node[2] : node[2] + 1]
    if isinstance(fault, NameFault) and not fault.hints and _otherwise(site, name, number):
        return
    if name in LEFT_OUT:
        fault.notes.append(LEFT_OUT[name])
        fault.hints.clear()
    if name in NAMES and isinstance(fault, NameFault):
        text, reason = NAMES[name]
        fault.hints = [(_of_argument(parts, node, text), reason)]
    elif name.isidentifier() and not name.startswith("_") and isinstance(fault, NameFault):
        place = _imported(name, follows) or _qualified(site, name, follows)
        if place:
            fault.hints = [place]


def _of_argument(parts: SyntaxSite, name: Node, text: str) -> str:
    """A formula in x, as what to write for a call of the name, with the argument of the call in the place of x."""
    calls = [call_of(node) for node in parts.enclosing("call") if node[3][0] is name]
    if not calls or calls[0] is None or len(calls[0].args) != 1:
        return text
    argument = calls[0].args[0]
    forms = {"(x)": f"({parts.of(argument)})", "x": parts.atom(argument)}
    return re.sub(r"\(x\)|\bx\b", lambda match: forms[match[0]], text)


def _otherwise(site: Site, name: str, number: int) -> bool:
    """Explain a line that reads as another language's. Returns whether it does."""
    for pattern, message, repair in FOREIGN_LINES:
        match = re.match(pattern, site.fault.source.split("\n")[number - 1])
        if match is not None and name in match.groups():
            site.fault.message = f"{site.fault.message}: {message}"
            site.fault.hints = [(match.expand(repair).strip(), f"in line {number}")]
            return True
    return False


def _imported(name: str, follows: str) -> tuple[str, str] | None:
    """The import that a name of Python's own needs."""
    if name in IMPORTED and follows == ".":
        return f"import {name}", "before line 1"
    return (f"from {PYTHONS[name]} import {name}", "before line 1") if name in PYTHONS and follows == "(" else None


def _qualified(site: Site, name: str, follows: str) -> tuple[str, str] | None:
    """A name with the module before it that has it: one that the program has imported, or one that is always there.

    Values are called `gamma` and `device` too: a function is meant where it is called.
    """
    called = name[:1].isupper() or follows in ("(", ".") or name in NAMED and name not in PYTHON_TYPES
    modules = dict(_modules(site))
    place = qualified_name(name, {word: modules[word] for word in modules if called or word in site.names}, follows)
    if place:
        return place, f"where {name} is"
    offered = [repair for repair, _ in site.fault.hints]
    if len(name) < LONG or follows != "(" or any(repair in site.names for repair in offered):
        return None
    suggestions = likeliest_name(name, [("", offered), *((word, names_of(modules[word])) for word in modules)])
    return (suggestions, "the nearest name") if suggestions and suggestions not in offered else None


def qualified_name(name: str, modules: Mapping[str, ModuleProxy], follows: str) -> str:
    """The name after the word of the first of the modules that has it; empty if none has."""
    return next((f"{word}.{name}" for word in modules if _has(modules[word], name, follows)), "")


@repairs(MissingAttribute)
def name_module(fault: MissingAttribute, site: Site) -> None:
    """A name asked of the wrong module: nn.mse_loss is F.mse_loss, torch.Linear is nn.Linear."""
    node, name = site.parts.node, fault.attribute
    if node is None or node[0] != "attribute" or name.startswith("_"):
        return
    if not isinstance(fault.holder, ModuleProxy):
        return
    same = [word for word in names_of(fault.holder) if word.lower() == name.lower()]
    if len(same) == 1:      # torch.Sigmoid is torch.sigmoid rather than nn.Sigmoid, and nn.linear nn.Linear
        fault.hints = [(same[0], "the name in other letters")]
        return
    place = qualified_name(name, dict(_modules(site)), site.parts.text[node[2] : node[2] + 1])
    if place and place != site.parts.of(node):
        spot = site.spot_of(node)
        fault.hints = [(spot.rewritten(node, place), f"{spot.where()}: where {name} is")]


def _modules(site: Site) -> Iterator[tuple[str, ModuleProxy]]:
    """The modules that can be reached, under the names that reach them, the likeliest first."""
    modules = {word: value for word, value in site.names.items() if isinstance(value, ModuleProxy)}
    preset = site.names.get("__builtins__", {})
    modules |= {word: preset[word] for word in MODULES if word in preset and word not in site.names}
    yield from sorted(modules.items(), key=lambda item: (
        item[0] in MODULES, MODULES.index(item[0]) if item[0] in MODULES else 0, item[0]))
    for path in DEEPER:
        inner = _module_dict(modules, path)
        if inner is not None:
            yield path, inner


def _module_dict(modules: Mapping[str, Any], path: str) -> ModuleProxy | None:
    first, *rest = path.split(".")
    inner = modules.get(first)
    for word in rest:
        inner = vars(inner).get(word) if isinstance(inner, ModuleProxy) else None
    return inner if isinstance(inner, ModuleProxy) else None


def names_of(module: ModuleProxy) -> set[str]:
    """What can be read of a module."""
    return {name for name in (*vars(module), *vars(module)[".operations"]) if not name.startswith((".", "_"))}


def _has(module: ModuleProxy, name: str, follows: str) -> bool:
    """Whether a module has a name; modules within it are not called."""
    inside = vars(module)
    return (name in inside or name in inside[".operations"]) and (
        follows != "(" or not isinstance(inside.get(name), ModuleProxy))
