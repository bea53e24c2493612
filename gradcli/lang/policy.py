"""What a program may name, read, write, import and inherit from.

The language itself knows Python's own values only (`runtime/builtins.py`). Everything about tensors and modules is
in a `Policy`, which the session builds from the `torch` namespace and the engine's types.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from keyword import iskeyword
from typing import Any
from unicodedata import normalize

from gradcli.exposure import exposed_names
from gradcli.faults.mistakes import UnderscoreRefused, WordRefused
from gradcli.faults.source import Span
from gradcli.faults.tree import PolicyFault
from gradcli.lang.runtime.special_methods import METHODS

HEADERS = frozenset(f"__{name}__" for name in (
    "all author authors contact copyright credits date deprecated doc email license maintainer status title url "
    "version").split())
"""Names with two underscores that are ordinary variables: the metadata that many programs begin with."""

SCRIPT = "program.py"
"""What programs are told of their own file: `__file__`, and the first word of `sys.argv`."""

INTROSPECTED = frozenset({"__name__", "__qualname__", "__doc__", "__version__"})
"""Attributes with two underscores that programs may read: `.introspect` answers, not the value itself."""

CLASS, CHANGED = "class", "changed"
"""What `.introspect` is called with for `x.__class__`, and for `x.__dict__` where it is changed."""

CHANGING = ("update", "setdefault", "pop", "popitem", "clear")
"""The methods of `x.__dict__` that change it."""

DELETED = object()     # the new value that `Policy.assign` gets for `del value.name`


def _nothing(*_: object) -> bool:
    return False


def _is_exposed(kind: type, name: str) -> bool:
    return name in exposed_names(kind)


def _no_names(_: object) -> Iterable[str]:
    return ()


def _no_attributes(_: object) -> Mapping[str, Any]:
    return {}


def _not_imported(*_: object) -> None:
    return None


def _no_base(_: object) -> type | None:
    return None


class Policy:
    """What programs may do with values that are not Python's own, and how these are shown."""

    names: Mapping[str, object] = {}
    """The prelude: names that programs see without importing, over those of `builtins.py`."""

    plain: frozenset[str] = frozenset()
    """Attribute names harmless on every type a program can hold: `direct()` of them cost nothing extra to read."""

    modules: Mapping[str, object] = {}
    """What can be imported: dotted name to module object."""

    origin: Callable[[Mapping[str, object], str, str], tuple[str, str] | None] = staticmethod(_not_imported)
    """Where among the modules, of which the second has the third imported, that name is from; "" is a module itself."""

    module_type: type | None = None
    """The type of modules: programs may read whatever the `__dict__` of one holds under a name that they can spell."""

    attribute: Callable[[object, str], bool] = staticmethod(_nothing)
    """Whether a program may read this attribute of this foreign value."""

    attribute_of_all: Callable[[type, str], bool] = staticmethod(_is_exposed)
    """Whether programs may read this attribute of every value of this foreign type."""

    own: Callable[[object], Mapping[str, Any]] = staticmethod(_no_attributes)
    """The attributes that the program itself has set on a foreign value, where its class keeps them apart."""

    assign: Callable[[object, str, object], Any] = staticmethod(_nothing)
    """Whether a program may set this attribute of this foreign value to this; GONE means to delete it.

    The answer may be the function that sets it on every value of that type, called with the value and what it is
    set to.
    """

    readable_names: Callable[[object], Iterable[str]] = staticmethod(_no_names)
    """The attributes of a foreign value or module that programs may read: for hints and `import *`."""

    base: Callable[[object], type | None] = staticmethod(_no_base)
    """The class that a program's class may inherit from when it names this value as its base."""

    text: Callable[[object], str] | None = None
    """How print and str show a foreign value; None shows its type's name and address."""

    repr: Callable[[object], str] | None = None
    """How a foreign value shows inside a container."""

    format: Callable[[object, str], str] | None = None
    """How a foreign value answers a format specification, once that has been checked."""

    number: Callable[[object], int | float | None] = staticmethod(lambda value: None)
    """The plain number that a foreign value of one element stands for in `%d` and `%.3f`."""

    plain_number: Callable[[Any], Any] = staticmethod(lambda value: value)
    """The plain number that a foreign value was in the time that its style shows, or the value itself."""

    of_numbers: Mapping[str, Callable[[Any], Any]] = {}
    """Attributes of the numbers that array libraries return, which are plain numbers here: by name, what reads one."""

    has_array_numbers: bool = False
    """Whether a text has named such a library: plain numbers have those attributes from then on."""

    address: Callable[[object], int] = id
    """The number shown where Python would show where a value lies in memory."""

    kind: Callable[[object], str] | None = None
    """What messages call a foreign value: "a Variable"."""

    def __init__(self, **settings: Any) -> None:
        """Take what differs from the defaults, by name."""
        if not settings.keys() <= Policy.__annotations__.keys():
            raise TypeError(f"a policy has no {', '.join(settings.keys() - Policy.__annotations__.keys())}")
        vars(self).update({"names": {}, "modules": {}} | settings)

    def direct(self) -> frozenset[str]:
        """The plain names that code reads as they stand; those that numbers may have too are asked for by `.attr`."""
        return self.plain.difference(self.of_numbers) if self.has_array_numbers else self.plain

    def type_of(self, value: Any) -> Any:
        """What programs get from `type(value)`."""
        builtin: Any = self.names.get("type", type)
        return builtin(value)


def legal_name(name: str, span: Callable[[], Span | None], method: bool = False) -> None:
    """Refuse `name` unless a program may use it: as a name, attribute, parameter, keyword, alias or target.

    `method` allows the few special methods that a class may define and `super()` may call.
    """
    if name.startswith("__"):
        if method and name in METHODS:
            return
        notes = (WELCOME,) if name not in METHODS else (OF_CLASSES,)
        raise UnderscoreRefused(f"names that begin with two underscores are closed: {name}", *_instead(name),
                                span=span(), notes=notes)
    if iskeyword(name):
        raise WordRefused(_REFUSED.get(name, f"{name} is not part of the language"), span=span())


def checked_name(name: Any) -> str:
    """`name`, if it could stand after a dot in the text of a program."""
    if type(name) is not str:
        raise TypeError(f"attribute name must be string, not '{type(name).__name__}'")
    if not name.isidentifier() or normalize("NFKC", name) != name:
        raise PolicyFault("that is no name an attribute could have", ("getattr(x, 'grad')", "a name as in x.grad"))
    legal_name(name, lambda: None)      # the place of the call is found later
    return name


def attribute_name(name: Any) -> str:
    """`name`, if it could stand after a dot or is a number, as the names of the modules in a Sequential are."""
    return name if type(name) is str and name.isascii() and name.isdigit() else checked_name(name)


_REFUSED = {
    "async": "async is not part of the language: a program runs one step after another",
    "await": "await is not part of the language: call the function directly",
}

WELCOME = ("a class may define __init__, __call__ and the methods behind operators, len(), [], in, for, with, str() "
           "and repr()")
OF_CLASSES = "it may be defined directly in a class, and called on self, on the class or through super()"
_INSTEAD = {
    "__class__": ("type(x)", "the class of a value; type(x).__name__ is its name"),
    "__getattr__": ("getattr(self.inner, name)", "asks for an attribute by name"),
    "__setattr__": ("@property", "with a setter: what an attribute does when it is set"),
    "__del__": ("def __exit__(self, *args):", "runs at the end of with"),
    "__new__": ("@staticmethod", "a function of the class that makes an object: C.create(2)"),
    "__slots__": ("def __init__(self):", "sets the attributes; the line can be left out"),
    "__dict__": ("self.values = {}", "a dict of the program's own"),
}
"""What to write in place of the commonest names with two underscores."""


def _instead(name: str) -> tuple[tuple[str, str], ...]:
    return (_INSTEAD[name],) if name in _INSTEAD else ()
