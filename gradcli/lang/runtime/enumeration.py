"""`enum`: classes of the program whose members are all there are of them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from keyword import iskeyword
from types import FunctionType
from typing import Any

from gradcli.exposure import PROGRAM_MADE, ProgramClass, closed_names, exposed, named, renamed, seal
from gradcli.faults.tree import PolicyFault
from gradcli.lang.budget import Budget
from gradcli.lang.policy import checked_name
from gradcli.lang.runtime.types import MIXED

PARTS = (FunctionType, property, staticmethod, classmethod)     # of a class that are no members


@named("auto")
@exposed()
class Auto:
    """The next value."""


class EnumClass(ProgramClass):
    """The type of these classes: it goes through their members, and finds them by name and value."""

    def __new__(mcs, name: str, bases: tuple[type, ...], body: dict[str, Any], **options: Any) -> Any:
        values = {key: value for key, value in body.items() if _is_member(key, value)}
        rest = {key: value for key, value in body.items() if key not in values}
        above = next((base for base in bases if getattr(base, ".members", None)), None)
        if above is not None:
            raise TypeError(f"<enum {name!r}> cannot extend <enum {above.__name__!r}>")
        return super().__new__(mcs, name, bases, {**rest, ".values": values, ".members": {}})

    def __call__(cls, value: Any, names: Any = None, **options: Any) -> Any:
        if names is not None:
            return enumeration(cls, getattr(cls, ".formatter"), value, names, **options)
        for member in _members(cls).values():
            if member is value or _is_equal(member._value, value):
                return member
        show = getattr(cls, ".formatter").repr
        raise ValueError(f"{show(value)} is not a valid {cls.__qualname__}")

    def __iter__(cls) -> Iterator[Any]:
        return iter([member for name, member in _members(cls).items() if member._name == name])

    def __reversed__(cls) -> Iterator[Any]:
        return iter([*iter(cls)][::-1])

    def __len__(cls) -> int:
        return sum(1 for _ in iter(cls))

    def __bool__(cls) -> bool:
        return True

    def __getitem__(cls, name: Any) -> Any:
        return _members(cls)[name]

    def __contains__(cls, value: Any) -> bool:
        if not isinstance(value, Enum):
            raise TypeError("unsupported operand type(s) for 'in': "
                            f"'{type(value).__qualname__}' and 'EnumType'")
        return isinstance(value, cls)

    def __setattr__(cls, name: str, value: Any) -> None:
        if name in _members(cls):
            raise AttributeError(f"cannot reassign member {name!r}")
        super().__setattr__(name, value)

    def __delattr__(cls, name: str) -> None:
        if name in _members(cls):
            raise AttributeError(f"{cls.__name__!r} cannot delete member {name!r}.")
        super().__delattr__(name)


EnumClass.__call__.__qualname__ = "EnumType.__call__"      # as CPython's messages call it


def _is_member(name: str, value: Any) -> bool:
    return name[:1] != "." and not name.startswith("__") and not isinstance(value, PARTS) and (
        not (name.startswith("_") and name.endswith("_")))


def _members(cls: type) -> dict[str, Any]:
    members: dict[str, Any] = cls.__dict__.get(".members", {})
    return members


@exposed("name", "value", base=True)
class Enum(metaclass=EnumClass):
    """The base of enumerations."""

    __slots__ = ("__dict__", "_name", "_value")

    _name: str
    _value: Any

    @property
    def name(self) -> str:
        """What the member is called."""
        return self._name

    @property
    def value(self) -> Any:
        """What it stands for."""
        return self._value

    def __repr__(self) -> str:
        return f"<{type(self).__name__}.{self._name}: {getattr(type(self), '.formatter').repr(self._value)}>"

    def __str__(self) -> str:
        return f"{type(self).__name__}.{self._name}"

    def __format__(self, spec: str) -> str:
        text: str = getattr(type(self), ".formatter").format(str(self), spec)
        return text

    def __hash__(self) -> int:
        return hash(self._name)


def _is_equal(one: Any, other: Any) -> bool:
    """Whether a dict takes two values for one key; those that cannot be hashed are compared."""
    try:
        if hash(one) != hash(other):
            return False
    except TypeError:
        pass
    return one is other or bool(one == other)


def create_members(cls: Any, formatter: Any) -> None:
    """Make the members of a class that has just been built."""
    type.__setattr__(cls, ".formatter", formatter)
    members: dict[str, Any] = cls.__dict__[".members"]
    before: list[Any] = []
    for name, value in cls.__dict__[".values"].items():
        if type(value) is Auto:
            value = _next_value(cls, name, before)
        before.append(value)
        existing = next((member for member in members.values() if _is_equal(member._value, value)), None)
        members[name] = existing if existing is not None else _member(cls, name, value)
        type.__setattr__(cls, name, members[name])


def enumeration(base: Any, formatter: Any, name: Any, names: Any, *, module: Any = None, qualname: Any = None,
                start: Any = 1) -> Any:
    """The class that `Enum("Color", "RED GREEN")` makes, with members that count from `start`.

    `names` is a text or a list of names, or a list of pairs or a dict of names and values; `module` and `qualname` tell
    where the class stands, which nothing here asks for.
    """
    if isinstance(names, str):
        names = names.replace(",", " ").split()
    values: dict[str, Any] = {}
    for key, value in _names_and_values(names):
        if not isinstance(key, str):
            len(key), hash(key)     # which CPython asks first, in these words
        if not (isinstance(key, str) and (iskeyword(key) or not key.isidentifier() and key[:1] != ".")):
            checked_name(key)       # what begins with a dot is the package's own
        if key in values:
            raise TypeError(f"{key!r} already defined as {formatter.repr(values[key])}")
        values[key] = _next_value(base, key, [*values.values()], start) if value is COUNTED else value
    if invalid := [key for key in values if key in ("mro", "")]:
        raise ValueError(f"invalid enum member name(s) {','.join(map(repr, invalid))}")
    if conflicts := closed_names(base) & values.keys():
        raise PolicyFault(f"{checked_name(name)} cannot define {min(conflicts)}: its base class needs that name")
    cls = EnumClass(checked_name(name), (base,), values)
    type.__setattr__(cls, PROGRAM_MADE, MIXED)
    create_members(cls, formatter)
    return cls


def _names_and_values(names: Any) -> Iterator[Any]:
    """The names that an enumeration is made of, with their values: pairs, or names that are all counted."""
    if isinstance(names, list | tuple) and names and isinstance(names[0], str):
        return ((name, COUNTED) for name in Budget().bounded(names))
    return ((item, names[item]) if isinstance(item, str) else item for item in Budget().bounded(names))


enumeration.__qualname__ = EnumClass.__call__.__qualname__
COUNTED = object()      # the value of a name that stands alone


def _next_value(cls: type, name: str, before: list[Any], start: Any = 1) -> Any:
    if issubclass(cls, TextEnum):
        return name.lower()
    return next((value + 1 for value in reversed(before) if type(value) in (int, float, bool)), start)


def _member(cls: Any, name: str, value: Any) -> Any:
    args = value if type(value) is tuple else (value,)
    if issubclass(cls, IntEnum) and type(value) is not int:
        value = Budget().checked_bits(int(*args))
    if issubclass(cls, TextEnum) and type(value) is not str:
        value = _text_of(cls, args)
    member = object.__new__(cls)
    member._name, member._value = name, value
    begin = cls.__init__
    if begin is not object.__init__:
        begin(member, *args)
    return member


def _text_of(cls: Any, args: tuple[Any, ...]) -> str:
    """What `str(*args)` makes of the values of a member; those of a StrEnum must be texts."""
    formatter = getattr(cls, ".formatter")
    if len(args) == 1:
        if type(args[0]) is not str and not issubclass(cls, MixedText):
            raise TypeError(f"{formatter.repr(args[0])} is not a string")
        text: str = args[0] if type(args[0]) is str else formatter.format(args[0], "")
        return text
    if len(args) > 3:
        raise TypeError(f"str() takes at most 3 arguments ({len(args)} given)" if issubclass(cls, MixedText) else
                        f"too many arguments for str(): {formatter.repr(args)}")
    for word, option in zip(("encoding", "errors"), args[1:], strict=False):
        if type(option) is not str:
            raise TypeError(f"{word} must be a string, not {formatter.repr(option)}")
    if args:
        raise TypeError("decoding str is not supported" if type(args[0]) is str else
                        f"decoding to str: need a bytes-like object, {type(args[0]).__name__} found")
    return ""


class IntEnum(Enum):
    """Members that count as their numbers; they are no ints, so that nothing takes them for one without asking."""

    __slots__ = ()

    def __str__(self) -> str:
        return str(self._value)

    def __format__(self, spec: str) -> str:
        text: str = getattr(type(self), ".formatter").format(self._value, spec)
        return text

    def __hash__(self) -> int:
        return hash(self._value)

    def __index__(self) -> int:
        number: int = self._value
        return number

    __int__ = __index__

    def __float__(self) -> float:
        return float(self._value)

    def __bool__(self) -> bool:
        return bool(self._value)


TEXT = ("capitalize casefold count endswith find index isalnum isalpha isdigit islower isspace isupper lower lstrip "
        "partition removeprefix removesuffix rfind rpartition rsplit rstrip split startswith strip swapcase title "
        "upper").split()
"""What members that count as texts have of the methods of texts."""


@exposed(*TEXT, base=True)
class TextEnum(Enum):
    """Members that count as their texts."""

    __slots__ = ()

    def __str__(self) -> str:
        return str(self._value)

    def __hash__(self) -> int:
        return hash(self._value)


class MixedNumber(IntEnum):
    """What `class C(int, Enum)` inherits from: its members look like members."""

    __slots__ = ()
    __str__, __format__ = Enum.__str__, Enum.__format__


class MixedText(TextEnum):
    """What `class C(str, Enum)` inherits from."""

    __slots__ = ()
    __str__, __format__ = Enum.__str__, Enum.__format__


PLAIN = frozenset({int, float, bool, str})


def _operand(kind: type, value: Any) -> Any:
    """The plain value of the other side; NotImplemented for what is neither plain nor a member of that kind."""
    if isinstance(value, kind):
        return value._value     # type: ignore[attr-defined]  # a member
    return value if type(value) in PLAIN else NotImplemented


def _compared(kind: type, compare: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def comparison(self: Any, other: Any) -> Any:
        plain = _operand(kind, other)
        if plain is NotImplemented or (type(plain) is str) is not (type(self._value) is str):
            return NotImplemented
        return compare(self._value, plain)

    return comparison


def _set_number_operator(name: str) -> None:
    """Give IntEnum an operator and its reflected form, as whole numbers have them."""
    plain = getattr(int, f"__{name}__"), getattr(float, f"__{name}__", None)

    def operate(self: Any, other: Any) -> Any:
        number = _operand(IntEnum, other)
        if type(number) is float and plain[1] is not None:
            return plain[1](float(self._value), number)
        return Budget().checked_bits(plain[0](self._value, number)) if isinstance(number, int) else NotImplemented

    def reflected(self: Any, other: Any) -> Any:
        number = _operand(IntEnum, other)
        if type(number) is float and plain[1] is not None:
            return plain[1](number, float(self._value))
        return Budget().checked_bits(plain[0](number, self._value)) if isinstance(number, int) else NotImplemented

    setattr(IntEnum, f"__{name}__", operate)
    setattr(IntEnum, f"__r{name}__", reflected)


for _name in ("lt", "le", "gt", "ge", "eq", "ne"):
    setattr(IntEnum, f"__{_name}__", _compared(IntEnum, getattr(operator, _name)))
    setattr(TextEnum, f"__{_name}__", _compared(TextEnum, getattr(operator, _name)))
for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "and", "or", "xor"):
    _set_number_operator(_name)
for _name in ("neg", "pos", "abs", "invert"):
    setattr(IntEnum, f"__{_name}__", (lambda sign: lambda self: sign(self._value))(getattr(operator, _name)))


def _joined(self: Any, other: Any) -> Any:
    text = _operand(TextEnum, other)
    return Budget().checked_length(self._value + text) if isinstance(text, str) else NotImplemented


def _joined_behind(self: Any, other: Any) -> Any:
    text = _operand(TextEnum, other)
    return Budget().checked_length(text + self._value) if isinstance(text, str) else NotImplemented


setattr(TextEnum, "__add__", _joined)           # noqa: B010  # as the operators of IntEnum are set
setattr(TextEnum, "__radd__", _joined_behind)   # noqa: B010  # str has none of that name


def _text_method(name: str) -> Callable[..., Any]:
    def method(self: Any, *args: Any, **options: Any) -> Any:
        return getattr(self._value, name)(*args, **options)

    return renamed(method, name)


for _name in TEXT:
    setattr(TextEnum, _name, _text_method(_name))
seal(TextEnum)
for _name, _sign in (("len", len), ("iter", iter), ("getitem", operator.getitem), ("contains", operator.contains)):
    setattr(TextEnum, f"__{_name}__", (lambda sign: lambda self, *args: sign(self._value, *args))(_sign))


def unique(enumeration: Any) -> Any:
    """An enumeration none of whose members is another one's second name."""
    duplicates = [(name, member._name) for name, member in _members(enumeration).items() if member._name != name]
    if duplicates:
        aliases = ", ".join(f"{name} -> {first}" for name, first in duplicates)
        raise ValueError(f"duplicate values found in <enum {enumeration.__name__!r}>: {aliases}")
    return enumeration
