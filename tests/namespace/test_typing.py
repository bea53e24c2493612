"""`typing` of programs: its names answer isinstance, and those of collections make instances, as CPython's do."""

import pytest

from gradcli.session.session import Session

VALUES = ["[]", "{}", "()", "set()", "frozenset()", "'a'", "1", "1.5", "None", "print", "iter([])", "range(2)",
          "{}.keys()", "len", "(lambda: 0)", "Deque([1])", "typing.Counter('a')"]
KINDS = ["List", "Dict", "Tuple", "Set", "FrozenSet", "Deque", "DefaultDict", "OrderedDict", "Iterable", "Iterator",
         "Sequence", "MutableSequence", "Mapping", "MutableMapping", "AbstractSet", "MutableSet", "Callable",
         "Hashable", "Sized", "Container", "Collection", "Reversible", "KeysView", "typing.Counter"]


def printed(program, capsys):
    """What the program prints under CPython and here."""
    program = f"import typing\nfrom typing import *\n{program}"
    exec(program, {})   # one of the programs of this file
    return Session().run(program, echo=False), capsys.readouterr().out


@pytest.mark.parametrize("kind", KINDS)
def test_isinstance_answers_as_pythons(kind, capsys):
    ours, python = printed(f"print([isinstance(x, {kind}) for x in [{', '.join(VALUES)}]])", capsys)
    assert ours == python


@pytest.mark.parametrize("program", [
    "print(typing.Counter('aab'), DefaultDict(int)['x'], Deque([1], maxlen=2), OrderedDict(a=1))",
    "for kind in (List, Dict, Tuple, Set, FrozenSet):\n    try:\n        kind()\n    except TypeError as e:\n"
    "        print(e)",
    "print(List[int], Optional[List[int]], Dict[str, Any], Callable[[int], str], Deque[int])",
    "T = TypeVar('T')\nclass Stack(Generic[T]):\n    def __init__(self) -> None:\n        self.items: List[T] = []\n"
    "print(Stack[int]().items)"])
def test_programs_print_as_under_python(program, capsys):
    ours, python = printed(program, capsys)
    assert ours == python
