"""`dataclasses`: classes of the program whose attributes are declared once.

What CPython makes by putting together the text of functions is made of closures here: no text becomes code.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from types import FunctionType
from typing import Any, NamedTuple

from gradcli.exposure import PROGRAM_MADE, exposed, named, named_by_program
from gradcli.faults.tree import ArgumentFault, AttributeFault, PolicyFault
from gradcli.lang.policy import checked_name
from gradcli.lang.runtime.types import OWN, STAND_INS, TypeProxy, user_class
from gradcli.namespace.python.copy import deepcopy

RECORD = ".dataclass"       # the attribute that holds what is known of a dataclass; no program can spell it
CLASS, INIT, KEYWORDS = "ClassVar", "InitVar", "KW_ONLY"


@named("_MISSING_TYPE")
@exposed()
class Missing:
    """The value of a missing default."""

    def __display__(self, style: Any) -> str:
        return "<dataclasses._MISSING_TYPE object>"


MISSING, FACTORY = Missing(), Missing()


@exposed("name", "default", "default_factory", "init", "repr", "hash", "compare", "kw_only")
class Field:
    """One attribute of a dataclass."""

    __slots__ = ("compare", "default", "default_factory", "hash", "init", "kind", "kw_only", "name", "repr")

    def __init__(self, default: Any = MISSING, default_factory: Any = MISSING, init: Any = True, repr: Any = True,
                 hash: Any = None, compare: Any = True, kw_only: Any = None) -> None:
        self.default, self.default_factory = default, default_factory
        self.init, self.repr, self.compare = bool(init), bool(repr), bool(compare)
        self.hash = self.compare if hash is None else bool(hash)
        self.kw_only: Any = kw_only
        self.name = self.kind = ""

    def __display__(self, style: Any) -> str:
        return f"Field(name={self.name!r})"


class DataclassRecord(NamedTuple):
    """The fields of a dataclass in order, those of bases first, and whether it is frozen."""

    fields: tuple[Field, ...]
    frozen: bool


class Frozen(AttributeFault):
    """FrozenInstanceError: a field of a frozen object was assigned or deleted."""


def field(*, default: Any = MISSING, default_factory: Any = MISSING, init: Any = True, repr: Any = True,
          hash: Any = None, compare: Any = True, metadata: Any = None, kw_only: Any = None) -> Any:
    """dataclasses.field: the options of one field."""
    if default is not MISSING and default_factory is not MISSING:
        raise ValueError("cannot specify both default and default_factory")
    return Field(default, default_factory, init, repr, hash, compare, kw_only)


ORDERING = ("__lt__", "__le__", "__gt__", "__ge__")
OPTIONS = ("init", "repr", "eq", "order", "unsafe_hash", "frozen", "match_args", "kw_only", "slots", "weakref_slot")


def dataclass(cls: Any = None, /, **options: Any) -> Any:
    """The decorator `dataclass`: it adds `__init__`, `__repr__`, `__eq__` and the like to a class of the program."""
    for name in options:
        if name not in OPTIONS:
            raise TypeError(f"dataclass() got an unexpected keyword argument '{name}'")
    settings = {name: bool(value) for name, value in options.items()}
    return (lambda program_class: _process(program_class, settings)) if cls is None else _process(cls, settings)


def _process(cls: Any, options: dict[str, bool]) -> Any:
    if not user_class(cls):
        raise ArgumentFault("dataclass stands before a class of the program", "@dataclass")
    if cls.__dict__[PROGRAM_MADE] is not OWN:
        raise PolicyFault("a dataclass inherits from classes of the program alone",
                          ("self.lr = lr", "in its __init__, keeps a value"))
    frozen, equal = options.get("frozen", False), options.get("eq", True)
    fields = _fields(cls, frozen, options.get("kw_only", False))
    members = cls.__dict__
    repr_names, compare_names = [f.name for f in fields if f.repr], [f.name for f in fields if f.compare]
    methods: dict[str, Any] = {}
    if options.get("init", True):
        methods["__init__"] = _init(cls, fields)
    if options.get("repr", True) and "__repr__" not in members:
        methods["__repr__"] = _repr(repr_names)
    if equal and "__eq__" not in members:
        methods["__eq__"] = _compared(cls, compare_names, tuple.__eq__)
    if options.get("order"):
        methods |= _ordering(cls, compare_names, equal)
    explicit = "__hash__" in members and not (members["__hash__"] is None and "__eq__" in members)
    if options.get("unsafe_hash") and explicit:
        raise TypeError(f"Cannot overwrite attribute __hash__ in class {cls.__name__}")
    if options.get("unsafe_hash") or (equal and frozen and not explicit):
        methods["__hash__"] = _hash([f.name for f in fields if f.hash])
    elif equal and not explicit:
        methods["__hash__"] = None
    if frozen:
        methods |= {"__setattr__": _unchanging(cls, fields, "assign to"),
                    "__delattr__": _unchanging(cls, fields, "delete")}
    for name, value in methods.items():
        if type(value) is FunctionType:
            named_by_program(value, name, f"{cls.__qualname__}.{name}")
        type.__setattr__(cls, name, value)
    if "__match_args__" not in members:
        type.__setattr__(cls, "__match_args__", tuple(f.name for f in fields if f.init and not f.kw_only))
    type.__setattr__(cls, RECORD, DataclassRecord(fields, frozen))
    return cls


def _ordering(cls: type, names: list[str], equal: bool) -> dict[str, Any]:
    """The methods behind <, <=, > and >=, which compare the fields of these names as tuples."""
    if not equal:
        raise ValueError("eq must be true if order is true")
    for name in ORDERING:
        if name in cls.__dict__:
            raise TypeError(f"Cannot overwrite attribute {name} in class {cls.__name__}. "
                            "Consider using functools.total_ordering")
    return {name: _compared(cls, names, getattr(tuple, name)) for name in ORDERING}


def _fields(cls: type, frozen: bool, kw_only: bool) -> tuple[Field, ...]:
    """The fields of the bases and of the class, in order of definition; the defaults stay class attributes."""
    fields: dict[str, Field] = {}
    for base in cls.__mro__[-1:0:-1]:
        record = base.__dict__.get(RECORD)
        if record is not None:
            fields |= {field.name: field for field in record.fields}
            if record.frozen is not frozen:
                raise TypeError("cannot inherit frozen dataclass from a non-frozen one" if frozen else
                                "cannot inherit non-frozen dataclass from a frozen one")
    for name, kind in cls.__dict__.get(".fields", ()):
        if kind == KEYWORDS:
            kw_only = True
        elif kind != CLASS:
            fields[name] = _field(cls, checked_name(name), kind, kw_only)
    return tuple(fields.values())


def _field(cls: type, name: str, kind: str, kw_only: bool) -> Field:
    default = cls.__dict__.get(name, MISSING)
    field = default if type(default) is Field else Field(default)
    field.name, field.kind = name, kind
    if field.kw_only is None:
        field.kw_only = kw_only
    if field.default is not MISSING and type(field.default).__hash__ is None:
        raise ValueError(f"mutable default <class '{type(field.default).__name__}'> for field {name} is not allowed: "
                         "use default_factory")
    if type(default) is Field:
        if field.default is MISSING:
            type.__delattr__(cls, name)
        else:
            type.__setattr__(cls, name, field.default)
    return field


def _binder(cls: type, fields: Iterable[Field]) -> Callable[..., tuple[Any, ...]]:
    """A function with the parameters of `__init__` that returns their values, so that Python binds and checks them."""
    first = sorted((f for f in fields if f.init), key=lambda f: bool(f.kw_only))
    places, keywords = [f for f in first if not f.kw_only], [f for f in first if f.kw_only]
    defaults = [_default(f) for f in places]
    for f, before, default in zip(places[1:], defaults, defaults[1:], strict=False):
        if default is MISSING and before is not MISSING:
            raise TypeError(f"non-default argument {f.name!r} follows default argument")
    nothing = ast.Constant(None)
    node = ast.Lambda(
        ast.arguments([ast.arg(".self")], [ast.arg(f.name) for f in places], None, [ast.arg(f.name) for f in keywords],
                      [nothing if _default(f) is not MISSING else None for f in keywords], None,
                      [nothing] * sum(default is not MISSING for default in defaults)),
        ast.Tuple([ast.Name(name, ast.Load()) for name in (".self", *(f.name for f in first))], ast.Load()))
    code = compile(ast.fix_missing_locations(ast.Expression(node)), "<dataclass>", "eval")
    function = next(constant for constant in code.co_consts if type(constant) is type(code))
    bind = FunctionType(function, {"__builtins__": {}}, "__init__")
    bind.__qualname__ = f"{cls.__qualname__}.__init__"
    bind.__defaults__ = tuple(default for default in defaults if default is not MISSING)
    bind.__kwdefaults__ = {f.name: _default(f) for f in keywords if _default(f) is not MISSING}
    return bind


def _default(f: Field) -> Any:
    return FACTORY if f.default_factory is not MISSING else f.default


def _init(cls: type, fields: tuple[Field, ...]) -> Callable[..., None]:
    bind, write = _binder(cls, fields), object.__setattr__
    names = [f.name for f in sorted((f for f in fields if f.init), key=lambda f: bool(f.kw_only))]
    if names == [f.name for f in fields] and all(f.kind != INIT and f.default_factory is MISSING for f in fields):
        return _plain_init(bind, names)

    def __init__(*args: Any, **options: Any) -> None:
        self, *values = bind(*args, **options)
        values_by_name = dict(zip(names, values, strict=True))
        extra = []
        for f in fields:
            value = values_by_name.get(f.name, _default(f))
            if value is FACTORY:
                value = f.default_factory()
            if f.kind == INIT:
                extra.append(value)
            elif value is not MISSING and (f.init or f.default_factory is not MISSING):
                write(self, f.name, value)
        if hasattr(type(self), "__post_init__"):
            self.__post_init__(*extra)

    return __init__


def _plain_init(bind: Callable[..., tuple[Any, ...]], names: list[str]) -> Callable[..., None]:
    """The same where every field is a parameter, in that order, and has its value as it comes."""
    write = object.__setattr__

    def __init__(*args: Any, **options: Any) -> None:
        values = iter(bind(*args, **options))
        self = next(values)
        for name, value in zip(names, values, strict=True):
            write(self, name, value)
        if hasattr(type(self), "__post_init__"):
            self.__post_init__()

    return __init__


def _repr(names: list[str]) -> Callable[[Any], str]:
    showing: set[int] = set()

    def __repr__(self: Any) -> str:
        if id(self) in showing:
            return "..."
        showing.add(id(self))
        try:
            show = getattr(type(self), ".formatter").repr
            return f"{type(self).__qualname__}({', '.join(f'{n}={show(getattr(self, n))}' for n in names)})"
        finally:
            showing.discard(id(self))

    return __repr__


def _values(self: Any, names: list[str]) -> tuple[Any, ...]:
    return tuple(getattr(self, name) for name in names)


def _compared(cls: type, names: list[str], compare: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def comparison(self: Any, other: Any) -> Any:
        if type(other) is not type(self):
            return NotImplemented
        return compare(_values(self, names), _values(other, names))

    return comparison


def _hash(names: list[str]) -> Callable[[Any], int]:
    def __hash__(self: Any) -> int:
        hashed: int = getattr(type(self), ".formatter").hash_of(_values(self, names))
        return hashed

    return __hash__


def _unchanging(cls: type, fields: tuple[Field, ...], verb: str) -> Callable[..., None]:
    names, above = {f.name for f in fields}, "__setattr__" if verb == "assign to" else "__delattr__"

    def change(self: Any, name: str, *value: Any) -> None:
        if type(self) is cls or name in names:
            fault = Frozen(f"the object is frozen: its field {name} cannot change", f"replace(x, {name}=...)")
            fault.args = (f"cannot {verb} field {name!r}",)
            raise fault
        getattr(super(cls, self), above)(name, *value)

    return change


def is_dataclass(obj: Any) -> bool:
    """Whether `obj` is a dataclass or an object of one."""
    return _record(obj) is not None


def _record(obj: Any) -> DataclassRecord | None:
    kind = obj if user_class(obj) else type(obj)
    record = next((base.__dict__[RECORD] for base in kind.__mro__ if RECORD in base.__dict__), None)
    return record if type(record) is DataclassRecord else None


def _of(obj: Any, message: str) -> tuple[Field, ...]:
    record = _record(obj)
    if record is None or user_class(obj):
        raise TypeError(message)
    return tuple(f for f in record.fields if f.kind != INIT)


def fields(class_or_instance: Any) -> tuple[Field, ...]:
    """The fields of a dataclass."""
    record = _record(class_or_instance)
    if record is None:
        raise TypeError("must be called with a dataclass type or instance")
    return tuple(f for f in record.fields if f.kind != INIT)


def asdict(obj: Any) -> dict[str, Any]:
    """The fields as a dict, recursively."""
    fields = _of(obj, "asdict() should be called on dataclass instances")
    return _as_container(obj, fields, dict)


def astuple(obj: Any) -> tuple[Any, ...]:
    """The values of the fields as a tuple, recursively."""
    fields = _of(obj, "astuple() should be called on dataclass instances")
    return _as_container(obj, fields, lambda pairs: tuple(value for _, value in pairs))


def _as_container(obj: Any, fields: tuple[Field, ...], make: Callable[[Any], Any]) -> Any:
    return make([(f.name, _inner(getattr(obj, f.name), make)) for f in fields])


def _inner(value: Any, make: Callable[[Any], Any]) -> Any:
    if _record(value) is not None and not user_class(value):
        return _as_container(value, _of(value, ""), make)
    if type(value) is list or type(value) is tuple:
        return type(value)(_inner(member, make) for member in value)
    if type(value) is dict:
        return {_inner(key, make): _inner(member, make) for key, member in value.items()}
    return deepcopy(value)


def replace(obj: Any, /, **changes: Any) -> Any:
    """A copy with some fields replaced."""
    for f in _of(obj, "replace() should be called on dataclass instances"):
        if not f.init:
            if f.name in changes:
                raise ValueError(f"field {f.name} is declared with init=False, it cannot be specified with replace()")
        elif f.name not in changes:
            changes[f.name] = getattr(obj, f.name)
    return type(obj)(**changes)


STAND_INS[Frozen] = FrozenInstanceError = TypeProxy("dataclasses.FrozenInstanceError", (Frozen,))
KW_ONLY = TypeProxy("dataclasses.KW_ONLY", ())
InitVar = TypeProxy("dataclasses.InitVar", ())
