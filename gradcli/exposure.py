"""The attributes of this package's classes that programs may use, and the gate for values (rules R2 and R3).

A class is registered where it is defined, by the decorator `exposed`. The keys of the table are class objects, and a
program's class is never a key: nothing that it defines or inherits exposes anything.

`admit` is the gate for values that this package's code passes to programs. It decides by exact type; a value that no
program may hold ends the program with an internal error that no `except` catches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache, update_wrapper
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any, NamedTuple, TypeVar
from weakref import WeakKeyDictionary, WeakSet

from gradcli.faults.source import NamedValue

PROGRAM_MADE = ".user"      # the mark in the own dict of a program's classes
RESUMED = ".resumed"        # in that of its generator functions: what makes one that is resumed within a context
ADMITTING = ".admitting"    # where a function keeps what `admitting` makes of it
EMPTY: dict[str, Any] = {}

NO_NAMES: frozenset[str] = frozenset()
VIRTUAL = frozenset({"forward"})    # methods whose results come from programs, called too often to check each

Class = TypeVar("Class", bound=type)
Function = TypeVar("Function", bound=Callable[..., Any])
Display = Callable[[Any, Any], str]
Parts = Callable[[Any], tuple[str, list[Any], str]]


class Exposure(NamedTuple):
    """What programs may do with one class and with its instances."""

    read: frozenset[str] = NO_NAMES         # attributes of instances that programs may read
    write: frozenset[str] = NO_NAMES        # attributes of instances that programs may set
    class_read: frozenset[str] = NO_NAMES   # attributes of the class that programs may read
    open_attributes: bool = False           # whether instances hold attributes that programs set
    base: bool = False                      # whether programs may inherit from the class
    copied: bool = False                    # whether `copy` copies instances, attribute by attribute
    display: Display | None = None          # (instance, style) -> its text
    quoted: Display | None = None           # (instance, style) -> its repr, where that is not its text
    formatted: Display | None = None        # (instance, format specification) -> its text
    parts: Parts | None = None              # instance -> (text before its members, members, text after)


_table: WeakKeyDictionary[type, Exposure] = WeakKeyDictionary()
_functions: WeakSet[Any] = WeakSet()


def exposed(*read: str, write: Iterable[str] = (), class_read: Iterable[str] = (), open_attributes: bool = False,
            base: bool = False, copied: bool = False) -> Callable[[Class], Class]:
    """A class decorator that registers the class; it also exposes everything that its bases expose.

    read             attributes of instances that programs may read
    write            attributes of instances that programs may set
    class_read       attributes of the class that programs may read
    open_attributes  whether instances hold attributes that programs set
    base             whether programs may inherit from the class
    copied           whether `copy` copies instances, attribute by attribute

    `__display__(self, style)` or `__parts__(self)` of the class return its text, `__quoted__(self, style)` its repr if
    that differs, `__formatted__(self, specification)` what an f-string writes with a specification. Classes of the
    package that derive from this one need not be registered again, but `seal` must be called before programs get them.
    """
    def enter(cls: Class) -> Class:
        members = vars(cls)
        _table[cls] = Exposure(frozenset(read), frozenset(write), frozenset(class_read), open_attributes, base, copied,
                               members.get("__display__"), members.get("__quoted__"), members.get("__formatted__"),
                               members.get("__parts__"))
        _cached.cache_clear()
        seal(cls)
        return cls

    return enter


def named(name: str) -> Callable[[Class], Class]:
    """A class decorator: what Python's messages call the class, and the prefix of its methods there."""
    def rename(cls: Class) -> Class:
        cls.__name__, cls.__qualname__ = name, name.rpartition(".")[2]
        for attribute, value in vars(cls).items():
            if type(value) is FunctionType:
                value.__qualname__ = f"{cls.__qualname__}.{attribute}"
        return cls

    return rename


def renamed(function: Function, name: str, module: str = "") -> Function:
    """`function` with the name, and the module if there is one, that messages and its own text show."""
    function.__name__ = function.__qualname__ = name
    function.__module__ = module or function.__module__
    return function


def named_by_program(function: Any, name: str, qualname: str) -> Any:
    """`function` with names that a program gave it, and as a program's functions with no module."""
    function.__name__, function.__qualname__, function.__module__ = name, qualname, None
    return function


def seal(kind: type) -> None:
    """Wrap the exposed methods of a class and of its bases, so that they check `self` and pass results to `admit`."""
    for cls in kind.__mro__:
        exposure = exposure_of(cls)
        for name, value in list(vars(cls).items()) if exposure else ():
            if name in exposure.read and name not in VIRTUAL and type(value) is FunctionType:   # type: ignore[union-attr]  # exposed classes alone come here
                if "admits" not in vars(value):
                    setattr(cls, name, _method(cls, value))


def expose(cls: type, *read: str, write: Iterable[str] = (), class_read: Iterable[str] = (),
           parts: Parts | None = None) -> None:
    """Register a class that is made while programs run, such as a named tuple. Arguments as for `exposed`."""
    _table[cls] = Exposure(frozenset(read), frozenset(write), frozenset(class_read), parts=parts)
    _cached.cache_clear()


def expose_named_tuple(kind: Any, *read: str, class_read: Iterable[str] = (), name: str = "") -> None:
    """Register a class of named tuples: programs read its fields, and it prints as a call of its name, or `name`."""
    expose(kind, *kind._fields, *read, class_read=class_read, parts=lambda value: (
        f"{name or type(value).__name__}(", [NamedValue(*pair) for pair in zip(kind._fields, value, strict=True)], ")"))


def _merged(kind: type) -> Exposure | None:
    entries = [_table[base] for base in kind.__mro__ if base in _table]
    if not entries:
        return None
    return Exposure(
        read=NO_NAMES.union(*(entry.read for entry in entries)),
        write=NO_NAMES.union(*(entry.write for entry in entries)),
        class_read=NO_NAMES.union(*(entry.class_read for entry in entries)),
        open_attributes=any(entry.open_attributes for entry in entries), base=any(entry.base for entry in entries),
        copied=any(entry.copied for entry in entries),
        display=next((entry.display for entry in entries if entry.display), None),
        quoted=next((entry.quoted for entry in entries if entry.quoted), None),
        formatted=next((entry.formatted for entry in entries if entry.formatted), None),
        parts=next((entry.parts for entry in entries if entry.parts), None))


_cached = lru_cache(maxsize=2048)(_merged)
exposure_of: Callable[[type], Exposure | None] = _cached
"""The Exposure of a type: the union of those of the registered classes in its MRO; None if there is none."""


def exposed_names(kind: type) -> frozenset[str]:
    """The attributes that programs may read of every instance of a type."""
    exposure = exposure_of(kind)
    return NO_NAMES if exposure is None else exposure.read


def package_class(kind: type) -> type:
    """The first class in the MRO of `kind` that belongs to the package."""
    for base in kind.__mro__:
        if PROGRAM_MADE not in base.__dict__ and exposure_of(base) is not None:
            return base
    raise ForeignValue(f"{kind.__module__}.{kind.__qualname__}")


def closed_names(kind: type) -> frozenset[str]:
    """The private names of a program class's bases, which the class may neither define nor set."""
    names = frozenset({"args", "add_note", "with_traceback"}) if issubclass(kind, BaseException) else NO_NAMES
    return names.union(*(private_names(base) for base in kind.__mro__ if PROGRAM_MADE not in base.__dict__ and base
                         in _table))


@lru_cache(maxsize=256)
def private_names(kind: type) -> frozenset[str]:
    """The private names of a class of the package.

    They are the names with an underscore that the class and its bases define, hold in slots, or use in methods.
    """
    names: set[str] = set()
    for base in kind.__mro__[:-1]:
        members = vars(base)
        names.update(members, members.get("__annotations__", ()))
        codes = [code for value in members.values() if (code := _code_of(value)) is not None]
        while codes:
            code = codes.pop()
            names.update(code.co_names)
            codes += [constant for constant in code.co_consts if type(constant) is type(code)]
    exposure = exposure_of(kind) or Exposure()
    return frozenset(name for name in names if name[0] == "_" and name[:2] != "__") - exposure.read


def _code_of(value: Any) -> Any:
    function = value.fget if type(value) is property else getattr(value, "__wrapped__", value)
    return getattr(getattr(function, "__func__", function), "__code__", None)


# the gate

ATOMS = frozenset({type(None), bool, int, float, complex, str, type(...), type(NotImplemented), slice, range})
ADMITTED: set[type] = set(ATOMS)
"""Types whose values all pass `admit`: Python's atoms, and the classes of this package that have passed it before."""
CONTAINERS: frozenset[type] = frozenset({list, tuple, dict, set, frozenset,
                                         type({}.keys()), type({}.values()), type({}.items())})
NESTED = (dict, list, tuple, set, frozenset)
ITERATORS: frozenset[type] = frozenset(map(type, (
    iter([]), iter(()), iter(set()), iter(""), iter("é"), iter(range(1)), iter(range(1 << 70)), reversed([]),
    iter({}), iter({}.items()), iter({}.values()), reversed({}), reversed({}.items()), reversed({}.values()),
    iter(type("Numbered", (), {"__getitem__": None})()))))
WRAPPERS: frozenset[type] = frozenset({property, staticmethod, classmethod, super, enumerate, zip, map, filter,
                                       reversed})
METHOD_DESCRIPTORS = frozenset({type(str.join), type(dict.__dict__["fromkeys"])})
EXCEPTIONS: frozenset[type] = frozenset({
    Exception, ArithmeticError, AssertionError, AttributeError, FloatingPointError, ImportError, ModuleNotFoundError,
    IndexError, KeyError,
    LookupError, NameError, NotImplementedError, OverflowError, RuntimeError, StopIteration, SyntaxError, TypeError,
    UnboundLocalError, ValueError, ZeroDivisionError, Warning, UserWarning, DeprecationWarning, RuntimeWarning,
    RecursionError, MemoryError, EOFError, OSError, BlockingIOError, ChildProcessError, ConnectionError,
    BrokenPipeError, ConnectionAbortedError, ConnectionRefusedError, ConnectionResetError, FileExistsError,
    FileNotFoundError, InterruptedError, IsADirectoryError, NotADirectoryError, PermissionError, ProcessLookupError,
    TimeoutError})      # OSError(number, text) makes one of its subclasses


class ProgramClass(type):
    """The metaclass of programs' classes. Unlike `type`, it has no `|` for unions."""

    def __or__(self, other: Any) -> Any:
        return NotImplemented

    __ror__ = __or__


ProgramClass.__name__ = ProgramClass.__qualname__ = "type"      # as Python's messages call it
ProgramClass.__module__ = "builtins"


class ForeignValue(BaseException):
    """A value that no program may hold reached the gate: an error in this package."""


def expose_functions(functions: Iterable[Any]) -> None:
    """Allow programs to hold these built-in functions, such as `len` and `math.sin`."""
    _functions.update([function for function in functions if type(function) is BuiltinFunctionType])


def admit(value: Any) -> Any:
    """Return `value` if programs may hold it; raise ForeignValue otherwise."""
    kind = type(value)
    if kind in ADMITTED or kind in SHORT_WAYS and SHORT_WAYS[kind](value) or PROGRAM_MADE in kind.__dict__ or (
            admissible(value)):
        return value
    raise ForeignValue(f"{type(value).__module__}.{type(value).__qualname__}")


def _all_held(values: Iterable[Any]) -> bool:
    """Whether the members of a list or tuple are all of types whose values pass."""
    return ADMITTED.issuperset(map(type, values))


def _bound_to_held(method: Any) -> bool:
    """Whether the owner of a method is no class, and of a type whose values all pass."""
    owner = method.__self__
    kind = type(owner)
    return (kind in ADMITTED or PROGRAM_MADE in kind.__dict__) and not isinstance(owner, type)


# for frequent types, what saves `admissible` a look at a value that it would let pass
SHORT_WAYS: dict[type, Callable[[Any], bool]] = {list: _all_held, tuple: _all_held, MethodType: _bound_to_held}


def admissible(value: Any) -> bool:
    """Whether the types of `value` and of everything in it are among those that programs may hold."""
    visited: set[int] = set()
    pending = [value]
    while pending:
        value = pending.pop()
        kind = type(value)
        if kind not in CONTAINERS:
            if kind in ATOMS or kind in ITERATORS or kind in WRAPPERS or PROGRAM_MADE in kind.__dict__:
                continue
            if not isinstance(value, NESTED):
                if not _admissible_leaf(value, kind):
                    return False
                continue
            if not exposure_of(kind):
                return False
        if id(value) not in visited:
            visited.add(id(value))
            for part in (value, value.values()) if isinstance(value, dict) else (value,):
                if not ADMITTED.issuperset(map(type, part)):
                    pending += [member for member in part if type(member) not in ADMITTED]
    return True


def _admissible_leaf(value: Any, kind: type) -> bool:
    if issubclass(kind, ProgramClass):
        return PROGRAM_MADE in value.__dict__
    if kind is MethodType:
        owner = value.__self__
        if isinstance(owner, type):     # a class method, such as apply of a Function
            exposure = exposure_of(owner)
            return exposure is not None and value.__name__ in exposure.class_read or (
                _of_program(owner, value.__func__))
        return admissible(owner)
    if kind is BuiltinFunctionType:
        return value in _functions or _bound_to_own(value.__self__, value.__name__)
    if kind is FunctionType or kind in EXCEPTIONS or kind in METHOD_DESCRIPTORS:
        return True
    if exposure_of(kind) is None:
        return False
    ADMITTED.add(kind)
    return True


def _of_program(owner: type, function: Any) -> bool:
    """Whether `function` is a class method that a program's class in the MRO of `owner` defines."""
    return any(type(attribute) is classmethod and attribute.__func__ is function
               for kind in owner.__mro__ if PROGRAM_MADE in kind.__dict__ for attribute in kind.__dict__.values())


def _bound_to_own(owner: Any, name: str) -> bool:
    """Whether a built-in method is bound to a container, or to an object that exposes it under this name."""
    exposure = exposure_of(type(owner))
    return type(owner) in ATOMS | CONTAINERS | WRAPPERS or (exposure is not None and name in exposure.read)


def admitting(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` with its results passed to `admit`, so that programs may hold it; the same one at each call."""
    known: Callable[..., Any] | None = getattr(function, "__dict__", EMPTY).get(ADMITTING)
    if known is not None:
        return known

    def call(*args: Any, **options: Any) -> Any:
        result = function(*args, **options)
        return result if type(result) in ADMITTED else admit(result)

    update_wrapper(call, function)
    call.__module__ = "builtins"        # as Python's messages call it
    call.__qualname__ = call.__qualname__.rpartition("<locals>.")[2]
    if type(function) is FunctionType:      # each session asks for it again
        vars(function)[ADMITTING] = call
    return call


def _method(cls: type, function: Callable[..., Any]) -> Callable[..., Any]:
    """The method `function` of `cls`, which raises TypeError for a `self` of any other class, and admits its result."""
    name = function.__name__

    def method(self: Any, /, *args: Any, **options: Any) -> Any:
        if not isinstance(self, cls):
            raise TypeError(f"descriptor '{name}' for '{cls.__name__}' objects doesn't apply to a "
                            f"'{type(self).__name__}' object")
        result = function(self, *args, **options)
        return result if type(result) in ADMITTED else admit(result)

    wrapped = update_wrapper(method, function)
    vars(wrapped)["admits"] = True
    return wrapped
