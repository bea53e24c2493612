"""`gradcli doc`: describe whatever has a name, with an example that is run."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from gradcli.console.settings import Settings
from gradcli.faults.suggestions import nearest
from gradcli.faults.tree import Fault, NameFault
from gradcli.reference.keywords import EXAMPLES, MEANINGS, WORDS
from gradcli.reference.operations import callable_names, describe_operation, operation_of, search

if TYPE_CHECKING:
    from gradcli.session.session import Session

CODE = re.compile(r"[Gg]\d{4}")      # of an error


def describe_name(name: str, settings: Settings, session: Session | None = None) -> str:
    """The description of a keyword, an operation, a function or class of the prelude, or a member of tensors.

    `session` holds the names that a program has set; without one there are only those that every program sees.
    Raises NameFault for a name that nothing has.
    """
    from gradcli.session.session import Session

    name = name.strip().removesuffix("()")
    sections = []
    if name in WORDS:
        sections += [_word(name, settings)]
    op = operation_of(name.removeprefix("Tensor.").removeprefix("Variable."))
    if not op:
        session = session or Session(style=settings.style, seed=0)
    obj = None if session is None or op or name in WORDS else _resolve(name, session)
    if op:
        sections += [describe_operation(op, settings)]
    elif session is not None and obj is not None:
        sections += ["\n".join(_description(name, obj, settings, session))]
    if not sections and session is not None:
        calls = callable_names()
        names = [*calls, *(call.rpartition(".")[2] for call in calls), *WORDS, *session.loaded(), *_members()]
        close = nearest(name, names)
        repair = f"gradcli explain {name.upper()}" if CODE.fullmatch(name) else (
            f"gradcli doc {close[0]}" if close else search(name))
        raise NameFault(f"nothing is called {name!r}" + (f"; did you mean {close[0]!r}?" if close else ""), repair)
    return "\n\n".join(sections)


def complete_name(beginning: str) -> list[str]:
    """The names that `describe` knows and that begin with this text, sorted."""
    from gradcli.session.session import Session

    session = Session(seed=0)
    path, dot, _ = beginning.rpartition(".")
    if not dot:
        names = {*callable_names(), *WORDS, *session.loaded(), "Tensor"}
    elif path in ("Tensor", "Variable"):
        names = {f"{path}.{name}" for name in session.attributes(session.eval("Variable(torch.zeros(1))"))}
    else:
        value = _resolve(path, session)
        names = set() if value is None else {f"{path}.{name}" for name in session.attributes(value)}
    return sorted(name for name in names if name.startswith(beginning))


def _word(name: str, settings: Settings) -> str:
    form, meaning, example = WORDS[name]
    return "\n".join([form, "", f"{meaning}.", "", *_example(name, example, settings)])


def _example(name: str, example: str, settings: Settings) -> list[str]:
    """An example as a transcript, run now, below a heading; no lines if it cannot run."""
    from gradcli.data.transcript import prompted
    from gradcli.lang.syntax.statements import statements
    from gradcli.session.session import Session

    session, transcript = Session(style=settings.style, seed=0), ""
    try:
        for _, statement in statements(example, name):
            transcript += prompted(statement) + session.run(statement)
    except Fault:
        return []
    return ["Example", *(f"    {line}".rstrip() for line in transcript.rstrip("\n").split("\n"))]


def _resolve(name: str, session: Session) -> Any:
    """The value of a dotted name that is no operation, or None; no code of the program runs."""
    from gradcli.engine.tensor.tensor import Tensor

    first, *parts = name.split(".")
    scope = {**session.loaded(), **session.names()}
    if first not in scope:
        return _members().get(parts[0] if first == "Tensor" and len(parts) == 1 else name) or (
            _resolve(f"torch.{name}", session) if parts else None)
    value = scope[first]
    for at, part in enumerate(parts, 1):
        if isinstance(value, Tensor) or _is_tensor_kind(value):
            if part in ("grad", "data") and at < len(parts):
                continue        # which has the same names
            value = operation_of(part) or _members().get(part)
        elif part in session.attributes(value):
            value = _static_attribute(value, part)
        else:
            return None
    return value


def _static_attribute(value: Any, name: str) -> Any:
    """An attribute of a value. A property of the program is not run: its class attribute is returned instead."""
    from gradcli.lang.runtime.types import user_mark

    missing = object()
    static = inspect.getattr_static(_class_of(value) or value, name, missing)
    if static is missing or static is None:
        return None if user_mark(value) else getattr(value, name, None)
    return static


def _is_tensor_kind(value: Any) -> bool:
    from gradcli.engine.tensor.tensor import Tensor

    cls = _class_of(value)
    return cls is not None and issubclass(cls, Tensor)


def _is_operation(obj: Any) -> bool:
    from gradcli.engine.autograd.op import Op
    from gradcli.lang.runtime.types import user_class

    return isinstance(obj, type) and issubclass(obj, Op) and not user_class(obj)


def _callee(obj: Any) -> Any:
    """The function or class that a call of `obj` reaches: of a stand-in, the one behind it."""
    from gradcli.lang.runtime.types import TypeProxy

    cls = _class_of(obj)
    if isinstance(obj, TypeProxy):
        return obj._call or cls or obj
    return cls or obj


def _members() -> dict[str, Any]:
    """The documented members of tensors and Variables that are no operations, by name."""
    from gradcli.engine.tensor.variable import Variable

    return {name: inspect.getattr_static(Variable, name) for name in dir(Variable)
            if name[0] != "_" and (name in MEANINGS or inspect.getdoc(getattr(Variable, name)))}


def _class_of(value: Any) -> type | None:
    """The class that a name of the prelude stands for, or None."""
    from gradcli.lang.runtime.types import TypeProxy, types_of

    if isinstance(value, type):
        return value
    kinds = types_of(value) if isinstance(value, TypeProxy) else ()
    return kinds[0] if kinds else None


def _description(name: str, obj: Any, settings: Settings, session: Session) -> Iterator[str]:
    """The lines of a description: signature, meaning, the members of a module, an example."""
    if _is_operation(obj):
        yield describe_operation(obj, settings)
        return
    cls = _class_of(obj)
    called = _callee(obj)
    yield f"{name}{_signature(called, session)}" if callable(called) and not inspect.isdatadescriptor(called) else name
    text = MEANINGS.get(name.rpartition(".")[2]) or _meaning(cls or obj)
    init = vars(cls).get("__init__") if cls else None
    for part in (text, inspect.getdoc(init) if init is not None and init.__doc__ else ""):
        if part:
            yield from ("", part)
    if not text and not cls and not callable(obj):
        yield from ("", textwrap.fill(", ".join(session.attributes(obj)), 100))
    example = EXAMPLES.get(name.removeprefix("torch."))
    if example:
        yield from ("", *_example(name, example, settings))


def _meaning(obj: Any) -> str:
    """The docstring of a class, a function or a descriptor; "" for another value, which would show that of its type."""
    has_docstring = isinstance(obj, type) or callable(obj) or inspect.isdatadescriptor(obj)
    return inspect.getdoc(obj) or "" if has_docstring else ""


def parameters_of(name: str, session: Session) -> dict[str, str]:
    """The keyword parameters of what a dotted name stands for, each with "=DEFAULT" or ""."""
    obj = _resolve(name, session)
    op = obj if _is_operation(obj) else operation_of(name)
    defaults = dict.fromkeys(op.signature.names[obj is op:], "") if op else {}
    called = _callee(obj)
    with suppress(TypeError, ValueError):
        signature = inspect.signature(called) if callable(called) and obj is not op else inspect.Signature()
        for key, parameter in signature.parameters.items():
            if key != "self" and parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
                defaults[key] = "" if parameter.default is parameter.empty else f"={_brief(parameter.default)}"
    return {key: default for key, default in defaults.items() if key[0] != "_"}


def _brief(default: Any) -> str:
    """A short text of a default, for completion; no code of the program runs."""
    return repr(default) if default is None or type(default) in (bool, float, str) else (
        str(default) if type(default) is int and default.bit_length() < 64 else "...")


class _AsText:
    """A default of `inspect.Parameter` with a text of its own as repr."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


def _signature(function: Any, session: Session) -> str:
    """The parameters of a function, with defaults as the session prints them, without self and annotations."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return "(...)"
    empty = inspect.Parameter.empty
    plain = [parameter.replace(annotation=empty, default=parameter.default if parameter.default is empty
                               else _AsText(session.shown(parameter.default, quoted=True)))
             for key, parameter in signature.parameters.items() if key != "self"]
    return str(signature.replace(parameters=plain, return_annotation=inspect.Signature.empty))
