"""Values to text: print, str, repr, f-strings, `%` and str.format (rule R5).

One formatter for all of them. No Python format string is ever built from a program's text:
specifications are taken apart here, their widths capped, and only numbers and strings meet
Python's own formatting.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from types import BuiltinFunctionType, FunctionType, MethodDescriptorType, MethodType, ModuleType
from typing import Any

from gradcli.exposure import PROGRAM_MADE, exposure_of
from gradcli.faults.arguments import IN_C
from gradcli.faults.mistakes import SizeLimit
from gradcli.faults.tree import Fault, LimitFault
from gradcli.lang.budget import Budget
from gradcli.lang.messages.python_words import python_error, python_kind, python_name
from gradcli.lang.policy import Policy
from gradcli.lang.runtime.enumeration import EnumClass
from gradcli.lang.runtime.exceptions import args_of, file_of
from gradcli.lang.runtime.types import TypeProxy, user_class

SMALL = 1 << 62     # whole numbers below it are short; CPython compares those below 1 << 30 fastest, and literals
SPECS = 500         # how many specifications are remembered
WIDTH = 10_000      # the widest field, and the most digits after the point
LONGEST_WIDTH = 4000    # digits that a width is written with, leading zeros included

SPEC = re.compile(r"(?:(?:[^{}]|[{}])?[<>=^])?[-+ ]?z?#?0?(?P<width>\d+)?[_,]?(?:\.(?P<precision>\d+))?[a-zA-Z%]?",
                  re.DOTALL)
SHORT = 1000        # members of a container up to which Python's own text of it is tried
FUNCTIONS = frozenset({FunctionType, BuiltinFunctionType, MethodType, MethodDescriptorType})
NUMBERS = frozenset({int, float, complex, bool})
SCALARS = NUMBERS | {str, type(None)}
SETS = frozenset({set, frozenset})
HASHED: set[type] = {slice, range}       # by what they hold; numbers of the package add their classes
FRAMES = {list: ("[", "]"), tuple: ("(", ")"), set: ("{", "}"), frozenset: ("frozenset({", "})"), dict: ("{", "}"),
          type({}.keys()): ("dict_keys([", "])"), type({}.values()): ("dict_values([", "])"),
          type({}.items()): ("dict_items([", "])")}
UNNAMED = ("builtins", "gradcli")      # packages whose names are left away before those of their classes
TENSOR_CLASSES = frozenset({"torch.Tensor", "torch.nn.parameter.Parameter"})
WRITTEN_IN_PYTHON = frozenset("""
    backward dim_order is_shared istft lu norm register_hook register_post_accumulate_grad_hook share_memory_ split stft
    storage storage_type unflatten unique unique_consecutive""".split())     # of the methods of PyTorch's tensors
TEXT, VALUE, LEAVE = range(3)


class Formatter:
    """How the values of one program become text."""

    def __init__(self, policy: Policy, budget: Budget) -> None:
        self.policy, self.budget = policy, budget
        self._narrow: set[str] = set()      # specifications of numbers and strings whose widths have been looked at
        self.read: Callable[[Any, str], Any] = getattr     # of what a template names; a program's guards replace it

    def text(self, value: Any) -> str:
        """str(value)."""
        kind = type(value)
        if kind is str:
            return value
        if kind is float or kind is int and -0x3fffffff < value < 0x3fffffff:
            return repr(value)
        if kind is int:
            return self._scalar(value)
        if PROGRAM_MADE in kind.__dict__ and _defines(kind, "__str__"):
            return self.budget.checked_length(str(value))
        if isinstance(value, BaseException):
            return self._message(value)
        if kind in SCALARS or kind in FRAMES or self.policy.text is None or not self._foreign(value):
            return self.repr(value)
        if PROGRAM_MADE in kind.__dict__ and self._defines_repr(kind):
            return self.repr(value)
        return self.policy.text(value)

    def object_repr(self, value: Any) -> str:
        """What `object.__repr__`, or that of an exception, gives."""
        return self.exception(value) if isinstance(value, BaseException) else self.anonymous(value)

    def object_str(self, value: Any) -> str:
        """What `object.__str__`, or that of an exception, gives."""
        return self._message(value) if isinstance(value, BaseException) else self.repr(value)

    def object_format(self, value: Any, spec: str) -> str:
        """What `object.__format__` gives."""
        if type(spec) is str and not spec:
            return self.text(value)
        raise python_error("a format specification cannot be used here", object.__format__, value, spec)

    def hash_of(self, value: Any) -> int:
        """hash(value); what Python would work out from an address is made up (rule R15)."""
        if isinstance(value, tuple):
            return hash(tuple(map(self.hash_of, value)))
        value = self.policy.plain_number(value)
        kind = type(value)
        if kind is frozenset:
            return hash(frozenset(map(self.hash_of, value)))
        if kind in NUMBERS or kind is str or kind.__hash__ is None or _defines(kind, "__hash__") or kind in HASHED:
            return hash(value)
        return self.policy.address(value) >> 4

    def repr(self, value: Any) -> str:
        """repr(value); containers within containers are gone through without recursion."""
        if type(value) in SCALARS:
            return self._scalar(value)
        if type(value) in FRAMES and (text := _flat_text(value)) is not None and len(text) <= self.budget.characters:
            return text
        out: list[str] = []
        open_: set[int] = set()
        left = self.budget.characters
        pending: list[tuple[int, Any]] = [(VALUE, value)]
        while pending:
            what, value = pending.pop()
            if out:
                left -= len(out[-1])
                if left < 0:
                    raise SizeLimit(f"that would make a string of more than {self.budget.characters} characters")
            if what == TEXT:
                out.append(value)
            elif what == LEAVE:
                open_.discard(value)
            elif type(value) in SCALARS:
                out.append(self._scalar(value))
            elif type(value) in FRAMES:
                begin, end = FRAMES[type(value)]
                if out and (text := _flat_text(value)) is not None:
                    out.append(text)
                elif id(value) in open_:
                    out.append(begin + "..." + end)
                elif type(value) in SETS and not value:
                    out.append(f"{type(value).__name__}()")
                else:
                    out.append(begin)
                    open_.add(id(value))
                    pending += [(LEAVE, id(value)), (TEXT, end), *reversed(_items(value))]
            else:
                out.append(self._leaf(value))
        return self.budget.checked_length("".join(out))

    def safe_text(self, value: Any, quoted: bool = False) -> str:
        """A value's text where showing it must not fail: in messages, as data, at commands of the prompt.

        A text that the program's own code cannot give is replaced by one that says so. Limits and Ctrl-C pass.
        """
        try:
            return self.repr(value) if quoted else self.text(value)
        except (LimitFault, MemoryError):
            raise
        except Exception as error:
            return f"{self.anonymous(value)[:-1]} that cannot be shown: {python_kind(error).__name__}>"

    def text_without_style(self, value: Any, quoted: bool) -> str:
        """The text of what no style has a text for: a style asks this in its turn.

        No text of C code is used for what may hold other values, since it would tell true addresses.
        """
        if isinstance(value, BaseException) or not self._foreign(value):
            return self.repr(value) if quoted else self.text(value)
        owner = _repr_owner(type(value))
        if PROGRAM_MADE in owner.__dict__ or type(owner.__dict__["__repr__"]) is FunctionType:
            return repr(value) if quoted else str(value)
        return self.anonymous(value)

    def _scalar(self, value: Any) -> str:
        try:
            text = repr(value)
            if type(value) is str:
                self.budget.check_characters(len(text) - 2)
            return text
        except ValueError:
            raise SizeLimit("a whole number of more than 4300 digits cannot be printed") from None

    def _leaf(self, value: Any) -> str:
        kind = type(value)
        if isinstance(value, BaseException):
            return self._exception(value)
        if isinstance(value, TypeProxy) or (PROGRAM_MADE in kind.__dict__ and self._defines_repr(kind)):
            return repr(value)
        if user_class(value):
            return f"<{'enum' if isinstance(value, EnumClass) else 'class'} {in_module(value)!r}>"
        if kind is slice:
            return f"slice({self.repr(value.start)}, {self.repr(value.stop)}, {self.repr(value.step)})"
        if kind in FUNCTIONS:
            return self._function(value)
        if kind is staticmethod:
            return f"<staticmethod({self.repr(value.__func__)})>"
        if kind in (range, bytes, type(Ellipsis), type(NotImplemented)):
            return repr(value)
        if self._foreign(value) and self.policy.repr is not None:
            return self.policy.repr(value)
        return self.anonymous(value)

    def _function(self, value: Any) -> str:
        kind = type(value)
        if kind is MethodType and not user_class(type(value.__self__)):
            shown, name = self.policy.type_of(value.__self__), value.__name__
            home = shown._name if isinstance(shown, TypeProxy) else shown.__name__
            if home in TENSOR_CLASSES and name in WRITTEN_IN_PYTHON:
                return f"<bound method Tensor.{name} of {self.repr(value.__self__)}>"
            if home in TENSOR_CLASSES or value.__func__.__qualname__.startswith(f"{IN_C}."):
                return (f"<built-in method {name} of {home.rpartition('.')[2]} object at "
                        f"{self.policy.address(value.__self__):#x}>")
        if kind is MethodType and type(value.__self__) is not str:
            return f"<bound method {value.__func__.__qualname__} of {self.repr(value.__self__)}>"
        if kind is MethodDescriptorType:
            return repr(value)
        owner = getattr(value, "__self__", None)
        if owner is not None and not isinstance(owner, ModuleType):
            home = type(owner).__name__
            return f"<built-in method {value.__name__} of {home} object at {self.policy.address(owner):#x}>"
        if str(value.__module__).startswith(("gradcli", "math", "builtins")):     # those of programs are in __main__
            return f"<built-in function {value.__name__}>"
        return f"<function {value.__qualname__} at {self.policy.address(value):#x}>"

    def _exception(self, error: BaseException) -> str:
        if PROGRAM_MADE in _repr_owner(type(error)).__dict__:
            return repr(error)
        return self.exception(error)

    def exception(self, error: BaseException) -> str:
        """What Python's own `__repr__` of exceptions gives."""
        parts = args_of(error) if has_readable_args(error) else (str(error),)
        return f"{python_name(error)}({', '.join(map(self.repr, parts))})"

    def _defines_repr(self, kind: type) -> bool:
        """Whether a class of the program, not a foreign one above it, says how its objects look."""
        owner = _repr_owner(kind)
        return PROGRAM_MADE in owner.__dict__ or owner is not object and not self._foreign_type(owner)

    def anonymous(self, value: Any) -> str:
        """What Python prints for an object that does not say how it looks, its address made up (rule R15)."""
        kind = type(value)
        if kind.__name__ == "generator":
            name = f"generator object {getattr(getattr(value, '_source', None), '__qualname__', '<genexpr>')}"
        else:
            name = f"{kind.__qualname__} object"
        home = "__main__" if PROGRAM_MADE in kind.__dict__ else kind.__module__
        home = "" if home.partition(".")[0] in UNNAMED else f"{home}."
        return f"<{home}{name} at {self.policy.address(value):#x}>"

    def _foreign(self, value: Any) -> bool:
        """Whether `value` is for the policy to show, being neither Python's nor the language's."""
        return self._foreign_type(type(value))

    def _foreign_type(self, kind: type) -> bool:
        return not kind.__module__.startswith(("builtins", "gradcli.lang"))

    def _message(self, error: BaseException) -> str:
        if not has_readable_args(error):
            return str(error)
        args = args_of(error)
        if isinstance(error, OSError) and 2 <= len(args) <= 5:
            file = file_of(error)
            return f"[Errno {self.text(args[0])}] {self.text(args[1])}{'' if file is None else f': {self.repr(file)}'}"
        if len(args) != 1:
            return self.repr(args) if args else ""
        return (self.repr if isinstance(error, KeyError) else self.text)(args[0])

    def field(self, value: Any, conversion: str = "", spec: str = "") -> str:
        """One field of an f-string: `{value!conversion:spec}`."""
        if not conversion:
            kind = type(value)
            if kind is float or kind is str or kind is int and (
                    -0x3fffffff < value < 0x3fffffff or -SMALL < value < SMALL):
                if not spec:
                    return value if kind is str else repr(value)
                if type(spec) is str and spec in self._narrow:
                    return format(value, spec)
            return self.format(value, spec)
        if conversion == "r" or conversion == "a":
            value = self.repr(value)
            if conversion == "a":
                value = value.encode("ascii", "backslashreplace").decode()
        elif conversion == "s":
            value = self.text(value)
        return self.format(value, spec)

    def are_short(self, fields: list[tuple[str, int, str]], args: tuple[Any, ...]) -> bool:
        """Whether Python itself may fill the fields of a template, (text before it, place of the value, specification):
        with numbers, short strings and specifications whose widths have been looked at.
        """
        narrow = self._narrow
        for _, at, spec in fields:
            value = args[at]
            kind = type(value)
            if spec and spec not in narrow or kind is not float and not (
                    kind is int and -SMALL < value < SMALL or kind is str and len(value) < WIDTH):
                return False
        return True

    def format(self, value: Any, spec: str) -> str:
        """format(value, spec)."""
        if not spec and type(value) in SCALARS:
            return self.text(value)
        if PROGRAM_MADE in type(value).__dict__ and _defines(type(value), "__format__"):
            return self.budget.checked_length(format(value, spec))
        simple = type(value) in NUMBERS or type(value) is str
        foreign = not simple and self.policy.format is not None and self._foreign(value) and (
            PROGRAM_MADE not in type(value).__dict__)
        if not spec and not foreign:
            return self.text(value)
        match = SPEC.fullmatch(spec)
        for digits in re.findall(r"\d+", spec) if match is None else (match["width"], match["precision"]):
            self._cap(digits)
        exposure = exposure_of(type(value)) if foreign and spec else None
        if exposure is not None and exposure.formatted is not None:
            return self.budget.checked_length(exposure.formatted(value, spec))
        if match is None:
            raise python_error(f"the format specification {spec[:40]!r} cannot be read",
                               format, value if simple else 0, spec)
        if simple:
            if len(self._narrow) < SPECS and len(spec) < WIDTH // SPECS:
                self._narrow.add(spec)
            return format(value, spec)
        if foreign and self.policy.format is not None:
            return self.policy.format(value, spec)
        raise python_error(f"a format specification cannot be used for {self.repr(value)[:60]}; convert it first",
                           object.__format__, value, spec)

    def _cap(self, digits: str | None) -> int:
        size = 0 if not digits else int(digits) if len(digits) < LONGEST_WIDTH else WIDTH + 1
        if size > WIDTH:
            raise SizeLimit(f"a field can be at most {WIDTH} characters wide")
        return size

    def _index(self, values: list[Any]) -> Callable[..., int]:
        """The method index of a list: Python's own would show what it misses with its true address."""
        def index(*args: Any) -> int:
            try:
                return values.index(*args)
            except ValueError as error:
                if error.__traceback__ is not None and error.__traceback__.tb_next is not None:
                    raise       # a comparison of the program's own has failed
            raise ValueError(f"{self.safe_text(args[0], quoted=True)} is not in list")

        return index


def in_module(kind: type) -> str:
    """A class of the program as Python's texts name it."""
    return kind.__qualname__ if isinstance(kind, EnumClass) else f"__main__.{kind.__qualname__}"


def has_readable_args(error: BaseException) -> bool:
    """Whether the arguments of an exception are a program's, or text: numpy puts objects of its own there."""
    kind = type(error)
    return kind.__module__ == "builtins" or PROGRAM_MADE in kind.__dict__ or isinstance(error, Fault)


def _defines(kind: type, name: str) -> bool:
    """Whether a class of the program, or of the language, says what `name` does for objects of `kind`."""
    owner = next(cls for cls in kind.__mro__ if name in cls.__dict__ or cls is object)
    return PROGRAM_MADE in owner.__dict__ or owner.__module__ == "gradcli.lang.runtime.enumeration"


def _repr_owner(kind: type) -> type:
    """The class that says how objects of `kind` look."""
    return next(cls for cls in kind.__mro__ if "__repr__" in cls.__dict__)


def _flat_text(value: Any) -> str | None:
    """Python's own text of a list, tuple or dict of few numbers and short strings; None for anything else."""
    kind = type(value)
    if kind is not list and kind is not tuple and kind is not dict or len(value) > SHORT:
        return None
    members = value if kind is not dict else [*value.values(), *value]
    if not SCALARS.issuperset(map(type, members)) or sum([len(x) for x in members if type(x) is str]) > WIDTH:
        return None
    try:
        return repr(value)
    except ValueError:      # a whole number of too many digits
        return None


def _items(value: Any) -> list[tuple[int, Any]]:
    """The parts of a container's repr between its brackets."""
    parts: list[tuple[int, Any]] = []
    if type(value) is dict:
        for key, item in value.items():
            parts += [(TEXT, ", ")] * bool(parts) + [(VALUE, key), (TEXT, ": "), (VALUE, item)]
        return parts
    for item in value:
        if parts:
            parts.append((TEXT, ", "))
        parts.append((VALUE, item))
    if type(value) is tuple and len(value) == 1:
        parts.append((TEXT, ","))
    return parts
