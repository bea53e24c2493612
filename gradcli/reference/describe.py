"""`gradcli doc`: whatever has a name, described, with an example that is run as it is shown."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from gradcli.console.settings import Settings, nearest
from gradcli.faults.tree import Fault, NameFault
from gradcli.reference.keywords import EXAMPLES, MEANINGS, WORDS
from gradcli.reference.operations import described_operation, operation_of, public_names, search

if TYPE_CHECKING:
    from gradcli.session.session import Session


def described(name: str, settings: Settings, session: Session | None = None) -> str:
    """A word of the language, an operation, a function or class of the prelude, or what tensors have.

    `session` holds what a program has set; else there are only the names that every program sees.
    """
    from gradcli.session.session import Session

    name = name.strip().removesuffix("()")
    session = session or Session(style=settings.style, seed=0)
    found = []
    if name in WORDS:
        found += [_word(name, settings)]
    op = operation_of(name.removeprefix("Tensor.").removeprefix("Variable."))
    thing = None if op or name in WORDS else _thing(name, session)
    if op:
        found += [described_operation(op, settings)]
    elif thing is not None:
        found += ["\n".join(_told(name, thing, settings, session))]
    if not found:
        known = [*public_names(), *WORDS, *session.loaded(), *_members()]
        raise NameFault(f"nothing is called {name!r}{nearest(name, known)}", search(name))
    return "\n\n".join(found)


def offered(beginning: str) -> list[str]:
    """The names of everything described that begin so."""
    from gradcli.session.session import Session

    session = Session(seed=0)
    path, dot, _ = beginning.rpartition(".")
    if not dot:
        names = {*public_names(), *WORDS, *session.loaded(), "Tensor"}
    elif path in ("Tensor", "Variable"):
        names = {f"{path}.{name}" for name in session.attributes(session.eval("Variable(torch.zeros(1))"))}
    else:
        value = _thing(path, session)
        names = set() if value is None else {f"{path}.{name}" for name in session.attributes(value)}
    return sorted(name for name in names if name.startswith(beginning))


def _word(name: str, settings: Settings) -> str:
    form, meaning, example = WORDS[name]
    return "\n".join([form, "", f"{meaning}.", "", *_shown(name, example, settings)])


def _shown(name: str, example: str, settings: Settings) -> list[str]:
    """An example as it is typed, and what it prints now; nothing if it cannot run."""
    from gradcli.data.transcript import prompted
    from gradcli.lang.syntax.statements import statements
    from gradcli.session.session import Session

    session, shown = Session(style=settings.style, seed=0), ""
    try:
        for _, statement in statements(example, name):
            shown += prompted(statement) + session.run(statement)
    except Fault:
        return []
    return ["Example", *(f"    {line}".rstrip() for line in shown.rstrip("\n").split("\n"))]


def _thing(name: str, session: Session) -> Any:
    """What a dotted name stands for where no operation does; read without running anything."""
    from gradcli.engine.tensor.tensor import Tensor

    first, *parts = name.split(".")
    scope = {**session.loaded(), **session.names()}
    if first not in scope:
        return _members().get(parts[0] if first == "Tensor" and len(parts) == 1 else name) or (
            _thing(f"torch.{name}", session) if parts else None)
    value = scope[first]
    for at, part in enumerate(parts, 1):
        if isinstance(value, Tensor) or _is_tensor_kind(value):
            if part in ("grad", "data") and at < len(parts):
                continue        # which has the same names
            value = operation_of(part) or _members().get(part)
        elif part in session.attributes(value):
            value = _part(value, part)
        else:
            return None
    return value


def _part(value: Any, name: str) -> Any:
    """An attribute. No property of the program is asked: what stands in its class is the attribute then."""
    from gradcli.lang.runtime.types import user_mark

    missing = object()
    static = inspect.getattr_static(_class_of(value) or value, name, missing)
    if static is missing or static is None:
        return None if user_mark(value) else getattr(value, name, None)
    return static


def _is_tensor_kind(value: Any) -> bool:
    from gradcli.engine.tensor.tensor import Tensor

    made = _class_of(value)
    return made is not None and issubclass(made, Tensor)


def _is_operation(thing: Any) -> bool:
    from gradcli.engine.autograd.op import Op
    from gradcli.lang.runtime.types import user_class

    return isinstance(thing, type) and issubclass(thing, Op) and not user_class(thing)


def _called(thing: Any) -> Any:
    """What is called where a program calls `thing`: behind a kind, its function or its class."""
    from gradcli.lang.runtime.types import TypeProxy

    made = _class_of(thing)
    if isinstance(thing, TypeProxy):
        return thing._call or made or thing
    return made or thing


def _members() -> dict[str, Any]:
    """What tensors and Variables have beside the operations."""
    from gradcli.engine.tensor.variable import Variable

    return {name: inspect.getattr_static(Variable, name) for name in dir(Variable)
            if name[0] != "_" and (name in MEANINGS or inspect.getdoc(getattr(Variable, name)))}


def _class_of(value: Any) -> type | None:
    """The class that a name of the prelude makes values of."""
    from gradcli.lang.runtime.types import TypeProxy, types_of

    if isinstance(value, type):
        return value
    kinds = types_of(value) if isinstance(value, TypeProxy) else ()
    return kinds[0] if kinds else None


def _told(name: str, thing: Any, settings: Settings, session: Session) -> Iterator[str]:
    """Signature, meaning, an example, and what a module has."""
    if _is_operation(thing):
        yield described_operation(thing, settings)
        return
    made = _class_of(thing)
    called = _called(thing)
    yield f"{name}{_signature(called, session)}" if callable(called) and not inspect.isdatadescriptor(called) else name
    text = MEANINGS.get(name.rpartition(".")[2]) or _meaning(made or thing)
    begun = vars(made).get("__init__") if made else None
    for part in (text, inspect.getdoc(begun) if begun is not None and begun.__doc__ else ""):
        if part:
            yield from ("", part)
    if not text and not made and not callable(thing):
        yield from ("", textwrap.fill(", ".join(session.attributes(thing)), 100))
    example = EXAMPLES.get(name.removeprefix("torch."))
    if example:
        yield from ("", *_shown(name, example, settings))


def _meaning(thing: Any) -> str:
    """The docstring that is its own."""
    told = isinstance(thing, type) or callable(thing) or inspect.isdatadescriptor(thing)
    return inspect.getdoc(thing) or "" if told else ""


def parameters(name: str, session: Session) -> dict[str, str]:
    """What may be given by name to what a dotted name stands for, each with its default."""
    thing = _thing(name, session)
    op = thing if _is_operation(thing) else operation_of(name)
    found = dict.fromkeys(op.signature.names[thing is op:], "") if op else {}
    called = _called(thing)
    with suppress(TypeError, ValueError):
        for key, each in inspect.signature(called).parameters.items() if callable(called) and thing is not op else ():
            if key != "self" and each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY):
                found[key] = "" if each.default is each.empty else f"={_brief(each.default)}"
    return {key: default for key, default in found.items() if key[0] != "_"}


def _brief(default: Any) -> str:
    """A default while a line is being typed: nothing of the program runs for it."""
    return repr(default) if default is None or type(default) in (bool, float, str) else (
        str(default) if type(default) is int and default.bit_length() < 64 else "...")


class _AsText:
    """What inspect takes for a default: its text has been decided."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


def _signature(made: Any, session: Session) -> str:
    """The parameters as a person writes them."""
    try:
        signature = inspect.signature(made)
    except (TypeError, ValueError):
        return "(...)"
    empty = inspect.Parameter.empty
    plain = [parameter.replace(annotation=empty, default=parameter.default if parameter.default is empty
                               else _AsText(session.shown(parameter.default, quoted=True)))
             for key, parameter in signature.parameters.items() if key != "self"]
    return str(signature.replace(parameters=plain, return_annotation=inspect.Signature.empty))
