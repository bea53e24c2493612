"""Modules that call an operation of torch.nn.functional with options, and classes that are rows of a table."""

from __future__ import annotations

import inspect
from typing import Any, ClassVar

from gradcli.engine.autograd.op import traced
from gradcli.nn.module.module import Module


class FunctionalModule(Module):
    """An operation with the options of its construction."""

    # _operation is called with the inputs and the attributes that _option_names lists, in that order; these print.

    _operation: ClassVar[str]
    _option_names: ClassVar[tuple[str, ...]] = ()

    def forward(self, input: Any) -> Any:
        return self._function()(input, *[getattr(self, name) for name in self._option_names])

    def _function(self) -> Any:
        return getattr(traced, self._operation)

    def extra_repr(self) -> str:
        return ", ".join([f"{name}={getattr(self, name)!r}" for name in self._option_names])


def define_module(base: type[Module], module: str, name: str, operation: str, options: str, text: str,
                  **attributes: Any) -> Any:
    """The subclass of `base` that a class statement in `module` would define: one row of a table of like modules.

    `options` are the parameters of its constructor in Python: "alpha: float = 1.0, inplace: bool = False". Those that
    the constructor of `base` has too are passed to it, the others become attributes, with which `operation` is called.
    `text` is the docstring. The class has `attributes` too.
    """
    constructor: Any = inspect.unwrap(base.__init__)
    code = constructor.__code__
    names = [option.partition(":")[0] for option in options.split(", ") if option not in ("", "*")]
    passed = [option for option in names if option in code.co_varnames[: code.co_argcount]]
    stored = [option for option in names if option not in passed]
    body = [f"base.__init__(self, {', '.join([f'{option}={option}' for option in passed])})",
            *[f"self.{option} = {option}" for option in stored]]
    functions: dict[str, Any] = {}
    exec(f"def __init__(self, {options}) -> None:\n    " + "\n    ".join(body), {"base": base}, functions)
    functions["__init__"].__qualname__ = f"{name}.__init__"
    option_names = (*getattr(base, "_option_names", ()), *[option for option in stored if option != "inplace"])
    return type(name, (base,), {"__module__": module, "__doc__": text, "_operation": operation,
                                "_option_names": option_names} | functions | attributes)


def classes_by_rank(module: str, base: type[Module], name: str, text: dict[int, str] | str,
                    **attributes: Any) -> dict[str, type[Module]]:
    """The subclasses of `base` for 1, 2 and 3 dimensions by name, such as "Conv2d", or for those that `text` has.

    `text` is their docstring. They stand in `module`, and have `attributes`.
    """
    texts = dict.fromkeys((1, 2, 3), text) if isinstance(text, str) else text
    return {f"{name}{dims}d": type(f"{name}{dims}d", (base,), {
        "__slots__": (), "__module__": module, "__doc__": texts[dims], "_dims": dims} | attributes) for dims in texts}
