"""The allow-list of attributes: what programs may read, set and inherit from on values that are not Python's own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from keyword import iskeyword
from numbers import Integral
from typing import Any

import numpy as np

from gradcli.engine.autograd.detached import report_detached
from gradcli.engine.autograd.op import NodeOutput, Op
from gradcli.engine.plain_numbers import converted
from gradcli.engine.tensor.conversion import in_listed_type
from gradcli.engine.tensor.methods import ASSIGNABLE, METHODS, PROPERTIES
from gradcli.engine.tensor.numpy_view import NAMES as ARRAY_NAMES
from gradcli.engine.tensor.reshape_inplace import set_shape
from gradcli.engine.tensor.storage import STORAGE_METHODS
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.uninitialized import Uninitialized
from gradcli.engine.tensor.variable import Array, Variable
from gradcli.exposure import Exposure, exposed_names, exposure_of, private_names
from gradcli.faults.suggestions import nearest
from gradcli.faults.tree import ArgumentFault, ValueFault
from gradcli.lang.messages.python_words import python_kind
from gradcli.lang.policy import DELETED
from gradcli.lang.runtime.builtins import PLAIN
from gradcli.lang.runtime.types import TypeProxy, types_of
from gradcli.namespace.modules import ModuleProxy, has_public_name, public_names
from gradcli.ops.index import DIRECTORY

FIELDS = frozenset({"grad", "requires_grad", "shape", "ndim", "dtype"})
"""The attributes of tensors that are no operations, methods or properties."""

NOTHING = Exposure()


NO_ATTRIBUTES: dict[str, Any] = {}


def own_attributes(value: Any) -> dict[str, Any]:
    """The attributes that a program has set on a tensor; none for any other value."""
    return getattr(value, "own_attributes", NO_ATTRIBUTES) if isinstance(value, Tensor) else NO_ATTRIBUTES


def tensor_names() -> frozenset[str]:
    """Every attribute of a tensor that a program may read."""
    return frozenset(set(DIRECTORY["methods"]) | METHODS.keys() | STORAGE_METHODS.keys() | PROPERTIES.keys() | FIELDS)


def harmless_names() -> frozenset[str]:
    """The names of tensor attributes that are harmless on every other value that a program can hold."""
    return tensor_names() - {"numpy", "split", "name"}  # element types have numpy's own and a name; strings grow by it


class AllowList:
    """What programs may do with values that are not Python's own. Policy calls these methods."""

    def __init__(self) -> None:
        self.tensors = tensor_names()
        self.arrays = self.tensors | ARRAY_NAMES

    def readable_names(self, value: Any) -> Iterable[str]:
        """The attributes of `value` that programs may read."""
        if isinstance(value, Tensor):
            return self.arrays if isinstance(value, Array) else self.tensors.union(own_attributes(value))
        if isinstance(value, ModuleProxy):
            return public_names(value)
        if isinstance(value, type):
            return (exposure_of(value) or NOTHING).class_read
        exposure = exposure_of(type(value)) or NOTHING
        if not exposure.open_attributes:
            return exposure.read
        return {*exposure.read, *(name for name in vars(value) if _open(name, type(value)))}

    def readable(self, value: Any, name: str) -> bool:
        """Whether programs may read `value.name`: whether `known(value)` has the name, without listing the others."""
        if isinstance(value, Tensor):
            return name in (self.arrays if isinstance(value, Array) else self.tensors)
        if isinstance(value, ModuleProxy):
            return has_public_name(value, name)
        if isinstance(value, type):
            return name in (exposure_of(value) or NOTHING).class_read
        exposure = exposure_of(type(value)) or NOTHING
        return name in exposure.read or (exposure.open_attributes and name in vars(value) and _open(name, type(value)))

    def own(self, value: Any) -> dict[str, Any]:
        """The attributes that a program has set on a tensor; none for any other value."""
        return own_attributes(value)

    def origin(self, modules: Mapping[str, Any], module: str, name: str) -> tuple[str, str] | None:
        """The module from which `module` imports `name`, and the name there, "" for that module; None if it does not.

        modules  what programs can import, by dotted name
        """
        from gradcli.namespace.imported_names import origin_of  # few programs import a name from there

        return origin_of(module, name, lambda home, member: home in modules and self.readable(modules[home], member))

    def readable_of_all(self, kind: type, name: str) -> bool:
        """Whether programs may read the attribute `name` of every value of type `kind`."""
        if issubclass(kind, Tensor):
            return name in (self.arrays if issubclass(kind, Array) else self.tensors)
        return name in exposed_names(kind)

    def assignable(self, value: Any, name: str, new: Any) -> Any:
        """Whether programs may set `value.name` to `new`, or delete it; for tensors, the function that does so."""
        if isinstance(value, Tensor) and new is not DELETED:
            if name == "shape" and isinstance(value, Array):
                return set_shape
            return ASSIGNABLE.get(name) or self._own_setter(value, name)
        if isinstance(value, Tensor):
            attributes = own_attributes(value)
            return (lambda tensor: attributes.pop(name)) if name in attributes else name == "grad"
        kind = type(value)
        exposure = exposure_of(kind) or NOTHING
        return name in exposure.write or (
            exposure.open_attributes and _open(name, kind) and not any(name in vars(base) for base in kind.__mro__))

    def _own_setter(self, value: Tensor, name: str) -> Callable[[Tensor, Any], None] | None:
        """What sets an attribute of the program's own on a tensor; None for names that it cannot have.

        Besides the names of tensors those are refused that differ from one by a slip: `x.require_grad = True`.
        """
        kind = type(value)
        reserved = name in self.arrays or name in PLAIN or any(name in vars(base) for base in kind.__mro__)
        if reserved or name[0] == "." or name[:2] == "__" or issubclass(kind, Array | Uninitialized):
            return None
        if any(True for _ in nearest(name, self.tensors)):
            return None

        def set_own(tensor: Tensor, new: Any) -> None:
            if own_attributes(tensor) is NO_ATTRIBUTES:
                tensor.own_attributes = {}
            tensor.own_attributes[name] = new

        return set_own

    def base(self, value: Any) -> type | None:
        """The class that a program's class may inherit from when it names `value` as its base."""
        kind = types_of(value)[0] if isinstance(value, TypeProxy) else None
        return kind if kind is not None and (exposure_of(kind) or NOTHING).base else None


def _open(name: str, kind: type) -> bool:
    """Whether an attribute of that name, in an object of a class with open attributes, is the program's own."""
    if name[0] != "_":
        return name[0] != "."
    return name[:2] != "__" and name not in private_names(kind) and name not in exposed_names(kind)


def kind_of(value: Any) -> str:
    """The noun by which messages refer to a value, with its article."""
    if isinstance(value, Tensor):
        return "a " + ("Variable" if isinstance(value, Variable) else f"torch.{value.dtype.era}Tensor")
    if isinstance(value, ModuleProxy):
        return f"the module {value.__dict__['.name']}"
    if isinstance(value, Op | NodeOutput):
        return "a Function"
    if isinstance(value, BaseException):
        return f"the exception {python_kind(value).__name__}"
    return f"a {type(value).__name__.rpartition('.')[2]}"


def admitted(value: Any) -> Any:
    """A value that the caller hands in, as programs hold it: numpy arrays and scalars become tensors."""
    if not isinstance(value, np.ndarray | np.generic):
        if _holds_array(value):
            raise ValueFault(f"a numpy array within a {type(value).__name__} does not become a tensor: set it under a "
                             "name of its own", 'session["x"] = array')
        return value
    if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
        raise ValueFault("an array with masked elements has no numbers there", "array.filled(float('nan'))")
    return Tensor(in_listed_type(value))


def _holds_array(value: Any) -> bool:
    """Whether a list, tuple, dict or set holds an array of numpy's, at whatever depth."""
    pending, visited = [value], set[int]()
    while pending:
        holder = pending.pop()
        if isinstance(holder, np.ndarray):
            return True
        if type(holder) in (list, tuple, dict, set) and id(holder) not in visited:
            visited.add(id(holder))
            members = holder.values() if type(holder) is dict else holder
            pending += [member for member in members if isinstance(member, np.ndarray | list | tuple | dict | set)]
    return False


def single_number(value: Any) -> int | float | None:
    """The number in a tensor of one element; None for any other value."""
    if not (isinstance(value, Tensor) and value.array.size == 1):
        return None
    number: int | float = report_detached(value, "format()", converted(value))
    return number


def usable_name(name: object) -> str:
    """`name`, if a program can use it as a variable; raises ValueFault otherwise."""
    if type(name) is not str or not name.isidentifier() or iskeyword(name):
        raise ValueFault(f"{name!r} is no name that a program could use", 'session["x"] = array')
    return name


def require_seed(seed: Any) -> int | None:
    """`seed` as an int, or None; raises ValueFault for anything that is no whole number."""
    if not isinstance(seed, Integral | None):
        raise ValueFault(f"a seed is a whole number, not {seed!r:.40}", "seed=0")
    return None if seed is None else int(seed)


def require_text(text: object) -> None:
    """Raise ArgumentFault if a program is not a str."""
    if not isinstance(text, str):
        raise ArgumentFault(f"a session runs a text, not {text!r:.40}", 'session.run("x = 3")')
