"""A small language of its own for these tests: plain Python, one foreign type, one module."""

from __future__ import annotations

import pytest

from gradcli.exposure import exposed
from gradcli.lang.budget import Budget
from gradcli.lang.lowering.compile import lower
from gradcli.lang.messages.runtime_errors import translate
from gradcli.lang.policy import DELETED, Policy
from gradcli.lang.runtime.builtins import PLAIN
from gradcli.lang.runtime.runtime import builtins
from gradcli.lang.runtime.types import TypeProxy
from gradcli.lang.syntax.parser import parse


class Box:
    """A foreign value: one attribute that may be read, one that may be set, one that may not be seen."""

    def __init__(self, data=1.5):
        self.data, self.shown, self.secret = data, "shown", "secret"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def double(self):
        return Box(self.data * 2)

    def __float__(self):
        return float(self.data)


@exposed(base=True)
class Base:
    """A foreign class that programs may inherit from."""

    def __init__(self):
        self.inner, self._state = "inner", "hidden"

    def greet(self):
        return "hello"

    def hidden(self):
        return "hidden"


@exposed()
class Facade:
    """A module: its public names may be read."""

    def __init__(self, **names):
        vars(self).update(names)


def make_policy(**changes):
    module = Facade(Box=TypeProxy("Box", (Box,), Box), pi=3.0)
    sub = Facade(Base=TypeProxy("Base", (Base,)))
    module.sub = sub
    box_kind, base_kind = module.Box, sub.Base
    readable = {Box: {"data", "shown", "double"}, Facade: {"Box", "pi", "sub", "Base"}}

    def attribute(value, name):
        if isinstance(value, Base) and name in ("greet", "inner"):
            return True
        return name in readable.get(type(value), ()) and hasattr(value, name)

    settings = {
        "names": {"Box": box_kind, "Base": base_kind, "pkg": module},
        "plain": PLAIN | {"double"},
        "modules": {"pkg": module, "pkg.sub": sub},
        "attribute": attribute,
        "assign": lambda value, name, new: type(value) is Box and name == "data" and new is not DELETED,
        "readable_names": lambda value: [n for n in readable.get(type(value), ()) if hasattr(value, n)],
        "base": lambda value: Base if value is base_kind else None,
        "text": lambda value: "a box" if type(value) is Box else "foreign",
        "repr": lambda value: "Box" if type(value) is Box else "foreign",
        "format": lambda value, spec: format(value.data, spec),
        "number": lambda value: value.data if type(value) is Box else None,
        "address": lambda value: 0x1000,
    }
    return Policy(**settings | changes)


class World:
    """One namespace; `run` gives what was printed, echoed values as `show` saw them."""

    def __init__(self, budget=None, **changes):
        self.policy = make_policy(**changes)
        self.out, self.notes = [], []
        table = builtins(self.policy, self._show, self.notes.append, self.out.append, budget or Budget())
        self.namespace = {"__builtins__": table}
        self._repr = table["repr"]

    def _show(self, value):
        if value is not None:
            self.out.append(self._repr(value) + "\n")

    def run(self, text, echo=False):
        self.out.clear()
        exec(lower(parse(text), text, self.policy, "<test>", echo), self.namespace)
        return "".join(self.out)

    def fault(self, text):
        """The fault that running `text` ends in."""
        try:
            self.run(text)
        except Exception as error:
            return translate(error, self.namespace, self.policy)
        raise AssertionError(f"nothing was wrong with {text!r}")


@pytest.fixture
def world():
    return World()


@pytest.fixture
def make_world():
    return World
