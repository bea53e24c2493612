"""`torch.Generator`, and drawing from one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradcli.engine.messages.arguments import type_name
from gradcli.engine.random.generators import Current, Generators
from gradcli.engine.tensor.device import CPU, here_only
from gradcli.engine.tensor.tensor import Tensor
from gradcli.exposure import exposed, named
from gradcli.faults.tree import ArgumentFault, TypeFault


@named("torch._C.Generator")
@exposed("initial_seed", "manual_seed", "seed", "get_state", "set_state", "device")
class Generator:
    """`torch.Generator`: random numbers of its own, for the operations it is given to as `generator`."""

    __module__, __qualname__ = "torch._C", "Generator"
    __slots__ = ("numbers",)

    FIRST = 67280421310721      # the seed that PyTorch starts one from

    def __init__(self, device: Any = None) -> None:
        here_only(device)
        self.numbers = Generators(Current.generators.stream, self.FIRST)

    @classmethod
    def around(cls, numbers: Generators) -> Generator:
        """The generator that a program seeds and draws from where it names none."""
        generator = cls.__new__(cls)
        generator.numbers = numbers
        return generator

    def manual_seed(self, seed: int) -> Generator:
        """Start again from `seed`; this generator."""
        if type(seed) is not int:
            raise TypeFault("manual_seed() needs a whole number", "torch.Generator().manual_seed(0)").saying(
                f"manual_seed expected a long, but got {type_name(seed)}")
        self.numbers.manual_seed(seed)
        return self

    def seed(self) -> int:
        """Start from a seed nobody chose, and tell it."""
        self.numbers.manual_seed(Generators().seed)
        return self.numbers.seed

    def initial_seed(self) -> int:
        """The seed it started from."""
        return self.numbers.seed

    def get_state(self) -> Any:
        """This moment of it, as bytes."""
        return Tensor(self.numbers.tensors.state_bytes())

    def set_state(self, new_state: Any) -> None:
        """Go back to a moment that get_state told."""
        if not isinstance(new_state, Tensor):
            raise ArgumentFault("set_state() needs what get_state() gave", "generator.get_state()")
        self.numbers.tensors.set_state_bytes(new_state.array)

    @property
    def device(self) -> Any:
        """The device of the generator: the CPU."""
        return CPU

def drawing_from(generator: Any, call: Callable[[], Any]) -> Any:
    """The result of `call`, with random numbers drawn from `generator`."""
    if generator is None:
        return call()
    if not isinstance(generator, Generator):
        raise ArgumentFault("generator must be a torch.Generator", "torch.Generator().manual_seed(0)")
    before, Current.generators = Current.generators, generator.numbers
    try:
        return call()
    finally:
        Current.generators = before
