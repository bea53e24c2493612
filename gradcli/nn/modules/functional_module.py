"""Modules that call an operation of torch.nn.functional with options, and classes that differ by their rank alone."""

from __future__ import annotations

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


def classes_by_rank(module: str, base: type[Module], name: str, text: dict[int, str] | str,
                    **attributes: Any) -> dict[str, type[Module]]:
    """The subclasses of `base` for 1, 2 and 3 dimensions by name, such as "Conv2d", or for those that `text` has.

    `text` is their docstring. They stand in `module`, and have `attributes`.
    """
    texts = dict.fromkeys((1, 2, 3), text) if isinstance(text, str) else text
    return {f"{name}{dims}d": type(f"{name}{dims}d", (base,), {
        "__slots__": (), "__module__": module, "__doc__": texts[dims], "_dims": dims} | attributes) for dims in texts}
