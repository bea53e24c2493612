"""Faults of attributes and modules with the facts that their repairs are made from. Each has its base class's code."""

from __future__ import annotations

from typing import Any

from gradcli.faults.mistakes import Unimplemented
from gradcli.faults.tree import ArgumentFault, AttributeFault, NameFault


class MissingAttribute(AttributeFault):
    """`holder`, which messages call `owner`, has no attribute of that name."""

    def __init__(self, holder: Any, owner: str, attribute: str, *hints: tuple[str, str]) -> None:
        self.holder, self.attribute = holder, attribute
        super().__init__(f"{owner} has no attribute {attribute}", *hints)


class ClosedAttribute(AttributeFault):
    """An attribute of `holder`, which messages call `owner`, cannot be set or deleted."""

    def __init__(self, holder: Any, owner: str, attribute: str, change: str) -> None:
        self.holder, self.attribute = holder, attribute
        super().__init__(f"the attribute {attribute} of {owner} cannot be {change}")


class MissingImport(NameFault):
    """A name is imported that its module, which messages call `module`, does not have."""

    def __init__(self, name: str, module: str, *hints: str) -> None:
        super().__init__(f"cannot import {name}: there is no such name in the module", *hints)
        self.saying(f"cannot import name '{name}' from {module}")


class ForwardMissing(Unimplemented, AttributeFault):
    """A module was called whose class has no forward."""

    def __init__(self, module: str) -> None:
        self.module = module
        super().__init__(f'Module [{module}] is missing the required "forward" function',
                         ("def forward(self, x):", "in the class"))


class NoTensor(AttributeFault, ArgumentFault):
    """Something is no tensor, or object, of which PyTorch misses an attribute then."""


class SetBeforeInit(AttributeFault):
    """An attribute of a module was set before Module.__init__; `what` it is: parameters, module or buffer."""

    def __init__(self, attribute: str, what: str) -> None:
        self.attribute = attribute
        super().__init__(f"{attribute} was set before Module.__init__() was called",
                         ("super().__init__()", "first in the __init__ of the class"))
        self.saying(f"cannot assign {what} before Module.__init__() call")


class NotAModule(ArgumentFault):
    """A value that is no module, and which messages call `description`, was to become the child module `name`."""

    def __init__(self, value: Any, description: str, name: str) -> None:
        self.value, self.words_of_value, self.child = value, description, name
        super().__init__(f"cannot assign {description} as child module '{name}' (torch.nn.Module or None expected)")


class NotParameters(ArgumentFault):
    """An optimiser was given something that is no list of parameters, and which messages call `description`."""

    def __init__(self, value: Any, description: str) -> None:
        self.value = value
        super().__init__(f"an optimiser needs a list of parameters, not {description}", "net.parameters()")


class SingleParameter(ArgumentFault):
    """An optimiser was given one tensor in place of a list."""

    def __init__(self) -> None:
        super().__init__("params argument given to the optimizer should be an iterable of Tensors or dicts, but got a "
                         "tensor", ("[x]", "a list of the one tensor"))
