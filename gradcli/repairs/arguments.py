"""Arguments that a function does not take: what it is called as the program says, and how it is called.

Python counts a method's own object and names the function by where it was defined. Here the function is looked
up by the words of the call, and what is said of it is said in those.
"""

from __future__ import annotations

from types import FunctionType
from typing import Any, NamedTuple

from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.arguments import SignatureMismatch, SuperMisuse, TooManyArguments, UnknownOption
from gradcli.faults.suggestions import nearest
from gradcli.faults.tree import Fault
from gradcli.lang.messages.python_errors import counted
from gradcli.lang.runtime.types import TypeProxy
from gradcli.lang.syntax.lexer import Node
from gradcli.repairs.registry import repairs
from gradcli.repairs.site import Site

MEANT = {"learning_rate": "lr", "eta": "lr", "prob": "p", "dropout": "p", "rate": "p", "axis": "dim",
         "keepdims": "keepdim",
         "requires": "requires_grad", "requires_gradient": "requires_grad",
         "require_gradient": "requires_grad", "require_grad": "requires_grad", "grad": "requires_grad",
         "in_channel": "in_channels", "lower": "min", "upper": "max", "a_min": "min", "a_max": "max",
         "stddev": "std", "step": "step_size", "device_type": "device"}
VARARGS = 4     # a flag of code; importing inspect costs more than it does


class Callee(NamedTuple):
    """The function that a call runs; `bound`: its first parameter is the object that it is called on."""

    function: Any
    bound: bool
    alias: str = ""     # by the class of the object, where several classes share the function

    @property
    def name(self) -> str:
        """Its name in CPython's messages."""
        qualified: str = self.function.__qualname__
        return qualified.rpartition("<locals>.")[2].replace(".__init__", "").replace(".__call__", "")

    @property
    def parameters(self) -> list[str]:
        """The names of its parameters in order."""
        code = self.function.__code__
        return list(code.co_varnames[self.bound : code.co_argcount + code.co_kwonlyargcount])

    def text(self) -> str:
        """Its parameters with their defaults, as a call would be written."""
        code, usual = self.function.__code__, self.function.__defaults__ or ()
        first = code.co_argcount - len(usual)
        defaults = dict(zip(code.co_varnames[first : code.co_argcount], usual, strict=True))
        defaults |= self.function.__kwdefaults__ or {}
        texts = [name + (f"={short_repr(defaults[name])}" if name in defaults else "") for name in self.parameters
                if not name.startswith("_")]
        if code.co_flags & VARARGS:
            rest = code.co_varnames[code.co_argcount + code.co_kwonlyargcount]
            texts.insert(code.co_argcount - self.bound, f"*{rest}")
        return ", ".join(texts)

    @property
    def least(self) -> int:
        """How many arguments it needs in order."""
        return self.function.__code__.co_argcount - self.bound - len(self.function.__defaults__ or ())

    def counts(self) -> str:
        """How many arguments it takes in order."""
        most = self.function.__code__.co_argcount - self.bound
        return counted(self.least, most)


PLAIN = frozenset({type(None), bool, int, float, str})


def short_repr(value: Any) -> str:
    """The repr of a default, or "..." if it is long or not a plain value."""
    if type(value) in PLAIN or type(value) is tuple and len(value) < 10 and PLAIN.issuperset(map(type, value)):
        try:
            text = repr(value)
        except ValueError:      # a whole number of thousands of digits
            return "..."
        return text if len(text) < 20 else "..."
    return "..."


def static_value(site: Site, node: Node) -> Any:
    """The value of a name or attribute, found in namespaces and `__dict__`s without running code of the program."""
    if node[0] == "group" and len(node[3]) == 1:
        return static_value(site, node[3][0])
    if node[0] == "NAME":
        return site.names[node[3]] if node[3] in site.names else site.names.get("__builtins__", {}).get(node[3])
    if node[0] != "attribute":
        return None
    holder, name = static_value(site, node[3][0]), node[3][1][3]
    inside = getattr(holder, "__dict__", None)
    if inside is None or isinstance(holder, type | TypeProxy):
        return None
    return getattr(holder, name, None) if ".operations" in inside else inside.get(name)


def class_at(site: Site, node: Node) -> type | None:
    """The class of what stands there; of a call, the class that it makes an object of."""
    if node[0] == "call":
        function = static_value(site, node[3][0])
        return constructed_class(function)
    value = static_value(site, node)
    return None if value is None else type(value)


def constructed_class(value: Any) -> type | None:
    """The class that calling `value` makes an object of."""
    if isinstance(value, TypeProxy):
        types = value._types
        return types[0] if len(types) == 1 and types[0].__module__ != "builtins" else None
    return value if isinstance(value, type) else None


def defined(kind: type, name: str) -> Any:
    """What a class and those above it have under a name, as it stands there."""
    return next((vars(base)[name] for base in kind.__mro__ if name in vars(base)), None)


def callee_of(function: Any, bound: bool) -> Callee:
    """The callee that `function` is: what it looks after, if it only looks at arguments before it hands them on."""
    inner = vars(function).get("__wrapped__")
    return Callee(function, bound) if inner is None else Callee(inner, bound, function.__name__)


def callee(site: Site, node: Node) -> Callee | None:
    """The function that a call runs first, or None if that cannot be known without running the call."""
    value = static_value(site, node)
    if isinstance(value, FunctionType):
        return callee_of(value, False)
    kind = constructed_class(value)
    if isinstance(value, TypeProxy) and isinstance(value._call, FunctionType):
        return callee_of(value._call, False)
    if kind is not None:
        for maker in ("__init__", "__new__"):
            constructor = defined(kind, maker)
            constructor = constructor.__func__ if isinstance(constructor, staticmethod) else constructor
            if isinstance(constructor, FunctionType):
                return callee_of(constructor, True)._replace(alias=kind.__name__)
        return None
    cls = class_at(site, node)
    if cls is not None and not issubclass(cls, FunctionType):
        method = _method(cls, "forward") or _method(cls, "__call__")
        return method and method._replace(alias=f"{cls.__name__}.forward")
    if node[0] == "attribute":
        holder = class_at(site, node[3][0]) or (Tensor if node[3][0][0] in ("call", "subscript", "group") else None)
        above = constructed_class(static_value(site, node[3][0]))
        if above is not None:       # a method named by its class
            raw = defined(above, node[3][1][3])
            return callee_of(raw, False) if isinstance(raw, FunctionType) else None
        return _method(holder, node[3][1][3]) if holder else None
    return None


def _method(kind: type, name: str) -> Callee | None:
    raw = defined(kind, name)
    if isinstance(raw, staticmethod) and isinstance(raw.__func__, FunctionType):
        return callee_of(raw.__func__, False)
    return callee_of(raw, True) if isinstance(raw, FunctionType) else None


@repairs(SuperMisuse)
def call_super_plainly(fault: SuperMisuse, site: Site) -> None:
    """super(A, b) in a class: super() without arguments."""
    if site.parts.enclosing("class"):
        fault.hints = [("super()", "finds class and object itself")]


@repairs(SignatureMismatch)
def word_signature(fault: SignatureMismatch, site: Site) -> None:
    """Call the function as the program does, and add a note with its signature."""
    parts, node, name = site.parts, site.parts.node, fault.callee
    if node is None or node[0] != "call":
        return
    function = callee(site, node[3][0])
    is_private = name.rpartition(".")[2].startswith("_") or name.startswith("_")
    same = function is not None and name in (function.name, function.alias)
    text = parts.of(node[3][0])
    text = text if len(text) <= 40 and "\n" not in text else text.rpartition(".")[2][-40:]
    if is_private or same:
        _reword(fault, text, fault.phrase)
    if isinstance(fault, UnknownOption) and same and function and not fault.suggestion:
        fault.suggestion = nearest_option(fault.option, function.parameters)
    if same and function is not None:
        code = function.function.__code__
        if isinstance(fault, TooManyArguments) and code.co_argcount >= function.bound and not code.co_flags & VARARGS:
            count = len(site.call.args) if site.call and _is_plain(node) else fault.count
            _reword(fault, text, f"takes {function.counts()}, and was given {count}")
        if not fault.usage:
            fault.notes.insert(0, f"it is called {text}({function.text()})")


def _reword(fault: Fault, first_line: str, phrase: str) -> None:
    """Make the message name the function as the program calls it; a needless explanation stays needless."""
    message = f"{first_line}() {phrase}"
    fault.needless = message if fault.needless else ""
    fault.message = message


def nearest_option(name: str, options: list[str]) -> str:
    """The option that is most likely meant by a name that is none."""
    if MEANT.get(name) in options:
        return MEANT[name]
    suggestions = nearest(name, options) or [option for option in options if len(name) < 3 and option.startswith(name)]
    return suggestions[0] if suggestions else ""


def _is_plain(node: Node) -> bool:
    """Whether a call has no starred arguments, so that its arguments can be counted."""
    rest = node[3][1:]
    arguments: tuple[Node, ...] = rest[0][3] if rest else ()
    return not any(argument[0] in ("star", "spread") for argument in arguments)
