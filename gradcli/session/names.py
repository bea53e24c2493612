"""The names of a session, as a dict of values: those that programs have set, and those that they see besides."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, KeysView, ValuesView
from typing import Any

from gradcli.exposure import exposed
from gradcli.faults.tree import NameFault, PolicyFault
from gradcli.lang.budget import Budget
from gradcli.lang.policy import CHANGING, Policy, checked_name
from gradcli.lang.runtime.attributes import Attributes
from gradcli.lang.runtime.format import Formatter
from gradcli.lang.runtime.reflection import OwnAttributes
from gradcli.namespace.allow_list import admitted, usable_name
from gradcli.namespace.torch import bare


class Names:
    """Access to the names of a session from Python: `session["x"]`, `"x" in session`, `del session["x"]`."""

    policy: Policy
    budget: Budget
    _age: str | None
    _bare: frozenset[str]
    _builtins: dict[str, Any]
    _names: dict[str, Any]

    @property
    def namespace(self) -> dict[str, Any]:
        """The dict itself that programs run in, `__builtins__` included. For the package's own use.

        Values written into it bypass the conversions of `session[name] = value`.
        """
        return self._names

    def names(self) -> dict[str, Any]:
        """The names that programs or the caller have set, with their values: a new dict of the values themselves.

        Names that begin with an underscore are left out.
        """
        return {name: value for name, value in self._names.items() if name[0] not in "._"}

    def loaded(self) -> dict[str, Any]:
        """The names that every program sees without setting them, such as `torch` and `print`: a new dict.

        Operations under their bare names are in it once a program has used them; `bare` lists them all.
        """
        return {name: value for name, value in self._builtins.items() if name[0] not in "._"}

    @property
    def modules(self) -> dict[str, Any]:
        """What programs can import, by dotted name: a new dict of the stand-ins for modules."""
        return dict(self.policy.modules)

    @property
    def bare(self) -> frozenset[str]:
        """The names of the operations that programs can call without `torch.` before them."""
        return self._bare

    def operation(self, name: str) -> Any:
        """The function behind one of the names in `bare`. It loads the file of the operation if need be."""
        return bare(name, self._age)

    def attributes(self, value: Any) -> list[str]:
        """The names that a program may read after `value.`, in alphabetical order. No code of a program runs."""
        return sorted(set(Attributes(self.policy, Formatter(self.policy, self.budget)).readable_names(value)))

    def words(self, text: str) -> set[str]:
        """The names that a text uses; the text need not be a whole program.

        Raises SyntaxFault where a character begins no word.
        """
        from gradcli.lang.syntax.parser import words

        return {word[3] for word in words(text) if word[0] == "NAME"}

    def __getitem__(self, name: str) -> Any:
        """The value of a name: the program's own object, not a copy.

        Tensors print in the style of this session. `numpy.asarray(value)` gives a copy of a tensor's numbers.
        Raises NameFault if no program has set the name.
        """
        values = self.names()
        if name not in values:
            raise NameFault(f"name '{name}' is not defined")
        self._hand_out()
        return values[name]

    def __setitem__(self, name: str, value: Any) -> None:
        """Set a name for the programs that run afterwards.

        A numpy array or scalar becomes a tensor. The tensor shares the memory of the array, so that a program which
        writes to the tensor writes to the array, if PyTorch has the element type (float16, float32, float64, uint8,
        int8 to int64, bool); otherwise the tensor holds a converted copy (uint16 as int32, uint32 and uint64 as int64,
        longdouble as float64). Raises ValueFault for arrays of complex numbers, text or objects, for whole numbers
        beyond int64, for arrays with masked elements, and for arrays within lists, tuples, dicts and sets.

        Any other value is handed to programs as it is, and they may use whatever it holds: hand in numbers, text, and
        lists, tuples, dicts and sets of them.
        """
        self._names[usable_name(name)] = admitted(value)

    def __contains__(self, name: object) -> bool:
        """Whether a program or the caller has set the name."""
        return name in self.names()

    def __iter__(self) -> Iterator[str]:
        """The names that programs or the caller have set."""
        return iter(self.names())

    def __delitem__(self, name: str) -> None:
        """Forget a name. Raises NameFault if it is not set."""
        if name not in self:
            raise NameFault(f"name '{name}' is not defined")
        del self._names[name]

    def _hand_out(self) -> None:
        """Let values print in the style of this session from now on, also where no program runs."""
        raise NotImplementedError


@exposed(*CHANGING, "copy", "get", "items", "keys", "values")
class GlobalNames(OwnAttributes):
    """`globals()`: the names that a program has set, by name. What it sees without setting them is not among them."""

    __slots__ = ()

    def __init__(self, names: dict[str, Any]) -> None:
        super().__init__(_Variables, _set_names, names)

    def copy(self) -> dict[str, Any]:
        """A dict of the names and their values."""
        return _set_names(self._value)

    def get(self, name: Any, default: Any = None, /) -> Any:
        """The value of a name, or the default if it is not set."""
        return self.copy().get(name, default)

    def keys(self) -> KeysView[str]:
        """The names."""
        return self.copy().keys()

    def values(self) -> ValuesView[Any]:
        """Their values."""
        return self.copy().values()

    def items(self) -> ItemsView[str, Any]:
        """The names with their values."""
        return self.copy().items()

    def __contains__(self, name: Any) -> bool:
        return name in self.copy()

    def __iter__(self) -> Iterator[str]:
        return iter(self.copy())

    def __len__(self) -> int:
        return len(self.copy())


GlobalNames.__name__ = GlobalNames.__qualname__ = "dict"     # as messages call it


def _set_names(names: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in names.items() if name[0] != "." and name != "__builtins__"}


class _Variables:
    """Changes of a program's variables by name: what an assignment in its text may do, but for built-in names."""

    @staticmethod
    def write(new: Any, names: dict[str, Any], name: str) -> None:
        """Set a variable."""
        if checked_name(name) in names["__builtins__"]:
            raise PolicyFault(f"globals() cannot change what the name {name} means", (f"{name} = ...", "in the text"))
        names[name] = new

    @staticmethod
    def delete(names: dict[str, Any], name: str) -> None:
        """Delete a variable."""
        del names[checked_name(name)]
