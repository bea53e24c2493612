"""Reading, setting and deleting attributes that are not harmless on every type (rule R2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from types import FunctionType, GeneratorType, MethodType
from typing import Any

from gradcli.exposure import ADMITTED, PROGRAM_MADE, admit, closed_names
from gradcli.faults.attributes import ClosedAttribute, MissingAttribute
from gradcli.faults.suggestions import nearest
from gradcli.faults.tree import ArgumentFault, AttributeFault
from gradcli.lang.messages.locate import is_lowered
from gradcli.lang.messages.python_words import in_pythons_words
from gradcli.lang.messages.value_names import describe, holder_of, words_of_closed
from gradcli.lang.policy import DELETED, Policy, legal_name
from gradcli.lang.runtime.builtins import METHODS, special
from gradcli.lang.runtime.classes import UnboundSuper
from gradcli.lang.runtime.exceptions import name_of, object_of
from gradcli.lang.runtime.format import Formatter, has_readable_args
from gradcli.lang.runtime.generators import IteratorProxy, ProgramGenerator
from gradcli.lang.runtime.special_methods import OF_PICKLE
from gradcli.lang.runtime.types import MIXED, OWN, STAND_INS, TypeProxy, methods_of, user_class

OF_C = ("torch.dtype", "torch.Size", "torch.device")     # classes of C code, which messages call by their whole names
NONE: frozenset[str] = frozenset()
NUMBERS = frozenset({int, float, bool})
OPEN = frozenset((kind, name) for kind, names in METHODS.items() for name in names if hasattr(kind, name))


class Attributes:
    """The helpers of one program: `read` is `.attr`, `write` is `.setattr`. Both raise an AttributeFault for what the
    program may not read or set, and for what does not exist.
    """

    def __init__(self, policy: Policy, formatter: Formatter) -> None:
        self.policy, self.formatter = policy, formatter
        self.special = special(formatter)       # (type, name) -> the method as programs get it
        self.own: set[type] = set()             # the program's classes without foreign bases: the quick way
        # what is known of (class, name), for classes of the package and those with such a base: True if programs may
        # read the name of every object, False if objects alone can have it
        self.mixed: dict[tuple[type, str], bool] = {}
        self.open_names: set[tuple[type, str]] = set()      # attributes that objects of such classes may be given
        self.setters: dict[tuple[type, str], Callable[[Any, Any], None]] = {}   # what sets attributes of foreign types
        self.of_classes: set[tuple[type, str]] = set()      # names that may be read of classes of the program
        self.text: dict[str, Callable[..., Any]] = {    # what Python's own classes define of these
            "__repr__": formatter.object_repr, "__str__": formatter.object_str, "__hash__": formatter.hash_of,
            "__format__": formatter.object_format}
        self.above: set[tuple[type, type, str]] = set()     # what super() has found in classes of the program
        self.read = self._reader()
        self.write = self._writer()
        formatter.read = self.read

    def _reader(self) -> Callable[[Any, str], Any]:
        own, other, module_type = self.own, self._read, self.policy.module_type
        quick, special, verdict = OPEN.difference(self.special), self.special.get, self.mixed.get
        of_classes, plain = self.of_classes, self.policy.plain

        def read(value: Any, name: str) -> Any:
            """`value.name`."""
            kind = type(value)
            if kind is module_type and (member := value.__dict__.get(name, value)) is not value:
                return member
            if kind in own or name in plain and kind not in NUMBERS:
                try:
                    return getattr(value, name)
                except AttributeError as error:
                    raise self._explained(error, value, name) from None
            key = kind, name
            if key in quick:
                return getattr(value, name)
            bind = special(key)
            if bind is not None:
                return bind(value)
            whose = verdict(key)
            if whose or (whose is False and name in value.__dict__) or (
                    isinstance(value, type) and (value, name) in of_classes):
                try:
                    member = getattr(value, name)
                except AttributeError as error:
                    raise self._explained(error, value, name) from None
                return member if type(member) in ADMITTED else admit(member)
            return other(value, name)

        return read

    def _read(self, value: Any, name: str) -> Any:
        """`value.name`, where the quick way has no answer."""
        kind = type(value)
        if kind is super:
            return self._read_above(value, name)
        if kind.__dict__.get(PROGRAM_MADE) is OWN or name in METHODS.get(kind, NONE):
            return self._get(value, name)
        if kind in NUMBERS and self.policy.has_array_numbers and (bind := self.policy.of_numbers.get(name)) is not None:
            self.special[kind, name] = bind
            return bind(value)
        if self._readable(value, name):
            if not isinstance(value, type | BaseException) and self.policy.attribute_of_all(kind, name):
                self.mixed[kind, name] = True
            elif user_class(value):
                self.of_classes.add((value, name))
            return self._get(value, name)
        if name in (own := self.policy.own(value)):
            return own[name]
        if (number := self.policy.plain_number(value)) is not value:
            return self._read(number, name)
        raise self.missing(value, name)

    def _read_above(self, value: Any, name: str) -> Any:
        """`super(...).name`; names that classes of the program define are cached."""
        key = value.__thisclass__, value.__self_class__, name
        if key not in self.above:
            owner = _owner(_searched_classes(value), name)
            if owner is None or PROGRAM_MADE not in owner.__dict__:
                if self._readable(value, name):
                    return self._get(value, name)
                raise self.missing(value, name)
            self.above.add(key)
        return self._get(value, name)

    def _readable(self, value: Any, name: str) -> bool:
        if name in self.policy.plain:
            return True
        if type(value) is super:
            owner = _owner(_searched_classes(value), name)
            bound: Any = value
            return owner is not None and (PROGRAM_MADE in owner.__dict__ or self.policy.attribute(bound.__self__, name))
        if isinstance(value, BaseException) and (name == "args" or PROGRAM_MADE not in type(value).__dict__):
            return has_readable_args(value) if name == "args" else self.policy.attribute(value, name)
        if PROGRAM_MADE in type(value).__dict__:
            if self._own_name(type(value), name):
                return True
            if self.mixed.get((type(value), name)) is False and name in value.__dict__:
                return True
        elif user_class(value):
            owner = _owner(value.__mro__, name)
            if owner is not None and PROGRAM_MADE in owner.__dict__:
                self.of_classes.add((value, name))
                return True
        elif isinstance(value, TypeProxy) and name in methods_of(value):
            return True
        return name in attributes_of(value) or self.policy.attribute(value, name)

    def _own_name(self, kind: type, name: str) -> bool:
        """Whether a class of the program defines `name`; caches in `mixed` names that only objects can have."""
        owner = _owner(kind.__mro__, name)
        if owner is not None and PROGRAM_MADE in owner.__dict__:
            self.mixed[kind, name] = True
            return True
        if owner is None and name not in closed_names(kind):
            self.mixed[kind, name] = False
        return False

    def _get(self, value: Any, name: str) -> Any:
        try:
            return admit(getattr(value, name))
        except AttributeError as error:
            raise self._explained(error, value, name) from None

    def _explained(self, error: AttributeError, value: Any, name: str) -> AttributeError:
        """The fault for `error`, or `error` itself if a property of the program raised it for another attribute."""
        if isinstance(error, AttributeFault) or object_of(error) is not value or name_of(error) != name:
            return error
        fault = self.missing(value, name)
        fault.args = error.args
        return fault

    def initial(self, value: Any) -> Callable[..., None]:
        """`Base.__init__`, as methods call it with `self`."""
        kind = value if user_class(value) else self.policy.base(value)
        if kind is None:
            raise ArgumentFault(f"{describe(value, self.policy)} is no class that a program's class can begin from",
                                "super().__init__()")

        def init(instance: Any, /, *args: Any, **options: Any) -> None:
            if not isinstance(instance, kind):
                raise ArgumentFault(f"{kind.__name__}.__init__() is called with an object of that class",
                                    f"{kind.__name__}.__init__(self)")
            kind.__init__(instance, *args, **options)   # type: ignore[misc]  # of that very class, not of the instance

        return init

    def read_base(self, value: Any, name: str) -> Any:
        """`super(...).__init__` and other special methods; lowering ensures that `value` is `super(...)`."""
        if type(value) is UnboundSuper and name == "__init__":
            return _skip_init
        if type(value) is not super:
            raise ArgumentFault("super() belongs in a method of a class")
        if name in OF_PICKLE:
            legal_name(name, lambda: None)      # which refuses it
        instance: Any = value.__self__     # type: ignore[attr-defined]  # what super objects have
        owner = _owner(_searched_classes(value), name)
        if (owner is object or isinstance(instance, BaseException)) and name in self.text and PROGRAM_MADE not in (
                getattr(owner, "__dict__", {})):
            return partial(self.text[name], instance)      # Python's own would tell true addresses
        method = getattr(value, name)

        def above(*args: Any, **options: Any) -> Any:
            result = method(*args, **options)
            return IteratorProxy(result) if type(result) is GeneratorType else admit(result)

        above.__name__ = above.__qualname__ = name
        return above        # what Python gives may be a wrapper around a slot, which is none of a program's things

    def read_special(self, value: Any, name: str) -> Any:
        """`value.__add__` and other special methods, if a class of the program defines them."""
        owner = _owner((value if user_class(value) else type(value)).__mro__, name)
        if owner is None or PROGRAM_MADE not in owner.__dict__:
            legal_name(name, lambda: None)      # which refuses it
        return getattr(value, name)

    def defines(self, value: Any, name: str) -> bool:
        """Whether a class of the program defines `name` for `value`, an instance."""
        owner = _owner(type(value).__mro__, name)
        return owner is not None and PROGRAM_MADE in owner.__dict__

    def mixed_kind(self, value: Any) -> bool:
        """Whether `value` is an object of a program's class with a foreign base, such as nn.Module."""
        return type(value).__dict__.get(PROGRAM_MADE) is MIXED

    def _writer(self) -> Callable[[Any, Any, str], None]:
        own, other, open_names, setter_of = self.own, self._write, self.open_names, self.setters.get

        def write(new: Any, value: Any, name: str) -> None:
            """`value.name = new`."""
            kind = type(value)
            if kind in own or (kind, name) in open_names:
                try:
                    setattr(value, name, new)
                except AttributeError as error:
                    raise self._refused(error, value, name) from None
            elif (setter := setter_of((kind, name))) is not None:
                try:
                    setter(value, new)
                except AttributeError as error:
                    raise self._refused(error, value, name) from None
            else:
                other(new, value, name)

        return write

    def _write(self, new: Any, value: Any, name: str) -> None:
        allowed = self._writable(value, name, new)
        if not allowed:
            raise self._closed(value, name, "set")
        try:
            if callable(allowed):       # the value's own way to be set, with its checks
                if not isinstance(value, type) and PROGRAM_MADE not in type(value).__dict__:
                    self.setters[type(value), name] = allowed
                allowed(value, new)
            else:
                setattr(value, name, new)
        except AttributeError as error:
            raise self._refused(error, value, name) from None

    def _refused(self, error: AttributeError, value: Any, name: str) -> AttributeError:
        """The fault for `error`, or `error` itself if a setter of the program raised it for another attribute."""
        if isinstance(error, AttributeFault) or (object_of(error) is not value and object_of(error) is not None):
            return error
        fault = self._closed(value, name, "set")
        fault.args = error.args
        return fault

    def delete(self, value: Any, name: str) -> None:
        """`del value.name`."""
        allowed = self._writable(value, name, DELETED)
        if not allowed:
            raise self._closed(value, name, "deleted")
        try:
            allowed(value) if callable(allowed) else delattr(value, name)
        except AttributeError as error:
            if isinstance(error, AttributeFault):
                raise
            fault = self.missing(value, name)
            fault.args = error.args
            raise fault from None

    def _writable(self, value: Any, name: str, new: Any) -> Any:
        kind = type(value)
        if user_class(value):
            kind = value
            self.mixed.clear()      # the class is about to change
            self.of_classes.clear()
            self.open_names.clear()
            self.above.clear()
        if kind is FunctionType:
            return is_lowered(value.__code__)
        mark = kind.__dict__.get(PROGRAM_MADE)
        if kind is value and any(name in closed_names(derived) for derived in _derived(value)):
            return False
        if mark is OWN:
            return True
        if mark is not None and name not in closed_names(kind):
            owner = _owner(kind.__mro__, name)
            if owner is None or PROGRAM_MADE in owner.__dict__:
                if kind is not value:
                    self.open_names.add((kind, name))
                return True
        return self.policy.assign(value, name, new)

    def slot(self, value: Any) -> AttributeSlots:
        """The attributes of `value` as items: `.slot(value)[name]` in targets."""
        return AttributeSlots(self, value)

    def missing(self, value: Any, name: str) -> AttributeFault:
        """The fault for an attribute that is not there."""
        fault = MissingAttribute(value, describe(value, self.policy), name)
        fault.seek = lambda: (
            (candidate, "the nearest name") for candidate in nearest(name, self.readable_names(value)))
        fault.args = (f"{holder_of(value, self.policy)} has no attribute {name!r}",)
        fault.needless = fault.message
        return _with_python_words(fault, value, name)

    def readable_names(self, value: Any) -> Iterable[str]:
        """The attributes of `value` that a program may read."""
        kind = value if user_class(value) else type(value)
        names = set(METHODS.get(kind, NONE)) | set(self.policy.readable_names(value))
        if isinstance(value, TypeProxy):
            names.update(methods_of(value))
        names.update(attributes_of(value))
        for base in kind.__mro__:
            if PROGRAM_MADE in base.__dict__:
                names.update(base.__dict__)
        if PROGRAM_MADE in type(value).__dict__:
            names.update(getattr(value, "__dict__", ()))
        return names

    def _closed(self, value: Any, name: str, action: str) -> AttributeFault:
        if action == "deleted" and name not in self.readable_names(value):
            return self.missing(value, name)
        fault = ClosedAttribute(value, describe(value, self.policy), name, action)
        message = words_of_closed(value, name, action, name in self.readable_names(value))
        return fault.saying(message) if message else _with_python_words(fault, value, name)


class AttributeSlots:
    """The attributes of a value as items."""

    __slots__ = ("_attributes", "_value")

    def __init__(self, attributes: Attributes, value: Any) -> None:
        self._attributes, self._value = attributes, value

    def __getitem__(self, name: str) -> Any:
        return self._attributes.read(self._value, name)

    def __setitem__(self, name: str, new: Any) -> None:
        self._attributes.write(new, self._value, name)

    def __delitem__(self, name: str) -> None:
        self._attributes.delete(self._value, name)


def attributes_of(value: Any) -> dict[str, Any]:
    """The attributes that a program has set on a function of its own, or on the function of a bound method."""
    function = value.__func__ if type(value) is MethodType else value
    return vars(function) if type(function) is FunctionType and is_lowered(function.__code__) else {}


def _with_python_words(fault: AttributeFault, value: Any, name: str) -> AttributeFault:
    """`fault` in Python's words, if Python too has no such attribute; runs no code of the program."""
    kind = type(value)
    plain = value._types[0] if kind is TypeProxy and value._types else value
    module = (plain if isinstance(plain, type) else kind).__module__
    of_python = module == "builtins" or isinstance(value, ProgramGenerator)
    if kind in STAND_INS or (isinstance(plain, type) and STAND_INS.get(plain) is value):
        of_python = True
    if not (of_python or PROGRAM_MADE in kind.__dict__ or user_class(value)):
        return fault
    present = _owner((*kind.__mro__, *getattr(plain, "__mro__", ())), name) or name in getattr(plain, "__dict__", ())
    return fault if present else in_pythons_words(fault, getattr, plain, name)


def _skip_init() -> None:
    """What `super(Class).__init__` does."""


_skip_init.__name__ = _skip_init.__qualname__ = "__init__"


def _searched_classes(value: Any) -> tuple[type, ...]:
    """The classes that a super object searches."""
    order = value.__self_class__.__mro__
    return tuple(order[order.index(value.__thisclass__) + 1:])


def _derived(kind: type) -> Iterator[type]:
    """Those of a program's class and its subclasses that have foreign bases."""
    pending = [kind]
    while pending:
        cls = pending.pop()
        if cls.__dict__.get(PROGRAM_MADE) is MIXED:
            yield cls
        pending += type.__subclasses__(cls)


def _owner(order: Iterable[type], name: str) -> type | None:
    """The first class that defines `name`."""
    return next((kind for kind in order if name in kind.__dict__), None)
